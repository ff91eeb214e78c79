"""Whose turn it is: scans, typed entries, acts and changed records, one at a time, in the order they came.

Decides that order, and that nothing waits in vain and nothing is lost while the session is busy. What each turn means
is the session's business.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from scanners.hub import Hub
from scanners.scan import Heard, RepeatDropped, Scan, ScannerFound, ScannerLost, Unreadable
from terminal.parts import Deciding
from terminal.workflows.prompts import Showing

if TYPE_CHECKING:
    from orders.records import Key
    from scanners.scale import Weight


class Entered(Struct, frozen=True):
    """A line that was typed; `is_even` where its keys came at the pace of a device."""

    text: str
    is_even: bool = False


class Hurried(Struct, frozen=True):
    """Keys that would choose or prove something, and came as fast as a scan; what they were is nobody's business."""


class Chosen(Struct, frozen=True):
    """An act from the list or the palette."""

    act: str


class Cleared(Struct, frozen=True):
    """The clear key."""


class Stale(Struct, frozen=True):
    """Records changed under the prompt; which ones is gathered until it is this one's turn."""


class Settled(Struct, frozen=True):
    """Something lies still on the scale, and the step wants its weight."""

    weight: Weight
    frame: bytes


class Silent(Struct, frozen=True):
    """Nobody did anything for so many minutes."""

    minutes: int


Turn = Heard | Settled | Entered | Hurried | Chosen | Cleared | Stale | Silent
PortNews = ScannerLost | ScannerFound | RepeatDropped


class Turns:
    """The queue before the session. Touch it from the event loop only; the hub takes what comes from threads."""

    def __init__(self, hub: Hub, arrived: Callable[[Scan | Unreadable], None]) -> None:
        """`arrived` hears of a read as it enters the queue, which may be long before its turn."""
        self._hub = hub
        self._arrived = arrived
        self._turns: asyncio.Queue[Turn] = asyncio.Queue()
        self._behind_reads: list[Turn] = []
        self._stale: set[Key] = set()
        self._ports: set[str] = set()
        self._port_spoke = asyncio.Event()

    def put(self, turn: Entered | Hurried | Chosen | Cleared | Settled | Silent) -> None:
        """Adds what a hand or the scale did, behind every read that arrived before it."""
        if self._hub.waiting:
            self._behind_reads.append(turn)
        else:
            self._turns.put_nowait(turn)

    def changed(self, keys: frozenset[Key]) -> None:
        """Adds changed records: many changes are one turn."""
        if not self._stale:
            self._turns.put_nowait(Stale())
        self._stale |= keys

    async def listen(self) -> None:
        """Takes reads out of the hub as long as it is open."""
        async for heard in self._hub:
            if isinstance(heard, Scan | Unreadable):
                self._arrived(heard)
            elif isinstance(heard, ScannerFound | ScannerLost):
                self._ports.add(heard.source)
                self._port_spoke.set()
            self._turns.put_nowait(heard)
            if not self._hub.waiting:
                for turn in self._behind_reads:
                    self._turns.put_nowait(turn)
                self._behind_reads.clear()

    async def hear_from_ports(self, count: int, patience_seconds: float) -> None:
        """Returns once so many scanners have said that their port is there, or is not, or when patience is over."""
        try:
            async with asyncio.timeout(patience_seconds):
                while len(self._ports) < count:
                    self._port_spoke.clear()
                    await self._port_spoke.wait()
        except TimeoutError:
            return

    async def judged(self, session: Deciding) -> AsyncIterator[tuple[Turn, Showing | None]]:
        """Each turn with what to show after it; None where nothing new is to be shown."""
        while True:
            turn = await self._turns.get()
            yield turn, await self._judge(turn, session)

    async def _judge(self, turn: Turn, session: Deciding) -> Showing | None:
        match turn:
            case Scan() | Unreadable():
                return await session.take_scan(turn)
            case Entered(text=text, is_even=is_even):
                return await session.take_entry(text, is_even=is_even)
            case Hurried():
                return await session.refuse_hurry()
            case Chosen(act=act):
                return await session.take_act(act)
            case Cleared():
                return await session.clear()
            case Settled(weight=weight, frame=frame):
                return await session.take_weight(weight, frame)
            case Stale():
                keys, self._stale = frozenset(self._stale), set()
                return await session.take_news(keys)
            case Silent(minutes=minutes):
                return await session.take_silence(minutes)
            case _:
                return None
