"""A supervisor settles what floor and books disagree on: by a count, a put-back, or a look; and the work goes on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from orders import events
from orders.identifiers import sscc
from orders.intake import NewLocation
from orders.records import Discrepancy, Order, ParcelLine, PickTask
from orders.wire import Problem
from server_stub.floor_repairs import PutBack, PutBackDone, Resolve, ShelfCounted
from server_stub.floor_setup import Done
from tests.server_stub.situations import (
    claimed,
    claims,
    count,
    counted,
    done_by_another,
    open_ones,
    put_back_due,
    shorted,
    sums,
)


async def refused(warehouse: Any, path: str, body: Any) -> tuple[int, Problem]:
    answer = await warehouse.admin.post(path, content=msgspec.json.encode(body))
    assert answer.status_code != 200, answer.text
    return answer.status_code, msgspec.json.decode(answer.content, type=Problem)


# --- counts -----


async def test_a_short_is_counted_and_the_back_ordered_rest_is_picked(warehouse: Any) -> None:
    device, walk = await claimed(warehouse, 3, {"A-01": {"LAMP": 5}})
    await device.tell(walk.bound(), walk.picked(1), walk.shorted(2), walk.dropped())
    parcel = sscc("952000", 1)
    manifest = "POST-DAY-OPEN"
    contents = (ParcelLine(line=1, product="HOME/LAMP", quantity=1),)
    gone = events.ManifestHandedOver(
        manifest=manifest, parcels=(events.HandedParcel(parcel=parcel, order=walk.task.order),)
    )
    await device.tell(*walk.packed(parcel, contents), walk.labelled(parcel, manifest))
    await device.tell(events.ManifestClosed(manifest=manifest), gone)
    assert warehouse.record(Order, "HOME/1").state == "backordered"
    assert (warehouse.on_shelf("LAMP", "A-01"), claims(warehouse)) == ((4, 0, True), {})
    assert len((await warehouse.release()).tasks) == 0

    answer = await count(warehouse, "A-01", 2)
    assert (answer.book, answer.counted, answer.difference, answer.taken_off) == (4, 2, -2, ())
    assert answer.resolved == ("short.shelf/A-01.HOME/LAMP",)
    assert (warehouse.on_shelf("LAMP", "A-01"), claims(warehouse)) == ((2, 2, False), {"1": 2})
    assert warehouse.lying("LAMP", "adjustment") == 2
    assert warehouse.record(Order, "HOME/1").state == "allocated"

    assert len((await warehouse.release()).tasks) == 1
    again = await warehouse.walk(device, tote="T2")
    assert await device.tell(*again.whole_pick()) == ["admitted"] * 3
    assert warehouse.on_shelf("LAMP", "A-01") == (0, 0, False)
    assert warehouse.record(Order, "HOME/1").lines[0].picked == 3
    assert (sums(warehouse), claims(warehouse)) == ({0}, {})


async def test_a_settled_discrepancy_says_by_whom_when_and_how(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 3))
    await warehouse.release()
    await shorted(warehouse, await warehouse.device("cart"), 3)
    warehouse.clock.move(minutes=5)
    await count(warehouse, "A-01", 4)
    (found,) = warehouse.all(Discrepancy)
    assert (found.state, found.resolved_at, found.resolved_by) == ("resolved", warehouse.clock.now, "admin")
    assert found.note == "GRACE counted 4, the book showed 5"


async def test_the_same_key_counts_once_even_where_nothing_differed(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    first = await count(warehouse, "A-01", 5, key="k")
    assert (first.difference, first.resolved) == (0, ())
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.release()
    device = await warehouse.device("cart")
    await device.tell(*(await warehouse.walk(device)).whole_pick())
    assert await count(warehouse, "A-01", 5, key="k") == first
    assert warehouse.on_shelf("LAMP", "A-01") == (3, 0, False)
    assert warehouse.rows("SELECT book, counted, counted_by FROM shelf_count") == [(5, 5, "GRACE")]
    status, problem = await refused(warehouse, "/v1/counts", counted("A-01", 6))
    assert (status, problem.error) == (422, "key_used_before")


async def test_what_was_found_beyond_the_book_is_settled_by_the_same_count(warehouse: Any) -> None:
    first, offline = await done_by_another(warehouse, {"A-01": {"LAMP": 3}})
    await first.tell(offline.picked(2))
    answer = await count(warehouse, "A-01", 7)
    assert (answer.book, answer.difference) == (0, 7)
    assert answer.resolved == ("found.shelf/A-01.HOME/LAMP",)
    assert [each.remedy for each in open_ones(warehouse)] == ["put_back"]
    assert (warehouse.on_shelf("LAMP", "A-01"), sums(warehouse)) == ((7, 0, False), {0})


async def test_a_shelf_that_is_short_again_after_its_count_is_due_another(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.release()
    device = await warehouse.device("cart")
    await shorted(warehouse, device, 2)
    await count(warehouse, "A-01", 5)
    assert len((await warehouse.release()).tasks) == 1
    await shorted(warehouse, device, 2)
    assert warehouse.on_shelf("LAMP", "A-01") == (5, 0, True)
    assert [each.id for each in open_ones(warehouse)] == ["short.shelf/A-01.HOME/LAMP.2"]
    assert (await count(warehouse, "A-01", 0)).resolved == ("short.shelf/A-01.HOME/LAMP.2",)
    assert warehouse.record(Order, "HOME/1").state == "backordered"
    assert (warehouse.on_shelf("LAMP", "A-01"), sums(warehouse)) == ((0, 0, False), {0})


async def test_fewer_pieces_than_promised_are_taken_off_the_least_urgent_orders(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    for number, priority in (("1", 0), ("2", 9), ("3", 5)):
        await warehouse.order(number, ("LAMP", 3), priority=priority)
    answer = await count(warehouse, "A-01", 4)
    assert answer.taken_off == ("HOME/1", "HOME/3")
    assert claims(warehouse) == {"2": 3, "3": 1}
    assert warehouse.on_shelf("LAMP", "A-01") == (4, 4, False)
    assert [warehouse.record(Order, f"HOME/{number}").state for number in "123"] == [
        "backordered",
        "allocated",
        "allocated",
    ]
    assert (await count(warehouse, "A-01", 9)).taken_off == ()
    assert (claims(warehouse), sums(warehouse)) == ({"1": 3, "2": 3, "3": 3}, {0})


async def test_what_was_taken_off_is_set_aside_on_another_shelf_at_once(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 3}, "A-02": {"LAMP": 2}})
    await warehouse.order("1", ("LAMP", 3))
    assert (await count(warehouse, "A-01", 1)).taken_off == ("HOME/1",)
    assert claims(warehouse) == {"1": 3}
    assert (warehouse.on_shelf("LAMP", "A-01"), warehouse.on_shelf("LAMP", "A-02")) == ((1, 1, False), (2, 2, False))


async def test_a_count_that_a_walk_on_the_floor_contradicts_waits_for_its_end(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 3))
    await warehouse.release()
    await warehouse.order("2", ("LAMP", 4))
    (task,) = warehouse.all(PickTask)
    status, problem = await refused(warehouse, "/v1/counts", counted("A-01", 2))
    assert (status, problem.error) == (409, "walks_on_the_floor")
    assert "at least 3 pieces" in problem.expected
    assert task.id in problem.remedy
    assert (warehouse.on_shelf("LAMP", "A-01"), claims(warehouse)) == ((9, 7, False), {"1": 3, "2": 4})
    assert warehouse.rows("SELECT count(*) FROM shelf_count") == [(0,)]
    assert (await count(warehouse, "A-01", 3)).taken_off == ("HOME/2",)
    assert claims(warehouse) == {"1": 3}
    await shorted(warehouse, await warehouse.device("cart"), 3)
    assert (await count(warehouse, "A-01", 2, key="k")).difference == -1
    assert (warehouse.on_shelf("LAMP", "A-01"), sums(warehouse)) == ((2, 2, False), {0})
    assert claims(warehouse) == {"1": 2}


async def test_goods_on_a_shelf_that_the_book_never_knew_are_found(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 1}, "A-02": {}})
    await warehouse.order("1", ("LAMP", 3))
    assert (await count(warehouse, "A-02", 2)).difference == 2
    assert (claims(warehouse), sums(warehouse)) == ({"1": 3}, {0})


@pytest.mark.parametrize(
    ("more", "status", "says"),
    [
        ({"sku": "DESK"}, 404, "HOME/DESK"),
        ({"location": "Z-99"}, 404, "Z-99"),
        ({"counted_by": "NOBODY"}, 404, "NOBODY"),
        ({"quantity": -1}, 422, "$.quantity"),
        ({"location": "a 1"}, 422, "$.location"),
        ({"key": ""}, 422, "$.key"),
    ],
)
async def test_a_count_of_something_unknown_changes_nothing(
    warehouse: Any, more: dict[str, Any], status: int, says: str
) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    fields = {"key": "k", "owner": "HOME", "sku": "LAMP", "location": "A-01", "quantity": 1, "counted_by": "GRACE"}
    got, problem = await refused(warehouse, "/v1/counts", {**fields, **more})
    assert (got, says in problem.came) == (status, True), problem
    assert warehouse.on_shelf("LAMP", "A-01") == (5, 0, False)


# --- put-backs -----


async def test_what_was_picked_twice_is_available_again_only_on_the_shelf(warehouse: Any) -> None:
    found = await put_back_due(warehouse)
    await warehouse.order("2", ("LAMP", 7))
    assert claims(warehouse) == {"2": 4}
    asked = PutBack(key="k", discrepancy=found.id, location="A-02")
    done = await warehouse.ask("POST", "/v1/put-backs", asked, PutBackDone)
    assert (done.quantity, done.source, done.target) == (3, "tote/T1", "shelf/A-02")
    assert (warehouse.lying("LAMP", "tote/T1"), warehouse.on_shelf("LAMP", "A-02")) == (0, (3, 3, False))
    assert claims(warehouse) == {"2": 7}
    assert (open_ones(warehouse), warehouse.record(Discrepancy, found.id).note) == ([], "put back to A-02")
    assert await warehouse.ask("POST", "/v1/put-backs", asked, PutBackDone) == done
    assert (warehouse.on_shelf("LAMP", "A-02"), sums(warehouse)) == ((3, 3, False), {0})
    status, problem = await refused(warehouse, "/v1/put-backs", PutBack(key="2", discrepancy=found.id, location="A-02"))
    assert (status, problem.error) == (409, "resolved_before")


async def test_a_put_back_goes_to_a_shelf_that_is_known_and_not_locked(warehouse: Any) -> None:
    found = await put_back_due(warehouse)
    await warehouse.intake(locations=(NewLocation(code="QC-1", use="quarantine"),))
    await warehouse.order("2", ("LAMP", 2))
    await warehouse.release()
    await shorted(warehouse, await warehouse.device("cart"), 2, tote="T3")
    for location, status, error in (
        ("Z-99", 404, "unknown"),
        ("QC-1", 422, "no_shelf"),
        ("A-01", 409, "shelf_locked"),
    ):
        asked = PutBack(key="k", discrepancy=found.id, location=location)
        got, problem = await refused(warehouse, "/v1/put-backs", asked)
        assert (got, problem.error) == (status, error), location
        assert location in problem.came
    assert (warehouse.lying("LAMP", "tote/T1"), sums(warehouse)) == (3, {0})
    await count(warehouse, "A-01", 4)
    asked = PutBack(key="k", discrepancy=found.id, location="A-01")
    assert (await warehouse.ask("POST", "/v1/put-backs", asked, PutBackDone)).target == "shelf/A-01"


async def test_pieces_that_left_their_tote_are_looked_for_and_not_made_up(warehouse: Any) -> None:
    found = await put_back_due(warehouse)
    device = await warehouse.device("bench")
    sealed = events.ParcelSealed(
        order="HOME/404",
        order_number="404",
        tote="T1",
        parcel=sscc("952000", 7),
        number=1,
        contents=(ParcelLine(line=1, product="HOME/LAMP", quantity=3),),
        weight_grams=500,
    )
    assert await device.tell(sealed) == ["discrepancy"]
    status, problem = await refused(warehouse, "/v1/put-backs", PutBack(key="k", discrepancy=found.id, location="A-02"))
    assert (status, problem.error) == (409, "not_there")
    assert "count the shelf" in problem.remedy
    resolve = Resolve(key="r", discrepancy=found.id, note="packed by mistake")
    await warehouse.ask("POST", "/v1/discrepancies/resolve", resolve, Done)
    assert found.id not in {each.id for each in open_ones(warehouse)}
    assert sums(warehouse) == {0}


# --- looks -----


async def test_a_look_is_settled_with_its_note(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    device = await warehouse.device("bench")
    await device.tell(events.ManifestClosed(manifest="POST-DAY-OPEN"))
    (found,) = open_ones(warehouse)
    asked = Resolve(key="k", discrepancy=found.id, note="  scanned an old sheet ")
    for _ in range(2):
        assert await warehouse.ask("POST", "/v1/discrepancies/resolve", asked, Done) == Done(id=found.id)
    settled = warehouse.record(Discrepancy, found.id)
    assert (settled.state, settled.note) == ("resolved", "scanned an old sheet")
    status, problem = await refused(
        warehouse, "/v1/discrepancies/resolve", Resolve(key="2", discrepancy=found.id, note="again")
    )
    assert (status, "scanned an old sheet" in problem.came) == (409, True)


@pytest.mark.parametrize("note", ["", "   "])
async def test_a_look_without_a_note_is_refused(warehouse: Any, note: str) -> None:
    status, problem = await refused(
        warehouse, "/v1/discrepancies/resolve", {"key": "k", "discrepancy": "x", "note": note}
    )
    assert (status, "$.note" in problem.came) == (422, True)


async def test_each_remedy_is_settled_in_its_own_way(warehouse: Any) -> None:
    put_back = await put_back_due(warehouse)
    await warehouse.order("2", ("LAMP", 2))
    await warehouse.release()
    await shorted(warehouse, await warehouse.device("cart"), 2, tote="T3")
    due_count = next(each for each in open_ones(warehouse) if each.remedy == "count")
    for path, body, says in (
        ("/v1/discrepancies/resolve", Resolve(key="1", discrepancy=due_count.id, note="x"), "floorhand store count"),
        ("/v1/discrepancies/resolve", Resolve(key="2", discrepancy=put_back.id, note="x"), "floorhand store put-back"),
        ("/v1/put-backs", PutBack(key="3", discrepancy=due_count.id, location="A-02"), "floorhand store count"),
    ):
        status, problem = await refused(warehouse, path, body)
        assert (status, says in problem.remedy) == (409, True), problem
    assert len(open_ones(warehouse)) == 2
    for path, body in (
        ("/v1/discrepancies/resolve", Resolve(key="1", discrepancy="nothing", note="x")),
        ("/v1/put-backs", PutBack(key="2", discrepancy="nothing", location="A-02")),
    ):
        assert (await refused(warehouse, path, body))[0] == 404


async def test_a_supervisors_terminal_may_settle_and_others_hear_of_it(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.release()
    cart = await warehouse.device("cart")
    await shorted(warehouse, cart, 2)
    before = warehouse.store.cursor
    desk = await warehouse.device("desk", "supervisor")
    await desk.ask("/v1/counts", counted("A-01", 5), ShelfCounted)
    changed = await cart.changes(before, kinds="discrepancy,order")
    assert {(each.kind, each.id) for each in changed.changes} == {
        ("discrepancy", "short.shelf/A-01.HOME/LAMP"),
        ("order", "HOME/1"),
    }
