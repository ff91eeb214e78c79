"""Requests: what only the store can grant. They may be refused, are keyed, and are never queued.

Decides the key: random, one a request. A claim is asked twice with it at most; a lease is asked as it was until an
answer came, so that a reply that was lost costs no block of numbers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from secrets import token_hex
from typing import TypeVar

from orders import wire
from terminal.sync.link import AtWork, Link, Refused, Unreachable

T = TypeVar("T")


class Requests:
    """Asks the store; every method raises LinkError where it cannot be asked."""

    def __init__(self, link: Link, new_key: Callable[[], str] = lambda: token_hex(16)) -> None:
        self._link = link
        self._new_key = new_key
        self._leases: dict[tuple[str, str], wire.Lease] = {}

    async def claim(self, worker: str, task: str | None = None) -> wire.Claimed:
        """One task, by id or the most urgent one."""
        claim = wire.Claim(key=self._new_key(), worker=worker, task=task)
        return await _twice(lambda: self._link.claim(claim))

    async def give_back(self, task: str) -> wire.Claimed:
        """Returns a task."""
        give_back = wire.GiveBack(key=self._new_key(), task=task)
        return await _twice(lambda: self._link.give_back(give_back))

    async def lease(self, journal: str, owner: str, count: int) -> wire.Leased:
        """A block of SSCCs for a journal."""
        lease = wire.Lease(key=self._new_key(), journal=journal, owner=owner, count=count)
        lease = self._leases.setdefault((journal, owner), lease)
        try:
            leased = await self._link.lease(lease)
        except Refused:
            del self._leases[journal, owner]
            raise
        del self._leases[journal, owner]
        return leased


async def _twice(send: Callable[[], Awaitable[T]]) -> T:
    try:
        return await send()
    except AtWork as working:
        await asyncio.sleep(working.pause_s)
        return await send()
    except Unreachable:
        return await send()
