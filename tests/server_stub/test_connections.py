"""More connections than files: whoever asks something is served, the log stays short, a stop is a stop."""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import trustme
import uvicorn
from uvicorn.server import ServerState

from server_stub.bounded_connection import BoundedConnection
from server_stub.connections import Connections, Room, _client, room
from server_stub.place import Place

FILES = 300
SILENT = 400
_PROGRAM = f"""
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_NOFILE, ({FILES // 3}, {FILES}))
from server_stub.commands import main
sys.exit(main(sys.argv[1:], {{}}, Path("floorhand.toml")))
"""


def silent(port: int) -> socket.socket:
    """Somebody who connects and says nothing."""
    made = socket.socket()
    made.setblocking(False)
    made.connect_ex(("127.0.0.1", port))
    return made


def asked(port: int, source: str, token: str = "") -> tuple[int, bytes]:
    """What somebody at that address is answered."""
    http = HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    http.request("GET", "/v1/status", headers={"authorization": f"Bearer {token}"})
    answer = http.getresponse()
    body = answer.read()
    http.close()
    return answer.status, body


@pytest.fixture
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A store that may open few files, and at first only a third of them."""
    ready = folder / "ready"
    words = ["run", "--folder", str(folder), "--port", "0", "--ready-file", str(ready)]
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process, int(ready.read_text().rpartition(":")[2])
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.mark.heavy
@pytest.mark.embedded
@pytest.mark.skipif(sys.platform != "linux", reason="other addresses of this machine than 127.0.0.1 are Linux's")
def test_more_silent_connections_than_files_keep_nobody_out(
    running: tuple[subprocess.Popen[str], int], folder: Path
) -> None:
    process, port = running
    token = Place(folder).token()
    with ExitStack() as stack:
        for _ in range(SILENT):
            stack.enter_context(silent(port))
        for source in ("127.0.0.2", "127.0.0.1", "127.0.0.3"):
            status, body = asked(port, source, token)
            assert status == 200, body
        open_files = sum(1 for _ in Path(f"/proc/{process.pid}/fd").iterdir())
        # It took all that the system allows, and left some for its own files.
        assert FILES // 3 < open_files < FILES - 50
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "has stopped" in out
    assert "no room for more connections" in err
    assert len(err) < 2_000, err
    assert "Traceback" not in err


# --- one process, without the system's limits -----


async def _app(scope: Any, receive: Any, send: Any) -> None:
    scope["app_state" if "app_state" in scope else "state"]["came"].set()
    while not scope["state"]["may_answer"].is_set():
        if (await receive())["type"] == "http.disconnect":
            return
        await scope["state"]["may_answer"].wait()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


class Door:
    """A listener with `Connections` behind it, and requests that are answered when the test says so."""

    def __init__(self, listener: socket.socket, kept: Connections, state: dict[str, asyncio.Event]) -> None:
        self.where, self.kept = listener.getsockname()[:2], kept
        self.came, self.may_answer = state["came"], state["may_answer"]
        self.turned_away = 0
        self.writers: list[asyncio.StreamWriter] = []

    async def connect(self, source: str = "127.0.0.1", **how: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(*self.where, local_addr=(source, 0), **how)
        self.writers.append(writer)
        return reader, writer

    async def ask(self, source: str = "127.0.0.1") -> asyncio.StreamReader:
        """Somebody who asks, and is asked for by the program already."""
        self.came.clear()
        reader, writer = await self.connect(source)
        writer.write(b"GET / HTTP/1.1\r\nhost: store\r\n\r\n")
        await self.came.wait()
        return reader


@asynccontextmanager
async def door(
    most: int, from_one_address: int, tls: ssl.SSLContext | None = None, protocol: type[BoundedConnection] | None = None
) -> AsyncIterator[Door]:
    state = {"came": asyncio.Event(), "may_answer": asyncio.Event()}
    config, known = uvicorn.Config(_app, lifespan="off", log_config=None), ServerState()
    kind = protocol or BoundedConnection
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)

        def turned_away() -> None:
            made.turned_away += 1

        kept = Connections(listener, Room(most, from_one_address), tls, turned_away=turned_away)
        made = Door(listener, kept, state)
        kept.open(lambda: kind(config, known, dict(state)))
        yield made
        kept.close()
        state["may_answer"].set()
        for each in list(known.connections):
            each.transport.abort()
        await asyncio.gather(*known.tasks)
        for writer in made.writers:
            writer.close()
        await asyncio.gather(*[writer.wait_closed() for writer in made.writers], return_exceptions=True)


async def test_whoever_waited_longest_makes_room_and_who_asked_stays() -> None:
    async with door(most=4, from_one_address=3) as at:
        busy = await at.ask()
        (idle, _), _ = await at.connect(), await at.connect()
        await at.ask()
        assert await idle.read() == b"", "the first who was silent had to go"
        await at.ask("127.0.0.2")
        at.may_answer.set()
        assert await busy.readline() == b"HTTP/1.1 200 OK\r\n"
        assert at.turned_away == 0


async def test_where_all_of_an_address_are_busy_one_more_is_told_when_to_come_back_and_others_are_served() -> None:
    async with door(most=4, from_one_address=2) as at:
        await at.ask()
        await at.ask()
        reader, _ = await at.connect()
        said = await reader.read()
        assert said.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nretry-after: 1\r\n" in said
        assert b"store.connections_from_one_address" in said
        await at.ask("127.0.0.2")
        await at.ask("127.0.0.2")
        reader, _ = await at.connect("127.0.0.3")
        assert (await reader.read()).startswith(b"HTTP/1.1 503 ")
        assert at.turned_away == 2


async def test_who_goes_leaves_its_place() -> None:
    async with door(most=2, from_one_address=2) as at:
        at.may_answer.set()
        for _ in range(20):
            reader, writer = await at.connect()
            writer.write(b"GET / HTTP/1.1\r\nhost: store\r\nconnection: close\r\n\r\n")
            assert (await reader.read()).endswith(b"ok")
        assert at.turned_away == 0


async def test_a_handshake_that_never_ends_makes_room_too() -> None:
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    async with door(most=3, from_one_address=2, tls=tls) as at:
        at.may_answer.set()
        silent_ones = [await at.connect() for _ in range(4)]
        reader, writer = await at.connect(ssl=trust, server_hostname="127.0.0.1")
        writer.write(b"GET / HTTP/1.1\r\nhost: store\r\nconnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b"ok")
        assert await silent_ones[0][0].read() == b""


async def test_no_file_left_is_told_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async with door(most=10, from_one_address=10) as at:
        at.may_answer.set()
        loop = asyncio.get_running_loop()
        accept, left = loop.sock_accept, [OSError(24, "Too many open files")] * 3

        async def scarce(listener: socket.socket) -> Any:
            if left:
                raise left.pop()
            return await accept(listener)

        idle, _ = await at.connect()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loop, "sock_accept", scarce)
            # The one accept that waits already is still the system's own.
            _, first = await at.connect()
            first.write(b"GET / HTTP/1.1\r\nhost: store\r\n\r\n")
            assert await idle.read() == b"", "a file more, as soon as none is left"
            reader = await at.ask()
            assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    told = " ".join(record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING)
    assert sum(map(int, re.findall(r"cannot be taken in \(Too many open files, (\d+) times\)", told))) == 3, told
    assert "no room" not in told


@pytest.mark.parametrize(
    ("files", "most", "from_one_address"), [(65_536, 4_000, 1_000), (1_024, 896, 672), (64, 32, 24), (2, 1, 1)]
)
def test_the_files_that_there_are_bound_what_is_wished_for(files: int, most: int, from_one_address: int) -> None:
    assert room(4_000, 1_000, files) == Room(most, from_one_address)


def test_a_network_of_one_host_counts_as_one() -> None:
    assert _client("2001:db8::1") == _client("2001:db8::ffff:2") != _client("2001:db8:0:1::1")
    assert _client("::ffff:10.0.0.5") == _client("10.0.0.5") != _client("10.0.0.6")
    assert _client("fe80::1%eth0") == _client("fe80::2%eth0")
