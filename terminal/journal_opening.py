"""How a journal file is opened: made, migrated, doubted, salvaged, and taken over under an identity.

Decides whether the file may go on under the identity that it has. What it is used for afterwards is the journal's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from terminal import journal_identity as identity
from terminal.journal_entries import State
from terminal.journal_mark import Doubt, Marks
from terminal.journal_schema import Damaged, JournalError, check, connect, is_damage, transaction


class Opened(Struct, frozen=True):
    """A file that is ours: its connection, its state, and what has to be shown about it (mostly nothing)."""

    db: sqlite3.Connection
    state: State
    notice: str


def open_file(path: Path, marks: Marks, clock: Callable[[], datetime], *, is_damaged: bool = False) -> Opened:
    """Opens or makes the journal at `path`; `is_damaged` salvages it even where it opens without complaint.

    JournalError for a file that is not ours to open, sqlite3.Error and OSError where the disk fails.
    """
    now = clock()
    stamp = f"{now:%Y%m%dT%H%M%SZ}"
    salvaged = path.with_name(f"{path.name}.salvaged")
    if not path.exists() and salvaged.exists():
        salvaged.rename(path)  # an earlier start ended when only that was left to do
    try:
        if is_damaged:
            raise Damaged("pages cannot be read")
        return _open(path, marks, now, stamp)
    except (sqlite3.DatabaseError, JournalError) as error:
        if not is_damage(error) and not is_damage(error.__cause__):
            raise
    from terminal.salvage import salvage  # only a damaged journal needs it

    aside = salvage(path, salvaged, stamp)
    return _open(path, marks, now, stamp, aside)


def read_state(db: sqlite3.Connection) -> State:
    """The state as it stands in the file."""
    return State(
        *db.execute(
            "SELECT commits, generation, identity, serial, number, cursor, epoch, terminal, identity.id, "
            "(SELECT count(*) FROM event WHERE cursor IS NULL) "
            "FROM state JOIN identity ON identity.ordinal = state.identity"
        ).fetchone()
    )


def _open(path: Path, marks: Marks, now: datetime, stamp: str, aside: Path | None = None) -> Opened:
    """Opens a file as it lies there; `aside` is where the damaged one went that it was salvaged from."""
    is_new = not path.exists() or not path.stat().st_size
    db = connect(path, stamp)
    try:
        doubt = _doubt(db, marks, is_new=is_new, is_salvaged=aside is not None)
        if doubt is not None or marks.last is None or not marks.last.is_closed or marks.last.is_suspect:
            # A log that lost its end can leave rows and indexes at odds, which only the thorough check sees.
            check(db, is_thorough=doubt is not None or (marks.last is not None and marks.last.is_suspect))
        had_events = bool(db.execute("SELECT EXISTS (SELECT 1 FROM event)").fetchone()[0])
        _take_over(db, path, marks, doubt, int(now.timestamp()))
        state = read_state(db)
    except BaseException:
        db.close()
        raise
    if doubt is None or (doubt is Doubt.COPIED and not had_events):
        return Opened(db, state, "")
    return Opened(db, state, identity.notice(doubt, state.waiting, aside))


def _doubt(db: sqlite3.Connection, marks: Marks, *, is_new: bool, is_salvaged: bool) -> Doubt | None:
    if is_salvaged:
        return Doubt.DAMAGED
    if not is_new:
        return marks.doubt(identity.found(db))
    was_used = any(mark is not None and mark.serial for mark in (marks.last, marks.elsewhere))
    return Doubt.WIPED if was_used else None


def _take_over(db: sqlite3.Connection, path: Path, marks: Marks, doubt: Doubt | None, now: int) -> None:
    """Gives the file its identity and counts this opening, beyond whatever the mark has seen."""
    found, before = identity.found(db), marks.last
    with transaction(db, path):
        if not db.execute("SELECT count(*) FROM state").fetchone()[0]:
            identity.first(db, now)
        elif doubt is not None:
            identity.renew(db, doubt, now)
            identity.adopt(db)
        generation = 1 + max(found.generation, before.generation if before else 0)
        commits = 1 + max(found.commits, before.commits if before else 0)
        db.execute("UPDATE state SET generation = ?, commits = ?", (generation, commits))
