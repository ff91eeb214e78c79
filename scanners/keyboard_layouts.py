"""What each key of a keyboard types, for a scanner that plays a US, UK, German, French or Spanish keyboard.

Decides characters, by the key codes of Linux (input-event-codes.h) and the layouts that scanners imitate: those of
Windows. A combining character stands for a dead key. Refuses to know modifiers' state, files and what is typed next.
"""

from collections.abc import Mapping
from typing import NamedTuple

# The key codes of the four rows, from the key left of 1, of Q, of A and of Z: the last row begins with the key that
# only ISO keyboards have.
_ROWS = ((41, *range(2, 14)), tuple(range(16, 28)), (*range(30, 41), 43), (86, *range(44, 54)))

_GRAVE, _ACUTE, _CIRCUMFLEX, _TILDE, _DIAERESIS = "\u0300", "\u0301", "\u0302", "\u0303", "\u0308"
SPACING = {_GRAVE: "`", _ACUTE: "´", _CIRCUMFLEX: "^", _TILDE: "~", _DIAERESIS: "¨"}
"""What a dead key types before a space."""


class Key(NamedTuple):
    """What one key types: alone, with Shift, with AltGr. Empty where it types nothing."""

    plain: str
    shift: str
    altgr: str = ""


class Layout(NamedTuple):
    """One country's keyboard; `decimal` is what the point of its number pad types."""

    keys: Mapping[int, Key]
    decimal: str = "."


def _layout(rows: tuple[tuple[str, str], ...], altgr: str = "", decimal: str = ".") -> Layout:
    """`rows` hold what the keys type alone and with Shift; `altgr` pairs of what a key types alone and with AltGr."""
    third = dict(zip(altgr[::2], altgr[1::2], strict=True))
    keys = {
        code: Key(plain.strip(), shift.strip(), third.get(plain, ""))
        for codes, (alone, shifted) in zip(_ROWS, rows, strict=True)
        for code, plain, shift in zip(codes, alone, shifted, strict=True)
    }
    return Layout(keys, decimal)


LAYOUTS: Mapping[str, Layout] = {
    "us": _layout(
        (
            ("`1234567890-=", "~!@#$%^&*()_+"),
            ("qwertyuiop[]", "QWERTYUIOP{}"),
            ("asdfghjkl;'\\", 'ASDFGHJKL:"|'),
            ("\\zxcvbnm,./", "|ZXCVBNM<>?"),
        )
    ),
    "uk": _layout(
        (
            ("`1234567890-=", '¬!"£$%^&*()_+'),
            ("qwertyuiop[]", "QWERTYUIOP{}"),
            ("asdfghjkl;'#", "ASDFGHJKL:@~"),
            ("\\zxcvbnm,./", "|ZXCVBNM<>?"),
        ),
        "`¦4€eéuúiíoóaá",
    ),
    "de": _layout(
        (
            (f"{_CIRCUMFLEX}1234567890ß{_ACUTE}", f'°!"§$%&/()=?{_GRAVE}'),
            ("qwertzuiopü+", "QWERTZUIOPÜ*"),
            ("asdfghjklöä#", "ASDFGHJKLÖÄ'"),
            ("<yxcvbnm,.-", ">YXCVBNM;:_"),
        ),
        "2²3³7{8[9]0}ß\\q@e€+~<|mµ",
        ",",
    ),
    "fr": _layout(
        (
            ("²&é\"'(-è_çà)=", " 1234567890°+"),
            (f"azertyuiop{_CIRCUMFLEX}$", f"AZERTYUIOP{_DIAERESIS}£"),
            ("qsdfghjklmù*", "QSDFGHJKLM%µ"),
            ("<wxcvbn,;:!", ">WXCVBN?./§"),
        ),
        f"é{_TILDE}\"#'{{([-|è{_GRAVE}_\\ç^à@)]=}}e€$¤",
    ),
    "es": _layout(
        (
            ("º1234567890'¡", 'ª!"·$%&/()=?¿'),
            (f"qwertyuiop{_GRAVE}+", f"QWERTYUIOP{_CIRCUMFLEX}*"),
            (f"asdfghjklñ{_ACUTE}ç", f"ASDFGHJKLÑ{_DIAERESIS}Ç"),
            ("<zxcvbnm,.-", ">ZXCVBNM;:_"),
        ),
        f"º\\1|2@3#4{_TILDE}5€6¬{_GRAVE}[+]{_ACUTE}{{ç}}e€",
    ),
}
