"""The way of a walk: which stops an order's claims make, in which order, and where a stop comes in that is added later.

Decides that an added stop is placed into the walk and never jumped to: what lies ahead of where the picker is comes in
its turn, what was passed already at the end. It sets nothing aside, and does not know why a stop is added.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from orders import states
from orders.records import Location, Order, PickTask, Stop
from server_stub.books import Books

_TASKS = "task"

# Product, location and how many.
Claim = tuple[str, str, int]


def foresee(books: Books, tasks: int) -> None:
    """Reads at once what beginning so many walks will ask for one by one."""
    first = books.counted(_TASKS) + 1
    books.foresee(PickTask, map(_task_id, range(first, first + tasks)))


def stops_of(books: Books, order: Order, claims: Iterable[Claim]) -> tuple[Stop, ...]:
    """A stop for each claim, numbered from 1 in the order of the walk."""
    by_product = {line.product: line for line in order.lines}
    found = sorted((*_turn(books, location), product, quantity) for product, location, quantity in claims)
    return tuple(
        Stop(
            number=number,
            location=location,
            product=product,
            sku=by_product[product].sku,
            description=by_product[product].description,
            quantity=quantity,
            zone=_location(books, location).zone,
        )
        for number, (_, location, product, quantity) in enumerate(found, start=1)
    )


def begin(books: Books, order: Order, stops: tuple[Stop, ...], into: str | None = None) -> tuple[PickTask, Order]:
    """A new walk of `order` over these stops, and the order that knows of it; neither is written yet."""
    task = PickTask(
        id=_task_id(books.number(_TASKS)),
        order=order.id,
        order_number=order.number,
        owner=order.owner,
        state=states.TASK.start,
        stops=stops,
        carrier=order.carrier,
        service=order.service,
        due_at=order.due_at,
        priority=order.priority,
        into=into,
    )
    return task, replace(order, tasks=(*order.tasks, task.id))


def join(books: Books, task: PickTask, stops: Iterable[Stop]) -> PickTask:
    """The walk with these stops added: each with a number of its own, and none before the stop at hand."""
    here = task.current
    last = max((stop.number for stop in task.stops), default=0)
    done, ahead = list(task.stops[: task.done]), list(task.stops[task.done :])
    for number, added in enumerate(stops, start=last + 1):
        new = replace(added, number=number, is_added=True)
        turn = _turn_from(books, here or new, new)
        # Those of one shelf stay together: a picker who stands there is not sent away and back.
        later = (place for place, each in enumerate(ahead) if place and _turn_from(books, here or new, each) > turn)
        ahead.insert(next(later, len(ahead)), new)
    state = states.TASK.step(task.state, "picking") if task.state == "picked" else task.state
    return replace(task, stops=(*done, *ahead), state=state)


def open_walk(books: Books, order: Order) -> PickTask | None:
    """The order's walk that is not over by the books, the newest where there are several."""
    tasks = (books.find(PickTask, id) for id in reversed(order.tasks))
    return next((task for task in tasks if task is not None and not task.is_over), None)


def _turn_from(books: Books, here: Stop, stop: Stop) -> tuple[bool, int, str]:
    turn = _turn(books, stop.location)
    return (turn < _turn(books, here.location), *turn)


def _turn(books: Books, location: str) -> tuple[int, str]:
    return _location(books, location).walk, location


def _location(books: Books, location: str) -> Location:
    return books.find(Location, location) or Location(id=location)


def _task_id(number: int) -> str:
    return f"T{number:06d}"
