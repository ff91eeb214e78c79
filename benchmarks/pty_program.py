"""A program in a real pseudo-terminal: bytes in, and the moment at which a text has been painted.

Decides how a terminal is set up and how long to wait for a text. It knows nothing of what the program is.
"""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import psutil

from benchmarks.figures import Stumbled

COLUMNS, ROWS = 80, 24
_ROOT = Path(__file__).resolve().parents[1]
_LIMIT_SECONDS = 30.0


class PtyProgram:
    """A program on a screen of 80x24 cells."""

    def __init__(self, process: subprocess.Popen[bytes], master: int, begun: float) -> None:
        self._process, self.keyboard, self.begun = process, master, begun
        self._known = psutil.Process(process.pid)

    def painted(self, text: str, since: float) -> float:
        """The seconds from `since` until `text` was written to the screen; Stumbled where it never is."""
        wanted, seen = text.encode(), bytearray()
        while (left := since + _LIMIT_SECONDS - perf_counter()) > 0:
            if not select.select([self.keyboard], [], [], left)[0]:
                break
            try:
                seen += os.read(self.keyboard, 65536)
            except OSError:  # Linux: the program has closed its end
                break
            if wanted in seen:
                return perf_counter() - since
        raise Stumbled(f"{text!r} was not painted; the program wrote {bytes(seen[-400:])!r}")

    def answer(self, to: int, data: bytes, text: str) -> float:
        """The seconds from writing `data` into the descriptor `to` until `text` is painted."""
        self.settle(0.0)
        begun = perf_counter()
        os.write(to, data)
        return self.painted(text, begun)

    def settle(self, seconds: float) -> None:
        """Reads whatever else is painted, until nothing came for so long."""
        while select.select([self.keyboard], [], [], seconds)[0]:
            os.read(self.keyboard, 65536)

    def cpu_seconds(self) -> float:
        """What the program has used so far, with all its threads."""
        times = self._known.cpu_times()
        return float(times.user + times.system)

    def private_bytes(self) -> int:
        """The memory that would be free without it (USS)."""
        return int(self._known.memory_full_info().uss)


@contextmanager
def in_a_pty(words: Sequence[str]) -> Iterator[PtyProgram]:
    """Runs `python WORDS` in a pseudo-terminal for as long as the block lasts."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    begun = perf_counter()
    process = subprocess.Popen(
        [sys.executable, *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=_ROOT,
        env={**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield PtyProgram(process, master, begun)
    finally:
        process.kill()
        process.wait()
        os.close(master)
