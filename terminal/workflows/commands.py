"""The commands that mean something on many screens: confirm, next, undo, sign off, a new item label.

Decides what each of them is at a step: another command that the step knows, or an outcome of its own. A command that
means nothing at a step is the step's to refuse; one that nobody knows is refused here.
"""

from __future__ import annotations

from msgspec.structs import replace

from orders.events import ItemVerified, PickConfirmed, ProductLabelPrinted, WorkerSignedOff
from terminal import command_wording, pack_wording, wording
from terminal.floor import Floor
from terminal.workflows import acts, previews, undo
from terminal.workflows.prompts import Prompt
from terminal.workflows.sign_on import MAY
from terminal.workflows.steps import (
    Accepted,
    ACommand,
    AskPin,
    AskVoid,
    Here,
    ItemLabel,
    Labelling,
    Meaning,
    Menu,
    NeedsAnswer,
    Outcome,
    Packing,
    PackWait,
    Picking,
    Prints,
    Queue,
    Refused,
    Shipping,
    SignOn,
    Step,
    Weighing,
)

# What a plain "yes, that is right" means, where it is offered.
_CONFIRMED_BY = (acts.ALL, acts.SEAL, acts.YES)
_MAY_LEAVE = (Picking, PackWait, Packing, Weighing, Prints, Shipping, Queue)


def meant(step: Step, command: ACommand, prompt: Prompt, floor: Floor, here: Here) -> ACommand | Outcome:
    """What `command` is at `step`, whose prompt is `prompt`."""
    match command.name:
        case acts.UNDO:
            return undo.judge(step, prompt.ask, floor, here)
        case acts.CONFIRM:
            offered = {act.name for act in prompt.acts}
            by = next((name for name in _CONFIRMED_BY if name in offered), prompt.enter)
            return ACommand(by) if by else Refused(command_wording.nothing_to_confirm(prompt.ask), "nothing_to_confirm")
        case acts.NEXT:
            return _next(step, command, here)
        case acts.SIGN_OFF:
            return _sign_off(step, command, here)
        case acts.PREVIEW:
            return previews.judge(step, floor, here)
        case acts.ITEM_LABEL:
            return _item_label(step, floor, here)
        case name if name in acts.COMMANDS or name.startswith(acts.CHOSEN):
            return command
        case name:
            return Refused(command_wording.command_unknown(name), "command_unknown")


def offers_item_label(step: Step, here: Here) -> bool:
    """Whether a product was keyed just now, and a printer here could give it a new label."""
    return here.prints_item_labels and isinstance(step, (Picking, Packing)) and keyed_last(here) is not None


def noted_as_keyed(outcome: Outcome, here: Here) -> Outcome:
    """The same, but where an item was keyed its sentence says so and offers the label that makes it the last time."""
    match outcome:
        case Accepted(events=(PickConfirmed(is_keyed=True) | ItemVerified(is_keyed=True),)):
            sentence = command_wording.keyed(outcome.sentence, can_label=here.prints_item_labels)
            return replace(outcome, sentence=sentence)
        case _:
            return outcome


def answered(step: Step, meaning: Meaning, outcome: Outcome, prompt: Prompt) -> Outcome:
    """The same; but a command that moved nothing and said nothing gets a sentence that says what can be done."""
    match outcome:
        case NeedsAnswer(step=after, sentence="") | Accepted(step=after, sentence="", events=(), orders=()):
            if after == step and isinstance(meaning, ACommand):
                return NeedsAnswer(step, command_wording.nothing_to_answer(prompt.ask))
    return outcome


def keyed_last(here: Here) -> str | None:
    """The product that was keyed in the last act, None where it was scanned."""
    last = here.trail[-1] if here.trail else None
    return last.product if isinstance(last, (PickConfirmed, ItemVerified)) and last.is_keyed else None


def _next(step: Step, command: ACommand, here: Here) -> ACommand | Outcome:
    match step:
        case Menu() | Queue():
            roles = here.worker.roles if here.worker else ()
            work = next((name for name, allowed in MAY.items() if any(role in allowed for role in roles)), acts.PICK)
            return ACommand(work)
        case Picking():
            return ACommand(acts.SKIP)
        case Packing() | Weighing():
            return Accepted(PackWait(), pack_wording.tote_parked(step.tote), is_note=True)
        case _:
            return command


def _sign_off(step: Step, command: ACommand, here: Here) -> ACommand | Outcome:
    if isinstance(step, AskPin):
        return NeedsAnswer(SignOn(), "")
    match step:
        case Labelling() | AskVoid(back=None) | Prints(back=Labelling()):
            # Whoever comes next would pack with this label still lying on the bench.
            return Refused(command_wording.label_before_sign_off(), "label_first")
    if not isinstance(step, _MAY_LEAVE):
        return command
    sentence = command_wording.signed_off_in_the_midst() if isinstance(step, (Picking, Packing, Weighing)) else ""
    signed_off = WorkerSignedOff(worker=here.worker_id)
    return Accepted(SignOn(), sentence or wording.signed_off(), (signed_off,), is_note=True)


def _item_label(step: Step, floor: Floor, here: Here) -> Outcome:
    product = keyed_last(here)
    if not isinstance(step, (Picking, Packing)) or product is None:
        return Refused(command_wording.no_item_was_keyed(), "nothing_keyed")
    if not here.prints_item_labels:
        return Refused(command_wording.no_item_label_printer(), "no_printer")
    printed = ProductLabelPrinted(product=product)
    return Accepted(step, command_wording.printing_item_label(floor.sku(product)), (printed,), (ItemLabel(product),))
