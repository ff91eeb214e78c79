"""Many terminals push while whatever they lean on is killed at random: server processes, and the database itself.

What was said yes to is there, nothing is there twice, and the books agree with themselves.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx
import msgspec
import pytest

from benchmarks.private_postgres import PrivatePostgres
from benchmarks.walks import NOW
from orders import events, wire
from orders.envelope import seal
from orders.records import Order, PickTask, decode_record
from server_stub import founding, people, soundness, transfer
from server_stub.authority import TERMINAL
from server_stub.books import Books
from server_stub.database import open_at
from server_stub.embedded import Embedded
from server_stub.floor_setup import OwnerSet
from server_stub.place import Place
from server_stub.postgresql import Postgres
from server_stub.rows import Forms, TerminalRow
from tests.server_stub.filled_databases import rows_of
from tests.store_process import StoreProcess

BATCH, MOST_CARTS, PROCESSES = 7, 200, 3
PATIENCE_SECONDS = 600.0


@dataclass
class Process(StoreProcess):
    """One of the processes of a store; each may begin before its database does, so nobody waits for it."""

    name: str = ""

    def start(self) -> None:
        self.begin()


class Database(PrivatePostgres):
    """PostgreSQL itself."""

    name = "PostgreSQL"


Target = Process | Database


@dataclass
class Hall:
    """A store with all that it stands on."""

    place: Place
    processes: list[Process]
    server: Database | None
    tokens: list[str]

    def plan(self, chance: Random, count: int) -> list[Target]:
        """What is killed one after the other: each part at least once."""
        targets: list[Target] = [*self.processes, *([self.server] if self.server else [])]
        chosen = [*targets, *(chance.choice(targets) for _ in range(count - len(targets)))]
        chance.shuffle(chosen)
        return chosen

    async def strike(self, target: Target) -> None:
        """Kills that, and starts it again."""
        await asyncio.to_thread(target.kill)
        await asyncio.to_thread(target.start)
        # A process that found no database when it began has ended, as it should: whoever looks after it starts it.
        for process in self.processes:
            if not process.is_running:
                process.start()


@pytest.fixture
def hall(database: str, tmp_path: Path) -> Iterator[Hall]:
    """A running store: one process on the embedded database, several on PostgreSQL."""
    with ExitStack() as stack:
        place = Place(tmp_path / "store")
        plan = founding.Plan(
            founding.unnamed_site("Hall", "UTC"), (OwnerSet(id="HOME", name="Hall", company_prefix="952000"),), "Grace"
        )
        asyncio.run(founding.make(place, plan, NOW))
        server = None
        if database == "postgresql":
            server = stack.enter_context(Database(is_durable=True))
            address = server.make("store")
            transfer.load(Embedded(place.database), Postgres(address))
            place.database.unlink()
            place = Place(place.folder, address=address)
        tokens = _enrolled(place, [f"CART-{number}" for number in range(MOST_CARTS)])
        run = [sys.executable, "-m", "floorhand", "store", "run", "--folder", str(place.folder)]
        if place.address:
            run += ["--database", place.address]
        names = [f"process {number}" for number in range(PROCESSES if server else 1)]
        processes = [Process(run, place.folder / f"{name}.log", name=name) for name in names]
        for process in processes:
            process.start()
            stack.callback(process.kill)
        yield Hall(place, processes, server, tokens)


class Cart:
    """One terminal: it picks its order piece by piece, and sends whatever was not said yes to."""

    def __init__(self, hall: Hall, http: httpx.AsyncClient, name: str, chance: Random) -> None:
        self._hall, self._http, self.name, self._chance = hall, http, name, chance
        self.journal = f"journal-{name}"
        self.bodies: list[bytes] = []
        self.said_yes = 0
        self.conflicts = 0
        self._token = self._epoch = ""

    async def ask(self, method: str, path: str, body: object, token: str = "") -> httpx.Response:
        """The first answer from whichever process is there."""
        while True:
            url = self._chance.choice(self._hall.processes).url
            headers = {"authorization": f"Bearer {token or self._token}"}
            try:
                answer = await self._http.request(
                    method, url + path, content=msgspec.json.encode(body), headers=headers
                )
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code == 200:
                return answer
            assert answer.status_code == 503, answer.text
            assert answer.headers["retry-after"]
            await asyncio.sleep(0.05)

    async def begin(self, token: str, pieces: int) -> None:
        """Greets, claims its task and does the whole walk offline."""
        self._token = token
        await self._greet()
        answer = await self.ask("POST", "/v1/requests/claim", {"key": "only", "worker": "GRACE"})
        claimed = msgspec.json.decode(answer.content, type=wire.Claimed)
        (body,) = [change.body for change in claimed.changes if change.kind == "task"]
        task = decode_record("task", body)
        assert isinstance(task, PickTask)
        tote = f"TOTE-{self.name}"
        bound = events.ToteBound(order=task.order, task=task.id, tote=tote)
        picked = events.PickConfirmed(
            order=task.order,
            task=task.id,
            stop=1,
            location="A-01",
            product="HOME/LAMP",
            quantity=1,
            tote=tote,
        )
        facts: list[events.FloorEvent] = [bound, *[picked] * pieces]
        self.bodies = [seal(number, NOW, "GRACE", fact) for number, fact in enumerate(facts, 1)]

    async def push_all(self, told: asyncio.Queue[int]) -> None:
        """Sends until everything was said yes to; some of it more than once."""
        while self.said_yes < len(self.bodies):
            begin = max(0, self.said_yes - self._chance.choice((0, 0, 0, 3)))
            bodies = tuple(map(msgspec.Raw, self.bodies[begin : begin + BATCH]))
            push = wire.Push(journal=self.journal, epoch=self._epoch, events=bodies)
            answer = await self.ask("POST", "/v1/events", push)
            reply = msgspec.json.decode(answer.content, type=wire.PushReply)
            verdicts = [outcome.verdict for outcome in reply.outcomes]
            assert set(verdicts) <= {wire.ADMITTED, wire.KNOWN}
            assert reply.expected - 1 >= self.said_yes, "the store forgot what it had said yes to"
            told.put_nowait(reply.expected - 1 - self.said_yes)
            self.said_yes = reply.expected - 1

    async def _greet(self) -> None:
        hello = wire.Hello(journal=self.journal, wire_version=wire.WIRE_VERSION, program_version="chaos")
        self._epoch = (await self.ask("POST", "/v1/hello", hello)).json()["epoch"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("carts", "pieces", "strikes"), [(8, 40, 4), pytest.param(200, 60, 14, marks=pytest.mark.long)]
)
def test_whatever_is_killed_each_event_counts_once(
    hall: Hall, chance: Random, carts: int, pieces: int, strikes: int
) -> None:
    asyncio.run(_chaos(hall, chance, carts, pieces, strikes))
    assert rows_of(hall.place, "SELECT count(*) FROM event") == [(carts * (pieces + 1),)]
    assert rows_of(hall.place, "SELECT count(*) FROM conflict") == [(0,)]
    assert rows_of(hall.place, "SELECT count(*) FROM record WHERE kind = 'discrepancy'") == [(0,)]
    lying = rows_of(hall.place, "SELECT quantity, count(*) FROM stock WHERE place LIKE 'tote/%' GROUP BY quantity")
    assert lying == [(pieces, carts)]
    picked = [
        order.lines[0].picked
        for (body,) in rows_of(hall.place, "SELECT body FROM record WHERE kind = 'order'")
        if isinstance(order := decode_record("order", body), Order)
    ]
    assert picked == [pieces] * carts
    assert soundness.verify(hall.place) == []


async def _chaos(hall: Hall, chance: Random, carts: int, pieces: int, strikes: int) -> None:
    limits = httpx.Limits(max_connections=carts + 4, max_keepalive_connections=carts + 4)
    async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient(limits=limits, timeout=30) as http:
        # Drawn before anything runs, and apart for everybody: a seed makes the same plan again.
        targets = hall.plan(chance, strikes)
        moments = sorted(chance.randrange(carts * (pieces + 1) * 9 // 10) for _ in targets)
        plan = list(zip(moments, targets, strict=True))
        print("killed:", ", ".join(f"{target.name} after {moment} events" for moment, target in plan))
        office = Cart(hall, http, "OFFICE", Random(chance.random()))
        admin = hall.place.token()
        await office.ask("POST", "/v1/intake", _goods(carts, pieces), admin)
        await office.ask("POST", "/v1/requests/release", {"key": "wave"}, admin)
        everybody = [Cart(hall, http, f"CART-{number}", Random(chance.random())) for number in range(carts)]
        for cart, token in zip(everybody, hall.tokens, strict=False):
            await cart.begin(token, pieces)
        told: asyncio.Queue[int] = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            for cart in everybody:
                group.create_task(cart.push_all(told))
            group.create_task(_strikes(hall, plan, told))


def _enrolled(place: Place, names: list[str]) -> list[str]:
    """The tokens of so many new terminals: more than a store lets join from one address in a hurry."""
    database = open_at(place.where)
    cursor = database.driver()
    database.begin(cursor)
    books = Books(database, Forms(database), cursor, NOW)
    tokens = []
    for name in names:
        books.sheets.terminal.put(TerminalRow(name, name, "", books.stamp))
        tokens.append(people.new_token())
        people.give_token(books, tokens[-1], TERMINAL, name)
    books.flush()
    database.commit(cursor)
    database.release(cursor)
    return tokens


async def _strikes(hall: Hall, plan: list[tuple[int, Target]], told: asyncio.Queue[int]) -> None:
    """Strikes each time that so many events were said yes to, so that work is always under way."""
    so_far = 0
    for moment, target in plan:
        while so_far < moment:
            so_far += await told.get()
        await hall.strike(target)


def _goods(carts: int, pieces: int) -> dict[str, object]:
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
        "stock": [{"owner": "HOME", "sku": "LAMP", "location": "A-01", "quantity": carts * pieces}],
        "orders": [
            {"owner": "HOME", "number": str(number), "lines": [line], "ship_to": address} for number in range(carts)
        ],
    }
