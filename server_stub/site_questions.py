"""What a person at the keyboard is asked where a site is founded, or its sender set.

Decides which questions, in which order, what a good answer is, and that a bad one is told why and asked again. Whether
somebody sits there is the caller's to know.
"""

from __future__ import annotations

import os
import zoneinfo
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace

from orders.records import Address
from server_stub.importing.countries import country_code

# Gives what was typed behind a question.
Ask = Callable[[str], str]

_MOST_CHARACTERS = 100
_LONGEST_SHOWN = 40


class BadAnswer(ValueError):
    """What was typed is none; says what was expected and what came."""


def one_line(text: str) -> str:
    """A text that stands on one line of a label."""
    text = text.strip()
    if not text or len(text) > _MOST_CHARACTERS or not text.isprintable():
        raise BadAnswer(f"expected one line of 1 to {_MOST_CHARACTERS} characters, got {_shown(text)}")
    return text


def time_zone(text: str) -> str:
    """The name of a time zone that this machine knows."""
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadAnswer(f"expected an IANA time zone such as Europe/London, got {_shown(text)}") from error
    return text


def country(text: str) -> str:
    """The ISO 3166 code of a country, by its code or its English name."""
    code = country_code(text)
    if code is None:
        raise BadAnswer(f"expected a country, such as GB or United Kingdom, got {_shown(text)}")
    return code


def company_prefix(text: str) -> str:
    """A GS1 company prefix."""
    if not (text.isascii() and text.isdecimal() and 3 <= len(text) <= 12):
        raise BadAnswer(f"expected a GS1 company prefix of 3 to 12 digits, got {_shown(text)}")
    return text


class Questions:
    """Asks, and says why an answer is none. `ask` raises EOFError where nobody will answer any more."""

    def __init__(self, ask: Ask, say: Callable[[str], None]) -> None:
        self._ask, self._say = ask, say

    def one(
        self, question: str, accept: Callable[[str], str] = one_line, *, default: str = "", needed: str = ""
    ) -> str:
        """One answer, asked for until it is one. An empty line is the default, or asks again where one is `needed`."""
        while True:
            typed = self._ask(f"{question} [{default}]: " if default else f"{question}: ").strip()
            try:
                if typed:
                    return accept(typed)
                if default or not needed:
                    return default
                self._say(f"  no label without {needed}")
            except BadAnswer as error:
                self._say(f"  {error}")

    def sender(self, known: Address) -> Address:
        """The sender, part by part; an empty line leaves what is `known`, no street at all the rest for later."""
        name = self.one("Sender on every label: name", default=known.name)
        lines: list[str] = []
        while line := self.one("  street, next line (Enter: that was all)" if lines else _first_street(known)):
            lines.append(line)
        told = replace(known, name=name, lines=tuple(lines) or known.lines)
        if not any(told.lines):
            return told
        return replace(
            told,
            postcode=self.one("  postcode (Enter: none)", default=told.postcode),
            city=self.one("  town", default=told.city, needed="a town"),
            region=self.one("  region or state (Enter: none)", default=told.region),
            country_code=self.one("  country, such as GB", country, default=told.country_code, needed="a country"),
        )


def _first_street(known: Address) -> str:
    already = ", ".join(known.lines)
    return f"  street and number [{already}]" if already else "  street and number (Enter: later)"


def zone_of_machine(environ: Mapping[str, str] = os.environ, etc: Path = Path("/etc")) -> str:
    """The IANA time zone that this machine keeps; UTC where it does not tell."""
    for name in (environ.get("TZ", "").removeprefix(":"), *_zones_of(etc)):
        try:
            return time_zone(name)
        except BadAnswer:
            continue
    return "UTC"


def _zones_of(etc: Path) -> tuple[str, ...]:
    linked = str((etc / "localtime").resolve()).partition("/zoneinfo/")[2]
    try:
        written = (etc / "timezone").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        written = ""
    return linked, written


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...")
