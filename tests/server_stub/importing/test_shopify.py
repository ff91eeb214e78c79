"""Shopify's order export: what is picked, what is not, and why."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from server_stub.importing.findings import Fate


def test_an_order_on_several_rows_is_one_order_with_its_own_columns_of_the_first(read_orders, shopify_file):
    found = read_orders(
        shopify_file(
            {"Name": "#1001"},
            {"+Name": "#1001", "Lineitem sku": "PLATE-02", "Lineitem name": "Plate", "Lineitem quantity": "4"},
            {"+Name": "#1001", "Lineitem sku": "MUG-01", "Lineitem quantity": "2"},
        ),
        "shopify",
    )
    order = found.orders["#1001"]
    assert [(line.number, line.sku, line.quantity, line.price_minor) for line in order.lines] == [
        (1, "MUG-01", 1, 950),
        (2, "PLATE-02", 4, 950),
        (3, "MUG-01", 2, 950),
    ]
    assert order.ordered_at == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert order.ship_to is not None
    assert order.ship_to.postcode == "SW1Y 4JH"
    assert order.ship_to.phone == "+44 20 7946 0000"
    assert order.ship_to.country_code == "GB"
    assert order.ship_to.is_complete
    assert order.customer is None, "an e-mail address is no id"
    assert found.findings == []


def test_a_row_of_an_order_far_away_from_its_others_still_belongs_to_it(read_orders, shopify_file):
    found = read_orders(
        shopify_file({"Name": "#1"}, {"Name": "#2"}, {"+Name": "#1", "Lineitem sku": "PLATE-02"}), "shopify"
    )
    assert [line.sku for line in found.orders["#1"].lines] == ["MUG-01", "PLATE-02"]
    assert list(found.orders) == ["#1", "#2"]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"Cancelled at": "2026-03-02 10:00:00 +0100"}, "cancelled at 2026-03-02 10:00:00 +0100"),
        ({"Financial Status": "refunded", "Refunded Amount": "9.50"}, "payment refunded"),
        ({"Financial Status": "voided"}, "payment voided"),
        ({"Financial Status": "expired"}, "payment expired"),
        ({"Fulfillment Status": "fulfilled"}, "already fulfilled"),
        ({"Fulfillment Status": "restocked"}, "already restocked"),
    ],
)
def test_an_order_that_is_over_is_not_picked_and_each_of_its_rows_says_why(read_orders, shopify_file, columns, reason):
    found = read_orders(
        shopify_file({"Name": "#1", **columns}, {"+Name": "#1", "Lineitem sku": "X"}, {"Name": "#2"}), "shopify"
    )
    assert list(found.orders) == ["#2"]
    assert found.said(Fate.SKIPPED) == {2: reason, 3: reason}


def test_a_fulfilled_line_is_not_picked_and_the_rest_of_its_order_is(read_orders, shopify_file):
    found = read_orders(
        shopify_file(
            {"Name": "#1", "Fulfillment Status": "partial", "Lineitem fulfillment status": "fulfilled"},
            {"+Name": "#1", "Lineitem sku": "PLATE-02", "Lineitem quantity": "3"},
        ),
        "shopify",
    )
    assert [(line.number, line.sku, line.quantity) for line in found.orders["#1"].lines] == [(2, "PLATE-02", 3)]
    assert found.said(Fate.SKIPPED) == {2: "this line is already fulfilled"}


def test_an_order_whose_lines_are_all_fulfilled_or_no_goods_leaves_nothing_to_pick(read_orders, shopify_file):
    found = read_orders(
        shopify_file(
            {"Name": "#1", "Lineitem fulfillment status": "fulfilled"},
            {"+Name": "#1", "Lineitem requires shipping": "false", "Lineitem sku": "GIFT-CARD"},
        ),
        "shopify",
    )
    assert found.orders == {}
    assert len(found.said(Fate.SKIPPED)) == 2


def test_a_line_fulfilled_in_part_is_never_guessed(read_orders, shopify_file):
    found = read_orders(
        shopify_file({"Name": "#1"}, {"+Name": "#1", "Lineitem fulfillment status": "partial"}), "shopify"
    )
    assert found.orders == {}
    assert "does not say how many pieces are left" in found.said()[3]
    assert found.said()[2] == "order #1 is not imported because of line 3"


def test_a_partially_refunded_order_is_reported_because_nobody_knows_which_pieces(read_orders, shopify_file):
    found = read_orders(
        shopify_file({"Name": "#1", "Financial Status": "partially_refunded", "Refunded Amount": "4.75"}), "shopify"
    )
    assert found.orders == {}
    assert "partially refunded" in found.said()[2]


def test_an_unpaid_order_is_imported_with_a_note(read_orders, shopify_file):
    found = read_orders(shopify_file({"Name": "#1", "Financial Status": "pending"}), "shopify")
    assert list(found.orders) == ["#1"]
    assert found.said(Fate.NOTE) == {2: "payment is pending"}


@pytest.mark.parametrize("column", ["Financial Status", "Fulfillment Status", "Lineitem fulfillment status"])
def test_a_status_that_the_map_does_not_know_is_reported(read_orders, shopify_file, column):
    found = read_orders(shopify_file({"Name": "#1", column: "on_hold"}), "shopify")
    assert found.orders == {}
    assert found.said()[2] == f'{column} "on_hold" is unknown to this map'


def test_notes_and_addresses_on_several_lines_stay_whole_and_line_numbers_right(read_orders, shopify_file):
    found = read_orders(
        shopify_file(
            {
                "Name": "#1",
                "Notes": "Leave with the porter.\r\n\r\nRing twice,\n  please",
                "Shipping Address1": "Flat 3\nThe Old Mill",
                "Shipping Address2": "Mill Lane",
            },
            {"Name": "#2", "Lineitem sku": ""},
        ),
        "shopify",
    )
    order = found.orders["#1"]
    assert order.note == "Leave with the porter.\nRing twice,\nplease"
    assert order.ship_to is not None
    assert order.ship_to.lines == ("Flat 3", "The Old Mill", "Mill Lane")
    assert found.said() == {7: "no sku"}, "the second order begins at line 7 of the file, as an editor counts"


def test_two_currencies_stand_side_by_side_each_with_its_own_decimals(read_orders, shopify_file):
    found = read_orders(
        shopify_file(
            {"Name": "#1", "Currency": "GBP", "Lineitem price": "9.50"},
            {"Name": "#2", "Currency": "JPY", "Lineitem price": "1200"},
            {"Name": "#3", "Currency": "JPY", "Lineitem price": "1200.50"},
            {"Name": "#4", "Currency": "KWD", "Lineitem price": "3.125"},
        ),
        "shopify",
    )
    prices = {number: (order.currency, order.lines[0].price_minor) for number, order in found.orders.items()}
    assert prices == {"#1": ("GBP", 950), "#2": ("JPY", 1200), "#4": ("KWD", 3125)}
    assert found.said() == {4: "price 1200.50 has more decimals than JPY"}


def test_two_currencies_in_one_order_contradict_each_other(read_orders, shopify_file):
    found = read_orders(shopify_file({"Name": "#1"}, {"+Name": "#1", "Currency": "EUR"}), "shopify")
    assert found.orders == {}
    assert found.said()[3] == "currency 'EUR', and 'GBP' in line 2 of the same order"


def test_two_orders_of_one_name_contradict_each_other(read_orders, shopify_file):
    found = read_orders(
        shopify_file({"Name": "#1"}, {"Name": "#1", "Created at": "2026-03-05 09:30:00 +0100"}), "shopify"
    )
    assert found.orders == {}
    assert "date" in found.said()[3]


def test_a_blank_sku_is_reported_and_never_guessed_from_the_name(read_orders, shopify_file):
    found = read_orders(shopify_file({"Name": "#1"}, {"+Name": "#1", "Lineitem sku": "  "}), "shopify")
    assert found.orders == {}
    assert found.said() == {2: "order #1 is not imported because of line 3", 3: "no sku"}


def test_a_tip_and_a_gift_card_are_not_goods(read_orders, shopify_file):
    found = read_orders(
        shopify_file(
            {"Name": "#1"},
            {"+Name": "#1", "Lineitem name": "Tip", "Lineitem sku": "", "Lineitem requires shipping": "false"},
            {"+Name": "#1", "Lineitem sku": "", "Lineitem name": "Gift card", "Lineitem requires shipping": "false"},
        ),
        "shopify",
    )
    assert [line.sku for line in found.orders["#1"].lines] == ["MUG-01"]
    assert found.said(Fate.SKIPPED) == {3: "a tip, not goods", 4: "not goods: it needs no shipping"}


def test_an_order_without_a_shipping_address_goes_to_the_store_without_one(read_orders, shopify_file):
    bare = {f"Shipping {part}": "" for part in ("Name", "Address1", "City", "Zip", "Country", "Phone")}
    found = read_orders(shopify_file({"Name": "#1", **bare}), "shopify")
    assert found.orders["#1"].ship_to is None


def test_a_country_that_nobody_knows_is_reported(read_orders, shopify_file):
    found = read_orders(shopify_file({"Name": "#1", "Shipping Country": "Narnia"}), "shopify")
    assert found.said()[2].startswith("country 'Narnia' is not known")


def test_the_same_sku_twice_stays_two_lines(read_orders, shopify_file):
    found = read_orders(shopify_file({"Name": "#1"}, {"+Name": "#1"}), "shopify")
    assert len(found.orders["#1"].lines) == 2
