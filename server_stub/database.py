"""One database: how it is opened, locked and spoken to. The only place that knows which database it is.

Decides pragmas, the write lock and how a Core statement becomes text for the driver's own cursor: the hot statements
are compiled once and run there, which costs about half of what Core costs per execution.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Executable, Table, bindparam, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

Cursor = Any
"""A DBAPI 2.0 cursor (PEP 249); drivers share no class."""

# Failures of the database itself (disk full, locked, damaged), whichever way a statement went down.
FAILURES: tuple[type[Exception], ...] = (DBAPIError, sqlite3.Error)

_BUSY_MILLISECONDS = 10_000


class Prepared:
    """A Core statement as the driver's text, with the names of its values."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.text = str(compiled)
        self._names: Sequence[str] | None = compiled.positiontup
        self._fixed: dict[str, Any] = {name: value for name, value in compiled.params.items() if value is not None}

    def run(self, cursor: Cursor, **values: Any) -> Cursor:
        """Executes it; every bind parameter is named in `values` unless the statement itself fixed it."""
        return cursor.execute(self.text, self._bound(values))

    def many(self, cursor: Cursor, rows: Iterable[Mapping[str, Any]]) -> None:
        """Executes it once for each of `rows`."""
        cursor.executemany(self.text, [self._bound(row) for row in rows])

    def _bound(self, values: Mapping[str, Any]) -> Any:
        known = {**self._fixed, **values} if self._fixed else values
        return known if self._names is None else [known[name] for name in self._names]


class Database:
    """The embedded database in one file, written by one connection and read by others meanwhile (WAL)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._prepared: dict[Executable, Prepared] = {}
        self._upserts: dict[Table, Prepared] = {}
        self.engine: Engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
        event.listen(self.engine, "connect", _prepare_connection)
        event.listen(self.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))

    @property
    def dialect(self) -> Dialect:
        """What statements are compiled for."""
        return self.engine.dialect

    def prepared(self, statement: Executable) -> Prepared:
        """`statement` (one that lives as long as its module), compiled once for this database."""
        known = self._prepared.get(statement)
        if known is None:
            known = self._prepared[statement] = Prepared(statement, self.dialect)
        return known

    def upsert(self, table: Table) -> Prepared:
        """Inserts a whole row of `table`, or replaces the one with its key; compiled once for this database."""
        known = self._upserts.get(table)
        if known is None:
            known = self._upserts[table] = Prepared(self._upsert(table), self.dialect)
        return known

    def _upsert(self, table: Table) -> Executable:
        statement = insert(table).values({column.name: bindparam(column.name) for column in table.columns})
        rest = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
        keys = list(table.primary_key.columns)
        if rest:
            return statement.on_conflict_do_update(index_elements=keys, set_=rest)
        return statement.on_conflict_do_nothing(index_elements=keys)

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection for Core statements that nobody else shares; commit is the caller's."""
        with self.engine.connect() as connection:
            yield connection

    def driver(self) -> Cursor:
        """A cursor on a connection of its own, outside any transaction; close it with `release`."""
        pooled = self.engine.raw_connection()
        connection = pooled.dbapi_connection
        pooled.detach()
        assert connection is not None
        return connection.cursor()

    @staticmethod
    def begin(cursor: Cursor) -> None:
        """Starts the transaction of the one writer, holding the write lock from its first statement."""
        cursor.execute("BEGIN IMMEDIATE")

    @staticmethod
    def commit(cursor: Cursor) -> None:
        """Makes the transaction durable: the log is flushed to disk before this returns."""
        cursor.execute("COMMIT")

    @staticmethod
    def roll_back(cursor: Cursor) -> None:
        """Undoes the transaction, if one is open."""
        if cursor.connection.in_transaction:
            cursor.execute("ROLLBACK")

    @staticmethod
    def release(cursor: Cursor) -> None:
        """Closes the connection behind `cursor`."""
        cursor.connection.close()

    def copy_to(self, target: Path) -> None:
        """A consistent copy in one file, taken while others write."""
        copy_file(self.path, target)

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
