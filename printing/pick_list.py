"""The pick list on paper, for a walk without a device: stops in their order, a code for each, a box to tick.

The code at the head confirms the whole list as it stands; a line's own code names it where something was short.
"""

from __future__ import annotations

from printing.codes import carried, squares_dots
from printing.documents import PickList, PickListLine
from printing.figures import minute
from printing.fonts import Weight, legible, printable
from printing.letterhead import NEXT_HEAD_MM, Letterhead
from printing.page import Box, Page
from printing.paper_words import words_that
from printing.paragraph import Align, number_lines
from printing.symbols import Symbol
from printing.table import (
    CODE_MM,
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
from printing.theme import HAIRLINE_MM, NAME

_TICK_MM = 5.0
_SQUARES_MM = 16.0


def draw_pick_list(page: Page, pick_list: PickList) -> None:
    """Draws the list on as many pages as it needs; raises MissingGlyph, DoesNotFit or SymbolError."""
    words = words_that(printable, pick_list.language)
    whole = page_area(page)
    number = legible(pick_list.number)
    has_totes = any(line.tote for line in pick_list.lines)
    columns = columns_of(
        whole,
        (words["location"], 28.0, Align.LEFT, Weight.BOLD),
        (words["item"], 0, Align.LEFT),
        (words["code"], 46.0, Align.LEFT),
        (words["tote"] if has_totes else "", 19.0 if has_totes else 1.0, Align.LEFT),
        (words["pieces"], 15.0, Align.RIGHT, Weight.BOLD),
        (words["picked"], 20.0, Align.RIGHT),
    )
    rows = [_line_row(page, line, columns, whole) for line in pick_list.lines]
    count = len(pick_list.lines)
    total = (
        words["total_pieces"],
        words["one_line"] if count == 1 else words.say("lines", count),
        "",
        "",
        str(sum(line.pieces for line in pick_list.lines)),
        "",
    )
    rows[-1:] = [together(rows[-1], sums_row(columns, total, whole))]
    rows += notes_rows(words["notes"], pick_list.notes, whole)
    head = Letterhead(
        title=words["pick_list"],
        sender=number_lines(number, whole.width / 2 - 5, 10, (NAME, 11, 7), Weight.BOLD).lines,
        code=pick_list.barcode,
        code_text=number,
        parties=(),
        facts=(
            (words["zone"], pick_list.walk_zone),
            (words["printed"], minute(pick_list.printed_at)),
            *(((words["picker"], pick_list.picker),) if pick_list.picker else ()),
        ),
        continued=words["continued"],
    )
    paper = Paper(
        head.height_mm(whole), NEXT_HEAD_MM, head.draw_first, head.draw_next,
        footer=number, page_of=words["page"], what="the pick list",
    )  # fmt: skip
    draw_table(page, paper, columns, rows)


def _line_row(page: Page, line: PickListLine, columns: tuple[Column, ...], whole: Box) -> Row:
    cells = (
        Cell(line.location, size=13),
        Cell(line.description, below=" ".join(part for part in (line.sku, line.remark) if part)),
        _code_cell(page, line.barcode, columns[2].text_width),
        Cell(line.tote),
        Cell(str(line.pieces), size=13),
        Cell(),
    )
    row = text_row(columns, cells, whole, _TICK_MM + 3)

    def paint(page: Page, top: float) -> None:
        row.paint(page, top)
        page.outline(Box(whole.right - _TICK_MM, top + 1.5, _TICK_MM, _TICK_MM), HAIRLINE_MM * 2)

    return Row(row.height_mm, paint)


def _code_cell(page: Page, code: str, width: float) -> Cell:
    """A line's code as bars, or as squares where bars do not hold it; as text where neither has room."""
    if not code:
        return Cell()
    match carried(page, code, width, _SQUARES_MM, page.grid.code_x_dots[1:]):
        case Symbol() as symbol:
            return Cell(symbol=symbol)
        case None:
            return Cell(legible(code))
        case matrix:
            side = page.matrix_side(matrix, min(width, _SQUARES_MM), squares_dots(page.grid))
            return Cell(symbol=matrix, symbol_mm=max(CODE_MM, side))
