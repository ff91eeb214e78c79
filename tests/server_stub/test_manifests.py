"""Parcels and trucks: what is read back too late, what stays behind, and what a handover takes out of the books."""

from __future__ import annotations

from typing import Any

import pytest

from orders import calendar, events
from orders.identifiers import sscc
from orders.intake import NewStock
from orders.records import Discrepancy, Manifest, Order, Parcel, ParcelLine

FIRST_TRUCK = "POST-DAY-20261123-1500"


@pytest.fixture
async def bench(warehouse: Any) -> Any:
    """A device and a function that picks and seals one order of one lamp, giving its parcel."""
    await warehouse.furnish({"A-01": {"LAMP": 50}})
    device = await warehouse.device("bench")
    leased = await device.lease()
    serials = iter(range(leased.block.first, leased.block.last))

    async def seal(number: str) -> tuple[Any, str]:
        await warehouse.order(number, ("LAMP", 1))
        await warehouse.release(number)
        walk = await warehouse.walk(device, tote=f"T{number}")
        parcel = leased.block.number(next(serials))
        contents = (ParcelLine(line=1, product="HOME/LAMP", quantity=1),)
        due_at = walk.task.due_at
        facts = (*walk.whole_pick(), *walk.packed(parcel, contents, carrier="Post", service="Day", departs_at=due_at))
        assert set(await device.tell(*facts)) == {"admitted"}
        return walk, parcel

    return device, seal


def label(walk: Any, parcel: str, manifest: str = FIRST_TRUCK) -> events.ParcelLabelled:
    fact: events.ParcelLabelled = walk.labelled(parcel, manifest, departs_at=walk.task.due_at)
    return fact


async def test_orders_are_due_with_the_next_truck(warehouse: Any, bench: Any) -> None:
    _, seal = bench
    walk, _ = await seal("1")
    assert calendar.manifest_id("Post", "Day", walk.task.due_at) == FIRST_TRUCK


async def test_a_handover_is_the_goods_issue(warehouse: Any, bench: Any) -> None:
    device, seal = bench
    walk, parcel = await seal("1")
    gone = events.HandedParcel(parcel=parcel, order="HOME/1")
    verdicts = await device.tell(
        label(walk, parcel),
        events.ManifestClosed(manifest=FIRST_TRUCK),
        events.ManifestHandedOver(manifest=FIRST_TRUCK, parcels=(gone,)),
    )
    assert verdicts == ["admitted"] * 3
    assert warehouse.lying("LAMP", "gone") == 1
    assert warehouse.rows("SELECT count(*) FROM stock WHERE place LIKE 'parcel/%' OR place LIKE 'tote/%'") == [(0,)]
    order = warehouse.record(Order, "HOME/1")
    assert (order.state, order.lines[0].shipped) == ("shipped", 1)
    assert warehouse.record(Parcel, parcel).state == "handed_over"
    assert warehouse.all(Discrepancy) == []


@pytest.mark.parametrize("is_gone", [False, True])
async def test_a_label_read_back_after_the_truck_was_closed_goes_on_the_next_turn(
    warehouse: Any, bench: Any, is_gone: bool
) -> None:
    device, seal = bench
    walk, parcel = await seal("1")
    late, late_parcel = await seal("2")
    await device.tell(label(walk, parcel), events.ManifestClosed(manifest=FIRST_TRUCK))
    if is_gone:
        gone = events.HandedParcel(parcel=parcel, order="HOME/1")
        await device.tell(events.ManifestHandedOver(manifest=FIRST_TRUCK, parcels=(gone,)))
    assert await device.tell(label(late, late_parcel)) == ["admitted"]
    assert warehouse.record(Manifest, FIRST_TRUCK).parcels == (parcel,)
    assert warehouse.record(Parcel, late_parcel).manifest == f"{FIRST_TRUCK}-2"
    assert warehouse.record(Manifest, f"{FIRST_TRUCK}-2").parcels == (late_parcel,)


async def test_what_was_not_handed_over_rolls_on_to_the_next_departure(warehouse: Any, bench: Any) -> None:
    device, seal = bench
    walk, parcel = await seal("1")
    other, left = await seal("2")
    gone = events.HandedParcel(parcel=parcel, order="HOME/1")
    await device.tell(
        label(walk, parcel),
        label(other, left),
        events.ManifestClosed(manifest=FIRST_TRUCK),
        events.ManifestHandedOver(manifest=FIRST_TRUCK, parcels=(gone,)),
    )
    following = "POST-DAY-20261123-1800"
    assert warehouse.record(Manifest, FIRST_TRUCK).parcels == (parcel,)
    assert warehouse.record(Manifest, following).parcels == (left,)
    rolled = warehouse.record(Parcel, left)
    assert (rolled.state, rolled.manifest) == ("labelled", following)
    assert calendar.manifest_id("Post", "Day", rolled.departs_at) == following
    assert warehouse.record(Order, "HOME/2").state == "packed"


async def test_after_the_last_truck_of_friday_comes_monday(warehouse: Any, bench: Any) -> None:
    device, seal = bench
    warehouse.clock.move(days=4, hours=5)  # Friday, 13:00: the second truck
    walk, parcel = await seal("1")
    other, left = await seal("2")
    truck = calendar.manifest_id("Post", "Day", walk.task.due_at)
    assert truck == "POST-DAY-20261127-1800"
    warehouse.clock.move(hours=5, minutes=10)
    gone = events.HandedParcel(parcel=parcel, order="HOME/1")
    await device.tell(
        label(walk, parcel, truck),
        label(other, left, truck),
        events.ManifestClosed(manifest=truck),
        events.ManifestHandedOver(manifest=truck, parcels=(gone,)),
    )
    assert warehouse.record(Parcel, left).manifest == "POST-DAY-20261130-1500"


async def test_a_void_leaves_the_manifest_on_which_the_store_put_the_parcel(warehouse: Any, bench: Any) -> None:
    device, seal = bench
    walk, parcel = await seal("1")
    late, late_parcel = await seal("2")
    await device.tell(label(walk, parcel), events.ManifestClosed(manifest=FIRST_TRUCK), label(late, late_parcel))
    contents = (ParcelLine(line=1, product="HOME/LAMP", quantity=1),)
    voided = events.ParcelVoided(
        order="HOME/2", parcel=late_parcel, tote="T2", reason="asked", contents=contents, manifest=FIRST_TRUCK
    )
    assert await device.tell(voided) == ["admitted"]
    assert warehouse.record(Manifest, f"{FIRST_TRUCK}-2").parcels == ()
    assert warehouse.record(Manifest, FIRST_TRUCK).parcels == (parcel,)
    assert warehouse.lying("LAMP", "tote/T2") == 1
    assert warehouse.record(Order, "HOME/2").state == "packing"


async def test_a_partly_served_order_ships_and_takes_the_rest_when_goods_come(warehouse: Any, bench: Any) -> None:
    device, _ = bench
    await warehouse.furnish({"A-02": {"MUG": 1}})
    await warehouse.order("7", ("MUG", 3))
    await warehouse.release("7")
    walk = await warehouse.walk(device)
    parcel = sscc("952000", 40)
    contents = (ParcelLine(line=1, product="HOME/MUG", quantity=1),)
    gone = events.HandedParcel(parcel=parcel, order="HOME/7")
    facts = (*walk.whole_pick(), *walk.packed(parcel, contents), label(walk, parcel))
    await device.tell(*facts, events.ManifestClosed(manifest=FIRST_TRUCK))
    assert await device.tell(events.ManifestHandedOver(manifest=FIRST_TRUCK, parcels=(gone,))) == ["admitted"]
    assert warehouse.record(Order, "HOME/7").state == "backordered"
    await warehouse.intake(stock=(NewStock(owner="HOME", sku="MUG", location="A-02", quantity=5, key="pallet 1"),))
    order = warehouse.record(Order, "HOME/7")
    assert (order.state, order.lines[0].allocated) == ("allocated", 2)
