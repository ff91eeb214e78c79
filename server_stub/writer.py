"""The one thread that changes the books: all that waits becomes one transaction, answered after it is on disk.

Decides grouping, and that one bad step fails alone. There is no waiting window: while the disk flushes one group, the
next one gathers. What a step does is the step's business.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any, TypeVar

import msgspec

from server_stub import webhooks
from server_stub.books import Books, News
from server_stub.database import FAILURES, Cursor, Database
from server_stub.problems import Refusal, cannot_write
from server_stub.rows import AuditRow, Forms

LARGEST_GROUP = 256

Answer = TypeVar("Answer")
Step = Callable[[Books], Answer]

_log = logging.getLogger(__name__)


class Commit(msgspec.Struct, frozen=True):
    """What stands on disk since the last one: the log's end, and what changed by whom."""

    cursor: int
    news: tuple[News, ...]
    steps: int
    seconds: float
    audit_head: AuditRow | None = None


class _Job(msgspec.Struct):
    step: Callable[[Books], Any]
    origin: str | None
    future: asyncio.Future[Any]
    answer: Any = None
    error: BaseException | None = None


class Writer:
    """Runs steps in groups. `on_disk` is called in the writer's thread as soon as a group is durable, `on_commit` in
    the event loop; both before the answers of that group.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        on_commit: Callable[[Commit], None],
        on_disk: Callable[[Commit], None],
    ) -> None:
        self._database, self._clock, self._on_commit, self._on_disk = database, clock, on_commit, on_disk
        self._forms = Forms(database)
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    async def write(self, step: Step[Answer], origin: str | None = None) -> Answer:
        """What `step` answered, once it is durable; `origin` is the terminal whose own doing it is."""
        future: asyncio.Future[Answer] = self._loop.create_future()
        self._jobs.put(_Job(step, origin, future))
        return await future

    async def close(self) -> None:
        """Commits what waits, then ends the thread."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        cursor = self._database.driver()
        is_open = True
        while is_open:
            jobs = [self._jobs.get()]
            while len(jobs) < LARGEST_GROUP and jobs[-1] is not None:
                try:
                    jobs.append(self._jobs.get_nowait())
                except Empty:
                    break
            is_open = jobs[-1] is not None
            group = [job for job in jobs if job is not None]
            commits = self._commit(cursor, group) if group else []
            self._loop.call_soon_threadsafe(self._answer, group, commits)
        self._database.release(cursor)

    def _commit(self, cursor: Cursor, jobs: Sequence[_Job]) -> list[Commit]:
        try:
            commit = self._transact(cursor, jobs)
        except Exception as error:
            self._database.roll_back(cursor)
            if len(jobs) > 1:
                # Somebody's step failed: each again, alone, so that only that one is told so.
                return [commit for job in jobs for commit in self._commit(cursor, [job])]
            jobs[0].error = _told(error)
            return []
        self._on_disk(commit)
        return [commit]

    def _transact(self, cursor: Cursor, jobs: Sequence[_Job]) -> Commit:
        began = perf_counter()
        self._database.begin(cursor)
        books = Books(self._database, self._forms, cursor, self._clock())
        news = []
        for job in jobs:
            changes = books.tally.changes
            books.open_step(job.origin)
            try:
                job.answer, job.error = job.step(books), None
            except Refusal as refusal:
                if books.tally.changes != changes:
                    raise
                job.error = refusal
            news.append(books.close_step())
        if books.tally.changes:
            webhooks.tell(books)
            books.flush()
        self._database.commit(cursor)
        return Commit(
            books.cursor,
            tuple(one for one in news if one.kinds),
            len(jobs),
            perf_counter() - began,
            books.audit_head,
        )

    def _answer(self, jobs: Sequence[_Job], commits: Sequence[Commit]) -> None:
        for commit in commits:
            self._on_commit(commit)
        for job in jobs:
            if job.future.done():
                continue
            if job.error is not None:
                job.future.set_exception(job.error)
            else:
                job.future.set_result(job.answer)


def _told(error: Exception) -> Exception:
    if isinstance(error, Refusal):
        return error
    _log.error("a step failed and was undone: %s", error, exc_info=error)
    return cannot_write(error) if isinstance(error, FAILURES) else error
