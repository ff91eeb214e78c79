"""What readers under test say, in their order; and that none of them leaves a thread behind."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scanners.reader import Reader

PATIENCE_SECONDS = 10


class Hearing:
    """The end to which readers deliver."""

    def __init__(self) -> None:
        self.said: queue.Queue[Any] = queue.Queue()
        self.readers: list[Reader] = []

    def next(self) -> Any:
        """What comes next, waited for."""
        return self.said.get(timeout=PATIENCE_SECONDS)

    @contextmanager
    def stopped_in_the_end(self) -> Iterator[None]:
        """Stops every reader behind the test; then no thread may run that did not run before."""
        before = set(threading.enumerate())
        yield
        for reader in self.readers:
            reader.stop()
        assert set(threading.enumerate()) <= before
