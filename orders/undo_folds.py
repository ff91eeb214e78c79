"""What an undo does to the records it touches: the same pieces, the other way, by an event of its own.

Decides the records after something was taken back; an event is never changed or left out. Whether it may still be
taken back stands in verdicts. A short alone folds task and order together: what was set aside for it at another shelf
comes back first, as far as nothing was picked of it, and beyond that only what the order still has room for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from orders import states
from orders.events import (
    DropUndone,
    PickUndone,
    ReadBackUndone,
    ShortUndone,
    SkipUndone,
    ToteUnbound,
    VerificationUndone,
)
from orders.records import Key, Manifest, Order, OrderLine, Parcel, PickTask, Record, Stop, Tote
from orders.verdicts import brought_by, short_room


def _pick_undone(task: PickTask, event: PickUndone) -> PickTask:
    return _reopened(task, event.stop, lambda stop: replace(stop, picked=stop.picked - event.quantity))


def short_undone(books: Mapping[Key, Record | None], event: ShortUndone) -> dict[Key, Record]:
    """Task and order after a short was taken back, which the verdict allowed."""
    of_task, of_order = event.touches
    task, order = books.get(of_task), books.get(of_order)
    assert isinstance(task, PickTask) and isinstance(order, Order)
    quantity = min(event.quantity, short_room(task, order, event.stop))
    recalled = min(quantity, sum(stop.left for stop in brought_by(task, event.stop)))

    def change(stop: Stop) -> Stop:
        shorted = stop.shorted - quantity
        return replace(stop, shorted=shorted, reason=stop.reason if shorted else "")

    def claim(line: OrderLine, left: int) -> tuple[OrderLine, int]:
        part = min(left, max(0, line.unallocated))
        return replace(line, allocated=line.allocated + part), part

    return {
        of_task: _reopened(_recalled(task, event.stop, recalled), event.stop, change),
        # What was set aside elsewhere stays set aside: only its shelf is another one.
        of_order: _from_the_last(order, event.product, quantity - recalled, claim),
    }


def _recalled(task: PickTask, stop: int, quantity: int) -> PickTask:
    """The walk without so many pieces of the stops that the short at `stop` brought, the last one first."""
    stops = list(task.stops)
    for each in reversed(brought_by(task, stop)):
        part = min(quantity, each.left)
        quantity -= part
        place = stops.index(each)
        stops[place : place + 1] = [replace(each, quantity=each.quantity - part)] if part < each.quantity else []
    return replace(task, stops=tuple(stops))


def _skip_undone(task: PickTask, event: SkipUndone) -> PickTask:
    stop = task.stop(event.stop)
    return _reopened(task, event.stop, lambda stop: stop) if stop is not None and stop.left else task


def _tote_set_down(task: PickTask, _event: ToteUnbound) -> PickTask:
    return replace(task, tote=None, state=states.TASK.step(task.state, "claimed"))


def _walk_goes_on(task: PickTask, _event: DropUndone) -> PickTask:
    return replace(task, state=states.TASK.step(task.state, "picked"), place=None)


def _reopened(task: PickTask, number: int, change: Callable[[Stop], Stop]) -> PickTask:
    """The walk with that stop changed and asked next: right behind those that are done."""
    place = task.position(number)
    assert place is not None  # the verdict comes first, and denies a stop that is not there
    before = task.stops[place]
    others = (*task.stops[:place], *task.stops[place + 1 :])
    done = task.done if before.left else task.done - 1
    state = states.TASK.step(task.state, "picking") if task.state == "picked" else task.state
    return replace(task, stops=(*others[:done], change(before), *others[done:]), done=done, state=state)


def _order_pick_undone(order: Order, event: PickUndone) -> Order:
    def give_back(line: OrderLine, left: int) -> tuple[OrderLine, int]:
        part = min(left, max(0, line.picked - line.verified))
        picked = line.picked - part
        allocated = min(line.allocated + part, max(line.allocated, line.wanted - picked))
        return replace(line, picked=picked, allocated=allocated), part

    return _from_the_last(order, event.product, event.quantity, give_back)


def _order_unbound(order: Order, _event: ToteUnbound) -> Order:
    return replace(order, state=states.ORDER.step(order.state, "released"))


def _order_on_the_walk(order: Order, _event: DropUndone) -> Order:
    if order.state == "picking":
        return order  # another walk of it is under way
    return replace(order, state=states.ORDER.step(order.state, "picking"))


def _order_unverified(order: Order, event: VerificationUndone) -> Order:
    def take_out(line: OrderLine, left: int) -> tuple[OrderLine, int]:
        part = min(left, max(0, line.verified - line.packed))
        return replace(line, verified=line.verified - part), part

    return _from_the_last(order, event.product, event.quantity, take_out)


def _from_the_last(
    order: Order, product: str, quantity: int, change: Callable[[OrderLine, int], tuple[OrderLine, int]]
) -> Order:
    """`quantity` pieces taken from the lines of `product`, the one that was filled last first."""
    lines = list(order.lines)
    for place in reversed(order.places.get(product, ())):
        if quantity <= 0:
            break
        lines[place], part = change(lines[place], quantity)
        quantity -= part
    return order.counted(tuple(lines))


def _tote_free(tote: Tote, _event: ToteUnbound) -> Tote:
    return Tote(id=tote.id, state=states.TOTE.step(tote.state, "free"))


def _tote_carried(tote: Tote, _event: DropUndone) -> Tote:
    return replace(tote, state=states.TOTE.step(tote.state, "picking"), place=None)


def _parcel_waits_again(parcel: Parcel, _event: ReadBackUndone) -> Parcel:
    return replace(parcel, state=states.PARCEL.step(parcel.state, "sealed"), manifest=None)


def _manifest_left(manifest: Manifest, event: ReadBackUndone) -> Manifest:
    return replace(manifest, parcels=tuple(each for each in manifest.parcels if each != event.parcel))


UNDO_FOLDS: dict[str, dict[type, Callable[[Any, Any], Record]]] = {
    "task": {
        ToteUnbound: _tote_set_down,
        PickUndone: _pick_undone,
        SkipUndone: _skip_undone,
        DropUndone: _walk_goes_on,
    },
    "order": {
        ToteUnbound: _order_unbound,
        DropUndone: _order_on_the_walk,
        PickUndone: _order_pick_undone,
        VerificationUndone: _order_unverified,
    },
    "tote": {ToteUnbound: _tote_free, DropUndone: _tote_carried},
    "parcel": {ReadBackUndone: _parcel_waits_again},
    "manifest": {ReadBackUndone: _manifest_left},
}
