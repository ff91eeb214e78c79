"""The bytes of one scanner to reads: framed, parsed and handed over as they become whole.

Decides what a silence means: the end of a read where nothing else ends one, else a read that broke off. Refuses to know
where bytes come from and what measures the silence.
"""

from collections.abc import Callable, Iterable

from scanners.framing import Framer, Overlong
from scanners.parse import cut_short, garbled, parse
from scanners.profile import ScannerProfile
from scanners.scan import ADMITTABLE, Read

# A read that stops midway this long has lost its end; joined to the next one it would be a third barcode.
_STALE_SECONDS = 1.0
# How a serial line is told to mark a byte that came with a wrong parity or without its stop bit (termios, PARMRK).
_DAMAGED = b"\xff\x00"
_BREAK = b"\xff\x00\x00"


class ReadStream:
    """Hands over each read of a stream. Not thread-safe: one reader feeds it."""

    def __init__(self, profile: ScannerProfile, deliver: Callable[[Read], None], clock: Callable[[], float]) -> None:
        """`clock` gives monotonic seconds."""
        self._profile = profile
        self._deliver = deliver
        self._clock = clock
        self._framer = Framer(profile.terminators.encode("ascii"))
        self._has_ended = False

    @property
    def patience_seconds(self) -> float:
        """After so long without a byte, call `silent`."""
        return _STALE_SECONDS if self._profile.terminators else self._profile.silence_ms / 1000

    def feed(self, data: bytes) -> None:
        """Takes what came, in any chunks."""
        frames = self._framer.feed(data)
        self._has_ended = self._has_ended or any(isinstance(frame, bytes) for frame in frames)
        self._hand_over(frames)

    def silent(self) -> None:
        """Nothing came for `patience_seconds`."""
        if self._profile.terminators:
            self.broken()
        else:
            self._hand_over(self._framer.silence())

    def broken(self) -> None:
        """Nothing more comes: what has begun is told as broken off."""
        for fragment in self._framer.silence():
            read = cut_short(fragment, self._profile.name, self._clock(), has_ended_before=self._has_ended)
            self._deliver(read)

    def _hand_over(self, frames: Iterable[bytes | Overlong]) -> None:
        name = self._profile.name
        for frame in frames:
            if isinstance(frame, bytes) and _DAMAGED in frame:
                if frame.replace(_BREAK, b""):  # a break alone is a plug that was moved
                    self._deliver(garbled(frame, name, self._clock()))
                continue
            self._deliver(parse(frame, self._profile, name, self._clock(), admits=ADMITTABLE))
