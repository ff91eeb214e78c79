"""Shelf, tote and product labels, badges and command cards: one to a small label, or many to a sheet.

Every small label is drawn into a box of any size, bars at its foot and text above, so that a roll, a die-cut sheet and
a plain sheet to cut up differ only in where their boxes lie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from printing.codes import carried, squares_dots
from printing.documents import (
    Command,
    CommandCard,
    LabelBatch,
    Media,
    ProductLabel,
    ShelfLabel,
    ToteLabel,
    WorkerBadge,
)
from printing.fonts import Weight
from printing.page import Box, Page
from printing.paragraph import Align, DoesNotFit, Paragraph, cap_mm, fitted_lines, line_mm, number_lines
from printing.symbols import Symbol, SymbolError, code128, digital_link, product_symbol

CELL_WIDTH_MM = 95.0
CELL_HEIGHT_MM = 50.0
HEAD_MM = 9.0
LEAST_BARS_MM = 8.0
_GTIN_DIGITS = (8, 12, 13, 14)
_BELOW_SKU_MM = 1.8
_SQUARES_SHARE = 0.45  # of a label's width, for a QR code where bars do not hold the code

Small = ShelfLabel | ToteLabel | ProductLabel | WorkerBadge


@dataclass(frozen=True, slots=True)
class TitledCommand:
    """A command with the title of the card it stands on."""

    title: str
    command: Command


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes for one box: padding and bars in millimetres, type in points, all from its height."""

    pad: float
    bars: float
    caption: float
    digits: float
    gap: float

    @classmethod
    def of(cls, box: Box) -> Scale:
        tall = box.height / CELL_HEIGHT_MM
        share = min(1.0, tall)
        return cls(
            pad=max(2.0, 4.0 * share),
            bars=max(LEAST_BARS_MM, 15.0 * min(1.6, tall)),
            caption=max(6.0, 8.0 * share),
            digits=max(7.0, 9.0 * share),
            gap=1.5 * share,
        )


def draw_small_labels(page: Page, document: Small | LabelBatch | CommandCard) -> None:
    """Draws the labels in order, on as many pages as they need; raises MissingGlyph, DoesNotFit or SymbolError."""
    labels: tuple[Small | TitledCommand, ...]
    title, skip = "", 0
    match document:
        case LabelBatch():
            labels, title, skip = document.labels, document.title, document.skip
        case CommandCard():
            labels, title = tuple(TitledCommand(document.title, one) for one in document.commands), document.title
        case _:
            labels = (document,)
    boxes = _boxes(page)
    is_cut_by_hand = len(boxes) > 1 and page.media.sheet is None
    places: tuple[Small | TitledCommand | None, ...] = labels
    if page.media.sheet is not None:
        places = (*([None] * (skip % len(boxes))), *labels)
    for place, label in enumerate(places):
        slot = place % len(boxes)
        if place and slot == 0:
            page.turn()
        if slot == 0 and is_cut_by_hand:
            _sheet(page, boxes[: len(places) - place], title, place // len(boxes) + 1, -(-len(places) // len(boxes)))
        if label is not None:
            _draw_one(page.within(boxes[slot]), label)


def _boxes(page: Page) -> list[Box]:
    """Where labels lie on one page."""
    sheet = page.media.sheet
    if sheet is None and page.media not in (Media.A4, Media.LETTER):
        return [page.box]
    across, down, gap, top_gap = 2, 5, 0.0, HEAD_MM
    width, height = CELL_WIDTH_MM, CELL_HEIGHT_MM
    if sheet is not None:
        across, down, gap, top_gap = sheet.columns, sheet.rows, sheet.column_gap_mm, 0.0
        width, height = sheet.label_width_mm, sheet.label_height_mm
    left = (page.box.width - across * width - (across - 1) * gap) / 2
    top = top_gap + (page.box.height - top_gap - down * height) / 2
    return [
        Box(left + column * (width + gap), top + row * height, width, height)
        for row in range(down)
        for column in range(across)
    ]


def _sheet(page: Page, boxes: list[Box], title: str, number: int, of: int) -> None:
    """A line of heading, and thin lines to cut along."""
    first = boxes[0]
    if title:
        heading = title if of == 1 else f"{title}, sheet {number} of {of}"
        page.fitted(heading, Box(first.left, first.top - 6, 2 * first.width, 5), (11, 6), Weight.BOLD, what="the title")
    for box in boxes:
        page.outline(box, 0.1)


def _draw_one(page: Page, label: Small | TitledCommand) -> None:
    scale = Scale.of(page.box)
    match label:
        case ShelfLabel():
            text = _code(page, scale, label.barcode)
            _shelf(page, text, scale, label)
        case ToteLabel():
            text = _code(page, scale, label.barcode)
            _headed(page, text, scale, "TOTE", label.remark, label.tote)
        case ProductLabel():
            text = _code(page, scale, label.barcode, product_symbol)
            _product(page, text, scale, label)
        case WorkerBadge():
            text = _code(page, scale, label.barcode)
            _two_lines(page, text, label.name, label.role)
        case TitledCommand():
            text = _code(page, scale, label.command.barcode)
            _two_lines(page, text, label.command.label, label.title)


def _code(page: Page, scale: Scale, text: str, make: Callable[[str], Symbol] = code128) -> Box:
    """The code as bars with its signs at the foot, as squares at the right, or as signs alone; returns what is left."""
    inner = page.box.inset(scale.pad, scale.pad)
    room = min(inner.height, inner.width * _SQUARES_SHARE)
    match carried(page, text, page.box.width, room, page.grid.code_x_dots, make=make):
        case Symbol() as symbol:
            return _bars(page, scale, symbol)
        case None:
            pass
        case matrix:
            xs = squares_dots(page.grid)
            side = page.matrix_side(matrix, room, xs)
            page.matrix(matrix, Box(inner.right - side, inner.top, side, side), xs)
            inner = Box(inner.left, inner.top, inner.width - side - 1, inner.height)
    tall = 2 * line_mm(scale.digits)
    below = Box(inner.left, inner.bottom - tall, inner.width, tall)
    page.paragraph(
        number_lines(text, below.width, below.height, (scale.digits, scale.digits, 5), Weight.REGULAR), below
    )
    return Box(inner.left, inner.top, inner.width, inner.height - tall - scale.gap)


def _bars(page: Page, scale: Scale, symbol: Symbol) -> Box:
    """The bars and their digits at the foot; returns the box above them."""
    box = page.box
    text_top = box.bottom - scale.pad - cap_mm(scale.digits)
    bars = Box(0, text_top - scale.gap - scale.bars, box.width, scale.bars)
    page.symbol(symbol, bars, page.grid.code_x_dots)
    below = Box(scale.pad, text_top, box.width - 2 * scale.pad, 4)
    shown = number_lines(symbol.text, below.width, cap_mm(scale.digits) + 0.5, (scale.digits, 5, 5), Weight.REGULAR)
    page.paragraph(shown, below, align=Align.CENTRE)
    return Box(scale.pad, scale.pad, box.width - 2 * scale.pad, bars.top - scale.gap - scale.pad)


def _shelf(page: Page, box: Box, scale: Scale, label: ShelfLabel) -> None:
    """The location as large as it goes; zone above it, check digits beside it."""
    checks = box.width * 0.26 if label.check_digits else 0.0
    top = _caption(page, box, scale, f"ZONE {label.walk_zone}", label.assumed)
    large = Box(box.left, top, box.width - checks, box.bottom - top)
    _as_large_as_fits(page, large, label.location, "the location")
    if label.check_digits:
        page.text("CHECK", box.right, top, scale.caption, align=Align.RIGHT)
        below = top + cap_mm(scale.caption) + scale.gap
        corner = Box(large.right + 4, below, checks - 4, box.bottom - below)
        _as_large_as_fits(page, corner, label.check_digits, "the check digits", Align.RIGHT, 30)


def _headed(page: Page, box: Box, scale: Scale, title: str, remark: str, text: str) -> None:
    top = _caption(page, box, scale, title, False, remark)
    _as_large_as_fits(page, Box(box.left, top, box.width, box.bottom - top), text, "the number")


def _product(page: Page, box: Box, scale: Scale, label: ProductLabel) -> None:
    if label.digital_link:
        box = _gtin_code(page, box, label)
    mark = 22.0 if label.assumed else 0.0
    size, described = _sku_and_description(box, label.description)
    sku = Box(box.left, box.top, box.width - mark, 8)
    page.fitted(label.sku, sku, (size, 6), Weight.BOLD, what="the SKU")
    if label.assumed:
        page.text("ASSUMED", box.right, box.top, scale.caption, Weight.BOLD, Align.RIGHT)
    page.paragraph(described, Box(box.left, box.top + cap_mm(size) + _BELOW_SKU_MM, box.width, 0))


def _sku_and_description(box: Box, description: str) -> tuple[float, Paragraph]:
    """The SKU's size and the description below it: a long one takes some of the SKU's height."""
    usual, small = min(24.0, box.height * 1.15), 10.0

    def below(size: float) -> Paragraph:
        room = box.height - cap_mm(size) - _BELOW_SKU_MM
        return fitted_lines((description,), box.width, room, (13, 9, 5), Weight.REGULAR, what="the description")

    try:
        return usual, below(usual)
    except DoesNotFit:
        return small, below(small)


def _gtin_code(page: Page, box: Box, label: ProductLabel) -> Box:
    """The QR code at the right; returns what it leaves."""
    if len(label.barcode) not in _GTIN_DIGITS:
        raise SymbolError(f"a Digital Link holds a GTIN of 8, 12, 13 or 14 digits, got {label.barcode!r}: leave it out")
    code = digital_link(label.digital_link, (("01", label.barcode.zfill(14)),))
    side = page.matrix_side(code, min(box.height, box.width / 2))
    page.matrix(code, Box(box.right - side, box.top, side, side))
    return Box(box.left, box.top, box.width - side - 1, box.height)


def _two_lines(page: Page, box: Box, large: str, small: str) -> None:
    split = box.height * 0.7
    most = min(26.0, split * 2)
    page.block((large,), Box(box.left, box.top, box.width, split), (most, 11, 6), Weight.BOLD, what="the name")
    size = min(13.0, box.height * 0.6)
    below = Box(box.left, box.bottom - cap_mm(size), box.width, 5)
    page.fitted(small, below, (size, 5), what="the line below the name")


def _caption(page: Page, box: Box, scale: Scale, text: str, assumed: bool, right: str = "") -> float:
    """A line of small type on top; returns where what follows begins."""
    mark = "ASSUMED" if assumed else right
    share = 0.65 if mark else 1.0
    size = scale.caption + 2
    page.fitted(text, Box(box.left, box.top, box.width * share, 5), (size, 5), what="the line on top")
    if mark:
        beside = Box(box.left + box.width * 0.66, box.top, box.width * 0.34, 5)
        page.fitted(mark, beside, (scale.caption, 5), Weight.BOLD, Align.RIGHT, what="the remark")
    return box.top + cap_mm(size) + max(1.5, scale.gap)


def _as_large_as_fits(
    page: Page, box: Box, text: str, what: str, align: Align = Align.LEFT, most: float = 54.0
) -> None:
    """One line whose capitals fill the height or the width of `box`."""
    highest = box.height / cap_mm(1)
    page.fitted(text, box, (max(8.0, min(most, highest * 0.92)), 8), Weight.BOLD, align, what=what)
