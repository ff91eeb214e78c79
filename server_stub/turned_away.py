"""Who was refused at the door: one line an address and minute in the log, with how many requests and why.

Decides what a line says and when. The first refusal of an address is told at once, so that whoever looks on while a
device is set up sees it; what follows within a minute is counted and told together. Never with a token.
"""

from __future__ import annotations

import logging
from collections import Counter

import msgspec

from server_stub.problems import shown

EVERY_SECONDS = 60.0
# Each address that is told of costs some memory for a minute; beyond so many they are told of as one.
MOST_ADDRESSES = 1_000
_OTHERS = "others"

_log = logging.getLogger(__name__)


class _Minute(msgspec.Struct):
    ends: float
    reasons: Counter[str]


class Refusals:
    """Counts refusals by address, on a clock of seconds that the caller reads."""

    def __init__(self) -> None:
        self._minutes: dict[str, _Minute] = {}

    def note(self, address: str, reason: str, now: float) -> None:
        """One more request from there was refused for that reason."""
        self.tell(now)
        if address not in self._minutes and len(self._minutes) >= MOST_ADDRESSES:
            address = _OTHERS
        minute = self._minutes.get(address)
        if minute is None:
            _say(address, Counter((reason,)))
            self._minutes[address] = _Minute(now + EVERY_SECONDS, Counter())
        else:
            minute.reasons[reason] += 1

    def tell(self, now: float) -> float | None:
        """Tells of every address whose minute is over; gives when the next one is, None where nothing is counted."""
        for address, minute in [each for each in self._minutes.items() if each[1].ends <= now]:
            del self._minutes[address]
            if minute.reasons:
                _say(address, minute.reasons)
                self._minutes[address] = _Minute(now + EVERY_SECONDS, Counter())
        return min((minute.ends for minute in self._minutes.values()), default=None)


def _say(address: str, reasons: Counter[str]) -> None:
    told = {"address": shown(address) or "unknown", "count": reasons.total(), **dict(sorted(reasons.items()))}
    _log.warning("requests were refused: no living token, or too many of them", extra={"told": told})
