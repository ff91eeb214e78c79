"""The embedded database: one file, written by one process.

Decides pragmas and the write lock. It is flushed to disk at every commit, and read by others meanwhile (WAL).
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.pool import NullPool

from orders.wire import MAX_BODY_BYTES
from server_stub.database import Cursor, Database, Mark
from server_stub.log_folding import LogFolding

_BUSY_MILLISECONDS = 10_000


class Embedded(Database):
    """SQLite in one file."""

    def __init__(self, path: Path) -> None:
        super().__init__(create_engine(f"sqlite:///{path}", poolclass=NullPool), str(path))
        self.path = path
        self._folding: LogFolding | None = None
        self._writing: Cursor | None = None
        event.listen(self.engine, "connect", _prepare_connection)
        event.listen(self.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))

    def _insert(self, table: Table) -> Any:
        return insert(table)

    def driver(self) -> Cursor:
        """A cursor on a connection of its own, outside any transaction; close it with `release`."""
        pooled = self.engine.raw_connection()
        connection = pooled.dbapi_connection
        pooled.detach()
        assert connection is not None
        return connection.cursor()

    def writing(self) -> Cursor:
        """The cursor of a writer that goes on for as long as the store is open; close it with `release`."""
        cursor = self.driver()
        self._folding = LogFolding(self.path, cursor)
        self._writing = cursor
        return cursor

    def release(self, cursor: Cursor) -> None:
        """Closes the connection behind `cursor`."""
        if self._folding is not None and cursor is self._writing:
            self._folding.close()
            self._folding = None
        super().release(cursor)

    def begin(self, cursor: Cursor) -> Mark:
        """Starts the transaction of the one writer, holding the write lock from its first statement."""
        if self._folding is not None:
            self._folding.begins(cursor)
        cursor.execute("BEGIN IMMEDIATE")
        # Another one as soon as any other connection has written.
        (version,) = cursor.execute("PRAGMA data_version").fetchone()
        return Mark(version, version)

    def commit(self, cursor: Cursor, *, has_news: bool = True) -> None:
        """Makes the transaction durable: the log is flushed to disk before this returns."""
        cursor.execute("COMMIT")
        if self._folding is not None:
            self._folding.committed(cursor)

    def roll_back(self, cursor: Cursor) -> None:
        """Undoes the transaction, if one is open."""
        if cursor.connection.in_transaction:
            cursor.execute("ROLLBACK")

    def lacking_room(self) -> str:
        """What its disk lacks for one request more: a log that is used again may take one where the disk does not."""
        free = shutil.disk_usage(self.path.parent).free
        is_enough = free >= MAX_BODY_BYTES
        return "" if is_enough else f"a disk with {free // 1024} KiB free, of {MAX_BODY_BYTES // 1024} KiB at least"

    def fold_log(self) -> None:
        """Brings the write-ahead log into the file and empties it, so that the file alone is the database."""
        with sqlite3.connect(self.path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()


def copy_file(source: Path, target: Path) -> None:
    """Copies a database file, committed log included, through the database's own backup."""
    reading, writing = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        reading.backup(writing)
    finally:
        reading.close()
        writing.close()


def is_sound(path: Path) -> bool:
    """Whether `path` is a database whose pages are all in order."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        return False


def _prepare_connection(connection: Any, _record: object) -> None:
    # Transactions are begun by hand: the driver's own would start without the write lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
    cursor.close()
