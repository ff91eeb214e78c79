"""Sheets of paper laid over a prompt: their words where they stand on the paper, or a picture of each.

Decides how a sheet is read on a screen of any size: each text at its place where there is room, else one after the
other; nothing is cut. Pure: a key in, the next view or its end out. Which paper it is was decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rich.cells import cell_len

from terminal import preview_wording as words
from terminal.screens.floor_view import keys_line
from terminal.screens.lines import TABLE_COLUMNS, Line, cut, fitted, line, spread, wrap
from terminal.screens.overlays import Closed

PICTURE_COLUMNS = 40
"""From this width on a picture says something."""
BESIDE_COLUMNS = 120
"""From this width on words and picture stand side by side."""
_SAME_LINE_MM = 1.7
_AIR_MM = 7.0
_LOOSE_MM = 0.7  # for each point of type: what stands further below does not belong to it
_CAPTION_POINTS = 8.0
_BARS = "▌║▌│█║▌│▌║█│▌║▌│║█▌│║▌█║"


class Read(Protocol):
    """One text, symbol or line across, by its place in millimetres from the sheet's top left corner."""

    @property
    def text(self) -> str: ...
    @property
    def left_mm(self) -> float: ...
    @property
    def middle_mm(self) -> float: ...
    @property
    def width_mm(self) -> float: ...
    @property
    def size(self) -> float: ...
    @property
    def is_bold(self) -> bool: ...
    @property
    def is_symbol(self) -> bool: ...


class Sheet(Protocol):
    """One side of paper, as the drawing room tells of it."""

    @property
    def width_mm(self) -> float: ...
    @property
    def reads(self) -> Sequence[Read]: ...
    @property
    def rules(self) -> Sequence[Read]: ...


@dataclass(frozen=True, slots=True)
class Leaf:
    """One sheet: what it is, where its print stands, what can be read, and its picture in signs."""

    title: str
    note: str
    sheet: Sheet | None = None
    picture: tuple[str, ...] = ()
    small_picture: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Papers:
    """The sheets one after the other, the one at `place` from its row `top` on."""

    leaves: tuple[Leaf, ...]
    place: int = 0
    top: int = 0
    is_picture: bool = False

    def key(self, name: str, character: str | None) -> Papers | Closed:
        """What a key does here."""
        match name:
            case "down" | "up" | "pagedown" | "pageup":
                step = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}[name]
                return replace(self, top=max(0, self.top + step))
            case "right" | "left":
                step = 1 if name == "right" else -1
                return replace(self, place=(self.place + step) % len(self.leaves), top=0)
            case "tab":
                return replace(self, is_picture=not self.is_picture, top=0)
            case "escape" | "enter":
                return Closed()
        return Closed(typed=character) if character and character.isprintable() else self

    def within(self, width: int, height: int) -> Papers:
        """The same, scrolled no further than its last row."""
        rows = len(self._rows(width, height - 2))
        return replace(self, top=min(self.top, max(0, rows - (height - 2))))

    def lines(self, width: int, height: int) -> list[Line]:
        """The sheet at hand, as far as there is room."""
        leaf, room = self._leaf, height - 2
        rows = self._rows(width, room)
        top = min(self.top, max(0, len(rows) - room))
        shown = fitted(rows[top : top + room], room)
        if self._is_beside(width):
            shown = _beside(shown, leaf.small_picture, width)
        down = f"{min(100, 100 * (top + room) // len(rows))} %" if len(rows) > room else ""
        head = line(spread(leaf.title, down, width), "title", fills=True)
        keys = words.keys(
            has_more=len(self.leaves) > 1,
            has_picture=width >= PICTURE_COLUMNS and bool(leaf.picture),
            is_picture=self._shows_picture(width),
        )
        return [head, *shown, keys_line(keys, width)]

    @property
    def _leaf(self) -> Leaf:
        return self.leaves[self.place]

    def _shows_picture(self, width: int) -> bool:
        # A picture that was made for a wider screen than this has become is not shown in part.
        widest = max(map(len, self._leaf.picture), default=width + 1)
        return self.is_picture and width >= PICTURE_COLUMNS and widest <= width

    def _is_beside(self, width: int) -> bool:
        return width >= BESIDE_COLUMNS and bool(self._leaf.small_picture) and not self._shows_picture(width)

    def _rows(self, width: int, room: int) -> list[Line]:
        leaf = self._leaf
        note = [line(f" {row}", "note", fills=True) for row in wrap(leaf.note, width - 2)]
        if self._shows_picture(width):
            return note + [line(row) for row in leaf.picture]
        if self._is_beside(width):
            width -= width // 3 + 2
        if leaf.sheet is None:
            return note
        return note + rows_of(leaf.sheet, width)


def rows_of(sheet: Sheet, width: int) -> list[Line]:
    """A sheet's words from top to bottom, none wider than `width`."""
    cells_per_mm = width / sheet.width_mm
    is_wide = width >= TABLE_COLUMNS
    blocks = [list(sheet.reads)] if is_wide else _blocks(sheet.reads)
    lines = [line for block in blocks for line in _lines(block)]
    rules = sorted({round(rule.middle_mm, 1) for rule in sheet.rules if rule.width_mm > sheet.width_mm * 0.6})
    rows: list[Line] = []
    before = None
    for reads in lines:
        middle = min(read.middle_mm for read in reads)
        if before is not None:
            if any(before <= rule <= middle for rule in rules):
                rows.append(line("─" * width, "dim"))
            elif is_wide and middle - before > max(_AIR_MM, *(read.size * _LOOSE_MM for read in reads)):
                rows.append(Line())
        rows += _placed(reads, cells_per_mm, width) if is_wide else _flowed(reads, width)
        before = max(read.middle_mm for read in reads)
    return rows


def _lines(reads: Sequence[Read]) -> list[list[Read]]:
    """What stands beside one another, each line from left to right, the highest first."""
    found: list[list[Read]] = []
    for read in sorted(reads, key=lambda read: (read.middle_mm, read.left_mm)):
        if found and read.middle_mm - found[-1][0].middle_mm <= _SAME_LINE_MM:
            found[-1].append(read)
        else:
            found.append([read])
    return [sorted(line, key=lambda read: read.left_mm) for line in found]


def _blocks(reads: Sequence[Read]) -> list[list[Read]]:
    """What was put down one below the other belongs together; the blocks as an eye goes, from the top left."""
    found: list[list[Read]] = []
    for read in reads:
        if found and read.middle_mm > found[-1][-1].middle_mm - _SAME_LINE_MM:
            found[-1].append(read)
        else:
            found.append([read])
    return sorted(found, key=lambda block: (round(block[0].middle_mm / _SAME_LINE_MM), block[0].left_mm))


def _placed(reads: list[Read], cells_per_mm: float, width: int) -> list[Line]:
    """Each text where it stands on the paper, moved aside by what is longer on a screen; or as they flow."""
    spans: list[tuple[str, str]] = []
    at = 0
    texts = [(_said(read), read) for read in reads]
    left = sum(cell_len(text) + 2 for text, _ in texts) - 2
    if left > width:
        return _flowed(reads, width)
    for text, read in texts:
        column = min(round(read.left_mm * cells_per_mm), width - left)
        gap = max(column - at, 2 if spans else 0)
        spans += [(" " * gap, "plain"), (text, _role(read))]
        at += gap + cell_len(text)
        left -= cell_len(text) + 2
    return [Line(tuple(spans))] if at <= width else _flowed(reads, width)


def _flowed(reads: list[Read], width: int) -> list[Line]:
    """One text after the other, as many to a row as fit; one that is longer is broken between words."""
    rows: list[list[tuple[str, str]]] = []
    used = 0
    for read in reads:
        for place, part in enumerate(wrap(_said(read, width), width)):
            if rows and not place and used + 2 + cell_len(part) <= width:
                rows[-1] += [("  ", "plain"), (part, _role(read))]
                used += 2 + cell_len(part)
            else:
                rows.append([(part, _role(read))])
                used = cell_len(part)
    return [Line(tuple(row)) for row in rows]


def _said(read: Read, width: int = TABLE_COLUMNS) -> str:
    if not read.is_symbol:
        return read.text
    return f"{_BARS[: 12 if width >= TABLE_COLUMNS else 4]} {read.text}"


def _role(read: Read) -> str:
    if read.is_symbol:
        return "quantity"
    if read.is_bold:
        return "item"
    return "dim" if read.size < _CAPTION_POINTS else "plain"


def _beside(rows: list[Line], picture: tuple[str, ...], width: int) -> list[Line]:
    wide = width // 3
    beside = [*picture[: len(rows)], *[""] * (len(rows) - len(picture))]
    joined = []
    for row, signs in zip(rows, beside, strict=True):
        gap = " " * max(0, width - wide - cell_len(row.text))
        joined.append(Line((*row.spans, (gap, row.fill), (cut(signs, wide), "dim")), row.fill))
    return joined
