"""What each command of `floorhand store` that asks the store is handed, and where its answer goes.

Decides no command: what is asked and printed stands in commands and the `*_commands` beside it.
"""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable

from server_stub.client import StoreClient
from server_stub.place import Place

Words = argparse.Namespace
# Returns the exit code.
Asking = Callable[[StoreClient, Words, Place], Awaitable[int]]


def so_many(count: int, one: str) -> str:
    """`1 order`, `2 orders`."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def say(text: str) -> None:
    """One line on standard output, at once: who reads it may be a pipe."""
    print(text, flush=True)
