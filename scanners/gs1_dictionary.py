"""What each GS1 application identifier may hold: its characters and length, and what its parts have to be.

Decides how an identifier is found at the front of a text and what a value must obey by itself (GS1 General
Specifications 3 and 7.8; GS1 Barcode Syntax Dictionary). Refuses to know which identifiers belong together.
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

# Identifiers (n: any digit, d: 0 to 5) -> the fields of their value as the General Specifications write them, and what
# each of these has to be.
_FIELDS = {
    "00": "N18 csum gcppos2",
    "01 02 03": "N14 csum gcppos2",
    "10 21 22 243 254 420 4318 7020 7021 7022 710 711 712 713 714 715 716 717 7240 8002 8012": "X..20",
    "11 12 13 15 16 17": "N6 yymmd0",
    "20": "N2",
    "235": "X..28",
    "240 241 250 251 400 403 4308 4319 7002 90": "X..30",
    "242": "N..6",
    "253": "N13 csum gcppos1, [X..17]",
    "255": "N13 csum gcppos1, [N..12]",
    "30 37": "N..8",
    "310d 311d 312d 313d 314d 315d 316d 320d 321d 322d 323d 324d 325d 326d 327d 328d 329d": "N6",
    "330d 331d 332d 333d 334d 335d 336d 337d 340d 341d 342d 343d 344d 345d 346d 347d 348d 349d": "N6",
    "350d 351d 352d 353d 354d 355d 356d 357d 360d 361d 362d 363d 364d 365d 366d 367d 368d 369d": "N6",
    "390n 392n": "N..15",
    "391n 393n": "N3 iso4217, N..15",
    "3940 3941 3942 3943 8111": "N4",
    "395d 8005": "N6",
    "401 7023 8004": "X..30 gcppos1",
    "402": "N17 csum gcppos1",
    "410 411 412 413 414 415 416 417": "N13 csum gcppos1",
    "421": "N3 iso3166, X..9",
    "422 424 426": "N3 iso3166",
    "423 425": "N..15 iso3166list",
    "427 7008": "X..3",
    "4300 4301 4310 4311 4320": "X..35 pcenc",
    "4302 4303 4304 4305 4306 4312 4313 4314 4315 4316 7257": "X..70 pcenc",
    "4307 4317": "X2 iso3166alpha2",
    "4309": "N10 latitude, N10 longitude",
    "4321 4322 4323": "N1 yesno",
    # The time may be left open by 9999 where a delivery is promised for a day.
    "4324 4325": "N6 yymmd0, N4 hhmi9999",
    "4326 7006": "N6 yymmdd",
    "4330 4331 4332 4333": "N6, [X1] hyphen",
    "7001": "N13",
    "7003": "N6 yymmdd, N4 hhmi",
    "7004": "N..4",
    "7005": "X..12",
    "7007": "N6 yymmdd, [N6] yymmdd",
    "7009 7255": "X..10",
    "7010": "X..2",
    "7011": "N6 yymmdd, [N4] hhmi",
    "703n": "N3 iso3166999, X..27",
    "7040": "N1, X1, X1, X1 importeridx",
    "7041": "X..4 packagetype",
    "723n": "X2, X..28",
    "7241": "N2 mediatype",
    "7242 8020": "X..25",
    "7250": "N8 yyyymmdd",
    "7251": "N8 yyyymmdd, N4 hhmi",
    "7252": "N1 iso5218",
    "7253 7254 7259": "X..40 pcenc",
    "7256": "X..90 pcenc",
    "7258": "X3 posinseqslash",
    "8001": "N4 nonzero, N5 nonzero, N3 nonzero, N1 winding, N1",
    "8003": "N1 zero, N13 csum gcppos1, [X..16]",
    "8006 8026": "N14 csum gcppos2, N4 pieceoftotal",
    "8007": "X..34 iban",
    "8008": "N6 yymmdd, N2 hh, [N2] mi, [N2] ss",
    "8009": "X..50",
    "8010": "Y..30 gcppos1",
    "8011": "N..12 nozeroprefix",
    "8013": "X..25 csumalpha gcppos1",
    "8014": "X..25 csumalpha gcppos1 hasnondigit",
    "8017 8018": "N18 csum gcppos1",
    "8019": "N..10",
    "8030": "Z..90 cset64",
    "8040 8041": "N15",
    "8042": "N32",
    "8043": "N18, [N..2]",
    "8110": "X..70 couponcode",
    "8112": "X..70 couponposoffer",
    "8200": "X..70",
    "91 92 93 94 95 96 97 98 99": "X..90",
}

# Those that begin like this need no separator behind them (GS1 General Specifications 7.8.5).
_PREDEFINED = frozenset(
    ("00", "01", "02", "03", "11", "12", "13", "15", "16", "17", "20", "31", "32", "33", "34", "35", "36", "41")
)

# The GS1 AI encodable character sets 82, 39 and 64, and digits; base64 may be filled up with =.
_ALPHABETS = {"N": "0-9", "X": r"!\"%-/0-9:-?A-Z_a-z", "Y": "#/0-9A-Z-", "Z": "0-9=A-Z_a-z-"}
_FIELD = re.compile(r"(\[?)([NXYZ])(\.\.)?(\d+)\]?((?: \w+)*)")
_DIGITS = {"n": "0123456789", "d": "012345"}


def find(text: str, place: int = 0) -> Definition | None:
    """The application identifier that stands at this place of a text."""
    length = _known()[1].get(text[place : place + 2])
    return define(text[place : place + length]) if length else None


@lru_cache(maxsize=1024)
def define(ai: str) -> Definition | None:
    """What this application identifier may hold, or None if there is no such."""
    fields = _known()[0].get(ai)
    if fields is None:
        return None
    return Definition(ai, *_shape(fields), ai[:2] in _PREDEFINED, tuple(_parts(fields)))


@cache
def _known() -> tuple[dict[str, str], dict[str, int]]:
    """The fields of every identifier, and how long one is by its first two digits (General Specifications 7.8.1)."""
    fields = {ai: spelled for names, spelled in _FIELDS.items() for name in names.split() for ai in _each(name)}
    return fields, {ai[:2]: len(ai) for ai in fields}


def _each(name: str) -> Iterator[str]:
    digits = _DIGITS.get(name[-1])
    return (name[:-1] + digit for digit in digits) if digits else iter((name,))


@cache
def _shape(fields: str) -> tuple[re.Pattern[str], re.Pattern[str], int, int]:
    """The pattern of a value and of its characters, its shortest and its longest length."""
    shape, letters, shortest, longest = "", "", 0, 0
    for optional, letter, ranged, length, _ in _FIELD.findall(fields):
        pattern = f"[{_ALPHABETS[letter]}]{{{'1,' if ranged else ''}{length}}}"
        shape += f"(?:{pattern})?" if optional else pattern
        letters += _ALPHABETS[letter]
        shortest += 0 if optional else 1 if ranged else int(length)
        longest += int(length)
    return re.compile(shape), re.compile(f"[{letters}]*"), shortest, longest


def _parts(fields: str) -> Iterator[Part]:
    start = 0
    for optional, _, ranged, length, names in _FIELD.findall(fields):
        end = start + int(length)
        for name in names.split():
            yield Part(start, None if ranged else end, bool(optional), RULES[name])
        start = end
