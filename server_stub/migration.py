"""Brings a database to the schema of this program: one history, for every database.

Decides whether a database may be opened: an older one is migrated (after a copy), a newer one is refused. One that
several processes share is migrated only where somebody says so, while no store is open on it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from server_stub.database import Database
from server_stub.postgresql import Postgres
from server_stub.schema import REVISIONS

HEAD = REVISIONS[-1]
_FOLDER = Path(__file__).parent / "migrations"


class SchemaError(Exception):
    """The database cannot be opened by this program; says why and what to do."""


def revision(database: Database) -> str | None:
    """The schema that a database is at, None where it has none yet."""
    with database.connected() as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """The same, as a transaction sees it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def check(database: Database) -> None:
    """SchemaError where the database was written by a newer program."""
    refuse_newer(database, revision(database))


def require_head(database: Database) -> None:
    """SchemaError where the database is not at the schema of this program."""
    present = revision(database)
    refuse_newer(database, present)
    if present is None:
        raise SchemaError(f"there is no store in {database.name}: make one with `floorhand store init`")
    if present != HEAD:
        raise SchemaError(
            f"{database.name} has schema {present}; this program needs {HEAD}: stop every store on it and run "
            "`floorhand store migrate`"
        )


def migrate(database: Database, now: datetime, backups: Path | None) -> bool:
    """Brings `database` to this program's schema, after a copy into `backups`; False where it was there already."""
    check(database)
    present = revision(database)
    if present == HEAD:
        return False
    if present is not None and backups is not None:
        # A copy of PostgreSQL is made of the tables that this history makes, so the two know each other.
        from server_stub.transfer import save

        backups.mkdir(parents=True, exist_ok=True)
        save(database, backups / f"before-{HEAD}-{now:%Y%m%d-%H%M%S}.db")
    with database.alone() if isinstance(database, Postgres) else database.connected() as connection:
        upgrade(connection)
        connection.commit()
    return True


def upgrade(connection: Connection, to: str = "head") -> None:
    """Runs the history up to `to` within the connection's transaction, without asking where the database stands."""
    # Alembic costs a fifth of a second to import, and most starts have nothing to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def refuse_newer(database: Database, present: str | None) -> None:
    """SchemaError where `present`, the schema found in it, is one of a newer program."""
    if present is not None and present not in REVISIONS:
        raise SchemaError(
            f"{database.name} has schema {present}; this program knows up to {HEAD}: install a newer Floorhand"
        )
