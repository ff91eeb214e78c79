"""A table as a dictionary of rows: read once, changed in memory, written once a transaction.

Decides when a row is read and written, which rows are read together, and how many are still known in the next
transaction. What a row means, which transaction it is and whether anything known still holds are others' business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Executable, Table, bindparam, delete, select

from server_stub.database import Cursor, Database

Row = TypeVar("Row", bound=msgspec.Struct)
Name = TypeVar("Name")
Known = TypeVar("Known")

# Some 2 KiB each: what two hundred terminals work on stays known, and no more than some 20 MiB.
_MOST_KEPT = 10_000


class Tally:
    """Counts the changes of one transaction, so that a refusal can be told from a half-done step."""

    def __init__(self) -> None:
        self.changes = 0


class Form(Generic[Row]):
    """The statements of one table, compiled once, and the struct whose fields are its columns in their order.

    `is_kept` says that rows are met again and again, so that they are worth knowing in the next transaction.
    """

    def __init__(self, database: Database, table: Table, row: type[Row], *, is_kept: bool = True) -> None:
        columns = [column.name for column in table.columns]
        if list(row.__struct_fields__) != columns:
            raise TypeError(f"{row.__name__} does not have the columns of {table.name}: {', '.join(columns)}")
        self.database, self.row, self.is_kept = database, row, is_kept
        self.keys = [column.name for column in table.primary_key.columns]
        self._read_key = attrgetter(*self.keys)
        self._has_many_keys = len(self.keys) > 1
        matches = [column == bindparam(column.name) for column in table.primary_key.columns]
        self.one = database.prepared(select(table).where(*matches))
        self.erase = database.prepared(delete(table).where(*matches))
        self.write = database.upsert(table)

    def key_of(self, row: Row) -> tuple[Any, ...]:
        """The primary key of `row`, as it is kept."""
        key = self._read_key(row)
        return self.database.as_kept(key if self._has_many_keys else (key,))


class Part(Generic[Row]):
    """The rows of a table that are asked for together: those with one name in the column `by`.

    `within` narrows the table down, and `holds` says the same of a row's primary key. `order` names the columns by
    which the rows are sorted.
    """

    def __init__(
        self,
        table: Table,
        by: str,
        order: tuple[str, ...],
        *within: ColumnElement[bool],
        holds: Callable[..., bool] | None = None,
    ) -> None:
        self.query, self.column = select(table).where(*within), table.c[by]
        self.rank = attrgetter(*order)
        self._place = [column.name for column in table.primary_key.columns].index(by)
        self._holds = holds

    def name(self, key: tuple[Any, ...]) -> str | None:
        """The name under which the row with that primary key is found here; None where it is not."""
        return key[self._place] if self._holds is None or self._holds(*key) else None


class Sheet(Generic[Row]):
    """The rows of one table that were met; what was changed is written by `flush`.

    `is_touched` says whether any was changed at all in this transaction.
    """

    def __init__(self, form: Form[Row], cursor: Cursor, tally: Tally) -> None:
        self._form, self._cursor, self._tally = form, cursor, tally
        self._rows: dict[tuple[Any, ...], Row | None] = {}
        self._changed: dict[tuple[Any, ...], None] = {}
        # The keys of all rows that a part has of a name.
        self._whole: dict[Part[Row], dict[str, dict[tuple[Any, ...], None]]] = {}
        self.is_touched = False

    def again(self) -> None:
        """Begins the next transaction with the rows that are known, which nobody else has changed."""
        self.is_touched = False
        if not self._rows and not self._whole:
            return
        left = _MOST_KEPT // 2 if self._form.is_kept else 0
        if not left or max([len(self._rows), *map(len, self._whole.values())]) > _MOST_KEPT:
            forget_oldest(self._rows, left)
            # What was whole may lack a row now.
            self._whole.clear()

    def get(self, *key: Any) -> Row | None:
        """The row with that primary key, or None."""
        key = self._form.database.as_kept(key)
        if key not in self._rows and not self._wholes(key):
            values = dict(zip(self._form.keys, key, strict=True))
            found = self._form.one.run(self._cursor, **values).fetchone()
            self._rows[key] = self._form.row(*found) if found else None
        return self._rows.get(key)

    def put(self, row: Row) -> None:
        """Inserts `row`, or replaces the one with its key."""
        self._set(self._form.key_of(row), row)

    def drop(self, row: Row) -> None:
        """Deletes the row with the key of `row`."""
        self._set(self._form.key_of(row), None)

    def where(self, query: Executable, **values: Any) -> list[Row]:
        """The whole rows that `query` finds, this transaction's own changes included."""
        self.flush()
        rows = []
        for found in self._form.database.prepared(query).run(self._cursor, **values).fetchall():
            row = self._form.row(*found)
            self._rows[self._form.key_of(row)] = row
            rows.append(row)
        return rows

    def of(self, part: Part[Row], name: str) -> list[Row]:
        """The rows that `part` has of that name, sorted, this transaction's own changes included."""
        (name,) = self._form.database.as_kept((name,))
        if name not in self._whole.get(part, ()):
            self.foresee(part, (name,))
        keys = self._whole[part][name]
        return sorted((row for key in keys if (row := self._rows[key]) is not None), key=part.rank)

    def foresee(self, part: Part[Row], names: Iterable[str]) -> None:
        """Reads at once what `of` will be asked for name by name, and `get` row by row."""
        database, whole = self._form.database, self._whole.setdefault(part, {})
        asked = [name for name in database.as_kept(tuple(names)) if name not in whole]
        if not asked:
            return
        self.flush()
        whole.update((name, {}) for name in asked)
        for found in database.lookup(part.query, part.column).rows(self._cursor, asked):
            row = self._form.row(*found)
            key = self._form.key_of(row)
            self._rows.setdefault(key, row)
            whole[getattr(row, part.column.name)][key] = None

    def flush(self) -> None:
        """Writes what was changed since the last flush."""
        if not self._changed:
            return
        written = [row for key in self._changed if (row := self._rows[key]) is not None]
        gone = [key for key in self._changed if self._rows[key] is None]
        if written:
            self._form.write.many(self._cursor, map(msgspec.structs.asdict, written))
        if gone:
            self._form.erase.many(self._cursor, (dict(zip(self._form.keys, key, strict=True)) for key in gone))
        self._changed.clear()

    def known(self) -> list[tuple[tuple[Any, ...], Row | None]]:
        """Every key that was met, with its row as it is by now; None where there is no such row."""
        return list(self._rows.items())

    def _set(self, key: tuple[Any, ...], row: Row | None) -> None:
        self._rows[key] = row
        self._changed[key] = None
        for keys in self._wholes(key):
            keys[key] = None
        self.is_touched = True
        self._tally.changes += 1

    def _wholes(self, key: tuple[Any, ...]) -> list[dict[tuple[Any, ...], None]]:
        """What is known whole and has the row with that key, if there is one."""
        return [names[name] for part, names in self._whole.items() if (name := part.name(key)) in names]


def forget_oldest(known: dict[Name, Known], left: int) -> None:
    """Forgets those that were met first, until so many are left."""
    for name in list(islice(known, max(0, len(known) - left))):
        del known[name]
