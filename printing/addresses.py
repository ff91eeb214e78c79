"""The lines of a postal address, in the order that the country of destination writes them.

Follows USPS Publication 28 and the UPU's S42 templates: the locality in capitals, and abroad the country's name in
capitals, alone, last, and in English: the post of any origin reads that, few read the recipient's language. Chinese,
Japanese and Korean addresses in their own script begin with the largest place.
Knows nothing of fonts or paper.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from orders.countries import country_name
from printing.postal import Address
from printing.refusals import DocumentError

MOST_LINES = 6
_LONGEST_JOINED = 45  # characters: where joining two lines to keep to six would make one that has to be broken again
_LONGEST_PLACE = 24


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The lines below the street: C city, S region, Z postcode, / a new line. Everywhere else the postcode leads: Z C S.
_LOCALITIES = {
    "C S Z": _codes("AE AS AU BD BH BN CA GU HK IQ JM JO KH KW LB MP MV NP NZ OM PK PR PW QA SA SG TT US VI"),
    "C S/Z": _codes("BM CO FK GB GG GI IE IM JE KY MT PN SH TC VG ZA"),
    "C-S/Z": _codes("BR"),
    "C/S/Z": _codes("BY EG KZ RU UA"),
    "C Z/S": _codes("IN LK NG PE"),
    "C/S Z": _codes("ID TH VN"),
    "C, S Z": _codes("CN JP KR TW"),
    "Z C/S": _codes("AR CL EC MY PH"),
    "Z C, S": _codes("MX"),
    "C Z": _codes("IL"),
}
_LOCALITY_OF = {code: template for template, codes in _LOCALITIES.items() for code in codes}
# Where the town stands above the street, and the postcode alone below it.
_TOWN_FIRST = _codes("HU")
# Where the post does without a region because the postcode says it.
_REGION_UNUSED = _codes(
    "AT BE BG CH CY CZ DE DK EE FI FO FR GL GR HR HU IL IS LI LT LU LV MC ME MK NL NO PL PT RS SE SI SK VA"
)
# Own script: largest place first, people last. What stands between the parts, and where the postcode stands.
_LARGEST_FIRST = {"JP": ("", "〒"), "CN": ("", ""), "TW": ("", ""), "HK": ("", ""), "MO": ("", ""), "KR": (" ", None)}
_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC")


@lru_cache(maxsize=256)
def address_lines(address: Address, *, sent_from: str) -> tuple[str, ...]:
    """The lines of `address`; the country stands last unless it is `sent_from` (ISO 3166-1 alpha-2).

    At most six, where joining two does not make a line that nobody can read. Raises DocumentError for a country code
    that does not exist.
    """
    country = country_name(address.country)
    if country is None:
        whose = address.name or address.company
        raise DocumentError(f"expected an ISO country code, got {address.country!r}: correct the address of {whose}")
    people = [_tidy(part) for part in (address.name, address.company) if part.strip()]
    street = [_tidy(part) for part in address.street if part.strip()]
    end = [] if address.country == sent_from else [country]
    if address.country in _LARGEST_FIRST and _is_east_asian(address):
        return (*_largest_first(address, people, street), *end)
    locality = _locality(address)
    if address.country in _TOWN_FIRST and len(locality) > 1:
        return (*people, locality[0], *street, *locality[1:], *end)
    while len(people) + len(street) + len(locality) + len(end) > MOST_LINES:
        if len(street) > 1 and len(street[-2]) + len(street[-1]) < _LONGEST_JOINED:
            street[-2:] = [f"{street[-2]}, {street[-1]}"]
        elif len(locality) > 1:
            locality[-2:] = [f"{locality[-2]} {locality[-1]}"]
        elif len(people) > 1 and len(people[0]) + len(people[1]) < _LONGEST_JOINED:
            people = [", ".join(people)]
        else:
            break
    return (*people, *street, *locality, *end)


def _locality(address: Address) -> list[str]:
    city, region, postcode = (
        _capitals(_tidy(part), address.country) for part in (address.city, address.region, address.postcode)
    )
    if region == city or address.country in _REGION_UNUSED:
        region = ""
    if address.country in _TOWN_FIRST:
        return [line for line in (city, postcode) if line]
    if address.country == "TR":
        return [_joined(postcode, "/".join(part for part in (city, region) if part))]
    parts = {"C": city, "S": region, "Z": postcode}
    template = _LOCALITY_OF.get(address.country)
    if template is None:
        line = _joined(postcode, city, region)
        return [line] if line else []
    if not region:  # a postcode that would stand beside the region stands beside the town
        template = template.replace("/S Z", " Z")
    lines = [re.sub("[CSZ]", lambda letter: parts[letter[0]], line) for line in template.split("/")]
    # What stood between two parts goes where one of them is empty.
    tidied = (re.sub(r"([,-])\s*(?=[,-]|$)|^[\s,-]+", "", " ".join(line.split())).strip(" ,-") for line in lines)
    return [line for line in tidied if line]


def _largest_first(address: Address, people: list[str], street: list[str]) -> list[str]:
    between, sign = _LARGEST_FIRST[address.country]
    region, city, postcode = (_tidy(part) for part in (address.region, address.city, address.postcode))
    place = between.join(part for part in (region if region != city else "", city) if part)
    if place and street and len(place) + len(street[0]) <= _LONGEST_PLACE:
        street[0] = f"{place}{between}{street[0]}"
    elif place:
        street.insert(0, place)
    lines = [*street, *reversed(people)]
    if not postcode:
        return lines
    return [*lines, postcode] if sign is None else [f"{sign}{postcode}", *lines]


def _is_east_asian(address: Address) -> bool:
    text = address.city + address.region + "".join(address.street)
    return any(unicodedata.name(char, "").startswith(_EAST_ASIAN) for char in text)


def _capitals(text: str, country: str) -> str:
    """In capitals as they are written: a Greek capital takes no accent, a Turkish i keeps its dot."""
    if country in ("TR", "AZ"):
        text = text.replace("i", "İ")
    upper = text.upper()
    if upper.isascii() or not any("\u0370" <= char <= "\u03ff" for char in upper):
        return upper
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", upper).replace("\u0301", ""))


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
