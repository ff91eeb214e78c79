"""What has been typed and not yet entered, by a hand or by a scanner so slow that it looks like one.

Decides when Enter means something: never on an empty line, and never right after a scan, whose own Enter it may be.
"""

from __future__ import annotations

from math import inf

_AFTER_SCAN_SECONDS = 0.3
_LIMIT_CHARACTERS = 500


class Entry:
    """The entry line. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self.text = ""
        self._scanned_at = -inf
        self._typed_at = -inf

    def add(self, characters: str, now: float) -> None:
        """Gathers what was typed; an endless line is cut off where no barcode is that long."""
        self.text = (self.text + characters)[:_LIMIT_CHARACTERS]
        self._typed_at = now

    def back(self) -> None:
        """Takes the last character away."""
        self.text = self.text[:-1]

    def clear(self) -> None:
        """Forgets what was typed."""
        self.text = ""

    def scanned(self, now: float) -> None:
        """A scan came: what was half typed before it belonged to the question before it."""
        self.clear()
        self._scanned_at = now

    def may_enter(self, now: float) -> bool:
        """Whether an Enter can be a person's: not the late end of a scan that just came."""
        return now - self._scanned_at > _AFTER_SCAN_SECONDS or self._typed_at > self._scanned_at

    def take(self) -> str:
        """What was typed, which is entered now."""
        text, self.text = self.text, ""
        return text
