"""Under which random id a journal numbers its events, and what happens to unsent ones when it takes another.

Decides identities inside a transaction of the journal's. The store counts each identity's events exactly once, so an
identity that somebody else may also be writing must never get a new event, and what it has unsent has to be offered
to the store under its old number first: only the store can tell whether it is known.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex

import msgspec
from msgspec.structs import replace

from orders.envelope import open_envelope
from terminal.journal_mark import Doubt, Found


class Revived(msgspec.Struct, frozen=True):
    """An event that the store had acknowledged at `cursor` and holds no longer."""

    key: int
    body: bytes
    cursor: int


class Aligned(msgspec.Struct, frozen=True):
    """What bringing an identity in line with the store changed."""

    revived: tuple[Revived, ...] = ()
    moved: int = 0
    is_renewed: bool = False

    def __bool__(self) -> bool:
        return bool(self.revived or self.moved or self.is_renewed)


def found(db: sqlite3.Connection) -> Found:
    """What the file says of itself."""
    ids = [id for (id,) in db.execute("SELECT id FROM identity ORDER BY ordinal")]
    state = db.execute("SELECT generation, commits FROM state").fetchone()
    return Found(ids, *(state or (0, 0)))


def before(db: sqlite3.Connection, present: int, *, is_owing: bool = False) -> list[tuple[str, int]]:
    """The other identities that have events here (with `is_owing` unsent ones), oldest first, with the last number."""
    condition = " AND event.cursor IS NULL" if is_owing else ""
    return db.execute(
        "SELECT identity.id, max(event.number) FROM event JOIN identity ON identity.ordinal = event.identity "
        f"WHERE event.identity <> ?{condition} GROUP BY identity.ordinal ORDER BY identity.ordinal",
        (present,),
    ).fetchall()


def first(db: sqlite3.Connection, now: int) -> None:
    """Inside a transaction: a new file's identity."""
    ordinal = _insert(db, "new", now)
    db.execute("INSERT INTO state VALUES (1, 0, 0, ?, 0, 0, 0, '', '', x'')", (ordinal,))


def renew(db: sqlite3.Connection, reason: Doubt, now: int) -> None:
    """Inside a transaction: a new identity. SSCCs of the old one may be used elsewhere, and so may its print jobs."""
    db.execute("UPDATE state SET identity = ?, number = 0", (_insert(db, reason.value, now),))
    db.execute("UPDATE block SET next = last + 1")
    db.execute(
        "UPDATE job SET state = 'held', sent = 'unsure', reason = ?, marked_at = ? "
        "WHERE state IN ('waiting', 'sending')",
        ("this journal is not the one that asked for it: print it again only if no label is there", now),
    )


def align(db: sqlite3.Connection, journal: str, expected: int, now: int) -> Aligned:
    """Inside a transaction: makes what the identity `journal` has unsent a run of numbers from `expected` on."""
    (ordinal,) = db.execute("SELECT ordinal FROM identity WHERE id = ?", (journal,)).fetchone()
    present, last = db.execute("SELECT identity, number FROM state").fetchone()
    if ordinal == present and expected == last + 1:
        return Aligned()  # the way it nearly always is, without a look at every event
    rows = db.execute(
        "SELECT serial, number, body, cursor FROM event WHERE identity = ? AND number >= ? ORDER BY number",
        (ordinal, expected),
    ).fetchall()
    revived = tuple(Revived(serial, body, cursor) for serial, _, body, cursor in rows if cursor is not None)
    db.executemany(
        "UPDATE event SET cursor = NULL, settled_at = NULL WHERE serial = ?", [(each.key,) for each in revived]
    )
    stranded = [serial for place, (serial, number, _, _) in enumerate(rows) if number != expected + place]
    is_renewed = ordinal == present and bool(stranded or expected + len(rows) != last + 1)
    if is_renewed:
        # A number beyond our last that the store holds already was written by another copy of this file.
        renew(db, Doubt.OLDER if expected > last + 1 else Doubt.DAMAGED, now)
    _renumber(db, stranded)
    return Aligned(revived, len(stranded), is_renewed)


def move(db: sqlite3.Connection, serials: Sequence[int], now: int) -> None:
    """Inside a transaction: these events leave their identity, under whose numbers the store holds others."""
    (present,) = db.execute("SELECT identity FROM state").fetchone()
    homes = {
        home for serial in serials for (home,) in db.execute("SELECT identity FROM event WHERE serial = ?", (serial,))
    }
    if present in homes:
        renew(db, Doubt.CLAIMED, now)
    _renumber(db, serials)


def adopt(db: sqlite3.Connection) -> None:
    """Inside a transaction: events whose identity could not be read get numbers of the present one."""
    orphans = db.execute("SELECT serial FROM event WHERE identity NOT IN (SELECT ordinal FROM identity)").fetchall()
    _renumber(db, [serial for (serial,) in orphans])


def _renumber(db: sqlite3.Connection, serials: Sequence[int]) -> None:
    ordinal, last = db.execute("SELECT identity, number FROM state").fetchone()
    for number, serial in enumerate(sorted(serials), last + 1):
        (body,) = db.execute("SELECT body FROM event WHERE serial = ?", (serial,)).fetchone()
        again = msgspec.json.encode(replace(open_envelope(body), number=number))
        db.execute(
            "UPDATE event SET identity = ?, number = ?, body = ?, cursor = NULL, settled_at = NULL WHERE serial = ?",
            (ordinal, number, again, serial),
        )
    db.execute("UPDATE state SET number = ?", (last + len(serials),))


def _insert(db: sqlite3.Connection, reason: str, now: int) -> int:
    made = db.execute("INSERT INTO identity (id, made_at, reason) VALUES (?, ?, ?)", (token_hex(16), now, reason))
    assert made.lastrowid is not None
    return made.lastrowid


def notice(doubt: Doubt, waiting: int, aside: Path | None) -> str:
    """What an operator has to know about a journal that took a new identity while it was opened."""
    kept = f" {waiting} unsent scan{'s' if waiting != 1 else ''} kept." if waiting else ""
    match doubt:
        case Doubt.COPIED:
            return f"This terminal's journal is a copy: scans made after the copy may be missing here.{kept} {_LOOK}"
        case Doubt.OLDER:
            return f"This terminal's journal is an older copy: later scans may be missing here.{kept} {_LOOK}"
        case Doubt.CUT:
            return f"This terminal stopped badly: the last scans may be missing.{kept} {_LOOK}"
        case Doubt.WIPED:
            return f"This terminal's journal was gone: scans that were not sent are lost. {_LOOK}"
        case Doubt.DAMAGED:
            return f"The journal was damaged: scans may be missing.{kept} {_LOOK} The damaged file is kept at {aside}."
        case Doubt.CLAIMED:
            return f"Another device sends under this terminal's number: tell a supervisor.{kept} {_LOOK}"


_LOOK = "Check what is in your hands against the screen, and scan again what is not there."
