"""How one row of the live queue reads: a table row on a wide screen, a card of two rows on a narrow one.

Decides columns, what is cut (never the order number nor the time left) and what a row's colour says. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from terminal import screen_wording as words
from terminal.board import Board, Row
from terminal.screens.floor_view import FloorView, entry_line, keys_line, status_line
from terminal.screens.lines import TABLE_COLUMNS, Line, cut, fitted, flow, line, spread, wrap
from terminal.workflows.prompts import Tone

_SOON_MINUTES = 30
_ROOMY_COLUMNS = 40
_WIDTHS = (7, 14, 11, 9)
_CARRIER_COLUMNS = (16, 40)


def rows_high(width: int) -> int:
    """How many rows of the screen one row of the queue takes."""
    return 1 if width >= TABLE_COLUMNS else 2


def head_rows(width: int) -> int:
    """How many rows the status, the totals and the names of columns take."""
    return 3 if width >= _ROOMY_COLUMNS else 4


def row_lines(row: Row, now: datetime, width: int, *, is_chosen: bool) -> list[Line]:
    """One row of the queue as `rows_high` lines."""
    left, role = _time_left(row, now)
    if is_chosen:
        role = "chosen"
    if width >= TABLE_COLUMNS:
        return [line(_table_row(row, left, width), role, fills=True)]
    first = f" {spread(row.number, left, width - 1)}"
    if row.is_discrepancy:
        second = words.discrepancy(row.reason, row.remedy)
    else:
        done = f"{row.done}/{row.wanted}"
        second = " ".join(filter(None, (_state(row), done, _back_ordered(row), row.carrier, row.who)))
    return [line(first, role, fills=True), line(f"   {cut(second, width - 3)}", role, fills=True)]


def minutes_left(due_at: datetime, now: datetime) -> int:
    """Whole minutes until `due_at`, rounded down: negative as soon as it has passed."""
    return int((due_at - now).total_seconds() // 60)


def _time_left(row: Row, now: datetime) -> tuple[str, str]:
    if row.is_discrepancy:
        return "!", "fault"
    if row.due_at is None:
        return words.no_due_time(), "plain"
    minutes = minutes_left(row.due_at, now)
    role = "late" if minutes < 0 else "soon" if minutes < _SOON_MINUTES else "plain"
    return words.minutes_left(minutes), role


def _state(row: Row) -> str:
    return words.held() if row.is_held else words.state(row.state)


def _back_ordered(row: Row) -> str:
    # Where nothing of it is set aside, its state says so already.
    return words.back_ordered(row.back_ordered) if row.back_ordered and row.state != "backordered" else ""


def _carrier_columns(width: int) -> int:
    """The carrier's column takes a third of what a wider screen has to spare."""
    least, most = _CARRIER_COLUMNS
    return min(most, least + max(0, width - TABLE_COLUMNS) // 3)


def _table_row(row: Row, left: str, width: int) -> str:
    if row.is_discrepancy:
        text = f"{row.number}  {words.discrepancy(row.reason, row.remedy)}  {row.who}"
        return f"{left:>{_WIDTHS[0] - 1}} {cut(text, width - _WIDTHS[0])}"
    # A long order number takes what it needs, and the columns behind it give way.
    number = row.number.ljust(_WIDTHS[1] - 1)
    done = f"{row.done}/{row.wanted}"
    rest = [(_state(row), _WIDTHS[2]), (done, _WIDTHS[3]), (row.carrier, _carrier_columns(width))]
    cells = "".join(f"{cut(text, columns - 1):<{columns}}" for text, columns in rest)
    who = "  ".join(filter(None, (_back_ordered(row), row.who)))
    return cut(f"{left:>{_WIDTHS[0] - 1}} {number} {cells}{who}", width)


@dataclass(frozen=True, slots=True)
class QueueHead:
    """Above the rows: who and badge, the totals, and the columns where there are any."""

    floor: FloorView
    board: Board
    clock: Callable[[], datetime]

    def lines(self, width: int, height: int) -> list[Line]:
        """The totals take as many rows as they need on a narrow screen; a table has its columns named."""
        totals = self.board.totals(self.clock())
        texts = words.queue_totals(totals.released, totals.picking, totals.packed, totals.shipped, totals.late)
        said = next((rows for rows in (flow(each, width) for each in texts) if len(rows) == 1), flow(texts[-1], width))
        rows = [status_line(self.floor, width)]
        rows += [line(row, "late" if totals.late else "title", fills=True) for row in said]
        if width >= TABLE_COLUMNS:
            names = words.queue_head()
            columns = "".join(
                f"{name:<{size}}" for name, size in zip(names, (*_WIDTHS, _carrier_columns(width), 0), strict=True)
            )
            rows.append(line(cut(f" {columns}", width), "dim"))
        return fitted(rows, height)


@dataclass(frozen=True, slots=True)
class QueueFoot:
    """Below the rows: what was said last, what is being typed, and the keys."""

    floor: FloorView

    def lines(self, width: int, height: int) -> list[Line]:
        """As much as there is room for of what was said; the last line is the keys."""
        said, room = self._said(width), height - 1
        if len(said) > room:
            last = cut(f"{said[room - 1].text}…", width)
            said = [*said[: room - 1], line(last, said[room - 1].fill, fills=True)]
        return [*fitted(said, room), keys_line(words.queue_keys(), width)]

    def rows_wanted(self, width: int) -> int:
        """How many lines it takes to say it whole."""
        return len(self._said(width)) + 1

    def _said(self, width: int) -> list[Line]:
        verdict = self.floor.showing.verdict
        if self.floor.entry:
            return [entry_line(self.floor, width)]
        if self.floor.note:
            return _boxed(self.floor.note, "fault" if self.floor.is_fault else "note", width)
        if verdict and verdict.sentence:
            role = "good" if verdict.tone is Tone.GOOD else "note"
            return _boxed(f"{verdict.tone.value}  {verdict.sentence}", role, width)
        return [Line()]


def _boxed(text: str, role: str, width: int) -> list[Line]:
    return [line(f" {row}", role, fills=True) for row in wrap(text, width - 1)]
