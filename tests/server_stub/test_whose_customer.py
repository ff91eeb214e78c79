"""Two owners have a customer of one number: no parcel goes to the other's, and who comes second is told in words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from orders.intake import NewCustomer, NewProduct
from orders.records import Address, Order
from server_stub.floor_setup import Done, OwnerSet
from tests.server_stub.conftest import LONDON, new_order

YORK = Address(id="", name="Bob", lines=("2 Row",), postcode="YO1 7HH", city="York", country_code="GB")
ACMES = "customer 17850 belongs to ACME: give BOLT's customer another number"


def customer(owner: str, address: Address, number: str = "17850") -> NewCustomer:
    return NewCustomer(owner=owner, number=number, address=address)


@pytest.fixture
async def two_owners(warehouse: Any) -> Any:
    """A floor of ACME and BOLT, each with a lamp on a shelf, and ACME's customer 17850."""
    for owner in ("ACME", "BOLT"):
        await warehouse.ask("PUT", "/v1/owners", OwnerSet(id=owner, name=owner.title()), Done)
    lamps = tuple(NewProduct(owner=owner, sku="LAMP", description="Lamp") for owner in ("ACME", "BOLT"))
    await warehouse.intake(products=lamps, customers=(customer("ACME", LONDON),))
    return warehouse


def street(warehouse: Any, number: str = "17850") -> str:
    return str(warehouse.record(Address, f"customer/{number}").city)


async def test_another_owners_customer_of_the_same_number_is_refused_in_words_and_the_rest_is_taken(
    two_owners: Any,
) -> None:
    batch = (customer("BOLT", YORK), customer("BOLT", YORK, "99"), customer("ACME", YORK, "18000"))
    assert await two_owners.intake(customers=batch) == [("refused", ACMES), ("created", ""), ("created", "")]
    assert [street(two_owners, number) for number in ("17850", "99", "18000")] == ["London", "York", "York"]
    assert await two_owners.intake(customers=(customer("ACME", YORK),)) == [("updated", "")]
    assert await two_owners.intake(customers=(customer("ACME", YORK),)) == [("unchanged", "")]


async def test_in_one_batch_the_first_owner_has_the_number(two_owners: Any) -> None:
    batch = (customer("ACME", LONDON, "1"), customer("BOLT", LONDON, "1"))
    (first, second) = await two_owners.intake(customers=batch)
    assert (first[0], second) == (
        "created",
        ("refused", "customer 1 belongs to ACME: give BOLT's customer another number"),
    )


async def test_an_order_that_names_another_owners_customer_is_held_in_words_until_it_names_its_own(
    two_owners: Any,
) -> None:
    order = new_order("1", ("LAMP", 1), owner="BOLT", customer="17850")
    ((outcome, reason),) = await two_owners.intake(orders=(order,))
    assert (outcome, reason) == ("held", f"address missing: {ACMES}")
    held = two_owners.record(Order, "BOLT/1")
    assert (held.state, held.ship_to) == ("received", None)
    # Nor does it go on when that customer moves house.
    await two_owners.intake(customers=(customer("ACME", YORK),))
    assert two_owners.record(Order, "BOLT/1") == held
    assert await two_owners.intake(customers=(customer("BOLT", YORK, "99"),)) == [("created", "")]
    again = msgspec.structs.replace(order, customer="99")
    ((outcome, reason),) = await two_owners.intake(orders=(again,))
    assert (outcome, reason) == ("change_request", "replaced; back-ordered: 1 pieces")
    assert two_owners.record(Order, "BOLT/1").ship_to == "customer/99"


async def test_an_order_waits_for_its_own_owners_customer_and_not_for_anothers(two_owners: Any) -> None:
    orders = tuple(new_order("1", ("LAMP", 1), owner=owner, customer="7") for owner in ("ACME", "BOLT"))
    assert [outcome for outcome, _ in await two_owners.intake(orders=orders)] == ["held", "held"]
    await two_owners.intake(customers=(customer("BOLT", YORK, "7"),))
    served, left = two_owners.record(Order, "BOLT/1"), two_owners.record(Order, "ACME/1")
    assert (served.state, served.ship_to) == ("backordered", "customer/7")
    assert (left.state, left.ship_to) == ("received", None)


async def test_a_customer_whose_owner_is_not_said_is_the_only_owners_or_refused(warehouse: Any) -> None:
    assert await warehouse.intake(customers=(customer("", LONDON),)) == [("created", "")]
    assert warehouse.record(Address, "customer/17850").owner == "HOME"
    await warehouse.ask("PUT", "/v1/owners", OwnerSet(id="ACME", name="Acme"), Done)
    assert await warehouse.intake(customers=(customer("", YORK), customer("NOBODY", YORK))) == [
        ("refused", "whose customer 17850 is, is not said, and there are several owners: name one"),
        ("refused", "owner NOBODY is unknown: add it with `floorhand store owner NOBODY`"),
    ]
    assert street(warehouse) == "London"


async def test_an_address_from_before_is_the_only_owners_and_else_whoevers_says_the_same(warehouse: Any) -> None:
    """What was kept before addresses had owners names none."""
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    before = msgspec.structs.replace(LONDON, id="customer/17850")
    await warehouse.store.write(lambda books: books.put(before))
    assert (await warehouse.order("1", ("LAMP", 1), customer="17850"))[0] == "created"
    await warehouse.ask("PUT", "/v1/owners", OwnerSet(id="ACME", name="Acme"), Done)
    ((outcome, reason),) = await warehouse.intake(customers=(customer("ACME", YORK),))
    assert (outcome, street(warehouse)) == ("refused", "London")
    assert reason == ("nobody can tell whose customer 17850 is: give ACME's customer another number")
    assert (await warehouse.order("2", ("LAMP", 1), customer="17850"))[0] == "held"
    assert await warehouse.intake(customers=(customer("HOME", LONDON),)) == [("updated", "")]
    assert warehouse.record(Address, "customer/17850").owner == "HOME"
    assert warehouse.record(Order, "HOME/2").state == "allocated"


async def test_a_desk_sees_its_own_customers_alone_and_can_speak_for_no_other_owner(two_owners: Any) -> None:
    bolt = await two_owners.caller("integration", "BOLT")
    forged = msgspec.to_builtins(msgspec.structs.replace(YORK, owner="ACME"))
    line = {"number": 1, "sku": "LAMP", "description": "Lamp", "quantity": 1}
    batch = {
        "customers": [
            {"owner": "BOLT", "number": "99", "address": forged},
            {"owner": "ACME", "number": "98", "address": forged},
        ],
        "orders": [{"owner": "BOLT", "number": "1", "lines": [line], "ship_to": forged}],
    }
    receipts = (await bolt.post("/v1/intake", json=batch)).json()["receipts"]
    assert [each["outcome"] for each in receipts] == ["created", "refused", "created"]
    seen = (await bolt.get("/v1/records/address")).json()["records"]
    assert {each["id"]: each["body"]["owner"] for each in seen} == {"customer/99": "BOLT", "order/BOLT/1": "BOLT"}
