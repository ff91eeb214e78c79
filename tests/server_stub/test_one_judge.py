"""What a text, a price, a currency and a country may be, as the store's doors judge it; and what an address lacks."""

from __future__ import annotations

import unicodedata
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from orders import texts
from orders.intake import NewCustomer
from orders.records import KINDS, Address, Order
from server_stub import addresses
from server_stub.routes import ENDPOINTS
from tests.server_stub.conftest import LONDON, Warehouse

HIDDEN = ("\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\u00ad", "\x00", "\x1f", "\x85", "\u2028", "\u3164")
LINE = {"number": 1, "sku": "LAMP", "description": "Lamp", "quantity": 1}
SHIP_TO = {"id": "", "name": "Ada", "lines": ["1 Row"], "city": "Leeds", "postcode": "LS1 4AP", "country_code": "GB"}
PRODUCT = {"owner": "HOME", "sku": "A", "description": "Mug"}
STOCK = {"owner": "HOME", "sku": "LAMP", "location": "A-01", "quantity": 9}
SITE = {"name": "Hall", "time_zone": "UTC", "sender": SHIP_TO}


def order(number: str = "1001", **more: Any) -> dict[str, Any]:
    return {"owner": "HOME", "number": number, "lines": [LINE], "ship_to": SHIP_TO, **more}


async def handed_in(warehouse: Warehouse, **batch: Any) -> list[tuple[str, str]]:
    answer = await warehouse.admin.post("/v1/intake", json=batch)
    assert answer.status_code == 200, answer.text
    return [(each["outcome"], each.get("reason", "")) for each in answer.json()["receipts"]]


def sprinkled(sign: str) -> dict[str, list[dict[str, Any]]]:
    """A batch in which every text that is kept holds that sign, one an entry."""
    text = f"10{sign}01"
    address = [{**SHIP_TO, name: text} for name in SHIP_TO if name not in ("id", "lines")] + [
        {**SHIP_TO, "company": text},
        {**SHIP_TO, "region": text},
        {**SHIP_TO, "phone": text},
        {**SHIP_TO, "lines": ["1 Row", text]},
    ]
    return {
        "locations": [{"code": "B-01", name: text} for name in ("code", "aisle", "side", "bay", "level", "zone")],
        "products": [
            {**PRODUCT, "sku": text},
            {**PRODUCT, "description": text},
            {**PRODUCT, "barcodes": [text]},
            {**PRODUCT, "packs": [{"name": "CASE", "quantity": 2, "barcodes": [text]}]},
        ],
        "stock": [{**STOCK, "key": text}, {**STOCK, "sku": text}],
        "customers": [{"number": text, "address": SHIP_TO}, *({"number": "C9", "address": each} for each in address)],
        "orders": [
            *(order(**{name: text}) for name in ("number", "customer", "carrier", "service", "currency", "note")),
            *(order(ship_to=each) for each in address),
            *(order(lines=[{**LINE, name: text}]) for name in ("sku", "description")),
        ],
        "cancellations": [{"owner": "HOME", "number": text}, {"owner": "HOME", "number": "1", "reason": text}],
    }


async def test_nothing_that_holds_a_sign_nobody_sees_becomes_a_record(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    before = {kind: len(warehouse.all(cls)) for kind, cls in KINDS.items()}
    for sign in HIDDEN:
        for what, entries in sprinkled(sign).items():
            for entry, (outcome, reason) in zip(entries, await handed_in(warehouse, **{what: entries}), strict=True):
                assert outcome == "refused", (what, entry, outcome)
                is_named = f"U+{ord(sign):04X}" in reason and "at position 3" in reason
                assert is_named or "ISO" in reason or "matching regex" in reason, reason
    assert {kind: len(warehouse.all(cls)) for kind, cls in KINDS.items()} == before
    for (body,) in warehouse.rows("SELECT body FROM record"):
        said = body if isinstance(body, str) else bytes(body).decode()
        assert not [sign for sign in said if unicodedata.category(sign) in ("Cc", "Cf")]


SET_UP = (
    ("PUT", "/v1/owners", {"id": "BOLT", "name": "Bolt"}, ("id", "name")),
    ("PUT", "/v1/site", SITE, ("name", "default_carrier", "default_service")),
    ("PUT", "/v1/stations", {"id": "B-1", "name": "Bench"}, ("id", "name")),
    ("PUT", "/v1/printers", {"id": "P-1", "name": "Zebra", "address": "/tmp/p"}, ("id", "name", "address", "media")),
    ("POST", "/v1/workers", {"name": "Ada", "roles": ["picker"]}, ("name", "id")),
    ("POST", "/v1/tokens", {"label": "SHOP", "role": "office"}, ("label",)),
    ("POST", "/v1/webhooks", {"id": "SHOP", "url": "https://shop.example/", "states": ["shipped"]}, ("id", "url")),
    ("POST", "/v1/departures/move", {"key": "k", "carrier": "Post", "service": "Day", "to": "17:00"}, ("key",)),
)


async def test_whoever_sets_the_floor_up_is_judged_alike(warehouse: Any) -> None:
    known = {(each.method, each.path) for each in ENDPOINTS}
    for method, path, body, names in SET_UP:
        assert (method, path) in known
        for name in names:
            for sign in ("\u200b", "\u202e", "\x1f"):
                told = {**body, name: f"10{sign}01"}
                answer = await warehouse.admin.request(method, path, json=told)
                assert answer.status_code == 422, (path, told, answer.text)
    for part in ("name", "city", "postcode", "phone"):
        told = {**SITE, "sender": {**SHIP_TO, part: "10\u200b01"}}
        answer = await warehouse.admin.put("/v1/site", json=told)
        assert (answer.status_code, f"sender.{part} '10<U+200B>01' holds U+200B" in answer.json()["came"]) == (
            422,
            True,
        )


def test_a_text_that_no_kind_binds_only_names_what_is_there() -> None:
    """Who adds a field to a message decides what it may hold; else it is found here."""
    looked_up = {"id", "worker", "terminal", "station", "printer", "label", "owner", "task", "orders", "manifest"}
    looked_up |= {"discrepancy", "carrier", "service", "states", "epoch", "program_version", "blocks.owner"}
    # What a message repeats of a record and the store sets itself, and names that other judges know.
    looked_up |= {"time_zone", "workflows.workflow", "workflows.keyed_items", "workflows.admits"}
    looked_up |= {"workflows.best_before_passed", "cut_offs.promise", "cut_offs.last_release", "cut_offs.departs"}
    for whose in ("sender", "customers.address", "orders.ship_to"):
        looked_up |= {f"{whose}.{name}" for name in ("id", "owner", "lacks")}
    free = {f"{each.takes.__name__}.{name}" for each in ENDPOINTS if each.takes for name in texts.unjudged(each.takes)}
    assert {name for name in free if name.partition(".")[2] not in looked_up} == set()


async def test_numbers_that_look_alike_never_become_two_orders(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    numbers = ("1001", "1001 ", " 1001", "1001\u200b", "10  01", "1001\xa0", "caf\u00e9", "cafe\u0301", "A/1")
    told = await handed_in(warehouse, orders=[order(number) for number in numbers])
    assert [outcome for outcome, _ in told] == ["created", *["refused"] * 5, "created", "refused", "refused"]
    assert told[3][1] == (
        "number '1001<U+200B>' holds U+200B (ZERO WIDTH SPACE) at position 5, which nobody sees: take it out"
    )
    assert "U+0301 (COMBINING ACUTE ACCENT) at position 5" in told[7][1]
    assert {each.number for each in warehouse.all(Order)} == {"1001", "caf\u00e9"}


async def test_prices_currencies_countries_and_addresses_have_their_bounds(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})

    def priced(price: Any, **more: Any) -> dict[str, Any]:
        return order(lines=[{**LINE, "price_minor": price}], **more)

    wrong = {
        "Expected `int` >= 0": priced(-1, currency="GBP"),
        "Expected `int` <= 1000000000000000": priced(10**15 + 1, currency="GBP"),
        "line 1 has a price, and the order no currency": priced(1),
        "currency 'GPB' is no ISO 4217 currency": priced(1, currency="GPB"),
        "currency 'gbp' is no ISO 4217 currency": order(currency="gbp"),
        "ship_to.country_code 'UK' is no ISO 3166-1 country": order(ship_to={**SHIP_TO, "country_code": "UK"}),
        "ship_to.lines of 50 are more than the 5": order(ship_to={**SHIP_TO, "lines": ["1 Row"] * 50}),
        "is longer than 100 signs": order(ship_to={**SHIP_TO, "city": "L" * 101}),
        "Expected `int` <= 1000000000 - at `$.priority`": order(priority=10**30),
    }
    told = await handed_in(warehouse, orders=list(wrong.values()))
    for said, (outcome, reason) in zip(wrong, told, strict=True):
        assert (outcome, said in reason) == ("refused", True), reason
    barcode = {**PRODUCT, "barcodes": ["4.00638E+12"]}
    ((outcome, reason),) = await handed_in(warehouse, products=[barcode])
    assert (outcome, "was rounded by a spreadsheet" in reason) == ("refused", True)
    # Two forms of one text are one text, and a form in a browser ends its lines with two signs.
    free = order(note="Cafe\u0301\r\nleft door", currency="JPY", lines=[{**LINE, "price_minor": 0}])
    assert (await handed_in(warehouse, orders=[free]))[0][0] == "created"
    assert warehouse.record(Order, "HOME/1001").note == "Caf\u00e9\nleft door"


def address(country: str, city: str = "", postcode: str = "", region: str = "") -> Address:
    return replace(LONDON, country_code=country, city=city, postcode=postcode, region=region)


@pytest.mark.parametrize(
    ("told", "lacks"),
    [
        (address("GB", "London", "E1 6AN"), ()),
        (address("GB", "London", "e16an"), ()),
        (address("GB", "London"), ("postcode, as GB has one",)),
        (address("GB", "London", "12345"), ("postcode as GB writes it, such as EC1Y 8SY",)),
        (address("SG", "", "018956"), ()),
        (address("HK", "Kowloon"), ()),
        (address("MO"), ()),
        (address("JP", "千代田区", "100-0005", "東京都"), ()),
        (address("JP", "千代田区", "〒１００－０００５", "東京都"), ()),
        (address("JP", "Tokyo", "100-0005"), ()),
        (address("IE", "Dublin"), ()),
        (address("AE", "Dubai"), ()),
        (address("DE", "", "10115"), ("town",)),
        (address("DE", "Berlin", "D-10115"), ()),
        (address("US", "Austin", "78701"), ("state, as US has one",)),
        (address("US", "Austin", "78701", "Texas"), ()),
        (address("US", "Austin", "78701", "XX"), ("state that US has",)),
        (address("US", "Austin", "90210", "TX"), ("ZIP code of that state, such as 75000",)),
        (address("ES", "Málaga", "29001", "Malaga"), ()),
        (address("XK", "Pristina"), ()),
        (address("AQ", "McMurdo"), ()),
        (replace(address("", "Leeds"), lines=()), ("street", "country")),
    ],
    ids=lambda value: f"{value.country_code} {value.city} {value.postcode}" if isinstance(value, Address) else "",
)
def test_an_address_lacks_what_its_country_asks_for(told: Address, lacks: tuple[str, ...]) -> None:
    assert addresses.lacking(told) == lacks


async def test_an_order_that_a_label_cannot_bear_is_held_and_goes_on_by_itself(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    bare = address("GB", "Leeds")
    told = await warehouse.intake(customers=(NewCustomer(number="C7", address=bare),))
    assert told == [("created", "")]
    held = ("held", "address incomplete: no postcode, as GB has one")
    assert await warehouse.order("1", ("LAMP", 1), customer="C7") == held
    assert warehouse.record(Address, "customer/C7").missing == ("postcode, as GB has one",), "the bench says the same"
    await warehouse.intake(customers=(NewCustomer(number="C7", address=replace(bare, postcode="LS1 4AP")),))
    assert warehouse.record(Order, "HOME/1").state == "allocated"
    assert warehouse.record(Address, "customer/C7").is_complete
    assert (await warehouse.order("2", ("LAMP", 1), ship_to=address("SG", "", "018956")))[0] == "created"
    kept = warehouse.record(Address, "order/HOME/2")
    assert (kept.city, kept.is_complete) == ("", True), "kept as it was written"


def test_what_is_kept_is_read_as_it_is() -> None:
    old = msgspec.json.encode({"id": "order/HOME/1", "name": "A\u202e", "lines": ["1"] * 50, "country_code": "gb"})
    assert msgspec.json.decode(old, type=Address).name == "A\u202e"
