"""GS1 Digital Link: a web address that names a GS1 key in its path (GS1 Digital Link URI Syntax 1.6).

Decides whether an address is such a link and what it says. Any other address is none of its business and
comes back empty: a shop's web page on a carton is not an error. Fetches nothing.
"""

import re
from urllib.parse import unquote, unquote_plus

from scanners.gs1 import read_element
from scanners.scan import Element, Reason, Refusal, shown

SCHEMES = ("https://", "http://", "HTTPS://", "HTTP://")

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

_URI = re.compile(r"(?:[\w\-.~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+", re.ASCII)
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]+)(?::\d{1,5})?")


def is_address(text: str) -> bool:
    """Whether the text is a web address, and so may be a Digital Link."""
    return text.startswith(SCHEMES)


def read_link(address: str, *, zero_suppressed_gtin: bool = False) -> tuple[Element, ...]:
    """The elements that a web address names, key first; empty when it names no GS1 key.

    `zero_suppressed_gtin` accepts a GTIN of 8, 12 or 13 digits and fills it up to 14. Raises `Refusal` when a
    GS1 key is named and anything about it is wrong.
    """
    rest = address.split("//", 1)[1].partition("#")[0]
    rest, _, query = rest.partition("?")
    host, _, path = rest.partition("/")
    segments = path.split("/")
    start = _key_place(segments)
    if start is None:
        return ()
    if not _URI.fullmatch(address) or not _HOST.fullmatch(host):
        raise _refusal(f"{shown(address)} is not a well-formed web address")
    names = segments[start::2]
    values = [_text(value, in_query=False) for value in segments[start + 1 :: 2]]
    _check_qualifiers(names[0], names[1:])
    named = list(zip(names, values, strict=True)) + _attributes(query)
    if len({ai for ai, _ in named}) < len(named):
        raise _refusal("it names one identifier twice")
    if zero_suppressed_gtin:
        named = [(ai, _filled(value) if ai == "01" else value) for ai, value in named]
    return tuple(read_element(ai, value) for ai, value in named)


def _key_place(segments: list[str]) -> int | None:
    """Where the key stands: pairs are counted from the end, because a stem before the key may look like one."""
    for place in range(len(segments) - 2, -1, -2):
        if segments[place] in _KEYS:
            # Every GS1 key begins with the digits of a company: /01/about is somebody's page.
            return place if unquote(segments[place + 1])[:1].isdecimal() else None
    return None


def _check_qualifiers(key: str, qualifiers: list[str]) -> None:
    for order in _KEYS[key]:
        allowed = iter(order)
        if all(qualifier in allowed for qualifier in qualifiers):
            return
    if qualifiers:
        raise _refusal(f"/{'/'.join(qualifiers)} may not follow key {key} in that order")


def _attributes(query: str) -> list[tuple[str, str]]:
    """What stands behind the question mark; what is no number is for web servers and means nothing here."""
    pairs = (part.partition("=") for part in re.split("[&;]", query))
    return [(name, _text(value, in_query=True)) for name, equals, value in pairs if equals and name.isdecimal()]


def _text(quoted: str, *, in_query: bool) -> str:
    # Latin-1 keeps every byte, so that what is not ASCII is refused by the AI's shape and never by an exception.
    return (unquote_plus if in_query else unquote)(quoted, encoding="latin-1")


def _filled(gtin: str) -> str:
    return gtin.zfill(14) if len(gtin) in (8, 12, 13) else gtin


def _refusal(fault: str) -> Refusal:
    return Refusal(Reason.DIGITAL_LINK, f"The GS1 web address cannot be trusted, {fault}: set it aside.")
