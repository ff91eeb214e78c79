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

from server_stub import audit, homecoming, migration, schema, soundness, sscc_leases
from server_stub.audit import Heads
from server_stub.books import Books
from server_stub.database import Database, open_at
from server_stub.embedded import Embedded, copy_file, is_sound
from server_stub.place import Place, PlaceError, holds_store
from server_stub.postgresql import Postgres
from server_stub.rows import CounterRow, Forms
from server_stub.store import new_epoch
from server_stub.transfer import load, save

# More tasks, totes and webhook messages than are made in the time between two backups: a number given once is never
# given again. (A receiver knows a message that comes twice by its number.)
_SKIPPED_NUMBERS = {"task": 10_000, "tote": 10_000, "outbox": 1_000_000}
_TODAYS = (schema.token, schema.enrolment)
# What journals, orders and open work of the copy name, and what devices of today stand at: nothing of it is forgotten.
_OF_BOTH = (schema.printer, schema.station, schema.terminal)


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


def restore(place: Place, source: Path, now: datetime, *, as_it_is: bool = False) -> Path | None:
    """Puts the backup `source` in the place of the store; gives the copy of the present one, if there was one.

    The new database is made ready beside the present one and takes its place in one step. PlaceError where the file is
    no backup, its books do not agree with themselves (unless it is wanted `as_it_is`), or a store is open there;
    SchemaError where one of the two is of a newer program.
    """
    if not source.is_file():
        raise PlaceError(f"there is no file {source}")
    if not is_sound(source):
        raise PlaceError(f"{source} is no whole database: take another backup")
    with place.hold():
        draft, present = place.folder / "restoring.db", place.folder / "present.db"
        try:
            database = _drafted(source, draft, now, as_it_is=as_it_is)
            kept = _put_aside(place, now)
            journals: dict[str, tuple[str, int]] = {}
            if kept is not None and is_sound(kept) and holds_store(kept):
                today = _copied(kept, present, str(place.where))
                migration.migrate(today, now, backups=None)
                _take_todays_tokens(today, database)
                journals = _journals_of(today)
            _distrust(database, now, journals)
            last = audit.last(database)
            _take_place(place, database)
        finally:
            _remove(draft)
            _remove(present)
        # The trail is shorter again: who compares it with the file outside begins here.
        Heads(place.audit_heads).append(last, is_restored=True)
        return kept


def _drafted(source: Path, draft: Path, now: datetime, *, as_it_is: bool) -> Embedded:
    """The backup as a database of this program's schema, read to its end."""
    database = _copied(source, draft, str(source))
    if migration.revision(database) is None:
        raise PlaceError(f"{source} is no Floorhand store: take another file")
    migration.migrate(database, now, backups=None)
    if lacking := soundness.lacking(database):
        raise PlaceError(f"{source} is no whole store, {lacking[0]}: take another backup")
    if not as_it_is and (found := soundness.findings(draft)):
        raise PlaceError(
            f"{source} does not agree with itself ({found[0]}; {len(found)} in all): take another backup, or put this "
            "one back all the same with --as-it-is"
        )
    return database


def _copied(file: Path, to: Path, name: str) -> Embedded:
    """A copy of a database that may be changed; people are told of it by `name`."""
    _remove(to)
    copy_file(file, to)
    copy = Embedded(to)
    copy.name = name
    return copy


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
    elif is_sound(place.database) and holds_store(place.database):
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
        for table in _OF_BOTH:
            known = set(writing.execute(select(table.c.id)).scalars())
            rows = [dict(row._mapping) for row in reading.execute(select(table)) if row.id not in known]
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
        for name, skipped in _SKIPPED_NUMBERS.items():
            row = books.sheets.counter.get(name)
            books.sheets.counter.put(CounterRow(name=name, value=(row.value if row else 0) + skipped))
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
