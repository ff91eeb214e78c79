"""One open store: its database, its writer, its readers, and who waits.

Decides how they hang together, in which order they open and close, and that what other processes commit is heard of
here. It knows no HTTP and no command line.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import bindparam, or_, select

from orders.records import Address, Site
from server_stub import admission, audit, departures, export, keyed, migration, people, schema
from server_stub.audit import Heads
from server_stub.authority import Caller
from server_stub.books import TOKENS, Books, News
from server_stub.changes import ChangeReader, Wakers
from server_stub.database import Database, Line, open_at
from server_stub.embedded import Embedded
from server_stub.long_requests import Runs
from server_stub.metrics import Metrics
from server_stub.people import Tokens
from server_stub.problems import cannot_write
from server_stub.reading import Reader
from server_stub.rows import AuditRow, Forms
from server_stub.writer import Commit, Step, Writer

if TYPE_CHECKING:
    from server_stub.following import Follower

Answer = TypeVar("Answer")

_EPOCH = select(schema.meta.c.value).where(schema.meta.c.name == "epoch")
_COUNTERS = select(schema.counter.c.name, schema.counter.c.value).where(
    or_(schema.counter.c.name == "cursor", schema.counter.c.name == TOKENS)
)
_CHANGED_KINDS = select(schema.record.c.kind).where(schema.record.c.cursor > bindparam("after")).distinct()
_SITE = "MAIN"
# Counts how often the store was asked whether it can write.
_PROOFS = "proofs"
_log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The store's clock."""
    return datetime.now(UTC)


def new_epoch() -> str:
    """A random name for the time between two restores."""
    return secrets.token_hex(8)


def found(path: Path, now: datetime) -> None:
    """Makes a new, empty embedded database with its first epoch and a site that is still to be named."""
    database = Embedded(path)
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
        self.runs = Runs(is_shared=database.is_shared)
        self.wakers = Wakers()
        self._database = database
        self._line = Line(database, migration.require_head)
        self.reader = Reader(self._line)
        self.changes = ChangeReader(self._line)
        self.tokens = Tokens(self._line)
        (self.epoch,) = self._line.run(_EPOCH).fetchone()
        counters = self._counters()
        self.cursor, self._tokens_read = counters["cursor"], counters.get(TOKENS, 0)
        self.writer = Writer(database, clock, self._committed, self._on_disk, migration.require_head)
        self._follower = _follower(database, self._line, self.look)
        self._proof: asyncio.Future[None] | None = None

    @classmethod
    async def open(
        cls,
        where: Path | str,
        clock: Callable[[], datetime] = utc_now,
        backups: Path | None = None,
        audit_heads: Path | None = None,
    ) -> Store:
        """Opens the store in the embedded database's file, or at an address; tries what was parked once more, and
        goes on with what follows from other times of departure where a stop broke that off.

        The embedded one is migrated after a copy; SchemaError where one elsewhere is not at this program's schema.
        `audit_heads` is the file outside of the database that notes how the audit trail ends.
        """
        database = open_at(where)
        if not database.is_shared:
            migration.migrate(database, clock(), backups)
        store = cls(database, clock, Heads(audit_heads) if audit_heads else None)
        if store._heads is not None:
            store._note_end(store._heads.begin, audit.last(database))
        await store.write(admission.fold_parked)
        await store.write(keyed.forget_old)
        await departures.go_on(store.write, store.runs)
        return store

    @property
    def answers(self) -> bool:
        """Whether the database is there to be read."""
        return not self._line.is_lost

    def caller(self, token: str) -> Caller | None:
        """Whose token it is, None where it is nobody's; one that another process gave just now is known here too."""
        known = self.tokens.caller(token)
        if known is None and self._follower is not None and self.answers:
            self.look()
            known = self.tokens.caller(token)
        return known

    def is_code(self, text: str) -> bool:
        """Whether that is a one-time code with which a device can enrol now."""
        return people.is_code(self._line, text, self.clock())

    async def write(self, step: Step[Answer], origin: str | None = None) -> Answer:
        """What `step` answered, once it is on disk."""
        return await self.writer.write(step, origin)

    async def prove_writable(self) -> None:
        """Puts a row on the disk; Refusal (503) where that cannot be. Who asks meanwhile waits for the same row."""
        if self._proof is None or self._proof.done():
            self._proof = asyncio.ensure_future(self.write(self._prove))
            # Where everybody has given up waiting, nobody else hears of it.
            self._proof.add_done_callback(lambda proof: proof.cancelled() or proof.exception())
        await asyncio.shield(self._proof)

    def _prove(self, books: Books) -> None:
        if lacking := self._database.lacking_room():
            raise cannot_write(lacking)
        books.number(_PROOFS)

    def reload_tokens(self) -> None:
        """Reads who may ask, and tells whoever waits with a token that is dead now."""
        self.tokens.reload()
        self.wakers.dismiss()

    async def close(self) -> None:
        """Answers every waiter, commits what waits, and closes the database."""
        self.wakers.close()
        if self._follower is not None:
            await self._follower.close()
        await self.writer.close()
        self._line.close()

    def look(self) -> int:
        """Reads how far the log goes, and wakes whom it concerns: other processes may write it too."""
        counters = self._counters()
        (epoch,) = self._line.run(_EPOCH).fetchone()
        is_restored = epoch != self.epoch
        if is_restored or counters.get(TOKENS, 0) != self._tokens_read:
            self._tokens_read = counters.get(TOKENS, 0)
            self.reload_tokens()
        # Our own group is told by the writer, who knows whose doing it was.
        is_ours = self.writer.telling_from == self.cursor
        if is_restored or (counters["cursor"] > self.cursor and not is_ours):
            after = 0 if is_restored else self.cursor
            kinds = frozenset(kind for (kind,) in self._line.run(_CHANGED_KINDS, after=after).fetchall())
            before, self.cursor, self.epoch = self.cursor, counters["cursor"], epoch
            self.wakers.publish(Commit(self.cursor, (News(kinds, None),), before))
        return counters["cursor"]

    def _counters(self) -> dict[str, int]:
        return dict(self._line.run(_COUNTERS).fetchall())

    def told_metrics(self) -> bytes:
        """The figures of this process, with what waits at this moment."""
        self.metrics.cursor.set(self.cursor)
        self.metrics.waiting.set(self.wakers.waiting)
        self.metrics.parked.set(self.reader.parked())
        self.metrics.outbox.set(self.reader.outbox())
        return self.metrics.told()

    def exported(self, table: str, form: export.Format, owner: str) -> Iterator[bytes]:
        """A table for others, a page of bytes after the other."""
        return export.pages(self._line, table, form, owner)

    def _on_disk(self, commit: Commit) -> None:
        self.metrics.committed(commit.steps, commit.seconds)
        if commit.audit_head is not None and self._heads is not None:
            self._note_end(self._heads.append, commit.audit_head)

    def _note_end(self, note: Callable[[AuditRow], None], row: AuditRow) -> None:
        try:
            note(row)
        except OSError as error:
            _log.error("the end of the audit trail cannot be noted in %s: %s", error.filename, error.strerror)

    def _committed(self, commit: Commit) -> None:
        if commit.before == self.cursor:
            self.cursor = commit.cursor
            self.wakers.publish(commit)
        elif self._follower is not None:
            # Somebody else wrote in between: what came from whom cannot be told apart any more.
            self._follower.hurry()


def _follower(database: Database, line: Line, look: Callable[[], object]) -> Follower | None:
    if not database.is_shared:
        return None
    from server_stub.following import Follower
    from server_stub.postgresql import Postgres

    assert isinstance(database, Postgres)
    return Follower(database, line, look)
