"""A scale at the edge of hardware: speaks one of three protocols at the far end of a pty, as its maker's manual has it.

It knows nothing of the code under test. `lay` puts something on it; a `motion` lasts until the next `lay`.
"""

from __future__ import annotations

import os
import pty
import select
import threading
import time
import tty
from pathlib import Path


class ToyScale:
    """Grams on a pan, and how they are told."""

    def __init__(self, link: Path, protocol: str, unit: str = "kg", capacity_grams: int = 15_000) -> None:
        self.link, self.protocol, self.unit, self.capacity_grams = link, protocol, unit, capacity_grams
        self.grams = 0
        self.is_moving = self.is_dead = self.is_net = False
        self.says: bytes | None = None
        self.asked_at: list[float] = []
        self._ends: tuple[int, ...] = ()
        self._thread: threading.Thread | None = None
        self._stop, self._stopped = os.pipe()

    def lay(self, grams: int, *, moving: bool = False) -> None:
        self.grams, self.is_moving = grams, moving

    def plug_in(self) -> None:
        self._ends = pty.openpty()
        tty.setraw(self._ends[1])
        self.link.symlink_to(os.ttyname(self._ends[1]))
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        if self._thread is None:
            return
        os.write(self._stopped, b"x")
        self._thread.join()
        os.read(self._stop, 1)
        self._thread = None
        self.link.unlink()
        for end in self._ends:
            os.close(end)

    def close(self) -> None:
        self.unplug()
        os.close(self._stop)
        os.close(self._stopped)

    def _answer(self) -> None:
        master, asked = self._ends[0], b""
        while True:
            ready, _, _ = select.select((master, self._stop), (), ())
            if self._stop in ready:
                return
            asked += os.read(master, 100)
            for question in self._questions(asked):
                asked = b""
                self.asked_at.append(time.monotonic())
                if not self.is_dead:
                    os.write(master, self.says if self.says is not None else self._said(question))

    def _questions(self, asked: bytes) -> list[bytes]:
        match self.protocol:
            case "toledo8217":
                return [asked[n : n + 1] for n in range(len(asked))]
            case "nci":
                return asked.split(b"\r")[:-1]
            case _:
                return asked.split(b"\r\n")[:-1]

    def _said(self, question: bytes) -> bytes:
        match self.protocol, question:
            case "toledo8217", b"W":
                return self._toledo()
            case "nci", b"W":
                return self._nci()
            case "mt-sics", b"SI":
                return self._sics()
            case "toledo8217", _:
                return b"\x02?\x40\r"
            case "nci", _:
                return b"\n?\r\x03"
            case _:
                return b"ES\r\n"

    @property
    def _value(self) -> float:
        return self.grams / {"kg": 1000, "g": 1, "lb": 453.59237, "oz": 28.349523125}[self.unit]

    def _toledo(self) -> bytes:
        status = 0x40 | self.is_moving | (self.grams > self.capacity_grams) << 1 | (self.grams < 0) << 2
        if status != 0x40:
            return b"\x02?" + bytes((status | (self.grams == 0) << 4,)) + b"\r"
        text = f"{self._value:06.3f}" if self.unit == "kg" else f"{self._value:06.2f}"
        return b"\x02" + text.encode() + (b"N" if self.is_net else b"") + b"\r"

    def _nci(self) -> bytes:
        first = 0x30 | self.is_moving | (self.grams == 0) << 1
        second = 0x30 | (self.grams < 0) | (self.grams > self.capacity_grams) << 1 | self.is_net << 6
        status = bytes((first, second)) + (b"\x34" if self.is_net else b"")
        text = "^^^^^^" if self.grams > self.capacity_grams else f"{self._value:7.3f}"
        return b"\n" + text.encode() + self.unit.encode() + b"\r\n" + status + b"\r\x03"

    def _sics(self) -> bytes:
        if not 0 <= self.grams <= self.capacity_grams:
            return b"S -\r\n" if self.grams < 0 else b"S +\r\n"
        text = f"{self._value:10.3f}" if self.unit != "g" else f"{self.grams:10d}"
        return f"S {'D' if self.is_moving else 'S'} {text} {self.unit}\r\n".encode()
