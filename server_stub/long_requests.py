"""Keyed requests of many transactions: each of these writes its effect and how far the request has come.

Decides who works on such a request. Whoever asks with its key meanwhile is told that it is in progress (409); where
nobody works on it any more, because a process died or an asker went away, it goes on from where it stands. The last
transaction keeps the reply. What is done in a transaction is the act's own business.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from secrets import token_hex
from typing import Generic, Protocol, TypeVar

import msgspec
from sqlalchemy import bindparam, select

from server_stub import keyed, schema
from server_stub.books import Books
from server_stub.keyed import Reply, Request
from server_stub.problems import IN_PROGRESS, Refusal, shown
from server_stub.rows import UnfinishedRow
from server_stub.schema import instant
from server_stub.writer import Step

ASK_AGAIN_SECONDS = 1
# A process elsewhere that is silent for so long counts as gone. Should it wake up after all, it finds its request in
# other hands and leaves it alone.
HELD = timedelta(seconds=15)

_OF_ACT = select(schema.unfinished_request).where(schema.unfinished_request.c.act == bindparam("act"))

_log = logging.getLogger(__name__)

Answer = TypeVar("Answer")
Mark = TypeVar("Mark", bound=msgspec.Struct)


class Write(Protocol):
    """Runs a step as a transaction of its own."""

    def __call__(self, step: Step[Answer]) -> Awaitable[Answer]: ...


class Runs:
    """Which requests this process works on at the moment; `is_shared` where other processes may write the books."""

    def __init__(self, *, is_shared: bool) -> None:
        self._is_shared = is_shared
        self._process = token_hex(8)
        self._numbers = count(1)
        self._running: set[str] = set()

    @contextmanager
    def begun(self) -> Iterator[str]:
        """A new name for one turn of work, which counts as being at it until the end of this."""
        run = f"{self._process}/{next(self._numbers)}"
        self._running.add(run)
        try:
            yield run
        finally:
            self._running.discard(run)

    def is_at_it(self, row: UnfinishedRow, stamp: str) -> bool:
        """Whether somebody works on that request."""
        if row.run.partition("/")[0] == self._process:
            return row.run in self._running
        return self._is_shared and row.held_until > stamp


class Course(msgspec.Struct, Generic[Mark, Reply], frozen=True):
    """How a request of the act `name` is carried out.

    `do` is one transaction: it takes the mark that the one before left (None at the beginning), and gives the next one
    where there is more to do (a `leaves`), at the end the answer (a `gives`).
    """

    name: str
    leaves: type[Mark]
    gives: type[Reply]
    do: Callable[[Books, Mark | None], Mark | Reply]


async def carry_out(write: Write, runs: Runs, asked: Request, course: Course[Mark, Reply]) -> Reply:
    """The reply kept for that key, or what the request answers once it is done.

    Refusal (409) where somebody works on it, (422) where the key came before with another request.
    """
    with runs.begun() as run:
        while True:
            if (answer := await write(partial(_go_on, runs=runs, run=run, asked=asked, course=course))) is not None:
                return answer


async def carry_on(write: Write, runs: Runs, course: Course[Mark, Reply]) -> None:
    """Brings the unfinished requests of an act to their end, whoever worked on them."""
    with runs.begun() as run:
        for asked in await write(partial(_taken_over, act=course.name, run=run)):
            try:
                while await write(partial(_go_on, runs=runs, run=run, asked=asked, course=course)) is None:
                    pass
            except Refusal as refusal:
                _log.warning("the unfinished request %s of %s waits: %s", course.name, shown(asked.asker), refusal)


def _go_on(books: Books, *, runs: Runs, run: str, asked: Request, course: Course[Mark, Reply]) -> Reply | None:
    """One transaction of that request; its answer where it is done."""
    if known := keyed.recalled(books, asked, course.gives):
        return known
    row = books.sheets.unfinished.get(asked.asker, asked.key)
    if row is not None:
        keyed.require_same(asked.key, row.digest == asked.digest)
        if row.run != run and runs.is_at_it(row, books.stamp):
            raise in_progress(asked.key)
    after = course.do(books, msgspec.json.decode(row.mark, type=course.leaves) if row else None)
    if isinstance(after, course.gives):
        keyed.remember(books, asked, after)
        if row is not None:
            books.sheets.unfinished.drop(row)
        return after
    books.sheets.unfinished.put(
        UnfinishedRow(
            asker=asked.asker,
            key=asked.key,
            digest=asked.digest,
            act=course.name,
            made_at=row.made_at if row else books.stamp,
            run=run,
            held_until=instant(books.now + HELD),
            mark=msgspec.json.encode(after),
        )
    )
    return None


def _taken_over(books: Books, act: str, run: str) -> list[Request]:
    rows = books.sheets.unfinished.where(_OF_ACT, act=act)
    for row in rows:
        row.run, row.held_until = run, instant(books.now + HELD)
        books.sheets.unfinished.put(row)
    return [Request(row.asker, row.key, row.digest) for row in rows]


def in_progress(key: str) -> Refusal:
    """409: somebody works on that request; says when to ask again (Retry-After)."""
    return Refusal(
        409,
        IN_PROGRESS,
        expected="a request that nobody works on",
        came=f"key {shown(key)}, whose request is being carried out",
        remedy=f"ask again with the same key in {ASK_AGAIN_SECONDS} s: it is answered once it is done",
        retry_after_seconds=ASK_AGAIN_SECONDS,
    )
