"""Files into a real store: whole orders go in, everything else is told, and the same file twice changes nothing."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from orders.records import Address, Location, Order, Product, Tote

TOWNS = {
    "United Kingdom": ("GB", "LS1 4AP", ""),
    "France": ("FR", "69003", ""),
    "Australia": ("AU", "7000", "TAS"),
    "Netherlands": ("NL", "3511 AX", ""),
}
CUSTOMERS = "number,name,company,street,street2,postcode,city,region,country,phone\n"


def customers_of(retail: Path) -> str:
    with retail.open(encoding="utf-8", newline="") as file:
        people = {row["CustomerID"]: row["Country"] for row in csv.DictReader(file) if row["CustomerID"]}
    return CUSTOMERS + "".join(
        f"{number},Person {number},,1 Road,,{TOWNS[land][1]},Town,{TOWNS[land][2]},{land},\n"
        for number, land in people.items()
    )


def reported(path: Path) -> dict[int, tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {int(row["line"]): (row["fate"], row["reason"]) for row in csv.DictReader(file) if row["line"]}


@pytest.fixture
def laid_out(warehouse, retail_file, tmp_path):
    """The retail morning, with customers, imported and laid out."""
    assert warehouse.run("customers", customers_of(retail_file)).code == 0
    words = ("--lay-out", "--labels", str(tmp_path / "labels"), "--report", str(tmp_path / "report.csv"))
    return warehouse, warehouse.run("orders", retail_file, *words, map_="retail")


def test_the_retail_morning_is_set_aside_piece_by_piece_as_an_own_count_of_the_file_has_it(laid_out, retail_file):
    warehouse, ran = laid_out
    assert ran.code == 1, "one row wants somebody"
    wanted = Counter()
    with retail_file.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["InvoiceNo"][0] != "C" and row["StockCode"] != "POST" and row["CustomerID"]:
                wanted[row["InvoiceNo"], row["StockCode"]] += int(row["Quantity"])
    orders = warehouse.all(Order)
    set_aside = Counter()
    for order in orders.values():
        assert (order.state, order.holds) == ("allocated", ())
        for line in order.lines:
            set_aside[order.number, line.sku] += line.allocated
    assert set_aside == wanted
    pieces = Counter()
    for (sku, _), quantity in warehouse.stock().items():
        pieces[sku] += quantity
    by_sku = Counter()
    for (_, sku), quantity in wanted.items():
        by_sku[sku] += quantity
    assert pieces == by_sku, "goods for what is wanted, and no piece more"
    places = warehouse.all(Location).values()
    assert len(warehouse.stock()) == len(by_sku), "one product, one shelf"
    assert len({place.walk for place in places if place.use == "pick"}) == len(by_sku)
    countries = {address.country_code for address in warehouse.all(Address).values() if address.id.startswith("cust")}
    assert countries == {code for code, _, _ in TOWNS.values()}


def test_every_line_of_the_retail_morning_is_an_order_line_or_in_the_report(laid_out, tmp_path):
    warehouse, ran = laid_out
    told = {line: each for line, each in reported(tmp_path / "report.csv").items() if each[0] != "note"}
    lines = sum(len(order.lines) for order in warehouse.all(Order).values())
    assert lines + len(told) == 999
    assert Counter(fate for fate, _ in told.values()) == {"skipped": 12, "rejected": 1}
    assert "line 624" in ran.out
    assert "no description; no customer; the price is 0" in ran.out


def test_everything_that_was_made_up_is_marked_and_labelled(laid_out, tmp_path):
    warehouse, _ = laid_out
    products = warehouse.all(Product).values()
    assert all(each.is_assumed and each.barcodes and each.weight_grams == 250 for each in products)
    assert all(each.is_assumed for each in warehouse.all(Location).values())
    assert len({each.barcodes for each in products}) == len(products)
    assert len(warehouse.all(Tote)) == 24
    stem = "online-retail-2010-12-01"
    assert {path.name for path in (tmp_path / "labels").iterdir()} == {
        f"{stem}-{what}.pdf" for what in ("shelves", "products", "totes")
    }


def test_the_same_file_twice_changes_nothing(laid_out, retail_file):
    warehouse, _ = laid_out
    before = warehouse.all(Order), warehouse.all(Product), warehouse.all(Location), warehouse.stock()
    again = warehouse.run("orders", retail_file, "--lay-out", map_="retail")
    assert again.store == ["orders: 61 unchanged"]
    assert "laid out: nothing was missing" in again.out
    assert (warehouse.all(Order), warehouse.all(Product), warehouse.all(Location), warehouse.stock()) == before
    customers = warehouse.run("customers", customers_of(retail_file))
    assert customers.store == ["customers: 48 unchanged"]


def test_orders_without_an_address_are_held_and_go_on_when_it_comes(warehouse, retail_file):
    ran = warehouse.run("orders", retail_file, "--lay-out", map_="retail")
    assert ran.code == 1
    assert ran.out.count("held            ") == 61
    assert "address missing" in ran.out
    assert {order.state for order in warehouse.all(Order).values()} == {"received"}
    goods = warehouse.stock()
    warehouse.run("customers", customers_of(retail_file))
    assert {order.state for order in warehouse.all(Order).values()} == {"allocated"}
    again = warehouse.run("orders", retail_file, "--lay-out", map_="retail")
    assert "held" not in again.out
    assert warehouse.stock() == goods


ORDERS = "order,sku,description,quantity,ship_name,ship_street,ship_postcode,ship_city,ship_country\n"
TO = "Ada,1 Road,LS1 4AP,Leeds,GB\n"
FROM_ORDERS = """
[file]
kind = "orders"
may_lack_columns = true
[columns]
order = "order"
sku = "sku"
description = "description"
quantity = "quantity"
ship_name = "ship_name"
ship_street = "ship_street"
ship_postcode = "ship_postcode"
ship_city = "ship_city"
ship_country = "ship_country"
[products]
from_orders = true
"""


@pytest.fixture
def own_map(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(FROM_ORDERS)
    return str(path)


def test_a_second_file_adds_only_what_its_own_orders_want(warehouse, own_map):
    warehouse.run("orders", ORDERS + f"1,A,Mug,3,{TO}1,B,Jug,1,{TO}", "--lay-out", map_=own_map)
    shelf_of = dict(warehouse.stock().keys())
    second = warehouse.run(
        "orders", ORDERS + f"1,A,Mug,3,{TO}1,B,Jug,1,{TO}2,A,Mug,4,{TO}2,C,Dish,2,{TO}", "--lay-out", map_=own_map
    )
    assert second.code == 0
    stock = warehouse.stock()
    assert {sku: pieces for (sku, _), pieces in stock.items()} == {"A": 7, "B": 1, "C": 2}
    assert {sku: shelf for sku, shelf in stock if sku in shelf_of} == shelf_of
    assert {order.state for order in warehouse.all(Order).values()} == {"allocated"}


def test_the_same_number_with_other_content_is_a_change_request_and_gets_its_goods(warehouse, own_map):
    warehouse.run("orders", ORDERS + f"1,A,Mug,3,{TO}", "--lay-out", map_=own_map)
    ran = warehouse.run("orders", ORDERS + f"1,A,Mug,5,{TO}", "--lay-out", map_=own_map)
    assert ran.code == 1
    assert "change request" in ran.out
    (order,) = warehouse.all(Order).values()
    assert (order.lines[0].ordered, order.lines[0].allocated) == (5, 5)
    assert list(warehouse.stock().values()) == [5]


def test_two_lines_of_one_sku_stay_two_lines(warehouse, own_map):
    warehouse.run("orders", ORDERS + f"1,A,Mug,3,{TO}1,A,Mug,2,{TO}", "--lay-out", map_=own_map)
    (order,) = warehouse.all(Order).values()
    assert [(line.sku, line.ordered, line.allocated) for line in order.lines] == [("A", 3, 3), ("A", 2, 2)]


def test_without_goods_an_order_is_back_ordered_and_that_is_said(warehouse, own_map):
    ran = warehouse.run("orders", ORDERS + f"1,A,Mug,3,{TO}", map_=own_map)
    assert ran.code == 0
    assert "back-ordered: 3 pieces" in ran.out


def test_an_unknown_sku_is_the_stores_to_refuse_by_order_and_reason(warehouse):
    ran = warehouse.run("orders", ORDERS + f"1,A,Mug,3,{TO}2,A,Mug,1,{TO}", "--lay-out")
    assert ran.code == 1
    assert ran.out.count("unknown SKU (line 1: A): import the products first") == 2
    assert warehouse.stock() == {}
    assert warehouse.all(Order) == {}


def test_an_unknown_owner_is_the_stores_to_refuse(warehouse):
    ran = warehouse.run("products", "sku,description\nA,Mug\n", "--owner", "ELSE")
    assert ran.code == 1
    assert "owner ELSE is unknown" in ran.out


def test_an_order_that_the_file_leaves_out_and_the_store_still_has_wants_somebody(warehouse, shopify_file):
    assert warehouse.run("orders", shopify_file({"Name": "#1"}, {"Name": "#2"}), map_="shopify").code == 0
    fulfilled = {"Name": "#1", "Fulfillment Status": "fulfilled"}
    ran = warehouse.run("orders", shopify_file(fulfilled, {"Name": "#2"}), map_="shopify")
    assert ran.code == 1
    assert "this file leaves it out, but the store has it as backordered: see whether to stop it" in ran.out
    assert ran.store == ["orders: 1 unchanged"]


def test_an_order_for_another_country_than_its_customers_is_rejected(warehouse):
    warehouse.run("customers", CUSTOMERS + "17850,Ada,,1 Road,,P,Lyon,,France,\n")
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    ran = warehouse.run("orders", header + "1,A,Mug,1,12/1/10 8:26,2.55,17850,United Kingdom\n", map_="retail")
    assert "the country is GB, but the address of customer 17850 is in FR" in ran.out
    assert warehouse.all(Order) == {}


def test_products_keep_what_a_file_does_not_say_and_real_ones_replace_what_was_assumed(warehouse, own_map):
    warehouse.run("orders", ORDERS + f"1,A,Mug,3,{TO}", "--lay-out", map_=own_map)
    (assumed,) = warehouse.all(Product).values()
    assert warehouse.run("products", "sku,description\nA,Mug with handle\n").store == ["products: 1 updated"]
    (named,) = warehouse.all(Product).values()
    assert (named.description, named.barcodes, named.is_assumed) == ("Mug with handle", assumed.barcodes, True)
    warehouse.run("products", "sku,description,barcode,weight_grams\nA,Mug with handle,4006381333931,350\n")
    (real,) = warehouse.all(Product).values()
    assert (real.barcodes, real.weight_grams, real.is_assumed) == (("04006381333931",), 350, False)
    again = warehouse.run("orders", ORDERS + f"1,A,Mug,3,{TO}", map_=own_map)
    assert again.store == ["orders: 1 unchanged"]
    assert list(warehouse.all(Product).values()) == [real], "orders never change a product that is known"


def test_stock_is_counted_once_by_key_and_a_snapshot_is_compared(warehouse):
    warehouse.run("locations", "code,aisle\nA-1,A\nA-2,A\n")
    warehouse.run("products", "sku,description\nMUG,Mug\nJUG,Jug\n")
    delivery = "sku,location,quantity,key\nMUG,A-1,5,DN-1\nJUG,A-2,6,DN-1\n"
    assert warehouse.run("stock", delivery).store == ["stock: 2 created"]
    assert warehouse.run("stock", delivery).store == ["stock: 2 unchanged"]
    ran = warehouse.run("stock", "sku,location,quantity\nMUG,A-1,5\nJUG,A-2,4\nGHOST,A-1,1\n")
    assert ran.code == 1
    assert "differs" in ran.out
    assert "the book shows 6, the snapshot 4" in ran.out
    assert "unknown SKU GHOST" in ran.out
    assert warehouse.stock() == {("MUG", "A-1"): 5, ("JUG", "A-2"): 6}


def test_two_equal_lines_of_one_delivery_are_two_and_the_same_delivery_again_changes_nothing(warehouse):
    warehouse.run("products", "sku,description,barcode,weight_grams\nMUG,Mug,,\nJUG,Jug,,\n")
    warehouse.run("locations", "code,aisle,side,bay,level,zone,walk,use\nA-01-1,,,,,,,\n")
    header, mugs, jugs = "sku,location,quantity,key\n", "MUG,A-01-1,3,DN-1\n", "JUG,A-01-1,1,DN-1\n"
    assert warehouse.run("stock", header + mugs + mugs + jugs).store == ["stock: 3 created"]
    assert warehouse.run("stock", header + mugs + mugs + jugs).store == ["stock: 3 unchanged"]
    assert warehouse.run("stock", header + jugs + mugs + mugs).store == ["stock: 3 unchanged"]
    assert warehouse.stock() == {("MUG", "A-01-1"): 6, ("JUG", "A-01-1"): 1}
    corrected = warehouse.run("stock", header + mugs.replace("3", "4") + jugs)
    assert (corrected.code, corrected.store) == (1, ["stock: 1 refused, 1 unchanged"])
    assert warehouse.stock()["MUG", "A-01-1"] == 6


def test_a_dry_run_reads_judges_reports_and_sends_nothing(warehouse, retail_file, tmp_path):
    ran = warehouse.run("orders", retail_file, "--dry-run", "--report", str(tmp_path / "r.csv"), map_="retail")
    assert ran.code == 1
    assert "61 whole orders with 986 lines, 12863 pieces of 584 SKUs" in ran.out
    assert "dry run: nothing was sent" in ran.out
    assert len([1 for fate, _ in reported(tmp_path / "r.csv").values() if fate != "note"]) == 13
    assert warehouse.all(Order) == {}


def test_the_language_of_an_order_is_kept_with_it(warehouse):
    file = "order,sku,description,quantity,language\n1,A,Mug,1,de\n2,A,Mug,1,\n"
    assert warehouse.run("products", "sku,description\nA,Mug\n").code == 0
    warehouse.run("orders", file, map_="floorhand")
    orders = {order.number: order for order in warehouse.all(Order).values()}
    assert {number: order.language for number, order in orders.items()} == {"1": "de", "2": ""}
