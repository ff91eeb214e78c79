"""The packing slip on A4 or Letter: what is in this parcel, what follows later, and never a price."""

from __future__ import annotations

from printing.consignee import consignee, letterhead
from printing.documents import PackingSlip, SlipLine
from printing.figures import day
from printing.fonts import Weight, legible, printable
from printing.letterhead import NEXT_HEAD_MM, Letterhead
from printing.page import Box, Page
from printing.paper_words import Words, words_that
from printing.paragraph import Align
from printing.table import (
    Cell,
    Column,
    Paper,
    Row,
    columns_of,
    draw_table,
    notes_rows,
    page_area,
    sums_row,
    text_row,
    together,
)


def draw_slip(page: Page, slip: PackingSlip) -> None:
    """Draws the slip on as many pages as it needs; raises MissingGlyph or DoesNotFit."""
    words = words_that(printable, slip.language)
    whole = page_area(page)
    columns = columns_of(
        whole,
        (words["sku"], 39.0, Align.LEFT, Weight.BOLD),
        (words["description"], 0, Align.LEFT),
        (words["ordered"], 19.0, Align.RIGHT),
        (words["shipped"], 19.0, Align.RIGHT, Weight.BOLD),
        (words["back_ordered"], 24.0, Align.RIGHT),
    )
    rows = [_line_row(line, columns, whole) for line in slip.lines]
    # The last line and the totals stay together.
    rows[-1:] = [together(rows[-1], _totals_row(slip, columns, whole, words))]
    rows += notes_rows(words["notes"], slip.notes, whole)
    head = _head(slip, words)
    paper = Paper(
        head.height_mm(whole), NEXT_HEAD_MM, head.draw_first, head.draw_next,
        footer=words.say("order", legible(slip.order_number)), page_of=words["page"], what="the packing slip",
    )  # fmt: skip
    draw_table(page, paper, columns, rows)


def _head(slip: PackingSlip, words: Words) -> Letterhead:
    of = slip.parcels_in_order
    return Letterhead(
        title=words["packing_slip"],
        sender=letterhead(slip.sender, sent_from=slip.ship_to.country),
        code=slip.order_number,
        code_text=words.say("order", legible(slip.order_number)),
        parties=((words["ship_to"], consignee(slip.ship_to, sent_from=slip.sender.country).lines),),
        facts=(
            (words["order_date"], day(slip.ordered_on)),
            (words["parcel"], str(slip.parcel_number) if of is None else words.say("of", slip.parcel_number, of)),
            (words["carrier"], slip.carrier),
            (words["service"], slip.service),
        ),
        continued=words["continued"],
    )


def _line_row(line: SlipLine, columns: tuple[Column, ...], whole: Box) -> Row:
    late = Cell(str(line.back_ordered), weight=Weight.BOLD if line.back_ordered else Weight.REGULAR)
    cells = (
        Cell(line.sku),
        Cell(line.description, below=line.remark),
        Cell(str(line.ordered)),
        Cell(str(line.shipped)),
        late,
    )
    return text_row(columns, cells, whole)


def _totals_row(slip: PackingSlip, columns: tuple[Column, ...], whole: Box, words: Words) -> Row:
    count = len(slip.lines)
    cells = (
        words["total_pieces"],
        words["one_line"] if count == 1 else words.say("lines", count),
        str(sum(line.ordered for line in slip.lines)),
        str(sum(line.shipped for line in slip.lines)),
        str(sum(line.back_ordered for line in slip.lines)),
    )
    return sums_row(columns, cells, whole)
