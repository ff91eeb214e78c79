"""A number on paper for a scanner: as bars where they hold it and have room, else as a QR code, else as text alone.

Decides which of these it is, so that nothing that somebody calls an order, a product or a walk keeps a paper from being
printed; the number stands beside it for people in any case. Refuses to know what is numbered.
"""

from __future__ import annotations

from collections.abc import Callable

from printing.page import Grid, Page
from printing.symbols import Matrix, Symbol, SymbolError, code128, qr


def carried(
    page: Page,
    text: str,
    width_mm: float,
    height_mm: float,
    x_dots: tuple[int, ...],
    *,
    make: Callable[[str], Symbol] = code128,
    quiet_outside: bool = False,
) -> Symbol | Matrix | None:
    """What holds `text` in that room: the bars that `make` draws at one of `x_dots`, or a QR code; None for neither."""
    try:
        symbol = make(text)
    except SymbolError:
        pass
    else:
        if page.symbol_x(symbol, width_mm, x_dots, quiet_outside=quiet_outside):
            return symbol
    try:
        matrix = qr(text)
    except SymbolError:
        return None
    return matrix if page.matrix_x(matrix, min(width_mm, height_mm), squares_dots(page.grid)) else None


def squares_dots(grid: Grid) -> tuple[int, ...]:
    """The Xs of a QR code that holds a number: best first, and no finer than that printer's bars."""
    return tuple(sorted({*grid.matrix_x_dots, *grid.code_x_dots}, reverse=True))
