"""Facts from the floor, each taken exactly once: numbers, digests, and what cannot be folded yet.

Decides whether an event is new, known, out of turn or in conflict, and keeps its number in the same transaction as
its effect. What a new one does to the books is settlement's business.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from sqlalchemy import select

from orders import upcast, wire
from orders.decoding import decoded, plain
from orders.envelope import Envelope, digest, open_envelope
from orders.events import FloorEvent
from orders.folds import Told
from orders.shapes import Positive
from orders.wire import Outcome, Push, PushReply
from server_stub import discrepancies, homecoming, schema, settlement
from server_stub.books import Books
from server_stub.journals import open_journal
from server_stub.problems import wrong_type
from server_stub.rows import ConflictRow, EventRow, JournalRow, ParkedRow
from server_stub.settlement import Cause

MALFORMED = "malformed"
# More than any id of a floor, and so little that two of them fit into one entry of a database's index.
LONGEST_TEXT_BYTES = 600
BEHIND_PARKED = "behind a parked event"

_log = logging.getLogger(__name__)
_ALL_PARKED = select(schema.parked).order_by(schema.parked.c.cursor)


class _Numbered(msgspec.Struct):
    """The least that has to be readable of an event, so that its number can be counted and its bytes kept."""

    number: Positive


_NUMBERED = msgspec.json.Decoder(_Numbered)


def take(books: Books, terminal: str, push: Push) -> PushReply:
    """What became of each event of a batch; it ends at the first one that is out of turn.

    Refusal (409) where another terminal writes that journal; (422) where an event has not even a number.
    """
    numbers = [_number(body, place) for place, body in enumerate(push.events)]
    journal = open_journal(books, push.journal, terminal)
    outcomes = []
    if push.epoch == books.epoch:
        for number, raw in zip(numbers, push.events, strict=True):
            if number > journal.last_number + 1:
                break
            outcomes.append(_take_one(books, journal, number, bytes(raw)))
        homecoming.told(books, journal)
    return PushReply(epoch=books.epoch, expected=journal.last_number + 1, cursor=books.cursor, outcomes=tuple(outcomes))


def fold_parked(books: Books) -> int:
    """Tries every parked event again, in the order in which they came; gives how many could be folded now."""
    folded = 0
    blocked: set[str] = set()
    for row in books.sheets.parked.where(_ALL_PARKED):
        event_row = books.sheets.event.get(row.journal, row.number)
        journal = books.sheets.journal.get(row.journal)
        if row.subject in blocked or event_row is None or journal is None:
            continue
        try:
            envelope = open_envelope(event_row.body)
            event, is_possible = _understood(envelope)
        except (upcast.UnknownEvent, upcast.MalformedEvent, msgspec.DecodeError):
            blocked.add(row.subject)
            continue
        books.sheets.parked.drop(row)
        event_row.outcome, event_row.reason = _settle(books, journal, envelope, event, is_possible=is_possible)
        books.sheets.event.put(event_row)
        folded += 1
    return folded


def _take_one(books: Books, journal: JournalRow, number: int, body: bytes) -> Outcome:
    if number <= journal.last_number:
        return _seen_before(books, journal, number, body)
    row = EventRow(
        journal=journal.id,
        number=number,
        cursor=0,
        digest=digest(body),
        worker="",
        subject=f"journal/{journal.id}",
        kind="",
        outcome="",
        reason="",
        received_at=books.stamp,
        body=body,
    )
    _admit(books, journal, row)
    row.cursor = books.tick()
    if row.outcome == wire.PARKED:
        books.sheets.parked.put(ParkedRow(row.cursor, row.subject, row.journal, row.number))
        books.parked.add(row.subject)
    books.sheets.event.put(row)
    journal.last_number = number
    books.sheets.journal.put(journal)
    return Outcome(number=number, verdict=row.outcome, reason=row.reason)


def _admit(books: Books, journal: JournalRow, row: EventRow) -> None:
    """Fills in what `row` is about and what became of it."""
    try:
        envelope = open_envelope(row.body)
        _check_length(row.body)
        row.worker, row.subject = envelope.worker, envelope.subject
        row.kind = upcast.kind_of_event(envelope.event)
        event, is_possible = _understood(envelope)
    except upcast.UnknownEvent as unknown:
        row.outcome, row.reason = wire.PARKED, str(unknown)
        return
    except (upcast.MalformedEvent, msgspec.DecodeError) as malformed:
        row.outcome, row.reason = wire.PARKED, f"{MALFORMED}: {malformed}"
        discrepancies.open_one(
            books,
            reason=MALFORMED,
            remedy="look",
            subject=row.subject,
            about=f"{row.journal}.{row.number}",
            worker=row.worker or None,
            terminal=journal.terminal,
        )
        return
    row.subject = str(event.subject)
    if row.subject in books.parked:
        row.outcome, row.reason = wire.PARKED, BEHIND_PARKED
    else:
        row.outcome, row.reason = _settle(books, journal, envelope, event, is_possible=is_possible)


def _understood(envelope: Envelope) -> tuple[FloorEvent, bool]:
    """The event, and whether as many pieces can be as it tells; where they cannot, it stands there with one."""
    try:
        return upcast.understood(envelope), True
    except upcast.MalformedEvent:
        possible = msgspec.json.encode(_with_possible_pieces(plain(envelope.event)))
        return upcast.understood(msgspec.structs.replace(envelope, event=msgspec.Raw(possible))), False


def _with_possible_pieces(said: Any, name: str = "") -> Any:
    if isinstance(said, dict):
        return {each: _with_possible_pieces(value, each) for each, value in said.items()}
    if isinstance(said, list):
        return [_with_possible_pieces(value) for value in said]
    is_number = isinstance(said, int | float) and not isinstance(said, bool)
    return 1 if name == "quantity" and is_number else said


def _settle(
    books: Books, journal: JournalRow, envelope: Envelope, event: FloorEvent, *, is_possible: bool
) -> tuple[str, str]:
    told = Told(at=envelope.at, terminal=journal.terminal, worker=envelope.worker)
    if not is_possible:
        return settlement.settle_impossible(books, event, told)
    return settlement.settle(books, event, told, Cause(journal.id, envelope.number))


def _seen_before(books: Books, journal: JournalRow, number: int, body: bytes) -> Outcome:
    known = books.sheets.event.get(journal.id, number)
    content = digest(body)
    if known is not None and known.digest == content:
        reason = known.outcome if known.outcome != wire.ADMITTED else ""
        return Outcome(number=number, verdict=wire.KNOWN, reason=reason)
    if books.sheets.conflict.get(journal.id, number, content) is None:
        _log.error(
            "journal %s of %s sent number %d again with another content: two devices may share one journal",
            journal.id,
            journal.terminal,
            number,
        )
        books.sheets.conflict.put(ConflictRow(journal.id, number, content, books.stamp, body))
        discrepancies.open_one(
            books,
            reason="journal_conflict",
            remedy="look",
            subject=f"journal/{journal.id}",
            terminal=journal.terminal,
        )
    return Outcome(number=number, verdict=wire.CONFLICT, reason="this number was taken before with another content")


def _check_length(body: bytes) -> None:
    """MalformedEvent where a text is longer than any id can be: nobody could look it up."""
    if len(body) <= LONGEST_TEXT_BYTES:
        return
    left: list[Any] = [msgspec.json.decode(body)]
    while left:
        part = left.pop()
        if isinstance(part, str) and len(part.encode()) > LONGEST_TEXT_BYTES:
            raise upcast.MalformedEvent(f"a text of {len(part)} signs, where {LONGEST_TEXT_BYTES} bytes are the most")
        if isinstance(part, dict):
            left += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            left += part


def _number(body: msgspec.Raw, place: int) -> int:
    try:
        return decoded(_NUMBERED, body).number
    except msgspec.DecodeError as error:
        what, _, where = str(error).partition(" - at `$")
        raise wrong_type(f"{what} - at `$.events[{place}]{where or '`'}") from error
