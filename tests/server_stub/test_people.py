"""Who may speak, and who works here: codes are spent once, secrets are never kept in the clear."""

from __future__ import annotations

from typing import Any

import pytest

from orders import barcodes, credentials
from orders.records import Worker
from server_stub.people import new_pin, slug


async def code(warehouse: Any, **asked: Any) -> str:
    answer = await warehouse.admin.post("/v1/terminals", json=asked)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["code"])


async def test_a_code_enrols_one_device(warehouse: Any) -> None:
    await warehouse.admin.put("/v1/stations", json={"id": "BENCH-1", "name": "First bench"})
    given = warehouse.http(await code(warehouse, station="BENCH-1"))
    enrolled = (await given.post("/v1/enrol", json={"name": "Cart 7"})).json()
    assert (enrolled["terminal"], enrolled["station"]) == ("CART-7", "BENCH-1")
    again = await given.post("/v1/enrol", json={"name": "Cart 8"})
    assert (again.status_code, again.json()["came"]) == (401, "a one-time code that was used before")
    assert (await warehouse.http(enrolled["token"]).get("/v1/stations")).json() == {
        "stations": [{"id": "BENCH-1", "name": "First bench"}]
    }


async def test_a_code_runs_out(warehouse: Any) -> None:
    given = warehouse.http(await code(warehouse))
    warehouse.clock.move(hours=73)
    answer = await given.post("/v1/enrol", json={"name": "Cart"})
    assert (answer.status_code, answer.json()["came"]) == (401, "a one-time code that ran out")


async def test_a_code_that_was_not_spent_can_be_used_after_a_mistake(warehouse: Any) -> None:
    given = warehouse.http(await code(warehouse))
    assert (await given.post("/v1/enrol", json={"name": "  "})).status_code == 422
    assert (await given.post("/v1/enrol", json={"name": "Cart"})).status_code == 200


async def test_two_devices_of_one_name_are_two_terminals(warehouse: Any) -> None:
    first, second = await warehouse.device("Cart"), await warehouse.device("cart")
    assert (first.terminal, second.terminal) == ("CART", "CART-2")


async def test_no_secret_is_kept_in_the_clear(warehouse: Any) -> None:
    device = await warehouse.device("Cart")
    given = await code(warehouse)
    worker = {"name": "Ada Lovelace", "roles": ["picker"], "pin": "271828"}
    badge = (await warehouse.admin.post("/v1/workers", json=worker)).json()["badge"]
    files = b"".join(path.read_bytes() for path in warehouse.place.folder.glob("floorhand.db*"))
    for secret in (device.token, given, badge, credentials.split_badge(barcodes.decode(badge).body)[1], "271828"):
        assert secret.encode() not in files
    assert warehouse.place.admin_token.stat().st_mode & 0o777 == 0o600


async def test_a_badge_and_a_pin_sign_their_worker_on(warehouse: Any) -> None:
    new = {"name": "Ada Lovelace", "roles": ["picker", "packer"], "pin": "2718"}
    added = (await warehouse.admin.post("/v1/workers", json=new)).json()
    assert added["worker"] == "ADA-LOVELACE"
    scanned = barcodes.decode(added["badge"])
    assert scanned is not None
    assert scanned.kind is barcodes.Kind.BADGE
    id, secret = credentials.split_badge(scanned.body)
    worker = warehouse.record(Worker, id)
    assert (worker.name, worker.roles, worker.is_active) == ("Ada Lovelace", ("picker", "packer"), True)
    assert credentials.is_right(secret, worker.badge)
    assert credentials.is_right("2718", worker.pin)
    assert not credentials.is_right("2719", worker.pin)


@pytest.mark.parametrize(
    ("pin", "role", "came"),
    [
        ("0000", "picker", "one digit over and over"),
        ("777777777777", "supervisor", "one digit over and over"),
        ("1234", "picker", "digits in a row"),
        ("987654", "supervisor", "digits in a row"),
        ("7890", "packer", "digits in a row"),
        ("1212", "picker", "the same 2 digits over and over"),
        ("123123", "supervisor", "the same 3 digits over and over"),
        ("2718", "supervisor", "one of 4"),
        ("27182", "supervisor", "one of 5"),
    ],
)
async def test_a_pin_that_anybody_would_try_is_refused_in_words_without_it(
    warehouse: Any, pin: str, role: str, came: str
) -> None:
    before = len(warehouse.all(Worker))
    for new in ({}, {"id": "GRACE", "is_known": True}):
        worker = {"name": "Ada", "roles": ["picker", role], "pin": pin, **new}
        answer = await warehouse.admin.post("/v1/workers", json=worker)
        assert (answer.status_code, answer.json()["error"], answer.json()["came"]) == (422, "weak_pin", came)
        assert pin not in answer.text
    assert len(warehouse.all(Worker)) == before
    assert warehouse.record(Worker, "GRACE").is_active


def test_our_own_pins_are_strong(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([0, 123_456, 654_321, 121_212, 890_123, 271_828])
    monkeypatch.setattr("server_stub.people.secrets.randbelow", lambda _most: next(drawn))
    assert new_pin() == "271828"


async def test_a_known_worker_gets_a_new_badge_only_when_asked_for(warehouse: Any) -> None:
    new = {"name": "Ada", "roles": ["picker"]}
    first = (await warehouse.admin.post("/v1/workers", json=new)).json()["badge"]
    again = await warehouse.admin.post("/v1/workers", json=new)
    assert (again.status_code, again.json()["error"]) == (409, "worker_exists")
    second = (await warehouse.admin.post("/v1/workers", json={**new, "is_known": True})).json()["badge"]
    kept = warehouse.record(Worker, "ADA").badge
    secrets = [credentials.split_badge(barcodes.decode(badge).body)[1] for badge in (first, second)]
    assert [credentials.is_right(secret, kept) for secret in secrets] == [False, True]


async def test_totes_get_codes_that_nobody_has(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 3}})
    await warehouse.order("1", ("LAMP", 1))
    await warehouse.release()
    device = await warehouse.device("cart")
    walk = await warehouse.walk(device, tote="T0002")
    await device.tell(walk.bound())
    added = (await warehouse.admin.post("/v1/totes", json={"count": 3})).json()["totes"]
    assert added == ["T0001", "T0003", "T0004"]


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Ada Lovelace", "ADA-LOVELACE"),
        ("  zoë  b. ", "ZO-B"),
        ("Cart #7/2", "CART-7-2"),
        ("藤原", ""),
        ("x" * 40, "X" * 32),
    ],
)
def test_a_name_becomes_an_id_that_a_barcode_can_hold(name: str, id: str) -> None:
    assert slug(name) == id
    assert not id or barcodes.is_body(id)
