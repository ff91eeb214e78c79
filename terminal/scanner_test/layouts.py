"""What a computer makes of a scanner that types as on another country's keyboard.

Decides how one key is read on two layouts. Which characters stand on a key is `scanners.keyboard_layouts`' knowledge.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from scanners.keyboard_layouts import LAYOUTS as _LAYOUTS

LAYOUTS = {"US": "us", "UK": "uk", "German": "de", "French": "fr", "Spanish": "es"}
"""The countries by the names that a scanner's manual gives them; the likeliest first."""


def typed(text: str, scanner: str, host: str) -> str:
    """What a computer set to layout `host` makes of `text` from a scanner that types as on layout `scanner`.

    A character that comes to a dead key, or to a level that the host does not have, is lost. Both are names in LAYOUTS.
    """
    keys, there = _keys(scanner), _LAYOUTS[LAYOUTS[host]].keys
    out = ""
    for sign in text:
        if sign not in keys:
            out += sign
            continue
        code, level = keys[sign]
        came = there[code][level] if code in there else ""
        out += "" if unicodedata.combining(came[:1] or " ") else came
    return out


@lru_cache(maxsize=16)
def _keys(layout: str) -> dict[str, tuple[int, int]]:
    """Character -> key and level; the plainest level wins, and the key that every keyboard has."""
    keys: dict[str, tuple[int, int]] = {}
    for level in range(3):
        for code, key in sorted(_LAYOUTS[LAYOUTS[layout]].keys.items(), key=lambda each: each[0] == 86):
            if sign := key[level]:
                keys.setdefault(sign, (code, level))
    return keys
