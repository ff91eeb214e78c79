"""The rows of the live queue: open discrepancies first, then open orders by the time they have left.

Decides what a row says, where it stands and what the totals are, and brings up to date only what changed. Pure: a
floor and changed keys in, rows out. It does not know what a row looks like, nor what the time is.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from orders.records import Discrepancy, Key, Order, PickTask, Worker
from terminal.floor import Floor

_NEVER = datetime.max.replace(tzinfo=UTC)
_OVER = ("shipped", "cancelled")
# Picked and packing are one thing to who watches the dock: on its way from the shelves to the label.
_TOTAL_OF = {
    "released": "released",
    "picking": "picking",
    "picked": "picking",
    "packing": "picking",
    "packed": "packed",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the board. `done` of `wanted` pieces are through the step of its `state`; `back_ordered` follow."""

    key: Key
    number: str
    state: str
    due_at: datetime | None = None
    carrier: str = ""
    done: int = 0
    wanted: int = 0
    who: str = ""
    is_held: bool = False
    reason: str = ""
    remedy: str = ""
    back_ordered: int = 0

    @property
    def is_discrepancy(self) -> bool:
        """Whether this is work that the books cannot settle, and no order."""
        return self.key.kind == "discrepancy"


@dataclass(frozen=True, slots=True)
class Totals:
    """How many orders stand where; `late` ones are past their time and still here."""

    released: int
    picking: int
    packed: int
    shipped: int
    late: int


_Place = tuple[int, datetime, str]


class Board:
    """The rows in their order; `change` costs the changed rows, not the floor."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._rows: dict[Key, Row] = {}
        self._place_of: dict[Key, _Place] = {}
        self._places: list[tuple[_Place, Key]] = []
        self._state_of: dict[Key, str] = {}
        self._counts: Counter[str] = Counter()
        for order in floor.every("order", Order):
            self._take(Key("order", order.id), sorts=False)
        for discrepancy in floor.every("discrepancy", Discrepancy):
            self._take(Key("discrepancy", discrepancy.id), sorts=False)
        self._places.sort()

    def __len__(self) -> int:
        return len(self._places)

    def row(self, index: int) -> Row:
        """The row at `index` from the top; IndexError past the end."""
        return self._rows[self._places[index][1]]

    def index(self, key: Key) -> int | None:
        """Where the row of `key` stands, or None where it has none."""
        place = self._place_of.get(key)
        return None if place is None else bisect_left(self._places, (place, key))

    def totals(self, now: datetime) -> Totals:
        """The counts; late ones at `now`."""
        counts = self._counts
        first, after = bisect_left(self._places, ((1,),)), bisect_left(self._places, ((1, now),))
        return Totals(counts["released"], counts["picking"], counts["packed"], counts["shipped"], after - first)

    def change(self, keys: Iterable[Key]) -> range:
        """Brings the rows of changed records up to date; returns the indexes whose rows may look different."""
        first, last = len(self._places), -1
        for key in {found for each in keys for found in self._concerns(each)}:
            before = self.index(key)
            self._take(key, sorts=True)
            after = self.index(key)
            touched = [index for index in (before, after) if index is not None]
            if touched:
                first = min(first, *touched)
                # A row that came or went moves every row below it.
                last = max(last, *touched) if len(touched) == 2 else max(len(self._places), last)
        return range(first, last + 1)

    def _concerns(self, key: Key) -> tuple[Key, ...]:
        if key.kind == "task":
            task = self._floor.task(key.id)
            return (Key("order", task.order),) if task else ()
        return (key,) if key.kind in ("order", "discrepancy") else ()

    def _take(self, key: Key, *, sorts: bool) -> None:
        self._count(key)
        row = self._order_row(key) if key.kind == "order" else self._discrepancy_row(key)
        if row is not None and row == self._rows.get(key):
            return
        place = _place(row) if row is not None else None
        if place != (before := self._place_of.get(key)):
            if before is not None:
                del self._places[bisect_left(self._places, (before, key))]
                del self._place_of[key]
            if place is not None:
                self._place_of[key] = place
                if sorts:
                    insort(self._places, (place, key))
                else:
                    self._places.append((place, key))
        if row is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = row

    def _count(self, key: Key) -> None:
        order = self._floor.order(key.id) if key.kind == "order" else None
        state = (_TOTAL_OF.get(order.state) or order.state) if order else ""
        if before := self._state_of.pop(key, ""):
            self._counts[before] -= 1
        if state:
            self._counts[state] += 1
            self._state_of[key] = state

    def _order_row(self, key: Key) -> Row | None:
        order = self._floor.order(key.id)
        if order is None or order.state in _OVER:
            return None
        tasks = filter(None, map(self._floor.task, reversed(order.tasks)))
        task = next((each for each in tasks if each.state != "cancelled"), None)
        return Row(
            key=key,
            number=order.number,
            state=order.state,
            due_at=order.due_at,
            carrier=" ".join(filter(None, (order.carrier, order.service))),
            done=_done(order),
            wanted=sum(line.wanted for line in order.lines),
            who=self._who(order, task),
            is_held=order.is_held,
            back_ordered=sum(order.to_follow.values()),
        )

    def _discrepancy_row(self, key: Key) -> Row | None:
        found = self._floor.discrepancy(key.id)
        if found is None or found.state != "open":
            return None
        return Row(
            key=key,
            number=(found.place or found.product or found.subject).removeprefix("shelf/"),
            state=found.state,
            due_at=found.opened_at,
            done=found.quantity,
            who=self._name(found.worker),
            reason=found.reason,
            remedy=found.remedy,
        )

    def _who(self, order: Order, task: PickTask | None) -> str:
        if order.state in ("packing", "packed"):
            return order.station
        return self._name(task.worker) if task else ""

    def _name(self, worker: str | None) -> str:
        known = self._floor.get("worker", worker, Worker) if worker else None
        return known.name if known else worker or ""


def _place(row: Row) -> _Place:
    if row.is_discrepancy:
        return (0, row.due_at or _NEVER, row.number)
    return (1, row.due_at or _NEVER, row.number)


def _done(order: Order) -> int:
    match order.state:
        case "packing":
            return sum(line.verified for line in order.lines)
        case "packed":
            return sum(line.packed for line in order.lines)
        case _:
            return sum(line.picked for line in order.lines)
