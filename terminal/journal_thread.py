"""The one thread in which the journal lives, and its print jobs as other threads see them.

Decides that everything happens there one after the other, and to its end even where the asker has left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from printing.spool import PrintJob
    from terminal.journal import Journal

P = ParamSpec("P")
T = TypeVar("T")


class JournalThread:
    """Runs functions one at a time, in the order in which they were handed in."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function` returns or raises; it is done even if the caller is cancelled meanwhile."""
        done = asyncio.wrap_future(self._pool.submit(function, *args, **kwargs))
        done.add_done_callback(_heard)
        return await asyncio.shield(done)

    def wait_for(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for a caller in another thread, who waits; never from the event loop."""
        return self._pool.submit(function, *args, **kwargs).result()

    async def close(self) -> None:
        """Ends when everything that was handed in is done; nothing more is taken."""
        await asyncio.to_thread(self._pool.shutdown)


class PrintJobs:
    """The journal as the spool's JobStore, from whichever thread prints."""

    def __init__(self, thread: JournalThread, journal: Journal) -> None:
        self._thread = thread
        self._journal = journal

    def waiting(self) -> Sequence[PrintJob]:
        """Jobs that the spool has to see to, oldest first."""
        return self._thread.wait_for(self._journal.waiting_jobs)

    def begin(self, job_id: str) -> bool:
        """Marks a job as being sent, on disk before it returns; False where it was cancelled meanwhile."""
        return self._thread.wait_for(self._journal.begin_job, job_id)

    def note(self, job_id: str, ticket: str) -> None:
        """The printer's own number for the job, on disk before it returns."""
        self._thread.wait_for(self._journal.note_job, job_id, ticket)

    def end(self, job: PrintJob) -> None:
        """How a job ended, on disk before it returns."""
        self._thread.wait_for(self._journal.end_job, job)


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Awaits `work`, which goes on to its end before a cancellation is passed on: what is on disk is also in memory."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    finally:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        _heard(task)


def _heard(ended: asyncio.Future[Any]) -> None:
    """Whoever asked may have left: then an error is nobody's, and asyncio would write it over the screen."""
    if not ended.cancelled():
        ended.exception()
