"""The API's document says what travels: each record, each word, each bound; and what was really answered fits it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

import server_stub
from orders.records import KINDS, encode_record
from orders.states import STATES
from orders.workflow_profiles import ADMITTED_FAULTS
from server_stub import openapi, vocabulary
from server_stub.routes import ENDPOINTS
from tests.server_stub.filled_databases import rows_of

DOCUMENT: Any = msgspec.json.decode(msgspec.json.encode(openapi.document(ENDPOINTS)))
SCHEMAS = DOCUMENT["components"]["schemas"]
# Texts that somebody writes and no list bounds.
FREE = {
    ("Receipt", "reason"),
    ("Outcome", "reason"),
    ("ReportedOrder", "reasons"),
    ("Cancellation", "reason"),
    ("Problem", "remedy"),
}
WORDS = {"state", "states", "status", "kind", "what", "outcome", "verdict", "role", "roles"}
WORDS |= {"reason", "reasons", "remedy", "error"}


def schema_of(name: str) -> Draft202012Validator:
    """A judge of messages of that name."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}})


def faults(name: str, message: Any) -> list[str]:
    return [error.message for error in schema_of(name).iter_errors(message)]


def parts(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    yield path, part
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        if key not in ("example", "examples", "default"):
            yield from parts(value, f"{path}/{key}")


def test_the_document_is_one_of_openapi_3_1() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_nothing_in_it_is_left_open() -> None:
    bare = [path for path, part in parts(DOCUMENT) if part == {} and not path.endswith("/security")]
    assert bare == []
    untyped = [
        f"{name}.{field}"
        for name, schema in SCHEMAS.items()
        for field, each in schema.get("properties", {}).items()
        if not {"type", "$ref", "enum", "anyOf", "oneOf"} & each.keys()
    ]
    assert untyped == []


def test_every_kind_of_record_is_described_and_a_change_says_which_it_holds() -> None:
    assert SCHEMAS["Change"]["discriminator"]["mapping"].keys() == KINDS.keys()
    body = {"id": "HOME/1", "owner": "HOME", "number": "1", "state": "shipped", "lines": []}
    order = {"kind": "order", "id": "HOME/1", "revision": 3, "cursor": 9, "body": body}
    order["body"]["received_at"] = "2026-11-23T08:00:00Z"
    assert faults("Change", order) == []
    for wrong in ({**order, "kind": "tote"}, {**order, "body": {**body, "state": "lost"}}, {**order, "body": {}}):
        assert faults("Change", wrong)


async def test_every_record_that_a_store_holds_is_what_the_document_says(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.order("2", ("LAMP", 9))
    await warehouse.order("3", ("LAMP", 1), customer=None)
    await warehouse.release("1")
    device = await warehouse.device("Cart")
    walk = await warehouse.walk(device)
    await device.tell(walk.bound(), walk.shorted(1), walk.picked(1))
    seen = set()
    for kind, cls in KINDS.items():
        for record in warehouse.all(cls):
            seen.add(kind)
            assert faults(cls.__name__, msgspec.json.decode(encode_record(record))) == []
    assert seen >= {"owner", "address", "product", "location", "worker", "site", "order", "task", "tote", "discrepancy"}
    answer = (await device.http.get("/v1/changes", params={"after": 0})).json()
    assert faults("Changes", answer) == []
    assert {each["kind"] for each in answer["changes"]} == seen


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.name)
def test_what_was_really_asked_and_answered_fits_the_document(endpoint: Any) -> None:
    operation = DOCUMENT["paths"][endpoint.path][endpoint.method.lower()]
    told = [operation["responses"]["200"]["content"]["application/json"]]
    told += [operation["requestBody"]["content"]["application/json"]] if "requestBody" in operation else []
    for each in told:
        assert faults(each["schema"]["$ref"].rpartition("/")[2], each["example"]) == []


def test_what_is_asked_by_hand_takes_no_other_field_and_what_travels_may_have_more() -> None:
    def all_in(name: str) -> Iterator[str]:
        yield name
        for _, part in parts(SCHEMAS[name]):
            if isinstance(part, dict) and "$ref" in part:
                yield from all_in(part["$ref"].rpartition("/")[2])

    for methods in DOCUMENT["paths"].values():
        for operation in methods.values():
            body = operation.get("requestBody")
            is_closed = body is not None and operation["tags"] != ["floor"]
            asked = [body] if body else []
            answered = [each for each in operation["responses"].values() if "content" in each]
            for wanted, contents in ((is_closed, asked), (False, answered)):
                for content in contents:
                    reference = content["content"].get("application/json", {}).get("schema", {}).get("$ref", "")
                    for name in all_in(reference.rpartition("/")[2]) if reference else ():
                        if "properties" in SCHEMAS[name]:
                            assert (SCHEMAS[name].get("additionalProperties") is False) is wanted, (operation, name)


def test_every_word_out_of_a_list_is_told() -> None:
    for name, schema in SCHEMAS.items():
        for field, each in schema.get("properties", {}).items():
            if field not in WORDS or (name, field) in FREE:
                continue
            held = each.get("items", each)
            assert {"enum", "const", "examples"} & held.keys(), f"{name}.{field}"
    assert SCHEMAS["Order"]["properties"]["state"]["enum"] == list(STATES["order"])
    profile = SCHEMAS["WorkflowProfileInput"]["properties"]
    assert profile["admits"]["items"]["enum"] == list(ADMITTED_FAULTS)


def constants(function: str, which: Callable[[ast.Call], ast.expr | None]) -> set[str]:
    """Every text that stands in the store's own calls of that function."""
    calls = (
        call
        for file in Path(server_stub.__path__[0]).rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) == function
    )
    return {said.value for said in map(which, calls) if isinstance(said, ast.Constant)}


def test_every_reason_and_every_error_that_the_store_writes_is_told() -> None:
    def reason(call: ast.Call) -> ast.expr | None:
        return next((each.value for each in call.keywords if each.arg == "reason"), None)

    reasons = constants("open_one", reason)
    errors = constants("Refusal", lambda call: call.args[1] if len(call.args) > 1 else None)
    assert len(reasons) >= 4
    assert len(errors) >= 30
    assert reasons - {*vocabulary.OPEN["Discrepancy"]["reason"]} == set(), "name them in server_stub/vocabulary.py"
    assert errors ^ {*vocabulary.OPEN["Problem"]["error"]} == set(), "name them in server_stub/vocabulary.py"


def test_limits_and_defaults_are_told() -> None:
    limit = next(each for each in DOCUMENT["paths"]["/v1/stock"]["get"]["parameters"] if each["name"] == "limit")
    assert limit["schema"] == {"type": "integer", "exclusiveMinimum": 0, "maximum": 500, "default": 100}
    assert limit["description"]
    about = DOCUMENT["info"]["description"].replace("\n", " ")
    for told in ("4,194,304 bytes", "500 times a second", "within 30 days", "at most 500 rows"):
        assert told in about
    for operation in (each for methods in DOCUMENT["paths"].values() for each in methods.values()):
        assert operation["responses"]["429"]["headers"].keys() == {"Retry-After"}


async def test_a_webhooks_message_is_what_the_document_says(warehouse: Any) -> None:
    hook = {"id": "SHOP", "url": "https://shop.example/hook", "states": ["allocated"]}
    assert (await warehouse.admin.post("/v1/webhooks", json=hook)).status_code == 200
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 2))
    ((body,),) = rows_of(warehouse.place, "SELECT body FROM outbox")
    assert faults("OrderMessage", msgspec.json.decode(bytes(body))) == []
    told = DOCUMENT["webhooks"]["order"]["post"]
    assert [each["name"] for each in told["parameters"]] == ["webhook-id", "webhook-timestamp", "webhook-signature"]
    assert told["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/OrderMessage")
    assert "HMAC-SHA256" in told["description"]
