"""A store as its own process: started, killed in the middle of its work, started again, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import msgspec
import pytest

from orders import events, wire
from orders.envelope import seal
from orders.records import Order, decode_record
from server_stub.place import Place

_PROGRAM = """
import sys
from pathlib import Path
from server_stub.commands import main
sys.exit(main(sys.argv[1:], {}, Path("floorhand.toml")))
"""
Start = Callable[[], tuple[subprocess.Popen[str], str]]

pytestmark = pytest.mark.heavy


def words_for(place: Place) -> list[str]:
    """Which store is meant, as it is typed."""
    return ["--folder", str(place.folder), *(("--database", place.address) if place.address else ())]


@pytest.fixture
def start(place: Place) -> Iterator[Start]:
    """Starts a store on `place`; gives its process and its address once it listens."""
    processes: list[subprocess.Popen[str]] = []

    def begin() -> tuple[subprocess.Popen[str], str]:
        ready = place.folder / "ready"
        ready.unlink(missing_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, "run", *words_for(place), "--port", "0", "--ready-file", ready],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "answers at" in line, process.stderr.read() if process.stderr else ""
        return process, ready.read_text()

    yield begin
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


class Visitors:
    """Clients of a running store, all closed at the end."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack

    def with_token(self, url: str, token: str) -> httpx.Client:
        headers = {"authorization": f"Bearer {token}"}
        return self._stack.enter_context(httpx.Client(base_url=url, headers=headers, timeout=30))

    def admin(self, url: str) -> httpx.Client:
        return self.with_token(url, Place(self._folder).token())

    def terminal(self, url: str, name: str) -> tuple[httpx.Client, str]:
        code = self.admin(url).post("/v1/terminals", json={}).json()["code"]
        token = str(self.with_token(url, code).post("/v1/enrol", json={"name": name}).json()["token"])
        return self.with_token(url, token), token


@pytest.fixture
def visitors(folder: Path) -> Iterator[Visitors]:
    with ExitStack() as stack:
        yield Visitors(folder, stack)


def batch(pieces: int) -> dict[str, Any]:
    address = {
        "id": "",
        "name": "Ada",
        "lines": ["1 Row"],
        "city": "London",
        "postcode": "E1 6AN",
        "country_code": "GB",
    }
    line = {"number": 1, "sku": "LAMP", "description": "Lamp", "quantity": pieces}
    return {
        "locations": [{"code": "A-01", "walk": 1}],
        "products": [{"owner": "HOME", "sku": "LAMP", "description": "Lamp"}],
        "stock": [{"owner": "HOME", "sku": "LAMP", "location": "A-01", "quantity": pieces}],
        "orders": [{"owner": "HOME", "number": "1", "lines": [line], "ship_to": address}],
    }


def test_killed_at_any_moment_it_loses_nothing_it_said_yes_to(start: Start, visitors: Visitors) -> None:
    process, url = start()
    owner = visitors.admin(url)
    pieces = 600
    owner.post("/v1/intake", json=batch(pieces))
    (task,) = owner.post("/v1/requests/release", json={"key": "wave"}).json()["tasks"]
    cart, token = visitors.terminal(url, "cart")
    epoch = cart.post("/v1/hello", json={"journal": "j", "wire_version": 1, "program_version": "1"}).json()["epoch"]
    cart.post("/v1/requests/claim", json={"key": "c", "worker": "GRACE"})
    common = {"order": "HOME/1", "task": task}
    facts: list[Any] = [events.ToteBound(**common, tote="T1")]
    facts += [
        events.PickConfirmed(**common, stop=1, location="A-01", product="HOME/LAMP", quantity=1, tote="T1")
        for _ in range(pieces)
    ]
    at = msgspec.json.decode(b'"2026-11-23T08:00:00Z"', type=wire.Instant)
    sealed = [msgspec.Raw(seal(number, at, "GRACE", fact)) for number, fact in enumerate(facts, start=1)]
    said_yes = 0

    def push(client: httpx.Client, begin: int) -> wire.PushReply:
        body = wire.Push(journal="j", epoch=epoch, events=tuple(sealed[begin : begin + 7]))
        answer = client.post("/v1/events", content=msgspec.json.encode(body))
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=wire.PushReply)

    for life in range(3):
        # Killed while pushes are under way, each time at another place.
        killer = threading.Timer(0.05 + 0.05 * life, process.kill)
        killer.start()
        try:
            while said_yes < len(sealed):
                said_yes = push(cart, said_yes).expected - 1
        except httpx.TransportError:
            pass
        killer.join()
        process.wait()
        process, url = start()
        owner, cart = visitors.admin(url), visitors.with_token(url, token)
        hello = {"journal": "j", "wire_version": 1, "program_version": "1"}
        expected = cart.post("/v1/hello", json=hello).json()["expected"]
        assert expected >= said_yes + 1
        said_yes = max(0, said_yes - 3)  # and some are sent again
    while said_yes < len(sealed):
        said_yes = push(cart, said_yes).expected - 1

    order = decode_record("order", msgspec.json.encode(owner.get("/v1/records/order/HOME/1").json()["body"]))
    assert isinstance(order, Order)
    assert order.lines[0].picked == pieces
    assert owner.get("/v1/stock").json()["rows"][0]["quantity"] == 0
    assert owner.get("/v1/status").json()["events"] == len(sealed)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_answers_who_waits_and_ends_with_0(
    folder: Path, start: Start, visitors: Visitors, number: int
) -> None:
    process, url = start()
    cart, token = visitors.terminal(url, "cart")
    cursor = cart.get("/v1/changes").json()["cursor"]
    with closing(HTTPConnection(url.removeprefix("http://"), timeout=30)) as waiting:
        path = f"/v1/changes?after={cursor}&wait=60"
        waiting.request("GET", path, headers={"authorization": f"Bearer {token}"})
        # It was sent before this one was, so it is waiting by the time that this one is answered.
        visitors.admin(url).get("/v1/status")
        os.kill(process.pid, number)
        answer = waiting.getresponse()
        assert (answer.status, msgspec.json.decode(answer.read())["cursor"]) == (200, cursor)
    assert process.wait(30) == 0
    assert Place(folder).running() is None
    assert not list(folder.glob("*.db-wal"))


@pytest.mark.embedded
def test_a_second_store_on_one_folder_is_refused(folder: Path, start: Start) -> None:
    _, url = start()
    second = subprocess.run(
        [sys.executable, "-c", _PROGRAM, "run", "--folder", folder, "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.strip().endswith(f"(it answers at {url}): stop it first")


def test_commands_reach_the_running_store_and_the_standing_one_alike(place: Place, start: Start) -> None:
    def totes() -> str:
        words = [sys.executable, "-c", _PROGRAM, "add-totes", "1", *words_for(place)]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    assert "T0001" in totes()
    process, _ = start()
    assert "T0002" in totes()
    process.terminate()
    process.wait()
    assert "T0003" in totes()


def test_a_port_that_is_taken_is_said_so(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, "run", *words_for(place), "--port", port],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr


@pytest.mark.embedded
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the files of a program that runs")
def test_a_disk_that_takes_nothing_is_told_by_ready_and_to_whoever_writes(start: Start, visitors: Visitors) -> None:
    import resource

    process, url = start()
    owner = visitors.admin(url)
    assert owner.get("/ready").status_code == 200
    _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, most))
    for answer in (owner.get("/ready"), owner.post("/v1/totes", json={"count": 1})):
        assert (answer.status_code, answer.json()["error"]) == (503, "cannot_write")
        assert int(answer.headers["retry-after"]) > 0
    assert owner.get("/health").status_code == 200
    assert owner.get("/v1/status").status_code == 200, "what is only read is answered"
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))
    assert owner.get("/ready").status_code == 200
    assert owner.post("/v1/totes", json={"count": 1}).json() == {"totes": ["T0001"]}


@pytest.mark.embedded
async def test_a_disk_with_room_for_no_further_request_is_not_ready(
    warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=100_000))
    answer = await warehouse.http("").get("/ready")
    assert (answer.status_code, "97 KiB free" in answer.json()["came"]) == (503, True)
