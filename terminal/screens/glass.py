"""The widget that paints a view, and nothing but the rows of it that changed.

Decides how lines become strips and which rows are repainted. What stands on them is the view's business.
"""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from terminal.screens.lines import Line, View
from terminal.screens.palette import STYLES


def strip_of(line: Line, width: int) -> Strip:
    """A line as it is painted: exactly `width` cells."""
    segments = [Segment(text, STYLES[role]) for text, role in line.spans if text]
    return Strip(segments).adjust_cell_length(width, STYLES[line.fill])


class Glass(Widget):
    """Paints one view at whatever size it has."""

    def __init__(self, view: View, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view = view
        self._lines: list[Line] = []
        self._strips: list[Strip] = []

    @property
    def said(self) -> str:
        """All rows as plain text, for tests and screen readers."""
        return "\n".join(line.text for line in self._lines)

    def show(self, view: View) -> None:
        """Paints `view` in place of the one before: only the rows that differ."""
        self._view = view
        self._paint()

    def render_line(self, y: int) -> Strip:
        """One row, as it was painted last."""
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)

    def on_resize(self, event: events.Resize) -> None:
        """Lays everything out for the new size."""
        self._lines = []
        self._paint()

    def _paint(self) -> None:
        width, height = self.size
        if not width or not height:
            return
        before, self._lines = self._lines, self._view.lines(width, height)
        if len(before) != len(self._lines):
            self._strips = [strip_of(line, width) for line in self._lines]
            self.refresh()
            return
        changed = [y for y, line in enumerate(self._lines) if line != before[y]]
        for y in changed:
            self._strips[y] = strip_of(self._lines[y], width)
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))
