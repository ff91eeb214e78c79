"""Brings a database to the schema of this program: one history, for every database.

Decides whether a database may be opened: an older one is migrated (after a copy), a newer one is refused.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect, text

from server_stub.database import Database
from server_stub.schema import REVISIONS

HEAD = REVISIONS[-1]
_FOLDER = Path(__file__).parent / "migrations"


class SchemaError(Exception):
    """The database cannot be opened by this program; says why and what to do."""


def revision(database: Database) -> str | None:
    """The schema that a database is at, None where it has none yet."""
    with database.connected() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def check(database: Database) -> None:
    """SchemaError where the database was written by a newer program."""
    present = revision(database)
    if present is not None and present not in REVISIONS:
        raise SchemaError(
            f"{database.path} has schema {present}; this program knows up to {HEAD}: install a newer Floorhand"
        )


def migrate(database: Database, now: datetime, backups: Path | None) -> bool:
    """Brings `database` to this program's schema, after a copy into `backups`; False where it was there already."""
    check(database)
    present = revision(database)
    if present == HEAD:
        return False
    if present is not None and backups is not None:
        backups.mkdir(parents=True, exist_ok=True)
        database.copy_to(backups / f"before-{HEAD}-{now:%Y%m%d-%H%M%S}.db")
    upgrade(database)
    return True


def upgrade(database: Database, to: str = "head") -> None:
    """Runs the history up to `to`, without asking where the database stands."""
    # Alembic costs a fifth of a second to import, and most starts have nothing to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    with database.connected() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()
