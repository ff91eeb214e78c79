"""The grammar of our own barcodes: `FH`, a letter for the kind, `-`, a body, a check character.

Decides what one of our barcodes says; which shelf or tote the body names is the records' business.
The alphabet holds nothing that a scanner in keyboard mode, a tty or Textual could take for a command, and the check
character (ISO 7064 MOD 37,36) catches what a wrong keyboard layout does to letters (Y for Z, A for Q).
"""

from __future__ import annotations

from enum import Enum

import msgspec

PREFIX = "FH"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Kind(Enum):
    """What a barcode of ours names; the value is its letter."""

    LOCATION = "L"
    TOTE = "T"
    PRODUCT = "I"
    BADGE = "B"
    COMMAND = "K"
    STATION = "S"
    MANIFEST = "M"


class BarcodeError(ValueError):
    """Text that begins like one of our barcodes and is none; says what is wrong with it."""


class OwnBarcode(msgspec.Struct, frozen=True):
    """One barcode of ours, taken apart."""

    kind: Kind
    body: str

    @property
    def text(self) -> str:
        """What stands in the symbol."""
        return encode(self.kind, self.body)


def encode(kind: Kind, body: str) -> str:
    """The text of a barcode; `body` holds A-Z, 0-9 and hyphens, and at least one letter or digit."""
    return f"{PREFIX}{kind.value}-{body}{_check_character(kind.value, body)}"


def decode(text: str) -> OwnBarcode | None:
    """What `text` says, None where it is not one of ours at all, BarcodeError where it is ours and damaged."""
    if len(text) < 4 or not text.startswith(PREFIX) or text[3] != "-":
        return None
    try:
        kind = Kind(text[2])
    except ValueError:
        return None
    body, check = text[4:-1], text[-1]
    if not body or check != _check_character(kind.value, body):
        raise BarcodeError(f"the check character of {text!r} is wrong: scan it again, or print a new one")
    return OwnBarcode(kind, body)


def is_body(body: str) -> bool:
    """Whether `body` can stand in one of our barcodes."""
    return any(sign != "-" for sign in body) and all(sign == "-" or sign in _ALPHABET for sign in body)


def check_digits(code: str) -> str:
    """Two digits printed on a shelf, keyed where its barcode cannot be read (a count over the code, 00 to 96)."""
    value = 0
    for sign in code:
        value = (value * 37 + ord(sign)) % 97
    return f"{value:02d}"


def _check_character(letter: str, body: str) -> str:
    if not is_body(body):
        raise BarcodeError(f"a barcode's body holds A-Z, 0-9 and hyphens, got {body!r}")
    # A hyphen only helps the eye; it counts by its place, so that A-11-2 and A-1-12 differ.
    remainder = 36
    for place, sign in enumerate(letter + body):
        value = place % 36 if sign == "-" else _ALPHABET.index(sign)
        remainder = (remainder + value) % 36 or 36
        remainder = remainder * 2 % 37
    return _ALPHABET[(37 - remainder) % 36]
