"""What came from a keyboard or a port, sign by sign with its time, cut into reads by silence alone.

Decides where a read ends when nothing about the scanner is known yet, its terminator least of all. Refuses to know
what a read says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ENDS = "\r\n\t\x03"

Way = Literal["serial", "network", "evdev", "hidraw"]

# A scanner may be set to a second between two characters; after one, it is waited for that long.
_FIRST_SECONDS = 1.2
_ENTER_SECONDS = 0.15
_LEAST_SECONDS = 0.3
_MOST_SECONDS = 1.5
_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How a serial line is set."""

    baud: int = 9600
    bytesize: int = 8
    parity: str = "N"
    stopbits: float = 1

    def __str__(self) -> str:
        return f"{self.baud} {self.bytesize}{self.parity}{self.stopbits:g}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a read came from: a port by its lasting path or address, or the keyboard, which has none."""

    port: str = ""
    settings: LineSettings = LineSettings()
    way: Way = "serial"

    @property
    def is_keyboard(self) -> bool:
        """Whether the scanner types into this terminal."""
        return not self.port

    @property
    def has_keys(self) -> bool:
        """Whether keys come, so that a country's layout matters: typed here, or on a keyboard that was grabbed."""
        return self.is_keyboard or self.way == "evdev"


@dataclass(frozen=True, slots=True)
class PortNews:
    """A port is listened to at these settings (`fault` is empty), or it is not, and why; None where it went away."""

    path: str
    what: str = ""
    settings: LineSettings | None = None
    fault: str = ""
    way: Way = "serial"


@dataclass(frozen=True, slots=True)
class Capture:
    """One read as it came. A sign is one character, or the name of a key that types none, in angle brackets."""

    source: Source
    signs: tuple[str, ...]
    times: tuple[float, ...]
    is_paste: bool = False

    @property
    def text(self) -> str:
        """The signs in a row."""
        return "".join(self.signs)

    @property
    def raw(self) -> bytes:
        """The bytes of a port; what the keyboard typed as UTF-8."""
        return self.text.encode("utf-8" if self.source.is_keyboard else "latin-1", "replace")

    @property
    def seconds(self) -> float:
        """From the first sign to the last."""
        return self.times[-1] - self.times[0]

    @property
    def longest_gap_seconds(self) -> float:
        """The longest wait between two signs."""
        return max((after - before for before, after in zip(self.times, self.times[1:], strict=False)), default=0.0)

    @property
    def characters_per_second(self) -> float | None:
        """How fast it came; None where all of it came at once."""
        return (len(self.signs) - 1) / self.seconds if self.seconds > 0.001 else None

    def reads(self) -> tuple[Capture, ...]:
        """The reads that one capture holds, where the next one came before the silence did."""
        starts = [0] + [
            place
            for place in range(1, len(self.signs))
            if self.signs[place - 1] in ENDS and self.signs[place] not in ENDS
        ]
        pieces = zip(starts, [*starts[1:], len(self.signs)], strict=True)
        return tuple(
            Capture(self.source, self.signs[first:last], self.times[first:last], self.is_paste)
            for first, last in pieces
        )


@dataclass(slots=True)
class Gatherer:
    """Gathers signs of one source until nothing follows. Times are seconds of one monotonic clock."""

    source: Source
    _signs: list[str] = field(default_factory=list)
    _times: list[float] = field(default_factory=list)
    _longest_gap: float = 0.0

    @property
    def waiting(self) -> int:
        """How many signs came so far."""
        return len(self._signs)

    def take(self, text: str, at: float) -> None:
        """Adds characters that came together."""
        for sign in text:
            self.take_sign(sign, at)

    def take_sign(self, sign: str, at: float) -> None:
        """Adds one character or one named key; an endless stream keeps only its beginning."""
        if self._times:
            self._longest_gap = max(self._longest_gap, at - self._times[-1])
        if len(self._signs) < _LIMIT:
            self._signs.append(sign)
            self._times.append(at)
        else:
            self._times[-1] = at

    def due(self, now: float) -> Capture | None:
        """The capture, once the silence after it was long enough; None before."""
        if not self._signs or now - self._times[-1] < self.patience_seconds:
            return None
        capture = Capture(self.source, tuple(self._signs), tuple(self._times))
        self._signs.clear()
        self._times.clear()
        self._longest_gap = 0.0
        return capture

    @property
    def patience_seconds(self) -> float:
        """So long a silence ends what was gathered."""
        if not self.source.has_keys:
            return _LEAST_SECONDS
        if len(self._signs) == 1:
            return _ENTER_SECONDS if self._signs[0] in ENDS else _FIRST_SECONDS
        return min(_MOST_SECONDS, max(_LEAST_SECONDS, 4 * self._longest_gap))
