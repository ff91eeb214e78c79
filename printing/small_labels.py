"""Shelf labels, product labels, badges and command cards: one to a 100x50 mm label, or ten to an office sheet.

Every small label is the same 100x50 mm box, so a sheet is a grid of boxes with lines to cut along.
"""

from __future__ import annotations

from dataclasses import dataclass

from printing.documents import Command, CommandCard, LabelBatch, Media, ProductLabel, ShelfLabel, WorkerBadge
from printing.fonts import Weight
from printing.page import Align, Box, Page, cap_mm
from printing.symbols import Symbol, code128, product_symbol

CELL_WIDTH_MM = 95.0
CELL_HEIGHT_MM = 50.0
HEAD_MM = 9.0
PAD_MM = 4.0
BARCODE_MM = 15.0
CODE_TEXT = 9.0
CAPTION = 8.0

Small = ShelfLabel | ProductLabel | WorkerBadge


@dataclass(frozen=True, slots=True)
class TitledCommand:
    """A command with the title of the card it stands on."""

    title: str
    command: Command


def draw_small_labels(page: Page, document: Small | LabelBatch | CommandCard) -> None:
    """Draws the labels in order, on as many pages as they need; raises MissingGlyph, DoesNotFit or SymbolError."""
    labels: tuple[Small | TitledCommand, ...]
    title = ""
    match document:
        case LabelBatch():
            labels, title = document.labels, document.title
        case CommandCard():
            labels, title = tuple(TitledCommand(document.title, one) for one in document.commands), document.title
        case _:
            labels = (document,)
    boxes = _boxes(page)
    for place, label in enumerate(labels):
        slot = place % len(boxes)
        if place and slot == 0:
            page.turn()
        if slot == 0 and len(boxes) > 1:
            _sheet(page, boxes[: len(labels) - place], title, place // len(boxes) + 1, -(-len(labels) // len(boxes)))
        _draw_one(page, boxes[slot], label)


def _boxes(page: Page) -> list[Box]:
    if page.media is Media.LABEL_100X50:
        return [page.box]
    across, down = 2, 5
    left = (page.box.width - across * CELL_WIDTH_MM) / 2
    top = HEAD_MM + (page.box.height - HEAD_MM - down * CELL_HEIGHT_MM) / 2
    return [
        Box(left + column * CELL_WIDTH_MM, top + row * CELL_HEIGHT_MM, CELL_WIDTH_MM, CELL_HEIGHT_MM)
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
        page.rule(box.left, box.top, box.right, box.top, 0.1)
        page.rule(box.left, box.bottom, box.right, box.bottom, 0.1)
        page.rule(box.left, box.top, box.left, box.bottom, 0.1)
        page.rule(box.right, box.top, box.right, box.bottom, 0.1)


def _draw_one(page: Page, cell: Box, label: Small | TitledCommand) -> None:
    inner = cell.inset(PAD_MM, PAD_MM)
    match label:
        case ShelfLabel():
            _shelf(page, inner, label)
            _bars(page, cell, code128(label.barcode))
        case ProductLabel():
            _product(page, inner, label)
            _bars(page, cell, product_symbol(label.barcode))
        case WorkerBadge():
            _two_lines(page, inner, label.name, label.role)
            _bars(page, cell, code128(label.barcode))
        case TitledCommand():
            _two_lines(page, inner, label.command.label, label.title)
            _bars(page, cell, code128(label.command.barcode))


def _shelf(page: Page, box: Box, label: ShelfLabel) -> None:
    """The location as large as it goes; zone above it, check digits beside it."""
    page.text(f"ZONE {label.walk_zone}", box.left, box.top, CAPTION + 2)
    if label.assumed:
        _assumed(page, box)
    checks = 24.0 if label.check_digits else 0.0
    large = Box(box.left, box.top + 5.5, box.width - checks, 14)
    page.fitted(label.location, large, (54, 10), Weight.BOLD, what="the location")
    if label.check_digits:
        page.text("CHECK", box.right, large.top, CAPTION, align=Align.RIGHT)
        corner = Box(large.right + 4, large.top + 4, checks - 4, 10)
        page.fitted(label.check_digits, corner, (30, 8), Weight.BOLD, Align.RIGHT, what="the check digits")


def _product(page: Page, box: Box, label: ProductLabel) -> None:
    mark = 22.0 if label.assumed else 0.0
    page.fitted(label.sku, Box(box.left, box.top, box.width - mark, 8), (24, 7), Weight.BOLD, what="the SKU")
    if label.assumed:
        _assumed(page, box)
    text = Box(box.left, box.top + 9, box.width, 11)
    page.block((label.description,), text, (13, 11, 6), what="the description")


def _two_lines(page: Page, box: Box, large: str, small: str) -> None:
    upper = Box(box.left, box.top, box.width, 13)
    page.block((large,), upper, (26, 15, 9), Weight.BOLD, what="the name")
    page.fitted(small, Box(box.left, box.top + 14.5, box.width, 5), (13, 6), what="the line below the name")


def _assumed(page: Page, box: Box) -> None:
    page.text("ASSUMED", box.right, box.top, CAPTION, Weight.BOLD, Align.RIGHT)


def _bars(page: Page, cell: Box, symbol: Symbol) -> None:
    text_top = cell.bottom - PAD_MM - cap_mm(CODE_TEXT)
    box = Box(cell.left, text_top - 1.5 - BARCODE_MM, cell.width, BARCODE_MM)
    page.symbol(symbol, box, page.grid.code_x_dots)
    below = Box(cell.left + PAD_MM, text_top, cell.width - 2 * PAD_MM, 4)
    page.fitted(symbol.text, below, (CODE_TEXT, 5), align=Align.CENTRE, what="the code")
