"""The live queue over a scripted session: it opens, follows changes, scrolls, and gives way to a refusal."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from orders.records import Key
from terminal.app import FloorApp
from terminal.messages import LinkChanged, RecordsChanged
from terminal.parts import Parts
from terminal.screens.floor_screen import FloorScreen
from terminal.screens.queue_screen import QueueScreen
from terminal.workflows.prompts import Tone, Verdict
from tests.terminal.looking import (
    MENU,
    NOON,
    QUEUE,
    ScriptedSession,
    a_floor,
    an_app,
    by_hand,
    order,
    running,
    said,
    scan,
    until,
)

REFUSAL = Verdict(Tone.REFUSED, "Wrong shelf A-03-11: go to A-03-12", "wrong_location")


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
        await by_hand(pilot, "1", "enter")
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
