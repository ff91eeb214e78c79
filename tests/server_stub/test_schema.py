"""One history makes the tables of both databases; an older one is migrated after a copy, a newer one is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Executable, select, text
from sqlalchemy.dialects import postgresql

from benchmarks.private_postgres import PrivatePostgres
from server_stub import migration, schema
from server_stub.database import Database, open_at
from server_stub.embedded import Embedded
from server_stub.postgresql import Postgres
from server_stub.rows import Forms
from server_stub.store import Store, found

MakeAt = Callable[[str], Database]


@pytest.fixture
def made_at(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[MakeAt]:
    """Makes a database with the tables of a schema, and nothing in them."""
    server: PrivatePostgres | None = request.getfixturevalue("postgres") if database == "postgresql" else None

    def make(revision: str) -> Database:
        made = open_at(server.make("new") if server else tmp_path / "new.db")
        with made.connected() as connection:
            migration.upgrade(connection, revision)
            connection.commit()
        return made

    yield make
    if server is not None:
        server.drop("new")


@pytest.fixture
def made(made_at: MakeAt) -> Database:
    """A database as this program makes it."""
    return made_at(schema.REVISIONS[-1])


def _where(made: Database) -> Path | str:
    return made.path if isinstance(made, Embedded) else made.engine.url.set(drivername="postgresql").render_as_string()


def _now() -> datetime:
    return datetime(2026, 11, 23, tzinfo=UTC)


def test_the_migrations_make_what_the_program_expects(made: Database) -> None:
    with made.connected() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata) == []


def test_texts_sort_by_code_points_on_every_database(made: Database) -> None:
    if isinstance(made, Postgres):
        with made.connected() as connection:
            texts = connection.execute(
                text(
                    "SELECT table_name, column_name, collation_name FROM information_schema.columns "
                    "WHERE table_schema = 'public' AND data_type = 'text'"
                )
            ).all()
            assert len(texts) > 50
            assert [each for each in texts if each.collation_name != "C"] == []
    with made.connected() as connection:
        ids = ["A", "B-1", "a", "b", "Ä", "z/1", "z01"]
        rows = [{"name": id, "value": ""} for id in reversed(ids)]
        connection.execute(schema.meta.insert(), rows)
        found = connection.execute(select(schema.meta.c.name).order_by(schema.meta.c.name)).scalars().all()
        assert found == sorted(ids)


def test_every_step_is_known_and_they_follow_each_other() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(steps)) == schema.REVISIONS


def test_a_database_at_this_schema_is_left_alone(made: Database, tmp_path: Path) -> None:
    assert not migration.migrate(made, _now(), tmp_path / "backups")
    assert not (tmp_path / "backups").exists()


@pytest.mark.parametrize("older", schema.REVISIONS[:-1])
def test_an_older_database_is_copied_before_it_is_migrated(made_at: MakeAt, tmp_path: Path, older: str) -> None:
    made = made_at(older)
    assert migration.migrate(made, _now(), tmp_path / "backups")
    (copy,) = (tmp_path / "backups").iterdir()
    assert (migration.revision(Embedded(copy)), migration.revision(made)) == (older, schema.REVISIONS[-1])


async def test_a_newer_database_is_refused_in_a_plain_sentence(made: Database) -> None:
    with made.connected() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    with pytest.raises(migration.SchemaError, match=r"schema 9999; this program knows up to 0002"):
        await Store.open(_where(made))


def test_every_table_has_its_row_and_statements(made: Database) -> None:
    forms = vars(Forms(made))
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


async def test_an_older_one_elsewhere_is_left_to_who_looks_after_it(made_at: MakeAt, database: str) -> None:
    made = made_at(schema.REVISIONS[0])
    if database == "sqlite":
        return
    with pytest.raises(migration.SchemaError, match=r"has schema 0001; .* run `floorhand store migrate`"):
        await Store.open(_where(made))
    assert migration.revision(made) == "0001"


def test_a_new_database_begins_with_an_epoch_and_a_site(tmp_path: Path) -> None:
    found(tmp_path / "a.db", _now())
    found(tmp_path / "b.db", _now())
    epochs = set()
    for name in ("a.db", "b.db"):
        with Embedded(tmp_path / name).connected() as connection:
            epochs.add(connection.execute(text("SELECT value FROM meta WHERE name = 'epoch'")).scalar())
    assert len(epochs) == 2


@pytest.mark.embedded
def test_commits_reach_the_disk_and_readers_do_not_wait(made: Database) -> None:
    cursor = made.driver()
    settings = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    made.release(cursor)
    assert settings == {"journal_mode": "wal", "synchronous": 2}
