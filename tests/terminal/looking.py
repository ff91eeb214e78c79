"""A scripted session and a believable floor, to test the app at its edge and to look at it by hand:

python -m tests.terminal.looking            (right arrow, 9: back to the menu)
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from textual import events
from textual.command import CommandPalette
from textual.pilot import Pilot

from orders.records import Discrepancy, Key, Order, OrderLine, PickTask, Record, Stop, Worker
from scanners.profile import ScannerProfile
from scanners.scan import Scan, Unreadable
from terminal.app import FloorApp
from terminal.floor import Floor
from terminal.messages import ScanBurst
from terminal.parts import Parts
from terminal.screens.floor_screen import FloorScreen
from terminal.screens.queue_screen import QueueScreen
from terminal.workflows.prompts import Act, Prompt, Showing, Tone, Verdict

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ACTS = (
    Act(1, "SHORT-EMPTY", "Short: empty"),
    Act(2, "SHORT-FEWER", "Short: too few"),
    Act(3, "SHORT-DAMAGED", "Short: damaged"),
    Act(4, "SKIP", "Skip, come back"),
    Act(9, "MENU", "Stop here, menu"),
)
SIGN_ON = Prompt(
    step="sign_on", title="FLOORHAND", ask="Scan your badge", details=("or type your name, Enter",), takes="text"
)
PIN = Prompt(step="ask_pin", title="Ann Lee", ask="Type your PIN, Enter", takes="secret")
MENU_ACTS = (
    Act(1, "PICK", "Pick"),
    Act(2, "PACK", "Pack"),
    Act(3, "SHIP", "Ship"),
    Act(4, "QUEUE", "Live queue"),
    Act(9, "SIGN-OFF", "Sign off"),
)
MENU = Prompt(
    step="menu",
    title="MENU",
    ask="Type a digit, Enter",
    details=tuple(f"{act.digit} {act.label}" for act in MENU_ACTS),
    acts=MENU_ACTS,
    takes="number",
)
SHELF = Prompt(
    step="pick_shelf",
    title="PICK 536365",
    progress="3/7",
    ask="Scan shelf A-03-12",
    location="A-03-12",
    item="85123A",
    description="WHITE HANGING HEART T-LIGHT HOLDER",
    quantity="6",
    tote="T-014",
    details=("then A-04-02",),
    acts=ACTS,
    help=("Scan the shelf, then the item.", "Shelf barcode torn: type the two check digits on the shelf label."),
)
ITEM = replace(SHELF, step="pick_item", ask="Scan the item")
NUMBER = replace(SHELF, step="pick_quantity", ask="Type how many, Enter (6)", takes="number")
LONG = replace(
    SHELF,
    title="PICK 2026-0003-558812-B",
    location="HALL2-MEZZ-B-117-04-C",
    item="SKU-4711-0815-XXL-NAVY-BLUE-2026",
    description="Hooded sweatshirt, organic cotton, brushed inside, with kangaroo pocket and drawstring, navy blue",
    quantity="2 CASE + 11",
    tote="TOTE-BLUE-000417",
    details=("then HALL2-MEZZ-B-118-01-A", "Gift: wrap it", "Handle with care: the hem is delicate"),
)
QUEUE = Prompt(step="queue", title="Live queue", ask="Esc goes back", acts=MENU_ACTS)


class ScriptedSession:
    """Walks through prompts as a script says and remembers what it was given. `gate` holds a scan while it is shut."""

    def __init__(self, prompt: Prompt = SHELF, worker: str = "Ann Lee") -> None:
        self.showing = Showing(prompt, worker=worker)
        self.taken: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.judge: Callable[[str], tuple[Prompt, Verdict]] = self.approve
        self.refreshed: list[frozenset[Key]] = []

    def approve(self, text: str) -> tuple[Prompt, Verdict]:
        """The script of a test that does not care."""
        return self.showing.prompt, Verdict(Tone.GOOD, f"Took {text}")

    async def take_scan(self, item: Scan | Unreadable) -> Showing:
        await self.gate.wait()
        if isinstance(item, Unreadable):
            return self._then(f"unreadable:{item.reason}", self.showing.prompt, Verdict(Tone.REFUSED, item.sentence))
        return self._then(f"scan:{item.text}", *self.judge(item.text))

    async def take_entry(self, text: str, *, is_even: bool = False) -> Showing:
        return self._then(f"entry:{text}", *self.judge(text))

    async def refuse_hurry(self) -> Showing:
        return self._then("hurry", self.showing.prompt, Verdict(Tone.REFUSED, "one by one"))

    async def take_act(self, name: str) -> Showing:
        return self._then(f"act:{name}", *self.judge(name))

    async def clear(self) -> Showing:
        self.taken.append("clear")
        is_refused = self.showing.verdict is not None and self.showing.verdict.tone is Tone.REFUSED
        prompt = self.showing.prompt if is_refused or self.showing.prompt.step != "queue" else MENU
        self.showing = replace(self.showing, prompt=prompt, verdict=None)
        return self.showing

    async def take_news(self, keys: frozenset[Key]) -> Showing | None:
        self.refreshed.append(keys)
        return None

    async def take_silence(self, minutes: int) -> Showing | None:
        self.taken.append(f"silence:{minutes}")
        self.showing = Showing(SIGN_ON)
        return self.showing

    def _then(self, what: str, prompt: Prompt, verdict: Verdict) -> Showing:
        self.taken.append(what)
        self.showing = Showing(prompt, verdict, self.showing.turn + 1, self.showing.worker)
        return self.showing


def order(number: int, state: str, due_at: datetime | None, *, picked: int = 0, station: str = "") -> Order:
    """An order of two lines, ten pieces."""
    lines = (
        OrderLine(number=1, product="ACME/A", sku="A", description="a", ordered=4, picked=min(picked, 4)),
        OrderLine(number=2, product="ACME/B", sku="B", description="b", ordered=6, picked=max(0, picked - 4)),
    )
    return Order(
        id=f"ACME/{number}",
        owner="ACME",
        number=str(number),
        state=state,
        received_at=NOON,
        lines=lines,
        due_at=due_at,
        carrier="DPD",
        service="Express",
        station=station,
        tasks=(f"T{number}",),
    )


def a_floor(orders: int = 12) -> Floor:
    """Orders in several states, one task with a picker, and an open discrepancy."""
    states = ("released", "picking", "packing", "packed", "shipped", "released")
    records: list[tuple[Key, Record]] = [
        (Key("worker", "ann"), Worker(id="ann", name="Ann Lee", roles=("picker",))),
        (
            Key("task", "T536366"),
            PickTask(
                id="T536366",
                order="ACME/536366",
                order_number="536366",
                owner="ACME",
                state="picking",
                stops=(Stop(number=1, location="A-01", product="ACME/A", sku="A", description="a", quantity=4),),
                worker="ann",
            ),
        ),
        (
            Key("discrepancy", "D1"),
            Discrepancy(
                id="D1",
                reason="short_pick",
                remedy="count",
                subject="ACME/536365",
                opened_at=NOON,
                place="shelf/A-03-12",
            ),
        ),
    ]
    for number in range(536365, 536365 + orders):
        due_at = NOON + timedelta(minutes=25 * (number - 536365) - 20)
        made = order(number, states[number % len(states)], due_at, picked=number % 11, station="BENCH-1")
        records.append((Key("order", made.id), made))
    floor = Floor("T1")
    floor.confirm(records, 1)
    return floor


def an_app(session: ScriptedSession, floor: Floor | None = None, **others: object) -> FloorApp:
    """The app at noon over a scripted session."""

    async def opened() -> Parts:
        return Parts(session=session, floor=floor or Floor(), clock=lambda: NOON)

    return FloorApp(opened, **others)  # type: ignore[arg-type]


def look(tell: int | None = None, reports: Path | None = None, *separators: str) -> int:
    """Runs the app in this terminal: digits walk through the prompts, a scan of X is refused, BOOM is an error.

    What the session takes is also written to the file descriptor `tell`, a line each.
    """
    from terminal.commands import live
    from terminal.crash import Reports
    from terminal.driver import FloorDriver

    session = ScriptedSession(SIGN_ON)
    menu = {"1": SHELF, "2": ITEM, "3": NUMBER, "4": QUEUE, "5": LONG, "6": PIN, "9": SIGN_ON, "MENU": MENU}
    refusal = Verdict(Tone.REFUSED, "Wrong shelf A-03-11: go to A-03-12", "wrong_location")

    def judge(text: str) -> tuple[Prompt, Verdict]:
        if tell is not None:
            os.write(tell, f"{text!r}\n".encode())
        if text == "BOOM":
            secret = "Ann Lee, 12 Rose Lane, badge 4711"
            raise ValueError(secret)
        if text.startswith("X"):
            return session.showing.prompt, refusal
        if text in ("QUEUE", "PICK"):
            text = {"QUEUE": "4", "PICK": "1"}[text]
        return menu.get(text, MENU), Verdict(Tone.GOOD, f"Took {text}")

    session.judge = judge
    report = Reports(reports).write if reports else None
    wedge = ScannerProfile("keys", kind="wedge", separators=separators)
    return live(an_app(session, a_floor(60), driver_class=FloorDriver, report=report, wedge=wedge))


def said(app: FloorApp) -> str:
    assert isinstance(app.screen, FloorScreen | QueueScreen)
    return app.screen.said


@asynccontextmanager
async def running(app: FloorApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[Any]]:
    """The app, its session started."""
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.showing.prompt.step != "starting")
        await pilot.pause()
        yield pilot


_HAND_SECONDS = itertools.cycle((0.21, 0.34, 0.17, 0.4))
_TYPES = {"enter": "\r", "tab": "\t", "ctrl+j": "\n", "question_mark": "?", "full_stop": ".", "space": " "}


class _Hand:
    """When the last key was pressed, of all the hands of one test run."""

    pressed_at = 0.0


async def by_hand(pilot: Pilot[Any], *keys: str) -> None:
    """Presses keys as a hand does: each has the time at which it would come, and nobody waits for it."""
    for key in keys:
        event = events.Key(key, key if len(key) == 1 else _TYPES.get(key))
        _Hand.pressed_at = max(_Hand.pressed_at, event.time) + next(_HAND_SECONDS)
        event.time = _Hand.pressed_at
        pilot.app.post_message(event)
        await pilot.pause()


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Lets the app run until `condition` holds; the test's own time limit is the judge of never."""
    async with asyncio.timeout(10):
        while not condition():
            await pilot.pause()


async def scan(pilot: Pilot[Any], session: ScriptedSession, *texts: str) -> None:
    """Scans as the driver would, and waits until all were judged."""
    before = len(session.taken)
    for text in texts:
        pilot.app.post_message(ScanBurst(text))
    await until(pilot, lambda: len(session.taken) == before + len(texts))
    await pilot.pause()


def has_hit(palette: CommandPalette) -> bool:
    from textual.command import CommandList

    return palette.query_one(CommandList).option_count == 1


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(look(int(words[0]), Path(words[1]), *words[2:]) if words else look())
