"""Two owners' files of customers and orders: a number that is another owner's is told by its line."""

from __future__ import annotations

import csv
from pathlib import Path

from orders.records import Address, Order
from server_stub.floor_setup import Done, OwnerSet

CUSTOMERS = "number,name,street,city,country\n"


def told_in(path: Path) -> list[tuple[int, str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(int(row["line"]), row["fate"], row["reason"]) for row in csv.DictReader(file)]


def test_a_customer_of_another_owner_is_refused_by_line_and_the_rest_of_the_file_is_taken(warehouse, tmp_path):
    with warehouse.opened() as store:
        store._ask("PUT", "/v1/owners", Done, OwnerSet(id="BOLT", name="Bolt"))
    assert warehouse.run("customers", CUSTOMERS + "17850,Ada,1 Road,London,GB\n").code == 0
    report = ("--owner", "BOLT", "--report", str(tmp_path / "report.csv"))
    ran = warehouse.run("customers", CUSTOMERS + "17850,Bob,2 Row,York,GB\n99,Cid,3 Row,York,GB\n", *report)
    assert (ran.code, ran.store) == (1, ["customers: 1 refused, 1 created"])
    said = "customer 17850 belongs to HOME: give BOLT's customer another number"
    assert told_in(tmp_path / "report.csv") == [(2, "refused", said)]
    cities = {each.id: (each.owner, each.city) for each in warehouse.all(Address).values() if each.owner}
    assert cities == {"customer/17850": ("HOME", "London"), "customer/99": ("BOLT", "York")}


def test_a_country_is_compared_with_the_own_customers_address_alone(warehouse):
    with warehouse.opened() as store:
        store._ask("PUT", "/v1/owners", Done, OwnerSet(id="BOLT", name="Bolt"))
    warehouse.run("customers", CUSTOMERS + "17850,Ada,1 Road,Lyon,France\n")
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    row = "1,A,Mug,1,12/1/10 8:26,2.55,17850,United Kingdom\n"
    ran = warehouse.run("orders", header + row, "--owner", "BOLT", map_="retail")
    assert "address missing: customer 17850 belongs to HOME" in ran.out
    assert {order.ship_to for order in warehouse.all(Order).values()} == {None}
