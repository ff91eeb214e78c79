"""The app over a scripted session: what reaches the session, in which order, and what is seen of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual import events
from textual.command import CommandPalette
from textual.pilot import Pilot

from orders.records import Key
from scanners.hub import Hub
from scanners.parse import parse
from scanners.profile import ScannerProfile
from scanners.scan import LossReason, RepeatDropped, Scan, ScannerFound, ScannerLost
from terminal.app import FloorApp
from terminal.layers import Layers
from terminal.messages import LinkChanged, Noted, RecordsChanged, ScanBurst, Shown
from terminal.parts import Parts, Tell
from terminal.screens.floor_screen import FloorScreen
from terminal.screens.queue_screen import QueueScreen
from terminal.turns import Entered, Stale
from terminal.workflows.prompts import Showing, Tone, Verdict
from tests.terminal.looking import (
    ITEM,
    LONG,
    MENU,
    NOON,
    QUEUE,
    SHELF,
    SIGN_ON,
    ScriptedSession,
    a_floor,
    an_app,
    order,
)

REFUSAL = Verdict(Tone.REFUSED, "Wrong shelf A-03-11: go to A-03-12", "wrong_location")


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


async def test_a_scan_is_judged_and_seen() -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(40, 24)) as pilot:
        await scan(pilot, session, "FHL-A-03-12")
        assert session.taken == ["scan:FHL-A-03-12"]
        assert "OK Took FHL-A-03-12" in said(pilot.app)


async def test_fifty_scans_while_the_session_is_busy_are_all_judged_in_order() -> None:
    session = ScriptedSession()
    session.gate.clear()
    texts = [f"ABC{number:04d}" for number in range(50)]
    async with running(an_app(session)) as pilot:
        for text in texts:
            pilot.app.post_message(ScanBurst(text))
        await pilot.pause()
        assert session.taken == []
        session.gate.set()
        await until(pilot, lambda: len(session.taken) == 50)
        assert session.taken == [f"scan:{text}" for text in texts]


async def test_two_honest_scans_of_one_item_are_two() -> None:
    session = ScriptedSession()
    async with running(an_app(session)) as pilot:
        for at in (10.0, 10.2, 10.201):
            burst = ScanBurst("5012345678900")
            burst.time = at
            pilot.app.post_message(burst)
        await until(pilot, lambda: "came twice" in said(pilot.app))
        assert session.taken == ["scan:5012345678900", "scan:5012345678900"]


async def test_a_broken_scan_is_refused_and_not_guessed() -> None:
    session = ScriptedSession()
    async with running(an_app(session)) as pilot:
        pilot.app.post_message(ScanBurst("50123", is_whole=False))
        await until(pilot, lambda: session.taken == ["unreadable:cut-short"])
        await pilot.pause()
        assert "broke off" in said(pilot.app)


@pytest.mark.parametrize("opening", [("right",), ("question_mark", "enter"), ("ctrl+p",)])
async def test_a_scan_closes_whatever_is_open_and_is_judged(opening: tuple[str, ...]) -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(80, 24)) as pilot:
        await pilot.press(*opening)
        await pilot.pause()
        assert isinstance(pilot.app.screen, CommandPalette) or "PICK 536365" not in said(pilot.app)
        await scan(pilot, session, "FHL-A-03-12")
        assert session.taken == ["scan:FHL-A-03-12"]
        assert "OK Took FHL-A-03-12" in said(pilot.app)


async def test_characters_gather_until_enter() -> None:
    session = ScriptedSession(ITEM)
    async with running(an_app(session), size=(40, 24)) as pilot:
        await pilot.press("1", "2", "3")
        assert session.taken == []
        assert "> 123_" in said(pilot.app)
        await pilot.press("backspace", "enter")
        await until(pilot, lambda: session.taken == ["entry:12"])
        await pilot.pause()
        assert "> Scan" in said(pilot.app)


async def test_no_printable_or_control_key_is_a_binding() -> None:
    session = ScriptedSession()
    letters = ["q", "Q", "x", "space", "slash", "ctrl+q", "ctrl+c", "ctrl+right_square_bracket", "j", "0"]
    async with running(an_app(session)) as pilot:
        await pilot.press("a", *letters)
        assert pilot.app.is_running
        assert session.taken == []


async def test_a_lone_enter_confirms_nothing() -> None:
    session = ScriptedSession()
    async with running(an_app(session)) as pilot:
        await pilot.press("enter", "enter")
        await scan(pilot, session, "FHL-A-03-12")
        await pilot.press("enter")
        await pilot.pause()
        assert session.taken == ["scan:FHL-A-03-12"]


async def test_what_was_half_typed_goes_when_a_scan_comes() -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(40, 24)) as pilot:
        await pilot.press("4", "7")
        await scan(pilot, session, "FHL-A-03-12")
        await pilot.press("enter")
        await pilot.pause()
        assert session.taken == ["scan:FHL-A-03-12"]


async def test_what_is_typed_behind_a_scan_that_still_waits_is_kept_and_comes_after_it() -> None:
    session = ScriptedSession()
    session.gate.clear()
    async with running(an_app(session)) as pilot:
        pilot.app.post_message(ScanBurst("5012345678900"))
        await pilot.pause()
        await pilot.press("6", "enter")
        session.gate.set()
        await until(pilot, lambda: len(session.taken) == 2)
        assert session.taken == ["scan:5012345678900", "entry:6"]


async def test_two_keys_reach_an_act_and_enter_is_quicker_than_waiting() -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(20, 16)) as pilot:
        await pilot.press("right")
        assert "3 Short: damaged" in said(pilot.app)
        await pilot.press("3", "enter")
        await until(pilot, lambda: session.taken == ["act:SHORT-DAMAGED"])


async def test_a_digit_alone_reaches_its_act_once_nothing_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Layers, "CHOICE_SECONDS", 0.01)
    session = ScriptedSession()
    async with running(an_app(session)) as pilot:
        await pilot.press("right", "2")
        await until(pilot, lambda: session.taken == ["act:SHORT-FEWER"])


async def test_a_slow_scanner_over_the_list_of_acts_types_and_chooses_nothing() -> None:
    session = ScriptedSession()
    async with running(an_app(session)) as pilot:
        await pilot.press("right", *"2500", "enter")
        await until(pilot, lambda: session.taken == ["entry:2500"])


async def test_question_mark_and_enter_show_what_to_scan_and_which_keys() -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(80, 24)) as pilot:
        await pilot.press("question_mark", "enter")
        assert "Shelf barcode torn" in said(pilot.app)
        assert "Right arrow" in said(pilot.app)
        await pilot.press("escape")
        assert "PICK 536365" in said(pilot.app)
        assert session.taken == []


async def test_the_down_arrow_shows_the_rest_of_a_text() -> None:
    session = ScriptedSession(LONG)
    async with running(an_app(session), size=(20, 16)) as pilot:
        assert "Gift: wrap it" not in said(pilot.app)
        await pilot.press("down", "pagedown", "pagedown")
        assert "Gift: wrap it" in said(pilot.app)
        await scan(pilot, session, "FHL-A-03-12")
        assert "OK Took" in said(pilot.app)


async def test_a_refusal_stays_and_rings_three_times_until_the_clear_key() -> None:
    bells = 0

    class Ringing(FloorApp):
        def bell(self) -> None:
            nonlocal bells
            bells += 1

    session = ScriptedSession()
    session.judge = lambda text: (SHELF, REFUSAL)

    async def opened() -> Parts:
        return Parts(session=session, floor=a_floor(0))

    async with running(Ringing(opened), size=(40, 24)) as pilot:
        await scan(pilot, session, "FHL-A-03-11")
        await until(pilot, lambda: bells == 3)
        pilot.app.post_message(RecordsChanged(frozenset({Key("order", "ACME/1")})))
        await pilot.press("a", "escape")
        assert "go to A-03-12" in said(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: session.taken[-1:] == ["clear"])
        await pilot.pause()
        assert "go to A-03-12" not in said(pilot.app)
        assert bells == 3


async def test_right_is_one_bell_and_what_wants_attention_is_two() -> None:
    rung: list[str] = []

    class Ringing(FloorApp):
        def bell(self) -> None:
            rung.append("bell")

    session = ScriptedSession()

    async def opened() -> Parts:
        return Parts(session=session, floor=a_floor(0))

    async with running(Ringing(opened), size=(40, 24)) as pilot:
        await scan(pilot, session, "FHL-A-03-12")
        await until(pilot, lambda: len(rung) == 1)
        pilot.app.post_message(Noted("label not printed: no paper", is_fault=True))
        pilot.app.post_message(Noted("label not printed: no paper", is_fault=True))
        await until(pilot, lambda: len(rung) == 3)
        await pilot.press("escape")
        assert len(rung) == 3


@pytest.mark.parametrize("size", [(20, 16), (40, 24), (80, 24), (160, 50)], ids=str)
async def test_a_refusal_stays_through_everything_but_the_right_scan_and_the_clear_key(size: tuple[int, int]) -> None:
    session = ScriptedSession()
    session.judge = lambda text: (SHELF, REFUSAL)
    async with running(an_app(session), size=size) as pilot:
        await scan(pilot, session, "FHL-A-03-11")
        screen = said(pilot.app)
        assert "NO" in screen or "█" in screen or "▀" in screen
        for news in (
            RecordsChanged(frozenset({Key("order", "ACME/1")})),
            LinkChanged("OFFLINE", 3, "no network"),
            Noted("Printed label 1001"),
            Noted("label not printed: no paper", is_fault=True),
        ):
            pilot.app.post_message(news)
        await pilot.press("right", "escape", "down", "1", "backspace")
        await pilot.pause()
        assert bare(REFUSAL.sentence) in bare(said(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: session.taken[-1:] == ["clear"])
        await pilot.pause()
        assert bare(REFUSAL.sentence) not in bare(said(pilot.app))


def bare(text: str) -> str:
    return "".join(text.split())


async def test_the_right_scan_takes_a_refusal_away() -> None:
    session = ScriptedSession()
    answers = iter([(SHELF, REFUSAL), (ITEM, Verdict(Tone.GOOD, "Shelf A-03-12"))])
    session.judge = lambda text: next(answers)
    async with running(an_app(session), size=(40, 24)) as pilot:
        await scan(pilot, session, "FHL-A-03-11")
        assert REFUSAL.sentence in said(pilot.app)
        await scan(pilot, session, "FHL-A-03-12")
        assert "OK Shelf A-03-12" in said(pilot.app)
        assert "Scan the item" in said(pilot.app)


async def test_changed_records_reach_the_session_together_and_may_change_the_prompt() -> None:
    session = ScriptedSession()
    session.gate.clear()
    first, second = Key("order", "ACME/1"), Key("task", "T1")

    def refresh(keys: frozenset[Key]) -> Showing:
        session.refreshed.append(keys)
        session.showing = Showing(MENU, None, session.showing.turn, "Ann Lee")
        return session.showing

    session.refresh = refresh  # type: ignore[method-assign]
    async with running(an_app(session), size=(40, 24)) as pilot:
        pilot.app.post_message(ScanBurst("ABCD"))
        await pilot.pause()
        pilot.app.post_message(RecordsChanged(frozenset({first})))
        pilot.app.post_message(RecordsChanged(frozenset({second})))
        await pilot.press("5")
        session.gate.set()
        await until(pilot, lambda: "Live queue" in said(pilot.app))
        assert session.refreshed == [frozenset({first, second})]
        assert "5_" not in said(pilot.app)


async def test_the_session_may_show_something_by_itself() -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(40, 24)) as pilot:
        pilot.app.post_message(Shown(Showing(MENU, Verdict(Tone.NOTE, "Signed on"), 0, "Ann Lee")))
        await until(pilot, lambda: "NOTE Signed on" in said(pilot.app))


async def test_the_badge_says_what_waits_and_why() -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(40, 24)) as pilot:
        pilot.app.post_message(LinkChanged("OFFLINE", 7, "The store cannot be reached: work goes on offline."))
        await until(pilot, lambda: "OFFLINE 7" in said(pilot.app))
        assert "cannot be reached" in said(pilot.app)
        await scan(pilot, session, "ABCD")
        assert "cannot be reached" in said(pilot.app)
        pilot.app.post_message(LinkChanged("ONLINE", 0))
        await until(pilot, lambda: "ONLINE" in said(pilot.app) and "reached" not in said(pilot.app))


async def test_a_fault_stays_until_it_is_cleared_and_a_note_until_the_next_scan() -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(80, 24)) as pilot:
        pilot.app.post_message(Noted("Printed label: /srv/1.pdf"))
        await until(pilot, lambda: "Printed label" in said(pilot.app))
        await scan(pilot, session, "ABCD")
        assert "Printed label" not in said(pilot.app)
        pilot.app.post_message(Noted("Label not printed: folder is full", is_fault=True))
        await scan(pilot, session, "ABCE")
        assert "Label not printed" in said(pilot.app)
        await pilot.press("escape")
        await pilot.pause()
        assert "Label not printed" not in said(pilot.app)
        assert "clear" not in session.taken


async def test_a_lost_scanner_is_said_until_it_is_found() -> None:
    hub = Hub()
    async with running(an_app(ScriptedSession(), hub=hub), size=(80, 24)) as pilot:
        hub.put(ScannerLost("hand", LossReason.UNPLUGGED, "Scanner hand went away: plug it in again."))
        await until(pilot, lambda: "went away" in said(pilot.app))
        hub.put(ScannerFound("hand"))
        await until(pilot, lambda: "went away" not in said(pilot.app))
        assert "Scanner hand is back" in said(pilot.app)


async def test_a_scanner_that_was_there_from_the_start_is_not_news() -> None:
    hub = Hub()
    async with running(an_app(ScriptedSession(), hub=hub), size=(80, 24)) as pilot:
        hub.put(ScannerFound("hand"))
        hub.put(RepeatDropped("hand", "A", 1))
        await until(pilot, lambda: "came twice" in said(pilot.app))
        hub.put(ScannerFound("ring"))
        await pilot.pause()
        assert "is back" not in said(pilot.app)


async def test_nothing_is_asked_before_the_scanners_have_said_whether_they_are_there() -> None:
    hub, session = Hub(), ScriptedSession()

    class Slow:
        def start(self) -> None:
            """Its thread is still busy opening the port."""

        def stop(self) -> None:
            """Nothing to stop."""

    async def opened() -> Parts:
        return Parts(session=session, floor=a_floor(0), scanners=[Slow(), Slow()])

    app = FloorApp(opened, hub=hub)
    async with app.run_test() as pilot:
        hub.put(ScannerFound("hand"))
        await pilot.pause()
        assert app.showing.prompt.step == "starting"
        hub.put(ScannerLost("ring", LossReason.ABSENT, "Scanner ring is not at /dev/x: plug it in."))
        await until(pilot, lambda: app.showing.prompt.step == "pick_shelf")


async def test_reads_of_a_serial_scanner_and_keys_are_one_stream() -> None:
    hub, session = Hub(), ScriptedSession()
    profile = ScannerProfile("hand", port="/dev/ttyACM0")
    async with running(an_app(session, hub=hub)) as pilot:
        await pilot.pause()
        for number in range(5):
            read = parse(f"ABC{number}", profile, "hand", float(number))
            assert isinstance(read, Scan)
            hub.put(read)
        pilot.app._turns.put(Entered("6"))
        await until(pilot, lambda: len(session.taken) == 6)
        assert session.taken == [*(f"scan:ABC{number}" for number in range(5)), "entry:6"]


async def test_a_paste_that_reaches_the_app_is_its_scans() -> None:
    session = ScriptedSession()
    async with running(an_app(session)) as pilot:
        pilot.app.post_message(events.Paste("ABC1\rABC2\r\nABC3"))
        await until(pilot, lambda: session.taken == ["scan:ABC1", "scan:ABC2", "scan:ABC3"])


async def test_the_palette_holds_every_act_and_the_way_out() -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(80, 24)) as pilot:
        commands = {command.title for command in pilot.app.get_system_commands(pilot.app.screen)}
        assert commands == {*(act.label for act in SHELF.acts), "Help", "Close program"}
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"damaged")
        await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette) and _has_hit(pilot.app.screen))
        await pilot.press("enter")
        await until(pilot, lambda: session.taken == ["act:SHORT-DAMAGED"])


@pytest.mark.parametrize("end", ["enter", "tab", "ctrl+j"])
@pytest.mark.parametrize("code", ["5901234123457", "SKIP"])
async def test_a_slow_scanner_that_types_into_the_palette_is_judged_and_chooses_nothing(code: str, end: str) -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*code, end)
        await until(pilot, lambda: session.taken == [f"entry:{code}"])
        assert not isinstance(pilot.app.screen, CommandPalette)
        assert f"Took {code}" in said(pilot.app)


@pytest.mark.parametrize("end", ["enter", "tab", "ctrl+j"])
@pytest.mark.parametrize(
    ("settings", "typed", "taken"),
    [
        ({}, "ABC123", "entry:ABC123"),
        ({}, "]C110AB\x1d21X", "scan:10AB\x1d21X"),
        ({"prefix": "~"}, "~ABC123", "scan:ABC123"),
        ({"suffix": "#"}, "ABC123#", "scan:ABC123"),
        ({"separators": ("F8",)}, "]C110AB\x8821X", "scan:10AB\x1d21X"),
    ],
)
async def test_a_slow_scanner_is_known_by_what_it_adds(settings: dict, typed: str, taken: str, end: str) -> None:
    session, wedge = ScriptedSession(), ScannerProfile("keys", kind="wedge", **settings)
    async with running(an_app(session, wedge=wedge), size=(80, 24)) as pilot:
        named = {"\x1d": "ctrl+right_square_bracket", "\x88": "f8"}
        await pilot.press(*(named.get(character, character) for character in typed), end)
        await until(pilot, lambda: session.taken == [taken])


async def test_a_question_that_changes_under_a_slow_read_gets_no_half_of_it() -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(80, 24)) as pilot:
        await pilot.press(*"590123")
        pilot.app._after(Stale(), Showing(ITEM))
        await pilot.press(*"4123457")
        assert "changed while this was typed" in said(pilot.app)
        await pilot.press("enter")
        await pilot.pause()
        assert session.taken == []
        await pilot.press("7", "enter")
        await until(pilot, lambda: session.taken == ["entry:7"])


def _has_hit(palette: CommandPalette) -> bool:
    from textual.command import CommandList

    return palette.query_one(CommandList).option_count == 1


async def test_control_q_says_how_to_close_and_the_list_closes_where_nobody_is_signed_on() -> None:
    session = ScriptedSession(SIGN_ON, "")
    async with running(an_app(session), size=(80, 24)) as pilot:
        await pilot.press("ctrl+q")
        assert "To close the program" in said(pilot.app)
        await pilot.press("right", "9", "enter")
        await pilot.pause()
    assert pilot.app.return_code == 0
    assert session.taken == []


async def test_the_toy_scanner_hears_of_every_showing_and_of_its_keys() -> None:
    heard: list[Any] = []

    class Toy:
        def shown(self, showing: Showing) -> None:
            heard.append(showing.prompt.step)

        def pressed(self, key: str) -> None:
            heard.append(key)

    session = ScriptedSession()

    async def opened() -> Parts:
        return Parts(session=session, floor=a_floor(0), toy=Toy())

    async with running(FloorApp(opened)) as pilot:
        await pilot.press("f2", "f5")
        await scan(pilot, session, "ABCD")
        assert heard == ["pick_shelf", "f2", "f5", "pick_shelf"]
        await pilot.press("ctrl+q")
    assert pilot.app.return_code == 0


async def test_sync_and_spool_run_beside_and_speak_through_messages() -> None:
    ended: list[str] = []

    def beside(name: str) -> Callable[[Tell], Awaitable[None]]:
        async def run(tell: Tell) -> None:
            tell(Noted(f"{name} speaks"))
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(name)

        return run

    session = ScriptedSession()

    async def opened() -> Parts:
        return Parts(session=session, floor=a_floor(0), sync=beside("sync"), spool=beside("spool"))

    async with running(FloorApp(opened), size=(80, 24)) as pilot:
        await until(pilot, lambda: "speaks" in said(pilot.app))
        assert {worker.group for worker in pilot.app.workers} == {"session", "scanners", "sync", "spool"}
    assert sorted(ended) == ["spool", "sync"]


async def test_what_cannot_start_says_why_and_ends() -> None:
    from terminal.parts import CannotStart

    async def opened() -> Parts:
        raise CannotStart("Another terminal writes the journal: close it first.")

    app = FloorApp(opened)
    async with app.run_test() as pilot:
        await until(pilot, lambda: bool(app.farewell))
    assert app.farewell == "Another terminal writes the journal: close it first."
    assert app.return_code == 2


# The live queue


async def open_queue(pilot: Pilot[Any]) -> QueueScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, QueueScreen))
    await pilot.pause()
    assert isinstance(pilot.app.screen, QueueScreen)
    return pilot.app.screen


@pytest.mark.parametrize("size", [(20, 16), (40, 24), (80, 24), (160, 50)])
async def test_the_queue_opens_shows_the_urgent_first_and_goes_back(size: tuple[int, int]) -> None:
    session = ScriptedSession(QUEUE)
    async with running(an_app(session, a_floor(30)), size=size) as pilot:
        queue = await open_queue(pilot)
        lines = queue.said.splitlines()
        assert len(lines) == size[1]
        assert queue.said.index("A-03-12") < queue.said.index("536365") < queue.said.index("536366")
        assert "-0:20" in queue.said
        fault = "The store at http://10.0.0.5:8743 cannot be reached: work goes on offline."
        pilot.app.post_message(LinkChanged("OFFLINE", 3, fault))
        await until(pilot, lambda: "".join(fault.split()) in "".join(queue.said.split()))
        assert len(queue.said.splitlines()) == size[1] and "A-03-12" in queue.said
        pilot.app.post_message(LinkChanged("ONLINE", 0))
        await until(pilot, lambda: queue.said.splitlines()[1:] == lines[1:])
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, FloorScreen))
        assert "1 Pick" in said(pilot.app)


async def test_the_queue_follows_changes_and_keeps_the_chosen_row() -> None:
    session, floor = ScriptedSession(QUEUE), a_floor(30)
    async with running(an_app(session, floor), size=(80, 24)) as pilot:
        queue = await open_queue(pilot)
        await pilot.press("down", "down")
        view = queue._rows
        assert view._board.row(view.chosen).number == "536366"
        moved = order(536380, "packing", NOON.replace(hour=8), station="BENCH-2")
        keys = floor.confirm([(Key("order", moved.id), moved)], 2)
        pilot.app.post_message(RecordsChanged(keys))
        await until(pilot, lambda: "BENCH-2" in queue.said)
        assert queue.said.index("536380") < queue.said.index("536365")
        assert view._board.row(view.chosen).number == "536366"
        assert view.chosen == 3


async def test_the_queue_scrolls_with_the_chosen_row() -> None:
    session = ScriptedSession(QUEUE)
    async with running(an_app(session, a_floor(40)), size=(20, 16)) as pilot:
        queue = await open_queue(pilot)
        last = queue._board.row(len(queue._board) - 1).number
        await pilot.press(*["pagedown"] * 10)
        await pilot.pause()
        assert last in queue.said
        await pilot.press(*["pageup"] * 10)
        await pilot.pause()
        assert "A-03-12" in queue.said


async def test_a_change_repaints_only_lines_that_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    session, floor = ScriptedSession(QUEUE), a_floor(300)
    async with running(an_app(session, floor), size=(80, 24)) as pilot:
        queue = await open_queue(pilot)
        drawn: list[int] = []
        draw = queue._rows.render_line
        monkeypatch.setattr(queue._rows, "render_line", lambda y: (drawn.append(y), draw(y))[1])
        last = queue._board.row(len(queue._board) - 1)
        far = order(int(last.number), "packing", last.due_at, station="BENCH-9")
        pilot.app.post_message(RecordsChanged(floor.confirm([(Key("order", far.id), far)], 2)))
        await until(pilot, lambda: queue._board.row(len(queue._board) - 1).who == "BENCH-9")
        await pilot.pause()
        assert set(drawn) <= {0}


async def test_a_refusal_over_the_queue_takes_the_screen_and_gives_it_back() -> None:
    session = ScriptedSession(QUEUE)
    session.judge = lambda text: (QUEUE, REFUSAL)
    async with running(an_app(session, a_floor(30)), size=(40, 24)) as pilot:
        await open_queue(pilot)
        await scan(pilot, session, "ABCD")
        assert REFUSAL.sentence in said(pilot.app)
        await pilot.press("escape")
        await open_queue(pilot)


async def test_acts_and_typing_work_over_the_queue() -> None:
    session = ScriptedSession(QUEUE)
    session.judge = lambda text: (MENU, Verdict(Tone.NOTE, f"Took {text}"))
    async with running(an_app(session, a_floor(30)), size=(40, 24)) as pilot:
        await open_queue(pilot)
        await pilot.press("1", "2")
        assert "> 12_" in said(pilot.app)
        await pilot.press("escape", "right")
        assert "Live queue" in said(pilot.app)
        await pilot.press("1", "enter")
        await until(pilot, lambda: session.taken == ["act:PICK"])


async def test_the_minute_moves_every_time_on_the_queue() -> None:
    session, now = ScriptedSession(QUEUE), [NOON]

    async def opened() -> Parts:
        return Parts(session=session, floor=a_floor(12), clock=lambda: now[0])

    async with running(FloorApp(opened), size=(80, 24)) as pilot:
        queue = await open_queue(pilot)
        assert "0:05 536366" in queue.said
        now[0] = NOON.replace(minute=2)
        await until(pilot, lambda: "0:03 536366" in queue.said)
