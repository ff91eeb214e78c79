"""Situations on the floor that the store's tests begin from, and what its books show afterwards.

Decides no outcome: whether the books took it well is each test's own question.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from orders.records import Discrepancy, Order
from server_stub.floor_repairs import ShelfCount, ShelfCounted

Shelves = Mapping[str, Mapping[str, int]]
TEN_LAMPS: Shelves = {"A-01": {"LAMP": 10}}


def sums(warehouse: Any) -> set[int]:
    """Every product's pieces over all places, the open ends included."""
    return {total for (total,) in warehouse.rows("SELECT sum(quantity) FROM stock GROUP BY product")}


def claims(warehouse: Any) -> dict[str, int]:
    """Pieces set aside by order, as rows and on its lines alike."""
    found = warehouse.rows('SELECT "order", sum(quantity) FROM allocation GROUP BY "order"')
    on_lines = {order.id: sum(line.allocated for line in order.lines) for order in warehouse.all(Order)}
    assert dict(found) == {order: pieces for order, pieces in on_lines.items() if pieces}
    return {order.removeprefix("HOME/"): pieces for order, pieces in found}


def open_ones(warehouse: Any) -> list[Any]:
    return [each for each in warehouse.all(Discrepancy) if each.state == "open"]


async def count(warehouse: Any, location: str, quantity: int, key: str = "", sku: str = "LAMP") -> ShelfCounted:
    asked = counted(location, quantity, key=key or secrets.token_hex(8), sku=sku)
    answer: ShelfCounted = await warehouse.ask("POST", "/v1/counts", asked, ShelfCounted)
    return answer


def counted(location: str, quantity: int, **more: Any) -> ShelfCount:
    fields = {"key": "k", "owner": "HOME", "sku": "LAMP", "counted_by": "GRACE", **more}
    return ShelfCount(location=location, quantity=quantity, **fields)


async def shorted(warehouse: Any, device: Any, quantity: int, tote: str = "T1") -> Any:
    """A walk that finds nothing on its one stop."""
    walk = await warehouse.walk(device, tote)
    assert await device.tell(walk.bound(), walk.shorted(quantity), walk.dropped(is_empty=True)) == ["admitted"] * 3
    return walk


async def claimed(warehouse: Any, pieces: int = 3, shelves: Shelves = TEN_LAMPS) -> tuple[Any, Any]:
    """A device that has claimed the walk for that many lamps, and the walk."""
    await warehouse.furnish(shelves)
    await warehouse.order("1", ("LAMP", pieces))
    await warehouse.release()
    device = await warehouse.device("cart")
    return device, await warehouse.walk(device)


async def done_by_another(warehouse: Any, shelves: Shelves = TEN_LAMPS) -> tuple[Any, Any]:
    """A device back from offline with a walk for 3 lamps in T1; another has meanwhile done that walk, in T2."""
    await warehouse.furnish(shelves)
    await warehouse.order("1", ("LAMP", 3))
    await warehouse.release()
    first, second = await warehouse.device("first"), await warehouse.device("second")
    offline = await warehouse.walk(first, tote="T1")
    warehouse.clock.move(minutes=31)
    walk = await warehouse.walk(second, tote="T2")
    assert walk.task.id == offline.task.id
    assert await second.tell(*walk.whole_pick()) == ["admitted"] * 3
    return first, offline


async def put_back_due(warehouse: Any) -> Discrepancy:
    """A put-back of 3 pieces in T1, because another terminal had done the task."""
    first, offline = await done_by_another(warehouse, {"A-01": {"LAMP": 10}, "A-02": {}})
    await first.tell(offline.picked(3))
    (found,) = open_ones(warehouse)
    assert (found.remedy, found.place, found.quantity) == ("put_back", "tote/T1", 3)
    return found  # type: ignore[no-any-return]
