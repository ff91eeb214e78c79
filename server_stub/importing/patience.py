"""How an import waits for a store that is away, or that asks for time.

Decides how often and how long; what may be asked a second time is the caller's to know.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from server_stub.importing.refusal import Refusal

PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0)
# A store that wants more time than that is told to the user, who may come back later.
LONGEST_PAUSE_SECONDS = 60.0

Answer = TypeVar("Answer")


class StoreAway(Exception):
    """The store did not answer, or not now; the same can be asked again, after `wait_seconds` where it named some."""

    def __init__(self, text: str, wait_seconds: float = 0.0) -> None:
        super().__init__(text)
        self.wait_seconds = wait_seconds


class StoreBusy(StoreAway):
    """The store asked for time before it did anything, so that even what must not be done twice can be asked again."""


def patiently(
    ask: Callable[[], Answer],
    pause: Callable[[float], None] = time.sleep,
    after: type[StoreAway] = StoreAway,
) -> Answer:
    """What `ask` answers, asked again `after` such failures; Refusal where the store stays away."""
    tries = len(PAUSES_SECONDS) + 1
    for wait in (*PAUSES_SECONDS, None):
        try:
            return ask()
        except after as error:
            if wait is None or error.wait_seconds > LONGEST_PAUSE_SECONDS:
                tried = f"; tried {tries} times" if wait is None else ""
                raise Refusal(f"{error}{tried}. What was sent is kept: run the same import again") from error
            pause(max(wait, error.wait_seconds))
    raise AssertionError("the last try ends it")
