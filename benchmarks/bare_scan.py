"""The yardstick for start and memory: the smallest app that can be scanned into. No journal, no rules, no store.

Run as `python -m benchmarks.bare_scan`. Keys are gathered until Enter, and what came is shown.
"""

from __future__ import annotations

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Static

READY = "SCAN-NOW"


class BareScan(App[None]):
    """One line of text."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = Static(READY)
        self._typed = ""

    def compose(self) -> ComposeResult:
        """The last scan."""
        yield self._shown

    def on_key(self, event: events.Key) -> None:
        """Takes a scanner's keys."""
        if event.key == "enter":
            self._shown.update(f"Scanned {self._typed}")
            self._typed = ""
        elif event.character:
            self._typed += event.character


if __name__ == "__main__":
    BareScan().run(mouse=False)
