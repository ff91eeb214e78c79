"""A number that nobody typed: what came at a device's pace, or right behind a scan, is never a quantity or a choice."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterable
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser
from textual.pilot import Pilot

from orders import barcodes
from orders.events import ScanRefused
from orders.records import Tote
from scanners.keyboard_wedge import Burst, Wedge
from scanners.profile import ScannerProfile
from terminal.app import FloorApp
from terminal.driver import FloorDriver
from terminal.entry import Entry, Pace
from terminal.layers import Layers
from terminal.parts import Parts
from terminal.workflows import acts
from terminal.workflows.steps import AskPin, Menu, Shipping, Step, Weighing
from tests.floors import (
    ADDRESS,
    BADGE,
    LOCATIONS,
    OWNER,
    PRODUCTS,
    SITE,
    WORKER,
    line,
    order,
    stop,
    task,
)
from tests.terminal.devices import Device
from tests.terminal.looking import running, until
from tests.terminal.operators import SHELF, TOTE

PROFILE = ScannerProfile("keys", kind="wedge")
CODE = "5012345678900"
GAP, SILENCE, JITTER = 0.03, 0.1, 0.005
SLOWEST = 1.0
"""How far apart a device's keys are at most: no scanner can be set slower."""


class Keyboard:
    """What the driver's wedge lets through, on the entry line as the hands put it there."""

    def __init__(self) -> None:
        self.wedge: Wedge[events.Key] = Wedge(PROFILE)
        self.entry = Entry(PROFILE)
        self.now = 100.0
        self.lines: list[tuple[str, Pace]] = []

    def waits(self, seconds: float) -> None:
        due = self.wedge.deadline
        if due is not None and due < self.now + seconds:
            self._take(self.wedge.flush(due + 1e-6))
        self.now += seconds

    def types(self, text: str, gaps: Iterable[float]) -> None:
        for character, gap in zip(text, gaps, strict=False):
            for event in XTermParser().feed(character):
                assert isinstance(event, events.Key)
                self.waits(gap)
                event.time = self.now
                self._take(self.wedge.key(event, event.key, event.character, self.now))

    def _take(self, came: list[Burst | events.Key]) -> None:
        for each in came:
            if isinstance(each, Burst):
                self.entry.scanned(self.now)
                continue
            typed = self.entry.typed(each.key, each.character)
            if not self.entry.ends(each.key, typed):
                self.entry.add(typed or "", each.time)
            elif self.entry.may_enter(each.time) and self.entry.text:
                self.lines.append(self.entry.take(each.time))


ENDS = st.sampled_from(["\r", "\t", "\n", "\r\n"])
FIELD = st.text("0123456789.A-c", min_size=1, max_size=14)
FIELDS = st.lists(st.tuples(FIELD, ENDS), min_size=1, max_size=5)
QUICK = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@QUICK
@given(FIELDS, st.data())
def test_no_line_of_a_fast_device_is_a_hands_however_it_is_split_into_fields(
    fields: list[tuple[str, str]], data: st.DataObject
) -> None:
    keyboard = Keyboard()
    for text, end in fields:
        keyboard.waits(data.draw(st.floats(0, SILENCE - GAP)))
        keyboard.types(text + end, iter(lambda: data.draw(st.floats(0, GAP)), inf))
    assert [pace for _, pace in keyboard.lines if pace is not Pace.DEVICE] == []


@QUICK
@given(st.text("0123456789", min_size=3, max_size=14), FIELDS, st.floats(GAP + JITTER + 0.001, SLOWEST), st.data())
def test_no_line_of_a_slow_device_is_a_hands_where_its_even_pace_has_shown(
    code: str, fields: list[tuple[str, str]], delay: float, data: st.DataObject
) -> None:
    keyboard = Keyboard()
    for text, end in ((code, "\r"), *fields):
        keyboard.types(text + end, iter(lambda: delay + data.draw(st.floats(-JITTER, JITTER)), inf))
    (_, first), *rest = keyboard.lines
    assert first is Pace.EVEN
    assert [pace for _, pace in rest if pace is not Pace.DEVICE] == []


@QUICK
@given(
    st.text("0123456789", min_size=1, max_size=5),
    st.floats(SILENCE + 0.3, 5),
    st.lists(st.floats(GAP + 0.001, 0.6), min_size=5, max_size=5),
)
def test_what_a_hand_types_counts_always(text: str, thinks: float, gaps: list[float]) -> None:
    keyboard = Keyboard()
    keyboard.types(f"{CODE}\r", iter(lambda: 0.001, inf))
    gaps[1] = gaps[0] + 0.013  # no hand keeps a pace
    keyboard.types(f"{text}\r", [thinks, *gaps])
    assert keyboard.lines == [(text, Pace.HAND)]


class Desk:
    """The app over a real session and journal, its keys through the real driver at times that are handed in."""

    def __init__(self, app: FloorApp, pilot: Pilot[Any], device: Device) -> None:
        self.app, self.pilot, self.device = app, pilot, device
        self.driver = FloorDriver(app)
        self.driver.send_message = app.post_message  # type: ignore[method-assign,assignment]
        self.now = monotonic()

    def types(self, text: str, gap: float = 0.0004, first: float = 3.0) -> None:
        for at, part in enumerate(text.replace("\x1b[C", "\x00")):
            self._waits(gap if at else first)
            for event in XTermParser().feed("\x1b[C" if part == "\x00" else part):
                self.driver._heard_at = self.now
                self.driver.process_message(event)
        self._waits(gap if gap > GAP else GAP + 0.001)

    def _waits(self, seconds: float) -> None:
        wedge = self.driver._wedge
        if (due := wedge.deadline) is not None and due < self.now + seconds:
            self.driver._pass_on(wedge.flush(due + 1e-6))
        self.now += seconds

    async def refuses(self, reason: str) -> str:
        await until(self.pilot, lambda: (verdict := self.app.showing.verdict) and verdict.reason == reason)
        assert self.app.showing.verdict
        return self.app.showing.verdict.sentence

    async def stands_at(self, step: str) -> None:
        await until(self.pilot, lambda: self.app.showing.prompt.step == step)

    async def clears(self) -> None:
        """Esc, by hand, takes a refusal away."""
        self._waits(3.0)
        self.driver._heard_at = self.now
        self.driver.process_message(events.Key("escape", "\x1b"))
        await until(self.pilot, lambda: self.app.showing.verdict is None)

    def stand_at(self, step: Step) -> None:
        """Puts the operator there."""
        self.device.session._step = step
        self.app._present(self.device.session._show(None))

    async def standing(self) -> tuple[list[object], Step]:
        """What was told so far besides refusals, and where the operator stands."""
        told = [event for event in await self.device.events() if not isinstance(event, ScanRefused)]
        return told, self.device.session.step


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    device = Device(tmp_path / "journal.db")
    many = (order(line(1, "LAMP", 500, allocated=500)), task(stop(1, "A-01-1", "LAMP", 500)))
    await device.start((SITE, OWNER, ADDRESS, WORKER, *PRODUCTS, *LOCATIONS, Tote(id="T-01"), *many))
    await device.scan(BADGE)
    await device.session.take_act(acts.PICK)
    await device.scan(TOTE)

    async def open_parts() -> Parts:
        return Parts(session=device.session, floor=device.floor)

    async with running(FloorApp(open_parts), size=(20, 16)) as pilot:
        yield Desk(pilot.app, pilot, device)  # type: ignore[arg-type]
    await device.stop()


async def test_a_second_field_is_refused_as_on_a_port_and_says_what_to_do(desk: Desk) -> None:
    desk.types(f"{SHELF}\r")
    await desk.stands_at("pick_item")
    for second in ("12", "2", "12.", "2c"):
        desk.types(f"{CODE}\t{second}\r")
        typed = await desk.refuses("number_scanned")
        assert "key by key" in typed
        assert "suffix" in typed
        assert desk.app.showing.prompt.step == "pick_quantity"
        await desk.clears()
        await desk.device.scan(CODE, second)
        assert desk.device.session.showing.verdict.sentence == typed
        for _ in range(2):
            await desk.device.session.clear()
        desk.app._present(desk.device.session.showing)
    assert [stop.picked for stop in desk.device.floor.task("P1").stops] == [0]


async def test_digits_at_once_count_nowhere_and_choose_nothing(desk: Desk) -> None:
    digits = barcodes.check_digits("A-01-1")
    before = await desk.standing()
    desk.types(f"{digits}\r")
    await desk.refuses("number_scanned")
    assert await desk.standing() == before
    desk.types(f"{digits}\r", gap=0.2)
    await desk.stands_at("pick_item")
    desk.types(f"{CODE}\r")
    await desk.stands_at("pick_quantity")
    for burst in ("2\r", "12\r", "123\r", "1\t2\r", "2\r\n", "1c\r"):
        before = await desk.standing()
        desk.types(burst)
        await desk.refuses("number_scanned")
        assert await desk.standing() == before
        await desk.clears()
    for step, sent in (
        (Menu(), "9\r"),
        (Weighing("HOME/1001", "T-01"), "250\r"),
        (Shipping(), "1\r"),
    ):
        desk.stand_at(step)
        before = await desk.standing()
        desk.types(sent)
        await desk.refuses("number_scanned")
        assert await desk.standing() == before


@pytest.mark.parametrize(("pin", "reason"), [("4711", "pin_first"), ("47", "too_fast")])
async def test_a_pin_at_once_signs_nobody_on_and_is_no_try(desk: Desk, pin: str, reason: str) -> None:
    desk.stand_at(AskPin(WORKER.id))
    before = await desk.standing()
    for _ in range(9):  # more than the tries that there are
        desk.types(f"{pin}\r")
        assert pin not in await desk.refuses(reason)
        await desk.clears()
    assert await desk.standing() == before
    desk.types("4711\r", gap=0.2)
    await desk.stands_at("menu")


@pytest.mark.parametrize(
    ("opened", "sent", "reason", "says"),
    [
        (True, "2\r", "number_scanned", "2 came like a scan"),
        (False, "\x1b[C2", "too_fast", "press the keys again, one by one"),
        (False, "\x1b[C2\r", "unreadable", "broke off"),
    ],
)
async def test_a_digit_at_once_chooses_no_act(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, opened: bool, sent: str, reason: str, says: str
) -> None:
    monkeypatch.setattr(Layers, "CHOICE_SECONDS", 0.01)
    desk.types(f"{SHELF}\r{CODE}\r")
    await desk.stands_at("pick_quantity")
    before = await desk.standing()
    if opened:
        desk.types("\x1b[C")
        await until(desk.pilot, lambda: desk.app._layers.overlay is not None)
    desk.types(sent, gap=0.0)
    assert says in await desk.refuses(reason)
    assert await desk.standing() == before


async def test_no_timing_of_a_device_picks_a_number(desk: Desk) -> None:
    dice = random.Random(12)
    desk.types(f"{SHELF}\r")
    await desk.stands_at("pick_item")
    for _ in range(40):
        step = desk.app.showing.prompt.step
        gap = dice.choice((0.0, 0.0004, 0.01, GAP, 0.05, 0.1, 0.25))
        fields = [CODE] if step == "pick_item" or gap > GAP else []
        fields += ["".join(dice.choices("123456789", k=dice.choice((1, 2, 3)))) for _ in range(dice.choice((1, 2)))]
        desk.types("".join(field + dice.choice("\r\t") for field in fields), gap=gap)
        await desk.refuses("number_scanned")
        assert [stop.picked for stop in desk.device.floor.task("P1").stops] == [0], (gap, fields)
        await desk.clears()
        if dice.random() < 0.5:
            await desk.clears()
            await desk.stands_at("pick_item")
    desk.types(f"{CODE}\r")
    await desk.stands_at("pick_quantity")
    desk.types("2\r", gap=0.2)
    await until(desk.pilot, lambda: desk.device.floor.task("P1").stops[0].picked == 2)
