"""Requests that carry a key: the same key is answered again with the same reply, and done once.

Decides what counts as the same request. Only replies that changed something are kept; a refusal may be asked anew.
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

Reply = TypeVar("Reply", bound=msgspec.Struct)


def once(
    books: Books, asker: str, key: str, asked: msgspec.Struct, reply: type[Reply], do: Callable[[], Reply]
) -> Reply:
    """The reply kept for that key, or what `do` answers now; kept where it changed something.

    Refusal (409) where the key came before with another request.
    """
    if known := recalled(books, asker, key, asked, reply):
        return known
    changes = books.tally.changes
    answer = do()
    if books.tally.changes != changes:
        remember(books, asker, key, asked, answer)
    return answer


def recalled(books: Books, asker: str, key: str, asked: msgspec.Struct, reply: type[Reply]) -> Reply | None:
    """The reply kept for that key, if there is one."""
    row = books.sheets.request.get(asker, key)
    if row is None:
        return None
    if row.digest != _content(asked):
        raise Refusal(
            409,
            "key_used_before",
            expected="a new key for a new request",
            came=f"key {shown(key)}, which another request carried",
            remedy="make a new random key for every request",
        )
    return msgspec.json.decode(row.reply, type=reply)


def remember(books: Books, asker: str, key: str, asked: msgspec.Struct, answer: msgspec.Struct) -> None:
    """Keeps a reply under its key."""
    books.sheets.request.put(RequestRow(asker, key, _content(asked), books.stamp, msgspec.json.encode(answer)))


def forget_old(books: Books) -> None:
    """Drops replies that nobody can still be asking for."""
    for row in books.sheets.request.where(_OLD, before=instant(books.now - KEPT)):
        books.sheets.request.drop(row)


def _content(asked: msgspec.Struct) -> bytes:
    return digest(msgspec.json.encode([type(asked).__name__, asked]))
