"""How long nobody has done anything at this device: no scan, no key, no weight.

Decides when that has lasted as long as the site allows, and says so once. What then happens is the session's; what a
printer, a scale that is not asked or the store does is nobody's act.
"""

from __future__ import annotations

import time
from collections.abc import Callable


def since_boot() -> float:
    """Seconds that nobody sets, and that go on while the device sleeps, where the system can tell."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Silence:
    """Counts from the last act."""

    def __init__(self, clock: Callable[[], float] = since_boot) -> None:
        self._clock = clock
        self._since = clock()
        self._is_told = False

    def end(self) -> None:
        """Somebody did something."""
        self._since, self._is_told = self._clock(), False

    def lasts(self, minutes: int) -> int:
        """`minutes`, once, where it has lasted so long; 0 before that, and where no silence is too long (0)."""
        if not minutes or self._is_told or self._clock() - self._since < 60 * minutes:
            return 0
        self._is_told = True
        return minutes
