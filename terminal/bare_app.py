"""What the terminal's app and that of the scanner's test have in common: no bindings, and one way to die.

Decides how an unexpected error leaves the screen: with a sentence, and the report written. What is shown is theirs.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events
from textual.app import App

from terminal.exits import UNEXPECTED_ERROR
from terminal.screens.floor_screen import CSS

if TYPE_CHECKING:
    from textual.driver import Driver


class BareApp(App[int], inherit_bindings=False):
    """An app without bindings, for a barcode may hold any key that types a character; it reports before it dies.

    `report` writes down an unexpected error that was met at a step and returns the sentence to leave with.
    """

    CSS = CSS

    def __init__(
        self, report: Callable[[BaseException, str], str] | None = None, driver_class: type[Driver] | None = None
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.animation_level = "none"
        self._report = report
        self.farewell = ""
        """What has to be said once the screen is gone, because the work could not begin or go on."""
        self.tap: Callable[[events.Key | events.Paste, float], None] | None = None
        """Who takes keys and pastes from the driver before they are told apart, while a scanner is tested."""

    @property
    @abstractmethod
    def step(self) -> str:
        """Where an error is met."""

    def _handle_exception(self, error: Exception) -> None:
        # In place of Textual's traceback, which shows local values: names, addresses and PINs among them.
        if self._report is None:
            super()._handle_exception(error)
            return
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self._return_code = UNEXPECTED_ERROR
            self.farewell = self._report(getattr(error, "error", error), self.step)
        self._close_messages_no_wait()
