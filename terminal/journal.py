"""The terminal's journal: one SQLite file that holds every scan before the screen says so, and what the store said.

Decides what is on disk when a call returns, and under which identity and number an event is sent. Knows no network
and folds nothing.

Once the file has taken a new identity (after damage, restore or copy), what the old one has unsent is still sent under
the old one, so that the store can tell whether it has it; the old one never gets a new event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orders import wire
from orders.envelope import seal
from orders.events import FloorEvent, ParcelSealed
from orders.identifiers import SsccBlock
from terminal import journal_identity as identity
from terminal.journal_entries import Confirmed, Entry, Loaded, Standing, readable
from terminal.journal_file import JournalFile
from terminal.journal_leases import SEALINGS, numbers_spent
from terminal.journal_mark import Doubt
from terminal.journal_schema import JournalError, is_damage

if TYPE_CHECKING:
    from printing.spool import PrintJob
    from terminal.workflows.steps import JobOrder

__all__ = ["Confirmed", "Entry", "Journal", "JournalError", "Loaded", "Standing"]

KEPT = timedelta(days=30)
_PRUNED_AT_ONCE = 1000
_ENTRY = (
    "SELECT event.serial, event.body, event.cursor, identity.id, event.number "
    "FROM event JOIN identity ON identity.ordinal = event.identity"
)


class Journal(JournalFile):
    """Opened with `Journal.open`, for one thread; the plain attributes and `waiting` may be read from any.

    What a call changes is on disk when it returns; where that cannot be, nothing changed and it raises JournalError.
    """

    # What is known at the start

    def load(self) -> Loaded:
        """Confirmed records and the events that they do not hold yet, oldest first; what is damaged is salvaged."""
        try:
            return self._load()
        except JournalError as error:
            if not is_damage(error.__cause__):
                raise
        self._db.close()
        self._begin(is_damaged=True)
        return self._load()

    def standing(self) -> Standing:
        """What a hello says of this journal."""
        with self._guarded():
            owing = identity.before(self._db, self._state.ordinal, is_owing=True)
            sealings = self._db.execute(f"{_ENTRY} WHERE event.cursor IS NULL AND {SEALINGS}").fetchall()
        state, blocks = self._state, {self.id: self._leases.unfinished()}
        for id, codes in numbers_spent(Entry(*row) for row in sealings).items():
            blocks[id] = tuple(dict.fromkeys((*blocks.get(id, ()), *self._leases.of(codes))))
        return Standing(state.id, state.number, state.epoch, state.cursor, blocks, tuple(owing))

    def older(self) -> list[tuple[str, int]]:
        """The identities before the present one of which events are still kept, each with its last number."""
        with self._guarded():
            return identity.before(self._db, self._state.ordinal)

    # Events

    def append(
        self,
        events: Sequence[tuple[datetime, str, FloorEvent]],
        jobs: Sequence[PrintJob] = (),
        memo: bytes | None = None,
        orders: Sequence[JobOrder] = (),
    ) -> list[Entry]:
        """Numbers and keeps events, each with its instant and worker, and with them print jobs, memo and spent SSCCs.

        `orders` say what becomes of jobs that are here already.

        One transaction. JournalError where the disk is full or read-only, or where an SSCC is not ours to use; the
        same call works again when there is room.
        """
        serial, number = self._state.serial, self._state.number
        entries = [
            Entry(serial + n, seal(number + n, at, worker, event), None, self.id, number + n)
            for n, (at, worker, event) in enumerate(events, 1)
        ]
        spent = [self._leases.spending(event.parcel) for _, _, event in events if isinstance(event, ParcelSealed)]
        with self._step(events=len(entries), memo=memo):
            self._db.executemany(
                "INSERT INTO event (serial, identity, number, body) VALUES (?, ?, ?, ?)",
                [(entry.key, self._state.ordinal, entry.number, entry.body) for entry in entries],
            )
            for spending in spent:
                self._leases.write(spending)
            for order in orders:
                self._jobs.order(order, self._now())
            if jobs:
                self._jobs.insert(jobs, self._now())
        for spending in spent:
            self._leases.note(spending)
        return entries

    def remember(self, memo: bytes) -> None:
        """Keeps the session's memo alone."""
        with self._step(memo=memo):
            pass

    def unsent(self, limit: int = wire.MAX_BATCH, but: Iterable[str] = ()) -> list[Entry]:
        """The next events to send, all of one identity, in the order of their numbers; `but` leaves identities out."""
        barred = tuple(but)
        with self._guarded():
            rows = self._db.execute(
                f"{_ENTRY} WHERE event.cursor IS NULL AND identity.id NOT IN ({','.join('?' * len(barred))}) "
                "ORDER BY event.identity, event.number LIMIT ?",
                (*barred, limit),
            ).fetchall()
        return [Entry(*row) for row in rows if row[3] == rows[0][3]]

    def waiting(self) -> int:
        """How many events the store has not acknowledged."""
        return self._state.waiting

    def settle(self, outcomes: Iterable[tuple[int, int]]) -> None:
        """The store has these events, by `Entry.key`, each with the cursor that stands behind what it changed."""
        now = self._now()
        with self._step():
            settled = self._db.executemany(
                "UPDATE event SET cursor = ?, settled_at = ? WHERE serial = ? AND cursor IS NULL",
                [(cursor, now, key) for key, cursor in outcomes],
            ).rowcount
        self._state.waiting -= settled

    def align(self, journal: str, expected: int) -> identity.Aligned:
        """Brings one identity in line with the number that the store expects next from it.

        What the store lost is unsent again. What stands behind a gap that cannot be filled moves to a new identity,
        and so does everything to come where the store holds numbers that this file never wrote.
        """
        with self._step():
            aligned = identity.align(self._db, journal, expected, self._now())
        self._reload()
        return aligned

    def disown(self, keys: Sequence[int]) -> bool:
        """The store holds other events under these numbers: they get new ones; whether under a new identity."""
        before = self.id
        with self._step():
            identity.move(self._db, keys, self._now())
        self._reload()
        return self.id != before

    def renew(self, reason: Doubt) -> None:
        """Takes a new identity; unsent events stay with the old one, its SSCCs count as spent."""
        with self._step():
            identity.renew(self._db, reason, self._now())
        self._reload()

    # What the store said

    def learn(self, terminal: str) -> None:
        """The name under which the store knows this terminal."""
        if terminal != self.terminal:
            with self._step():
                self._db.execute("UPDATE state SET terminal = ?", (terminal,))
            self._state.terminal = terminal

    def confirm(self, changes: Sequence[wire.Change], cursor: int, epoch: str, reset: bool) -> Confirmed:
        """Keeps folded records, raw where this version cannot read them, and how far the store's log is read.

        Without `reset` a revision older than the kept one is left out. With it, `changes` are everything there is.
        """
        covered: list[int] = []
        with self._step(epoch=epoch, cursor=cursor):
            if reset:
                self._db.execute("DELETE FROM record")
                past = self._db.execute("SELECT serial FROM event WHERE cursor > ?", (cursor,))
                covered = [key for (key,) in past.fetchall()]
                self._db.execute("UPDATE event SET cursor = ? WHERE cursor > ?", (cursor, cursor))
            taken = [change for change in changes if self._take(change)]
        records, unreadable = readable((each.kind, each.id, each.body) for each in taken)
        return Confirmed(records, unreadable, covered)

    # SSCCs

    def next_sscc(self, owner: str) -> str | None:
        """The number that the owner's next parcel gets; sealing takes it. None where the lease is used up."""
        return self._leases.next_for(owner)

    def add_block(self, block: SsccBlock) -> None:
        """Keeps a leased block; one that was here before, in part or whole, is not taken again."""
        if not self._leases.is_known(block):
            with self._step():
                self._leases.insert(block)
            self._leases.reload()

    def blocks(self) -> list[SsccBlock]:
        """What is left of every block."""
        return self._leases.remaining()

    def left(self, owner: str) -> int:
        """How many parcels of the owner can still be sealed without a new lease."""
        return sum(block.last - block.first + 1 for block in self.blocks() if block.owner == owner)

    # Print jobs, for the spool's JobStore (see journal_thread.PrintJobs)

    def waiting_jobs(self) -> Sequence[PrintJob]:
        """Jobs that the spool has to see to, oldest first."""
        with self._guarded():
            return self._jobs.waiting()

    def held_jobs(self) -> Sequence[PrintJob]:
        """Jobs that wait for a person, oldest first."""
        with self._guarded():
            return self._jobs.held()

    def job(self, id: str) -> PrintJob | None:
        """A job as it stands, or None."""
        with self._guarded():
            return self._jobs.get(id)

    def jobs_of(self, subject: str) -> Sequence[PrintJob]:
        """The print jobs of one parcel, oldest first."""
        with self._guarded():
            return self._jobs.of(subject)

    def begin_job(self, id: str) -> bool:
        """Marks a job as being sent, and counts the attempt; False where it was cancelled meanwhile."""
        with self._step():
            return self._jobs.begin(id, self._now())

    def note_job(self, id: str, ticket: str) -> None:
        """The printer took the job under this number."""
        with self._step():
            self._jobs.note(id, ticket, self._now())

    def end_job(self, job: PrintJob) -> None:
        """Writes state, reason, place and sent as they stand in `job`."""
        with self._step():
            self._jobs.end(job, self._now())

    # Housekeeping

    def tidy(self) -> None:
        """For idle moments: prunes what the store has had for 30 days, and empties the write-ahead log."""
        self.prune(self._clock())
        with self._guarded():
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def prune(self, now: datetime) -> None:
        """Forgets events that were admitted, and print jobs that ended, more than 30 days ago, some at a time."""
        limit = int((now - KEPT).timestamp())
        with self._step():
            # The newest event stays, so that numbers go on from it whatever else is lost.
            self._db.execute(
                "DELETE FROM event WHERE serial IN (SELECT serial FROM event ORDER BY serial LIMIT ?) "
                "AND settled_at < ? AND serial < ?",
                (_PRUNED_AT_ONCE, limit, self._state.serial),
            )
            self._jobs.prune(limit)

    # Within

    def _load(self) -> Loaded:
        with self._guarded():
            records, _ = readable(self._db.execute("SELECT kind, id, body FROM record"))
            rows = self._db.execute(
                f"{_ENTRY} WHERE event.cursor IS NULL OR event.cursor > ? ORDER BY event.serial", (self._state.cursor,)
            )
            entries = [Entry(*row) for row in rows]
            (memo,) = self._db.execute("SELECT memo FROM state").fetchone()
        return Loaded(records, entries, self._state.cursor, self._state.epoch, memo)

    def _take(self, change: wire.Change) -> bool:
        taken = self._db.execute(
            "INSERT INTO record (kind, id, revision, cursor, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, id) "
            "DO UPDATE SET revision = excluded.revision, cursor = excluded.cursor, body = excluded.body "
            "WHERE excluded.revision >= revision",
            (change.kind, change.id, change.revision, change.cursor, bytes(change.body)),
        )
        return taken.rowcount > 0
