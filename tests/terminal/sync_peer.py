"""A store at the edge, a link with faults, and a terminal without a screen: what the sync's tests are made of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from orders import wire
from orders.envelope import digest, open_envelope
from orders.events import FloorEvent, PickConfirmed, ShelfConfirmed, ToteBound
from orders.folds import Told, admit
from orders.identifiers import SsccBlock
from orders.records import Key, PickTask, Record, Tote, encode_record, kind_of
from orders.upcast import understood
from orders.verdicts import Denial
from terminal.floor import Floor, Pending
from terminal.journal import Journal
from terminal.journal_thread import JournalThread
from terminal.sync.link import LinkError, Refused, Unreachable
from terminal.sync.worker import Sync
from tests.floors import NOW, OWNER, line, order, stop, task

T = TypeVar("T")


class Peer:
    """The least that a store is: it counts, folds and answers; it keeps what it was sent to be asked about."""

    def __init__(self) -> None:
        self.epoch = "E1"
        self.cursor = 0
        self.books: dict[Key, Record] = {}
        self.revisions: dict[Key, tuple[int, int]] = {}
        self.seen: dict[str, dict[int, bytes]] = {}
        self.owners: dict[str, str] = {}
        self.events: list[FloorEvent] = []
        self.hellos: list[wire.Hello] = []
        self.next_serial = 1
        self.moved = asyncio.Condition()

    def put(self, *records: Record) -> None:
        for record in records:
            key = Key(kind_of(record), record.id)
            self.cursor += 1
            self.books[key] = record
            self.revisions[key] = (self.revisions.get(key, (0, 0))[0] + 1, self.cursor)

    async def announce(self) -> None:
        async with self.moved:
            self.moved.notify_all()

    def last(self, journal: str) -> int:
        return max(self.seen.get(journal, {}), default=0)

    def forget(self, journal: str, number: int, epoch: str, *records: Record) -> None:
        """What a restore from a backup does: it stands where it stood, under another epoch."""
        self.seen[journal] = {n: body for n, body in self.seen[journal].items() if n <= number}
        self.epoch, self.cursor, self.books, self.revisions = epoch, 0, {}, {}
        self.put(*records)

    async def hello(self, hello: wire.Hello) -> wire.Welcome:
        self.hellos.append(hello)
        if self.owners.setdefault(hello.journal, "T1") != "T1":
            raise Refused(
                wire.Problem(
                    error="journal_of_another_terminal", expected="yours", came="another's", remedy="begin anew"
                )
            )
        return wire.Welcome(
            epoch=self.epoch,
            terminal="T1",
            expected=self.last(hello.journal) + 1,
            cursor=self.cursor,
            now_at=NOW,
            wire_version=1,
            program_version="1",
        )

    async def push(self, push: wire.Push) -> wire.PushReply:
        outcomes = []
        seen = self.seen.setdefault(push.journal, {})
        for raw in push.events if push.epoch == self.epoch else ():
            body = bytes(raw)
            number = open_envelope(body).number
            if number > self.last(push.journal) + 1:
                break
            if number in seen:
                verdict = wire.KNOWN if digest(seen[number]) == digest(body) else wire.CONFLICT
                outcomes.append(wire.Outcome(number=number, verdict=verdict))
                continue
            seen[number] = body
            outcomes.append(self._settle(number, body))
        await self.announce()
        return wire.PushReply(
            epoch=self.epoch, expected=self.last(push.journal) + 1, cursor=self.cursor, outcomes=tuple(outcomes)
        )

    def _settle(self, number: int, body: bytes) -> wire.Outcome:
        envelope = open_envelope(body)
        event = understood(envelope)
        self.events.append(event)
        self.cursor += 1
        books = {key: self.books.get(key) for key in event.touches}
        after = admit(books, event, Told(envelope.at, "T1", envelope.worker))
        if isinstance(after, Denial):
            return wire.Outcome(number=number, verdict=wire.DISCREPANCY, reason=after.value)
        self.put(*after.values())
        return wire.Outcome(number=number, verdict=wire.ADMITTED)

    async def changes(self, after: int, epoch: str, wait_s: float) -> wire.Changes:
        if (epoch and epoch != self.epoch) or after > self.cursor:
            return wire.Changes(epoch=self.epoch, cursor=0, reset=True)
        if wait_s and not self._after(after):
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05), self.moved:
                    await self.moved.wait()
        every = self._after(after)
        page = every[:3]  # small pages, so that `more` is the usual case
        more = len(every) > len(page)
        cursor = page[-1].cursor if more else self.cursor
        return wire.Changes(epoch=self.epoch, cursor=cursor, changes=tuple(page), more=more)

    def change(self, key: Key) -> wire.Change:
        revision, cursor = self.revisions[key]
        body = msgspec.Raw(encode_record(self.books[key]))
        return wire.Change(kind=key.kind, id=key.id, revision=revision, cursor=cursor, body=body)

    def _after(self, cursor: int) -> list[wire.Change]:
        late = sorted((at, key) for key, (_, at) in self.revisions.items() if at > cursor)
        return [self.change(key) for _, key in late]

    async def claim(self, claim: wire.Claim) -> wire.Claimed:
        for record in list(self.books.values()):
            if isinstance(record, PickTask) and record.state in ("released", "claimed"):
                self.put(msgspec.structs.replace(record, state="claimed", claimed_by="T1"))
                return wire.Claimed(task=record.id, changes=(self.change(Key("task", record.id)),))
        return wire.Claimed(refused="no task is waiting")

    async def give_back(self, give_back: wire.GiveBack) -> wire.Claimed:
        return wire.Claimed(task=give_back.task)

    async def lease(self, lease: wire.Lease) -> wire.Leased:
        first, self.next_serial = self.next_serial, self.next_serial + lease.count
        return wire.Leased(
            block=SsccBlock(owner=lease.owner, prefix="952000", extension=0, first=first, last=self.next_serial - 1)
        )

    async def close(self) -> None:
        return


Fault = Callable[[Peer, Callable[[], Awaitable[Any]]], Awaitable[Any]]


async def lost(_peer: Peer, _call: Callable[[], Awaitable[Any]]) -> Any:
    raise Unreachable("the request was lost")


async def reply_lost(_peer: Peer, call: Callable[[], Awaitable[Any]]) -> Any:
    await call()
    raise Unreachable("the reply was lost")


async def repeated(_peer: Peer, call: Callable[[], Awaitable[Any]]) -> Any:
    await call()
    return await call()


async def delayed(_peer: Peer, call: Callable[[], Awaitable[Any]]) -> Any:
    for _ in range(20):
        await asyncio.sleep(0)
    return await call()


async def answered_late(_peer: Peer, call: Callable[[], Awaitable[Any]]) -> Any:
    reply = await call()
    for _ in range(20):
        await asyncio.sleep(0)
    return reply


FAULTS: dict[str, Fault] = {fault.__name__: fault for fault in (lost, reply_lost, repeated, delayed, answered_late)}


class Faulty:
    """A link to a peer through whatever the test puts between them; a fault may also keep a push for later."""

    def __init__(self, peer: Peer, faults: Iterable[str] = ()) -> None:
        self.peer = peer
        self.faults = list(faults)
        self.error: LinkError | None = None
        self.old_pushes: list[wire.Push] = []
        self.is_replaying = False

    async def _through(self, call: Callable[[], Awaitable[T]]) -> T:
        if self.error is not None:
            raise self.error
        await asyncio.sleep(0)
        name = self.faults.pop(0) if self.faults else ""
        return await FAULTS[name](self.peer, call) if name else await call()  # type: ignore[no-any-return]

    async def hello(self, hello: wire.Hello) -> wire.Welcome:
        return await self._through(lambda: self.peer.hello(hello))

    async def push(self, push: wire.Push) -> wire.PushReply:
        if self.is_replaying and self.old_pushes:
            await self.peer.push(self.old_pushes[0])  # a push of long ago comes out of some buffer first
        self.old_pushes.append(push)
        return await self._through(lambda: self.peer.push(push))

    async def changes(self, after: int, epoch: str, wait_s: float) -> wire.Changes:
        return await self._through(lambda: self.peer.changes(after, epoch, wait_s))

    async def claim(self, claim: wire.Claim) -> wire.Claimed:
        return await self._through(lambda: self.peer.claim(claim))

    async def give_back(self, give_back: wire.GiveBack) -> wire.Claimed:
        return await self._through(lambda: self.peer.give_back(give_back))

    async def lease(self, lease: wire.Lease) -> wire.Leased:
        return await self._through(lambda: self.peer.lease(lease))

    async def close(self) -> None:
        return


class Device:
    """One terminal's journal, floor and sync, without a screen."""

    def __init__(self, path: Path, link: Any) -> None:
        self.path, self.link = path, link
        self.notes: list[str] = []
        self.badges: list[tuple[str, int, str]] = []
        self.changed: set[Key] = set()
        self.revoked: list[bool] = []
        self.news = asyncio.Event()

    async def start(self, *, is_connected: bool = True) -> None:
        self.thread = JournalThread()
        self.journal = await self.thread.run(Journal.open, self.path, clock=lambda: NOW)
        loaded = await self.thread.run(self.journal.load)
        self.floor = Floor(self.journal.terminal or "T1")
        self.floor.confirm(loaded.records, loaded.cursor)
        for entry in loaded.entries:
            envelope = open_envelope(entry.body)
            told = Told(envelope.at, self.floor.terminal, envelope.worker)
            self.floor.fold(Pending(entry.key, understood(envelope), told, entry.cursor))
        self.sync = Sync(
            self.thread,
            self.journal,
            self.floor,
            self.link,
            program_version="1",
            on_changed=self._on_changed,
            on_badge=self._on_badge,
            on_note=self._on_note,
            on_revoked=self._on_revoked,
            sleep=lambda _s: asyncio.sleep(0),
            jitter=lambda: 0.5,
        )
        self._running = asyncio.create_task(self.sync.run()) if is_connected else None

    def connect(self) -> None:
        self._running = asyncio.create_task(self.sync.run())

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        await self.thread.run(self.journal.close)
        await self.thread.close()

    async def tell(self, *events: FloorEvent) -> None:
        entries = await self.thread.run(self.journal.append, [(NOW, "W1", event) for event in events])
        for entry, event in zip(entries, events, strict=True):
            self.floor.fold(Pending(entry.key, event, Told(NOW, self.floor.terminal, "W1")))
        self.sync.poke()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Waits until something the sync told makes it so; a sync that died is what its caller should see."""
        async with asyncio.timeout(20):
            while not is_so():
                if self._running is not None and self._running.done():
                    self._running.result()
                self.news.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.news.wait(), 0.01)

    async def agreed(self, peer: Peer) -> None:
        """Waits until nothing waits and nothing is ahead, then compares every record."""
        await self.until(lambda: self.journal.waiting() == 0 and self.floor.cursor == peer.cursor)
        assert {key: self.floor.get(key.kind, key.id, Record) for key in peer.books} == peer.books
        assert not self.floor._folded, "no forecast is left on top"

    def _on_changed(self, keys: frozenset[Key]) -> None:
        self.changed |= keys
        self.news.set()

    def _on_badge(self, word: str, waiting: int, sentence: str) -> None:
        self.badges.append((word, waiting, sentence))
        self.news.set()

    async def _on_revoked(self, is_revoked: bool) -> None:
        self.revoked.append(is_revoked)
        self.news.set()

    def _on_note(self, sentence: str) -> None:
        self.notes.append(sentence)
        self.news.set()


@asynccontextmanager
async def working(path: Path, link: Any) -> AsyncIterator[Device]:
    device = Device(path, link)
    await device.start()
    try:
        yield device
    finally:
        await device.stop()


def stocked() -> Peer:
    peer = Peer()
    peer.put(OWNER, *walk())
    return peer


def walk() -> tuple[Record, ...]:
    return (
        order(line(1, "LAMP", 40, allocated=40)),
        task(stop(1, "A-01-1", "LAMP", 40), claimed_by=None, state="released"),
        Tote(id="T-01"),
    )


BOUND = ToteBound(order="HOME/1001", task="P1", tote="T-01")
SHELF = ShelfConfirmed(order="HOME/1001", task="P1", stop=1, location="A-01-1")


def picked(quantity: int = 1) -> PickConfirmed:
    return PickConfirmed(
        order="HOME/1001", task="P1", stop=1, location="A-01-1", product="HOME/LAMP", quantity=quantity, tote="T-01"
    )


def pieces(device: Device) -> int:
    found = device.floor.task("P1")
    return found.stops[0].picked if found else -1
