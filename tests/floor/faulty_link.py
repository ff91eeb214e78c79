"""The network between a terminal and its store, with its faults: a real TCP proxy in a thread of its own.

It reads HTTP/1.1 just far enough to know where a message ends. Decides what becomes of each: passed on, cut before or
after the store had it, sent twice, held up, or delivered after later ones. It knows the long poll's route, no event.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from random import Random

# Long enough that other messages overtake, short enough that nobody gives up.
DELAY_SECONDS = 0.15


class Fate(Enum):
    """What becomes of one request."""

    PASSED = "passed on"
    LOST = "lost on the way up"
    UNANSWERED = "its reply lost"
    REPEATED = "sent twice"
    DELAYED = "held up"
    LATE = "given up by the sender, and delivered after the next one"


POLL = "/v1/changes"
_OF_ALL = (Fate.LOST, Fate.UNANSWERED, Fate.REPEATED, Fate.DELAYED, Fate.LATE)
_OF_POLLS = (Fate.LOST, Fate.UNANSWERED, Fate.DELAYED)

Fates = Callable[[str], Fate]


def at_random(chance: Random, share: float) -> Fates:
    """A fault for that share of the requests; each kind as often as the others.

    A seed gives the polls the same fates again, and all else the same: how often somebody polls is not the seed's to
    say. Nor does the proxy's thread draw from `chance` what the story draws for itself.
    """
    chances = {is_poll: Random(chance.random()) for is_poll in (True, False)}
    packs: dict[bool, list[Fate]] = {True: [], False: []}

    def fate(path: str) -> Fate:
        is_poll = path == POLL
        own, pack = chances[is_poll], packs[is_poll]
        if own.random() >= share:
            return Fate.PASSED
        if not pack:
            # A long poll asks and changes nothing: to send it twice would only wait twice.
            pack += _OF_POLLS if is_poll else _OF_ALL
            own.shuffle(pack)
        return pack.pop()

    return fate


class FaultyLink:
    """Listens at `url` and passes on to a store's port. Use it as a context manager, from any thread."""

    def __init__(self, port: int, fates: Fates = lambda path: Fate.PASSED) -> None:
        self._upstream, self._fates = port, fates
        self.met = Counter[Fate]()
        self._is_cut = False
        self._held: list[bytes] = []
        self._loop = asyncio.new_event_loop()
        self._is_up = threading.Event()
        self._clients: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._thread = threading.Thread(target=self._run, name="faulty-link", daemon=True)

    def __enter__(self) -> FaultyLink:
        self._thread.start()
        assert self._is_up.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    @property
    def url(self) -> str:
        """Where a terminal finds its store."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """No message gets through any more, and those under way are lost."""
        self._do(self._cut)

    def mend(self) -> None:
        """Messages get through again."""
        self._do(self._mend)

    def _do(self, act: Callable[[], None]) -> None:
        is_done = threading.Event()

        def do() -> None:
            act()
            is_done.set()

        self._loop.call_soon_threadsafe(do)
        assert is_done.wait(10)

    def _cut(self) -> None:
        self._is_cut = True
        for writer in self._clients.values():
            writer.transport.abort()

    def _mend(self) -> None:
        self._is_cut = False

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        server = await asyncio.start_server(self._client, "127.0.0.1", 0)
        self.port: int = server.sockets[0].getsockname()[1]
        self._is_up.set()
        await self._end.wait()
        server.close()
        for task in list(self._clients):
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients[task] = writer
        try:
            while not self._is_cut and (request := await _message(reader)):
                reply = await self._fare(request)
                if reply is None or self._is_cut:
                    break
                writer.write(reply)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # one of the two ends has gone; the other one learns it by the close below
        except asyncio.CancelledError:
            pass  # the proxy ends; nobody awaits this task but _serve
        finally:
            del self._clients[task]
            writer.transport.abort()

    async def _fare(self, request: bytes) -> bytes | None:
        """The reply that reaches the sender, None where its connection breaks."""
        path = request.split(b" ", 2)[1].partition(b"?")[0].decode()
        fate = self._fates(path)
        self.met[fate] += 1
        held, self._held = ([], self._held) if path == POLL else (self._held, [])
        reply: bytes | None = None
        match fate:
            case Fate.LOST:
                pass
            case Fate.UNANSWERED:
                await self._store(request)
            case Fate.REPEATED:
                await self._store(request)
                reply = await self._store(request)
            case Fate.DELAYED:
                await asyncio.sleep(DELAY_SECONDS)
                reply = await self._store(request)
            case Fate.LATE:
                self._held.append(request)
            case Fate.PASSED:
                reply = await self._store(request)
        for late in held:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._store(late)
        return reply

    async def _store(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        try:
            writer.write(request)
            await writer.drain()
            return await _message(reader)
        finally:
            writer.transport.abort()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One HTTP/1.1 message (RFC 9112) whose length is given, empty where the connection ended before it."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return b""
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
        assert name.strip().lower() != b"transfer-encoding", "the store sends replies of a known length"
    return head + await reader.readexactly(length)
