"""The self-test as a program of its own: an app that holds one sitting and ends with it.

Decides nothing about scanners. Like the floor's app it has no bindings: every key may be a barcode's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events
from textual.app import App

from terminal.exits import UNEXPECTED_ERROR
from terminal.scanner_test.sitting import Setup, Sitting
from terminal.screens.floor_screen import CSS

if TYPE_CHECKING:
    from textual.driver import Driver


class ScannerApp(App[int], inherit_bindings=False):
    """One self-test from the first frame to Esc."""

    TITLE = "floorhand scanner"
    CSS = CSS
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        setup: Setup,
        *,
        report: Callable[[BaseException, str], str] | None = None,
        driver_class: type[Driver] | None = None,
    ) -> None:
        """`report` writes down an unexpected error and returns the sentence to leave with."""
        super().__init__(driver_class=driver_class)
        self.animation_level = "none"
        self.farewell = ""
        self.sitting: Sitting | None = None
        self.tap: Callable[[events.Key | events.Paste, float], None] | None = None
        self._setup, self._report = setup, report

    def on_mount(self) -> None:
        """Begins to listen."""
        self.run_worker(self._sit(), name="scanner-test", group="scanner-test")

    async def _sit(self) -> None:
        self.sitting = Sitting(self, self._setup)
        await self.sitting.run()
        self.exit(0)

    async def on_event(self, event: events.Event) -> None:
        """Takes keys and pastes before any binding could."""
        if self.sitting and isinstance(event, events.Key | events.Paste):
            self.sitting.take(event)
        else:
            await super().on_event(event)

    def _handle_exception(self, error: Exception) -> None:
        # In place of Textual's traceback, which shows local values.
        if self._report is None:
            super()._handle_exception(error)
            return
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self._return_code = UNEXPECTED_ERROR
            self.farewell = self._report(getattr(error, "error", error), "scanner test")
        self._close_messages_no_wait()
