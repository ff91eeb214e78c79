"""Hears of what other processes committed: asks every tenth of a second, and at once when the database calls.

Decides when it is looked, and that a lost connection is found again beside the event loop. The log is the truth; a
call that was missed costs a tenth of a second. What a look finds is the store's business.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from server_stub.database import Cursor, Line, failures, told
from server_stub.migration import SchemaError
from server_stub.place import PlaceError
from server_stub.postgresql import CHANNEL, Postgres
from server_stub.problems import Refusal

PAUSE_SECONDS = 0.1

_log = logging.getLogger(__name__)


class Follower:
    """Follows the log of a shared database for as long as its store is open."""

    def __init__(self, database: Postgres, line: Line, look: Callable[[], object]) -> None:
        self._database, self._line, self._look = database, line, look
        self._called = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._listening: Cursor | None = None
        self._listen(self._connected())
        self._is_away = self._is_closed = False
        self._task = self._loop.create_task(self._follow())

    def hurry(self) -> None:
        """Looks as soon as may be."""
        self._called.set()

    async def close(self) -> None:
        """Stops looking; a connection that is just being made is waited for, so that none is left behind."""
        self._is_closed = True
        self._called.set()
        await self._task
        self._deafen()

    async def _follow(self) -> None:
        while not self._is_closed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._called.wait(), PAUSE_SECONDS)
            self._called.clear()
            try:
                await self._mend()
                self._look()
            except _expected() as error:
                if not self._is_away:
                    _log.error("the database does not answer, and is asked again and again: %s", told(error))
                self._is_away = True
                continue
            if self._is_away:
                _log.warning("the database answers again")
            self._is_away = False

    async def _mend(self) -> None:
        # Connecting may take seconds: the event loop goes on answering meanwhile.
        if self._line.is_lost:
            await asyncio.to_thread(self._line.mend)
        if self._listening is None:
            self._listen(await asyncio.to_thread(self._connected))

    def _connected(self) -> Cursor:
        cursor = self._database.driver()
        cursor.execute(f"LISTEN {CHANNEL}")
        return cursor

    def _listen(self, cursor: Cursor) -> None:
        self._listening = cursor
        self._loop.add_reader(cursor.connection.fileno(), self._hear, cursor.connection.pgconn)

    def _hear(self, pgconn: Any) -> None:
        try:
            pgconn.consume_input()
            while call := pgconn.notifies():
                # Our own commits were told to whoever waits here when they were answered.
                if call.be_pid not in self._database.backends:
                    self._called.set()
        except failures():
            self._deafen()
            self._called.set()

    def _deafen(self) -> None:
        cursor, self._listening = self._listening, None
        if cursor is not None:
            with suppress(*failures(), OSError, ValueError):
                self._loop.remove_reader(cursor.connection.fileno())
            with suppress(*failures()):
                self._database.release(cursor)


def _expected() -> tuple[type[Exception], ...]:
    """What a database that is away, in other hands, or at another schema looks like from here."""
    return (*failures(), Refusal, SchemaError, PlaceError)
