"""Own maps: what stands in one decides what a row means."""

from __future__ import annotations

from server_stub.importing.findings import Fate

MAP = """
[file]
kind = "orders"
[columns]
order = "No"
sku = "Code"
description = "Text"
quantity = "Qty"
price = "Price"
currency = "Cur"
ship_country = "Land"
[rows]
order_columns = "first"
"""
HEADER = "No,Code,Text,Qty,Price,Cur,Land,Status\n"


def test_a_default_is_for_the_order_and_contradicts_no_row(read_orders):
    found = read_orders(
        HEADER + "1,A,Mug,1,2.50,GBP,GB,\n1,B,Jug,1,3,,,\n2,A,Mug,1,2.50,,,\n",
        MAP + '[defaults]\ncurrency = "EUR"\nquantity = "1"\n',
    )
    assert {number: order.currency for number, order in found.orders.items()} == {"1": "GBP", "2": "EUR"}
    assert found.orders["1"].lines[1].price_minor == 300


def test_a_cell_that_is_empty_takes_the_default_of_its_line(read_orders):
    found = read_orders(HEADER + "1,A,Mug,,2.50,GBP,GB,\n", MAP + '[defaults]\nquantity = "7"\n')
    assert found.orders["1"].lines[0].quantity == 7


def test_a_price_without_a_currency_lacks_something(read_orders):
    found = read_orders(HEADER + "1,A,Mug,1,2.50,,GB,\n2,A,Mug,1,2.50,XYZ,GB,\n", MAP)
    assert found.said() == {
        2: "a price and no currency: name the column, or money.currency in the map",
        3: "currency 'XYZ' is not an ISO 4217 code such as GBP",
    }


def test_values_are_translated_and_the_first_column_that_holds_something_wins(read_orders):
    found = read_orders(
        HEADER.replace("Land", "Land,Country") + "1,A,Mug,1,2,GBP,,Grossbritannien,\n",
        MAP.replace('"Land"', '["Land", "Country", "Nowhere"]') + '[values.ship_country]\nGrossbritannien = "GB"\n',
    )
    assert found.orders["1"].ship_to is not None
    assert found.orders["1"].ship_to.country_code == "GB"


RULES = """
[[rules]]
of = "line"
column = "Status"
begins = ["gone"]
then = "skip"
reason = "is {value}"

[[rules]]
of = "line"
column = "Status"
besides = ["", "open"]
then = "reject"
reason = "what is {value}?"
"""


def test_rules_are_asked_in_their_order_and_the_first_that_decides_counts(read_orders):
    found = read_orders(
        HEADER + "1,A,Mug,1,2,GBP,GB,gone yesterday\n1,B,Mug,1,2,,,OPEN\n2,A,Mug,1,2,GBP,GB,lost\n", MAP + RULES
    )
    assert [line.sku for line in found.orders["1"].lines] == ["B"]
    assert found.said(Fate.SKIPPED) == {2: "is gone yesterday"}
    assert found.said() == {4: "what is lost?"}


def test_what_cannot_be_an_id_or_is_too_long_is_told(read_orders):
    found = read_orders(
        HEADER
        + "a/b,A,Mug,1,2,GBP,GB,\n"
        + "2,A/B,Mug,1,2,GBP,GB,\n"
        + f"3,{'A' * 65},Mug,1,2,GBP,GB,\n"
        + f"4,A,{'x' * 2001},1,2,GBP,GB,\n",
        MAP,
    )
    assert found.orders == {}
    assert "order number 'a/b' holds a slash" in found.said()[2]
    assert "SKU 'A/B' holds a slash" in found.said()[3]
    assert "is longer than 64 signs" in found.said()[4]
    assert "is longer than 2000 signs" in found.said()[5]


def test_an_order_of_too_many_lines_is_told(read_orders):
    rows = "".join(f"1,S{n},Mug,1,2,{'GBP' if n == 0 else ''},,\n" for n in range(5001))
    found = read_orders(HEADER + rows, MAP)
    assert found.orders == {}
    assert found.said()[2].startswith("the order has 5001 lines, and 5000 is the most: split it into several")


def test_an_order_names_the_language_of_its_papers(read_orders):
    found = read_orders(
        "order,sku,description,quantity,language\n1,A,Mug,1,de_AT\n2,A,Mug,1,\n3,A,Mug,1,Deutsch!\n", "floorhand"
    )
    assert {number: order.language for number, order in found.orders.items()} == {"1": "de-AT", "2": ""}
    assert found.said() == {
        4: "language 'Deutsch!' is none: give its code, such as de or pt-BR, or translate it in the map"
    }
