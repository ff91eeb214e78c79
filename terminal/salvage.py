"""What can be read out of a damaged journal, row by row, into a new one.

Decides what is carried over: every event that can be read, with the identity under which it was numbered, and the
records as far as they go. The damaged file is moved aside, never changed or removed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from orders.envelope import open_envelope
from terminal.journal_schema import connect, is_blank

_PROBED = 100_000

# Keys are read from both ends, because a broken page hides what follows it in either direction.
_TABLES = {
    "identity": ("ordinal", "id, made_at, reason"),
    "event": ("serial", "identity, number, body, cursor, settled_at"),
    "record": ("kind, id", "revision, cursor, body"),
    "block": ("ordinal", "owner, prefix, extension, first, last, next"),
    "job": ("ordinal", "id, state, reason, place, attempts, sent, ticket, marked_at, body"),
    "state": ("only_row", "commits, generation, identity, serial, number, cursor, epoch, terminal, memo"),
}


def salvage(path: Path, fresh: Path, stamp: str) -> Path:
    """Puts a new journal at `path` with what could be read of the damaged one, and gives the place of that one.

    It is made at `fresh`, and lies there until the damaged one has made room for it.
    """
    fresh.unlink(missing_ok=True)
    db = connect(fresh, stamp)
    damaged = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("BEGIN IMMEDIATE")
        if _has_tables(damaged):
            for table, (key, rest) in _TABLES.items():
                columns = f"{key}, {rest}"
                marks = ", ".join("?" * len(columns.split(", ")))
                for row in _rows(damaged, table, key, columns):
                    if table != "event" or _is_whole(row):
                        db.execute(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", row)
        _make_whole(db)
        db.execute("COMMIT")
    finally:
        damaged.close()
        db.close()
    aside = _move_aside(path, stamp)
    fresh.rename(path)
    return aside


def _has_tables(db: sqlite3.Connection) -> bool:
    try:
        return not is_blank(db)
    except sqlite3.DatabaseError:
        return False


def _is_whole(row: tuple[object, ...]) -> bool:
    """Whether an event's row holds the envelope that its number says."""
    number, body = row[2], row[3]
    try:
        return isinstance(body, bytes) and open_envelope(body).number == number
    except msgspec.DecodeError:
        return False


def _move_aside(path: Path, stamp: str) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    turn = 1
    while aside.exists():
        turn += 1
        aside = path.with_name(f"{path.name}.damaged-{stamp}-{turn}")
    for suffix in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside


def _rows(db: sqlite3.Connection, table: str, key: str, columns: str) -> Iterator[tuple[object, ...]]:
    """Every row that can be read, from the front, from the back, and between the two one by one."""
    hidden = "" if table == "record" else " NOT INDEXED"
    width = len(key.split(", "))
    ends: list[tuple[object, ...]] = []
    for order in ("ASC", "DESC"):
        by = ", ".join(f"{name} {order}" for name in key.split(", "))
        last: tuple[object, ...] = ()
        try:
            for row in db.execute(f"SELECT {columns} FROM {table}{hidden} ORDER BY {by}"):
                if ends and row[:width] <= ends[0]:
                    return
                last = row[:width]
                yield row
        except sqlite3.DatabaseError:
            ends.append(last)
        else:
            return
    if width > 1:
        return
    low = int(str(ends[0][0])) if ends[0] else 0
    high = int(str(ends[1][0])) if ends[1] else low + _PROBED
    for probe in range(low + 1, min(high, low + _PROBED)):
        with suppress(sqlite3.DatabaseError):
            yield from db.execute(f"SELECT {columns} FROM {table} WHERE {key} = ?", (probe,)).fetchall()


def _make_whole(db: sqlite3.Connection) -> None:
    """Gives what was read one state: events keep their order, the reading of the store's log begins anew."""
    orphans = "identity NOT IN (SELECT ordinal FROM identity)"
    db.execute(f"DELETE FROM event WHERE {orphans} AND cursor IS NOT NULL")
    db.execute(f"UPDATE event SET identity = 0 WHERE {orphans}")
    (serial,) = db.execute("SELECT coalesce(max(serial), 0) FROM event").fetchone()
    db.execute("INSERT OR IGNORE INTO state VALUES (1, 0, 0, 0, 0, 0, 0, '', '', x'')")
    db.execute("UPDATE state SET cursor = 0, serial = max(serial, ?)", (serial,))
    # What the store has acknowledged comes back with the records, from the start of its log.
    db.execute("UPDATE event SET cursor = 0 WHERE cursor IS NOT NULL")
