"""The store's write path without HTTP: two hundred callers, one writer thread, group commit, on both databases.

Beside it stands the barest such thread: the same queue, the same rows by the driver's own cursor, one commit a group.
What a step may cost is judged on equal rows; what the rule book adds is told. Then the same on a slow disk, which is
played by a pause before each commit.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.figures import Amount, Figure, Plan, Stumbled, at_least, at_most
from benchmarks.furnished import Pusher, database_name, furnish, housed
from benchmarks.private_postgres import PrivatePostgres
from server_stub import admission
from server_stub.database import Cursor, Database, open_at
from server_stub.rows import EventRow
from server_stub.serving import settle_memory
from server_stub.store import Store
from server_stub.writer import LARGEST_GROUP

CALLERS = 200
SLOW_DISK_SECONDS = 0.008
Call = Callable[[int], Awaitable[Any]]


def measure(folder: Path, plan: Plan, server: PrivatePostgres | None = None) -> list[Figure]:
    """One row each by many callers, then the rule book's, on a fast and on a slow disk."""
    return asyncio.run(_measured(folder, plan, server))


class BareThread:
    """All that waits becomes one transaction of bare inserts."""

    def __init__(self, database: Database, disk_seconds: float) -> None:
        self._database, self._disk_seconds = database, disk_seconds
        self._mark = "?" if database.dialect.name == "sqlite" else "%s"
        self._jobs: SimpleQueue[tuple[tuple[Any, ...], asyncio.Future[int]] | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    async def write(self, row: tuple[Any, ...]) -> int:
        """The number of its group, once it is durable."""
        future: asyncio.Future[int] = self._loop.create_future()
        self._jobs.put((row, future))
        return await future

    def close(self) -> None:
        """Ends the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        cursor: Cursor = self._database.driver()
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bare (journal TEXT, number BIGINT, cursor BIGINT, digest TEXT, worker TEXT, "
            "subject TEXT, kind TEXT, outcome TEXT, reason TEXT, received_at TEXT, body TEXT, "
            "PRIMARY KEY (journal, number))"
        )
        insert = f"INSERT INTO bare VALUES ({', '.join([self._mark] * 11)}) ON CONFLICT DO NOTHING"
        group_number = 0
        while True:
            job = self._jobs.get()
            group = []
            while job is not None:
                group.append(job)
                if len(group) == LARGEST_GROUP:
                    break
                try:
                    job = self._jobs.get_nowait()
                except Empty:
                    break
            if group:
                group_number += 1
                self._database.begin(cursor)
                cursor.executemany(insert, [row for row, _ in group])
                time.sleep(self._disk_seconds)
                self._database.commit(cursor, has_news=False)
                self._loop.call_soon_threadsafe(_answer, [future for _, future in group], group_number)
            if job is None:
                break
        self._database.release(cursor)


def _answer(futures: list[asyncio.Future[int]], number: int) -> None:
    for future in futures:
        future.set_result(number)


async def _measured(folder: Path, plan: Plan, server: PrivatePostgres | None) -> list[Figure]:
    name = database_name(server)
    callers = plan.count(CALLERS, 8)
    seconds = 0.1 if plan.is_quick else 1.5
    turns = plan.count(5, 1)
    pushers = furnish(folder, orders=callers, terminals=callers)
    where = housed(folder, server)
    fast = await _turns(where, pushers, 0.0, seconds, turns)
    slow = await _turns(where, pushers, SLOW_DISK_SECONDS, seconds, turns)
    return [
        Figure(
            f"write path, {name}, {callers} callers, one row each",
            _a_second(fast["ours"]),
            _a_second(fast["bare"]),
            at_least(0.6),
        ),
        Figure(
            f"the same with the rule book: {name}, events admitted",
            _a_second(fast["admitted"]),
            _a_second(fast["bare"]),
        ),
        Figure(
            f"p99 of {callers} callers on a disk of 8 ms, {name}, one row each",
            _p99(slow["ours"]),
            _p99(slow["bare"]),
            at_most(1.5),
        ),
        Figure(f"the same, {name}, events admitted", _p99(slow["admitted"]), _p99(slow["bare"])),
    ]


class Run:
    """One turn of one contestant: how many answers in how many seconds, and how long each took."""

    def __init__(self, seconds: float, latencies: list[float]) -> None:
        self.per_second = len(latencies) / seconds
        self.p99 = sorted(latencies)[int(len(latencies) * 0.99)]


async def _turns(
    where: Path | str, pushers: list[Pusher], disk_seconds: float, seconds: float, turns: int
) -> dict[str, list[Run]]:
    store = await Store.open(where)
    commit = store.writer._database.commit
    bare = BareThread(open_at(where), disk_seconds)
    settle_memory()  # as a store does before it serves

    def slowly(cursor: Cursor, *, has_news: bool = True) -> None:
        time.sleep(disk_seconds)
        commit(cursor, has_news=has_news)

    if disk_seconds:
        store.writer._database.commit = slowly  # type: ignore[method-assign]
    numbers = {"ours": 10_000_000, "bare": int(time.time() * 1e6)}

    def row(caller: int, contestant: str) -> tuple[Any, ...]:
        numbers[contestant] += 1
        journal = pushers[caller].journal
        return (journal, numbers[contestant], numbers[contestant], "d" * 16, "W1", "s", "k", "", "", "", "b" * 200)

    def keep(values: tuple[Any, ...], books: Any) -> int:
        kept = EventRow(*values)
        kept.cursor, kept.digest, kept.body = books.tick(), values[3].encode(), values[-1].encode()
        books.sheets.event.put(kept)
        return int(kept.cursor)

    async def ours(caller: int) -> None:
        await store.write(partial(keep, row(caller, "ours")))

    async def bare_one(caller: int) -> None:
        await bare.write(row(caller, "bare"))

    async def admitted(caller: int) -> None:
        pusher = pushers[caller]
        reply = await store.write(
            partial(admission.take, terminal=pusher.terminal, push=pusher.push(1)), pusher.terminal
        )
        if [outcome.verdict for outcome in reply.outcomes] != ["admitted"]:
            raise Stumbled(f"an event was not admitted: {reply}")

    calls: dict[str, Call] = {"ours": ours, "bare": bare_one, "admitted": admitted}
    taken: dict[str, list[Run]] = {name: [] for name in calls}
    try:
        for turn in range(turns):
            names = list(calls) if turn % 2 else list(reversed(calls))
            for name in names:
                # The other contestant wrote meanwhile: what a floor in full swing knows is read again first.
                await _driven(calls[name], len(pushers), seconds / 5)
                taken[name].append(await _driven(calls[name], len(pushers), seconds))
    finally:
        bare.close()
        await store.close()
    return taken


async def _driven(call: Call, callers: int, seconds: float) -> Run:
    latencies: list[float] = []
    begun = perf_counter()

    async def caller(number: int) -> None:
        while (asked := perf_counter()) - begun < seconds:
            await call(number)
            latencies.append(perf_counter() - asked)

    async with asyncio.TaskGroup() as group:
        for number in range(callers):
            group.create_task(caller(number))
    return Run(perf_counter() - begun, latencies)


def _a_second(runs: list[Run]) -> Amount:
    return Amount(median(run.per_second for run in runs), "/s")


def _p99(runs: list[Run]) -> Amount:
    return Amount(median(run.p99 for run in runs) * 1e3, "ms")
