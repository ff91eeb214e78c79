"""The head of a paper: who sends it, what it is, its code, whom it is for, and the facts beside that.

One layout for every paper, so that a person finds the same thing in the same place. Knows no kind of document.
"""

from __future__ import annotations

from dataclasses import dataclass

from printing.codes import carried, squares_dots
from printing.fonts import Weight
from printing.page import Box, Page
from printing.paragraph import Align, DoesNotFit, Paragraph, broken_lines, fitted_lines, number_lines
from printing.symbols import Symbol
from printing.theme import (
    BODY,
    CAPTION,
    CODE_HEIGHT_MM,
    FACT,
    LEAST,
    LOGO_MM,
    NAME,
    NEXT_TITLE,
    PARTY,
    RULE_MM,
    SQUARES_MM,
    TITLE,
)

SENDER_MM = 33.0
NEXT_HEAD_MM = 26.0
_FACT_MM = 8.5
_PARTY_MM = 37.0
_PARTY_HEAD_MM = 7.5
_EASY = 9.0  # points
_VALUE_SHARE = 0.53


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the head says: `code` as bars with `code_text` below, one or two `parties`, and (title, value) `facts`."""

    title: str
    sender: tuple[str, ...]
    code: str
    code_text: str
    parties: tuple[tuple[str, tuple[str, ...]], ...]
    facts: tuple[tuple[str, str], ...]
    continued: str

    def height_mm(self, whole: Box) -> float:
        """From the top of the page to where the table begins: more for a long address, which stays easy to read."""
        room = whole.width / (len(self.parties) + 1) * _VALUE_SHARE
        facts = sum(_fact_mm(_value(value, room)) for _, value in self.facts)
        return SENDER_MM + 3 + max(self._party_mm(whole), facts + 2)

    def _party_mm(self, whole: Box) -> float:
        room = whole.width / (len(self.parties) + 1) - 5
        heights = [
            Paragraph(
                tuple(part for line in lines for part in broken_lines(line, room, _EASY, Weight.BOLD)), _EASY
            ).ink_mm
            for _, lines in self.parties
        ]
        return max((_PARTY_MM, *(_PARTY_HEAD_MM + height + 2 for height in heights))) if self.parties else 0.0

    def draw_first(self, page: Page, whole: Box) -> None:
        """The whole head; raises MissingGlyph or DoesNotFit."""
        half = whole.width / 2
        left = whole.left
        if shown := page.logo(Box(whole.left, whole.top, *LOGO_MM)):
            left = shown.right + 4
        width = whole.left + half - 5 - left
        name = page.block(self.sender[:1], Box(left, whole.top, width, 10), (NAME, 11, 7), Weight.BOLD, what="the name")
        below = Box(left, whole.top + name.height_mm + 1, width, SENDER_MM - 3 - name.height_mm)
        page.block(self.sender[1:], below, (BODY, 8, LEAST), what="the sender's address")
        page.fitted(
            self.title,
            Box(whole.left + half, whole.top, half, 8),
            (TITLE, 9),
            Weight.BOLD,
            Align.RIGHT,
            what="the title",
        )
        self._draw_code(page, Box(whole.left + half, whole.top + 10, half, CODE_HEIGHT_MM))
        top = whole.top + SENDER_MM
        page.rule(whole.left, top, whole.right, top, RULE_MM)
        share = whole.width / (len(self.parties) + 1)
        for place, (title, lines) in enumerate(self.parties):
            at = whole.left + place * share
            box = Box(at, top + _PARTY_HEAD_MM, share - 5, self._party_mm(whole) - _PARTY_HEAD_MM)
            address = page.block(lines, box, (PARTY, _EASY, LEAST), Weight.BOLD, what=f"the address below {title}")
            align, x = (Align.RIGHT, box.right) if address.is_right_to_left else (Align.LEFT, box.left)
            page.text(title, x, top + 3, CAPTION, align=align)
        self._draw_facts(page, Box(whole.right - share, top + 3, share, 0))

    def draw_next(self, page: Page, whole: Box) -> None:
        """The short head of a further page."""
        half = whole.width / 2
        title = Box(whole.left, whole.top, half - 5, 8)
        page.fitted(self.title, title, (NEXT_TITLE, 8), Weight.BOLD, what="the title")
        page.text(self.continued, whole.left, whole.top + 7, BODY)
        self._draw_code(page, Box(whole.left + half, whole.top, half, CODE_HEIGHT_MM))

    def _draw_code(self, page: Page, box: Box) -> None:
        # The margin on its right and the gap on its left are wider than any quiet zone.
        xs, squares = page.grid.code_x_dots, Box(box.left, box.top, box.width, SQUARES_MM)
        match carried(page, self.code, box.width, squares.height, xs, quiet_outside=True):
            case Symbol() as symbol:
                page.symbol(symbol, box, xs, Align.RIGHT, quiet_outside=True)
                words = Box(box.left, box.bottom + 2, box.width, squares.bottom - box.bottom - 2)
            case None:
                words = squares
            case matrix:
                xs = squares_dots(page.grid)
                side = page.matrix_side(matrix, squares.height, xs)
                page.matrix(matrix, Box(box.right - side, box.top, side, side), xs)
                words = Box(box.left, box.top, box.width - side - 2, squares.height)
        shown = number_lines(self.code_text, words.width, words.height, (12, 9, LEAST), Weight.BOLD)
        page.paragraph(shown, words, Weight.BOLD, Align.RIGHT)

    def _draw_facts(self, page: Page, box: Box) -> None:
        titles = [
            fitted_lines((title,), box.width * 0.45, 4, (CAPTION, 6, 5), Weight.REGULAR, what="a title")
            for title, _ in self.facts
        ]
        top = box.top
        for title, (_, value) in zip(titles, self.facts, strict=True):
            page.paragraph(title, Box(box.left, top + 0.6, box.width * 0.45, 4), align=Align.LEFT)
            beside = Box(box.left + box.width * (1 - _VALUE_SHARE), top, box.width * _VALUE_SHARE, 0)
            shown = _value(value, beside.width)
            page.paragraph(shown, beside, Weight.BOLD, Align.LEFT)
            top += _fact_mm(shown)


def _value(value: str, width: float) -> Paragraph:
    """A fact as large as its line allows; one that needs more than that gets more lines."""
    try:
        return fitted_lines((value,), width, _FACT_MM - 1, (FACT, 9, LEAST), Weight.BOLD, what="a fact")
    except DoesNotFit:
        return Paragraph(tuple(broken_lines(value, width, LEAST, Weight.BOLD)), LEAST)


def _fact_mm(shown: Paragraph) -> float:
    return max(_FACT_MM, shown.ink_mm + 1)
