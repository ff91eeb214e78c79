"""Products out of orders: named by what they are called most, and only where nobody knows them."""

from __future__ import annotations

from orders.intake import NewLine, NewOrder
from server_stub.importing.goods import Goods


def order(number, *lines):
    made = (NewLine(number=n, sku=sku, description=text, quantity=2) for n, (sku, text) in enumerate(lines, 1))
    return NewOrder(owner="HOME", number=number, lines=tuple(made))


def test_the_most_frequent_description_names_a_product_and_the_others_are_noted():
    goods = Goods()
    goods.add(order("1", ("A", "Hand warmer red"), ("B", "Mug")), 2)
    goods.add(order("2", ("A", "Hand warmer")), 4)
    goods.add(order("3", ("A", "Hand warmer")), 5)
    made = {product.sku: product.description for _, product in goods.products("HOME", ())}
    assert made == {"A": "Hand warmer", "B": "Mug"}
    ((note,),) = [list(goods.notes())]
    assert (note.line, note.subject) == (2, "A")
    assert note.reason == "A is called 'Hand warmer', and also 'Hand warmer red'"
    assert (goods.lines, goods.pieces, len(goods), "A" in goods) == (4, 8, 2, True)


def test_of_equals_the_first_and_what_the_store_knows_is_left_alone():
    goods = Goods()
    goods.add(order("1", ("A", "Mug"), ("A", "Big mug"), ("B", "Jug")), 2)
    assert [(line, product.description) for line, product in goods.products("HOME", {"B"})] == [(2, "Mug")]
