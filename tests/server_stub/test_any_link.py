"""Whatever the link loses, repeats or reorders, the books end the same; and the ledger's sums never move."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders import events, wire
from orders.identifiers import sscc
from orders.records import Order, ParcelLine, PickTask

_SETTINGS = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TRUCK = "POST-DAY-20261123-1500"


def contents(warehouse: Any) -> dict[str, Any]:
    """Everything that the facts decide, without what names the run: revisions, cursors, journals."""
    return {
        "record": warehouse.rows("SELECT kind, id, body FROM record WHERE kind NOT IN ('worker') ORDER BY 1, 2"),
        "stock": warehouse.rows("SELECT * FROM stock ORDER BY 1, 2"),
        "allocation": warehouse.rows("SELECT * FROM allocation ORDER BY 1, 2, 3"),
        "moves": warehouse.rows(
            "SELECT product, quantity, source, target, count(*) FROM stock_move GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
        ),
        "events": warehouse.rows("SELECT number, outcome, body FROM event ORDER BY 2, 3"),
    }


async def prepared(warehouse: Any) -> list[tuple[Any, list[bytes]]]:
    """Two carts with a walk each, one of them short and one beyond the book, and all they will ever tell."""
    await warehouse.furnish({"A-01": {"LAMP": 4}, "A-02": {"MUG": 9}})
    await warehouse.order("1", ("LAMP", 2), ("MUG", 3))
    await warehouse.order("2", ("LAMP", 2), ("MUG", 2))
    await warehouse.release()
    told = []
    for name, number in (("one", 1), ("two", 2)):
        device = await warehouse.device(name)
        device.journal = f"journal-{name}"
        await device.hello()
        await device.lease(key="k", count=10)
        walk = await warehouse.walk(device, tote=f"T{number}")
        parcel = sscc("952000", 1 if number == 1 else 11)
        if number == 1:
            picks = (walk.picked(2, 1), walk.picked(1, 2), walk.shorted(2, 2))
            packed = (
                ParcelLine(line=1, product="HOME/LAMP", quantity=2),
                ParcelLine(line=2, product="HOME/MUG", quantity=1),
            )
        else:
            picks = (walk.picked(1, 1), walk.picked(5, 1), walk.picked(1, 1), walk.picked(2, 2))
            packed = (
                ParcelLine(line=1, product="HOME/LAMP", quantity=2),
                ParcelLine(line=2, product="HOME/MUG", quantity=2),
            )
        facts = (
            walk.bound(),
            walk.at_shelf(),
            *picks,
            walk.dropped(),
            *walk.packed(parcel, packed),
            walk.labelled(parcel, f"{TRUCK}-CART{number}"),
        )
        told.append((device, [device.seal(fact) for fact in facts]))
    return told


async def straight(warehouse: Any) -> None:
    for device, bodies in await prepared(warehouse):
        await device.send(*bodies)


async def over_a_bad_link(warehouse: Any, luck: random.Random) -> None:
    told = await prepared(warehouse)
    late: list[tuple[Any, list[bytes]]] = []
    expected = {device.terminal: 1 for device, _ in told}
    # The second cart begins when the first is done: which of both comes first is the floor's doing, not the link's.
    for device, bodies in told:
        while expected[device.terminal] <= len(bodies):
            first = expected[device.terminal] - 1
            batch = bodies[first : first + luck.randint(1, 6)]
            match luck.choice(("fine", "lost", "unanswered", "late", "early", "again", "restart")):
                case "fine":
                    expected[device.terminal] = (await device.send(*batch)).expected
                case "unanswered":
                    await device.send(*batch)
                case "late":
                    late.append((device, batch))
                case "early":
                    await device.send(*bodies[first + 1 :][:3])
                case "again" if late:
                    other, old = luck.choice(late)
                    await other.send(*old)
                case "restart":
                    await warehouse.reopen()
                    for each, _ in told:
                        each.http = warehouse.http(each.token)
                    expected[device.terminal] = (await device.hello()).expected
                case _:
                    pass
    for device, batch in late:
        reply = await device.send(*batch)
        assert {outcome.verdict for outcome in reply.outcomes} == {wire.KNOWN}


@pytest.mark.heavy
@_SETTINGS
@given(seed=st.integers(0, 2**32))
def test_any_loss_repeat_or_reordering_ends_in_the_same_books(fresh_warehouse: Callable[[], Any], seed: int) -> None:
    async def both() -> tuple[Any, Any]:
        async with fresh_warehouse() as calm:
            await straight(calm)
            expected = contents(calm)
        async with fresh_warehouse() as rough:
            await over_a_bad_link(rough, random.Random(seed))
            return contents(rough), expected

    found, expected = asyncio.run(both())
    assert found == expected


def facts_of(warehouse: Any, luck: random.Random) -> list[Any]:
    """Facts as a floor in disorder could tell them: about anything, in any order, sense or not."""
    tasks = warehouse.all(PickTask)
    parcels = [sscc("952000", serial) for serial in range(1, 5)]
    facts: list[Any] = []
    for _ in range(luck.randint(5, 25)):
        task = luck.choice(tasks)
        stop = luck.choice(task.stops)
        common = {"order": task.order, "task": task.id}
        tote, parcel, quantity = f"T{luck.randint(1, 3)}", luck.choice(parcels), luck.randint(1, 4)
        line = ParcelLine(line=1, product=stop.product, quantity=quantity)
        at = {"stop": stop.number, "location": stop.location, "product": stop.product, "quantity": quantity}
        facts.append(
            luck.choice(
                (
                    events.ToteBound(**common, tote=tote),
                    events.PickConfirmed(**common, **at, tote=tote),
                    events.PickConfirmed(**common, **at, tote=tote),
                    events.PickShorted(**common, **at, reason="fewer"),
                    events.ToteDropped(**common, tote=tote, place="DROP-1", is_empty=luck.random() < 0.3),
                    events.PackingStarted(order=task.order, tote=tote, station="B"),
                    events.ItemVerified(order=task.order, tote=tote, product=stop.product, quantity=quantity),
                    events.ParcelSealed(
                        order=task.order,
                        order_number=task.order_number,
                        tote=tote,
                        parcel=parcel,
                        number=1,
                        contents=(line,),
                        weight_grams=1,
                    ),
                    events.ParcelLabelled(
                        order=task.order, parcel=parcel, manifest=TRUCK, carrier="Post", service="Day"
                    ),
                    events.ParcelVoided(
                        order=task.order, parcel=parcel, tote=tote, reason="asked", contents=(line,), manifest=TRUCK
                    ),
                    events.ManifestClosed(manifest=TRUCK),
                    events.ManifestReopened(manifest=TRUCK),
                    events.ManifestHandedOver(
                        manifest=TRUCK, parcels=(events.HandedParcel(parcel=parcel, order=task.order),)
                    ),
                )
            )
        )
    return facts


@pytest.mark.heavy
@_SETTINGS
@given(seed=st.integers(0, 2**32))
def test_a_floor_in_disorder_never_breaks_the_books(fresh_warehouse: Callable[[], Any], seed: int) -> None:
    async def told() -> None:
        luck = random.Random(seed)
        async with fresh_warehouse() as warehouse:
            await warehouse.furnish({"A-01": {"LAMP": 6}, "A-02": {"LAMP": 3, "MUG": 5}})
            for number in range(3):
                await warehouse.order(str(number), ("LAMP", 2), ("MUG", 2), ("LAMP", 1))
            await warehouse.release()
            device = await warehouse.device("cart")
            for fact in facts_of(warehouse, luck):
                assert await device.tell(fact) in (["admitted"], ["discrepancy"])
                check(warehouse)

    asyncio.run(told())


def check(warehouse: Any) -> None:
    """What holds after every single fact."""
    rows = warehouse.rows
    assert {total for (total,) in rows("SELECT sum(quantity) FROM stock GROUP BY product")} == {0}
    open_ends = "('outside', 'gone', 'adjustment')"
    assert rows(f"SELECT * FROM stock WHERE quantity < 0 AND place NOT IN {open_ends}") == []
    assert rows("SELECT * FROM stock WHERE allocated < 0") == []
    moved = """
        SELECT product, place, sum(quantity) FROM (
            SELECT product, target AS place, quantity FROM stock_move
            UNION ALL SELECT product, source, -quantity FROM stock_move
        ) GROUP BY 1, 2 HAVING sum(quantity) <> 0 ORDER BY 1, 2
    """
    assert rows(moved) == rows("SELECT product, place, quantity FROM stock WHERE quantity <> 0 ORDER BY 1, 2")
    by_shelf = "SELECT product, 'shelf/' || location, sum(quantity) FROM allocation GROUP BY 1, 2 ORDER BY 1, 2"
    assert rows(by_shelf) == rows("SELECT product, place, allocated FROM stock WHERE allocated <> 0 ORDER BY 1, 2")
    claimed: dict[tuple[str, str], int] = {}
    for order in warehouse.all(Order):
        for line in order.lines:
            key = (order.id, line.product)
            claimed[key] = claimed.get(key, 0) + line.allocated
    table = {
        (order, product): total
        for order, product, total in rows('SELECT "order", product, sum(quantity) FROM allocation GROUP BY 1, 2')
    }
    assert {key: total for key, total in claimed.items() if total} == table
    assert rows("SELECT count(*) FROM parked") == [(0,)]
