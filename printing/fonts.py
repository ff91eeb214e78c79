"""Which font draws which character, and how wide text is. Refuses to know where on a page it stands.

Latin, Greek and Cyrillic come whole from Fira Sans; a rare letter that it lacks comes from DejaVu Sans Mono. Scripts
that must be shaped or run from right to left, and those with no font here, are refused: a box is never printed.
"""

from __future__ import annotations

import enum
import threading
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from printing.documents import DrawError


class Weight(enum.Enum):
    REGULAR = "FloorRegular"
    BOLD = "FloorBold"


FALLBACK = "FloorFallback"
CAP_HEIGHT = 0.689  # of the font size, in Fira Sans
DESCENT = 0.265

_FILES = {
    Weight.REGULAR.value: ("fontpkg_fira_sans", "files/FiraSans-Regular.ttf"),
    Weight.BOLD.value: ("fontpkg_fira_sans", "files/FiraSans-Bold.ttf"),
    FALLBACK: ("barcode", "fonts/DejaVuSansMono.ttf"),
}
_UNSHAPED_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN")
_PLAIN = str.maketrans({"\u2010": "-", "\u2011": "-", "\u00a0": " ", "\u202f": " ", "\u2007": " "})
_loading = threading.Lock()


class MissingGlyph(DrawError):
    """Text that no font here can draw rightly; the message names the characters only, since text may be personal."""

    def __init__(self, text: str, characters: str) -> None:
        self.text = text
        self.characters = characters
        shown = characters if len(characters) <= 12 else characters[:12] + "…"
        scripts = ", ".join(sorted({_script(char) for char in characters}))
        super().__init__(f"no font here draws {shown} ({scripts}): give this text in Latin letters, then print again")


@cache
def _fonts() -> Mapping[str, Any]:
    """The loaded fonts by name; loading takes some 20 ms and happens once a process."""
    with _loading:
        loaded = {}
        for name, (package, path) in _FILES.items():
            # Without `asciiReadable` a page embeds only the characters on it: half the time, half the bytes.
            loaded[name] = TTFont(name, str(files(package) / path), asciiReadable=False)
            pdfmetrics.registerFont(loaded[name])
        return loaded


@cache
def _characters(font: str) -> frozenset[str]:
    return frozenset(map(chr, _fonts()[font].face.charToGlyph))


@lru_cache(maxsize=4096)
def printable(text: str) -> str:
    """`text` composed (NFC), on one line, with only characters that can be drawn; raises MissingGlyph."""
    composed = unicodedata.normalize("NFC", text).translate(_PLAIN)
    kept = "".join(char for char in composed if unicodedata.category(char) != "Cf")
    line = " ".join(kept.split())
    odd = set(line) - _characters(Weight.BOLD.value)
    missing = "".join(sorted(char for char in odd if not _fallback_draws(char)))
    if missing:
        raise MissingGlyph(text, missing)
    return line


@lru_cache(maxsize=4096)
def runs(line: str, weight: Weight) -> tuple[tuple[str, str], ...]:
    """The printable `line` as (font name, text) runs, each drawn whole by its font."""
    own = _characters(weight.value)
    if own.issuperset(line):
        return ((weight.value, line),)
    return tuple(
        (weight.value if in_own else FALLBACK, "".join(chars)) for in_own, chars in groupby(line, own.__contains__)
    )


def width_points(line: str, weight: Weight, size: float) -> float:
    """How wide the printable `line` is at `size` points."""
    return _width_at_one_point(line, weight) * size


@lru_cache(maxsize=4096)
def _width_at_one_point(line: str, weight: Weight) -> float:
    fonts = _fonts()
    return sum(float(fonts[font].stringWidth(text, 1)) for font, text in runs(line, weight))


def _fallback_draws(char: str) -> bool:
    if char not in _characters(FALLBACK) or unicodedata.bidirectional(char) in ("R", "AL", "AN"):
        return False
    return unicodedata.category(char)[0] in "NPSZ" or _script(char).upper() in _UNSHAPED_SCRIPTS


def _script(char: str) -> str:
    name = unicodedata.name(char, "")
    first = name.split(" ")[0].split("-")[0]
    return {"": "unknown", "CJK": "Chinese or Japanese", "HANGUL": "Korean"}.get(first, first.capitalize())
