"""Whole things into the store, batch by batch, and what it said about each.

Decides the size of a batch, when to try again, and what a receipt means for the report. Every batch may be sent twice:
the store knows what it has.
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
from server_stub.importing.findings import Fate, Finding
from server_stub.importing.refusal import Refusal

MAX_THINGS = 200
MAX_BYTES = 1024 * 1024
PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0)

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


class StoreAway(Exception):
    """The store did not answer; the same batch can be sent again."""


class TakesIntake(Protocol):
    """The part of the store that a delivery needs."""

    def intake(self, batch: Intake) -> Receipts:
        """Hands a batch in; StoreAway where trying again may help, Refusal where not."""


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
            news = tuple(thing for _, thing in batch)
            receipts = self._handed_in(Intake(**{kind: news})).receipts  # type: ignore[arg-type]
            if len(receipts) != len(news):
                raise Refusal(
                    f"the store answered {len(news)} {kind} with {len(receipts)} receipts: check that its address is "
                    "right and that it runs this version"
                )
            report(
                Finding(line, fate, subject_of(thing), receipt.reason or receipt.outcome)
                for (line, thing), receipt in zip(batch, receipts, strict=True)
                if (fate := _fate(receipt)) is not None
            )
            self.outcomes.update((kind, receipt.outcome) for receipt in receipts)
            sent += len(batch)
            tick(sent)

    def _handed_in(self, batch: Intake) -> Receipts:
        for pause in PAUSES_SECONDS:
            try:
                return self._store.intake(batch)
            except StoreAway:
                self._pause(pause)
        try:
            return self._store.intake(batch)
        except StoreAway as error:
            tries = len(PAUSES_SECONDS) + 1
            raise Refusal(f"{error}; tried {tries} times. What was sent is kept: run the same import again") from error


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
