"""What the screens look like, colours and all: a few, for the rest is held as text."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from terminal.messages import LinkChanged, ScanBurst
from terminal.workflows.prompts import Prompt, Tone, Verdict
from tests.terminal.looking import NUMBER, QUEUE, SHELF, ScriptedSession, a_floor, an_app, until

SIZES = [(20, 16), (40, 24), (80, 24), (160, 50)]
GOOD = Verdict(Tone.GOOD, "Shelf A-03-12")
REFUSED = Verdict(Tone.REFUSED, "Wrong item 22423: take 85123A", "wrong_product")


async def shown(pilot: Pilot[Any], session: ScriptedSession, link: LinkChanged) -> None:
    """One scan is judged and the badge is known."""
    await until(pilot, lambda: pilot.app.showing.prompt.step != "starting")  # type: ignore[attr-defined]
    pilot.app.post_message(link)
    pilot.app.post_message(ScanBurst("FHL-A-03-12"))
    await until(pilot, lambda: bool(session.taken))
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    ("prompt", "verdict"),
    [
        pytest.param(SHELF, GOOD, id="shelf"),
        pytest.param(NUMBER, REFUSED, id="refused"),
        pytest.param(QUEUE, Verdict(Tone.NOTE, "Esc goes back"), id="queue"),
    ],
)
def test_looks_as_it_looked(snap_compare: Any, size: tuple[int, int], prompt: Prompt, verdict: Verdict) -> None:
    session = ScriptedSession(prompt)
    session.judge = lambda text: (prompt, verdict)
    link = LinkChanged("OFFLINE", 3) if verdict is REFUSED else LinkChanged("ONLINE", 0)

    async def before(pilot: Pilot[Any]) -> None:
        await shown(pilot, session, link)

    assert snap_compare(an_app(session, a_floor(40)), terminal_size=size, run_before=before)
