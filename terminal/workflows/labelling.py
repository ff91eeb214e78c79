"""The label of a sealed parcel: printed again, read back, taken back.

Decides that the label of this parcel, and no other, lets the packer go on, and on which manifest it then stands.
"""

from __future__ import annotations

from orders.calendar import manifest_id
from orders.events import LabelReprinted, ParcelLabelled
from orders.records import Order, Parcel
from orders.verdicts import Denial, judge_label, judge_void
from terminal import pack_wording, printer_wording, wording
from terminal.floor import Floor
from terminal.workflows import acts, prints
from terminal.workflows.prompts import Prompt
from terminal.workflows.resolve import resolve_number
from terminal.workflows.steps import (
    Accepted,
    ACommand,
    AnOrder,
    ANumber,
    AParcel,
    AskVoid,
    Here,
    Labelling,
    Meaning,
    NeedsAnswer,
    Outcome,
    Packing,
    PackWait,
    Printing,
    Prints,
    Refused,
    Shipping,
    Step,
    Weighing,
)
from terminal.workflows.strangers import describe_stranger


def label_prompt(step: Labelling, floor: Floor, here: Here) -> Prompt:
    """Asks for the stuck label, or says what keeps it from coming out."""
    order, parcel = floor.order(step.order), floor.parcel(step.parcel)
    held = prints.held_label(step.parcel, here)
    first = (acts.TRY_PRINT,) if held else ()
    last = (acts.HELD_PRINTS,) if here.held else ()
    return Prompt(
        step="pack_label",
        title=pack_wording.pack_title(order.number if order else ""),
        ask=printer_wording.held_at(held.printer, held.reason) if held else pack_wording.ask_label(),
        enter=acts.TRY_PRINT if held else "",
        item=step.parcel[-6:],
        quantity=pack_wording.grams(parcel.weight_grams) if parcel else "",
        details=(wording.carrier_of(parcel.carrier, parcel.service),) if parcel else (),
        acts=acts.listed(*first, acts.REPRINT, acts.VOID, *last),
        expects=(f"]C100{step.parcel}",),
        help=pack_wording.help_pack(),
    )


def stands_on_label_alone(meaning: Meaning, parcel: Parcel) -> bool:
    """Whether what was read is on the label of this parcel and on nothing else: that reads it back.

    The order's number is on the slip, and on each void label of that order; it never does.
    """
    match meaning:
        case AParcel(sscc=sscc):
            return sscc == parcel.id
        case _:
            return False


def expected_label(step: Step) -> str:
    """The SSCC of the label that is to be scanned at `step`, or an empty text where none is waited for."""
    match step:
        case Labelling(parcel=parcel) | Prints(back=Labelling(parcel=parcel)):
            return parcel
        case _:
            return ""


def judge_read_back(step: Labelling, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """The label of this parcel, and of no other, lets the packer go on."""
    order, parcel = floor.order(step.order), floor.parcel(step.parcel)
    if order is None or parcel is None:
        return Accepted(PackWait(), pack_wording.order_changed(), is_note=True)
    if isinstance(meaning, ANumber) and isinstance(said := resolve_number(meaning, floor), AnOrder):
        meaning = said
    if stands_on_label_alone(meaning, parcel):
        return _labelled(order, parcel, floor, here)
    match meaning:
        case AParcel(sscc=sscc):
            return Refused(pack_wording.other_label(sscc[-6:], step.parcel[-6:]), "other_label")
        case AnOrder(order=read) if read.id == order.id:
            return Refused(pack_wording.label_alone(step.parcel[-6:]), "label_alone")
        case AnOrder(order=read):
            return Refused(pack_wording.other_order(read.number, step.parcel[-6:]), "other_label")
        case ACommand(name=acts.TRY_PRINT) if held := prints.held_label(parcel.id, here):
            return prints.try_again(step, held)
        case ACommand(name=acts.HELD_PRINTS) if here.held:
            return Accepted(Prints(step), "", is_note=True)
        case ACommand(name=acts.REPRINT) if held := prints.held_label(parcel.id, here):
            return prints.try_again(step, held) if held.sent == "no" else prints.again(step, held, "not_there")
        case ACommand(name=acts.REPRINT):
            return reprint(step, parcel, here)
        case ACommand(name=acts.VOID):
            return NeedsAnswer(AskVoid(step.order, step.parcel), pack_wording.not_voided_yet())
        case _:
            return Refused(pack_wording.label_first(describe_stranger(meaning)), "label_first")


def open_manifest(name: str, floor: Floor) -> str:
    """The first manifest of that name that still takes parcels, as far as this terminal knows."""
    turn, following = 1, name
    while (manifest := floor.manifest(following)) is not None and manifest.state != "open":
        turn += 1
        following = f"{name}-{turn}"
    return following


def reprint(step: Labelling | PackWait | Packing | Weighing | Shipping, parcel: Parcel, here: Here) -> Outcome:
    """The label of `parcel` once more, with its number; refused where the parcel is no more, or nothing prints it."""
    if denial := judge_void(parcel):
        return Refused(wording.denied(denial), denial.value)
    if refused := prints.lacking(here, "label"):
        return refused
    again = LabelReprinted(order=parcel.order, parcel=parcel.id, copy=parcel.copies + 1, reason="asked")
    label = Printing("label", parcel.order, parcel.id, parcel.copies + 1)
    return Accepted(step, wording.printing_again(), (again,), (label,))


def reprint_last(step: PackWait, floor: Floor, here: Here) -> Outcome:
    """Between two parcels, the label that was read back last."""
    last = here.trail[-1] if here.trail else None
    parcel = floor.parcel(last.parcel) if isinstance(last, ParcelLabelled) else None
    if parcel is None:
        return Refused(pack_wording.nothing_to_reprint(), "nothing_to_reprint")
    return reprint(step, parcel, here)


def reprint_of(step: Packing | Weighing, order: Order, floor: Floor, here: Here) -> Outcome:
    """While an order is packed, the label of its parcel before this one."""
    parcels = [parcel for each in order.parcels if not each.is_void and (parcel := floor.parcel(each.sscc))]
    if not parcels:
        return Refused(pack_wording.nothing_to_reprint(), "nothing_to_reprint")
    return reprint(step, parcels[-1], here)


def _labelled(order: Order, parcel: Parcel, floor: Floor, here: Here) -> Outcome:
    if denial := judge_label(parcel):
        # Somebody else saw to this parcel meanwhile: nobody waits for its label any more.
        said = pack_wording.label_counted() if denial is Denial.PARCEL_LABELLED else wording.denied(denial)
        return Accepted(PackWait(), said, is_note=True)
    name = manifest_id(parcel.carrier, parcel.service, parcel.scheduled_at)
    manifest = open_manifest(name, floor)
    labelled = ParcelLabelled(
        order=order.id,
        parcel=parcel.id,
        manifest=manifest,
        carrier=parcel.carrier,
        service=parcel.service,
        departs_at=parcel.departs_at,
        moved_from_at=parcel.moved_from_at,
    )
    orders = prints.settled(parcel.id, "printed", here)
    carrier = wording.carrier_of(parcel.carrier, parcel.service) or pack_wording.on_manifest_without_carrier(manifest)
    return Accepted(PackWait(), pack_wording.label_right(carrier), (labelled,), orders=orders)


def labelled_after_break(parcel: Parcel, floor: Floor, here: Here) -> Outcome:
    """A sealed parcel's label scanned between two totes: read back now."""
    order = floor.order(parcel.order)
    return _labelled(order, parcel, floor, here) if order else Refused(pack_wording.order_changed(), "order_unknown")
