"""What the floor takes back goes the other way through the books, once, and nothing is lost or counted twice by it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders import events
from orders.identifiers import sscc
from orders.records import Discrepancy, KeyedItem, Manifest, Order, Parcel, ParcelLine, PickTask
from tests.server_stub.conftest import Walk
from tests.server_stub.situations import claimed, claims, count, done_by_another, open_ones, sums

SSCC = sscc("952000", 1)
CONTENTS = (ParcelLine(line=1, product="HOME/LAMP", quantity=3),)


def unpicked(walk: Any, quantity: int, stop: int = 1) -> events.PickUndone:
    pick = walk.picked(quantity, stop)
    return events.PickUndone(**{name: getattr(pick, name) for name in events.PickUndone.__struct_fields__})


def unshorted(walk: Any, quantity: int) -> events.ShortUndone:
    short = walk.shorted(quantity)
    return events.ShortUndone(**{name: getattr(short, name) for name in events.ShortUndone.__struct_fields__})


async def on_a_walk(warehouse: Any, pieces: int = 3, on_shelf: int = 10) -> tuple[Any, Any]:
    device, walk = await claimed(warehouse, pieces, {"A-01": {"LAMP": on_shelf}})
    await device.tell(walk.bound())
    return device, walk


async def test_a_pick_taken_back_lies_on_its_shelf_again_and_is_claimed_again(warehouse: Any) -> None:
    device, walk = await on_a_walk(warehouse)
    assert await device.tell(walk.picked(3), unpicked(walk, 3)) == ["admitted"] * 2
    assert warehouse.on_shelf("LAMP", "A-01") == (10, 3, False)
    assert warehouse.lying("LAMP", "tote/T1") == 0
    assert claims(warehouse) == {"1": 3}
    task = warehouse.record(PickTask, walk.task.id)
    assert (task.state, task.current.left) == ("picking", 3)
    assert await device.tell(walk.picked(3), walk.dropped()) == ["admitted"] * 2
    assert warehouse.on_shelf("LAMP", "A-01") == (7, 0, False)
    assert (sums(warehouse), claims(warehouse), warehouse.all(Discrepancy)) == ({0}, {}, [])


async def test_a_tote_set_down_leaves_a_walk_that_may_be_given_back(warehouse: Any) -> None:
    device, walk = await on_a_walk(warehouse)
    unbound = events.ToteUnbound(task=walk.task.id, order=walk.task.order, tote="T1")
    assert await device.tell(unbound) == ["admitted"]
    task = warehouse.record(PickTask, walk.task.id)
    assert (task.state, task.tote, task.claimed_by) == ("claimed", None, walk.task.claimed_by)
    other = Walk(task, "T2")
    assert await device.tell(*other.whole_pick()) == ["admitted"] * 3
    assert (warehouse.lying("LAMP", "tote/T2"), sums(warehouse), open_ones(warehouse)) == (3, {0}, [])


async def test_a_dropped_tote_taken_up_again_keeps_its_walk_and_its_goods(warehouse: Any) -> None:
    device, walk = await on_a_walk(warehouse)
    await device.tell(walk.picked(3), walk.dropped())
    taken = events.DropUndone(task=walk.task.id, order=walk.task.order, tote="T1", place="DROP-1")
    assert await device.tell(taken) == ["admitted"]
    task = warehouse.record(PickTask, walk.task.id)
    assert (task.state, task.lease_ends_at is not None) == ("picked", True)
    assert (await device.claim()).task == walk.task.id
    assert await device.tell(unpicked(walk, 1), walk.picked(1), walk.dropped()) == ["admitted"] * 3
    assert (warehouse.lying("LAMP", "tote/T1"), sums(warehouse), open_ones(warehouse)) == (3, {0}, [])


async def test_a_tote_taken_up_that_a_bench_has_begun_is_something_to_look_at(warehouse: Any) -> None:
    device, walk = await on_a_walk(warehouse)
    await device.tell(walk.picked(3), walk.dropped())
    bench = await warehouse.device("bench")
    await bench.tell(events.PackingStarted(order=walk.task.order, tote="T1", station="BENCH-1"))
    taken = events.DropUndone(task=walk.task.id, order=walk.task.order, tote="T1", place="DROP-1")
    assert await device.tell(taken) == ["discrepancy"]
    (found,) = open_ones(warehouse)
    assert (found.reason, found.remedy) == ("not_waiting", "look")


async def test_an_undo_that_is_sent_again_counts_once(warehouse: Any) -> None:
    device, walk = await on_a_walk(warehouse)
    await device.tell(walk.picked(2), walk.picked(1))
    body = device.seal(unpicked(walk, 1))
    first, again = await device.send(body), await device.send(body)
    assert [each.verdict for each in (*first.outcomes, *again.outcomes)] == ["admitted", "known"]
    assert warehouse.on_shelf("LAMP", "A-01") == (8, 1, False)
    assert (warehouse.lying("LAMP", "tote/T1"), sums(warehouse)) == (2, {0})


async def test_an_undo_of_more_than_was_picked_moves_no_more_than_lies_there(warehouse: Any) -> None:
    device, walk = await on_a_walk(warehouse)
    assert await device.tell(walk.picked(2), unpicked(walk, 3)) == ["admitted", "discrepancy"]
    assert (warehouse.lying("LAMP", "tote/T1"), sums(warehouse)) == (0, {0})
    (found,) = open_ones(warehouse)
    assert (found.reason, found.remedy) == ("too_many", "count")


async def test_a_pick_that_was_denied_and_taken_back_leaves_no_put_back_behind(warehouse: Any) -> None:
    first, offline = await done_by_another(warehouse)
    assert await first.tell(offline.picked(3), unpicked(offline, 3)) == ["discrepancy"] * 2
    assert warehouse.on_shelf("LAMP", "A-01") == (7, 0, False)
    (found,) = warehouse.all(Discrepancy)
    assert (found.remedy, found.state, found.resolved_by) == ("put_back", "resolved", "GRACE")
    assert sums(warehouse) == {0}


async def test_a_short_taken_back_is_claimed_again_and_its_shelf_is_free(warehouse: Any) -> None:
    device, walk = await on_a_walk(warehouse)
    assert await device.tell(walk.shorted(3), unshorted(walk, 3)) == ["admitted"] * 2
    assert warehouse.on_shelf("LAMP", "A-01") == (10, 3, False)
    assert (claims(warehouse), open_ones(warehouse)) == ({"1": 3}, [])
    assert await device.tell(walk.picked(3), walk.dropped()) == ["admitted"] * 2
    assert warehouse.on_shelf("LAMP", "A-01") == (7, 0, False)


async def test_a_short_taken_back_after_the_count_claims_only_what_nobody_else_has(warehouse: Any) -> None:
    device, walk = await on_a_walk(warehouse, pieces=3, on_shelf=3)
    await warehouse.order("2", ("LAMP", 2), priority=1)
    await device.tell(walk.shorted(3))
    await count(warehouse, "A-01", 3)
    assert claims(warehouse) == {"1": 1, "2": 2}
    assert await device.tell(unshorted(walk, 3)) == ["admitted"]
    assert claims(warehouse) == {"1": 1, "2": 2}
    assert warehouse.on_shelf("LAMP", "A-01") == (3, 3, False)
    assert warehouse.rows('SELECT "order" FROM awaited') == [("HOME/1",)]
    longer = Walk(warehouse.record(PickTask, walk.task.id), "T1")
    assert await device.tell(longer.picked(2), longer.picked(1, 2)) == ["admitted"] * 2, "who finds them takes them"
    assert (sums(warehouse), warehouse.rows('SELECT "order" FROM awaited')) == ({0}, [])


async def test_a_read_back_taken_back_leaves_the_manifest_it_stands_on_by_now(warehouse: Any) -> None:
    device, walk = await on_a_walk(warehouse)
    await device.lease()
    told = (walk.picked(3), walk.dropped(), *walk.packed(SSCC, CONTENTS), walk.labelled(SSCC, "POST-DAY"))
    assert await device.tell(*told) == ["admitted"] * len(told)
    parcel = warehouse.record(Parcel, SSCC)
    undone = events.ReadBackUndone(order="HOME/1", parcel=SSCC, manifest="AN-OLDER-ONE")
    assert await device.tell(undone) == ["admitted"]
    assert warehouse.record(Parcel, SSCC).state == "sealed"
    assert warehouse.record(Manifest, parcel.manifest).parcels == ()
    assert await device.tell(walk.labelled(SSCC, "POST-DAY")) == ["admitted"]
    assert warehouse.record(Parcel, SSCC).state == "labelled"


async def test_a_verification_taken_back_moves_no_goods(warehouse: Any) -> None:
    device, walk = await on_a_walk(warehouse)
    await device.tell(walk.picked(3), walk.dropped(), *walk.packed(SSCC, CONTENTS)[:2])
    undone = events.VerificationUndone(order="HOME/1", tote="T1", product="HOME/LAMP", quantity=3)
    assert await device.tell(undone) == ["admitted"]
    assert warehouse.record(Order, "HOME/1").to_verify == {"HOME/LAMP": 3}
    assert (warehouse.lying("LAMP", "tote/T1"), sums(warehouse)) == (3, {0})


async def test_keyed_reads_and_new_labels_are_counted_by_product(warehouse: Any) -> None:
    device, walk = await on_a_walk(warehouse)
    keyed = events.PickConfirmed(
        **{name: getattr(walk.picked(3), name) for name in events.PickConfirmed.__struct_fields__} | {"is_keyed": True}
    )
    assert await device.tell(keyed, unpicked(walk, 3), keyed) == ["admitted"] * 3
    found = warehouse.record(KeyedItem, "HOME/LAMP")
    assert (found.times, found.since_label, found.place) == (2, 2, "A-01")
    assert await device.tell(events.ProductLabelPrinted(product="HOME/LAMP")) == ["admitted"]
    assert warehouse.record(KeyedItem, "HOME/LAMP").since_label == 0


@pytest.mark.heavy
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(doings=st.lists(st.tuples(st.sampled_from(["pick", "short", "back"]), st.integers(1, 4)), max_size=8))
async def test_whatever_is_done_and_taken_back_sums_and_claims_agree(
    fresh_warehouse: Any, doings: list[tuple[str, int]]
) -> None:
    async with fresh_warehouse() as warehouse:
        device, walk = await on_a_walk(warehouse, pieces=6, on_shelf=6)
        done: list[Any] = []
        for what, quantity in doings:
            if what == "back":
                if done:
                    assert await device.tell(done.pop()) == ["admitted"]
            elif sum(each.quantity for each in done) + quantity <= 6:
                fact = walk.picked(quantity) if what == "pick" else walk.shorted(quantity)
                assert await device.tell(fact) == ["admitted"]
                done.append(unpicked(walk, quantity) if what == "pick" else unshorted(walk, quantity))
        in_tote = sum(each.quantity for each in done if isinstance(each, events.PickUndone))
        assert (warehouse.lying("LAMP", "tote/T1"), sums(warehouse)) == (in_tote, {0})
        claimed = 6 - sum(each.quantity for each in done)
        assert claims(warehouse) == ({"1": claimed} if claimed else {})
        on_shelf = warehouse.on_shelf("LAMP", "A-01")
        assert on_shelf is not None
        assert on_shelf[:2] == (6 - in_tote, claimed)
