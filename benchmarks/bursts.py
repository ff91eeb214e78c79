"""A burst through the terminal's driver and app to a painted verdict, with no journal and no floor behind them.

`python -m benchmarks.bursts` is the program under test: the app over a session that says what it took. What the rest of
a scan costs is measured elsewhere.
"""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.figures import Amount, Figure, Plan, at_most, in_turns, milliseconds

if TYPE_CHECKING:
    from benchmarks.pty_program import PtyProgram
    from scanners.scale import Weight

PAINT_BAR, CPU_BAR = 1.7, 2.0
READY = "READY-TO-SCAN"
_WARM_UP = 3
_AHEAD = 20
_HAND_SECONDS = 0.03


def measure(_folder: Path, plan: Plan) -> list[Figure]:
    """One burst at a time, and many typed ahead of the screen, beside one key echoed."""
    from benchmarks.glass import ECHO, Echo
    from benchmarks.pty_program import in_a_pty

    turns = plan.count(220, 4)
    with in_a_pty(["-m", "benchmarks.bursts"]) as program, in_a_pty(ECHO) as other:
        bursts, echo = _Bursts(program), Echo(other)
        in_turns(_WARM_UP, bursts.scan, echo.scan)
        before = [each.cpu_seconds() for each in (program, other)]
        scans, keys = in_turns(turns, bursts.scan, echo.scan)
        used = [(each.cpu_seconds() - was) / turns for each, was in zip((program, other), before, strict=True)]
        ahead = [bursts.scan_ahead() for _ in range(plan.count(20, 2))]
    return [
        Figure(
            "a burst of 24 keys to painted verdict, p50, against one key echoed",
            milliseconds(scans),
            milliseconds(keys),
            at_most(PAINT_BAR),
        ),
        Figure(
            "CPU a burst, against one key echoed",
            Amount(used[0] * 1e3, "ms"),
            Amount(used[1] * 1e3, "ms"),
            at_most(CPU_BAR),
        ),
        Figure(
            f"each of {_AHEAD} bursts typed ahead of the screen, against one key echoed",
            milliseconds(ahead),
            milliseconds(keys),
            at_most(PAINT_BAR),
        ),
    ]


class _Bursts:
    """The app under test."""

    def __init__(self, program: PtyProgram) -> None:
        self._program = program
        self._numbers = count(1)
        program.painted(READY, program.begun)
        program.settle(0.3)

    def scan(self, _turn: int) -> float:
        """One burst; the seconds until its verdict is painted."""
        burst = self._next()
        taken = self._program.answer(self._program.keyboard, burst, f"Took {burst[3:-1].decode()}")
        self._program.settle(_HAND_SECONDS)
        return taken

    def scan_ahead(self) -> float:
        """Many bursts at once; the seconds for each until the last one's verdict is painted."""
        bursts = [self._next() for _ in range(_AHEAD)]
        begun = perf_counter()
        os.write(self._program.keyboard, b"".join(bursts))
        taken = self._program.painted(f"Took {bursts[-1][3:-1].decode()}", begun)
        self._program.settle(_HAND_SECONDS)
        return taken / _AHEAD

    def _next(self) -> bytes:
        return b"]C0SHELF-A-03-12-%07d\r" % next(self._numbers)


def _run() -> None:
    from collections.abc import Collection

    from msgspec.structs import replace

    from orders.records import Key
    from scanners.scan import Scan, Unreadable
    from terminal.app import FloorApp
    from terminal.driver import FloorDriver
    from terminal.floor import Floor
    from terminal.parts import Parts
    from terminal.workflows.prompts import Prompt, Showing, Tone, Verdict

    class Taking:
        """Takes whatever comes."""

        def __init__(self) -> None:
            self.showing = Showing(Prompt(step="bench", title=READY, ask="Scan"))

        async def take_scan(self, item: Scan | Unreadable) -> Showing:
            assert isinstance(item, Scan)
            return self._took(item.text)

        async def take_entry(self, text: str, *, is_even: bool = False) -> Showing:
            return self._took(text)

        async def refuse_hurry(self) -> Showing:
            return self._took("")

        async def take_weight(self, weight: Weight, frame: bytes) -> Showing:
            return self._took(str(weight))

        async def take_act(self, name: str) -> Showing:
            return self._took(name)

        async def clear(self) -> Showing:
            return self._took("")

        async def take_news(self, keys: Collection[Key]) -> None:
            """Nothing changes here."""

        async def take_silence(self, minutes: int) -> None:
            """Nobody is signed on here."""

        def _took(self, text: str) -> Showing:
            self.showing = replace(self.showing, verdict=Verdict(Tone.GOOD, f"Took {text}"), turn=self.showing.turn + 1)
            return self.showing

    async def opened() -> Parts:
        return Parts(session=Taking(), floor=Floor())

    FloorApp(opened, driver_class=FloorDriver).run(mouse=False)


if __name__ == "__main__":
    _run()
