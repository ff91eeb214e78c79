"""The order of drawing, judged by the Unicode algorithm of another program."""

from __future__ import annotations

import random
import unicodedata

import bidi
import pytest

from printing.bidi import has_right_to_left, runs_right_to_left, visual_runs

LETTERS = "abcZ אבגש عربم 0123 ١٢٣۴ ,.:+-$%() []/«» \u05b9\u064e"


def drawn(text: str) -> str:
    """`text` as it is drawn, a character at a time; marks are left out, since shaping puts them on their letter."""
    runs = [text[start:end][::-1] if leftwards else text[start:end] for start, end, leftwards in visual_runs(text)]
    return without_marks("".join(runs))


def without_marks(text: str) -> str:
    return "".join(char for char in text if not unicodedata.combining(char))


def prove(count: int, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(count):
        text = "".join(chance.choices(LETTERS, k=chance.randint(1, 16)))
        # The other program's answer has brackets as they stand in the text, as ours has.
        assert drawn(text) == without_marks(bidi.get_display(text)), repr(text)


def test_random_lines_of_mixed_direction_are_ordered_as_unicode_says():
    prove(3000, 1)


@pytest.mark.long
def test_a_hundred_thousand_random_lines_are_ordered_as_unicode_says():
    prove(100_000, 2)


def test_an_address_with_a_house_number_and_a_latin_name_reads_right():
    assert drawn("שארע 12, Tel Aviv") == "Tel Aviv ,12 עראש"
    assert drawn("(12) שארע") == "עראש )12("
    assert drawn("12 High Street") == "12 High Street"


def test_the_first_letter_says_where_a_line_begins():
    assert runs_right_to_left("12 שארע") and not runs_right_to_left("12 High Street שארע")
    assert not runs_right_to_left("123") and not has_right_to_left("123")
