"""From a diagnosis to the lines of a config: which settings this scanner needs, and nothing that the defaults give.

Decides values. How they get into a file that somebody wrote by hand is `config_edit`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from math import ceil

from scanners.port_list import is_same_port
from scanners.profile import STX, Kind, ScannerProfile
from terminal.config_edit import Table, Value
from terminal.scanner_test.capture import Source
from terminal.scanner_test.card import GS
from terminal.scanner_test.diagnosis import Diagnosis
from terminal.scanner_test.findings import FUNCTION_KEY, TYPING_GAP_SECONDS, has_other_layout, is_slow
from terminal.scanner_test.layouts import LAYOUTS

_DEFAULTS = {each.name: each.default for each in fields(ScannerProfile)}


def profile_of(found: Diagnosis, scanners: Sequence[ScannerProfile]) -> ScannerProfile | None:
    """The configured scanner that this one is: the wedge, or who has the same port."""
    source = found.capture.source
    if source.is_keyboard:
        return next((each for each in scanners if each.kind == "wedge"), None)
    return next((each for each in scanners if each.port and is_same_port(each.port, source.port)), None)


def entry(found: Diagnosis, scanners: Sequence[ScannerProfile]) -> Table:
    """The keys of a `[[scanner]]` entry that have to be set, or to go (None); its name is that of the one it changes.

    What such an entry says already, or the defaults give, is left out.
    """
    known, source = profile_of(found, scanners), found.capture.source
    wanted = _wanted(found)
    if known is None:
        name = _free_name(scanners, "wedge" if source.is_keyboard else "scanner")
        new: Table = {"name": name, "kind": kind_of(source)}
        if not source.is_keyboard:
            new["port"] = source.port
        return new | {key: value for key, value in wanted.items() if value != _usual(key)}
    changes: Table = {"name": known.name}
    for key, value in wanted.items():
        if value != _plain(getattr(known, key)):
            changes[key] = None if value == _usual(key) else value
    return changes


def kind_of(source: Source) -> Kind:
    """The kind of scanner that reads come from by this way."""
    match source.way:
        case "evdev" | "hidraw":
            return source.way
        case _:
            return "wedge" if source.is_keyboard else "serial"


def _wanted(found: Diagnosis) -> Table:
    """Every setting that the test has an answer for; `aim` is None where reads may come without."""
    source, usual = found.capture.source, ScannerProfile("usual", kind="wedge")
    wanted: Table = {
        "terminators": usual.terminators if found.suffix else "",
        "separators": [_mark(found)] if found.separator not in ("", GS) else [],
        "prefix": found.prefix.removeprefix(STX) or usual.prefix,
        "aim": True if found.aim else None,
    }
    if source.is_keyboard:
        gap = found.capture.longest_gap_seconds
        is_near = not is_slow(found) and gap > TYPING_GAP_SECONDS * 0.7
        wanted["burst_gap_ms"] = ceil(gap * 150) * 10 if is_near else usual.burst_gap_ms
        return wanted
    if source.way == "hidraw":
        del wanted["terminators"]
    if source.way == "evdev" and has_other_layout(found):
        wanted["layout"] = LAYOUTS[found.scanner_layout]
    if source.way != "serial":
        return wanted
    wanted["baud"] = source.settings.baud
    wanted["bytesize"] = 7 if found.parity else source.settings.bytesize
    wanted["parity"] = found.parity or source.settings.parity
    wanted["stopbits"] = source.settings.stopbits
    return wanted


def _mark(found: Diagnosis) -> str:
    """The separator as a profile names it: a mark as it is, a key by its name."""
    is_key = found.separator in found.capture.signs and FUNCTION_KEY.fullmatch(found.separator)
    return found.separator.strip("<>").upper() if is_key else found.separator


def _usual(key: str) -> Value:
    return _plain(_DEFAULTS[key])


def _plain(value: object) -> Value:
    """A profile's value as a config spells it."""
    return list(value) if isinstance(value, tuple) else value  # type: ignore[return-value]  # all are plain


def _free_name(scanners: Sequence[ScannerProfile], wanted: str) -> str:
    taken = {each.name for each in scanners}
    names = [wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)
