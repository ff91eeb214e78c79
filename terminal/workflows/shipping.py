"""The dock: which parcels stand on which manifest, closing it, and handing it over.

Decides what may leave. Closing and handing over ask first, for they cannot be undone by a scan.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from orders.barcodes import Kind, encode, is_body
from orders.events import HandedParcel, ManifestClosed, ManifestHandedOver, ManifestReopened
from orders.records import Manifest, Order, Parcel
from orders.verdicts import Denial, judge_closing, judge_handover, judge_reopening
from terminal import dock_wording, wording
from terminal.floor import Floor
from terminal.workflows import acts, labelling, voiding
from terminal.workflows.prompts import Act, Prompt
from terminal.workflows.resolve import resolve_number
from terminal.workflows.steps import (
    Accepted,
    ACommand,
    AManifest,
    AnOrder,
    ANumber,
    AParcel,
    AskClose,
    AskHandover,
    Here,
    Meaning,
    Menu,
    NeedsAnswer,
    Outcome,
    Refused,
    Shipping,
)
from terminal.workflows.strangers import describe_stranger

_MOST_LISTED = 8


def prompt(step: Shipping, floor: Floor) -> Prompt:
    """The manifests that are not gone, or one of them."""
    manifest = floor.manifest(step.manifest) if step.manifest else None
    if manifest is None:
        listed = _choices(floor)
        return Prompt(
            step="ship_choose",
            title=dock_wording.ship(),
            ask=dock_wording.ask_manifest() if listed else dock_wording.no_manifest(),
            details=tuple(f"{act.digit} {act.label}" for act in listed),
            acts=(*listed, *acts.listed(acts.MENU)),
            takes="number",
            help=dock_wording.help_ship(),
        )
    waiting = _unlabelled(manifest, floor)
    again = (acts.REPRINT,) if step.parcel else ()
    opened = (acts.VOID,) if step.parcel and step.is_read else ()
    shown = Prompt(
        step="",
        ask="",
        title=dock_wording.ship(),
        item=wording.carrier_of(manifest.carrier, manifest.service),
        description=wording.departs(manifest.departs_at, floor.site),
        quantity=wording.parcels(len(manifest.parcels)),
        details=(
            *((dock_wording.parcel_read(step.parcel[-6:]),) if step.parcel else ()),
            manifest.id,
            *((dock_wording.unlabelled(waiting),) if waiting else ()),
        ),
        help=dock_wording.help_ship(),
    )
    match manifest.state:
        case "open":
            return replace(
                shown,
                step="ship_open",
                ask=dock_wording.ask_close(),
                acts=acts.listed(acts.CLOSE, *again, *opened, acts.MENU),
                expects=(encode(Kind.COMMAND, acts.CLOSE),),
            )
        case "closed":
            return replace(
                shown,
                step="ship_closed",
                ask=dock_wording.ask_hand_over(),
                acts=acts.listed(acts.HAND_OVER, acts.REOPEN, *again, acts.MENU),
                expects=(encode(Kind.COMMAND, acts.HAND_OVER),),
            )
        case _:
            return replace(shown, step="ship_gone", ask=dock_wording.manifest_gone(), acts=acts.listed(acts.MENU))


def judge(step: Shipping, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """A parcel or a manifest opens a manifest; acts close it, reopen it and hand it over."""
    if isinstance(meaning, ANumber) and step.manifest is None:
        chosen = next((act.name for act in _choices(floor) if act.digit == meaning.value), None)
        meaning = ACommand(chosen) if chosen else meaning
    if isinstance(meaning, ANumber):
        # The number of an order may be as short as a digit on the list.
        said = resolve_number(meaning, floor)
        meaning = said if isinstance(said, AnOrder) else meaning
    match meaning:
        case ACommand(name=acts.MENU | acts.NO):
            if step.manifest and meaning.name == acts.NO:
                return Accepted(Shipping(), "", is_note=True)
            return Accepted(Menu(), "", is_note=True)
        case ACommand(name=name) if name.startswith(acts.MANIFEST):
            return Accepted(Shipping(name.removeprefix(acts.MANIFEST)), "", is_note=True)
        case ACommand(name=acts.NEXT):
            return _next(step, floor)
        case ACommand(name=acts.REPRINT):
            parcel = floor.parcel(step.parcel)
            if parcel is None:
                return Refused(dock_wording.parcel_for_label(), "nothing_to_reprint")
            return labelling.reprint(step, parcel, here)
        case ACommand(name=acts.VOID):
            return voiding.ask(step, floor)
        case AnOrder(order=order):
            return _judge_order(step, order, floor)
        case AManifest(manifest=read):
            return Accepted(Shipping(read.id), dock_wording.manifest_opened(read.id), is_note=True)
        case AParcel(sscc=sscc, parcel=parcel):
            return _judge_parcel(step, sscc, parcel, is_read=True)
    manifest = floor.manifest(step.manifest) if step.manifest else None
    if manifest is None:
        return Refused(dock_wording.manifest_first(describe_stranger(meaning)), "manifest_first")
    match meaning:
        case ACommand(name=acts.CLOSE):
            if denial := judge_closing(manifest):
                return Refused(wording.denied(denial), denial.value)
            return NeedsAnswer(AskClose(manifest.id), dock_wording.not_closed_yet())
        case ACommand(name=acts.REOPEN):
            if denial := judge_reopening(manifest):
                return Refused(wording.denied(denial), denial.value)
            return Accepted(step, dock_wording.reopened(manifest.id), (ManifestReopened(manifest=manifest.id),))
        case ACommand(name=acts.HAND_OVER):
            if denial := judge_handover(manifest, ()):
                return Refused(wording.denied(denial), denial.value)
            return NeedsAnswer(AskHandover(manifest.id), dock_wording.not_handed_over_yet())
        case _:
            return Refused(dock_wording.dock_act_first(describe_stranger(meaning)), "act_first")


def close_prompt(step: AskClose, floor: Floor) -> Prompt:
    """Asks before a manifest is closed."""
    return _question("ship_ask_close", step.manifest, dock_wording.really_close(), floor)


def judge_close(step: AskClose, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """Yes closes."""
    match meaning:
        case ACommand(name=acts.YES):
            manifest = floor.manifest(step.manifest)
            if denial := judge_closing(manifest) if manifest else Denial.UNKNOWN_RECORD:
                return Refused(wording.denied(denial), denial.value)
            closed = ManifestClosed(manifest=step.manifest)
            return Accepted(Shipping(step.manifest), dock_wording.closed(step.manifest), (closed,))
        case ACommand(name=acts.NO):
            return NeedsAnswer(Shipping(step.manifest), "")
        case _:
            return Refused(dock_wording.yes_or_no(describe_stranger(meaning)), "answer_first")


def handover_prompt(step: AskHandover, floor: Floor) -> Prompt:
    """Asks before the truck leaves."""
    manifest = floor.manifest(step.manifest)
    count = len(manifest.parcels) if manifest else 0
    return _question("ship_ask_handover", step.manifest, dock_wording.really_hand_over(count), floor)


def judge_handover_answer(step: AskHandover, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """Yes is goods issue: every parcel of the manifest that is known here has left."""
    match meaning:
        case ACommand(name=acts.YES):
            manifest = floor.manifest(step.manifest)
            if manifest is None:
                return Refused(wording.denied(Denial.UNKNOWN_RECORD), Denial.UNKNOWN_RECORD.value)
            if denial := judge_handover(manifest, ()):
                return Refused(wording.denied(denial), denial.value)
            known = {id: parcel for id in manifest.parcels if (parcel := floor.parcel(id)) is not None}
            gone = ManifestHandedOver(manifest=manifest.id, parcels=_leaving(known, manifest))
            return Accepted(Shipping(), dock_wording.handed_over(len(gone.parcels)), (gone,))
        case ACommand(name=acts.NO):
            return NeedsAnswer(Shipping(step.manifest), "")
        case _:
            return Refused(dock_wording.yes_or_no(describe_stranger(meaning)), "answer_first")


def _judge_parcel(step: Shipping, sscc: str, parcel: Parcel | None, *, is_read: bool = False) -> Outcome:
    if parcel is None:
        return Refused(wording.parcel_unknown(), Denial.UNKNOWN_RECORD.value)
    match parcel.state:
        case "handed_over":
            return Refused(wording.parcel_gone(), Denial.PARCEL_GONE.value)
        case "sealed":
            return Refused(dock_wording.read_back_first(), "not_labelled")
    if step.manifest and parcel.manifest != step.manifest:
        return Refused(dock_wording.other_manifest(parcel.manifest or ""), Denial.NOT_ON_MANIFEST.value)
    return Accepted(Shipping(parcel.manifest, sscc, is_read), dock_wording.parcel_stands(sscc[-6:]), is_note=True)


def _judge_order(step: Shipping, order: Order, floor: Floor) -> Outcome:
    """The number of an order, typed or scanned, stands for its one parcel: a label may be torn."""
    parcels = [each.sscc for each in order.parcels if not each.is_void]
    if len(parcels) != 1:
        return Refused(dock_wording.which_parcel(order.number, len(parcels)), "which_parcel")
    return _judge_parcel(step, parcels[0], floor.parcel(parcels[0]))


def _next(step: Shipping, floor: Floor) -> Outcome:
    """The manifest behind the one that is shown, the first one behind the last."""
    names = [act.name.removeprefix(acts.MANIFEST) for act in _choices(floor)]
    if not names:
        return Refused(dock_wording.no_manifest(), "no_manifest")
    place = names.index(step.manifest) + 1 if step.manifest in names else 0
    following = names[place % len(names)]
    return Accepted(Shipping(following), dock_wording.manifest_opened(following), is_note=True)


def _choices(floor: Floor) -> tuple[Act, ...]:
    standing = [
        manifest
        for manifest in floor.every("manifest", Manifest)
        if manifest.state != "handed_over" and manifest.parcels
    ]
    standing.sort(key=lambda each: (each.departs_at is None, each.departs_at, each.id))
    return tuple(
        Act(digit, acts.MANIFEST + each.id, dock_wording.manifest_line(each, floor.site))
        for digit, each in enumerate(standing[:_MOST_LISTED], 1)
    )


def _unlabelled(manifest: Manifest, floor: Floor) -> int:
    return sum(
        1
        for parcel in floor.every("parcel", Parcel)
        if parcel.state == "sealed"
        and (parcel.carrier, parcel.service, parcel.scheduled_at)
        == (manifest.carrier, manifest.service, manifest.scheduled_at)
    )


def _question(step: str, manifest: str, sentence: str, floor: Floor) -> Prompt:
    found = floor.manifest(manifest)
    return Prompt(
        step=step,
        title=dock_wording.ship(),
        ask=sentence,
        item=wording.carrier_of(found.carrier, found.service) if found else "",
        quantity=wording.parcels(len(found.parcels)) if found else "",
        details=(manifest,) if is_body(manifest) else (),
        acts=acts.listed(acts.YES, acts.NO),
        expects=(encode(Kind.COMMAND, acts.YES),),
        help=dock_wording.help_ship(),
    )


def _leaving(parcels: Mapping[str, Parcel], manifest: Manifest) -> tuple[HandedParcel, ...]:
    """What a handover of `manifest` takes along, as far as its parcels are known in `parcels`."""
    return tuple(HandedParcel(parcel=each, order=parcels[each].order) for each in manifest.parcels if each in parcels)
