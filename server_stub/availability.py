"""What an order can be given from the shelves: sets stock aside, frees it, and tries waiting orders again.

Decides which shelf serves a line (one that covers it whole before several, in the order of the walk), when an order
is back-ordered, and that what comes in reaches an order on its walk as a stop of that walk; one that waits for a bench
or stands there goes on when its parcel has left. It never looks at holds or addresses: those are verification's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from orders import ledger, states
from orders.records import Location, Order, OrderLine, PickTask
from orders.verdicts import still_to_find
from server_stub import ledger_book, schema, walks
from server_stub.books import Books, rank
from server_stub.rows import AwaitedRow, StockRow
from server_stub.sheets import Part

# What an order may wait for: a product's goods, a customer's address.
GOODS, ADDRESS = "goods", "address"

_AWAITED_BY: Part[AwaitedRow] = Part(schema.awaited, "order", ("what", "key"))


def _waiting_for(what: str) -> Part[AwaitedRow]:
    return Part(
        schema.awaited, "key", ("rank", "order"), schema.awaited.c.what == what, holds=lambda on, *_: on == what
    )


_WAITING_FOR = {what: _waiting_for(what) for what in (GOODS, ADDRESS)}


def foresee(books: Books, orders: Iterable[str], products: Iterable[str]) -> None:
    """Reads at once what giving these products to these orders will ask for one by one."""
    orders, products = tuple(orders), tuple(products)
    ledger_book.foresee_shelves(books, products)
    shelves = (row for product in products for row in ledger_book.shelves(books, product))
    books.foresee(Location, (ledger.location_of(row.place) for row in shelves))
    ledger_book.foresee_allocations(books, orders)
    books.sheets.awaited.foresee(_AWAITED_BY, orders)


def allocate(books: Books, order: Order) -> Order:
    """`order` with as much set aside for it as the shelves have free, allocated or back-ordered accordingly."""
    lines = list(order.lines)
    for product, missing in _missing(lines).items():
        _share_out(lines, product, sum(part for *_, part in _take(books, order.id, product, missing)))
    order = replace(order, lines=tuple(lines), state=_state(order.state, lines))
    return await_goods(books, order)


def add_stops(
    books: Books, order: Order, task: PickTask, product: str, wanted: int, instead_of: int = 0
) -> tuple[Order, PickTask]:
    """Order and open walk with up to `wanted` more pieces set aside, a stop of its own for each shelf that has some.

    `instead_of` names the stop whose short brings them. What no shelf has is back-ordered from now on.
    """
    found = _take(books, order.id, product, min(wanted, still_to_find(task, order, product)))
    lines = list(order.lines)
    _share_out(lines, product, sum(part for *_, part in found))
    stops = walks.stops_of(books, order, found)
    if stops:
        task = walks.join(books, task, (replace(stop, instead_of=instead_of) for stop in stops))
    return await_goods(books, replace(order, lines=tuple(lines))), task


def allocate_again(books: Books, order: Order) -> Order:
    """`order` after its claims on locked shelves were dropped and other shelves were asked."""
    for row in ledger_book.allocations(books, order.id):
        stock = ledger_book.stock_at(books, row.product, f"shelf/{row.location}")
        if stock is not None and stock.is_locked:
            freed = ledger_book.let_go(books, order.id, row.product, row.location, row.quantity)
            order = replace(order, lines=_lowered(order.lines, row.product, freed))
    return allocate(books, order)


def take_off(books: Books, order: Order, product: str, location: str, quantity: int) -> Order:
    """`order` without its claim on so many pieces at that shelf; it waits for them, back-ordered if nothing is left."""
    freed = ledger_book.let_go(books, order.id, product, location, quantity)
    lines = _lowered(order.lines, product, freed)
    order = replace(order, lines=lines, state=_state(order.state, lines))
    return await_goods(books, order)


def lowered(order: Order, product: str, quantity: int) -> Order:
    """`order` with so many pieces less set aside on its lines; its rows at the shelves stay as they are."""
    return replace(order, lines=_lowered(order.lines, product, quantity))


def free(books: Books, order: str) -> tuple[str, ...]:
    """Ends every claim of an order; gives the products that were freed."""
    rows = ledger_book.allocations(books, order)
    for row in rows:
        ledger_book.let_go(books, order, row.product, row.location, row.quantity)
    stop_waiting(books, order)
    return tuple(dict.fromkeys(row.product for row in rows))


def serve_waiting(books: Books, products: Iterable[str]) -> None:
    """Gives what is free now to the orders that wait for it: promised date first, then priority, then age."""
    for product in products:
        for waiting in waiting_for(books, GOODS, product):
            if not any(row.free for row in ledger_book.shelves(books, product)):
                break
            order = books.find(Order, waiting.order)
            if order is None or order.is_held:
                continue
            if order.state in ("backordered", "allocated"):
                books.put(allocate(books, order))
            elif (task := walks.open_walk(books, order)) is not None:
                _serve_on_its_walk(books, order, task, product)


def _serve_on_its_walk(books: Books, order: Order, task: PickTask, product: str) -> None:
    order, longer = add_stops(books, order, task, product, still_to_find(task, order, product))
    if longer is not task:
        books.put(longer)
        books.put(order)
        books.startle()


def waiting_for(books: Books, what: str, key: str) -> list[AwaitedRow]:
    """The orders that wait for that, the most urgent first."""
    return books.sheets.awaited.of(_WAITING_FOR[what], key)


def foresee_waiting(books: Books, what: str, keys: Iterable[str]) -> None:
    """Reads at once which orders wait for each of these."""
    books.sheets.awaited.foresee(_WAITING_FOR[what], keys)


def wait_for(books: Books, what: str, key: str, order: Order) -> None:
    """Notes that `order` waits for that."""
    books.sheets.awaited.put(AwaitedRow(what, key, order.id, rank(order)))


def stop_waiting(books: Books, order: str) -> None:
    """Forgets whatever the order waited for."""
    for row in books.sheets.awaited.of(_AWAITED_BY, order):
        books.sheets.awaited.drop(row)


def rank_again(books: Books, order: Order) -> None:
    """Puts the order where it belongs by now in every list in which it waits."""
    for row in books.sheets.awaited.of(_AWAITED_BY, order.id):
        books.sheets.awaited.put(AwaitedRow(row.what, row.key, row.order, rank(order)))


def await_goods(books: Books, order: Order) -> Order:
    """Brings the list of what `order` waits for up to date, and gives the order with the same on its lines."""
    stop_waiting(books, order.id)
    for product in _missing(order.lines):
        wait_for(books, GOODS, product, order)
    lines = tuple(_waiting(line, books.now) for line in order.lines)
    return order if lines == order.lines else replace(order, lines=lines)


def _waiting(line: OrderLine, now: datetime) -> OrderLine:
    missing = max(0, line.unallocated)
    if missing == line.back_ordered:
        return line
    since_at = (line.back_ordered_since_at or now) if missing else None
    return replace(line, back_ordered=missing, back_ordered_since_at=since_at)


def _missing(lines: Iterable[OrderLine]) -> dict[str, int]:
    missing: dict[str, int] = {}
    for line in lines:
        if line.unallocated > 0:
            missing[line.product] = missing.get(line.product, 0) + line.unallocated
    return missing


def _take(books: Books, order: str, product: str, wanted: int) -> list[walks.Claim]:
    left, found = wanted, list[walks.Claim]()
    for row in _in_turn(books, product, wanted):
        if part := min(left, row.free):
            ledger_book.set_aside(books, order, row, part)
            found.append((product, ledger.location_of(row.place), part))
            left -= part
        if not left:
            break
    return found


def _in_turn(books: Books, product: str, wanted: int) -> list[StockRow]:
    candidates = []
    for row in ledger_book.shelves(books, product):
        location = books.find(Location, ledger.location_of(row.place))
        if row.free and location is not None and location.use == "pick":
            candidates.append((row.free < wanted, location.walk, location.id, row))
    return [row for *_, row in sorted(candidates, key=lambda each: each[:3])]


def _share_out(lines: list[OrderLine], product: str, quantity: int) -> None:
    for place, line in enumerate(lines):
        if line.product == product and (part := min(quantity, max(0, line.unallocated))):
            lines[place] = replace(line, allocated=line.allocated + part)
            quantity -= part


def _lowered(lines: tuple[OrderLine, ...], product: str, freed: int) -> tuple[OrderLine, ...]:
    lowered = []
    for line in lines:
        part = min(freed, line.allocated) if line.product == product else 0
        freed -= part
        lowered.append(replace(line, allocated=line.allocated - part) if part else line)
    return tuple(lowered)


def _state(state: str, lines: Iterable[OrderLine]) -> str:
    following = "allocated" if any(line.allocated for line in lines) else "backordered"
    if following == state:
        return state
    if state == "allocated":
        state = states.ORDER.step(state, "verified")
    return states.ORDER.step(state, following)
