"""What the floor reported and the books deny becomes work that somebody can do: a put-back, a count, a look.

Decides when two of them are one and the same work, and when it is done. What caused it is the caller's business.
"""

from __future__ import annotations

from itertools import count

from msgspec.structs import replace
from sqlalchemy import select

from orders import states
from orders.records import Discrepancy, Remedy
from server_stub import ledger_book, schema
from server_stub.books import Books
from server_stub.floor_repairs import Resolve
from server_stub.floor_setup import Done
from server_stub.problems import Refusal, unknown

_OPEN = (
    select(schema.record.c.id)
    .where(schema.record.c.kind == "discrepancy", schema.record.c.state == "open")
    .order_by(schema.record.c.id)
)
_SETTLED_BY = {
    "count": "count that shelf: `floorhand store count LOCATION SKU QUANTITY`",
    "put_back": "bring the goods to a shelf: `floorhand store put-back DISCREPANCY LOCATION`",
    "look": "look there, then `floorhand store resolve DISCREPANCY --note TEXT`",
}


def open_one(
    books: Books,
    *,
    reason: str,
    remedy: Remedy,
    subject: str,
    about: str = "",
    product: str = "",
    place: str = "",
    quantity: int = 0,
    worker: str | None = None,
    terminal: str = "",
    short: str = "",
) -> str:
    """Opens a discrepancy and gives its id, or adds to the open one for the same reason about the same thing.

    `about` says what makes it the same work: a shelf and product for a count, one event for a put-back. `short` is the
    stop whose short stands on it from now on.
    """
    stem = f"{reason}.{about or f'{subject}.{terminal}'}"
    for turn in count(1):
        id = stem if turn == 1 else f"{stem}.{turn}"
        found = books.find(Discrepancy, id)
        if found is None:
            books.put(
                Discrepancy(
                    id=id,
                    reason=reason,
                    remedy=remedy,
                    subject=subject,
                    opened_at=books.now,
                    product=product,
                    place=place,
                    quantity=quantity,
                    worker=worker,
                    terminal=terminal,
                    shorts=(short,) if short else (),
                )
            )
            return id
        if found.state == "open":
            shorts = (*found.shorts, short) if short else found.shorts
            if quantity or short:
                books.put(replace(found, quantity=found.quantity + quantity, shorts=shorts))
            return id
    raise AssertionError("count never ends")


def resolve(books: Books, asked: Resolve, asker: str) -> Done:
    """Settles what only had to be looked at, and keeps the note.

    Refusal (404) where it is unknown; (409) where it is settled already, or is settled by a count or a put-back.
    """
    found = require_open(books, asked.discrepancy)
    # A put-back whose pieces have gone elsewhere in the books can only be looked into.
    is_lost = found.remedy == "put_back" and ledger_book.lying(books, found.product, found.place) < found.quantity
    if found.remedy != "look" and not is_lost:
        raise other_remedy(found)
    close(books, found, asker, asked.note.strip())
    return Done(id=found.id)


def due_counts(books: Books, product: str, place: str) -> list[Discrepancy]:
    """The open ones that a count of that product at that shelf settles."""
    return [
        each
        for each in books.records(Discrepancy, _OPEN)
        if each.remedy == "count" and (each.product, each.place) == (product, place)
    ]


def withdraw_count(books: Books, product: str, place: str, short: str, by: str) -> bool:
    """Ends the count that this very short opened, unless another short has stood on that shelf since; whether it did.

    Who has counted meanwhile has settled it: there is nothing left to withdraw.
    """
    due = due_counts(books, product, place)
    mine = [each for each in due if each.shorts == (short,)]
    for each in mine:
        close(books, each, by, f"{by} took the short back")
    return bool(mine) and len(mine) == len(due)


def due_put_back(books: Books, product: str, place: str, quantity: int, terminal: str) -> Discrepancy | None:
    """The newest open put-back of just these pieces from that place, as that terminal reported it."""
    found = [
        each
        for each in books.records(Discrepancy, _OPEN)
        if each.remedy == "put_back"
        and (each.product, each.place, each.quantity, each.terminal) == (product, place, quantity, terminal)
    ]
    return max(found, key=lambda each: each.opened_at, default=None)


def require_open(books: Books, id: str) -> Discrepancy:
    """The discrepancy of that id; Refusal (404) where there is none, (409) where it is settled already."""
    found = books.find(Discrepancy, id)
    if found is None:
        raise unknown("discrepancy", id)
    if found.state != "open":
        raise Refusal(
            409,
            "resolved_before",
            expected="an open discrepancy",
            came=f"{id}, which is {found.state}" + (f" ({found.note})" if found.note else ""),
            remedy="nothing is left to do; `floorhand store discrepancies` lists the open ones",
        )
    return found


def other_remedy(found: Discrepancy) -> Refusal:
    """409: it is settled in another way; says in which."""
    return Refusal(
        409,
        "other_remedy",
        expected=f"what settles {found.id}",
        came=f"another act than its remedy, {found.remedy}",
        remedy=_SETTLED_BY[found.remedy],
    )


def close(books: Books, found: Discrepancy, by: str, note: str) -> None:
    """Writes down that it is settled, by whom and how."""
    state = states.DISCREPANCY.step(found.state, "resolved")
    books.put(replace(found, state=state, resolved_at=books.now, resolved_by=by, note=note))
