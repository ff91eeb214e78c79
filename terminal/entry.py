"""What has been typed and not yet entered, by a hand or by a scanner so slow that it looks like one.

Decides when Enter means something: never on an empty line, and never right after a scan, whose own Enter it may be; and
that what a scan or a new question overtook is dropped whole, for the rest of a barcode is another barcode.
"""

from __future__ import annotations

from collections.abc import Iterable
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
        self._gap_seconds = wedge.burst_gap_ms / 1000
        self._is_fast = True
        self._gaps: list[float] = []
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
        self._is_fast = not self.text or self._goes_on_fast(now)
        self._gaps = [*self._gaps, now - self._typed_at][-_LIMIT_CHARACTERS:] if self.text else []
        self._typed_at = now
        if self._is_overtaken:
            return False
        if not self.text:
            self._began_at = now
        self._has_typed_since = True
        self.text = (self.text + characters)[:_LIMIT_CHARACTERS]
        return True

    def back(self) -> None:
        """Takes the last character away, as no scanner does."""
        self.text = self.text[:-1]
        self._gaps.append(inf)

    def clear(self) -> None:
        """Forgets what was typed, because a hand wants so."""
        self.text = ""
        self._is_overtaken = False

    def overtake(self) -> None:
        """The question is another one: what is half typed, and what still follows it, belonged to the one before."""
        self._is_overtaken = self._is_overtaken or bool(self.text)
        self.text = ""

    def scanned(self, at: float) -> None:
        """A scan came, behind all that was typed so far."""
        self._scanned_at, self._has_typed_since = at, False
        self.overtake()

    def scanned_elsewhere(self, at: float) -> None:
        """A scan came past the keyboard at that time, which may be a while ago; what was begun after it stays."""
        if not self.text or self._began_at <= at:
            self.scanned(at)

    def may_enter(self, now: float) -> bool:
        """Whether an Enter can be a person's: not the late end of a scan that just came, or of what it overtook."""
        if self._is_overtaken:
            self._is_overtaken = False
            return False
        return now - self._scanned_at > _AFTER_SCAN_SECONDS or self._has_typed_since

    def is_at_scan_speed(self, now: float) -> bool:
        """Whether no hand can have typed the line and the Enter that comes now: a barcode too short for a burst."""
        return len(self.text) > 1 and self._goes_on_fast(now)

    def came_evenly(self, now: float) -> bool:
        """Whether the line and the Enter that comes now came at one pace, as a scanner types and no hand does."""
        gaps = [*self._gaps, now - self._typed_at]
        return len(gaps) > 1 and max(gaps) - min(gaps) <= _EVEN_SECONDS

    def take(self) -> str:
        """What was typed, which is entered now."""
        text, self.text = self.text, ""
        return text

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
            if self.text and not self._names_one_of(titles):
                return Search.IS_A_LINE
            self.clear()
        elif key == "escape":
            self.clear()
        elif key == "backspace":
            self.back()
        elif typed and not self.add(typed, now):
            return Search.IS_TOO_LATE
        return Search.GOES_ON

    def _goes_on_fast(self, now: float) -> bool:
        return self._is_fast and now - self._typed_at <= self._gap_seconds

    def _names_one_of(self, titles: Iterable[str]) -> bool:
        is_word = self.text.islower() and self.text.replace(" ", "").isalpha()
        return is_word and any(self.text in title.lower() for title in titles)
