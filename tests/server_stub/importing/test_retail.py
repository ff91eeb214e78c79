"""The real morning of orders: an own recount of the file against what the importer made of it."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime

from server_stub.importing.findings import Fate


def recount(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(enumerate(csv.DictReader(file), 2))


def test_every_row_is_imported_or_stands_in_the_report(read_orders, retail_file):
    found = read_orders(retail_file, "retail")
    rows = recount(retail_file)
    assert len(rows) == 999
    told = {each.line for each in found.findings}
    imported = Counter()
    for number, order in found.orders.items():
        imported[number] += len(order.lines)
    left = Counter(row["InvoiceNo"] for line, row in rows if line not in told)
    assert imported == left
    assert sum(imported.values()) + len(told) == 999


def test_what_is_picked_is_what_an_own_count_of_the_file_finds(read_orders, retail_file):
    found = read_orders(retail_file, "retail")
    wanted = Counter()
    for _, row in recount(retail_file):
        if (
            not row["InvoiceNo"].startswith("C")
            and row["StockCode"] not in ("POST", "D")
            and row["Description"].strip()
        ):
            wanted[row["InvoiceNo"], row["StockCode"]] += int(row["Quantity"])
    picked = Counter()
    for number, order in found.orders.items():
        for line in order.lines:
            picked[number, line.sku] += line.quantity
    assert picked == wanted
    assert len(found.orders) == 61


def test_cancellations_postage_and_discounts_are_left_out_with_a_reason(read_orders, retail_file):
    found = read_orders(retail_file, "retail")
    skipped = found.said(Fate.SKIPPED)
    by_line = dict(recount(retail_file))
    assert {by_line[line]["InvoiceNo"][0] for line, reason in skipped.items() if "cancelled" in reason} == {"C"}
    assert Counter(by_line[line]["StockCode"] for line, reason in skipped.items() if "not goods" in reason) == {
        "POST": 2
    }
    assert sum("cancelled" in reason for reason in skipped.values()) == 10


def test_the_row_that_lacks_everything_is_reported_by_line_and_reason(read_orders, retail_file):
    found = read_orders(retail_file, "retail")
    rejected = found.said()
    ((line, reason),) = rejected.items()
    assert dict(recount(retail_file))[line]["InvoiceNo"] == "536414"
    assert reason == "no description; no customer; the price is 0"


def test_a_code_with_letters_is_goods(read_orders, retail_file):
    found = read_orders(retail_file, "retail")
    skus = {line.sku for order in found.orders.values() for line in order.lines}
    assert {"15056BL", "84029E", "84029G"} <= skus


def test_dates_and_money_are_read_as_the_shop_wrote_them(read_orders, retail_file):
    found = read_orders(retail_file, "retail")
    order = found.orders["536365"]
    assert order.ordered_at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert (order.currency, order.lines[0].price_minor, order.customer) == ("GBP", 255, "17850")
    assert all("  " not in line.description for order in found.orders.values() for line in order.lines)


HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def test_an_order_for_two_customers_contradicts_itself(read_orders):
    found = read_orders(
        HEADER
        + "1,A1,Mug,1,12/1/10 8:26,2.55,17850,United Kingdom\n"
        + "1,A2,Jug,1,12/1/10 8:26,2.55,17851,United Kingdom\n"
        + "2,A2,Jug,1,12/1/10 8:26,2.55,17851,United Kingdom\n",
        "retail",
    )
    assert list(found.orders) == ["2"]
    assert found.said() == {
        2: "order 1 is not imported because of line 3",
        3: "customer '17851', and '17850' in line 2 of the same order",
    }


def test_a_row_without_the_customer_that_its_order_has_lacks_it(read_orders):
    found = read_orders(
        HEADER
        + "1,A1,Mug,1,12/1/10 8:26,2.55,17850,United Kingdom\n"
        + "1,A2,Jug,1,12/1/10 8:26,2.55,,United Kingdom\n",
        "retail",
    )
    assert found.said()[3] == "no customer, and line 2 of the same order has one"


def test_a_negative_quantity_in_an_order_that_is_not_cancelled_is_reported(read_orders):
    found = read_orders(HEADER + "1,A1,Mug,-4,12/1/10 8:26,2.55,17850,United Kingdom\n", "retail")
    assert found.said() == {2: "quantity -4 is negative, and nothing says that this is cancelled"}


def test_a_country_that_is_not_the_customers_is_a_contradiction(read_orders):
    content = HEADER + "1,A1,Mug,4,12/1/10 8:26,2.55,17850,France\n2,A1,Mug,4,12/1/10 8:26,2.55,9,EIRE\n"
    found = read_orders(content, "retail", country_of={"17850": "GB", "9": "IE"}.get)
    assert list(found.orders) == ["2"]
    assert found.said() == {2: "the country is FR, but the address of customer 17850 is in GB"}


def test_an_unlisted_code_is_goods_or_reported_never_dropped(read_orders):
    found = read_orders(
        HEADER
        + "1,POSTER,Poster,1,12/1/10 8:26,2.55,1,France\n"
        + "2,XYZ,,1,12/1/10 8:26,2.55,1,France\n"
        + "3,POST,Postage,1,12/1/10 8:26,2.55,1,France\n",
        "retail",
    )
    assert [line.sku for line in found.orders["1"].lines] == ["POSTER"]
    assert found.said() == {3: "no description"}
    assert found.said(Fate.SKIPPED) == {4: "POST: postage, not goods"}
