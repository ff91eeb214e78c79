"""Orders, walks, totes, parcels, manifests and open work: against each other, their rows, and what was told of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from orders import ledger, states
from orders.records import (
    Discrepancy,
    Key,
    KeyedItem,
    Manifest,
    Order,
    Parcel,
    PickTask,
    Tote,
    key_of,
)
from orders.states import Life
from server_stub import schema
from server_stub.availability import ADDRESS, GOODS
from server_stub.books import rank
from server_stub.ledger_book import FIRST_SHELF
from server_stub.proofs.survey import Check, Survey
from server_stub.proofs.tally import Walked, content_of

_OPEN = ("released", "claimed", "picking", "picked")
# Nobody on the floor has such an order's walk in hand.
_WALKED = ("released", "picking")


def orders(survey: Survey) -> Iterator[str]:
    """An order's pieces add up, are set aside and awaited as its rows say, and were picked and packed as was told."""
    left = _left(survey)
    waiting = dict(survey.awaited)
    set_aside = dict(survey.set_aside)
    for order in survey.every(Order):
        where = f"order {order.id}"
        for said in (
            *_names(survey, order),
            *_lines(order),
            *_told(survey, order),
            *_state(survey, order),
            *_parcels_of(survey, order),
            *_tasks_of(survey, order),
            *_waiting(order, waiting),
        ):
            yield f"{where}: {said}"
        for product in dict.fromkeys(line.product for line in order.lines):
            on_lines = sum(line.allocated for line in order.lines if line.product == product)
            rows = set_aside.pop((order.id, product), 0)
            if rows != on_lines:
                yield f"{where}: has {on_lines} of {product} set aside on its lines, and {rows} at shelves"
            if order.state in _WALKED and order.id not in survey.told.taken_back and rows != left[order.id, product]:
                yield f"{where}: has {rows} of {product} set aside, and its walks take {left[order.id, product]}"
    for order_id, product in set_aside:
        yield f"allocation: {order_id} has {product} set aside, and no line for it"
    for what, key, order_id in waiting:
        yield f"awaited: {order_id} waits for {what} of {key}, and lacks nothing of it"


def _left(survey: Survey) -> Counter[tuple[str, str]]:
    left: Counter[tuple[str, str]] = Counter()
    for task in survey.every(PickTask):
        if not task.is_over:
            for stop in task.stops:
                left[task.order, stop.product] += stop.left
    return left


def _names(survey: Survey, order: Order) -> Iterator[str]:
    if order.id != key_of(order.owner, order.number):
        yield f"is number {order.number} of {order.owner}"
    if order.state not in states.ORDER.follows:
        yield f"no order is {order.state}"
    if order.ship_to is not None:
        if not survey.has("address", order.ship_to):
            yield f"goes to {order.ship_to}, and there is no such address"
        if order.ship_to not in (f"order/{order.id}", f"customer/{order.customer}"):
            yield f"goes to {order.ship_to}, which is neither its own nor its customer's ({order.customer})"
    for terminal in order.benches:
        if terminal not in survey.terminals:
            yield f"was packed at {terminal}, and no such terminal was ever enrolled"
    if order.digest and (len(order.digest) != 32 or set(order.digest) - set("0123456789abcdef")):
        yield f"its content's digest is {order.digest}, which is none"
    if order.received_at.tzinfo is None or (order.cancelled_at is None) == (order.state == "cancelled"):
        yield f"is {order.state}, and was cancelled at {order.cancelled_at}"


def _lines(order: Order) -> Iterator[str]:
    if len({line.number for line in order.lines}) < len(order.lines):
        yield "two lines have one number"
    for line in order.lines:
        where = f"line {line.number}"
        if line.product != key_of(order.owner, line.sku):
            yield f"{where}: {line.sku} is not {line.product}"
        if line.number < 1:
            yield f"{where}: has no number"
        counts = (line.wanted, line.picked, line.verified, line.packed, line.shipped)
        if min(counts) < 0 or sorted(counts, reverse=True) != list(counts):
            yield f"{where}: {counts[0]} wanted, {', '.join(map(str, counts[1:]))} picked, verified, packed and shipped"
        if (line.back_ordered > 0) != (line.back_ordered_since_at is not None):
            yield f"{where}: {line.back_ordered} back-ordered since {line.back_ordered_since_at}"
        if order.state not in ("received", "cancelled") and line.back_ordered != max(0, line.unallocated):
            yield (
                f"{where}: {line.wanted} wanted, {line.allocated} set aside, {line.picked} picked, "
                f"and {line.back_ordered} back-ordered"
            )


def _told(survey: Survey, order: Order) -> Iterator[str]:
    told = survey.told
    for product in dict.fromkeys(line.product for line in order.lines):
        lines = [line for line in order.lines if line.product == product]
        for what, found, meant in (
            ("picked", sum(line.picked for line in lines), told.picked_of[order.id, product]),
            ("verified", sum(line.verified for line in lines), told.verified_of[order.id, product]),
        ):
            if found != meant:
                yield f"{found} of {product} are {what}, and {meant} were told"
    if order.state not in told.order_states.get(order.id, _UNTOLD):
        yield f"is {order.state}, and what was told last leaves it {' or '.join(sorted(told.order_states[order.id]))}"


_UNTOLD = frozenset(("received", "verified", "allocated", "backordered", "cancelled", "released"))


def _state(survey: Survey, order: Order) -> Iterator[str]:
    aside = sum(line.allocated for line in order.lines)
    picked = sum(line.picked for line in order.lines)
    match order.state:
        case "received":
            is_right = bool(order.holds) and not aside
        case "allocated":
            is_right = aside > 0
        case "backordered" | "picked":
            is_right = aside == 0
        case "released" | "picking":
            is_right = any(not walk.is_over for id in order.tasks if (walk := survey.walks.get(id)))
        case "packed":
            is_right = sum(line.packed for line in order.lines) > sum(line.shipped for line in order.lines)
        case "shipped":
            is_right = all(line.shipped == line.wanted for line in order.lines)
        case "cancelled":
            is_right = not aside and not picked and all(not line.wanted for line in order.lines)
        case _:
            is_right = order.state != "verified"
    if not is_right:
        yield f"is {order.state}, and its pieces, holds or walks are not those of such an order"
    if order.holds and order.state != "received":
        yield f"is held, and {order.state}"


def _parcels_of(survey: Survey, order: Order) -> Iterator[str]:
    packed: Counter[int] = Counter()
    shipped: Counter[int] = Counter()
    for each in order.parcels:
        for part in each.contents:
            packed[part.line] += 0 if each.is_void else part.quantity
            shipped[part.line] += part.quantity if (order.id, each.sscc) in survey.told.handed else 0
        carton = survey.cartons.get(each.sscc)
        if carton is None:
            yield f"holds parcel {each.sscc}, which is not there"
            continue
        said = (order.id, order.number, each.number, each.contents, each.is_void)
        if said != (carton.order, carton.order_number, carton.number, carton.contents, carton.state == "voided"):
            yield f"parcel {each.sscc} is another one than it says"
    for line in order.lines:
        if (line.packed, line.shipped) != (packed[line.number], shipped[line.number]):
            yield (
                f"line {line.number}: {line.packed} packed and {line.shipped} shipped, "
                f"and its parcels hold {packed[line.number]} and {shipped[line.number]}"
            )


def _tasks_of(survey: Survey, order: Order) -> Iterator[str]:
    if len(set(order.tasks)) < len(order.tasks):
        yield "names a task twice"
    mine = (order.id, order.number, order.owner, order.carrier, order.service, order.due_at, order.priority)
    for id in order.tasks:
        walk = survey.walks.get(id)
        if walk is None:
            yield f"is walked by task {id}, which is not there"
        elif mine != (
            walk.order,
            walk.order_number,
            walk.owner,
            walk.carrier,
            walk.service,
            walk.due_at,
            walk.priority,
        ):
            yield f"task {id} is for another order, carrier, time or priority than it says"


def _waiting(order: Order, waiting: dict[tuple[str, str, str], str]) -> Iterator[str]:
    wanted = [(GOODS, line.product) for line in order.lines if line.back_ordered and order.state != "cancelled"]
    if order.state == "received" and order.customer is not None:
        wanted.append((ADDRESS, order.customer))
    for what, key in dict.fromkeys(wanted):
        found = waiting.pop((what, key, order.id), None)
        if found is None:
            yield f"lacks {what} of {key}, and does not wait for it"
        elif found != rank(order):
            yield f"waits for {what} of {key} as {found}, and is {rank(order)}"


# --- walks, totes, leases -----


def tasks(survey: Survey) -> Iterator[str]:
    """A walk's stops are at shelves, for goods of its order, and were picked and shorted as was told."""
    named = {id: order.id for order in survey.every(Order) for id in order.tasks}
    for task in survey.every(PickTask):
        where = f"task {task.id}"
        if not survey.has("order", task.order):
            yield f"{where}: is for {task.order}, and there is no such order"
        if not task.is_over and named.get(task.id) != task.order:
            yield f"{where}: is on the floor, and {task.order} knows nothing of it"
        if task.claimed_by is not None and task.claimed_by not in survey.terminals:
            yield f"{where}: is walked with {task.claimed_by}, and no such terminal was ever enrolled"
        if task.worker is not None and not _is_known(survey, task.worker):
            yield f"{where}: is walked by {task.worker}, of whom nobody has heard"
        yield from (f"{where}: {said}" for said in _stops(survey, task))
        told = survey.told.walks.get(task.id, Walked())
        if task.state not in told.states:
            yield f"{where}: is {task.state}, and what was told last leaves it {' or '.join(sorted(told.states))}"
        if (task.tote, task.place) != (told.tote, told.place):
            yield f"{where}: goes on in {task.tote} at {task.place}, and {told.tote} at {told.place} was told"
        if task.into is not None and not survey.has("tote", task.into):
            yield f"{where}: takes along {task.into}, and there is no such tote"
        done = sum(not stop.left for stop in task.stops)
        if task.done != done or any(stop.left for stop in task.stops[:done]):
            yield f"{where}: says that {task.done} stops are done, and {done} are"
        if task.state in ("picking", "picked") and (done == len(task.stops)) != (task.state == "picked"):
            yield f"{where}: is {task.state}, and {done} of {len(task.stops)} stops are done"


def _is_known(survey: Survey, worker: str) -> bool:
    return survey.has("worker", worker) or worker in survey.told.workers


def _stops(survey: Survey, task: PickTask) -> Iterator[str]:
    told = survey.told
    if len({stop.number for stop in task.stops}) < len(task.stops):
        yield "two stops have one number"
    for stop in task.stops:
        where, at = f"stop {stop.number}", (task.id, stop.number)
        for kind, id in (("location", stop.location), ("product", stop.product)):
            if not survey.has(kind, id):
                yield f"{where}: there is no {kind} {id}"
        if stop.product != key_of(task.owner, stop.sku):
            yield f"{where}: {stop.sku} is not {stop.product}"
        if stop.left < 0 or stop.number < 1:
            yield f"{where}: {stop.quantity} wanted, {stop.picked} picked, {stop.shorted} shorted"
        if stop.picked != told.picked[at]:
            yield f"{where}: {stop.picked} are picked, and {told.picked[at]} were told"
        is_less = at in told.unshorted
        if stop.shorted > told.shorted[at] or (stop.shorted < told.shorted[at] and not is_less):
            yield f"{where}: {stop.shorted} are shorted, and {told.shorted[at]} were told"
        if stop.reason != (told.short_reasons.get(at, "") if stop.shorted else ""):
            yield f"{where}: is short because {stop.reason or 'of nothing'}, and another reason was told"
        if stop.is_shelf_confirmed != (at in told.stood_at):
            yield f"{where}: whether somebody stood there is not what was told"


def leases(survey: Survey) -> Iterator[str]:
    """Who has a task has its lease, until the same moment."""
    held = {row.task: row for row in survey.rows(schema.claim)}
    for id, row in held.items():
        walk = survey.walks.get(id)
        if walk is None:
            yield f"lease of {id}: there is no such task"
        elif row.terminal is not None and row.terminal != walk.claimed_by:
            yield f"lease of {id}: is {row.terminal}'s, and {walk.claimed_by} walks it"
        elif row.terminal is not None and walk.is_over:
            yield f"lease of {id}: is {row.terminal}'s, and the walk is {walk.state}"
    for id, walk in survey.walks.items():
        if walk.is_over or walk.lease_ends_at is None:
            continue
        known = held.get(id)
        if known is None or (known.terminal, known.ends_at) != (walk.claimed_by, schema.instant(walk.lease_ends_at)):
            yield f"task {id}: is leased to {walk.claimed_by} until {walk.lease_ends_at}, and no row says so"


def replayed(survey: Survey) -> Iterator[str]:
    """A tote, and the count of a product that was keyed, are what was told of them, since that place of the log."""
    for cls, kind in ((Tote, "tote"), (KeyedItem, "keyed_item")):
        for record in survey.every(cls):
            told = survey.told.replayed.get(Key(kind, record.id))
            where = f"{kind} {record.id}"
            if told is None:
                if record not in (Tote(id=record.id), KeyedItem(id=record.id)):
                    yield f"{where}: is in use, and nothing was told of it"
            elif record != told.record:
                yield f"{where}: is not what was told of it"
    for key in survey.told.replayed:
        if not survey.has(key.kind, key.id):
            yield f"{key}: was told of, and is not there"


# --- parcels, manifests, open work -----


def parcels(survey: Survey) -> Iterator[str]:
    """A parcel is what was sealed, stands where it was brought, and its order knows it."""
    for parcel in survey.every(Parcel):
        where = f"parcel {parcel.id}"
        told = survey.told.parcels.get(parcel.id)
        if told is None:
            yield f"{where}: was never sealed"
            continue
        if content_of(parcel, parcel.sealed_at) != told.content:
            yield f"{where}: is not what was sealed"
        if (parcel.state, parcel.copies) != (told.state, told.copies):
            yield f"{where}: is {parcel.state} with {parcel.copies} labels; told were {told.state}, {told.copies}"
        if not survey.has("order", parcel.order):
            yield f"{where}: is for {parcel.order}, and there is no such order"
        if (parcel.manifest is None) != (parcel.state in ("sealed", "voided")):
            yield f"{where}: is {parcel.state}, and stands on {parcel.manifest or 'no manifest'}"


def manifests(survey: Survey) -> Iterator[str]:
    """What stands on a manifest says so, and the other way round."""
    standing = {sscc: each.manifest for sscc, each in survey.cartons.items() if each.manifest is not None}
    for manifest in survey.every(Manifest):
        where = f"manifest {manifest.id}"
        if manifest.state != survey.told.manifests.get(manifest.id, "open"):
            yield f"{where}: is {manifest.state}, and that is not what was told"
        for sscc in manifest.parcels:
            if standing.pop(sscc, None) != manifest.id:
                yield f"{where}: holds {sscc}, which stands elsewhere"
    for sscc, id in standing.items():
        yield f"parcel {sscc}: stands on {id}, which does not hold it"


def discrepancies(survey: Survey) -> Iterator[str]:
    """Open work is about something that there is or was told of, and is called by its reason and what it is about."""
    counts = {f"shelf_count/{row.cursor}" for row in survey.rows(schema.shelf_count)}
    for each in survey.every(Discrepancy):
        where = f"discrepancy {each.id}"
        if not each.id.startswith(f"{each.reason}."):
            yield f"{where}: is called by another reason than {each.reason}"
        if not _is_about(survey, each.subject, counts):
            yield f"{where}: is about {each.subject}, of which nobody has heard"
        if (each.resolved_at is None, each.resolved_by == "") != (each.state == "open", each.state == "open"):
            yield f"{where}: is {each.state}, and was settled at {each.resolved_at} by {each.resolved_by or 'nobody'}"
        if each.terminal and each.terminal not in survey.terminals:
            yield f"{where}: came from {each.terminal}, and no such terminal was ever enrolled"
        if each.worker is not None and not _is_known(survey, each.worker):
            yield f"{where}: came from {each.worker}, of whom nobody has heard"
        if each.remedy != _remedy(each):
            yield f"{where}: nobody settles pieces at {each.place or 'no place'} by {each.remedy}"
        if each.remedy == "count" and not _is_called(each, f"{each.place}.{each.product}"):
            yield f"{where}: is not about {each.product} at {each.place}"
        if each.quantity < 0 or (each.remedy == "put_back" and not each.quantity):
            yield f"{where}: is about {each.quantity} pieces"
        for short in each.shorts:
            task, _, stop = short.rpartition(".")
            if not survey.has("task", task) or not stop.isdecimal():
                yield f"{where}: the short at {short} stands on it, and there is no such stop"


def _is_about(survey: Survey, subject: str, counts: Iterable[str]) -> bool:
    kind, _, id = subject.partition("/")
    if kind == "journal":
        return id in survey.journals
    return survey.has(kind, id) or subject in survey.told.subjects or subject in counts


def _remedy(each: Discrepancy) -> str:
    if each.place.startswith(FIRST_SHELF):
        return "count"
    return "put_back" if each.place.startswith(ledger.tote("")) and each.reason != "found" else "look"


def _is_called(each: Discrepancy, about: str) -> bool:
    stem = f"{each.reason}.{about}"
    return each.id == stem or (each.id.startswith(f"{stem}.") and each.id.removeprefix(f"{stem}.").isdecimal())


def steps(survey: Survey) -> Iterator[str]:
    """Every state is one of the table of lives."""
    lives: dict[str, Life] = {
        life.kind: life
        for life in (states.ORDER, states.TASK, states.TOTE, states.PARCEL, states.MANIFEST, states.DISCREPANCY)
    }
    record = schema.record.c
    for kind, life in lives.items():
        for id, state in survey.rows(
            schema.record.select().with_only_columns(record.id, record.state).where(record.kind == kind)
        ):
            if state not in life.follows:
                yield f"{kind} {id}: no {kind} is {state}"


CHECKS: tuple[Check, ...] = (steps, orders, tasks, leases, replayed, parcels, manifests, discrepancies)
