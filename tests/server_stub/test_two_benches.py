"""One tote at two benches: the later scan has it, what the first verified is kept, and nobody is sent to a shelf."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from msgspec.structs import replace

from orders import events
from orders.identifiers import sscc
from orders.records import Discrepancy, Order, Parcel, ParcelLine, Tote
from tests.server_stub.situations import sums

pytestmark = pytest.mark.heavy

FIRST, SECOND = sscc("952000", 1), sscc("952000", 51)
LAMPS = ParcelLine(line=1, product="HOME/LAMP", quantity=3)


@pytest.fixture
async def benches(warehouse: Any) -> Any:
    """A picked tote of three lamps, and two benches with numbers for labels."""
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 3))
    await warehouse.release()
    cart = await warehouse.device("cart")
    walk = await warehouse.walk(cart)
    assert set(await cart.tell(*walk.whole_pick())) == {"admitted"}
    first, second = await warehouse.device("first"), await warehouse.device("second")
    for bench in (first, second):
        await bench.lease()
    return warehouse, walk, first, second


def verified(quantity: int) -> events.ItemVerified:
    return events.ItemVerified(order="HOME/1", tote="T1", product="HOME/LAMP", quantity=quantity)


def work(warehouse: Any) -> list[tuple[str, str, str]]:
    return sorted((each.reason, each.remedy, each.subject) for each in warehouse.all(Discrepancy))


async def test_the_second_bench_takes_a_tote_by_scan_and_what_was_verified_is_kept(benches: Any) -> None:
    warehouse, walk, first, second = benches
    started, _, sealed = walk.packed(SECOND, (LAMPS,))
    assert await first.tell(started, verified(2)) == ["admitted"] * 2
    assert warehouse.record(Order, "HOME/1").bench == "FIRST"
    assert await second.tell(replace(started, station="BENCH-2")) == ["admitted"]
    order = warehouse.record(Order, "HOME/1")
    assert (order.bench, order.benches, order.station) == ("SECOND", ("FIRST", "SECOND"), "BENCH-2")
    assert order.to_verify == {"HOME/LAMP": 1}
    assert await second.tell(verified(1), sealed) == ["admitted"] * 2
    assert (warehouse.record(Order, "HOME/1").state, work(warehouse)) == ("packed", [])


async def test_a_tote_goes_to_and_fro_and_whoever_scanned_it_last_has_it(benches: Any) -> None:
    warehouse, walk, first, second = benches
    started = walk.packed(FIRST, (LAMPS,))[0]
    for bench in (first, second, first):
        await bench.tell(started)
        assert warehouse.record(Order, "HOME/1").bench == bench.terminal
    assert warehouse.record(Order, "HOME/1").benches == ("SECOND", "FIRST")


async def test_what_both_benches_verified_opens_no_count(benches: Any) -> None:
    """The first was not told yet: its late scan counts as far as pieces are left, and no shelf is to blame."""
    warehouse, walk, first, second = benches
    started = walk.packed(SECOND, (LAMPS,))[0]
    await first.tell(started)
    await second.tell(started, verified(2))
    reply = await first.send(first.seal(verified(1)), first.seal(verified(2)))
    assert [(each.verdict, each.reason) for each in reply.outcomes] == [
        ("admitted", ""),
        ("discrepancy", "other_bench"),
    ]
    reply = await second.send(second.seal(verified(1)))
    assert [each.reason for each in reply.outcomes] == ["other_bench"]
    assert (warehouse.record(Order, "HOME/1").to_verify, work(warehouse)) == ({}, [])


async def test_two_benches_that_were_both_offline_seal_one_parcel_and_void_the_other_label(benches: Any) -> None:
    warehouse, walk, first, second = benches
    assert set(await first.tell(*walk.packed(FIRST, (LAMPS,)), walk.labelled(FIRST, "POST-DAY"))) == {"admitted"}
    cart = await warehouse.device("cart 2")
    await warehouse.order("2", ("LAMP", 2))
    await warehouse.release()
    await cart.tell(*(await warehouse.walk(cart)).whole_pick())  # in the same tote, which is free again
    late = [second.seal(fact) for fact in (*walk.packed(SECOND, (LAMPS,)), walk.labelled(SECOND, "POST-DAY"))]
    reply = await second.send(*late)
    reasons = [each.reason for each in reply.outcomes]
    assert {each.verdict for each in reply.outcomes} == {"discrepancy"}
    assert reasons == ["other_bench", "other_bench", "sealed_twice", "sealed_twice"]
    assert work(warehouse) == [("sealed_twice", "look", f"parcel/{SECOND}")]
    assert warehouse.record(Parcel, SECOND).state == "voided"
    order = warehouse.record(Order, "HOME/1")
    assert [each.sscc for each in order.parcels] == [FIRST]
    assert (warehouse.lying("LAMP", f"parcel/{FIRST}"), warehouse.lying("LAMP", f"parcel/{SECOND}")) == (3, 0)
    assert (warehouse.lying("LAMP", "tote/T1"), warehouse.record(Tote, "T1").order) == (2, "HOME/2")
    assert sums(warehouse) == {0}


@pytest.mark.parametrize("turns", sorted(set(permutations("aaabbb"))))
async def test_in_whatever_order_two_benches_are_heard_no_shelf_is_counted(
    benches: Any, turns: tuple[str, ...]
) -> None:
    warehouse, walk, first, second = benches
    left = {"a": iter(walk.packed(FIRST, (LAMPS,))), "b": iter(walk.packed(SECOND, (LAMPS,)))}
    for turn in turns:
        await {"a": first, "b": second}[turn].tell(next(left[turn]))
    order = warehouse.record(Order, "HOME/1")
    sealed = [each.sscc for each in order.parcels]
    assert (order.state, len(sealed)) == ("packed", 1)
    (other,) = {FIRST, SECOND} - set(sealed)
    assert work(warehouse) == [("sealed_twice", "look", f"parcel/{other}")]
    assert warehouse.record(Parcel, other).state == "voided"
    assert sums(warehouse) == {0}


async def test_a_bench_that_was_enrolled_anew_still_has_its_tote(benches: Any) -> None:
    warehouse, walk, first, _ = benches
    await first.tell(walk.packed(FIRST, (LAMPS,))[0], verified(1))
    answer = await warehouse.admin.post("/v1/terminals/revoke", json={"terminal": first.terminal})
    assert answer.status_code == 200
    again = await warehouse.device("first")
    again.journal, again.number = first.journal, first.number
    await again.hello()
    assert again.terminal != first.terminal
    order = warehouse.record(Order, "HOME/1")
    assert (order.bench, order.to_verify) == (again.terminal, {"HOME/LAMP": 2})
