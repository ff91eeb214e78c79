"""The books within a transaction: records are loaded once, folded many times and written once.

Decides revisions, cursors and how a record is filed (state, owner, rank), and what is still known in the next
transaction where nobody else wrote in between. What may happen to a record is the rule book's and the steps' business.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Executable, bindparam, select

from orders.records import (
    KINDS,
    Discrepancy,
    Key,
    Order,
    Owner,
    PickTask,
    Record,
    Site,
    decode_record,
    encode_record,
    kind_of,
)
from orders.wire import Change
from server_stub import schema
from server_stub.database import Cursor, Database
from server_stub.rows import AuditRow, CounterRow, Forms, Sheets
from server_stub.schema import instant
from server_stub.sheets import Tally, forget_oldest

R = TypeVar("R", bound=Record)

_RECORDS = select(schema.record.c.id, schema.record.c.revision, schema.record.c.cursor, schema.record.c.body).where(
    schema.record.c.kind == bindparam("kind")
)
_CURSOR = select(schema.counter.c.value).where(schema.counter.c.name == "cursor")
_PARKED = select(schema.parked.c.subject).distinct()
_OWNERS = select(schema.record.c.id).where(schema.record.c.kind == "owner").order_by(schema.record.c.id).limit(2)
_META = select(schema.meta.c.name, schema.meta.c.value)
_KIND_BY_CLASS = {cls: kind for kind, cls in KINDS.items()}
_NEVER = "9999-12-31"
# Counts the changes of what every process of a store keeps in memory.
TOKENS = "tokens"
# Two hundred terminals have some thousand records in hand; an order of a few lines takes some 5 KiB decoded.
_MOST_KEPT = 4_000


class _Held(msgspec.Struct):
    record: Record
    revision: int
    cursor: int


class News(msgspec.Struct, frozen=True):
    """Which kinds of records a step changed, and whose step it was; None where its asker has to hear of it too."""

    kinds: frozenset[str]
    origin: str | None


class Books:
    """Every record and row, as one transaction sees and changes them.

    `now` is the instant of the whole transaction, `stamp` the same as the tables keep it.
    """

    def __init__(self, database: Database, forms: Forms, cursor: Cursor, now: datetime) -> None:
        self.now, self.stamp = now, instant(now)
        self.tally = Tally()
        self.sheets = Sheets(forms, cursor, self.tally)
        self._database, self._cursor = database, cursor
        self._read = database.lookup(_RECORDS, schema.record.c.id)
        self._write = database.upsert(schema.record)
        self._held: dict[Key, _Held | None] = {}
        self._changed: dict[Key, _Held] = {}
        self._kinds: set[str] = set()
        self._origin: str | None = None
        self._parked: set[str] | None = None
        self._only_owner: str | None = None
        # Orders that took a step, each as it was right after it.
        self.moved: list[Order] = []
        # The audit trail's new end, where this transaction added to it.
        self.audit_head: AuditRow | None = None
        self._meta: dict[str, str] = dict(database.prepared(_META).run(cursor).fetchall())
        self.cursor: int = database.prepared(_CURSOR).run(cursor).fetchone()[0]
        self._written = self.cursor

    def again(self, now: datetime) -> bool:
        """Opens the books for the next transaction on the same connection, with all that is known.

        For books whose last transaction was committed, and only if nobody else has written since. False where they
        have to be read anew all the same.
        """
        if self.sheets.meta.is_touched:
            return False
        self.now, self.stamp, self.cursor = now, instant(now), self._written
        self.tally.changes, self.moved, self.audit_head = 0, [], None
        if self.sheets.parked.is_touched:
            self._parked = None
        self.sheets.again()
        if len(self._held) > _MOST_KEPT:
            forget_oldest(self._held, _MOST_KEPT // 2)
        return True

    # --- what holds for the whole store -----

    @property
    def epoch(self) -> str:
        """The store's epoch: another one after a restore."""
        return self._meta["epoch"]

    @property
    def site(self) -> Site:
        """The one building of this store."""
        site = self.find(Site, self._meta["site"])
        if site is None:
            raise LookupError("the site's record is missing: run `floorhand store site FILE`")
        return site

    def is_noted(self, name: str) -> bool:
        """Whether something of that name held for the whole store when this transaction began."""
        return name in self._meta

    def tick(self) -> int:
        """The next number of the store's one log: records, events and moves share it."""
        self.cursor += 1
        return self.cursor

    def number(self, name: str) -> int:
        """The next number of a count of that name, from 1."""
        value = self.counted(name) + 1
        self.sheets.counter.put(CounterRow(name=name, value=value))
        return value

    def counted(self, name: str) -> int:
        """The last number of a count of that name; 0 before its first."""
        row = self.sheets.counter.get(name)
        return row.value if row else 0

    @property
    def parked(self) -> set[str]:
        """The subjects with parked events, behind which later ones wait."""
        if self._parked is None:
            self.sheets.parked.flush()
            found = self._database.prepared(_PARKED).run(self._cursor).fetchall()
            self._parked = {subject for (subject,) in found}
        return self._parked

    @property
    def only_owner(self) -> str:
        """The owner of all goods here; empty where there are several."""
        if self._only_owner is None:
            owners = self.records(Owner, _OWNERS)
            self._only_owner = owners[0].id if len(owners) == 1 else ""
        return self._only_owner

    # --- records -----

    def at(self, key: Key) -> Record | None:
        """The record of that key, as it is by now in this transaction."""
        held = self._load(key)
        return held.record if held else None

    def foresee(self, cls: type[Record], ids: Iterable[str]) -> None:
        """Reads at once the records that `find` and `put` will want one by one."""
        self._load_all(_KIND_BY_CLASS[cls], ids)

    def find(self, cls: type[R], id: str) -> R | None:
        """The record of that class and id."""
        found = self.at(Key(_KIND_BY_CLASS[cls], id))
        return found if isinstance(found, cls) else None

    def put(self, record: Record) -> None:
        """Writes `record` as its next revision, at the next place of the log."""
        key = Key(kind_of(record), record.id)
        before = self._load(key)
        held = _Held(record, before.revision + 1 if before else 1, self.tick())
        self._held[key] = self._changed[key] = held
        self._kinds.add(key.kind)
        if isinstance(record, Owner):
            self._only_owner = None
        if isinstance(record, Order) and (before is None or getattr(before.record, "state", "") != record.state):
            self.moved.append(record)
        self.tally.changes += 1

    def known(self) -> dict[Key, tuple[int, int, Record] | None]:
        """Every key that was met, with its record's revision, cursor and content; None where there is none."""
        return {key: (it.revision, it.cursor, it.record) if it else None for key, it in self._held.items()}

    def change(self, key: Key) -> Change | None:
        """The record of that key as it travels."""
        held = self._load(key)
        if held is None:
            return None
        body = msgspec.Raw(encode_record(held.record))
        return Change(kind=key.kind, id=key.id, revision=held.revision, cursor=held.cursor, body=body)

    def records(self, cls: type[R], query: Executable, **values: Any) -> list[R]:
        """The records whose ids `query` finds, this transaction's own changes included."""
        self._flush_records()
        found = [id for (id,) in self._database.prepared(query).run(self._cursor, **values).fetchall()]
        self.foresee(cls, found)
        return [record for id in found if (record := self.find(cls, id)) is not None]

    # --- one step within the transaction -----

    def open_step(self, origin: str | None) -> None:
        """Begins one asker's step: what changes from here is its doing."""
        self._kinds, self._origin = set(), origin

    def startle(self) -> None:
        """Says that this step did more than its asker could foresee, so that the asker is woken as well."""
        self._origin = None

    def close_step(self) -> News:
        """What the step changed."""
        origin = None if "discrepancy" in self._kinds else self._origin
        return News(frozenset(self._kinds), origin)

    def flush(self) -> None:
        """Writes everything; the transaction's end is the writer's."""
        self._flush_records()
        if self.sheets.token.is_touched:
            self.number(TOKENS)
        self.sheets.counter.put(CounterRow(name="cursor", value=self.cursor))
        self.sheets.flush()
        self._written = self.cursor

    def _load(self, key: Key) -> _Held | None:
        if key not in self._held:
            self._load_all(key.kind, (key.id,))
        return self._held[key]

    def _load_all(self, kind: str, ids: Iterable[str]) -> None:
        keys = [key for id in ids if (key := Key(kind, id)) not in self._held]
        if not keys:
            return
        asked = dict(zip(self._database.as_kept(tuple(key.id for key in keys)), keys, strict=True))
        self._held.update(dict.fromkeys(asked.values()))
        for id, revision, cursor, body in self._read.rows(self._cursor, list(asked), kind=kind):
            self._held[asked[id]] = _Held(decode_record(kind, body), revision, cursor)

    def _flush_records(self) -> None:
        if self._changed:
            self._write.many(self._cursor, _filed(self._changed.items()))
            self._changed.clear()


def _filed(changed: Iterable[tuple[Key, _Held]]) -> list[dict[str, Any]]:
    return [
        {
            "kind": key.kind,
            "id": key.id,
            "revision": held.revision,
            "cursor": held.cursor,
            **filed_as(held.record),
            "body": encode_record(held.record),
        }
        for key, held in changed
    ]


def filed_as(record: Record) -> dict[str, str]:
    """The columns by which a record is found."""
    return {"state": getattr(record, "state", ""), "owner": getattr(record, "owner", ""), "rank": rank(record)}


def rank(record: Record) -> str:
    """How urgent a record is among its kind, as a text that sorts: promised date, then priority, then age."""
    match record:
        case Order():
            return _urgency(record.due_at, record.priority) + instant(record.received_at)[:19]
        case PickTask():
            return _urgency(record.due_at, record.priority) + record.id
        case Discrepancy():
            return instant(record.opened_at)
        case _:
            return ""


def _urgency(due_at: datetime | None, priority: int) -> str:
    due = instant(due_at)[:19] if due_at else _NEVER
    return f"{due} {99_999 - max(-900_000, min(99_999, priority)):06d} "
