"""Which form of an address goes on paper: the local one, the one in Latin letters, or both.

Abroad the sender's own post reads the address first, so the Latin form leads where there is one, and the local form
stands beside it for whoever delivers (UPU Convention Manual, on characters other than Latin).
"""

from __future__ import annotations

from dataclasses import dataclass

from printing.addresses import address_lines
from printing.fonts import MissingGlyph, kept, needs_shaping, printable
from printing.postal import Address

# Which shapes of Chinese characters a country reads.
_HAN = {"JP": "ja", "KR": "ko", "CN": "zh-hans", "SG": "zh-hans", "TW": "zh-hant", "HK": "zh-hk", "MO": "zh-hk"}


@dataclass(frozen=True, slots=True)
class Consignee:
    """The lines that have to be read, and those that stand beside them if there is room."""

    lines: tuple[str, ...]
    also: tuple[str, ...] = ()


@kept(256)
def consignee(address: Address, *, sent_from: str) -> Consignee:
    """The lines of `address` for a parcel from the country `sent_from`.

    Raises MissingGlyph where no font draws the local form and there is no other.
    """
    local = address_lines(address, sent_from=sent_from)
    if address.latin is None:
        return Consignee(tuple(map(printable, local)))
    latin = address_lines(address.latin, sent_from=sent_from)
    try:
        local = tuple(map(printable, local))
    except MissingGlyph:
        return Consignee(latin)
    if address.country == sent_from or not any(map(needs_shaping, local)):
        return Consignee(local)
    return Consignee(latin, address_lines(address, sent_from=address.country))


def letterhead(address: Address, *, sent_from: str) -> tuple[str, ...]:
    """The lines of a sender, whose name leads even where an address begins with its largest place."""
    lines = consignee(address, sent_from=sent_from).lines
    named = [line for line in lines if line in (address.name, address.company)][-1:]
    return (*named, *(line for line in lines if line not in named)) if named != [lines[0]] else lines


def han_of(country: str, language: str = "") -> str:
    """The language whose shapes of Chinese characters are read in `country` (BCP 47).

    Elsewhere those of a paper's own `language`, else Japanese.
    """
    of_words = "zh-hans" if language.startswith("zh") else "ja"
    return _HAN.get(country, of_words)
