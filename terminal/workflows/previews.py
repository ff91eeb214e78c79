"""Looking at what is printed for the parcel at hand: what came out, what is held, or what sealing would print.

Decides which papers are meant at a step. Nothing is spent, written or printed by looking; how the papers look on a
screen is not known here.
"""

from __future__ import annotations

from orders.calendar import parcel_departure
from orders.events import ParcelLabelled
from orders.records import Order, Parcel, ParcelLine
from terminal import preview_wording as words
from terminal.floor import Floor
from terminal.workflows.steps import (
    AskVoid,
    Here,
    Labelling,
    Looks,
    Packing,
    PackWait,
    Prints,
    Refused,
    Step,
    Weighing,
)


def offers(step: Step, here: Here) -> bool:
    """Whether there is something to look at; a held print lists it by itself."""
    match step:
        case Labelling() | AskVoid() | Packing() | Weighing():
            return True
        case PackWait():
            return _parcel_before(here) is not None
        case _:
            return False


def judge(step: Step, floor: Floor, here: Here) -> Looks | Refused:
    """The papers to show at `step`, or that there are none."""
    match step:
        case Labelling(parcel=parcel) | AskVoid(parcel=parcel):
            return Looks(parcel=parcel)
        case Packing() | Weighing() if order := floor.order(step.order):
            return Looks(sealing=_forecast(order, floor, here))
        case PackWait() if (before := _parcel_before(here)) is not None:
            return Looks(parcel=before)
        case Prints(job=job) if job in [each.job for each in here.held]:
            return Looks(job=job)
        case _:
            return Refused(words.nothing_to_see(), "nothing_to_preview")


def _parcel_before(here: Here) -> str | None:
    last = here.trail[-1] if here.trail else None
    return last.parcel if isinstance(last, ParcelLabelled) else None


def _forecast(order: Order, floor: Floor, here: Here) -> Parcel:
    """The parcel that all picked goods of `order` make; its weight is 0 where the scale alone knows it."""
    picked = tuple(
        ParcelLine(line=line.number, product=line.product, quantity=line.picked - line.packed)
        for line in order.lines
        if line.picked > line.packed
    )
    products = [(floor.product(line.product), line.quantity) for line in picked]
    weighs = [product.weight_grams * pieces for product, pieces in products if product and product.weight_grams]
    departure = parcel_departure(floor.site, order, here.now) if floor.site else None
    return Parcel(
        id=here.next_sscc(order.owner) or "",
        order=order.id,
        order_number=order.number,
        number=1 + sum(1 for each in order.parcels if not each.is_void),
        state="sealed",
        contents=picked,
        carrier=order.carrier,
        service=order.service,
        departs_at=departure.departs_at if departure else None,
        moved_from_at=departure.moved_from_at if departure else None,
        weight_grams=sum(weighs) if len(weighs) == len(products) else 0,
        is_weight_assumed=here.has_scale or any(product.is_assumed for product, _ in products if product),
    )
