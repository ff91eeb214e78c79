"""Events up: what is unsent, in order, in batches, until the store has each exactly once.

Decides what to send next and what an answer means for the journal and the floor. It raises LinkError where the talk
ends; when to try again is the worker's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from orders import wire
from terminal.floor import Floor
from terminal.journal import Entry, Journal
from terminal.journal_identity import Aligned
from terminal.journal_thread import JournalThread, to_its_end
from terminal.sync import status
from terminal.sync.link import Link, Nonsense, Refused

# Room for the batch's own brackets and names.
_ENVELOPE_BYTES = 4096


class StartAgain(Exception):
    """The talk has to begin with a new hello: the store's epoch or this journal's identity is another one.

    `is_anew` where every record has to come again as well.
    """

    def __init__(self, *, is_anew: bool = False) -> None:
        super().__init__("the talk begins again")
        self.is_anew = is_anew


class Gate:
    """Whether records that came down may be shown: not while they may hold an event that the floor still folds on top.

    `is_clear` is unset while something that was sent waits for its answer. `repeats` counts answers that told of
    events taken earlier: what was read before such an answer may hold them without saying so.
    """

    def __init__(self) -> None:
        self.is_clear = asyncio.Event()
        self.is_clear.set()
        self.repeats = 0


class Uplink:
    """Sends, and shuts the gate while it does not know what became of it."""

    def __init__(
        self,
        thread: JournalThread,
        journal: Journal,
        floor: Floor,
        link: Link,
        gate: Gate,
        *,
        on_settled: Callable[[int, bool], None],
        on_note: Callable[[str], None],
    ) -> None:
        self._thread, self._journal, self._floor, self._link = thread, journal, floor, link
        self._on_settled, self._on_note = on_settled, on_note
        self._work = asyncio.Event()
        self._barred: set[str] = set()
        self._is_drained = asyncio.Event()
        self._gate = gate

    def poke(self) -> None:
        """Something new is in the journal."""
        self._is_drained.clear()
        self._work.set()

    async def drained(self, patience_s: float) -> bool:
        """Whether the store has everything that was journaled so far, within `patience_s` seconds."""
        try:
            async with asyncio.timeout(patience_s):
                await self._is_drained.wait()
        except TimeoutError:
            return False
        return True

    def begin(self) -> None:
        """A new talk: what an earlier one sent may be without its answer, until the first batch has one."""
        self._gate.is_clear.clear()

    async def run(self, epoch: str) -> None:
        """Sends whatever is unsent, then waits for more; ends only by an exception."""
        while True:
            self._work.clear()
            while entries := await self._thread.run(self._journal.unsent, wire.MAX_BATCH, tuple(self._barred)):
                await self._send(_fitting(entries), epoch)
            self._gate.is_clear.set()
            if not self._work.is_set():
                self._is_drained.set()
            await self._work.wait()

    async def align(self, journal: str, expected: int) -> Aligned:
        """Brings the journal in line with what the store expects of one identity; says what an operator has to know."""
        aligned = await self._thread.run(self._journal.align, journal, expected)
        if aligned.is_renewed:
            self._on_note(status.renewed())
        return aligned

    def bar(self, journal: str) -> bool:
        """Leaves an identity's events unsent: the store knows it as another terminal's. Whether that is news."""
        is_news = journal not in self._barred
        self._barred.add(journal)
        return is_news

    async def _send(self, entries: Sequence[Entry], epoch: str) -> None:
        journal = entries[0].journal
        self._gate.is_clear.clear()
        try:
            reply = await self._link.push(
                wire.Push(journal=journal, epoch=epoch, events=tuple(msgspec.Raw(each.body) for each in entries))
            )
        except Refused:
            self._gate.is_clear.set()
            raise
        if reply.epoch != epoch:
            raise StartAgain
        await to_its_end(self._take(entries, reply))

    async def _take(self, entries: Sequence[Entry], reply: wire.PushReply) -> None:
        verdicts = {outcome.number: outcome for outcome in reply.outcomes}
        taken = [each for each in entries if each.number < reply.expected]
        disputed = [each for each in taken if _verdict(verdicts, each.number) == wire.CONFLICT]
        settled = [each for each in taken if _verdict(verdicts, each.number) != wire.CONFLICT]
        if settled:
            await self._thread.run(self._journal.settle, [(each.key, reply.cursor) for each in settled])
            for each in settled:
                self._floor.settle(each.key, reply.cursor)
        self._gate.repeats += any(_verdict(verdicts, each.number) == wire.KNOWN for each in taken)
        self._gate.is_clear.set()
        denied = [each.reason for each in reply.outcomes if each.verdict == wire.DISCREPANCY]
        if denied and (note := status.discrepancies(denied)):
            self._on_note(note)
        if settled:
            self._on_settled(reply.cursor, bool(denied))
        if disputed:
            await self._disown(disputed)
        elif not settled:
            await self._catch_up(entries[0], reply)

    async def _disown(self, entries: Sequence[Entry]) -> None:
        is_renewed = await self._thread.run(self._journal.disown, [each.key for each in entries])
        self._on_note(status.conflict())
        if is_renewed:
            raise StartAgain

    async def _catch_up(self, first: Entry, reply: wire.PushReply) -> None:
        """The store took nothing: it expects another number than the one we began with."""
        aligned = await self.align(first.journal, reply.expected)
        if not aligned:
            raise Nonsense(
                f"The store expects scan {reply.expected} of this terminal and does not take {first.number}: "
                "tell a supervisor."
            )
        raise StartAgain


def _verdict(verdicts: dict[int, wire.Outcome], number: int) -> str:
    outcome = verdicts.get(number)
    return outcome.verdict if outcome else wire.KNOWN


def _fitting(entries: Sequence[Entry]) -> Sequence[Entry]:
    """As many as one request may carry, and never none."""
    room = wire.MAX_BODY_BYTES - _ENVELOPE_BYTES
    for place, entry in enumerate(entries):
        room -= len(entry.body) + 1
        if room < 0:
            return entries[: max(1, place)]
    return entries
