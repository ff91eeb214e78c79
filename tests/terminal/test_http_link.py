"""The link over real HTTP against whatever may answer there: nonsense, half an answer, one without end, nobody."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from orders import wire
from server_stub import long_requests
from server_stub.problems import unauthorised
from terminal.sync import link as wiring
from terminal.sync.link import AtWork, HttpLink, LinkError, Nonsense, Refused, SignInAgain, Unreachable, WrongVersion
from tests.floors import NOW
from tests.ports import free_port

HELLO = wire.Hello(journal="j", wire_version=wire.WIRE_VERSION, program_version="1")
WELCOME = wire.Welcome(
    epoch="E1", terminal="T1", expected=1, cursor=0, now_at=NOW, wire_version=wire.WIRE_VERSION, program_version="9"
)
PROBLEM = wire.Problem(error="e", expected="a hello", came="a cough", remedy="try again")
AT_WORK = long_requests.in_progress("k").body
DEAD = unauthorised("a token that is none of ours", "enrol again").body


def answer(status: int, body: bytes, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


@asynccontextmanager
async def answering(reply: bytes | None) -> AsyncIterator[tuple[HttpLink, list[bytes]]]:
    """A server that reads one request and says `reply`; nothing, where that is None."""
    heard: list[bytes] = []
    is_over = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        if reply is None:
            await is_over.wait()
        else:
            writer.write(reply)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    link = HttpLink(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", "secret")
    try:
        yield link, heard
    finally:
        await link.close()
        is_over.set()
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (answer(200, b"<html>Welcome to Free Wi-Fi</html>"), Nonsense, "whether the Wi-Fi asks for a sign-in"),
        (answer(200, b""), Nonsense, "not the order store"),
        (answer(200, b"\xff\xfe\x00"), Nonsense, "not the order store"),
        (answer(200, b"[]"), Nonsense, "Expected `object`, got `array`"),
        (answer(200, b'{"epoch": 7}'), Nonsense, r"Expected `str`, got `int` - at `\$.epoch`"),
        (answer(200, b"garbage", "content-encoding: gzip"), Nonsense, "garbled"),
        (answer(302, b"", "location: http://wifi.example/"), Nonsense, "HTTP status 302"),
        (answer(404, b"<html>nginx</html>"), Nonsense, "HTTP status 404"),
        (answer(401, DEAD, "www-authenticate: Bearer"), SignInAgain, "ask a supervisor to enrol it again"),
        (answer(401, DEAD), Nonsense, "HTTP status 401"),
        (answer(401, DEAD, 'www-authenticate: Basic realm="proxy"'), Nonsense, "whether the Wi-Fi asks for a sign-in"),
        (answer(401, msgspec.json.encode(PROBLEM), "www-authenticate: Bearer"), Nonsense, "HTTP status 401"),
        (answer(401, b"<html>Sign in</html>", "www-authenticate: Bearer"), Nonsense, "HTTP status 401"),
        (answer(409, msgspec.json.encode(PROBLEM)), Refused, "wants a hello, got a cough: try again"),
        (answer(409, AT_WORK, "retry-after: 1"), AtWork, "still at work on this"),
        (answer(500, msgspec.json.encode(PROBLEM)), Unreachable, "trouble of its own"),
        (answer(503, b"busy"), Unreachable, "trouble of its own"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", Unreachable, "cannot be reached"),
        (b"", Unreachable, "cannot be reached"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{", Unreachable, "cannot be reached"),
        (
            answer(200, msgspec.json.encode(msgspec.structs.replace(WELCOME, wire_version=2))),
            WrongVersion,
            "The store is newer .9. than this terminal .1.: update this terminal",
        ),
    ],
)
async def test_whatever_answers_ends_in_one_clear_sentence(reply: bytes, error: type[LinkError], says: str) -> None:
    async with answering(reply) as (link, _):
        with pytest.raises(error, match=says) as raised:
            await link.hello(HELLO)
        assert type(raised.value) is error


def zeros(count: int) -> bytes:
    """So many zeros, as a server sends them that says little and means much."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(count // 2**20)) + packer.flush()


@pytest.mark.parametrize("way", ["a length", "no length", "packed"])
async def test_an_answer_without_end_is_not_read_to_its_end(way: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(wiring, "MOST_BYTES", 2**20)
    body = bytes(3 * 2**20)
    reply = {
        "a length": b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n" + body,
        "no length": b"HTTP/1.1 200 OK\r\n\r\n" + body,
        "packed": answer(200, zeros(64 * 2**20), "content-encoding: gzip"),
    }[way]
    async with answering(reply) as (link, _):
        with pytest.raises(Nonsense, match="an answer of more than 1 MiB"):
            await link.hello(HELLO)


async def test_what_a_store_says_without_end_fits_on_a_screen() -> None:
    problem = wire.Problem(error="e", expected="x" * 100_000, came="y" * 100_000, remedy="z" * 100_000)
    async with answering(answer(409, msgspec.json.encode(problem))) as (link, _):
        with pytest.raises(Refused) as raised:
            await link.hello(HELLO)
    assert len(str(raised.value)) < 1000


async def test_a_right_answer_is_read_and_what_it_has_more_is_left(monkeypatch: Any) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    body = msgspec.json.encode(WELCOME)[:-1] + b',"moon":"full"}'
    async with answering(answer(200, body, "content-type: text/plain")) as (link, heard):
        assert await link.hello(HELLO) == WELCOME
        assert b"POST /v1/hello HTTP/1.1" in heard[0]
        assert b"authorization: Bearer secret" in heard[0].replace(b"Authorization", b"authorization")


async def test_a_store_that_never_answers_is_given_up(monkeypatch: Any) -> None:
    monkeypatch.setattr(wiring, "ANSWER_S", 0.05)
    async with answering(None) as (link, _):
        with pytest.raises(Unreachable, match="does not answer in time"):
            await link.hello(HELLO)


async def test_a_store_without_tls_is_not_asked_for_it_in_vain_unseen() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(answer(400, b""))
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    link = HttpLink(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", "secret")
    with pytest.raises(Nonsense, match=r"speaks no TLS: check `store\.url` in the config"):
        await link.hello(HELLO)
    await link.close()
    server.close()
    await server.wait_closed()


async def test_a_store_that_is_not_there_is_unreachable() -> None:
    link = HttpLink(f"http://127.0.0.1:{free_port()}", "secret")
    with pytest.raises(Unreachable, match="cannot be reached: work goes on offline"):
        await link.changes(0, "", 0)
    await link.close()
