"""A scanner made of a pseudo-terminal: it can be plugged in, scanned with and unplugged."""

from __future__ import annotations

import os
import pty
import threading
import tty
from collections.abc import Iterable
from pathlib import Path

import serial


class PtyScanner:
    """One end of a pty, found under a name that stays the same when it is plugged in again."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._ends: tuple[int, ...] = ()

    def plug_in(self) -> None:
        """There it is, and can be opened."""
        self.link.symlink_to(self._appear())

    def plug_in_held(self) -> serial.Serial:
        """The same, and another program was faster; it is let go of with `close`."""
        held = serial.Serial(name := self._appear(), exclusive=True)
        self.link.symlink_to(name)
        return held

    def _appear(self) -> str:
        self._ends = pty.openpty()
        tty.setraw(self._ends[1])
        return os.ttyname(self._ends[1])

    def unplug(self) -> None:
        """Its name is gone, and whoever has it open reads its end."""
        self.link.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = ()

    def send(self, *chunks: bytes) -> None:
        """Sends, and waits until all of it is under way."""
        self.sending(chunks).join()

    def sending(self, chunks: Iterable[bytes]) -> threading.Thread:
        """Sends in a thread of its own: a pty holds 4 kB, and who reads it may be this one."""

        def write() -> None:
            for chunk in chunks:
                rest = chunk
                while rest:
                    rest = rest[os.write(self._ends[0], rest) :]

        writer = threading.Thread(target=write)
        writer.start()
        return writer
