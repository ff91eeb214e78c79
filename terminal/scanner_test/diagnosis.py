"""From one read of the test card to what this scanner does to a text: pure, and sure only of what it has seen.

Decides which faults there are. What is said about them is `findings`' business, what to write down `proposal`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import Enum

from terminal.scanner_test.capture import ENDS, Capture
from terminal.scanner_test.card import AIM, FIRST, GS, SECOND
from terminal.scanner_test.layouts import LAYOUTS, typed

_LIKE_THE_CARD = 0.6
_CLEARLY_BETTER = 0.08
_LONGEST_MARK = 8
_NOISE = 0.25


class Letters(Enum):
    """What became of upper and lower case."""

    KEPT = "kept"
    SWAPPED = "swapped"
    UPPER = "upper"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a read of the card showed. Texts are as they came.

    - `separator`: what came for FNC1; GS is right, an empty text means lost.
    - `changed`: what stood on the card, and what came for it.
    - `missing`, `extra`: signs that did not come, or came besides.
    - `parity`: E, O, M or "" as the bytes show it, where the line is read with 8 data bits and sends 7.
    - `is_noise`: a port read at another speed than its scanner's.
    """

    capture: Capture
    is_card: bool = False
    prefix: str = ""
    aim: str = ""
    separator: str = ""
    suffix: str = ""
    scanner_layout: str = ""
    host_layout: str = ""
    letters: Letters = Letters.KEPT
    changed: tuple[tuple[str, str], ...] = ()
    missing: str = ""
    extra: str = ""
    parity: str = ""
    is_noise: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether every sign of the card came as it stands there, the separator at least as a mark."""
        return self.is_card and self.separator != "" and not (self.changed or self.missing or self.extra or self.parity)


@dataclass(frozen=True, slots=True)
class _Suspicion:
    """One thing that may have happened to the text on its way."""

    scanner: str = ""
    host: str = ""
    letters: Letters = Letters.KEPT

    def __call__(self, text: str) -> str:
        moved = typed(text, self.scanner, self.host) if self.scanner else text
        return _CASES[self.letters](moved)


_CASES: dict[Letters, Callable[[str], str]] = {
    Letters.KEPT: str,
    Letters.SWAPPED: str.swapcase,
    Letters.UPPER: str.upper,
    Letters.LOWER: str.lower,
}


def diagnose(capture: Capture) -> Diagnosis:
    """What this read shows; `is_card` is False where it was some other code."""
    found = _read(capture, capture.text)
    if found.is_card or capture.source.is_keyboard or capture.source.way in ("evdev", "hidraw"):
        return found
    if any(ord(sign) > 127 for sign in capture.text):
        stripped = _read(capture, "".join(chr(ord(sign) & 127) for sign in capture.text))
        if stripped.is_card:
            return replace(stripped, parity=_parity(capture.raw))
    strange = sum(not (" " <= sign <= "~" or sign in f"{ENDS}{GS}\x02") for sign in capture.text)
    return replace(found, is_noise=strange > _NOISE * len(capture.text))


def _read(capture: Capture, text: str) -> Diagnosis:
    body = text.rstrip(ENDS)
    suspicions = tuple(_suspicions(has_keys=capture.source.has_keys))
    for suspicion in suspicions:
        if found := _exact(capture, body, text[len(body) :], suspicion):
            return found
    return _alike(capture, body, text[len(body) :], suspicions)


def _suspicions(*, has_keys: bool) -> Iterator[_Suspicion]:
    """The likeliest first; a port sends characters and no keys, so no layout can move them."""
    pairs = [("", "")]
    if has_keys:
        pairs += [("US", host) for host in LAYOUTS if host != "US"]
        pairs += [(one, host) for one in LAYOUTS for host in LAYOUTS if one not in ("US", host)]
    for letters in Letters:
        for scanner, host in pairs:
            yield _Suspicion(scanner, host, letters)


def _exact(capture: Capture, body: str, suffix: str, suspicion: _Suspicion) -> Diagnosis | None:
    first, second = suspicion(FIRST), suspicion(SECOND)
    begin = body.find(first)
    behind = begin + len(first)
    place = body.find(second, behind) if begin >= 0 else -1
    if place < 0 or place - behind > _LONGEST_MARK:
        return None
    prefix, aim = _split_aim(body[:begin], suspicion)
    seen = FIRST + SECOND + (AIM if aim else "")
    return Diagnosis(
        capture,
        is_card=True,
        prefix=prefix,
        aim=aim,
        separator=body[behind:place],
        suffix=suffix,
        scanner_layout=suspicion.scanner,
        host_layout=suspicion.host,
        letters=suspicion.letters,
        changed=tuple({sign: came for sign in seen if (came := suspicion(sign)) != sign}.items()),
        extra=body[place + len(second) :],
    )


def _alike(capture: Capture, body: str, suffix: str, suspicions: tuple[_Suspicion, ...]) -> Diagnosis:
    """The best that can be said of a read in which signs were lost or changed in a way that no layout explains."""
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(body)
    plain, best, suspicion = 0.0, 0.0, suspicions[0]
    for each in suspicions:
        matcher.set_seq1(each(FIRST) + GS + each(SECOND))
        # The quick ratio is a bound, and what cannot win is most of them.
        likeness = matcher.ratio() if matcher.quick_ratio() > max(best, _LIKE_THE_CARD) else 0.0
        if each is suspicions[0]:
            plain = likeness
        if likeness > best:
            best, suspicion = likeness, each
    if best < _LIKE_THE_CARD:
        return Diagnosis(capture, suffix=suffix)
    if best - plain < _CLEARLY_BETTER:
        suspicion = suspicions[0]
    aim = AIM if suspicion(AIM) in body[: len(AIM) + _LONGEST_MARK] else ""
    expected = suspicion(aim + FIRST) + GS + suspicion(SECOND)
    found = Diagnosis(
        capture,
        is_card=True,
        aim=aim,
        suffix=suffix,
        scanner_layout=suspicion.scanner,
        host_layout=suspicion.host,
        letters=suspicion.letters,
        changed=tuple({sign: came for sign in FIRST + SECOND if (came := suspicion(sign)) != sign}.items()),
    )
    return _with_differences(found, expected, body)


def _with_differences(found: Diagnosis, expected: str, body: str) -> Diagnosis:
    changed, missing, extra = dict(found.changed), "", ""
    prefix, separator = "", GS
    for what, first, last, came_first, came_last in SequenceMatcher(None, expected, body, autojunk=False).get_opcodes():
        wanted, came = expected[first:last], body[came_first:came_last]
        if what == "equal":
            continue
        if GS in wanted:
            separator = came if wanted == GS else ""
            missing += wanted.replace(GS, "") if wanted != GS and not came else ""
        elif what == "insert" and first == 0:
            prefix = came
        elif what == "insert":
            extra += came
        elif what == "delete":
            missing += wanted
        elif len(wanted) == len(came):
            changed.update(zip(wanted, came, strict=True))
        else:
            changed[wanted] = came
    return replace(
        found, prefix=prefix, separator=separator, changed=tuple(changed.items()), missing=missing, extra=extra
    )


def _split_aim(head: str, suspicion: _Suspicion) -> tuple[str, str]:
    """The preamble, and the AIM id that the card's symbol may have, as it would be without the layouts' fault."""
    for modifier in "1024":
        aim = f"]C{modifier}"
        if head.endswith(came := suspicion(aim)):
            return head.removesuffix(came), aim
    return head, ""


def _parity(raw: bytes) -> str:
    """The parity that stands in the eighth bit of 7-bit characters."""
    if all(byte & 128 for byte in raw):
        return "M"
    odd = {byte.bit_count() % 2 for byte in raw}
    return {frozenset({0}): "E", frozenset({1}): "O"}.get(frozenset(odd), "")


def shown(text: str) -> str:
    """`text` with control characters by their names, so that a person can read it and a screen is not moved by it."""
    return re.sub(r"[^ -~\u00a0-\uffff]", lambda found: _NAMES.get(found[0], f"<{ord(found[0]):02X}>"), text)


_NAMES = {"\x02": "<STX>", "\x03": "<ETX>", "\t": "<TAB>", "\n": "<LF>", "\r": "<CR>", "\x1b": "<ESC>", GS: "<GS>"}
