"""The sheet for trying a scanner: one large symbol, how to go about it, and what to set on the device.

The symbol stands alone at the top with white around it, so that no trigger pull can catch anything else.
"""

from __future__ import annotations

from printing.documents import ScannerCard
from printing.fonts import Weight
from printing.page import Box, Page
from printing.paragraph import Align, cap_mm, line_mm
from printing.symbols import fnc1_first

_MARGIN_MM = 20.0
_BARS_MM = 32.0
# On the office grid, 0.34 mm: a hand's scanner still sees all of it, and GS1 allows no symbol beyond 165 mm.
_X_DOTS = (4, 3)
_HEADING = 13.0
_TEXT = 11.0
_GAP_MM = 3.0
_NUMBER_MM = 8.0


def draw_scanner_card(page: Page, card: ScannerCard) -> None:
    """Draws the card on one sheet; raises MissingGlyph, DoesNotFit or SymbolError."""
    wide = page.box.inset(_MARGIN_MM, _MARGIN_MM)
    page.fitted(card.title, wide, (28, 12), Weight.BOLD, what="the title")
    symbol = fnc1_first(card.parts)
    top = wide.top + cap_mm(28) + 14
    across = Box(_MARGIN_MM / 2, top, page.box.width - _MARGIN_MM, _BARS_MM)
    bars = page.symbol(symbol, across, _X_DOTS)
    below = Box(bars.left, bars.bottom + 2, bars.width, 5)
    page.fitted(symbol.text, below, (9, 5), align=Align.CENTRE, what="the text")
    top = bars.bottom + 22
    page.rule(wide.left, top, wide.right, top)
    top = _listed(page, card.steps, wide, top + 10, numbered=True)
    top += 6
    page.rule(wide.left, top, wide.right, top)
    _listed(page, card.settings, wide, top + 10, numbered=False)


def _listed(page: Page, texts: tuple[str, ...], wide: Box, top: float, *, numbered: bool) -> float:
    """One paragraph under the other; where the next thing may begin."""
    for number, text in enumerate(texts, 1):
        page.text(f"{number}." if numbered else "-", wide.left, top, _HEADING if numbered else _TEXT, Weight.BOLD)
        room = Box(wide.left + _NUMBER_MM, top, wide.width - _NUMBER_MM, 3 * line_mm(_TEXT))
        shown = page.block((text,), room, (_TEXT, _TEXT, 8), what="a step")
        top += shown.height_mm + _GAP_MM
    return top
