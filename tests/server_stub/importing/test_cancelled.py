"""A file that marks orders cancelled: known ones are stopped or put before a supervisor, and each row is told once."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from orders.records import Order
from orders.wire import Release, Released
from server_stub.importing.findings import Fate

CANCELLED = {"Cancelled at": "2026-03-02 09:00:00 +0100"}
AT = "cancelled at 2026-03-02 09:00:00 +0100"
PLATE = {"Lineitem sku": "PLATE-02", "Lineitem name": "Plate"}


def told_in(path: Path) -> list[tuple[int, str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(int(row["line"]), row["fate"], row["reason"]) for row in csv.DictReader(file)]


def release(warehouse, *orders: str) -> Released:
    with warehouse.opened() as store:
        asked = Release(key="-".join(orders) or "all", orders=tuple(f"HOME/{each}" for each in orders))
        return store._ask("POST", "/v1/requests/release", Released, asked)


def states(warehouse) -> dict[str, str]:
    return {order.number: order.state for order in warehouse.all(Order).values()}


@pytest.fixture
def twice(shopify_file):
    """One export, and the next one of the same orders, of which some were cancelled meanwhile."""
    first = ({"Name": "#1001", "Lineitem quantity": "3"}, {"+Name": "#1001", **PLATE}, {"Name": "#1002"})
    third = {"Name": "#1003"}
    return (
        shopify_file(*first, third),
        shopify_file({**first[0], **CANCELLED}, *first[1:], {**third, **CANCELLED}, {"Name": "#9", **CANCELLED}),
    )


def test_a_file_that_marks_a_known_order_cancelled_stops_it_and_tells_every_row_once(warehouse, twice, tmp_path):
    before, after = twice
    assert warehouse.run("orders", before, "--lay-out", map_="shopify").code == 0
    assert release(warehouse, "#1003").refused == ()
    ran = warehouse.run("orders", after, "--report", str(tmp_path / "report.csv"), map_="shopify")
    assert ran.code == 1, "somebody has to see to what is on the floor"
    assert states(warehouse) == {"#1001": "cancelled", "#1002": "allocated", "#1003": "released"}
    assert ran.store == ["cancellations: 1 cancelled, 1 change request, 1 unknown", "orders: 1 unchanged"]
    assert "cancelled by their sender: #1001\n" in ran.out
    assert told_in(tmp_path / "report.csv") == [
        (2, "cancelled", f"{AT}: it was allocated: 4 pieces free again"),
        (3, "skipped", AT),
        (
            5,
            "change request",
            f"{AT}: it is released: see that nobody picks it, and put back what was taken",
        ),
        (6, "skipped", f"{AT}: no such order: nothing was to be stopped"),
    ]
    with warehouse.opened() as store:
        assert sum(row.allocated for row in store.stock()) == 2, "what #1002 and #1003 want"
    assert len(release(warehouse).tasks) == 1, "#1002 goes out, and no cancelled one with it"


def test_the_same_file_again_changes_nothing_and_an_older_one_wakes_nothing_up(warehouse, twice, tmp_path):
    before, after = twice
    warehouse.run("orders", before, "--lay-out", map_="shopify")
    assert warehouse.run("orders", after, map_="shopify").code == 0
    stood = warehouse.all(Order)
    again = warehouse.run("orders", after, "--report", str(tmp_path / "report.csv"), map_="shopify")
    assert (again.code, warehouse.all(Order)) == (0, stood)
    assert again.store == ["cancellations: 2 unchanged, 1 unknown", "orders: 1 unchanged"]
    assert told_in(tmp_path / "report.csv")[0][1:2] == ("skipped",)
    assert "it was cancelled already on 20" in told_in(tmp_path / "report.csv")[0][2]
    assert "cancelled by their sender" not in again.out
    older = warehouse.run("orders", before, map_="shopify")
    assert (older.code, warehouse.all(Order)) == (1, stood)
    assert older.store == ["orders: 2 refused, 1 unchanged"]
    assert older.out.count("it was cancelled by its sender on 20") == 2
    assert older.out.count("send it under a new number") == 2


def test_goods_that_come_free_serve_who_waited_before_the_files_own_orders(warehouse, shopify_file):
    two = {"Lineitem quantity": "2"}
    warehouse.run("orders", shopify_file({"Name": "#1", **two}), "--lay-out", map_="shopify")
    warehouse.run("orders", shopify_file({"Name": "#2", **two}), map_="shopify")
    assert states(warehouse) == {"#1": "allocated", "#2": "backordered"}
    ran = warehouse.run("orders", shopify_file({"Name": "#3"}, {"Name": "#1", **two, **CANCELLED}), map_="shopify")
    assert ran.code == 0
    assert states(warehouse) == {"#1": "cancelled", "#2": "allocated", "#3": "backordered"}


def test_a_cancelled_order_with_a_row_that_cannot_be_read_is_cancelled_all_the_same(read_orders, shopify_file):
    lines = shopify_file({"Name": "#1", **CANCELLED}, {"+Name": "#1", **PLATE}, {"Name": "#2"}).splitlines()
    lines[2] = "#1,too,few,cells"
    found = read_orders("\r\n".join(lines), "shopify")
    assert found.said(Fate.SKIPPED) == {2: AT, 3: AT}
    assert list(found.orders) == ["#2"]


def test_rows_that_disagree_whether_it_is_this_order_cancel_nothing_and_somebody_is_told(warehouse, shopify_file):
    assert warehouse.run("orders", shopify_file({"Name": "#1"}), map_="shopify").code == 0
    other = {"Name": "#1", "Created at": "2026-03-05 09:30:00 +0100", **CANCELLED}
    ran = warehouse.run("orders", shopify_file({"Name": "#1"}, other), map_="shopify")
    assert ran.code == 1
    assert states(warehouse) == {"#1": "backordered"}
    assert "the store has it as backordered: see whether to stop it" in ran.out


def test_money_given_back_is_no_cancellation_and_somebody_is_told(warehouse, shopify_file, tmp_path):
    assert warehouse.run("orders", shopify_file({"Name": "#1"}), map_="shopify").code == 0
    refunded = shopify_file({"Name": "#1", "Financial Status": "refunded"})
    ran = warehouse.run("orders", refunded, "--report", str(tmp_path / "report.csv"), map_="shopify")
    assert (ran.code, states(warehouse)) == (1, {"#1": "backordered"})
    told = "payment refunded: this file leaves it out, but the store has it as backordered: see whether to stop it"
    assert told_in(tmp_path / "report.csv") == [(2, "change request", told)]


def test_a_number_that_no_order_can_have_is_only_skipped(warehouse, shopify_file):
    ran = warehouse.run("orders", shopify_file({"Name": "#1/2", **CANCELLED}), map_="shopify")
    assert (ran.code, ran.store) == (0, [])


def test_our_own_columns_say_cancelled_too_and_a_file_may_lack_that_column(warehouse):
    head, row = (
        "order,sku,description,quantity,ship_name,ship_street,ship_postcode,ship_city,ship_country",
        "Mug,2,Ada,1 Road,LS1 4AP,Leeds,GB",
    )
    warehouse.run("products", "sku,description\nA,Mug\n")
    assert warehouse.run("orders", f"{head}\n1,A,{row}\n2,A,{row}\n3,A,{row}\n").store == ["orders: 3 created"]
    ran = warehouse.run("orders", f"{head},cancelled\n1,A,{row},yes\n2,A,{row},no\n3,A,{row},maybe\n")
    assert ran.code == 1
    assert states(warehouse) == {"1": "cancelled", "2": "backordered", "3": "backordered"}
    assert 'cancelled "maybe" is neither yes nor no' in ran.out
    assert ran.store == ["cancellations: 1 cancelled", "orders: 1 unchanged"]
