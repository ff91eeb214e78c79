"""When the trucks of a carrier's service leave a site by the clock on its wall, and which of them an order and a parcel
go by.

Decides departures from cut-offs, weekdays, holidays, the IANA time zone and what was told of single departures; never
what the time is. Promise, last release and departure are three times: a new order is due on the first departure whose
promise lies ahead, a parcel goes by what its order is due on while that can still be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import msgspec

from orders import cut_offs
from orders.records import CutOff, Manifest, MovedDeparture, Order, Site

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_LOOK_AHEAD_DAYS = 30
# What is promised on one evening leaves behind midnight, and may have been moved by half a day.
_LOOK_BACK_DAYS = 2


class Departure(msgspec.Struct, frozen=True):
    """One truck: the promise made to customers, the last release to the floor, the time it leaves (all UTC).

    `day` is the evening of its promise. `planned_at` is what the cut-offs say, `departs_at` what was told since, and
    `scheduled_at` what everybody calls it by.
    """

    carrier: str
    service: str
    day: date
    promise_at: datetime
    last_release_at: datetime
    departs_at: datetime
    planned_at: datetime
    scheduled_at: datetime
    dock_minutes: int

    @property
    def ready_at(self) -> datetime:
        """When a parcel has to stand at the dock."""
        return self.departs_at - timedelta(minutes=self.dock_minutes)

    @property
    def moved_from_at(self) -> datetime | None:
        """What it is called by, where it leaves at another time."""
        return moved_from(self.scheduled_at, self.departs_at)


def wall_clock(site: Site, now: datetime) -> datetime:
    """`now` as the clock on the site's wall shows it; CalendarError where the time zone is none."""
    return now.astimezone(cut_offs.zone_of(site))


def due_departure(site: Site, carrier: str, service: str, now: datetime) -> Departure | None:
    """What a new order is due on: the first departure whose promise lies ahead; None where there is no such service."""
    return _first(site, carrier, service, now, 0, lambda each: each.promise_at > now)


def parcel_departure(site: Site, order: Order, now: datetime) -> Departure | None:
    """What a parcel of `order` that is sealed now goes by: what the order is due on while that departure less its dock
    time lies ahead, else the first whose departure less dock time does.
    """
    if order.scheduled_at is not None:
        due = departure_called(site, order.carrier, order.service, order.scheduled_at)
        if due is not None and due.ready_at > now:
            return due
    return _first(site, order.carrier, order.service, now, _LOOK_BACK_DAYS, lambda each: each.ready_at > now)


def due_anew(site: Site, order: Order, now: datetime) -> Departure | None:
    """What an order is due on whose departure is no more: the first that it can still reach of those whose promise lay
    ahead when it was received.
    """

    def is_meant(each: Departure) -> bool:
        return each.promise_at > order.received_at and each.ready_at > now

    return _first(site, order.carrier, order.service, now, _LOOK_BACK_DAYS, is_meant)


def departure_behind(site: Site, gone: Departure | Manifest, now: datetime) -> Departure | None:
    """What takes along what `gone` left behind: the first departure behind it that can still be reached."""
    departs_at = gone.departs_at
    if departs_at is None:
        return None

    def is_next(each: Departure) -> bool:
        return each.scheduled_at != gone.scheduled_at and each.departs_at > departs_at and each.ready_at > now

    return _first(site, gone.carrier, gone.service, max(now, departs_at), _LOOK_BACK_DAYS, is_next)


def departure_called(site: Site, carrier: str, service: str, scheduled_at: datetime) -> Departure | None:
    """The departure that everybody calls by that instant; None where the calendar has none."""
    day = scheduled_at.astimezone(cut_offs.zone_of(site)).date()
    around = (day + timedelta(days=days) for days in range(-_LOOK_BACK_DAYS, 2))
    found = (each for near in around for each in departures_of(site, carrier, service, near))
    return next((each for each in found if each.scheduled_at == scheduled_at), None)


def departures_of(site: Site, carrier: str, service: str, day: date) -> list[Departure]:
    """The departures of that evening, the first one first."""
    return _Timetable(site, carrier, service).on(day)


def told_of(site: Site, carrier: str, service: str, scheduled_at: datetime | None) -> MovedDeparture | None:
    """What was told of the departure that is called by that instant, if anything was."""
    return next(
        (
            each
            for each in site.moved
            if each.scheduled_at == scheduled_at and (each.carrier, each.service) == (carrier, service)
        ),
        None,
    )


def moved_from(scheduled_at: datetime, departs_at: datetime) -> datetime | None:
    """How records note what a departure is called by: not at all where it leaves as scheduled."""
    return None if scheduled_at == departs_at else scheduled_at


def manifest_id(carrier: str, service: str, scheduled_at: datetime | None, turn: int = 1) -> str:
    """The name that every device gives the same manifest, so that it can be opened offline.

    It is that of the scheduled departure: a device that has not heard that a truck leaves later puts its parcels on the
    same one. `turn` counts on when an earlier one for that truck was closed before this parcel came.
    """
    day = scheduled_at.astimezone(UTC).strftime("%Y%m%d-%H%M") if scheduled_at else "OPEN"
    words = "-".join(filter(None, (carrier, service)))
    safe = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in words.upper())
    return f"{safe or 'NONE'}-{day}" + (f"-{turn}" if turn > 1 else "")


def wall_time(day: date, text: str, zone: ZoneInfo) -> datetime:
    """That time of that day, in UTC. An hour that the clock leaves out is told by the clock before; one that comes
    twice is the first.
    """
    minutes = cut_offs.minutes_of(text)
    return datetime.combine(day, time(*divmod(minutes, 60)), zone).astimezone(UTC)


class _Timetable:
    """The departures of one carrier's service, evening by evening, each evening's in the order in which they leave."""

    def __init__(self, site: Site, carrier: str, service: str) -> None:
        self._holidays, self.zone = site.holidays, cut_offs.zone_of(site)
        self.cut_offs = [each for each in site.cut_offs if (each.carrier, each.service) == (carrier, service)]
        self._moved = {
            each.replaces_at or each.scheduled_at: each
            for each in site.moved
            if (each.carrier, each.service) == (carrier, service)
        }

    def on(self, day: date) -> list[Departure]:
        if day in self._holidays:
            return []
        running = [self._departure(each, day) for each in self.cut_offs if day.weekday() in each.weekdays]
        return sorted(running, key=lambda each: each.departs_at)

    def days(self, first: date) -> Iterator[date]:
        return (first + timedelta(days=ahead) for ahead in range(_LOOK_AHEAD_DAYS if self.cut_offs else 0))

    def _departure(self, cut_off: CutOff, day: date) -> Departure:
        def at(text: str) -> datetime:
            return wall_time(day + timedelta(days=cut_offs.is_next_day(cut_off, text)), text, self.zone)

        planned_at = at(cut_off.departs)
        told = self._moved.get(planned_at)
        departs_at = told.departs_at if told else planned_at
        # A truck that leaves earlier, that once or where the clock springs, takes what it promised along.
        last_release_at = min(at(cut_off.last_release), departs_at - timedelta(minutes=cut_off.dock_minutes))
        return Departure(
            carrier=cut_off.carrier,
            service=cut_off.service,
            day=day,
            promise_at=min(at(cut_off.promise), last_release_at),
            last_release_at=last_release_at,
            departs_at=departs_at,
            planned_at=planned_at,
            scheduled_at=told.scheduled_at if told else planned_at,
            dock_minutes=cut_off.dock_minutes,
        )


def _first(
    site: Site, carrier: str, service: str, after: datetime, back: int, is_meant: Callable[[Departure], bool]
) -> Departure | None:
    timetable = _Timetable(site, carrier, service)
    best: Departure | None = None
    for day in timetable.days(after.astimezone(timetable.zone).date() - timedelta(days=back)):
        # What leaves behind midnight may be overtaken, where the clock is turned in that night.
        if best is not None and best.departs_at.astimezone(timetable.zone).date() < day:
            break
        found = next(filter(is_meant, timetable.on(day)), None)
        if found is not None and (best is None or found.departs_at < best.departs_at):
            best = found
    return best
