"""The terminal's input with a scanner on it: keys at a scanner's speed, and pastes, leave here as whole scans.

Decides nothing about speed (that is `scanners.keyboard_wedge`); it hands the wedge every key in order and lets a
hand's keys go in time. Stands on private parts of Textual's Linux driver, each pinned by a test.
"""

from __future__ import annotations

import os
from asyncio import AbstractEventLoop
from codecs import getincrementaldecoder
from collections.abc import Iterable
from errno import EIO
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from scanners.keyboard_wedge import Burst, Wedge
from scanners.profile import ScannerProfile
from terminal.messages import ScanBurst

if TYPE_CHECKING:
    from textual.app import App

# As long as Textual's own driver waits: it decides when a lone Escape is the key and no sequence, and when to stop.
_TICK_SECONDS = 0.1
_AT_ONCE_BYTES = 64 * 1024


def end_after(error: Exception, app: App[Any], loop: AbstractEventLoop) -> None:
    """Ends the app after an error in another thread: quietly where the screen itself is gone, else as unexpected."""
    if isinstance(error, OSError) and error.errno == EIO:  # the window was closed, or the connection to it was lost
        loop.call_soon_threadsafe(app.exit)
    else:
        loop.call_soon_threadsafe(app._handle_exception, error)


class FloorDriver(LinuxDriver):
    """A Linux driver that sends a `ScanBurst` for each scan and lets typed keys through.

    The app may hold the wedge's profile as `wedge`; a hand's keys wait at most its `burst_gap_ms`.
    """

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        profile: ScannerProfile = getattr(app, "wedge", None) or ScannerProfile("keyboard", kind="wedge")
        self._wedge: Wedge[events.Key] = Wedge(profile)

    def process_message(self, message: Message) -> None:
        """Takes each event, in the input thread."""
        if isinstance(message, events.Key):
            self._pass_on(self._wedge.key(message, message.key, message.character, monotonic()))
        elif isinstance(message, events.Paste):
            self._pass_on(self._wedge.paste(message.text, monotonic()))
        else:
            super().process_message(message)

    def run_input_thread(self) -> None:
        """Reads keys until the app ends, or until the screen is gone; wakes in time for keys that wait."""
        try:
            self._read_keys()
        except Exception as error:
            end_after(error, self._app, self._loop)

    def _read_keys(self) -> None:
        parser, decoder = XTermParser(self._debug), getincrementaldecoder("utf-8")("replace")
        with DefaultSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(self._patience_seconds):
                    data = os.read(self.fileno, _AT_ONCE_BYTES)
                    if not data:
                        raise OSError(EIO, os.strerror(EIO))
                    for event in parser.feed(decoder.decode(data)):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
                self._pass_on(self._wedge.flush(monotonic()))

    @property
    def _patience_seconds(self) -> float:
        deadline = self._wedge.deadline
        return _TICK_SECONDS if deadline is None else min(_TICK_SECONDS, max(0.001, deadline - monotonic()))

    def _pass_on(self, completed: Iterable[Burst | events.Key]) -> None:
        for each in completed:
            if isinstance(each, Burst):
                scan = ScanBurst(each.text, is_whole=each.complete)
                scan.set_sender(self._app)
                self.send_message(scan)
            else:
                super().process_message(each)
