"""Products, locations, stock and customers: one row, one thing, whole or reported."""

from __future__ import annotations

import msgspec
import pytest

from orders.intake import NewCustomer, NewLocation, NewPack, NewProduct, NewStock
from server_stub.importing.columns import bind
from server_stub.importing.file_map import load_map
from server_stub.importing.findings import Fate
from server_stub.importing.master_rows import spool_masters
from server_stub.importing.source import examine
from server_stub.importing.spool import Spool

_TYPES = {"products": NewProduct, "locations": NewLocation, "stock": NewStock, "customers": NewCustomer}


@pytest.fixture
def read(tmp_path):
    """Reads a file of one kind: what was made, and the reasons by line and fate."""

    def read(kind, content, map_="floorhand"):
        path = tmp_path / "file.csv"
        path.write_text(content, encoding="utf-8")
        if "\n" in map_:
            (tmp_path / "own.toml").write_text(map_)
            map_ = str(tmp_path / "own.toml")
        source = examine(path)
        binding = bind(source, load_map(map_, kind))
        with Spool() as spool:
            rows = source.rows(binding.delimiter)
            next(rows)
            spool_masters(rows, binding, "HOME", spool)
            made = [msgspec.json.decode(thing.body, type=_TYPES[kind]) for thing in spool.things()]
            return made, {each.line: (each.fate, each.reason) for each in spool.findings()}

    return read


def test_a_product_has_a_description_barcodes_and_a_weight(read):
    made, findings = read(
        "products",
        "sku,description,barcode,weight_grams\n"
        "MUG-1,Enamel  mug,4006381333931 MUG-ALT,350\n"
        "JUG-1,Jug,,\n"
        "BAD-1,,4006381333931,1\n"
        "BAD-2,Bowl,4006381333932,heavy\n",
    )
    assert made == [
        NewProduct(
            owner="HOME", sku="MUG-1", description="Enamel mug", barcodes=("4006381333931", "MUG-ALT"), weight_grams=350
        ),
        NewProduct(owner="HOME", sku="JUG-1", description="Jug"),
    ]
    assert findings[4] == (Fate.REJECTED, "no description")
    assert findings[5] == (
        Fate.REJECTED,
        "barcode 4006381333932 is no GTIN: its length or check digit is wrong; weight 'heavy' is not a number",
    )


def test_a_row_that_says_the_same_again_is_told_and_one_that_contradicts_takes_both_out(read):
    made, findings = read("products", "sku,description\nA,Mug\nB,Jug\nA,Mug\nC,Bowl\nC,Dish\nC,Bowl\n")
    assert [each.sku for each in made] == ["A", "B"]
    assert findings == {
        4: (Fate.SKIPPED, "it says the same as line 2 about A"),
        5: (Fate.REJECTED, "it says something else than line 7 about C"),
        6: (Fate.REJECTED, "it says something else than line 5 about C"),
        7: (Fate.REJECTED, "it says something else than line 5 about C"),
    }


def test_weights_in_the_unit_of_the_map(read):
    map_ = (
        '[file]\nkind="products"\n[columns]\nsku="no"\ndescription="text"\nweight="kg"\n[products]\nweight_unit="kg"\n'
    )
    made, _ = read("products", "no,text,kg\nA,Mug,0.35\n", map_)
    assert made[0].weight_grams == 350


def test_locations_walk_in_the_order_of_the_file_where_it_does_not_say_otherwise(read):
    made, findings = read("locations", "code,aisle,use\na-01-1,A,\nA-01-2,A,Reserve\nDROP,,drop\nA_1,A,\nX,A,shop\n")
    assert [(each.code, each.walk, each.use) for each in made] == [
        ("A-01-1", 10, "pick"),
        ("A-01-2", 20, "reserve"),
        ("DROP", 30, "drop"),
    ]
    assert "holds A-Z, 0-9 and hyphens" in findings[5][1]
    assert "use 'shop' is none of pick, reserve, drop" in findings[6][1]


def test_a_walk_that_the_file_says_is_kept(read):
    made, findings = read("locations", "code,walk\nA,7\nB,x\n")
    assert [(each.code, each.walk) for each in made] == [("A", 7)]
    assert findings[3][1] == "walk 'x' is not a whole number"


def test_stock_with_a_key_is_goods_in_row_by_row_and_without_a_snapshot(read):
    made, findings = read(
        "stock",
        "sku,location,quantity,key\nA,a-1,5,DN-77\nB,a-2,6,DN-77\nC,a-3,0,\nD,a-4,-1,\nE,a-5,1.5,\n",
    )
    assert [(each.sku, each.location, each.quantity) for each in made] == [
        ("A", "A-1", 5),
        ("B", "A-2", 6),
        ("C", "A-3", 0),
    ]
    keys = [each.key for each in made]
    assert all(key.startswith("DN-77:") and len(key) <= 64 for key in keys[:2])
    assert len(set(keys)) == 3, "each row of a delivery note is counted on its own"
    assert keys[2] == ""
    assert findings[5][1] == "quantity -1 is negative, and nothing says that this is cancelled"
    assert "not whole" in findings[6][1]


def test_the_same_delivery_note_makes_the_same_keys(read):
    content = "sku,location,quantity,key\nA,A-1,5,DN-77\n"
    assert read("stock", content) == read("stock", content)


def test_equal_lines_of_one_delivery_are_as_many_wherever_they_stand_and_unequal_ones_are_told(read):
    header, box, tin = "sku,location,quantity,key\n", "A,A-1,5,DN-77\n", "B,A-2,1,DN-77\n"
    made, findings = read("stock", header + box + box + tin + box)
    assert ([each.quantity for each in made if each.sku == "A"], findings) == ([5, 5, 5], {})
    assert len({each.key for each in made}) == 4
    assert all(len(each.key) <= 64 for each in made)
    again, _ = read("stock", header + tin + box + box + box)
    assert {each.key: each.quantity for each in again} == {each.key: each.quantity for each in made}
    first, _ = read("stock", header + box)
    assert first[0].key == made[0].key, "a line more makes no other delivery of those that were there"
    none, findings = read("stock", header + box + "A,A-1,6,DN-77\n")
    assert none == []
    assert [fate for fate, _ in findings.values()] == [Fate.REJECTED] * 2
    assert "put them into one line, or under a key each" in findings[2][1]
    snapshot, findings = read("stock", header + "A,A-1,5,\n" * 2)
    assert (len(snapshot), findings[3][0]) == (1, Fate.SKIPPED), "a shelf holds what it holds"


def test_a_customer_whose_address_lacks_a_part_is_taken_and_one_in_no_country_is_told(read):
    header = "number,name,company,street,street2,postcode,city,region,country,phone\n"
    made, findings = read(
        "customers",
        header
        + "17850,Ada Byron,,12 Square,,SW1Y 4JH,London,,United Kingdom,\n"
        + "1,,Mills Ltd,Mill Lane,,,Bath,,GB,\n"
        + "2,Bob,,,,,Bath,,GB,\n"
        + "3,Bob,,Lane,,,Bath,,Atlantis,\n",
    )
    assert made[0].number == "17850"
    assert made[0].address.country_code == "GB"
    assert [each.address.name for each in made] == ["Ada Byron", "Mills Ltd", "Bob"]
    assert made[2].address.lines == ()
    assert list(findings) == [5]
    assert "country 'Atlantis' is not known" in findings[5][1]


def test_damaged_and_empty_rows_are_told(read):
    made, findings = read("products", "sku,description\nA,Mug\n,\nB\nC,Jug\n")
    assert [each.sku for each in made] == ["A", "C"]
    assert findings == {3: (Fate.SKIPPED, "an empty row"), 4: (Fate.REJECTED, "it has 1 of 2 cells")}


def test_a_products_packs_are_named_counted_and_have_barcodes_of_their_own(read):
    made, findings = read(
        "products",
        "sku,description,packs\n"
        "MUG-1,Mug,CASE=12=15012345678907; inner=4\n"
        "MUG-2,Mug,CASE=12=OLD-CASE CASE=12=NEW-CASE\n"
        "BAD-1,Mug,CASE\n"
        "BAD-2,Mug,CASE=1\n"
        "BAD-3,Mug,CASE=12=15012345678901\n"
        "BAD-4,Mug,CASE=12=A CASE=6=B\n",
    )
    assert [each.packs for each in made] == [
        (NewPack(name="CASE", quantity=12, barcodes=("15012345678907",)), NewPack(name="INNER", quantity=4)),
        (NewPack(name="CASE", quantity=12, barcodes=("OLD-CASE", "NEW-CASE")),),
    ]
    assert [findings[line][1].partition(":")[0] for line in (4, 5, 6, 7)] == [
        "pack 'CASE' is not written as CASE=12 or CASE=12=BARCODE, with 2 pieces or more",
        "pack 'CASE=1' is not written as CASE=12 or CASE=12=BARCODE, with 2 pieces or more",
        "barcode 15012345678901 is no GTIN",
        "pack CASE is there with 12 and with 6 pieces",
    ]


def test_a_column_that_is_spelt_nearly_as_one_that_the_file_lacks_is_named(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("sku,description,barcodes,colour\nMUG-1,Mug,4006381333931,red\n", encoding="utf-8")
    assert bind(examine(path), load_map("floorhand", "products")).notes == (
        "its column 'barcodes' is not read: 'barcode' was probably meant",
    )
    path.write_text("order,sku,description,quantity,ship_street\n1,MUG-1,Mug,1,1 Row\n", encoding="utf-8")
    assert bind(examine(path), load_map("floorhand", "orders")).notes == ()
