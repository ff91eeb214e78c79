"""What an event does to the records it touches: pure functions from record and event to the next record.

Decides the next shape of a record. `admit` is the one way in: it judges first and folds only what the books allow,
so that the store (which opens a discrepancy for the rest) and a terminal's forecast of it come to the same records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from orders import states
from orders.events import (
    FloorEvent,
    ItemVerified,
    LabelReprinted,
    ManifestClosed,
    ManifestHandedOver,
    ManifestReopened,
    PackingStarted,
    ParcelLabelled,
    ParcelSealed,
    ParcelVoided,
    PickConfirmed,
    PickShorted,
    ShelfConfirmed,
    ShortUndone,
    StopSkipped,
    ToteBound,
    ToteDropped,
)
from orders.keyed_folds import KEYED_FOLDS
from orders.records import (
    Key,
    Manifest,
    Order,
    OrderLine,
    OrderParcel,
    Parcel,
    ParcelLine,
    PickTask,
    Record,
    Stop,
    Tote,
)
from orders.undo_folds import UNDO_FOLDS, short_undone
from orders.verdicts import Denial, judge


class Told(msgspec.Struct, frozen=True):
    """Who told of an event, and when by that device's clock."""

    at: datetime
    terminal: str
    worker: str


def admit(books: Mapping[Key, Record | None], event: FloorEvent, told: Told) -> dict[Key, Record] | Denial:
    """The records that `event` changes, as they are after it; or why the books deny it and nothing changes."""
    if denial := judge(event, books, told.terminal):
        return denial
    after: dict[Key, Record] = {}
    try:
        if isinstance(event, ShortUndone):
            return short_undone(books, event)
        for key in event.touches:
            folded = fold(key, books.get(key), event, told)
            if folded is not None:
                after[key] = folded
    except states.IllegalStep:
        return Denial.OUT_OF_STATE
    return after


def fold(key: Key, record: Record | None, event: FloorEvent, told: Told) -> Record | None:
    """One of the records that an admitted `event` touches, as it is after it; None where that leaves it alone."""
    if record is not None and (undo := UNDO_FOLDS.get(key.kind, {}).get(type(event))):
        return undo(record, event)
    fold = _FOLDS.get(key.kind, {}).get(type(event))
    if fold is None:
        return None
    if record is None:
        if type(event) not in _BIRTHS.get(key.kind, ()):
            return None
        return fold(None, event, told, key.id)
    return fold(record, event, told, key.id)


def _advance(life: states.Life, state: str, following: str) -> str:
    return state if state == following else life.step(state, following)


# --- pick task -----


def _task_bound(task: PickTask, event: ToteBound, told: Told, _: str) -> PickTask:
    return replace(
        task,
        tote=event.tote,
        worker=told.worker,
        claimed_by=told.terminal,
        state=_advance(states.TASK, task.state, "picking"),
    )


def _task_at_shelf(task: PickTask, event: ShelfConfirmed, _t: Told, _: str) -> PickTask:
    stop = task.stop(event.stop)
    if stop is not None and stop.left and stop is not task.current:
        # Who stands before a shelf takes from it next, wherever the store has put another stop meanwhile.
        others = tuple(each for each in task.stops if each is not stop)
        task = replace(task, stops=(*others[: task.done], stop, *others[task.done :]))
    return _with_stop(task, event.stop, lambda stop: replace(stop, is_shelf_confirmed=True))


def _task_picked(task: PickTask, event: PickConfirmed, _t: Told, _: str) -> PickTask:
    return _with_stop(
        task,
        event.stop,
        lambda stop: replace(stop, picked=stop.picked + event.quantity, is_shelf_confirmed=True),
    )


def _task_shorted(task: PickTask, event: PickShorted, _t: Told, _: str) -> PickTask:
    return _with_stop(
        task,
        event.stop,
        lambda stop: replace(stop, shorted=stop.shorted + event.quantity, reason=event.reason),
    )


def _task_skipped(task: PickTask, event: StopSkipped, _t: Told, _: str) -> PickTask:
    skipped = task.stop(event.stop)
    if skipped is None or not skipped.left:
        return task  # what is done stays in front, where nobody asks for it any more
    return replace(task, stops=(*(stop for stop in task.stops if stop is not skipped), skipped))


def _task_dropped(task: PickTask, event: ToteDropped, _t: Told, _: str) -> PickTask:
    # What is left was added behind the back of a device that was offline: it leaves this walk for another one.
    stops = tuple(stop for stop in task.stops if not (stop.left and stop.may_leave))
    state = _advance(states.TASK, task.state, "picked") if len(stops) < len(task.stops) else task.state
    state = _advance(states.TASK, state, "completed")
    return replace(task, stops=stops, state=state, place=event.place, lease_ends_at=None)


def _with_stop(task: PickTask, number: int, change: Callable[[Stop], Stop]) -> PickTask:
    place = task.position(number)
    assert place is not None  # the verdict comes first, and denies a stop that is not there
    before = task.stops[place]
    after = change(before)
    stops = list(task.stops)
    stops[place] = after
    done = task.done + (1 if before.left and not after.left else 0)
    if done > task.done:
        # What is done stands in front, so that the next stop is found without a search.
        stops.insert(task.done, stops.pop(place))
    state = _advance(states.TASK, task.state, "picked") if done == len(stops) else task.state
    return replace(task, stops=tuple(stops), done=done, state=state)


# --- order -----


def _order_bound(order: Order, _e: ToteBound, _t: Told, _: str) -> Order:
    return replace(order, state=_advance(states.ORDER, order.state, "picking"), benches=())


def _order_picked(order: Order, event: PickConfirmed, _t: Told, _: str) -> Order:
    def take(line: OrderLine, quantity: int) -> OrderLine:
        return replace(line, picked=line.picked + quantity, allocated=max(0, line.allocated - quantity))

    # What was set aside first: else a line that nobody could serve takes the pieces and leaves a claim behind.
    order, left = _spread(order, event.product, event.quantity, _set_aside, take)
    return _spread(order, event.product, left, lambda line: line.wanted - line.picked, take)[0]


def _set_aside(line: OrderLine) -> int:
    return min(line.allocated, line.wanted - line.picked)


def _order_shorted(order: Order, event: PickShorted, _t: Told, _: str) -> Order:
    def free(line: OrderLine, quantity: int) -> OrderLine:
        return replace(line, allocated=line.allocated - quantity)

    return _spread(order, event.product, event.quantity, lambda line: line.allocated, free)[0]


def _order_dropped(order: Order, event: ToteDropped, _t: Told, _: str) -> Order:
    if any(line.allocated for line in order.lines):
        return order  # another walk still has to bring what is set aside
    return replace(order, state=_advance(states.ORDER, order.state, "backordered" if event.is_empty else "picked"))


def _order_packing(order: Order, event: PackingStarted, told: Told, _: str) -> Order:
    state = _advance(states.ORDER, order.state, "packing")
    return replace(order, state=state, station=event.station, benches=_taken_by(order, told.terminal))


def _taken_by(order: Order, terminal: str) -> tuple[str, ...]:
    """Its benches, now that this one has it: whoever comes later takes it, and what the others verified is kept."""
    if terminal in ("", order.bench):
        return order.benches
    return (*(each for each in order.benches if each != terminal), terminal)


def _order_verified(order: Order, event: ItemVerified, _t: Told, _: str) -> Order:
    def verify(line: OrderLine, quantity: int) -> OrderLine:
        return replace(line, verified=line.verified + quantity)

    return _spread(order, event.product, event.quantity, lambda line: line.picked - line.verified, verify)[0]


def _order_sealed(order: Order, event: ParcelSealed, told: Told, _: str) -> Order:
    parcel = OrderParcel(sscc=event.parcel, number=event.number, contents=event.contents)
    return replace(
        order,
        state=_advance(states.ORDER, order.state, "packed"),
        lines=_count(order.lines, event.contents, "packed", 1),
        parcels=(*order.parcels, parcel),
        benches=_taken_by(order, told.terminal),
    )


def _order_voided(order: Order, event: ParcelVoided, told: Told, _: str) -> Order:
    lines = _count(_count(order.lines, event.contents, "packed", -1), event.contents, "verified", -1)
    parcels = tuple(replace(each, is_void=True) if each.sscc == event.parcel else each for each in order.parcels)
    state, benches = _advance(states.ORDER, order.state, "packing"), _taken_by(order, told.terminal)
    return replace(order, state=state, lines=lines, parcels=parcels, benches=benches)


def _order_shipped(order: Order, event: ManifestHandedOver, _t: Told, _: str) -> Order:
    gone = {each.parcel for each in event.parcels}
    contents = tuple(line for each in order.parcels if each.sscc in gone for line in each.contents)
    lines = _count(order.lines, contents, "shipped", 1)
    following = "shipped" if all(line.shipped == line.wanted for line in lines) else "backordered"
    # The truck has left: whatever the order's state says, the pieces count as shipped.
    state = following if states.ORDER.may(order.state, following) else order.state
    return replace(order, lines=lines, state=state)


def _spread(
    order: Order,
    product: str,
    quantity: int,
    room: Callable[[OrderLine], int],
    change: Callable[[OrderLine, int], OrderLine],
) -> tuple[Order, int]:
    """`quantity` pieces shared out over the lines of `product`, in their order, as far as each has room; the rest."""
    if not quantity:
        return order, 0
    lines = list(order.lines)
    for place in order.places.get(product, ()):
        if part := min(quantity, max(0, room(lines[place]))):
            lines[place] = change(lines[place], part)
            quantity -= part
            if not quantity:
                break
    return order.counted(tuple(lines)), quantity


def _count(
    lines: tuple[OrderLine, ...], contents: tuple[ParcelLine, ...], field: str, sign: int
) -> tuple[OrderLine, ...]:
    delta: dict[int, int] = {}
    for each in contents:
        delta[each.line] = delta.get(each.line, 0) + sign * each.quantity
    return tuple(
        replace(line, **{field: getattr(line, field) + delta[line.number]}) if line.number in delta else line
        for line in lines
    )


# --- tote -----


def _tote_bound(tote: Tote | None, event: ToteBound, _t: Told, id: str) -> Tote:
    tote = tote or Tote(id=id)
    return replace(
        tote,
        state=_advance(states.TOTE, tote.state, "picking"),
        task=event.task,
        order=event.order,
        place=None,
    )


def _tote_dropped(tote: Tote, event: ToteDropped, _t: Told, id: str) -> Tote:
    if event.is_empty:
        return Tote(id=id)
    return replace(tote, state=_advance(states.TOTE, tote.state, "waiting"), place=event.place)


def _tote_packing(tote: Tote, event: PackingStarted, _t: Told, _: str) -> Tote:
    return replace(tote, state=_advance(states.TOTE, tote.state, "packing"), place=event.station or None)


def _tote_emptied(_tote: Tote, _e: ParcelSealed, _t: Told, id: str) -> Tote:
    return Tote(id=id)


def _tote_refilled(tote: Tote, event: ParcelVoided, _t: Told, _: str) -> Tote:
    return replace(tote, state=_advance(states.TOTE, tote.state, "packing"), order=event.order)


# --- parcel and manifest -----


def _parcel_sealed(_p: Parcel | None, event: ParcelSealed, told: Told, id: str) -> Parcel:
    return Parcel(
        id=id,
        order=event.order,
        order_number=event.order_number,
        number=event.number,
        state=states.PARCEL.start,
        contents=event.contents,
        carrier=event.carrier,
        service=event.service,
        departs_at=event.departs_at,
        moved_from_at=event.moved_from_at,
        weight_grams=event.weight_grams,
        is_weight_assumed=event.is_weight_assumed,
        sealed_at=told.at,
    )


def _parcel_labelled(parcel: Parcel, event: ParcelLabelled, _t: Told, _: str) -> Parcel:
    return replace(parcel, state=_advance(states.PARCEL, parcel.state, "labelled"), manifest=event.manifest)


def _parcel_reprinted(parcel: Parcel, event: LabelReprinted, _t: Told, _: str) -> Parcel:
    return replace(parcel, copies=max(parcel.copies, event.copy)) if event.document == "label" else parcel


def _parcel_voided(parcel: Parcel, _e: ParcelVoided, _t: Told, _: str) -> Parcel:
    return replace(parcel, state=_advance(states.PARCEL, parcel.state, "voided"), manifest=None)


def _parcel_gone(parcel: Parcel, event: ManifestHandedOver, _t: Told, _: str) -> Parcel:
    return replace(parcel, state=_advance(states.PARCEL, parcel.state, "handed_over"), manifest=event.manifest)


def _manifest_joined(manifest: Manifest | None, event: ParcelLabelled, _t: Told, id: str) -> Manifest:
    manifest = manifest or Manifest(
        id=id,
        carrier=event.carrier,
        service=event.service,
        departs_at=event.departs_at,
        moved_from_at=event.moved_from_at,
    )
    return replace(manifest, parcels=(*(p for p in manifest.parcels if p != event.parcel), event.parcel))


def _manifest_left(manifest: Manifest, event: ParcelVoided, _t: Told, _: str) -> Manifest:
    return replace(manifest, parcels=tuple(each for each in manifest.parcels if each != event.parcel))


def _manifest_closed(manifest: Manifest, _e: ManifestClosed, _t: Told, _: str) -> Manifest:
    return replace(manifest, state=_advance(states.MANIFEST, manifest.state, "closed"))


def _manifest_reopened(manifest: Manifest, _e: ManifestReopened, _t: Told, _: str) -> Manifest:
    return replace(manifest, state=_advance(states.MANIFEST, manifest.state, "open"))


def _manifest_gone(manifest: Manifest, event: ManifestHandedOver, _t: Told, _: str) -> Manifest:
    return replace(
        manifest,
        state=_advance(states.MANIFEST, manifest.state, "handed_over"),
        parcels=tuple(each.parcel for each in event.parcels),
    )


_FOLDS: dict[str, dict[type, Callable[[Any, Any, Told, str], Record]]] = {
    "task": {
        ToteBound: _task_bound,
        ShelfConfirmed: _task_at_shelf,
        PickConfirmed: _task_picked,
        PickShorted: _task_shorted,
        StopSkipped: _task_skipped,
        ToteDropped: _task_dropped,
    },
    "order": {
        ToteBound: _order_bound,
        PickConfirmed: _order_picked,
        PickShorted: _order_shorted,
        ToteDropped: _order_dropped,
        PackingStarted: _order_packing,
        ItemVerified: _order_verified,
        ParcelSealed: _order_sealed,
        ParcelVoided: _order_voided,
        ManifestHandedOver: _order_shipped,
    },
    "tote": {
        ToteBound: _tote_bound,
        ToteDropped: _tote_dropped,
        PackingStarted: _tote_packing,
        ParcelSealed: _tote_emptied,
        ParcelVoided: _tote_refilled,
    },
    "parcel": {
        ParcelSealed: _parcel_sealed,
        ParcelLabelled: _parcel_labelled,
        LabelReprinted: _parcel_reprinted,
        ParcelVoided: _parcel_voided,
        ManifestHandedOver: _parcel_gone,
    },
    "manifest": {
        ParcelLabelled: _manifest_joined,
        ParcelVoided: _manifest_left,
        ManifestClosed: _manifest_closed,
        ManifestReopened: _manifest_reopened,
        ManifestHandedOver: _manifest_gone,
    },
    "keyed_item": KEYED_FOLDS,
}
# The only folds that may make a record out of nothing.
_BIRTHS: dict[str, tuple[type, ...]] = {
    "tote": (ToteBound,),
    "parcel": (ParcelSealed,),
    "manifest": (ParcelLabelled,),
    "keyed_item": tuple(KEYED_FOLDS),
}
