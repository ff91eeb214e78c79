"""Which workflow a step belongs to: one table from step to its prompt and its judgement.

Decides besides that a command that means something on many screens is looked at before its step judges it. Whoever
adds a step adds one line here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeGuard

from msgspec.structs import replace

from orders.verdicts import Denial
from terminal import wording
from terminal.floor import Floor
from terminal.workflows import (
    acts,
    commands,
    labelling,
    packing,
    picking,
    previews,
    prints,
    shipping,
    sign_on,
    undo,
    voiding,
)
from terminal.workflows.prompts import Prompt
from terminal.workflows.steps import (
    ACommand,
    AParcel,
    AskClose,
    AskHandover,
    AskPin,
    AskVoid,
    Damaged,
    Here,
    Labelling,
    Meaning,
    Menu,
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

_PROMPTS: dict[type, Callable[[Any, Floor, Here], Prompt]] = {
    SignOn: lambda step, floor, here: sign_on.sign_on_prompt(floor),
    AskPin: lambda step, floor, here: sign_on.pin_prompt(step, floor),
    Menu: lambda step, floor, here: sign_on.menu_prompt(here),
    Queue: lambda step, floor, here: sign_on.queue_prompt(),
    Picking: picking.prompt,
    PackWait: lambda step, floor, here: packing.wait_prompt(step, floor, here),
    Packing: lambda step, floor, here: packing.prompt(step, floor),
    Weighing: lambda step, floor, here: packing.weighing_prompt(step, floor),
    Labelling: labelling.label_prompt,
    AskVoid: lambda step, floor, here: voiding.prompt(step, floor),
    Prints: prints.prompt,
    Shipping: lambda step, floor, here: shipping.prompt(step, floor),
    AskClose: lambda step, floor, here: shipping.close_prompt(step, floor),
    AskHandover: lambda step, floor, here: shipping.handover_prompt(step, floor),
}
_JUDGES: dict[type, Callable[[Any, Meaning, Floor, Here], Outcome]] = {
    SignOn: sign_on.judge_sign_on,
    AskPin: sign_on.judge_pin,
    Menu: sign_on.judge_menu,
    Queue: sign_on.judge_queue,
    Picking: picking.judge,
    PackWait: packing.judge_wait,
    Packing: packing.judge,
    Weighing: packing.judge_weight,
    Labelling: labelling.judge_read_back,
    AskVoid: voiding.judge,
    Prints: prints.judge,
    Shipping: shipping.judge,
    AskClose: shipping.judge_close,
    AskHandover: shipping.judge_handover_answer,
}


def prompt(step: Step, floor: Floor, here: Here) -> Prompt:
    """What to show at `step`."""
    shown = _PROMPTS[type(step)](step, floor, here)
    more = (
        *((acts.PREVIEW,) if previews.offers(step, here) else ()),
        *((acts.ITEM_LABEL,) if commands.offers_item_label(step, here) else ()),
        *((acts.UNDO,) if undo.offers(step, here) else ()),
    )
    more = tuple(name for name in more if name not in [act.name for act in shown.acts])
    return replace(shown, acts=acts.with_more(shown.acts, *more)) if more else shown


def judge(step: Step, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    """What `meaning` does at `step`. A command is never met with silence."""
    if isinstance(meaning, Damaged):
        return Refused(meaning.sentence, "unreadable")  # what to do with it is the same everywhere
    if _is_void_label(meaning) and not (isinstance(step, Labelling) and step.parcel == meaning.sscc):
        return Refused(wording.void_label(), Denial.PARCEL_VOID.value)
    if not isinstance(meaning, ACommand):
        return _judged(step, meaning, floor, here)
    asked = prompt(step, floor, here)
    meant = commands.meant(step, meaning, asked, floor, here)
    outcome = _judged(step, meant, floor, here) if isinstance(meant, ACommand) else meant
    return commands.answered(step, meaning, outcome, asked)


def step_back(step: Step, floor: Floor, here: Here) -> Outcome:
    """What the clear key does at `step`: out of a question, and nothing where there is none."""
    return _judged(step, ACommand(acts.NO), floor, here)


def _is_void_label(meaning: Meaning) -> TypeGuard[AParcel]:
    return isinstance(meaning, AParcel) and meaning.parcel is not None and meaning.parcel.state == "voided"


def _judged(step: Step, meaning: Meaning, floor: Floor, here: Here) -> Outcome:
    return commands.noted_as_keyed(_JUDGES[type(step)](step, meaning, floor, here), here)
