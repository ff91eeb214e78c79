"""Tables that run over many pages: rows are measured first, then dealt onto pages.

So every page can say "page x of y", repeats the table's heading, and no row is cut in two. Knows nothing of what a row
means.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from printing.codes import squares_dots
from printing.fonts import Weight
from printing.page import Box, Page
from printing.paragraph import Align, DoesNotFit, Paragraph, broken_lines, cap_mm, line_mm, number_lines
from printing.symbols import Matrix, Symbol
from printing.theme import BODY, CAPTION, GAP_MM, HAIRLINE_MM, HEADING, MARGIN_MM, RULE_MM

HEADING_MM = 8.0
FOOTER_MM = 10.0
_PAGE_OF_MM = 40.0
_FOOTER_SIZES = (CAPTION, 5.0, 5.0)
_PAD_MM = 1.7
CODE_MM = 9.0


@dataclass(frozen=True, slots=True)
class Row:
    """A strip of a page: its height, how to paint it from a given millimetre down, and whether it needs the heading."""

    height_mm: float
    paint: Callable[[Page, float], None]
    in_table: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title, its place, and how its text stands."""

    title: str
    left: float
    width: float
    align: Align = Align.LEFT
    weight: Weight = Weight.REGULAR

    @property
    def text_width(self) -> float:
        return self.width - GAP_MM

    @property
    def edge(self) -> float:
        """Where its text begins, or ends."""
        return self.left if self.align is Align.LEFT else self.left + self.width


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a column: text, more text below it in bold, and bars or squares below that."""

    text: str = ""
    below: str = ""
    symbol: Symbol | Matrix | None = None
    weight: Weight | None = None
    size: float = BODY
    symbol_mm: float = CODE_MM


@dataclass(frozen=True, slots=True)
class Paper:
    """What is the same on every page of one document."""

    first_head_mm: float
    next_head_mm: float
    first_head: Callable[[Page, Box], None]
    next_head: Callable[[Page, Box], None]
    footer: str
    page_of: str  # such as "Page {0} of {1}"
    what: str  # such as "the packing slip", for a reason not to print


def columns_of(whole: Box, *given: tuple[str, float, Align] | tuple[str, float, Align, Weight]) -> tuple[Column, ...]:
    """Columns side by side; one of width 0 takes what the others leave."""
    rest = whole.width - sum(one[1] for one in given)
    left, columns = whole.left, []
    for title, width, align, *weight in given:
        columns.append(Column(title, left, width or rest, align, *weight))
        left += width or rest
    return tuple(columns)


def page_area(page: Page) -> Box:
    """The page within its margins."""
    return page.box.inset(MARGIN_MM, MARGIN_MM)


def draw_table(page: Page, paper: Paper, columns: Sequence[Column], rows: list[Row]) -> None:
    """Draws `rows` on as many pages as they need; raises DoesNotFit for a row longer than a page."""
    whole = page_area(page)
    pages = _dealt(rows, whole, paper)
    for number, (top, dealt) in enumerate(pages, start=1):
        if number == 1:
            paper.first_head(page, whole)
        else:
            paper.next_head(page, whole)
        if any(row.in_table for row in dealt):
            _heading(page, columns, whole, top)
        y = top + HEADING_MM
        for row in dealt:
            row.paint(page, y)
            y += row.height_mm
        foot = whole.bottom - cap_mm(BODY)
        footer = number_lines(paper.footer, whole.width - _PAGE_OF_MM, line_mm(CAPTION), _FOOTER_SIZES, Weight.REGULAR)
        page.paragraph(footer, Box(whole.left, foot, whole.width, 0), align=Align.LEFT)
        page.text(paper.page_of.format(number, len(pages)), whole.right, foot, BODY, Weight.BOLD, Align.RIGHT)
        if number < len(pages):
            page.turn()


def text_row(columns: Sequence[Column], cells: Sequence[Cell], whole: Box, least_mm: float = 0.0) -> Row:
    """One row of the table, as high as its longest cell (at least `least_mm`), with a thin line below it."""
    broken = [_broken(column, cell) for column, cell in zip(columns, cells, strict=True)]
    longest = max(_cell_height(cell, *texts) for cell, texts in zip(cells, broken, strict=True))
    height = max(longest + _PAD_MM + 0.3, least_mm)
    # Where one cell's script reaches higher than a capital, the whole row stands lower: one baseline for all.
    first = max((text.tops_mm[0] for text, _ in broken if text.lines), default=0.0)

    def paint(page: Page, top: float) -> None:
        y = top + _PAD_MM
        for column, cell, (text, below) in zip(columns, cells, broken, strict=True):
            _paint_lines(
                page, column, text, y + (first - text.tops_mm[0] if text.lines else 0), cell.weight or column.weight
            )
            _paint_lines(page, column, below, y + text.height_mm, Weight.BOLD)
            box = Box(column.left, y + text.height_mm + below.height_mm, column.text_width, cell.symbol_mm)
            if isinstance(cell.symbol, Matrix):
                page.matrix(cell.symbol, box, squares_dots(page.grid))
            elif cell.symbol is not None:
                page.symbol(cell.symbol, box, page.grid.code_x_dots[1:], column.align)
        page.rule(whole.left, top + height, whole.right, top + height, HAIRLINE_MM)

    return Row(height, paint)


def sums_row(columns: Sequence[Column], cells: Sequence[str], whole: Box, *, bold: bool = True) -> Row:
    """A line of totals below a thick line; texts are not broken."""

    def paint(page: Page, top: float) -> None:
        page.rule(whole.left, top, whole.right, top, RULE_MM)
        for column, text in zip(columns, cells, strict=True):
            if text:
                weight = Weight.BOLD if bold else Weight.REGULAR
                page.text(text, column.edge, top + 2.5, BODY, weight, column.align)

    return Row(9, paint)


def notes_rows(title: str, notes: str, whole: Box) -> list[Row]:
    """Free text below the table; long notes run on over pages."""
    if not notes.strip():
        return []
    texts = [text for part in notes.strip().splitlines() for text in broken_lines(part, whole.width, BODY)]
    shown = Paragraph(tuple(texts), BODY)
    rows = [Row(line_mm(BODY), lambda page, top: None, in_table=False), line_row(title, whole, Weight.BOLD)]
    tops = (*shown.tops_mm, shown.height_mm)
    for place, text in enumerate(texts):
        rows.append(line_row(text, whole, Weight.REGULAR, max(line_mm(BODY), tops[place + 1] - tops[place])))
    return rows


def line_row(text: str, whole: Box, weight: Weight, height_mm: float = line_mm(BODY)) -> Row:
    """One line across the page, outside of the table."""
    return Row(
        height_mm,
        lambda page, top: page.paragraph(Paragraph((text,), BODY), Box(whole.left, top, whole.width, 0), weight),
        in_table=False,
    )


def together(*rows: Row) -> Row:
    """Rows that no page break may part."""

    def paint(page: Page, top: float) -> None:
        for row in rows:
            row.paint(page, top)
            top += row.height_mm

    return Row(sum(row.height_mm for row in rows), paint, any(row.in_table for row in rows))


def _dealt(rows: list[Row], whole: Box, paper: Paper) -> list[tuple[float, list[Row]]]:
    """Rows by page, each page with the top of its table."""
    floor = whole.bottom - FOOTER_MM
    room = floor - whole.top - paper.next_head_mm - HEADING_MM
    pages: list[tuple[float, list[Row]]] = [(whole.top + paper.first_head_mm, [])]
    y = whole.top + paper.first_head_mm + HEADING_MM
    for number, row in enumerate(rows, start=1):
        if row.height_mm > room:
            raise DoesNotFit(f"row {number} of {paper.what} is longer than a page: shorten its description")
        if y + row.height_mm > floor:
            pages.append((whole.top + paper.next_head_mm, []))
            y = whole.top + paper.next_head_mm + HEADING_MM
        pages[-1][1].append(row)
        y += row.height_mm
    return pages


def _heading(page: Page, columns: Sequence[Column], whole: Box, top: float) -> None:
    page.rule(whole.left, top, whole.right, top, RULE_MM)
    for column in columns:
        page.fitted(
            column.title,
            Box(column.left, top + 2.8, column.width, 5),
            (HEADING, 6),
            Weight.BOLD,
            column.align,
            what="a column's title",
        )
    page.rule(whole.left, top + HEADING_MM, whole.right, top + HEADING_MM, RULE_MM)


def _broken(column: Column, cell: Cell) -> tuple[Paragraph, Paragraph]:
    room = column.text_width
    weight = cell.weight or column.weight
    text = broken_lines(cell.text, room, cell.size, weight) if cell.text else []
    below = broken_lines(cell.below, room, BODY, Weight.BOLD) if cell.below else []
    return Paragraph(tuple(text), cell.size), Paragraph(tuple(below), BODY)


def _cell_height(cell: Cell, text: Paragraph, below: Paragraph) -> float:
    return text.height_mm + below.height_mm + (cell.symbol_mm + 1.5 if cell.symbol is not None else 0.0)


def _paint_lines(page: Page, column: Column, shown: Paragraph, top: float, weight: Weight) -> None:
    for text, down in zip(shown.lines, shown.tops_mm, strict=True):
        page.text(text, column.edge, top + down, shown.size, weight, column.align)
