"""What the floor reported and the books deny becomes work that somebody can do: a put-back, a count, a look.

Decides when two of them are one and the same work. What caused it is the caller's business.
"""

from __future__ import annotations

from itertools import count

from msgspec.structs import replace

from orders.records import Discrepancy, Remedy
from server_stub.books import Books


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
) -> str:
    """Opens a discrepancy and gives its id, or adds to the open one for the same reason about the same thing.

    `about` says what makes it the same work: a shelf and product for a count, one event for a put-back.
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
                )
            )
            return id
        if found.state == "open":
            if quantity:
                books.put(replace(found, quantity=found.quantity + quantity))
            return id
    raise AssertionError("count never ends")
