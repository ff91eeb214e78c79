"""What is asked and told at sign-on and on a walk: tables of step + scan -> verdict, and whole walks."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from orders import barcodes
from orders.barcodes import Kind
from orders.events import (
    PickConfirmed,
    PickShorted,
    ShelfConfirmed,
    StopSkipped,
    ToteDropped,
    WorkerSignedOn,
)
from orders.records import Key, kind_of
from terminal import wording
from terminal.floor import Floor
from terminal.workflows import acts
from terminal.workflows.steps import (
    AskPin,
    AsksStore,
    Here,
    Menu,
    Picking,
    Refused,
    SignOn,
)
from tests.floors import BADGE, NOW, PRODUCTS, WORKER, floor_of, small_order, stop, task
from tests.terminal.operators import (
    DROP,
    LAMP,
    MUG,
    NEXT_SHELF,
    OTHER_SHELF,
    SHELF,
    TOTE,
    Operator,
    at_drop,
    at_item,
    at_number,
    at_shelf,
    command,
    picker,
)

# Sign-on


def test_a_badge_signs_on_at_once() -> None:
    operator = Operator(SignOn(), floor_of(), Here(now=NOW)).scan(BADGE)
    assert operator.events == (WorkerSignedOn(worker="W1", by="badge"),)
    assert operator.step == Menu()


def test_a_name_asks_for_its_pin_and_the_right_one_signs_on() -> None:
    operator = Operator(SignOn(), floor_of(), Here(now=NOW)).key(" ada ".strip())
    assert operator.step == AskPin("W1")
    assert operator.asked.takes == "secret"
    assert operator.key("1234").reason == "pin_wrong"
    assert operator.key("4711").events == (WorkerSignedOn(worker="W1", by="pin"),)


@pytest.mark.parametrize(
    ("scan", "reason"),
    [
        (barcodes.encode(Kind.BADGE, "W1-WRONG"), "badge_not_valid"),
        (barcodes.encode(Kind.BADGE, "W9-SECRET7"), "badge_unknown"),
        (SHELF, "sign_on_first"),
        (LAMP, "sign_on_first"),
    ],
)
def test_only_a_valid_badge_signs_on(scan: str, reason: str) -> None:
    assert Operator(SignOn(), floor_of(), Here(now=NOW)).scan(scan).reason == reason


def test_a_worker_who_left_cannot_sign_on() -> None:
    gone = floor_of(replace(WORKER, is_active=False))
    assert Operator(SignOn(), gone, Here(now=NOW)).scan(BADGE).reason == "badge_not_valid"


def test_a_device_that_knows_nobody_yet_sends_nobody_to_a_supervisor_first() -> None:
    new = Operator(SignOn(), Floor(), Here(now=NOW))
    assert new.scan(BADGE).last == Refused(wording.no_workers_yet(), "badge_unknown")
    assert new.key("ada").last == Refused(wording.no_workers_yet(), "name_unknown")


def test_a_locked_worker_is_refused_even_with_the_right_pin() -> None:
    here = Here(now=NOW, is_locked=lambda worker: worker == "W1")
    assert Operator(AskPin("W1"), floor_of(), here).key("4711").reason == "locked_out"


def test_the_menu_shows_what_ones_roles_allow_and_no_more() -> None:
    plain = Here(now=NOW, worker=replace(WORKER, roles=("picker",)))
    operator = Operator(Menu(), floor_of(), plain)
    assert [each.name for each in operator.asked.acts] == [acts.PICK, acts.QUEUE, acts.SIGN_OFF]
    assert operator.scan(command(acts.PACK)).reason == "not_your_role"
    assert operator.key("1").last == AsksStore("claim")


# Picking


def test_a_line_of_one_costs_a_shelf_and_an_item_and_no_key() -> None:
    order, _ = small_order()
    operator = Operator(Picking("P1"), floor_of(order, task(stop(1, "A-01-1", "LAMP", 1)))).scan(TOTE)
    operator.scan(SHELF).scan(LAMP)
    assert isinstance(operator.events[0], PickConfirmed)
    assert operator.keys == 0


def test_a_line_of_many_is_one_scan_and_a_number() -> None:
    operator = at_number()
    assert operator.asked.step == "pick_quantity"
    (picked,) = operator.key("5").events
    assert (picked.quantity, picked.tote, picked.is_keyed) == (5, "T-01", False)


def test_all_may_be_scanned_instead_of_keyed() -> None:
    (picked,) = at_number().scan(command(acts.ALL)).events
    assert picked.quantity == 5


def test_the_same_shelf_is_not_asked_for_twice() -> None:
    order, _ = small_order()
    walk = task(stop(1, "A-01-1", "LAMP", 1), stop(2, "A-01-1", "MUG", 1))
    operator = Operator(Picking("P1"), floor_of(order, walk)).scan(TOTE).scan(SHELF).scan(LAMP)
    assert operator.asked.step == "pick_item"
    assert isinstance(operator.scan(MUG).events[0], PickConfirmed)


def test_the_whole_walk_ends_at_a_drop_place() -> None:
    operator = at_drop()
    assert operator.asked.step == "pick_drop"
    assert operator.scan(SHELF).reason == "wrong_location"
    assert operator.scan(DROP).events == (ToteDropped(task="P1", order="HOME/1001", tote="T-01", place="DROP-1"),)
    assert operator.step == Menu()


@pytest.mark.parametrize(
    ("before", "scan", "reason"),
    [
        ((), LAMP, "tote_first"),
        ((TOTE,), LAMP, "shelf_first"),
        ((TOTE,), OTHER_SHELF, "wrong_location"),
        ((TOTE,), TOTE, "shelf_first"),
        ((TOTE, SHELF), MUG, "wrong_product"),
        ((TOTE, SHELF), "NEVER-SEEN", "wrong_product"),
        ((TOTE, SHELF), "]E05012345678901", "unreadable"),
        ((TOTE, SHELF), SHELF[:-1] + "?", "unreadable"),
        ((TOTE, SHELF), BADGE, "wrong_product"),
        ((TOTE, SHELF, LAMP), LAMP, "number_wanted"),
        ((TOTE, SHELF, LAMP), MUG, "wrong_product"),
    ],
)
def test_a_wrong_scan_is_refused_and_the_step_stays(before: tuple[str, ...], scan: str, reason: str) -> None:
    operator = picker()
    for each in before:
        operator.scan(each)
    step, prompt = operator.step, operator.asked
    assert operator.scan(scan).reason == reason
    assert (operator.step, operator.asked) == (step, prompt)


@pytest.mark.parametrize(("number", "reason"), [("6", "too_many"), ("99999", "too_many"), ("0", "too_many")])
def test_a_number_that_cannot_be_is_refused(number: str, reason: str) -> None:
    assert at_number().key(number).reason == reason


def test_a_tote_that_carries_another_order_is_refused() -> None:
    operator = picker()
    busy = replace(operator.floor.tote("T-01"), state="picking", order="HOME/9")
    operator.floor.confirm([(Key(kind_of(busy), busy.id), busy)], 2)
    assert operator.scan(TOTE).reason == "tote_in_use"


def test_short_is_two_keys_and_names_its_reason() -> None:
    operator = at_item()
    (shorted,) = operator.act(acts.SHORT_EMPTY).events
    assert (shorted.quantity, shorted.reason) == (5, "empty")
    assert operator.keys == 2
    assert operator.asked.location == "A-02-1"


def test_what_was_found_is_picked_before_the_rest_is_short() -> None:
    operator = at_number().key("3")
    assert operator.asked.quantity == "2 of 5"
    (shorted,) = operator.act(acts.SHORT_FEWER).events
    assert isinstance(shorted, PickShorted)
    assert shorted.quantity == 2


def test_a_shelf_is_not_called_empty_from_afar() -> None:
    operator = at_shelf()
    assert operator.scan(command(acts.SHORT_EMPTY)).reason == "shelf_first"
    assert isinstance(operator.act(acts.SHORT_UNREACHABLE).events[0], PickShorted)


def test_scanning_the_shelf_of_another_open_stop_goes_there() -> None:
    operator = at_shelf().scan(NEXT_SHELF)
    assert operator.events == (
        StopSkipped(task="P1", order="HOME/1001", stop=1),
        ShelfConfirmed(task="P1", order="HOME/1001", stop=2, location="A-02-1"),
    )
    assert operator.asked.item == "MUG"
    assert operator.scan(MUG).scan(SHELF).asked.item == "LAMP"


def test_the_last_stop_cannot_be_skipped() -> None:
    operator = at_shelf().act(acts.SKIP).scan(NEXT_SHELF).scan(MUG)
    assert operator.act(acts.SKIP).reason == "last_stop"


def test_an_unreadable_shelf_is_confirmed_by_its_check_digits() -> None:
    operator = at_shelf()
    wrong = "00" if barcodes.check_digits("A-01-1") != "00" else "01"
    assert operator.key(wrong).reason == "wrong_location"
    assert operator.key(barcodes.check_digits("A-01-1")).events == (
        ShelfConfirmed(task="P1", order="HOME/1001", stop=1, location="A-01-1"),
    )


def test_a_typed_sku_is_marked_as_keyed() -> None:
    (picked,) = at_item().key("LAMP").key("5").events
    assert picked.is_keyed


def test_a_walk_that_found_nothing_ends_with_the_tote() -> None:
    operator = at_item().act(acts.SHORT_EMPTY).scan(NEXT_SHELF).act(acts.SHORT_EMPTY)
    assert operator.asked.step == "pick_empty"
    (dropped,) = operator.scan(TOTE).events
    assert dropped.is_empty


def test_a_task_that_the_store_gave_to_another_is_said_to_be_gone() -> None:
    operator = picker()
    taken = replace(operator.floor.task("P1"), claimed_by="T2")
    operator.floor.confirm([(Key("task", "P1"), taken)], 2)
    assert operator.asked.step == "pick_lost"
    assert operator.scan(TOTE).reason == "task_not_yours"
    assert operator.act(acts.MENU).step == Menu()


def test_a_barcode_on_two_products_asks_for_the_sku() -> None:
    twin = replace(PRODUCTS[1], barcodes=("05012345678900",))
    operator = picker(twin).scan(TOTE).scan(SHELF).scan(LAMP)
    assert operator.reason == "wrong_product"
    assert "LAMP and MUG" in operator.last.sentence
