"""The one thread that changes the books: all that waits becomes one transaction, answered after it is on disk.

Decides grouping, that one bad step fails alone, and what is done again. There is no waiting window: while the disk
flushes one group, the next one gathers. What a step does is the step's business.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any, TypeVar

import msgspec

from server_stub import webhooks
from server_stub.books import Books, News
from server_stub.database import Cursor, Database, Mark, failures, told
from server_stub.problems import Refusal, cannot_write, no_database
from server_stub.rows import AuditRow, Forms

LARGEST_GROUP = 256
# Whole groups that another transaction stood in the way of are done again, so many times in all.
_ATTEMPTS = 5

Answer = TypeVar("Answer")
Step = Callable[[Books], Answer]

_log = logging.getLogger(__name__)


class Commit(msgspec.Struct, frozen=True):
    """What stands on disk since the last one: the log's end, and what changed by whom.

    `before` is where the log ended when the transaction began: further than the last one where others write too.
    """

    cursor: int
    news: tuple[News, ...]
    before: int = 0
    steps: int = 0
    seconds: float = 0.0
    audit_head: AuditRow | None = None


class _Away(Exception):
    """There is no connection to the database, or it broke before the transaction was known to be done."""


class _Job(msgspec.Struct):
    step: Callable[[Books], Any]
    origin: str | None
    future: asyncio.Future[Any]
    answer: Any = None
    error: BaseException | None = None


class Writer:
    """Runs steps in groups. `on_disk` is called in the writer's thread as soon as a group is durable, `on_commit` in
    the event loop; both before the answers of that group.

    `check` raises where the database is not to be written to by this program; it is asked at every new connection.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        on_commit: Callable[[Commit], None],
        on_disk: Callable[[Commit], None],
        check: Callable[[Database], None],
    ) -> None:
        self._database, self._clock, self._on_commit, self._on_disk = database, clock, on_commit, on_disk
        self._check = check
        self._cursor: Cursor | None = None
        self._is_closing = False
        self.telling_from: int | None = None
        """Where the log ended before the group that is being committed, of which the loop has not heard yet."""
        self._forms = Forms(database)
        # The books as the last transaction left them, and where that one stood.
        self._known: tuple[Books, Mark] | None = None
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    async def write(self, step: Step[Answer], origin: str | None = None) -> Answer:
        """What `step` answered, once it is durable; `origin` is the terminal whose own doing it is."""
        if self._is_closing:
            raise no_database("the store is being stopped")
        future: asyncio.Future[Answer] = self._loop.create_future()
        self._jobs.put(_Job(step, origin, future))
        return await future

    async def close(self) -> None:
        """Commits what waits, then ends the thread."""
        self._is_closing = True
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
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
            commits = self._commit(group) if group else []
            self._loop.call_soon_threadsafe(self._answer, group, commits)
        self._forget()

    def _commit(self, jobs: Sequence[_Job], attempt: int = 1) -> list[Commit]:
        try:
            commit = self._transact(jobs)
        except _Away as away:
            for job in jobs:
                job.error = no_database(str(away))
            return []
        except Exception as error:
            if not self._is_undone():
                return self._refused(jobs, error)
            if self._database.is_passing(error) and attempt < _ATTEMPTS:
                return self._commit(jobs, attempt + 1)
            if len(jobs) > 1:
                # Somebody's step failed: each again, alone, so that only that one is told so.
                return [commit for job in jobs for commit in self._commit([job])]
            jobs[0].error = _told(error)
            return []
        self._on_disk(commit)
        return [commit]

    def _begun(self) -> tuple[Cursor, Mark]:
        """A cursor in a new transaction, and where that one stands; _Away where the database is not to be had."""
        try:
            if self._cursor is None:
                self._cursor = self._database.writing()
                self._check(self._database)
            return self._cursor, self._database.begin(self._cursor)
        except Exception as error:
            self._forget()
            raise _Away(told(error)) from error

    def _opened(self, cursor: Cursor, mark: Mark) -> Books:
        """The books of a new transaction: those of the last one, where nobody else has written since."""
        known, self._known = self._known, None
        if known is not None and known[1].after == mark.before and known[0].again(self._clock()):
            return known[0]
        return Books(self._database, self._forms, cursor, self._clock())

    def _is_undone(self) -> bool:
        """Undoes the transaction; False where its connection broke, so that nobody knows how it ended."""
        cursor, self.telling_from = self._cursor, None
        if cursor is None or self._database.is_lost(cursor):
            return False
        try:
            self._database.roll_back(cursor)
        except failures():
            return False
        return True

    def _refused(self, jobs: Sequence[_Job], error: Exception) -> list[Commit]:
        _log.warning("the connection to the database broke: %s", told(error))
        self._forget()
        for job in jobs:
            job.error = no_database(told(error))
        return []

    def _forget(self) -> None:
        cursor, self._cursor, self._known = self._cursor, None, None
        if cursor is not None:
            with suppress(*failures()):
                self._database.release(cursor)

    def _transact(self, jobs: Sequence[_Job]) -> Commit:
        began = perf_counter()
        cursor, mark = self._begun()
        books = self._opened(cursor, mark)
        before = books.cursor
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
            with self._database.together(cursor):
                books.flush()
        if books.cursor > before:
            self.telling_from = before
        self._database.commit(cursor, has_news=bool(books.tally.changes))
        if all(job.error is None for job in jobs):
            # A step that was refused may have changed a row in memory which it never meant to be written.
            self._known = books, mark
        return Commit(
            books.cursor,
            tuple(one for one in news if one.kinds),
            before,
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
    if not isinstance(error, failures()):
        _log.error("a step failed and was undone", exc_info=error)
        return error
    # One line: a database goes on with the row that it would not take.
    _log.error("a step failed and was undone: %s", told(error), exc_info=error)
    return cannot_write(told(error))
