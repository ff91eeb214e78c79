"""What each GS1 application identifier may hold: its characters and length, and what its parts have to be.

Decides how an identifier is found at the front of a text and what a value must obey by itself (GS1 General
Specifications 3 and 7.8; GS1 Barcode Syntax Dictionary). Takes the list of identifiers with their formats from biip,
and adds what biip does not check: the content of the parts. Refuses to know which identifiers belong together.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from scanners import gs1_lists as lists
from scanners import gs1_values as values
from scanners.scan import Reason


class Rule(NamedTuple):
    """What a part of a value has to be; `fault` goes on behind the value in a sentence, where the code has no words."""

    holds: Callable[[str], bool]
    code: Reason = Reason.CONTENT
    fault: str = ""


class Part(NamedTuple):
    """A stretch of a value, and what it has to be."""

    start: int
    end: int | None
    is_optional: bool
    rule: Rule


class Definition(NamedTuple):
    """One application identifier: `ends_by_itself` needs no separator; `shortest` and `longest` are in characters."""

    ai: str
    shape: re.Pattern[str]
    alphabet: re.Pattern[str]
    shortest: int
    longest: int
    ends_by_itself: bool
    parts: tuple[Part, ...]


def _coupon(text: str) -> bool:
    from scanners.gs1_coupons import is_coupon

    return is_coupon(text)


def _offer(text: str) -> bool:
    from scanners.gs1_coupons import is_offer

    return is_offer(text)


# By the names that the GS1 Barcode Syntax Dictionary gives them.
RULES = {
    "couponcode": Rule(_coupon, fault="is no coupon code"),
    "couponposoffer": Rule(_offer, fault="is no coupon code"),
    "csetnumeric": Rule(values.is_digits, Reason.CHARACTER),
    "csum": Rule(values.has_check_digit, Reason.CHECK_DIGIT),
    "csumalpha": Rule(values.has_check_pair, Reason.CHECK_DIGIT),
    "cset64": Rule(values.is_padded_base64, fault="is not filled up as base64 is"),
    "gcppos1": Rule(values.begins_with_company_prefix, fault="does not begin with a company's number"),
    "gcppos2": Rule(values.holds_company_prefix, fault="holds no company's number"),
    "hasnondigit": Rule(values.has_non_digit, fault="has digits only"),
    "hh": Rule(values.is_hour, Reason.DATE),
    "hhmi": Rule(values.is_clock, Reason.DATE),
    "hhmi9999": Rule(values.is_clock_or_open, Reason.DATE),
    "hyphen": Rule(values.is_hyphen, fault="ends in another sign than a minus"),
    "iban": Rule(lists.is_iban, Reason.CHECK_DIGIT),
    "importeridx": Rule(values.is_importer_index, fault="names no importer"),
    "iso3166": Rule(lists.is_country, fault="is no country"),
    "iso3166999": Rule(lists.is_country_or_many, fault="is no country"),
    "iso3166alpha2": Rule(lists.is_country_letters, fault="is no country"),
    "iso3166list": Rule(lists.are_countries, fault="is no list of countries"),
    "iso4217": Rule(lists.is_currency, fault="is no currency"),
    "iso5218": Rule(values.is_sex, fault="is no code of ISO/IEC 5218"),
    "latitude": Rule(values.is_latitude, fault="lies beyond the pole"),
    "longitude": Rule(values.is_longitude, fault="goes more than once around"),
    "mediatype": Rule(values.is_media_type, fault="is no media type"),
    "mi": Rule(values.is_sixtieth, Reason.DATE),
    "nonzero": Rule(values.is_not_zero, fault="must not be zero"),
    "nozeroprefix": Rule(values.has_no_leading_zero, fault="must not begin with 0"),
    "packagetype": Rule(lists.is_package_type, fault="is no package type"),
    "pcenc": Rule(values.is_percent_encoded, fault="has a broken percent sign"),
    "pieceoftotal": Rule(values.is_piece_of_total, fault="names a piece beyond its total"),
    "posinseqslash": Rule(values.is_position_of_end, fault="is no position in a sequence"),
    "ss": Rule(values.is_sixtieth, Reason.DATE),
    "winding": Rule(values.is_winding, fault="is no way to wind a roll"),
    "yesno": Rule(values.is_yes_or_no, fault="is neither yes nor no"),
    "yymmd0": Rule(values.is_day_or_month, Reason.DATE),
    "yymmdd": Rule(values.is_day, Reason.DATE),
    "yyyymmdd": Rule(values.is_full_day, Reason.DATE),
    "zero": Rule(values.is_zero, fault="must begin with 0"),
}

# Identifiers (n: any digit) -> the parts of their value from the front: how many characters, and what they have to be.
# A * is all that is left, a ? may be missing. Identifiers whose format says everything are not here.
_CONTENTS = {
    "00": "18 csum gcppos2",
    "01 02 03": "14 csum gcppos2",
    "11 12 13 15 16 17": "6 yymmd0",
    "253 255 410 411 412 413 414 415 416 417": "13 csum gcppos1",
    "391n 393n": "3 iso4217",
    "401 7023 8004 8010": "* gcppos1",
    "402": "17 csum gcppos1",
    "421 422 424 426": "3 iso3166",
    "423 425": "* iso3166list",
    "4300 4301 4302 4303 4304 4305 4306 4310 4311 4312 4313 4314 4315 4316 4320": "* pcenc",
    "7253 7254 7256 7257 7259": "* pcenc",
    "4307 4317": "2 iso3166alpha2",
    "4309": "10 latitude, 10 longitude",
    "4321 4322 4323": "1 yesno",
    # The time may be left open by 9999 where a delivery is promised for a day.
    "4324 4325": "6 yymmd0, 4 hhmi9999",
    "4326 7006": "6 yymmdd",
    "4330 4331 4332 4333": "6, 1? hyphen",
    "7003": "6 yymmdd, 4 hhmi",
    "7007": "6 yymmdd, 6? yymmdd",
    "7011": "6 yymmdd, 4? hhmi",
    "703n": "3 iso3166999",
    "7040": "1, 1, 1, 1 importeridx",
    "7041": "* packagetype",
    "7241": "2 mediatype",
    "7250": "8 yyyymmdd",
    "7251": "8 yyyymmdd, 4 hhmi",
    "7252": "1 iso5218",
    "7258": "3 posinseqslash",
    "8001": "4 nonzero, 5 nonzero, 3 nonzero, 1 winding",
    "8003": "1 zero, 13 csum gcppos1",
    "8006 8026": "14 csum gcppos2, 4 pieceoftotal",
    "8007": "* iban",
    "8008": "6 yymmdd, 2 hh, 2? mi, 2? ss",
    "8011": "* nozeroprefix",
    "8013": "* csumalpha gcppos1",
    "8014": "* csumalpha gcppos1 hasnondigit",
    "8017 8018": "18 csum gcppos1",
    "8030": "* cset64",
    "8110": "* couponcode",
    "8112": "* couponposoffer",
}

# biip writes these formats in a way of its own.
_FORMATS = {
    **dict.fromkeys(("423", "425"), "N3+N..15"),
    **dict.fromkeys(("4330", "4331", "4332", "4333"), "N4+N6[+X1]"),
    "8043": "N4+N18[+N..2]",
}

# The GS1 AI encodable character sets 82, 39 and 64, and digits; base64 may be filled up with =.
_ALPHABETS = {"N": "0-9", "X": r"!\"%-/0-9:-?A-Z_a-z", "Y": "#/0-9A-Z-", "Z": "0-9=A-Z_a-z-"}
_FIELD = re.compile(r"([NXYZ])(\.\.)?(\d+)")


# How long an identifier is, by its first two digits (GS1 General Specifications 7.8.1).
_BEGINNINGS = {
    2: "00 01 02 03 10 11 12 13 15 16 17 20 21 22 30 37 90 91 92 93 94 95 96 97 98 99",
    3: "23 24 25 40 41 42 71",
    4: "31 32 33 34 35 36 39 43 70 72 80 81 82",
}
_LENGTHS = {beginning: length for length, all_of_it in _BEGINNINGS.items() for beginning in all_of_it.split()}


def find(text: str, place: int = 0) -> Definition | None:
    """The application identifier that stands at this place of a text."""
    length = _LENGTHS.get(text[place : place + 2])
    return define(text[place : place + length]) if length else None


@lru_cache(maxsize=1024)
def define(ai: str) -> Definition | None:
    """What this application identifier may hold, or None if there is no such; the first call takes about 0.2 s."""
    # Late, because it takes as long as all the rest of the terminal's first frame.
    from biip import ParseError
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier

    try:
        known = GS1ApplicationIdentifier.extract(ai)
    except ParseError:
        return None
    if known.ai != ai:
        return None
    shape = _shape(_FORMATS.get(ai, known.format).partition("+")[2])
    return Definition(ai, *shape, not known.separator_required, tuple(_parts(_contents().get(ai, ""))))


@cache
def _contents() -> dict[str, str]:
    return {ai: spelled for names, spelled in _CONTENTS.items() for name in names.split() for ai in _each(name)}


def _each(name: str) -> Iterator[str]:
    return (f"{name[:-1]}{digit}" for digit in range(10)) if name.endswith("n") else iter((name,))


@cache
def _shape(format: str) -> tuple[re.Pattern[str], re.Pattern[str], int, int]:
    """From `N13[+X..17]`: the pattern of a value and of its characters, its shortest and its longest length."""
    shape, letters, shortest, longest = "", "", 0, 0
    for optional, field in enumerate(format.split("[+")):
        pattern = ""
        for letter, ranged, length in _FIELD.findall(field):
            pattern += f"[{_ALPHABETS[letter]}]{{{'1,' if ranged else ''}{length}}}"
            letters += _ALPHABETS[letter]
            shortest += 0 if optional else 1 if ranged else int(length)
            longest += int(length)
        shape += f"(?:{pattern})?" if optional else pattern
    return re.compile(shape), re.compile(f"[{letters}]*"), shortest, longest


def _parts(spelled: str) -> Iterator[Part]:
    start = 0
    for field in spelled.split(", ") if spelled else ():
        length, *names = field.split()
        end = None if length == "*" else start + int(length.rstrip("?"))
        yield from (Part(start, end, length.endswith("?"), RULES[name]) for name in names)
        start = end or start
