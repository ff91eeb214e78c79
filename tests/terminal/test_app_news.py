"""What comes to the app from beside it: changed records, the badge, faults and notes, scanners lost and found."""

from __future__ import annotations

from orders.records import Key
from scanners.hub import Hub
from scanners.scan import LossReason, RepeatDropped, ScannerFound, ScannerLost
from terminal.app import FloorApp
from terminal.messages import LinkChanged, Noted, RecordsChanged, ScanBurst, Shown
from terminal.parts import Parts
from terminal.workflows.prompts import Showing, Tone, Verdict
from tests.terminal.looking import (
    MENU,
    ScriptedSession,
    a_floor,
    an_app,
    running,
    said,
    scan,
    until,
)


async def test_changed_records_reach_the_session_together_and_may_change_the_prompt() -> None:
    session = ScriptedSession()
    session.gate.clear()
    first, second = Key("order", "ACME/1"), Key("task", "T1")

    async def take_news(keys: frozenset[Key]) -> Showing:
        session.refreshed.append(keys)
        session.showing = Showing(MENU, None, session.showing.turn, "Ann Lee")
        return session.showing

    session.take_news = take_news  # type: ignore[method-assign]
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
