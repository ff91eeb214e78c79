"""The terminal's input with a scanner on it: keys at a scanner's speed, and pastes, leave here as whole scans.

Decides nothing about speed (that is `scanners.keyboard_wedge`); it hands the wedge every key in order, and a timer
lets go the keys of a hand. Stands on private hooks of Textual's Linux driver, each pinned by a test.
"""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from scanners.keyboard_wedge import Burst, Wedge
from scanners.profile import ScannerProfile
from terminal.messages import ScanBurst

if TYPE_CHECKING:
    from textual.app import App


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
        # Keys come from the input thread, the timer from the event loop; what they send has to stay in order.
        self._turn = Lock()
        self._is_timing = False

    def process_message(self, message: Message) -> None:
        """Takes each event in the input thread."""
        if isinstance(message, events.Key):
            with self._turn:
                self._pass_on(self._wedge.key(message, message.key, message.character, monotonic()))
                self._keep_time()
        elif isinstance(message, events.Paste):
            with self._turn:
                self._pass_on(self._wedge.paste(message.text, monotonic()))
        else:
            super().process_message(message)

    def run_input_thread(self) -> None:
        """Reads until the end; an error there is the app's error, for nobody could type any more."""
        try:
            super().run_input_thread()
        except Exception as error:
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)

    def _pass_on(self, completed: list[Burst | events.Key]) -> None:
        for each in completed:
            if isinstance(each, Burst):
                scan = ScanBurst(each.text, is_whole=each.complete)
                scan.set_sender(self._app)
                self.send_message(scan)
            else:
                super().process_message(each)

    def _keep_time(self) -> None:
        if not self._is_timing and self._wedge.deadline is not None:
            self._is_timing = True
            self._loop.call_soon_threadsafe(self._let_go)

    def _let_go(self) -> None:
        """On the event loop: lets held keys go once nothing followed them, else comes back at the new deadline."""
        with self._turn:
            now = monotonic()
            self._pass_on(self._wedge.flush(now))
            if (deadline := self._wedge.deadline) is None:
                self._is_timing = False
            else:
                self._loop.call_later(max(0.001, deadline - now), self._let_go)
