"""Symbols as bars in modules, linear ones made by python-barcode, QR by ReportLab; and what may be put into one.

Decides which texts are refused, where FNC1 stands in a GS1-128 symbol (GS1 General Specifications 5.4 and 7.8), and how
a Digital Link is spelled (GS1 Digital Link: URI Syntax 1.4). Refuses to know sizes, printers and pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from barcode.charsets.code128 import START_CODES, C
from barcode.codex import Code128, Gs1_128
from barcode.ean import EuropeanArticleNumber8, EuropeanArticleNumber13
from barcode.itf import ITF
from barcode.writer import SVGWriter

from orders.identifiers import has_valid_check_digit
from printing.documents import DrawError

QUIET_MODULES = 10
FNC1 = "\xf1"
MOST_GS1_CHARACTERS = 48
EAN8_DIGITS = 8
EAN13_DIGITS = 13
ITF14_DIGITS = 14
_UTF_8 = 26  # its extended channel interpretation (AIM ITS/04-023)
_DARK = re.compile("1+")
# The library makes a writer for each symbol where it is given none; here none ever writes.
_WRITER = SVGWriter()

# Length of AI and value together, by the AI's first two digits: only these need no separator behind them (table 7.8-2).
_PREDEFINED = {
    "00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "11": 8, "12": 8, "13": 8, "14": 8, "15": 8, "16": 8, "17": 8,
    "18": 8, "19": 8, "20": 4, "31": 10, "32": 10, "33": 10, "34": 10, "35": 10, "36": 10, "41": 16,
}  # fmt: skip
_CHECKED = frozenset({"00", "01", "02", "410", "411", "412", "413", "414", "415", "416", "417"})
_CHARACTER_SET_82 = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")


class SymbolError(DrawError):
    """Text that cannot stand in the wanted symbol."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A square symbol as (row from the bottom, first module, modules wide), its width in modules, and its text."""

    runs: tuple[tuple[int, int, int], ...]
    modules: int
    text: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """Bars as (first module, modules wide), the symbol's width in modules, and the text for people below it."""

    bars: tuple[tuple[int, int], ...]
    modules: int
    text: str
    quiet_modules: int = QUIET_MODULES


class _LeadingNinetyNine(Code128):  # type: ignore[misc]  # python-barcode has no types
    """Code 128 whose leading data pair 99 survives: the library takes its value for a switch to code set C.

    It starts every symbol in code set C, so that a second codeword 99 is always data and never a switch.
    """

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        if encoded[1:2] == [99]:
            return encoded
        optimized: list[int] = super()._try_to_optimize(encoded)
        return optimized


class WholePairs(Gs1_128):  # type: ignore[misc]  # python-barcode has no types
    """GS1-128 of an even count of digits, an SSCC's among them: code set C throughout, with no switch to look for."""

    def _build(self) -> list[int]:
        pairs = [int(self.code[at : at + 2]) for at in range(1, len(self.code), 2)]
        return [START_CODES["C"], C[FNC1], *pairs]


@lru_cache(maxsize=2048)
def code128(text: str) -> Symbol:
    """Code 128 of any ASCII `text` (ISO/IEC 15417); raises SymbolError for empty or non-ASCII text."""
    if not text:
        raise SymbolError("a barcode needs at least one character: give the number that it should hold")
    if not text.isascii():
        foreign = "".join(sorted({char for char in text if not char.isascii()}))
        raise SymbolError(f"Code 128 holds plain ASCII only, not {foreign}: give a code without these characters")
    return _rendered(_LeadingNinetyNine(text, _WRITER), text)


@lru_cache(maxsize=2048)
def ean13(digits: str) -> Symbol:
    """EAN-13 of 13 `digits` whose check digit must be right (the library would quietly replace it)."""
    _require_checked(digits, EAN13_DIGITS, "EAN-13")
    return _rendered(EuropeanArticleNumber13(digits), digits, quiet_modules=11)


@lru_cache(maxsize=2048)
def ean8(digits: str) -> Symbol:
    """EAN-8 of 8 `digits` whose check digit must be right (the library would quietly replace it)."""
    _require_checked(digits, EAN8_DIGITS, "EAN-8")
    return _rendered(EuropeanArticleNumber8(digits), digits)


@lru_cache(maxsize=2048)
def itf14(digits: str) -> Symbol:
    """ITF-14 of 14 `digits` whose check digit must be right (the library adds none, and pads an odd length)."""
    _require_checked(digits, ITF14_DIGITS, "ITF-14")
    return _rendered(ITF(digits, narrow=1, wide=3), digits)


def _require_checked(digits: str, length: int, kind: str) -> None:
    if len(digits) != length or not has_valid_check_digit(digits):
        raise SymbolError(f"expected {length} digits with a right check digit for {kind}, got {digits!r}")


def product_symbol(text: str) -> Symbol:
    """The symbol that a product's own maker would print: EAN-13, EAN-8 or ITF-14 for a valid GTIN, else Code 128."""
    makers = {EAN13_DIGITS: ean13, EAN8_DIGITS: ean8, ITF14_DIGITS: itf14}
    if len(text) in makers and text.isascii() and has_valid_check_digit(text):
        return makers[len(text)](text)
    return code128(text)


def digital_link(resolver: str, elements: Sequence[tuple[str, str]]) -> Matrix:
    """QR code of a GS1 Digital Link at `resolver`: the first (AI, value) is the key, the others qualify it.

    Raises SymbolError for a resolver that is no web address, and for values that gs1_128 would refuse.
    """
    return _digital_link(resolver, tuple(elements))


@lru_cache(maxsize=512)
def _digital_link(resolver: str, elements: tuple[tuple[str, str], ...]) -> Matrix:
    parts = urlsplit(resolver)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SymbolError(
            f'expected the web address of a Digital Link resolver such as "https://id.gs1.org", got {resolver!r}'
        )
    for ai, value in elements:
        _require_element(ai, value)
    if not resolver.isascii():
        raise SymbolError(
            f"a Digital Link is plain ASCII, got {resolver!r}: give the resolver's address without other letters"
        )
    path = "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in elements)
    return qr(resolver.rstrip("/") + path)


@lru_cache(maxsize=512)
def qr(text: str) -> Matrix:
    """QR code of `text` that bears 15 % of damage (level M, ISO/IEC 18004); raises SymbolError.

    Text that is not ASCII is UTF-8 and says so (ECI 26), so that no reader has to guess.
    """
    from reportlab.graphics.barcode.qrencoder import QRECI, QR8bitByte, QRCode, QRErrorCorrectLevel

    if not text:
        raise SymbolError("a QR code needs at least one character: give what it should hold")
    code = QRCode(None, QRErrorCorrectLevel.M)
    if not text.isascii():
        code.addData(QRECI(_UTF_8))
    try:
        code.addData(QR8bitByte(text.encode()))
        code.make()
    except Exception as trouble:
        raise SymbolError(f"{len(text)} characters are too many for a QR code: use a shorter text") from trouble
    side = code.getModuleCount()
    runs: list[tuple[int, int, int]] = []
    for row in range(side):
        signs = "".join("1" if code.isDark(row, column) else "0" for column in range(side))
        runs.extend((side - 1 - row, bar.start(), bar.end() - bar.start()) for bar in _DARK.finditer(signs))
    return Matrix(tuple(runs), side, text)


def sscc(digits: str) -> Symbol:
    """GS1-128 of AI (00) and an SSCC of 18 `digits`."""
    return gs1_128((("00", digits),))


def gs1_128(elements: Sequence[tuple[str, str]]) -> Symbol:
    """GS1-128 of (AI, value) pairs: FNC1 first, and behind each value of open length but the last.

    Raises SymbolError for values of wrong length, wrong check digit or outside GS1 character set 82.
    """
    return _gs1_128(tuple(elements))


@lru_cache(maxsize=2048)
def _gs1_128(elements: tuple[tuple[str, str], ...]) -> Symbol:
    if not elements:
        raise SymbolError("a GS1-128 symbol needs at least one AI with its value")
    data = ""
    for place, (ai, value) in enumerate(elements):
        _require_element(ai, value)
        data += ai + value
        if ai[:2] not in _PREDEFINED and place + 1 < len(elements):
            data += FNC1
    if len(data) > MOST_GS1_CHARACTERS:
        raise SymbolError(f"GS1-128 holds at most {MOST_GS1_CHARACTERS} characters, got {len(data)}: use two symbols")
    kind = WholePairs if data.isdecimal() and len(data) % 2 == 0 else Gs1_128
    return _rendered(kind(data, _WRITER), "".join(f"({ai}) {value}" for ai, value in elements))


@lru_cache(maxsize=8)
def fnc1_first(parts: tuple[str, ...]) -> Symbol:
    """The symbol of GS1-128 with any ASCII in it, FNC1 between the parts: for trying scanners, not for goods."""
    text = "".join(parts)
    if not (parts and all(parts) and text.isascii()):
        raise SymbolError(f"expected ASCII texts for a symbol with FNC1, got {parts!r}")
    return _rendered(Gs1_128(FNC1.join(parts)), text)


def _require_element(ai: str, value: str) -> None:
    if not (2 <= len(ai) <= 4 and ai.isascii() and ai.isdecimal()):
        raise SymbolError(f"expected an AI of 2 to 4 digits, got {ai!r}")
    if not value or not _CHARACTER_SET_82.issuperset(value):
        raise SymbolError(f"AI ({ai}): expected characters that GS1 allows, got {value!r}")
    length = _PREDEFINED.get(ai[:2])
    if length is not None and (len(ai + value) != length or not value.isdecimal()):
        raise SymbolError(f"AI ({ai}): expected {length - len(ai)} digits, got {value!r}")
    if ai in _CHECKED and not has_valid_check_digit(value):
        raise SymbolError(f"AI ({ai}): the last digit of {value} is not its check digit")


def _rendered(barcode: Any, text: str, quiet_modules: int = QUIET_MODULES) -> Symbol:
    # One sign a module, 1 for a dark one. The library's writers would turn these into millimetres; a page puts them on
    # its own dots instead.
    (modules,) = barcode.build()
    bars = tuple([(bar.start(), bar.end() - bar.start()) for bar in _DARK.finditer(modules)])
    return Symbol(bars, len(modules), text, quiet_modules)
