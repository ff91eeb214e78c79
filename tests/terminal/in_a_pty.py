"""A program in a real pseudo-terminal, with what it writes on the screen and what it tells on a pipe."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 30.0


class InPty:
    """The running program. `screen` is what a person would see now; `raw` is every byte it wrote."""

    def __init__(self, process: subprocess.Popen[bytes], master: int, tell: int, size: tuple[int, int]) -> None:
        self.process, self._master, self._tell = process, master, tell
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._told = b""
        self.raw = b""

    @property
    def screen(self) -> str:
        """The screen as text."""
        return "\n".join(self._screen.display)

    @property
    def told(self) -> list[str]:
        """The lines that the program told."""
        return [line.decode() for line in self._told.split(b"\n")[:-1]]

    def write(self, data: bytes) -> None:
        """Types or scans."""
        while data:
            # The pty holds 4 kB: what the program writes meanwhile has to be read.
            self._read(0.0)
            data = data[os.write(self._master, data[:1024]) :]

    def until(self, condition: Callable[[], bool]) -> None:
        """Reads on until `condition` holds; AssertionError with the screen where it never does."""
        end = time.monotonic() + LIMIT_SECONDS
        while not condition():
            assert time.monotonic() < end, f"never came; told {self.told}\n{self.screen}"
            self._read(0.05)

    def read_for(self, seconds: float) -> None:
        """Reads on for a while: for what must not happen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._read(0.02)

    def end(self) -> int:
        """Waits for the program to end and reads all it wrote; its exit code."""
        self.until(lambda: self.process.poll() is not None)
        while self._read(0.0):
            pass
        return self.process.wait()

    def hang_up(self) -> int:
        """Closes the window, or loses the connection; the exit code of the program, which has to end by itself."""
        os.close(self._master)
        self._master = -1
        return self.process.wait(LIMIT_SECONDS)

    def close(self) -> None:
        """Lets go of everything."""
        for each in (self._master, self._tell):
            if each >= 0:
                os.close(each)

    def flags(self) -> int:
        """The terminal's local flags (termios.ECHO, termios.ICANON), as the program left them."""
        flags: int = termios.tcgetattr(self._master)[3]
        return flags

    def _read(self, patience: float) -> bool:
        ready, _, _ = select.select([self._master, self._tell], [], [], patience)
        got = b""
        for each in ready:
            try:
                data = os.read(each, 65536)
            except OSError:  # Linux: the other end of the pty is closed
                data = b""
            got += data
            if each == self._tell:
                self._told += data
            else:
                self.raw += data
                self._stream.feed(data)
        return bool(got)


@contextmanager
def in_a_pty(
    arguments: list[str], size: tuple[int, int] = (80, 24), environ: dict[str, str] | None = None, cwd: Path = ROOT
) -> Iterator[InPty]:
    """Runs `python arguments` in `cwd`, in a pty of `size` columns and rows; `{tell}` becomes the pipe's descriptor."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    tell, telling = os.pipe()
    words = [str(telling) if word == "{tell}" else word for word in arguments]
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        pass_fds=(telling,),
        cwd=cwd,
        env={**inherited, "TERM": "xterm-256color", **(environ or {})},
        start_new_session=True,
    )
    os.close(slave)
    os.close(telling)
    program = InPty(process, master, tell, size)
    try:
        yield program
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        program.close()
