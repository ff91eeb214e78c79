"""The ledger as the store keeps it: what lies where, what is set aside, what is locked, and every move.

Decides that no place within the walls ever holds less than nothing: what the floor took beyond the book is posted as
found. The rows of one product add up to nothing over all places, so the sums prove themselves.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace
from sqlalchemy import bindparam, or_, select

from orders import ledger
from orders.ledger import Move
from server_stub import schema
from server_stub.books import Books
from server_stub.rows import AllocationRow, MoveRow, StockRow
from server_stub.sheets import Part

OPEN_ENDS = (ledger.OUTSIDE, ledger.GONE, ledger.ADJUSTMENT)
FIRST_SHELF = ledger.shelf("")
BEHIND_SHELVES = FIRST_SHELF[:-1] + chr(ord(FIRST_SHELF[-1]) + 1)

# Shelves only, by a range over the key: a product's totes and parcels outnumber its shelves.
_SHELVES: Part[StockRow] = Part(
    schema.stock,
    "product",
    ("place",),
    schema.stock.c.place >= FIRST_SHELF,
    schema.stock.c.place < BEHIND_SHELVES,
    schema.stock.c.status == ledger.AVAILABLE,
    holds=lambda _, place, status: FIRST_SHELF <= place < BEHIND_SHELVES and status == ledger.AVAILABLE,
)
_OUTSIDE: Part[StockRow] = Part(
    schema.stock,
    "product",
    ("status",),
    schema.stock.c.place == ledger.OUTSIDE,
    holds=lambda _, place, status: place == ledger.OUTSIDE,
)
_ALLOCATED: Part[AllocationRow] = Part(schema.allocation, "order", ("product", "location"))
_ALLOCATED_AT = select(schema.allocation).where(
    schema.allocation.c.product == bindparam("product"), schema.allocation.c.location == bindparam("location")
)


_MOVES_SINCE = select(schema.stock_move).where(
    schema.stock_move.c.product == bindparam("product"),
    schema.stock_move.c.cursor > bindparam("since"),
    or_(schema.stock_move.c.source == bindparam("place"), schema.stock_move.c.target == bindparam("place")),
    schema.stock_move.c.status == ledger.AVAILABLE,
)


def stock_at(books: Books, product: str, place: str, status: str = ledger.AVAILABLE) -> StockRow | None:
    """What the book shows there; None where that product never lay there."""
    return books.sheets.stock.get(product, place, status)


def lying(books: Books, product: str, place: str) -> int:
    """Pieces that the book shows there, available stock only."""
    row = stock_at(books, product, place)
    return row.quantity if row else 0


def brought_since(books: Books, product: str, place: str, cursor: int) -> int:
    """Pieces that hands brought to that place since, less those they took: adjustments only correct the book."""
    return sum(
        row.quantity if row.target == place else -row.quantity
        for row in books.sheets.move.where(_MOVES_SINCE, product=product, place=place, since=cursor)
        if ledger.ADJUSTMENT not in (row.source, row.target)
    )


def shelves(books: Books, product: str) -> list[StockRow]:
    """Every shelf that the book knows for `product`, available stock only."""
    return books.sheets.stock.of(_SHELVES, product)


def foresee_shelves(books: Books, products: Iterable[str]) -> None:
    """Reads at once what the shelves hold of all these products."""
    books.sheets.stock.foresee(_SHELVES, products)


def foresee_arrivals(books: Books, products: Iterable[str]) -> None:
    """Reads at once what goods of all these products that come in from outside are taken from."""
    books.sheets.stock.foresee(_OUTSIDE, products)


def post(books: Books, move: Move, cause: str) -> int:
    """Posts `move` and gives how many pieces had to be found for it: what the book lacked at its source."""
    missing = 0
    if move.source not in OPEN_ENDS:
        row = stock_at(books, move.product, move.source, move.status)
        missing = max(0, move.quantity - (row.quantity if row else 0))
    if missing:
        _carry(books, _found(move, missing), cause)
    _carry(books, move, cause)
    return missing


def post_what_is_there(books: Books, move: Move, cause: str) -> None:
    """Posts as much of `move` as the book holds at its source: for facts that the books deny."""
    row = stock_at(books, move.product, move.source, move.status)
    if quantity := min(move.quantity, row.quantity if row else 0):
        _carry(books, replace(move, quantity=quantity), cause)


def lock(books: Books, product: str, place: str) -> None:
    """Keeps what the book shows there from every order, until a count."""
    if row := stock_at(books, product, place):
        row.is_locked = True
        books.sheets.stock.put(row)


def unlock(books: Books, product: str, place: str) -> None:
    """Gives what the book shows there to orders again: it was counted."""
    if row := stock_at(books, product, place):
        row.is_locked = False
        books.sheets.stock.put(row)


# --- allocations: claims of orders on shelves -----


def allocations(books: Books, order: str) -> list[AllocationRow]:
    """What is set aside for an order, by product and shelf."""
    return books.sheets.allocation.of(_ALLOCATED, order)


def foresee_allocations(books: Books, orders: Iterable[str]) -> None:
    """Reads at once what is set aside for all these orders."""
    books.sheets.allocation.foresee(_ALLOCATED, orders)


def allocations_at(books: Books, product: str, location: str) -> list[AllocationRow]:
    """What is set aside at a shelf, for any order."""
    return books.sheets.allocation.where(_ALLOCATED_AT, product=product, location=location)


def set_aside(books: Books, order: str, row: StockRow, quantity: int) -> None:
    """Claims `quantity` free pieces of a shelf's row for an order."""
    known = books.sheets.allocation.get(order, row.product, ledger.location_of(row.place))
    total = quantity + (known.quantity if known else 0)
    books.sheets.allocation.put(AllocationRow(order, row.product, ledger.location_of(row.place), total))
    row.allocated += quantity
    books.sheets.stock.put(row)


def let_go(books: Books, order: str, product: str, location: str, quantity: int) -> int:
    """Ends the order's claim on up to `quantity` pieces at that shelf; gives how many there were."""
    known = books.sheets.allocation.get(order, product, location)
    if known is None:
        return 0
    freed = min(quantity, known.quantity)
    known.quantity -= freed
    if known.quantity:
        books.sheets.allocation.put(known)
    else:
        books.sheets.allocation.drop(known)
    if row := stock_at(books, product, ledger.shelf(location)):
        row.allocated -= freed
        books.sheets.stock.put(row)
    return freed


def _found(move: Move, missing: int) -> Move:
    return replace(move, quantity=missing, source=ledger.ADJUSTMENT, target=move.source)


def _carry(books: Books, move: Move, cause: str) -> None:
    for place, sign in ((move.source, -1), (move.target, 1)):
        row = stock_at(books, move.product, place, move.status)
        row = row or StockRow(move.product, place, move.status, 0, 0, False)
        row.quantity += sign * move.quantity
        if row.quantity or place.startswith(FIRST_SHELF) or place in OPEN_ENDS:
            books.sheets.stock.put(row)
        else:
            # An emptied tote or parcel leaves no row behind: there are more of them than of shelves.
            books.sheets.stock.drop(row)
    books.sheets.move.put(
        MoveRow(
            cursor=books.tick(),
            product=move.product,
            quantity=move.quantity,
            source=move.source,
            target=move.target,
            status=move.status,
            cause=cause,
            at=books.stamp,
        )
    )
