"""Cases and inner packs: a scanned case counts what it holds, an over-pick is refused in words, 27 is 2 CASE + 3."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from orders.identifiers import base_gtin, check_digit
from orders.records import Pack, Parcel
from scanners.parse import parse
from scanners.profile import ScannerProfile
from scanners.scan import ADMITTABLE
from terminal.workflows import packs
from terminal.workflows.resolve import resolve_scan
from terminal.workflows.steps import AnItem, AParcel, Damaged, PackWait, Picking
from tests.floors import PRODUCTS, floor_of, line, order, stop, task
from tests.terminal.operators import DROP, LAMP, SHELF, SSCC, TOTE, Operator

_BODY = "1501234567890"
CASE = _BODY + check_digit(_BODY)
INNER = "INNER-LAMP"
LAMPS = replace(
    PRODUCTS[0],
    packs=(Pack(name="INNER", quantity=4, barcodes=(INNER,)), Pack(name="CASE", quantity=12, barcodes=(CASE,))),
)


def picker_of(quantity: int) -> Operator:
    wanted = order(line(1, "LAMP", quantity, allocated=quantity))
    floor = floor_of(LAMPS, wanted, task(stop(1, "A-01-1", "LAMP", quantity)))
    return Operator(Picking("P1"), floor).scan(TOTE).scan(SHELF)


@pytest.mark.parametrize(
    ("quantity", "shown"),
    [(27, "2 CASE + 3"), (12, "1 CASE"), (31, "2 CASE + 1 INNER + 3"), (3, "3"), (4, "1 INNER"), (0, "0")],
)
def test_pieces_are_shown_in_the_packs_they_fill(quantity: int, shown: str) -> None:
    assert packs.split(quantity, LAMPS) == shown
    assert packs.split(quantity, PRODUCTS[1]) == packs.split(quantity, None) == str(quantity)


def test_a_walk_shows_its_packs_and_what_they_hold() -> None:
    asked = picker_of(27).asked
    assert asked.quantity == "2 CASE + 3"
    assert asked.details[:2] == ("CASE = 12", "INNER = 4")
    assert picker_of(3).asked.quantity == "3"


@pytest.mark.parametrize("code", [CASE, f"]C101{CASE}", f"]I1{CASE}"])
def test_a_scanned_case_counts_what_it_holds(code: str) -> None:
    operator = picker_of(27)
    (picked,) = operator.scan(code).events
    assert (picked.quantity, picked.is_keyed) == (12, False)
    assert operator.last.sentence == "1 CASE = 12 x LAMP"  # type: ignore[union-attr]
    assert operator.asked.quantity == "1 CASE + 3"
    assert operator.scan(LAMP).scan(code).events[0].quantity == 12, "also where its number is asked"
    assert operator.asked.quantity == "3 of 27"
    assert operator.scan(LAMP).key("3").events[0].quantity == 3


@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [
        (5, "A case holds 12, 5 are wanted: take single pieces"),
        (1, "A case holds 12, 1 is wanted: take a single piece"),
    ],
)
def test_a_case_that_holds_more_than_is_wanted_is_refused_in_words(quantity: int, sentence: str) -> None:
    operator = picker_of(quantity)
    assert operator.scan(CASE).reason == "too_many"
    assert operator.last.sentence == sentence  # type: ignore[union-attr]
    assert operator.asked.step == "pick_item"


@pytest.mark.parametrize("typed", ["2 CASE", "2C", "2 case"])
def test_cases_may_be_typed_where_a_number_is_asked(typed: str) -> None:
    operator = picker_of(27).scan(LAMP)
    assert operator.key(typed).events[0].quantity == 24
    assert operator.scan(LAMP).key("2C").reason == "too_many"
    assert operator.key("0C").reason == "too_many"
    assert operator.key("2X").reason == "number_wanted"


def test_a_pack_nobody_counted_is_never_guessed() -> None:
    plain = floor_of(order(line(1, "LAMP", 30, allocated=30)), task(stop(1, "A-01-1", "LAMP", 30)))
    operator = Operator(Picking("P1"), plain).scan(TOTE).scan(SHELF)
    assert base_gtin(CASE) == "05012345678900"
    assert operator.scan(CASE).reason == "unreadable"
    assert "nobody said how many it holds" in operator.last.sentence  # type: ignore[union-attr]


def test_the_bench_counts_cases_too_and_refuses_one_too_many() -> None:
    operator = picker_of(27).scan(CASE).scan(CASE).scan(LAMP).key("3").scan(DROP)
    operator.step = PackWait()
    operator.scan(TOTE)
    assert operator.asked.details == ("2 CASE + 3 x LAMP",)
    assert operator.scan(CASE).events[0].quantity == 12
    assert operator.scan(LAMP).asked.quantity == "1 CASE + 3"
    assert operator.scan(CASE).events[0].quantity == 12
    assert operator.scan(INNER).reason == "too_many"
    assert operator.last.sentence == "An inner holds 4, 3 are wanted: take single pieces"  # type: ignore[union-attr]
    assert operator.scan(LAMP).key("3").asked.step == "pack_seal"


UNIT = "]C100" + "106141412345678908"
PIECE = "02" + "05012345678900"


@pytest.mark.parametrize(
    ("label", "quantity", "said"),
    [
        (f"{UNIT}{PIECE}3712", 12, "1 CASE = 12 x LAMP"),
        (f"{UNIT}{PIECE}378", 8, "1 FULL UNIT = 8 x LAMP"),
        (f"{UNIT}02{CASE}372", 24, "1 FULL UNIT = 24 x LAMP"),
    ],
)
def test_the_label_of_a_logistic_unit_counts_its_content(label: str, quantity: int, said: str) -> None:
    operator = picker_of(27)
    (picked,) = operator.scan(label).events
    assert (picked.quantity, picked.is_keyed) == (quantity, False)
    assert operator.last.sentence == said  # type: ignore[union-attr]
    at_number = picker_of(27).scan(LAMP)
    assert at_number.scan(label).events[0].quantity == quantity
    assert picker_of(5).scan(label).reason == "too_many"


def test_a_logistic_unit_of_one_is_an_item() -> None:
    assert picker_of(27).scan(f"{UNIT}{PIECE}371").asked.step == "pick_quantity"


@pytest.mark.parametrize(
    ("read", "says"),
    [
        (f"]C1{PIECE}3712", "(37) has to come with (00)"),
        ("]C101050123456789003712", "(01) and (37) must not stand in one barcode"),
        (f"{UNIT}3712", "(37) has to come with (02)"),
        (f"{UNIT}{PIECE}370", "does not say how many it holds"),
        (f"{UNIT}02095060001343523712", "that is a parcel label"),
        ("]C101050123456789003006", "says 6 of a variable measure"),
    ],
)
def test_a_count_that_cannot_be_used_is_refused_and_never_guessed(read: str, says: str) -> None:
    operator = picker_of(27).scan(read)
    assert operator.asked.step == "pick_item"
    assert operator.reason == ("wrong_product" if "parcel" in says else "unreadable")
    assert says in operator.last.sentence  # type: ignore[union-attr]


def test_where_a_site_lives_without_the_sscc_the_content_still_counts_and_a_bare_count_never_does() -> None:
    operator = picker_of(27)
    for text, meaning in ((f"]C1{PIECE}3712", AnItem), ("]C101050123456789003712", Damaged), ("]C1" + PIECE, Damaged)):
        read = parse(text, ScannerProfile("k", kind="wedge"), "k", 0.0, admits=ADMITTABLE)
        assert isinstance(resolve_scan(read, operator.floor), meaning), text


def test_a_parcel_of_our_own_stays_a_parcel_whatever_its_label_counts() -> None:
    parcel = Parcel(id=SSCC, order="HOME/1001", order_number="1001", number=1, state="sealed", contents=())
    read = parse(f"]C100{SSCC}{PIECE}3712", ScannerProfile("k", kind="wedge"), "k", 0.0)
    assert resolve_scan(read, floor_of(LAMPS, parcel)) == AParcel(SSCC, parcel)
