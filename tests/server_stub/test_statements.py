"""How often the database is asked: what a batch needs is read and written at once, however long the batch is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from orders.intake import Cancellation, Intake, NewCustomer, NewLocation, NewOrder, NewProduct, NewStock, Receipt
from orders.wire import Release
from server_stub import intake_desk, release
from tests.server_stub.conftest import LONDON, new_order, open_warehouse

# So few are enough to meet every SKU, the one that lies nowhere too.
FEW, MANY = 12, intake_desk.SLICE
SKUS = tuple(f"SKU-{number}" for number in range(12))
SHELVES = tuple(f"A-{number:02d}" for number in range(12))


class Counting:
    """The driver's cursor, and how many statements went through it."""

    def __init__(self, cursor: Any) -> None:
        self._cursor, self.statements = cursor, 0

    def execute(self, *asked: Any) -> Any:
        self.statements += 1
        return self._cursor.execute(*asked)

    def executemany(self, *asked: Any) -> Any:
        self.statements += 1
        return self._cursor.executemany(*asked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


@asynccontextmanager
async def counted(store: Any) -> AsyncIterator[Counting]:
    """Counts what the writer asks the database meanwhile; it begins with nothing known."""
    writer = store.writer
    await store.write(lambda books: None)
    cursor = writer._cursor
    writer._cursor, writer._known = Counting(cursor), None
    try:
        yield writer._cursor
    finally:
        writer._cursor, writer._known = cursor, None


async def take(warehouse: Any, **batch: Any) -> list[Receipt]:
    """Hands a batch in that is one transaction."""
    raw = msgspec.json.decode(msgspec.json.encode(Intake(**batch)), type=intake_desk.RawIntake)
    (entries,) = intake_desk.slices(raw)
    receipts: list[Receipt] = await warehouse.store.write(lambda books: intake_desk.take(books, entries))
    return receipts


def orders(beginning: str, count: int) -> tuple[NewOrder, ...]:
    """Orders of five lines, each to a place of its own; the last SKU lies nowhere."""
    return tuple(
        new_order(
            f"{beginning}{number}",
            *[(SKUS[(number + line) % 12], 1) for line in range(5)],
            customer=None,
            ship_to=LONDON,
        )
        for number in range(count)
    )


def stock(key: str, count: int) -> tuple[NewStock, ...]:
    return tuple(
        NewStock(owner="HOME", sku=SKUS[n % 12], location=SHELVES[n % 12], quantity=9, key=f"{key}{n}")
        for n in range(count)
    )


BATCHES: dict[str, Callable[[str, int], tuple[Any, ...]]] = {
    "locations": lambda name, count: tuple(NewLocation(code=f"{name}-{n}", walk=n) for n in range(count)),
    "products": lambda name, count: tuple(
        NewProduct(owner="HOME", sku=f"{name}-{n}", description="New") for n in range(count)
    ),
    "stock": stock,
    "customers": lambda name, count: tuple(NewCustomer(number=f"{name}-{n}", address=LONDON) for n in range(count)),
    "orders": orders,
}


@pytest.fixture
async def floor(warehouse: Any) -> Any:
    """Shelves with goods for every SKU but the last one, and a place for that."""
    await warehouse.furnish({place: {sku: 500} for place, sku in zip(SHELVES[:-1], SKUS[:-1], strict=True)})
    await warehouse.intake(
        locations=(NewLocation(code=SHELVES[-1], walk=12),),
        products=(NewProduct(owner="HOME", sku=SKUS[-1], description="Rare"),),
    )
    return warehouse


@pytest.mark.parametrize("what", BATCHES)
async def test_a_long_batch_asks_no_more_often_than_a_short_one(floor: Any, what: str) -> None:
    asked = []
    for name, count in (("FEW", FEW), ("MANY", MANY)):
        async with counted(floor.store) as counting:
            receipts = await take(floor, **{what: BATCHES[what](name, count)})
        assert [each.outcome for each in receipts] == ["created"] * count
        asked.append(counting.statements)
    few, many = asked
    assert many <= few, asked
    assert many <= MANY / 2, asked


async def test_a_long_release_asks_no_more_often_than_a_short_one(floor: Any) -> None:
    asked = []
    for name, count in (("FEW", FEW), ("MANY", MANY)):
        receipts = await take(floor, orders=orders(name, count))
        named = Release(key=name, orders=tuple(each.id for each in receipts))
        async with counted(floor.store) as counting:
            released, _ = await floor.store.write(
                lambda books, named=named: release.release_slice(books, named, release.Mark())
            )
        assert (len(released.tasks), released.refused) == (count, ())
        asked.append(counting.statements)
    few, many = asked
    assert many <= few, asked
    assert many <= MANY / 2, asked


async def test_many_cancellations_ask_no_more_often_than_a_few(floor: Any) -> None:
    asked = []
    for name, count in (("FEW", FEW), ("MANY", MANY)):
        await take(floor, orders=orders(name, count))
        wanted = tuple(Cancellation(owner="HOME", number=f"{name}{number}") for number in range(count))
        async with counted(floor.store) as counting:
            receipts = await take(floor, cancellations=wanted)
        assert [each.outcome for each in receipts] == ["cancelled"] * count
        asked.append(counting.statements)
    few, many = asked
    assert many <= few, asked
    assert many <= MANY / 2, asked


async def read_through(warehouse: Any) -> dict[str, int]:
    """How often each table of the writer's own was read from its beginning to its end."""
    await warehouse.store.write(lambda books: books._cursor.execute("SELECT pg_stat_force_next_flush()") and None)
    found = dict(warehouse.rows("SELECT relname, seq_scan FROM pg_stat_user_tables"))
    return {table: found[table] for table in ("stock", "allocation", "awaited")}


async def test_a_batch_goes_through_no_whole_table(floor: Any) -> None:
    if not floor.place.address:
        return  # the embedded database does so only where there is no index
    before = await read_through(floor)
    for name in ("FIRST", "NEXT"):
        await take(floor, orders=orders(name, MANY))
    assert await read_through(floor) == before


ENTRIES: tuple[tuple[str, Any], ...] = (
    *(("locations", NewLocation(code=code, walk=walk)) for walk, code in enumerate(("B-01", "B-02"), start=1)),
    *(("products", NewProduct(owner="HOME", sku=sku, description=sku)) for sku in ("LAMP", "VASE", "MUG")),
    ("stock", NewStock(owner="HOME", sku="LAMP", location="B-01", quantity=3, key="1")),
    ("stock", NewStock(owner="HOME", sku="LAMP", location="B-02", quantity=4, key="2")),
    ("stock", NewStock(owner="HOME", sku="LAMP", location="B-02", quantity=4, key="2")),
    ("stock", NewStock(owner="HOME", sku="LAMP", location="B-02", quantity=5, key="2")),
    ("stock", NewStock(owner="HOME", sku="MUG", location="B-02", quantity=2, key="3")),
    ("stock", NewStock(owner="HOME", sku="MUG", location="B-02", quantity=2)),
    ("stock", NewStock(owner="HOME", sku="LAMP", location="B-09", quantity=2)),
    ("customers", NewCustomer(number="C1", address=LONDON)),
    ("customers", NewCustomer(number="C1", address=LONDON)),
    ("orders", new_order("1", ("LAMP", 2), ("MUG", 1))),
    ("orders", new_order("1", ("LAMP", 2), ("MUG", 1))),
    ("orders", new_order("1", ("LAMP", 3), ("MUG", 2))),
    ("orders", new_order("2", ("LAMP", 5), ("VASE", 1))),
    ("orders", new_order("3", ("LAMP", 1), ("LAMP", 1))),
    ("orders", new_order("4", ("CUP", 1))),
    ("orders", new_order("5", ("VASE", 1), customer="C2")),
    ("orders", new_order("2", ("LAMP", 1))),
    ("cancellations", Cancellation(owner="HOME", number="1")),
    ("cancellations", Cancellation(owner="HOME", number="5")),
    ("cancellations", Cancellation(owner="HOME", number="1")),
    ("cancellations", Cancellation(owner="HOME", number="404")),
    ("cancellations", Cancellation(owner="HOME", number="3")),
)


async def test_entries_taken_together_end_as_one_by_one(new_places: Any) -> None:
    told: list[tuple[Any, ...]] = []
    for is_together in (True, False):
        with new_places() as place:
            async with open_warehouse(place) as warehouse:
                batches = [ENTRIES] if is_together else [[each] for each in ENTRIES]
                receipts = []
                for batch in batches:
                    kinds = dict.fromkeys(kind for kind, _ in batch)
                    receipts += await take(
                        warehouse, **{kind: tuple(thing for of, thing in batch if of == kind) for kind in kinds}
                    )
                tables = [
                    warehouse.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
                    for table in ("stock", "stock_move", "allocation", "awaited", "goods_in", "change_request")
                ]
                records = warehouse.rows("SELECT kind, id, revision, cursor, state, rank FROM record ORDER BY 1, 2")
                told.append((receipts, tables, records))
    assert told[0] == told[1]
    outcomes = [each.outcome for each in told[0][0]]
    assert outcomes[5:12] == ["created", "created", "unchanged", "refused", "created", "unchanged", "refused"]
    assert outcomes[14:] == [
        "created",
        "unchanged",
        "change_request",
        "created",
        "created",
        "refused",
        "held",
        "change_request",
        "cancelled",
        "cancelled",
        "unchanged",
        "unknown",
        "cancelled",
    ]
