"""Today's departure leaves at another time, or the site has other cut-offs: what is due on it goes along.

Decides which departure is meant, and that orders, parcels and manifests follow in small transactions, so that the
floor's events never wait behind them. What is left to do is seen from the books themselves: a store that is stopped in
between goes on at its next start. What following means is the rule book's business.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace
from sqlalchemy import Select, bindparam, select, tuple_, union_all

from orders import calendar, cut_offs, moved_departures, states
from orders.calendar import Departure
from orders.records import Key, Manifest, Order, Parcel, PickTask, Record, Site, kind_of
from server_stub import availability, long_requests, schema
from server_stub.books import Books, rank
from server_stub.floor_setup import DepartureMoved, MoveDeparture
from server_stub.long_requests import Course, Runs, Write
from server_stub.problems import Refusal, shown
from server_stub.rows import CounterRow
from server_stub.writer import Step

# One transaction looks at so many records at most.
SLICE = 100
# Counts how far the books have followed: the place in the log of the site that they agree with.
_FOLLOWED = "calendar_followed"


class Mark(msgspec.Struct, frozen=True):
    """How far following has come: which kind of records, and behind which of them."""

    kind: int = 0
    rank: str = ""
    id: str = ""


class Followed(msgspec.Struct, frozen=True):
    """How many records were changed."""

    orders: int = 0
    parcels: int = 0

    def and_then(self, some: Followed) -> Followed:
        """These, and `some` more."""
        return Followed(self.orders + some.orders, self.parcels + some.parcels)


def move(books: Books, asked: MoveDeparture) -> DepartureMoved:
    """Notes at the site when that departure leaves; a Refusal where it cannot."""
    site = books.site
    departure = _meant(books, site, asked)
    departs_at = moved_departures.nearest(site, departure, asked.to)
    _refuse_wrong_time(books, site, departure, departs_at)
    after = moved_departures.moved(site, departure, departs_at, books.now)
    if after is not site:
        books.put(after)
    return DepartureMoved(
        carrier=asked.carrier,
        service=asked.service,
        scheduled_at=departure.scheduled_at,
        departs_at=departs_at,
        time_zone=site.time_zone,
    )


class Moving(msgspec.Struct, frozen=True):
    """A move under way: what was noted at the site, to which place of its log the books follow it, and how far."""

    moved: DepartureMoved
    target: int
    mark: Mark
    followed: Followed = Followed()


def course(begin: Step[DepartureMoved]) -> Course[Moving, DepartureMoved]:
    """`begin` notes when that departure leaves; everything due on it follows in the transactions after that."""

    def do(books: Books, before: Moving | None) -> Moving | DepartureMoved:
        if before is None:
            moved = begin(books)
            target = _not_followed(books)
            return Moving(moved, target, Mark()) if target else moved
        some, mark = follow_slice(books, before.mark)
        followed = before.followed.and_then(some)
        if mark is not None:
            return replace(before, mark=mark, followed=followed)
        _note_followed(books, before.target)
        return replace(before.moved, orders=followed.orders, parcels=followed.parcels)

    return Course("move_departure", Moving, DepartureMoved, do)


async def go_on(write: Write, runs: Runs) -> None:
    """Brings what a stop broke off to its end: each move under way with its own answer, and whatever else follows."""
    await long_requests.carry_on(write, runs, course(_begun_already))
    await follow(write)


def _begun_already(books: Books) -> DepartureMoved:
    raise LookupError("a move that is not begun is not to be gone on with")


async def follow(write: Write) -> Followed:
    """Brings everything that stands or is due on a departure to where the site says that it leaves by now."""
    followed = Followed()
    target = await write(_not_followed)
    mark: Mark | None = Mark() if target else None
    while mark is not None:
        some, mark = await write(partial(follow_slice, mark=mark))
        followed = followed.and_then(some)
    if target:
        await write(partial(_note_followed, target=target))
    return followed


def follow_slice(books: Books, mark: Mark) -> tuple[Followed, Mark | None]:
    """Looks at the next records; gives what changed, and where to go on."""
    standing = _STANDING[mark.kind]
    found = books.records(standing.cls, standing.query, rank=mark.rank, id=mark.id, most=SLICE)
    # Where a record stood before it may get another rank.
    following: Mark | None = Mark(mark.kind, rank(found[-1]), found[-1].id) if len(found) == SLICE else None
    if following is None and mark.kind + 1 < len(_STANDING):
        following = Mark(mark.kind + 1)
    if standing.cls is Order:
        books.foresee(PickTask, (task for order in found if isinstance(order, Order) for task in order.tasks))
    changed = [after for record in found if (after := _again(books, record)) != record]
    for record in changed:
        books.put(record)
        if isinstance(record, Order):
            _take_along(books, record)
    count = len(changed)
    return Followed(count if standing.cls is Order else 0, count if standing.cls is Parcel else 0), following


def _again(books: Books, record: Record) -> Record:
    match record:
        case Order():
            return moved_departures.due_again(books.site, record, books.now)
        case Parcel():
            return moved_departures.leaving_again(books.site, record)
        case Manifest():
            return moved_departures.leaving_again(books.site, record)
        case _:
            return record


def _take_along(books: Books, order: Order) -> None:
    """The walks of an order and its places in the waiting lists are as urgent as itself."""
    for id in order.tasks:
        task = books.find(PickTask, id)
        if task is not None and task.due_at != order.due_at:
            books.put(replace(task, due_at=order.due_at))
    availability.rank_again(books, order)


def _not_followed(books: Books) -> int:
    """Where the site stands in the log, 0 where the books agree with it."""
    site = books.change(Key(kind_of(books.site), books.site.id))
    assert site is not None
    return site.cursor if site.cursor > books.counted(_FOLLOWED) else 0


def _note_followed(books: Books, target: int) -> None:
    if target > books.counted(_FOLLOWED):
        books.sheets.counter.put(CounterRow(name=_FOLLOWED, value=target))


class _Standing(NamedTuple):
    cls: type[Record]
    query: Select[Any]


def _standing(cls: type[Record], kind: str, in_states: Iterable[str]) -> _Standing:
    """The next records in any of these states by rank and id: a record that takes a step meanwhile keeps its place."""
    record = schema.record.c
    parts = [
        select(record.id, record.rank)
        .where(
            record.kind == kind,
            record.state == state,
            tuple_(record.rank, record.id) > tuple_(bindparam("rank"), bindparam("id")),
        )
        .order_by(record.rank, record.id)
        .limit(bindparam("most"))
        .subquery()
        for state in in_states
    ]
    every = union_all(*(select(part.c.id, part.c.rank) for part in parts)).subquery()
    return _Standing(cls, select(every.c.id).order_by(every.c.rank, every.c.id).limit(bindparam("most")))


def _going_on(life: states.Life, *but: str) -> list[str]:
    return [state for state in life.follows if state not in life.ends and state not in but]


# What is held has no time yet: it gets one when it is verified.
_STANDING = (
    _standing(Order, "order", _going_on(states.ORDER, "received")),
    _standing(Parcel, "parcel", _going_on(states.PARCEL)),
    _standing(Manifest, "manifest", _going_on(states.MANIFEST)),
)


# --- which departure, and when -----


def _meant(books: Books, site: Site, asked: MoveDeparture) -> Departure:
    """The departure of today that was named, else the first that has not left."""
    today = moved_departures.todays(site, asked.carrier, asked.service, books.now)
    if not today:
        raise _nothing_today(site, asked)
    listed = ", ".join(_clock(site, each.departs_at) for each in today)
    if not asked.departure:
        if found := next((each for each in today if not _has_left(books, each)), None):
            return found
        raise Refusal(
            409,
            "has_left",
            expected=f"a departure of {_named(asked)} today that has not left",
            came=f"those of {listed}, which have",
            remedy="if one is late and still comes, name it by its time",
        )
    named = [each for each in today if asked.departure == _clock(site, each.departs_at)]
    named += [each for each in today if asked.departure == _clock(site, each.scheduled_at)]
    if not named:
        raise Refusal(
            404,
            "unknown",
            expected=f"a departure of {_named(asked)} today: {listed}",
            came=shown(asked.departure),
            remedy="name one of these",
        )
    if _is_handed_over(books, named[0]):
        raise Refusal(
            409,
            "has_left",
            expected=f"a departure of {_named(asked)} that has not left",
            came=f"that of {asked.departure}, which was handed over",
            remedy="name another one",
        )
    return named[0]


def _nothing_today(site: Site, asked: MoveDeparture) -> Refusal:
    known = dict.fromkeys((each.carrier, each.service) for each in site.cut_offs)
    is_known = (asked.carrier, asked.service) in known
    listed = ", ".join(" ".join(filter(None, each)) for each in known) or "none: the site has no cut-offs"
    return Refusal(
        404,
        "unknown",
        expected=f"a departure of {_named(asked)} today" if is_known else f"a carrier and its service: {listed}",
        came="a day on which none leaves" if is_known else _named(asked),
        remedy="move it on the day on which it leaves" if is_known else "name one of these",
    )


def _has_left(books: Books, departure: Departure) -> bool:
    """By what was handed over; by the clock where nothing waits for it, for a truck may be late."""
    if _is_waited_for(books, departure):
        return False
    return departure.departs_at <= books.now or _is_handed_over(books, departure)


def _is_waited_for(books: Books, departure: Departure) -> bool:
    return any(each.parcels for each in _manifests(books, departure) if each.state != "handed_over")


def _is_handed_over(books: Books, departure: Departure) -> bool:
    is_gone = any(each.state == "handed_over" for each in _manifests(books, departure))
    return is_gone and not _is_waited_for(books, departure)


def _manifests(books: Books, departure: Departure) -> list[Manifest]:
    found: list[Manifest] = []
    name = partial(calendar.manifest_id, departure.carrier, departure.service, departure.scheduled_at)
    while manifest := books.find(Manifest, name(len(found) + 1)):
        found.append(manifest)
    return found


def _refuse_wrong_time(books: Books, site: Site, departure: Departure, departs_at: datetime) -> None:
    came = _day_and_clock(site, departs_at)
    if departs_at <= books.now:
        raise Refusal(
            422,
            "before_now",
            expected=f"a time ahead of {_day_and_clock(site, books.now)}",
            came=came,
            remedy="say when it will really leave",
        )
    before, behind = moved_departures.between(site, departure)
    if (before is not None and departs_at <= before) or (behind is not None and departs_at >= behind):
        bounds = [f"behind {_day_and_clock(site, before)}"] if before else []
        bounds += [f"ahead of {_day_and_clock(site, behind)}"] if behind else []
        raise Refusal(
            422,
            "out_of_turn",
            expected=f"a time {' and '.join(bounds)}, when its neighbours leave",
            came=came,
            remedy="move the other one first, or say another time",
        )


def _named(asked: MoveDeparture) -> str:
    return shown(" ".join(filter(None, (asked.carrier, asked.service))))


def _clock(site: Site, at: datetime) -> str:
    return f"{at.astimezone(cut_offs.zone_of(site)):%H:%M}"


def _day_and_clock(site: Site, at: datetime) -> str:
    return f"{at.astimezone(cut_offs.zone_of(site)):%a %H:%M}"
