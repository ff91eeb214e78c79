"""Print jobs as rows of the journal, so that a label is asked for in the same transaction as its event.

Decides how a job is kept; when it is printed is the spool's. Loads nothing of printing before the first job.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from terminal.journal_schema import JournalError

if TYPE_CHECKING:
    from printing.spool import JobState, PrintJob

_COLUMNS = "body, state, reason, place, attempts"


class Jobs:
    """The rows of print jobs; writes stand inside a transaction of the journal's."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def waiting(self) -> Sequence[PrintJob]:
        """Jobs that are queued, or were left `printing` by a program that died, oldest first."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM job WHERE state IN ('queued', 'printing') ORDER BY ordinal")
        return [_job(*row) for row in rows.fetchall()]

    def get(self, id: str) -> PrintJob | None:
        """A job as it stands, or None."""
        row = self._db.execute(f"SELECT {_COLUMNS} FROM job WHERE id = ?", (id,)).fetchone()
        return _job(*row) if row else None

    def mark(self, id: str, state: JobState, reason: str, where: str, now: int) -> None:
        """A job's new state; each mark of `printing` adds one to its attempts."""
        marked = self._db.execute(
            "UPDATE job SET state = ?, reason = ?, place = ?, marked_at = ?, attempts = attempts + ? WHERE id = ?",
            (state.value, reason, where, now, state.value == "printing", id),
        )
        if not marked.rowcount:
            raise JournalError(f"No print job {id} is in this journal: ask for the print again.")

    def insert(self, jobs: Sequence[PrintJob], now: int) -> None:
        """New jobs. A job whose id is there already was asked for before, and stays as it is."""
        self._db.executemany(
            "INSERT INTO job (id, state, reason, place, attempts, marked_at, body) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO NOTHING",
            [
                (job.id, job.state.value, job.reason, job.where, job.attempts, now, msgspec.json.encode(job))
                for job in jobs
            ],
        )

    def prune(self, limit: int) -> None:
        """Forgets jobs that ended before `limit` (seconds since 1970); they hold addresses."""
        self._db.execute("DELETE FROM job WHERE state IN ('printed', 'held') AND marked_at < ?", (limit,))


def _job(body: bytes, state: str, reason: str, where: str, attempts: int) -> PrintJob:
    from printing.spool import JobState, PrintJob  # first needed when there is something to print

    job = msgspec.json.decode(body, type=PrintJob)
    return replace(job, state=JobState(state), reason=reason, where=where, attempts=attempts)
