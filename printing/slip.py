"""The packing slip on A4 or Letter: what is in this parcel, what follows later, and never a price.

Rows are measured first and dealt onto pages, so that every page can say "page x of y", repeats the table's heading and
carries the order's barcode.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from printing.documents import PackingSlip, SlipLine
from printing.fonts import Weight
from printing.label import drawable_lines
from printing.page import Align, Box, DoesNotFit, Page, broken_lines, cap_mm, line_mm
from printing.symbols import code128

MARGIN_MM = 15.0
CAPTION = 8.0
BODY = 9.5
SKU_MM = 36.0
COUNTS_MM = (19.0, 19.0, 26.0)
GAP_MM = 3.0
HEADING_MM = 8.0
FOOTER_MM = 10.0
FIRST_HEAD_MM = 73.0
NEXT_HEAD_MM = 26.0
BARCODE_MM = 13.0
COUNTS = ("Ordered", "Shipped", "Back-ordered")


@dataclass(frozen=True, slots=True)
class Row:
    """A strip of a page: its height, how to paint it from a given millimetre down, and whether it needs the heading."""

    height_mm: float
    paint: Callable[[Page, float], None]
    in_table: bool = True


@dataclass(frozen=True, slots=True)
class Columns:
    """Left edges and widths of the table's columns, in millimetres; counts are named by their right edges."""

    sku: Box
    description: Box
    counts: tuple[float, float, float]
    whole: Box

    @classmethod
    def of(cls, page: Page) -> Columns:
        whole = page.box.inset(MARGIN_MM, MARGIN_MM)
        description_left = whole.left + SKU_MM + GAP_MM
        counts_left = whole.right - sum(COUNTS_MM)
        ordered = counts_left + COUNTS_MM[0]
        rights = (ordered, ordered + COUNTS_MM[1], whole.right)
        description = Box(description_left, 0, counts_left - description_left, 0)
        return cls(Box(whole.left, 0, SKU_MM, 0), description, rights, whole)


def draw_slip(page: Page, slip: PackingSlip) -> None:
    """Draws the slip on as many pages as it needs; raises MissingGlyph or DoesNotFit."""
    columns = Columns.of(page)
    rows = [_line_row(line, columns) for line in slip.lines]
    # The last line and the totals stay together.
    rows[-1:] = [_together(rows[-1], _totals_row(slip, columns))]
    rows += _notes_rows(slip, columns)
    pages = _dealt(rows, columns.whole)
    for number, (top, dealt) in enumerate(pages, start=1):
        if number == 1:
            _first_head(page, slip, columns.whole)
        else:
            _next_head(page, slip, columns.whole)
        if any(row.in_table for row in dealt):
            _heading(page, columns, top)
        y = top + HEADING_MM
        for row in dealt:
            row.paint(page, y)
            y += row.height_mm
        _footer(page, slip, columns.whole, number, len(pages))
        if number < len(pages):
            page.turn()


def _dealt(rows: list[Row], whole: Box) -> list[tuple[float, list[Row]]]:
    """Rows by page, each page with the top of its table."""
    floor = whole.bottom - FOOTER_MM
    room = floor - whole.top - NEXT_HEAD_MM - HEADING_MM
    pages: list[tuple[float, list[Row]]] = [(whole.top + FIRST_HEAD_MM, [])]
    y = whole.top + FIRST_HEAD_MM + HEADING_MM
    for number, row in enumerate(rows, start=1):
        if row.height_mm > room:
            raise DoesNotFit(f"row {number} of the packing slip is longer than a page: shorten its description")
        if y + row.height_mm > floor:
            pages.append((whole.top + NEXT_HEAD_MM, []))
            y = whole.top + NEXT_HEAD_MM + HEADING_MM
        pages[-1][1].append(row)
        y += row.height_mm
    return pages


def _first_head(page: Page, slip: PackingSlip, whole: Box) -> None:
    half = whole.width / 2
    sender = drawable_lines(slip.sender, sent_from=slip.ship_to.country)
    name = Box(whole.left, whole.top, half - 5, 10)
    shown = page.block(sender[:1], name, (14, 11, 7), Weight.BOLD, what="the sender's name")
    below = Box(whole.left, whole.top + shown.height_mm + 1, half - 5, 30 - shown.height_mm)
    page.block(sender[1:], below, (BODY, 8, 6), what="the sender's address")
    page.text("PACKING SLIP", whole.right, whole.top, 20, Weight.BOLD, Align.RIGHT)
    _order_code(page, slip, Box(whole.left + half, whole.top + 10, half, BARCODE_MM))

    top = whole.top + 33
    page.rule(whole.left, top, whole.right, top, 0.4)
    page.text("SHIP TO", whole.left, top + 3, CAPTION)
    ship_to = Box(whole.left, top + 7.5, half - 5, 30)
    lines = drawable_lines(slip.ship_to, sent_from=slip.sender.country)
    page.block(lines, ship_to, (13, 9, 7), Weight.BOLD, what="the recipient's address")
    facts = (
        ("ORDER DATE", slip.ordered_on.isoformat()),
        ("PARCEL", _parcel_number(slip)),
        ("CARRIER", slip.carrier),
        ("SERVICE", slip.service),
    )
    for place, (title, value) in enumerate(facts):
        left, y = whole.left + half, top + 3 + place * 8.5
        page.text(title, left, y + 0.6, CAPTION)
        page.block((value,), Box(left + 26, y, half - 26, 7.5), (12, 9, 6), Weight.BOLD, what=f"the {title.lower()}")


def _next_head(page: Page, slip: PackingSlip, whole: Box) -> None:
    half = whole.width / 2
    page.text("PACKING SLIP", whole.left, whole.top, 14, Weight.BOLD)
    page.text("continued", whole.left, whole.top + 7, BODY)
    _order_code(page, slip, Box(whole.left + half, whole.top, half, BARCODE_MM))


def _order_code(page: Page, slip: PackingSlip, box: Box) -> None:
    # The margin on its right and the gap on its left are wider than any quiet zone.
    page.symbol(code128(slip.order_number), box, page.grid.code_x_dots, Align.RIGHT, quiet_outside=True)
    below = Box(box.left, box.bottom + 2, box.width, 5)
    page.fitted(f"Order {slip.order_number}", below, (12, 6), Weight.BOLD, Align.RIGHT, what="the order number")


def _heading(page: Page, columns: Columns, top: float) -> None:
    page.rule(columns.whole.left, top, columns.whole.right, top, 0.4)
    y = top + 2.8
    page.text("SKU", columns.sku.left, y, CAPTION + 1, Weight.BOLD)
    page.text("Description", columns.description.left, y, CAPTION + 1, Weight.BOLD)
    for right, title in zip(columns.counts, COUNTS, strict=True):
        page.text(title, right, y, CAPTION + 1, Weight.BOLD, Align.RIGHT)
    page.rule(columns.whole.left, top + HEADING_MM, columns.whole.right, top + HEADING_MM, 0.4)


def _line_row(line: SlipLine, columns: Columns) -> Row:
    sku = broken_lines(line.sku, columns.sku.width, BODY, Weight.BOLD)
    description = broken_lines(line.description, columns.description.width - GAP_MM, BODY)
    remark = broken_lines(line.remark, columns.description.width - GAP_MM, BODY, Weight.BOLD) if line.remark else []
    height = max(len(sku), len(description) + len(remark)) * line_mm(BODY) + 2.0
    step = line_mm(BODY)

    def paint(page: Page, top: float) -> None:
        y = top + 1.7
        for place, text in enumerate(sku):
            page.text(text, columns.sku.left, y + place * step, BODY, Weight.BOLD)
        for place, text in enumerate(description):
            page.text(text, columns.description.left, y + place * step, BODY)
        for place, text in enumerate(remark, start=len(description)):
            page.text(text, columns.description.left, y + place * step, BODY, Weight.BOLD)
        _counts(page, columns, y, (line.ordered, line.shipped, line.back_ordered))
        page.rule(columns.whole.left, top + height, columns.whole.right, top + height, 0.1)

    return Row(height, paint)


def _totals_row(slip: PackingSlip, columns: Columns) -> Row:
    totals = (
        sum(line.ordered for line in slip.lines),
        sum(line.shipped for line in slip.lines),
        sum(line.back_ordered for line in slip.lines),
    )
    lines = len(slip.lines)

    def paint(page: Page, top: float) -> None:
        page.rule(columns.whole.left, top, columns.whole.right, top, 0.4)
        page.text("Total pieces", columns.sku.left, top + 2.5, BODY, Weight.BOLD)
        page.text(f"{lines} line" if lines == 1 else f"{lines} lines", columns.description.left, top + 2.5, BODY)
        _counts(page, columns, top + 2.5, totals, every_bold=True)

    return Row(9, paint)


def _counts(page: Page, columns: Columns, top: float, counts: tuple[int, int, int], every_bold: bool = False) -> None:
    """Shipped stands out, and back-ordered where something is."""
    for place, (right, count) in enumerate(zip(columns.counts, counts, strict=True)):
        bold = every_bold or place == 1 or (place == 2 and count > 0)
        page.text(str(count), right, top, BODY, Weight.BOLD if bold else Weight.REGULAR, Align.RIGHT)


def _notes_rows(slip: PackingSlip, columns: Columns) -> list[Row]:
    if not slip.notes.strip():
        return []
    texts = [text for part in slip.notes.strip().splitlines() for text in broken_lines(part, columns.whole.width, BODY)]

    def row(text: str, weight: Weight) -> Row:
        return Row(
            line_mm(BODY), lambda page, top: page.text(text, columns.whole.left, top, BODY, weight), in_table=False
        )

    gap = Row(line_mm(BODY), lambda page, top: None, in_table=False)
    return [gap, row("Notes", Weight.BOLD), *(row(text, Weight.REGULAR) for text in texts)]


def _together(first: Row, second: Row) -> Row:
    def paint(page: Page, top: float) -> None:
        first.paint(page, top)
        second.paint(page, top + first.height_mm)

    return Row(first.height_mm + second.height_mm, paint)


def _footer(page: Page, slip: PackingSlip, whole: Box, number: int, of: int) -> None:
    top = whole.bottom - cap_mm(BODY)
    page.text(f"Order {slip.order_number}", whole.left, top, CAPTION)
    page.text(f"Page {number} of {of}", whole.right, top, BODY, Weight.BOLD, Align.RIGHT)


def _parcel_number(slip: PackingSlip) -> str:
    return (
        str(slip.parcel_number) if slip.parcels_in_order is None else f"{slip.parcel_number} of {slip.parcels_in_order}"
    )
