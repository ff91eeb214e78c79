"""Text broken into lines and sized for a place on the page: as large as it fits, and never smaller than can be read.

Refuses text that would have to be cut. Knows widths and heights of lines; nothing of where the place is, or for what.
"""

from __future__ import annotations

import enum

from printing.documents import DrawError
from printing.fonts import (
    CAP_HEIGHT,
    DESCENT,
    Weight,
    ink,
    is_right_to_left,
    kept,
    legible,
    needs_shaping,
    printable,
    width_points,
)
from printing.writing_systems import clusters

POINTS_PER_MM = 72 / 25.4
LEADING = 1.32  # stacked accents on a capital, as in Vietnamese, stay clear of the line above
CLEARANCE = 0.08  # of the font size, between the ink of two lines
SIZE_STEP = 0.5
# What may not begin a line in Chinese and Japanese; the letter before it goes along.
_NEVER_FIRST = frozenset("、。，．・：；？！）］｝〉》」』】〕ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々")


class DoesNotFit(DrawError):
    """Text or a symbol too long for its place at the smallest size that can still be read."""


class Align(enum.Enum):
    LEFT = 0.0
    CENTRE = 0.5
    RIGHT = 1.0


class Paragraph:
    """Text broken into lines at the size that fits; `tops_mm` is where each line's capitals begin, below the top."""

    __slots__ = ("_below_mm", "is_plain", "lines", "size", "tops_mm")

    def __init__(self, lines: tuple[str, ...], size: float) -> None:
        self.lines = lines
        self.size = size
        self.is_plain = not any(map(needs_shaping, lines))
        self.tops_mm: tuple[float, ...]
        if self.is_plain:
            pitch = line_mm(size)
            self.tops_mm = tuple([place * pitch for place in range(len(lines))])
            self._below_mm = (CAP_HEIGHT + DESCENT) * size / POINTS_PER_MM
        else:
            self.tops_mm = _tops_of(lines, size)
            self._below_mm = (CAP_HEIGHT + ink(lines[-1])[1]) * size / POINTS_PER_MM

    @property
    def height_mm(self) -> float:
        """From the top of the place to where the next paragraph's capitals would begin."""
        if not self.lines:
            return 0.0
        pitch = line_mm(self.size)
        return self.tops_mm[-1] + max(pitch, self._below_mm + pitch * 0.2)

    @property
    def ink_mm(self) -> float:
        """From the top of the place to the lowest ink of the last line."""
        return self.tops_mm[-1] + self._below_mm if self.lines else 0.0

    @property
    def is_right_to_left(self) -> bool:
        """Whether most lines begin at their right end, so that a reader looks for them there."""
        return not self.is_plain and 2 * sum(map(is_right_to_left, self.lines)) > len(self.lines)


def _tops_of(lines: tuple[str, ...], size: float) -> tuple[float, ...]:
    """Lines whose signs stack stand further apart, and lower below the top of their place."""
    tops: list[float] = []
    baseline, below = 0.0, 0.0
    for line in lines:
        above, deep = ink(line)
        if tops:
            reach = below + above + CLEARANCE if above > CAP_HEIGHT or below > DESCENT else 0.0
            baseline += max(LEADING, reach)
        else:
            baseline = above
        tops.append((baseline - CAP_HEIGHT) * size / POINTS_PER_MM)
        below = deep
    return tuple(tops)


def line_mm(size: float) -> float:
    """From one line of text to the next, at `size` points."""
    return size * LEADING / POINTS_PER_MM


def cap_mm(size: float) -> float:
    """The height of a capital letter at `size` points."""
    return size * CAP_HEIGHT / POINTS_PER_MM


def width_mm(text: str, weight: Weight, size: float) -> float:
    return width_points(printable(text), weight, size) / POINTS_PER_MM


def number_lines(
    text: str, width: float, height: float, sizes: tuple[float, float, float], weight: Weight
) -> Paragraph:
    """A number as fitted_lines would set it, in any case: a sign that no font here has is spelled by its code point.

    What is too long for the place all the same loses its middle, for numbers differ at their ends.
    """
    line = legible(text)
    try:
        return fitted_lines((line,), width, height, sizes, weight, what="the number")
    except DoesNotFit:
        signs = clusters(line)
    fit, far = 2, len(signs) - 1
    while fit < far:  # so many signs are kept
        kept_signs = (fit + far + 1) // 2
        if _shortened(signs, kept_signs, width, sizes[2], weight).ink_mm <= height:
            fit = kept_signs
        else:
            far = kept_signs - 1
    return _shortened(signs, fit, width, sizes[2], weight)


def _shortened(signs: list[str], kept_signs: int, width: float, size: float, weight: Weight) -> Paragraph:
    head = (kept_signs + 1) // 2
    line = "".join([*signs[:head], "…", *signs[len(signs) - kept_signs // 2 :]])
    return Paragraph(tuple(broken_lines(line, width, size, weight)), size)


@kept(1024)
def fitted_lines(
    lines: tuple[str, ...], width: float, height: float, sizes: tuple[float, float, float], weight: Weight, *, what: str
) -> Paragraph:
    """`lines` at the largest size that fits: unbroken down to the middle of `sizes`, then broken at words.

    `sizes` are the largest, the smallest for unbroken lines, and the smallest of all, in points; `width` and `height`
    are millimetres. Raises DoesNotFit, which calls the text by `what` it is.
    """
    most, unbroken, least = sizes
    clean = tuple(map(printable, lines))
    widest = max([width_points(line, weight, 1) for line in clean], default=0.0) / POINTS_PER_MM
    size = most if widest * most <= width else int(width / widest / SIZE_STEP) * SIZE_STEP
    while size >= unbroken:
        whole = Paragraph(clean, size)
        if whole.ink_mm <= height:
            return whole
        size -= SIZE_STEP
    size = most
    while size >= least:
        broken = Paragraph(tuple(part for line in clean for part in broken_lines(line, width, size, weight)), size)
        if broken.ink_mm <= height:
            return broken
        size -= SIZE_STEP
    raise DoesNotFit(f"{what} does not fit {width:.0f} x {height:.0f} mm: shorten it")


def broken_lines(text: str, room_mm: float, size: float, weight: Weight = Weight.REGULAR) -> list[str]:
    """`text` broken at spaces into lines of `room_mm`; a longer word is cut between two letters where the line ends."""
    lines: list[str] = []
    line = ""
    for word in printable(text).split(" "):
        joined = f"{line} {word}" if line else word
        if width_mm(joined, weight, size) <= room_mm:
            line = joined
            continue
        if line:
            lines.append(line)
        while width_mm(word, weight, size) > room_mm and len(clusters(word)) > 1:
            cut = _letters_that_fit(word, room_mm, size, weight)
            lines.append(word[:cut])
            word = word[cut:]
        line = word
    return [*lines, line] if line else lines or [""]


def _letters_that_fit(word: str, room_mm: float, size: float, weight: Weight) -> int:
    """How many characters of `word` fill a line, at least one letter."""
    letters = clusters(word)
    fit, far = 1, len(letters) - 1
    while fit < far:
        middle = (fit + far + 1) // 2
        if width_mm("".join(letters[:middle]), weight, size) <= room_mm:
            fit = middle
        else:
            far = middle - 1
    return sum(map(len, letters[: _before_a_break(letters, fit)]))


def _before_a_break(letters: list[str], fit: int) -> int:
    """Where to cut at or before `fit`, so that a house number stays whole and no sign begins a line."""
    cut = fit
    while cut > 1 and (letters[cut] in _NEVER_FIRST or (letters[cut].isascii() and letters[cut - 1].isascii())):
        cut -= 1
    return cut if cut > 1 else fit


def largest_size(text: str, room_mm: float, sizes: tuple[float, float], weight: Weight, what: str) -> float:
    """The largest of `sizes` (most, least) at which `text` fits on one line; raises DoesNotFit."""
    most, least = sizes
    at_most = width_mm(text, weight, most)
    if at_most <= room_mm:
        return most
    size = int(most * room_mm / at_most / SIZE_STEP) * SIZE_STEP
    if size < least:
        fit = int(len(text) * most * room_mm / at_most / least)
        raise DoesNotFit(f"{what} is too long at {len(text)} characters: shorten it to about {fit}")
    return size
