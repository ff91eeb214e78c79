"""What the text of one cell means: pieces, money, an instant, a weight, a country.

Decides what is a value and what is not; a CellError says so in words that stand behind a row's number in the report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from orders import texts
from orders.currencies import DECIMALS
from orders.identifiers import fault_of_barcode
from orders.intake import LANGUAGE, NewPack
from orders.shapes import MOST_MINOR, MOST_RANK, NUMBER
from server_stub.importing.countries import country_code
from server_stub.importing.file_map import DatesSection, MoneySection

MAX_PIECES = 1_000_000
MAX_STOCK = 10_000_000
MAX_CODE = 64
LARGEST_PACK = 100_000
LONGEST_PACK_NAME = 10

Made = TypeVar("Made", bound=msgspec.Struct)

_GRAMS = {"g": Decimal(1), "kg": Decimal(1000), "oz": Decimal("28.349523125"), "lb": Decimal("453.59237")}


_BY_THE_PIECE = "goods sold by weight or length cannot be picked by the piece"
_MEASURED = re.compile(r"[\d.,]+ ?(g|kg|oz|lb|lbs|m|cm|mm|ft|yd|l|ml)", re.IGNORECASE)


class CellError(ValueError):
    """What stands in a cell is not what its column is for."""


def pieces(text: str, most: int = MAX_PIECES, least: int = 1) -> int:
    """A number of pieces from `least` to `most`; goods sold by weight or length are refused in plain words."""
    if _MEASURED.fullmatch(text):
        raise CellError(f"quantity {text!r}: {_BY_THE_PIECE}")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise CellError(f"quantity {text!r} is not a number of pieces") from error
    if not number.is_finite():
        raise CellError(f"quantity {text!r} is not a number of pieces")
    if number != number.to_integral_value():
        raise CellError(f"quantity {text} is not whole: {_BY_THE_PIECE}")
    if number < 0 <= least:
        raise CellError(f"quantity {text} is negative, and nothing says that this is cancelled")
    if number < least:
        raise CellError(f"quantity is {text}")
    if number > most:
        raise CellError(f"quantity {text} is more than {most}")
    return int(number)


def money_minor(text: str, currency: str, money: MoneySection) -> int:
    """An amount in the currency's minor units (ISO 4217: 2.55 GBP is 255, 300 JPY is 300)."""
    plain = text.replace(money.thousands, "") if money.thousands else text
    if money.decimal == ",":
        plain = plain.replace(".", "?").replace(",", ".")
    try:
        amount = Decimal(plain)
    except InvalidOperation as error:
        raise CellError(f"price {text!r} is not a number") from error
    if not amount.is_finite():
        raise CellError(f"price {text!r} is not a number")
    if amount < 0:
        raise CellError(f"price {text} is negative")
    minor = amount.scaleb(DECIMALS[currency])
    if minor != minor.to_integral_value():
        raise CellError(f"price {text} has more decimals than {currency}")
    if minor > MOST_MINOR:
        raise CellError(f"price {text} is no price of one piece")
    return int(minor)


def currency_code(text: str) -> str:
    """An ISO 4217 code in capitals."""
    if text.isascii() and (code := text.upper()) in DECIMALS:
        return code
    raise CellError(f"currency {text!r} is not an ISO 4217 code such as GBP")


_EXAMPLE_AT = datetime(2026, 1, 31, 16, 5, tzinfo=UTC)
"""Shows each format of a map with a day that cannot be taken for a month."""


def instant(text: str, dates: DatesSection) -> datetime:
    """A moment in UTC, from the first format that fits; without an offset it is the map's time zone."""
    found = _instant(text, dates.formats, dates.time_zone)
    if found is None:
        examples = " or ".join(_EXAMPLE_AT.strftime(each) for each in dates.formats)
        raise CellError(f"date {text!r} is none that the map knows: write it like {examples}")
    return found


@lru_cache(maxsize=4096)
def _instant(text: str, formats: Sequence[str], time_zone: str) -> datetime | None:
    for each in formats:
        try:
            found = datetime.strptime(text, each)  # noqa: DTZ007  (the zone follows)
        except ValueError:
            continue
        zoned = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(time_zone))
        return zoned.astimezone(UTC)
    return None


def country(text: str) -> str:
    """An ISO 3166-1 alpha-2 code from a code or an English name; "" stays "" (a map translates to it)."""
    if not text:
        return ""
    if code := country_code(text):
        return code
    raise CellError(f"country {text!r} is not known: give its ISO code, or translate it in the map")


def language(text: str) -> str:
    """A language as de, pt-BR or zh-Hant (BCP 47); "" stays "", and de_DE is taken for de-DE."""
    tag = text.strip().replace("_", "-")
    if not tag or re.fullmatch(LANGUAGE, tag):
        return tag
    raise CellError(f"language {text!r} is none: give its code, such as de or pt-BR, or translate it in the map")


def code(text: str, what: str, kind: str = NUMBER, most: int = MAX_CODE) -> str:
    """A number or SKU that can be an id."""
    if fault := texts.fault_of(text, kind, most):
        raise CellError(f"{what} {texts.shown(text)} {fault}")
    return text


# What a message calls a field, and a file its cell.
_CALLED = {"number": "order number", "sku": "SKU"}


def handed_in(made: Made) -> Made:
    """What rows made, as the store takes it; CellError where it would be refused there."""
    try:
        kept = texts.judged(made)
        _decoder(type(made)).decode(msgspec.json.encode(kept))
    except texts.TextError as error:
        raise CellError(f"{_CALLED.get(error.path, error.path)} {error.came} {error.fault}") from error
    except msgspec.ValidationError as error:
        raise CellError(str(error)) from error
    return kept


@cache
def _decoder(cls: type[Made]) -> msgspec.json.Decoder[Made]:
    return msgspec.json.Decoder(cls)


def whole(text: str, what: str) -> int:
    """A whole number, such as a turn on the walk or a priority."""
    try:
        number = int(text)
    except ValueError as error:
        raise CellError(f"{what} {text!r} is not a whole number") from error
    if abs(number) > MOST_RANK:
        raise CellError(f"{what} {text} is farther from 0 than {MOST_RANK}")
    return number


def weight_grams(text: str, unit: str, decimal: str) -> int:
    """A weight above nothing in grams, rounded to the nearest."""
    try:
        grams = Decimal(text.replace(decimal, ".")) * _GRAMS[unit]
    except InvalidOperation as error:
        raise CellError(f"weight {text!r} is not a number") from error
    if not grams.is_finite() or grams <= 0:
        raise CellError(f"weight {text!r} is not above nothing")
    return max(1, round(grams))


def barcodes(text: str) -> tuple[str, ...]:
    """The barcodes of a cell, apart by spaces, `;` or `|`; 8 to 14 digits have to be a GTIN (GS1 7.9.1)."""
    found = tuple(dict.fromkeys(_parts(text)))
    for each in found:
        code(each, "barcode")
        if fault := fault_of_barcode(each):
            raise CellError(f"barcode {each} {fault}")
    return found


def _parts(text: str) -> list[str]:
    return [part for part in re.split("[ ;|]", text) if part]


def packs(text: str) -> tuple[NewPack, ...]:
    """The packs of a cell, apart by spaces, `;` or `|`, each as NAME=PIECES or NAME=PIECES=BARCODE (`CASE=12=...`)."""
    found: dict[str, NewPack] = {}
    for each in _parts(text):
        name, _, rest = each.upper().partition("=")
        pieces, _, barcode = rest.partition("=")
        whole = pieces.isascii() and pieces.isdecimal() and 1 < int(pieces[:9]) <= LARGEST_PACK and len(pieces) < 9
        if not (each.partition("=")[0].isascii() and name.isalpha() and len(name) <= LONGEST_PACK_NAME and whole):
            raise CellError(f"pack {each!r} is not written as CASE=12 or CASE=12=BARCODE, with 2 pieces or more")
        before = found[name].barcodes if name in found else ()
        if before and found[name].quantity != int(pieces):
            raise CellError(f"pack {name} is there with {found[name].quantity} and with {pieces} pieces")
        codes = (*before, *(barcodes(barcode) if barcode else ()))
        found[name] = NewPack(name=name, quantity=int(pieces), barcodes=codes)
    return tuple(found.values())
