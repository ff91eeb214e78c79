"""All scanners as one ordered stream, from any thread into one event loop.

Decides the order (arrival), and that the same read again, sooner than a hand can scan twice, is one read: here
and nowhere else. Drops nothing besides, however busy the screen is. Refuses to know what is read.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from threading import Lock

from scanners.profile import ScannerProfile
from scanners.scan import Heard, Read, RepeatDropped, Scan, ScannerFound, ScannerLost, Unreadable

_REPEAT_MS = 60


class Hub:
    """The one queue between scanners and the screen: `put` from any thread, `async for item in hub` in one task."""

    def __init__(self, profiles: Iterable[ScannerProfile] = ()) -> None:
        self._repeat_seconds = {profile.name: profile.repeat_ms / 1000 for profile in profiles}
        self._lock = Lock()
        self._items: deque[Heard] = deque()
        self._last_reads: dict[str, tuple[str, float]] = {}
        self._repeats_dropped = 0
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._arrived = asyncio.Event()

    @property
    def repeats_dropped(self) -> int:
        """How many reads were dropped as repeats so far."""
        return self._repeats_dropped

    @property
    def waiting(self) -> int:
        """How many items nobody has taken yet."""
        return len(self._items)

    def put(self, item: Read | ScannerLost | ScannerFound) -> None:
        """Add what a scanner said; thread-safe, never blocks, never raises.

        A dropped repeat comes out of the stream as `RepeatDropped`, so that it can be shown.
        """
        with self._lock:
            heard: Heard = item
            if isinstance(item, Scan | Unreadable) and self._is_repeat(item):
                self._repeats_dropped += 1
                heard = RepeatDropped(item.source, item.raw, self._repeats_dropped)
            self._items.append(heard)
            if len(self._items) == 1:  # whoever has more to take does not sleep
                self._wake()

    def close(self) -> None:
        """End the stream once everything in it was taken; thread-safe."""
        with self._lock:
            self._closed = True
            self._wake()

    def __aiter__(self) -> AsyncIterator[Heard]:
        return self

    async def __anext__(self) -> Heard:
        while True:
            with self._lock:
                self._loop = asyncio.get_running_loop()
                if self._items:
                    return self._items.popleft()
                if self._closed:
                    raise StopAsyncIteration
                self._arrived.clear()
            await self._arrived.wait()

    def _is_repeat(self, read: Read) -> bool:
        # Between arrivals, the dropped ones too: a scanner that rattles on for a second read once.
        last = self._last_reads.get(read.source)
        self._last_reads[read.source] = (read.raw, read.at_monotonic)
        if last is None or last[0] != read.raw:
            return False
        return read.at_monotonic - last[1] < self._repeat_seconds.get(read.source, _REPEAT_MS / 1000)

    def _wake(self) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has closed: nobody is left to wake
                self._loop.call_soon_threadsafe(self._arrived.set)
