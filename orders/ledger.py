"""Stock as a ledger: every piece is in one place with one status, and every act moves pieces from place to place.

Decides which moves a floor event means. Sums over all places never change here; what the books hold, and what to do
when they hold too little, is the store's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from orders import events
from orders.records import ParcelLine
from orders.shapes import Positive

AVAILABLE = "available"

# Where pieces come from and go to beyond the walls: the ledger's two open ends, and its correction.
OUTSIDE = "outside"
GONE = "gone"
ADJUSTMENT = "adjustment"


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of one product from one place to another, keeping their status."""

    product: str
    quantity: Positive
    source: str
    target: str
    status: str = AVAILABLE


def shelf(location: str) -> str:
    """The place that a location is."""
    return f"shelf/{location}"


def location_of(place: str) -> str:
    """The code of the location that a place on a shelf is."""
    return place.removeprefix(shelf(""))


def tote(code: str) -> str:
    """The place that a tote is."""
    return f"tote/{code}"


def parcel(sscc: str) -> str:
    """The place that a parcel is."""
    return f"parcel/{sscc}"


def moves(event: events.FloorEvent, contents: Callable[[str], Iterable[ParcelLine]]) -> tuple[Move, ...]:
    """What `event` moved. `contents` gives the lines of a parcel by its SSCC (goods issue happens at handover)."""
    match event:
        case events.PickConfirmed():
            picked = ParcelLine(line=0, product=event.product, quantity=event.quantity)
            return _carry((picked,), shelf(event.location), tote(event.tote))
        case events.PickUndone():
            undone = ParcelLine(line=0, product=event.product, quantity=event.quantity)
            return _carry((undone,), tote(event.tote), shelf(event.location))
        case events.ParcelSealed():
            return _carry(event.contents, tote(event.tote), parcel(event.parcel))
        case events.ParcelVoided():
            return _carry(event.contents, parcel(event.parcel), tote(event.tote))
        case events.ManifestHandedOver():
            return tuple(
                move for each in event.parcels for move in _carry(contents(each.parcel), parcel(each.parcel), GONE)
            )
        case _:
            return ()


def _carry(lines: Iterable[ParcelLine], source: str, target: str) -> tuple[Move, ...]:
    total: dict[str, int] = {}
    for line in lines:
        total[line.product] = total.get(line.product, 0) + line.quantity
    return tuple(
        Move(product=product, quantity=quantity, source=source, target=target) for product, quantity in total.items()
    )
