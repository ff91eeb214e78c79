"""The app over a scripted session: what reaches the session, in which order, and what is seen of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual import events
from textual.command import CommandPalette

from orders.records import Key
from scanners.hub import Hub
from scanners.parse import parse
from scanners.profile import ScannerProfile
from scanners.scan import Scan
from terminal.app import FloorApp
from terminal.layers import Layers
from terminal.messages import LinkChanged, Noted, RecordsChanged, ScanBurst
from terminal.parts import Parts, Tell
from terminal.turns import Entered
from terminal.workflows.prompts import Showing, Tone, Verdict
from tests.terminal.looking import (
    ITEM,
    LONG,
    SHELF,
    SIGN_ON,
    ScriptedSession,
    a_floor,
    an_app,
    by_hand,
    has_hit,
    running,
    said,
    scan,
    until,
)

REFUSAL = Verdict(Tone.REFUSED, "Wrong shelf A-03-11: go to A-03-12", "wrong_location")


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
        await by_hand(pilot, *opening)
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
        await by_hand(pilot, "backspace", "enter")
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
        await by_hand(pilot, "6", "enter")
        session.gate.set()
        await until(pilot, lambda: len(session.taken) == 2)
        assert session.taken == ["scan:5012345678900", "entry:6"]


async def test_two_keys_reach_an_act_and_enter_is_quicker_than_waiting() -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(20, 16)) as pilot:
        await by_hand(pilot, "right")
        assert "3 Short: damaged" in said(pilot.app)
        await by_hand(pilot, "3", "enter")
        await until(pilot, lambda: session.taken == ["act:SHORT-DAMAGED"])


async def test_a_digit_alone_reaches_its_act_once_nothing_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Layers, "CHOICE_SECONDS", 0.01)
    session = ScriptedSession()
    async with running(an_app(session)) as pilot:
        await by_hand(pilot, "right", "2")
        await until(pilot, lambda: session.taken == ["act:SHORT-FEWER"])


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
        await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette) and has_hit(pilot.app.screen))
        await pilot.press("enter")
        await until(pilot, lambda: session.taken == ["act:SHORT-DAMAGED"])


async def test_control_q_says_how_to_close_and_the_list_closes_where_nobody_is_signed_on() -> None:
    session = ScriptedSession(SIGN_ON, "")
    async with running(an_app(session), size=(80, 24)) as pilot:
        await pilot.press("ctrl+q")
        assert "To close the program" in said(pilot.app)
        await by_hand(pilot, "right", "9", "enter")
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
