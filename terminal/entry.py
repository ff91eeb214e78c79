"""What has been typed and not yet entered, by a hand or by a scanner so slow that it looks like one.

Decides when Enter means something: never on an empty line, and never right after a scan, whose own Enter it may be;
whether a hand can have typed a line, from the times of its keys and of what came before it; and that what a scan or a
new question overtook is dropped whole, for the rest of a barcode is another barcode.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from enum import Enum
from math import inf
from typing import TYPE_CHECKING

from scanners.keyboard_wedge import character_of
from scanners.scan import GS

if TYPE_CHECKING:
    from scanners.profile import ScannerProfile

_AFTER_SCAN_SECONDS = 0.3
# The slowest scanner types a character a second; who waits longer has begun anew.
_ANEW_SECONDS = 1.2
_LIMIT_CHARACTERS = 500
# So little do the gaps of a scanner with a delay between its characters differ; a hand's differ by a multiple of it.
_EVEN_SECONDS = 0.012
# Two gaps alike are chance; three are none, be they of one line or of two that follow each other.
_RHYTHM_GAPS = 3
# Times are kept as floats: what is exactly a gap apart may seem a hair further.
_HAIR_SECONDS = 1e-6
# What would be a quantity: pieces, pieces that are meant, or packs.
_NUMBER = re.compile(r"\d{1,5}(\.| ?[A-Za-z]+)?")
_LINE_BREAKS = ("\r", "\n", "\t")


class Pace(Enum):
    """Who can have typed a line, by the times of its keys."""

    HAND = "a hand, or a device that cannot be told from one"
    EVEN = "more likely a device, which has the same delay between all its characters"
    DEVICE = "no hand"


class Search(Enum):
    """What a key means while acts are searched by typing."""

    GOES_ON = "the search takes it"
    IS_A_LINE = "a line is entered, and was no search"
    IS_NOTHING = "it is the late end of a scan"
    IS_TOO_LATE = "it goes on with what was overtaken"


class Entry:
    """The entry line, typed into by hands and by the scanner of `wedge`. Times are seconds of one monotonic clock."""

    def __init__(self, wedge: ScannerProfile) -> None:
        self._ends = set(wedge.terminators) & set("\r\n\t")
        self._separator_keys = wedge.separator_keys
        self._gap_seconds = wedge.burst_gap_ms / 1000 + _HAIR_SECONDS
        self._silence_seconds = wedge.silence_ms / 1000 + _HAIR_SECONDS
        # Between all keys, those of earlier lines too; so many of the last ones lie inside of the line.
        self._gaps: deque[float] = deque(maxlen=_LIMIT_CHARACTERS)
        self._inside = 0
        self._is_behind_a_read = False
        self._read_at = -inf
        self.text = ""
        self._scanned_at = -inf
        self._began_at = -inf
        self._typed_at = -inf
        self._has_typed_since = False
        self._is_overtaken = False

    def add(self, characters: str, now: float) -> bool:
        """Gathers what was typed; an endless line is cut off where no barcode is that long.

        False where it is dropped, because it goes on with what was overtaken.
        """
        self._is_overtaken = self._is_overtaken and now - self._typed_at <= _ANEW_SECONDS
        self._gaps.append(now - self._typed_at)
        self._typed_at = now
        if self._is_overtaken:
            return False
        if self.text:
            self._inside += 1
        elif characters in _LINE_BREAKS:  # the LF of a slow CR LF is the end of the line before it
            self._read_at = now if self._is_behind(now) else self._read_at
            return True
        else:
            self._inside, self._began_at, self._is_behind_a_read = 0, now, self._is_behind(now)
        self._has_typed_since = True
        self.text = (self.text + characters)[:_LIMIT_CHARACTERS]
        return True

    def back(self) -> None:
        """Takes the last character away, as no scanner does."""
        self.text = self.text[:-1]
        self._gaps.append(inf)
        self._inside += 1

    def clear(self) -> None:
        """Forgets what was typed, because a hand wants so."""
        self.text = ""
        self._is_overtaken = False

    def overtake(self) -> None:
        """The question is another one: what is half typed, and what still follows it, belonged to the one before."""
        self._is_overtaken = self._is_overtaken or bool(self.text)
        self.text = ""

    def scanned(self, at: float) -> None:
        """A scan came by keyboard, behind all that was typed so far."""
        self._read_at = at
        self._pass(at)

    def scanned_elsewhere(self, at: float) -> None:
        """A scan came past the keyboard at that time, which may be a while ago; what was begun after it stays."""
        if not self.text or self._began_at <= at:
            self._pass(at)

    def may_enter(self, now: float) -> bool:
        """Whether an Enter can be a person's: not the late end of a scan that just came, or of what it overtook."""
        if self._is_overtaken:
            self._is_overtaken = False
            return False
        return now - self._scanned_at > _AFTER_SCAN_SECONDS or self._has_typed_since

    def is_too_fast(self, since: float, now: float) -> bool:
        """Whether no hand presses two keys at these times."""
        return now - since <= self._gap_seconds

    def pace(self, now: float) -> Pace:
        """Who can have typed the line, with the Enter that comes now."""
        to_enter = now - self._typed_at
        before, inside = self._split(to_enter)
        fast = [gap <= self._gap_seconds for gap in inside]
        # One key that came as if with another spoils a number, whose every digit is worth goods; a word only if all do.
        is_fast = any(fast) if _NUMBER.fullmatch(self.text.strip()) else all(fast)
        if is_fast or self._is_behind_a_read or _is_one_rhythm(before, inside):
            return Pace.DEVICE
        return Pace.EVEN if len(inside) > 1 and _are_even(inside) else Pace.HAND

    def take(self, now: float) -> tuple[str, Pace]:
        """What was typed, which is entered now, and at which pace."""
        text, pace = self.text, self.pace(now)
        is_read = pace is Pace.DEVICE or (pace is Pace.EVEN and self._inside + 1 >= _RHYTHM_GAPS)
        self._read_at = now if is_read else self._read_at
        self._gaps.append(now - self._typed_at)
        self.text, self._typed_at = "", now
        return text, pace

    def typed(self, key: str, character: str | None) -> str | None:
        """What a key types; inside of a line, a key that the scanner has in place of GS types GS."""
        return GS if self.text and key in self._separator_keys else character_of(key, character)

    def ends(self, key: str, character: str | None) -> bool:
        """Whether this key ends the line: Enter, or a slow scanner's TAB or LF (which is Ctrl+J)."""
        return key == "enter" or (bool(self.text) and character in self._ends)

    def search(self, key: str, character: str | None, now: float, titles: Iterable[str]) -> Search:
        """What a key means while `titles` are searched by typing; the line has to be entered where it is one.

        A hand searches in small letters. Whatever else ends with Enter was a slow scanner's, and chooses nothing.
        """
        typed = self.typed(key, character)
        if self.ends(key, typed):
            if not self.may_enter(now):
                return Search.IS_NOTHING
            if self.text and (self.pace(now) is Pace.DEVICE or not self._names_one_of(titles)):
                return Search.IS_A_LINE
            self.clear()
        elif key == "escape":
            self.clear()
        elif key == "backspace":
            self.back()
        elif typed and not self.add(typed, now):
            return Search.IS_TOO_LATE
        return Search.GOES_ON

    def _pass(self, at: float) -> None:
        self._scanned_at, self._has_typed_since = at, False
        self.overtake()

    def _is_behind(self, now: float) -> bool:
        """Whether a key comes so soon behind what a device typed that it has to be the same device's."""
        return now - self._read_at <= self._silence_seconds

    def _split(self, to_enter: float) -> tuple[list[float], list[float]]:
        """The gaps before the line, the one that leads to it at their end, and those inside of it up to Enter."""
        gaps = list(self._gaps)
        begins = len(gaps) - self._inside
        return gaps[:begins], [*gaps[begins:], to_enter]

    def _names_one_of(self, titles: Iterable[str]) -> bool:
        is_word = self.text.islower() and self.text.replace(" ", "").isalpha()
        return is_word and any(self.text in title.lower() for title in titles)


def _is_one_rhythm(before: Sequence[float], inside: Sequence[float]) -> bool:
    """Whether a line goes on at the pace of the one before it, as a device's next field does."""
    wanted = max(1, _RHYTHM_GAPS - len(inside))
    gaps = [*before[-wanted:], *inside]
    return len(before) >= wanted and max(gaps) <= _ANEW_SECONDS and _are_even(gaps)


def _are_even(gaps: Sequence[float]) -> bool:
    return max(gaps) - min(gaps) <= _EVEN_SECONDS
