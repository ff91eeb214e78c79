"""A store that is full already: so many open orders, and terminals in the midst of walks that never end.

Decides what a measured store holds. It writes through the store's own books, without the requests that would take
minutes for a hundred thousand orders. It measures nothing.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

import msgspec

from benchmarks.private_postgres import PrivatePostgres
from benchmarks.walks import NOW, WORKER
from orders import ledger, wire
from orders.envelope import seal
from orders.events import PickConfirmed
from orders.records import Location, Order, OrderLine, Owner, PickTask, Product, Stop, Tote, Worker
from server_stub import authority, people, transfer
from server_stub.books import Books
from server_stub.embedded import Embedded
from server_stub.floor_setup import NewToken
from server_stub.place import Place
from server_stub.postgresql import Postgres
from server_stub.rows import AllocationRow, ClaimRow, Forms, JournalRow, StockRow, TerminalRow
from server_stub.schema import instant
from server_stub.store import found

LINES = 3
SHELVES = 60
# So many pieces are wanted of each line that a walk lasts longer than any run.
PIECES = 1_000_000
_AT_ONCE = 500


class Pusher:
    """One terminal that picks piece after piece of its own order: batches of events, numbered on, as they travel."""

    def __init__(self, order: int, epoch: str) -> None:
        self.terminal = self.journal = terminal_id(order)
        self.token = token_of(self.terminal)
        self.epoch = epoch
        self.order, self.task = _order(order, is_begun=True), _task(order, is_begun=True)
        self.number = 0

    def event(self) -> tuple[PickConfirmed, bytes]:
        """The next fact, and its bytes under its number."""
        stop = self.task.stops[self.number % len(self.task.stops)]
        self.number += 1
        picked = PickConfirmed(
            task=self.task.id,
            order=self.order.id,
            stop=stop.number,
            location=stop.location,
            product=stop.product,
            quantity=1,
            tote=self.task.tote or "",
        )
        return picked, seal(self.number, NOW, WORKER, picked)

    def push(self, events: int) -> wire.Push:
        """The next batch."""
        bodies = tuple(msgspec.Raw(self.event()[1]) for _ in range(events))
        return wire.Push(journal=self.journal, epoch=self.epoch, events=bodies)


def furnish(folder: Path, *, orders: int, terminals: int, supervisors: int = 1) -> list[Pusher]:
    """Makes a store in `folder` with so many open orders, the first of them being picked by so many terminals."""
    folder.mkdir(parents=True, exist_ok=True)
    place = Place(folder)
    found(place.database, NOW)
    database = Embedded(place.database)
    cursor, forms = database.driver(), Forms(database)
    epoch = ""
    for begin in range(0, orders, _AT_ONCE):
        database.begin(cursor)
        books = Books(database, forms, cursor, NOW)
        epoch = books.epoch
        if begin == 0:
            _shelves(books, orders)
            for desk in range(supervisors):
                _desk(books, desk)
        for number in range(begin, min(begin + _AT_ONCE, orders)):
            _enter(books, number, is_begun=number < terminals)
        books.flush()
        database.commit(cursor)
    database.release(cursor)
    database.fold_log()
    return [Pusher(number, epoch) for number in range(terminals)]


def housed(folder: Path, server: PrivatePostgres | None) -> Path | str:
    """Where the store of `folder` is: its file, or the address of a database of its own on `server`, moved there."""
    place = Place(folder)
    if server is None:
        return place.database
    address = server.make(f"bench_{secrets.token_hex(4)}")
    transfer.load(Embedded(place.database), Postgres(address))
    place.database.unlink()
    return address


def database_name(server: PrivatePostgres | None) -> str:
    """What a figure calls the database that it was measured on: that of `server`, or the embedded one."""
    return "PostgreSQL" if server else "SQLite"


def terminal_id(order: int) -> str:
    """The terminal that picks an order, which is also the name of its journal."""
    return f"BENCH-{order:04d}"


def token_of(terminal: str) -> str:
    """The token of a terminal of the measured store."""
    return f"only-for-measuring-{terminal}"


def supervisor_token(number: int) -> str:
    """The token of a supervisor of the measured store."""
    return f"only-for-measuring-supervisor-{number}"


def sku_of(number: int) -> str:
    """A SKU that lies on a shelf, whatever the number."""
    return _sku(number % SHELVES)


def _desk(books: Books, number: int) -> None:
    asked = NewToken(label=f"DESK-{number}", role="supervisor")
    people.add_token(books, asked, supervisor_token(number))


def _shelves(books: Books, orders: int) -> None:
    books.put(Owner(id="HOME", name="Demo Goods"))
    books.put(Worker(id=WORKER, name="Ada", roles=("picker",)))
    for number in range(SHELVES):
        books.put(Location(id=_location(number), walk=number + 1))
        books.put(Product(id=f"HOME/{_sku(number)}", owner="HOME", sku=_sku(number), description=f"Kettle {number}"))
        held = PIECES * (orders + 1) * LINES
        place = ledger.shelf(_location(number))
        row = StockRow(f"HOME/{_sku(number)}", place, ledger.AVAILABLE, held + PIECES, held, is_locked=False)
        books.sheets.stock.put(row)


def _enter(books: Books, number: int, *, is_begun: bool) -> None:
    task = _task(number, is_begun=is_begun)
    books.put(_order(number, is_begun=is_begun))
    books.put(task)
    for stop in task.stops:
        books.sheets.allocation.put(AllocationRow(task.order, stop.product, stop.location, PIECES))
    if is_begun and task.claimed_by and task.tote:
        terminal = task.claimed_by
        books.put(Tote(id=task.tote, state="picking", task=task.id, order=task.order))
        books.sheets.claim.put(ClaimRow(task.id, terminal, instant(NOW + timedelta(days=1))))
        books.sheets.terminal.put(TerminalRow(terminal, terminal, "", instant(NOW)))
        books.sheets.journal.put(JournalRow(terminal, terminal, 0, instant(NOW)))
        people.give_token(books, token_of(terminal), authority.TERMINAL, terminal)


def _order(number: int, *, is_begun: bool) -> Order:
    return Order(
        id=f"HOME/{number:07d}",
        owner="HOME",
        number=f"{number:07d}",
        state="picking" if is_begun else "released",
        received_at=NOW,
        lines=tuple(
            OrderLine(
                number=line + 1,
                product=f"HOME/{_sku(_at(number, line))}",
                sku=_sku(_at(number, line)),
                description=f"Kettle {_at(number, line)}",
                ordered=PIECES,
                allocated=PIECES,
            )
            for line in range(LINES)
        ),
        digest=f"{number:032x}",
        customer=f"C{number}",
        ship_to=f"customer/C{number}",
        tasks=(_task_id(number),),
    )


def _task(number: int, *, is_begun: bool) -> PickTask:
    task = PickTask(
        id=_task_id(number),
        order=f"HOME/{number:07d}",
        order_number=f"{number:07d}",
        owner="HOME",
        state="released",
        stops=tuple(
            Stop(
                number=line + 1,
                location=_location(_at(number, line)),
                product=f"HOME/{_sku(_at(number, line))}",
                sku=_sku(_at(number, line)),
                description=f"Kettle {_at(number, line)}",
                quantity=PIECES,
            )
            for line in range(LINES)
        ),
    )
    if not is_begun:
        return task
    return msgspec.structs.replace(
        task, state="picking", claimed_by=terminal_id(number), worker=WORKER, tote=f"T{number:04d}"
    )


def _at(order: int, line: int) -> int:
    return (order * LINES + line) % SHELVES


def _sku(number: int) -> str:
    return f"SKU-{number:05d}"


def _location(number: int) -> str:
    return f"A-{number:05d}"


def _task_id(number: int) -> str:
    return f"T{number + 1:06d}"
