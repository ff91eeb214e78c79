"""Named tokens, what they may see, and how often anybody may ask."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server_stub import authority, limits
from server_stub.app import Gate, make_app
from server_stub.floor_setup import Done, NewToken, OwnerSet, TokenGiven
from server_stub.limits import Allowance, Limit


async def two_owners(warehouse: Any) -> None:
    """One product, one shelf and one order each of HOME and of ACME."""
    await warehouse.ask("PUT", "/v1/owners", OwnerSet(id="ACME", name="Acme"), Done)
    for owner in ("HOME", "ACME"):
        batch = {
            "locations": [{"code": f"{owner}-1", "zone": "A", "walk": 1}],
            "products": [{"owner": owner, "sku": "LAMP", "description": "Lamp", "weight_grams": 1}],
            "stock": [{"owner": owner, "sku": "LAMP", "location": f"{owner}-1", "quantity": 5}],
            "orders": [
                {
                    "owner": owner,
                    "number": "1",
                    "lines": [{"number": 1, "sku": "LAMP", "description": "Lamp", "quantity": 9}],
                }
            ],
        }
        receipts = (await warehouse.admin.post("/v1/intake", json=batch)).json()["receipts"]
        assert "refused" not in {each["outcome"] for each in receipts}, receipts


@pytest.mark.parametrize("role", authority.SCOPED)
async def test_a_token_of_one_owner_sees_that_owners_goods_alone(warehouse: Any, role: str) -> None:
    await two_owners(warehouse)
    acme = await warehouse.caller(role, "ACME")
    listed = (await acme.get("/v1/records/order")).json()["records"]
    assert [each["id"] for each in listed] == ["ACME/1"]
    assert (await acme.get("/v1/records/order/ACME/1")).status_code == 200
    assert (await acme.get("/v1/records/order/HOME/1")).status_code == 404
    changed = (await acme.get("/v1/changes")).json()["changes"]
    assert {each["id"].partition("/")[0] for each in changed} == {"ACME"}
    assert {each["product"] for each in (await acme.get("/v1/stock")).json()["rows"]} == {"ACME/LAMP"}
    if role == authority.OFFICE:
        assert [each["order"] for each in (await acme.get("/v1/report/orders")).json()["orders"]] == ["ACME/1"]


async def test_a_token_of_one_owner_sends_that_owners_goods_alone(warehouse: Any) -> None:
    await two_owners(warehouse)
    acme = await warehouse.caller(authority.INTEGRATION, "ACME")
    line = {"number": 1, "sku": "LAMP", "description": "Lamp", "quantity": 1}
    orders = [{"owner": owner, "number": "7", "lines": [line]} for owner in ("HOME", "ACME")]
    shelf = {"code": "MINE-1", "zone": "A", "walk": 1}
    answer = await acme.post("/v1/intake", json={"orders": orders, "locations": [shelf]})
    place, home, own = answer.json()["receipts"]
    assert (place["outcome"], home["outcome"]) == ("refused", "refused")
    assert "goods of ACME; came: goods of HOME" in home["reason"]
    assert own["outcome"] != "refused"
    assert (await warehouse.admin.get("/v1/records/order/HOME/7")).status_code == 404


async def test_a_desk_of_one_owner_releases_and_counts_that_owners_orders_alone(warehouse: Any) -> None:
    await two_owners(warehouse)
    shelf = {"code": "A-01", "zone": "A", "walk": 1}
    stock = [{"owner": owner, "sku": "LAMP", "location": "A-01", "quantity": 50} for owner in ("HOME", "ACME")]
    await warehouse.admin.post("/v1/intake", json={"locations": [shelf], "stock": stock})
    line = {"number": 1, "sku": "LAMP", "description": "Lamp", "quantity": 1}
    orders = [{"owner": owner, "number": "2", "lines": [line], "customer": owner} for owner in ("HOME", "ACME")]
    address = {"id": "", "name": "A", "lines": ["1"], "city": "L", "postcode": "E1 6AN", "country_code": "GB"}
    customers = [{"owner": owner, "number": owner, "address": address} for owner in ("HOME", "ACME")]
    await warehouse.admin.post("/v1/intake", json={"customers": customers, "orders": orders})
    acme = await warehouse.caller(authority.OFFICE, "ACME")
    named = await acme.post("/v1/requests/release", json={"key": "one", "orders": ["HOME/2", "HOME/404"]})
    assert named.json()["refused"] == [["HOME/2", "no such order"], ["HOME/404", "no such order"]]
    assert (await acme.post("/v1/requests/release", json={"key": "all"})).json()["tasks"]
    states = {
        each["id"]: each["body"]["state"]
        for each in (await warehouse.admin.get("/v1/records/order")).json()["records"]
        if each["id"].endswith("/2")
    }
    assert states == {"HOME/2": "allocated", "ACME/2": "released"}
    assert (await acme.get("/v1/status")).json()["records"]["order"] == {"received": 1, "released": 1}


async def test_a_token_that_ends_while_it_waits_is_told_nothing_more(warehouse: Any) -> None:
    device = await warehouse.device("cart")
    cursor = (await device.changes(0)).cursor
    waiting = asyncio.create_task(device.http.get(f"/v1/changes?after={cursor}&wait=60"))
    while not warehouse.store.wakers.waiting:
        await asyncio.sleep(0)
    await warehouse.admin.post("/v1/terminals/revoke", json={"terminal": "CART", "is_lost": True})
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    answer = await waiting
    assert (answer.status_code, "revoked" in answer.text) == (401, True)


@pytest.mark.parametrize("role", [authority.OFFICE, authority.INTEGRATION])
async def test_no_desk_is_shown_the_verifiers_of_badges(warehouse: Any, role: str) -> None:
    await warehouse.admin.post("/v1/workers", json={"name": "Ada", "roles": ["picker"], "pin": "2718"})
    desk = await warehouse.caller(role)
    assert (await desk.get("/v1/records/worker")).status_code == 404
    assert (await desk.get("/v1/records/worker/ADA")).status_code == 404
    assert (await desk.get("/v1/changes?kinds=worker")).status_code == 403
    assert "worker" not in {each["kind"] for each in (await desk.get("/v1/changes")).json()["changes"]}


async def test_a_token_is_named_once_told_once_and_ended_by_its_name(warehouse: Any) -> None:
    given = await warehouse.ask("POST", "/v1/tokens", NewToken(label="SHOP", role="integration"), TokenGiven)
    shop = warehouse.http(given.token)
    assert (await shop.get("/v1/stock")).status_code == 200
    again = await warehouse.admin.post("/v1/tokens", json={"label": "SHOP", "role": "office"})
    assert (again.status_code, again.json()["error"]) == (409, "token_exists")
    listed = await warehouse.admin.get("/v1/tokens")
    assert listed.json()["tokens"] == [{"label": "SHOP", "role": "integration"}]
    assert given.token not in listed.text
    assert (await warehouse.admin.post("/v1/tokens/revoke", json={"label": "SHOP"})).status_code == 200
    assert (await shop.get("/v1/stock")).status_code == 401
    assert (await warehouse.admin.post("/v1/tokens/revoke", json={"label": "SHOP"})).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"label": "A", "role": "integration", "owner": "NOBODY"}, 404, "NOBODY"),
        ({"label": "A", "role": "supervisor", "owner": "HOME"}, 422, "bound to an owner"),
        ({"label": "a b", "role": "office"}, 422, "$.label"),
        ({"label": "A", "role": "admin"}, 422, "$.role"),
    ],
)
async def test_a_token_that_cannot_be_is_refused(warehouse: Any, asked: Any, status: int, says: str) -> None:
    answer = await warehouse.admin.post("/v1/tokens", json=asked)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text


async def test_a_lost_devices_walk_is_work_for_somebody_to_look_at(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.release()
    device = await warehouse.device("cart")
    await device.hello()
    walk = await warehouse.walk(device)
    await device.tell(walk.bound())
    lost = await warehouse.admin.post("/v1/terminals/revoke", json={"terminal": "CART", "is_lost": True})
    assert lost.json() == {"id": "CART", "tasks": [walk.task.id]}
    assert (await device.http.get("/v1/changes")).status_code == 401
    opened = (await warehouse.admin.get("/v1/records/discrepancy")).json()["records"]
    assert [(each["body"]["reason"], each["body"]["remedy"]) for each in opened] == [("device_lost", "look")]


def test_a_bucket_gives_what_it_holds_and_fills_again() -> None:
    limit = Limit(Allowance(at_once=3, each_second=2))
    assert [limit.take("a", 10.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert limit.take("b", 10.0) == 0
    assert limit.take("a", 10.4) > 0
    assert limit.take("a", 10.5) == 0
    assert [limit.take("a", 1000.0) for _ in range(4)] == [0, 0, 0, 0.5], "no more than it holds"


async def test_whoever_guesses_tokens_is_told_to_wait_and_the_known_ones_go_on(warehouse: Any) -> None:
    stranger = warehouse.http("wrong")
    answers = [await stranger.get("/v1/status") for _ in range(int(limits.WRONG_TOKENS.at_once) + 1)]
    assert {each.status_code for each in answers[:-1]} == {401}
    assert (answers[-1].status_code, answers[-1].json()["error"]) == (429, "too_many")
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert (await warehouse.admin.get("/v1/status")).status_code == 200
    assert (await stranger.get("/health")).status_code == 200


async def test_a_caller_that_floods_is_told_to_wait_and_others_go_on(warehouse: Any) -> None:
    device = await warehouse.device("cart")
    gate = make_app(warehouse.store)
    assert isinstance(gate, Gate)
    gate._requests = Limit(Allowance(at_once=5, each_second=0.001))
    cart, admin = warehouse.over(gate, device.token), warehouse.over(gate, warehouse.place.token())
    assert [(await cart.get("/v1/stations")).status_code for _ in range(6)] == [200] * 5 + [429]
    assert (await admin.get("/v1/status")).status_code == 200


async def test_metrics_count_acts_and_tell_nothing_of_anybody(warehouse: Any) -> None:
    await two_owners(warehouse)
    monitor = await warehouse.caller(authority.MONITOR)
    await warehouse.http("wrong").get("/v1/status")
    text = (await monitor.get("/metrics")).text
    assert 'floorhand_requests_total{act="intake",status="200"} 2.0' in text
    assert 'floorhand_turned_away_total{reason="unauthorised"} 1.0' in text
    for figure in (
        "floorhand_cursor",
        "floorhand_commit_seconds_bucket",
        "floorhand_waiting 0.0",
        "floorhand_parked 0.0",
    ):
        assert figure in text
    for private in ("LAMP", "HOME", "ACME"):
        assert private not in text


async def test_readiness_is_told_by_a_row_on_the_disk(warehouse: Any) -> None:
    proofs = "SELECT value FROM counter WHERE name = 'proofs'"
    assert (await warehouse.http("").get("/ready")).json() == {"status": "ready"}
    assert warehouse.rows(proofs) == [(1,)]
    answers = await asyncio.gather(*[warehouse.http("").get("/ready") for _ in range(50)])
    assert {answer.status_code for answer in answers} == {200}
    assert warehouse.rows(proofs) == [(2,)], "who asks at the same time waits for the same row"
