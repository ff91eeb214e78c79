"""Taking back what was done last: which acts can be, by which event, and where the worker stands afterwards.

Decides from the trail of a worker's last acts; the session keeps it, and it ends with the walk, the parcel or the
worker's turn at the device. Nothing is ever edited: an undo is an event of its own, judged like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from orders.events import (
    DropUndone,
    FloorEvent,
    ItemVerified,
    LabelReprinted,
    ManifestClosed,
    ManifestReopened,
    ParcelLabelled,
    ParcelVoided,
    PickConfirmed,
    PickShorted,
    PickUndone,
    PrintCancelled,
    PrintFound,
    ProductLabelPrinted,
    ReadBackUndone,
    ScanRefused,
    ShelfConfirmed,
    ShortUndone,
    SkipUndone,
    StopSkipped,
    ToteBound,
    ToteDropped,
    ToteUnbound,
    VerificationUndone,
)
from orders.records import Record
from orders.verdicts import judge as judge_by_books
from orders.verdicts import short_room
from terminal import command_wording, dock_wording, pack_wording, wording
from terminal.floor import Floor
from terminal.workflows.steps import (
    Accepted,
    AskClose,
    AskHandover,
    AskPin,
    AskVoid,
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
    Trail,
    Weighing,
)

LONGEST_TRAIL = 4
"""So many acts can be taken back, the last one first. The trail is written with every event, so it stays short."""

_UNDOABLE = (PickConfirmed, PickShorted, StopSkipped, ToteDropped, ItemVerified, ParcelLabelled, ManifestClosed)
_UNDOING = (ToteUnbound, PickUndone, ShortUndone, SkipUndone, DropUndone, VerificationUndone, ReadBackUndone)
_BESIDES = (ShelfConfirmed, LabelReprinted, PrintCancelled, PrintFound, ProductLabelPrinted, ScanRefused)


def trail_after(trail: Trail, events: Sequence[FloorEvent]) -> Trail:
    """The trail after these events, which were one act."""
    # Who scans the shelf of another stop walks there; that the stops between come later is not what was done.
    went_elsewhere = any(isinstance(event, ShelfConfirmed) for event in events)
    for event in events:
        if isinstance(event, StopSkipped) and went_elsewhere:
            continue
        if isinstance(event, ToteBound):
            trail = (event,)  # another walk
        elif isinstance(event, ToteDropped) and event.is_empty:
            trail = ()  # the order is back with those that wait for stock, and may be allocated by now
        elif isinstance(event, _UNDOABLE):
            trail = (*trail, event)[-LONGEST_TRAIL:]
        elif isinstance(event, _UNDOING) or (isinstance(event, ManifestReopened) and _is_closing(trail, event)):
            trail = trail[:-1]
        elif isinstance(event, ParcelVoided):
            # Of another order, perhaps, than the one whose tote stands open: that one goes on as it was.
            trail = tuple(each for each in trail if not _is_of(each, event))
        elif not isinstance(event, _BESIDES):
            trail = ()
    return trail


def offers(step: Step, here: Here) -> bool:
    """Whether the last act belongs to what the worker stands at now, and there is no question open."""
    match step, here.trail[-1] if here.trail else None:
        case Picking(is_identified=False), ToteBound() | PickConfirmed() | PickShorted() | StopSkipped() as last:
            return last.task == step.task
        case Menu(), ToteDropped():
            return True
        case Packing(product=None), ItemVerified(order=order):
            return order == step.order
        case Shipping(), ManifestClosed(manifest=manifest):
            return manifest == step.manifest
        case PackWait(), ParcelLabelled():
            return True
        case _:
            return False


def judge(step: Step, ask: str, floor: Floor, here: Here) -> Outcome:
    """Takes the last act back, or backs out of an open question, or says that there is nothing and what is asked."""
    match step:
        case Picking(is_identified=True):
            return NeedsAnswer(replace(step, is_identified=False, is_keyed=False), "")
        case Packing(product=product) if product is not None:
            return NeedsAnswer(Packing(step.order, step.tote), "")
        case Weighing():
            return NeedsAnswer(Packing(step.order, step.tote), "")
        case AskPin():
            return NeedsAnswer(SignOn(), "")
        case AskVoid():
            return NeedsAnswer(step.kept, "")
        case AskClose() | AskHandover():
            return NeedsAnswer(Shipping(step.manifest), "")
        case Labelling():
            return NeedsAnswer(AskVoid(step.order, step.parcel), pack_wording.really_void())
        case _ if not offers(step, here):
            return Refused(command_wording.nothing_to_undo(ask), "nothing_to_undo")
    event, sentence, after = _taken_back(step, here.trail[-1], floor)
    books = {key: floor.get(key.kind, key.id, Record) for key in event.touches}
    if denial := judge_by_books(event, books, here.terminal):
        return Refused(command_wording.too_late_to_undo(wording.denied(denial)), denial.value)
    return Accepted(after, sentence, (event,))


def _taken_back(step: Step, last: FloorEvent, floor: Floor) -> tuple[FloorEvent, str, Step]:
    match last:
        case ToteBound():
            undone: FloorEvent = ToteUnbound(task=last.task, order=last.order, tote=last.tote)
            return undone, command_wording.tote_set_down(last.tote), Picking(last.task)
        case ToteDropped():
            undone = DropUndone(task=last.task, order=last.order, tote=last.tote, place=last.place)
            return undone, command_wording.drop_undone(last.tote, last.place), Picking(last.task)
        case PickConfirmed():
            undone = PickUndone(
                task=last.task,
                order=last.order,
                stop=last.stop,
                location=last.location,
                product=last.product,
                quantity=last.quantity,
                tote=last.tote,
            )
            sentence = command_wording.pick_undone(last.quantity, floor.sku(last.product), last.location)
            return undone, sentence, Picking(last.task)
        case PickShorted():
            # Pieces that were picked from another shelf meanwhile are no longer short.
            task, order = floor.task(last.task), floor.order(last.order)
            room = short_room(task, order, last.stop) if task and order else 0
            undone = ShortUndone(
                task=last.task,
                order=last.order,
                stop=last.stop,
                location=last.location,
                product=last.product,
                quantity=min(last.quantity, room) or last.quantity,
            )
            return undone, command_wording.short_undone(undone.quantity, floor.sku(last.product)), Picking(last.task)
        case StopSkipped():
            undone = SkipUndone(task=last.task, order=last.order, stop=last.stop)
            return undone, command_wording.skip_undone(), Picking(last.task)
        case ItemVerified():
            undone = VerificationUndone(order=last.order, tote=last.tote, product=last.product, quantity=last.quantity)
            sentence = command_wording.verification_undone(last.quantity, floor.sku(last.product))
            return undone, sentence, Packing(last.order, last.tote)
        case ParcelLabelled():
            # The store may have put it on a later manifest meanwhile.
            parcel = floor.parcel(last.parcel)
            manifest = (parcel.manifest if parcel else None) or last.manifest
            undone = ReadBackUndone(order=last.order, parcel=last.parcel, manifest=manifest)
            return undone, command_wording.read_back_undone(last.parcel[-6:]), Labelling(last.order, last.parcel)
        case ManifestClosed():
            return ManifestReopened(manifest=last.manifest), dock_wording.reopened(last.manifest), step
    raise AssertionError(f"nothing takes back {type(last).__name__}")


def _is_of(last: FloorEvent, event: ParcelVoided) -> bool:
    return isinstance(last, ParcelLabelled) and last.parcel == event.parcel


def _is_closing(trail: Trail, event: ManifestReopened) -> bool:
    last = trail[-1] if trail else None
    return isinstance(last, ManifestClosed) and last.manifest == event.manifest
