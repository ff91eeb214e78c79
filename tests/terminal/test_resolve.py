"""What a read means on a small floor: the site's own numbers first, then GS1's, in whatever symbol they come."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orders.identifiers import sscc
from orders.records import Parcel
from scanners.parse import parse
from scanners.profile import ScannerProfile
from terminal import wording
from terminal.workflows.resolve import resolve_entry, resolve_scan
from terminal.workflows.steps import AnItem, AnOrder, AParcel, Damaged, Meaning, Unknown
from tests.floors import PRODUCTS, floor_of, line, order, product

PROFILE = ScannerProfile("test", kind="wedge")
FLOOR = floor_of(
    *PRODUCTS,
    product("CUP", "00042100005264"),
    product("TIN", "00000096385074"),
    product("90010001"),
    product("96385074"),
    order(line(1, "LAMP", 1), number="20260009"),
)


def meaning(frame: str) -> Meaning:
    return resolve_scan(parse(frame, PROFILE, "test", 0.0), FLOOR)


@pytest.mark.parametrize(
    "frame",
    [
        "]E05012345678900",
        "5012345678900",
        "]I105012345678900",
        "]C00501234567890" + "0",
        "]C10105012345678900" + "10LOT",
        "]d20105012345678900" + "21S",
        "]Q3010501234567890017261231",
        "]e00105012345678900",
        "]J10105012345678900",
        "]E05012345678900|]e0" + "10LOT",
        "]Q1https://id.gs1.org/01/05012345678900/10/LOT",
        "https://shop.example/01/05012345678900",
    ],
)
def test_one_product_is_the_same_in_every_symbol(frame: str) -> None:
    assert meaning(frame) == AnItem(PRODUCTS[0])


@pytest.mark.parametrize(
    ("frame", "sku"),
    [("04252614", "CUP"), ("042100005264", "CUP"), ("]E00042100005264", "CUP"), ("]E496385074", "96385074")],
)
def test_short_numbers_find_their_14_digits_unless_they_are_a_sku(frame: str, sku: str) -> None:
    found = meaning(frame)
    assert isinstance(found, AnItem)
    assert found.product.sku == sku


def test_own_numbers_come_before_gtins_even_where_they_are_none() -> None:
    own = meaning("90010001")
    assert isinstance(own, AnItem)
    assert own.product.sku == "90010001"
    assert isinstance(meaning("20260009"), AnOrder)


@pytest.mark.parametrize(
    "frame",
    ["5012345678901", "]E05012345678901", "]C10105012345678901", "]C10105012345678900" + "17260230", "]E020260009"],
)
def test_what_cannot_be_believed_is_damaged_and_says_so(frame: str) -> None:
    found = meaning(frame)
    assert isinstance(found, Damaged)
    assert found.sentence.endswith(".")


def test_a_matrix_code_that_holds_nothing_is_told_as_that() -> None:
    assert meaning("]Q1") == meaning("]d1 ") == Damaged(wording.code_holds_nothing())


PARCEL = sscc("952000", 1)
CLASH = sscc("952000", 2)
STRANGE = sscc("952000", 3)
GS = "\x1d"
BARE = floor_of(
    *(Parcel(id=id, order="HOME/1", order_number="1", number=1, state="sealed", contents=()) for id in (PARCEL, CLASH)),
    order(line(1, "LAMP", 1), number=f"00{CLASH}"),
    order(line(1, "LAMP", 1), number=STRANGE),
)


def wedge(text: str, expected: str = "") -> Meaning:
    return resolve_scan(parse(text, PROFILE, "test", 0.0), BARE, expected)


def port(text: str, expected: str = "") -> Meaning:
    return resolve_scan(parse(text.encode(), ScannerProfile("port", port="/dev/x"), "test", 0.0), BARE, expected)


def slow_wedge(text: str, expected: str = "") -> Meaning:
    return resolve_entry(text, BARE, expected)


@pytest.mark.parametrize(
    ("reads", "spelled"),
    [
        *((reads, spelled) for reads in (wedge, port) for spelled in ("00{}", f"{GS}00{{}}")),
        *((slow_wedge, spelled) for spelled in ("00{}", "{}", "(00){}", "(00) {}")),
    ],
)
def test_the_label_of_a_parcel_here_is_that_parcel_without_an_aim_id_too(
    reads: Callable[..., Meaning], spelled: str
) -> None:
    assert reads(spelled.format(PARCEL)) == AParcel(PARCEL, BARE.parcel(PARCEL))


@pytest.mark.parametrize("reads", [wedge, port, slow_wedge])
def test_twenty_digits_are_guessed_to_be_no_strangers_parcel_and_what_is_known_here_comes_first(
    reads: Callable[..., Meaning],
) -> None:
    assert isinstance(reads(f"00{sscc('952000', 9)}"), Unknown)
    assert isinstance(reads(f"00{PARCEL[:-1]}{(int(PARCEL[-1]) + 1) % 10}"), Unknown)
    assert reads(f"00{CLASH}") == AnOrder(BARE.order(f"HOME/00{CLASH}"))
    assert reads(f"00{CLASH}", CLASH) == AParcel(CLASH, BARE.parcel(CLASH)), "at its bench it is what is waited for"
    assert reads(STRANGE) == AnOrder(BARE.order(f"HOME/{STRANGE}"))
    assert reads(STRANGE, STRANGE) == AParcel(STRANGE, None)
    assert reads(sscc("952000", 9)) == AParcel(sscc("952000", 9), None)


@pytest.mark.parametrize("number", ["№1005", "הזמנה-1005", "図1005"])
def test_the_squares_on_a_label_that_hold_a_number_in_any_letters_are_that_order(number: str) -> None:
    floor = floor_of(order(line(1, "LAMP", 1), number=number))
    for frame in (f"]Q1{number}", f"]Q2\\000026{number}", number):
        for came in (frame, frame.encode()):
            assert resolve_scan(parse(came, PROFILE, "test", 0.0), floor) == AnOrder(floor.order(f"HOME/{number}"))
    for damaged in (f"{number}x".encode(), f"]C0{number}".encode(), f"]Q1{number}".encode("utf-16"), b"]Q1\xe91005"):
        assert isinstance(resolve_scan(parse(damaged, PROFILE, "test", 0.0), floor), Damaged)


def test_a_pallet_is_its_sscc_and_an_unknown_thing_is_unknown() -> None:
    assert meaning("]C100095200000000000011") == AParcel("095200000000000011", None)
    assert isinstance(meaning("]E09506000134352"), Unknown)
    assert isinstance(meaning("]Q1https://shop.example/about"), Unknown)
    assert isinstance(meaning("]C110LOT7"), Unknown)
