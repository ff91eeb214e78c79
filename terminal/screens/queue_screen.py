"""The live queue on its own screen: rows from the board, drawn line by line, only what shows and changed.

Decides which lines are repainted, which row is chosen and how far it is scrolled. What stands in a row is the board's
business, how it reads is `queue_rows`'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from textual import events
from textual.app import ComposeResult
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip

from orders.records import Key
from terminal import screen_wording as words
from terminal.board import Board
from terminal.floor import Floor
from terminal.screens.floor_view import FloorView
from terminal.screens.glass import Glass, strip_of
from terminal.screens.lines import line
from terminal.screens.queue_rows import QueueFoot, QueueHead, head_rows, row_lines, rows_high

_MOST_STRIPS = 500


class QueueView(ScrollView, can_focus=False):
    """The rows themselves. The chosen row is followed by its key: it stays chosen when it moves."""

    def __init__(self, board: Board, clock: Callable[[], datetime], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._board = board
        self._clock = clock
        self._now = clock()
        self._chosen: Key | None = None
        self._strips: dict[tuple[int, int], list[Strip]] = {}

    @property
    def chosen(self) -> int:
        """The index of the chosen row; the first one until another was chosen, or when that one is gone."""
        return (self._board.index(self._chosen) if self._chosen else None) or 0

    def on_mount(self) -> None:
        """Sizes the scrolled area."""
        self.show_all()

    def on_resize(self, event: events.Resize) -> None:
        """Rows may take two lines now, or one."""
        self.show_all()

    def show_all(self) -> None:
        """Draws everything anew: at first, at a new size, and every minute, because all times have moved."""
        self._now = self._clock()
        self._strips.clear()
        self._resize_area()
        self.refresh()

    def show_changed(self, rows: range) -> None:
        """Repaints the lines of these rows, as far as they are seen."""
        # The first row is chosen where the chosen one went away.
        for key in [key for key in self._strips if key[0] in rows or key[0] == 0]:
            del self._strips[key]
        self._resize_area()
        self._repaint(rows)
        self._repaint(range(1))

    def move(self, step: int) -> None:
        """Chooses another row, `step` further down, and scrolls so that it is seen."""
        if not len(self._board):
            return
        before = self.chosen
        after = max(0, min(len(self._board) - 1, before + step))
        self._chosen = self._board.row(after).key
        high = rows_high(self.size.width)
        top, seen = self.scroll_offset.y // high, self.size.height // high
        if not top <= after < top + seen:
            to = (after - seen + 1 if step > 0 else after) * high
            self.scroll_to(y=to, animate=False, immediate=True)
        for index in (before, after):
            self._strips.pop((index, self.size.width), None)
            self._repaint(range(index, index + 1))

    def render_line(self, y: int) -> Strip:
        """One line of the part that is seen."""
        width = self.size.width
        index, part = divmod(y + self.scroll_offset.y, rows_high(width))
        if index >= len(self._board):
            text = words.queue_empty() if index == part == 0 else ""
            return strip_of(line(text), width)
        if (strips := self._strips.get((index, width))) is None:
            if len(self._strips) > _MOST_STRIPS:
                self._strips.clear()
            drawn = row_lines(self._board.row(index), self._now, width, is_chosen=index == self.chosen)
            strips = self._strips[index, width] = [strip_of(each, width) for each in drawn]
        return strips[part]

    def _resize_area(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._board) * rows_high(self.size.width))

    def _repaint(self, rows: range) -> None:
        width, height = self.size
        high = rows_high(width)
        first = max(0, rows.start * high - self.scroll_offset.y)
        last = min(height, rows.stop * high - self.scroll_offset.y)
        if first < last:
            self.refresh(Region(0, first, width, last - first))


class QueueScreen(Screen[None]):
    """Totals, rows, and a line for what was said or is being typed."""

    def __init__(self, floor: Floor, clock: Callable[[], datetime], floor_view: FloorView) -> None:
        super().__init__()
        self._board = board = Board(floor)
        self._clock = clock
        self._head = Glass(QueueHead(floor_view, board, clock), id="queue-head")
        self._rows = QueueView(board, clock, id="queue-rows")
        self._foot = Glass(QueueFoot(floor_view), id="queue-foot")
        self._floor_view = floor_view
        self._foot_rows = 2
        self._minute = clock().replace(second=0, microsecond=0)

    def on_resize(self, event: events.Resize) -> None:
        """Gives the head as many rows as its totals need, and the foot as many as what was said."""
        self._head.styles.height = head_rows(event.size.width)
        self._give_room(event.size.width, event.size.height)

    def compose(self) -> ComposeResult:
        """Three widgets that live as long as the screen."""
        yield self._head
        yield self._rows
        yield self._foot

    def show(self, floor_view: FloorView) -> None:
        """Paints what changed around the rows."""
        self._floor_view = floor_view
        self._head.show(QueueHead(floor_view, self._board, self._clock))
        self._foot.show(QueueFoot(floor_view))
        self._give_room(*self.size)

    def _give_room(self, width: int, height: int) -> None:
        """What was said is read whole, and half of the screen stays with the rows."""
        rows = max(2, min(QueueFoot(self._floor_view).rows_wanted(width), height // 2))
        if rows != self._foot_rows:
            self._foot_rows = rows
            self._foot.styles.height = rows

    def change(self, keys: Iterable[Key]) -> None:
        """Brings the board up to date and repaints what moved; on a new minute everything, for the times' sake."""
        rows = self._board.change(keys)
        minute = self._clock().replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute = minute
            self._rows.show_all()
        elif rows:
            self._rows.show_changed(rows)
        else:
            return
        self._head.show(QueueHead(self._floor_view, self._board, self._clock))

    def key(self, name: str) -> None:
        """The arrows choose a row."""
        page = max(1, self._rows.size.height // rows_high(self._rows.size.width) - 1)
        steps = {"down": 1, "up": -1, "pagedown": page, "pageup": -page}
        if name in steps:
            self._rows.move(steps[name])

    @property
    def said(self) -> str:
        """All that can be read on it, for tests."""
        height = self._rows.size.height
        rows = "\n".join(self._rows.render_line(y).text for y in range(height))
        return f"{self._head.said}\n{rows}\n{self._foot.said}"
