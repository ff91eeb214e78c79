"""A sheet of paper measured in millimetres from its top left corner, and bars that stand on the printer's dots.

Decides how text and symbols reach the canvas and where a symbol may stand. Refuses bars without their quiet zone;
knows nothing of orders, parcels or what a page means.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct
from reportlab.pdfbase.pdfmetrics import getFont

from printing.documents import Media
from printing.fonts import CAP_HEIGHT, JAPANESE, TextRun, Weight, pieces, set_as_text, width_points
from printing.paragraph import POINTS_PER_MM, Align, DoesNotFit, Paragraph, fitted_lines, largest_size
from printing.symbols import Matrix, Symbol

ROUNDING_MM = 1e-9
MATRIX_QUIET_MODULES = 4  # ISO/IEC 18004


@dataclass(frozen=True, slots=True)
class Grid:
    """A printer's dots: their pitch, the SSCC's X in dots, the Xs for other codes, best first, and those of a QR code.

    GS1 asks for an SSCC's X of 0.495 mm or more, and a bar edge must fall on a dot, so 4, 6 or 12 dots are the only
    choice on 4 inch paper; a QR code that holds a Digital Link needs 0.396 mm.
    """

    dot_mm: float
    sscc_x_dots: int
    code_x_dots: tuple[int, ...]
    matrix_x_dots: tuple[int, ...]


GRIDS = {
    203: Grid(0.125, 4, (3, 2), (4,)),
    300: Grid(25.4 / 300, 6, (5, 4, 3), (6, 5)),
    600: Grid(25.4 / 600, 12, (10, 8, 6), (12, 10)),
}
# Office printers have 300 or 600 dots to the inch; both share this grid.
OFFICE_GRID = Grid(25.4 / 300, 6, (5, 4, 3), (6, 5))


class Box(Struct, frozen=True):
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


class Texts(Protocol):
    """Takes the texts of one sheet, each with its font and place."""

    def put(self, font: str, size: float, x: float, y: float, text: str) -> None:
        """Writes `text` from `x`, `y` in points."""

    def flush(self) -> None:
        """Puts what was written on the sheet."""


class TextLayer:
    """All the text of one sheet as one text object (ISO 32000, section 9.4), in a third of the time of ReportLab's own.

    That one writes leading, spacing and a position of its own before each string.
    """

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._written: list[str] = []
        self._font = ("", 0.0, -1)

    def put(self, font: str, size: float, x: float, y: float, text: str) -> None:
        """Writes `text` from `x`, `y` in points."""
        document, face = self._canvas._doc, getFont(font)
        self._written.append(f"1 0 0 1 {x:.4f} {y:.4f} Tm")
        for subset, codes in face.splitString(text, document):
            if self._font != (font, size, subset):
                self._font = (font, size, subset)
                self._written.append(f"{face.getSubsetInternalName(subset, document)} {size:.4f} Tf")
            self._written.append(f"<{codes.hex()}> Tj")

    def flush(self) -> None:
        """Puts what was written on the sheet."""
        if self._written:
            self._canvas.addLiteral(f"BT {' '.join(self._written)} ET")
        self._written, self._font = [], ("", 0.0, -1)


class Page:
    """Draws on one ReportLab canvas; `turn` starts the next sheet, `within` is a part of this one as a page.

    `finish` has to follow the last stroke.
    """

    def __init__(
        self,
        canvas: Any,
        media: Media,
        grid: Grid,
        *,
        language: str = JAPANESE,
        logo: Path | None = None,
        frame: Box | None = None,
        texts: Texts | None = None,
    ) -> None:
        self._canvas = canvas
        self._texts: Texts = texts or TextLayer(canvas)
        self.media = media
        self.grid = grid
        self.language = language
        self._logo = logo
        self._frame = frame or Box(0, 0, media.width_mm, media.height_mm)
        self._left_mm = self._frame.left
        self._top_mm = media.height_mm - self._frame.top

    @property
    def box(self) -> Box:
        return Box(0, 0, self._frame.width, self._frame.height)

    def within(self, box: Box) -> Page:
        """The part of this page in `box`, with its own corner as the origin."""
        frame = Box(self._frame.left + box.left, self._frame.top + box.top, box.width, box.height)
        return Page(
            self._canvas,
            self.media,
            self.grid,
            language=self.language,
            logo=self._logo,
            frame=frame,
            texts=self._texts,
        )

    def turn(self) -> None:
        self.finish()
        self._canvas.showPage()

    def finish(self) -> None:
        """Puts on the sheet what was gathered for it."""
        self._texts.flush()

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
        line, drawn = set_as_text(text, weight)
        x = self._x_points(x_mm)
        if align is not Align.LEFT:
            x -= align.value * width_points(line, weight, size)
        y = self._y_points(top_mm) - CAP_HEIGHT * size
        if drawn is None:
            self._draw_shaped(line, x, y, size, weight)
            return
        for font, run in drawn:
            self._texts.put(font, size, x, y, run)
            if len(drawn) > 1:
                x += self._canvas.stringWidth(run, font, size)

    def _draw_shaped(self, line: str, x: float, y: float, size: float, weight: Weight) -> None:
        for piece in pieces(line, weight, self.language):
            if isinstance(piece, TextRun):
                self._texts.put(piece.font, size, x, y, piece.text)
                x += piece.width * size
                continue
            scale = size / 1000
            # The text itself goes along for whoever copies or searches it: outlines are only shapes.
            spoken = piece.text.encode("utf-16-be").hex().upper()
            self._canvas.addLiteral(
                f"/Span <</ActualText <FEFF{spoken}>>> BDC q {scale:.6f} 0 0 {scale:.6f} {x:.4f} {y:.4f} cm "
                f"{piece.operators()} Q EMC"
            )
            x += piece.width * scale

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
        size = largest_size(text, box.width, sizes, weight, what)
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
        """Draws `lines` from the top of `box` as `fitted_lines` breaks them; returns what was drawn.

        Lines that are read from the right stand at the right side of the box.
        """
        shown = fitted_lines(lines, box.width, box.height, sizes, weight, what=what)
        self.paragraph(shown, box, weight)
        return shown

    def paragraph(
        self, shown: Paragraph, box: Box, weight: Weight = Weight.REGULAR, align: Align | None = None
    ) -> None:
        """Draws lines that were fitted to `box` before, at the side where their reader begins, or as `align` says."""
        align = align or (Align.RIGHT if shown.is_right_to_left else Align.LEFT)
        x = box.left + align.value * box.width
        for line, top in zip(shown.lines, shown.tops_mm, strict=True):
            self.text(line, x, box.top + top, shown.size, weight, align)

    def rule(self, left_mm: float, top_mm: float, right_mm: float, bottom_mm: float, thick_mm: float = 0.25) -> None:
        self._canvas.setLineWidth(thick_mm * POINTS_PER_MM)
        self._canvas.line(
            self._x_points(left_mm), self._y_points(top_mm), self._x_points(right_mm), self._y_points(bottom_mm)
        )

    def outline(self, box: Box, thick_mm: float = 0.25) -> None:
        """A line around `box`."""
        self.rule(box.left, box.top, box.right, box.top, thick_mm)
        self.rule(box.left, box.bottom, box.right, box.bottom, thick_mm)
        self.rule(box.left, box.top, box.left, box.bottom, thick_mm)
        self.rule(box.right, box.top, box.right, box.bottom, thick_mm)

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
        x = self.symbol_x(symbol, box.width, x_dots, quiet_outside=quiet_outside)
        if not x:
            raise DoesNotFit(
                f"a barcode of {len(symbol.text)} characters is too wide for {self.media.value}: use a shorter number"
            )
        quiet = 0 if quiet_outside else symbol.quiet_modules * x * dot
        width = symbol.modules * x * dot
        free = box.width - width - 2 * quiet
        left = self._on_dots(box.left + quiet + free * align.value)
        bars = Box(left, box.top, width, box.height)
        # In modules across and symbol heights down every number is whole, so that they can stand as PDF has them.
        rectangles = " ".join([f"{first} 0 {wide} 1 re" for first, wide in symbol.bars])
        self._filled(rectangles, bars, x * dot, bars.height)
        return bars

    def symbol_x(self, symbol: Symbol, room_mm: float, x_dots: tuple[int, ...], *, quiet_outside: bool = False) -> int:
        """The first of `x_dots` at which bars and quiet zones fit into `room_mm`, 0 where none does."""
        modules = symbol.modules + (0 if quiet_outside else 2 * symbol.quiet_modules)
        return next((x for x in x_dots if modules * x * self.grid.dot_mm <= room_mm + ROUNDING_MM), 0)

    def matrix_side(self, matrix: Matrix, room_mm: float, x_dots: tuple[int, ...] = ()) -> float:
        """The side of a QR code with its quiet zone in `room_mm`, at the largest X that fits; raises DoesNotFit.

        `x_dots` are the Xs to choose from, best first, where they are not those of a Digital Link.
        """
        return self._matrix_x_mm(matrix, room_mm, x_dots) * (matrix.modules + 2 * MATRIX_QUIET_MODULES)

    def matrix(self, matrix: Matrix, box: Box, x_dots: tuple[int, ...] = ()) -> None:
        """Draws a QR code with its quiet zone at the top left of `box`, edges on whole dots; raises DoesNotFit."""
        x = self._matrix_x_mm(matrix, min(box.width, box.height), x_dots)
        whole = Box(self._on_dots(box.left), box.top, (matrix.modules + 2 * MATRIX_QUIET_MODULES) * x, 0)
        inner = whole.inset(MATRIX_QUIET_MODULES * x, MATRIX_QUIET_MODULES * x)
        squares = " ".join(f"{first} {row} {wide} 1 re" for row, first, wide in matrix.runs)
        self._filled(squares, Box(inner.left, inner.top, inner.width, inner.width), x, x)

    def matrix_x(self, matrix: Matrix, room_mm: float, x_dots: tuple[int, ...]) -> int:
        """The first of `x_dots` at which a QR code and its quiet zone fit into `room_mm`, 0 where none does."""
        modules = matrix.modules + 2 * MATRIX_QUIET_MODULES
        return next((x for x in x_dots if modules * x * self.grid.dot_mm <= room_mm + ROUNDING_MM), 0)

    def _matrix_x_mm(self, matrix: Matrix, room_mm: float, x_dots: tuple[int, ...]) -> float:
        if x := self.matrix_x(matrix, room_mm, x_dots or self.grid.matrix_x_dots):
            return x * self.grid.dot_mm
        raise DoesNotFit(
            f"a QR code of {len(matrix.text)} characters is too large here: use a shorter address, or larger labels"
        )

    def logo(self, box: Box) -> Box | None:
        """Puts the site's logo at the top left of `box` as large as fits; returns its place, None where there is none.

        On rolls it is black and white; raises LogoError.
        """
        if self._logo is None:
            return None
        from printing.logo import fitted_logo

        on_roll = self.media.paper not in (Media.A4, Media.LETTER, Media.A5)
        picture, width, height = fitted_logo(self._logo, box.width, box.height, self.grid.dot_mm, one_bit=on_roll)
        place = Box(self._on_dots(box.left), box.top, width, height)
        self._canvas.drawImage(
            picture,
            self._x_points(place.left),
            self._y_points(place.bottom),
            width * POINTS_PER_MM,
            height * POINTS_PER_MM,
        )
        return place

    def _filled(self, rectangles: str, box: Box, unit_across_mm: float, unit_up_mm: float) -> None:
        """Fills rectangles given in whole units from the lower left corner of `box`, as one path."""
        self._canvas.saveState()
        self._canvas.transform(
            unit_across_mm * POINTS_PER_MM, 0, 0, unit_up_mm * POINTS_PER_MM,
            self._x_points(box.left), self._y_points(box.bottom),
        )  # fmt: skip
        self._canvas.addLiteral(f"n {rectangles} f*")
        self._canvas.restoreState()

    def _on_dots(self, left_mm: float) -> float:
        """The nearest place, in this page's millimetres, that is a whole dot from the edge of the paper."""
        dot = self.grid.dot_mm
        return round((self._left_mm + left_mm) / dot) * dot - self._left_mm

    def _x_points(self, x_mm: float) -> float:
        return (self._left_mm + x_mm) * POINTS_PER_MM

    def _y_points(self, from_top_mm: float) -> float:
        return (self._top_mm - from_top_mm) * POINTS_PER_MM
