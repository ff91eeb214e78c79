"""Allocated orders go to the floor: each becomes one pick task whose stops stand in the order of the walk.

Decides which orders may go; what an order lacks when it goes stays on the list of what is awaited. Who walks is claims'
business, the way is walks'.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace
from sqlalchemy import bindparam, or_, select

from orders import states
from orders.records import Order
from orders.wire import Release, Released
from server_stub import availability, ledger_book, schema, seal_needs, walks
from server_stub.books import Books, rank

# One transaction releases so many orders at most, so that the floor's events never wait long behind a wave.
SLICE = 100

_NEXT = (
    select(schema.record.c.id)
    .where(
        schema.record.c.kind == "order",
        schema.record.c.state == "allocated",
        or_(bindparam("owner") == "", schema.record.c.owner == bindparam("owner")),
        (schema.record.c.rank > bindparam("rank"))
        | ((schema.record.c.rank == bindparam("rank")) & (schema.record.c.id > bindparam("id"))),
    )
    .order_by(schema.record.c.rank, schema.record.c.id)
    .limit(bindparam("most"))
)


class Mark(msgspec.Struct, frozen=True):
    """How far a release has come: among the orders that were named, or in the row of all that are allocated."""

    named: int = 0
    rank: str = ""
    id: str = ""


class Releasing(msgspec.Struct, frozen=True):
    """A release under way: where it goes on, and what it has told so far."""

    mark: Mark = Mark()
    released: Released = Released(tasks=())

    def and_then(self, some: Released, mark: Mark | None) -> Releasing | Released:
        """What is told once `some` was released too: under way from `mark` on, or all of it."""
        whole = Released(
            tasks=self.released.tasks + some.tasks,
            refused=self.released.refused + some.refused,
            lacking=tuple(dict.fromkeys(self.released.lacking + some.lacking)),
        )
        return whole if mark is None else Releasing(mark, whole)


def release_slice(books: Books, asked: Release, mark: Mark, owner: str = "") -> tuple[Released, Mark | None]:
    """Releases the next slice of what was asked for, the most urgent first; gives where to go on, None at the end.

    Where an `owner` is named, the orders of others are no such orders.
    """
    if asked.orders:
        ids = asked.orders[mark.named : mark.named + SLICE]
        following = Mark(named=mark.named + SLICE)
    else:
        found = books.records(Order, _NEXT, rank=mark.rank, id=mark.id, owner=owner, most=SLICE)
        ids = tuple(order.id for order in found)
        following = Mark(rank=rank(found[-1]), id=found[-1].id) if found else mark
    return release(books, ids, owner), following if len(ids) == SLICE else None


def release(books: Books, orders: Iterable[str], owner: str = "") -> Released:
    """Sends the named orders to the floor, each for itself; says why where one cannot go."""
    orders = tuple(orders)
    _foresee(books, orders)
    tasks, refused, released = [], [], []
    for id in orders:
        order = books.find(Order, id)
        if order is None or (owner and order.owner != owner):
            refused.append((id, "no such order"))
        elif order.is_held:
            refused.append((id, f"held: {', '.join(hold.reason for hold in order.holds)}"))
        elif order.state in ("allocated", "backordered"):
            order = availability.allocate_again(books, order)
            if order.state == "allocated":
                tasks.append(_release(books, order))
                released.append(order)
            else:
                books.put(order)
                refused.append((id, "back-ordered: nothing of it is free on any shelf"))
        else:
            refused.append((id, f"it is {order.state}"))
    return Released(tasks=tuple(tasks), refused=tuple(refused), lacking=seal_needs.lacking(books, released))


def _foresee(books: Books, ids: Sequence[str]) -> None:
    """Reads at once what releasing these orders will ask for one by one."""
    books.foresee(Order, ids)
    found = [order for id in ids if (order := books.find(Order, id)) is not None]
    availability.foresee(books, ids, {line.product: None for order in found for line in order.lines})
    walks.foresee(books, len(found))


def _release(books: Books, order: Order) -> str:
    claims = ((row.product, row.location, row.quantity) for row in ledger_book.allocations(books, order.id))
    task, order = walks.begin(books, order, walks.stops_of(books, order, claims))
    books.put(task)
    books.put(replace(order, state=states.ORDER.step(order.state, "released")))
    return task.id
