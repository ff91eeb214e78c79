"""A cheap HTTP load: many terminals, each on a connection of its own, each sending again once it has its answer.

It reads no more of an answer than it has to, so that the server is what is measured.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import perf_counter

import msgspec

from benchmarks.figures import Stumbled
from benchmarks.furnished import Pusher
from orders import wire

_REPLIES = msgspec.json.Decoder(wire.PushReply)
_ENCODE = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Driven:
    """What came of one turn."""

    requests: int
    seconds: float
    latencies: list[float]


class Connection(asyncio.Protocol):
    """One kept-alive HTTP/1.1 connection that sends ready-made requests one after the other."""

    def __init__(self) -> None:
        self._received = b""
        self._length = -1
        self._answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the way out."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Gathers one answer."""
        self._received += data
        if self._length < 0:
            head, found, _ = self._received.partition(b"\r\n\r\n")
            if not found:
                return
            _, _, length = head.lower().partition(b"content-length:")
            self._length = len(head) + 4 + int(length.split(b"\r\n", 1)[0])
        if len(self._received) >= self._length:
            answer, self._received, self._length = self._received, b"", -1
            self._answer.set_result(answer)

    def connection_lost(self, error: Exception | None) -> None:
        """An answer that can no longer come is an error."""
        if not self._answer.done():
            self._answer.set_exception(ConnectionError(str(error or "the server hung up")))

    async def ask(self, request: bytes) -> bytes:
        """The whole answer to one whole request."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Hangs up."""
        if self._transport is not None:
            self._answer.cancel()
            self._transport.abort()


def drive(port: int, pushers: list[Pusher], batch: int, seconds: float) -> Driven:
    """Lets every terminal push batches of that size for so long; Stumbled where one was not admitted whole."""
    return asyncio.run(_drive(port, pushers, batch, seconds))


def request(pusher: Pusher, batch: int) -> bytes:
    """The next push of a terminal as bytes on the line."""
    body = _ENCODE(pusher.push(batch))
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: store\r\nAuthorization: Bearer {pusher.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def reply(answer: bytes, batch: int) -> wire.PushReply:
    """What the store said; Stumbled where it did not admit the whole batch."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise Stumbled(f"the store refused a push: {answer[:300]!r}")
    said = _REPLIES.decode(body)
    if [each.verdict for each in said.outcomes] != [wire.ADMITTED] * batch:
        raise Stumbled(f"the store did not admit a batch of {batch}: {said}")
    return said


async def _drive(port: int, pushers: list[Pusher], batch: int, seconds: float) -> Driven:
    loop = asyncio.get_running_loop()
    connections = [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in pushers]
    latencies: list[float] = []
    begun = perf_counter()

    async def work(pusher: Pusher, connection: Connection) -> None:
        while perf_counter() - begun < seconds:
            data = request(pusher, batch)
            sent = perf_counter()
            answer = await connection.ask(data)
            latencies.append(perf_counter() - sent)
            reply(answer, batch)

    try:
        async with asyncio.TaskGroup() as group:
            for pusher, connection in zip(pushers, connections, strict=True):
                group.create_task(work(pusher, connection))
        return Driven(len(latencies), perf_counter() - begun, latencies)
    finally:
        for connection in connections:
            connection.close()
