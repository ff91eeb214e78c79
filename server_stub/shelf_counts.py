"""A shelf that somebody counted: the book follows the count, the shelf is unlocked, and what waited for it goes on.

Decides which counts are so far from the book that a second person has to agree first, and which orders lose their claim
where fewer pieces lie there than were set aside. A walk that is on the floor is never changed from here: it ends at the
shelf, by a pick or a short.
"""

from __future__ import annotations

from msgspec.structs import replace
from sqlalchemy import bindparam, select

from orders import ledger
from orders.ledger import Move
from orders.records import ROLES, Discrepancy, Location, Order, Product, Worker, key_of
from orders.roles import judge_worker
from server_stub import availability, discrepancies, ledger_book, schema
from server_stub.books import Books, rank
from server_stub.floor_repairs import ShelfCount, ShelfCounted
from server_stub.problems import Refusal, unknown
from server_stub.rows import AllocationRow, ShelfCountRow

# Orders that nobody on the floor has seen: what is set aside for them can be taken off again.
_AT_THE_DESK = ("allocated", "backordered")
_NAMED_AT_MOST = 5
_COUNTED_ONCE = "counted_once"
# A discrepancy of that reason is about a row of the table of counts.
_ROW = "shelf_count/"
_COUNT = select(schema.shelf_count).where(schema.shelf_count.c.cursor == bindparam("number"))


def count(books: Books, asked: ShelfCount, asker: str) -> ShelfCounted:
    """Adjusts the book to what was counted and settles what was due a count there; or keeps it until another agrees.

    Refusal (404) for an unknown product, location or worker; (409) where released tasks still have to take more there
    than was counted, or where the one that waits for another person's count is this very person's.
    """
    product, place = key_of(asked.owner, asked.sku), ledger.shelf(asked.location)
    _require_known(books, asked, product, place)
    claims = _claims(books, product, asked.location)
    _refuse_under_walks(asked, claims)
    row = ledger_book.stock_at(books, product, place)
    book = row.quantity if row else 0
    difference = asked.quantity - book
    due = discrepancies.due_counts(books, product, place)
    waiting = next((each for each in due if each.reason == _COUNTED_ONCE), None)
    first = _row_of(books, waiting) if waiting else None
    if first and first.counted_by == asked.counted_by:
        raise _counted_by_the_same(asked)
    is_agreed = first is not None and asked.quantity == first.counted + ledger_book.brought_since(
        books, product, place, first.cursor
    )
    told = ShelfCountRow(
        cursor=books.tick(),
        product=product,
        place=place,
        book=book,
        counted=asked.quantity,
        counted_by=asked.counted_by,
        at=books.stamp,
    )
    books.sheets.shelf_count.put(told)
    if abs(difference) > books.site.recount_above_pieces and not is_agreed:
        waits_as = _wait_for_another(books, told, waiting)
        return ShelfCounted(
            product=product, location=asked.location, counted=asked.quantity, is_booked=False, waits_as=waits_as
        )
    _adjust(books, product, place, difference, f"count/{asked.counted_by}/{asked.key}")
    ledger_book.unlock(books, product, place)
    taken_off = _take_off(books, claims, asked.quantity)
    who = f"{first.counted_by} and {asked.counted_by}" if first and is_agreed else asked.counted_by
    note = f"{who} counted {asked.quantity}, the book showed {book}"
    for each in due:
        discrepancies.close(books, each, asker, note)
    availability.serve_waiting(books, (product,))
    return ShelfCounted(
        product=product,
        location=asked.location,
        book=book,
        counted=asked.quantity,
        difference=difference,
        resolved=tuple(each.id for each in due),
        taken_off=taken_off,
    )


def _row_of(books: Books, waiting: Discrepancy) -> ShelfCountRow | None:
    number = int(waiting.subject.removeprefix(_ROW))
    return next(iter(books.sheets.shelf_count.where(_COUNT, number=number)), None)


def _wait_for_another(books: Books, told: ShelfCountRow, waiting: Discrepancy | None) -> str:
    """The discrepancy by which a second person is sent there. It names who counted, never how many: the next one counts
    blind, of the first count as of the book.
    """
    subject = f"{_ROW}{told.cursor}"
    if waiting is not None:
        books.put(replace(waiting, subject=subject, worker=told.counted_by))
        return waiting.id
    return discrepancies.open_one(
        books,
        reason=_COUNTED_ONCE,
        remedy="count",
        subject=subject,
        about=f"{told.place}.{told.product}",
        product=told.product,
        place=told.place,
        worker=told.counted_by,
    )


def _counted_by_the_same(asked: ShelfCount) -> Refusal:
    return Refusal(
        409,
        "counted_by_the_same",
        expected=f"a count by somebody other than {asked.counted_by}, whose own waits for a second one",
        came=f"another of {asked.counted_by}",
        remedy="let another person count that shelf, and say who it was (--by WORKER)",
    )


def _require_known(books: Books, asked: ShelfCount, product: str, place: str) -> None:
    # What the floor picked where no master data says so stands in the ledger all the same, and has to be countable.
    if ledger_book.stock_at(books, product, place) is None:
        if books.find(Product, product) is None:
            raise unknown("product", product)
        if books.find(Location, asked.location) is None:
            raise unknown("location", asked.location)
    worker = books.find(Worker, asked.counted_by)
    if worker is None:
        raise unknown("worker", asked.counted_by)
    if judge_worker(worker, ROLES, books.now) is not None:
        raise Refusal(
            409,
            "worker_left",
            expected="somebody who works here",
            came=f"{worker.id}, who works here no more",
            remedy="name who counted",
        )


def _claims(books: Books, product: str, location: str) -> list[tuple[Order, AllocationRow]]:
    """Who has pieces set aside there, the most urgent first."""
    claims = [
        (order, row)
        for row in ledger_book.allocations_at(books, product, location)
        if (order := books.find(Order, row.order)) is not None
    ]
    return sorted(claims, key=lambda claim: (rank(claim[0]), claim[0].id))


def _refuse_under_walks(asked: ShelfCount, claims: list[tuple[Order, AllocationRow]]) -> None:
    # Taking these off would send a picker on with a list that the books no longer know, and the count may be lower
    # just because that picker was there already and the device is offline.
    walking = [(order, row) for order, row in claims if order.state not in _AT_THE_DESK]
    needed = sum(row.quantity for _, row in walking)
    if asked.quantity >= needed:
        return
    tasks = [order.tasks[-1] for order, _ in walking if order.tasks]
    named = ", ".join(tasks[:_NAMED_AT_MOST]) + (", ..." if len(tasks) > _NAMED_AT_MOST else "")
    raise Refusal(
        409,
        "walks_on_the_floor",
        expected=f"at least {needed} pieces, which released tasks still have to take at {asked.location}",
        came=f"a count of {asked.quantity}",
        remedy=f"let {named} be picked or shorted there, then count again",
    )


def _adjust(books: Books, product: str, place: str, difference: int, cause: str) -> None:
    if difference:
        source, target = (ledger.ADJUSTMENT, place) if difference > 0 else (place, ledger.ADJUSTMENT)
        ledger_book.post(books, Move(product=product, quantity=abs(difference), source=source, target=target), cause)


def _take_off(books: Books, claims: list[tuple[Order, AllocationRow]], counted: int) -> tuple[str, ...]:
    """Ends claims beyond what was counted, those of the least urgent orders first; gives these orders."""
    excess = sum(row.quantity for _, row in claims) - counted
    taken_off = []
    for order, row in reversed(claims):
        if excess > 0 and order.state in _AT_THE_DESK:
            part = min(excess, row.quantity)
            books.put(availability.take_off(books, order, row.product, row.location, part))
            taken_off.append(order.id)
            excess -= part
    return tuple(taken_off)
