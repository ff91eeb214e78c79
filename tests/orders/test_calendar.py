"""Departures on a site's own wall clock: weekdays, holidays, midnight, daylight saving, and what was told of one."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from orders import calendar, moved_departures
from orders.calendar import due_departure, manifest_id, parcel_departure
from orders.cut_offs import CalendarError, check_site
from orders.records import CutOff, Manifest, Order, Site
from tests.floors import SITE, line, order

FRIDAY = datetime(2026, 11, 20, 14, 59, tzinfo=UTC)
EVERY_DAY = tuple(range(7))


def cut_off(promise: str, last_release: str, departs: str, **more: object) -> CutOff:
    fields = {"carrier": "ROYAL", "service": "24", "weekdays": EVERY_DAY, **more}
    return CutOff(promise=promise, last_release=last_release, departs=departs, **fields)


def site_of(*cut_offs: CutOff, **more: object) -> Site:
    return replace(SITE, cut_offs=cut_offs, **more)


def test_before_the_promise_ends_todays_truck_is_meant() -> None:
    departure = due_departure(SITE, "ROYAL", "24", FRIDAY)
    assert departure is not None
    assert departure.departs_at == datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert departure.ready_at == datetime(2026, 11, 20, 16, 40, tzinfo=UTC)


def test_after_fridays_promise_mondays_truck_is_meant() -> None:
    departure = due_departure(SITE, "ROYAL", "24", FRIDAY + timedelta(minutes=1))
    assert departure is not None
    assert departure.departs_at.date() == date(2026, 11, 23)


def test_a_holiday_has_no_truck() -> None:
    closed = replace(SITE, holidays=(date(2026, 11, 23),))
    departure = due_departure(closed, "ROYAL", "24", FRIDAY + timedelta(minutes=1))
    assert departure is not None
    assert departure.departs_at.date() == date(2026, 11, 24)


def test_in_summer_the_same_wall_time_is_an_hour_earlier_in_utc() -> None:
    departure = due_departure(SITE, "ROYAL", "24", datetime(2026, 7, 1, 8, 0, tzinfo=UTC))
    assert departure is not None
    assert departure.departs_at == datetime(2026, 7, 1, 16, 0, tzinfo=UTC)


def test_a_service_that_the_site_lacks_never_departs() -> None:
    assert due_departure(SITE, "ROYAL", "48", datetime(2026, 7, 1, tzinfo=UTC)) is None


def test_a_departure_after_midnight_belongs_to_the_evening_before() -> None:
    night = cut_off("20:00", "00:05", "00:30", weekdays=(4,), dock_minutes=15)
    check_site(site_of(night))
    evening = due_departure(site_of(night), "ROYAL", "24", datetime(2026, 11, 20, 19, 59, tzinfo=UTC))
    assert evening is not None
    assert evening.day == date(2026, 11, 20)
    assert evening.last_release_at == datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
    assert evening.departs_at == datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
    # Saturday is a holiday, and Friday's truck leaves all the same; Friday is one, and none leaves that night.
    assert calendar.departures_of(site_of(night, holidays=(date(2026, 11, 21),)), "ROYAL", "24", evening.day)
    assert not calendar.departures_of(site_of(night, holidays=(date(2026, 11, 20),)), "ROYAL", "24", evening.day)
    parcel = order(line(1, "LAMP", 1))
    for now, departs in ((0, 21), (14, 21), (15, 28)):
        found = parcel_departure(site_of(night), parcel, datetime(2026, 11, 21, 0, now, tzinfo=UTC))
        assert found is not None and found.departs_at.day == departs


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"time_zone": "Europe/Lodnon"}, "IANA name"),
        ({"cut_offs": (replace(SITE.cut_offs[0], promise="25:00"),)}, "HH:MM"),
        ({"cut_offs": (replace(SITE.cut_offs[0], weekdays=(7,)),)}, "Monday"),
        (
            {"cut_offs": (cut_off("15:00", "16:50", "17:00", dock_minutes=20),)},
            "ROYAL 24: .* by 16:40, which is the departure 17:00 less 20 dock minutes, got 16:50: release earlier",
        ),
        (
            {"cut_offs": (cut_off("15:00", "14:30", "17:00"),)},
            "got 14:30 of the next day, for it stands before the promise 15:00: release earlier",
        ),
        ({"cut_offs": (cut_off("20:00", "00:20", "00:30", dock_minutes=15),)}, "by 00:15, .* got 00:20"),
        (
            {"cut_offs": (cut_off("12:00", "13:00", "18:00"), cut_off("14:00", "14:30", "15:00"))},
            "ROYAL 24: .* the promise of Mon 12:00, which departs 18:00, behind that of Mon 14:00, which departs 15:00",
        ),
        (
            {
                "cut_offs": (
                    cut_off("09:00", "09:30", "10:00", weekdays=(1,)),
                    cut_off("20:00", "20:30", "11:00", weekdays=(0,)),
                )
            },
            "promise of Mon 20:00, which departs 11:00, behind that of Tue 09:00, which departs 10:00",
        ),
    ],
)
def test_a_calendar_that_cannot_be_kept_says_why(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(CalendarError, match=complaint):
        check_site(replace(SITE, **change))


@pytest.mark.parametrize(
    "cut_offs",
    [
        (cut_off("12:00", "13:00", "18:00"), cut_off("14:00", "14:30", "15:00", service="48")),
        (cut_off("12:00", "13:00", "18:00", weekdays=(0,)), cut_off("14:00", "14:30", "15:00", weekdays=(1,))),
        (cut_off("12:00", "12:30", "15:00"), cut_off("14:00", "14:30", "15:00")),
        (cut_off("23:50", "00:10", "00:30", dock_minutes=20),),
        (cut_off("20:00", "13:00", "15:00"),),
    ],
)
def test_what_does_not_contradict_itself_is_kept(cut_offs: tuple[CutOff, ...]) -> None:
    check_site(site_of(*cut_offs))


def test_every_device_gives_a_manifest_the_same_name() -> None:
    at = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert manifest_id("Royal Mail", "24", at) == "ROYAL-MAIL-24-20261120-1700"
    assert manifest_id("Royal Mail", "24", at, 2) == "ROYAL-MAIL-24-20261120-1700-2"
    assert manifest_id("", "", None) == "NONE-OPEN"


# Any calendar, at any moment of three years, on clocks that are turned by an hour, by half an hour, or not at all.

ZONES = ("Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Auckland", "UTC")
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
# On these days of 2025 one of them is turned.
TURNS = ((3, 9), (3, 30), (4, 6), (4, 25), (9, 28), (10, 5), (10, 26), (10, 31), (11, 2))
minutes = st.integers(0, 3 * 366 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
near_a_turn = st.builds(
    lambda day, hours: datetime(2025, *day, tzinfo=UTC) + timedelta(hours=hours),
    st.sampled_from(TURNS),
    st.integers(-36, 36),
)
moments = minutes | near_a_turn
# Most clocks are turned between midnight and four.
promises = st.integers(0, 1439) | st.integers(22 * 60, 28 * 60)
short = st.integers(0, 90)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """A site with up to three cut-offs of one service that do not contradict each other."""
    site = site_of(time_zone=draw(st.sampled_from(ZONES)))
    for _ in range(draw(st.integers(1, 3))):
        weekdays = tuple(draw(st.sets(st.integers(0, 6), min_size=1)))
        promise, dock_minutes = draw(promises), draw(st.sampled_from((0, 20, 90)))
        released = promise + draw(short)
        departs = released + dock_minutes + draw(short | st.integers(0, 1439 - 90 - 90))
        drawn = cut_off(clock(promise), clock(released), clock(departs), weekdays=weekdays, dock_minutes=dock_minutes)
        try:
            check_site(more := replace(site, cut_offs=(*site.cut_offs, drawn)))
        except CalendarError:
            assert site.cut_offs, "one alone contradicts nothing"
        else:
            site = more
    some_days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
    return replace(site, holidays=tuple(draw(st.lists(some_days, max_size=3))))


def everything_around(site: Site, now: datetime) -> list[tuple[datetime, datetime, datetime]]:
    """Promise, readiness and departure of each truck about `now`, counted out day by day with nothing of ours."""
    zone = ZoneInfo(site.time_zone)
    today = now.astimezone(zone).date()
    found = []
    for day in (today + timedelta(days=days) for days in range(-3, 25)):
        for each in site.cut_offs:
            if day in site.holidays or day.weekday() not in each.weekdays:
                continue
            promise, departs = time.fromisoformat(each.promise), time.fromisoformat(each.departs)
            leaves = day if departs >= promise else day + timedelta(days=1)
            departs_at = datetime.combine(leaves, departs, zone).astimezone(UTC)
            ready_at = departs_at - timedelta(minutes=each.dock_minutes)
            last = time.fromisoformat(each.last_release)
            released = day if last >= promise else day + timedelta(days=1)
            last_at = datetime.combine(released, last, zone).astimezone(UTC)
            promise_at = min(datetime.combine(day, promise, zone).astimezone(UTC), last_at, ready_at)
            found.append((promise_at, ready_at, departs_at))
    return found


@unhurried
@given(sites(), moments)
def test_an_order_is_due_on_the_first_departure_whose_promise_lies_ahead(site: Site, now: datetime) -> None:
    departure = due_departure(site, "ROYAL", "24", now)
    first = min(departs for promise, _, departs in everything_around(site, now) if promise > now)
    assert departure is not None and departure.departs_at == first
    assert now < departure.promise_at <= departure.last_release_at <= departure.ready_at <= departure.departs_at


@unhurried
@given(sites(), moments, st.timedeltas(timedelta(), timedelta(days=4)))
def test_a_parcel_goes_with_its_order_while_the_dock_can_be_reached_else_with_the_next(
    site: Site, received: datetime, later: timedelta
) -> None:
    due, sealed_at = due_departure(site, "ROYAL", "24", received), received + later
    assert due is not None
    whole = replace(order(line(1, "LAMP", 1)), due_at=due.departs_at)
    taken = parcel_departure(site, whole, sealed_at)
    assert taken is not None and taken.ready_at > sealed_at
    first = min(departs for _, ready, departs in everything_around(site, sealed_at) if ready > sealed_at)
    assert taken.departs_at == (due.departs_at if due.ready_at > sealed_at else first)


@unhurried
@given(sites(), moments)
def test_each_departure_has_one_name_and_is_found_by_it(site: Site, now: datetime) -> None:
    day = now.date()
    found = [
        each for days in range(5) for each in calendar.departures_of(site, "ROYAL", "24", day + timedelta(days=days))
    ]
    for each in found:
        called = calendar.departure_called(site, "ROYAL", "24", each.scheduled_at)
        assert called is not None and called.departs_at == each.departs_at
    names = {manifest_id("ROYAL", "24", each.scheduled_at) for each in found}
    assert len(names) == len({each.departs_at for each in found})


# A departure that was moved


def whole_order(site: Site, now: datetime) -> Order:
    """An order that is received at that moment."""
    due = due_departure(site, "ROYAL", "24", now)
    assert due is not None
    return replace(order(line(1, "LAMP", 1)), received_at=now, due_at=due.departs_at, moved_from_at=due.moved_from_at)


@unhurried
@given(sites(), moments, st.lists(st.integers(-11 * 60, 11 * 60), min_size=1, max_size=3))
def test_however_often_it_is_moved_its_orders_go_along_and_its_manifest_keeps_its_name(
    site: Site, now: datetime, minutes: list[int]
) -> None:
    before, first = site, whole_order(site, now)
    whole = first
    for by in minutes:
        departure = calendar.departure_called(site, "ROYAL", "24", whole.scheduled_at or now)
        assert departure is not None
        told_at = departure.scheduled_at + timedelta(minutes=by)
        earliest, latest = moved_departures.between(site, departure)
        assume(told_at > now and (not earliest or told_at > earliest) and (not latest or told_at < latest))
        site = moved_departures.moved(site, departure, told_at, now)
        again = calendar.departure_called(site, "ROYAL", "24", departure.scheduled_at)
        assert again is not None and moved_departures.moved(site, again, told_at, now) is site
        # A store that was stopped after the first telling, or the last, comes to the same.
        assert moved_departures.due_again(site, first, now).due_at == told_at
        whole = moved_departures.due_again(site, whole, now)
        assert whole.due_at == told_at
    assert moved_departures.due_again(site, whole, now) == whole
    offline = parcel_departure(before, replace(whole, due_at=whole.scheduled_at, moved_from_at=None), now)
    online = parcel_departure(site, whole, now)
    assert offline is not None and online is not None
    if online.scheduled_at == whole.scheduled_at and offline.scheduled_at == whole.scheduled_at:
        assert online.departs_at == whole.due_at
    row = [due_departure(site, "ROYAL", "24", now + timedelta(hours=hours)) for hours in range(0, 72, 3)]
    departs = [each.departs_at for each in row if each]
    assert departs == sorted(departs)


def test_what_a_truck_left_behind_takes_the_next_that_can_still_be_reached() -> None:
    site = site_of(
        cut_off("12:00", "13:00", "15:00"),
        cut_off("14:00", "15:00", "16:00", dock_minutes=50),
        cut_off("17:00", "17:30", "18:00", dock_minutes=10),
    )
    gone = Manifest(id="M1", carrier="ROYAL", service="24", departs_at=datetime(2026, 11, 20, 15, 0, tzinfo=UTC))
    for now, departs in (("14:30", 16), ("15:05", 16), ("15:10", 18), ("17:05", 18), ("17:55", 15)):
        hour, minute = map(int, now.split(":"))
        following = calendar.departure_behind(site, gone, datetime(2026, 11, 20, hour, minute, tzinfo=UTC))
        assert following is not None and following.departs_at.hour == departs, now


# Other cut-offs


NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def three(*departs: str) -> Site:
    """A site whose trucks leave at these times, each promised an hour before."""
    return site_of(*(cut_off(f"{int(at[:2]) - 1:02d}{at[2:]}", at, at) for at in departs))


@pytest.mark.parametrize(
    ("before", "after", "leaves"),
    [
        (("15:00", "18:00"), ("15:30", "18:00"), {"15:00": "15:30", "18:00": "18:00"}),
        (("15:00", "18:00"), ("15:30", "18:30"), {"15:00": "15:30", "18:00": "18:30"}),
        (("15:00", "18:00"), ("18:00", "20:00"), {"15:00": "18:00", "18:00": "18:00"}),
        (("15:00", "18:00"), ("18:00",), {"15:00": "18:00", "18:00": "18:00"}),
        (("15:00", "18:00"), ("14:00", "15:00", "18:00"), {"15:00": "15:00", "18:00": "18:00"}),
        (("15:00", "18:00"), ("11:00", "18:00"), {"15:00": "18:00", "18:00": "18:00"}),
    ],
)
def test_an_order_keeps_its_departure_follows_it_or_takes_the_next_it_was_promised(
    before: tuple[str, ...], after: tuple[str, ...], leaves: dict[str, str]
) -> None:
    old = three(*before)
    new = moved_departures.succeeded(old, three(*after), NOON)
    for due, now_due in leaves.items():
        whole = replace(
            order(line(1, "LAMP", 1)),
            received_at=NOON - timedelta(hours=2),
            due_at=datetime.combine(NOON.date(), time.fromisoformat(due), UTC),
        )
        again = moved_departures.due_again(new, whole, NOON)
        assert again.due_at == datetime.combine(NOON.date(), time.fromisoformat(now_due), UTC), due
        assert moved_departures.due_again(new, again, NOON) == again
        # What follows its departure is called what devices already call it.
        follows = again.scheduled_at == whole.due_at
        assert follows == (now_due == due or now_due not in before)


def test_a_promise_that_crosses_midnight_leaves_the_trucks_where_they_are() -> None:
    night, evening = site_of(cut_off("00:30", "00:40", "01:30")), site_of(cut_off("23:30", "00:40", "01:30"))
    for before, after in ((night, evening), (evening, night)):
        assert moved_departures.succeeded(before, after, NOON).moved == ()


def test_what_was_told_of_a_departure_outlives_another_site_file_unless_it_would_overtake() -> None:
    old = three("15:00", "18:00")
    first = calendar.departures_of(old, "ROYAL", "24", NOON.date())[0]
    late = moved_departures.moved(old, first, NOON.replace(hour=16), NOON)
    same = moved_departures.succeeded(late, replace(old, name="North hall"), NOON)
    assert same.moved == late.moved
    other = moved_departures.succeeded(late, three("15:00", "19:00"), NOON)
    assert [each.departs_at.hour for each in calendar.departures_of(other, "ROYAL", "24", NOON.date())] == [16, 19]
    overtaken = moved_departures.succeeded(late, three("15:00", "15:30", "18:00"), NOON)
    found = calendar.departures_of(overtaken, "ROYAL", "24", NOON.date())
    assert [f"{each.departs_at:%H:%M}" for each in found] == ["15:00", "15:30", "18:00"]


def test_what_has_left_stays_as_it_was() -> None:
    late = replace(order(line(1, "LAMP", 1)), due_at=NOON - timedelta(hours=1))
    assert moved_departures.due_again(three("15:00"), late, NOON) == late
