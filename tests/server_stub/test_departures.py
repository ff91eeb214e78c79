"""A truck that leaves at another time takes its orders, walks, waiting lists, parcels and manifest along."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from orders import events
from orders.intake import NewLine, NewOrder, NewStock
from orders.records import CutOff, Manifest, Order, Parcel, ParcelLine, PickTask, Site
from server_stub import departures, missed_trucks
from server_stub.books import rank
from server_stub.floor_setup import DepartureMoved, Done, MoveDeparture, RolledOver, RollOver
from tests.server_stub.conftest import MORNING, SITE, Walk

TRUCK = "POST-DAY-20261123-1500"
THREE = MORNING.replace(hour=15)
TWENTY_TO_FOUR = THREE.replace(minute=40)
CONTENTS = (ParcelLine(line=1, product="HOME/LAMP", quantity=1),)
MANY = departures.SLICE + 30

Bench = tuple[Any, Callable[..., Any]]


def told(to: str, key: str = "", departure: str | None = None, service: str = "Day") -> MoveDeparture:
    return MoveDeparture(key=key or secrets.token_hex(8), carrier="Post", service=service, to=to, departure=departure)


async def move(warehouse: Any, to: str, **more: Any) -> DepartureMoved:
    moved: DepartureMoved = await warehouse.ask("POST", "/v1/departures/move", told(to, **more), DepartureMoved)
    return moved


async def refused(warehouse: Any, to: str, **more: Any) -> tuple[str, str]:
    """Why it is refused: the error, and all that is said."""
    body = msgspec.json.encode(told(to, **more))
    answer = await warehouse.admin.post("/v1/departures/move", content=body)
    assert answer.status_code in (404, 409, 422), answer.text
    problem = answer.json()
    return problem["error"], f"{problem['expected']}; {problem['came']}; {problem['remedy']}"


@pytest.fixture
async def bench(warehouse: Any) -> Bench:
    """A device, and a function that picks and seals one order of one lamp as that device knows its departure."""
    await warehouse.furnish({"A-01": {"LAMP": 20}})
    device = await warehouse.device("bench")
    leased = await device.lease()
    serials = iter(range(leased.block.first, leased.block.last))

    async def seal(number: str, **times: datetime) -> tuple[Walk, str]:
        await warehouse.order(number, ("LAMP", 1))
        await warehouse.release(number)
        walk = await warehouse.walk(device, tote=f"T{number}")
        parcel = leased.block.number(next(serials))
        times = times or {"departs_at": walk.task.due_at}
        facts = (*walk.whole_pick(), *walk.packed(parcel, CONTENTS, carrier="Post", service="Day", **times))
        assert set(await device.tell(*facts)) == {"admitted"}
        return walk, parcel

    return device, seal


async def many_orders(warehouse: Any, lamps: int) -> None:
    """More orders than one transaction looks at, the last of them waiting for goods."""
    await warehouse.intake(stock=(NewStock(owner="HOME", sku="LAMP", location="A-01", quantity=lamps, key="pallet"),))
    lamp = NewLine(number=1, sku="LAMP", description="Lamp", quantity=1)
    await warehouse.intake(
        orders=tuple(NewOrder(owner="HOME", number=f"{n:04d}", lines=(lamp,), customer="C1") for n in range(MANY))
    )


async def test_everything_that_is_due_on_a_truck_goes_along_in_small_transactions(
    warehouse: Any, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, seal = bench
    walk, labelled = await seal("A")
    _, unlabelled = await seal("B")
    assert await device.tell(walk.labelled(labelled, TRUCK, departs_at=THREE)) == ["admitted"]
    await many_orders(warehouse, lamps=90)
    await warehouse.release(*(f"{n:04d}" for n in range(40)))
    other = "van"
    await warehouse.order(other, ("LAMP", 1), carrier="Van")
    slices = []

    def follow_slice(books: Any, mark: Any) -> Any:
        slices.append(mark)
        return follow_as_it_is(books, mark)

    follow_as_it_is = departures.follow_slice
    monkeypatch.setattr(departures, "follow_slice", follow_slice)
    before = warehouse.all(Order)
    moved = await move(warehouse, "15:40")
    assert (moved.scheduled_at, moved.departs_at) == (THREE, TWENTY_TO_FOUR)
    assert (moved.orders, moved.parcels) == (MANY + 2, 2)
    assert len([mark for mark in slices if mark.kind == 0]) > 1
    for order in warehouse.all(Order):
        if order.number == other:
            assert order in before
            continue
        assert (order.due_at, order.scheduled_at) == (TWENTY_TO_FOUR, THREE)
        ranks = warehouse.rows("SELECT rank FROM record WHERE kind = 'order' AND id = ?", order.id)
        assert ranks == [(rank(order),)]
        waiting = warehouse.rows('SELECT DISTINCT rank FROM awaited WHERE "order" = ?', order.id)
        assert waiting in ([], [(rank(order),)])
    assert warehouse.rows("SELECT count(*) FROM awaited WHERE rank LIKE ?", f"{MORNING:%Y-%m-%dT}15:40%")[0][0] > 1
    assert {task.due_at for task in warehouse.all(PickTask)} == {TWENTY_TO_FOUR}
    for sscc in (labelled, unlabelled):
        parcel = warehouse.record(Parcel, sscc)
        assert (parcel.departs_at, parcel.scheduled_at) == (TWENTY_TO_FOUR, THREE)
    (manifest,) = warehouse.all(Manifest)
    assert (manifest.id, manifest.departs_at, manifest.parcels) == (TRUCK, TWENTY_TO_FOUR, (labelled,))


async def test_goods_go_to_whoever_leaves_first_by_now(warehouse: Any) -> None:
    await put(warehouse, SITE.cut_offs[0], replace(SITE.cut_offs[0], carrier="Van", departs="14:00"))
    await warehouse.furnish({"A-01": {"LAMP": 0}})
    await warehouse.order("van", ("LAMP", 1), carrier="Van", service="Day", priority=9)
    await warehouse.order("post", ("LAMP", 1))
    await move(warehouse, "13:30")
    await warehouse.intake(stock=(NewStock(owner="HOME", sku="LAMP", location="A-01", quantity=1, key="p"),))
    states = {order.number: order.state for order in warehouse.all(Order)}
    assert states == {"van": "backordered", "post": "allocated"}


async def test_a_device_without_a_network_and_one_with_it_meet_on_one_manifest(warehouse: Any, bench: Bench) -> None:
    device, seal = bench
    offline, first = await seal("1")
    await move(warehouse, "15:40")
    # It sealed before it heard of anything, and tells it now: both parcels and labels.
    stale, second = await seal("2", departs_at=THREE)
    known, third = await seal("3", departs_at=TWENTY_TO_FOUR, moved_from_at=THREE)
    verdicts = await device.tell(
        offline.labelled(first, TRUCK, departs_at=THREE),
        stale.labelled(second, TRUCK, departs_at=THREE),
        known.labelled(third, TRUCK, departs_at=TWENTY_TO_FOUR, moved_from_at=THREE),
    )
    assert verdicts == ["admitted"] * 3
    (manifest,) = warehouse.all(Manifest)
    assert (manifest.id, manifest.departs_at, manifest.parcels) == (TRUCK, TWENTY_TO_FOUR, (first, second, third))
    for sscc in (first, second, third):
        assert warehouse.record(Parcel, sscc).departs_at == TWENTY_TO_FOUR


async def test_a_store_that_is_stopped_half_way_goes_on_at_its_next_start(
    warehouse: Any, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many_orders(warehouse, lamps=5)
    follow_as_it_is, done = departures.follow_slice, []

    def follow_slice(books: Any, mark: Any) -> Any:
        if done:
            raise OSError("the power went")
        done.append(mark)
        return follow_as_it_is(books, mark)

    with monkeypatch.context() as broken:
        broken.setattr(departures, "follow_slice", follow_slice)
        body = msgspec.json.encode(told("15:40"))
        assert (await warehouse.admin.post("/v1/departures/move", content=body)).status_code == 500
    left = [order for order in warehouse.all(Order) if order.due_at == THREE]
    assert 0 < len(left) < MANY
    warehouse.clock.move(hours=9)  # both times have gone by
    await warehouse.reopen()
    assert {order.due_at for order in warehouse.all(Order)} == {TWENTY_TO_FOUR}
    before = warehouse.rows("SELECT sum(revision) FROM record")
    await warehouse.reopen()
    assert warehouse.rows("SELECT sum(revision) FROM record") == before


async def test_the_same_telling_counts_once_and_another_one_as_often_as_it_comes(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 1))
    first = await move(warehouse, "15:40", key="late")
    for again in (await move(warehouse, "15:40", key="late"), await move(warehouse, "15:40")):
        assert replace(again, orders=0) == replace(first, orders=0)
    site = warehouse.rows("SELECT revision FROM record WHERE kind = 'site'")
    assert len([act for (act,) in warehouse.rows("SELECT act FROM audit") if act == "move_departure"]) == 1
    for to in ("16:10", "14:00", "15:00"):
        await move(warehouse, to)
        order = warehouse.record(Order, "HOME/1")
        assert (f"{order.due_at:%H:%M}", order.scheduled_at) == (to, THREE)
    assert order.moved_from_at is None
    assert warehouse.rows("SELECT revision FROM record WHERE kind = 'site'") == [(site[0][0] + 3,)]
    assert len(warehouse.all(Site)[0].moved) == 1


async def test_a_time_that_cannot_be_is_refused_in_words(warehouse: Any) -> None:
    warehouse.clock.move(hours=2)
    assert await refused(warehouse, "09:59") == (
        "before_now",
        "a time ahead of Mon 10:00; Mon 09:59; say when it will really leave",
    )
    error, said = await refused(warehouse, "18:00")
    assert (error, "behind Fri 18:00 and ahead of Mon 18:00" in said) == ("out_of_turn", True)
    assert (await refused(warehouse, "15:00", departure="18:00"))[0] == "out_of_turn"
    assert await refused(warehouse, "15:40", departure="16:00") == (
        "unknown",
        "a departure of Post Day today: 15:00, 18:00; 16:00; name one of these",
    )
    assert await refused(warehouse, "15:40", service="Night") == (
        "unknown",
        "a carrier and its service: Post Day; Post Night; name one of these",
    )
    warehouse.clock.move(hours=9)
    assert (await refused(warehouse, "21:00"))[0] == "has_left"
    warehouse.clock.move(days=5)
    assert "on which none leaves" in (await refused(warehouse, "21:00"))[1]
    assert warehouse.all(Site)[0].moved == ()


async def test_a_truck_that_is_late_is_the_next_one_as_long_as_its_parcels_stand_here(
    warehouse: Any, bench: Bench
) -> None:
    device, seal = bench
    walk, parcel = await seal("1")
    await device.tell(walk.labelled(parcel, TRUCK, departs_at=THREE))
    warehouse.clock.move(hours=7, minutes=5)  # five past three
    late = await move(warehouse, "15:40")
    assert late.scheduled_at == THREE
    assert warehouse.record(Order, "HOME/1").due_at == TWENTY_TO_FOUR
    gone = events.HandedParcel(parcel=parcel, order="HOME/1")
    await device.tell(events.ManifestClosed(manifest=TRUCK), events.ManifestHandedOver(manifest=TRUCK, parcels=(gone,)))
    assert (await move(warehouse, "18:15")).scheduled_at.hour == 18
    error, said = await refused(warehouse, "16:00", departure="15:40")
    assert (error, "was handed over" in said) == ("has_left", True)


async def test_new_orders_are_promised_as_before_and_leave_with_the_moved_truck(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await move(warehouse, "15:40")
    await warehouse.order("1", ("LAMP", 1))
    warehouse.clock.move(hours=4)
    await warehouse.order("2", ("LAMP", 1))
    assert [f"{order.due_at:%H:%M}" for order in warehouse.all(Order)] == ["15:40", "18:00"]
    # A truck that leaves before its promise has passed takes the promise along.
    await move(warehouse, "12:10", departure="15:00")
    warehouse.clock.move(minutes=15)
    await warehouse.order("3", ("LAMP", 1))
    assert warehouse.record(Order, "HOME/3").due_at.hour == 18


async def test_what_is_left_behind_goes_on_with_the_next_truck_that_it_can_reach(warehouse: Any, bench: Bench) -> None:
    device, seal = bench
    week = SITE.cut_offs[0].weekdays
    evening = CutOff(
        carrier="Post", service="Day", weekdays=week, promise="14:00", last_release="16:00", departs="18:00",
        dock_minutes=60,
    )  # fmt: skip
    await put(warehouse, SITE.cut_offs[0], evening)
    walk, parcel = await seal("1")
    other, left = await seal("2")
    warehouse.clock.move(hours=9, minutes=1)  # one past five: the dock of the six o'clock is closed
    gone = events.HandedParcel(parcel=parcel, order="HOME/1")
    await device.tell(
        walk.labelled(parcel, TRUCK, departs_at=THREE),
        other.labelled(left, TRUCK, departs_at=THREE),
        events.ManifestClosed(manifest=TRUCK),
        events.ManifestHandedOver(manifest=TRUCK, parcels=(gone,)),
    )
    assert warehouse.record(Parcel, left).manifest == "POST-DAY-20261124-1500"


async def test_what_is_left_behind_by_a_moved_truck_goes_on_under_the_next_ones_name(
    warehouse: Any, bench: Bench
) -> None:
    device, seal = bench
    walk, parcel = await seal("1")
    await move(warehouse, "15:40")
    await move(warehouse, "18:30", departure="18:00")
    verdicts = await device.tell(
        walk.labelled(parcel, TRUCK, departs_at=THREE),
        events.ManifestClosed(manifest=TRUCK),
        events.ManifestHandedOver(manifest=TRUCK, parcels=()),
    )
    assert verdicts == ["admitted"] * 3
    rolled = warehouse.record(Parcel, parcel)
    evening = MORNING.replace(hour=18)
    assert (rolled.manifest, rolled.scheduled_at) == ("POST-DAY-20261123-1800", evening)
    assert rolled.departs_at == evening.replace(minute=30)
    manifest = warehouse.record(Manifest, rolled.manifest)
    assert (manifest.departs_at, manifest.scheduled_at) == (rolled.departs_at, evening)


@pytest.mark.parametrize("is_closed", [False, True])
async def test_a_truck_that_did_not_come_rolls_its_parcels_over(
    warehouse: Any, bench: Bench, monkeypatch: pytest.MonkeyPatch, is_closed: bool
) -> None:
    device, seal = bench
    monkeypatch.setattr(missed_trucks, "SLICE", 2)
    sealed = [await seal(str(number)) for number in range(4)]
    *standing, (_, unlabelled) = sealed
    labels = [walk.labelled(parcel, TRUCK, departs_at=THREE) for walk, parcel in standing]
    assert await device.tell(*labels) == ["admitted"] * 3
    if is_closed:
        await device.tell(events.ManifestClosed(manifest=TRUCK))
    asked = RollOver(key="missed", manifest=TRUCK)
    early = await warehouse.admin.post("/v1/departures/roll-over", content=msgspec.json.encode(asked))
    assert (early.status_code, "move-departure" in early.json()["remedy"]) == (409, True)
    warehouse.clock.move(hours=9)  # five o'clock
    for _ in range(2):
        rolled = await warehouse.ask("POST", "/v1/departures/roll-over", asked, RolledOver)
        assert (rolled.manifest, rolled.parcels) == ("POST-DAY-20261123-1800", 4)
    assert warehouse.record(Manifest, TRUCK).parcels == ()
    assert warehouse.record(Manifest, rolled.manifest).parcels == tuple(parcel for _, parcel in standing)
    for _, parcel in sealed:
        assert warehouse.record(Parcel, parcel).departs_at == rolled.departs_at == MORNING.replace(hour=18)
    assert warehouse.record(Parcel, unlabelled).manifest is None
    assert warehouse.lying("LAMP", "gone") == 0
    unknown = RollOver(key="other", manifest="NONE")
    assert (
        await warehouse.admin.post("/v1/departures/roll-over", content=msgspec.json.encode(unknown))
    ).status_code == 404


# Other cut-offs


async def put(warehouse: Any, *cut_offs: CutOff) -> None:
    await warehouse.ask("PUT", "/v1/site", replace(SITE, cut_offs=cut_offs), Done)


async def test_with_other_cut_offs_orders_follow_their_departure_or_get_another(warehouse: Any, bench: Bench) -> None:
    device, seal = bench
    walk, parcel = await seal("A")
    await device.tell(walk.labelled(parcel, TRUCK, departs_at=THREE))
    await many_orders(warehouse, lamps=5)
    first, second = SITE.cut_offs
    await put(warehouse, replace(first, last_release="13:30", departs="15:30"), second)
    half_past = THREE.replace(minute=30)
    assert {order.due_at for order in warehouse.all(Order)} == {half_past}
    assert warehouse.record(Parcel, parcel).departs_at == half_past
    # A device of yesterday's site goes on calling it by its old time, and so does one of today's.
    (manifest,) = warehouse.all(Manifest)
    assert (manifest.id, manifest.departs_at) == (TRUCK, half_past)
    await put(warehouse, second)
    assert {order.due_at.hour for order in warehouse.all(Order)} == {18}
    await put(warehouse)
    assert {order.due_at for order in warehouse.all(Order)} == {None}
    await put(warehouse, first, second)
    assert {order.due_at for order in warehouse.all(Order)} == {THREE}
    ranks = {row for (row,) in warehouse.rows("SELECT rank FROM awaited")}
    assert ranks == {rank(order) for order in warehouse.all(Order) if order.state == "backordered"}


async def test_cut_offs_that_contradict_each_other_are_refused_by_name(warehouse: Any) -> None:
    first, second = SITE.cut_offs
    for cut_offs, says in (
        ((replace(first, dock_minutes=121),), "Post Day: expected a last release by 12:59"),
        (
            (replace(first, departs="19:00"), second),
            "promise of Mon 12:00, which departs 19:00, behind that of Mon 14:00",
        ),
    ):
        body = msgspec.json.encode(replace(SITE, cut_offs=cut_offs))
        answer = await warehouse.admin.put("/v1/site", content=body)
        assert (answer.status_code, says in answer.text) == (422, True), answer.text
