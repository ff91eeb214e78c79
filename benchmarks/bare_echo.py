"""The yardstick for a scan on the glass: Textual's own Input and nothing else. One key in, one character painted.

Run as `python -m benchmarks.bare_echo`.
"""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Input

READY = "READY-TO-ECHO"
CLEAR = b"\x15"
"""Control-U empties an Input."""


class Echo(App[None]):
    """One Input."""

    def compose(self) -> ComposeResult:
        """It has the focus from the start; the cursor stands on the placeholder's first cell."""
        yield Input(placeholder=f" {READY}")


if __name__ == "__main__":
    Echo().run(mouse=False)
