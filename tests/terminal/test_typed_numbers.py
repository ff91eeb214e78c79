"""A quantity that was typed, and a barcode that a slow scanner typed, with and without its even pace."""

from __future__ import annotations

import itertools
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from textual import events

from orders.events import PickConfirmed
from orders.records import Tote
from scanners.profile import ScannerProfile
from terminal.app import FloorApp
from terminal.entry import Entry, Pace
from terminal.parts import Parts
from terminal.workflows import acts, typed_numbers
from terminal.workflows.steps import Menu, Packing, Picking, Shipping, Step, Weighing
from tests.floors import (
    ADDRESS,
    BADGE,
    LOCATIONS,
    OWNER,
    PRODUCTS,
    SITE,
    WORKER,
    floor_of,
    line,
    order,
    product,
    stop,
    task,
)
from tests.terminal.devices import LAMP, Device
from tests.terminal.looking import running, until
from tests.terminal.operators import SHELF, TOTE

PICK, PACK = Picking("P1", is_identified=True), Packing("HOME/1001", "T-01", "HOME/LAMP")
WEIGH = Weighing("HOME/1001", "T-01")


@pytest.mark.parametrize(
    ("step", "typed", "is_even", "counts"),
    [
        (PICK, "5", True, True),
        (PICK, "12", False, True),
        (PICK, "12", True, True),
        (PICK, "17", True, False),
        (PICK, "17", False, True),
        (PICK, "120", False, True),
        (PICK, "120", True, False),
        (PICK, "120.", True, False),
        (PICK, "5.", True, True),
        (PICK, "12c", True, False),
        (PICK, "12c", False, True),
        (PICK, "1001", False, False),
        (PICK, "1001.", False, True),
        (PICK, "4711", False, False),
        (PICK, "05", False, False),
        (PICK, "00012", False, False),
        (PICK, "0", False, True),
        (PICK, "5012345678900", True, True),
        (PICK, "LAMP", True, True),
        (PACK, "4711", False, False),
        (PACK, "25", False, True),
        (WEIGH, "1615", False, True),
        (WEIGH, "1615", True, False),
        (WEIGH, "4711", False, True),
        (WEIGH, "1001", False, False),
        (WEIGH, "0500", False, False),
        (Picking("P1"), "4711", True, True),
        (Menu(), "12", True, True),
        (Shipping(), "1001", True, True),
    ],
)
def test_digits_count_unless_they_may_be_a_barcode(step: Step, typed: str, is_even: bool, counts: bool) -> None:
    walk, floor_order = task(stop(1, "A-01-1", "LAMP", 500)), order(line(1, "LAMP", 500))
    floor = floor_of(floor_order, walk, product("17"), product("4711"))
    refused = typed_numbers.doubtful(typed, step, floor, is_even=is_even)
    assert (refused is None) is counts
    if refused is not None:
        assert ("by hand" if is_even and len(typed) > 2 else typed + ".") in refused.sentence


def typed(gaps: tuple[float, ...]) -> Entry:
    """A line of digits, one more than gaps; the last gap is that of Enter."""
    entry, at = Entry(ScannerProfile("keys", kind="wedge")), 10.0
    entry.add("1", at)
    for gap in gaps[:-1]:
        at += gap
        entry.add("2", at)
    return entry


@pytest.mark.parametrize("delay", [0.04, 0.1, 0.25, 1.0])
@pytest.mark.parametrize("digits", [2, 3, 4, 5])
def test_a_device_with_a_delay_between_its_characters_is_known_by_its_pace(delay: float, digits: int) -> None:
    noise = random.Random(digits)
    gaps = tuple(delay + noise.uniform(-0.005, 0.005) for _ in range(digits))
    assert typed(gaps).pace(10.0 + sum(gaps)) is Pace.EVEN


@pytest.mark.parametrize(
    "gaps",
    [(0.14, 0.21), (0.11, 0.16, 0.31), (0.18, 0.13, 0.12, 0.26), (0.22, 0.24, 0.2, 0.19, 0.4), (0.1, 0.1, 0.5)],
)
def test_a_hand_keeps_no_such_pace(gaps: tuple[float, ...]) -> None:
    assert typed(gaps).pace(10.0 + sum(gaps)) is Pace.HAND


def test_who_corrects_a_digit_is_no_device() -> None:
    entry = typed((0.1, 0.1, 0.1))
    entry.back()
    entry.add("3", 10.3)
    assert entry.pace(10.4) is Pace.HAND


def test_a_hand_is_asked_to_say_so_twice_in_a_hundred_long_numbers_at_most() -> None:
    hand = random.Random(7)
    refused = 0
    for _ in range(5_000):
        gaps = tuple(max(0.05, hand.gauss(0.18, 0.05)) for _ in range(3))
        refused += typed(gaps).pace(10.0 + sum(gaps)) is not Pace.HAND
    assert refused < 100


@pytest.fixture
async def device(tmp_path: Path) -> AsyncIterator[Device]:
    device = Device(tmp_path / "journal.db")
    many = (order(line(1, "LAMP", 500, allocated=500)), task(stop(1, "A-01-1", "LAMP", 500)))
    await device.start((SITE, OWNER, ADDRESS, WORKER, *PRODUCTS, *LOCATIONS, Tote(id="T-01"), *many))
    await device.scan(BADGE)
    await device.session.take_act(acts.PICK)
    await device.scan(TOTE, SHELF, LAMP)
    yield device
    await device.stop()


def keys(app: FloorApp, text: str, gaps: Any, at: float) -> None:
    """Posts keys as the driver does, each with the time at which it came."""
    for sign, gap in zip([*text, "enter"], gaps, strict=False):
        name = {".": "full_stop"}.get(sign, sign)
        key = events.Key(name, sign if len(sign) == 1 else "\r")
        at += gap
        key.time = at
        app.post_message(key)


async def test_a_slow_scanner_without_a_prefix_never_types_a_quantity(device: Device) -> None:
    async def open_parts() -> Parts:
        return Parts(session=device.session, floor=device.floor)

    app = FloorApp(open_parts)
    async with running(app, size=(20, 16)) as pilot:
        assert app.showing.prompt.step == "pick_quantity"
        keys(app, "120", itertools.repeat(0.1), 100.0)
        await until(pilot, lambda: app.showing.verdict is not None and app.showing.verdict.reason == "number_scanned")
        assert not any(isinstance(event, PickConfirmed) for event in await device.events())
        keys(app, "120", (0.0, 0.1, 0.23, 0.4), 110.0)
        await until(pilot, lambda: any(stop.picked for stop in device.floor.task("P1").stops))
        await device.scan(LAMP)
        keys(app, "130.", (0.0, 0.1, 0.24, 0.13, 0.3), 120.0)
        await until(pilot, lambda: device.floor.task("P1").stops[0].picked == 250)
