"""GS1 keys: check digits as GS1 publishes them, SSCCs that fit, blocks that know their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.identifiers import (
    IdentifierError,
    SsccBlock,
    check_digit,
    checked_prefix,
    gtin14,
    has_valid_check_digit,
    is_sscc,
    sscc,
)


@pytest.mark.parametrize("key", ["9506000134352", "10614141543219", "106141412345678908", "96385074", "614141000036"])
def test_published_keys_have_right_check_digits(key: str) -> None:
    assert has_valid_check_digit(key)
    assert check_digit(key[:-1]) == key[-1]


@given(st.integers(0, 9), st.text("0123456789", min_size=3, max_size=12), st.data())
def test_every_serial_that_fits_makes_an_sscc_of_18_digits(extension: int, prefix: str, data: st.DataObject) -> None:
    serial = data.draw(st.integers(0, 10 ** (16 - len(prefix)) - 1))
    code = sscc(prefix, serial, extension)
    assert is_sscc(code)
    assert code.startswith(f"{extension}{prefix}")


def test_a_serial_too_long_for_its_prefix_is_refused() -> None:
    with pytest.raises(IdentifierError, match="leaves 6 digits"):
        sscc("9520001234", 1_000_000)


@pytest.mark.parametrize("prefix", ["", "95", "12345678901234", "95a"])
def test_a_prefix_that_is_none_is_refused(prefix: str) -> None:
    with pytest.raises(IdentifierError, match="3 to 12 digits"):
        checked_prefix(prefix)


def test_a_gtin_of_any_length_becomes_fourteen_digits() -> None:
    assert gtin14("96385074") == "00000096385074"
    assert gtin14("9506000134352") == "09506000134352"
    assert gtin14("9506000134353") is None
    assert gtin14("12345") is None


def test_a_block_knows_its_own_numbers() -> None:
    block = SsccBlock(owner="HOME", prefix="952", extension=0, first=100, last=149)
    assert block.holds(block.number(100))
    assert block.holds(block.number(149))
    assert not block.holds(sscc("952", 150))
    assert not block.holds(sscc("952", 120, extension=1))
    with pytest.raises(IdentifierError, match="outside the leased block"):
        block.number(150)
