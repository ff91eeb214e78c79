"""The self-test as a program of its own: an app that holds one sitting and ends with it.

Decides nothing about scanners.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events

from terminal.bare_app import BareApp
from terminal.scanner_test.sitting import Setup, Sitting

if TYPE_CHECKING:
    from textual.driver import Driver


class ScannerApp(BareApp, inherit_bindings=False):
    """One self-test from the first frame to Esc."""

    TITLE = "floorhand scanner"
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        setup: Setup,
        *,
        report: Callable[[BaseException, str], str] | None = None,
        driver_class: type[Driver] | None = None,
    ) -> None:
        super().__init__(report, driver_class)
        self.sitting: Sitting | None = None
        self._setup = setup

    @property
    def step(self) -> str:
        """There is but one."""
        return "scanner test"

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
