"""Figures as a reader writes them: money in minor units, weights in grams, tax rates, dates and times."""

from __future__ import annotations

import datetime as dt

# ISO 4217: how many digits follow the point where it is not two.
_NO_MINOR = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())  # noqa: SIM905
_THREE_DIGITS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())  # noqa: SIM905
# Thousands and decimal signs; a no-break space keeps a figure on one line.
_POINT, _COMMA = (",", "."), (".", ",")
_SIGNS = {
    **dict.fromkeys(("en", "ar", "he", "ja", "zh", "th", "hi"), _POINT),
    **dict.fromkeys(("de", "es", "it", "nl", "el"), _COMMA),
}
_SPACED = ("\u00a0", ",")


def money(minor: int, currency: str, language: str) -> str:
    """An amount in minor units of `currency` (ISO 4217), as `language` writes figures, without the currency."""
    digits = 0 if currency in _NO_MINOR else 3 if currency in _THREE_DIGITS else 2
    return _grouped(minor, digits, language)


def percent(basis_points: int, language: str) -> str:
    """A rate in hundredths of a percent: 1900 is 19 %, 550 is 5.5 %."""
    _, point = _SIGNS.get(language, _SPACED)
    whole, part = divmod(abs(basis_points), 100)
    rest = f"{point}{part:02d}".rstrip("0") if part else ""
    return f"{'-' if basis_points < 0 else ''}{whole}{rest}\u00a0%"


def kilograms(grams: int, language: str) -> str:
    """A weight to the gram, in kilograms without the unit."""
    return _grouped(grams, 3, language)


def day(date: dt.date) -> str:
    """A date that nobody reads the wrong way round (ISO 8601)."""
    return date.isoformat()


def minute(at: dt.datetime) -> str:
    """A date and time in the zone that `at` comes in, to the minute."""
    return at.strftime("%Y-%m-%d %H:%M")


def _grouped(value: int, digits: int, language: str) -> str:
    thousands, point = _SIGNS.get(language, _SPACED)
    whole, part = divmod(abs(value), 10**digits)
    rest = f"{point}{part:0{digits}d}" if digits else ""
    return f"{'-' if value < 0 else ''}{whole:,}".replace(",", thousands) + rest
