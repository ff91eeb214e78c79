"""Single GS1 values, right or wrong: check digits, dates, times, places, counts, account numbers.

Decides each question that the GS1 General Specifications ask of a piece of a value beyond its length and characters,
in the words of the GS1 Barcode Syntax Dictionary. Takes any text and answers no where it is not even of the right form.
Refuses to know which application identifier asks what.
"""

import calendar
import re
from datetime import UTC, date, datetime

_CSET82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_CSET32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CSET82_WEIGHTS = {sign: weight for weight, sign in enumerate(_CSET82)}
_BROKEN_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_FILE_SAFE = re.compile("[0-9A-Za-z_-]")
_POSITION = re.compile("([1-9][0-9]*)/([1-9][0-9]*)")
_SHORTEST_COMPANY_PREFIX = 4


def check_digit(digits: str) -> int:
    """The mod-10 check digit that belongs behind these digits (GS1 General Specifications 7.9.1)."""
    return -(3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))) % 10


def has_check_digit(digits: str) -> bool:
    """Whether the last of these digits is the right check digit of the others."""
    return is_digits(digits) and check_digit(digits[:-1]) == int(digits[-1])


def has_check_pair(text: str) -> bool:
    """Whether the last two characters are the right check pair of the others (GS1 General Specifications 7.9.5)."""
    body, pair = text[:-2], text[-2:]
    if len(pair) < 2 or len(body) > len(_PRIMES) or not all(sign in _CSET82_WEIGHTS for sign in body):
        return False
    weighted = sum(_CSET82_WEIGHTS[sign] * prime for sign, prime in zip(reversed(body), _PRIMES, strict=False)) % 1021
    return pair == _CSET32[weighted >> 5] + _CSET32[weighted & 31]


def begins_with_company_prefix(text: str) -> bool:
    """Whether it can begin with a GS1 Company Prefix; the shortest has four digits."""
    return len(text) >= _SHORTEST_COMPANY_PREFIX and is_digits(text[:_SHORTEST_COMPANY_PREFIX])


def holds_company_prefix(text: str) -> bool:
    """The same behind one leading sign, as in a GTIN-14 or an SSCC."""
    return begins_with_company_prefix(text[1:])


def is_digits(text: str) -> bool:
    """Whether it holds 0 to 9 only, and at least one of them."""
    return text.isascii() and text.isdecimal()


def as_date(yymmdd: str, *, this_year: int | None = None) -> date | None:
    """The day that six digits mean, or None if there is no such day.

    Day 00 is the last of the month; the century is the one that brings the year within 49 years past and 50
    to come (GS1 General Specifications 7.12).
    """
    if len(yymmdd) != 6 or not is_digits(yymmdd):
        return None
    now = this_year or datetime.now(UTC).year
    year = now - 49 + (int(yymmdd[:2]) - (now - 49)) % 100
    return _day(year, int(yymmdd[2:4]), int(yymmdd[4:]))


def is_day_or_month(yymmdd: str) -> bool:
    """A day that exists, or a month with 00 for the day."""
    return as_date(yymmdd) is not None


def is_day(yymmdd: str) -> bool:
    """A day that exists."""
    return as_date(yymmdd) is not None and not yymmdd.endswith("00")


def is_full_day(yyyymmdd: str) -> bool:
    """A day that exists, its year in four digits."""
    if len(yyyymmdd) != 8 or not is_digits(yyyymmdd) or yyyymmdd.endswith("00"):
        return False
    return _day(int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:])) is not None


def is_hour(hh: str) -> bool:
    """00 to 23."""
    return len(hh) == 2 and is_digits(hh) and hh < "24"


def is_sixtieth(digits: str) -> bool:
    """A minute or a second, 00 to 59."""
    return len(digits) == 2 and is_digits(digits) and digits < "60"


def is_clock(hhmi: str) -> bool:
    """0000 to 2359."""
    return is_hour(hhmi[:2]) and is_sixtieth(hhmi[2:])


def is_clock_or_open(hhmi: str) -> bool:
    """0000 to 2359, or 9999 where no time is said."""
    return hhmi == "9999" or is_clock(hhmi)


def is_piece_of_total(digits: str) -> bool:
    """A piece and how many there are, of equal length: neither is 0, and no piece lies beyond the last."""
    half, odd = divmod(len(digits), 2)
    return not odd and is_digits(digits) and 1 <= int(digits[:half]) <= int(digits[half:])


def is_position_of_end(text: str) -> bool:
    """`2/3`: a position and the last, without leading zeros."""
    found = _POSITION.fullmatch(text)
    return found is not None and int(found[1]) <= int(found[2])


def is_zero(digits: str) -> bool:
    """Zeros only."""
    return digits != "" and digits.strip("0") == ""


def is_not_zero(digits: str) -> bool:
    """A number other than zero."""
    return is_digits(digits) and not is_zero(digits)


def has_no_leading_zero(digits: str) -> bool:
    """A number without zeros before it; 0 itself is one."""
    return digits in ("", "0") or (is_digits(digits) and not digits.startswith("0"))


def has_non_digit(text: str) -> bool:
    """At least one character that is no digit."""
    return text.strip("0123456789") != ""


def is_yes_or_no(digit: str) -> bool:
    """1 or 0."""
    return digit in ("0", "1")


def is_winding(digit: str) -> bool:
    """The winding of a roll: face out, face in, undefined."""
    return digit in ("0", "1", "9")


def is_sex(digit: str) -> bool:
    """ISO/IEC 5218: not known, male, female, not applicable."""
    return digit in ("0", "1", "2", "9")


def is_media_type(digits: str) -> bool:
    """An AIDC media type that ICCBBA assigned, or one for local use."""
    return len(digits) == 2 and is_digits(digits) and ("01" <= digits <= "10" or digits >= "80")


def is_hyphen(text: str) -> bool:
    """Hyphens only: the sign of a temperature below zero."""
    return text != "" and text.strip("-") == ""


def is_importer_index(sign: str) -> bool:
    """One file-safe character (Regulation (EU) 2018/574)."""
    return _FILE_SAFE.fullmatch(sign) is not None


def is_percent_encoded(text: str) -> bool:
    """Every percent sign begins an encoded byte (RFC 3986)."""
    return _BROKEN_PERCENT.search(text) is None


def is_padded_base64(text: str) -> bool:
    """File-safe base64 (RFC 4648); at most two signs of padding, which fill up a group of three."""
    body = text.rstrip("=")
    padding = len(text) - len(body)
    fills = padding <= 2 and (not padding or len(text) % 3 == 0)
    return fills and all(_FILE_SAFE.fullmatch(sign) for sign in body)


def is_latitude(digits: str) -> bool:
    """Ten-millionths of a degree north of the South Pole, at most 180 degrees."""
    return len(digits) == 10 and is_digits(digits) and int(digits) <= 1_800_000_000


def is_longitude(digits: str) -> bool:
    """Ten-millionths of a degree, once around at most."""
    return len(digits) == 10 and is_digits(digits) and int(digits) <= 3_600_000_000


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except ValueError:  # monthrange raises a subclass of it
        return None


def _primes(count: int) -> tuple[int, ...]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return tuple(found)


# As many as the longest value of any application identifier may need.
_PRIMES = _primes(97)
