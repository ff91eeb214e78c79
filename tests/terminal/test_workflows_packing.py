"""What is asked and told at the bench and at the dock: tables of step + scan -> verdict, and whole parcels."""

from __future__ import annotations

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
    ToteBound,
)
from orders.identifiers import sscc
from orders.records import Key, Record
from terminal.workflows import acts
from terminal.workflows.steps import (
    Accepted,
    ACommand,
    AskHandover,
    Labelling,
    Menu,
    Packing,
    PackWait,
    Picking,
    Refused,
    Shipping,
    Step,
    Weighing,
)
from tests.floors import ADDRESS, NOW, OWNER, PRODUCTS, SITE, floor_of, small_order, stop, task
from tests.terminal.operators import (
    DROP,
    HOOK,
    LAMP,
    MUG,
    NEXT_SHELF,
    SHELF,
    SPARE_TOTE,
    SSCC,
    TOTE,
    WEIGHED,
    Operator,
    at_number,
    at_shelf,
    command,
    dock,
    packer,
    ready_to_seal,
    sealed,
)

LABEL = f"]C100{SSCC}"

# The bench


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
    mixed, _ = small_order()
    single = replace(mixed, lines=(replace(mixed.lines[2], number=1),))
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


def test_without_an_sscc_nothing_is_sealed_and_the_screen_says_so() -> None:
    assert ready_to_seal(next_sscc=lambda owner: None).scan(command(acts.SEAL)).reason == "no_sscc"


NO_TOWN = replace(SITE.sender, city="", country_code="")
NO_STREET = replace(ADDRESS, lines=())
# What a label lacks: the record as it stands then, the reason, what the sentence names, and what it must not blame.
LACKING = [
    ((Key("site", SITE.id), replace(SITE, sender=NO_TOWN)), "sender_missing", "no town, no country", "customer"),
    (
        (Key("address", ADDRESS.id), NO_STREET),
        "address_missing",
        "customer's address is not complete (no street)",
        "site",
    ),
    (
        (Key("address", ADDRESS.id), replace(ADDRESS, postcode="", lacks=("postcode, as GB has one",))),
        "address_missing",
        "customer's address is not complete (no postcode, as GB has one)",
        "site",
    ),
    ((Key("owner", "HOME"), replace(OWNER, company_prefix=None)), "no_company_prefix", OWNER.name, "address"),
]


@pytest.mark.parametrize(
    ("record", "reason", "names", "blames_not"), LACKING, ids=["sender", "street", "postcode", "prefix"]
)
def test_what_a_label_lacks_is_said_by_name_when_the_tote_is_opened_and_at_the_seal(
    record: tuple[Key, Record], reason: str, names: str, blames_not: str
) -> None:
    early = packer()
    early.floor.confirm([record], 3)
    early.scan(TOTE)
    opened = early.last
    assert isinstance(opened, Accepted)
    assert (opened.is_note, opened.sentence.startswith("Order 1001. "), names in opened.sentence) == (True, True, True)
    assert early.asked.step == "pack_item", "the work goes on: somebody may set it meanwhile"
    operator = ready_to_seal(next_sscc=lambda owner: SSCC)
    operator.floor.confirm([record], 3)
    assert operator.scan(command(acts.SEAL)).reason == reason
    said = operator.last
    assert isinstance(said, Refused)
    assert (names in said.sentence, blames_not in said.sentence) == (True, False)


def test_an_order_without_a_carrier_is_sealed_and_says_that_nobody_takes_it() -> None:
    operator = ready_to_seal(next_sscc=lambda owner: SSCC)
    order = operator.floor.order("HOME/1001")
    assert order is not None
    operator.floor.confirm([(Key("order", order.id), replace(order, carrier="", service=""))], 3)
    assert "No carrier named" in operator.asked.details
    operator.scan(command(acts.SEAL)).scan(f"]C100{SSCC}")
    assert isinstance(operator.last, Accepted)
    assert operator.last.sentence == "Label right. It goes with NONE-OPEN: no carrier named"


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


@pytest.mark.parametrize("reads", [Operator.key, Operator.scan, lambda operator, number: operator.scan(f"]C0{number}")])
def test_the_order_number_stands_on_slip_and_void_labels_too_and_reads_nothing_back(reads: Any) -> None:
    operator = sealed()
    reads(operator, "1001")
    assert operator.reason == "label_alone"
    assert isinstance(operator.step, Labelling)
    assert SSCC[-6:] in operator.last.sentence


@pytest.mark.parametrize("number", [f"]C100{SSCC}", f"00{SSCC}", f"\x1d00{SSCC}", f"]Q1https://id.gs1.org/00/{SSCC}"])
def test_what_stands_on_that_label_alone_reads_it_back(number: str) -> None:
    assert isinstance(sealed().scan(number).events[0], ParcelLabelled)


def test_without_aim_ids_a_label_is_read_back_and_opens_its_manifest_at_the_dock() -> None:
    operator = sealed().scan(f"00{SSCC}")
    assert isinstance(operator.events[0], ParcelLabelled)
    operator.step = Shipping()
    assert operator.scan(f"00{SSCC}").step == Shipping("ROYAL-24-20261120-1700", SSCC, is_read=True)
    broken = sealed()
    broken.step = PackWait()
    assert isinstance(broken.scan(f"00{SSCC}").events[0], ParcelLabelled)
    assert sealed().scan(f"00{sscc('952000', 2)}").reason == "label_first", "whose it is, nobody guesses"


def test_an_order_that_is_called_like_the_label_does_not_keep_it_from_counting() -> None:
    operator = sealed()
    plain, _ = small_order()
    twin = replace(plain, id=f"HOME/00{SSCC}", number=f"00{SSCC}")
    operator.floor.confirm([(Key("order", twin.id), twin)], 9)
    assert isinstance(operator.scan(f"00{SSCC}").events[0], ParcelLabelled)


def test_an_sscc_keyed_from_a_label_that_no_scanner_reads_counts() -> None:
    assert isinstance(sealed().key(SSCC).events[0], ParcelLabelled)


def test_a_void_label_is_to_be_taken_off_wherever_it_is_scanned() -> None:
    operator = sealed().act(acts.VOID).scan(SPARE_TOTE)
    voided, carton = f"]C100{SSCC}", sscc("952000", 2)
    operator.here = replace(operator.here, next_sscc=lambda owner: carton)
    steps: tuple[Step, ...] = (operator.step, PackWait(), Shipping(), Menu(), Weighing("HOME/1001", "T-02"))
    for operator.step in steps:
        assert operator.scan(voided).reason == "parcel_void", operator.step
    operator.step = steps[0]
    operator.scan(LAMP).key("5").scan(MUG).scan(command(acts.SEAL))
    assert operator.step == Labelling("HOME/1001", carton)
    for wrong in (voided, "1001"):
        assert isinstance(operator.scan(wrong).last, Refused)
        assert operator.step == Labelling("HOME/1001", carton)
    assert isinstance(operator.scan(f"]C100{carton}").events[0], ParcelLabelled)


@pytest.mark.parametrize(
    ("prints", "missing"),
    [((), "labels and packing slips"), (("slip", "product"), "labels"), (("label",), "packing slips")],
)
@pytest.mark.parametrize("has_scale", [False, True])
def test_at_a_bench_without_a_printer_nothing_is_sealed_by_no_way_and_no_number_is_looked_at(
    prints: tuple[str, ...], missing: str, has_scale: bool
) -> None:
    def no_number(owner: str) -> str:
        raise AssertionError("an SSCC was asked for")

    operator = ready_to_seal(next_sscc=no_number, has_scale=has_scale, prints=frozenset(prints))
    for act in (acts.SEAL, acts.WEIGHT, acts.CONFIRM):
        assert operator.scan(command(act)).reason == "no_printer", act
        assert missing in operator.last.sentence
    operator.step = Weighing("HOME/1001", "T-01", by_scale=has_scale)
    assert operator.key("1500").reason == operator.weigh(1500).reason == "no_printer"


def test_the_station_barcode_of_a_bench_that_prints_helps_in_the_midst_of_a_tote() -> None:
    operator = ready_to_seal(stations=("BENCH-2",), prints=frozenset())
    assert "BENCH-2" in operator.scan(command(acts.SEAL)).last.sentence
    operator.scan(barcodes.encode(Kind.STATION, "BENCH-2"))
    assert isinstance(operator.last, Accepted)
    assert (operator.last.station, operator.asked.step) == ("BENCH-2", "pack_seal")
    operator.step = Weighing("HOME/1001", "T-01")
    assert operator.scan(barcodes.encode(Kind.STATION, "BENCH-9")).reason == "station_unknown"


def test_where_no_printer_takes_labels_none_is_printed_again() -> None:
    for operator in (sealed(), dock().scan(f"]C100{SSCC}")):
        operator.here = replace(operator.here, prints=frozenset({"slip"}))
        assert operator.act(acts.REPRINT).reason == "no_printer"


def test_a_reprint_is_the_same_sscc_and_a_higher_copy() -> None:
    operator = sealed().act(acts.REPRINT)
    (again,) = operator.events
    assert (again.parcel, again.copy) == (SSCC, 2)
    assert operator.act(acts.REPRINT).events[0].copy == 3


def test_a_void_asks_for_a_tote_and_puts_the_goods_back_into_it() -> None:
    operator = sealed().act(acts.VOID)
    assert operator.scan(LAMP).reason == "tote_wanted"
    operator.scan(barcodes.encode(Kind.TOTE, "T-02"))
    assert operator.step == Packing("HOME/1001", "T-02")
    assert operator.asked.step == "pack_item"
    operator.step = PackWait()
    assert operator.scan(f"]C100{SSCC}").reason == "parcel_void"


# The dock


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
    operator = sealed()
    operator.step = Shipping()
    assert operator.scan(f"]C100{SSCC}").reason == "not_labelled"


def test_a_break_after_sealing_is_made_good_by_scanning_the_label() -> None:
    operator = sealed()
    assert isinstance(operator.step, Labelling)
    operator.step = PackWait()
    assert isinstance(operator.scan(f"]C100{SSCC}").events[0], ParcelLabelled)


def test_the_tote_binds_when_it_is_scanned() -> None:
    assert at_shelf().events == (ToteBound(task="P1", order="HOME/1001", tote="T-01"),)


def test_a_departure_that_passed_while_packing_is_the_next_days() -> None:
    operator = packer().scan(TOTE).scan(LAMP).key("5").scan(MUG)
    operator.here = replace(operator.here, now=NOW + timedelta(hours=9))
    (sealed,) = operator.scan(command(acts.SEAL)).events
    assert sealed.departs_at.day == 23


def test_escape_backs_out_of_a_question_and_never_ends_a_walk_or_a_tote() -> None:
    walking = at_number()
    walking._take(ACommand(acts.NO))
    assert walking.asked.step == "pick_item"
    walking._take(ACommand(acts.NO))
    assert walking.asked.step == "pick_item"
    packing = packer().scan(TOTE).scan(LAMP)
    packing._take(ACommand(acts.NO))
    packing._take(ACommand(acts.NO))
    assert packing.asked.step == "pack_item"
