"""An order that its sender wants no more: stopped where nobody on the floor has seen it, else told with its stage."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from orders import events
from orders.intake import Cancellation, NewCustomer
from orders.records import Order, ParcelLine, PickTask
from server_stub.floor_setup import Done, NewWebhook, OwnerSet, WebhookGiven
from tests.server_stub.conftest import LONDON, new_order

pytestmark = pytest.mark.heavy


def cancellation(number: str, owner: str = "HOME", reason: str = "") -> Cancellation:
    return Cancellation(owner=owner, number=number, reason=reason)


async def cancel(warehouse: Any, number: str, reason: str = "") -> tuple[str, str]:
    """Says that the sender wants that order no more; gives what became of that."""
    (outcome,) = await warehouse.intake(cancellations=(cancellation(number, reason=reason),))
    return outcome  # type: ignore[no-any-return]


def rows_of(warehouse: Any, order: str) -> tuple[int, int]:
    """How many claims on shelves the order has, and how many things it waits for."""
    return tuple(  # type: ignore[return-value]
        warehouse.rows(f'SELECT count(*) FROM {table} WHERE "order" = ?', order)[0][0]
        for table in ("allocation", "awaited")
    )


async def test_an_order_that_nobody_has_seen_is_stopped_and_its_goods_go_to_who_waits(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 3), ("LAMP", 1))
    await warehouse.order("2", ("LAMP", 2))
    assert warehouse.record(Order, "HOME/2").lines[0].allocated == 1
    assert await cancel(warehouse, "1") == ("cancelled", "it was allocated: 4 pieces free again")
    order = warehouse.record(Order, "HOME/1")
    assert (order.state, order.holds, order.cancelled_at) == ("cancelled", (), warehouse.clock())
    assert [(line.cancelled, line.allocated, line.wanted, line.unallocated) for line in order.lines] == [
        (3, 0, 0, 0),
        (1, 0, 0, 0),
    ]
    assert rows_of(warehouse, "HOME/1") == (0, 0)
    assert warehouse.record(Order, "HOME/2").lines[0].allocated == 2
    assert warehouse.on_shelf("LAMP", "A-01") == (5, 2, False)
    released = await warehouse.release()
    assert [warehouse.record(PickTask, task).order for task in released.tasks] == ["HOME/2"]
    assert dict((await warehouse.release("1")).refused) == {"HOME/1": "it is cancelled"}
    assert (await warehouse.admin.get("/v1/report/orders")).json()["orders"] == []


@pytest.mark.parametrize(
    ("customer", "stock", "state"), [("C2", 5, "received"), ("C1", 0, "backordered"), ("C1", 2, "allocated")]
)
async def test_it_is_stopped_wherever_it_waits_at_the_desk(
    warehouse: Any, customer: str, stock: int, state: str
) -> None:
    await warehouse.furnish({"A-01": {"LAMP": stock}})
    await warehouse.order("1", ("LAMP", 3), customer=customer)
    assert warehouse.record(Order, "HOME/1").state == state
    outcome, reason = await cancel(warehouse, "1")
    assert (outcome, reason.partition(":")[0]) == ("cancelled", f"it was {state}")
    order = warehouse.record(Order, "HOME/1")
    assert (order.state, order.is_held, rows_of(warehouse, "HOME/1")) == ("cancelled", False, (0, 0))
    # Neither its goods nor its address wake it up again.
    await warehouse.furnish({"A-02": {"LAMP": 9}})
    await warehouse.intake(customers=(NewCustomer(number="C2", address=LONDON),))
    assert warehouse.record(Order, "HOME/1") == order


async def test_the_same_cancellation_again_changes_nothing_and_an_unknown_order_is_not_made(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 3))
    assert await cancel(warehouse, "9") == ("unknown", "no such order: nothing was to be stopped")
    await cancel(warehouse, "1", "changed their mind")
    before = warehouse.rows("SELECT kind, id, revision FROM record ORDER BY 1, 2")
    warehouse.clock.move(hours=1)
    assert await cancel(warehouse, "1", "another word") == ("unchanged", "it was cancelled already on 2026-11-23 08:00")
    assert await cancel(warehouse, "9") == ("unknown", "no such order: nothing was to be stopped")
    assert warehouse.rows("SELECT kind, id, revision FROM record ORDER BY 1, 2") == before
    assert warehouse.record(Order, "HOME/9") is None


@pytest.mark.parametrize("pieces", [3, 4], ids=["as it was", "changed"])
async def test_a_cancelled_order_that_comes_again_is_refused_in_words(warehouse: Any, pieces: int) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 3))
    await cancel(warehouse, "1")
    assert await warehouse.order("1", ("LAMP", pieces)) == (
        "refused",
        "it was cancelled by its sender on 2026-11-23 08:00: send it under a new number",
    )
    assert warehouse.record(Order, "HOME/1").state == "cancelled"
    assert warehouse.on_shelf("LAMP", "A-01") == (5, 0, False)


async def test_in_one_batch_a_new_order_and_its_cancellation_end_cancelled(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    batch = {"cancellations": (cancellation("1"),), "orders": (new_order("1", ("LAMP", 3)),)}
    assert [outcome for outcome, _ in await warehouse.intake(**batch)] == ["created", "cancelled"]
    assert warehouse.on_shelf("LAMP", "A-01") == (5, 0, False)


async def test_on_the_floor_it_stands_once_on_the_supervisors_list_with_its_stage_and_what_to_do(
    warehouse: Any,
) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.release()
    before = warehouse.record(Order, "HOME/1")
    said = await cancel(warehouse, "1", "changed their mind")
    assert said == (
        "change_request",
        "it is released: see that nobody picks it, and put back what was taken",
    )
    device = await warehouse.device("cart")
    walk = await warehouse.walk(device)
    await device.tell(*walk.whole_pick())
    warehouse.clock.move(hours=1)
    outcome, reason = await cancel(warehouse, "1")
    assert (outcome, "it is picked: keep its tote from the bench" in reason) == ("change_request", True)
    assert warehouse.rows("SELECT count(*) FROM change_request") == [(1,)]
    assert before.lines[0].cancelled == warehouse.record(Order, "HOME/1").lines[0].cancelled == 0
    (report,) = (await warehouse.admin.get("/v1/report/orders")).json()["orders"]
    now = "it is picked: keep its tote from the bench, and put its goods back"
    assert report["reasons"] == [f"cancelled by its sender when it was released, and {now}"]


async def test_what_left_is_named_and_what_waits_for_goods_is_not_picked_any_more(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 2}})
    await warehouse.order("1", ("LAMP", 5))
    await warehouse.release()
    device = await warehouse.device("cart")
    await shipped(warehouse, device)
    await warehouse.furnish({"A-02": {"LAMP": 9}})
    order = warehouse.record(Order, "HOME/1")
    assert (order.state, order.lines[0].allocated, order.lines[0].shipped) == ("allocated", 3, 2)
    outcome, reason = await cancel(warehouse, "1")
    assert (outcome, reason) == (
        "change_request",
        "3 pieces will not be picked; 2 were picked: stop what is still here, and ask the carrier for what has left",
    )
    line = warehouse.record(Order, "HOME/1").lines[0]
    assert (line.cancelled, line.allocated, line.unallocated) == (3, 0, 0)
    assert rows_of(warehouse, "HOME/1") == (0, 0)
    assert (await warehouse.release()).tasks == ()
    assert (await warehouse.release("1")).tasks == ()
    assert await cancel(warehouse, "1") == (outcome, reason.replace("3 pieces will not be picked; ", ""))
    assert warehouse.rows("SELECT count(*) FROM change_request") == [(1,)]


async def shipped(warehouse: Any, device: Any) -> None:
    """What the first task asks for leaves the building."""
    walk = await warehouse.walk(device)
    await device.tell(*walk.whole_pick())
    parcel = "095200000000000011"
    contents = (ParcelLine(line=1, product="HOME/LAMP", quantity=2),)
    await device.tell(*walk.packed(parcel, contents), walk.labelled(parcel, "M1"))
    handed = (events.HandedParcel(parcel=parcel, order=walk.task.order),)
    assert await device.tell(
        events.ManifestClosed(manifest="M1"), events.ManifestHandedOver(manifest="M1", parcels=handed)
    ) == ["admitted", "admitted"]


async def test_an_order_that_has_left_is_told_once_and_then_only_noted(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 2}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.release()
    await shipped(warehouse, await warehouse.device("cart"))
    assert warehouse.record(Order, "HOME/1").state == "shipped"
    outcome, reason = await cancel(warehouse, "1")
    assert (outcome, "ask the carrier for it" in reason) == ("change_request", True)
    assert (await cancel(warehouse, "1"))[0] == "unchanged"


@pytest.mark.parametrize("is_first", [True, False], ids=["cancelled first", "released first"])
async def test_cancelled_in_the_moment_of_its_release_it_is_either_stopped_or_told(
    warehouse: Any, is_first: bool
) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 50}})
    for number in range(8):
        await warehouse.order(str(number), ("LAMP", 1))
    asked = [warehouse.intake(cancellations=tuple(cancellation(str(n)) for n in range(8))), warehouse.release()]
    answers = await asyncio.gather(*(asked if is_first else reversed(asked)))
    outcomes, released = answers if is_first else reversed(answers)
    walked = {warehouse.record(PickTask, task).order for task in released.tasks}
    told = {f"HOME/{number}": outcome for number, (outcome, _) in enumerate(outcomes)}
    for order, outcome in told.items():
        assert outcome == ("change_request" if order in walked else "cancelled")
    assert {order.state for order in warehouse.all(Order) if order.id not in walked} <= {"cancelled"}
    assert warehouse.on_shelf("LAMP", "A-01") == (50, len(walked), False)


async def test_told_twice_at_once_it_is_cancelled_once(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 3))
    told = await asyncio.gather(*[cancel(warehouse, "1") for _ in range(12)])
    assert sorted(outcome for outcome, _ in told) == ["cancelled", *["unchanged"] * 11]
    assert warehouse.on_shelf("LAMP", "A-01") == (5, 0, False)


async def test_who_follows_is_told_of_it(warehouse: Any) -> None:
    asked = NewWebhook(id="SHOP", url="https://shop.example/hook", states=("cancelled",))
    await warehouse.ask("POST", "/v1/webhooks", asked, WebhookGiven)
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 3))
    device = await warehouse.device("cart")
    cursor = (await device.changes(0)).cursor
    await cancel(warehouse, "1")
    await cancel(warehouse, "1")
    (change,) = [each for each in (await device.changes(cursor)).changes if each.kind == "order"]
    assert json.loads(bytes(change.body))["state"] == "cancelled"
    told = [
        (kind, json.loads(body)["order"]["number"]) for kind, body in warehouse.rows("SELECT type, body FROM outbox")
    ]
    assert told == [("order.cancelled", "1")]


async def test_a_shop_cancels_its_own_orders_alone(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 3))
    await warehouse.ask("PUT", "/v1/owners", OwnerSet(id="ACME", name="Acme"), Done)
    acme = await warehouse.caller("integration", "ACME")
    batch = {"cancellations": [{"owner": "HOME", "number": "1"}, {"owner": "ACME", "number": "1"}]}
    receipts = (await acme.post("/v1/intake", json=batch)).json()["receipts"]
    assert [(each["what"], each["outcome"]) for each in receipts] == [
        ("cancellation", "refused"),
        ("cancellation", "unknown"),
    ]
    assert warehouse.record(Order, "HOME/1").state == "allocated"
