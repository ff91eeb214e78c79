"""One database, whichever it is: prepared statements, the one writer's transaction, and lines for reading.

Decides how a Core statement becomes text for the driver's own cursor: the hot statements are compiled once and run
there, which costs about half of what Core costs per execution. What differs stands in embedded and postgresql.
"""

from __future__ import annotations

import sqlite3
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import chain, repeat
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Dialect, Engine, Executable, Select, Table, bindparam
from sqlalchemy.exc import DBAPIError

from server_stub.place import PlaceError
from server_stub.problems import no_database

Cursor = Any
"""A DBAPI 2.0 cursor (PEP 249); drivers share no class."""

# How many names one statement of a lookup has places for: one, an order's lines, a transaction's orders.
_PLACES = (1, 10, 100)
_NAMES = [f"name_{place}" for place in range(_PLACES[-1])]


def failures() -> tuple[type[Exception], ...]:
    """Failures of the database itself (disk full, locked, damaged, away), whichever way a statement went down."""
    # The driver of PostgreSQL is there only where somebody asked for it.
    driver = sys.modules.get("psycopg")
    return (DBAPIError, sqlite3.Error, driver.Error) if driver else (DBAPIError, sqlite3.Error)


def told(error: BaseException) -> str:
    """What the database itself said, in one line."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0].strip() if said else type(error).__name__


class Prepared:
    """A Core statement as the driver's text, with the names of its values."""

    def __init__(self, statement: Executable, dialect: Dialect, clean: Callable[[Any], Any] | None = None) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.text = str(compiled)
        self._names: Sequence[str] | None = compiled.positiontup
        self._fixed: dict[str, Any] = {name: value for name, value in compiled.params.items() if value is not None}
        self._clean = clean

    def run(self, cursor: Cursor, **values: Any) -> Cursor:
        """Executes it; every bind parameter is named in `values` unless the statement itself fixed it."""
        return cursor.execute(self.text, self._bound(values))

    def many(self, cursor: Cursor, rows: Iterable[Mapping[str, Any]]) -> None:
        """Executes it once for each of `rows`."""
        cursor.executemany(self.text, [self._bound(row) for row in rows])

    def _bound(self, values: Mapping[str, Any]) -> Any:
        known = {**self._fixed, **values} if self._fixed else values
        if self._clean is not None:
            clean = self._clean
            return {name: clean(value) for name, value in known.items()}
        return known if self._names is None else [known[name] for name in self._names]


class Lookup:
    """A query for the rows that have one of some names in a column: a hundred names are one statement and one trip."""

    def __init__(self, query: Select[Any], column: ColumnElement[str], database: Database) -> None:
        self._queries = {
            places: database.prepared(query.where(column.in_([bindparam(name) for name in _NAMES[:places]])))
            for places in _PLACES
        }

    def rows(self, cursor: Cursor, names: Sequence[str], **values: Any) -> Iterator[Any]:
        """The rows found for all `names`, in no order; every other bind parameter is named in `values`."""
        for first in range(0, len(names), _PLACES[-1]):
            asked = names[first : first + _PLACES[-1]]
            places = next(each for each in _PLACES if each >= len(asked))
            # Places that are left over hold the last name once more, which finds nothing twice.
            values.update(zip(_NAMES, chain(asked, repeat(asked[-1], places - len(asked))), strict=False))
            yield from self._queries[places].run(cursor, **values).fetchall()


class Mark(NamedTuple):
    """Where one transaction of a connection stands among all: what one wrote still holds in a later one of the same
    connection, if that one's `before` is its `after`; for then nobody else has written in between."""

    before: int
    after: int


class Database(ABC):
    """What every database of a store can do. Made by `open_at`."""

    is_shared = False
    """Whether other processes write it too."""
    _clean: Callable[[Any], Any] | None = None

    SNAPSHOT = "BEGIN"
    """Begins a transaction for reading alone, whose statements all see the same commits."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine, self.name = engine, name
        self._prepared: dict[Executable, Prepared] = {}
        self._upserts: dict[Table, Prepared] = {}
        self._lookups: dict[Select[Any], Lookup] = {}

    @property
    def dialect(self) -> Dialect:
        """What statements are compiled for."""
        return self.engine.dialect

    def prepared(self, statement: Executable) -> Prepared:
        """`statement` (one that lives as long as its module), compiled once for this database."""
        known = self._prepared.get(statement)
        if known is None:
            known = self._prepared[statement] = Prepared(statement, self.dialect, self._clean)
        return known

    def lookup(self, query: Select[Any], column: ColumnElement[str]) -> Lookup:
        """`query` (one that lives as long as its module) for many names in `column`; compiled once, as above."""
        known = self._lookups.get(query)
        if known is None:
            known = self._lookups[query] = Lookup(query, column, self)
        return known

    def as_kept(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Each of `values` as it is read again once it was written."""
        return values

    def upsert(self, table: Table) -> Prepared:
        """Inserts a whole row of `table`, or replaces the one with its key; compiled once for this database."""
        known = self._upserts.get(table)
        if known is None:
            known = self._upserts[table] = self._prepared_upsert(table)
        return known

    def _prepared_upsert(self, table: Table) -> Prepared:
        row = self._insert(table).values({column.name: bindparam(column.name) for column in table.columns})
        return Prepared(replacing(row, table), self.dialect, self._clean)

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection for Core statements that nobody else shares; commit is the caller's."""
        with self.engine.connect() as connection:
            yield connection

    def release(self, cursor: Cursor) -> None:
        """Closes the connection behind `cursor`."""
        cursor.connection.close()

    @abstractmethod
    def _insert(self, table: Table) -> Any: ...

    @abstractmethod
    def driver(self) -> Cursor:
        """A cursor on a connection of its own, outside any transaction; close it with `release`."""

    def writing(self) -> Cursor:
        """The cursor of a writer that goes on for as long as the store is open; close it with `release`."""
        return self.driver()

    @abstractmethod
    def begin(self, cursor: Cursor) -> Mark:
        """Starts the transaction of the one writer: nobody else writes until it ends, and it sees all that was."""

    @abstractmethod
    def commit(self, cursor: Cursor, *, has_news: bool = True) -> None:
        """Makes the transaction durable before it returns, and calls whoever follows the log if it `has_news`."""

    @abstractmethod
    def roll_back(self, cursor: Cursor) -> None:
        """Undoes the transaction, if one is open."""

    def together(self, cursor: Cursor) -> AbstractContextManager[object]:
        """What is executed within, and asked for no rows before its end, may travel in one trip."""
        return nullcontext()

    def lacking_room(self) -> str:
        """What its disk lacks for one request more; empty where nothing is known to be lacking."""
        return ""

    def note_presence(self, cursor: Cursor) -> bool:
        """Says, for as long as that connection lives, that a store is open; False while somebody wants to be alone."""
        return True

    def is_lost(self, cursor: Cursor) -> bool:
        """Whether the connection behind `cursor` is gone for good."""
        return False

    def is_passing(self, error: BaseException) -> bool:
        """Whether the same transaction, done whole once more, may well succeed."""
        return False


def replacing(statement: Any, table: Table) -> Executable:
    """An insert into `table` that replaces the row with the same key."""
    rest = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    keys = list(table.primary_key.columns)
    if rest:
        return statement.on_conflict_do_update(index_elements=keys, set_=rest)  # type: ignore[no-any-return]
    return statement.on_conflict_do_nothing(index_elements=keys)  # type: ignore[no-any-return]


class Line:
    """One connection for reading, used from the event loop's thread.

    Where the database goes away, every question is refused (503) until `mend` has found it again: the event loop never
    waits for a connection. `check` raises where this program may not read the database; each connection asks it.
    """

    def __init__(self, database: Database, check: Callable[[Database], None]) -> None:
        self._database, self._check = database, check
        self._cursor: Cursor | None = None
        self.mend()

    @property
    def is_lost(self) -> bool:
        """Whether there is no connection now."""
        return self._cursor is None

    def run(self, statement: Executable, **values: Any) -> Cursor:
        """Executes a module's statement on the one cursor of this line."""
        return self._run(self._cursor, statement, values)

    @contextmanager
    def rows(self, statement: Executable, **values: Any) -> Iterator[Iterable[Any]]:
        """The rows of a statement on a cursor of their own, which need not be read to their end."""
        cursor = self._cursor.connection.cursor() if self._cursor is not None else None
        try:
            yield self._run(cursor, statement, values)
        finally:
            if cursor is not None:
                cursor.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Whatever is asked within sees the same commits."""
        self._say(self._database.SNAPSHOT)
        try:
            yield
        finally:
            if self._cursor is not None:
                self._say("COMMIT")

    def mend(self) -> None:
        """Connects where there is no connection; may take seconds. Raises one of `failures()`, or what `check` does."""
        if self._cursor is not None:
            return
        cursor = self._database.driver()
        try:
            if not self._database.note_presence(cursor):
                raise PlaceError(f"{self._database.name} is being restored or migrated: wait until that is done")
            self._check(self._database)
        except BaseException:
            self._database.release(cursor)
            raise
        self._cursor = cursor

    def close(self) -> None:
        """Ends the connection."""
        cursor, self._cursor = self._cursor, None
        if cursor is not None:
            self._database.release(cursor)

    def _run(self, cursor: Cursor | None, statement: Executable, values: Mapping[str, Any]) -> Cursor:
        return self._asked(cursor, lambda known: self._database.prepared(statement).run(known, **values))

    def _say(self, words: str) -> None:
        self._asked(self._cursor, lambda known: known.execute(words))

    def _asked(self, cursor: Cursor | None, question: Callable[[Cursor], Cursor]) -> Cursor:
        if cursor is None:
            raise no_database("no connection to it")
        try:
            return question(cursor)
        except failures() as error:
            if not self._database.is_lost(cursor):
                raise
            self._cursor = None
            raise no_database(told(error)) from error


def open_at(where: Path | str) -> Database:
    """The embedded database in a file, or the one at a `postgresql://` address; PlaceError where it cannot be."""
    if isinstance(where, Path):
        from server_stub.embedded import Embedded

        return Embedded(where)
    from server_stub.postgresql import Postgres

    return Postgres(where)
