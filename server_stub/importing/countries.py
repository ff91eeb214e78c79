"""A country as people write it, to its ISO 3166-1 alpha-2 code.

Decides which spellings are known. A name that could be two countries is none: a map's [values.country] says which.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import product
from string import ascii_uppercase

from orders.countries import country_name

# Spellings beside the official English short names, in the form that `_folded` gives.
_ALSO = {
    "AE": "uae",
    "BA": "bosnia",
    "BN": "brunei",
    "BO": "plurinational state of bolivia",
    "CD": "congo kinshasa|congo democratic republic",
    "CG": "congo brazzaville|republic of the congo",
    "CI": "ivory coast",
    "CN": "peoples republic of china|mainland china",
    "CV": "cape verde",
    "CZ": "czechia",
    "DE": "deutschland|federal republic of germany",
    "ES": "espana",
    "AT": "osterreich",
    "CH": "schweiz|suisse",
    "FK": "falkland islands malvinas",
    "FM": "federated states of micronesia",
    "GB": "uk|great britain|britain|england|scotland|wales|northern ireland"
    "|united kingdom of great britain and northern ireland",
    "HK": "hong kong sar",
    "IE": "eire|republic of ireland",
    "IR": "islamic republic of iran",
    "IT": "italia",
    "KP": "democratic peoples republic of korea",
    "KR": "republic of korea|korea republic of",
    "LA": "lao peoples democratic republic",
    "MD": "republic of moldova",
    "MK": "macedonia",
    "MM": "burma",
    "MO": "macau",
    "NL": "holland|the netherlands|nederland",
    "PS": "state of palestine|palestinian territories",
    "RU": "russian federation",
    "SY": "syrian arab republic",
    "SZ": "swaziland",
    "TL": "east timor",
    "TR": "turkey",
    "TZ": "united republic of tanzania",
    "US": "usa|united states of america|u s a|u s",
    "VA": "holy see|vatican",
    "VE": "bolivarian republic of venezuela",
    "VI": "us virgin islands",
    "VN": "vietnam",
    "ZA": "rsa",
}


def country_code(text: str) -> str | None:
    """The code that `text` (a code or an English name, in any capitals) means, or None where it is not known."""
    upper = text.strip().upper()
    if len(upper) == 2 and country_name(upper):
        return upper
    return _by_name().get(_folded(text))


@cache
def _by_name() -> dict[str, str]:
    codes = ("".join(pair) for pair in product(ascii_uppercase, repeat=2))
    names = {_folded(name): code for code in codes if (name := country_name(code))}
    return names | {spelling: code for code, spellings in _ALSO.items() for spelling in spellings.split("|")}


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).replace("&", " and ").replace("’", "'").casefold()
    letters = "".join(
        sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign) and sign != "'"
    )
    return " ".join(letters.split())
