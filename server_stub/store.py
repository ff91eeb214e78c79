"""One open store: its database, its writer, its readers, and who waits.

Decides how they hang together and in which order they open and close. It knows no HTTP and no command line.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from orders.records import Address, Site
from server_stub import admission, export, keyed, migration, schema
from server_stub.audit import Heads
from server_stub.books import Books
from server_stub.changes import ChangeReader, Wakers
from server_stub.database import Database
from server_stub.metrics import Metrics
from server_stub.people import Tokens
from server_stub.reading import Reader
from server_stub.rows import Forms
from server_stub.writer import Commit, Step, Writer

Answer = TypeVar("Answer")

_EPOCH = select(schema.meta.c.value).where(schema.meta.c.name == "epoch")
_CURSOR = select(schema.counter.c.value).where(schema.counter.c.name == "cursor")
_SITE = "MAIN"
_log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The store's clock."""
    return datetime.now(UTC)


def new_epoch() -> str:
    """A random name for the time between two restores."""
    return secrets.token_hex(8)


def found(path: Path, now: datetime) -> None:
    """Makes a new, empty database with its first epoch and a site that is still to be named."""
    database = Database(path)
    migration.migrate(database, now, backups=None)
    with database.connected() as connection:
        connection.execute(
            schema.meta.insert(), [{"name": "epoch", "value": new_epoch()}, {"name": "site", "value": _SITE}]
        )
        connection.execute(schema.counter.insert(), [{"name": "cursor", "value": 0}])
        connection.commit()
    cursor = database.driver()
    database.begin(cursor)
    books = Books(database, Forms(database), cursor, now)
    books.put(Site(id=_SITE, name="Warehouse", time_zone="UTC", sender=Address(id="sender", name="Warehouse")))
    books.flush()
    database.commit(cursor)
    database.release(cursor)


class Store:
    """An open store. Made by `open` within a running event loop, which it then belongs to."""

    def __init__(self, database: Database, clock: Callable[[], datetime], heads: Heads | None) -> None:
        self.clock = clock
        self._heads = heads
        self.metrics = Metrics()
        self.wakers = Wakers()
        self._reading = database.driver()
        self._database = database
        self.reader = Reader(database, self._reading)
        self.changes = ChangeReader(database, self._reading)
        self.tokens = Tokens(database, self._reading)
        (self.epoch,) = database.prepared(_EPOCH).run(self._reading).fetchone()
        (self.cursor,) = database.prepared(_CURSOR).run(self._reading).fetchone()
        self.writer = Writer(database, clock, self._committed, self._on_disk)

    @classmethod
    async def open(
        cls,
        path: Path,
        clock: Callable[[], datetime] = utc_now,
        backups: Path | None = None,
        audit_heads: Path | None = None,
    ) -> Store:
        """Opens the store in `path`: migrates it after a copy, and tries what was parked for a later version.

        `audit_heads` is the file outside of the database that notes how the audit trail ends.
        """
        database = Database(path)
        migration.migrate(database, clock(), backups)
        store = cls(database, clock, Heads(audit_heads) if audit_heads else None)
        await store.write(admission.fold_parked)
        await store.write(keyed.forget_old)
        return store

    async def write(self, step: Step[Answer], origin: str | None = None) -> Answer:
        """What `step` answered, once it is on disk."""
        return await self.writer.write(step, origin)

    async def close(self) -> None:
        """Answers every waiter, commits what waits, and closes the database."""
        self.wakers.close()
        await self.writer.close()
        self._database.release(self._reading)

    def fold_log(self) -> None:
        """Leaves a closed store's database as one file."""
        self._database.fold_log()

    def told_metrics(self) -> bytes:
        """The figures of this process, with what waits at this moment."""
        self.metrics.cursor.set(self.cursor)
        self.metrics.waiting.set(self.wakers.waiting)
        self.metrics.parked.set(self.reader.parked())
        self.metrics.outbox.set(self.reader.outbox())
        return self.metrics.told()

    def exported(self, table: str, form: export.Format, owner: str) -> Iterator[bytes]:
        """A table for others, a page of bytes after the other."""
        return export.pages(self._database, self._reading, table, form, owner)

    def _on_disk(self, commit: Commit) -> None:
        self.metrics.committed(commit.steps, commit.seconds)
        if commit.audit_head is not None and self._heads is not None:
            try:
                self._heads.append(commit.audit_head)
            except OSError as error:
                _log.error("the end of the audit trail cannot be noted in %s: %s", self._heads.path, error.strerror)

    def _committed(self, commit: Commit) -> None:
        self.cursor = commit.cursor
        self.wakers.publish(commit)
