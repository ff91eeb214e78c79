"""Whether a site's calendar can be kept: its time zone, and the times of its cut-offs against each other.

Decides what a cut-off may say. Its weekdays and holidays are those of the evening on which it is promised: a last
release or a departure that stands earlier on the clock than the promise is one of the next calendar day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orders.records import CutOff, Site

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_WALL_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DAY_MINUTES = 24 * 60
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class CalendarError(ValueError):
    """A site's calendar cannot be kept; says which entry, what was expected, what came and what to do."""


def check_site(site: Site) -> None:
    """CalendarError where the time zone is none, or a cut-off contradicts itself or another one of its service."""
    zone_of(site)
    for cut_off in site.cut_offs:
        _check(cut_off)
    for place, cut_off in enumerate(site.cut_offs):
        for other in site.cut_offs[place + 1 :]:
            if (cut_off.carrier, cut_off.service) == (other.carrier, other.service):
                _check_order(cut_off, other)


def zone_of(site: Site) -> ZoneInfo:
    """The site's clock; CalendarError where nobody knows it."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # a picker's terminal never needs its half megabyte

    try:
        return ZoneInfo(site.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CalendarError(
            f"time_zone: expected an IANA name such as Europe/London, got {site.time_zone!r}"
        ) from error


def minutes_of(text: str) -> int:
    """A time of day as minutes since midnight; CalendarError where it is none."""
    if not _WALL_TIME.fullmatch(text):
        raise CalendarError(f"expected a time of day as HH:MM, got {text!r}")
    hours, _, minutes = text.partition(":")
    return 60 * int(hours) + int(minutes)


def is_next_day(cut_off: CutOff, text: str) -> bool:
    """Whether that time of a cut-off lies behind the midnight that follows its promise."""
    return minutes_of(text) < minutes_of(cut_off.promise)


def _check(cut_off: CutOff) -> None:
    named = f"{cut_off.carrier} {cut_off.service}"
    for text in (cut_off.promise, cut_off.last_release, cut_off.departs):
        minutes_of(text)
    if not cut_off.weekdays or not all(0 <= day <= 6 for day in cut_off.weekdays):
        raise CalendarError(f"{named}: weekdays are 0 (Monday) to 6, at least one")
    if not 0 <= cut_off.dock_minutes <= _DAY_MINUTES:
        raise CalendarError(f"{named}: expected 0 to {_DAY_MINUTES} dock minutes, got {cut_off.dock_minutes}")
    ready = _minutes(cut_off, cut_off.departs) - cut_off.dock_minutes
    if _minutes(cut_off, cut_off.last_release) > ready:
        came = cut_off.last_release
        if is_next_day(cut_off, came):
            came += f" of the next day, for it stands before the promise {cut_off.promise}"
        raise CalendarError(
            f"{named}: expected a last release by {_clock(ready)}, which is the departure {cut_off.departs} less "
            f"{cut_off.dock_minutes} dock minutes, got {came}: release earlier, or let it depart later"
        )


def _check_order(one: CutOff, other: CutOff) -> None:
    for (day, first), (next_day, second) in _neighbours(one, other):
        if _minutes(first, first.departs) > _minutes(second, second.departs) + _DAY_MINUTES * (next_day != day):
            raise CalendarError(
                f"{first.carrier} {first.service}: expected the later promise to depart later, got the promise of "
                f"{_DAYS[day]} {first.promise}, which departs {first.departs}, behind that of {_DAYS[next_day]} "
                f"{second.promise}, which departs {second.departs}: change one of the departures"
            )


def _neighbours(one: CutOff, other: CutOff) -> Iterator[tuple[tuple[int, CutOff], tuple[int, CutOff]]]:
    """Both on each day, and one on the day behind the other's, the earlier promise first."""
    for day in range(7):
        if one.promise != other.promise and day in one.weekdays and day in other.weekdays:
            first, second = sorted((one, other), key=lambda each: minutes_of(each.promise))
            yield (day, first), (day, second)
        for first, second in ((one, other), (other, one)):
            following = (day + 1) % 7
            if day in first.weekdays and following in second.weekdays:
                yield (day, first), (following, second)


def _minutes(cut_off: CutOff, text: str) -> int:
    """A time of a cut-off as minutes since the midnight before its promise."""
    return minutes_of(text) + (_DAY_MINUTES if is_next_day(cut_off, text) else 0)


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
