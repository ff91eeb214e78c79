"""How far an import is: a bar on a terminal, a line now and then elsewhere, nothing for what takes no second.

Decides when to speak. What counts as a step is the caller's.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

QUIET_SECONDS = 1.0
LINE_EVERY_SECONDS = 10.0

Tick = Callable[[int], None]


class Progress:
    """Tells one stage after the other on `out`."""

    def __init__(self, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._out, self._clock = out or sys.stderr, clock

    @contextmanager
    def stage(self, title: str, total: int) -> Iterator[Tick]:
        """A stage of `total` steps; the Tick that it gives is told how many are done."""
        teller = _Bar if self._out.isatty() else _Lines
        told = teller(title, max(total, 1), self._out)
        began = self._clock()

        def tick(done: int) -> None:
            now = self._clock()
            if now - began >= QUIET_SECONDS:
                told.tell(done, now)

        try:
            yield tick
        finally:
            told.end()


class _Lines:
    def __init__(self, title: str, total: int, out: TextIO) -> None:
        self._title, self._total, self._out = title, total, out
        self._next_at = 0.0

    def tell(self, done: int, now: float) -> None:
        if now >= self._next_at:
            self._next_at = now + LINE_EVERY_SECONDS
            print(f"{self._title}: {min(100, 100 * done // self._total)} %", file=self._out, flush=True)

    def end(self) -> None:
        pass


class _Bar:
    def __init__(self, title: str, total: int, out: TextIO) -> None:
        # Only where a bar is drawn: it takes as long to load as a short import.
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(file=out), transient=True)
        self._task = self._bar.add_task(title, total=total)
        self._is_shown = False

    def tell(self, done: int, now: float) -> None:
        if not self._is_shown:
            self._bar.start()
            self._is_shown = True
        self._bar.update(self._task, completed=done)

    def end(self) -> None:
        if self._is_shown:
            self._bar.stop()
