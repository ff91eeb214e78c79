"""The ledger against itself and against what caused it: sums, moves, claims of orders, counts, goods that came in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, exists, func, or_, select

from orders import ledger
from orders.intake import NewStock
from orders.records import Discrepancy, Product, key_of
from server_stub import schema
from server_stub.ledger_book import FIRST_SHELF, OPEN_ENDS
from server_stub.proofs.survey import Check, Survey
from server_stub.receipt import content_digest

_PLACES = (FIRST_SHELF, ledger.tote(""), ledger.parcel(""))


def sums(survey: Survey) -> Iterator[str]:
    """The rows of one product add up to nothing."""
    stock = schema.stock.c
    total = func.sum(stock.quantity)
    for product, found in survey.rows(select(stock.product, total).group_by(stock.product).having(total != 0)):
        yield f"ledger: the rows of {product} add up to {found} over all places, not to 0"


def moves(survey: Survey) -> Iterator[str]:
    """What lies somewhere is what was moved there."""
    stock, move = schema.stock.c, schema.stock_move.c
    moved: dict[tuple[str, str, str], int] = {}
    grouped = (move.product, move.source, move.target, move.status)
    for product, source, target, status, quantity in survey.rows(
        select(*grouped, func.sum(move.quantity)).group_by(*grouped)
    ):
        for place, sign in ((source, -1), (target, 1)):
            moved[product, place, status] = moved.get((product, place, status), 0) + sign * quantity
    rows = survey.rows(select(stock.product, stock.place, stock.status, stock.quantity))
    lying = {(product, place, status): quantity for product, place, status, quantity in rows}
    for key in sorted(moved.keys() | lying.keys()):
        if (found := lying.get(key, 0)) != (meant := moved.get(key, 0)):
            yield f"ledger: {found} of {key[0]} at {key[1]} ({key[2]}), and its moves come to {meant}"


def rows(survey: Survey) -> Iterator[str]:
    """No place within the walls holds less than nothing; what is locked is due a count."""
    for row in survey.rows(schema.stock):
        where = f"ledger: {row.product} at {row.place}"
        if row.place not in OPEN_ENDS and not row.place.startswith(_PLACES):
            yield f"{where}: there is no such place"
        if row.quantity < 0 and row.place not in OPEN_ENDS:
            yield f"{where}: {row.quantity} lie there"
        if row.status != ledger.AVAILABLE:
            yield f"{where}: no goods are {row.status}"
        if row.is_locked and (row.product, row.place) not in survey.due_counts:
            yield f"{where}: is locked, and nobody has to count it"
        if row.allocated < 0 or (row.allocated and not row.place.startswith(FIRST_SHELF)):
            yield f"{where}: {row.allocated} are set aside"


def locks(survey: Survey) -> Iterator[str]:
    """A shelf on which a short stands is kept from orders until it is counted."""
    locked = {(row.product, row.place) for row in survey.rows(schema.stock) if row.is_locked}
    for each in survey.every(Discrepancy):
        if each.reason == "short" and each.state == "open" and (each.product, each.place) not in locked:
            yield f"ledger: {each.product} at {each.place}: is due a count for a short, and is not locked"


def allocations(survey: Survey) -> Iterator[str]:
    """What a shelf shows as set aside is what orders have set aside there."""
    stock, claim = schema.stock.c, schema.allocation.c
    claimed = {
        (product, ledger.shelf(location)): quantity
        for product, location, quantity in survey.rows(
            select(claim.product, claim.location, func.sum(claim.quantity)).group_by(claim.product, claim.location)
        )
    }
    found = survey.rows(select(schema.stock).where(stock.status == ledger.AVAILABLE))
    shelves = {(row.product, row.place): row for row in found if row.place.startswith(FIRST_SHELF)}
    for key in sorted(claimed.keys() | shelves.keys()):
        row, meant = shelves.get(key), claimed.get(key, 0)
        # More may be set aside than lies there: a pick that the books deny has moved its goods all the same.
        if (shown := row.allocated if row else 0) != meant:
            yield f"allocation: {key[1]} shows {shown} of {key[0]} set aside, and orders have {meant} there"
    for row in survey.rows(schema.allocation):
        where = f"allocation: {row.quantity} of {row.product} at {row.location} for {row.order}"
        if row.quantity < 1:
            yield f"{where}: are none"
        for kind, id in (("order", row.order), ("product", row.product), ("location", row.location)):
            if not survey.has(kind, id):
                yield f"{where}: there is no {kind} {id}"


def causes(survey: Survey) -> Iterator[str]:
    """What no event moved came in, was counted or was put back; each once, when and as it is noted there."""
    arrived = {row.key: row for row in survey.rows(schema.goods_in)}
    counted = {row.cursor + 1: row for row in survey.rows(schema.shelf_count)}
    put_back = {
        (each.product, each.place, each.quantity, schema.instant(each.resolved_at))
        for each in survey.every(Discrepancy)
        if each.remedy == "put_back" and each.resolved_at
    }
    products = {each.id: each for each in survey.every(Product)}
    for cause, some in sorted(survey.told.leftover.items()):
        for move in some:
            where = f"move {move.cursor} ({cause})"
            kind, _, key = cause.partition("/")
            is_arrival = move.source == ledger.OUTSIDE and move.target.startswith(FIRST_SHELF)
            if cause == "first-stock":
                is_right = is_arrival
            elif kind == "goods-in":
                known = arrived.pop(key, None)
                is_right = known is not None and is_arrival and known.received_at == move.at
                if known is not None and not _is_delivery(products.get(move.product), move, known):
                    yield f"goods-in {key}: is not what the move {move.cursor} brought"
            elif kind == "put-back":
                is_right = (move.product, move.source, move.quantity, move.at) in put_back
            elif kind == "count":
                row = counted.pop(move.cursor, None)
                is_right = row is not None and _is_counted(row, move)
            else:
                is_right = False
            if not is_right:
                yield f"{where}: {move.quantity} of {move.product} from {move.source} to {move.target}, not caused so"
    for key in arrived:
        yield f"goods-in {key}: nothing came in under that key"


def _is_delivery(product: Product | None, move: Row[Any], known: Row[Any]) -> bool:
    if product is None:
        return False
    owner, location = product.owner, ledger.location_of(move.target)
    key = known.key.removeprefix(key_of(owner, ""))
    new = NewStock(owner=owner, sku=product.sku, location=location, quantity=move.quantity, key=key)
    return known.digest in (content_digest(new), content_digest(_assumed(new)))


def _assumed(new: NewStock) -> NewStock:
    return NewStock(
        owner=new.owner, sku=new.sku, location=new.location, quantity=new.quantity, key=new.key, is_assumed=True
    )


def _is_counted(row: Row[Any], move: Row[Any]) -> bool:
    ways = (ledger.ADJUSTMENT, row.place) if row.counted > row.book else (row.place, ledger.ADJUSTMENT)
    who = move.cause.partition("/")[2].startswith(f"{row.counted_by}/")
    said = (row.product, *ways, abs(row.counted - row.book), row.at)
    return bool(who and said == (move.product, move.source, move.target, move.quantity, move.at))


def counts(survey: Survey) -> Iterator[str]:
    """A count was compared with what the book showed then, and has corrected it, or waits for a second one."""
    count, move = schema.shelf_count.c, schema.stock_move.c
    told = {row.cursor: row for row in survey.rows(select(schema.shelf_count).order_by(count.cursor))}
    if not told:
        return
    at_them = exists().where(count.product == move.product, or_(count.place == move.source, count.place == move.target))
    corrected = set()
    lying: dict[tuple[str, str], int] = {}
    waiting = iter(told.values())
    following = next(waiting, None)
    for row in survey.rows(select(schema.stock_move).where(at_them).order_by(move.cursor)):
        while following is not None and following.cursor < row.cursor:
            yield from _compared(following, lying)
            following = next(waiting, None)
        for place, sign in ((row.source, -1), (row.target, 1)):
            lying[row.product, place] = lying.get((row.product, place), 0) + sign * row.quantity
        if row.cause.startswith("count/"):
            corrected.add(row.cursor - 1)
    while following is not None:
        yield from _compared(following, lying)
        following = next(waiting, None)
    doubted = {(each.product, each.place) for each in survey.every(Discrepancy) if each.reason == "counted_once"}
    for cursor, row in told.items():
        where = f"count {cursor} of {row.product} at {row.place}"
        if row.counted != row.book and cursor not in corrected and (row.product, row.place) not in doubted:
            yield f"{where}: {row.counted} were there, {row.book} in the book, and nothing was corrected"
        if not survey.has("worker", row.counted_by):
            yield f"{where}: was counted by {row.counted_by}, and nobody of that name works here"
        if row.counted < 0:
            yield f"{where}: {row.counted} were there"


def _compared(row: Row[Any], lying: dict[tuple[str, str], int]) -> Iterator[str]:
    if (book := lying.get((row.product, row.place), 0)) != row.book:
        yield f"count {row.cursor} of {row.product} at {row.place}: shows a book of {row.book}, which was at {book}"


CHECKS: tuple[Check, ...] = (sums, moves, rows, locks, allocations, causes, counts)
