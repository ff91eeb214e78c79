"""The app with a screen that has no rest, to scan into: `python -m tests.terminal.busy TELL_FD [PORT]`.

The live queue is open, fifty orders a second change under it, the event loop stands still now and then, and another
thread holds the interpreter for longer than a scanner waits between two keys. What the session takes is told by lines.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from itertools import count

from msgspec.structs import replace

from orders.records import Key, Order
from scanners.hub import Hub
from scanners.profile import ScannerProfile
from scanners.reader import reader_of
from terminal.app import FloorApp
from terminal.commands import live
from terminal.driver import FloorDriver
from terminal.floor import Floor
from terminal.messages import RecordsChanged
from terminal.parts import Parts, Tell
from terminal.workflows.prompts import Prompt, Showing, Verdict
from tests.terminal.looking import NOON, QUEUE, ScriptedSession, a_floor

HELD_SECONDS = 0.04
READY = "536365"


class Telling(ScriptedSession):
    """Tells what it takes."""

    def __init__(self, prompt: Prompt, tell_fd: int) -> None:
        super().__init__(prompt)
        self._tell_fd = tell_fd

    def _then(self, what: str, prompt: Prompt, verdict: Verdict) -> Showing:
        os.write(self._tell_fd, f"{what}\n".encode())
        return super()._then(what, prompt, verdict)


def hog(ended: threading.Event) -> None:
    """Holds the interpreter for a while, again and again."""
    while not ended.wait(HELD_SECONDS):
        until = time.monotonic() + 2 * HELD_SECONDS
        while time.monotonic() < until:
            sum(range(1000))


async def change_without_end(floor: Floor, tell: Tell) -> None:
    """Fifty orders a second are at another station than before."""
    for turn in count(2):
        key = Key("order", f"ACME/{536365 + turn % 20}")
        order = floor.get("order", key.id, Order)
        assert order is not None
        floor.confirm([(key, replace(order, station=f"BENCH-{turn % 7}"))], turn)
        tell(RecordsChanged(frozenset({key})))
        if turn % 25 == 0:
            time.sleep(2 * HELD_SECONDS)  # the whole loop stands still
        await asyncio.sleep(0.02)


def busy(tell_fd: int, port: str | None) -> int:
    """Runs the app in this terminal, with a serial scanner at `port`."""
    sys.setswitchinterval(HELD_SECONDS)
    floor, session, hub = a_floor(60), Telling(QUEUE, tell_fd), Hub()
    readers = [reader_of(ScannerProfile("pistol", port=port), hub.put)] if port else []

    async def opened() -> Parts:
        return Parts(
            session=session,
            floor=floor,
            scanners=readers,
            clock=lambda: NOON,
            sync=lambda tell: change_without_end(floor, tell),
        )

    ended = threading.Event()
    threading.Thread(target=hog, args=(ended,), daemon=True).start()
    try:
        return live(FloorApp(opened, hub=hub, driver_class=FloorDriver))
    finally:
        ended.set()
        for reader in readers:
            reader.stop()


if __name__ == "__main__":
    sys.exit(busy(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
