"""Whether the books allow an act: the judgement that terminal and store share.

Decides from records alone, and answers None for "yes" or a Denial. The terminal asks before a fact is made and
refuses; the store asks again when the fact arrives, and opens a discrepancy, for a fact is never refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from orders.events import (
    DropUndone,
    FloorEvent,
    ItemVerified,
    LabelReprinted,
    ManifestClosed,
    ManifestEvent,
    ManifestHandedOver,
    ManifestReopened,
    PackingStarted,
    ParcelLabelled,
    ParcelSealed,
    ParcelVoided,
    PickConfirmed,
    PickShorted,
    PickUndone,
    ReadBackUndone,
    ShelfConfirmed,
    ShortUndone,
    SkipUndone,
    StopSkipped,
    TaskEvent,
    ToteBound,
    ToteDropped,
    ToteUnbound,
    VerificationUndone,
)
from orders.records import Key, Manifest, Order, Parcel, ParcelLine, PickTask, Record, Stop, Tote

R = TypeVar("R", bound=Record)
Touched = Mapping[Key, Record | None]


class Denial(Enum):
    """Why the books deny an act; the value travels and is worded elsewhere."""

    UNKNOWN_RECORD = "unknown_record"
    TASK_NOT_YOURS = "task_not_yours"
    TASK_OVER = "task_over"
    UNKNOWN_STOP = "unknown_stop"
    STOP_DONE = "stop_done"
    WRONG_LOCATION = "wrong_location"
    WRONG_PRODUCT = "wrong_product"
    TOO_MANY = "too_many"
    OTHER_TOTE = "other_tote"
    TOTE_IN_USE = "tote_in_use"
    STOPS_LEFT = "stops_left"
    NOT_WAITING = "not_waiting"
    NOT_PICKED = "not_picked"
    NOT_PACKING = "not_packing"
    NOT_IN_ORDER = "not_in_order"
    NOT_VERIFIED = "not_verified"
    CONTENTS_DIFFER = "contents_differ"
    PARCEL_EXISTS = "parcel_exists"
    PARCEL_VOID = "parcel_void"
    PARCEL_GONE = "parcel_gone"
    PARCEL_LABELLED = "parcel_labelled"
    MANIFEST_NOT_OPEN = "manifest_not_open"
    MANIFEST_NOT_CLOSED = "manifest_not_closed"
    MANIFEST_GONE = "manifest_gone"
    NOT_ON_MANIFEST = "not_on_manifest"
    NOT_LABELLED = "not_labelled"
    ORDER_HELD = "order_held"
    OUT_OF_STATE = "out_of_state"
    OTHER_BENCH = "other_bench"
    SEALED_TWICE = "sealed_twice"


def judge_pick(stop: Stop | None, location: str, product: str, quantity: int) -> Denial | None:
    """Whether `quantity` pieces of `product` may leave `location` for that stop."""
    if stop is None:
        return Denial.UNKNOWN_STOP
    if stop.left == 0:
        return Denial.STOP_DONE
    if stop.location != location:
        return Denial.WRONG_LOCATION
    if stop.product != product:
        return Denial.WRONG_PRODUCT
    if not 0 < quantity <= stop.left:
        return Denial.TOO_MANY
    return None


def judge_stop_undone(stop: Stop | None, location: str, product: str, quantity: int, done: int) -> Denial | None:
    """Whether `quantity` pieces of the `done` ones (picked, or said to be short) at that stop may be undone."""
    if stop is None:
        return Denial.UNKNOWN_STOP
    if stop.location != location:
        return Denial.WRONG_LOCATION
    if stop.product != product:
        return Denial.WRONG_PRODUCT
    return None if 0 < quantity <= done else Denial.TOO_MANY


def brought_by(task: PickTask, stop: int) -> tuple[Stop, ...]:
    """The stops that the short at `stop` brought into this walk, and of which nothing was done."""
    return tuple(each for each in task.stops if each.instead_of == stop and each.may_leave)


def still_to_find(task: PickTask, order: Order, product: str) -> int:
    """Pieces of `product` that the order lacks, that are not set aside, and that no open stop of its walk asks for."""
    lines = [order.lines[place] for place in order.places.get(product, ())]
    asked = sum(stop.left for stop in task.stops if stop.product == product)
    wanted = sum(max(0, line.wanted - line.picked) for line in lines) - asked
    return max(0, min(wanted, sum(max(0, line.unallocated) for line in lines)))


def short_room(task: PickTask, order: Order, number: int) -> int:
    """How many pieces of a short at that stop can be taken back: neither picked elsewhere nor given up for good."""
    stop = task.stop(number)
    if stop is None:
        return 0
    recalled = sum(each.left for each in brought_by(task, number))
    return min(stop.shorted, recalled + still_to_find(task, order, stop.product))


def judge_want(order: Order, product: str, quantity: int) -> Denial | None:
    """Whether the customer still wants that many pieces of `product`."""
    for place in order.places.get(product, ()):
        quantity -= order.lines[place].wanted - order.lines[place].picked
        if quantity <= 0:
            return None
    return Denial.TOO_MANY


def judge_task(task: PickTask, terminal: str) -> Denial | None:
    """Whether that terminal may still work on `task`."""
    if task.state in ("completed", "cancelled"):
        return Denial.TASK_OVER
    if task.claimed_by not in (None, terminal):
        return Denial.TASK_NOT_YOURS
    return None


def judge_tote(tote: Tote, task: PickTask) -> Denial | None:
    """Whether `tote` may carry `task`'s order: an empty one, or the one in which its goods wait already."""
    if task.tote is not None:
        return None if tote.id == task.tote else Denial.OTHER_TOTE
    if task.into is not None:
        is_theirs = (tote.id, tote.state, tote.order) == (task.into, "waiting", task.order)
        return None if is_theirs else Denial.OTHER_TOTE
    return None if tote.state == "free" else Denial.TOTE_IN_USE


def judge_undo(order: Order, product: str, quantity: int) -> Denial | None:
    """Whether that many picked pieces of `product` may go back: nobody at a bench has had them in hand yet."""
    return None if quantity <= order.to_verify.get(product, 0) else Denial.TOO_MANY


def judge_unbinding(task: PickTask, tote: Tote | None) -> Denial | None:
    """Whether `tote` may be set down as if it had never been taken: nothing was done with it yet."""
    if task.tote is None or tote is None or (tote.id, tote.task) != (task.tote, task.id):
        return Denial.OTHER_TOTE
    is_used = task.has_goods or any(stop.shorted for stop in task.stops)
    return Denial.TOTE_IN_USE if is_used else None


def judge_drop(task: PickTask, tote: str) -> Denial | None:
    """Whether the walk with `tote` may end at a drop place.

    Stops that the store added and nobody came to are no hindrance: the workflow asks for every stop that it knows, so
    whoever dropped the tote could not know of them. They leave the walk, and become another one.
    """
    if task.tote != tote:
        return Denial.OTHER_TOTE
    return Denial.STOPS_LEFT if any(stop.left and not stop.may_leave for stop in task.stops) else None


def judge_drop_undone(task: PickTask, tote: Tote | None, terminal: str) -> Denial | None:
    """Whether `tote` may be taken from its drop place again: the walk was this terminal's, and no bench has begun."""
    if task.claimed_by not in (None, terminal):
        return Denial.TASK_NOT_YOURS
    if tote is None or (tote.id, tote.task) != (task.tote, task.id):
        return Denial.OTHER_TOTE
    return None if (task.state, tote.state) == ("completed", "waiting") else Denial.NOT_WAITING


def judge_packing(order: Order, tote: Tote | None = None) -> Denial | None:
    """Whether a packer may begin on `order`, or go on with it.

    A bench asks without a `tote`, and waits for the last walk. Told of a tote that stood waiting, the books go by it:
    that bench was offline, and could not know that another walk is to come.
    """
    if order.holds:
        return Denial.ORDER_HELD
    if order.state == "picking" and tote is not None and (tote.state, tote.order) == ("waiting", order.id):
        return None
    return None if order.state in ("picked", "packing") else Denial.NOT_PICKED


def judge_item(order: Order, product: str, quantity: int) -> Denial | None:
    """Whether `quantity` pieces of `product` belong into the carton now being packed."""
    left = order.to_verify
    if not any(line.product == product and line.picked for line in order.lines):
        return Denial.NOT_IN_ORDER
    return None if 0 < quantity <= left.get(product, 0) else Denial.TOO_MANY


def judge_verification_undone(order: Order, product: str, quantity: int) -> Denial | None:
    """Whether that many verified pieces of `product` lie in the open carton, and may be verified again."""
    if order.state != "packing":
        return Denial.NOT_PACKING
    inside = sum(line.quantity for line in order.unpacked if line.product == product)
    return None if 0 < quantity <= inside else Denial.TOO_MANY


def judge_sealing(order: Order, contents: tuple[ParcelLine, ...]) -> Denial | None:
    """Whether a carton with `contents` may be sealed: everything verified is in it, and nothing else."""
    if order.state != "packing":
        return Denial.NOT_PACKING
    if order.to_verify:
        return Denial.NOT_VERIFIED
    return None if contents and contents == order.unpacked else Denial.CONTENTS_DIFFER


def judge_void(parcel: Parcel) -> Denial | None:
    """Whether a parcel may be opened again, or its label printed again."""
    return {"voided": Denial.PARCEL_VOID, "handed_over": Denial.PARCEL_GONE}.get(parcel.state)


def judge_label(parcel: Parcel) -> Denial | None:
    """Whether a label read back may count."""
    return judge_void(parcel) or (None if parcel.state == "sealed" else Denial.PARCEL_LABELLED)


def judge_read_back_undone(parcel: Parcel, manifest: str) -> Denial | None:
    """Whether a parcel may wait for its read-back again, off that manifest."""
    if denial := judge_void(parcel):
        return denial
    if parcel.state != "labelled":
        return Denial.NOT_LABELLED
    return None if parcel.manifest == manifest else Denial.NOT_ON_MANIFEST


def judge_closing(manifest: Manifest) -> Denial | None:
    """Whether a manifest may be closed."""
    return None if manifest.state == "open" else Denial.MANIFEST_NOT_OPEN


def judge_reopening(manifest: Manifest) -> Denial | None:
    """Whether a manifest may take parcels again."""
    return {"open": Denial.MANIFEST_NOT_CLOSED, "handed_over": Denial.MANIFEST_GONE}.get(manifest.state)


def judge_handover(manifest: Manifest, parcels: tuple[str, ...]) -> Denial | None:
    """Whether these parcels may leave with that manifest."""
    if manifest.state == "handed_over":
        return Denial.MANIFEST_GONE
    if manifest.state != "closed":
        return Denial.MANIFEST_NOT_CLOSED
    return None if set(parcels) <= set(manifest.parcels) else Denial.NOT_ON_MANIFEST


def judge(event: FloorEvent, books: Touched, terminal: str) -> Denial | None:
    """Whether the books (the records that `event` touches) allow a fact that already happened.

    Here the record that it is about is looked up; what may be done to that record is judged below.
    """
    match event:
        case TaskEvent():
            task = _get(books, "task", event.task, PickTask)
            return Denial.UNKNOWN_RECORD if task is None else _judge_on_walk(event, task, books, terminal)
        case PackingStarted() | ItemVerified() | VerificationUndone() | ParcelSealed():
            order = _get(books, "order", event.order, Order)
            return Denial.UNKNOWN_RECORD if order is None else _judge_at_bench(event, order, books)
        case ParcelLabelled() | ReadBackUndone() | LabelReprinted() | ParcelVoided():
            parcel = _get(books, "parcel", event.parcel, Parcel)
            return Denial.UNKNOWN_RECORD if parcel is None else _judge_parcel(event, parcel)
        case ManifestEvent():
            manifest = _get(books, "manifest", event.manifest, Manifest)
            return Denial.UNKNOWN_RECORD if manifest is None else _judge_at_dock(event, manifest)
        case _:
            return None


def _judge_on_walk(event: TaskEvent, task: PickTask, books: Touched, terminal: str) -> Denial | None:
    if isinstance(event, DropUndone):  # the one act on a walk that is over
        return judge_drop_undone(task, _get(books, "tote", event.tote, Tote), terminal)
    if denial := judge_task(task, terminal):
        return denial
    match event:
        case ToteBound():
            return judge_tote(_get(books, "tote", event.tote, Tote) or Tote(id=event.tote), task)
        case ToteUnbound():
            return judge_unbinding(task, _get(books, "tote", event.tote, Tote))
        case PickConfirmed() | PickUndone() if task.tote != event.tote:
            return Denial.OTHER_TOTE
        case PickConfirmed():
            if denial := judge_pick(task.stop(event.stop), event.location, event.product, event.quantity):
                return denial
            order = _get(books, "order", event.order, Order)
            return judge_want(order, event.product, event.quantity) if order else Denial.UNKNOWN_RECORD
        case PickUndone():
            stop = task.stop(event.stop)
            done = stop.picked if stop else 0
            if denial := judge_stop_undone(stop, event.location, event.product, event.quantity, done):
                return denial
            order = _get(books, "order", event.order, Order)
            return judge_undo(order, event.product, event.quantity) if order else Denial.UNKNOWN_RECORD
        case PickShorted():
            return judge_pick(task.stop(event.stop), event.location, event.product, event.quantity)
        case ShortUndone():
            stop = task.stop(event.stop)
            done = stop.shorted if stop else 0
            if denial := judge_stop_undone(stop, event.location, event.product, event.quantity, done):
                return denial
            order = _get(books, "order", event.order, Order)
            if order is None:
                return Denial.UNKNOWN_RECORD
            return None if short_room(task, order, event.stop) else Denial.TOO_MANY
        case ShelfConfirmed() | StopSkipped() | SkipUndone():
            return None if task.stop(event.stop) else Denial.UNKNOWN_STOP
        case ToteDropped():
            return judge_drop(task, event.tote)
        case _:
            return None


def _judge_at_bench(
    event: PackingStarted | ItemVerified | VerificationUndone | ParcelSealed, order: Order, books: Touched
) -> Denial | None:
    match event:
        case PackingStarted():
            return judge_packing(order, _get(books, "tote", event.tote, Tote))
        case ItemVerified():
            return judge_item(order, event.product, event.quantity)
        case VerificationUndone():
            return judge_verification_undone(order, event.product, event.quantity)
        case ParcelSealed():
            is_known = books.get(Key("parcel", event.parcel)) is not None
            return Denial.PARCEL_EXISTS if is_known else judge_sealing(order, event.contents)


def _judge_parcel(
    event: ParcelLabelled | ReadBackUndone | LabelReprinted | ParcelVoided, parcel: Parcel
) -> Denial | None:
    match event:
        case ParcelLabelled():
            return judge_label(parcel)
        case ReadBackUndone():
            return judge_read_back_undone(parcel, event.manifest)
        case LabelReprinted() | ParcelVoided():
            return judge_void(parcel)


def _judge_at_dock(event: ManifestEvent, manifest: Manifest) -> Denial | None:
    match event:
        case ManifestClosed():
            return judge_closing(manifest)
        case ManifestReopened():
            return judge_reopening(manifest)
        case ManifestHandedOver():
            return judge_handover(manifest, tuple(each.parcel for each in event.parcels))
        case _:
            return None


def _get(books: Touched, kind: str, id: str, cls: type[R]) -> R | None:
    record = books.get(Key(kind, id))
    return record if isinstance(record, cls) else None
