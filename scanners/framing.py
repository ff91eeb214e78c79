"""Cuts a scanner's bytes into frames: a terminator ends one, and so does a silence.

Decides where a read ends, whatever the chunks it came in. Refuses to know clocks, ports and what a frame says;
keeps at most `limit` bytes of a stream that never ends a frame.
"""

import re
from typing import NamedTuple

LIMIT_BYTES = 4096
_HEAD_BYTES = 64


class Overlong(NamedTuple):
    """A frame without an end in sight, given out once; the rest of it is thrown away."""

    head: bytes


class Framer:
    """Frames out of bytes: CR, LF, TAB and ETX end one, STX is dropped, empty ones are nothing."""

    def __init__(self, terminators: bytes = b"\r\n\t\x03", *, drop: bytes = b"\x02", limit: int = LIMIT_BYTES) -> None:
        self._ends = re.compile(b"[%s]" % re.escape(terminators)) if terminators else None
        self._drop = drop
        self._limit = limit
        self._pending = bytearray()
        self._discarding = False

    def feed(self, data: bytes) -> list[bytes | Overlong]:
        """The frames that these bytes complete, in order."""
        out: list[bytes | Overlong] = []
        kept = data.translate(None, self._drop)
        *ended, rest = self._ends.split(kept) if self._ends else [kept]
        for part in ended:
            self._gather(part, out)
            out += self.silence()
        self._gather(rest, out)
        return out

    def silence(self) -> list[bytes]:
        """End the frame here, because nothing more comes."""
        frame = bytes(self._pending)
        self._pending.clear()
        self._discarding = False
        return [frame] if frame else []

    def _gather(self, part: bytes, out: list[bytes | Overlong]) -> None:
        if self._discarding:
            return
        self._pending += part
        if len(self._pending) > self._limit:
            out.append(Overlong(bytes(self._pending[:_HEAD_BYTES])))
            self._pending.clear()
            self._discarding = True
