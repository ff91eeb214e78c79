"""One reading of a copy that all checks share: rows, ids, and what little of each record the others are compared with.

Decides what is kept in memory of a store of any size: ids and sums, never whole orders or walks. What has to hold
between them is the checks' business.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Select, Table, select

from orders.records import KINDS, Discrepancy, Parcel, ParcelLine, PickTask, Record, decode_record
from server_stub import schema
from server_stub.proofs import zero_signs
from server_stub.proofs.tally import Tally

R = TypeVar("R", bound=Record)

_ROWS = 1_000
_KIND_OF = {cls: kind for kind, cls in KINDS.items()}


class Walk(msgspec.Struct, frozen=True):
    """What a task says that its order, its lease and its goods have to say as well."""

    order: str
    order_number: str
    owner: str
    carrier: str
    service: str
    due_at: datetime | None
    priority: int
    state: str
    claimed_by: str | None
    lease_ends_at: datetime | None
    tote: str | None

    @property
    def is_over(self) -> bool:
        """Whether nobody walks it any more."""
        return self.state in ("completed", "cancelled")


class Carton(msgspec.Struct, frozen=True):
    """What a parcel says that its order and its manifest have to say as well."""

    order: str
    order_number: str
    number: int
    state: str
    contents: tuple[ParcelLine, ...]
    manifest: str | None


class Survey:
    """A copy that nobody writes, read as its checks need it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        sqlite = connection.connection.driver_connection
        assert isinstance(sqlite, sqlite3.Connection), "every store is read from an embedded copy"
        sqlite.text_factory = zero_signs.text

    def rows(self, query: Table | Select[Any]) -> Iterator[Any]:
        """The rows of a table or a query, some at a time."""
        asked = select(query) if isinstance(query, Table) else query
        yield from self.connection.execution_options(yield_per=_ROWS).execute(asked)

    def every(self, cls: type[R]) -> Iterator[R]:
        """The records of that class that can be read; those that cannot are told of once, where all are read."""
        kind, record = _KIND_OF[cls], schema.record.c
        for (body,) in self.rows(select(record.body).where(record.kind == kind)):
            try:
                found = decode_record(kind, zero_signs.body(body))
            except msgspec.DecodeError:
                continue
            if isinstance(found, cls):
                yield found

    def has(self, kind: str, id: str) -> bool:
        """Whether there is such a record."""
        return id in self.ids.get(kind, ())

    @cached_property
    def ids(self) -> dict[str, set[str]]:
        """Every record's id, by its kind."""
        found: dict[str, set[str]] = {kind: set() for kind in KINDS}
        for kind, id in self.rows(select(schema.record.c.kind, schema.record.c.id)):
            found.setdefault(kind, set()).add(id)
        return found

    @cached_property
    def end(self) -> int:
        """Where the log ends."""
        return self.counted("cursor")

    def counted(self, name: str) -> int:
        """The last number of a count of that name; 0 before its first."""
        return self.counters.get(name, 0)

    @cached_property
    def counters(self) -> dict[str, int]:
        """How far each count has come."""
        return {row.name: row.value for row in self.rows(schema.counter)}

    @cached_property
    def noted(self) -> dict[str, str]:
        """What holds for the whole store."""
        return {row.name: row.value for row in self.rows(schema.meta)}

    @cached_property
    def walks(self) -> dict[str, Walk]:
        """Every task's, by its id."""
        names = Walk.__struct_fields__
        return {task.id: Walk(*(getattr(task, name) for name in names)) for task in self.every(PickTask)}

    @cached_property
    def cartons(self) -> dict[str, Carton]:
        """Every parcel's, by its SSCC."""
        names = Carton.__struct_fields__
        return {each.id: Carton(*(getattr(each, name) for name in names)) for each in self.every(Parcel)}

    @cached_property
    def told(self) -> Tally:
        """What every event comes to."""
        tally = Tally(lambda sscc: self.cartons[sscc].contents if sscc in self.cartons else (), self.journals)
        tally.read(
            self.rows(select(schema.event).order_by(schema.event.c.cursor)),
            self.rows(select(schema.stock_move).order_by(schema.stock_move.c.cursor)),
        )
        return tally

    @cached_property
    def due_counts(self) -> set[tuple[str, str]]:
        """Product and place of every shelf that somebody still has to count."""
        return {
            (each.product, each.place)
            for each in self.every(Discrepancy)
            if each.remedy == "count" and each.state == "open"
        }

    @cached_property
    def set_aside(self) -> dict[tuple[str, str], int]:
        """Pieces that the table of allocations has, by order and product."""
        return self._sum(schema.allocation.c.order, schema.allocation.c.product)

    @cached_property
    def awaited(self) -> dict[tuple[str, str, str], str]:
        """Which order waits for what, and how urgent that row says it is."""
        return {(row.what, row.key, row.order): row.rank for row in self.rows(schema.awaited)}

    @cached_property
    def terminals(self) -> set[str]:
        """Every device that was ever enrolled."""
        return self._names(schema.terminal.c.id)

    @cached_property
    def journals(self) -> dict[str, str]:
        """Which terminal writes which journal."""
        return {row.id: row.terminal for row in self.rows(schema.journal)}

    @cached_property
    def stations(self) -> set[str]:
        """Every bench."""
        return self._names(schema.station.c.id)

    def _names(self, column: Any) -> set[str]:
        return {name for (name,) in self.rows(select(column))}

    def _sum(self, *by: Any) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for one, other, quantity in self.rows(select(*by, schema.allocation.c.quantity)):
            found[one, other] = found.get((one, other), 0) + quantity
        return found


Check = Callable[[Survey], Iterator[str]]


def is_instant(text: str | None) -> bool:
    """Whether `text` is an instant as the tables keep it (see schema.instant)."""
    try:
        return text is not None and schema.instant(datetime.fromisoformat(text)) == text
    except (TypeError, ValueError):
        return False


def instants(survey: Survey) -> Iterator[str]:
    """Every column that holds an instant holds one, in UTC and with six decimals."""
    for table in schema.metadata.sorted_tables:
        columns = [column for column in table.columns if column.name == "at" or column.name.endswith("_at")]
        if not columns:
            continue
        keys = list(table.primary_key.columns)
        for row in survey.rows(select(*keys, *columns)):
            for column, said in zip(columns, row[len(keys) :], strict=True):
                if not (said is None and column.nullable) and not is_instant(said):
                    named = ".".join(str(part) for part in row[: len(keys)])
                    yield f"{table.name} {named}: {column.name} is {said}, which is no instant"


CHECKS: tuple[Check, ...] = (instants,)
