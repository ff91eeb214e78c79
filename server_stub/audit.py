"""The audit trail: every act of somebody with authority, as a chain that shows where it was tampered with.

Each entry carries a hash over itself and the one before (SHA-256), and the last hash is also noted in a file outside of
the database. Decides what an entry says: who, what and to which ids, never a name, an address or a secret; of the
request it keeps a digest. What is done on the floor is in the events, which are numbered and digested themselves.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import select

from server_stub import schema
from server_stub.authority import Caller
from server_stub.books import Books
from server_stub.database import Database
from server_stub.rows import AuditRow

Answer = TypeVar("Answer")

COUNTER = "audit"
_LONGEST_SUBJECT = 500
# More than a line of the file outside can be.
_LONGEST_LINE = 1_000
_IN_ORDER = select(schema.audit).order_by(schema.audit.c.number)


class Doing(msgspec.Struct, frozen=True):
    """Who asks for which act, with which request."""

    caller: Caller
    act: str
    request: bytes = b""


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the file outside: how far the trail went and how it ended; `is_restored` begins a new reckoning."""

    number: int
    hash: str
    at: str
    is_restored: bool = False


def kept(doing: Doing, step: Callable[[Books], Answer], subject: Callable[[Answer], str]) -> Callable[[Books], Answer]:
    """`step` with an entry of its own, in the same transaction, where it changed something."""

    def audited(books: Books) -> Answer:
        changes = books.tally.changes
        answer = step(books)
        if books.tally.changes != changes:
            note(books, doing, subject(answer))
        return answer

    return audited


def note(books: Books, doing: Doing, subject: str) -> None:
    """Adds one entry to the end of the trail."""
    number = books.number(COUNTER)
    before = books.sheets.audit.get(number - 1)
    row = AuditRow(
        number=number,
        at=books.stamp,
        role=doing.caller.role,
        caller=doing.caller.name,
        act=doing.act,
        subject=subject[:_LONGEST_SUBJECT],
        digest=sha256(doing.request).hexdigest() if doing.request else "",
    )
    row.hash = _hash(before.hash if before else "", row)
    books.sheets.audit.put(row)
    books.audit_head = row


class Heads:
    """The file outside of the database: one line a commit that added to the trail, flushed to disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, row: AuditRow, *, is_restored: bool = False) -> None:
        """Notes that the trail ends in `row` now; OSError where that cannot be written."""
        self._write(msgspec.json.encode(Head(row.number, row.hash, row.at, is_restored)) + b"\n")

    def begin(self, row: AuditRow) -> None:
        """Notes how the trail ends now, where the last line says otherwise: a crash may have cut that line off."""
        end = self._end()
        if end and not end.endswith(b"\n"):
            self._write(b"\n")
        try:
            last = msgspec.json.decode(end.splitlines()[-1], type=Head) if end else None
        except msgspec.DecodeError:
            last = None
        if row.number and (last is None or (last.number, last.hash) != (row.number, row.hash)):
            self.append(row)

    def _end(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _LONGEST_LINE))
                return file.read()
        except FileNotFoundError:
            return b""

    def _write(self, line: bytes) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)

    def noted(self) -> Iterator[Head]:
        """What was noted since the store was last put back, oldest first; a line cut by a crash is left out."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return
        heads = []
        for line in lines:
            try:
                heads.append(msgspec.json.decode(line, type=Head))
            except msgspec.DecodeError:
                continue
        begins = max((place for place, head in enumerate(heads) if head.is_restored), default=0)
        yield from heads[begins:]


def last(database: Database) -> AuditRow:
    """The trail's last entry; number 0 where there is none yet."""
    with database.connected() as connection:
        found = connection.execute(_IN_ORDER.order_by(None).order_by(schema.audit.c.number.desc()).limit(1)).first()
    return AuditRow(*found) if found else AuditRow(0, "", "", "", "", "", "")


def faults(database: Database, heads: Heads | None) -> list[str]:
    """What is wrong with the trail, a sentence each: an edit, a deletion, a reorder, a cut tail. Empty: it is whole.

    Without `heads` nothing is known of its end.
    """
    with database.connected() as connection:
        rows = [AuditRow(*found) for found in connection.execute(_IN_ORDER)]
    found = list(breaks(rows))
    by_number = {row.number: row for row in rows}
    last = rows[-1].number if rows else 0
    if heads is None:
        return found
    if rows and not heads.path.exists():
        found.append(f"{heads.path} is not there: nothing shows whether entries were cut off the end of the trail")
    for head in heads.noted():
        if head.number > last:
            found.append(f"entries {last + 1} to {head.number} were cut off the end: {heads.path} has noted them")
            break
        row = by_number.get(head.number)
        if row is not None and row.hash != head.hash:
            found.append(f"entry {head.number} is not the one that {heads.path} has noted: the trail was written anew")
            break
    return found


def breaks(rows: list[AuditRow]) -> Iterator[str]:
    """Where the chain of these entries does not hold."""
    before, expected = "", 1
    for row in rows:
        if row.number != expected:
            missing = (
                f"entry {expected} is" if row.number == expected + 1 else f"entries {expected} to {row.number - 1} are"
            )
            yield f"{missing} missing"
        elif row.hash != _hash(before, row):
            yield f"entry {row.number} is not what was written, or not in its place"
        before, expected = row.hash, row.number + 1


def _hash(before: str, row: AuditRow) -> str:
    said: dict[str, Any] = msgspec.structs.asdict(row)
    del said["hash"]
    return sha256(before.encode() + b"\n" + msgspec.json.encode(said, order="sorted")).hexdigest()
