"""What a key types under a country's keyboard: the same key, read on two layouts, gives two characters.

Decides which characters stand on which key, for the countries that scanners are set to most. Refuses to know key
codes: a key is its place on the board. Dead keys and keys that type nothing alone are left out.
"""

from __future__ import annotations

from functools import lru_cache

# Each level is the four rows of the main block, left to right, the key beside the left Shift first in the last one.
# A blank is a key that types nothing by itself: a dead accent, or none at all.
_US = (
    "`1234567890-= qwertyuiop[] asdfghjkl;'\\ \0zxcvbnm,./",
    '~!@#$%^&*()_+ QWERTYUIOP{} ASDFGHJKL:"| \0ZXCVBNM<>?',
)
_UK = (
    "`1234567890-= qwertyuiop[] asdfghjkl;'# \\zxcvbnm,./",
    '¬!"£$%^&*()_+ QWERTYUIOP{} ASDFGHJKL:@~ |ZXCVBNM<>?',
)
_DE = (
    "\0001234567890ß\0 qwertzuiopü+ asdfghjklöä# <yxcvbnm,.-",
    "°!\"§$%&/()=?\0 QWERTZUIOPÜ* ASDFGHJKLÖÄ' >YXCVBNM;:_",
    "\0\0²³\0\0\0{[]}\\\0 @\0€\0\0\0\0\0\0\0\0~ \0\0\0\0\0\0\0\0\0\0\0\0 |\0\0\0\0\0\0µ\0\0\0",
)
_FR = (
    "²&é\"'(-è_çà)= azertyuiop\0$ qsdfghjklmù* <wxcvbn,;:!",
    "\0001234567890°+ AZERTYUIOP\0£ QSDFGHJKLM%µ >WXCVBN?./§",
    "\0\0\0#{[|\0\\\0@]} \0\0€\0\0\0\0\0\0\0\0¤ \0\0\0\0\0\0\0\0\0\0\0\0 \0\0\0\0\0\0\0\0\0\0\0",
)
_ES = (
    "º1234567890'¡ qwertyuiop\0+ asdfghjklñ\0ç <zxcvbnm,.-",
    'ª!"·$%&/()=?¿ QWERTYUIOP\0* ASDFGHJKLÑ\0Ç >ZXCVBNM;:_',
    "\\|@#\0€¬\0\0\0\0\0\0 \0\0\0\0\0\0\0\0\0\0[] \0\0\0\0\0\0\0\0\0\0{} \0\0\0\0\0\0\0\0\0\0\0",
)
LAYOUTS = {"US": _US, "UK": _UK, "German": _DE, "French": _FR, "Spanish": _ES}


@lru_cache(maxsize=64)
def _keys(layout: str) -> dict[str, tuple[int, int]]:
    """Character -> (level, place); the plainest level wins."""
    keys: dict[str, tuple[int, int]] = {}
    for level, row in enumerate(LAYOUTS[layout]):
        for place, sign in enumerate(row):
            if sign not in " \0":
                keys.setdefault(sign, (level, place))
    return keys


def typed(text: str, scanner: str, host: str) -> str:
    """What a computer set to layout `host` makes of `text` from a scanner that types as on layout `scanner`.

    A character that comes to a dead key, or to a level that the host does not have, is lost. Both are names in LAYOUTS.
    """
    keys, levels = _keys(scanner), LAYOUTS[host]
    out = ""
    for sign in text:
        level, place = keys.get(sign, (-1, -1))
        if place < 0:
            out += sign
        elif level < len(levels):
            out += levels[level][place].replace("\0", "")
    return out
