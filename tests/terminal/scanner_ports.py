"""Ports without a device: what a scanner would write into, and what an ear that listens there has told."""

from __future__ import annotations

import os
import queue
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from terminal.scanner_test.capture import Capture, PortNews

LIMIT_SECONDS = 20.0
Heard = queue.Queue[Capture | PortNews]
Kind = TypeVar("Kind", Capture, PortNews)


@contextmanager
def a_port() -> Iterator[tuple[int, str]]:
    """What a device file is, but for its ioctls: written at one end, read at the other, whose path is given."""
    master, slave = os.openpty()
    tty.setraw(slave)
    try:
        yield master, os.ttyname(slave)
    finally:
        os.close(master)
        os.close(slave)


def next_of(heard: Heard, kind: type[Kind]) -> Kind:
    """The next thing of that kind that was told; what comes before it is passed over."""
    while not isinstance(item := heard.get(timeout=LIMIT_SECONDS), kind):
        pass
    return item
