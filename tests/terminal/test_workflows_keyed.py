"""Items whose label cannot be read: keyed in the ways a device allows, marked as keyed, and given a new label."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from orders.barcodes import check_digits
from orders.events import ProductLabelPrinted
from terminal.workflows import acts, keyed
from terminal.workflows.steps import ItemLabel
from tests.terminal.operators import (
    LAMP,
    MUG,
    NEXT_SHELF,
    TOTE,
    Operator,
    at_item,
    command,
    packer,
)

CHECK = check_digits("A-01-1")


def keying(*ways: str, prints: bool = False) -> Operator:
    operator = at_item()
    operator.here = replace(operator.here, keyed=ways, prints=frozenset({"product"} if prints else ()))
    return operator


@pytest.mark.parametrize("typed", [f"8900{CHECK}", f"8900 {CHECK}", f"5678900-{CHECK}", f"5012345678900{CHECK}"])
def test_the_last_digits_of_its_code_and_the_shelfs_check_digits_stand_for_an_item(typed: str) -> None:
    (picked,) = keying(*keyed.WAYS).key(typed).key("5").events
    assert (picked.quantity, picked.is_keyed) == (5, True)


@pytest.mark.parametrize(
    ("ways", "typed", "reason"),
    [
        (keyed.WAYS, f"8900{'00' if CHECK != '00' else '01'}", "wrong_location"),
        (keyed.WAYS, f"8901{CHECK}", "wrong_product"),
        (keyed.WAYS, f"900{CHECK}", "wrong_product"),
        ((keyed.SKU,), f"8900{CHECK}", "keying_not_allowed"),
        ((keyed.DIGITS,), "LAMP", "keying_not_allowed"),
        ((keyed.DIGITS,), "5012345678900", "keying_not_allowed"),
        ((), "LAMP", "keying_not_allowed"),
    ],
)
def test_what_proves_too_little_or_is_not_allowed_here_is_refused(
    ways: tuple[str, ...], typed: str, reason: str
) -> None:
    operator = keying(*ways)
    assert operator.key(typed).reason == reason
    assert operator.asked.step == "pick_item"


def test_where_nothing_may_be_keyed_a_scan_is_as_good_as_ever() -> None:
    (picked,) = keying().scan(LAMP).key("5").events
    assert not picked.is_keyed


def test_an_item_keyed_at_the_bench_is_marked_too() -> None:
    operator = packer().scan(TOTE).key("lamp".upper()).key("5")
    assert operator.events[0].is_keyed
    assert ", keyed" in operator.last.sentence  # type: ignore[union-attr]
    assert not operator.scan(MUG).events[0].is_keyed
    strict = packer().scan(TOTE)
    strict.here = replace(strict.here, keyed=())
    assert strict.key("LAMP").reason == "keying_not_allowed"


def test_a_new_label_is_offered_right_after_an_item_was_keyed() -> None:
    operator = keying(*keyed.WAYS, prints=True).key("LAMP").key("5")
    assert operator.last.sentence == "Picked 5 x LAMP, keyed. Arrow, 7: new label"  # type: ignore[union-attr]
    operator.act(acts.ITEM_LABEL)
    assert operator.events == (ProductLabelPrinted(product="HOME/LAMP"),)
    assert operator.last.prints == (ItemLabel("HOME/LAMP"),)  # type: ignore[union-attr]
    assert (operator.asked.step, operator.asked.location) == ("pick_shelf", "A-02-1")
    operator.scan(NEXT_SHELF).scan(MUG)
    assert acts.ITEM_LABEL not in [act.name for act in operator.asked.acts]


def test_no_label_is_offered_where_no_printer_takes_it_or_nothing_was_keyed() -> None:
    operator = keying(*keyed.WAYS).key("LAMP").key("5")
    assert acts.ITEM_LABEL not in [act.name for act in operator.asked.acts]
    assert operator.scan(command(acts.ITEM_LABEL)).reason == "no_printer"
    scanned = keying(prints=True).scan(LAMP).key("5")
    assert scanned.scan(command(acts.ITEM_LABEL)).reason == "nothing_keyed"
