"""The terminal's input with a scanner on it: keys at a scanner's speed, and pastes, leave here as whole scans.

Decides nothing about speed (that is `scanners.keyboard_wedge`); it hands the wedge every key in order and lets a
hand's keys go in time. Stands on private parts of Textual's Linux driver, each pinned by a test.
"""

from __future__ import annotations

import os
import re
from asyncio import AbstractEventLoop
from codecs import getincrementaldecoder
from collections.abc import Iterable, Sequence
from errno import EIO
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.messages import InBandWindowResize

from scanners.keyboard_wedge import Burst, Wedge
from scanners.profile import ScannerProfile
from terminal.messages import ScanBurst

if TYPE_CHECKING:
    from textual.app import App

# As long as Textual's own driver waits: it decides when a lone Escape is the key and no sequence, and when to stop.
_TICK_SECONDS = 0.1
_AT_ONCE_BYTES = 64 * 1024
_PASTE_SECONDS = 1.0

_SEQUENCES = re.compile(r"(?=\x1b)")
# So a terminal with the Kitty keyboard protocol spells each letter that is typed.
_TYPED = re.compile(r"\x1b\[[\d:;]*u")
# The floor has no mouse, and the window's size comes by a signal: whatever says so among the keys stood in a barcode.
_NEVER_TYPED = (events.MouseEvent, events.Resize, InBandWindowResize)


def end_after(error: Exception, app: App[Any], loop: AbstractEventLoop) -> None:
    """Ends the app after an error in another thread: quietly where the screen itself is gone, else as unexpected."""
    if isinstance(error, OSError) and error.errno == EIO:  # the window was closed, or the connection to it was lost
        loop.call_soon_threadsafe(app.exit)
    else:
        loop.call_soon_threadsafe(app._handle_exception, error)


class FloorDriver(LinuxDriver):
    """A Linux driver that sends a `ScanBurst` for each scan and lets typed keys through.

    The app may hold the wedge's profile as `wedge`; a hand's keys wait at most its `burst_gap_ms`. While it holds a
    `tap`, keys and pastes go there as they come, in the input thread, each with its time.
    """

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        profile: ScannerProfile = getattr(app, "wedge", None) or ScannerProfile("keyboard", kind="wedge")
        self._wedge: Wedge[events.Key] = Wedge(profile)
        self._parser = XTermParser(self._debug)
        self._is_pasting = False
        self._heard_at = monotonic()

    def process_message(self, message: Message) -> None:
        """Takes each event, in the input thread."""
        tap = getattr(self._app, "tap", None)
        if tap is not None and isinstance(message, events.Key | events.Paste):
            tap(message, monotonic())
            return
        if isinstance(message, _NEVER_TYPED):
            return
        if isinstance(message, events.Key):
            message.time = self._heard_at  # a busy machine takes it late; when it came tells a hand from a scanner
            self._pass_on(self._wedge.key(message, message.key, message.character, self._heard_at))
        elif isinstance(message, events.Paste):
            self._pass_on(self._wedge.paste(message.text, self._heard_at))
        else:
            super().process_message(message)

    def run_input_thread(self) -> None:
        """Reads keys until the app ends, or until the screen is gone; wakes in time for keys that wait."""
        try:
            self._read_keys()
        except Exception as error:
            end_after(error, self._app, self._loop)

    def _read_keys(self) -> None:
        decoder = getincrementaldecoder("utf-8")("replace")
        with DefaultSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            while not self.exit_event.is_set():
                # Keys wait as long as more is there: only a look that finds nothing tells that they stood alone.
                if selector.select(self._patience_seconds):
                    data = os.read(self.fileno, _AT_ONCE_BYTES)
                    if not data:
                        raise OSError(EIO, os.strerror(EIO))
                    self._heard_at = self._arrival
                    for part in filter(None, _SEQUENCES.split(decoder.decode(data))):  # an empty one means the end
                        self._take(part)
                else:
                    self._let_go()
                    self._end_a_paste_without_end()
                    self._pass_on(self._wedge.flush(monotonic()))

    def _take(self, part: str) -> None:
        """Takes what stands before the next escape sequence, or what begins with one."""
        try:
            came = list(self._parser.feed(part))
        except (ValueError, OverflowError):  # a sequence with numbers that no terminal sends
            self._parser = XTermParser(self._debug)
            self._pass_on(self._wedge.interrupt(self._heard_at))
            self._take(part.removeprefix("\x1b"))  # without its Esc it is text, and the end of a read that is spoiled
            return
        if part.startswith("\x1b") and not _TYPED.match(part) and not self._separates(came):
            self._pass_on(self._wedge.interrupt(self._heard_at))
        if part.startswith((BRACKETED_PASTE_START, BRACKETED_PASTE_END)):
            self._is_pasting = part.startswith(BRACKETED_PASTE_START)
        for event in came:
            self.process_message(event)

    def _separates(self, came: Sequence[Message]) -> bool:
        """Whether the sequence was a key that the scanner types in place of GS."""
        return bool(came) and isinstance(came[0], events.Key) and self._wedge.separates(came[0].key)

    def _let_go(self) -> None:
        """Takes an Esc that nothing followed, or what began like a sequence and is none."""
        if late := list(self._parser.tick()):
            self._heard_at = monotonic()
            self._pass_on(self._wedge.interrupt(self._heard_at))
            for event in late:
                self.process_message(event)

    def _end_a_paste_without_end(self) -> None:
        """A barcode that holds the beginning of a paste would swallow all scans behind it."""
        if self._is_pasting and monotonic() - self._heard_at > _PASTE_SECONDS:
            self._is_pasting = False
            for event in self._parser.feed(BRACKETED_PASTE_END):
                if isinstance(event, events.Paste):
                    self._pass_on([Burst(event.text, complete=False)])

    @property
    def _arrival(self) -> float:
        """When bytes came that were there at a look for them. A busy screen makes this thread late, not the scanner:
        what lay ready before the wedge lost its patience came in time.
        """
        deadline = self._wedge.deadline
        return monotonic() if deadline is None else min(monotonic(), deadline)

    @property
    def _patience_seconds(self) -> float:
        deadline = self._wedge.deadline
        return _TICK_SECONDS if deadline is None else min(_TICK_SECONDS, max(0.001, deadline - monotonic()))

    def _pass_on(self, completed: Iterable[Burst | events.Key]) -> None:
        for each in completed:
            if isinstance(each, Burst):
                scan = ScanBurst(each.text, is_whole=each.complete)
                scan.time = self._heard_at
                scan.set_sender(self._app)
                self.send_message(scan)
            else:
                super().process_message(each)
