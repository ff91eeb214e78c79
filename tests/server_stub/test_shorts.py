"""A short at the store: another shelf joins the walk, or becomes a walk more, or the rest is back-ordered at once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders import events
from orders.identifiers import sscc
from orders.intake import NewStock
from orders.records import Discrepancy, Order, Parcel, ParcelLine, PickTask, Tote
from server_stub.floor_setup import OrderReport
from tests.server_stub.conftest import Walk
from tests.server_stub.situations import claims, count, open_ones, sums

pytestmark = pytest.mark.heavy

SSCC, SECOND = sscc("952000", 1), sscc("952000", 2)
# Four lamps lie at A-01 by the book; whoever comes finds two.
AISLE = {"A-01": {"LAMP": 4}, "A-02": {"MUG": 9}, "A-03": {"LAMP": 30}, "A-04": {"HOOK": 9}}
BARE_AISLE = AISLE | {"A-03": {"LAMP": 0}}


def unshorted(walk: Walk, quantity: int, stop: int = 1) -> events.ShortUndone:
    short = walk.shorted(quantity, stop)
    return events.ShortUndone(**{name: getattr(short, name) for name in events.ShortUndone.__struct_fields__})


def undropped(walk: Walk) -> events.DropUndone:
    return events.DropUndone(order=walk.task.order, task=walk.task.id, tote=walk.tote, place="DROP-1")


async def lamps_wanted(warehouse: Any, shelves: dict[str, dict[str, int]] = AISLE) -> tuple[Any, Walk]:
    """A cart on its walk for four lamps, a mug and a hook."""
    await warehouse.furnish(shelves)
    await warehouse.order("1", ("LAMP", 4), ("MUG", 1), ("HOOK", 1))
    await warehouse.release()
    device = await warehouse.device("cart")
    walk = await warehouse.walk(device)
    assert [stop.location for stop in walk.task.stops] == ["A-01", "A-02", "A-04"]
    return device, walk


def walk_of(warehouse: Any, id: str, tote: str = "T1") -> Walk:
    return Walk(warehouse.record(PickTask, id), tote)


def way(warehouse: Any, id: str) -> list[tuple[str, int]]:
    return [(stop.location, stop.left) for stop in warehouse.record(PickTask, id).stops]


def order_of(warehouse: Any) -> Any:
    return warehouse.record(Order, "HOME/1")


async def reported(warehouse: Any) -> list[tuple[str, str, int, bool]]:
    report = await warehouse.ask("GET", "/v1/report/orders", None, OrderReport)
    return [
        (order.order, line.sku, line.missing, line.since_at is not None)
        for order in report.orders
        for line in order.lines
    ]


def contents(*quantities: int) -> tuple[ParcelLine, ...]:
    named = zip(("LAMP", "MUG", "HOOK"), quantities, strict=False)
    return tuple(
        ParcelLine(line=number, product=f"HOME/{sku}", quantity=quantity)
        for number, (sku, quantity) in enumerate(named, start=1)
        if quantity
    )


async def goods_in(warehouse: Any, location: str, quantity: int) -> None:
    new = NewStock(owner="HOME", sku="LAMP", location=location, quantity=quantity, key=f"D-{location}-{quantity}")
    assert [outcome for outcome, _ in await warehouse.intake(stock=(new,))] == ["created"]


async def handed_over(warehouse: Any, device: Any, walk: Walk, parcel: str) -> None:
    manifest = f"POST-DAY-{parcel[-4:]}"
    left = events.HandedParcel(parcel=parcel, order=walk.task.order)
    await device.tell(
        walk.labelled(parcel, manifest),
        events.ManifestClosed(manifest=manifest),
        events.ManifestHandedOver(manifest=manifest, parcels=(left,)),
    )
    assert warehouse.record(Parcel, parcel).state == "handed_over"


# --- another shelf -----


async def test_two_of_four_found_bring_another_shelf_into_the_walk_and_all_four_into_the_parcel(warehouse: Any) -> None:
    device, walk = await lamps_wanted(warehouse)
    assert await device.tell(walk.bound(), walk.picked(2), walk.shorted(2)) == ["admitted"] * 3
    task = warehouse.record(PickTask, walk.task.id)
    assert way(warehouse, task.id) == [("A-01", 0), ("A-02", 1), ("A-03", 2), ("A-04", 1)]
    assert (task.current.location, task.current.number) == ("A-02", 2), "the stop at hand is the one it was"
    assert (warehouse.on_shelf("LAMP", "A-01"), warehouse.on_shelf("LAMP", "A-03")) == ((2, 0, True), (30, 2, False))
    assert (claims(warehouse), await reported(warehouse)) == ({"1": 4}, [])

    longer = walk_of(warehouse, task.id)
    rest = [longer.picked(stop.left, stop.number) for stop in task.stops if stop.left]
    assert await device.tell(*rest, walk.dropped()) == ["admitted"] * 4
    await device.lease()
    assert await device.tell(*walk.packed(SSCC, contents(4, 1, 1))) == ["admitted"] * 5
    assert (warehouse.lying("LAMP", f"parcel/{SSCC}"), warehouse.lying("LAMP", "tote/T1")) == (4, 0)
    assert ([each.remedy for each in open_ones(warehouse)], sums(warehouse)) == (["count"], {0})


@pytest.mark.parametrize(
    ("done", "skipped", "after"),
    [
        ((1,), (), ["A-02", "A-05", "A-07"]),  # ahead: in its turn
        ((1,), (2,), ["A-07", "A-02", "A-05"]),  # passed already, as what was skipped
        ((1, 2, 3), (), ["A-07", "A-05"]),  # never before the stop at hand
        ((1, 2, 3, 4), (), ["A-05"]),
    ],
)
async def test_a_shelf_comes_in_its_turn_and_never_before_the_stop_at_hand(
    warehouse: Any, done: tuple[int, ...], skipped: tuple[int, ...], after: list[str]
) -> None:
    lamps = {"A-01": {"MUG": 1}, "A-02": {"HOOK": 1}, "A-03": {"LAMP": 1}, "A-05": {"LAMP": 0}, "A-07": {"CUP": 1}}
    await warehouse.furnish(lamps)
    await warehouse.order("1", ("MUG", 1), ("HOOK", 1), ("LAMP", 1), ("CUP", 1))
    await warehouse.release()
    device = await warehouse.device("cart")
    walk = await warehouse.walk(device)
    await device.tell(walk.bound(), *(walk.shorted(1, 3) if number == 3 else walk.picked(1, number) for number in done))
    for number in skipped:
        await device.tell(events.StopSkipped(order=walk.task.order, task=walk.task.id, stop=number))
    if 3 not in done:
        await device.tell(walk.shorted(1, 3))
    here = warehouse.record(PickTask, walk.task.id).current
    await goods_in(warehouse, "A-05", 1)
    task = warehouse.record(PickTask, walk.task.id)
    assert [stop.location for stop in task.stops if stop.left] == after
    assert here is None or task.current.number == here.number


async def test_pieces_of_several_shelves_are_several_stops_and_the_rest_is_back_ordered(warehouse: Any) -> None:
    shelves = AISLE | {"A-03": {"LAMP": 1}, "A-05": {"LAMP": 2}}
    device, walk = await lamps_wanted(warehouse, shelves)
    await device.tell(walk.bound(), walk.shorted(4))
    assert way(warehouse, walk.task.id) == [("A-01", 0), ("A-02", 1), ("A-03", 1), ("A-04", 1), ("A-05", 2)]
    line = order_of(warehouse).lines[0]
    assert (line.allocated, line.back_ordered, line.back_ordered_since_at) == (3, 1, warehouse.clock.now)
    assert await reported(warehouse) == [("HOME/1", "LAMP", 1, True)]


async def test_a_short_of_a_walk_that_another_has_ended_changes_nothing_but_is_looked_into(warehouse: Any) -> None:
    device, walk = await lamps_wanted(warehouse)
    await device.tell(*walk.whole_pick())
    before = (order_of(warehouse), warehouse.record(PickTask, walk.task.id), claims(warehouse))
    assert await device.tell(walk.shorted(2)) == ["discrepancy"]
    assert before == (order_of(warehouse), warehouse.record(PickTask, walk.task.id), claims(warehouse))
    assert [(each.reason, each.remedy) for each in open_ones(warehouse)] == [("task_over", "look")]


# --- the walk is over before the device hears of it -----


async def dropped_offline(warehouse: Any) -> tuple[Any, Walk, Any]:
    """One batch of a cart that was offline: two of four lamps, the rest of its list, and the drop."""
    device, walk = await lamps_wanted(warehouse)
    told = (walk.bound(), walk.picked(2), walk.shorted(2), walk.picked(1, 2), walk.picked(1, 3), walk.dropped())
    assert await device.tell(*told) == ["admitted"] * 6
    assert [each.remedy for each in open_ones(warehouse)] == ["count"], "a drop is a fact, not a discrepancy"
    order = order_of(warehouse)
    assert (order.state, len(order.tasks), claims(warehouse)) == ("picking", 2, {"1": 2})
    assert warehouse.record(PickTask, walk.task.id).state == "completed"
    second = warehouse.record(PickTask, order.tasks[-1])
    assert (second.state, second.into, way(warehouse, second.id)) == ("released", "T1", [("A-03", 2)])
    return device, walk, second


async def test_a_drop_told_together_with_its_short_leaves_a_walk_that_goes_on_in_that_tote(warehouse: Any) -> None:
    _, walk, second = await dropped_offline(warehouse)
    other = await warehouse.device("second cart")
    fresh = await warehouse.walk(other, tote="T2")
    assert fresh.task.id == second.id
    assert await other.tell(fresh.bound()) == ["discrepancy"], "its goods wait in another tote"
    along = walk_of(warehouse, second.id, "T1")
    assert await other.tell(along.bound()) == ["admitted"]
    assert (warehouse.record(Tote, "T1").state, warehouse.record(Tote, "T1").task) == ("picking", second.id)
    setting_down = events.ToteUnbound(order=walk.task.order, task=second.id, tote="T1")
    assert await other.tell(setting_down) == ["discrepancy"], "goods lie in it"
    assert await other.tell(along.picked(2), along.dropped()) == ["admitted"] * 2
    assert order_of(warehouse).state == "picked"

    bench = await warehouse.device("bench")
    await bench.lease()
    assert await bench.tell(*walk.packed(SSCC, contents(4, 1, 1))) == ["admitted"] * 5
    assert (order_of(warehouse).state, warehouse.record(Tote, "T1").state) == ("packed", "free")
    assert (warehouse.lying("LAMP", f"parcel/{SSCC}"), sums(warehouse), claims(warehouse)) == (4, {0}, {})


async def test_a_bench_that_did_not_wait_because_it_was_offline_sends_the_rest_later(warehouse: Any) -> None:
    device, walk, second = await dropped_offline(warehouse)
    await device.lease()
    assert await device.tell(*walk.packed(SSCC, contents(2, 1, 1))) == ["admitted"] * 5
    assert warehouse.record(PickTask, second.id).state == "cancelled"
    line = order_of(warehouse).lines[0]
    assert (line.allocated, line.back_ordered, claims(warehouse)) == (0, 2, {})
    assert await reported(warehouse) == [("HOME/1", "LAMP", 2, True)]
    await handed_over(warehouse, device, walk, SSCC)
    assert (order_of(warehouse).state, claims(warehouse), await reported(warehouse)) == ("allocated", {"1": 2}, [])
    (task,) = (await warehouse.release()).tasks
    again = await warehouse.walk(device, "T2", task)
    assert await device.tell(*again.whole_pick()) == ["admitted"] * 3
    assert await device.tell(*again.packed(SECOND, contents(2))) == ["admitted"] * 3
    await handed_over(warehouse, device, again, SECOND)
    assert (order_of(warehouse).state, sums(warehouse), claims(warehouse)) == ("shipped", {0}, {})


async def test_a_walk_taken_up_again_takes_what_it_had_left_behind(warehouse: Any) -> None:
    device, walk, second = await dropped_offline(warehouse)
    assert await device.tell(undropped(walk)) == ["admitted"]
    assert warehouse.record(PickTask, second.id).state == "cancelled"
    task = warehouse.record(PickTask, walk.task.id)
    assert (task.state, task.current.location, task.current.left) == ("picking", "A-03", 2)
    assert await device.tell(unshorted(walk, 2)) == ["admitted"]
    assert way(warehouse, task.id) == [("A-02", 0), ("A-04", 0), ("A-01", 2)]
    assert await device.tell(walk.picked(2), walk.dropped()) == ["admitted"] * 2
    assert (order_of(warehouse).state, claims(warehouse), sums(warehouse)) == ("picked", {}, {0})


async def test_a_walk_that_found_nothing_before_it_heard_of_a_shelf_begins_anew(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 4}, "A-03": {"LAMP": 30}})
    await warehouse.order("1", ("LAMP", 4))
    await warehouse.release()
    device = await warehouse.device("cart")
    walk = await warehouse.walk(device)
    assert await device.tell(walk.bound(), walk.shorted(4), walk.dropped(is_empty=True)) == ["admitted"] * 3
    assert (order_of(warehouse).state, warehouse.record(Tote, "T1").state) == ("released", "free")
    again = await warehouse.walk(device, "T2")
    assert again.task.into is None
    assert await device.tell(*again.whole_pick()) == ["admitted"] * 3
    assert (order_of(warehouse).state, warehouse.lying("LAMP", "tote/T2")) == ("picked", 4)


# --- no other shelf -----


async def test_what_no_shelf_has_is_back_ordered_while_the_order_is_on_the_floor(warehouse: Any) -> None:
    device, walk = await lamps_wanted(warehouse, BARE_AISLE)
    await device.tell(walk.bound(), walk.picked(2), walk.shorted(2))
    assert way(warehouse, walk.task.id) == [("A-01", 0), ("A-02", 1), ("A-04", 1)]
    assert order_of(warehouse).state == "picking"
    assert warehouse.rows('SELECT key, "order" FROM awaited') == [("HOME/LAMP", "HOME/1")]
    assert await reported(warehouse) == [("HOME/1", "LAMP", 2, True)]
    warehouse.clock.move(minutes=5)
    await goods_in(warehouse, "A-03", 30)
    assert way(warehouse, walk.task.id) == [("A-01", 0), ("A-02", 1), ("A-03", 2), ("A-04", 1)]
    assert (claims(warehouse), await reported(warehouse)) == ({"1": 4}, [])
    assert warehouse.rows("SELECT count(*) FROM awaited") == [(0,)]


async def test_goods_that_come_after_the_drop_are_set_aside_once_when_the_parcel_has_left(warehouse: Any) -> None:
    device, walk = await lamps_wanted(warehouse, BARE_AISLE)
    await device.tell(walk.bound(), walk.picked(2), walk.shorted(2), walk.picked(1, 2), walk.picked(1, 3))
    await device.tell(walk.dropped())
    await goods_in(warehouse, "A-03", 30)
    assert (order_of(warehouse).state, claims(warehouse)) == ("picked", {})
    await device.lease()
    await device.tell(*walk.packed(SSCC, contents(2, 1, 1)))
    await handed_over(warehouse, device, walk, SSCC)
    assert (order_of(warehouse).state, claims(warehouse)) == ("allocated", {"1": 2})
    assert (warehouse.on_shelf("LAMP", "A-03"), await reported(warehouse)) == ((30, 2, False), [])


async def test_an_order_released_in_part_waits_for_the_rest_and_gets_it_on_its_walk(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 3}, "A-02": {}})
    await warehouse.order("1", ("LAMP", 5))
    (task,) = (await warehouse.release()).tasks
    assert await reported(warehouse) == [("HOME/1", "LAMP", 2, True)]
    await goods_in(warehouse, "A-02", 9)
    assert (way(warehouse, task), await reported(warehouse)) == ([("A-01", 3), ("A-02", 2)], [])


async def test_who_waits_longest_for_a_truck_is_served_first_on_a_walk_or_not(warehouse: Any) -> None:
    device, walk = await lamps_wanted(warehouse, BARE_AISLE)
    await warehouse.order("2", ("LAMP", 1), priority=9)
    await device.tell(walk.bound(), walk.shorted(4))
    await goods_in(warehouse, "A-03", 3)
    assert claims(warehouse) == {"1": 4, "2": 1}


# --- second thoughts -----


@pytest.mark.parametrize("before", [True, False], ids=["opened by another", "another since"])
async def test_a_shelf_on_which_another_short_stood_stays_locked_when_one_is_taken_back(
    warehouse: Any, before: bool
) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 10}})
    await warehouse.order("1", ("LAMP", 3))
    await warehouse.order("2", ("LAMP", 3))
    await warehouse.release()
    first, second = await warehouse.device("first"), await warehouse.device("second")
    mine, theirs = await warehouse.walk(first, "T1"), await warehouse.walk(second, "T2")
    await first.tell(mine.bound())
    await second.tell(theirs.bound())
    for device, walk in ((second, theirs), (first, mine)) if before else ((first, mine), (second, theirs)):
        assert await device.tell(walk.shorted(3)) == ["admitted"]
    assert await first.tell(unshorted(mine, 3)) == ["admitted"]
    assert warehouse.on_shelf("LAMP", "A-01") == (10, 3, True)
    assert await second.tell(unshorted(theirs, 3)) == ["admitted"]
    assert warehouse.on_shelf("LAMP", "A-01") == (10, 6, True), "two doubted it: somebody looks"
    assert [each.remedy for each in open_ones(warehouse)] == ["count"]
    await count(warehouse, "A-01", 10)
    assert (warehouse.on_shelf("LAMP", "A-01"), open_ones(warehouse)) == ((10, 6, False), [])


async def test_a_short_taken_back_frees_its_shelf_and_nobody_counts(warehouse: Any) -> None:
    device, walk = await lamps_wanted(warehouse)
    assert await device.tell(walk.bound(), walk.shorted(4), unshorted(walk, 4)) == ["admitted"] * 3
    assert (warehouse.on_shelf("LAMP", "A-01"), warehouse.on_shelf("LAMP", "A-03")) == ((4, 4, False), (30, 0, False))
    assert way(warehouse, walk.task.id) == [("A-01", 4), ("A-02", 1), ("A-04", 1)]
    (found,) = warehouse.all(Discrepancy)
    assert (found.state, found.resolved_by, found.note) == ("resolved", "GRACE", "GRACE took the short back")
    assert await device.tell(walk.shorted(4)) == ["admitted"]
    assert [each.id for each in open_ones(warehouse)] == [f"{found.id}.2"], "the next doubt is a doubt of its own"
    assert warehouse.on_shelf("LAMP", "A-01") == (4, 0, True)


async def test_an_order_that_waits_gets_what_a_short_taken_back_sets_free(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 6}})
    await warehouse.order("1", ("LAMP", 4))
    await warehouse.release()
    device = await warehouse.device("cart")
    walk = await warehouse.walk(device)
    await device.tell(walk.bound(), walk.shorted(4))
    await warehouse.order("2", ("LAMP", 2))
    assert claims(warehouse) == {}
    assert await device.tell(unshorted(walk, 4)) == ["admitted"]
    assert claims(warehouse) == {"1": 4, "2": 2}


async def test_a_shelf_that_is_due_a_count_for_another_reason_stays_locked(warehouse: Any) -> None:
    device, walk = await lamps_wanted(warehouse)
    await device.tell(walk.bound(), walk.picked(1), walk.picked(9))
    assert await device.tell(walk.shorted(3)) == ["admitted"]
    assert {each.reason for each in open_ones(warehouse) if each.remedy == "count"} >= {"short", "too_many"}
    assert await device.tell(unshorted(walk, 3)) == ["admitted"]
    assert "short" not in {each.reason for each in open_ones(warehouse)}
    assert warehouse.on_shelf("LAMP", "A-01")[2], "somebody still has to count it"
    await count(warehouse, "A-01", 3)
    assert not warehouse.on_shelf("LAMP", "A-01")[2]


async def test_a_count_taken_in_between_stands_and_the_undo_takes_what_has_room(warehouse: Any) -> None:
    device, walk = await lamps_wanted(warehouse, BARE_AISLE)
    await device.tell(walk.bound(), walk.shorted(4))
    counted = await count(warehouse, "A-01", 1)
    assert (len(counted.resolved), claims(warehouse)) == (1, {"1": 3})
    assert way(warehouse, walk.task.id) == [("A-01", 0), ("A-02", 1), ("A-04", 1), ("A-01", 1)]
    assert await device.tell(unshorted(walk, 4)) == ["admitted"]
    task = warehouse.record(PickTask, walk.task.id)
    assert [(stop.location, stop.left) for stop in task.stops][:1] == [("A-01", 3)]
    assert (warehouse.on_shelf("LAMP", "A-01"), open_ones(warehouse)) == ((1, 1, False), [])
    assert order_of(warehouse).lines[0].back_ordered == 3


async def test_what_was_picked_at_the_other_shelf_is_no_longer_short(warehouse: Any) -> None:
    device, walk = await lamps_wanted(warehouse)
    await device.tell(walk.bound(), walk.picked(1), walk.shorted(3))
    longer = walk_of(warehouse, walk.task.id)
    (added,) = (stop for stop in longer.task.stops if stop.is_added)
    assert await device.tell(longer.picked(3, added.number), unshorted(walk, 3)) == ["admitted", "discrepancy"]
    assert warehouse.record(PickTask, walk.task.id).stop(1).left == 0
    assert (claims(warehouse), sums(warehouse)) == ({"1": 2}, {0})


# --- whatever happens -----

DOINGS = st.lists(
    st.tuples(st.sampled_from(["pick", "short", "unshort", "drop", "undrop", "count", "goods"]), st.integers(0, 5)),
    max_size=12,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(doings=DOINGS)
async def test_whatever_is_short_claims_stops_and_back_orders_come_to_what_was_ordered(
    fresh_warehouse: Any, doings: list[tuple[str, int]]
) -> None:
    async with fresh_warehouse() as warehouse:
        device, walk = await lamps_wanted(warehouse, AISLE | {"A-03": {"LAMP": 2}, "A-05": {"LAMP": 1}})
        await device.tell(walk.bound())
        for turn, (what, number) in enumerate(doings):
            task = walk_of(warehouse, walk.task.id)
            stop = task.task.stops[number % len(task.task.stops)]
            match what:
                case "pick" if stop.left and task.task.state != "completed":
                    assert await device.tell(task.picked(1, stop.number)) == ["admitted"]
                case "short" if stop.left and task.task.state != "completed":
                    assert await device.tell(task.shorted(stop.left, stop.number)) == ["admitted"]
                case "unshort" if stop.shorted:
                    await device.tell(unshorted(task, stop.shorted, stop.number))
                case "drop" if task.task.has_goods:
                    await device.tell(walk.dropped())
                case "undrop":
                    await device.tell(undropped(walk))
                case "goods":
                    await goods_in(warehouse, "A-03", 1 + turn)
                case _:
                    continue
            order, tasks = order_of(warehouse), warehouse.all(PickTask)
            asked = sum(stop.left for task in tasks if not task.is_over for stop in task.stops)
            allocated = sum(line.allocated for line in order.lines)
            assert asked == allocated == claims(warehouse).get("1", 0)
            for line in order.lines:
                assert line.picked + line.allocated + line.back_ordered == line.ordered
            assert (order.state == "picked") == (not allocated and tasks[0].state == "completed")
            locked = {place for (place,) in warehouse.rows("SELECT place FROM stock WHERE is_locked")}
            assert locked <= {each.place for each in open_ones(warehouse) if each.remedy == "count"}
            assert sums(warehouse) == {0}
