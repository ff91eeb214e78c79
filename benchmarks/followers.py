"""Everybody who follows the floor at once: terminals and supervisors in long polls while lines are being confirmed.

Told is what the store's process uses, and how long a change takes to whom it concerns. Beside it: a bare handler on the
same writer that reads the log once a tick, encodes it once, and hands everybody the same bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.figures import Amount, Bar, Figure, Plan, Stumbled, at_most
from benchmarks.furnished import Pusher, database_name, supervisor_token, token_of
from benchmarks.load import Connection, reply, request
from benchmarks.private_postgres import PrivatePostgres
from benchmarks.store_http import Served, both

CHANGES_A_SECOND = 100
CPU_BAR, LATE_MILLISECONDS = 2.0, 250.0
_PUSHERS = 20
_WAIT_SECONDS = 20
# What the first answers hold is older than the run.
_SETTLING_SECONDS = 1.0
_PATIENCE_SECONDS = 20.0


@dataclass
class Follower:
    """One long poll after the other: when each answer came, and how far it went."""

    token: str
    answers: list[tuple[float, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Watched:
    """One turn on one server."""

    cpu_share: float
    terminals: list[float]
    supervisors: list[float]


def measure(folder: Path, plan: Plan, server: PrivatePostgres | None = None) -> list[Figure]:
    """The store's share of a core, and how late a change comes; the processes of `server` are not counted."""
    terminals, supervisors = plan.count(200, 6), plan.count(50, 2)
    seconds = plan.count(8, 1) * 1.0
    with ExitStack() as stack:
        mine, bare = both(stack, folder, terminals + _PUSHERS, server, supervisors=supervisors)
        turns: dict[int, list[Watched]] = {mine.port: [], bare.port: []}
        for turn in range(plan.count(3, 1)):
            for served in (mine, bare) if turn % 2 else (bare, mine):
                turns[served.port].append(asyncio.run(_watch(served, supervisors, seconds)))
    who = f"{terminals} terminals and {supervisors} supervisors, {CHANGES_A_SECOND} changes/s, {database_name(server)}"
    ours, theirs = turns[mine.port], turns[bare.port]
    return [
        Figure(
            f"{who}: the store's share of a core",
            Amount(median(turn.cpu_share for turn in ours) * 100, "%"),
            Amount(median(turn.cpu_share for turn in theirs) * 100, "%"),
            at_most(CPU_BAR),
        ),
        Figure(
            f"{who}: change to terminal, p50",
            _late([turn.terminals for turn in ours], 0.5),
            _late([turn.terminals for turn in theirs], 0.5),
        ),
        Figure(
            f"{who}: change to terminal, p99",
            _late([turn.terminals for turn in ours], 0.99),
            _late([turn.terminals for turn in theirs], 0.99),
            Bar(LATE_MILLISECONDS, unit="ms", word="goal"),
        ),
        Figure(
            f"{who}: change to supervisor, p99",
            _late([turn.supervisors for turn in ours], 0.99),
            _late([turn.supervisors for turn in theirs], 0.99),
        ),
    ]


def _late(turns: list[list[float]], share: float) -> Amount:
    return Amount(median(sorted(turn)[int(len(turn) * share)] for turn in turns) * 1e3, "ms")


async def _watch(server: Served, supervisors: int, seconds: float) -> Watched:
    """Lets everybody follow while a few of the terminals push, each change at its own moment."""
    # Who pushes is not woken by its own doing, and follows nobody here.
    pushers, followed_by = server.pushers[:_PUSHERS], server.pushers[_PUSHERS:]
    terminals = [Follower(token_of(pusher.terminal)) for pusher in followed_by]
    desks = [Follower(supervisor_token(number)) for number in range(supervisors)]
    pushed: list[tuple[int, float]] = []
    connections = [await _connected(server.port) for _ in terminals + desks]
    polls = [
        asyncio.create_task(_follow(connection, follower, server.pushers[0].epoch))
        for connection, follower in zip(connections, terminals + desks, strict=True)
    ]
    moments = _moments(perf_counter() + _SETTLING_SECONDS, len(pushers))
    await asyncio.sleep(_SETTLING_SECONDS)
    before, begun = server.cpu_seconds(), perf_counter()
    lines = [await _connected(server.port) for _ in pushers]
    try:
        async with asyncio.TaskGroup() as group:
            for pusher, connection, due in zip(pushers, lines, moments, strict=True):
                group.create_task(_push(connection, pusher, due, begun + seconds, pushed))
        used, taken = server.cpu_seconds() - before, perf_counter() - begun
        pushed.sort()
        await _all_told(terminals + desks, pushed[-2][0])
    finally:
        for poll in polls:
            poll.cancel()
        ended = await asyncio.gather(*polls, return_exceptions=True)
        for connection in connections + lines:
            connection.close()
    for each in ended:
        if isinstance(each, Exception):
            raise Stumbled(f"a follower was not answered: {each}") from each
    return Watched(used / taken, _delays(terminals, pushed), _delays(desks, pushed))


async def _all_told(followers: list[Follower], before: int) -> None:
    """Returns once everybody was told of what came behind that place of the log."""
    end = perf_counter() + _PATIENCE_SECONDS
    while any(not each.answers or each.answers[-1][1] <= before for each in followers):
        if perf_counter() > end:
            raise Stumbled(f"a change was not brought to everybody within {_PATIENCE_SECONDS:g} s")
        await asyncio.sleep(0.05)


def _delays(followers: list[Follower], pushed: list[tuple[int, float]]) -> list[float]:
    """From each push to each answer that brought it: the first one that goes beyond where the log stood before.

    Pushes become visible whole, but the log goes on behind a push's last record, for its own entries.
    """
    delays = []
    for follower in followers:
        answers = iter(follower.answers)
        came_at, upto = next(answers)
        for (before, _), (_, sent_at) in pairwise(pushed):
            while upto <= before:
                came_at, upto = next(answers)
            delays.append(came_at - sent_at)
    return delays


def _moments(begin: float, pushers: int) -> list[Iterator[float]]:
    """When each pusher sends: all of them evenly, one after the other."""
    step = 1 / CHANGES_A_SECOND
    return [(begin + (turn * pushers + number) * step for turn in count()) for number in range(pushers)]


async def _push(
    connection: Connection, pusher: Pusher, due: Iterator[float], end: float, pushed: list[tuple[int, float]]
) -> None:
    for moment in due:
        if moment >= end:
            return
        await asyncio.sleep(max(0.0, moment - perf_counter()))
        data = request(pusher, 1)
        sent_at = perf_counter()
        said = reply(await connection.ask(data), 1)
        pushed.append((said.cursor, sent_at))


async def _follow(connection: Connection, follower: Follower, epoch: str) -> None:
    after = 0
    while True:
        words = f"/v1/changes?after={after}&epoch={epoch}&wait={_WAIT_SECONDS}"
        answer = await connection.ask(
            f"GET {words} HTTP/1.1\r\nHost: store\r\nAuthorization: Bearer {follower.token}\r\n\r\n".encode()
        )
        if not answer.startswith(b"HTTP/1.1 200"):
            raise Stumbled(f"the store refused a long poll: {answer[:300]!r}")
        # Decoding two hundred times the same records would measure this program instead.
        _, _, rest = answer.partition(b'"cursor":')
        cursor = int(rest[: min(place for place in (rest.find(b","), rest.find(b"}")) if place > 0)])
        follower.answers.append((perf_counter(), cursor))
        after = cursor


async def _connected(port: int) -> Connection:
    _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return connection
