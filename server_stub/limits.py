"""How much one caller may ask: a bucket of requests each, and few wrong tokens from one address.

Decides who has to wait and how long. It keeps no clock and no more callers than have asked lately.
"""

from __future__ import annotations

import math
from collections import OrderedDict

import msgspec

from server_stub.problems import Refusal

_MOST_CALLERS = 10_000


class Allowance(msgspec.Struct, frozen=True):
    """So many at once, and so many a second after that."""

    at_once: float
    each_second: float


# Far above what a hand, an importer or 500 scans in a row ask for; far below what holds up everybody else.
REQUESTS = Allowance(at_once=2_000, each_second=500)
# A person who copies a token wrongly needs a few tries; who guesses needs 2^255.
WRONG_TOKENS = Allowance(at_once=20, each_second=0.2)
# Without a token, from one address: who reads, reads slowly; a whole office may stand behind one address.
OPEN_PAGES = Allowance(at_once=60, each_second=1)


class _Bucket(msgspec.Struct):
    left: float
    filled_at: float


class Limit:
    """Buckets by name; the ones not asked for longest are forgotten, as if they were full."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_seconds(self, name: str, now: float) -> float:
        """How long `name` has to wait before it may ask once more; 0 where it may now."""
        return max(0.0, (1 - self._filled(name, now).left) / self.allowance.each_second)

    def take(self, name: str, now: float) -> float:
        """Takes one from the bucket of `name` where one is left, else gives how many seconds to wait."""
        bucket = self._filled(name, now)
        if bucket.left < 1:
            return (1 - bucket.left) / self.allowance.each_second
        bucket.left -= 1
        return 0.0

    def knows(self, name: str) -> bool:
        """Whether `name` has asked lately."""
        return name in self._buckets

    def _filled(self, name: str, now: float) -> _Bucket:
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(self.allowance.at_once, now)
            if len(self._buckets) > _MOST_CALLERS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(name)
            gained = (now - bucket.filled_at) * self.allowance.each_second
            bucket.left, bucket.filled_at = min(self.allowance.at_once, bucket.left + gained), now
        return bucket


class Strangers:
    """Who asks without a living token. Different wrong tokens are guesses, of which an address has few. The same one
    again is no guess: a forgotten device that goes on asking with a dead token uses up its own allowance alone.
    """

    def __init__(self, allowance: Allowance) -> None:
        self._guesses, self._repeats = Limit(allowance), Limit(allowance)

    def take(self, address: str, token_hash: str, now: float) -> float:
        """Takes one where one is left, else gives how many seconds to wait."""
        name = f"{address} {token_hash}"
        if not self._repeats.knows(name) and (wait := self._guesses.take(address, now)):
            return wait
        return self._repeats.take(name, now)


def too_many(wait_seconds: float, came: str) -> Refusal:
    """429 (RFC 6585): asked too often; says when to ask again (Retry-After, RFC 9110)."""
    seconds = max(1, math.ceil(wait_seconds))
    return Refusal(
        429,
        "too_many",
        expected="fewer requests",
        came=came,
        remedy=f"wait {seconds} s and ask again",
        retry_after_seconds=seconds,
    )
