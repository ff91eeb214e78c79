"""What the floor reports moves the books as the floor moved, and whatever the books deny becomes somebody's work."""

from __future__ import annotations

from typing import Any

from orders import events
from orders.identifiers import sscc
from orders.records import Discrepancy, Order, ParcelLine, PickTask, Tote
from tests.server_stub.situations import claimed, done_by_another, sums


def work(warehouse: Any) -> list[tuple[str, str, str, int]]:
    return sorted((each.reason, each.remedy, each.place, each.quantity) for each in warehouse.all(Discrepancy))


async def test_a_pick_moves_pieces_and_consumes_its_allocation(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 10}})
    await warehouse.order("1", ("LAMP", 3))
    assert warehouse.on_shelf("LAMP", "A-01") == (10, 3, False)
    await warehouse.release()
    device = await warehouse.device("cart")
    walk = await warehouse.walk(device)
    assert await device.tell(*walk.whole_pick()) == ["admitted"] * 3
    assert warehouse.on_shelf("LAMP", "A-01") == (7, 0, False)
    assert warehouse.lying("LAMP", "tote/T1") == 3
    assert warehouse.rows("SELECT count(*) FROM allocation") == [(0,)]
    assert warehouse.record(Order, "HOME/1").state == "picked"
    assert (sums(warehouse), work(warehouse)) == ({0}, [])


async def test_two_terminals_on_one_task_end_in_a_put_back(warehouse: Any) -> None:
    first, offline = await done_by_another(warehouse)
    assert await first.tell(*offline.whole_pick()) == ["discrepancy"] * 3
    assert ("task_over", "put_back", "tote/T1", 3) in work(warehouse)
    assert warehouse.on_shelf("LAMP", "A-01") == (4, 0, False)
    assert (warehouse.lying("LAMP", "tote/T1"), warehouse.lying("LAMP", "tote/T2")) == (3, 3)
    order = warehouse.record(Order, "HOME/1")
    assert (order.lines[0].picked, order.state) == (3, "picked")
    assert sums(warehouse) == {0}


async def test_the_second_of_two_on_an_open_task_is_told_whose_it_is(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 10}})
    await warehouse.order("1", ("LAMP", 3))
    await warehouse.release()
    first, second = await warehouse.device("first"), await warehouse.device("second")
    walk = await warehouse.walk(first)
    stolen = type(walk)(walk.task, tote="T9")
    reply = await second.send(second.seal(stolen.bound()), second.seal(stolen.picked(1)))
    assert [(each.verdict, each.reason) for each in reply.outcomes] == [("discrepancy", "task_not_yours")] * 2
    assert warehouse.record(PickTask, walk.task.id).claimed_by == first.terminal
    assert warehouse.record(Tote, "T9") is None


async def test_a_pick_beyond_the_book_is_found_and_due_a_count(warehouse: Any) -> None:
    first, offline = await done_by_another(warehouse, {"A-01": {"LAMP": 3}})
    await first.tell(offline.bound(), offline.picked(2))
    assert warehouse.on_shelf("LAMP", "A-01") == (0, 0, False)
    assert warehouse.lying("LAMP", "adjustment") == -2
    assert ("found", "count", "shelf/A-01", 2) in work(warehouse)
    assert sums(warehouse) == {0}
    await first.tell(offline.picked(1))
    assert ("found", "count", "shelf/A-01", 3) in work(warehouse)


async def test_a_short_frees_the_claim_and_locks_what_the_book_still_shows(warehouse: Any) -> None:
    device, walk = await claimed(warehouse, 3, {"A-01": {"LAMP": 5}, "A-02": {"LAMP": 4}})
    assert walk.task.stops[0].location == "A-01"
    assert await device.tell(walk.bound(), walk.picked(1), walk.shorted(2), walk.dropped()) == ["admitted"] * 4
    assert warehouse.on_shelf("LAMP", "A-01") == (4, 0, True)
    assert work(warehouse) == [("short", "count", "shelf/A-01", 0)]
    await warehouse.order("2", ("LAMP", 3))
    (task,) = (await warehouse.release()).tasks
    assert [stop.location for stop in warehouse.record(PickTask, task).stops] == ["A-02"]


async def test_an_order_set_aside_on_a_shelf_that_was_locked_since_is_sent_elsewhere(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}, "A-02": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.order("2", ("LAMP", 2))
    await warehouse.release("1")
    device = await warehouse.device("cart")
    walk = await warehouse.walk(device)
    await device.tell(walk.bound(), walk.shorted(2))
    (task,) = (await warehouse.release("2")).tasks
    assert [stop.location for stop in warehouse.record(PickTask, task).stops] == ["A-02"]
    assert warehouse.on_shelf("LAMP", "A-01") == (9, 0, True)
    assert warehouse.on_shelf("LAMP", "A-02") == (9, 4, False)


async def test_a_walk_that_found_nothing_anywhere_leaves_its_order_back_ordered(warehouse: Any) -> None:
    device, walk = await claimed(warehouse, 2, {"A-01": {"LAMP": 2}, "A-02": {"LAMP": 0}})
    assert await device.tell(walk.bound(), walk.shorted(2), walk.dropped(is_empty=True)) == ["admitted"] * 3
    assert warehouse.record(Order, "HOME/1").state == "backordered"
    assert warehouse.record(Tote, "T1").state == "free"
    assert len((await warehouse.release()).tasks) == 0


async def test_two_lines_of_one_sku_from_two_shelves_leave_no_claim_behind(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}, "A-02": {"LAMP": 3}})
    await warehouse.order("1", ("LAMP", 5), ("LAMP", 5))
    await warehouse.release()
    device = await warehouse.device("cart")
    walk = await warehouse.walk(device)
    assert [(stop.location, stop.quantity) for stop in walk.task.stops] == [("A-01", 5), ("A-02", 3)]
    await device.tell(walk.bound(), walk.shorted(5, stop=1), walk.picked(3, stop=2), walk.dropped())
    lines = warehouse.record(Order, "HOME/1").lines
    assert sum(line.picked for line in lines) == 3
    assert sum(line.allocated for line in lines) == 0
    assert sum(line.unallocated for line in lines) == 7
    assert warehouse.rows("SELECT count(*) FROM allocation") == [(0,)]


async def test_a_denied_carton_moves_what_lies_in_its_tote_and_no_more(warehouse: Any) -> None:
    device, walk = await claimed(warehouse, 2, {"A-01": {"LAMP": 5}})
    await device.tell(*walk.whole_pick())
    parcel = sscc("952000", 1)
    contents = (ParcelLine(line=1, product="HOME/LAMP", quantity=4),)
    *_, sealed = walk.packed(parcel, contents)
    assert await device.tell(sealed) == ["discrepancy"]
    assert (warehouse.lying("LAMP", f"parcel/{parcel}"), warehouse.lying("LAMP", "tote/T1")) == (2, 0)
    assert sums(warehouse) == {0}


async def test_looks_for_one_reason_gather_until_somebody_looked(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    device = await warehouse.device("bench")
    closed = events.ManifestClosed(manifest="POST-DAY-OPEN")
    assert await device.tell(closed, closed, closed) == ["discrepancy"] * 3
    assert work(warehouse) == [("unknown_record", "look", "", 0)]


async def test_the_discrepancy_names_who_and_where(warehouse: Any) -> None:
    device, walk = await claimed(warehouse, 2, {"A-01": {"LAMP": 5}})
    await device.tell(walk.bound(), walk.picked(2), walk.picked(1))
    (found,) = warehouse.all(Discrepancy)
    assert (found.reason, found.remedy, found.product, found.place) == ("stop_done", "put_back", "HOME/LAMP", "tote/T1")
    assert (found.worker, found.terminal, found.subject) == ("GRACE", device.terminal, "order/HOME/1")
