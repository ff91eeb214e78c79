"""`floorhand store verify`: reads a whole store and says in which places its books disagree with themselves.

Decides what has to hold in any store at any moment. It reads a copy, so nothing waits for it, and changes nothing; it
knows nothing of how the books came to be as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Inspector, Table, inspect

from server_stub import audit, migration, schema
from server_stub.audit import Heads
from server_stub.database import failures, open_at, told
from server_stub.embedded import Embedded, copy_file, is_sound
from server_stub.place import Place, PlaceError
from server_stub.proofs import access, floor, ledger, log, master, outside, survey
from server_stub.proofs.survey import Check, Survey
from server_stub.transfer import save

# Of one kind of mistake, so many are named; the rest is counted.
_NAMED = 20
_TORN = "the database's pages are not in order: restore a backup"


def verify(place: Place) -> list[str]:
    """What is wrong with the store of `place`, a sentence each; running or not."""
    with TemporaryDirectory(prefix="floorhand-verify-") as folder:
        copy = Path(folder) / "copy.db"
        try:
            save(open_at(place.where), copy)
        except failures() as error:
            if place.address:
                raise
            return [f"{place.database} cannot be read to its end ({told(error)}): restore a backup"]
        if not is_sound(copy):
            return [_TORN]
        migration.require_head(_named(copy, open_at(place.where).name))
        found = findings(copy)
        return found + audit.faults(Embedded(copy), Heads(place.audit_heads))


def verify_file(file: Path) -> list[str]:
    """What is wrong with a backup, a sentence each; it may be older than this program, and is not touched."""
    if not is_sound(file):
        return [_TORN]
    with TemporaryDirectory(prefix="floorhand-verify-") as folder:
        copy = Path(folder) / "copy.db"
        copy_file(file, copy)
        database = _named(copy, str(file))
        if migration.revision(database) is None:
            raise PlaceError(f"{file} is no Floorhand store: take another file")
        migration.migrate(database, datetime.now(UTC), backups=None)
        # How its trail ended was noted for the store that it was taken from, as that goes on.
        return findings(copy) or audit.faults(database, None)


def lacking(database: Embedded) -> list[str]:
    """Which tables and columns of this program's schema are not there."""
    known = inspect(database.engine)
    return [
        f"the table {table.name} lacks {', '.join(missing)}" if known.has_table(table.name) else f"{table.name} is gone"
        for table in schema.metadata.sorted_tables
        if (missing := _missing(known, table))
    ]


def findings(file: Path) -> list[str]:
    """What is wrong with the books in an embedded database of this program's schema that nobody writes."""
    if not is_sound(file):
        return [_TORN]
    database = Embedded(file)
    if gone := lacking(database):
        return gone
    with database.connected() as connection:
        read = Survey(connection)
        return [sentence for check in CHECKS for sentence in _some(check(read))]


def _named(copy: Path, name: str) -> Embedded:
    database = Embedded(copy)
    database.name = name
    return database


def _missing(known: Inspector, table: Table) -> list[str]:
    wanted = [column.name for column in table.columns]
    if not known.has_table(table.name):
        return wanted
    there = {column["name"] for column in known.get_columns(table.name)}
    return [name for name in wanted if name not in there]


def _some(sentences: Iterator[str]) -> list[str]:
    every = list(sentences)
    more = len(every) - _NAMED
    return [*every[:_NAMED], f"... and {more} more of that kind"] if more > 0 else every


CHECKS: tuple[Check, ...] = (
    *survey.CHECKS,
    *log.CHECKS,
    *ledger.CHECKS,
    *master.CHECKS,
    *floor.CHECKS,
    *outside.CHECKS,
    *access.CHECKS,
)
