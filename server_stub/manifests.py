"""Which truck a parcel goes on when the one it was meant for is closed or gone.

Decides the next turn or departure of a manifest. It moves no goods: a handover does.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import TypeVar

from msgspec.structs import replace

from orders import calendar, moved_departures, states
from orders.events import FloorEvent, ManifestHandedOver, ParcelLabelled, ParcelSealed, ParcelVoided, ReadBackUndone
from orders.records import Manifest, Parcel
from server_stub.books import Books

Told = TypeVar("Told", ParcelSealed, ParcelLabelled)


def redirected(books: Books, event: FloorEvent) -> FloorEvent:
    """`event` as it can really be: the next turn of a manifest for a label read back too late, and the time that was
    told of a departure for a device that had not heard of it.
    """
    match event:
        case ParcelSealed():
            return _in_time(books, event)
        case ParcelLabelled():
            manifest = books.find(Manifest, event.manifest)
            if manifest is None:
                return _in_time(books, event)
            if manifest.state == "open":
                return event
            return replace(event, manifest=_open_turn(books, manifest).id)
        case ParcelVoided():
            parcel = books.find(Parcel, event.parcel)
            if parcel is None or parcel.manifest == event.manifest:
                return event
            return replace(event, manifest=parcel.manifest)
        case ReadBackUndone():
            parcel = books.find(Parcel, event.parcel)
            if parcel is None or parcel.manifest in (None, event.manifest):
                return event
            return replace(event, manifest=parcel.manifest)
        case _:
            return event


def roll_over(books: Books, gone: Manifest, event: ManifestHandedOver) -> None:
    """Puts what stood on `gone` and was not handed over on the next departure of the same carrier and service."""
    taken = {each.parcel for each in event.parcels}
    if left := tuple(sscc for sscc in gone.parcels if sscc not in taken):
        put_behind(books, gone, left)
        books.startle()


def put_behind(books: Books, missed: Manifest, parcels: Sequence[str]) -> Manifest:
    """Puts parcels that missed the truck of `missed` on the next that they can reach; gives that one's manifest.

    What has no label yet gets its departure alone.
    """
    following = calendar.departure_behind(books.site, missed, books.now)
    times = (following.departs_at, following.moved_from_at) if following else (missed.departs_at, missed.moved_from_at)
    target = _open_turn(books, replace(missed, departs_at=times[0], moved_from_at=times[1]))
    labelled = []
    for sscc in parcels:
        parcel = books.find(Parcel, sscc)
        if parcel is None:
            continue
        manifest = target.id if parcel.manifest else None
        books.put(replace(parcel, manifest=manifest, departs_at=times[0], moved_from_at=times[1]))
        labelled += [sscc] if manifest else []
    if labelled:
        target = replace(target, parcels=(*target.parcels, *labelled))
        books.put(target)
    return target


def _open_turn(books: Books, like: Manifest) -> Manifest:
    """The first manifest of the departure of `like` that still takes parcels."""
    for turn in count(1):
        id = calendar.manifest_id(like.carrier, like.service, like.scheduled_at, turn)
        manifest = books.find(Manifest, id)
        if manifest is None:
            return replace(like, id=id, state=states.MANIFEST.start, parcels=())
        if manifest.state == "open":
            return manifest
    raise AssertionError("count never ends")


def _in_time(books: Books, event: Told) -> Told:
    """`event`; itself where it tells the time at which its departure leaves."""
    told = moved_departures.leaving_again(books.site, event)
    return event if told == event else told
