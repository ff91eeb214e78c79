"""Carries a whole store from one database into another, row by row: what a backup is made of.

Decides that a copy is always an embedded database of the same schema, wherever it was taken, so that a backup of one
kind may be put back into the other. What a restored store must not believe is backup's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, insert, select, text

from server_stub import migration, schema
from server_stub.database import Database
from server_stub.embedded import Embedded, copy_file
from server_stub.place import PlaceError
from server_stub.postgresql import Postgres

_ROWS = 1_000
_VERSION = "alembic_version"


def save(database: Database, target: Path) -> None:
    """Copies `database`, consistent even while others write it, into the new embedded database `target`."""
    if isinstance(database, Embedded):
        copy_file(database.path, target)
        return
    copy = Embedded(target)
    with database.connected() as reading, copy.connected() as writing:
        # One snapshot of all tables; nobody waits for it.
        reading.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        present = migration.revision_of(reading)
        if present is None:
            raise PlaceError(f"there is no store in {database.name}")
        migration.refuse_newer(database, present)
        migration.upgrade(writing, present)
        for table in _tables_of(writing):
            for rows in _batches(reading, table):
                writing.execute(insert(table), rows)
        writing.commit()
    copy.fold_log()


def load(source: Embedded, database: Postgres) -> None:
    """Puts all of `source` in the place of what `database` holds, in one transaction; both at this program's schema.

    PlaceError where a store is open on it.
    """
    with source.connected() as reading, database.alone() as writing:
        migration.upgrade(writing)
        for table in reversed(schema.metadata.sorted_tables):
            writing.execute(table.delete())
        for table in schema.metadata.sorted_tables:
            _pour(reading, writing, table)
            found = writing.execute(select(func.count()).select_from(table)).scalar()
            meant = reading.execute(select(func.count()).select_from(table)).scalar()
            if found != meant:
                raise PlaceError(f"{found} of {meant} rows of {table.name} arrived in {database.name}: nothing is kept")
        writing.execute(text("ANALYZE"))
        writing.commit()


def _pour(reading: Connection, writing: Connection, table: Table) -> None:
    """By COPY, some ten times as fast as one insert a row."""
    quoted = writing.dialect.identifier_preparer
    names = ", ".join(quoted.quote(column.name) for column in table.columns)
    driver: Any = writing.connection.dbapi_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {quoted.quote(table.name)} ({names}) FROM STDIN") as copy:
        for row in reading.execution_options(yield_per=_ROWS).execute(select(table)):
            copy.write_row([Postgres._clean(value) for value in row])


def _batches(reading: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    found = reading.execution_options(yield_per=_ROWS).execute(select(table))
    for rows in found.mappings().partitions():
        yield [dict(row) for row in rows]


def _tables_of(connection: Connection) -> list[Table]:
    """Its tables as they are, which an older schema's differ in from what this program expects."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != _VERSION]
