"""A sheet of paper measured in millimetres from its top left corner, and bars that stand on the printer's dots.

Decides how text is fitted and where a symbol may stand. Refuses text that does not fit and bars without their quiet
zone; knows nothing of orders, parcels or what a page means.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from printing.documents import DrawError, Media
from printing.fonts import CAP_HEIGHT, DESCENT, Weight, printable, runs, width_points
from printing.symbols import QUIET_MODULES, Symbol

POINTS_PER_MM = 72 / 25.4
LEADING = 1.32  # stacked accents on a capital, as in Vietnamese, stay clear of the line above
SIZE_STEP = 0.5
ROUNDING_MM = 1e-9


class DoesNotFit(DrawError):
    """Text or a symbol too long for its place at the smallest size that can still be read."""


class Align(enum.Enum):
    LEFT = 0.0
    CENTRE = 0.5
    RIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Grid:
    """A printer's dots: their pitch, the SSCC's X in dots, and the Xs for other codes, best first.

    GS1 asks for an SSCC's X of 0.495 mm or more, and a bar edge must fall on a dot, so 4 or 6 dots are the only choice
    on 4 inch paper.
    """

    dot_mm: float
    sscc_x_dots: int
    code_x_dots: tuple[int, ...]


GRIDS = {203: Grid(0.125, 4, (3, 2)), 300: Grid(25.4 / 300, 6, (4, 3))}
# Office printers have 300 or 600 dots to the inch; both share this grid.
OFFICE_GRID = Grid(25.4 / 300, 6, (5, 4, 3))


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page, in millimetres from the page's top left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def inset(self, across: float, down: float) -> Box:
        return Box(self.left + across, self.top + down, self.width - 2 * across, self.height - 2 * down)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text broken into lines at the size that fits."""

    lines: tuple[str, ...]
    size: float

    @property
    def height_mm(self) -> float:
        """From the first line's capitals to where the next line's would begin."""
        return len(self.lines) * line_mm(self.size)

    @property
    def ink_mm(self) -> float:
        """From the first line's capitals to the last line's descenders."""
        between = (len(self.lines) - 1) * line_mm(self.size)
        return between + (CAP_HEIGHT + DESCENT) * self.size / POINTS_PER_MM


class Page:
    """Draws on one ReportLab canvas; `turn` starts the next sheet."""

    def __init__(self, canvas: Any, media: Media, grid: Grid) -> None:
        self._canvas = canvas
        self.media = media
        self._height_mm = media.height_mm
        self.grid = grid

    @property
    def box(self) -> Box:
        return Box(0, 0, self.media.width_mm, self.media.height_mm)

    def turn(self) -> None:
        self._canvas.showPage()

    def text(
        self,
        text: str,
        x_mm: float,
        top_mm: float,
        size: float,
        weight: Weight = Weight.REGULAR,
        align: Align = Align.LEFT,
    ) -> None:
        """Draws one line whose capitals begin at `top_mm`; `x_mm` is its left end, middle or right end."""
        line = printable(text)
        x = x_mm * POINTS_PER_MM - align.value * width_points(line, weight, size)
        y = self._y_points(top_mm) - CAP_HEIGHT * size
        pieces = runs(line, weight)
        for font, run in pieces:
            self._canvas.setFont(font, size)
            self._canvas.drawString(x, y, run)
            if len(pieces) > 1:
                x += self._canvas.stringWidth(run, font, size)

    def fitted(
        self,
        text: str,
        box: Box,
        sizes: tuple[float, float],
        weight: Weight = Weight.REGULAR,
        align: Align = Align.LEFT,
        *,
        what: str,
    ) -> None:
        """Draws `text` at the top of `box` on one line, at the largest of `sizes` (most, least) that fits its width.

        Raises DoesNotFit, which calls the text by `what` it is.
        """
        size = _largest_size(text, box.width, sizes, weight, what)
        self.text(text, box.left + align.value * box.width, box.top, size, weight, align)

    def block(
        self,
        lines: tuple[str, ...],
        box: Box,
        sizes: tuple[float, float, float],
        weight: Weight = Weight.REGULAR,
        *,
        what: str,
    ) -> Paragraph:
        """Draws `lines` from the top of `box` as `fitted_lines` breaks them; returns what was drawn."""
        shown = fitted_lines(lines, box, sizes, weight, what=what)
        for place, line in enumerate(shown.lines):
            self.text(line, box.left, box.top + place * line_mm(shown.size), shown.size, weight)
        return shown

    def rule(self, left_mm: float, top_mm: float, right_mm: float, bottom_mm: float, thick_mm: float = 0.25) -> None:
        self._canvas.setLineWidth(thick_mm * POINTS_PER_MM)
        self._canvas.line(
            left_mm * POINTS_PER_MM, self._y_points(top_mm), right_mm * POINTS_PER_MM, self._y_points(bottom_mm)
        )

    def symbol(
        self,
        symbol: Symbol,
        box: Box,
        x_dots: tuple[int, ...],
        align: Align = Align.CENTRE,
        *,
        quiet_outside: bool = False,
    ) -> Box:
        """Draws `symbol` the height of `box` at the first of `x_dots` whose bars and quiet zones fit its width.

        The bars' edges fall on whole dots. With `quiet_outside` the paper beside the box is known to be white, and the
        bars alone fill it. Returns the box of the bars alone; raises DoesNotFit.
        """
        dot = self.grid.dot_mm
        for x in x_dots:
            quiet = 0 if quiet_outside else QUIET_MODULES * x * dot
            width = symbol.modules * x * dot
            if width + 2 * quiet <= box.width + ROUNDING_MM:
                break
        else:
            raise DoesNotFit(
                f"a barcode of {len(symbol.text)} characters is too wide for {self.media.value}: use a shorter number"
            )
        free = box.width - width - 2 * quiet
        left = round((box.left + quiet + free * align.value) / dot) * dot
        bars = Box(left, box.top, width, box.height)
        self._canvas.saveState()
        # In modules across and symbol heights down every number is whole, so that they can stand as PDF has them.
        self._canvas.transform(
            x * dot * POINTS_PER_MM, 0, 0, bars.height * POINTS_PER_MM,
            bars.left * POINTS_PER_MM, self._y_points(bars.bottom),
        )  # fmt: skip
        rectangles = " ".join(f"{first} 0 {wide} 1 re" for first, wide in symbol.bars)
        self._canvas.addLiteral(f"n {rectangles} f*")
        self._canvas.restoreState()
        return bars

    def _y_points(self, from_top_mm: float) -> float:
        return (self._height_mm - from_top_mm) * POINTS_PER_MM


def line_mm(size: float) -> float:
    """From one line of text to the next, at `size` points."""
    return size * LEADING / POINTS_PER_MM


def cap_mm(size: float) -> float:
    """The height of a capital letter at `size` points."""
    return size * CAP_HEIGHT / POINTS_PER_MM


def width_mm(text: str, weight: Weight, size: float) -> float:
    return width_points(printable(text), weight, size) / POINTS_PER_MM


def fitted_lines(
    lines: tuple[str, ...], box: Box, sizes: tuple[float, float, float], weight: Weight, *, what: str
) -> Paragraph:
    """`lines` at the largest size that fits `box`: unbroken down to the middle of `sizes`, then broken at words.

    `sizes` are the largest, the smallest for unbroken lines, and the smallest of all, in points.
    """
    most, unbroken, least = sizes
    clean = tuple(printable(line) for line in lines)
    size = most
    while size >= unbroken:
        whole = Paragraph(clean, size)
        if whole.ink_mm <= box.height and all(width_mm(line, weight, size) <= box.width for line in clean):
            return whole
        size -= SIZE_STEP
    size = most
    while size >= least:
        broken = Paragraph(tuple(part for line in clean for part in broken_lines(line, box.width, size, weight)), size)
        if broken.ink_mm <= box.height:
            return broken
        size -= SIZE_STEP
    raise DoesNotFit(f"{what} does not fit {box.width:.0f} x {box.height:.0f} mm: shorten it")


def broken_lines(text: str, room_mm: float, size: float, weight: Weight = Weight.REGULAR) -> list[str]:
    """`text` broken at spaces into lines of `room_mm`; a longer word is cut where the line ends."""
    lines: list[str] = []
    line = ""
    for word in printable(text).split(" "):
        joined = f"{line} {word}" if line else word
        if width_mm(joined, weight, size) <= room_mm:
            line = joined
            continue
        if line:
            lines.append(line)
        while width_mm(word, weight, size) > room_mm and len(word) > 1:
            cut = _characters_that_fit(word, room_mm, size, weight)
            lines.append(word[:cut])
            word = word[cut:]
        line = word
    return [*lines, line] if line else lines or [""]


def _characters_that_fit(word: str, room_mm: float, size: float, weight: Weight) -> int:
    fit = 1
    while fit < len(word) and width_mm(word[: fit + 1], weight, size) <= room_mm:
        fit += 1
    return fit


def _largest_size(text: str, room_mm: float, sizes: tuple[float, float], weight: Weight, what: str) -> float:
    most, least = sizes
    at_most = width_mm(text, weight, most)
    if at_most <= room_mm:
        return most
    size = int(most * room_mm / at_most / SIZE_STEP) * SIZE_STEP
    if size < least:
        fit = int(len(text) * most * room_mm / at_most / least)
        raise DoesNotFit(f"{what} is too long at {len(text)} characters: shorten it to about {fit}")
    return size
