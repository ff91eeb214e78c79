"""After a restore: who has still to tell again what the backup does not hold, so that no work is given out twice.

Decides how long claims wait. A walk that was done since the backup looks untouched in these books, and whoever claimed
it would pick its goods a second time. A device that stays away holds the others up for two minutes and no longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select

from server_stub import people, schema
from server_stub.books import Books
from server_stub.rows import JournalRow, MetaRow

LONGEST = timedelta(minutes=2)

_NAME = "homecoming"
_JOURNALS = select(schema.journal)


class Absent(msgspec.Struct):
    """Terminals that have not greeted the restored store, journals of which more is known to exist, and a limit."""

    silent: set[str]
    short: dict[str, tuple[str, int]]
    until_at: datetime | None = None


def begin(books: Books, known: Mapping[str, tuple[str, int]]) -> None:
    """Expects everybody back; `known` are the journals of the store that was replaced: terminal and last number."""
    here = {row.id: row for row in books.sheets.journal.where(_JOURNALS)}
    silent = {terminal for terminal, _ in known.values()} | {row.terminal for row in here.values()}
    short = {
        id: (terminal, number)
        for id, (terminal, number) in known.items()
        if id not in here or here[id].last_number < number
    }
    _keep(books, Absent(silent, short))


def greeted(books: Books, journal: JournalRow, last_number: int) -> None:
    """A terminal said how far its journal goes."""
    if (absent := _read(books)) is None:
        return
    absent.silent.discard(journal.terminal)
    absent.short[journal.id] = journal.terminal, last_number
    _settle(books, absent, journal)


def told(books: Books, journal: JournalRow) -> None:
    """Events of that journal came."""
    if (absent := _read(books)) is not None and journal.id in absent.short:
        _settle(books, absent, journal)


def still_away(books: Books) -> list[str]:
    """The terminals that everybody has to wait for before work is given out; empty at all usual times."""
    if (absent := _read(books)) is None:
        return []
    if absent.until_at is None:
        absent.until_at = books.now + LONGEST
        _keep(books, absent)
    away = absent.silent | {terminal for terminal, _ in absent.short.values()}
    away = {terminal for terminal in away if not people.is_revoked(books, terminal)}
    if away and books.now < absent.until_at:
        return sorted(away)
    _keep(books, Absent(set(), {}))
    return []


def _settle(books: Books, absent: Absent, journal: JournalRow) -> None:
    if journal.last_number >= absent.short[journal.id][1]:
        del absent.short[journal.id]
    _keep(books, absent)


def _read(books: Books) -> Absent | None:
    # A restore alone begins it, while nothing runs: the usual transaction looks no further.
    row = books.sheets.meta.get(_NAME) if books.is_noted(_NAME) else None
    return msgspec.json.decode(row.value, type=Absent) if row else None


def _keep(books: Books, absent: Absent) -> None:
    row = MetaRow(_NAME, msgspec.json.encode(absent).decode())
    if absent.silent or absent.short:
        books.sheets.meta.put(row)
    else:
        books.sheets.meta.drop(row)
