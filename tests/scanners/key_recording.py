"""A scanner in keyboard mode, at the edge of hardware: the key events that it sends for a text.

Written against the layouts as printed on keycaps, not against the code under test: each table below names keys by their
place, as a scanner's firmware would.
"""

from __future__ import annotations

import struct

_EVENT = struct.Struct("llHHi")
LEFT_CTRL, LEFT_SHIFT, RIGHT_SHIFT, LEFT_ALT, CAPSLOCK, ALTGR = 29, 42, 54, 56, 58, 100
ENTER, TAB, SPACE, RIGHT_BRACKET, KP_ENTER = 28, 15, 57, 27, 96

_PLACES = {
    **{str(n % 10): n + 1 for n in range(1, 11)},
    **{key: 16 + n for n, key in enumerate("QWERTYUIOP[]")},
    **{key: 30 + n for n, key in enumerate("ASDFGHJKL;'")},
    **{key: 44 + n for n, key in enumerate("ZXCVBNM,./")},
    "-": 12,
    "=": 13,
    "`": 41,
    "\\": 43,
    "<": 86,
    " ": SPACE,
}
# What to press (places of a US keyboard) for characters that a warehouse barcode holds: s = Shift, g = AltGr.
PRESSES = {
    "us": {"]": "]", '"': "s'", "{": "s[", "_": "s-", "/": "/", ":": "s;", "@": "s2", "#": "s3", "|": "s\\", "-": "-",
           "~": "s`"},
    "uk": {"]": "]", "@": "s'", "#": "\\", '"': "s2", "~": "s\\", "|": "s<", "-": "-", "_": "s-", ":": "s;"},
    "de": {"]": "g9", '"': "s2", "[": "g8", "{": "g7", "\\": "g-", "@": "gQ", "|": "g<", "~": "g]", "/": "s7",
           ":": "s.", "-": "/", "_": "s/", "#": "\\", "z": "Y", "Z": "sY", "y": "Z", "Y": "sZ", "+": "]", "^": "` ",
           "'": "s\\"},
    "fr": {"]": "g-", '"': "3", "[": "g5", "{": "g4", "|": "g6", "\\": "g8", "@": "g0", "#": "g3", "/": "s.", ":": ".",
           "-": "6", "_": "8", "a": "Q", "A": "sQ", "q": "A", "Q": "sA", "z": "W",
           "Z": "sW", "w": "Z", "W": "sZ", "m": ";", "M": "s;", **{str(n % 10): f"s{n % 10}" for n in range(1, 11)},
           "~": "g2 ", "^": "g9", "é": "2"},
    "es": {"]": "g]", "[": "g[", "{": "g'", "|": "g1", "@": "g2", "#": "g3", "\\": "g`", "/": "s7", ":": "s.", "-": "/",
           "_": "s/", "~": "g4 ", "ñ": ";", "^": "s[ "},
}  # fmt: skip


def event(kind: int, code: int, value: int) -> bytes:
    return _EVENT.pack(1, 2, kind, code, value)


def report(*keys: tuple[int, int]) -> bytes:
    """Changes of keys as the kernel passes them on: a scan code, the key, the end of the report."""
    return b"".join(event(4, 4, 0x70004) + event(1, code, value) + event(0, 0, 0) for code, value in keys)


def press(code: int, *held: int) -> bytes:
    down = [(each, 1) for each in (*held, code)]
    return report(*down, *((each, 0) for each, _ in reversed(down)))


def typed(text: str, layout: str = "us", *, end: int = ENTER, altgr: tuple[int, ...] = (ALTGR,)) -> bytes:
    """The events of one read."""
    out = b""
    for character in text:
        if character == "\x1d":
            out += press(RIGHT_BRACKET, LEFT_CTRL)
            continue
        pressed = PRESSES[layout].get(character) or ("s" if character.isupper() else "") + character.upper()
        for place, level in _presses(pressed):
            held = {"s": (LEFT_SHIFT,), "g": altgr}.get(level, ())
            out += press(_PLACES[place], *held)
    return out + (press(end) if end else b"")


def _presses(spelled: str) -> list[tuple[str, str]]:
    level = ""
    out = []
    for place, each in enumerate(spelled):
        if each in "sg" and place + 1 < len(spelled):
            level = each
        else:
            out.append((each, level))
            level = ""
    return out
