"""SSCC blocks in the background: a new one before the last is used up, so that labels can be made with no network.

Decides when to ask. Owners without a GS1 company prefix get none; the screen says so when somebody wants to seal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from orders.records import Owner
from terminal.floor import Floor
from terminal.journal import Journal
from terminal.journal_thread import JournalThread
from terminal.sync import status
from terminal.sync.requests import Requests

COUNT = 50


class LeaseKeeper:
    """Keeps at least half a block for every owner whose prefix is known."""

    def __init__(
        self,
        thread: JournalThread,
        journal: Journal,
        floor: Floor,
        requests: Requests,
        *,
        on_note: Callable[[str], None],
        count: int = COUNT,
    ) -> None:
        self._thread, self._journal, self._floor, self._requests = thread, journal, floor, requests
        self._on_note = on_note
        self._count = count
        self._look = asyncio.Event()
        self._refused: dict[str, str] = {}

    def poke(self) -> None:
        """A number may have been spent, or an owner may be new."""
        self._look.set()

    async def run(self) -> None:
        """Leases what is needed, then waits for a poke; ends only by an exception."""
        asked_before: set[str] = set()
        while True:
            self._look.clear()
            for owner in list(self._floor.every("owner", Owner)):
                if not owner.company_prefix or owner.id in asked_before:
                    continue
                left = await self._thread.run(self._journal.left, owner.id)
                if left * 2 <= self._count and not await self._lease(owner.id):
                    asked_before.add(owner.id)  # refused: not again before the next connection
            await self._look.wait()

    async def _lease(self, owner: str) -> bool:
        journal = self._journal.id
        leased = await self._requests.lease(journal, owner, self._count)
        if leased.block is not None and self._journal.id == journal:
            await self._thread.run(self._journal.add_block, leased.block)
        if leased.refused and self._refused.get(owner) != leased.refused:
            self._refused[owner] = leased.refused
            self._on_note(status.no_numbers(owner, leased.refused))
        return leased.block is not None
