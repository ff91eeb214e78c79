"""A sealed parcel is opened again: by its own label, while the next tote is open, between totes and at the dock."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from orders import barcodes
from orders.barcodes import Kind
from orders.events import (
    ParcelLabelled,
    ParcelVoided,
)
from orders.identifiers import sscc
from orders.records import Key, Order, Tote, kind_of
from terminal.workflows import acts
from terminal.workflows.steps import (
    ACommand,
    Labelling,
    PackWait,
    Shipping,
)
from tests.floors import line, order
from tests.terminal.operators import (
    LAMP,
    MUG,
    SPARE_TOTE,
    SSCC,
    Operator,
    command,
    dock,
    sealed,
)

LABEL = f"]C100{SSCC}"
NEXT_TOTE = barcodes.encode(Kind.TOTE, "T-03")


def second_order() -> tuple[Order, Tote]:
    """Another order of one mug and two lamps, picked and waiting in T-03."""
    lines = (line(1, "LAMP", 2, picked=2), line(2, "MUG", 1, picked=1))
    return order(*lines, state="picked", number="2002"), Tote(id="T-03", state="waiting", order="HOME/2002")


def at_the_next_tote(*scans: str) -> Operator:
    """The first parcel is labelled; the next order's tote is open, with `scans` done."""
    operator = sealed().scan(LABEL)
    operator.floor.confirm([(Key(kind_of(each), each.id), each) for each in second_order()], 9)
    for scan in (NEXT_TOTE, *scans):
        operator.scan(scan)
    return operator


def standing(operator: Operator) -> Any:
    """Step and prompt, but for the parcel in hand."""
    return replace(operator.step, parcel=""), replace(operator.asked, details=(), acts=())


@pytest.mark.parametrize(
    "at",
    [
        lambda: at_the_next_tote(),
        lambda: at_the_next_tote(MUG),
        lambda: at_the_next_tote(MUG, LAMP),
        lambda: at_the_next_tote(MUG, LAMP, command(acts.ALL)),
        lambda: at_the_next_tote(MUG, LAMP, command(acts.ALL), command(acts.WEIGHT)),
        lambda: sealed().scan(LABEL),
    ],
    ids=["tote open", "one verified", "a number wanted", "to be sealed", "to be weighed", "between totes"],
)
def test_a_sealed_parcel_is_voided_by_its_label_and_an_empty_tote_and_the_open_tote_stands_as_it_stood(at: Any) -> None:
    operator = at()
    before, trail = standing(operator), operator.here.trail
    assert operator.scan(LABEL).reason == ""
    assert standing(operator) == before
    assert any(SSCC[-6:] in each for each in operator.asked.details)
    operator.act(acts.VOID)
    assert operator.scan(LAMP).reason == "tote_wanted"
    if before[0] != PackWait():
        assert operator.scan(NEXT_TOTE).reason == "tote_in_use"
    (voided,) = operator.scan(SPARE_TOTE).events
    assert isinstance(voided, ParcelVoided)
    assert standing(operator) == before and operator.step == before[0]
    assert operator.here.trail == tuple(each for each in trail if not isinstance(each, ParcelLabelled))
    assert operator.floor.manifest("ROYAL-24-20261120-1700").parcels == ()
    assert (operator.floor.parcel(SSCC).state, operator.floor.tote("T-02").order) == ("voided", "HOME/1001")
    # What was taken out is an open order again: its tote is scanned, and it is packed under another number.
    operator.here = replace(operator.here, next_sscc=lambda owner: sscc("952000", 2))
    operator.step = PackWait()
    operator.scan(SPARE_TOTE).scan(LAMP).key("5").scan(MUG).scan(command(acts.SEAL))
    assert operator.step == Labelling("HOME/1001", sscc("952000", 2))


def test_escape_keeps_the_parcel_and_its_place_in_hand() -> None:
    operator = at_the_next_tote(MUG).scan(LABEL)
    there = operator.step
    operator.act(acts.VOID)._take(ACommand(acts.NO))
    assert operator.step == there
    assert operator.act(acts.VOID).scan(command(acts.UNDO)).step == there
    assert operator.floor.parcel(SSCC).state == "labelled"
    operator.scan(LAMP).key("2")
    assert operator.asked.step == "pack_seal", "and the tote goes on without another word"
    assert acts.VOID not in [act.name for act in operator.asked.acts]


def test_which_parcel_is_voided_is_said_by_its_own_label_and_nothing_else() -> None:
    operator = at_the_next_tote()
    assert operator.scan(command(acts.VOID)).reason == "parcel_wanted"
    assert operator.scan("]C01001").reason == "item_first"
    assert operator.scan(command(acts.VOID)).reason == "parcel_wanted"
    ship = dock().key("1001")
    assert ship.step == Shipping("ROYAL-24-20261120-1700", SSCC)
    assert acts.VOID not in [act.name for act in ship.asked.acts]
    assert ship.scan(command(acts.VOID)).reason == "parcel_wanted"


def test_the_parcel_in_hand_is_the_one_whose_label_is_printed_again() -> None:
    (again,) = at_the_next_tote(MUG).scan(LABEL).act(acts.REPRINT).events
    assert (again.parcel, again.copy) == (SSCC, 2)


def test_at_the_dock_a_parcel_is_voided_off_its_open_manifest_never_off_a_closed_or_gone_one() -> None:
    operator = dock().scan(LABEL).act(acts.VOID)
    (voided,) = operator.scan(SPARE_TOTE).events
    assert isinstance(voided, ParcelVoided) and voided.manifest == "ROYAL-24-20261120-1700"
    assert operator.step == Shipping("ROYAL-24-20261120-1700")
    assert operator.asked.quantity == "0 PARCELS"

    closed = dock().scan(LABEL).act(acts.CLOSE).act(acts.YES).scan(LABEL)
    assert acts.VOID not in [act.name for act in closed.asked.acts]
    assert closed.scan(command(acts.VOID)).reason == "manifest_closed"
    closed.step = PackWait()
    assert closed.scan(LABEL).act(acts.VOID).reason == "manifest_closed"
    closed.step = Shipping()
    closed.scan(LABEL).act(acts.REOPEN).scan(LABEL).act(acts.VOID)
    assert isinstance(closed.scan(SPARE_TOTE).events[0], ParcelVoided)

    gone = dock().scan(LABEL).act(acts.CLOSE).act(acts.YES).act(acts.HAND_OVER).act(acts.YES)
    for gone.step in (Shipping(), PackWait(), at_the_next_tote().step):
        assert gone.scan(LABEL).reason in ("parcel_gone", "not_packing")


def test_a_parcel_voided_elsewhere_no_longer_keeps_the_packer_at_its_label() -> None:
    operator = sealed()
    waits = operator.step
    operator.act(acts.VOID).scan(SPARE_TOTE)
    operator.step = waits
    assert operator.scan(LABEL).step == PackWait()
    assert "Void label" in operator.last.sentence
