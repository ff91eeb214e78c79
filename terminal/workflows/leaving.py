"""What whoever leaves a device leaves open there, by signing off unasked or with a restart, and who may go on with it.

Decides that the same worker returns to the same line, as long as it still is this device's, and that a label which
nobody read back comes before any other tote, whoever packs next.
"""

from __future__ import annotations

from orders.records import Order, PickTask
from orders.verdicts import judge_task
from terminal.floor import Floor
from terminal.workflows.steps import (
    AskVoid,
    Here,
    Labelling,
    Left,
    Menu,
    Packing,
    PackWait,
    Picking,
    Prints,
    Step,
    Trail,
    Weighing,
)

_WALKING = ("claimed", "picking", "picked")


def left_open(step: Step, worker: str, trail: Trail, before: Left | None, floor: Floor) -> Left | None:
    """What is left open now that `worker` goes from `step`; `before` is what was open already."""
    if before is not None and _unread(before.step, floor) and not _unread(step, floor):
        return before
    return Left(step, worker, trail)


def still_open(left: Left | None, worker: str, step: Step) -> Left | None:
    """What stays open once `worker` stands at `step`: nothing, where this is who left it, or what was left."""
    if left is None or left.worker == worker:
        return None
    is_taken_up = isinstance(step, Labelling) and isinstance(left.step, (Labelling, AskVoid, Prints))
    return None if is_taken_up else left


def returned(worker: str, floor: Floor, here: Here) -> Step:
    """Where `worker` goes on: at the line that was left, else at the menu."""
    left = here.left
    return left.step if left and left.worker == worker and _still_stands(left.step, floor, here) else Menu()


def bench(floor: Floor, here: Here) -> Step:
    """Where packing begins: with the label that somebody left unread here, else with a tote."""
    return (_unread(here.left.step, floor) if here.left else None) or PackWait()


def open_walk(floor: Floor) -> str | None:
    """A task that this device holds and nobody here has finished: it comes before any new one."""
    for task in floor.every("task", PickTask):
        if task.claimed_by == floor.terminal and task.state in _WALKING:
            return task.id
    return None


def _unread(step: Step, floor: Floor) -> Labelling | None:
    """The label at `step` that still has to be read back."""
    if isinstance(step, Prints):
        step = step.back
    if not isinstance(step, (Labelling, AskVoid)):
        return None
    parcel = floor.parcel(step.parcel)
    return Labelling(step.order, step.parcel) if parcel is not None and parcel.state == "sealed" else None


def _still_stands(step: Step, floor: Floor, here: Here) -> bool:
    match step:
        case Picking():
            task = floor.task(step.task)
            return task is not None and task.state in _WALKING and judge_task(task, here.terminal) is None
        case Packing() | Weighing():
            return isinstance(floor.order(step.order), Order)  # where another bench has it, that is said at once
        case _:
            return True
