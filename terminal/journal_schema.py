"""The journal's tables, how an older file becomes a present one, and what SQLite's errors mean to an operator.

Decides the shape of the file. What is written into it and when is the journal's; whether it is still the file that
was left here, the mark's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

APPLICATION_ID = 0x464C484A
SCHEMA_VERSION = 1

# `state` is one row that every transaction writes, so `commits` counts them all and rides on a page written anyway.
# `event_by_cursor` finds what is unsent (NULL) and what the confirmed records do not hold yet, in order of serial.
SCHEMA: Sequence[str] = (
    """CREATE TABLE state (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1), commits INTEGER NOT NULL, generation INTEGER NOT NULL,
        identity INTEGER NOT NULL, serial INTEGER NOT NULL, number INTEGER NOT NULL,
        cursor INTEGER NOT NULL, epoch TEXT NOT NULL, terminal TEXT NOT NULL, memo BLOB NOT NULL)""",
    """CREATE TABLE identity (
        ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, made_at INTEGER NOT NULL, reason TEXT NOT NULL)""",
    """CREATE TABLE event (
        serial INTEGER PRIMARY KEY, identity INTEGER NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL,
        cursor INTEGER, settled_at INTEGER)""",
    "CREATE INDEX event_by_cursor ON event (cursor)",
    """CREATE TABLE record (
        kind TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, cursor INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (kind, id)) WITHOUT ROWID""",
    """CREATE TABLE block (
        ordinal INTEGER PRIMARY KEY, owner TEXT NOT NULL, prefix TEXT NOT NULL, extension INTEGER NOT NULL,
        first INTEGER NOT NULL, last INTEGER NOT NULL, next INTEGER NOT NULL)""",
    """CREATE TABLE job (
        ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, reason TEXT NOT NULL,
        place TEXT NOT NULL, attempts INTEGER NOT NULL, sent TEXT NOT NULL, ticket TEXT NOT NULL,
        marked_at INTEGER NOT NULL, body BLOB NOT NULL)""",
)

# The statements that lead from version n to n + 1. A step once released is never changed, only followed.
STEPS: Mapping[int, Sequence[str]] = {}


class JournalError(Exception):
    """The journal cannot do what was asked; the text says what, where, and what to do, in one sentence."""


class Damaged(sqlite3.DatabaseError):
    """The file can be opened, but its pages contradict each other."""


def connect(path: Path, stamp: str) -> sqlite3.Connection:
    """The journal at `path`, made where there is none and brought to the present version after a copy.

    JournalError for a file of another program or of a later version; sqlite3.DatabaseError for a damaged one.
    """
    if (path.is_symlink() and not path.exists()) or (path.exists() and not path.is_file()):
        raise JournalError(
            f"{path} is a folder, a pipe or a link that leads nowhere: move it away, or name another journal in the "
            "config."
        )
    db = sqlite3.connect(path, isolation_level=None, timeout=2.0)
    try:
        _check_kind(db, path)
        mode = db.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            raise JournalError(
                f"The disk of {path} cannot hold a journal: put it on a local disk, not a network share."
            )
        db.execute("PRAGMA synchronous=FULL")
        _bring_up(db, path, stamp)
    except BaseException:
        db.close()
        raise
    return db


def _check_kind(db: sqlite3.Connection, path: Path) -> None:
    kind, version = _pragma(db, "application_id"), _pragma(db, "user_version")
    if is_blank(db):
        return
    if kind != APPLICATION_ID or version < 0:
        raise JournalError(
            f"{path} is a database of another program: move it away, or name another journal in the config."
        )
    if version > SCHEMA_VERSION:
        raise JournalError(
            f"The journal {path} was written by a later version (its tables are version {version}, this program knows "
            f"up to {SCHEMA_VERSION}): start the later version, or update this one."
        )


def _bring_up(db: sqlite3.Connection, path: Path, stamp: str) -> None:
    if is_blank(db):
        _in_one_step(db, [*SCHEMA, f"PRAGMA application_id = {APPLICATION_ID}"])
        return
    version = _pragma(db, "user_version")
    if version < SCHEMA_VERSION:
        with closing(sqlite3.connect(path.with_name(f"{path.name}.version-{version}-{stamp}"))) as copy:
            db.backup(copy)
        _in_one_step(db, [each for step in range(version, SCHEMA_VERSION) for each in STEPS[step]])


def _in_one_step(db: sqlite3.Connection, statements: Sequence[str]) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


def is_blank(db: sqlite3.Connection) -> bool:
    """Whether the file holds no table yet."""
    return not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])


class Files:
    """The journal's file and its log as they lie there: one that was taken away still takes what is written, and for
    nobody. (SQLite notices only without a log.)
    """

    def __init__(self, path: Path) -> None:
        self._path, self._places = path, (path, path.with_name(f"{path.name}-wal"))
        self._inodes = self._seen()

    def check(self) -> None:
        """JournalError where one of them is not there any more, or another lies in its place."""
        if self._seen() != self._inodes:
            raise JournalError(
                f"Not saved in {self._path}: somebody took away that file or its log. Put it back where it was; if it "
                "is gone, start the program again."
            )

    def _seen(self) -> tuple[int, ...]:
        try:
            return tuple(place.stat().st_ino for place in self._places)
        except OSError:
            return ()


def check(db: sqlite3.Connection, *, is_thorough: bool) -> None:
    """Raises Damaged where pages (and, thoroughly, rows and indexes) contradict each other."""
    how = "integrity_check" if is_thorough else "quick_check"
    found = db.execute(f"PRAGMA {how}(1)").fetchone()[0]
    if found != "ok":
        raise Damaged(found)


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turns what SQLite raises in the block into a JournalError with a sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise JournalError(sentence(error, path)) from error


@contextmanager
def transaction(db: sqlite3.Connection, path: Path) -> Iterator[None]:
    """One transaction, on disk when the block ends; where it cannot be, nothing changed and a JournalError says why."""
    with guarded(path):
        try:
            db.execute("BEGIN IMMEDIATE")
            yield
            db.execute("COMMIT")
        except BaseException:
            _roll_back(db)
            raise


def _roll_back(db: sqlite3.Connection) -> None:
    with suppress(sqlite3.Error):  # SQLite may have rolled back already
        db.execute("ROLLBACK")


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite found the file itself broken, rather than the disk full or the program wrong."""
    if isinstance(error, Damaged):
        return True
    return isinstance(error, sqlite3.Error) and _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def sentence(error: Exception, path: Path) -> str:
    """What a failure of SQLite or of the disk means to the person who holds the scanner."""
    match _code(error):
        case sqlite3.SQLITE_FULL:
            what = "the disk is full. Free some space there, then scan again"
        case sqlite3.SQLITE_READONLY:
            what = "the disk is read-only. Make it writable, then scan again"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            what = "the journal is damaged. Start the program again: it keeps what can be read"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            what = "another program holds the journal. Close it, then scan again"
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
            what = "the disk does not take it (full, or failing). Free some space or have it looked at, then scan again"
        case _:
            what = f"{error}. Tell a supervisor"
    return f"Not saved in {path}: {what}."


def _code(error: Exception) -> int:
    # The low byte is the primary code; the rest only tells which system call it was.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
