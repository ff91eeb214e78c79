"""Print jobs as rows of the journal, so that a label is asked for in the same transaction as its event.

Decides how a job is kept, and that only a job that is not just being sent can be tried again or cancelled. When it is
printed is the spool's. Loads nothing of printing before the first job.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from terminal.journal_schema import JournalError

if TYPE_CHECKING:
    from printing.spool import PrintJob
    from terminal.workflows.steps import JobOrder

_COLUMNS = "body, state, reason, place, attempts, sent, ticket"
# What the spool has to see to. A cancelled job whose bytes the printer has is taken back from it first.
_DUE = "(state IN ('waiting', 'sending') OR (state = 'cancelled' AND sent = 'yes'))"


class Jobs:
    """The rows of print jobs; writes stand inside a transaction of the journal's."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def waiting(self) -> Sequence[PrintJob]:
        """Jobs that the spool has to see to, oldest first."""
        return self._where(_DUE)

    def held(self) -> Sequence[PrintJob]:
        """Jobs that wait for a person, oldest first."""
        return self._where("state = 'held'")

    def get(self, id: str) -> PrintJob | None:
        """A job as it stands, or None."""
        return next(iter(self._where("id = ?", id)), None)

    def of(self, subject: str) -> Sequence[PrintJob]:
        """The jobs of one parcel (or other subject), oldest first."""
        return self._where("id LIKE ? || '-%-%'", subject)

    def every(self) -> Sequence[PrintJob]:
        """Every job that is still kept, newest first."""
        return self._where("TRUE", order="DESC")

    def begin(self, id: str, now: int) -> bool:
        """Marks a job as being sent; False where it was cancelled or has ended."""
        begun = self._db.execute(
            "UPDATE job SET state = 'sending', reason = '', place = '', sent = 'unsure', ticket = '', "
            "attempts = attempts + 1, marked_at = ? WHERE id = ? AND state IN ('waiting', 'sending')",
            (now, id),
        )
        return begun.rowcount > 0

    def note(self, id: str, ticket: str, now: int) -> None:
        """The printer took it under this number."""
        self._db.execute("UPDATE job SET ticket = ?, sent = 'yes', marked_at = ? WHERE id = ?", (ticket, now, id))

    def end(self, job: PrintJob, now: int) -> None:
        """A job's state, reason, place and sent as they stand in `job`."""
        marked = self._db.execute(
            "UPDATE job SET state = ?, reason = ?, place = ?, sent = ?, marked_at = ? WHERE id = ?",
            (job.state.value, job.reason, job.where, job.sent.value, now, job.id),
        )
        if not marked.rowcount:
            raise JournalError(f"No print job {job.id} is in this journal: ask for the print again.")

    def order(self, order: JobOrder, now: int) -> None:
        """Does what a person wants; JournalError where the job is being sent just now, or has ended meanwhile."""
        state = {"try": "waiting", "cancel": "cancelled", "printed": "printed"}[order.what]
        done = self._db.execute(
            "UPDATE job SET state = ?, reason = ?, marked_at = ? WHERE id = ? AND state IN ('waiting', 'held')",
            (state, order.reason, now, order.job),
        )
        if not done.rowcount:
            raise JournalError(f"Print job {order.job} goes to the printer just now: look there first.")

    def insert(self, jobs: Sequence[PrintJob], now: int) -> None:
        """New jobs. A job whose id is there already was asked for before, and stays as it is."""
        self._db.executemany(
            "INSERT INTO job (id, state, reason, place, attempts, sent, ticket, marked_at, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
            [
                (
                    job.id, job.state.value, job.reason, job.where, job.attempts, job.sent.value, job.ticket, now,
                    msgspec.json.encode(job),
                )
                for job in jobs
            ],
        )  # fmt: skip

    def prune(self, limit: int) -> None:
        """Forgets jobs that ended before `limit` (seconds since 1970); they hold addresses."""
        self._db.execute(
            f"DELETE FROM job WHERE (state = 'held' OR NOT {_DUE}) AND marked_at < ?",
            (limit,),
        )

    def _where(self, condition: str, *values: object, order: str = "") -> Sequence[PrintJob]:
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM job WHERE {condition} ORDER BY ordinal {order}", values)
        return [_job(*row) for row in rows.fetchall()]


def _job(body: bytes, state: str, reason: str, where: str, attempts: int, sent: str, ticket: str) -> PrintJob:
    from printing.printers import Sent
    from printing.spool import JobState, PrintJob  # first needed when there is something to print

    job = msgspec.json.decode(body, type=PrintJob)
    return replace(
        job,
        state=JobState(state),
        reason=reason,
        where=where,
        attempts=attempts,
        sent=Sent(sent),
        ticket=ticket,
    )
