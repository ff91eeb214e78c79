"""Keyboard layouts: what a computer makes of a scanner that types as on another country's keyboard."""

from __future__ import annotations

import itertools

import pytest

from terminal.scanner_test.layouts import LAYOUTS, typed

PRINTABLE = "".join(map(chr, range(33, 127)))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_scanner_and_computer_agreed_change_nothing(layout: str) -> None:
    assert typed(PRINTABLE, layout, layout) == PRINTABLE


@pytest.mark.parametrize(
    ("scanner", "host", "sent", "came"),
    [
        ("US", "German", "FHL-A/zy[]", "FHLßA-yzü+"),
        ("US", "French", "AQ-10m", "QA)&à,"),
        ("US", "UK", '@"#', '"@£'),
        ("US", "Spanish", "a-b/c:", "a'b-cÑ"),
        ("German", "US", "zy-", "yz/"),
        ("French", "US", "AZ10", "QW!)"),
        ("German", "Spanish", "@", ""),
    ],
)
def test_a_layout_moves_the_keys_that_it_is_known_to_move(scanner: str, host: str, sent: str, came: str) -> None:
    assert typed(sent, scanner, host) == came


def test_letters_that_no_layout_moves_come_through_all_of_them() -> None:
    for scanner, host in itertools.product(LAYOUTS, LAYOUTS):
        assert typed("FHBLKTxcvb", scanner, host) == "FHBLKTxcvb"
