"""GS1 Digital Link: a web address that names a GS1 key in its path (GS1 Digital Link URI Syntax 1.6).

Decides whether an address is such a link and what it says. Any other address names no key, which is no fault of
its own: a shop's web page on a carton, or a site's own code. Fetches nothing, and does not read the compressed form.
"""

import re
from base64 import urlsafe_b64decode
from binascii import Error as NoBase64
from itertools import pairwise
from urllib.parse import unquote

from scanners import wording
from scanners.gs1 import Message, judge, together
from scanners.gs1_dictionary import define
from scanners.gs1_values import has_check_digit, is_percent_encoded
from scanners.scan import Element, Problem, Reason

# Primary key -> the orders in which its qualifiers may follow.
_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(("00", "253", "255", "401", "402", "8003", "8013"), ()),
    "01": (("22", "10", "21"), ("235",)),
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
# May not stand behind the question mark.
_NO_ATTRIBUTES = re.compile("03|21|22|235|254|704[01]|80(?:11|14|19|20|4[0-3])|8200")
# What the first releases called the keys; since 1.2 an address that does so is no GS1 Digital Link.
_OLD_NAMES = {
    "cpid": "8010",
    "gcn": "255",
    "gdti": "253",
    "giai": "8004",
    "ginc": "401",
    "gln": "414",
    "gmn": "8013",
    "grai": "8003",
    "gsin": "402",
    "gsrn": "8018",
    "gsrnp": "8017",
    "gtin": "01",
    "itip": "8006",
    "party": "417",
    "payTo": "415",
    "sscc": "00",
}

# As a QR code's alphanumeric mode has it, or as everybody writes it.
_SCHEMES = ("http", "https", "HTTP", "HTTPS")
_URI = re.compile(r"[\w\-.~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]+)(?::\d{0,5})?")
_COMPRESSED = re.compile(r"[0-9A-Za-z_-]{10,}")
# The first byte of the compressed form names one AI, or a set of them that often come together.
_COMPRESSED_GTIN = frozenset(bytes.fromhex("010A0B0C0D0E0F1A1B"))
_COMPRESSED_SSCC = 0x00


class _Broken(Exception):
    """An address that names a GS1 key wrongly; says how."""


def read_link(address: str, *, zero_suppressed_gtin: bool = False) -> Message:
    """The elements that a web address names, key first, and what is wrong with it.

    `zero_suppressed_gtin` accepts a GTIN of 8, 12 or 13 digits in the path and fills it up to 14, as links of
    the first releases have it; behind the question mark every release may have one.
    """
    scheme, _, rest = address.partition("://")
    rest, _, query = rest.partition("#")[0].partition("?")
    host, _, path = rest.partition("/")
    segments = path.split("/")
    try:
        if scheme not in _SCHEMES or not _URI.fullmatch(address) or not _HOST.fullmatch(host):
            raise _Broken(wording.link_malformed(address))
        start = _key_place(segments)
        if start is None:
            return _without_key(address, [host, *segments])
        key, *qualifiers = segments[start::2]
        values = [_decoded(value) for value in segments[start + 1 :: 2]]
        if zero_suppressed_gtin and key == "01":
            values[0] = _filled(values[0])
        _check_qualifiers(key, qualifiers)
        attributes = _attributes(query)
        _check_attributes(key, qualifiers, [ai for ai, _ in attributes])
    except _Broken as broken:
        return Message(problems=(Problem(Reason.DIGITAL_LINK, "", str(broken)),))
    return _judged([*zip((key, *qualifiers), values, strict=True), *attributes])


def _judged(named: list[tuple[str, str]]) -> Message:
    elements: list[Element] = []
    problems: list[Problem] = []
    for ai, value in named:
        known = define(ai)
        if known is None:
            problems.append(Problem(Reason.UNKNOWN_AI, "", wording.unknown_ai(ai)))
            continue
        problems += judge(known, value)
        elements.append(Element(ai, value))
    return together(elements, problems)


def _key_place(segments: list[str]) -> int | None:
    """Where the key stands: pairs are counted from the end, because a stem before the key may look like one."""
    for place in range(len(segments) - 2, -1, -2):
        if segments[place] in _KEYS:
            # Every GS1 key begins with the digits of a company: /01/about is somebody's page.
            return place if unquote(segments[place + 1])[:1].isdecimal() else None
    return None


def _without_key(address: str, segments: list[str]) -> Message:
    if any(name in _KEYS and _is_pair(name, value) for name, value in pairwise(segments)):
        raise _Broken(wording.link_half_pair())
    for name, value in pairwise(segments):
        if name in _OLD_NAMES and _is_pair(_OLD_NAMES[name], value):
            raise _Broken(wording.link_old_name(name, _OLD_NAMES[name]))
    if _is_compressed(segments[-1]):
        return Message(problems=(Problem(Reason.DIGITAL_LINK, "", wording.link_compressed()),))
    return Message(problems=(Problem(Reason.NO_KEY, "", wording.no_key(address)),))


def _is_pair(name: str, value: str) -> bool:
    """A key with a value that can only be its own: /2026/01/05/news is no GTIN."""
    known = define(name) if len(value) >= 8 else None
    return known is not None and not any(judge(known, _filled(value) if name == "01" else value))


def _is_compressed(segment: str) -> bool:
    """Whether it is the compressed form of a GTIN or an SSCC: 47 or 60 bits behind the first byte are the key."""
    if _COMPRESSED.fullmatch(segment) is None:
        return False
    try:
        data = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except NoBase64:
        return False
    if len(data) < 9 or not (data[0] in _COMPRESSED_GTIN or data[0] == _COMPRESSED_SSCC):
        return False
    bits, digits = (60, 18) if data[0] == _COMPRESSED_SSCC else (47, 14)
    number = str(int.from_bytes(data[1:9], "big") >> (64 - bits))
    return len(number) <= digits and int(number) > 0 and has_check_digit(number.zfill(digits))


def _check_qualifiers(key: str, qualifiers: list[str]) -> None:
    if not _is_order(key, qualifiers):
        raise _Broken(wording.link_qualifiers(key, qualifiers))


def _check_attributes(key: str, qualifiers: list[str], attributes: list[str]) -> None:
    seen = {key, *qualifiers}
    for ai in attributes:
        if ai in seen:
            raise _Broken(wording.link_named_twice(ai))
        seen.add(ai)
        if _NO_ATTRIBUTES.fullmatch(ai):
            raise _Broken(wording.link_no_attribute(ai))
        if any(_is_order(key, [*qualifiers[:place], ai, *qualifiers[place:]]) for place in range(len(qualifiers) + 1)):
            raise _Broken(wording.link_belongs_into_path(ai))


def _is_order(key: str, qualifiers: list[str]) -> bool:
    """Whether these qualifiers may follow this key in this order, some left out."""
    for order in _KEYS[key]:
        allowed = iter(order)
        if all(qualifier in allowed for qualifier in qualifiers):
            return True
    return not qualifiers


def _attributes(query: str) -> list[tuple[str, str]]:
    """What stands behind the question mark; what is no number is for web servers and means nothing here."""
    named: list[tuple[str, str]] = []
    for part in re.split("[&;]", query):
        ai, equals, value = part.partition("=")
        if equals and ai.isdecimal():
            value = _decoded(value.replace("+", " "))
            named.append((ai, _filled(value) if ai == "01" else value))
    return named


def _decoded(value: str) -> str:
    """What stands behind an identifier; a stray percent sign in the words of a web shop is its own matter."""
    if not is_percent_encoded(value):
        raise _Broken(wording.link_malformed(value))
    # Latin-1 keeps every byte: what is not ASCII is refused as a character that no identifier has.
    return unquote(value, encoding="latin-1")


def _filled(gtin: str) -> str:
    return gtin.zfill(14) if len(gtin) in (8, 12, 13) else gtin
