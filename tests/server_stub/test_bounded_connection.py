"""What one connection may take: too much, too slow, no HTTP, or nobody who reads ends it, in plain words."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from server_stub.bounded_connection import LEAST_BYTES_A_SECOND, MOST_BYTES, BoundedConnection

LONG_BYTES = 40_000_000


async def _app(scope: Any, receive: Any, send: Any) -> None:
    size, more = 0, True
    if scope["path"] == "/refused":
        await send({"type": "http.response.start", "status": 401, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return
    if scope["path"] == "/long":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a" * LONG_BYTES})
        return
    while more:
        came = await receive()
        if came["type"] == "http.disconnect":
            return
        size, more = size + len(came.get("body", b"")), came.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d came" % size})


@asynccontextmanager
async def serving(protocol: type[BoundedConnection]) -> AsyncIterator[tuple[str, int]]:
    config, state = uvicorn.Config(_app, lifespan="off", log_config=None), ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[:2]


async def answer(where: tuple[str, int], *parts: bytes, is_ended: bool = False) -> bytes:
    """All that comes back before the other side closes."""
    reader, writer = await asyncio.open_connection(*where)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if is_ended:
            writer.write_eof()
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


HEAD = b"POST / HTTP/1.1\r\nhost: store\r\nconnection: close\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([HEAD] + [b"x-%d: %s\r\n" % (each, b"a" * 900) for each in range(200)], id="many-fields"),
        pytest.param([HEAD, b"x-long: "] + [b"a" * 1_000] * 200, id="one-long-field"),
    ],
)
async def test_a_head_without_an_end_is_refused(parts: list[bytes]) -> None:
    async with serving(BoundedConnection) as where:
        said = await answer(where, *parts)
    head, _, body = said.partition(b"\r\n\r\n")
    # Where more was under way when it closed, the system may have thrown the answer away.
    if said:
        assert head.startswith(b"HTTP/1.1 431 ")
        assert json.loads(body)["expected"] == f"at most {MOST_BYTES} bytes before the body"


async def test_fields_behind_a_body_count_too() -> None:
    async with serving(BoundedConnection) as where:
        framed = HEAD + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-long: "
        assert await answer(where, framed, *([b"a" * 1_000] * 200)) == b""


async def test_a_long_body_and_a_usual_head_pass() -> None:
    body = b"a" * (5 * MOST_BYTES)
    async with serving(BoundedConnection) as where:
        said = await answer(where, HEAD + b"x-long: %s\r\n" % (b"a" * 20_000), b"content-length: 327680\r\n\r\n", body)
    assert b"327680 came" in said


async def test_what_is_no_http_is_told_so_in_the_shape_of_every_error() -> None:
    async with serving(BoundedConnection) as where:
        head, _, body = (await answer(where, b"\x16\x03\x01 hello\r\n\r\n")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["error"] == "not_http"


@pytest.mark.parametrize("part", [b"", HEAD])
async def test_whoever_sends_no_whole_head_in_time_is_cut_off(part: bytes) -> None:
    class Hasty(BoundedConnection):
        longest_seconds = 0.05

    async with serving(Hasty) as where:
        assert await answer(where, part) == b""


# --- the pace of bodies and of answers -----


class Swift(BoundedConnection):
    """One that waits for nobody."""

    pace_seconds = 0.05
    unread_seconds = 0.05
    rest_seconds = 0.05


def counted(size: int) -> bytes:
    return HEAD + b"content-length: %d\r\n\r\n" % size


async def trickled(where: tuple[str, int], head: bytes) -> bytes:
    """All that comes back to somebody who sends on, byte by byte, for as long as there is a connection."""
    reader, writer = await asyncio.open_connection(*where)
    writer.write(head)
    said = asyncio.ensure_future(reader.read())
    try:
        while not said.done():
            writer.write(b"x")
            await asyncio.wait([said], timeout=0.01)
        return said.result()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_body_that_trickles_is_told_so_and_cut() -> None:
    async with serving(Swift) as where:
        head, _, body = (await trickled(where, counted(100_000))).partition(b"\r\n\r\n")
    if head:
        assert head.startswith(b"HTTP/1.1 408 ")
        assert json.loads(body)["remedy"] == "send the same again, all at once"


async def test_a_body_that_trickles_behind_its_answer_is_cut() -> None:
    async with serving(Swift) as where:
        said = await trickled(where, b"POST /refused HTTP/1.1\r\nhost: store\r\ncontent-length: 100000\r\n\r\n")
    assert not said or said.startswith(b"HTTP/1.1 401 ")


@asynccontextmanager
async def serving_one() -> AsyncIterator[tuple[tuple[str, int], asyncio.Future[BoundedConnection]]]:
    """A connection with the real limits, which the test judges itself, whatever the time is."""
    made: asyncio.Future[BoundedConnection] = asyncio.get_running_loop().create_future()

    class Known(BoundedConnection):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            made.set_result(self)

    async with serving(Known) as where:
        yield where, made


async def test_a_long_body_may_take_many_times_the_window_at_its_least_pace() -> None:
    part = b"x" * int(LEAST_BYTES_A_SECOND * BoundedConnection.pace_seconds)
    async with serving_one() as (where, made):
        reader, writer = await asyncio.open_connection(*where)
        writer.write(counted(20 * len(part)))
        connection = await made
        for sent in range(1, 20):
            writer.write(part)
            while connection.body_bytes < sent * len(part):
                await asyncio.sleep(0)
            connection.judge_pace()
        writer.write(part)
        assert b"%d came" % (20 * len(part)) in await reader.read()
        writer.close()


async def test_whoever_reads_slowly_gets_the_whole_answer() -> None:
    async with serving_one() as (where, made):
        with socket.socket() as slow:
            slow.setblocking(False)
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(slow, where)
            await loop.sock_sendall(slow, b"GET /long HTTP/1.1\r\nhost: store\r\nconnection: close\r\n\r\n")
            connection = await made
            size, looks = 0, 0
            while came := await loop.sock_recv(slow, 1024 * 1024):
                size += len(came)
                if (
                    connection.flow.write_paused
                    and connection.transport.get_write_buffer_size() < connection._bytes_waited
                ):
                    connection.judge_reader()
                    looks += 1
    assert size > LONG_BYTES
    assert looks


async def test_whoever_reads_nothing_of_an_answer_is_cut_off() -> None:
    gone = asyncio.Event()

    class Watched(Swift):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            gone.set()

    async with serving(Watched) as where:
        with socket.socket() as deaf:
            deaf.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(deaf, where)
            await loop.sock_sendall(deaf, b"GET /long HTTP/1.1\r\nhost: store\r\n\r\n")
            await gone.wait()
