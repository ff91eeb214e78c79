"""The site's time at this device: its own clock, put right where the store's says something else.

Decides when the two are so far apart that the device's own is wrong. It sets no clock of the machine, and a difference
of seconds is nobody's business: the order of things is the store's cursor.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

TOLERATED = timedelta(minutes=1)


class SiteClock:
    """Call it for the present instant, aware and in UTC; from any thread."""

    def __init__(self, own: Callable[[], datetime]) -> None:
        self._own = own
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return self._own() - self._ahead

    def hear(self, store_at: datetime) -> timedelta | None:
        """Goes by the store's time from now on; says how far the device's own is ahead of it, where that is news."""
        ahead = self._own() - store_at
        before, self._ahead = self._ahead, ahead if abs(ahead) > TOLERATED else timedelta()
        return self._ahead if abs(self._ahead - before) > TOLERATED else None
