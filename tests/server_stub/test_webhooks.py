"""Orders told to others: signed, again after a failure, in the order of each order, never to where it must not go."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from server_stub import courier, receivers, webhooks
from server_stub.courier import Courier, Message, NotThere

LIMIT_SECONDS = 60


class Receiver(ThreadingHTTPServer):
    """Somebody's web server: notes what came, and answers what it was told to, else 204."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.has_all, self.go_on, self.talks_on = Event(), Event(), False
        self.go_on.set()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server_port}/hook"

    @property
    def states(self) -> list[tuple[str, str]]:
        """Which order came to which state, as it was told."""
        told = [json.loads(body) for _, body in self.came]
        return [(each["order"]["number"], each["type"]) for each in told]


class _Take(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
        if len(self.server.came) == 4:
            self.server.has_all.set()
        self.server.go_on.wait(LIMIT_SECONDS)
        status, headers = self.server.answers.pop(0) if self.server.answers else (204, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if not self.server.talks_on:
            self.send_header("content-length", "0")
        self.end_headers()
        with suppress(OSError):
            while self.server.talks_on:
                self.wfile.write(b"and so on" * 1_000)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    server = Receiver()
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.go_on.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=5) as client:
        yield client


async def hook(warehouse: Any, receiver: Receiver, **more: Any) -> str:
    asked = {"id": "SHOP", "url": receiver.url, "states": ["allocated", "released"], "is_private": True, **more}
    answer = await warehouse.admin.post("/v1/webhooks", json=asked)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["secret"])


async def two_orders(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.order("2", ("LAMP", 2))
    await warehouse.release()


async def all_carried(warehouse: Any, http: httpx.AsyncClient) -> None:
    messenger = Courier(warehouse.store)
    while await messenger.carry(http):
        pass


async def listed(warehouse: Any) -> list[Any]:
    return list((await warehouse.admin.get("/v1/webhooks")).json()["webhooks"])


async def waiting(warehouse: Any) -> int:
    (only,) = await listed(warehouse)
    return int(only.get("waiting", 0))


def message(url: str) -> Message:
    return Message(1, "order.shipped", b"{}", "SHOP", url, base64.b64encode(b"secret").decode(), is_private=True)


async def test_every_step_that_was_asked_for_is_told_signed_and_in_order(
    warehouse: Any, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    secret = base64.b64decode((await hook(warehouse, receiver)).removeprefix("whsec_"))
    await two_orders(warehouse)
    assert await waiting(warehouse) == 4
    await all_carried(warehouse, http)
    assert await waiting(warehouse) == 0
    for number in ("1", "2"):
        assert [kind for order, kind in receiver.states if order == number] == ["order.allocated", "order.released"]
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 4
    for headers, body in receiver.came:
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        signature = base64.b64encode(hmac.digest(secret, content, sha256)).decode()
        assert headers["webhook-signature"] == f"v1,{signature}"
        assert json.loads(body)["id"] == headers["webhook-id"]
        assert headers["host"] == f"localhost:{receiver.server_port}"


async def test_a_failure_holds_up_its_own_order_alone_and_is_tried_again_later_each_time(
    warehouse: Any, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    await hook(warehouse, receiver)
    await two_orders(warehouse)
    receiver.answers = [(500, {})]
    await all_carried(warehouse, http)
    failed = receiver.states[0][0]
    other = next(number for number in ("1", "2") if number != failed)
    assert [kind for order, kind in receiver.states if order == other] == ["order.allocated", "order.released"]
    assert [kind for order, kind in receiver.states if order == failed] == ["order.allocated"]
    receiver.answers = [(503, {"retry-after": "100"})]
    warehouse.clock.move(seconds=5)
    await all_carried(warehouse, http)
    warehouse.clock.move(seconds=99)
    await all_carried(warehouse, http)
    assert len(receiver.came) == 4, "the receiver asked for a pause"
    warehouse.clock.move(seconds=1)
    await all_carried(warehouse, http)
    told = [kind for order, kind in receiver.states if order == failed]
    assert told == ["order.allocated"] * 3 + ["order.released"]
    ids = [headers["webhook-id"] for headers, body in receiver.came if json.loads(body)["order"]["number"] == failed]
    assert len(set(ids[:3])) == 1, "the same message keeps its id"


def test_waits_grow_to_an_hour() -> None:
    seconds = [webhooks.retry_in(attempts).total_seconds() for attempts in (1, 2, 3, 10, 11, 1000)]
    assert seconds == [5, 10, 20, 2560, 3600, 3600]


async def test_an_attempt_that_was_cut_off_is_made_again_after_a_minute(
    warehouse: Any, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    await hook(warehouse, receiver)
    await two_orders(warehouse)
    now = warehouse.clock().isoformat(timespec="microseconds")
    due = warehouse.store.reader.due_messages(now, "SHOP", 9)
    await warehouse.store.write(lambda books: webhooks.begin(books, [each.number for each in due]))
    await warehouse.reopen()
    await all_carried(warehouse, http)
    assert receiver.came == [], "somebody else may be carrying it"
    warehouse.clock.move(seconds=60)
    await all_carried(warehouse, http)
    assert len(receiver.came) == 4


@pytest.mark.parametrize("is_gone", [True, False])
async def test_a_receiver_that_takes_nothing_is_paused_and_goes_on_when_told_to(
    warehouse: Any, receiver: Receiver, http: httpx.AsyncClient, is_gone: bool
) -> None:
    await hook(warehouse, receiver)
    await two_orders(warehouse)
    receiver.answers = [(410 if is_gone else 500, {})] * 10
    await all_carried(warehouse, http)
    if not is_gone:
        warehouse.clock.move(hours=73)
        await all_carried(warehouse, http)
    (listed,) = (await warehouse.admin.get("/v1/webhooks")).json()["webhooks"]
    assert ("410" if is_gone else "nothing was taken for 3 days") in listed["paused_because"]
    came = len(receiver.came)
    warehouse.clock.move(hours=5)
    await all_carried(warehouse, http)
    assert len(receiver.came) == came
    receiver.answers.clear()
    assert (await warehouse.admin.post("/v1/webhooks/resume", json={"id": "SHOP"})).status_code == 200
    await all_carried(warehouse, http)
    assert await waiting(warehouse) == 0


async def test_a_redirect_is_not_followed(warehouse: Any, receiver: Receiver, http: httpx.AsyncClient) -> None:
    await hook(warehouse, receiver)
    await two_orders(warehouse)
    receiver.answers = [(302, {"location": receiver.url})] * 2
    await all_carried(warehouse, http)
    assert len(receiver.came) == 2
    assert await waiting(warehouse) == 4


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "[fd00::1]",
     "0.0.0.0", "100.64.0.1", "2130706433", "192.0.0.8", "224.0.0.1", "[2002:7f00:1::]", "[::127.0.0.1]",
     "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[fec0::1]", "[2001:0:7f00:1::]", "[ff0e::1]", "[3fff::1]", "[::]"],
)  # fmt: skip
async def test_an_address_inside_is_asked_only_where_that_was_allowed(host: str) -> None:
    with pytest.raises(NotThere, match="not on the public internet"):
        await courier.resolved(f"http://{host}/hook", is_private=False)
    assert await courier.resolved(f"http://{host}/hook", is_private=True)


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700::1111]", "[64:ff9b::808:808]", "[::ffff:8.8.8.8]"])
async def test_an_address_outside_is_asked(host: str) -> None:
    assert await courier.resolved(f"https://{host}/hook", is_private=False)


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Lets a name have the addresses that a test gives; notes which names are looked up."""

    def given(*addresses: str) -> list[str]:
        asked: list[str] = []

        async def look_up(host: str, port: int, **_: Any) -> Any:
            asked.append(host)
            return [(0, 0, 0, "", (each, port)) for each in addresses]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up, raising=False)
        return asked

    return given


async def test_a_name_with_one_address_inside_is_not_asked(looked_up: Callable[..., list[str]]) -> None:
    looked_up("8.8.8.8", "10.0.0.7")
    with pytest.raises(NotThere, match=r"shop\.example is 10\.0\.0\.7, which is not on the public internet"):
        await courier.resolved("https://shop.example/hook", is_private=False)


async def test_a_name_is_looked_up_once_so_that_it_cannot_lead_elsewhere_after_that(
    looked_up: Callable[..., list[str]], receiver: Receiver, http: httpx.AsyncClient
) -> None:
    asked = looked_up("127.0.0.1")
    said = await courier.send(http, message(f"http://shop.example:{receiver.server_port}/hook"), 1)
    assert (said.is_taken, asked) == (True, ["shop.example"])
    assert receiver.came[0][0]["host"] == f"shop.example:{receiver.server_port}"


async def test_an_answer_without_an_end_is_not_read_to_its_end(receiver: Receiver, http: httpx.AsyncClient) -> None:
    receiver.talks_on = True
    assert (await courier.send(http, message(receiver.url), 1)).is_taken


async def test_a_receiver_that_never_answers_ends_its_attempt(receiver: Receiver, http: httpx.AsyncClient) -> None:
    receiver.go_on.clear()
    said = await courier.send(http, message(receiver.url), 1, longest_seconds=0.05)
    assert (said.is_taken, said.why) == (False, "it did not answer within 0.05 s")
    assert webhooks.LEASE.total_seconds() > courier.LONGEST_SECONDS


async def test_a_dead_receiver_holds_no_other_one_up_and_no_stop(
    warehouse: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "_GRACE_SECONDS", 0.0)
    with receiving() as dead:
        dead.go_on.clear()
        await hook(warehouse, dead, id="DEAD")
        await hook(warehouse, receiver)
        await two_orders(warehouse)
        messenger = Courier(warehouse.store)
        running = asyncio.create_task(messenger.run())
        assert await asyncio.to_thread(receiver.has_all.wait, LIMIT_SECONDS)
        messenger.stop()
        await running
    waiting = {each["id"]: each.get("waiting", 0) for each in await listed(warehouse)}
    assert waiting["DEAD"] == 4


async def test_what_must_not_be_asked_is_told_and_nothing_is_sent(
    warehouse: Any, receiver: Receiver, http: httpx.AsyncClient, looked_up: Callable[..., list[str]]
) -> None:
    looked_up("127.0.0.1")
    await hook(warehouse, receiver, url=f"http://shop.example:{receiver.server_port}/hook", is_private=False)
    await two_orders(warehouse)
    await all_carried(warehouse, http)
    assert receiver.came == []
    assert await waiting(warehouse) == 4
    (only,) = await listed(warehouse)
    assert "shop.example is 127.0.0.1, which is not on the public internet" in only["messages"][0]["said"]


async def test_each_message_that_waits_says_why_and_when_it_is_tried_next(
    warehouse: Any, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    await hook(warehouse, receiver)
    await two_orders(warehouse)
    (only,) = await listed(warehouse)
    assert {each.get("attempts", 0) for each in only["messages"]} == {0}
    receiver.answers = [(500, {}), (503, {"retry-after": "100"})]
    await all_carried(warehouse, http)
    (only,) = await listed(warehouse)
    first = {each["id"]: each for each in only["messages"] if not each.get("behind")}
    assert {each["said"] for each in first.values()} == {"it answered 500", "it answered 503"}
    for each in first.values():
        wait = datetime.fromisoformat(each["next_try_at"]) - warehouse.clock()
        assert wait.total_seconds() == (5 if each["said"].endswith("500") else 100)
        assert (each["attempts"], each["order"], each["type"]) == (1, each["order"], "order.allocated")
    behind = [each for each in only["messages"] if each.get("behind")]
    assert [(first[each["behind"]]["order"], "next_try_at" in each) for each in behind] == [
        (each["order"], False) for each in behind
    ]
    receiver.answers = [(410, {})]
    warehouse.clock.move(seconds=5)
    await all_carried(warehouse, http)
    (only,) = await listed(warehouse)
    assert only["paused_because"] == "it answered 410"
    assert not any("next_try_at" in each for each in only["messages"]), "nothing is tried while it is paused"


async def test_of_many_messages_the_oldest_are_listed_and_all_are_counted(warehouse: Any, receiver: Receiver) -> None:
    await hook(warehouse, receiver)
    await warehouse.furnish({"A-01": {"LAMP": 99}})
    for number in range(25):
        await warehouse.order(str(number), ("LAMP", 1))
    (only,) = await listed(warehouse)
    assert (only["waiting"], len(only["messages"])) == (25, 20)
    assert only["messages"][0]["order"] == "HOME/0"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://a.de/b", "begins with ftp"),
        ("//a.de/b", "begins with nothing"),
        ("https://", "no host"),
        ("https:///hook", "no host"),
        ("https://a.de:0/", "port 0"),
        ("https://a.de:65536/", "port 65536"),
        ("https://a.de:x/", "no address"),
        ("https://user:secret@a.de/", "without a password"),
        ("https://a.de/hook#part", "behind #"),
        ("https://a.de/a hook", "no spaces"),
        ("https://a.de/\thook", "no spaces"),
        (" https://a.de/", "no spaces"),
        ("https://a\\b.de/", "backslashes"),
        ("https://a..de/", "no host's name"),
        ("https://-a.de/", "no host's name"),
        ("https://%6cocalhost/", "no host's name"),
        ("https://" + "a" * 64 + ".de/", "no host's name"),
        ("https://" + "a." * 127 + "de/", "no host's name"),
        ("https://xn--zzzzzz---.de/", "no host's name"),
        ("https://☃.net/", "no address"),
        ("http://0177.0.0.1/", "no address"),
        ("http://[::1/", "no address"),
        ("http://[fe80::1%25eth0]/", "no host's name"),
        ("https://256.1.1.1/", "no address"),
        ("https://shop.99/", "correct its numbers"),
        ("https://shop.invalid/", "can never be found"),
        ("http://abc.onion/", "can never be found"),
        ("http://224.0.0.1/", "no single machine"),
        ("http://[ff02::1]/", "no single machine"),
        ("http://0.0.0.0/", "no single machine"),
        ("http://[::]/", "no single machine"),
        ("http://255.255.255.255/", "no single machine"),
    ],
)
@pytest.mark.parametrize("is_private", [True, False])
def test_an_address_that_can_never_work_is_none_inside_or_outside(url: str, says: str, is_private: bool) -> None:
    with pytest.raises(NotThere, match=re.escape(says)):
        receivers.judge(url, is_private=is_private)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[::1]", "[fd00::1]", "[fe80::1]", "2130706433",
     "127.1", "localhost", "LOCALHOST.", "a.localhost", "shop", "shop.local", "shop.internal", "shop.test",
     "shop.home.arpa"],
)  # fmt: skip
def test_an_address_that_can_only_lie_inside_wants_private(host: str) -> None:
    with pytest.raises(NotThere, match="not on the public internet: allow it with --private"):
        receivers.judge(f"http://{host}:8080/hook", is_private=False)
    assert receivers.judge(f"http://{host}:8080/hook", is_private=True).port == 8080


@pytest.mark.parametrize(
    ("url", "receiver"),
    [
        ("https://shop.example/hook?for=me", ("shop.example", 443)),
        ("HTTP://Shop.Example.com./", ("shop.example.com.", 80)),
        ("https://bücher.de/", ("xn--bcher-kva.de", 443)),
        ("https://xn--bcher-kva.de:8443/", ("xn--bcher-kva.de", 8443)),
        ("https://my_shop.localdomain.net/", ("my_shop.localdomain.net", 443)),
        ("https://8.8.8.8/", ("8.8.8.8", 443)),
        ("https://[2606:4700::1111]/", ("2606:4700::1111", 443)),
    ],
)
def test_an_address_that_may_work_is_read_as_the_network_knows_it(url: str, receiver: tuple[str, int]) -> None:
    assert receivers.judge(url, is_private=False) == receiver


async def test_a_webhook_of_one_owner_hears_of_that_owner_alone(
    warehouse: Any, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    await warehouse.admin.put("/v1/owners", json={"id": "ACME", "name": "Acme"})
    await hook(warehouse, receiver, owner="ACME")
    await two_orders(warehouse)
    assert await waiting(warehouse) == 0


async def test_a_dropped_webhook_forgets_what_waits(
    warehouse: Any, receiver: Receiver, http: httpx.AsyncClient
) -> None:
    secret = await hook(warehouse, receiver)
    await two_orders(warehouse)
    listed = await warehouse.admin.get("/v1/webhooks")
    assert secret.removeprefix("whsec_") not in listed.text
    assert (await warehouse.admin.post("/v1/webhooks/drop", json={"id": "SHOP"})).status_code == 200
    await all_carried(warehouse, http)
    assert (receiver.came, (await warehouse.admin.get("/v1/webhooks")).json()["webhooks"]) == ([], [])


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({"url": "ftp://a/b"}, 422, "$.url"),
        ({"url": "https://shop.local/hook"}, 422, "shop.local ends in local, which is not on the public internet"),
        ({"url": "https://shop.invalid/hook", "is_private": True}, 422, "can never be found"),
        ({"url": "http://user:secret@a/b"}, 422, "without a password"),
        ({"url": "http://[::1"}, 422, "$.url"),
        ({"states": ["lost"]}, 422, "got lost"),
        ({"states": []}, 422, "$.states"),
        ({"owner": "NOBODY"}, 404, "NOBODY"),
        ({"id": "a b"}, 422, "$.id"),
    ],
)
async def test_a_webhook_that_cannot_be_is_refused(warehouse: Any, changed: Any, status: int, says: str) -> None:
    asked = {"id": "SHOP", "url": "https://shop.example/hook", "states": ["shipped"], **changed}
    answer = await warehouse.admin.post("/v1/webhooks", json=asked)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text
