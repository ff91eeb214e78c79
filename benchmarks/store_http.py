"""The store by HTTP: the real `floorhand store run` against a bare handler on the same writer and admission.

Both run in processes of their own on stores of the same content and take turns under the same load. Then one line
confirmed by one request: sent, durable, answered, and the next step known.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter

import msgspec
import psutil

from benchmarks.figures import Amount, Bar, Figure, Plan, Stumbled, at_least, at_most, in_turns, milliseconds
from benchmarks.furnished import Pusher, database_name, furnish, housed, sku_of, supervisor_token
from benchmarks.load import drive
from benchmarks.private_postgres import PrivatePostgres, durable_postgres
from benchmarks.walks import NOW, WORKER
from orders import wire
from orders.folds import Told
from orders.intake import Intake, NewLine, NewOrder, Receipts
from orders.records import Address, Key, Worker
from server_stub.database import Database, open_at
from terminal.floor import Floor, Pending
from terminal.workflows import picking
from terminal.workflows.steps import Here, Picking

EVENTS_BAR, CPU_BAR = 0.5, 2.0
GOAL_MILLISECONDS = 5.0
BATCHES = (1, 20)
ROOT = Path(__file__).resolve().parents[1]
_START_SECONDS = 30.0
_REPLIES = msgspec.json.Decoder(wire.PushReply)


@dataclass
class Served:
    """A server in a process of its own, and the terminals that push to it."""

    process: psutil.Process
    port: int
    pushers: list[Pusher]
    where: Path | str

    def cpu_seconds(self) -> float:
        """What its process has used so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of load on one server."""

    events_per_second: float
    cpu_seconds_per_request: float


def measure(folder: Path, plan: Plan, server: PrivatePostgres | None = None) -> list[Figure]:
    """Events a second and CPU a request, in batches of 1 and of 20."""
    figures = []
    with ExitStack() as stack:
        mine, bare = both(stack, folder, plan.count(64, 4), server)
        for batch in BATCHES:
            turns: dict[int, list[Turn]] = {mine.port: [], bare.port: []}
            for turn in range(plan.count(4, 1)):
                for served in (mine, bare) if turn % 2 else (bare, mine):
                    turns[served.port].append(_load(served, batch, 1.2 if not plan.is_quick else 0.2))
            where = f", {database_name(server)}" if server else ""
            figures += _figures(where, batch, len(mine.pushers), turns[mine.port], turns[bare.port])
    return figures


def measure_goals(folder: Path, plan: Plan) -> list[Figure]:
    """Eight clients that confirm, a hundred orders taken in, and the process's memory, on both databases."""
    figures = _goals(folder / "sqlite", plan, None)
    with durable_postgres() as server:
        return figures + _goals(folder / "postgres", plan, server)


def _goals(folder: Path, plan: Plan, server: PrivatePostgres | None) -> list[Figure]:
    folder.mkdir(parents=True)
    name = database_name(server)
    with ExitStack() as stack:
        mine, bare = both(stack, folder, 8, server)
        loads = [[_load(each, 1, 0.2 if plan.is_quick else 1.5) for each in (mine, bare)] for _ in range(3)]
        mine_rate, bare_rate = (median(turn[place].events_per_second for turn in loads) for place in (0, 1))
        taken = [_take_in(mine, turn, stack) for turn in range(plan.count(5, 1))]
        check_allocated(mine.where, "HOME/N", 100 * len(taken))
        inserted = [_inserted(open_at(mine.where), turn) for turn in range(plan.count(5, 1))]
        memory, bare_memory = (each.process.memory_full_info().uss / 2**20 for each in (mine, bare))
    return [
        Figure(
            f"8 clients confirming, {name}",
            Amount(mine_rate, "lines/s"),
            Amount(bare_rate, "lines/s"),
            Bar(500, is_least=True, unit="lines/s", word="goal"),
        ),
        Figure(
            f"100 orders of 5 lines received and allocated, {name}, against their bare insert",
            Amount(median(taken), "s"),
            Amount(median(inserted), "s"),
            Bar(2.0, unit="s", word="goal"),
        ),
        Figure(
            f"the store's private memory after that, {name}",
            Amount(memory, "MiB"),
            Amount(bare_memory, "MiB"),
            Bar(120, unit="MiB", word="goal"),
        ),
    ]


def _take_in(server: Served, turn: int, stack: ExitStack) -> float:
    http = HTTPConnection("127.0.0.1", server.port, timeout=60)
    stack.callback(http.close)
    body = msgspec.json.encode(Intake(orders=_orders(turn)))
    begun = perf_counter()
    headers = {"authorization": f"Bearer {supervisor_token(0)}", "content-type": "application/json"}
    http.request("POST", "/v1/intake", body, headers)
    answer = http.getresponse().read()
    taken = perf_counter() - begun
    if [each.outcome for each in msgspec.json.decode(answer, type=Receipts).receipts] != ["created"] * 100:
        raise Stumbled(f"the orders were not taken: {answer[:300]!r}")
    return taken


def _orders(turn: int) -> tuple[NewOrder, ...]:
    home = Address(id="", name="Ada", lines=("1 Row",), postcode="E1 6AN", city="London", country_code="GB")
    return tuple(
        NewOrder(
            owner="HOME",
            number=f"NEW-{turn}-{number}",
            ship_to=home,
            lines=tuple(
                NewLine(number=line, sku=sku_of(number * 5 + line), description="Kettle", quantity=line)
                for line in range(1, 6)
            ),
        )
        for number in range(100)
    )


def check_allocated(where: Path | str, beginning: str, orders: int) -> None:
    """Stumbled unless so many orders with ids that begin so are in the store, with stock set aside for them."""
    database = open_at(where)
    cursor = database.driver()
    cursor.execute(f"SELECT count(*) FROM record WHERE kind = 'order' AND state = 'allocated' AND id > '{beginning}'")
    (found,) = cursor.fetchone()
    database.release(cursor)
    if found != orders:
        raise Stumbled(f"{found} of {orders} orders are in the store and allocated")


def _inserted(database: Database, turn: int) -> float:
    """The same orders as bytes, one row each and one a line, in one transaction."""
    mark = "?" if database.dialect.name == "sqlite" else "%s"
    rows = [
        (f"{turn}.{number}.{line}", msgspec.json.encode(order))
        for number, order in enumerate(_orders(turn))
        for line in range(6)
    ]
    cursor = database.driver()
    cursor.execute(
        "CREATE TABLE IF NOT EXISTS bare_order (id TEXT PRIMARY KEY, body " + ("BLOB)" if mark == "?" else "BYTEA)")
    )
    begun = perf_counter()
    database.begin(cursor)
    cursor.executemany(f"INSERT INTO bare_order VALUES ({mark}, {mark})", rows)
    database.commit(cursor, has_news=False)
    taken = perf_counter() - begun
    database.release(cursor)
    return taken


def measure_line(folder: Path, plan: Plan) -> list[Figure]:
    """One line confirmed by one request."""
    with ExitStack() as stack:
        mine, bare = both(stack, folder, 1)
        ours, yardstick = in_turns(plan.count(300, 3), _confirming(mine, stack), _confirming(bare, stack))
    return [
        Figure(
            "one line confirmed by one request, durable, next step known, p50",
            milliseconds(ours),
            milliseconds(yardstick),
            Bar(GOAL_MILLISECONDS, unit="ms", word="goal"),
        )
    ]


def both(
    stack: ExitStack, folder: Path, terminals: int, server: PrivatePostgres | None = None, *, supervisors: int = 1
) -> tuple[Served, Served]:
    """The real store and the bare handler, on stores of the same content, until `stack` ends."""
    places = folder / "ours", folder / "bare"
    pushers = [furnish(place, orders=terminals, terminals=terminals, supervisors=supervisors) for place in places]
    where = [housed(each, server) for each in places]
    ready = folder / "bare.url"
    bare = ["-m", "benchmarks.bare_store", str(places[1]), str(ready)]
    if server is not None:
        bare.append(str(where[1]))
    mine = run_store(stack, places[0], pushers[0], where[0])
    return mine, stack.enter_context(_served(bare, ready, pushers[1], where[1]))


def run_store(stack: ExitStack, folder: Path, pushers: list[Pusher], where: Path | str) -> Served:
    """`floorhand store run` on the store in `folder`, whose database is `where`, until `stack` ends."""
    ready = folder.with_suffix(".url")
    words = ["-m", "floorhand", "store", "run", "--folder", str(folder), "--port", "0", "--ready-file", str(ready)]
    if isinstance(where, str):
        words += ["--database", where]
    return stack.enter_context(_served(words, ready, pushers, where))


@contextmanager
def _served(words: list[str], ready: Path, pushers: list[Pusher], where: Path | str) -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        end = time.monotonic() + _START_SECONDS
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise Stumbled(f"`python {' '.join(words)}` did not begin to answer")
            time.sleep(0.05)
        yield Served(psutil.Process(process.pid), int(ready.read_text().rpartition(":")[2]), pushers, where)
    finally:
        process.terminate()
        process.wait(10)


def _load(server: Served, batch: int, seconds: float) -> Turn:
    before = server.cpu_seconds()
    driven = drive(server.port, server.pushers, batch, seconds)
    used = server.cpu_seconds() - before
    return Turn(driven.requests * batch / driven.seconds, used / driven.requests)


def _figures(database: str, batch: int, terminals: int, mine: list[Turn], bare: list[Turn]) -> list[Figure]:
    name = f"POST /v1/events, batches of {batch}, {terminals} terminals{database}"
    return [
        Figure(
            name,
            Amount(median(turn.events_per_second for turn in mine), "events/s"),
            Amount(median(turn.events_per_second for turn in bare), "events/s"),
            at_least(EVENTS_BAR),
        ),
        Figure(
            f"{name}: the server's CPU a request",
            Amount(median(turn.cpu_seconds_per_request for turn in mine) * 1e6, "us"),
            Amount(median(turn.cpu_seconds_per_request for turn in bare) * 1e6, "us"),
            at_most(CPU_BAR),
        ),
    ]


class _Confirming:
    """A terminal that has one line confirmed at a time."""

    def __init__(self, server: Served, http: HTTPConnection) -> None:
        (self._pusher,) = server.pushers
        self._http = http
        self._headers = {"authorization": f"Bearer {self._pusher.token}", "content-type": "application/json"}
        self._floor = Floor(self._pusher.terminal)
        order, task = self._pusher.order, self._pusher.task
        self._floor.confirm([(Key("order", order.id), order), (Key("task", task.id), task)], 1)
        worker = Worker(id=WORKER, name="Ada", roles=("picker",))
        self._here = Here(now=NOW, terminal=self._pusher.terminal, worker=worker)
        self._told = Told(NOW, self._pusher.terminal, WORKER)

    def __call__(self, _turn: int) -> float:
        begun = perf_counter()
        event, body = self._pusher.event()
        push = wire.Push(journal=self._pusher.journal, epoch=self._pusher.epoch, events=(msgspec.Raw(body),))
        self._http.request("POST", "/v1/events", msgspec.json.encode(push), self._headers)
        said = _REPLIES.decode(self._http.getresponse().read())
        self._floor.fold(Pending(self._pusher.number, event, self._told))
        prompt = picking.prompt(Picking(self._pusher.task.id), self._floor, self._here)
        taken = perf_counter() - begun
        if [outcome.verdict for outcome in said.outcomes] != [wire.ADMITTED] or prompt.step == "pick_lost":
            raise Stumbled(f"the line was not confirmed: {said}")
        return taken


def _confirming(server: Served, stack: ExitStack) -> _Confirming:
    http = HTTPConnection("127.0.0.1", server.port, timeout=10)
    stack.callback(http.close)
    return _Confirming(server, http)
