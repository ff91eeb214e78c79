"""What a short brings, and what becomes of it: another shelf in the same walk, a walk more, or a back-order.

Decides that the store looks for another shelf in the transaction of the short, and what follows where the walk is over,
is taken up again, or a bench has begun without waiting. What was denied brings nothing. It knows no stock but what
availability gives, and words nothing for the floor: task and order say it all.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from orders import events, ledger, states
from orders.folds import Told
from orders.records import Key, Order, PickTask, Record
from server_stub import availability, discrepancies, ledger_book, walks
from server_stub.books import Books

Before = Mapping[Key, Record | None]


def stand(books: Books, event: events.PickShorted, told: Told) -> None:
    """Locks the shelf until a count and looks for other shelves: their stops join this walk.

    What no other shelf has is back-ordered at once, though the order is still on the floor.
    """
    place = ledger.shelf(event.location)
    ledger_book.let_go(books, event.order, event.product, event.location, event.quantity)
    ledger_book.lock(books, event.product, place)
    discrepancies.open_one(
        books,
        reason="short",
        remedy="count",
        subject=str(event.subject),
        about=f"{place}.{event.product}",
        product=event.product,
        place=place,
        worker=told.worker,
        terminal=told.terminal,
        short=_named(event),
    )
    order, task = books.find(Order, event.order), books.find(PickTask, event.task)
    if order is None or task is None:
        return
    order, longer = availability.add_stops(books, order, task, event.product, event.quantity, event.stop)
    books.put(order)
    if longer is not task:
        books.put(longer)
    books.startle()


def take_back(books: Books, event: events.ShortUndone, before: Before, worker: str) -> None:
    """Moves the claims back to the shelf, and frees it where this short alone stood on it and nobody has counted."""
    claim_again(books, event, before)
    task = books.find(PickTask, event.task)
    stop = task.stop(event.stop) if task else None
    place = ledger.shelf(event.location)
    if stop is None or stop.shorted:
        return
    if discrepancies.withdraw_count(books, event.product, place, _named(event), worker):
        ledger_book.unlock(books, event.product, place)
        books.startle()
        availability.serve_waiting(books, (event.product,))


def claim_again(books: Books, event: events.PickUndone | events.ShortUndone, before: Before) -> None:
    """Sets aside at the shelf what the order claims there again, as far as no other order has it by now."""
    order = books.find(Order, event.order)
    was, was_on = before[Key("order", event.order)], before[Key("task", event.task)]
    task = books.find(PickTask, event.task)
    if order is None or task is None or not isinstance(was, Order) or not isinstance(was_on, PickTask):
        return
    claimed = _allocated(order, event.product) - _allocated(was, event.product)
    for stop in was_on.stops:
        if stop.instead_of == event.stop and (freed := stop.quantity - _quantity(task, stop.number)):
            ledger_book.let_go(books, order.id, stop.product, stop.location, freed)
            claimed += freed
            books.startle()
    row = ledger_book.stock_at(books, event.product, ledger.shelf(event.location))
    # A locked shelf is no hindrance: what the picker holds to be there is his to take.
    part = min(claimed, max(0, row.quantity - row.allocated)) if row else 0
    if row and part:
        ledger_book.set_aside(books, order.id, row, part)
    if part < claimed:
        books.startle()
        order = availability.lowered(order, event.product, claimed - part)
    waiting = availability.await_goods(books, order)
    if waiting is not books.find(Order, event.order):
        books.put(waiting)


def found_after_all(books: Books, event: events.PickConfirmed) -> None:
    """Ends the waiting for pieces that a picker took though nobody had set them aside for the order."""
    order = books.find(Order, event.order)
    lines = [order.lines[place] for place in order.places.get(event.product, ())] if order else []
    if order is not None and any(line.back_ordered > max(0, line.unallocated) for line in lines):
        books.put(availability.await_goods(books, order))


def walk_again(books: Books, event: events.ToteDropped, before: Before) -> None:
    """What was added to a walk behind the back of a device that was offline becomes another walk, released at once.

    It goes on in the tote that was dropped: a bench packs an order out of one.
    """
    was, order = before[Key("task", event.task)], books.find(Order, event.order)
    left = tuple(stop for stop in was.stops if stop.left) if isinstance(was, PickTask) else ()
    if not left or order is None:
        return
    stops = tuple(replace(stop, number=number, is_added=False) for number, stop in enumerate(left, start=1))
    task, order = walks.begin(books, order, stops, into=None if event.is_empty else event.tote)
    if event.is_empty:
        order = replace(order, state=states.ORDER.step(order.state, "released"))
    books.put(task)
    books.put(order)
    books.startle()


def walk_on(books: Books, event: events.DropUndone) -> None:
    """Gives a walk that is taken up again what it had left to another one, unless somebody has that already."""
    walk, order = books.find(PickTask, event.task), books.find(Order, event.order)
    for other in _not_begun(books, order):
        if walk is not None and other.into == event.tote and other.state == "released":
            _cancel(books, other)
            walk = walks.join(books, walk, other.stops)
            books.put(walk)
            books.startle()


def call_off(books: Books, id: str) -> None:
    """Ends the walks that a bench did not wait for: their pieces are back-ordered, and follow in a parcel of theirs."""
    order = books.find(Order, id)
    products: dict[str, None] = {}
    for task in _not_begun(books, order):
        assert order is not None
        _cancel(books, task)
        for stop in task.stops:
            freed = ledger_book.let_go(books, id, stop.product, stop.location, stop.left)
            order = availability.lowered(order, stop.product, freed)
            products[stop.product] = None
    if products and order is not None:
        books.put(availability.await_goods(books, order))
        books.startle()
        availability.serve_waiting(books, products)


def _not_begun(books: Books, order: Order | None) -> list[PickTask]:
    tasks = (books.find(PickTask, id) for id in order.tasks) if order else ()
    return [task for task in tasks if task is not None and task.state in ("released", "claimed")]


def _cancel(books: Books, task: PickTask) -> None:
    state = states.TASK.step(task.state, "cancelled")
    books.put(replace(task, state=state, claimed_by=None, worker=None, lease_ends_at=None))
    if row := books.sheets.claim.get(task.id):
        books.sheets.claim.drop(row)


def _named(event: events.PickShorted | events.ShortUndone) -> str:
    return f"{event.task}.{event.stop}"


def _allocated(order: Order, product: str) -> int:
    return sum(line.allocated for line in order.lines if line.product == product)


def _quantity(task: PickTask, number: int) -> int:
    stop = task.stop(number)
    return stop.quantity if stop else 0
