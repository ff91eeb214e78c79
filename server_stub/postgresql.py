"""PostgreSQL: several processes write one store, one group at a time.

Decides the lock that makes order and visibility one thing, the call that wakes the other processes, and which errors
pass by themselves. Texts are kept by their code points (collation C), so that both databases sort alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Table, bindparam, create_engine, func, make_url, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from server_stub.database import Cursor, Database, Mark, Prepared, replacing
from server_stub.place import PlaceError

CHANNEL = "floorhand_log"
# Advisory locks are a database's own; any number that nobody else there uses will do (here: "FLHD" in ASCII).
_WRITING, _SERVING = 0x464C4844_0001, 0x464C4844_0002
_BEGIN = (
    f"BEGIN; SELECT pg_advisory_xact_lock({_WRITING}); "
    "SELECT pg_current_xact_id()::text, pg_snapshot_xmin(pg_current_snapshot())::text"
)
_NOTHING_HOLDS = -2
_WORTH_AN_ARRAY = 8

# Parameters of an address that are secrets.
_SECRETS = ("password", "sslpassword", "passfile")
# A process that hangs in its transaction holds every other one up: the database ends it.
_SETTINGS = {
    "timezone": "UTC",
    "synchronous_commit": "on",
    "idle_in_transaction_session_timeout": "30s",
    "lock_timeout": "20s",
}
_CONNECTING = {
    "connect_timeout": 5,
    "application_name": "floorhand store",
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
    "options": " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items()),
}


class _Upsert(Prepared):
    """Writes one row like any other statement, and many as one statement with an array a column.

    A statement a row costs some 60 us on both sides together, whatever is in it; a row of an array costs some 20.
    """

    def __init__(self, table: Table, one: Prepared, dialect: Dialect, clean: Callable[[Any], Any]) -> None:
        names = [column.name for column in table.columns]
        arrays = (bindparam(column.name, type_=ARRAY(column.type)) for column in table.columns)
        rows = func.unnest(*arrays).table_valued(*names).render_derived()
        inserted = insert(table).from_select(names, select(*(rows.c[name] for name in names)))
        super().__init__(replacing(inserted, table), dialect, clean)
        # In the driver's binary format: written as text, an array costs more than the statements it saves.
        self.text = re.sub(r"%\((\w+)\)s", r"%(\1)b", self.text)
        self._columns, self._one = names, one

    def run(self, cursor: Cursor, **values: Any) -> Cursor:
        """Writes one row."""
        return self._one.run(cursor, **values)

    def many(self, cursor: Cursor, rows: Iterable[Mapping[str, Any]]) -> None:
        """Writes every one of `rows`, whose keys all differ."""
        rows = list(rows)
        if len(rows) < _WORTH_AN_ARRAY:
            self._one.many(cursor, rows)
            return
        clean = self._clean or (lambda value: value)
        cursor.execute(self.text, {name: [clean(row[name]) for row in rows] for name in self._columns})


class Postgres(Database):
    """PostgreSQL at a `postgresql://` address, spoken to through psycopg 3."""

    is_shared = True

    SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    def __init__(self, address: str) -> None:
        url = _url(address)
        try:
            engine = create_engine(url, poolclass=NullPool, connect_args=_CONNECTING)
        except ModuleNotFoundError as error:
            raise PlaceError("PostgreSQL needs its driver: pip install 'floorhand[postgres]'") from error
        super().__init__(engine, _shown(url))
        self.backends: set[int] = set()
        """The database's own processes that serve us: what they call out is no news here."""

    def _insert(self, table: Table) -> Any:
        return insert(table)

    def _prepared_upsert(self, table: Table) -> Prepared:
        return _Upsert(table, super()._prepared_upsert(table), self.dialect, self._clean)

    @staticmethod
    def _clean(value: Any) -> Any:
        """PostgreSQL has no place for the sign NUL in a text; facts that hold one are kept as they came elsewhere."""
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if type(value) is str and "\0" in value else value

    def as_kept(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Each of `values` as it is read again once it was written."""
        return tuple(map(self._clean, values))

    def driver(self) -> Cursor:
        """A cursor on a connection of its own, outside any transaction; close it with `release`."""
        pooled = self.engine.raw_connection()
        connection: Any = pooled.dbapi_connection
        pooled.detach()
        connection.rollback()
        # Transactions are begun by hand, so that the lock is taken with their first statement.
        connection.autocommit = True
        self.backends.add(connection.info.backend_pid)
        return connection.cursor()

    def writing(self) -> Cursor:
        """The cursor of a writer that goes on for as long as the store is open; close it with `release`."""
        cursor = self.driver()
        # Whatever a writer asks has an index. A plan made while a table was small, or not yet analysed, would read all
        # of it, and be kept while the table grows.
        cursor.execute("SET enable_seqscan = off")
        return cursor

    def release(self, cursor: Cursor) -> None:
        """Closes the connection behind `cursor`."""
        if not self.is_lost(cursor):
            self.backends.discard(cursor.connection.info.backend_pid)
        super().release(cursor)

    def begin(self, cursor: Cursor) -> Mark:
        """Starts a writer's transaction; waits for that of every other process to end, and sees what it committed."""
        # Each later statement takes its snapshot behind the lock (read committed). One text, one trip.
        cursor.execute(_BEGIN)
        while cursor.nextset():
            pass
        number, oldest = map(int, cursor.fetchone())
        # Whoever wrote has taken a number. One that was taken before ours and is still under way may yet be committed.
        return Mark(number - 1, number if oldest >= number else _NOTHING_HOLDS)

    def commit(self, cursor: Cursor, *, has_news: bool = True) -> None:
        """Makes the transaction durable, then lets the next writer in, and calls whoever listens."""
        # The call carries nothing: the log is the truth.
        cursor.execute(f"NOTIFY {CHANNEL}; COMMIT" if has_news else "COMMIT")

    def together(self, cursor: Cursor) -> AbstractContextManager[object]:
        """A pipeline: the writes of a group cost one trip, not one for each table."""
        pipeline: AbstractContextManager[object] = cursor.connection.pipeline()
        return pipeline

    def roll_back(self, cursor: Cursor) -> None:
        """Undoes the transaction, if one is open."""
        if not self.is_lost(cursor) and cursor.connection.info.transaction_status.name != "IDLE":
            cursor.execute("ROLLBACK")

    def is_lost(self, cursor: Cursor) -> bool:
        """Whether the connection behind `cursor` is gone for good."""
        return bool(cursor.connection.closed)

    def is_passing(self, error: BaseException) -> bool:
        """Whether another transaction stood in the way, so that this one may be done whole once more."""
        return getattr(error, "sqlstate", None) in ("40001", "40P01")

    def note_presence(self, cursor: Cursor) -> bool:
        """Says, for as long as that connection lives, that a store is open; False while somebody wants to be alone."""
        return bool(cursor.execute(f"SELECT pg_try_advisory_lock_shared({_SERVING})").fetchone()[0])

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A transaction that nobody else's store is open beside; PlaceError where one is. Commit is the caller's."""
        with self.connected() as connection:
            if not connection.execute(text(f"SELECT pg_try_advisory_xact_lock({_SERVING})")).scalar():
                raise PlaceError(f"a store is open on {self.name}: stop every `floorhand store run` on it first")
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITING})"))
            yield connection


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        url = None
    # What stands before a second @ is the rest of a password, and would be looked up as a name.
    if url is None or url.drivername not in ("postgresql", "postgres") or "@" in (url.host or ""):
        # What came is not shown: it may hold a password.
        raise PlaceError(
            "expected the database's address as postgresql://USER@HOST:PORT/NAME, got something else: correct "
            "--database (@ : / within a password are written %40 %3A %2F), or leave it out for the embedded one"
        )
    return url.set(drivername="postgresql+psycopg")


def _shown(url: URL) -> str:
    """The address as people are told: without a password, wherever one stands in it."""
    plain = url.set(drivername="postgresql").difference_update_query(_SECRETS)
    return plain.render_as_string(hide_password=True)
