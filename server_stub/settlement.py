"""What a fact does to the books beyond its own records: goods, shelves, leases, manifests, back-orders.

Decides what follows from an event that the rule book allows, and what is done where it denies one: the goods move in
the ledger as they moved on the floor, and the claim becomes a discrepancy. It knows nothing of numbers and journals
but their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from orders import events, folds, ledger, roles, wire
from orders.events import FloorEvent, TaskEvent
from orders.folds import Told
from orders.records import Key, Manifest, Order, Parcel, ParcelLine, PickTask, Record, Worker
from orders.verdicts import Denial
from server_stub import availability, claims, discrepancies, ledger_book, manifests, shorts, sscc_leases, two_benches
from server_stub.books import Books

# Why a fact whose pieces cannot be is a discrepancy.
IMPOSSIBLE = "impossible_quantity"
# Why an admitted one was not plain.
FOUND = "found beyond the book"
NOT_LEASED = "sscc_not_leased"


class Cause(msgspec.Struct, frozen=True):
    """Which event it was."""

    journal: str
    number: int

    def __str__(self) -> str:
        return f"{self.journal}.{self.number}"


def settle(books: Books, event: FloorEvent, told: Told, cause: Cause) -> tuple[str, str]:
    """Admits `event`, or opens a discrepancy for it; gives the verdict and its reason as they travel."""
    verdict, reason = _weigh(books, event, told, cause)
    questioned = _question_worker(books, event, told)
    return verdict, reason or questioned


def settle_impossible(books: Books, event: FloorEvent, told: Told) -> tuple[str, str]:
    """What becomes of a fact that told 0 pieces, fewer, or more than can be: nothing moves, and somebody counts.

    `event` is that fact with one piece in place of what cannot be.
    """
    if not _due_counts(books, event, told, IMPOSSIBLE):
        _look(books, event, told, IMPOSSIBLE)
    _question_worker(books, event, told)
    return wire.DISCREPANCY, IMPOSSIBLE


def _weigh(books: Books, event: FloorEvent, told: Told, cause: Cause) -> tuple[str, str]:
    redirected = manifests.redirected(books, event)
    if redirected is not event:
        books.startle()
    event = redirected
    before = {key: books.at(key) for key in event.touches}
    after = folds.admit(before, event, told)
    if isinstance(after, Denial):
        denial = two_benches.explained(books, event, after, told)
        if denial is None:
            _deny(books, event, after, told, cause)
        return wire.DISCREPANCY, (denial or after).value
    for record in after.values():
        books.put(record)
    reason = _follow(books, event, before, told, cause)
    if isinstance(event, TaskEvent):
        claims.extend(books, told.terminal, event.task)
    return wire.ADMITTED, reason


def _follow(books: Books, event: FloorEvent, before: Mapping[Key, Record | None], told: Told, cause: Cause) -> str:
    """What an admitted event brings with it; a reason where that was not plain."""
    match event:
        case events.PickConfirmed():
            ledger_book.let_go(books, event.order, event.product, event.location, event.quantity)
            shorts.found_after_all(books, event)
            return _move(books, event, told, cause)
        case events.PickUndone():
            reason = _move(books, event, told, cause)
            shorts.claim_again(books, event, before)
            return reason
        case events.ShortUndone():
            shorts.take_back(books, event, before, told.worker)
        case events.PickShorted():
            shorts.stand(books, event, told)
        case events.ToteDropped():
            shorts.walk_again(books, event, before)
            if event.is_empty:
                _back_order(books, event.order)
        case events.DropUndone():
            shorts.walk_on(books, event)
        case events.PackingStarted():
            shorts.call_off(books, event.order)
        case events.ParcelSealed():
            reason = _move(books, event, told, cause)
            return _check_lease(books, event, told, cause) or reason
        case events.ManifestHandedOver():
            reason = _move(books, event, told, cause)
            manifest = before[Key("manifest", event.manifest)]
            if isinstance(manifest, Manifest):
                manifests.roll_over(books, manifest, event)
            for order in dict.fromkeys(each.order for each in event.parcels):
                _back_order(books, order)
            return reason
        case _:
            return _move(books, event, told, cause)
    return ""


def _deny(books: Books, event: FloorEvent, denial: Denial, told: Told, cause: Cause) -> None:
    is_pick = isinstance(event, events.PickConfirmed)
    if is_pick:
        _move(books, event, told, cause)
    else:
        for move in ledger.moves(event, lambda parcel: _contents(books, parcel)):
            ledger_book.post_what_is_there(books, move, str(cause))
    if isinstance(event, events.PickConfirmed):
        discrepancies.open_one(
            books,
            reason=denial.value,
            remedy="put_back",
            subject=str(event.subject),
            about=str(cause),
            product=event.product,
            place=ledger.tote(event.tote),
            quantity=event.quantity,
            worker=told.worker,
            terminal=told.terminal,
        )
    elif isinstance(event, events.PickUndone) and _settles_itself(books, event, told):
        return
    is_counted = denial is Denial.TOO_MANY and _due_counts(books, event, told, denial.value)
    if not is_pick and not is_counted:
        _look(books, event, told, denial.value)


def _look(books: Books, event: FloorEvent, told: Told, reason: str, about: str = "") -> None:
    discrepancies.open_one(
        books,
        reason=reason,
        remedy="look",
        subject=str(event.subject),
        about=about,
        worker=told.worker,
        terminal=told.terminal,
    )


def _question_worker(books: Books, event: FloorEvent, told: Told) -> str:
    """Opens a look where that work was not the worker's; gives why. What was done counts as it was done."""
    work = roles.roles_for(event)
    denial = roles.judge_worker(books.find(Worker, told.worker), work, told.at) if work else None
    if denial is None:
        return ""
    _look(books, event, told, denial.value, about=f"{told.worker}.{event.subject}")
    return denial.value


def _due_counts(books: Books, event: FloorEvent, told: Told, reason: str) -> bool:
    """Opens a count of every shelf that the pieces of `event` came from or went to; says whether there is one."""
    places = set(_shelves_of(books, event))
    for product, location in places:
        _due(books, product, ledger.shelf(location), 0, told, event, reason)
    return bool(places)


def _shelves_of(books: Books, event: FloorEvent) -> Iterator[tuple[str, str]]:
    match event:
        case events.PickConfirmed() | events.PickUndone() | events.PickShorted() | events.ShortUndone():
            yield event.product, event.location
        case events.ItemVerified() | events.VerificationUndone():
            yield from _picked_from(books, event.order, {event.product})
        case events.ParcelSealed() | events.ParcelVoided():
            yield from _picked_from(books, event.order, {line.product for line in event.contents})


def _picked_from(books: Books, id: str, products: set[str]) -> Iterator[tuple[str, str]]:
    order = books.find(Order, id)
    for task in (books.find(PickTask, each) for each in order.tasks) if order else ():
        for stop in task.stops if task else ():
            if stop.product in products and stop.picked:
                yield stop.product, stop.location


def _settles_itself(books: Books, event: events.PickUndone, told: Told) -> bool:
    """Whether the pick that was taken back had been denied too: then its put-back is done."""
    found = discrepancies.due_put_back(books, event.product, ledger.tote(event.tote), event.quantity, told.terminal)
    if found is None:
        return False
    discrepancies.close(books, found, told.worker, f"taken back to {event.location} by the picker")
    return True


def _move(books: Books, event: FloorEvent, told: Told, cause: Cause) -> str:
    """Posts what the event moved; what the book lacked is found, and is due a count or a look."""
    reason = ""
    for move in ledger.moves(event, lambda parcel: _contents(books, parcel)):
        if found := ledger_book.post(books, move, str(cause)):
            reason = FOUND
            _due(books, move.product, move.source, found, told, event, "found")
    return reason


def _due(books: Books, product: str, place: str, quantity: int, told: Told, event: FloorEvent, reason: str) -> None:
    is_shelf = place.startswith(ledger.shelf(""))
    discrepancies.open_one(
        books,
        reason=reason,
        remedy="count" if is_shelf else "look",
        subject=str(event.subject),
        about=f"{place}.{product}",
        product=product,
        place=place,
        quantity=quantity,
        worker=told.worker,
        terminal=told.terminal,
    )


def _check_lease(books: Books, event: events.ParcelSealed, told: Told, cause: Cause) -> str:
    order = books.find(Order, event.order)
    if sscc_leases.is_leased(books, cause.journal, event.parcel, order.owner if order else ""):
        return ""
    discrepancies.open_one(
        books,
        reason=NOT_LEASED,
        remedy="look",
        subject=str(Key("parcel", event.parcel)),
        about=event.parcel,
        worker=told.worker,
        terminal=told.terminal,
    )
    return NOT_LEASED


def _back_order(books: Books, id: str) -> None:
    """Looks at once for what a back-ordered order still lacks."""
    order = books.find(Order, id)
    if order is not None and order.state == "backordered":
        books.startle()
        books.put(availability.allocate(books, order))


def _contents(books: Books, sscc: str) -> Iterable[ParcelLine]:
    parcel = books.find(Parcel, sscc)
    return parcel.contents if parcel else ()
