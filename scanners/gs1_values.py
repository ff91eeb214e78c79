"""What a GS1 value must obey beyond its shape: check digits, dates, pieces of a whole.

Follows the GS1 General Specifications, sections 3 and 7.9 to 7.12. Refuses to know how values are cut out
of a symbol, and does not check ISO country and currency lists, IBANs, coupons or which AIs belong together.
"""

import calendar
from datetime import UTC, date, datetime

# AI -> how many of its leading digits the mod-10 check digit ends.
CHECKED_DIGITS = {
    "00": 18,
    "01": 14,
    "02": 14,
    "03": 14,
    "253": 13,
    "255": 13,
    "402": 17,
    **{f"41{n}": 13 for n in range(8)},
    "8003": 14,
    "8006": 14,
    "8017": 18,
    "8018": 18,
    "8026": 14,
}

# AI -> what follows one another in its value. "day?" may have 00 for the day, "clock?" may be 9999.
DATED = {
    **dict.fromkeys(("11", "12", "13", "15", "16", "17"), ("day?",)),
    **dict.fromkeys(("4324", "4325"), ("day?", "clock?")),
    **dict.fromkeys(("4326", "7006"), ("day",)),
    **dict.fromkeys(("7003", "7011"), ("day", "clock")),
    "7007": ("day", "day"),
    "8008": ("day", "clock"),
}


def check_digit(digits: str) -> int:
    """The mod-10 check digit that belongs behind these digits (GS1 General Specifications 7.9.1)."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return -total % 10


def has_check_digit(digits: str) -> bool:
    """Whether the last of these digits is the right check digit of the others."""
    return check_digit(digits[:-1]) == int(digits[-1])


def as_date(yymmdd: str, *, this_year: int | None = None) -> date | None:
    """The day that six digits mean, or None if there is no such day.

    Day 00 is the last of the month; the century is the one that brings the year within 49 years past and 50
    to come (GS1 General Specifications 7.12).
    """
    now = this_year or datetime.now(UTC).year
    year = now - 49 + (int(yymmdd[:2]) - (now - 49)) % 100
    month, day = int(yymmdd[2:4]), int(yymmdd[4:6])
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except ValueError:  # monthrange raises a subclass of it
        return None


def wrong_check_digit(ai: str, value: str) -> bool:
    """Whether this AI's value has a check digit, and a wrong one."""
    covered = CHECKED_DIGITS.get(ai)
    return covered is not None and not has_check_digit(value[:covered])


def wrong_date(ai: str, value: str) -> bool:
    """Whether this AI's value is a date or time, and no such one exists."""
    if ai not in DATED:
        return False
    for part in DATED[ai]:
        taken = 6 if part.startswith("day") else 4
        piece, value = value[:taken], value[taken:]
        if not piece:  # the rest is optional
            return False
        if part.startswith("day"):
            if as_date(piece) is None or (part == "day" and piece.endswith("00")):
                return True
        elif not _is_clock(piece, may_be_open=part == "clock?"):
            return True
    return value != "" and not _is_sixtieth(value)


def wrong_pieces(ai: str, value: str) -> bool:
    """Whether AI 8006 or 8026 claims a piece beyond its total, or piece or total 0."""
    if ai not in ("8006", "8026"):
        return False
    piece, total = int(value[14:16]), int(value[16:18])
    return not 1 <= piece <= total


def _is_clock(digits: str, *, may_be_open: bool) -> bool:
    """Hours, or hours and minutes."""
    if digits == "9999":
        return may_be_open
    return digits[:2] < "24" and (len(digits) == 2 or _is_sixtieth(digits[2:]))


def _is_sixtieth(digits: str) -> bool:
    return len(digits) == 2 and digits < "60"
