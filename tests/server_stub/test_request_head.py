"""What comes before a request can be judged: too much, too slow, or no HTTP ends the connection, in plain words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from server_stub.request_head import MOST_BYTES, BoundedHead

Ask = Callable[..., Awaitable[bytes]]


async def _app(scope: Any, receive: Any, send: Any) -> None:
    size, more = 0, True
    while more:
        came = await receive()
        if came["type"] == "http.disconnect":
            return
        size, more = size + len(came.get("body", b"")), came.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d came" % size})


@asynccontextmanager
async def serving(protocol: type[BoundedHead]) -> AsyncIterator[tuple[str, int]]:
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
    async with serving(BoundedHead) as where:
        said = await answer(where, *parts)
    head, _, body = said.partition(b"\r\n\r\n")
    # Where more was under way when it closed, the system may have thrown the answer away.
    if said:
        assert head.startswith(b"HTTP/1.1 431 ")
        assert json.loads(body)["expected"] == f"at most {MOST_BYTES} bytes before the body"


async def test_fields_behind_a_body_count_too() -> None:
    async with serving(BoundedHead) as where:
        framed = HEAD + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-long: "
        assert await answer(where, framed, *([b"a" * 1_000] * 200)) == b""


async def test_a_long_body_and_a_usual_head_pass() -> None:
    body = b"a" * (5 * MOST_BYTES)
    async with serving(BoundedHead) as where:
        said = await answer(where, HEAD + b"x-long: %s\r\n" % (b"a" * 20_000), b"content-length: 327680\r\n\r\n", body)
    assert b"327680 came" in said


async def test_what_is_no_http_is_told_so_in_the_shape_of_every_error() -> None:
    async with serving(BoundedHead) as where:
        head, _, body = (await answer(where, b"\x16\x03\x01 hello\r\n\r\n")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["error"] == "not_http"


@pytest.mark.parametrize("part", [b"", HEAD])
async def test_whoever_sends_no_whole_head_in_time_is_cut_off(part: bytes) -> None:
    class Hasty(BoundedHead):
        longest_seconds = 0.05

    async with serving(Hasty) as where:
        assert await answer(where, part) == b""
