"""The examples of the API's document are one morning that was really asked and answered.

`FLOORHAND_WRITE_EXAMPLES=1` writes them anew; otherwise what the store answers today has to be what they say.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from orders import events, wire
from orders.envelope import seal
from orders.identifiers import sscc
from orders.records import Order, ParcelLine, PickTask
from server_stub import openapi
from server_stub.routes import ENDPOINTS
from tests.server_stub.conftest import Walk

FILE = Path(openapi.__file__).with_name("examples.json")
IS_WRITING = bool(os.environ.get("FLOORHAND_WRITE_EXAMPLES"))

# What is random, or of this run: the document shows a sign that says what stands there.
_SECRET = {"token": "TOKEN", "code": "CODE", "secret": "whsec_SECRET", "badge": "BADGE", "epoch": "EPOCH"}
ADDRESS = {
    "id": "",
    "name": "Ada Lovelace",
    "lines": ["1 Analytical Row"],
    "postcode": "LS1 4AP",
    "city": "Leeds",
    "country_code": "GB",
}


class Story:
    """Asks one request after the other, and keeps what was asked and answered."""

    def __init__(self, warehouse: Any) -> None:
        self._warehouse = warehouse
        self._acts = {(each.method, each.path): each.name for each in ENDPOINTS}
        self.told: dict[str, dict[str, Any]] = {}

    async def ask(
        self, method: str, path: str, body: Any = None, *, query: Any = None, http: Any = None, **named: str
    ) -> Any:
        """One request; the first of each act becomes its example."""
        address = path.format(**named)
        content = msgspec.json.encode(body) if body is not None else None
        answer = await (http or self._warehouse.admin).request(method, address, content=content, params=query)
        assert answer.status_code == 200, (address, answer.text)
        given = answer.json()
        example = {"takes": body, "gives": given, "query": query, "path": named}
        shown = {name: value for name, value in example.items() if value}
        self.told.setdefault(self._acts[method, path], _without_chance(msgspec.json.decode(msgspec.json.encode(shown))))
        return given


def _without_chance(told: Any, name: str = "") -> Any:
    if isinstance(told, dict):
        return {key: _without_chance(value, key) for key, value in told.items()}
    if isinstance(told, list):
        return [_without_chance(value, name) for value in told]
    if name in _SECRET and isinstance(told, str):
        return _SECRET[name]
    if isinstance(told, str) and re.fullmatch(r"[0-9a-f]{16,64}", told) and name == "digest":
        return "DIGEST"
    return told


@pytest.fixture
async def story(warehouse: Any) -> AsyncIterator[Story]:
    """The whole morning, each act at least once."""
    told = Story(warehouse)
    await morning(told, warehouse)
    yield told


async def morning(told: Story, warehouse: Any) -> None:
    ask = told.ask
    await ask("GET", "/health")
    await ask("GET", "/ready")
    sender = {**ADDRESS, "id": "sender", "name": "North hall"}
    site: dict[str, Any] = {"name": "North hall", "time_zone": "Europe/London", "sender": sender}
    cut_off = {"carrier": "Post", "service": "Day", "weekdays": [0, 1, 2, 3, 4], "promise": "14:00"}
    site["cut_offs"] = [{**cut_off, "last_release": "15:00", "departs": "18:00"}]
    await ask("PUT", "/v1/site", {**site, "default_carrier": "Post", "default_service": "Day"})
    await ask("PUT", "/v1/owners", {"id": "HOME", "name": "Home Goods", "company_prefix": "9520000"})
    await ask("PUT", "/v1/printers", {"id": "P1", "name": "Label printer", "address": "10.0.0.7:9100"})
    await ask("GET", "/v1/printers")
    await ask("PUT", "/v1/stations", {"id": "BENCH-1", "name": "First bench", "printer": "P1"})
    await ask("GET", "/v1/stations")
    await ask("POST", "/v1/workers", {"name": "Ada", "roles": ["picker", "packer"], "pin": "2718"})
    await ask("POST", "/v1/totes", {"count": 2})
    lamp = {"owner": "HOME", "sku": "LAMP"}
    line = {"number": 1, "sku": "LAMP", "description": "Desk lamp", "quantity": 3}
    batch = {
        "locations": [{"code": "A-01", "zone": "A", "walk": 1}],
        "products": [{**lamp, "description": "Desk lamp", "barcodes": ["9520000010010"], "weight_grams": 900}],
        "stock": [{**lamp, "location": "A-01", "quantity": 9}],
        "customers": [{"owner": "HOME", "number": "C1", "address": ADDRESS}],
        "orders": [
            {"owner": "HOME", "number": "1001", "lines": [line], "customer": "C1"},
            {"owner": "HOME", "number": "1002", "lines": [{**line, "quantity": 40}], "customer": "C1"},
        ],
        "cancellations": [{"owner": "HOME", "number": "1000", "reason": "the customer changed their mind"}],
    }
    await ask("POST", "/v1/webhooks", {"id": "SHOP", "url": "https://shop.example/hook", "states": ["shipped"]})
    await ask("GET", "/v1/webhooks")
    await ask("POST", "/v1/webhooks/resume", {"id": "SHOP"})
    await ask("POST", "/v1/intake", batch)
    await ask("GET", "/v1/report/orders", query={"limit": 10})
    await ask("POST", "/v1/requests/release", {"key": "morning-1", "orders": ["HOME/1001"]})
    late = {"key": "late-1", "carrier": "Post", "service": "Day", "to": "18:30", "departure": "18:00"}
    await ask("POST", "/v1/departures/move", late)
    await ask("POST", "/v1/tokens", {"label": "SHOP", "role": "integration", "owner": "HOME"})
    await ask("GET", "/v1/tokens")
    given = await ask("POST", "/v1/terminals", {"station": "BENCH-1"})
    enrolled = await ask("POST", "/v1/enrol", {"name": "Cart 1"}, http=warehouse.http(given["code"]))
    cart = warehouse.http(enrolled["token"])
    hello = {"journal": "cart-1-journal", "wire_version": wire.WIRE_VERSION, "program_version": "0.1.0"}
    welcome = await ask("POST", "/v1/hello", hello, http=cart)
    lease = {"key": "lease-1", "journal": "cart-1-journal", "owner": "HOME", "count": 50}
    await ask("POST", "/v1/requests/sscc-lease", lease, http=cart)
    claim = {"key": "claim-1", "worker": "ADA"}
    claimed = await ask("POST", "/v1/requests/claim", claim, http=cart)
    task = claimed["task"]
    await ask("POST", "/v1/requests/give-back", {"key": "back-1", "task": task}, http=cart)
    await ask("POST", "/v1/requests/claim", {"key": "claim-2", "worker": "ADA"}, http=cart)
    bound = seal(1, warehouse.clock(), "ADA", events.ToteBound(order="HOME/1001", task=task, tote="T0001"))
    shorted = events.PickShorted(
        order="HOME/1001", task=task, stop=1, location="A-01", product="HOME/LAMP", quantity=3, reason="empty"
    )
    facts = [msgspec.Raw(bound), msgspec.Raw(seal(2, warehouse.clock(), "ADA", shorted))]
    push = {"journal": "cart-1-journal", "epoch": welcome["epoch"], "events": facts}
    await ask("POST", "/v1/events", push, http=cart)
    await ask("GET", "/v1/changes", query={"after": 0, "kinds": "order,task", "wait": 0}, http=cart)
    await ask("GET", "/v1/records/{kind}", kind="order", query={"state": "", "limit": 2})
    await ask("GET", "/v1/records/{kind}/{id}", kind="product", id="HOME/LAMP")
    await ask("GET", "/v1/stock", query={"limit": 10})
    count = {"key": "count-1", **lamp, "location": "A-01", "quantity": 5, "counted_by": "ADA"}
    await ask("POST", "/v1/counts", count)
    # Somebody picks what nobody asked for: a put-back, and what can only be looked at.
    picked = events.PickConfirmed(
        order="HOME/1001", task=task, stop=1, location="A-01", product="HOME/LAMP", quantity=1, tote="T0001"
    )
    unknown = events.PackingStarted(order="HOME/404", tote="T0002", station="BENCH-1")
    late = [msgspec.Raw(seal(number, warehouse.clock(), "ADA", fact)) for number, fact in ((3, picked), (4, unknown))]
    await ask("POST", "/v1/events", {**push, "events": late}, http=cart)
    opened = (await ask("GET", "/v1/records/{kind}", kind="discrepancy", query={"state": "open"}))["records"]
    by_remedy = {each["body"]["remedy"]: each["id"] for each in opened}
    put_back = {"key": "put-back-1", "discrepancy": by_remedy["put_back"], "location": "A-01"}
    await ask("POST", "/v1/put-backs", put_back)
    looked = {"key": "look-1", "discrepancy": by_remedy["look"], "note": "an old label was scanned"}
    await ask("POST", "/v1/discrepancies/resolve", looked)
    await a_truck_that_does_not_come(told, warehouse, cart, {**push, "events": []})
    await ask("POST", "/v1/workers/revoke", {"worker": "ADA"})
    await ask("GET", "/v1/status")
    await ask("GET", "/v1/terminals")
    await ask("POST", "/v1/tokens/revoke", {"label": "SHOP"})
    await ask("POST", "/v1/webhooks/drop", {"id": "SHOP"})
    await ask("POST", "/v1/terminals/revoke", {"terminal": "CART-1", "is_lost": True})


async def a_truck_that_does_not_come(told: Story, warehouse: Any, cart: Any, push: dict[str, Any]) -> None:
    mug = {"owner": "HOME", "sku": "MUG"}
    line = {"number": 1, "sku": "MUG", "description": "Mug", "quantity": 1}
    batch = {
        "products": [{**mug, "description": "Mug"}],
        "stock": [{**mug, "location": "A-01", "quantity": 1}],
        "orders": [{"owner": "HOME", "number": "1003", "lines": [line], "customer": "C1"}],
    }
    await told.ask("POST", "/v1/intake", batch)
    release = {"key": "morning-2", "orders": ["HOME/1003"]}
    (task,) = (await told.ask("POST", "/v1/requests/release", release))["tasks"]
    await told.ask("POST", "/v1/requests/claim", {"key": "claim-3", "worker": "ADA", "task": task}, http=cart)
    walk = Walk(warehouse.record(PickTask, task), tote="T0002")
    parcel, manifest = sscc("9520000", 1), "POST-DAY-20261123-1800"
    contents = (ParcelLine(line=1, product="HOME/MUG", quantity=1),)
    order = warehouse.record(Order, "HOME/1003")
    truck = {"carrier": "Post", "service": "Day", "departs_at": order.due_at, "moved_from_at": order.moved_from_at}
    facts = (*walk.whole_pick(), *walk.packed(parcel, contents, **truck), walk.labelled(parcel, manifest, **truck))
    bodies = [msgspec.Raw(seal(number, warehouse.clock(), "ADA", fact)) for number, fact in enumerate(facts, 5)]
    await told.ask("POST", "/v1/events", {**push, "events": bodies}, http=cart)
    warehouse.clock.move(hours=11)
    await told.ask("POST", "/v1/departures/roll-over", {"key": "missed-1", "manifest": manifest})


def test_every_act_has_an_example_that_the_store_answered(story: Story) -> None:
    assert {each.name for each in ENDPOINTS} == set(story.told)
    written = msgspec.json.format(msgspec.json.encode(story.told, order="sorted"), indent=1) + b"\n"
    if IS_WRITING:
        FILE.write_bytes(written)
    assert FILE.read_bytes() == written, "set FLOORHAND_WRITE_EXAMPLES=1 and look at what changed"


def test_no_example_holds_a_secret(story: Story, warehouse: Any) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert warehouse.place.token() not in text
    secrets = [secret for (secret,) in warehouse.rows("SELECT hash FROM token")]
    assert not any(secret in text for secret in secrets)
    assert "argon2" not in text


def test_the_document_carries_them() -> None:
    document = openapi.document(ENDPOINTS)
    for endpoint in ENDPOINTS:
        operation = document["paths"][endpoint.path][endpoint.method.lower()]
        assert "example" in operation["responses"]["200"]["content"]["application/json"]
        if endpoint.takes is not None:
            assert "example" in operation["requestBody"]["content"]["application/json"]
