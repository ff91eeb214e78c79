"""What the clock on a site's wall shows, and when the next truck of a carrier's service leaves by it.

Decides departures from cut-offs, weekdays, holidays and the IANA time zone; never what the time is.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import msgspec

from orders.records import CutOff, Site

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_LOOK_AHEAD_DAYS = 28
_WALL_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DAY_MINUTES = 24 * 60


class CalendarError(ValueError):
    """A site's calendar cannot be read; says which entry and what was expected."""


class Departure(msgspec.Struct, frozen=True):
    """One truck: the promise made to customers, the last release to the floor, the time it leaves (all UTC)."""

    carrier: str
    service: str
    promise_at: datetime
    last_release_at: datetime
    departs_at: datetime
    dock_minutes: int

    @property
    def ready_at(self) -> datetime:
        """When a parcel has to stand at the dock."""
        return self.departs_at - timedelta(minutes=self.dock_minutes)


def check_site(site: Site) -> None:
    """CalendarError where the time zone or a cut-off's times or weekdays are none."""
    _zone(site)
    for cut_off in site.cut_offs:
        for text in (cut_off.promise, cut_off.last_release, cut_off.departs):
            if not _WALL_TIME.fullmatch(text):
                raise CalendarError(f"expected a time of day as HH:MM, got {text!r}")
        if not cut_off.weekdays or not all(0 <= day <= 6 for day in cut_off.weekdays):
            raise CalendarError(f"{cut_off.carrier} {cut_off.service}: weekdays are 0 (Monday) to 6, at least one")
        if not 0 <= cut_off.dock_minutes <= _DAY_MINUTES:
            raise CalendarError(
                f"{cut_off.carrier} {cut_off.service}: expected 0 to {_DAY_MINUTES} dock minutes,"
                f" got {cut_off.dock_minutes}"
            )


def wall_clock(site: Site, now: datetime) -> datetime:
    """`now` as the clock on the site's wall shows it; CalendarError where the time zone is none."""
    return now.astimezone(_zone(site))


def next_departure(site: Site, carrier: str, service: str, now: datetime) -> Departure | None:
    """The first departure whose promise still holds at `now`; None where the site has no such service."""
    zone = _zone(site)
    today = wall_clock(site, now).date()
    times = [each for each in site.cut_offs if (each.carrier, each.service) == (carrier, service)]
    for ahead in range(_LOOK_AHEAD_DAYS if times else 0):
        day = today + timedelta(days=ahead)
        if day in site.holidays:
            continue
        running = (_departure(each, day, zone) for each in times if day.weekday() in each.weekdays)
        if catchable := [each for each in running if each.promise_at > now]:
            return min(catchable, key=lambda each: each.departs_at)
    return None


def manifest_id(carrier: str, service: str, departs_at: datetime | None, turn: int = 1) -> str:
    """The name that every device gives the same manifest, so that it can be opened offline.

    `turn` counts on when an earlier one for that truck was closed before this parcel came.
    """
    day = departs_at.astimezone(UTC).strftime("%Y%m%d-%H%M") if departs_at else "OPEN"
    words = "-".join(filter(None, (carrier, service)))
    safe = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in words.upper())
    return f"{safe or 'NONE'}-{day}" + (f"-{turn}" if turn > 1 else "")


def _departure(cut_off: CutOff, day: date, zone: ZoneInfo) -> Departure:
    def at(text: str) -> datetime:
        return datetime.combine(day, _wall_time(text), zone).astimezone(UTC)

    return Departure(
        carrier=cut_off.carrier,
        service=cut_off.service,
        promise_at=at(cut_off.promise),
        last_release_at=at(cut_off.last_release),
        departs_at=at(cut_off.departs),
        dock_minutes=cut_off.dock_minutes,
    )


def _zone(site: Site) -> ZoneInfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # a picker's terminal never needs its half megabyte

    try:
        return ZoneInfo(site.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CalendarError(
            f"time_zone: expected an IANA name such as Europe/London, got {site.time_zone!r}"
        ) from error


def _wall_time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise CalendarError(f"expected a time of day as HH:MM, got {text!r}") from error
