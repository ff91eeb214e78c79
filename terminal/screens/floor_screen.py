"""The one screen of all floor work: a pane of glass that shows whatever view it is given, at any size.

Decides nothing about what is shown.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen

from terminal.screens.floor_view import FloorView
from terminal.screens.glass import Glass
from terminal.screens.lines import View
from terminal.screens.palette import BACKGROUND, TEXT

# Belongs into the app: Textual does not read the sheet of a default screen.
CSS = f"""
Screen {{ background: {BACKGROUND}; color: {TEXT}; }}
#glass {{ width: 100%; height: 100%; }}
#queue-rows {{ height: 1fr; scrollbar-size: 0 0; overflow-x: hidden; }}
#queue-foot {{ height: 2; }}
"""


class FloorScreen(Screen[None]):
    """Shows a prompt with its verdict, or what is laid over it."""

    def __init__(self, view: FloorView) -> None:
        super().__init__()
        self._glass = Glass(view, id="glass")

    def compose(self) -> ComposeResult:
        """One widget, never mounted again."""
        yield self._glass

    def show(self, view: View) -> None:
        """Paints what changed."""
        self._glass.show(view)

    @property
    def said(self) -> str:
        """All that can be read on it, for tests."""
        return self._glass.said
