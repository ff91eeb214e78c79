"""Copies of a store: taken while it runs, put back while it stands still, be it into another kind of database.

Decides what a restored store must not believe: its epoch is new, serials and numbers given since the copy was taken
are skipped, tokens are those of today, not those of the copy, and work that looks undone may have been done since.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from pathlib import Path

from sqlalchemy import delete, select, update

from server_stub import audit, homecoming, migration, schema, sscc_leases
from server_stub.audit import Heads
from server_stub.books import Books
from server_stub.database import Database, open_at
from server_stub.embedded import Embedded, copy_file, is_sound
from server_stub.place import Place, PlaceError
from server_stub.postgresql import Postgres
from server_stub.rows import CounterRow, Forms
from server_stub.store import new_epoch
from server_stub.transfer import load, save

# More tasks and totes than are made in the time between two backups: a number given once is never given again.
_SKIPPED_NUMBERS = 10_000
_TODAYS = (schema.terminal, schema.token, schema.enrolment)


def back_up(place: Place, target: Path) -> None:
    """Copies the store to the new file `target`, consistent even while it runs."""
    place.require()
    if target.exists():
        raise PlaceError(f"{target} exists already: choose another name, a backup overwrites nothing")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    try:
        save(open_at(place.where), draft)
        draft.replace(target)
    finally:
        _remove(draft)


def restore(place: Place, source: Path, now: datetime) -> Path | None:
    """Puts the backup `source` in the place of the store; gives the copy of the present one, if there was one.

    The new database is made ready beside the present one and takes its place in one step. PlaceError where the file is
    no backup, or a store is open there.
    """
    if not source.is_file():
        raise PlaceError(f"there is no file {source}")
    if not is_sound(source):
        raise PlaceError(f"{source} is no whole database: take another backup")
    with place.hold():
        draft = place.folder / "restoring.db"
        _remove(draft)
        copy_file(source, draft)
        database = Embedded(draft)
        if migration.revision(database) is None:
            raise PlaceError(f"{source} is no Floorhand store: take another file")
        migration.migrate(database, now, backups=None)
        kept = _put_aside(place, now)
        journals: dict[str, tuple[str, int]] = {}
        if kept is not None and is_sound(kept):
            present = draft.with_name("present.db")
            _remove(present)
            copy_file(kept, present)
            migration.migrate(Embedded(present), now, backups=None)
            _take_todays_tokens(Embedded(present), database)
            journals = _journals_of(Embedded(present))
            _remove(present)
        _distrust(database, now, journals)
        last = audit.last(database)
        _take_place(place, database)
        # The trail is shorter again: who compares it with the file outside begins here.
        Heads(place.audit_heads).append(last, is_restored=True)
        _remove(draft)
        return kept


def _take_place(place: Place, database: Embedded) -> None:
    there = open_at(place.where)
    if isinstance(there, Postgres):
        load(database, there)
        return
    database.fold_log()
    _remove_logs(place.database)
    database.path.replace(place.database)


def _put_aside(place: Place, now: datetime) -> Path | None:
    """A copy of the present database, page by page where it is damaged (which may be why it is replaced)."""
    there = open_at(place.where)
    is_there = migration.revision(there) is not None if place.address else place.database.exists()
    if not is_there:
        return None
    place.backups.mkdir(parents=True, exist_ok=True)
    kept = next(
        path
        for turn in count(1)
        if not (path := place.backups / f"before-restore-{now:%Y%m%d-%H%M%S}-{turn}.db").exists()
    )
    if place.address:
        save(there, kept)
    elif is_sound(place.database):
        copy_file(place.database, kept)
        Embedded(place.database).fold_log()
    else:
        for path in filter(Path.exists, _parts(place.database)):
            shutil.copyfile(path, kept.with_name(path.name.replace(place.database.name, kept.name)))
    return kept


def _take_todays_tokens(present: Database, restored: Database) -> None:
    """A device enrolled since the copy stays enrolled; one revoked since stays out."""
    with present.connected() as reading, restored.connected() as writing:
        for table in _TODAYS:
            rows = [dict(row._mapping) for row in reading.execute(select(table))]
            writing.execute(delete(table))
            if rows:
                writing.execute(table.insert(), rows)
        writing.commit()


def _journals_of(present: Database) -> dict[str, tuple[str, int]]:
    """How far each journal had come in the store that is replaced: its terminal and its last number."""
    with present.connected() as reading:
        return {row.id: (row.terminal, row.last_number) for row in reading.execute(select(schema.journal))}


def _distrust(database: Database, now: datetime, journals: Mapping[str, tuple[str, int]]) -> None:
    with database.connected() as connection:
        epoch = schema.meta.c.name == "epoch"
        connection.execute(update(schema.meta).where(epoch).values(value=new_epoch()))
        connection.commit()
    cursor = database.driver()
    try:
        database.begin(cursor)
        books = Books(database, Forms(database), cursor, now)
        sscc_leases.skip(books)
        homecoming.begin(books, journals)
        for name in ("task", "tote"):
            row = books.sheets.counter.get(name)
            books.sheets.counter.put(CounterRow(name=name, value=(row.value if row else 0) + _SKIPPED_NUMBERS))
        books.flush()
        database.commit(cursor)
    finally:
        database.release(cursor)


def _parts(path: Path) -> tuple[Path, ...]:
    """A database's file, and its logs while it is open."""
    return tuple(path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm"))


def _remove(path: Path) -> None:
    for part in _parts(path):
        part.unlink(missing_ok=True)


def _remove_logs(path: Path) -> None:
    for part in _parts(path)[1:]:
        part.unlink(missing_ok=True)
