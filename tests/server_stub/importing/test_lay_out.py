"""What --lay-out makes up: the same for the same books, and nothing that is there already."""

from __future__ import annotations

from itertools import islice

import pypdfium2
import pytest
import zxingcpp

from orders.barcodes import Kind, check_digits, decode, encode
from orders.intake import NewLine, NewOrder
from orders.records import Location, Order, OrderLine, Product
from server_stub.importing import labels
from server_stub.importing.file_map import LayOutSection
from server_stub.importing.findings import Fate
from server_stub.importing.lay_out import Books, Need, covered_by, needs_of, plan
from server_stub.importing.refusal import Refusal
from server_stub.importing.shelves import shelves

SIZE = LayOutSection(bays=2, levels=2, aisles_in_zone=2, totes=2)


def product(sku, **settings):
    return Product(id=f"HOME/{sku}", owner="HOME", sku=sku, description=sku.title(), **settings)


def books(*products, locations=(), shelf_of=None, free=None, totes=0):
    return Books(
        owner="HOME",
        products={each.sku: each for each in products},
        locations={each.id: each for each in locations},
        shelf_of=shelf_of or {},
        in_use=set((shelf_of or {}).values()),
        free=free or {},
        totes=totes,
    )


def test_shelves_are_walked_up_one_aisle_and_down_the_next():
    made = list(islice(shelves(SIZE, ()), 12))
    assert [each.code for each in made[:4]] == ["A-01-1", "A-01-2", "A-02-1", "A-02-2"]
    by_walk = [each.code for each in sorted(made, key=lambda each: each.walk)]
    assert by_walk == [
        *("A-01-1", "A-01-2", "A-02-1", "A-02-2"),
        *("B-02-1", "B-02-2", "B-01-1", "B-01-2"),
        *("C-01-1", "C-01-2", "C-02-1", "C-02-2"),
    ]
    assert [(each.side, each.zone) for each in (made[0], made[2], made[8])] == [
        ("left", "Z1"),
        ("right", "Z1"),
        ("left", "Z2"),
    ]
    assert all(each.is_assumed for each in made)


def test_aisles_go_on_after_z_and_codes_that_are_taken_are_left_out():
    many = list(islice(shelves(LayOutSection(bays=1, levels=1), {"A-01-1"}), 27))
    assert (many[0].code, many[24].code, many[25].code, many[26].code) == ("B-01-1", "Z-01-1", "AA-01-1", "AB-01-1")
    assert len({each.walk for each in many}) == 27


def test_one_product_one_shelf_with_barcode_weight_goods_a_drop_place_and_totes():
    made = plan(["MUG", "JUG"], [Need("1", "MUG", 3), Need("2", "MUG", 1)], books(product("MUG"), product("JUG")), SIZE)
    stock = list(made.stock)
    assert made.shelf_of == {"JUG": "A-01-1", "MUG": "A-01-2"}
    assert [(each.code, each.use) for each in made.locations] == [
        ("A-01-1", "pick"),
        ("A-01-2", "pick"),
        ("DROP-1", "drop"),
    ]
    assert [(each.sku, each.weight_grams, each.is_assumed) for each in made.products] == [
        ("JUG", 250, True),
        ("MUG", 250, True),
    ]
    barcodes = [decode(each.barcodes[0]) for each in made.products]
    assert all(each is not None and each.kind is Kind.PRODUCT for each in barcodes)
    assert [(each.sku, each.location, each.quantity) for each in stock] == [
        ("MUG", "A-01-2", 3),
        ("MUG", "A-01-2", 1),
    ]
    assert len({each.key for each in stock}) == 2
    assert all(len(each.key) <= 64 for each in stock)
    assert made.totes == 2


def test_the_same_books_give_the_same_plan():
    asked = (["A", "B"], [Need("1", "A", 3)], books(product("A"), product("B")), SIZE)
    first, second = plan(*asked), plan(*asked)
    assert (first.locations, first.products, list(first.stock)) == (
        second.locations,
        second.products,
        list(second.stock),
    )


def test_what_is_there_is_left_alone():
    there = product("MUG", barcodes=("04006381333931",), weight_grams=350)
    made = plan(
        ["MUG"],
        [Need("1", "MUG", 3)],
        books(
            there,
            locations=(Location(id="R-7", walk=5), Location(id="END", use="drop")),
            shelf_of={"MUG": "R-7"},
            free={"MUG": 3},
            totes=4,
        ),
        SIZE,
    )
    assert (made.locations, made.products, list(made.stock), made.totes) == ((), (), [], 0)
    assert made.shelf_of == {"MUG": "R-7"}


def test_only_what_lacks_is_assumed():
    made = plan(
        ["JUG", "MUG"],
        [Need("1", "MUG", 3), Need("2", "MUG", 4)],
        books(
            product("MUG", barcodes=("04006381333931",)),
            product("JUG", weight_grams=900),
            locations=(Location(id="R-7", walk=9), Location(id="R-1", walk=5), Location(id="RES", use="reserve")),
            shelf_of={"MUG": "R-1"},
            free={"MUG": 5},
        ),
        SIZE,
    )
    assert made.shelf_of == {"JUG": "R-7", "MUG": "R-1"}, "an empty shelf of the warehouse comes before a new one"
    jug, mug = made.products
    assert (mug.barcodes, mug.weight_grams) == (("04006381333931",), 250)
    assert (len(jug.barcodes), jug.weight_grams) == (1, 900)
    assert [(each.quantity, each.location) for each in made.stock] == [(2, "R-1")]


def test_a_barcode_that_is_taken_is_not_given_again():
    (first,) = plan(["MUG"], [], books(product("MUG")), SIZE).products
    taken = product("JUG", barcodes=first.barcodes, weight_grams=1)
    (second,) = plan(["MUG"], [], books(product("MUG"), taken), SIZE).products
    assert second.barcodes != first.barcodes


def test_needs_are_what_nobody_has_set_aside_and_two_lines_of_one_sku_are_one(clock_instant):
    def line(number, sku, ordered, **counts):
        return OrderLine(number=number, product=f"HOME/{sku}", sku=sku, description="", ordered=ordered, **counts)

    def new_line(number, sku, quantity):
        return NewLine(number=number, sku=sku, description="", quantity=quantity)

    known = Order(
        id="HOME/1",
        owner="HOME",
        number="1",
        state="allocated",
        received_at=clock_instant,
        lines=(line(1, "A", 5, allocated=2), line(2, "A", 1), line(3, "B", 4, picked=4), line(4, "C", 3, cancelled=1)),
    )
    wanted = (new_line(1, "A", 5), new_line(2, "A", 1), new_line(3, "B", 4), new_line(4, "C", 3), new_line(5, "D", 1))
    order = NewOrder(owner="HOME", number="1", lines=wanted)
    assert list(needs_of(order, covered_by(known))) == [Need("1", "A", 4), Need("1", "C", 2), Need("1", "D", 1)]
    assert list(needs_of(order, {})) == [Need("1", "A", 6), Need("1", "B", 4), Need("1", "C", 3), Need("1", "D", 1)]


def test_a_sku_that_the_store_does_not_know_is_not_laid_out():
    made = plan(["GHOST", "MUG"], [Need("1", "GHOST", 2), Need("1", "MUG", 1)], books(product("MUG")), SIZE)
    assert made.shelf_of == {"MUG": "A-01-1"}
    assert [each.sku for each in made.stock] == ["MUG"]


def test_labels_decode_to_their_shelf_product_and_tote(tmp_path):
    place = Location(id="A-01-1", zone="Z1", walk=10, is_assumed=True)
    mug = product("15056bl", barcodes=(encode(Kind.PRODUCT, "0123456789"),), is_assumed=True)
    for name, made in (
        ("shelves", labels.shelf_labels([place])),
        ("products", labels.product_labels([mug])),
        ("totes", labels.tote_labels(["T-001"])),
    ):
        findings = labels.print_labels(made, name, "100x50mm", tmp_path / "new" / f"{name}.pdf")
        assert findings == []
    read = {}
    for path in (tmp_path / "new").glob("*.pdf"):
        page = pypdfium2.PdfDocument(path)[0]
        read[path.stem] = {each.text for each in zxingcpp.read_barcodes(page.render(scale=203 / 72).to_pil())}
    assert read == {
        "shelves": {encode(Kind.LOCATION, "A-01-1")},
        "products": {encode(Kind.PRODUCT, "0123456789")},
        "totes": {encode(Kind.TOTE, "T-001")},
    }
    (label,) = labels.shelf_labels([place])
    assert label.check_digits == check_digits("A-01-1")


def test_one_label_that_cannot_be_drawn_does_not_stop_the_others(tmp_path):
    products = [
        product("A", barcodes=(encode(Kind.PRODUCT, "1"),)),
        Product(id="HOME/B", owner="HOME", sku="B", description="花瓶 🪴", barcodes=(encode(Kind.PRODUCT, "2"),)),
    ]
    made = labels.product_labels(products)
    findings = labels.print_labels(made, "products", "a4", tmp_path / "p.pdf")
    assert [(each.subject, each.fate) for each in findings] == [("B", Fate.REJECTED)]
    assert "no label could be printed" in findings[0].reason
    assert (tmp_path / "p.pdf").stat().st_size > 0


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Refusal, match="cannot write there"):
        labels.print_labels(labels.tote_labels(["T-001"]), "totes", "a4", tmp_path / "file" / "t.pdf")
