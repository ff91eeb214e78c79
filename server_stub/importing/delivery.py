"""Whole things into the store, batch by batch, and what it said about each.

Decides the size of a batch and what a receipt means for the report. Every batch may be sent twice: the store knows what
it has. What no request can carry is reported by its name, and the rest goes in.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

import msgspec

from orders import intake
from orders.intake import (
    Cancellation,
    Intake,
    NewCustomer,
    NewLocation,
    NewOrder,
    NewProduct,
    NewStock,
    Receipt,
    Receipts,
)
from orders.wire import MAX_BODY_BYTES
from server_stub.importing.findings import Fate, Finding
from server_stub.importing.patience import patiently
from server_stub.importing.refusal import Refusal, TooLarge

MAX_THINGS = 200
MAX_BYTES = 1024 * 1024
# What goes round a single thing in its request.
_AROUND_BYTES = 64
LARGEST_THING_BYTES = MAX_BODY_BYTES - _AROUND_BYTES

_SHORTER = "shorten its texts, or split it under names of their own"

New = NewLocation | NewProduct | NewStock | NewCustomer | NewOrder | Cancellation
Counted = TypeVar("Counted", bound=New)

_FATES = {
    intake.HELD: Fate.HELD,
    intake.CHANGE_REQUEST: Fate.CHANGE_REQUEST,
    intake.DIFFERS: Fate.DIFFERS,
    intake.CANCELLED: Fate.CANCELLED,
    intake.REFUSED: Fate.REFUSED,
}
_TAKEN = (intake.CREATED, intake.UPDATED, intake.UNCHANGED, intake.UNKNOWN)


class TakesIntake(Protocol):
    """The part of the store that a delivery needs."""

    def intake(self, batch: Intake) -> Receipts:
        """Hands a batch in; StoreAway where trying again may help, TooLarge where less may be taken, else Refusal."""


class Delivery:
    """Sends things and counts what became of them, kind by kind."""

    def __init__(
        self,
        store: TakesIntake,
        report: Callable[[Iterable[Finding]], None],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store, self._report, self._pause = store, report, pause
        self.outcomes: Counter[tuple[str, str]] = Counter()

    def send(
        self,
        kind: str,
        things: Iterable[tuple[int, Counted]],
        tick: Callable[[int], None] = lambda _: None,
        report: Callable[[Iterable[Finding]], None] | None = None,
    ) -> None:
        """Sends `things` (with their lines of the file) as `kind`, a field of Intake; the receipts are reported."""
        report = report or self._report
        sent = 0
        for batch in _batches(things):
            receipts = self._handed_in(kind, [thing for _, thing in batch])
            report(
                Finding(line, fate, subject_of(thing), receipt.reason or receipt.outcome)
                for (line, thing), receipt in zip(batch, receipts, strict=True)
                if (fate := _fate(receipt)) is not None
            )
            self.outcomes.update((kind, receipt.outcome) for receipt in receipts)
            sent += len(batch)
            tick(sent)

    def _handed_in(self, kind: str, news: list[Counted]) -> list[Receipt]:
        """A receipt for each, sent in as many requests as it takes; what no request can carry is refused here."""
        if len(news) == 1 and (size := len(msgspec.json.encode(news[0]))) > LARGEST_THING_BYTES:
            return [_refused(news[0], too_large(size))]
        batch = Intake(**{kind: tuple(news)})  # type: ignore[arg-type]
        try:
            receipts = patiently(lambda: self._store.intake(batch), self._pause).receipts
        except TooLarge as error:
            if len(news) == 1:
                return [_refused(news[0], f"{error}: {_SHORTER}")]
            half = len(news) // 2
            return self._handed_in(kind, news[:half]) + self._handed_in(kind, news[half:])
        if len(receipts) != len(news):
            raise Refusal(
                f"the store answered {len(news)} {kind} with {len(receipts)} receipts: check that its address is "
                "right and that it runs this version"
            )
        return list(receipts)


def too_large(size_bytes: int) -> str:
    """Why a thing of that size does not go to the store, and what to do."""
    return f"it is {size_bytes} bytes long, and {LARGEST_THING_BYTES} is the most that one request carries: {_SHORTER}"


def _refused(thing: New, reason: str) -> Receipt:
    return Receipt(what=type(thing).__name__, id=subject_of(thing), outcome=intake.REFUSED, reason=reason)


def _fate(receipt: Receipt) -> Fate | None:
    if receipt.outcome in _TAKEN:
        return Fate.NOTE if receipt.reason else None
    # An outcome of a later version is for a person to read.
    return _FATES.get(receipt.outcome, Fate.REFUSED)


def subject_of(thing: New) -> str:
    """What a report calls `thing`."""
    match thing:
        case NewProduct() | NewStock():
            return thing.sku
        case NewLocation():
            return thing.code
        case NewCustomer() | NewOrder() | Cancellation():
            return thing.number


def _batches(things: Iterable[tuple[int, Counted]]) -> Iterator[list[tuple[int, Counted]]]:
    encode = msgspec.json.Encoder().encode
    batch: list[tuple[int, Counted]] = []
    size = 0
    for line, thing in things:
        length = len(encode(thing))
        if batch and (len(batch) == MAX_THINGS or size + length > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((line, thing))
        size += length
    if batch:
        yield batch
