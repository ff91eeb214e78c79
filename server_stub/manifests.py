"""Which truck a parcel goes on when the one it was meant for is closed or gone.

Decides the next turn or departure of a manifest. It moves no goods: a handover does.
"""

from __future__ import annotations

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
    left = tuple(sscc for sscc in gone.parcels if sscc not in taken)
    if not left:
        return
    following = calendar.departure_behind(books.site, gone, books.now)
    times = (following.departs_at, following.moved_from_at) if following else (gone.departs_at, gone.moved_from_at)
    target = _open_turn(books, replace(gone, departs_at=times[0], moved_from_at=times[1]))
    for sscc in left:
        parcel = books.find(Parcel, sscc)
        if parcel is not None:
            books.put(replace(parcel, manifest=target.id, departs_at=times[0], moved_from_at=times[1]))
    books.put(replace(target, parcels=(*target.parcels, *left)))
    books.startle()


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
