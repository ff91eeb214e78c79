"""Goods whose day is over: use by never passes, best before as the site says, and the day is the site's."""

from __future__ import annotations

import calendar
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orders.events import ItemVerified, PickConfirmed, ScanRefused
from orders.identifiers import sscc
from orders.records import Pack, Site, Tote
from orders.workflow_profiles import WorkflowProfile
from scanners.parse import parse
from scanners.scan import ADMITTABLE
from terminal.workflows import acts, shelf_life
from terminal.workflows.prompts import Tone
from terminal.workflows.steps import AnItem, Menu, Packing, PackWait, Picking, Step
from tests.floors import ADDRESS, BADGE, LOCATIONS, OWNER, PRODUCTS, SITE, WORKER, small_order
from tests.terminal.devices import PROFILE, Device
from tests.terminal.operators import DROP, MUG, NEXT_SHELF, SHELF, TOTE

GTIN, CASE = "05012345678900", "15012345678907"
PASSED, TODAY, AHEAD = "261119", "261120", "261121"
STEPS: tuple[Step, ...] = (Menu(), Picking("P1"), Picking("P1", True), PackWait(), Packing("HOME/1001", "T-01"))
ZONES = sorted(available_timezones())


def labelled(ai: str, day: str, gtin: str = GTIN) -> str:
    return f"]C101{gtin}{ai}{day}"


@given(st.dates(date(1980, 1, 1), date(2070, 12, 31)), st.booleans(), st.integers(-40, 40), st.data())
def test_use_by_is_refused_at_every_step_once_its_day_is_over_at_the_site(
    day: date, is_month: bool, hours: int, data: st.DataObject
) -> None:
    zone = data.draw(st.sampled_from(ZONES))
    if is_month:
        day = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(hours=hours)
    read = parse(labelled("17", f"{day:%y%m}{'00' if is_month else f'{day:%d}'}"), PROFILE, "test", 0.0)
    profile = data.draw(st.sampled_from(["refused", "taken"]))
    site = replace(
        SITE,
        time_zone=zone,
        workflows=tuple(WorkflowProfile(workflow=name, best_before_passed=profile) for name in ("picking", "packing")),
    )
    said = shelf_life.refused(read, AnItem(PRODUCTS[0]), data.draw(st.sampled_from(STEPS)), site, now)
    is_over = now.astimezone(ZoneInfo(zone)).date() > day
    assert (said is not None) is is_over
    assert said is None or f"Use by {day} has passed" in said.sentence


@pytest.fixture
async def device(tmp_path: Path) -> AsyncIterator[Device]:
    device = Device(tmp_path / "journal.db")
    yield device
    await device.stop()


async def begin(device: Device, site: Site = SITE) -> None:
    lamp = replace(PRODUCTS[0], packs=(Pack(name="CASE", quantity=2, barcodes=(CASE,)),))
    records = (site, OWNER, ADDRESS, WORKER, lamp, *PRODUCTS[1:], *LOCATIONS, Tote(id="T-01"), *small_order())
    await device.start(records)
    await device.scan(BADGE)
    await device.session.take_act(acts.PICK)
    await device.scan(TOTE, SHELF)


async def walk_to_the_bench(device: Device) -> None:
    await device.scan(labelled("17", AHEAD))
    await device.session.take_entry("5")
    await device.scan(NEXT_SHELF, MUG, DROP)
    await device.session.take_act(acts.PACK)
    await device.scan(TOTE)


async def refuses(device: Device, code: str, says: str) -> str:
    before = await device.events()
    step = device.session.step
    read = parse(code.encode(), PROFILE, "test", 0.0, admits=ADMITTABLE)
    verdict = (await device.session.take_scan(read)).verdict
    assert verdict is not None
    assert (verdict.tone, device.session.step) == (Tone.REFUSED, step)
    assert says in verdict.sentence
    *rest, last = await device.events()
    assert rest == before
    assert isinstance(last, ScanRefused)
    return last.reason


@pytest.mark.parametrize(
    "code",
    [
        labelled("17", PASSED),
        labelled("17", "261000"),
        labelled("17", PASSED, CASE),
        f"]d201{GTIN}17{PASSED}10LOT7",
        f"]Q1https://id.gs1.org/01/{GTIN}/10/LOT7?17={PASSED}",
        f"]C100{sscc('952111', 5)}02{GTIN}17{PASSED}3702",
        f"]C101{GTIN}7003{PASSED}2359",
    ],
)
async def test_what_had_to_be_used_by_then_is_never_picked_nor_packed(device: Device, code: str) -> None:
    await begin(device)
    assert await refuses(device, code, "Use by 2026-1") == "use_by_passed"
    assert await refuses(device, code, "scan another piece") == "use_by_passed"
    await device.scan(labelled("17", AHEAD))
    assert await refuses(device, code, "has passed, never sell it") == "use_by_passed"
    await device.session.clear()
    await device.session.clear()
    await walk_to_the_bench(device)
    assert device.session.showing.prompt.step == "pack_item"
    assert await refuses(device, code, "lay it aside and call a supervisor") == "use_by_passed"
    assert not any(isinstance(event, ItemVerified) for event in await device.events())


async def test_the_last_day_itself_is_good_until_midnight_of_the_site(device: Device) -> None:
    device.now = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    await begin(device, replace(SITE, time_zone="Europe/Berlin"))
    await refuses(device, labelled("17", TODAY), "Use by 2026-11-20 has passed")
    device.now = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    assert (await device.scan(labelled("17", TODAY))).prompt.step == "pick_quantity"


@pytest.mark.parametrize(("ai", "says"), [("15", "Best before 2026-11-19"), ("16", "Sell by 2026-11-19")])
async def test_best_before_is_refused_where_the_site_says_nothing(device: Device, ai: str, says: str) -> None:
    await begin(device)
    assert await refuses(device, labelled(ai, PASSED), f"{says} has passed") == "best_before_passed"
    await walk_to_the_bench(device)
    assert await refuses(device, labelled(ai, PASSED), f"{says} has passed") == "best_before_passed"


@pytest.mark.parametrize("ai", ["15", "16"])
async def test_best_before_is_taken_in_the_work_where_the_site_says_so(device: Device, ai: str) -> None:
    await begin(device, replace(SITE, workflows=(WorkflowProfile(workflow="picking", best_before_passed="taken"),)))
    await refuses(device, f"{labelled(ai, PASSED)}17{PASSED}", "Use by 2026-11-19 has passed")
    await device.scan(labelled(ai, PASSED))
    await device.session.take_entry("1")
    assert isinstance((await device.events())[-1], PickConfirmed)
    await device.scan(labelled("17", AHEAD))
    await device.session.take_entry("4")
    await device.scan(NEXT_SHELF, MUG, DROP)
    await device.session.take_act(acts.PACK)
    await device.scan(TOTE)
    await refuses(device, labelled(ai, PASSED), "lay it aside")


async def test_goods_without_an_end_and_a_date_that_cannot_be_are_judged_as_ever(device: Device) -> None:
    await begin(device, replace(SITE, workflows=(WorkflowProfile(workflow="picking", admits=("date",)),)))
    for code in (labelled("11", PASSED), labelled("13", PASSED), labelled("17", "991332")):
        read = parse(code.encode(), PROFILE, "test", 0.0, admits=ADMITTABLE)
        assert (await device.session.take_scan(read)).prompt.step == "pick_quantity"
        await device.session.clear()
