"""From a diagnosis to sentences: what is right, what has to be mended on the device, what would be better.

Decides how grave each thing is. Only a fault keeps a profile from being written: with it, some scan would be wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from scanners.profile import STX
from terminal import scanner_test_wording as words
from terminal.scanner_test.card import GS
from terminal.scanner_test.diagnosis import Diagnosis, Letters, shown

TYPING_GAP_SECONDS = 0.03
"""Keys closer than this are a scanner's, as the wedge's profile has it unless told otherwise."""
SLOW_GAP_SECONDS = 0.06
"""Keys further apart than this look like a hand: such a scanner needs a prefix."""
FUNCTION_KEY = re.compile(r"<f(\d{1,2})>")
"""A key that types nothing and may stand for the separator, as the driver names it."""
_MOST_CHANGES = 5


class Weight(Enum):
    """How grave a finding is."""

    RIGHT = "OK"
    ADVICE = "TIP"
    FAULT = "NO"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence of the report."""

    weight: Weight
    sentence: str


def findings(found: Diagnosis) -> tuple[Finding, ...]:
    """Everything that one read of the card told, faults first."""
    every = (_way(found), *_line(found), _signs(found), _separator(found), *_aim(found), _prefix(found), _suffix(found))
    told = [each for each in every if each is not None]
    told.append(Finding(Weight.ADVICE, words.turn_beep_down()))
    order = (Weight.FAULT, Weight.RIGHT, Weight.ADVICE)
    return tuple(sorted(told, key=lambda each: order.index(each.weight)))


def has_fault(found: Diagnosis) -> bool:
    """Whether no settings of ours can make scans of this scanner safe."""
    return any(each.weight is Weight.FAULT for each in findings(found))


def is_slow(found: Diagnosis) -> bool:
    """Whether the keys come so slowly that only a prefix tells them from a hand's."""
    return found.capture.source.is_keyboard and found.capture.longest_gap_seconds > SLOW_GAP_SECONDS


def has_other_layout(found: Diagnosis) -> bool:
    """Whether the scanner on a grabbed keyboard plays another country than its entry says, which the entry can mend."""
    return found.capture.source.way == "evdev" and bool(found.scanner_layout)


def _way(found: Diagnosis) -> Finding:
    capture = found.capture
    if capture.source.way != "serial":
        return Finding(Weight.RIGHT, words.comes_by_device(capture.source.port, words.way(capture.source.way)))
    if not capture.source.is_keyboard:
        return Finding(Weight.RIGHT, words.comes_by_port(capture.source.port, str(capture.source.settings)))
    if capture.is_paste:
        return Finding(Weight.RIGHT, words.comes_as_paste())
    return Finding(Weight.RIGHT, words.comes_as_keys(capture.characters_per_second))


def _line(found: Diagnosis) -> tuple[Finding, ...]:
    if found.parity:
        return (Finding(Weight.RIGHT, words.parity_seen(found.parity)),)
    if is_slow(found) and not _is_mark(found.prefix):
        return (Finding(Weight.FAULT, words.too_slow(round(found.capture.longest_gap_seconds * 1000))),)
    if is_slow(found):
        return (Finding(Weight.ADVICE, words.slow_with_prefix(found.prefix)),)
    if found.capture.source.is_keyboard and not found.scanner_layout:
        return (Finding(Weight.ADVICE, words.port_is_better()),)
    return ()


def _signs(found: Diagnosis) -> Finding:
    if has_other_layout(found):
        return Finding(Weight.ADVICE, words.layout_to_set(found.scanner_layout))
    if found.scanner_layout:
        some = ", ".join(words.changed(sign, shown(came)) for sign, came in found.changed[:_MOST_CHANGES])
        return Finding(Weight.FAULT, words.layouts_differ(found.scanner_layout, found.host_layout, some))
    if found.letters is not Letters.KEPT:
        return Finding(Weight.FAULT, words.letters_changed(found.letters.value))
    if found.changed:
        some = ", ".join(words.changed(shown(sign), shown(came)) for sign, came in found.changed[:_MOST_CHANGES])
        return Finding(Weight.FAULT, words.signs_changed(some))
    if found.missing:
        return Finding(Weight.FAULT, words.signs_missing(shown(found.missing)))
    if found.extra:
        return Finding(Weight.FAULT, words.signs_extra(shown(found.extra)))
    return Finding(Weight.RIGHT, words.every_sign_right())


def _separator(found: Diagnosis) -> Finding:
    mark = found.separator
    if mark == GS:
        return Finding(Weight.RIGHT, words.separator_right())
    if not mark:
        # Where layouts differ, Ctrl+] is one of the keys that moved: first things first.
        is_grave = bool(found.aim) and not found.scanner_layout
        return Finding(Weight.FAULT if is_grave else Weight.ADVICE, words.separator_lost())
    is_key = mark in found.capture.signs and len(mark) > 1
    if FUNCTION_KEY.fullmatch(mark) if is_key else _stands_apart(mark):
        return Finding(Weight.RIGHT, words.separator_mark(mark))
    return Finding(Weight.FAULT, words.separator_strange(shown(mark)))


def _aim(found: Diagnosis) -> tuple[Finding, ...]:
    match found.aim:
        case "]C1":
            return (Finding(Weight.RIGHT, words.aim_right()),)
        case "":
            return (Finding(Weight.RIGHT, words.works_without_aim()), Finding(Weight.ADVICE, words.aim_missing()))
        case other:
            return (Finding(Weight.FAULT, words.aim_other(other)),)


def _prefix(found: Diagnosis) -> Finding | None:
    prefix = found.prefix
    if not prefix or prefix == STX:
        return None
    if _is_mark(prefix.removeprefix(STX)) and "]" not in prefix:
        return Finding(Weight.RIGHT, words.prefix_seen(shown(prefix)))
    return Finding(Weight.FAULT, words.prefix_strange(shown(prefix)))


def _suffix(found: Diagnosis) -> Finding | None:
    if found.capture.source.way == "hidraw":
        return None  # its reports say where a read ends
    if found.suffix:
        return Finding(Weight.RIGHT, words.suffix_seen(shown(found.suffix)))
    return Finding(Weight.ADVICE, words.suffix_missing())


def _stands_apart(text: str) -> bool:
    """Whether no data can be taken for it: a mark, or some text between two marks, such as <GS>."""
    return text.isascii() and text.isprintable() and not (text[0].isalnum() or text[-1].isalnum())


def _is_mark(text: str) -> bool:
    """Whether it can stand for something else: a few marks that no data holds."""
    return 0 < len(text) <= 8 and text.isascii() and text.isprintable() and not any(sign.isalnum() for sign in text)
