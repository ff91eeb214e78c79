"""Picked goods that come back to a shelf: moved in the ledger from where they lie, and available again from there.

Decides which shelf may take them. Whoever picked them, and why that was one too many, is settled already.
"""

from __future__ import annotations

from orders import ledger
from orders.ledger import Move
from orders.records import Location
from server_stub import availability, discrepancies, ledger_book
from server_stub.books import Books
from server_stub.floor_repairs import PutBack, PutBackDone
from server_stub.problems import Refusal, unknown

_SHELVES = ("pick", "reserve")


def put_back(books: Books, asked: PutBack, asker: str) -> PutBackDone:
    """Moves a discrepancy's pieces to a shelf and settles it.

    Refusal (404) where discrepancy or location is unknown; (409) where it is settled, is no put-back, its pieces have
    left that place, or the shelf is locked; (422) where the location is no shelf.
    """
    found = discrepancies.require_open(books, asked.discrepancy)
    if found.remedy != "put_back":
        raise discrepancies.other_remedy(found)
    location = books.find(Location, asked.location)
    if location is None:
        raise unknown("location", asked.location)
    target = ledger.shelf(location.id)
    _require_shelf(books, location, found.product, target)
    lying = ledger_book.lying(books, found.product, found.place)
    if lying < found.quantity:
        raise Refusal(
            409,
            "not_there",
            expected=f"{found.quantity} of {found.product} in {found.place}",
            came=f"{lying} there in the book",
            remedy=f"count the shelf where the goods are now, then resolve {found.id} with a note",
        )
    move = Move(product=found.product, quantity=found.quantity, source=found.place, target=target)
    ledger_book.post(books, move, f"put-back/{asked.key}")
    discrepancies.close(books, found, asker, f"put back to {location.id}")
    availability.serve_waiting(books, (found.product,))
    return PutBackDone(
        discrepancy=found.id, product=found.product, quantity=found.quantity, source=found.place, target=target
    )


def _require_shelf(books: Books, location: Location, product: str, place: str) -> None:
    if location.use not in _SHELVES:
        raise Refusal(
            422,
            "no_shelf",
            expected="a shelf (a location for picking or reserve)",
            came=f"{location.id}, which is for {location.use}",
            remedy="bring the goods to a shelf and name that",
        )
    row = ledger_book.stock_at(books, product, place)
    if row is not None and row.is_locked:
        # Added to pieces that nobody has counted yet, they would be in the count or not, by chance.
        raise Refusal(
            409,
            "shelf_locked",
            expected=f"a shelf where {product} is not due a count",
            came=f"{location.id}, which is locked until it is counted",
            remedy=f"count {location.id} first, or bring the goods to another shelf",
        )
