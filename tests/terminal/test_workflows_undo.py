"""Command cards on every screen, undo above all: what each command is at each step, and what it is refused with."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from orders import barcodes
from orders.barcodes import Kind
from orders.events import (
    DropUndone,
    LabelReprinted,
    ManifestReopened,
    ParcelLabelled,
    ParcelSealed,
    PickConfirmed,
    PickShorted,
    PickUndone,
    ReadBackUndone,
    ShortUndone,
    SkipUndone,
    StopSkipped,
    ToteUnbound,
    VerificationUndone,
    WorkerSignedOff,
)
from orders.records import Key, Tote
from terminal.workflows import acts, undo
from terminal.workflows.steps import (
    AskClose,
    AsksStore,
    AskVoid,
    Here,
    Labelling,
    Menu,
    PackWait,
    Picking,
    Shipping,
    SignOn,
)
from tests.floors import NOW, WORKER, floor_of, small_order, stop, task
from tests.terminal.operators import (
    DROP,
    LAMP,
    MUG,
    NEXT_SHELF,
    SHELF,
    SSCC,
    TOTE,
    Operator,
    at_drop,
    at_item,
    at_next_shelf,
    at_number,
    at_shelf,
    command,
    dock,
    dropped,
    packer,
    picker,
    ready_to_seal,
    sealed,
)

UNDO, CONFIRM, NEXT, SHORT = (command(name) for name in (acts.UNDO, acts.CONFIRM, acts.NEXT, acts.SHORT))


def replace_here(operator: Operator, **changes: Any) -> Here:
    return replace(operator.here, **changes)


def offered(operator: Operator) -> list[tuple[int, str]]:
    return [(act.digit, act.name) for act in operator.asked.acts]


# Undo


def test_the_last_pick_is_taken_back_and_asked_again() -> None:
    operator = at_next_shelf()
    assert (8, acts.UNDO) in offered(operator)
    (undone,) = operator.scan(UNDO).events
    assert undone == PickUndone(
        task="P1", order="HOME/1001", stop=1, location="A-01-1", product="HOME/LAMP", quantity=5, tote="T-01"
    )
    assert "put 5 x LAMP back on A-01-1" in operator.last.sentence  # type: ignore[union-attr]
    assert (operator.asked.step, operator.asked.location, operator.asked.quantity) == ("pick_item", "A-01-1", "5")
    assert operator.scan(LAMP).key("4").scan(command(acts.SHORT_FEWER)).scan(NEXT_SHELF).scan(MUG).scan(DROP).events


def test_the_list_of_acts_undoes_as_the_card_does() -> None:
    operator = at_next_shelf().act(acts.UNDO)
    assert isinstance(operator.events[0], PickUndone)


def test_the_last_pick_of_a_walk_is_taken_back_before_the_drop() -> None:
    operator = at_drop()
    assert operator.asked.step == "pick_drop"
    operator.scan(UNDO)
    assert (operator.asked.step, operator.asked.item) == ("pick_item", "MUG")
    operator.scan(UNDO)
    assert (operator.asked.item, operator.asked.quantity) == ("LAMP", "5")


def test_a_tote_that_was_taken_by_mistake_is_set_down_and_another_is_taken() -> None:
    operator = picker(Tote(id="T-02")).scan(TOTE)
    assert (8, acts.UNDO) in offered(operator)
    assert operator.scan(UNDO).events == (ToteUnbound(task="P1", order="HOME/1001", tote="T-01"),)
    assert operator.asked.step == "pick_tote"
    states = [operator.floor.task("P1").state, operator.floor.order("HOME/1001").state]
    assert (states, operator.floor.tote("T-01")) == (["claimed", "released"], Tote(id="T-01"))
    assert operator.scan(UNDO).reason == "nothing_to_undo"
    operator.scan(barcodes.encode(Kind.TOTE, "T-02")).scan(SHELF).scan(LAMP).key("5").scan(NEXT_SHELF).scan(MUG)
    assert operator.scan(DROP).events[0].tote == "T-02"


def test_a_tote_is_set_down_at_the_shelf_too_but_not_once_it_holds_something() -> None:
    assert isinstance(at_item().scan(UNDO).events[0], ToteUnbound)
    operator = at_next_shelf()
    operator.here = replace_here(operator, trail=operator.here.trail[:1])
    assert operator.scan(UNDO).reason == "tote_in_use"


def test_a_tote_at_the_wrong_drop_place_is_taken_up_again_until_a_bench_has_it() -> None:
    operator = dropped()
    assert operator.step == Menu()
    assert (8, acts.UNDO) in offered(operator)
    assert "8 Undo the last act" in operator.asked.details
    (undone,) = operator.key("8").events
    assert undone == DropUndone(task="P1", order="HOME/1001", tote="T-01", place="DROP-1")
    assert "take tote T-01 from DROP-1" in operator.last.sentence  # type: ignore[union-attr]
    assert (operator.asked.step, operator.asked.tote) == ("pick_drop", "T-01")
    assert operator.floor.tote("T-01").state == "picking"
    operator.scan(UNDO)
    assert (operator.asked.step, operator.asked.item) == ("pick_item", "MUG")
    operator.scan(MUG).scan(DROP)
    at_bench = Operator(PackWait(), operator.floor).scan(TOTE)
    assert at_bench.asked.step == "pack_item"
    assert operator.scan(UNDO).reason == "not_waiting"


def test_a_tote_that_stayed_empty_is_free_for_others_at_once() -> None:
    operator = at_item().scan(SHORT).scan(NEXT_SHELF).scan(SHORT).scan(TOTE)
    assert operator.step == Menu()
    assert operator.scan(UNDO).reason == "nothing_to_undo"


@pytest.mark.parametrize("shorted", [command(acts.SHORT_EMPTY), SHORT])
def test_a_short_is_taken_back(shorted: str) -> None:
    operator = at_item().scan(shorted)
    assert isinstance(operator.events[0], PickShorted)
    (undone,) = operator.scan(UNDO).events
    assert undone == ShortUndone(
        task="P1", order="HOME/1001", stop=1, location="A-01-1", product="HOME/LAMP", quantity=5
    )
    assert (operator.asked.location, operator.asked.quantity) == ("A-01-1", "5")


def test_a_skip_is_taken_back() -> None:
    operator = at_shelf().act(acts.SKIP)
    assert operator.asked.location == "A-02-1"
    assert operator.scan(UNDO).events == (SkipUndone(task="P1", order="HOME/1001", stop=1),)
    assert operator.asked.location == "A-01-1"


def test_going_to_another_shelf_does_not_stand_before_the_pick_that_was_done_last() -> None:
    walk = task(stop(1, "A-01-1", "LAMP", 5), stop(2, "B-01-1", "HOOK", 1), stop(3, "A-02-1", "MUG", 1))
    operator = Operator(Picking("P1"), floor_of(small_order()[0], walk)).scan(TOTE).scan(SHELF).scan(LAMP).key("5")
    assert isinstance(operator.scan(NEXT_SHELF).events[0], StopSkipped)
    assert isinstance(operator.scan(UNDO).events[0], PickUndone)
    assert operator.asked.location == "A-01-1"


def test_undo_at_a_question_backs_out_of_it() -> None:
    operator = at_number()
    assert operator.asked.step == "pick_quantity"
    assert operator.scan(UNDO).asked.step == "pick_item"
    bench = packer().scan(TOTE).scan(LAMP)
    assert bench.asked.step == "pack_quantity"
    assert bench.scan(UNDO).asked.step == "pack_item"


def test_a_pick_of_a_walk_that_another_has_now_is_too_late_to_undo() -> None:
    operator = at_next_shelf()
    taken, order = replace(operator.floor.task("P1"), claimed_by="T2"), operator.floor.order("HOME/1001")
    for number in range(1, 9):
        operator.floor.settle(number, 2)
    operator.floor.confirm([(Key("task", "P1"), taken), (Key("order", order.id), order)], 2)
    assert operator.scan(UNDO).reason == "task_not_yours"


def test_the_last_verified_item_is_taken_out_and_scanned_again() -> None:
    operator = packer().scan(TOTE).scan(LAMP).key("5").scan(MUG)
    assert operator.asked.step == "pack_seal"
    (undone,) = operator.scan(UNDO).events
    assert undone == VerificationUndone(order="HOME/1001", tote="T-01", product="HOME/MUG", quantity=1)
    assert operator.asked.quantity == "1 LEFT"
    assert operator.scan(UNDO).asked.quantity == "6 LEFT"
    assert operator.scan(UNDO).reason == "nothing_to_undo"


def test_the_last_read_back_is_taken_back_until_the_next_tote() -> None:
    operator = sealed().scan(f"]C100{SSCC}")
    assert isinstance(operator.events[0], ParcelLabelled)
    (undone,) = operator.scan(UNDO).events
    assert undone == ReadBackUndone(order="HOME/1001", parcel=SSCC, manifest="ROYAL-24-20261120-1700")
    assert operator.step == Labelling("HOME/1001", SSCC)
    assert isinstance(operator.scan(f"]C100{SSCC}").events[0], ParcelLabelled)


def test_undoing_a_sealed_parcel_asks_as_a_void_does() -> None:
    operator = sealed().scan(UNDO)
    assert operator.step == AskVoid("HOME/1001", SSCC)


def test_a_closed_manifest_is_opened_again_and_a_handover_is_final() -> None:
    operator = dock().key("1").act(acts.CLOSE).act(acts.YES).scan(UNDO)
    assert isinstance(operator.events[0], ManifestReopened)
    operator.act(acts.CLOSE).act(acts.YES).act(acts.HAND_OVER).act(acts.YES)
    assert operator.scan(UNDO).reason == "nothing_to_undo"


def test_only_the_last_few_acts_are_remembered_and_none_beyond_the_walk() -> None:
    picks = [
        PickConfirmed(task="P1", order="HOME/1001", stop=n, location="A", product="HOME/LAMP", quantity=1, tote="T-01")
        for n in range(9)
    ]
    trail: Any = ()
    for pick in picks:
        trail = undo.trail_after(trail, (pick,))
    assert trail == tuple(picks[-undo.LONGEST_TRAIL :])
    assert undo.trail_after(trail, (WorkerSignedOff(worker="W1"),)) == ()


# The other commands


def test_confirm_is_all_seal_or_yes_and_nothing_where_none_of_them_is_offered() -> None:
    operator = at_item()
    assert operator.scan(CONFIRM).reason == "nothing_to_confirm"
    (picked,) = operator.scan(LAMP).scan(CONFIRM).events
    assert picked.quantity == 5
    bench = ready_to_seal(next_sscc=lambda owner: SSCC)
    assert isinstance(bench.scan(CONFIRM).events[0], ParcelSealed)
    assert bench.scan(CONFIRM).reason == "nothing_to_confirm"
    ship = dock().key("1")
    assert ship.scan(CONFIRM).reason == "nothing_to_confirm", "a double read must not close and answer yes"
    assert ship.scan(command(acts.CLOSE)).step == AskClose("ROYAL-24-20261120-1700")
    assert ship.scan(CONFIRM).asked.step == "ship_closed"


@pytest.mark.parametrize(
    ("before", "reason"), [((), "unreachable"), ((SHELF,), "empty"), ((SHELF, LAMP, "3"), "fewer")]
)
def test_a_plain_short_names_the_reason_that_can_be_seen(before: tuple[str, ...], reason: str) -> None:
    operator = at_shelf()
    for each in before:
        operator.key(each) if each.isdecimal() else operator.scan(each)
    (shorted,) = operator.scan(SHORT).events
    assert shorted.reason == reason


def test_next_is_the_walk_the_next_stop_the_next_tote_and_the_next_manifest() -> None:
    assert Operator(Menu(), floor_of()).scan(NEXT).last == AsksStore("claim")
    only_packs = Here(now=NOW, worker=replace(WORKER, roles=("packer",)))
    assert Operator(Menu(), floor_of(), only_packs).scan(NEXT).step == PackWait()
    assert isinstance(at_shelf().scan(NEXT).events[0], StopSkipped)
    assert packer().scan(TOTE).scan(NEXT).step == PackWait()
    assert dock().scan(NEXT).step == Shipping("ROYAL-24-20261120-1700")
    assert sealed().scan(NEXT).reason == "label_first"


def test_a_worker_signs_off_from_anywhere_but_between_a_label_and_its_parcel() -> None:
    for operator in (at_shelf(), packer(), packer().scan(TOTE), dock(), Operator(Menu(), floor_of())):
        operator.here = Here(now=NOW, terminal="T1", worker=WORKER)
        assert operator.scan(command(acts.SIGN_OFF)).events == (WorkerSignedOff(worker="W1"),)
        assert operator.step == SignOn()
    operator = sealed()
    assert operator.scan(command(acts.SIGN_OFF)).reason == "label_first"
    assert operator.step == Labelling("HOME/1001", SSCC)


def test_the_label_read_back_last_is_printed_again_between_two_parcels() -> None:
    operator = sealed().scan(f"]C100{SSCC}")
    (again,) = operator.scan(command(acts.REPRINT)).events
    assert again == LabelReprinted(order="HOME/1001", parcel=SSCC, copy=2, reason="asked")
    assert operator.step == PackWait()
    assert packer().scan(command(acts.REPRINT)).reason == "nothing_to_reprint"


def sealed_parcel() -> Operator:
    return sealed()


def test_a_label_is_printed_again_at_every_screen_where_one_exists() -> None:
    again = LabelReprinted(order="HOME/1001", parcel=SSCC, copy=2, reason="asked")
    asked = sealed_parcel().scan(command(acts.VOID))
    assert asked.step == AskVoid("HOME/1001", SSCC)
    assert asked.scan(command(acts.REPRINT)).events == (again,)
    assert asked.step == Labelling("HOME/1001", SSCC)
    ship = dock()
    assert ship.scan(command(acts.REPRINT)).reason == "nothing_to_reprint"
    assert "type its order number" in ship.last.sentence  # type: ignore[union-attr]
    assert ship.key("1001").asked.details[0] == f"Parcel {SSCC[-6:]} in hand"
    assert ship.act(acts.REPRINT).events == (again,)
    assert ship.act(acts.CLOSE).act(acts.YES).scan(f"]C100{SSCC}").scan(command(acts.REPRINT)).events
    ship.scan(command(acts.HAND_OVER)).scan(command(acts.YES))
    assert ship.scan(f"]C100{SSCC}").reason == "parcel_gone"
    assert ready_to_seal().scan(command(acts.REPRINT)).reason == "nothing_to_reprint"


def test_an_order_without_one_parcel_is_no_parcel() -> None:
    ship = packer()
    ship.step = Shipping()
    assert ship.key("1001").reason == "which_parcel"
