"""One history makes the tables; an older database is migrated after a copy, a newer one is left alone."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Executable, text
from sqlalchemy.dialects import postgresql

from server_stub import migration, schema
from server_stub.database import Database
from server_stub.rows import Forms
from server_stub.store import Store, found


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(tmp_path / "new.db")
    assert migration.migrate(made, _now(), backups=None)
    return made


def _now() -> datetime:
    return datetime(2026, 11, 23, tzinfo=UTC)


def test_the_migrations_make_what_the_program_expects(database: Database) -> None:
    with database.connected() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata) == []


def test_every_step_is_known_and_they_follow_each_other() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(steps)) == schema.REVISIONS


def test_a_database_at_this_schema_is_left_alone(database: Database, tmp_path: Path) -> None:
    assert not migration.migrate(database, _now(), tmp_path / "backups")
    assert not (tmp_path / "backups").exists()


@pytest.mark.parametrize("older", schema.REVISIONS[:-1])
def test_an_older_database_is_copied_before_it_is_migrated(tmp_path: Path, older: str) -> None:
    database = Database(tmp_path / "older.db")
    migration.upgrade(database, older)
    assert migration.migrate(database, _now(), tmp_path / "backups")
    (copy,) = (tmp_path / "backups").iterdir()
    assert (migration.revision(Database(copy)), migration.revision(database)) == (older, schema.REVISIONS[-1])


async def test_a_newer_database_is_refused_in_a_plain_sentence(database: Database) -> None:
    with database.connected() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    with pytest.raises(migration.SchemaError, match=r"schema 9999; this program knows up to 0002"):
        await Store.open(database.path)


def test_every_table_has_its_row_and_statements(database: Database) -> None:
    forms = vars(Forms(database))
    assert {schema.record.name, *(_table_of(form) for form in forms.values())} == set(schema.metadata.tables)


def _table_of(form: Any) -> str:
    return str(form.write.text).split()[2].strip('"')


def test_every_statement_can_be_said_to_postgresql_too() -> None:
    statements = [
        (module, name, value)
        for module in sorted(path.stem for path in Path(migration.__file__).parent.glob("*.py"))
        for name, value in vars(import_module(f"server_stub.{module}")).items()
        if isinstance(value, Executable)
    ]
    assert len(statements) > 30
    for module, name, statement in statements:
        assert str(statement.compile(dialect=postgresql.dialect())), f"{module}.{name}"  # type: ignore[attr-defined]


def test_a_new_database_begins_with_an_epoch_and_a_site(tmp_path: Path) -> None:
    found(tmp_path / "a.db", _now())
    found(tmp_path / "b.db", _now())
    epochs = set()
    for name in ("a.db", "b.db"):
        with Database(tmp_path / name).connected() as connection:
            epochs.add(connection.execute(text("SELECT value FROM meta WHERE name = 'epoch'")).scalar())
    assert len(epochs) == 2


def test_commits_reach_the_disk_and_readers_do_not_wait(database: Database) -> None:
    cursor = database.driver()
    settings = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    database.release(cursor)
    assert settings == {"journal_mode": "wal", "synchronous": 2}
