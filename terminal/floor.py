"""The floor as this terminal knows it: confirmed records with its own pending events folded on top.

Decides which record is true here now. It keeps nothing on disk and asks nobody: the journal loads it, the sync
confirms it, the session folds into it. A forecast leaves when the store's cursor has passed the event it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from orders.envelope import open_envelope
from orders.events import FloorEvent
from orders.folds import Told, admit
from orders.identifiers import gtin14
from orders.records import (
    Address,
    Discrepancy,
    Key,
    Location,
    Manifest,
    Order,
    Owner,
    Parcel,
    PickTask,
    Product,
    Record,
    Site,
    Tote,
    Worker,
)
from orders.upcast import MalformedEvent, UnknownEvent, understood
from orders.verdicts import Denial

R = TypeVar("R", bound=Record)


class Pending(Struct):
    """An event of ours that the confirmed records do not hold yet; `cursor` is set once the store has it."""

    number: int
    event: FloorEvent
    told: Told
    cursor: int | None = None


def forecast(key: int, body: bytes, terminal: str, cursor: int | None = None) -> Pending | None:
    """An event of the journal as the floor folds it; None where this version does not know what it does.

    Such an event is kept and sent all the same; only what it does cannot be forecast.
    """
    try:
        envelope = open_envelope(body)
        return Pending(key, understood(envelope), Told(envelope.at, terminal, envelope.worker), cursor)
    except (msgspec.DecodeError, UnknownEvent, MalformedEvent):
        return None


class Floor:
    """Records by key, and what can be looked up among them. Touch it from one thread only."""

    def __init__(self, terminal: str = "") -> None:
        self.terminal = terminal
        self.cursor = 0
        self._confirmed: dict[Key, Record] = {}
        self._folded: dict[Key, Record] = {}
        self._pending: dict[int, Pending] = {}
        self._by_key: dict[Key, dict[int, None]] = {}
        self._by_barcode: dict[str, dict[str, None]] = {}
        self._by_kind: dict[str, dict[str, None]] = {}

    # What is known

    def get(self, kind: str, id: str, cls: type[R]) -> R | None:
        """The record of that kind and id with pending events on top, or None."""
        record = self._at(Key(kind, id))
        return record if isinstance(record, cls) else None

    def every(self, kind: str, cls: type[R]) -> Iterator[R]:
        """All records of a kind."""
        for id in tuple(self._by_kind.get(kind, ())):
            if (record := self.get(kind, id, cls)) is not None:
                yield record

    def task(self, id: str) -> PickTask | None:
        """A pick task."""
        return self.get("task", id, PickTask)

    def order(self, id: str) -> Order | None:
        """An order."""
        return self.get("order", id, Order)

    def product(self, id: str) -> Product | None:
        """A product."""
        return self.get("product", id, Product)

    def sku(self, product: str) -> str:
        """What a product is called on the floor; the number in its id where nothing else is known."""
        known = self.product(product)
        return known.sku if known else product.partition("/")[2]

    def location(self, code: str) -> Location | None:
        """A location."""
        return self.get("location", code, Location)

    def tote(self, code: str) -> Tote | None:
        """A tote."""
        return self.get("tote", code, Tote)

    def parcel(self, sscc: str) -> Parcel | None:
        """A parcel."""
        return self.get("parcel", sscc, Parcel)

    def manifest(self, id: str) -> Manifest | None:
        """A manifest."""
        return self.get("manifest", id, Manifest)

    def worker(self, id: str) -> Worker | None:
        """A worker."""
        return self.get("worker", id, Worker)

    def owner(self, id: str) -> Owner | None:
        """An owner."""
        return self.get("owner", id, Owner)

    def address(self, id: str) -> Address | None:
        """An address."""
        return self.get("address", id, Address)

    def discrepancy(self, id: str) -> Discrepancy | None:
        """A discrepancy."""
        return self.get("discrepancy", id, Discrepancy)

    @property
    def owners(self) -> tuple[str, ...]:
        """Whose goods lie here."""
        return tuple(self._by_kind.get("owner", ()))

    @property
    def site(self) -> Site | None:
        """The site that this terminal stands on."""
        return next(self.every("site", Site), None)

    def products_of_barcode(self, text: str) -> tuple[Product, ...]:
        """Products that carry this barcode; a GTIN of any length finds its 14 digits."""
        ids = self._by_barcode.get(gtin14(text) or text, {})
        return tuple(product for id in ids if (product := self.product(id)) is not None)

    # What changes it

    @property
    def waiting(self) -> int:
        """How many of our events the store has not acknowledged."""
        return sum(1 for each in self._pending.values() if each.cursor is None)

    def confirm(self, records: Iterable[tuple[Key, Record]], cursor: int, *, reset: bool = False) -> frozenset[Key]:
        """Takes folded records from the store, which now holds everything up to `cursor`; says what changed here."""
        changed: set[Key] = set()
        if reset:
            changed.update(self._confirmed)
            self._confirmed.clear()
            self._by_barcode.clear()
            self._by_kind.clear()
        for key, record in records:
            self._index(key, record)
            self._confirmed[key] = record
            changed.add(key)
        self.cursor = cursor
        for number in [n for n, each in self._pending.items() if each.cursor is not None and each.cursor <= cursor]:
            changed.update(self._forget(number))
        return frozenset(self._refold(changed))

    def fold(self, pending: Pending) -> frozenset[Key]:
        """Puts one event of ours on top; what the books deny changes nothing here and is the store's to settle."""
        self._pending[pending.number] = pending
        for key in pending.event.touches:
            self._by_key.setdefault(key, {})[pending.number] = None
        return frozenset(self._admit(pending))

    def be_called(self, terminal: str) -> frozenset[Key]:
        """Goes on under the name by which the store knows this device now.

        One that joined anew has another: its walks stay its own until the store says otherwise.
        """
        former, self.terminal = self.terminal, terminal
        if former in (terminal, ""):
            return frozenset()
        for pending in self._pending.values():
            if pending.told.terminal == former:
                pending.told = replace(pending.told, terminal=terminal)
        ours: dict[Key, Record] = {}
        for key, record in self._confirmed.items():
            if isinstance(record, PickTask) and record.claimed_by == former:
                ours[key] = replace(record, claimed_by=terminal)
            elif isinstance(record, Order) and record.bench == former:
                ours[key] = replace(record, benches=(*record.benches[:-1], terminal))
        self._confirmed.update(ours)
        return frozenset(self._refold(set(ours)))

    def settle(self, number: int, cursor: int) -> None:
        """The store has our event; its forecast goes when the confirmed records have come as far as `cursor`."""
        if (pending := self._pending.get(number)) is not None:
            pending.cursor = cursor

    def unsettle(self, number: int) -> None:
        """The store lost our event (a restore from backup): it is pending again."""
        if (pending := self._pending.get(number)) is not None:
            pending.cursor = None

    def _at(self, key: Key) -> Record | None:
        folded = self._folded.get(key)
        return folded if folded is not None else self._confirmed.get(key)

    def _admit(self, pending: Pending) -> set[Key]:
        books = {key: self._at(key) for key in pending.event.touches}
        after = admit(books, pending.event, pending.told)
        if isinstance(after, Denial):
            return set()
        for key, record in after.items():
            self._folded[key] = record
            self._by_kind.setdefault(key.kind, {})[key.id] = None
        return set(after)

    def _forget(self, number: int) -> tuple[Key, ...]:
        gone = self._pending.pop(number)
        for key in gone.event.touches:
            self._by_key.get(key, {}).pop(number, None)
        return gone.event.touches

    def _refold(self, changed: set[Key]) -> set[Key]:
        """Folds anew every record that shares a pending event with a changed one; never the whole floor."""
        todo, numbers = list(changed), set[int]()
        while todo:
            for number in self._by_key.get(todo.pop(), ()):
                if number not in numbers:
                    numbers.add(number)
                    todo += [key for key in self._pending[number].event.touches if key not in changed]
                    changed.update(self._pending[number].event.touches)
        for key in changed:
            self._folded.pop(key, None)
            if key not in self._confirmed:
                self._by_kind.get(key.kind, {}).pop(key.id, None)
        for number in sorted(numbers):
            self._admit(self._pending[number])
        return changed

    def _index(self, key: Key, record: Record) -> None:
        self._by_kind.setdefault(key.kind, {})[key.id] = None
        if not isinstance(record, Product):
            return
        before = self._confirmed.get(key)
        for text in before.every_barcode if isinstance(before, Product) else ():
            self._by_barcode.get(text, {}).pop(key.id, None)
        for text in record.every_barcode:
            self._by_barcode.setdefault(text, {})[key.id] = None
