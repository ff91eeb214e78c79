"""What a supervisor, an office or another system asks of the store: thin functions, one an endpoint of the route table.

Decides which step answers. It holds no rule of the floor.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from msgspec import Meta
from msgspec.structs import replace

from orders import VERSION, wire
from orders.intake import Receipt, Receipts
from orders.records import KINDS
from orders.shapes import Struct
from server_stub import (
    departures,
    discrepancies,
    intake_desk,
    keyed,
    missed_trucks,
    put_backs,
    release,
    shelf_counts,
)
from server_stub.books import Books
from server_stub.endpoints import Call, act
from server_stub.floor_repairs import PutBackDone, ShelfCounted
from server_stub.floor_setup import (
    DepartureMoved,
    Done,
    MoveDeparture,
    OrderReport,
    Page,
    RolledOver,
    RollOver,
    Status,
    StockPage,
)
from server_stub.keyed import Reply
from server_stub.problems import unknown
from server_stub.reading import LARGEST_PAGE
from server_stub.store import Store
from server_stub.writer import Step


class PageQuery(Struct, frozen=True, kw_only=True):
    """Which page: behind which id, of which state, of how many records."""

    state: str = ""
    after: str = ""
    limit: Annotated[int, Meta(gt=0, le=LARGEST_PAGE)] = 100


async def release_orders(store: Store, call: Call) -> wire.Released:
    """Sends allocated orders to the floor: those named, or every one."""
    asked: wire.Release = call.message
    asker, owner = call.caller.name, call.caller.owner
    known = await store.write(lambda books: keyed.recalled(books, asker, asked.key, asked, wire.Released))
    if known is not None:
        return known
    tasks: list[str] = []
    refused: list[tuple[str, str]] = []
    lacking: dict[str, None] = {}
    mark: release.Mark | None = release.Mark()
    while mark is not None:
        released, mark = await store.write(partial(release.release_slice, asked=asked, mark=mark, owner=owner))
        tasks += released.tasks
        refused += released.refused
        lacking |= dict.fromkeys(released.lacking)
    answer = wire.Released(tasks=tuple(tasks), refused=tuple(refused), lacking=tuple(lacking))
    await act(
        store,
        call,
        lambda books: keyed.remember(books, asker, asked.key, asked, answer),
        lambda _: f"{len(answer.tasks)} orders released, {len(answer.refused)} refused",
    )
    return answer


async def move_departure(store: Store, call: Call) -> DepartureMoved:
    """Lets today's departure leave at another time; open orders, parcels and manifests go along."""
    asked: MoveDeparture = call.message
    asker = call.caller.name
    known = await store.write(lambda books: keyed.recalled(books, asker, asked.key, asked, DepartureMoved))
    if known is not None:
        return known
    moved: DepartureMoved = await act(
        store,
        call,
        partial(departures.move, asked=asked),
        lambda done: (
            f"{done.carrier} {done.service} of {done.scheduled_at:%Y-%m-%d %H:%M} to {done.departs_at:%H:%M} UTC"
        ),
    )
    followed = await departures.follow(store.write)
    answer = replace(moved, orders=followed.orders, parcels=followed.parcels)
    await store.write(lambda books: keyed.remember(books, asker, asked.key, asked, answer))
    return answer


async def roll_over(store: Store, call: Call) -> RolledOver:
    """Puts the parcels of a truck that did not come on the next departure."""
    asked: RollOver = call.message
    asker = call.caller.name
    known = await store.write(lambda books: keyed.recalled(books, asker, asked.key, asked, RolledOver))
    if known is not None:
        return known
    moved, rolled = 0, await act(store, call, partial(missed_trucks.roll_slice, id=asked.manifest), _rolled_from)
    while rolled.parcels:
        moved += rolled.parcels
        rolled = await store.write(partial(missed_trucks.roll_slice, id=asked.manifest))
    answer = replace(rolled, parcels=moved)
    await store.write(lambda books: keyed.remember(books, asker, asked.key, asked, answer))
    return answer


def _rolled_from(rolled: RolledOver) -> str:
    return f"to {rolled.manifest}"


async def count_shelf(store: Store, call: Call) -> ShelfCounted:
    """Takes a shelf's count: adjusts the book, unlocks the shelf, and tries the orders again that wait for it."""
    return await _settle_once(store, call, ShelfCounted, shelf_counts.count)


async def put_back(store: Store, call: Call) -> PutBackDone:
    """Takes picked goods back to a shelf, where they are available again."""
    return await _settle_once(store, call, PutBackDone, put_backs.put_back)


async def resolve_discrepancy(store: Store, call: Call) -> Done:
    """Settles a discrepancy that somebody looked at, with a note."""
    return await _settle_once(store, call, Done, discrepancies.resolve)


async def _settle_once(store: Store, call: Call, gives: type[Reply], do: Callable[[Books, Any, str], Reply]) -> Reply:
    asked, asker = call.message, call.caller.name
    return await act(
        store,
        call,
        lambda books: keyed.once(books, asker, asked.key, asked, gives, lambda: do(books, asked, asker)),
        lambda _: next(str(getattr(asked, name)) for name in ("discrepancy", "location") if hasattr(asked, name)),
    )


async def intake(store: Store, call: Call) -> Receipts:
    """Takes locations, products, stock, customers and orders, each judged for itself."""
    receipts: list[Receipt] = []
    for entries in intake_desk.slices(call.message):
        step: Step[list[Receipt]] = partial(intake_desk.take, entries=entries, of_its_owner=call.caller.of_its_owner)
        taken = await act(store, call, step, intake_desk.summary)
        receipts += taken
    return Receipts(receipts=tuple(receipts))


async def report_orders(store: Store, call: Call) -> OrderReport:
    """Lists orders that are held, back-ordered or changed after they left the desk."""
    return store.reader.report(call.query.after, call.query.limit, call.caller.owner)


async def record(store: Store, call: Call) -> wire.Change:
    """Answers one record."""
    kind, id = call.path["kind"], call.path["id"].lstrip("/")
    found = store.reader.record(kind, id, call.caller.owner) if call.caller.sees(kind) else None
    if found is None:
        raise unknown(kind, id)
    return found


async def records(store: Store, call: Call) -> Page:
    """Lists records of a kind by id, or those in one state by urgency."""
    kind, asked = call.path["kind"], call.query
    if kind not in KINDS or not call.caller.sees(kind):
        raise unknown("kind of record", kind)
    return store.reader.records(kind, asked.state, asked.after, asked.limit, call.caller.owner)


async def stock(store: Store, call: Call) -> StockPage:
    """Lists what lies on the shelves."""
    return store.reader.shelves(call.query.after, call.query.limit, call.caller.owner)


async def status(store: Store, call: Call) -> Status:
    """Counts records, events and what is parked."""
    return store.reader.status(VERSION, store.epoch, store.cursor, call.caller.owner)
