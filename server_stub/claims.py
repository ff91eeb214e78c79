"""Who works on which task: leases that end by themselves, so that a lost device holds nothing up.

Decides the most urgent task that is free and how long a claim lasts. It reads the store's clock only; a terminal's
clock never extends a lease.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace
from sqlalchemy import bindparam, or_, select

from orders import states
from orders.records import Key, Order, PickTask, Worker
from orders.roles import PICK, NotPermitted, judge_worker
from orders.wire import Change, Claim, Claimed
from server_stub import homecoming, schema
from server_stub.books import Books, rank
from server_stub.rows import ClaimRow
from server_stub.schema import instant

LEASE = timedelta(minutes=30)

_NOT_FOR_PICKING = {
    NotPermitted.UNKNOWN_WORKER: "is nobody who works here: sign on again, or tell a supervisor",
    NotPermitted.WORKER_LEFT: "works here no more: somebody else has to sign on",
    NotPermitted.NOT_THEIR_ROLE: "is no picker: ask a supervisor",
}

_OPEN = ("released", "claimed", "picking", "picked")

_FRESH = (
    select(schema.record.c.id)
    .where(schema.record.c.kind == "task", schema.record.c.state == "released")
    .order_by(schema.record.c.rank, schema.record.c.id)
    .limit(1)
)
# Claimed and not begun in time, or begun and handed on. One that was begun and not handed on has its goods in a tote
# that somebody carries: it is only taken over by name.
_LEFT = (
    select(schema.record.c.id)
    .join(schema.claim, schema.claim.c.task == schema.record.c.id)
    .where(
        schema.record.c.kind == "task",
        schema.claim.c.ends_at <= bindparam("now"),
        or_(schema.record.c.state == "claimed", schema.claim.c.terminal.is_(None)),
    )
    .order_by(schema.record.c.rank, schema.record.c.id)
    .limit(1)
)
_HELD = (
    select(schema.record.c.id)
    .join(schema.claim, schema.claim.c.task == schema.record.c.id)
    .where(schema.record.c.kind == "task", schema.claim.c.terminal == bindparam("terminal"))
    .order_by(schema.record.c.rank, schema.record.c.id)
)


def claim(books: Books, terminal: str, asked: Claim) -> Claimed:
    """The task that was named, else the one this terminal holds, else the most urgent free one; or why not.

    Neither a task nor a reason means that nothing waits to be picked.
    """
    if away := homecoming.still_away(books):
        return Claimed(refused=f"the store was put back to a backup, and {', '.join(away)} may hold walks done since")
    if denial := judge_worker(books.find(Worker, asked.worker), PICK, books.now):
        return Claimed(refused=f"{asked.worker or 'whoever asks'} {_NOT_FOR_PICKING[denial]}")
    task = books.find(PickTask, asked.task) if asked.task else _next(books, terminal)
    if task is None:
        return Claimed(refused=f"no task {asked.task} is known" if asked.task else "")
    if task.state not in _OPEN:
        return Claimed(refused=f"task {task.id} is {task.state}")
    row = books.sheets.claim.get(task.id)
    if row is not None and row.terminal not in (None, terminal) and row.ends_at > books.stamp:
        return Claimed(refused=f"{row.terminal} works on task {task.id}")
    if task.state == "released":
        task = replace(task, state=states.TASK.step(task.state, "claimed"))
    _hold(books, replace(task, claimed_by=terminal, worker=asked.worker))
    return Claimed(
        task=task.id,
        lease_ends_at=books.now + LEASE,
        changes=_changes(books, task),
    )


def extend(books: Books, terminal: str, task_id: str) -> None:
    """Renews a lease by a sign of life: an event of that terminal on its task; ends it where the walk is over."""
    task = books.find(PickTask, task_id)
    if task is None or task.claimed_by != terminal:
        return
    if task.state in _OPEN:
        _hold(books, task)
    elif row := books.sheets.claim.get(task_id):
        books.sheets.claim.drop(row)


def give_back(books: Books, terminal: str, task_id: str) -> Claimed:
    """Frees a task that was not begun, or hands on one that was; or why not."""
    task = books.find(PickTask, task_id)
    if task is None:
        return Claimed(refused=f"no task {task_id} is known")
    row = books.sheets.claim.get(task_id)
    if row is None or row.terminal != terminal:
        return Claimed(refused=f"task {task_id} is not yours")
    task = replace(task, claimed_by=None, lease_ends_at=None)
    if task.state == "claimed":
        books.put(replace(task, state=states.TASK.step(task.state, "released"), worker=None))
        books.sheets.claim.drop(row)
    else:
        books.put(task)
        books.sheets.claim.put(ClaimRow(task_id, None, books.stamp))
    return Claimed(task=task_id, changes=_changes(books, task))


def give_back_all(books: Books, terminal: str) -> tuple[str, ...]:
    """Frees or hands on everything that a terminal holds: its token is revoked; gives the walks that were begun."""
    books.sheets.claim.flush()
    held = books.records(PickTask, _HELD, terminal=terminal)
    for task in held:
        give_back(books, terminal, task.id)
    return tuple(task.id for task in held if task.state != "claimed" and task.state in _OPEN)


def _next(books: Books, terminal: str) -> PickTask | None:
    books.sheets.claim.flush()  # the queries below join the claims
    held = [task for task in books.records(PickTask, _HELD, terminal=terminal) if task.state in _OPEN]
    if held:
        return held[0]
    free = books.records(PickTask, _FRESH) + books.records(PickTask, _LEFT, now=books.stamp)
    return min(free, key=rank, default=None)


def _hold(books: Books, task: PickTask) -> None:
    ends_at = books.now + LEASE
    books.put(replace(task, lease_ends_at=ends_at))
    books.sheets.claim.put(ClaimRow(task.id, task.claimed_by, instant(ends_at)))


def _changes(books: Books, task: PickTask) -> tuple[Change, ...]:
    keys = [Key("task", task.id), Key("order", task.order)]
    order = books.find(Order, task.order)
    if order is not None and order.ship_to:
        keys.append(Key("address", order.ship_to))
    return tuple(change for key in keys if (change := books.change(key)) is not None)
