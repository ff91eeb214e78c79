"""GS1 keys as values: check digits, GTIN, company prefix and SSCC.

Decides what a well-formed key is (GS1 General Specifications 7.9.1 and 2.6.1).
It does not know who holds which number: ranges are leased by the store and spent by a terminal's journal.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

SSCC_LENGTH = 18


class IdentifierError(ValueError):
    """A key is not what its standard asks for; the text says what was expected and what came."""


def check_digit(digits: str) -> str:
    """The modulo-10 check digit that belongs behind `digits` (GS1 General Specifications 7.9.1)."""
    if not digits.isascii() or not digits.isdecimal():
        raise IdentifierError(f"expected digits only, got {digits!r}")
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def has_valid_check_digit(key: str) -> bool:
    """Whether the last digit of `key` is the check digit of those before it."""
    return len(key) > 1 and key.isascii() and key.isdecimal() and check_digit(key[:-1]) == key[-1]


def gtin14(text: str) -> str | None:
    """`text` (GTIN-8, -12, -13 or -14 with a right check digit) as 14 digits, or None where it is no GTIN."""
    if len(text) in (8, 12, 13, 14) and has_valid_check_digit(text):
        return text.zfill(14)
    return None


def fault_of_barcode(text: str) -> str:
    """Why `text` can name no goods, as it stands behind it; "" where it can: 8 to 14 digits have to be a GTIN."""
    if text.isascii() and text.isdecimal() and 8 <= len(text) <= 14 and gtin14(text) is None:
        return "is no GTIN: its length or check digit is wrong"
    if "E+" in text.upper():
        return "was rounded by a spreadsheet: export it as text"
    return ""


def base_gtin(text: str) -> str | None:
    """The GTIN of the pieces inside, as 14 digits, where `text` is the GTIN-14 of a pack (indicator 1 to 8), else None.

    GS1 General Specifications 2.1.7: the indicator says that it is a pack, never how many pieces it holds.
    """
    gtin = gtin14(text)
    if gtin is None or gtin[0] not in "12345678":
        return None
    body = "0" + gtin[1:-1]
    return body + check_digit(body)


def checked_prefix(prefix: str) -> str:
    """`prefix` where it can be a GS1 company prefix (3 to 12 digits), else IdentifierError."""
    if not (3 <= len(prefix) <= 12 and prefix.isascii() and prefix.isdecimal()):
        raise IdentifierError(f"a GS1 company prefix has 3 to 12 digits, got {prefix!r}")
    return prefix


def sscc(prefix: str, serial: int, extension: int = 0) -> str:
    """The Serial Shipping Container Code of 18 digits for one serial number under a company prefix."""
    room = SSCC_LENGTH - 2 - len(checked_prefix(prefix))
    if not 0 <= extension <= 9:
        raise IdentifierError(f"an SSCC extension digit is 0 to 9, got {extension}")
    if serial < 0 or len(str(serial)) > room:
        raise IdentifierError(f"prefix {prefix} leaves {room} digits for a serial number, got {serial}")
    body = f"{extension}{prefix}{serial:0{room}d}"
    return body + check_digit(body)


def is_sscc(text: str) -> bool:
    """Whether `text` is 18 digits with a right check digit."""
    return len(text) == SSCC_LENGTH and has_valid_check_digit(text)


class SsccBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A range of serial numbers that the store leased to one journal; `first` and `last` both belong to it."""

    owner: str
    prefix: Annotated[str, Meta(pattern=r"^[0-9]{3,12}$(?!\n)")]
    extension: Annotated[int, Meta(ge=0, le=9)]
    first: Annotated[int, Meta(ge=0, lt=10**15)]
    last: Annotated[int, Meta(ge=0, lt=10**15)]

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise IdentifierError(f"a block goes from its first number to its last, not {self.first} to {self.last}")
        sscc(self.prefix, self.last, self.extension)

    def number(self, serial: int) -> str:
        """The SSCC for `serial`, which has to lie in this block."""
        if not self.first <= serial <= self.last:
            raise IdentifierError(f"serial {serial} lies outside the leased block {self.first} to {self.last}")
        return sscc(self.prefix, serial, self.extension)

    def holds(self, code: str) -> bool:
        """Whether the SSCC `code` was made from this block."""
        head = f"{self.extension}{self.prefix}"
        return is_sscc(code) and code.startswith(head) and self.first <= int(code[len(head) : -1]) <= self.last
