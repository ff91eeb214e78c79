"""Departures on a site's own wall clock: weekdays, holidays, daylight saving."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from orders.calendar import CalendarError, check_site, manifest_id, next_departure
from tests.floors import SITE


def test_before_the_promise_ends_todays_truck_is_meant() -> None:
    departure = next_departure(SITE, "ROYAL", "24", datetime(2026, 11, 20, 14, 59, tzinfo=UTC))
    assert departure is not None
    assert departure.departs_at == datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert departure.ready_at == datetime(2026, 11, 20, 16, 40, tzinfo=UTC)


def test_after_fridays_promise_mondays_truck_is_meant() -> None:
    departure = next_departure(SITE, "ROYAL", "24", datetime(2026, 11, 20, 15, 0, tzinfo=UTC))
    assert departure is not None
    assert departure.departs_at.date() == date(2026, 11, 23)


def test_a_holiday_has_no_truck() -> None:
    closed = replace(SITE, holidays=(date(2026, 11, 23),))
    departure = next_departure(closed, "ROYAL", "24", datetime(2026, 11, 20, 15, 0, tzinfo=UTC))
    assert departure is not None
    assert departure.departs_at.date() == date(2026, 11, 24)


def test_in_summer_the_same_wall_time_is_an_hour_earlier_in_utc() -> None:
    departure = next_departure(SITE, "ROYAL", "24", datetime(2026, 7, 1, 8, 0, tzinfo=UTC))
    assert departure is not None
    assert departure.departs_at == datetime(2026, 7, 1, 16, 0, tzinfo=UTC)


def test_a_service_that_the_site_lacks_never_departs() -> None:
    assert next_departure(SITE, "ROYAL", "48", datetime(2026, 7, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"time_zone": "Europe/Lodnon"}, "IANA name"),
        ({"cut_offs": (replace(SITE.cut_offs[0], promise="25:00"),)}, "HH:MM"),
        ({"cut_offs": (replace(SITE.cut_offs[0], weekdays=(7,)),)}, "Monday"),
    ],
)
def test_a_calendar_that_cannot_be_read_says_why(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(CalendarError, match=complaint):
        check_site(replace(SITE, **change))


def test_every_device_gives_a_manifest_the_same_name() -> None:
    at = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert manifest_id("Royal Mail", "24", at) == "ROYAL-MAIL-24-20261120-1700"
    assert manifest_id("Royal Mail", "24", at, 2) == "ROYAL-MAIL-24-20261120-1700-2"
    assert manifest_id("", "", None) == "NONE-OPEN"
