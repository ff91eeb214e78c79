"""Workers are judged at the store too: work is given to those who may do it, and what others did is looked at."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from orders import roles
from orders.envelope import EVENT_VERSION, seal
from orders.events import FloorEvent, ParcelVoided, PickUndone, ShortUndone, VerificationUndone
from orders.identifiers import sscc
from orders.intake import NewLocation
from orders.records import Discrepancy, Order, ParcelLine, Worker
from server_stub.floor_repairs import ShelfCount
from tests.server_stub.conftest import MORNING
from tests.wire.samples import EVENTS


@pytest.fixture
async def floor(warehouse: Any) -> Any:
    """Two lamps to pick, a picker, a packer, and a device."""
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.order("2", ("LAMP", 1))
    await warehouse.release()
    for name, role in (("Pia", "picker"), ("Pat", "packer")):
        done = await warehouse.admin.post("/v1/workers", json={"name": name, "roles": [role], "pin": "2718"})
        assert done.status_code == 200
    return warehouse


def looks(warehouse: Any) -> list[tuple[str, str, str]]:
    return [(each.reason, each.worker, each.subject) for each in warehouse.all(Discrepancy) if each.remedy == "look"]


async def picked(floor: Any) -> tuple[Any, Any]:
    """A device on which a picker has walked the first order to its end."""
    device = await floor.device("cart")
    device.worker = "PIA"
    walk = await floor.walk(device)
    assert set(await device.tell(*walk.whole_pick())) == {"admitted"}
    assert looks(floor) == []
    return device, walk


async def test_what_a_picker_packed_counts_and_a_supervisor_hears_of_it_once(floor: Any) -> None:
    device, walk = await picked(floor)
    parcel = sscc("952000", 1)
    await device.lease()
    told = walk.packed(parcel, (ParcelLine(line=1, product="HOME/LAMP", quantity=2),))
    supervisor = await floor.device("desk", role="supervisor")
    before = floor.store.cursor
    reply = await device.send(*[device.seal(fact) for fact in told])
    assert {(each.verdict, each.reason) for each in reply.outcomes} == {("admitted", "not_their_role")}
    assert looks(floor) == [("not_their_role", "PIA", "order/HOME/1")]
    assert (floor.record(Order, "HOME/1").state, floor.lying("LAMP", f"parcel/{parcel}")) == ("packed", 2)
    heard = (await supervisor.changes(before, kinds="discrepancy")).changes
    assert [msgspec.json.decode(each.body)["reason"] for each in heard] == ["not_their_role"]


@pytest.mark.parametrize(
    ("worker", "says"),
    [
        ("PAT", "PAT is no picker: ask a supervisor"),
        ("NOBODY", "NOBODY is nobody who works here: sign on again, or tell a supervisor"),
        ("", "whoever asks is nobody who works here: sign on again, or tell a supervisor"),
    ],
)
async def test_no_walk_is_given_to_whoever_may_not_pick(floor: Any, worker: str, says: str) -> None:
    device = await floor.device("cart")
    device.worker = worker
    claimed = await device.claim()
    assert (claimed.task, claimed.refused) == (None, says)
    assert floor.rows("SELECT count(*) FROM claim") == [(0,)]


async def test_a_stranger_s_pick_moves_the_goods_and_is_looked_at(floor: Any) -> None:
    device = await floor.device("cart")
    device.worker = "PIA"
    walk = await floor.walk(device)
    device.worker = "NOBODY"
    reply = await device.send(device.seal(walk.bound()), device.seal(walk.picked(2)))
    assert [(each.verdict, each.reason) for each in reply.outcomes] == [("admitted", "unknown_worker")] * 2
    assert looks(floor) == [("unknown_worker", "NOBODY", "order/HOME/1")]
    assert floor.lying("LAMP", "tote/T1") == 2


async def test_who_left_gets_no_work_and_is_questioned_for_what_came_after_alone(floor: Any) -> None:
    device = await floor.device("cart")
    device.worker = "PIA"
    walk = await floor.walk(device)
    floor.clock.move(minutes=10)
    assert (await floor.admin.post("/v1/workers/revoke", json={"worker": "PIA"})).status_code == 200
    pia = floor.record(Worker, "PIA")
    assert (pia.is_active, pia.badge, pia.pin, pia.left_at) == (False, "", "", MORNING + timedelta(minutes=10))
    # Told late, done in time: the device was offline.
    assert await device.tell(walk.bound(), walk.picked(1)) == ["admitted", "admitted"]
    assert looks(floor) == []
    device.number += 1
    late = seal(device.number, MORNING + timedelta(minutes=11), "PIA", walk.picked(1))
    (outcome,) = (await device.send(late)).outcomes
    assert (outcome.verdict, outcome.reason) == ("admitted", "worker_left")
    assert looks(floor) == [("worker_left", "PIA", "order/HOME/1")]
    assert floor.lying("LAMP", "tote/T1") == 2
    assert (await device.claim()).refused == "PIA works here no more: somebody else has to sign on"


async def test_who_left_and_comes_back_gets_a_new_badge(floor: Any) -> None:
    for _ in range(2):
        assert (await floor.admin.post("/v1/workers/revoke", json={"worker": "PIA"})).status_code == 200
    assert (await floor.admin.post("/v1/workers/revoke", json={"worker": "NOBODY"})).status_code == 404
    again = {"name": "Pia", "roles": ["picker"], "is_known": True}
    assert (await floor.admin.post("/v1/workers", json=again)).status_code == 200
    device = await floor.device("cart")
    device.worker = "PIA"
    assert (await device.claim()).task is not None


async def test_who_left_cannot_have_counted(floor: Any) -> None:
    await floor.admin.post("/v1/workers/revoke", json={"worker": "PIA"})
    asked = ShelfCount(key="k", owner="HOME", sku="LAMP", location="A-01", quantity=9, counted_by="PIA")
    answer = await floor.admin.post("/v1/counts", content=msgspec.json.encode(asked))
    assert (answer.status_code, answer.json()["error"]) == (409, "worker_left")


async def test_a_pick_of_another_owner_s_goods_is_put_back_and_never_counts_for_the_order(floor: Any) -> None:
    device = await floor.device("cart")
    walk = await floor.walk(device)
    strange = msgspec.structs.replace(walk.picked(2), product="OTHER/LAMP")
    assert await device.tell(walk.bound(), strange) == ["admitted", "discrepancy"]
    remedies = {each.remedy: (each.reason, each.product) for each in floor.all(Discrepancy)}
    assert remedies == {"put_back": ("wrong_product", "OTHER/LAMP"), "count": ("found", "OTHER/LAMP")}
    assert floor.record(Order, "HOME/1").lines[0].picked == 0


def test_every_kind_of_work_has_its_roles() -> None:
    anybody = {str(each.__struct_config__.tag) for each in EVENTS if not roles.roles_for(each)}
    assert anybody == {
        "worker_signed_on",
        "worker_signed_off",
        "scan_refused",
        "label_reprinted",
        "print_cancelled",
        "print_found",
        "product_label_printed",
    }


# --- pieces that cannot be: facts of 0, fewer, more than any building holds, or no whole number -----

IMPOSSIBLE = [0, -3, 2**53, 10**30, 1.5]


def with_pieces(device: Any, fact: FloorEvent, quantity: Any) -> bytes:
    """The next event of this journal, as only a broken or a foreign program writes it."""
    said = msgspec.json.decode(device.seal(fact))

    def changed(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: quantity if name == "quantity" else changed(each) for name, each in part.items()}
        return [changed(each) for each in part] if isinstance(part, list) else part

    assert said.get("version", EVENT_VERSION) == EVENT_VERSION
    return msgspec.json.encode(said | {"event": changed(said["event"])})


def counts(warehouse: Any) -> list[tuple[str, str, str]]:
    return [(each.reason, each.place, each.product) for each in warehouse.all(Discrepancy) if each.remedy == "count"]


@pytest.mark.heavy
@pytest.mark.parametrize("quantity", IMPOSSIBLE)
@pytest.mark.parametrize("kind", ["pick", "short"])
async def test_a_pick_of_pieces_that_cannot_be_is_counted_and_holds_nothing_up(
    floor: Any, kind: str, quantity: Any
) -> None:
    device = await floor.device("cart")
    walk = await floor.walk(device)
    await device.tell(walk.bound())
    fact = walk.picked(1) if kind == "pick" else walk.shorted(1)
    (outcome,) = (await device.send(with_pieces(device, fact, quantity))).outcomes
    assert (outcome.verdict, outcome.reason) == ("discrepancy", "impossible_quantity")
    assert counts(floor) == [("impossible_quantity", "shelf/A-01", "HOME/LAMP")]
    assert floor.on_shelf("LAMP", "A-01") == (9, 3, False)
    assert await device.tell(walk.picked(2), walk.dropped()) == ["admitted", "admitted"]
    asked = {"key": "k", "owner": "HOME", "sku": "LAMP", "location": "A-01", "quantity": 7, "counted_by": "GRACE"}
    counted = (await floor.admin.post("/v1/counts", json=asked)).json()
    assert (counted["difference"], len(counted["resolved"])) == (0, 1)


@pytest.mark.heavy
@pytest.mark.parametrize("quantity", IMPOSSIBLE)
@pytest.mark.parametrize("step", [1, 2], ids=["verified", "sealed"])
async def test_packing_pieces_that_cannot_be_is_counted_where_they_were_picked(
    floor: Any, step: int, quantity: Any
) -> None:
    device, walk = await picked(floor)
    device.worker = "PAT"
    facts = walk.packed(sscc("952000", 1), (ParcelLine(line=1, product="HOME/LAMP", quantity=2),))
    assert set(await device.tell(*facts[:step])) == {"admitted"}
    (outcome,) = (await device.send(with_pieces(device, facts[step], quantity))).outcomes
    assert (outcome.verdict, outcome.reason) == ("discrepancy", "impossible_quantity")
    assert counts(floor) == [("impossible_quantity", "shelf/A-01", "HOME/LAMP")]
    assert floor.lying("LAMP", "tote/T1") == 2
    await device.lease()
    assert set(await device.tell(*facts[step:])) == {"admitted"}
    assert floor.record(Order, "HOME/1").state == "packed"


@pytest.mark.parametrize("quantity", [0, 10**30])
@pytest.mark.parametrize("kind", ["pick", "short", "verification", "parcel"])
async def test_taking_back_pieces_that_cannot_be_is_counted_where_they_came_from(
    floor: Any, kind: str, quantity: Any
) -> None:
    device, walk = await picked(floor)
    await device.lease()
    lamps = ParcelLine(line=1, product="HOME/LAMP", quantity=2)
    at = {"order": walk.task.order, "product": "HOME/LAMP", "quantity": 1}
    stop = {**at, "task": walk.task.id, "stop": 1, "location": "A-01"}
    parcel = sscc("952000", 1)
    undone: dict[str, FloorEvent] = {
        "pick": PickUndone(**stop, tote="T1"),
        "short": ShortUndone(**stop),
        "verification": VerificationUndone(**at, tote="T1"),
        "parcel": ParcelVoided(order=walk.task.order, parcel=parcel, tote="T1", reason="wrong", contents=(lamps,)),
    }
    device.worker = "PAT" if kind in ("verification", "parcel") else "PIA"
    if kind == "parcel":
        assert set(await device.tell(*walk.packed(parcel, (lamps,)))) == {"admitted"}
    before = floor.rows("SELECT product, place, quantity FROM stock ORDER BY 1, 2")
    (outcome,) = (await device.send(with_pieces(device, undone[kind], quantity))).outcomes
    assert (outcome.verdict, outcome.reason) == ("discrepancy", "impossible_quantity")
    assert counts(floor) == [("impossible_quantity", "shelf/A-01", "HOME/LAMP")]
    assert floor.rows("SELECT product, place, quantity FROM stock ORDER BY 1, 2") == before


def test_no_other_fact_states_pieces() -> None:
    stating = {str(each.__struct_config__.tag) for each in EVENTS if b'"quantity"' in msgspec.json.encode(each)}
    assert stating == {
        "pick_confirmed",
        "pick_undone",
        "pick_shorted",
        "short_undone",
        "item_verified",
        "verification_undone",
        "parcel_sealed",
        "parcel_voided",
    }


async def test_too_many_picked_are_put_back_and_their_shelf_is_counted(floor: Any) -> None:
    device = await floor.device("cart")
    walk = await floor.walk(device)
    assert await device.tell(walk.bound(), walk.picked(5)) == ["admitted", "discrepancy"]
    assert counts(floor) == [("too_many", "shelf/A-01", "HOME/LAMP")]
    assert [each.quantity for each in floor.all(Discrepancy) if each.remedy == "put_back"] == [5]
    assert floor.lying("LAMP", "tote/T1") == 5


@pytest.mark.parametrize("kind", ["short", "verified"])
async def test_too_many_short_or_packed_are_counted_on_their_shelf(floor: Any, kind: str) -> None:
    device, walk = await picked(floor)
    if kind == "short":
        walk = await floor.walk(device, tote="T2")
        told = (walk.bound(), walk.shorted(5))
    else:
        device.worker = "PAT"
        (started, item, _) = walk.packed("", (ParcelLine(line=1, product="HOME/LAMP", quantity=3),))
        told = (started, item)
    assert await device.tell(*told) == ["admitted", "discrepancy"]
    assert counts(floor) == [("too_many", "shelf/A-01", "HOME/LAMP")]
    assert looks(floor) == []


_LINE = {"number": 1, "sku": "LAMP", "description": "Lamp"}
_STOCK = {"owner": "HOME", "sku": "LAMP", "location": "A-01"}
_COUNT = {"owner": "HOME", "sku": "LAMP", "location": "A-01", "counted_by": "GRACE"}


@pytest.mark.heavy
@pytest.mark.parametrize("quantity", [-1, 10_000_001, 10**30, 1.5, "3", None])
async def test_requests_for_pieces_that_cannot_be_are_refused_and_change_nothing(floor: Any, quantity: Any) -> None:
    before = floor.rows("SELECT kind, id, revision FROM record ORDER BY 1, 2"), floor.rows("SELECT * FROM stock")
    order = {"owner": "HOME", "number": "9", "lines": [{**_LINE, "quantity": quantity}], "customer": "C1"}
    arrived = {**_STOCK, "quantity": quantity, "key": "delivery-1"}
    answer = await floor.admin.post("/v1/intake", json={"orders": [order], "stock": [arrived]})
    assert [each["outcome"] for each in answer.json()["receipts"]] == ["refused", "refused"]
    asked = {**_COUNT, "key": secrets.token_hex(8), "quantity": quantity}
    assert (await floor.admin.post("/v1/counts", json=asked)).status_code == 422
    assert (await floor.admin.post("/v1/totes", json={"count": quantity})).status_code == 422
    assert before == (
        floor.rows("SELECT kind, id, revision FROM record ORDER BY 1, 2"),
        floor.rows("SELECT * FROM stock"),
    )


async def test_an_order_and_a_delivery_of_nothing_are_refused_and_an_empty_shelf_is_counted(floor: Any) -> None:
    order = {"owner": "HOME", "number": "9", "lines": [{**_LINE, "quantity": 0}], "customer": "C1"}
    arrived = {**_STOCK, "quantity": 0, "key": "delivery-1"}
    receipts = (await floor.admin.post("/v1/intake", json={"orders": [order], "stock": [arrived]})).json()["receipts"]
    assert [each["outcome"] for each in receipts] == ["refused", "refused"]
    assert "a delivery of 0 pieces" in receipts[0]["reason"]
    await floor.intake(locations=(NewLocation(code="B-01", walk=9),))
    asked = {**_COUNT, "location": "B-01", "key": "k", "quantity": 0}
    assert (await floor.admin.post("/v1/counts", json=asked)).json()["counted"] == 0
