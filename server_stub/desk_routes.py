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
from orders.states import STATES
from server_stub import (
    audit,
    departures,
    discrepancies,
    intake_desk,
    missed_trucks,
    put_backs,
    release,
    shelf_counts,
)
from server_stub.books import Books
from server_stub.endpoints import Call, act, act_at_length, act_once
from server_stub.floor_repairs import PutBackDone, ShelfCounted
from server_stub.floor_setup import (
    DepartureMoved,
    Done,
    OrderReport,
    Page,
    RolledOver,
    Status,
    StockPage,
)
from server_stub.keyed import Reply
from server_stub.long_requests import Course
from server_stub.problems import shown, unknown, wrong_type
from server_stub.reading import LARGEST_PAGE
from server_stub.store import Store
from server_stub.writer import Step


class PageQuery(Struct, frozen=True, kw_only=True):
    """Which page: behind which row, of how many rows."""

    after: Annotated[str, Meta(description="What the page before this one gave as `next`.")] = ""
    limit: Annotated[int, Meta(gt=0, le=LARGEST_PAGE, description="How many rows a page has at most.")] = 100


class RecordsQuery(PageQuery, frozen=True, kw_only=True):
    """Which page of which records: those in one state, where one is named."""

    state: Annotated[
        str,
        Meta(
            description="Only records in that state, the most urgent first; empty for all of them, by id.",
            extra_json_schema={"enum": ["", *dict.fromkeys(each for of in STATES.values() for each in of)]},
        ),
    ] = ""


async def release_orders(store: Store, call: Call) -> wire.Released:
    """Sends allocated orders to the floor: those named, or every one."""
    asked: wire.Release = call.message

    def do(books: Books, before: release.Releasing | None) -> release.Releasing | wire.Released:
        so_far = before or release.Releasing()
        step = partial(release.release_slice, asked=asked, mark=so_far.mark, owner=call.caller.owner)
        some, mark = audit.kept(call.doing, step, _released)(books)
        return so_far.and_then(some, mark)

    return await act_at_length(store, call, Course(call.doing.act, release.Releasing, wire.Released, do))


def _released(sliced: tuple[wire.Released, object]) -> str:
    return f"{len(sliced[0].tasks)} orders released, {len(sliced[0].refused)} refused"


async def move_departure(store: Store, call: Call) -> DepartureMoved:
    """Lets today's departure leave at another time; open orders, parcels and manifests go along."""
    begin = audit.kept(call.doing, partial(departures.move, asked=call.message), _moved)
    return await act_at_length(store, call, departures.course(begin))


def _moved(done: DepartureMoved) -> str:
    return f"{done.carrier} {done.service} of {done.scheduled_at:%Y-%m-%d %H:%M} to {done.departs_at:%H:%M} UTC"


async def roll_over(store: Store, call: Call) -> RolledOver:
    """Puts the parcels of a truck that did not come on the next departure."""
    roll = partial(missed_trucks.roll_slice, id=call.message.manifest)

    def do(books: Books, before: missed_trucks.Rolling | None) -> missed_trucks.Rolling | RolledOver:
        moved = before.parcels if before else 0
        rolled = roll(books) if before else audit.kept(call.doing, roll, _rolled_from)(books)
        if rolled.parcels:
            return missed_trucks.Rolling(moved + rolled.parcels)
        return replace(rolled, parcels=moved)

    return await act_at_length(store, call, Course(call.doing.act, missed_trucks.Rolling, RolledOver, do))


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
    return await act_once(
        store,
        call,
        gives,
        lambda books: do(books, asked, asker),
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
    if asked.state and asked.state not in (known := STATES.get(kind, ())):
        there = f"a state of {', '.join(known)}" if known else f"no state, for a record of kind {kind} has none"
        raise wrong_type(f"query: Expected {there}, got `{shown(asked.state)}` - at `$.state`")
    return store.reader.records(kind, asked.state, asked.after, asked.limit, call.caller.owner)


async def stock(store: Store, call: Call) -> StockPage:
    """Lists what lies on the shelves."""
    return store.reader.shelves(call.query.after, call.query.limit, call.caller.owner)


async def status(store: Store, call: Call) -> Status:
    """Counts records, events and what is parked."""
    return store.reader.status(VERSION, store.epoch, store.cursor, call.caller.owner)
