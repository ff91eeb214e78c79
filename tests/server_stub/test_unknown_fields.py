"""What a request says and nobody here reads is refused by its name, in a body and in a query; devices may say more."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import msgspec

from orders import states
from orders.records import KINDS, Product, Tote
from server_stub import openapi
from server_stub.routes import ENDPOINTS
from tests.server_stub.filled_databases import contents_of

EXAMPLES: dict[str, Any] = msgspec.json.decode(openapi._EXAMPLES.read_bytes())
# What a device says by itself: one of a later version may say more, and its facts count all the same.
DEVICES_OWN = {"enrol", "hello", "events", "claim", "give_back", "lease_ssccs"}
ASKED_BY_HAND = [each for each in ENDPOINTS if each.takes and each.name not in DEVICES_OWN]
PAGES = [
    ("GET", "/docs", {}),
    ("GET", "/openapi.json", {}),
    ("GET", "/metrics", {}),
    ("GET", "/v1/export/stock", {"format": "csv"}),
]
ASKED = [
    (each.method, each.path.format(**EXAMPLES[each.name].get("path", {})), EXAMPLES[each.name].get("query", {}))
    for each in ENDPOINTS
]


def with_one_field_more(body: Any, path: str = "$") -> Iterator[tuple[str, Any]]:
    """The same content with `colour` in one of its objects, and where it stands: each object once."""
    if isinstance(body, dict):
        yield path, {**body, "colour": "red"}
    for key, value in body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ():
        for where, richer in with_one_field_more(value, f"{path}.{key}" if isinstance(key, str) else f"{path}[{key}]"):
            changed = copy.copy(body)
            changed[key] = richer
            yield where, changed


async def test_a_field_that_a_request_does_not_have_is_refused_by_name_wherever_it_stands(warehouse: Any) -> None:
    before = contents_of(warehouse.place)
    for endpoint in ASKED_BY_HAND:
        for where, body in with_one_field_more(EXAMPLES[endpoint.name]["takes"]):
            if endpoint.name == "intake" and where != "$":
                continue  # an entry refuses itself alone
            answer = await warehouse.admin.request(endpoint.method, endpoint.path, json=body)
            assert answer.status_code == 422, (endpoint.name, where, answer.text)
            assert "`colour`" in answer.json()["came"]
            assert f"at `{where}`" in answer.json()["came"]
    assert contents_of(warehouse.place) == before


async def test_an_entry_with_an_unknown_field_refuses_itself_alone_wherever_that_stands(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {}})
    whole = EXAMPLES["intake"]["takes"]
    for where, batch in with_one_field_more(whole):
        if "[" not in where:
            continue
        receipts = (await warehouse.admin.post("/v1/intake", json=batch)).json()["receipts"]
        (refused,) = [each for each in receipts if "`colour`" in each.get("reason", "")]
        assert refused["outcome"] == "refused"
        assert refused["id"]
        inside = where.partition("]")[2]
        assert refused["reason"].endswith(f"at `${inside}`"), refused


async def test_a_misspelt_field_is_told_which_one_was_probably_meant(warehouse: Any) -> None:
    lamp = {"owner": "HOME", "sku": "LAMP", "description": "Lamp"}
    batch = {"products": [{**lamp, "barcode": "5012345678900"}, {**lamp, "sku": "MUG"}]}
    wrong, right = (await warehouse.admin.post("/v1/intake", json=batch)).json()["receipts"]
    assert (wrong["outcome"], wrong["id"], right["outcome"]) == ("refused", "LAMP", "created")
    assert wrong["reason"] == "unknown field `barcode` (did you mean `barcodes`?) - at `$`"
    assert [each.id for each in warehouse.all(Product)] == ["HOME/MUG"]
    # What it was meant for is missing then: the name says more than the gap.
    answer = await warehouse.admin.post("/v1/totes", json={"counts": 3})
    assert answer.json()["came"] == "unknown field `counts` (did you mean `count`?) - at `$`"
    answer = await warehouse.admin.post("/v1/intake", json={"product": [lamp]})
    assert "(did you mean `products`?)" in answer.json()["came"]
    assert warehouse.all(Tote) == []


async def test_names_without_end_are_answered_shortly(warehouse: Any) -> None:
    answer = await warehouse.admin.post("/v1/totes", json={f"{number}{'x' * 5000}": 1 for number in range(700)})
    assert answer.status_code == 422
    assert "unknown field" in answer.json()["came"]
    assert len(answer.content) < 1000
    deep = b'{"cut_offs":' + b"[" * 900 + b"]" * 900 + b"}"
    assert (await warehouse.admin.put("/v1/site", content=deep)).status_code in (400, 422)


async def test_a_devices_messages_may_say_more(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 3}})
    await warehouse.order("1", ("LAMP", 3))
    await warehouse.release("1")
    cart = await warehouse.device("Cart")
    hello = {"journal": cart.journal, "wire_version": 1, "program_version": "9", "mood": "cheerful"}
    assert (await cart.http.post("/v1/hello", json=hello)).status_code == 200
    claim = {"key": "k", "worker": "GRACE", "mood": "cheerful"}
    assert (await cart.http.post("/v1/requests/claim", json=claim)).json()["task"]


async def test_a_parameter_that_a_route_does_not_have_is_refused_by_name(warehouse: Any) -> None:
    for method, path, query in [*ASKED, *PAGES]:
        answer = await warehouse.admin.request(method, path, params={**query, "colour": "red"}, content=b"{}")
        assert answer.status_code == 422, (path, answer.text)
        assert "`colour`" in answer.json()["came"]
        for name, value in query.items():
            answer = await warehouse.admin.request(method, path, params=[*query.items(), (name, value)])
            assert (answer.status_code, f"`{name}` twice" in answer.json()["came"]) == (422, True), answer.text


async def test_a_misspelt_parameter_is_told_which_one_was_probably_meant(warehouse: Any) -> None:
    came = (await warehouse.admin.get("/v1/records/order?stat=shipped")).json()["came"]
    assert "`stat` (did you mean `state`?)" in came
    came = (await warehouse.admin.get("/v1/export/stock?fromat=json")).json()["came"]
    assert "`fromat` (did you mean `format`?)" in came
    assert (await warehouse.admin.get("/v1/stock?state=received")).status_code == 422
    assert "takes no parameters" in (await warehouse.admin.get("/v1/status?limit=3")).json()["came"]


async def test_a_state_that_no_record_of_that_kind_has_is_refused(warehouse: Any) -> None:
    lives = {life.kind: life.follows for life in vars(states).values() if isinstance(life, states.Life)}
    for kind in KINDS:
        for state in {state for follows in lives.values() for state in follows} | {"misspelt"}:
            answer = await warehouse.admin.get(f"/v1/records/{kind}", params={"state": state})
            is_one = state in lives.get(kind, ())
            assert answer.status_code == (200 if is_one else 422), (kind, state)
            if not is_one and kind in lives:
                assert next(iter(lives[kind])) in answer.json()["came"]
        assert (await warehouse.admin.get(f"/v1/records/{kind}", params={"state": ""})).status_code == 200
