"""Records down: everything after our cursor, by long poll, into the journal and then onto the floor.

Decides when records may be shown: whole (never half of what changed together), and not while they may hold events of
ours whose answer is still out, for the floor would count those twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import msgspec

from orders import wire
from orders.records import Key, Record
from terminal.floor import Floor, forecast
from terminal.journal import Journal
from terminal.journal_identity import Revived
from terminal.journal_thread import JournalThread, to_its_end
from terminal.sync import status
from terminal.sync.link import POLL_S, Link
from terminal.sync.uplink import Gate, StartAgain

# After a long poll that brought nothing: a store that does not wait when asked to is not hammered.
REST_S = 0.2
# A large download goes to disk in parts, so that a scan never waits behind all of it.
WRITTEN_AT_ONCE = 500


class _Pages(msgspec.Struct):
    """What came so far of one catch-up; kept when the connection breaks in the middle of it."""

    epoch: str
    after: int
    cursor: int
    changes: list[wire.Change] = msgspec.field(default_factory=list)


class Downlink:
    """Keeps journal and floor at the store's log."""

    def __init__(
        self,
        thread: JournalThread,
        journal: Journal,
        floor: Floor,
        link: Link,
        gate: Gate,
        *,
        on_changed: Callable[[frozenset[Key]], None],
        on_note: Callable[[str], None],
        on_idle: Callable[[], Awaitable[None]],
    ) -> None:
        self._thread, self._journal, self._floor, self._link = thread, journal, floor, link
        self._gate = gate
        self._on_changed, self._on_note, self._on_idle = on_changed, on_note, on_idle
        self._hurry = asyncio.Event()
        self._moved = asyncio.Condition()
        self._broken: _Pages | None = None
        self._unreadable: frozenset[str] = frozenset()

    def poke(self) -> None:
        """Something is known to wait: the running long poll is given up for one that does not wait."""
        self._hurry.set()

    async def run(self, epoch: str) -> None:
        """Follows the store's log; ends only by an exception. StartAgain where the log is another one."""
        wait_s = 0.0
        while True:
            await self._gate.is_clear.wait()
            repeats = self._gate.repeats
            pages = await self._gather(epoch, self._floor.cursor, wait_s)
            await self._gate.is_clear.wait()
            if pages is None or self._gate.repeats != repeats:
                wait_s = 0.0
            elif pages.changes or pages.cursor > self._floor.cursor:
                await to_its_end(self._show(pages))
                wait_s = POLL_S
            else:
                if wait_s:
                    await self._on_idle()
                    await self._rest()
                wait_s = POLL_S

    async def begin_anew(self, epoch: str, lost: Callable[[], Awaitable[Iterable[Revived]]]) -> None:
        """Takes everything from the start of the log of `epoch`, in place of what is here.

        `lost` is awaited once it is all there, and gives the events that the store holds no longer.
        """
        pages = await self._gather(epoch, 0, 0.0)
        assert pages is not None
        await to_its_end(self._replace(pages, lost))

    async def come_to(self, cursor: int, patience_s: float) -> bool:
        """Whether the floor stands at `cursor` within `patience_s` seconds."""
        self.poke()
        try:
            async with asyncio.timeout(patience_s), self._moved:
                await self._moved.wait_for(lambda: self._floor.cursor >= cursor)
        except TimeoutError:
            return False
        return True

    async def _gather(self, epoch: str, after: int, wait_s: float) -> _Pages | None:
        """Everything after a cursor up to the end of the log; None where a poke cut the wait short."""
        pages, self._broken = self._broken, None
        if pages is None or (pages.epoch, pages.after) != (epoch, after):
            pages = _Pages(epoch, after, after)
        while True:
            try:
                page = await self._poll(pages.cursor, epoch, 0.0 if pages.changes else wait_s)
            except BaseException:
                self._broken = pages if pages.changes else None
                raise
            if page is None:
                return None
            if page.epoch != epoch or (page.reset and pages.cursor):
                raise StartAgain(is_anew=page.reset)
            pages.changes += page.changes
            pages.cursor = page.cursor
            if not page.more:
                return pages

    async def _poll(self, after: int, epoch: str, wait_s: float) -> wire.Changes | None:
        if not wait_s:
            self._hurry.clear()
            return await self._link.changes(after, epoch, 0.0)
        asked = asyncio.ensure_future(self._link.changes(after, epoch, wait_s))
        hurried = asyncio.ensure_future(self._hurry.wait())
        try:
            await asyncio.wait({asked, hurried}, return_when=asyncio.FIRST_COMPLETED)
            return asked.result() if asked.done() else None
        finally:
            asked.cancel()
            hurried.cancel()
            await asyncio.gather(asked, hurried, return_exceptions=True)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(REST_S):
                await self._hurry.wait()
        except TimeoutError:
            return

    async def _show(self, pages: _Pages) -> None:
        records: list[tuple[Key, Record]] = []
        # Where only the cursor moved, nothing is written: a restart reads that stretch again, and it is empty.
        for start in range(0, len(pages.changes), WRITTEN_AT_ONCE):
            part = pages.changes[start : start + WRITTEN_AT_ONCE]
            is_last = start + len(part) == len(pages.changes)
            cursor = pages.cursor if is_last else self._floor.cursor
            confirmed = await self._thread.run(self._journal.confirm, part, cursor, pages.epoch, False)
            records += confirmed.records
            self._note_unreadable(confirmed.unreadable)
        await self._tell(self._floor.confirm(records, max(pages.cursor, self._floor.cursor)))

    async def _replace(self, pages: _Pages, lost: Callable[[], Awaitable[Iterable[Revived]]]) -> None:
        revived = await lost()
        confirmed = await self._thread.run(self._journal.confirm, pages.changes, pages.cursor, pages.epoch, True)
        self._note_unreadable(confirmed.unreadable)
        # Between here and the confirmation nothing is awaited, so nobody sees an event folded twice.
        for each in revived:
            if each.cursor > self._floor.cursor:
                self._floor.unsettle(each.key)
            elif (pending := forecast(each.key, each.body, self._floor.terminal)) is not None:
                self._floor.fold(pending)
        for key in confirmed.covered:
            self._floor.settle(key, pages.cursor)
        await self._tell(self._floor.confirm(confirmed.records, pages.cursor, reset=True))

    async def _tell(self, changed: frozenset[Key]) -> None:
        if changed:
            self._on_changed(changed)
        async with self._moved:
            self._moved.notify_all()

    def _note_unreadable(self, kinds: frozenset[str]) -> None:
        if new := kinds - self._unreadable:
            self._unreadable |= new
            self._on_note(status.unreadable(new))
