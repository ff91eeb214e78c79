"""What a departure that leaves at another time changes: the site that says so, and what is due on it or stands on it.

Decides when it may leave, what it goes on being called, and what becomes of orders, parcels and manifests. A site of
other cut-offs is the same matter: its departures take the places of those that people and devices already know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from msgspec.structs import replace

from orders import calendar, cut_offs
from orders.calendar import Departure
from orders.events import ParcelLabelled, ParcelSealed
from orders.records import Manifest, MovedDeparture, Order, Parcel, Site

# What left so long ago is asked about by nobody.
KEPT = timedelta(days=7)
_NEIGHBOUR_DAYS = 3

Standing = TypeVar("Standing", Parcel, Manifest, ParcelSealed, ParcelLabelled)


# --- one departure, that once -----


def todays(site: Site, carrier: str, service: str, now: datetime) -> list[Departure]:
    """The departures of this day on the site's clock, left or not; those behind the last midnight are of it too."""
    zone = cut_offs.zone_of(site)
    today = now.astimezone(zone).date()
    near = _around(site, carrier, service, today - timedelta(days=2), 3)
    return [each for each in near if today in (each.day, each.departs_at.astimezone(zone).date())]


def nearest(site: Site, departure: Departure, text: str) -> datetime:
    """The instant of that time of day that lies nearest to when the departure is scheduled."""
    zone = cut_offs.zone_of(site)
    day = departure.scheduled_at.astimezone(zone).date()
    found = (calendar.wall_time(day + timedelta(days=days), text, zone) for days in (-1, 0, 1))
    return min(found, key=lambda each: abs(each - departure.scheduled_at))


def between(site: Site, departure: Departure) -> tuple[datetime | None, datetime | None]:
    """When the departures before and behind it leave."""
    first = departure.day - timedelta(days=_NEIGHBOUR_DAYS)
    row = _around(site, departure.carrier, departure.service, first, 2 * _NEIGHBOUR_DAYS + 1)
    place = [each.scheduled_at for each in row].index(departure.scheduled_at)
    before = row[place - 1].departs_at if place else None
    return before, row[place + 1].departs_at if place + 1 < len(row) else None


def moved(site: Site, departure: Departure, departs_at: datetime, now: datetime) -> Site:
    """`site`, where that departure leaves at `departs_at`; the same where it says so already."""
    told = MovedDeparture(
        carrier=departure.carrier,
        service=departure.service,
        scheduled_at=departure.scheduled_at,
        departs_at=departs_at,
        replaces_at=departure.planned_at if departure.planned_at != departure.scheduled_at else None,
    )
    if departure.departs_at == departs_at:
        return site
    known = calendar.told_of(site, told.carrier, told.service, told.scheduled_at)
    return replace(site, moved=(*_recent((each for each in site.moved if each is not known), now), told))


# --- other cut-offs -----


def succeeded(before: Site, after: Site, now: datetime) -> Site:
    """`after`, in whose calendar the departures of `before` that have not left are still called what they were.

    Departures at one time are one departure, and between two such ones those of one evening take each other's place in
    their order. What was told of single ones holds on, unless one would then leave ahead of an earlier one.
    """
    plain = replace(after, moved=())
    lines = dict.fromkeys((each.carrier, each.service) for each in before.cut_offs)
    return replace(after, moved=tuple(each for line in lines for each in _carried(before, plain, *line, now)))


def _carried(before: Site, plain: Site, carrier: str, service: str, now: datetime) -> Iterator[MovedDeparture]:
    mine = [each for each in before.moved if (each.carrier, each.service) == (carrier, service)]
    yield from _recent((each for each in mine if each.departs_at <= now), now)
    told = {each.scheduled_at for each in mine}
    days = tuple(_in_reach(before, carrier, service, now))
    old = [each for each in _over(before, carrier, service, days) if each.departs_at > now]
    # The same time may belong to another evening by now, where a promise has crossed midnight.
    new = _over(plain, carrier, service, (*days, *(day + timedelta(days=1) for day in days[-1:])))
    taken = [
        MovedDeparture(
            carrier=carrier,
            service=service,
            scheduled_at=one.scheduled_at,
            departs_at=one.departs_at if one.planned_at == other.planned_at else other.planned_at,
            replaces_at=other.planned_at if other.planned_at != one.scheduled_at else None,
        )
        for one, other in _successors(old, new, now)
        if one.scheduled_at in told or other.planned_at != one.scheduled_at
    ]
    if not _is_in_order(replace(plain, moved=tuple(taken)), carrier, service, days):
        taken = [replace(each, departs_at=each.replaces_at or each.scheduled_at) for each in taken]
    yield from taken


def _in_reach(site: Site, carrier: str, service: str, now: datetime) -> Iterator[date]:
    """The evenings of which something may stand or be due on a departure that has not left."""
    last = calendar.due_departure(site, carrier, service, now)
    if last is None:
        return
    day = now.astimezone(cut_offs.zone_of(site)).date() - timedelta(days=_NEIGHBOUR_DAYS)
    while day <= last.day:
        yield day
        day += timedelta(days=1)
    # Whoever was left behind by a truck that went early stands on the next one.
    if behind := calendar.departure_behind(site, last, now):
        yield from (day + timedelta(days=days) for days in range((behind.day - day).days + 1))


def _successors(old: list[Departure], new: list[Departure], now: datetime) -> Iterator[tuple[Departure, Departure]]:
    """What takes the place of each departure, where anything does: the one of the same time, whatever its evening, and
    between two such ones each the next of its evening.
    """
    by_time = {each.planned_at: each for each in new}
    shared = [each for each in old if each.planned_at in by_time]
    bounds = [each.planned_at for each in shared]
    for begin, end in pairwise((datetime.min.replace(tzinfo=UTC), *bounds, datetime.max.replace(tzinfo=UTC))):
        left = [each for each in old if begin < each.planned_at < end]
        free = [each for each in new if begin < each.planned_at < end and each.planned_at > now]
        for day in dict.fromkeys(each.day for each in left):
            yield from zip(
                (each for each in left if each.day == day), (each for each in free if each.day == day), strict=False
            )
    yield from ((each, by_time[each.planned_at]) for each in shared)


def _is_in_order(site: Site, carrier: str, service: str, days: Sequence[date]) -> bool:
    """Whether no departure of those evenings overtakes another."""
    row = sorted(_over(site, carrier, service, days), key=lambda each: each.departs_at)
    return all(one.planned_at < other.planned_at for one, other in pairwise(row))


def _over(site: Site, carrier: str, service: str, days: Sequence[date]) -> list[Departure]:
    """The departures of those evenings as they are planned, each once."""
    found = {each.planned_at: each for day in days for each in calendar.departures_of(site, carrier, service, day)}
    return [found[planned_at] for planned_at in sorted(found)]


# --- what follows -----


def due_again(site: Site, order: Order, now: datetime) -> Order:
    """`order`, due on what its departure has become.

    One of which a time was told leaves then. One that has left, or stands in the calendar as before, is left as it is.
    Where there is none any more, or never was, the order is due on the first that it can still reach of those whose
    promise lay ahead when it was received.
    """
    told = calendar.told_of(site, order.carrier, order.service, order.scheduled_at)
    if told is not None:
        return replace(order, due_at=told.departs_at, moved_from_at=_moved_from(told))
    if order.due_at is not None and order.scheduled_at is not None:
        is_over = order.due_at <= now
        if is_over or calendar.departure_called(site, order.carrier, order.service, order.scheduled_at):
            return order
    anew = calendar.due_anew(site, order, now)
    if anew is None:
        return replace(order, due_at=None, moved_from_at=None)
    return replace(order, due_at=anew.departs_at, moved_from_at=anew.moved_from_at)


def leaving_again(site: Site, standing: Standing) -> Standing:
    """A parcel, a manifest, or what is told of them, leaving when its departure does by now."""
    scheduled_at = standing.moved_from_at or standing.departs_at
    told = calendar.told_of(site, standing.carrier, standing.service, scheduled_at)
    if told is None:
        return standing
    return replace(standing, departs_at=told.departs_at, moved_from_at=_moved_from(told))


def _moved_from(told: MovedDeparture) -> datetime | None:
    return calendar.moved_from(told.scheduled_at, told.departs_at)


def _around(site: Site, carrier: str, service: str, first: date, days: int) -> list[Departure]:
    """The departures of those evenings in the order in which they leave, each once."""
    evenings = (calendar.departures_of(site, carrier, service, first + timedelta(days=day)) for day in range(days))
    found = {each.scheduled_at: each for evening in evenings for each in evening}
    return sorted(found.values(), key=lambda each: each.departs_at)


def _recent(moved: Iterable[MovedDeparture], now: datetime) -> tuple[MovedDeparture, ...]:
    return tuple(each for each in moved if each.departs_at > now - KEPT)
