"""Our own barcodes: what is written is read, what is damaged is said to be."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import barcodes
from orders.barcodes import BarcodeError, Kind

bodies = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=30).filter(barcodes.is_body)


@given(st.sampled_from(Kind), bodies)
def test_what_is_encoded_decodes_to_itself(kind: Kind, body: str) -> None:
    assert barcodes.decode(barcodes.encode(kind, body)) == barcodes.OwnBarcode(kind, body)


@given(st.sampled_from(Kind), bodies, st.data())
def test_one_wrong_letter_is_noticed(kind: Kind, body: str, data: st.DataObject) -> None:
    text = barcodes.encode(kind, body)
    place = data.draw(st.integers(4, len(text) - 1))
    if text[place] == "-":
        return
    other = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789").filter(lambda s: s != text[place]))
    with pytest.raises(BarcodeError):
        barcodes.decode(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("text", ["", "F", "9501101530003", "FH", "FHX-ABC1", "SKU-FHL-1", "FHLA-01"])
def test_what_is_not_ours_is_left_alone(text: str) -> None:
    assert barcodes.decode(text) is None


@pytest.mark.parametrize("body", ["", "-", "a-01", "A 01", "Ä", "A_1"])
def test_a_body_outside_the_alphabet_is_refused(body: str) -> None:
    with pytest.raises(BarcodeError, match="A-Z, 0-9"):
        barcodes.encode(Kind.LOCATION, body)


def test_a_swapped_y_and_z_of_a_german_keyboard_is_noticed() -> None:
    text = barcodes.encode(Kind.TOTE, "YARD-7")
    with pytest.raises(BarcodeError):
        barcodes.decode(text.replace("Y", "Z"))


def test_check_digits_tell_neighbouring_shelves_apart() -> None:
    codes = [f"A-{bay:02d}-{level}" for bay in range(1, 12) for level in (1, 2, 3)]
    neighbours = itertools.pairwise(codes)
    assert all(barcodes.check_digits(one) != barcodes.check_digits(two) for one, two in neighbours)
