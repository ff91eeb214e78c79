"""One open journal file: its lock, its state, and the one way in which anything in it changes.

Decides that a step is one transaction with its state and its mark, and that damage is noted for the next start. What
stands in the tables, and why it changes, is the journal's to know.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from terminal.journal_jobs import Jobs
from terminal.journal_leases import Leases
from terminal.journal_mark import Lock, Mark, Marks, machine
from terminal.journal_opening import open_file, read_state
from terminal.journal_schema import Files, JournalError, guarded, is_damage, sentence, transaction


class JournalFile:
    """Opened with `open`, for one thread; the plain attributes may be read from any."""

    def __init__(self, path: Path, witness: Path | None, clock: Callable[[], datetime], lock: Lock) -> None:
        self.path = path
        self._lock, self._clock = lock, clock
        self._marks = Marks(path, witness)
        self._begin(is_damaged=False)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        witness: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Self:
        """The journal at `path`, made where there is none; `notice` says what has to be shown about its state.

        `witness` is a file in another folder that remembers the last opening, so that a whole folder put back from
        an older copy is noticed as well. JournalError where it cannot be used: in use, of a later version, unwritable.
        """
        lock = Lock(path)
        try:
            return cls(path, witness, clock, lock)
        except BaseException as error:
            lock.release()
            if isinstance(error, sqlite3.Error):
                raise JournalError(sentence(error, path)) from error
            if isinstance(error, OSError):
                raise JournalError(f"The journal {path} cannot be used ({error.strerror}): see to its disk.") from error
            raise

    def close(self) -> None:
        """Ends cleanly; the lock goes last."""
        try:
            self._db.close()
            with suppress(FileNotFoundError):  # somebody removed the file: the next start will say so
                self._marks.end(self._mark(is_closed=True))
        finally:
            self._lock.release()

    @property
    def id(self) -> str:
        """The identity under which new events are numbered."""
        return self._state.id

    @property
    def terminal(self) -> str:
        """The name under which the store knows this terminal; empty before it said so."""
        return self._state.terminal

    # For those who know what stands in it

    def _begin(self, *, is_damaged: bool) -> None:
        opened = open_file(self.path, self._marks, self._clock, is_damaged=is_damaged)
        self._db, self._state, self.notice = opened.db, opened.state, opened.notice
        self._jobs, self._leases = Jobs(self._db), Leases(self._db)
        self._inode, self._machine, self._is_suspect = self.path.stat().st_ino, machine(), False
        self._files = Files(self.path)
        self._marks.begin(self._mark())

    @contextmanager
    def _step(
        self, *, events: int = 0, memo: bytes | None = None, cursor: int | None = None, epoch: str | None = None
    ) -> Iterator[None]:
        """One transaction and what it does to the state, in the file, then in memory; the mark follows."""
        self._files.check()
        with self._guarded(), transaction(self._db, self.path):
            yield
            self._db.execute(
                "UPDATE state SET commits = commits + 1, serial = serial + ?, number = number + ?, "
                "cursor = coalesce(?, cursor), epoch = coalesce(?, epoch), memo = coalesce(?, memo)",
                (events, events, cursor, epoch, memo),
            )
        state = self._state
        state.commits += 1
        state.serial += events
        state.number += events
        state.waiting += events
        state.cursor = state.cursor if cursor is None else cursor
        state.epoch = state.epoch if epoch is None else epoch
        self._marks.write(self._mark())

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turns SQLite's errors into sentences; a file found damaged is noted, so that the next start salvages it."""
        try:
            with guarded(self.path):
                yield
        except JournalError as error:
            if is_damage(error.__cause__):
                self._is_suspect = True
                self._marks.write(self._mark())
            raise

    def _reload(self) -> None:
        self._state = read_state(self._db)
        self._leases.reload()

    def _mark(self, *, is_closed: bool = False) -> Mark:
        return Mark(
            journal=self.id,
            generation=self._state.generation,
            commits=self._state.commits,
            serial=self._state.serial,
            inode=self._inode,
            machine=self._machine,
            is_closed=is_closed,
            is_suspect=self._is_suspect,
            changed_ns=self.path.stat().st_ctime_ns if is_closed else 0,
        )

    def _now(self) -> int:
        return int(self._clock().timestamp())
