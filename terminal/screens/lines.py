"""Text on a grid of cells: lines of spans with a role each, wrapped, cut and placed by their width in cells.

Decides where a text breaks and that no control character of a barcode ever reaches the glass. What a role looks
like stands in `palette`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct
from rich.cells import cell_len, set_cell_size

TABLE_COLUMNS = 60
"""From this width on there is room for columns side by side."""


class Line(Struct, frozen=True):
    """One row of the screen: spans of text and role from the left; `fill` is the role of the cells behind them."""

    spans: tuple[tuple[str, str], ...] = ()
    fill: str = "plain"

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(text for text, _ in self.spans)


class View(Protocol):
    """Something that can be laid out on a screen of any size."""

    def lines(self, width: int, height: int) -> list[Line]:
        """Exactly `height` lines, none wider than `width` cells."""


def line(text: str, role: str = "plain", *, fills: bool = False) -> Line:
    """A line in one role, which also colours the rest of the row where `fills`."""
    return Line(((text, role),), role if fills else "plain")


def plain(text: str) -> str:
    """`text` with every character that could move a cursor or ring a bell replaced by a dot."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else "·" for sign in text)


def cut(text: str, width: int) -> str:
    """`text` on one row of at most `width` cells, its end replaced by an ellipsis where it was longer."""
    text = plain(text)
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - 1)).rstrip() + "…" if width > 0 else ""


def wrap(text: str, width: int) -> list[str]:
    """`text` in rows of at most `width` cells, broken between words; a word that is wider is broken inside."""
    rows: list[str] = []
    row = ""
    for word in plain(text).split():
        joined = f"{row} {word}" if row else word
        if cell_len(joined) <= width:
            row = joined
            continue
        if row:
            rows.append(row)
        while cell_len(word) > width:
            head = _head(word, width)
            rows.append(head)
            word = word[len(head) :]
        row = word
    return [*rows, row] if row else rows


def flow(parts: Iterable[str], width: int) -> list[str]:
    """Parts that must not be broken, as many to a row as fit."""
    rows: list[str] = []
    for part in parts:
        if rows and cell_len(rows[-1]) + 2 + cell_len(part) <= width:
            rows[-1] += f"  {part}"
        else:
            rows.append(cut(part, width))
    return rows


def spread(left: str, right: str, width: int) -> str:
    """Both texts on one row, as far apart as it is wide; the left one is cut where there is no room for both."""
    right = cut(right, width)
    room = width - cell_len(right) - (1 if right else 0)
    left = cut(left, room)
    return left + " " * (width - cell_len(left) - cell_len(right)) + right


def fitted(lines: list[Line], height: int) -> list[Line]:
    """`lines` as exactly `height` of them."""
    return [*lines[:height], *[Line()] * (height - len(lines))]


def _head(word: str, width: int) -> str:
    """The first characters of `word` that fit; at least one, or a wide character in one column would never end."""
    taken = 0
    for place, sign in enumerate(word):
        taken += cell_len(sign)
        if taken > width and place:
            return word[:place]
    return word
