"""The picture in the README is what the program shows: this test makes it, and fails when it is no longer true.

`FLOORHAND_WRITE_SCREENSHOTS=1` writes it anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from orders.events import ToteBound
from scanners.hub import Hub
from terminal.app import FloorApp
from terminal.floor import Floor
from terminal.messages import LinkChanged
from terminal.parts import Parts
from terminal.workflows import desk
from terminal.workflows.prompts import Showing, Tone, Verdict
from terminal.workflows.steps import Here, Picking
from tests.floors import NOW, WORKER, floor_of, happen, line, order, stop, task

PICTURE = Path(__file__).resolve().parent.parent.parent / "docs" / "screenshots" / "pick.svg"


class Standing:
    """A session that stands still before one shelf."""

    def __init__(self, floor: Floor) -> None:
        here = Here(now=NOW, terminal="T1", worker=WORKER)
        prompt = desk.prompt(Picking("P1", is_identified=False), floor, here)
        self.showing = Showing(prompt, Verdict(Tone.GOOD, "Tote T-01"), 1, "Ada")

    async def start(self) -> Showing:
        return self.showing


def words_in(svg: str) -> list[str]:
    """The text of the picture without its generated ids."""
    return [text for text in re.findall(r">([^<>]+)</text>", svg) if text.strip(" \xa0&#160;")]


async def test_the_readmes_picture_is_what_the_program_shows() -> None:
    order_, walk = order(line(1, "LAMP", 6, allocated=6)), task(stop(1, "A-01-1", "LAMP", 6))
    floor = floor_of(order_, walk)
    happen(floor, ToteBound(task="P1", order="HOME/1001", tote="T-01"))

    async def parts() -> Parts:
        return Parts(session=Standing(floor), floor=floor)

    app = FloorApp(parts, hub=Hub(()))
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(LinkChanged("ONLINE", 0))
        await pilot.pause()
        await pilot.pause()
        svg = app.export_screenshot(title="floorhand terminal")
    if os.environ.get("FLOORHAND_WRITE_SCREENSHOTS"):
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        # No font from afar: the picture stands alone.
        PICTURE.write_text(re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL), encoding="utf-8")
    assert words_in(PICTURE.read_text(encoding="utf-8")) == words_in(svg)
