"""A map with a mistake says which file, which key, and what to do."""

from __future__ import annotations

import pytest

from server_stub.importing.file_map import KINDS, load_map, shipped_names
from server_stub.importing.refusal import Refusal

GOOD = """
[file]
kind = "orders"
[columns]
order = "No"
sku = ["SKU", "Code"]
quantity = "Qty"
"""


@pytest.fixture
def load(tmp_path):
    def load(text, kind="orders"):
        path = tmp_path / "own.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_map(str(path), kind)

    return load


def test_every_map_that_floorhand_brings_is_right():
    for kind in KINDS:
        assert "floorhand" in shipped_names(kind)
        for name in shipped_names(kind):
            assert load_map(name, kind).file.kind == kind
    assert {"retail", "shopify"} <= set(shipped_names("orders"))


def test_a_good_map_is_read(load):
    found = load(GOOD)
    assert found.headers("sku") == ("SKU", "Code")
    assert found.needed == ("order", "sku", "quantity")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + "[dates]\nformat = 'x'\n", "unknown key dates.format: did you mean formats?"),
        (GOOD + "[nonsense]\n", "unknown key nonsense: it may hold"),
        (GOOD + "origin = 'x'\n", "key columns.origin"),
        ("origin = 'x'\n" + GOOD, "unknown key origin"),
        (GOOD + "skuu = 'x'\n", "key columns.skuu: a file of orders has no such field: did you mean sku?"),
        (GOOD.replace('quantity = "Qty"', ""), "key columns.quantity is missing"),
        (GOOD.replace('"Qty"', '""'), "key columns.quantity: expected the name of a column"),
        (GOOD.replace('"Qty"', "7"), "key columns"),
        (GOOD.replace('kind = "orders"', 'kind = "order"'), "key file.kind: invalid enum value"),
        (GOOD.replace('kind = "orders"', ""), "file"),
        (GOOD + "[dates]\ntime_zone = 'Mars/Olympus'\n", "key dates.time_zone: expected an IANA name"),
        (GOOD.replace("[columns]", "encoding = 'klingon'\n[columns]"), "no encoding is called 'klingon'"),
        (GOOD.replace("[columns]", "delimiter = ';;'\n[columns]"), "key file.delimiter"),
        (GOOD + "[money]\ndecimal = ','\nthousands = ','\n", "is the decimal sign already"),
        (GOOD + "[[rules]]\nof='order'\ncolumn='A'\nthen='skip'\nreason='x'\n", "give one test"),
        (GOOD + "[[rules]]\nof='order'\ncolumn='A'\nthen='skip'\nreason='x'\nfiled=true\n", "did you mean filled?"),
        (GOOD + "[rows]\nrequired = ['colour']\n", "key rows.required.colour"),
        (GOOD + "[rows]\nrequired = ['price']\n", "key columns.price is missing"),
        (GOOD + "[values.size]\nL = 'l'\n", "key values.size"),
        (GOOD + "[lay_out]\nweight_grams = 0\n", "key lay_out.weight_grams"),
        ("[file\n", "not TOML"),
        (b"[file]\nkind = '\xff'\n", "a map is UTF-8 text"),
    ],
)
def test_a_mistake_names_the_file_the_key_and_the_remedy(load, text, says):
    with pytest.raises(Refusal) as caught:
        load(text)
    assert "own.toml" in str(caught.value)
    assert says in str(caught.value)


def test_rules_are_for_orders_only(load):
    text = "[file]\nkind='customers'\n[columns]\nnumber='n'\nname='a'\nstreet='s'\ncity='c'\ncountry='k'\n"
    assert load(text, "customers").needed == ("number", "name", "street", "city", "country")
    with pytest.raises(Refusal, match="only a map for orders has rules"):
        load(text + "[[rules]]\nof='order'\ncolumn='A'\nthen='skip'\nreason='x'\nfilled=true\n", "customers")


def test_a_map_for_another_kind_of_file_says_which_command_it_is_for(load):
    with pytest.raises(Refusal, match="this map reads orders; say `import orders`"):
        load(GOOD, "stock")


def test_an_unknown_name_lists_the_maps_that_there_are():
    with pytest.raises(Refusal, match="there is: floorhand, retail, shopify"):
        load_map("amazon", "orders")
