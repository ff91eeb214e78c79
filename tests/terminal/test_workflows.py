"""What the operator is asked and told: tables of step + scan -> verdict, and whole walks."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from orders import barcodes
from orders.barcodes import Kind
from orders.events import (
    ManifestHandedOver,
    ParcelLabelled,
    ParcelSealed,
    PickConfirmed,
    PickShorted,
    ShelfConfirmed,
    StopSkipped,
    ToteBound,
    ToteDropped,
    Weighed,
    WorkerSignedOn,
)
from orders.identifiers import sscc
from orders.records import Key, Record, kind_of
from scanners.parse import parse
from scanners.profile import ScannerProfile
from terminal.floor import Floor
from terminal.workflows import acts, desk, undo
from terminal.workflows.resolve import resolve_entry, resolve_scan
from terminal.workflows.steps import (
    Accepted,
    ACommand,
    AskHandover,
    AskPin,
    AsksStore,
    AWeight,
    Here,
    Labelling,
    Menu,
    NeedsAnswer,
    Outcome,
    Packing,
    PackWait,
    Picking,
    Refused,
    Shipping,
    SignOn,
    Step,
    Weighing,
)
from tests.floors import BADGE, NOW, OWNER, PRODUCTS, WORKER, floor_of, happen, small_order, stop, task

PROFILE = ScannerProfile("test", kind="wedge")
SHELF = barcodes.encode(Kind.LOCATION, "A-01-1")
NEXT_SHELF = barcodes.encode(Kind.LOCATION, "A-02-1")
OTHER_SHELF = barcodes.encode(Kind.LOCATION, "B-01-1")
DROP = barcodes.encode(Kind.LOCATION, "DROP-1")
TOTE = barcodes.encode(Kind.TOTE, "T-01")
LAMP = "]E05012345678900"
MUG = barcodes.encode(Kind.PRODUCT, "000002")
HOOK = "HOOK-EAN"
SSCC = sscc("952000", 1)
WEIGHED = Weighed(value="1.615", unit="kg", division="0.005", frame="\x0201.615\r")


def command(name: str) -> str:
    return barcodes.encode(Kind.COMMAND, name)


class Operator:
    """Scans and types against the workflows, folding what they accept, as the session would."""

    def __init__(self, step: Step, floor: Floor, here: Here | None = None) -> None:
        self.step, self.floor = step, floor
        self.here = here or Here(now=NOW, terminal="T1", station="BENCH-1", worker=WORKER, next_sscc=lambda owner: SSCC)
        self.last: Outcome | None = None
        self.keys = 0

    def scan(self, text: str) -> Operator:
        return self._take(resolve_scan(parse(text.encode(), PROFILE, "test", 0.0), self.floor))

    def key(self, text: str) -> Operator:
        self.keys += 1
        return self._take(resolve_entry(text, self.floor))

    def act(self, name: str) -> Operator:
        self.keys += 2
        assert name in [each.name for each in self.asked.acts], f"{name} is not on the list of {self.asked.step}"
        return self._take(ACommand(name))

    def weigh(self, grams: int) -> Operator:
        return self._take(AWeight(grams, WEIGHED))

    @property
    def asked(self) -> Any:
        return desk.prompt(self.step, self.floor, self.here)

    def _take(self, meaning: Any) -> Operator:
        self.last = desk.judge(self.step, meaning, self.floor, self.here)
        if isinstance(self.last, Accepted):
            happen(self.floor, *self.last.events)
            self.here = dataclasses.replace(self.here, trail=undo.trail_after(self.here.trail, self.last.events))
            self.step = self.last.step
        elif isinstance(self.last, NeedsAnswer):
            self.step = self.last.step
        return self

    @property
    def reason(self) -> str:
        return self.last.reason if isinstance(self.last, Refused) else ""

    @property
    def events(self) -> tuple[Any, ...]:
        assert isinstance(self.last, Accepted), self.last
        return self.last.events


def picker(*also: Record) -> Operator:
    order, walk = small_order()
    return Operator(Picking("P1"), floor_of(order, walk, *also))


def packer() -> Operator:
    operator = picker().scan(TOTE).scan(SHELF).scan(LAMP).key("5").scan(NEXT_SHELF).scan(MUG).scan(DROP)
    operator.step = PackWait()
    return operator


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
    operator = picker().scan(TOTE).scan(SHELF).scan(LAMP)
    assert operator.asked.step == "pick_quantity"
    (picked,) = operator.key("5").events
    assert (picked.quantity, picked.tote, picked.is_keyed) == (5, "T-01", False)


def test_all_may_be_scanned_instead_of_keyed() -> None:
    (picked,) = picker().scan(TOTE).scan(SHELF).scan(LAMP).scan(command(acts.ALL)).events
    assert picked.quantity == 5


def test_the_same_shelf_is_not_asked_for_twice() -> None:
    order, _ = small_order()
    walk = task(stop(1, "A-01-1", "LAMP", 1), stop(2, "A-01-1", "MUG", 1))
    operator = Operator(Picking("P1"), floor_of(order, walk)).scan(TOTE).scan(SHELF).scan(LAMP)
    assert operator.asked.step == "pick_item"
    assert isinstance(operator.scan(MUG).events[0], PickConfirmed)


def test_the_whole_walk_ends_at_a_drop_place() -> None:
    operator = picker().scan(TOTE).scan(SHELF).scan(LAMP).key("5").scan(NEXT_SHELF).scan(MUG)
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
    assert picker().scan(TOTE).scan(SHELF).scan(LAMP).key(number).reason == reason


def test_a_tote_that_carries_another_order_is_refused() -> None:
    operator = picker()
    busy = replace(operator.floor.tote("T-01"), state="picking", order="HOME/9")
    operator.floor.confirm([(Key(kind_of(busy), busy.id), busy)], 2)
    assert operator.scan(TOTE).reason == "tote_in_use"


def test_short_is_two_keys_and_names_its_reason() -> None:
    operator = picker().scan(TOTE).scan(SHELF)
    (shorted,) = operator.act(acts.SHORT_EMPTY).events
    assert (shorted.quantity, shorted.reason) == (5, "empty")
    assert operator.keys == 2
    assert operator.asked.location == "A-02-1"


def test_what_was_found_is_picked_before_the_rest_is_short() -> None:
    operator = picker().scan(TOTE).scan(SHELF).scan(LAMP).key("3")
    assert operator.asked.quantity == "2 of 5"
    (shorted,) = operator.act(acts.SHORT_FEWER).events
    assert isinstance(shorted, PickShorted)
    assert shorted.quantity == 2


def test_a_shelf_is_not_called_empty_from_afar() -> None:
    operator = picker().scan(TOTE)
    assert operator.scan(command(acts.SHORT_EMPTY)).reason == "shelf_first"
    assert isinstance(operator.act(acts.SHORT_UNREACHABLE).events[0], PickShorted)


def test_scanning_the_shelf_of_another_open_stop_goes_there() -> None:
    operator = picker().scan(TOTE).scan(NEXT_SHELF)
    assert operator.events == (
        StopSkipped(task="P1", order="HOME/1001", stop=1),
        ShelfConfirmed(task="P1", order="HOME/1001", stop=2, location="A-02-1"),
    )
    assert operator.asked.item == "MUG"
    assert operator.scan(MUG).scan(SHELF).asked.item == "LAMP"


def test_the_last_stop_cannot_be_skipped() -> None:
    operator = picker().scan(TOTE).act(acts.SKIP).scan(NEXT_SHELF).scan(MUG)
    assert operator.act(acts.SKIP).reason == "last_stop"


def test_an_unreadable_shelf_is_confirmed_by_its_check_digits() -> None:
    operator = picker().scan(TOTE)
    wrong = "00" if barcodes.check_digits("A-01-1") != "00" else "01"
    assert operator.key(wrong).reason == "wrong_location"
    assert operator.key(barcodes.check_digits("A-01-1")).events == (
        ShelfConfirmed(task="P1", order="HOME/1001", stop=1, location="A-01-1"),
    )


def test_a_typed_sku_is_marked_as_keyed() -> None:
    (picked,) = picker().scan(TOTE).scan(SHELF).key("LAMP").key("5").events
    assert picked.is_keyed


def test_a_walk_that_found_nothing_ends_with_the_tote() -> None:
    operator = picker().scan(TOTE).scan(SHELF).act(acts.SHORT_EMPTY).scan(NEXT_SHELF).act(acts.SHORT_EMPTY)
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


# Packing


def test_a_tote_is_opened_verified_sealed_and_its_label_read_back() -> None:
    operator = packer().scan(TOTE)
    assert operator.asked.step == "pack_item"
    operator.scan(LAMP).key("5").scan(MUG)
    assert operator.asked.step == "pack_seal"
    (sealed,) = operator.scan(command(acts.SEAL)).events
    assert isinstance(sealed, ParcelSealed)
    assert (sealed.parcel, sealed.weight_grams, sealed.number) == (SSCC, 6 * 250, 1)
    assert sealed.departs_at is not None
    assert [each.kind for each in operator.last.prints] == ["slip", "label"]
    (labelled,) = operator.scan(f"]C100{SSCC}").events
    assert labelled == ParcelLabelled(
        order="HOME/1001",
        parcel=SSCC,
        manifest="ROYAL-24-20261120-1700",
        carrier="ROYAL",
        service="24",
        departs_at=sealed.departs_at,
    )
    assert operator.step == PackWait()


def test_a_one_piece_order_is_tote_item_carton_and_label_and_no_key() -> None:
    order, _ = small_order()
    single = replace(order, lines=(replace(order.lines[2], number=1),))
    operator = Operator(Picking("P1"), floor_of(single, task(stop(1, "A-02-1", "MUG", 1))))
    operator.scan(TOTE).scan(NEXT_SHELF).scan(MUG).scan(DROP)
    operator.step = PackWait()
    operator.scan(TOTE).scan(MUG).scan(command(acts.SEAL)).scan(f"]C100{SSCC}")
    assert isinstance(operator.events[0], ParcelLabelled)
    assert operator.keys == 0


@pytest.mark.parametrize(
    ("before", "scan", "reason"),
    [
        ((), LAMP, "tote_first"),
        ((), barcodes.encode(Kind.TOTE, "T-02"), "tote_free"),
        ((TOTE,), HOOK, "not_in_order"),
        ((TOTE,), command(acts.SEAL), "item_first"),
        ((TOTE, MUG), MUG, "too_many"),
        ((TOTE, LAMP), SHELF, "number_wanted"),
        ((TOTE, MUG, LAMP, command(acts.ALL)), LAMP, "too_many"),
        ((TOTE, MUG, LAMP, command(acts.ALL)), SHELF, "seal_first"),
        ((TOTE, MUG, LAMP, command(acts.ALL), command(acts.SEAL)), TOTE, "label_first"),
        ((TOTE, MUG, LAMP, command(acts.ALL), command(acts.SEAL)), f"]C100{sscc('952000', 2)}", "other_label"),
    ],
)
def test_a_wrong_scan_at_the_bench_is_refused(before: tuple[str, ...], scan: str, reason: str) -> None:
    operator = packer()
    for each in before:
        operator.scan(each)
    step = operator.step
    assert operator.scan(scan).reason == reason
    assert operator.step == step


def ready_to_seal(**here: Any) -> Operator:
    operator = packer().scan(TOTE).scan(LAMP).key("5").scan(MUG)
    operator.here = Here(now=NOW, terminal="T1", worker=WORKER, **here)
    return operator


def test_without_an_sscc_nothing_is_sealed_and_the_screen_says_so() -> None:
    assert ready_to_seal(next_sscc=lambda owner: None).scan(command(acts.SEAL)).reason == "no_sscc"


def test_without_a_company_prefix_no_sscc_is_made_up() -> None:
    operator = ready_to_seal(next_sscc=lambda owner: SSCC)
    operator.floor.confirm([(Key("owner", "HOME"), replace(OWNER, company_prefix=None))], 3)
    assert operator.scan(command(acts.SEAL)).reason == "no_company_prefix"


def test_goods_without_a_weight_are_weighed() -> None:
    operator = ready_to_seal(next_sscc=lambda owner: SSCC)
    operator.floor.confirm([(Key("product", "HOME/LAMP"), replace(PRODUCTS[0], weight_grams=None))], 3)
    assert operator.scan(command(acts.SEAL)).step == Weighing("HOME/1001", "T-01")
    assert operator.key("0").reason == "weight_wanted"
    (sealed,) = operator.key("1430").events
    assert (sealed.weight_grams, sealed.is_weight_assumed) == (1430, False)


def at_the_scale() -> Operator:
    return ready_to_seal(next_sscc=lambda owner: SSCC, has_scale=True).scan(command(acts.SEAL))


def test_where_a_scale_stands_every_carton_is_weighed_and_no_weight_is_assumed() -> None:
    operator = at_the_scale()
    assert operator.step == Weighing("HOME/1001", "T-01", by_scale=True)
    assert operator.asked.takes == "weight"
    (sealed,) = operator.weigh(1615).events
    assert (sealed.weight_grams, sealed.is_weight_assumed, sealed.weighed) == (1615, False, WEIGHED)
    assert isinstance(operator.step, Labelling)


def test_the_packer_may_overrule_the_scale_at_any_moment() -> None:
    (sealed,) = at_the_scale().key("1600").events
    assert (sealed.weight_grams, sealed.weighed) == (1600, None)
    assert ready_to_seal(has_scale=True).act(acts.WEIGHT).step == Weighing("HOME/1001", "T-01")


def test_a_weight_changes_nothing_of_what_stands_in_the_way_of_a_parcel() -> None:
    operator = ready_to_seal(next_sscc=lambda owner: None, has_scale=True).scan(command(acts.SEAL))
    assert operator.weigh(1615).reason == "no_sscc"
    assert operator.scan(MUG).reason == "weight_wanted"


def test_the_order_number_on_the_label_reads_back_as_well() -> None:
    operator = ready_to_seal(next_sscc=lambda owner: SSCC).scan(command(acts.SEAL))
    assert isinstance(operator.scan("1001").events[0], ParcelLabelled)


def test_a_reprint_is_the_same_sscc_and_a_higher_copy() -> None:
    operator = ready_to_seal(next_sscc=lambda owner: SSCC).scan(command(acts.SEAL)).act(acts.REPRINT)
    (again,) = operator.events
    assert (again.parcel, again.copy) == (SSCC, 2)
    assert operator.act(acts.REPRINT).events[0].copy == 3


def test_a_void_asks_for_a_tote_and_puts_the_goods_back_into_it() -> None:
    operator = ready_to_seal(next_sscc=lambda owner: SSCC).scan(command(acts.SEAL)).act(acts.VOID)
    assert operator.scan(LAMP).reason == "tote_wanted"
    operator.scan(barcodes.encode(Kind.TOTE, "T-02"))
    assert operator.step == Packing("HOME/1001", "T-02")
    assert operator.asked.step == "pack_item"
    operator.step = PackWait()
    assert operator.scan(f"]C100{SSCC}").reason == "parcel_void"


# Shipping


def dock() -> Operator:
    operator = ready_to_seal(next_sscc=lambda owner: SSCC).scan(command(acts.SEAL)).scan(f"]C100{SSCC}")
    operator.step = Shipping()
    return operator


def test_a_manifest_is_closed_and_handed_over_each_with_a_question() -> None:
    operator = dock().scan(f"]C100{SSCC}")
    assert operator.asked.quantity == "1 PARCEL"
    operator.scan(command(acts.CLOSE)).scan(command(acts.YES))
    assert operator.asked.step == "ship_closed"
    operator.scan(command(acts.HAND_OVER))
    assert isinstance(operator.step, AskHandover)
    assert operator.scan(LAMP).reason == "answer_first"
    (gone,) = operator.scan(command(acts.YES)).events
    assert isinstance(gone, ManifestHandedOver)
    assert [each.parcel for each in gone.parcels] == [SSCC]
    assert operator.floor.order("HOME/1001").state == "shipped"


def test_a_digit_chooses_a_manifest() -> None:
    operator = dock()
    assert operator.key("7").reason == "manifest_first"
    assert operator.key("1").step == Shipping("ROYAL-24-20261120-1700")


def test_no_keeps_the_manifest_as_it_is() -> None:
    operator = dock().key("1").act(acts.CLOSE).act(acts.NO)
    assert operator.asked.step == "ship_open"
    assert operator.scan(command(acts.HAND_OVER)).reason == "manifest_not_closed"


def test_a_parcel_labelled_after_closing_goes_on_the_next_manifest() -> None:
    operator = dock().key("1").act(acts.CLOSE).act(acts.YES)
    from terminal.workflows.labelling import open_manifest

    assert open_manifest("ROYAL-24-20261120-1700", operator.floor) == "ROYAL-24-20261120-1700-2"


def test_a_parcel_without_a_read_back_may_not_leave() -> None:
    operator = ready_to_seal(next_sscc=lambda owner: SSCC).scan(command(acts.SEAL))
    operator.step = Shipping()
    assert operator.scan(f"]C100{SSCC}").reason == "not_labelled"


def test_a_break_after_sealing_is_made_good_by_scanning_the_label() -> None:
    operator = ready_to_seal(next_sscc=lambda owner: SSCC).scan(command(acts.SEAL))
    assert isinstance(operator.step, Labelling)
    operator.step = PackWait()
    assert isinstance(operator.scan(f"]C100{SSCC}").events[0], ParcelLabelled)


def test_the_tote_binds_when_it_is_scanned() -> None:
    assert picker().scan(TOTE).events == (ToteBound(task="P1", order="HOME/1001", tote="T-01"),)


def test_a_departure_that_passed_while_packing_is_the_next_days() -> None:
    operator = packer().scan(TOTE).scan(LAMP).key("5").scan(MUG)
    operator.here = Here(now=NOW + timedelta(hours=9), terminal="T1", worker=WORKER, next_sscc=lambda owner: SSCC)
    (sealed,) = operator.scan(command(acts.SEAL)).events
    assert sealed.departs_at.day == 23


def test_escape_backs_out_of_a_question_and_never_ends_a_walk_or_a_tote() -> None:
    walking = picker().scan(TOTE).scan(SHELF).scan(LAMP)
    walking._take(ACommand(acts.NO))
    assert walking.asked.step == "pick_item"
    walking._take(ACommand(acts.NO))
    assert walking.asked.step == "pick_item"
    packing = packer().scan(TOTE).scan(LAMP)
    packing._take(ACommand(acts.NO))
    packing._take(ACommand(acts.NO))
    assert packing.asked.step == "pack_item"
