"""What a person can read on a document's sheets: every text with its place, and what each symbol says.

A page that is drawn on nothing and remembers what was put on it, so that a screen shows the words of the very layout
that a printer gets. Knows no screen, and nothing of what a document means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from printing.fonts import CAP_HEIGHT, Weight, printable, width_points
from printing.media import Media
from printing.page import Box, Grid, Page
from printing.paragraph import POINTS_PER_MM, Align
from printing.symbols import Matrix, Symbol


@dataclass(frozen=True, slots=True)
class Read:
    """One text, symbol or line across, by its place in millimetres from the sheet's top left corner."""

    text: str
    left_mm: float
    middle_mm: float
    width_mm: float
    size: float = 10.0
    is_bold: bool = False
    is_symbol: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One side of paper; a `rule` is a line from left to right without text."""

    width_mm: float
    height_mm: float
    reads: tuple[Read, ...]
    rules: tuple[Read, ...] = ()


@dataclass(slots=True)
class _Ears:
    reads: list[Read] = field(default_factory=list)
    rules: list[Read] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)


class _Nowhere:
    """A canvas that takes every stroke and keeps none."""

    def __getattr__(self, name: str) -> Any:
        return lambda *strokes, **ways: None


class ReadPage(Page):
    """A page that is read and not printed; `sheets` is what was put on it."""

    def __init__(
        self,
        media: Media,
        grid: Grid,
        *,
        language: str,
        logo: Path | None = None,
        frame: Box | None = None,
        ears: _Ears | None = None,
    ) -> None:
        super().__init__(_Nowhere(), media, grid, language=language, logo=logo, frame=frame)
        self._whole = frame or self.box
        self._ears = ears or _Ears()

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """Every sheet, the one that is being written last."""
        return (*self._ears.sheets, self._sheet())

    def within(self, box: Box) -> ReadPage:
        """The part of this page in `box`."""
        frame = Box(self._whole.left + box.left, self._whole.top + box.top, box.width, box.height)
        return ReadPage(
            self.media, self.grid, language=self.language, logo=self._logo, frame=frame, ears=self._ears
        )  # fmt: skip

    def turn(self) -> None:
        """The next sheet."""
        self._ears.sheets.append(self._sheet())
        self._ears.reads.clear()
        self._ears.rules.clear()

    def text(
        self,
        text: str,
        x_mm: float,
        top_mm: float,
        size: float,
        weight: Weight = Weight.REGULAR,
        align: Align = Align.LEFT,
    ) -> None:
        """Remembers one line in the order in which it is said, whichever way its script runs."""
        line = printable(text)
        wide = width_points(line, weight, size) / POINTS_PER_MM
        if not line.strip():
            return
        self._ears.reads.append(
            Read(
                line,
                self._whole.left + x_mm - align.value * wide,
                self._whole.top + top_mm + CAP_HEIGHT * size / POINTS_PER_MM / 2,
                wide,
                size,
                is_bold=weight is Weight.BOLD,
            )
        )

    def rule(self, left_mm: float, top_mm: float, right_mm: float, bottom_mm: float, thick_mm: float = 0.25) -> None:
        """Remembers lines across; those that stand upright say nothing to a reader."""
        if top_mm == bottom_mm:
            at = self._whole.left + left_mm
            self._ears.rules.append(Read("", at, self._whole.top + top_mm, right_mm - left_mm))

    def symbol(
        self,
        symbol: Symbol,
        box: Box,
        x_dots: tuple[int, ...],
        align: Align = Align.CENTRE,
        *,
        quiet_outside: bool = False,
    ) -> Box:
        """Remembers what the bars say; refuses them where the printed page would."""
        bars = super().symbol(symbol, box, x_dots, align, quiet_outside=quiet_outside)
        self._hear(symbol.text, bars)
        return bars

    def matrix(self, matrix: Matrix, box: Box, x_dots: tuple[int, ...] = ()) -> None:
        """Remembers what the squares say."""
        super().matrix(matrix, box, x_dots)
        side = min(box.width, box.height)
        self._hear(matrix.text, Box(box.left, box.top, side, side))

    def _hear(self, text: str, box: Box) -> None:
        middle = self._whole.top + box.top + box.height / 2
        self._ears.reads.append(Read(text, self._whole.left + box.left, middle, box.width, is_symbol=True))

    def _sheet(self) -> Sheet:
        ears = self._ears
        return Sheet(self.media.width_mm, self.media.height_mm, tuple(ears.reads), tuple(ears.rules))
