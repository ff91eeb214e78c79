"""The sync as a whole: greets the store, keeps both directions going, and begins again when the talk breaks.

Decides when to try again and what the badge says. It knows no widget: whoever started it is told by plain callbacks.
Everything that touches the floor runs on the event loop, everything that touches the journal in its thread.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

from orders import wire
from orders.records import Key
from terminal.floor import Floor
from terminal.journal import Journal, JournalError
from terminal.journal import Standing as JournalStanding
from terminal.journal_identity import Revived
from terminal.journal_mark import Doubt
from terminal.journal_thread import JournalThread
from terminal.sync import status
from terminal.sync.downlink import Downlink
from terminal.sync.leases import LeaseKeeper
from terminal.sync.link import OTHERS_JOURNAL, Link, LinkError, Refused, SignInAgain
from terminal.sync.requests import Requests
from terminal.sync.status import Standing
from terminal.sync.uplink import Gate, StartAgain, Uplink
from terminal.workflows.steps import Grant

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 15.0
CLAIM_PATIENCE_S = 5.0
SAYS_SO_S = 0.7
"""So long nobody wonders why nothing happens; a store that answers is faster by far."""


async def _heard(is_revoked: bool) -> None:
    """Where nobody wants to know."""


class Sync:
    """The terminal's half of the sync; also what the session asks for tasks (session.Store).

    `on_badge` gets the badge's word, how many events wait, and a sentence where something is wrong; `on_time` what the
    time is at the store, at each greeting. `on_revoked` is awaited with the store's word on this device, each time that
    it is given: whether its token is dead.
    """

    def __init__(
        self,
        thread: JournalThread,
        journal: Journal,
        floor: Floor,
        link: Link,
        *,
        program_version: str,
        on_changed: Callable[[frozenset[Key]], None] = lambda keys: None,
        on_badge: Callable[[str, int, str], None] = lambda word, waiting, sentence: None,
        on_note: Callable[[str], None] = lambda sentence: None,
        on_wait: Callable[[], None] = lambda: None,
        on_time: Callable[[datetime], None] = lambda store_at: None,
        on_revoked: Callable[[bool], Awaitable[None]] = _heard,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._thread, self._journal, self._floor, self._link = thread, journal, floor, link
        self._version = program_version
        self._on_changed, self._on_badge, self._on_note, self._on_time = on_changed, on_badge, on_note, on_time
        self._on_wait, self._on_revoked = on_wait, on_revoked
        self._sleep, self._jitter = sleep, jitter
        self._requests = Requests(link)
        gate = Gate()
        self._uplink = Uplink(thread, journal, floor, link, gate, on_settled=self._settled, on_note=on_note)
        self._downlink = Downlink(
            thread,
            journal,
            floor,
            link,
            gate,
            on_changed=self._changed,
            on_note=on_note,
            on_idle=self._tidy,
        )
        self._leases = LeaseKeeper(thread, journal, floor, self._requests, on_note=on_note)
        self._standing, self._sentence = Standing.STARTING, ""
        self._told: tuple[str, int, str] | None = None
        self._is_anew = False
        self._is_quiet = False
        self._has_gained = False
        self._is_wanted, self._is_broken = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        """Keeps this terminal and its store agreed until cancelled; the journal is loaded into the floor before."""
        delay_s = FIRST_DELAY_S
        loop = asyncio.get_running_loop()
        while True:
            began_s, self._has_gained = loop.time(), False
            try:
                await self._talk()
            except StartAgain as again:
                self._is_anew = self._is_anew or again.is_anew
            except SignInAgain as error:
                self._stand(status.standing_after(error), str(error))
                await self._on_revoked(True)
            except (LinkError, JournalError) as error:
                self._stand(status.standing_after(error), str(error))
            # A link that loses every tenth message still works: only one that brings nothing is left alone for longer.
            if self._has_gained or loop.time() - began_s > LONGEST_DELAY_S:
                delay_s = FIRST_DELAY_S
            await self._rest(delay_s * (0.5 + self._jitter() / 2))
            delay_s = min(2 * delay_s, LONGEST_DELAY_S)

    def poke(self) -> None:
        """The session wrote something: it goes up at once if the store is there."""
        self._is_quiet = False
        self._uplink.poke()
        self._leases.poke()
        self._tell()

    def refresh(self) -> None:
        """Asks for news at once: the store wakes nobody for what they did themselves."""
        self._downlink.poke()

    async def claim(self, worker: str, task: str | None = None) -> Grant:
        """The most urgent task, or one by id; its records are on the floor before this returns."""
        return await self._request(lambda: self._requests.claim(worker, task))

    async def give_back(self, task: str) -> Grant:
        """Returns a task that was not begun."""
        return await self._request(lambda: self._requests.give_back(task))

    async def _request(self, ask: Callable[[], Awaitable[wire.Claimed]]) -> Grant:
        saying_so = asyncio.get_running_loop().call_later(SAYS_SO_S, self._on_wait)
        try:
            return await self._granted(ask)
        finally:
            saying_so.cancel()

    async def _granted(self, ask: Callable[[], Awaitable[wire.Claimed]]) -> Grant:
        self._is_wanted.set()
        # The store has to know how the last task ended before it can be asked for another one.
        if self._standing is not Standing.ONLINE or not await self._unless_broken(
            self._uplink.drained(CLAIM_PATIENCE_S)
        ):
            return Grant(is_away=True)
        try:
            claimed = await ask()
        except Refused as refusal:
            return Grant(refused=str(refusal))
        except LinkError:
            return Grant(is_away=True)
        # The reply's records are not taken from it: what comes down comes one way, so that it stays in order.
        upto = max((change.cursor for change in claimed.changes), default=0)
        if not await self._unless_broken(self._downlink.come_to(upto, CLAIM_PATIENCE_S)):
            return Grant(is_away=True)
        return Grant(task=claimed.task, refused=claimed.refused)

    async def _unless_broken(self, wait: Coroutine[None, None, bool]) -> bool:
        """What `wait` says, False as soon as the talk ends: nobody stands and waits for a store that has gone."""
        waits = [asyncio.ensure_future(wait), asyncio.ensure_future(self._is_broken.wait())]
        await _first_of(waits)
        return not waits[0].cancelled() and waits[0].result()

    async def _rest(self, delay_s: float) -> None:
        """Waits before the next try, but not while somebody stands there and asks for work."""
        self._is_wanted.clear()
        await _first_of([asyncio.ensure_future(self._sleep(delay_s)), asyncio.ensure_future(self._is_wanted.wait())])

    # One talk

    async def _talk(self) -> None:
        epoch = await self._greet()
        self._is_broken.clear()
        self._stand(Standing.ONLINE)
        self._uplink.begin()
        # No task group: until Python 3.13 it forgets that it was cancelled in the moment in which a child failed, and
        # whoever closes the program waits for ever.
        loops = (self._uplink.run(epoch), self._downlink.run(epoch), self._leases.run())
        talk = [asyncio.ensure_future(each) for each in loops]
        try:
            await _first_of(talk)
            raise _first([error for each in talk if not each.cancelled() and (error := each.exception())])
        finally:
            self._is_broken.set()

    async def _greet(self) -> str:
        """Says hello for every identity that has something to send, and brings journal and floor in line."""
        here = await self._thread.run(self._journal.standing)
        try:
            welcome = await self._link.hello(self._hello(here, here.id, here.last_number))
        except Refused as refusal:
            if refusal.problem.error != OTHERS_JOURNAL:
                raise
            await self._thread.run(self._journal.renew, Doubt.COPIED)
            self._on_note(status.conflict())
            raise StartAgain from refusal
        self._on_time(welcome.now_at)
        await self._on_revoked(False)
        is_other = bool(here.epoch) and here.epoch != welcome.epoch
        expected = {here.id: welcome.expected}
        # A store that was restored may have lost what an older identity of this journal sent, long acknowledged.
        for id, last_number in await self._thread.run(self._journal.older) if is_other else here.owing:
            if (number := await self._greet_owing(self._hello(here, id, last_number))) is not None:
                expected[id] = number
        await self._thread.run(self._journal.learn, welcome.terminal)
        if changed := self._floor.be_called(welcome.terminal):
            self._on_changed(changed)
        has_lost = await self._align(expected, welcome.epoch, is_other=is_other)
        # What the store lost spent SSCCs: it has to hear of their blocks first.
        if has_lost or self._journal.id != here.id:
            raise StartAgain
        return welcome.epoch

    async def _greet_owing(self, hello: wire.Hello) -> int | None:
        try:
            return (await self._link.hello(hello)).expected
        except Refused as refusal:
            if refusal.problem.error != OTHERS_JOURNAL:
                raise
            if self._uplink.bar(hello.journal):
                self._on_note(status.not_ours_to_send())
            return None

    async def _align(self, expected: dict[str, int], epoch: str, *, is_other: bool) -> bool:
        """Brings journal and floor in line with a store; whether that one has lost something of ours."""
        revived: list[Revived] = []

        async def lost() -> list[Revived]:
            return [each for id, number in expected.items() for each in (await self._uplink.align(id, number)).revived]

        if not (is_other or self._is_anew):
            revived += await lost()
            if not revived:
                return False

        async def found() -> list[Revived]:
            if not revived:
                revived.extend(await lost())
            if revived:
                self._on_note(status.sent_again(len(revived)))
            return revived

        await self._downlink.begin_anew(epoch, found)
        self._is_anew = False
        return bool(revived)

    def _hello(self, here: JournalStanding, id: str, last_number: int) -> wire.Hello:
        return wire.Hello(
            journal=id,
            wire_version=wire.WIRE_VERSION,
            program_version=self._version,
            epoch=here.epoch,
            last_number=last_number,
            blocks=here.blocks.get(id, ()),
        )

    # What others are told

    def _settled(self, cursor: int, calls_for_news: bool) -> None:
        self._has_gained = True
        if cursor <= self._floor.cursor:
            self._changed(self._floor.confirm((), self._floor.cursor))
        if calls_for_news:
            self._downlink.poke()
        self._tell()

    def _changed(self, keys: frozenset[Key]) -> None:
        self._is_quiet, self._has_gained = False, True
        self._leases.poke()
        if keys:
            self._on_changed(keys)

    async def _tidy(self) -> None:
        """Nothing came for a whole long poll: once nothing was scanned either, the journal is put in order."""
        if self._is_quiet:
            await self._thread.run(self._journal.tidy)
        self._is_quiet = not self._is_quiet

    def _stand(self, standing: Standing, sentence: str = "") -> None:
        self._standing, self._sentence = standing, sentence
        self._tell()

    def _tell(self) -> None:
        badge = (self._standing.value, self._journal.waiting(), self._sentence)
        if badge != self._told:
            self._told = badge
            self._on_badge(*badge)


async def _first_of(waits: Sequence[asyncio.Future[Any]]) -> None:
    """Returns when one of them is done; the others are cancelled."""
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


def _first(ended: Sequence[BaseException]) -> BaseException:
    """What ended a talk: a mistake of ours before anything else, so that none is hidden behind a lost connection."""
    return next((each for each in ended if not isinstance(each, (LinkError, JournalError, StartAgain))), ended[0])
