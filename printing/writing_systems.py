"""Which script a character belongs to, where a word may be cut, and the fonts that pip can bring for a script.

Plain tables: cheap to import, knows no font and no page.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

JOINERS = "\u200c\u200d"
_VIRAMA = 9  # the combining class of signs that tie the next consonant to this one


@dataclass(frozen=True, slots=True)
class Wheel:
    """A font in a package: what pip calls it, where its file lies, and the scripts it is installed for."""

    requirement: str
    package: str
    path: str
    scripts: tuple[str, ...]


WHEELS = (
    Wheel("fontpkg-noto-sans-arabic", "fontpkg_noto_sans_arabic", "files/NotoSansArabic[wdth,wght].ttf", ("Arabic",)),
    Wheel("fontpkg-heebo", "fontpkg_heebo", "files/Heebo[wght].ttf", ("Hebrew",)),
    Wheel("fontpkg-noto-sans-thai", "fontpkg_noto_sans_thai", "files/NotoSansThai[wdth,wght].ttf", ("Thai",)),
    Wheel(
        "fontpkg-noto-sans-devanagari",
        "fontpkg_noto_sans_devanagari",
        "files/NotoSansDevanagari[wdth,wght].ttf",
        ("Devanagari",),
    ),
    Wheel("fontpkg-noto-sans-tamil", "fontpkg_noto_sans_tamil", "files/NotoSansTamil[wdth,wght].ttf", ("Tamil",)),
    Wheel("fontpkg-noto-sans-telugu", "fontpkg_noto_sans_telugu", "files/NotoSansTelugu[wdth,wght].ttf", ("Telugu",)),
    Wheel("fontpkg-noto-sans-khmer", "fontpkg_noto_sans_khmer", "files/NotoSansKhmer[wdth,wght].ttf", ("Khmer",)),
    Wheel("fontpkg-hind-siliguri", "fontpkg_hind_siliguri", "files/HindSiliguri-Regular.ttf", ("Bengali",)),
    Wheel(
        "noto-cjk-sans-jp-regular",
        "noto_cjk_sans_jp_regular",
        "NotoSansCJKjp-Regular.otf",
        ("Chinese or Japanese", "Japanese", "Korean"),
    ),
)

_SAID = {
    "CJK": "Chinese or Japanese",
    "IDEOGRAPHIC": "Chinese or Japanese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HALFWIDTH": "Japanese",
    "HANGUL": "Korean",
}


def script_of(text: str) -> str:
    """The script of the first letter in `text`, as people call it; empty where there is none."""
    for char in text:
        if unicodedata.category(char)[0] in "LM":
            return script_name(char)
    return ""


@cache
def script_name(char: str) -> str:
    """The script of one character as people call it: Latin, Greek, Chinese or Japanese; for a sign, its kind."""
    name = unicodedata.name(char, "")
    first = name.split(" ")[0].split("-")[0]
    if not first:
        return "unknown"
    if unicodedata.category(char) == "So" and first not in _SAID:
        return "emoji or symbol"
    return _SAID.get(first, first.capitalize())


def font_for(script: str) -> str:
    """What to install for `script`, as an order: a package for pip, else a font for the site's own folder."""
    for wheel in WHEELS:
        if script in wheel.scripts:
            return f"run `pip install {wheel.requirement}`"
    named = (
        "Noto Emoji" if script == "emoji or symbol" else "Noto Sans" if script == "unknown" else f"Noto Sans {script}"
    )
    return f"lay a font such as {named} into the folder that `fonts` in [labels] names"


def clusters(text: str) -> list[str]:
    """`text` cut into what a reader takes for one letter: a base with its marks, joined and stacked consonants."""
    found: list[str] = []
    for char in text:
        kind = unicodedata.category(char)
        before = found[-1][-1] if found else ""
        is_tied = before and (
            kind[0] == "M"
            or char in JOINERS
            or char == "\u0e33"  # Thai am, which takes its ring to the consonant before it
            or before == JOINERS[1]
            or (unicodedata.combining(before) == _VIRAMA and kind[0] == "L")
        )
        if is_tied:
            found[-1] += char
        else:
            found.append(char)
    return found
