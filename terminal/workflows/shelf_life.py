"""Whether goods may still be sold by the dates on their label: read once for every step, on the site's own day.

Decides that what has to be used by a day that is over is never sold, and that a site says for each kind of work whether
what was best before such a day is. A date that does not exist, and goods without one, are not its business.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from orders.calendar import wall_clock
from orders.cut_offs import CalendarError
from orders.records import Site
from orders.workflow_profiles import TAKEN
from scanners.gs1_values import as_date
from scanners.scan import Scan, Unreadable
from terminal import wording
from terminal.workflows import allowed
from terminal.workflows.steps import AnItem, Meaning, Picking, Refused, Step

USE_BY, USE_BY_TIME, BEST_BEFORE, SELL_BY = "17", "7003", "15", "16"
"""Application identifiers of GS1; dates of making and packing say nothing about an end."""


def refused(read: Scan | Unreadable, meaning: Meaning, step: Step, site: Site | None, now: datetime) -> Refused | None:
    """Why these goods are laid aside at `step`, or None where no date of theirs has passed at `now`."""
    if not isinstance(read, Scan) or not isinstance(meaning, AnItem) or not _has_a_date(read):
        return None
    here = _at(site, now)
    is_walk = isinstance(step, Picking)
    if (end := _day(read, USE_BY, here)) and end < here.date():
        return Refused(wording.use_by_passed(f"{end}", is_walk=is_walk), "use_by_passed")
    if (moment := _moment(read, here)) and moment < here:
        return Refused(wording.use_by_passed(f"{moment:%Y-%m-%d %H:%M}", is_walk=is_walk), "use_by_passed")
    if allowed.profile(step, site).best_before_passed == TAKEN:
        return None
    if (end := _day(read, BEST_BEFORE, here)) and end < here.date():
        return Refused(wording.best_before_passed(f"{end}", is_walk=is_walk), "best_before_passed")
    if (end := _day(read, SELL_BY, here)) and end < here.date():
        return Refused(wording.sell_by_passed(f"{end}", is_walk=is_walk), "best_before_passed")
    return None


def _has_a_date(read: Scan) -> bool:
    return any(element.ai in (USE_BY, USE_BY_TIME, BEST_BEFORE, SELL_BY) for element in read.elements)


def _at(site: Site | None, now: datetime) -> datetime:
    """The site's wall clock, without its zone; that of UTC where the site, or its zone, is not known here."""
    try:
        at = wall_clock(site, now) if site else now.astimezone(UTC)
    except CalendarError:
        at = now.astimezone(UTC)
    return at.replace(tzinfo=None)


def _day(read: Scan, ai: str, here: datetime) -> date | None:
    value = read.value(ai)
    return as_date(value, this_year=here.year) if value else None


def _moment(read: Scan, here: datetime) -> datetime | None:
    value = read.value(USE_BY_TIME)
    day = as_date(value[:6], this_year=here.year) if value else None
    try:
        return datetime.combine(day, time(int(value[6:8]), int(value[8:10]))) if day and value else None
    except ValueError:
        return None
