"""What the outside world hands in: each entry for itself, the same twice changes nothing, other content is a change."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from orders.intake import NewCustomer, NewLine, NewLocation, NewOrder, NewPack, NewProduct, NewStock
from orders.records import Address, Order, Pack, Product

STREET = Address(id="", name="Bob", lines=("2 Row",), postcode="LS1 4AP", city="Leeds", country_code="GB")


def stock(sku: str, location: str, quantity: int, key: str = "") -> NewStock:
    return NewStock(owner="HOME", sku=sku, location=location, quantity=quantity, key=key)


async def test_the_same_batch_twice_changes_nothing(warehouse: Any) -> None:
    batch = {
        "locations": (NewLocation(code="A-01", walk=1),),
        "products": (NewProduct(owner="HOME", sku="LAMP", description="Lamp", barcodes=("5012345678900",)),),
        "stock": (stock("LAMP", "A-01", 5, key="pallet 1"), stock("LAMP", "A-01", 5)),
        "customers": (NewCustomer(number="C1", address=STREET),),
    }
    assert [outcome for outcome, _ in await warehouse.intake(**batch)] == [
        "created",
        "created",
        "created",
        "unchanged",
        "created",
    ]
    await warehouse.order("1", ("LAMP", 2))
    before = warehouse.rows("SELECT kind, id, revision FROM record ORDER BY 1, 2")
    assert {outcome for outcome, _ in await warehouse.intake(**batch)} == {"unchanged"}
    assert await warehouse.order("1", ("LAMP", 2)) == ("unchanged", "")
    assert warehouse.rows("SELECT kind, id, revision FROM record ORDER BY 1, 2") == before


async def test_a_bad_entry_refuses_itself_alone(warehouse: Any) -> None:
    answer = await warehouse.admin.post(
        "/v1/intake",
        json={
            "locations": [{"code": "a shelf"}, {"code": "A-01"}],
            "products": [
                {"owner": "NOBODY", "sku": "X", "description": "X"},
                {"owner": "HOME", "sku": "LAMP", "description": "Lamp", "barcodes": ["5012345678901"]},
                {"owner": "HOME", "sku": "MUG", "description": "Mug", "barcodes": ["5012345678900"]},
                {"owner": "HOME", "sku": "CUP", "description": "Cup", "barcodes": ["05012345678900"]},
            ],
            "stock": [
                {"owner": "HOME", "sku": "MUG", "location": "A-09", "quantity": 1},
                {"owner": "HOME", "sku": "LAMP", "location": "A-01", "quantity": 1},
                {"owner": "HOME", "sku": "MUG", "location": "A-01", "quantity": -1},
            ],
            "orders": [
                {"owner": "HOME", "number": "1", "lines": []},
                {
                    "owner": "HOME",
                    "number": "2",
                    "lines": [{"number": 1, "sku": "LAMP", "description": "Lamp", "quantity": 1}],
                },
            ],
        },
    )
    receipts = answer.json()["receipts"]
    assert [(each["id"], each["outcome"], each.get("reason", "")[:40]) for each in receipts] == [
        ("a shelf", "refused", "Expected `str` matching regex '^[A-Z0-9-"),
        ("A-01", "created", ""),
        ("NOBODY/X", "refused", "owner NOBODY is unknown: add it with `fl"),
        ("HOME/LAMP", "refused", "barcode 5012345678901 is no GTIN: its le"),
        ("HOME/MUG", "created", ""),
        ("HOME/CUP", "refused", "barcode 05012345678900 already names HOM"),
        ("HOME/MUG@A-09", "refused", "unknown location A-09: import the locati"),
        ("HOME/LAMP@A-01", "refused", "unknown SKU LAMP: import the products fi"),
        ("MUG", "refused", "Expected `int` >= 0 - at `$.quantity`"),
        ("1", "refused", "Expected `array` of length >= 1 - at `$."),
        ("HOME/2", "refused", "unknown SKU (line 1: LAMP): import the p"),
    ]


async def test_a_product_that_changed_is_updated_and_frees_its_old_barcode(warehouse: Any) -> None:
    first = NewProduct(owner="HOME", sku="LAMP", description="Lamp", barcodes=("OLD", "5012345678900"))
    await warehouse.intake(products=(first,))
    changed = NewProduct(owner="HOME", sku="LAMP", description="Big lamp", barcodes=("5012345678900",))
    other = NewProduct(owner="HOME", sku="MUG", description="Mug", barcodes=("OLD",))
    assert await warehouse.intake(products=(changed, other)) == [("updated", ""), ("created", "")]
    assert warehouse.record(Product, "HOME/LAMP").barcodes == ("05012345678900",)


async def test_goods_in_count_once_by_key_and_a_snapshot_is_only_compared(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    assert await warehouse.intake(stock=(stock("LAMP", "A-01", 7, key="p1"),)) == [("created", "")]
    assert await warehouse.intake(stock=(stock("LAMP", "A-01", 7, key="p1"),)) == [("unchanged", "")]
    ((outcome, reason),) = await warehouse.intake(stock=(stock("LAMP", "A-01", 8, key="p1"),))
    assert (outcome, "key p1 came before" in reason) == ("refused", True)
    ((outcome, reason),) = await warehouse.intake(stock=(stock("LAMP", "A-01", 9),))
    assert (outcome, reason) == ("differs", "the book shows 12, the snapshot 9: count the shelf")
    assert warehouse.on_shelf("LAMP", "A-01") == (12, 0, False)
    assert warehouse.lying("LAMP", "outside") == -12


async def test_two_owners_keys_of_goods_in_are_two_and_one_owners_key_counts_once_in_a_batch(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 0}})
    await warehouse.admin.put("/v1/owners", json={"id": "ACME", "name": "Acme"})
    await warehouse.intake(products=(NewProduct(owner="ACME", sku="LAMP", description="Lamp"),))
    ours = stock("LAMP", "A-01", 7, key="DN-1")
    theirs = NewStock(owner="ACME", sku="LAMP", location="A-01", quantity=4, key="DN-1")
    assert await warehouse.intake(stock=(ours, theirs, ours)) == [("created", ""), ("created", ""), ("unchanged", "")]
    assert await warehouse.intake(stock=(theirs, ours)) == [("unchanged", "")] * 2
    assert warehouse.lying("LAMP", "outside") == -7


async def test_an_order_goes_from_receipt_to_allocation_at_once(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    assert await warehouse.order("1", ("LAMP", 2), ("LAMP", 1)) == ("created", "")
    order = warehouse.record(Order, "HOME/1")
    assert (order.state, order.carrier, order.service) == ("allocated", "Post", "Day")
    assert [line.allocated for line in order.lines] == [2, 1]
    assert order.due_at == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    assert order.ship_to == "customer/C1"
    assert warehouse.on_shelf("LAMP", "A-01") == (5, 3, False)


async def test_one_shelf_that_covers_a_line_is_better_than_two(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 2}, "A-02": {"LAMP": 4}, "A-03": {"LAMP": 4}})
    await warehouse.order("1", ("LAMP", 3))
    await warehouse.order("2", ("LAMP", 6))
    assert warehouse.rows('SELECT "order", location, quantity FROM allocation ORDER BY 1, 2') == [
        ("HOME/1", "A-02", 3),
        ("HOME/2", "A-01", 2),
        ("HOME/2", "A-02", 1),
        ("HOME/2", "A-03", 3),
    ]


async def test_reserve_and_drop_places_serve_nobody(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 0}})
    await warehouse.intake(
        locations=(NewLocation(code="R-01", use="reserve"),), stock=(stock("LAMP", "R-01", 50, key="p1"),)
    )
    assert await warehouse.order("1", ("LAMP", 2)) == ("created", "back-ordered: 2 pieces")
    assert warehouse.record(Order, "HOME/1").state == "backordered"


async def test_back_orders_are_served_by_promise_then_priority_then_age(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 0}})
    await warehouse.order("late", ("LAMP", 2), carrier="Van")
    warehouse.clock.move(minutes=1)
    await warehouse.order("later", ("LAMP", 2), carrier="Van")
    await warehouse.order("urgent", ("LAMP", 2), carrier="Van", priority=9)
    await warehouse.order("today", ("LAMP", 2))
    order = []
    for pallet in range(4):
        await warehouse.intake(stock=(stock("LAMP", "A-01", 2, key=f"p{pallet}"),))
        served = {each.number for each in warehouse.all(Order) if each.state == "allocated"}
        order += sorted(served - set(order))
    assert order == ["today", "urgent", "late", "later"]
    assert warehouse.rows("SELECT count(*) FROM awaited") == [(0,)]


async def test_an_order_without_an_address_is_held_until_the_customers_comes(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    assert await warehouse.order("1", ("LAMP", 2), customer="C2") == ("held", "address missing")
    assert await warehouse.order("2", ("LAMP", 2), customer=None) == ("held", "address missing")
    incomplete = Address(id="", name="Bob", city="Leeds")
    lacking = "address incomplete: no street; no country"
    assert await warehouse.order("3", ("LAMP", 2), ship_to=incomplete) == ("held", lacking)
    assert warehouse.on_shelf("LAMP", "A-01") == (5, 0, False)
    released = await warehouse.release()
    assert released.tasks == ()
    assert dict((await warehouse.release("1")).refused) == {"HOME/1": "held: address missing"}
    await warehouse.intake(customers=(NewCustomer(number="C2", address=incomplete),))
    assert [hold.reason for hold in warehouse.record(Order, "HOME/1").holds] == [lacking]
    await warehouse.intake(customers=(NewCustomer(number="C2", address=STREET),))
    order = warehouse.record(Order, "HOME/1")
    assert (order.state, order.holds, order.ship_to) == ("allocated", (), "customer/C2")
    assert len((await warehouse.release()).tasks) == 1


async def test_other_content_before_release_drops_the_old_order_and_serves_who_waited(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 5))
    await warehouse.order("2", ("LAMP", 2))
    assert warehouse.record(Order, "HOME/2").state == "backordered"
    assert await warehouse.order("1", ("LAMP", 3)) == ("change_request", "replaced")
    assert [line.ordered for line in warehouse.record(Order, "HOME/1").lines] == [3]
    assert warehouse.record(Order, "HOME/2").state == "allocated"
    assert warehouse.on_shelf("LAMP", "A-01") == (5, 5, False)
    assert await warehouse.order("1", ("LAMP", 3)) == ("unchanged", "")


async def test_other_content_on_the_floor_waits_for_a_supervisor(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.release()
    outcome, reason = await warehouse.order("1", ("LAMP", 4))
    assert (outcome, reason) == ("change_request", "the order is released: a supervisor has to decide")
    assert await warehouse.order("1", ("LAMP", 4)) == ("unchanged", "this change is already on a supervisor's list")
    assert [line.ordered for line in warehouse.record(Order, "HOME/1").lines] == [2]
    report = (await warehouse.admin.get("/v1/report/orders")).json()["orders"]
    assert report == [
        {"order": "HOME/1", "state": "released", "reasons": ["changed by its sender when it was released"]}
    ]


async def test_the_report_names_every_order_and_line_that_is_not_served(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 3, "MUG": 9}})
    await warehouse.order("1", ("LAMP", 5), ("MUG", 1))
    await warehouse.order("2", ("MUG", 1), customer=None)
    await warehouse.order("3", ("MUG", 1))
    pages, after = [], ""
    while after is not None:
        page = (await warehouse.admin.get("/v1/report/orders", params={"after": after, "limit": 1})).json()
        pages += page["orders"]
        after = page.get("next")
    assert [(each["order"], each["state"], each["reasons"]) for each in pages] == [
        ("HOME/1", "allocated", ["back-ordered: 2 pieces"]),
        ("HOME/2", "received", ["held: address missing"]),
    ]
    since = "2026-11-23T08:00:00Z"
    assert pages[0]["lines"] == [{"number": 1, "sku": "LAMP", "ordered": 5, "missing": 2, "since_at": since}]


async def test_orders_handed_in_at_once_never_share_a_piece(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 30}, "A-02": {"LAMP": 25}})
    await asyncio.gather(*[warehouse.order(str(number), ("LAMP", 2)) for number in range(40)])
    allocated = sum(line.allocated for order in warehouse.all(Order) for line in order.lines)
    assert allocated == 55
    assert warehouse.rows("SELECT sum(quantity) FROM allocation") == [(55,)]
    assert warehouse.rows("SELECT count(*) FROM stock WHERE allocated > quantity AND place LIKE 'shelf/%'") == [(0,)]


async def test_a_release_that_is_asked_again_by_its_key_is_not_done_again(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 1))
    first = (await warehouse.admin.post("/v1/requests/release", json={"key": "wave 1"})).json()
    await warehouse.order("2", ("LAMP", 1))
    assert (await warehouse.admin.post("/v1/requests/release", json={"key": "wave 1"})).json() == first
    assert warehouse.record(Order, "HOME/2").state == "allocated"
    second = await warehouse.release("1", "2", "9")
    assert (len(second.tasks), dict(second.refused)) == (1, {"HOME/1": "it is released", "HOME/9": "no such order"})


async def test_a_wave_larger_than_one_transaction_is_released_whole(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 500}})
    lamp = NewLine(number=1, sku="LAMP", description="Lamp", quantity=1)
    wave = tuple(NewOrder(owner="HOME", number=f"{n:04d}", lines=(lamp,), customer="C1") for n in range(250))
    await warehouse.intake(orders=wave)
    released = await warehouse.release()
    assert (len(released.tasks), released.refused) == (250, ())


async def test_a_packs_barcode_names_its_product_alone_and_counts_once(warehouse: Any) -> None:
    case = NewPack(name="CASE", quantity=12, barcodes=("15012345678907",))
    lamp = NewProduct(owner="HOME", sku="LAMP", description="Lamp", barcodes=("5012345678900",), packs=(case,))
    assert await warehouse.intake(products=(lamp,)) == [("created", "")]
    found = warehouse.record(Product, "HOME/LAMP")
    assert found.packs == (Pack(name="CASE", quantity=12, barcodes=("15012345678907",)),)
    assert (found.pack_of("15012345678907"), found.pack_of("05012345678900")) == (found.packs[0], None)
    taken = NewProduct(owner="HOME", sku="MUG", description="Mug", barcodes=("15012345678907",))
    both = replace(taken, sku="CUP", barcodes=("BOX",), packs=(replace(case, barcodes=("BOX",)),))
    twice = replace(
        taken, sku="JUG", barcodes=(), packs=(NewPack(name="CASE", quantity=2), NewPack(name="CASE", quantity=3))
    )
    refused = await warehouse.intake(products=(taken, both, twice))
    assert [outcome for outcome, _ in refused] == ["refused"] * 3
    assert "already names HOME/LAMP" in refused[0][1]
    assert "each counts something else" in refused[1][1]
    assert "two packs are called CASE" in refused[2][1]
    assert await warehouse.intake(products=(replace(lamp, packs=()), taken)) == [("updated", ""), ("created", "")]
