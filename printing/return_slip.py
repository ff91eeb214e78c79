"""The return slip: what may come back, with room for the customer's own hand, and a code for the returns bench."""

from __future__ import annotations

from printing.consignee import consignee, letterhead
from printing.documents import ReturnSlip
from printing.figures import day
from printing.fonts import Weight, legible, printable
from printing.letterhead import NEXT_HEAD_MM, Letterhead
from printing.page import Box, Page
from printing.paper_words import words_that
from printing.paragraph import Align, broken_lines, line_mm
from printing.table import (
    Cell,
    Column,
    Paper,
    Row,
    columns_of,
    draw_table,
    line_row,
    notes_rows,
    page_area,
    text_row,
    together,
)
from printing.theme import BODY, HAIRLINE_MM

_FIELD_MM = 6.0


def draw_return_slip(page: Page, slip: ReturnSlip) -> None:
    """Draws the slip on as many pages as it needs; raises MissingGlyph, DoesNotFit or SymbolError."""
    words = words_that(printable, slip.language)
    whole = page_area(page)
    columns = columns_of(
        whole,
        (words["sku"], 39.0, Align.LEFT, Weight.BOLD),
        (words["description"], 0, Align.LEFT),
        (words["shipped"], 19.0, Align.RIGHT),
        (words["returned"], 22.0, Align.RIGHT),
        (words["reason"], 22.0, Align.RIGHT),
    )
    rows = [
        _with_fields(
            text_row(
                columns,
                (Cell(line.sku), Cell(line.description), Cell(str(line.shipped)), Cell(), Cell()),
                whole,
                _FIELD_MM + 3,
            ),
            columns[3:],
        )
        for line in slip.lines
    ]
    gap = Row(line_mm(BODY), lambda page, top: None, in_table=False)
    hints = [
        line_row(text, whole, weight)
        for name, weight in (("reasons", Weight.BOLD), ("how_to_return", Weight.REGULAR))
        for text in broken_lines(words[name], whole.width, BODY, weight)
    ]
    # What the figures mean stands on the page where somebody writes them last.
    rows[-1:] = [together(rows[-1], gap, *hints)]
    rows += notes_rows(words["notes"], slip.notes, whole)
    by = ((words["return_by"], day(slip.return_by)),) if slip.return_by else ()
    head = Letterhead(
        title=words["return_slip"],
        sender=letterhead(slip.customer, sent_from=slip.customer.country),
        code=slip.barcode,
        code_text=legible(slip.return_number),
        parties=((words["return_to"], consignee(slip.return_to, sent_from=slip.customer.country).lines),),
        facts=(
            (words["order_number"], legible(slip.order_number)),
            (words["order_date"], day(slip.ordered_on)),
            (words["return_number"], legible(slip.return_number)),
            *by,
        ),
        continued=words["continued"],
    )
    paper = Paper(
        head.height_mm(whole), NEXT_HEAD_MM, head.draw_first, head.draw_next,
        footer=words.say("order", legible(slip.order_number)), page_of=words["page"], what="the return slip",
    )  # fmt: skip
    draw_table(page, paper, columns, rows)


def _with_fields(row: Row, fields: tuple[Column, ...]) -> Row:
    """`row` with an empty box to write in, in each of `fields`."""

    def paint(page: Page, top: float) -> None:
        row.paint(page, top)
        for column in fields:
            width = column.width - 8
            page.outline(Box(column.left + column.width - width, top + 1.2, width, _FIELD_MM), HAIRLINE_MM * 2)

    return Row(row.height_mm, paint)
