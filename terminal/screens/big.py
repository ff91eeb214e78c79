"""Letters that are read from an arm's length: text as rows of half blocks, at any whole scale.

Decides the shape of each character (5 dots high, two dots to a row of the screen) and what cannot be shaped. Colours
and places are the layout's business.
"""

from __future__ import annotations

_DOTS_HIGH = 5

# Each glyph from its top row to its bottom row; O is round and 0 is square, so that A-0 and A-O stay apart.
_GLYPHS = {
    "0": "111 101 101 101 111",
    "1": "010 110 010 010 111",
    "2": "111 001 111 100 111",
    "3": "111 001 011 001 111",
    "4": "101 101 111 001 001",
    "5": "111 100 111 001 111",
    "6": "111 100 111 101 111",
    "7": "111 001 001 010 010",
    "8": "111 101 111 101 111",
    "9": "111 101 111 001 111",
    "A": "010 101 111 101 101",
    "B": "110 101 110 101 110",
    "C": "011 100 100 100 011",
    "D": "110 101 101 101 110",
    "E": "111 100 110 100 111",
    "F": "111 100 110 100 100",
    "G": "0111 1000 1011 1001 0111",
    "H": "101 101 111 101 101",
    "I": "111 010 010 010 111",
    "J": "001 001 001 101 010",
    "K": "1001 1010 1100 1010 1001",
    "L": "100 100 100 100 111",
    "M": "10001 11011 10101 10001 10001",
    "N": "1001 1101 1011 1001 1001",
    "O": "0110 1001 1001 1001 0110",
    "P": "110 101 110 100 100",
    "Q": "0110 1001 1001 1010 0101",
    "R": "110 101 110 101 101",
    "S": "011 100 010 001 110",
    "T": "111 010 010 010 010",
    "U": "101 101 101 101 111",
    "V": "101 101 101 101 010",
    "W": "10001 10001 10101 11011 10001",
    "X": "101 101 010 101 101",
    "Y": "101 101 010 010 010",
    "Z": "111 001 010 100 111",
    " ": "00 00 00 00 00",
    "-": "000 000 111 000 000",
    "_": "000 000 000 000 111",
    ".": "0 0 0 0 1",
    ":": "0 1 0 1 0",
    "/": "001 001 010 100 100",
    "+": "000 010 111 010 000",
}
_DOTS = {sign: tuple(rows.split()) for sign, rows in _GLYPHS.items()}
_HALF_BLOCKS = {"00": " ", "10": "▀", "01": "▄", "11": "█"}


def height(scale: int) -> int:
    """Rows of the screen that text of this scale takes."""
    return (_DOTS_HIGH * scale + 1) // 2


def width(text: str, scale: int) -> int | None:
    """Columns that `text` takes, or None where it holds a character without a shape."""
    if not text or any(sign not in _DOTS for sign in text):
        return None
    return scale * (sum(len(_DOTS[sign][0]) + 1 for sign in text) - 1)


def rows(text: str, scale: int) -> list[str]:
    """`text` as rows of the screen; KeyError for a character without a shape, so ask `width` first."""
    dots: list[str] = []
    for y in range(_DOTS_HIGH):
        line = "0".join(_DOTS[sign][y] for sign in text)
        dots += ["".join(dot * scale for dot in line)] * scale
    if len(dots) % 2:
        dots.append("0" * len(dots[0]))
    return [
        "".join(_HALF_BLOCKS[upper + lower] for upper, lower in zip(dots[y], dots[y + 1], strict=True))
        for y in range(0, len(dots), 2)
    ]


def largest(text: str, columns: int, at_most: int) -> int:
    """The largest scale up to `at_most` at which `text` fits in `columns`; 0 where none does."""
    for scale in range(at_most, 0, -1):
        if (needed := width(text, scale)) is not None and needed <= columns:
            return scale
    return 0
