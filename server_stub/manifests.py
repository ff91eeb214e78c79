"""Which truck a parcel goes on when the one it was meant for is closed or gone.

Decides the next turn or departure of a manifest. It moves no goods: a handover does.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from msgspec.structs import replace

from orders import calendar
from orders.events import FloorEvent, ManifestHandedOver, ParcelLabelled, ParcelVoided, ReadBackUndone
from orders.records import Manifest, Parcel
from server_stub.books import Books

# A truck's promise lies at most so long before it leaves; departures are searched from there on.
_LONGEST_LEAD = timedelta(days=2)


def redirected(books: Books, event: FloorEvent) -> FloorEvent:
    """`event` with the manifest that it can really touch: the next turn for a label read back too late."""
    match event:
        case ParcelLabelled():
            manifest = books.find(Manifest, event.manifest)
            if manifest is None or manifest.state == "open":
                return event
            turn = _open_turn(books, manifest.carrier, manifest.service, manifest.departs_at)
            return replace(event, manifest=turn.id)
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
    departs_at = _next_departure(books, gone)
    target = _open_turn(books, gone.carrier, gone.service, departs_at)
    for sscc in left:
        parcel = books.find(Parcel, sscc)
        if parcel is not None:
            books.put(replace(parcel, manifest=target.id, departs_at=departs_at))
    books.put(replace(target, parcels=(*target.parcels, *left)))
    books.startle()


def _open_turn(books: Books, carrier: str, service: str, departs_at: datetime | None) -> Manifest:
    for turn in count(1):
        id = calendar.manifest_id(carrier, service, departs_at, turn)
        manifest = books.find(Manifest, id)
        if manifest is None:
            return Manifest(id=id, carrier=carrier, service=service, departs_at=departs_at)
        if manifest.state == "open":
            return manifest
    raise AssertionError("count never ends")


def _next_departure(books: Books, gone: Manifest) -> datetime | None:
    if gone.departs_at is None:
        return None
    after = max(gone.departs_at, books.now)
    ask_at = after - _LONGEST_LEAD
    while departure := calendar.next_departure(books.site, gone.carrier, gone.service, ask_at):
        if departure.departs_at > after:
            return departure.departs_at
        ask_at = departure.promise_at
    return gone.departs_at
