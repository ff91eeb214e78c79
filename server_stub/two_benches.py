"""One tote that two benches had: what the later facts of either mean, and what is left to do about them.

Decides that no shelf is counted for it, since nothing is wrong on the shelves, and that of two sealed parcels the first
one counts: the label of the other is void, and somebody takes it off. Whose fact is denied is the rule book's word.
"""

from __future__ import annotations

from msgspec.structs import replace
from sqlalchemy import select

from orders import events
from orders.events import FloorEvent
from orders.folds import Told
from orders.records import Key, Order, Parcel
from orders.verdicts import Denial
from server_stub import discrepancies, schema
from server_stub.books import Books

_PACKING = select(schema.record.c.id).where(schema.record.c.kind == "order", schema.record.c.state == "packing")


def explained(books: Books, event: FloorEvent, denial: Denial, told: Told) -> Denial | None:
    """Why the books deny `event` where another bench is the reason; None where it is not.

    Nothing is left to do then, but for a label too many: that one is void, and opens a look.
    """
    match event:
        case events.PackingStarted() | events.ItemVerified() | events.ParcelSealed():
            order = books.find(Order, event.order)
            if order is None or len({*order.benches, told.terminal}) < 2:
                return None
            return _at_bench(books, event, order, denial, told)
        case events.ParcelLabelled() | events.ReadBackUndone() | events.LabelReprinted() | events.ParcelVoided():
            order = books.find(Order, event.order)
            if order is None or denial is not Denial.PARCEL_VOID:
                return None
            # A parcel that once counted stands on its order, void or not.
            return None if any(each.sscc == event.parcel for each in order.parcels) else Denial.SEALED_TWICE
        case _:
            return None


def rename(books: Books, former: str, terminal: str) -> None:
    """A device that was enrolled anew still has what it was packing."""
    for order in books.records(Order, _PACKING):
        if order.bench == former:
            books.put(replace(order, benches=(*(each for each in order.benches[:-1] if each != terminal), terminal)))
            books.startle()


def _at_bench(
    books: Books,
    event: events.PackingStarted | events.ItemVerified | events.ParcelSealed,
    order: Order,
    denial: Denial,
    told: Told,
) -> Denial | None:
    if isinstance(event, events.ItemVerified):
        return Denial.OTHER_BENCH if denial is Denial.TOO_MANY else None
    if all(each.is_void for each in order.parcels):
        return None
    if isinstance(event, events.PackingStarted):
        return Denial.OTHER_BENCH if denial is Denial.NOT_PICKED else None
    if denial is not Denial.NOT_PACKING:
        return None
    _void(books, event, told)
    return Denial.SEALED_TWICE


def _void(books: Books, event: events.ParcelSealed, told: Told) -> None:
    """Keeps the parcel that does not count as a void one, so that whoever scans its label is told to take it off."""
    books.put(
        Parcel(
            id=event.parcel,
            order=event.order,
            order_number=event.order_number,
            number=event.number,
            state="voided",
            contents=event.contents,
            carrier=event.carrier,
            service=event.service,
            departs_at=event.departs_at,
            weight_grams=event.weight_grams,
            is_weight_assumed=event.is_weight_assumed,
            sealed_at=told.at,
        )
    )
    discrepancies.open_one(
        books,
        reason=Denial.SEALED_TWICE.value,
        remedy="look",
        subject=str(Key("parcel", event.parcel)),
        about=event.parcel,
        worker=told.worker,
        terminal=told.terminal,
    )
