"""A parcel opened once more: whose label is in hand, whether it may be, and where its goods and its packer go then.

Decides that a parcel is voided by its own label alone, that what was under way meanwhile stands as it stood, and that a
closed manifest keeps its parcels until it is reopened: its list may be in the driver's hands.
"""

from __future__ import annotations

from msgspec.structs import replace

from orders.events import ParcelVoided
from orders.records import Parcel
from orders.verdicts import Denial, judge_void
from terminal import pack_wording, wording
from terminal.floor import Floor
from terminal.workflows import acts, labelling, prints
from terminal.workflows.prompts import Prompt
from terminal.workflows.steps import (
    Accepted,
    ACommand,
    AParcel,
    AskVoid,
    ATote,
    Here,
    Labelling,
    Meaning,
    NeedsAnswer,
    Outcome,
    Packing,
    PackWait,
    Refused,
    Shipping,
    Weighing,
)

Bench = Packing | Weighing | PackWait


def in_hand(step: Bench, floor: Floor) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a prompt says of the parcel whose label was scanned last, and the acts on it."""
    if not step.parcel:
        return (), ()
    parcel = floor.parcel(step.parcel)
    return (pack_wording.in_hand(step.parcel[-6:], parcel.order_number if parcel else ""),), (acts.REPRINT, acts.VOID)


def judge_in_hand(step: Bench, meaning: Meaning, floor: Floor, here: Here) -> Outcome | None:
    """A label takes its parcel in hand, for an act on it; None for what concerns no parcel but this step itself."""
    match meaning:
        case AParcel(sscc=sscc, parcel=parcel) if parcel is not None:
            if denial := judge_void(parcel):
                return Refused(wording.denied(denial), denial.value)
            is_read = parcel.state == "labelled"
            said = pack_wording.taken_in_hand(sscc[-6:], parcel.order_number, is_read=is_read)
            return Accepted(replace(step, parcel=sscc), said, is_note=True)
        case ACommand(name=acts.VOID):
            return ask(step, floor)
        case ACommand(name=acts.REPRINT) if parcel := floor.parcel(step.parcel):
            return labelling.reprint(step, parcel, here)
        case _:
            return None


def ask(step: Bench | Shipping, floor: Floor) -> Outcome:
    """Whether the parcel in hand shall be opened again."""
    parcel = floor.parcel(step.parcel)
    if parcel is None or (isinstance(step, Shipping) and not step.is_read):
        return Refused(pack_wording.parcel_for_void(), "parcel_wanted")
    return _barred(parcel, floor) or NeedsAnswer(AskVoid(parcel.order, parcel.id, step), pack_wording.not_voided_yet())


def prompt(step: AskVoid, floor: Floor) -> Prompt:
    """Asks whether the parcel shall be opened again."""
    parcel = floor.parcel(step.parcel)
    return Prompt(
        step="pack_void",
        title=pack_wording.pack_title(parcel.order_number if parcel else ""),
        ask=pack_wording.really_void(),
        item=step.parcel[-6:],
        acts=acts.listed(acts.NO),
        details=(pack_wording.esc_keeps_it(),),
        help=pack_wording.help_pack(),
    )


def judge(step: AskVoid, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """A scanned free tote takes the goods back and voids the label; anything else leaves all as it is."""
    parcel = floor.parcel(step.parcel)
    match meaning:
        case ACommand(name=acts.NO):
            return NeedsAnswer(step.kept, "")
        case ACommand(name=acts.REPRINT) if step.back is None:
            return labelling.judge_read_back(Labelling(step.order, step.parcel), meaning, floor, here)
        case ACommand(name=acts.REPRINT) if parcel and step.back:
            return labelling.reprint(step.back, parcel, here)
        case ATote(tote=tote) if parcel and tote.state == "free":
            return _barred(parcel, floor) or _voided(step, parcel, tote.id, here)
        case ATote(tote=tote):
            return Refused(wording.tote_in_use(tote.id), Denial.TOTE_IN_USE.value)
        case _:
            return Refused(pack_wording.scan_empty_tote(), "tote_wanted")


def _voided(step: AskVoid, parcel: Parcel, tote: str, here: Here) -> Accepted:
    """At its label the packer unpacks at once; whoever was at something else goes on with that."""
    event = ParcelVoided(
        order=parcel.order,
        parcel=parcel.id,
        tote=tote,
        reason="asked",
        contents=parcel.contents,
        manifest=parcel.manifest,
    )
    orders = prints.settled(parcel.id, "cancel", here)
    match step.back:
        case None:
            return Accepted(Packing(parcel.order, tote), pack_wording.voided(), (event,), orders=orders)
        case Shipping(manifest=manifest):
            return Accepted(Shipping(manifest), pack_wording.voided_into(tote), (event,), orders=orders)
        case back:
            return Accepted(replace(back, parcel=""), pack_wording.voided_into(tote), (event,), orders=orders)


def _barred(parcel: Parcel, floor: Floor) -> Refused | None:
    if denial := judge_void(parcel):
        return Refused(wording.denied(denial), denial.value)
    manifest = floor.manifest(parcel.manifest) if parcel.manifest else None
    if manifest is not None and manifest.state == "closed":
        return Refused(pack_wording.manifest_is_closed(), "manifest_closed")
    return None
