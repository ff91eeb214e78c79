"""Requests that carry a key: the same key is answered again with the same reply, and done once.

Decides what counts as the same request. Only replies that changed something are kept; a refusal may be asked anew.
What is too much for one transaction is the business of long_requests.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import msgspec
from sqlalchemy import bindparam, select

from orders.envelope import digest
from server_stub import schema
from server_stub.books import Books
from server_stub.problems import Refusal, shown
from server_stub.rows import RequestRow
from server_stub.schema import instant

KEPT = timedelta(days=30)

_OLD = select(schema.request).where(schema.request.c.made_at < bindparam("before")).limit(10_000)
_OLD_UNFINISHED = select(schema.unfinished_request).where(schema.unfinished_request.c.made_at < bindparam("before"))

Reply = TypeVar("Reply", bound=msgspec.Struct)


class Request(msgspec.Struct, frozen=True):
    """Who asks, under which key, and what: by its digest."""

    asker: str
    key: str
    digest: bytes


def request(asker: str, key: str, asked: msgspec.Struct) -> Request:
    """A request as its key is judged."""
    return Request(asker, key, digest(msgspec.json.encode([type(asked).__name__, asked])))


def once(books: Books, asked: Request, reply: type[Reply], do: Callable[[], Reply]) -> Reply:
    """The reply kept for that key, or what `do` answers now; kept where it changed something.

    Refusal (422) where the key came before with another request.
    """
    if known := recalled(books, asked, reply):
        return known
    changes = books.tally.changes
    answer = do()
    if books.tally.changes != changes:
        remember(books, asked, answer)
    return answer


def recalled(books: Books, asked: Request, reply: type[Reply]) -> Reply | None:
    """The reply kept for that key, if there is one."""
    row = books.sheets.request.get(asked.asker, asked.key)
    if row is None:
        return None
    require_same(asked.key, row.digest == asked.digest)
    return msgspec.json.decode(row.reply, type=reply)


def remember(books: Books, asked: Request, answer: msgspec.Struct) -> None:
    """Keeps a reply under its key."""
    row = RequestRow(asked.asker, asked.key, asked.digest, books.stamp, msgspec.json.encode(answer))
    books.sheets.request.put(row)


def require_same(key: str, is_same: bool) -> None:
    """Refusal (422) where another request came under that key before."""
    if not is_same:
        raise Refusal(
            422,
            "key_used_before",
            expected="a new key for a new request",
            came=f"key {shown(key)}, which another request carried",
            remedy="make a new random key for every request",
        )


def forget_old(books: Books) -> None:
    """Drops what nobody can still be asking for."""
    before = instant(books.now - KEPT)
    for row in books.sheets.request.where(_OLD, before=before):
        books.sheets.request.drop(row)
    for unfinished in books.sheets.unfinished.where(_OLD_UNFINISHED, before=before):
        books.sheets.unfinished.drop(unfinished)
