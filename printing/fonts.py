"""Which font draws each character, and how wide and tall a line of text is. Refuses to know where it stands.

Latin, Greek and Cyrillic come whole from Fira Sans, as text; a rare letter that it lacks from DejaVu Sans Mono. A line
in any other script goes to printing.shaping, which is first imported then. What no font here draws is refused with the
font to install: a box is never printed.
"""

from __future__ import annotations

import enum
import threading
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from printing.bidi import has_right_to_left, runs_right_to_left
from printing.documents import DrawError
from printing.writing_systems import JOINERS, font_for, script_name

if TYPE_CHECKING:
    from printing.shaping import Faces, Outlines

P = ParamSpec("P")
T = TypeVar("T")


class Weight(enum.Enum):
    REGULAR = "FloorRegular"
    BOLD = "FloorBold"


FALLBACK = "FloorFallback"
CAP_HEIGHT = 0.689  # of the font size, in Fira Sans
DESCENT = 0.265
JAPANESE = "ja"

_FILES = {
    Weight.REGULAR.value: ("fontpkg_fira_sans", "files/FiraSans-Regular.ttf"),
    Weight.BOLD.value: ("fontpkg_fira_sans", "files/FiraSans-Bold.ttf"),
    FALLBACK: ("barcode", "fonts/DejaVuSansMono.ttf"),
}
_UNSHAPED_SCRIPTS = ("Latin", "Greek", "Cyrillic", "Armenian", "Georgian")
_PLAIN = str.maketrans({"\u2010": "-", "\u2011": "-", "\u00a0": " ", "\u202f": " ", "\u2007": " "})
_MOST_SHOWN = 12
_loading = threading.Lock()


class MissingGlyph(DrawError):
    """Text that no font here can draw; the message names the characters only, since text may be personal."""

    def __init__(self, text: str, characters: str) -> None:
        self.text = text
        self.characters = characters
        shown = characters if len(characters) <= _MOST_SHOWN else characters[:_MOST_SHOWN] + "…"
        scripts = list(dict.fromkeys(script_name(char) for char in characters))
        remedies = list(dict.fromkeys(font_for(script) for script in scripts))
        super().__init__(
            f"no font here draws {shown} ({', '.join(scripts)}): {' and '.join(remedies)}, "
            "or give this text in Latin letters; then print again"
        )


@dataclass(frozen=True, slots=True)
class TextRun:
    """A stretch of a line that one of the embedded fonts draws as text."""

    font: str
    text: str
    width: float  # at one point


def use_folder(folder: Path | None) -> None:
    """Puts the fonts in a site's own `folder` before those that pip brought; read when first needed."""
    global _folder
    if folder != _folder:
        _folder = folder
        for forget in _depending:
            forget()


_folder: Path | None = None
_depending: list[Callable[[], None]] = []


def kept(maxsize: int | None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keeps what a function answered last, as `lru_cache` does, until a site's own fonts change it."""

    def keep(function: Callable[P, T]) -> Callable[P, T]:
        keeping = lru_cache(maxsize)(function)
        _depending.append(keeping.cache_clear)
        return cast("Callable[P, T]", keeping)

    return keep


@cache
def _fonts() -> Mapping[str, Any]:
    """The loaded fonts by name; loading takes some 20 ms and happens once a process."""
    with _loading:
        loaded = {}
        for name in _FILES:
            # Without `asciiReadable` a page embeds only the characters on it: half the time, half the bytes.
            loaded[name] = TTFont(name, str(_path(name)), asciiReadable=False)
            pdfmetrics.registerFont(loaded[name])
        return loaded


def _path(name: str) -> Path:
    package, path = _FILES[name]
    return Path(str(files(package) / path))


@cache
def _characters(font: str) -> frozenset[str]:
    """What a text font draws one by one: marks that combine with a letter need shaping, and are left out."""
    return frozenset(
        char for char in map(chr, _fonts()[font].face.charToGlyph) if unicodedata.category(char) not in ("Mn", "Cf")
    )


@cache
def _plain_characters() -> frozenset[str]:
    """What can be drawn as text, without shaping."""
    own = _characters(Weight.BOLD.value)
    return own | {char for char in _characters(FALLBACK) if char not in own and _needs_no_shaping(char)}


@kept(None)
def _faces() -> Faces:
    from printing.shaping import Faces

    return Faces(_folder, (_path(Weight.REGULAR.value), _path(Weight.BOLD.value)))


@kept(4096)
def printable(text: str) -> str:
    """`text` composed (NFC), on one line, with only characters that can be drawn; raises MissingGlyph."""
    if text.isascii():
        line = " ".join(text.split())
        if _plain_characters().issuperset(line):
            return line
    composed = unicodedata.normalize("NFC", text).translate(_PLAIN)
    bare = "".join(char for char in composed if unicodedata.category(char) != "Cf")
    line = " ".join(bare.split())
    if _plain_characters().issuperset(line):
        return line
    from printing.shaping import missing

    # Joiners that stand in the text are spelling in Persian and Hindi; every other invisible character goes.
    kept = "".join(char for char in composed if char in JOINERS or unicodedata.category(char) != "Cf")
    line = " ".join(kept.split())
    lacking = missing(line, _faces(), _plain_characters())
    if lacking:
        line = "".join(unicodedata.normalize("NFKC", char) if char in lacking else char for char in line)
        lacking = missing(line, _faces(), _plain_characters())
    if lacking:
        raise MissingGlyph(text, "".join(sorted(lacking)))
    return line


@kept(1024)
def legible(number: str) -> str:
    """A number as it can be drawn in any case: signs that no font here has, or that nobody sees, as <U+12A0>.

    For numbers alone: a person's name that cannot be drawn whole is refused, as by `printable`.
    """
    line = unicodedata.normalize("NFC", number)
    spelled: set[str] = set()
    while line:
        try:
            if seen := printable("".join(f"<U+{ord(sign):04X}>" if sign in spelled else sign for sign in line)):
                return seen
            spelled = set(line)
        except MissingGlyph as error:
            spelled |= (set(error.characters) & set(line)) - spelled or set(line)
    return ""


@lru_cache(maxsize=4096)
def runs(line: str, weight: Weight) -> tuple[tuple[str, str], ...]:
    """A line that needs no shaping as (font name, text) runs, each drawn whole by its font."""
    own = _characters(weight.value)
    if own.issuperset(line):
        return ((weight.value, line),)
    return tuple(
        (weight.value if in_own else FALLBACK, "".join(chars)) for in_own, chars in groupby(line, own.__contains__)
    )


@kept(4096)
def set_as_text(text: str, weight: Weight) -> tuple[str, tuple[tuple[str, str], ...] | None]:
    """`text` as it is printed, and its runs; no runs where it needs shaping. Raises MissingGlyph."""
    line = printable(text)
    return line, None if needs_shaping(line) else runs(line, weight)


def needs_shaping(line: str) -> bool:
    """Whether the printable `line` holds anything that text fonts cannot draw letter by letter from the left."""
    return not _plain_characters().issuperset(line)


@kept(1024)
def pieces(line: str, weight: Weight, language: str = JAPANESE) -> tuple[TextRun | Outlines, ...]:
    """A line that needs shaping, from left to right; `language` picks the shapes of Chinese characters."""
    from printing.shaping import Plain, laid_out

    found: list[TextRun | Outlines] = []
    for part in laid_out(line, weight is Weight.BOLD, _faces(), _plain_characters(), language):
        found.extend(_text_runs(part.text, weight) if isinstance(part, Plain) else (part,))
    return tuple(found)


def _text_runs(line: str, weight: Weight) -> tuple[TextRun, ...]:
    fonts = _fonts()
    return tuple(TextRun(font, text, float(fonts[font].stringWidth(text, 1))) for font, text in runs(line, weight))


def width_points(line: str, weight: Weight, size: float) -> float:
    """How wide the printable `line` is at `size` points."""
    return _width_at_one_point(line, weight) * size


@kept(4096)
def _width_at_one_point(line: str, weight: Weight) -> float:
    if not needs_shaping(line):
        fonts = _fonts()
        return sum(float(fonts[font].stringWidth(text, 1)) for font, text in runs(line, weight))
    return sum(piece.width if isinstance(piece, TextRun) else piece.width / 1000 for piece in pieces(line, weight))


@kept(4096)
def ink(line: str) -> tuple[float, float]:
    """How far the printable `line` reaches above and below its baseline, in parts of the font size.

    A capital and a descender for text; more where a script stacks its signs.
    """
    above, below = CAP_HEIGHT, DESCENT
    if needs_shaping(line):
        for piece in pieces(line, Weight.BOLD):
            if not isinstance(piece, TextRun):
                above, below = max(above, piece.above / 1000), max(below, piece.below / 1000)
    return above, below


def is_right_to_left(line: str) -> bool:
    """Whether a reader begins the line at its right end."""
    return has_right_to_left(line) and runs_right_to_left(line)


def _needs_no_shaping(char: str) -> bool:
    if unicodedata.bidirectional(char) in ("R", "AL", "AN"):
        return False
    # Digits and signs of one script belong into its own font; those from U+2000 on belong to all of them.
    is_sign = unicodedata.category(char)[0] in "NPSZ" and not 0x590 <= ord(char) < 0x2000
    return is_sign or script_name(char) in _UNSHAPED_SCRIPTS
