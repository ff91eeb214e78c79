"""What a supervisor says to the store to settle what floor and books disagree on, and what it answers.

Decides the shape of those messages only. What they change is the business of shelf_counts, put_backs and discrepancies.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from orders.intake import Code, Number
from orders.shapes import KEY, NOTE, RequestKey, Struct, text

MOST_COUNTED = 10_000_000
Pieces = Annotated[int, Meta(ge=0, le=MOST_COUNTED)]
WorkerId = Annotated[str, Meta(min_length=1, max_length=64), text(KEY, 64)]
Note = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"\S"), text(NOTE, 2000)]


class ShelfCount(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """So many available pieces of one product lie on one shelf: somebody counted them without being told the book."""

    key: RequestKey
    owner: Number
    sku: Number
    location: Code
    quantity: Pieces
    counted_by: WorkerId


class ShelfCounted(Struct, frozen=True, kw_only=True):
    """What a count changed: `difference` is counted less book, `resolved` the discrepancies that it settled.

    `taken_off` are the orders that the shelf cannot serve any more: they got other shelves, or are back-ordered.
    One that is far from the book is not booked but kept: `waits_as` is the discrepancy under which it waits for another
    person's count, and nothing is said of the book.
    """

    product: str
    location: str
    counted: int
    is_booked: bool = True
    book: int | None = None
    difference: int | None = None
    resolved: tuple[str, ...] = ()
    taken_off: tuple[str, ...] = ()
    waits_as: str = ""


class PutBack(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The pieces of a discrepancy were brought to a shelf."""

    key: RequestKey
    discrepancy: str
    location: Code


class PutBackDone(Struct, frozen=True, kw_only=True):
    """What the put-back moved; from now on an order can be given these pieces."""

    discrepancy: str
    product: str
    quantity: int
    source: str
    target: str


class Resolve(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody looked; `note` says what was found."""

    key: RequestKey
    discrepancy: str
    note: Note
