"""Imports with a token of role integration, of one owner too; and what is taken only in parts, later, or not at all."""

from __future__ import annotations

import sys
from contextlib import contextmanager

import msgspec
import pytest

from orders import wire
from orders.intake import Intake, NewLine, NewLocation, NewOrder, NewProduct, Receipts
from orders.records import Location, Order, Product
from server_stub import client
from server_stub.floor_setup import Done, NewToken, OwnerSet, TokenGiven
from server_stub.importing.delivery import LARGEST_THING_BYTES, Delivery
from server_stub.importing.importer import Asked, Import
from server_stub.importing.patience import LONGEST_PAUSE_SECONDS, PAUSES_SECONDS, StoreAway, StoreBusy, patiently
from server_stub.importing.progress import Progress
from server_stub.importing.refusal import Refusal, TooLarge
from server_stub.importing.store_access import open_store

MAP = """
[file]
kind = "orders"
[columns]
order = "No"
sku = "SKU"
description = "Text"
quantity = "Qty"
ship_name = "Name"
ship_street = "Street"
ship_city = "City"
ship_postcode = "Postcode"
ship_country = "Country"
[products]
from_orders = true
"""
HEADER = "No,SKU,Text,Qty,Name,Street,City,Postcode,Country\n"
ORDER = "1,MUG,Mug,2,Ada,1 Road,London,E1 6AN,GB\n"


class Caller:
    """Somebody with a token of role integration, who imports files."""

    def __init__(self, store, files, capsys) -> None:
        self._store, self._files, self._capsys = store, files, capsys

    def run(self, kind, content, *, owner="HOME", lay_out=False, labels=None):
        file = self._files / f"{kind}.csv"
        file.write_text(content, encoding="utf-8")
        (self._files / "own.toml").write_text(MAP)
        map_name = str(self._files / "own.toml") if kind == "orders" else "floorhand"
        asked = Asked(kind=kind, file=file, map_name=map_name, owner=owner, is_laid_out=lay_out, labels=labels)
        self._capsys.readouterr()
        code = Import(asked, sys.stdout, Progress()).run(self._store)
        return code, self._capsys.readouterr().out


@pytest.fixture
def caller(warehouse, capsys):
    """Opens the store with a token of role integration, bound to one owner where one is named."""

    @contextmanager
    def caller(owner=""):
        asked = NewToken(label="SHOP", role="integration", owner=owner)
        with warehouse.opened() as store:
            store._ask("PUT", "/v1/owners", Done, OwnerSet(id="ACME", name="Acme"))
            store.intake(Intake(locations=(NewLocation(code="A-01-1"),)))
            token = store._ask("POST", "/v1/tokens", TokenGiven, asked).token
        with open_store(client.Address(warehouse.place, token=token)) as store:
            yield Caller(store, warehouse.files, capsys)

    return caller


def test_the_role_integration_is_enough_for_every_kind_of_file(warehouse, caller):
    with caller() as shop:
        assert shop.run("locations", "code,aisle,side,bay,level,zone,walk,use\nB-1,,,,,,,\n")[0] == 0
        assert shop.run("products", "sku,description,barcode,weight_grams\nMUG,Mug,,300\n")[0] == 0
        assert shop.run("stock", "sku,location,quantity,key\nMUG,A-01-1,9,DN-1\n")[0] == 0
        assert (
            shop.run("customers", "number,name,street,city,postcode,country\n7,Ada,1 Road,London,E1 6AN,GB\n")[0] == 0
        )
        assert shop.run("orders", HEADER + ORDER)[0] == 0
    assert {order.state for order in warehouse.all(Order).values()} == {"allocated"}


def test_a_lay_out_leaves_out_the_totes_that_this_role_may_not_make_and_says_who_may(warehouse, caller, tmp_path):
    with caller() as shop:
        code, out = shop.run("orders", HEADER + ORDER, lay_out=True, labels=tmp_path / "labels")
    assert code == 1
    assert "24 totes were not made" in out
    assert "a token of role supervisor or admin" in out
    assert "floorhand store add-totes 24" in out
    assert {order.state for order in warehouse.all(Order).values()} == {"allocated"}, "all the rest was done"
    assert (tmp_path / "labels" / "orders-products.pdf").exists()


def test_one_owners_token_brings_its_own_goods_and_is_told_in_words_of_what_is_not_its_own(warehouse, caller):
    with caller("ACME") as acme:
        code, out = acme.run("products", "sku,description,barcode,weight_grams\nMUG,Mug,,300\n", owner="HOME")
        assert (code, "expected goods of ACME; came: goods of HOME: send what is of your own" in out) == (1, True)
        assert acme.run("orders", HEADER + ORDER, owner="ACME")[0] == 0
        code, out = acme.run("orders", HEADER + ORDER, owner="ACME", lay_out=True)
        assert (code, "let a supervisor run the same with --lay-out" in out) == (1, True)
        assert "orders: 1 unchanged" in out
        code, out = acme.run("locations", "code,aisle,side,bay,level,zone,walk,use\nB-1,,,,,,,\n")
        assert (code, "a place is the building's, and this token one owner's" in out) == (1, True)
    with warehouse.opened() as store:
        assert {each.id for each in store.records(Location)} == {"A-01-1", "DROP-1"}
        assert {each.id for each in store.records(Product)} == {"ACME/MUG"}


def heavy(lines):
    return "".join(f"9,H{n},{'€' * 2000},1,Ada,1 Road,London,E1 6AN,GB\n" for n in range(lines))


def test_an_order_too_large_for_one_request_is_named_and_the_others_go_in(warehouse, tmp_path):
    rows = "".join(f"8,S{n},Mug,1,Ada,1 Road,London,E1 6AN,GB\n" for n in range(5001))
    (tmp_path / "own.toml").write_text(MAP)
    words = ("--report", str(tmp_path / "report.csv"))
    content = HEADER + rows + heavy(720) + ORDER
    ran = warehouse.run("orders", content, *words, map_=str(tmp_path / "own.toml"))
    assert ran.code == 1, ran.err
    report = (tmp_path / "report.csv").read_text()
    assert '2,rejected,8,"the order has 5001 lines, and 5000 is the most: split it into several' in report
    assert f"{LARGEST_THING_BYTES} is the most that one request carries: shorten its texts, or split it" in report
    assert "order 9 is not imported because of line 5003" in report
    with warehouse.opened() as store:
        assert {each.id for each in store.records(Order)} == {"HOME/1"}
        assert {each.id for each in store.records(Product)} == {"HOME/MUG"}, "no goods of an order that is not there"


class Proxy:
    """Stands before a real store, and lets only so much through, or asks for time."""

    def __init__(self, store, most_bytes, busy=()):
        self.store, self.most_bytes, self.busy = store, most_bytes, list(busy)

    def intake(self, batch) -> Receipts:
        if self.busy:
            raise self.busy.pop(0)
        if len(msgspec.json.encode(batch)) > self.most_bytes:
            raise TooLarge("a proxy before the store takes no request of that size: 413")
        return self.store.intake(batch)


def test_what_a_proxy_lets_through_only_in_parts_goes_in_parts_and_what_in_none_is_named(warehouse):
    told = []
    things = [(n, NewProduct(owner="HOME", sku=f"S{n}", description="x" * 2000)) for n in range(30)]
    things[7] = (7, NewProduct(owner="HOME", sku="S7", description="y", barcodes=tuple(map(str, range(9000)))))
    with warehouse.opened() as store:
        delivery = Delivery(Proxy(store, 10_000), told.extend)
        delivery.send("products", things)
    assert delivery.outcomes == {("products", "created"): 29, ("products", "refused"): 1}
    assert [(each.line, each.subject) for each in told] == [(7, "S7")]
    assert "a proxy before the store takes no request of that size: 413: shorten its texts" in told[0].reason


def test_what_no_request_can_carry_is_not_sent_at_all(warehouse):
    lines = tuple(NewLine(number=n, sku=f"S{n}", description="€" * 2000, quantity=1) for n in range(1, 800))
    told = []
    with warehouse.opened() as store:
        delivery = Delivery(store, told.extend)
        delivery.send("orders", [(1, NewOrder(owner="HOME", number="1", lines=lines))])
    assert [each.subject for each in told] == ["1"]
    assert "bytes long" in told[0].reason


def test_a_thing_of_the_largest_size_fits_into_a_request():
    assert LARGEST_THING_BYTES + len(b'{"cancellations":[]}') <= wire.MAX_BODY_BYTES


def test_a_store_that_asks_for_time_gets_it_and_the_import_goes_on(warehouse):
    pauses = []
    with warehouse.opened() as store:
        busy = [StoreBusy("too many", 7.0), StoreAway("starting", 3.0), StoreAway("away")]
        delivery = Delivery(Proxy(store, 10**6, busy), lambda _: None, pauses.append)
        delivery.send("products", [(1, NewProduct(owner="HOME", sku="A", description="A"))])
    assert pauses == [7.0, 3.0, PAUSES_SECONDS[2]]
    assert delivery.outcomes == {("products", "created"): 1}


def test_a_store_that_wants_more_time_than_anybody_waits_is_told_at_once():
    def ask():
        raise StoreBusy("the store asks for time", LONGEST_PAUSE_SECONDS + 1)

    with pytest.raises(Refusal, match=r"the store asks for time\. What was sent is kept"):
        patiently(ask, lambda _: pytest.fail("nobody waits so long"))
