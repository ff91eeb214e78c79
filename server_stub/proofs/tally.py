"""What the events of a store come to, told once more from the first: the measure of its records and its ledger.

Decides what is counted of each event and which moves it has to have brought. Facts are numbered and digested one by
one, so that they are what everything else on the floor is held against. Sums hold in whatever order parked ones were
folded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Row

from orders import events, ledger, states, upcast, wire
from orders.envelope import Envelope, digest, open_envelope
from orders.events import FloorEvent
from orders.folds import Told, fold
from orders.records import Key, KeyedItem, ParcelLine, Tote
from orders.roles import NotPermitted
from orders.verdicts import Denial
from server_stub.admission import BEHIND_PARKED, LONGEST_TEXT_BYTES, MALFORMED
from server_stub.proofs import zero_signs
from server_stub.settlement import FOUND, IMPOSSIBLE, NOT_LEASED

_DESK = frozenset(("received", "verified", "allocated", "backordered", "cancelled", "released"))
_ONCE = datetime(2000, 1, 1, tzinfo=UTC)

_NOT_PERMITTED = {each.value for each in NotPermitted}
_REASONS = {
    wire.ADMITTED: {"", FOUND, NOT_LEASED} | _NOT_PERMITTED,
    wire.DISCREPANCY: {IMPOSSIBLE} | {each.value for each in Denial} | _NOT_PERMITTED,
}

Contents = Callable[[str], Iterable[ParcelLine]]


class Walked(msgspec.Struct):
    """What the events of one task come to."""

    states: frozenset[str] = frozenset(("released", "claimed", "cancelled"))
    tote: str | None = None
    place: str | None = None


class Packed(msgspec.Struct):
    """What the events of one parcel come to; `content` is the hash of all that was said when it was sealed."""

    content: int
    state: str = states.PARCEL.start
    copies: int = 1


class Replayed(msgspec.Struct):
    """A record that events alone change, and between which places of the log the last of them changed it."""

    record: Tote | KeyedItem
    behind: int
    ahead_of: int


class Tally:
    """Everything that was told, counted. Its moves have to be handed in by their cursors, as its events."""

    def __init__(self, contents: Contents, journals: dict[str, str]) -> None:
        self.faults: list[str] = []
        self.picked: Counter[tuple[str, int]] = Counter()
        self.shorted: Counter[tuple[str, int]] = Counter()
        self.short_reasons: dict[tuple[str, int], str] = {}
        self.unshorted: set[tuple[str, int]] = set()
        self.stood_at: set[tuple[str, int]] = set()
        self.picked_of: Counter[tuple[str, str]] = Counter()
        self.verified_of: Counter[tuple[str, str]] = Counter()
        self.taken_back: set[str] = set()
        self.order_states: dict[str, frozenset[str]] = {}
        self.handed: set[tuple[str, str]] = set()
        self.walks: dict[str, Walked] = defaultdict(Walked)
        self.parcels: dict[str, Packed] = {}
        self.manifests: dict[str, str] = {}
        self.replayed: dict[Key, Replayed] = {}
        self.workers: set[str] = set()
        self.subjects: set[str] = set()
        self.parked: dict[tuple[str, int], tuple[int, str]] = {}
        self.leftover: dict[str, list[Any]] = defaultdict(list)
        self._contents, self._journals = contents, journals
        self._numbers: dict[str, int] = {}
        self._late: dict[str, tuple[Row[Any], FloorEvent]] = {}
        self._before = 0

    def read(self, rows: Iterator[Row[Any]], moves: Iterator[Row[Any]]) -> None:
        """Takes every event and every move, each in the order of the log."""
        following = next(moves, None)
        for row in rows:
            self._check(row)
            cause, mine = f"{row.journal}.{row.number}", list[Any]()
            while following is not None and following.cursor < row.cursor:
                (mine if following.cause == cause else self.leftover[following.cause]).append(following)
                following = next(moves, None)
            event = self._read(row)
            if event is not None and row.outcome != wire.PARKED:
                self._take(row, event, cause, mine)
            elif mine and row.outcome == wire.PARKED:
                self.faults.append(f"event {cause}: moved goods, and is parked")
            self._before = row.cursor
        while following is not None:
            self.leftover[following.cause].append(following)
            following = next(moves, None)
        for cause, (row, event) in self._late.items():
            self._compare(row, event, cause, self.leftover.pop(cause, []), is_late=True)

    # --- one event as it is kept -----

    def _check(self, row: Row[Any]) -> None:
        where = f"event {row.journal}.{row.number}"
        if digest(row.body) != row.digest:
            self.faults.append(f"{where}: its bytes are not those that were admitted")
        before = self._numbers.get(row.journal, 0)
        if row.number != before + 1:
            self.faults.append(f"{where}: follows number {before} in the log")
        self._numbers[row.journal] = max(before, row.number)
        self.workers.add(row.worker)
        self.subjects.add(row.subject)
        if row.outcome not in (wire.ADMITTED, wire.DISCREPANCY, wire.PARKED):
            self.faults.append(f"{where}: no event is {row.outcome}")
        elif row.outcome in _REASONS and row.reason not in _REASONS[row.outcome]:
            self.faults.append(f"{where}: is {row.outcome} because of {row.reason or 'nothing'}, which is no reason")
        if row.outcome == wire.PARKED:
            self.parked[row.journal, row.number] = row.cursor, row.subject

    def _read(self, row: Row[Any]) -> FloorEvent | None:
        """The event, None where it is none that can be; tells where it is filed as another one."""
        where = f"event {row.journal}.{row.number}"
        filed = (row.worker, row.subject, row.kind)
        unread = ("", f"journal/{row.journal}", "")
        try:
            envelope = open_envelope(zero_signs.body(row.body))
        except msgspec.DecodeError:
            if filed != unread or not _is_malformed(row):
                self.faults.append(f"{where}: cannot be read, and is filed as {row.kind} of {row.worker}")
            return None
        if envelope.number != row.number:
            self.faults.append(f"{where}: says that it is number {envelope.number}")
        if filed == unread and len(row.body) > LONGEST_TEXT_BYTES and _is_malformed(row):
            return None
        event = _understood(envelope)
        subject = str(event.subject) if event is not None else envelope.subject
        kind = str(event.__struct_config__.tag) if event is not None else upcast.kind_of_event(envelope.event)
        is_possible = event is not None
        if not is_possible and row.outcome != wire.PARKED and row.reason == IMPOSSIBLE:
            subject = row.subject  # it was read with pieces that can be
        if filed != (envelope.worker, subject, kind):
            self.faults.append(f"{where}: is filed as {row.kind} of {row.worker} on {row.subject}, and says otherwise")
        is_waiting = row.reason == BEHIND_PARKED or not is_possible
        if row.outcome == wire.PARKED and not is_waiting:
            self.faults.append(f"{where}: is parked, and can be understood")
        return event

    # --- what it came to -----

    def _take(self, row: Row[Any], event: FloorEvent, cause: str, mine: list[Any]) -> None:
        self._compare(row, event, cause, mine, is_late=False)
        if row.outcome == wire.ADMITTED:
            told = Told(at=_at(row.body), terminal=self._journals.get(row.journal, ""), worker=row.worker)
            self._count(event, told)
            self._replay(event, told, row.cursor)
        elif isinstance(event, events.ParcelSealed) and event.parcel not in self.parcels:
            # The second of two benches: its parcel is kept as a void one, where it is kept.
            self.parcels[event.parcel] = Packed(content_of(event, _at(row.body)), state="voided")

    def _count(self, event: FloorEvent, told: Told) -> None:
        match event:
            case events.ToteBound():
                self.walks[event.task] = Walked(frozenset(("picking", "picked")), event.tote)
                self._order_is(event.order, "picking")
            case events.ToteUnbound():
                self.walks[event.task] = Walked(frozenset(("claimed", "released", "cancelled")))
                self._order_is(event.order, "released")
            case events.ShelfConfirmed():
                self.stood_at.add((event.task, event.stop))
            case events.PickConfirmed():
                self.picked[event.task, event.stop] += event.quantity
                self.picked_of[event.order, event.product] += event.quantity
                self.stood_at.add((event.task, event.stop))
            case events.PickUndone():
                self.picked[event.task, event.stop] -= event.quantity
                self.picked_of[event.order, event.product] -= event.quantity
                self.taken_back.add(event.order)
            case events.PickShorted():
                self.shorted[event.task, event.stop] += event.quantity
                self.short_reasons[event.task, event.stop] = event.reason
            case events.ShortUndone():
                self.unshorted.add((event.task, event.stop))
                self.taken_back.add(event.order)
            case events.ToteDropped():
                self.walks[event.task].states = frozenset(("completed",))
                self.walks[event.task].place = event.place
                self.order_states[event.order] = _DESK | {"picking", "picked"}
            case events.DropUndone():
                self.walks[event.task].states = frozenset(("picking", "picked"))
                self.walks[event.task].place = None
                self._order_is(event.order, "picking")
            case events.PackingStarted():
                self._order_is(event.order, "packing")
            case events.ItemVerified():
                self.verified_of[event.order, event.product] += event.quantity
            case events.VerificationUndone():
                self.verified_of[event.order, event.product] -= event.quantity
            case events.ParcelSealed():
                self._order_is(event.order, "packed")
                self.parcels[event.parcel] = Packed(content_of(event, told.at))
            case events.ParcelLabelled():
                self._parcel_is(event.parcel, "labelled")
            case events.ReadBackUndone():
                self._parcel_is(event.parcel, "sealed")
            case events.LabelReprinted() if event.document == "label" and event.parcel in self.parcels:
                self.parcels[event.parcel].copies = max(self.parcels[event.parcel].copies, event.copy)
            case events.ParcelVoided():
                self._parcel_is(event.parcel, "voided")
                self._order_is(event.order, "packing")
                for line in event.contents:
                    self.verified_of[event.order, line.product] -= line.quantity
            case events.ManifestClosed():
                self.manifests[event.manifest] = "closed"
            case events.ManifestReopened():
                self.manifests[event.manifest] = "open"
            case events.ManifestHandedOver():
                self.manifests[event.manifest] = "handed_over"
                for each in event.parcels:
                    self._parcel_is(each.parcel, "handed_over")
                    self.handed.add((each.order, each.parcel))
                    self.order_states[each.order] = self.order_states.get(each.order, _DESK) | _DESK | {"shipped"}

    def _order_is(self, order: str, state: str) -> None:
        self.order_states[order] = frozenset((state,))

    def _parcel_is(self, parcel: str, state: str) -> None:
        if known := self.parcels.get(parcel):
            known.state = state

    def _replay(self, event: FloorEvent, told: Told, cursor: int) -> None:
        for key in event.touches:
            if key.kind not in ("tote", "keyed_item"):
                continue
            known = self.replayed.get(key)
            before = known.record if known else Tote(id=key.id) if key.kind == "tote" else None
            try:
                after = fold(key, before, event, told)
            except states.IllegalStep as wrong:
                self.faults.append(f"{key}: took a step that it cannot take ({wrong})")
                continue
            if isinstance(after, Tote | KeyedItem):
                self.replayed[key] = Replayed(after, self._before, cursor)

    # --- the goods that it moved -----

    def _compare(self, row: Row[Any], event: FloorEvent, cause: str, mine: list[Any], *, is_late: bool) -> None:
        meant = ledger.moves(event, self._contents)
        if not is_late and not mine and meant:
            self._late[cause] = row, event
            return
        found = [move for move in mine if move.source == ledger.ADJUSTMENT]
        carried = [move for move in mine if move.source != ledger.ADJUSTMENT]
        wanted = {(move.product, move.source, move.target): move.quantity for move in meant}
        is_whole = row.outcome == wire.ADMITTED or (
            isinstance(event, events.PickConfirmed) and row.reason != IMPOSSIBLE
        )
        came = {(move.product, move.source, move.target): move.quantity for move in carried}
        if is_whole:
            is_right = came == wanted and len(carried) == len(came)
        else:
            is_right = all(quantity <= wanted.get(way, 0) for way, quantity in came.items())
        sources = {(move.product, move.source) for move in meant}
        if not is_right or any((move.product, move.target) not in sources for move in found):
            self.faults.append(f"event {cause}: what its moves carried is not what it says")
        if row.outcome == wire.ADMITTED and row.reason == "" and found:
            self.faults.append(f"event {cause}: found goods beyond the book, and has no reason for it")
        if not is_late and any(move.at != row.received_at for move in mine):
            self.faults.append(f"event {cause}: came at {row.received_at}, and moved goods at another time")


def content_of(sealed: Any, at: datetime | None) -> int:
    """All that was said of a parcel when it was sealed, by the event as by the record."""
    return hash(
        (
            sealed.order,
            sealed.order_number,
            sealed.number,
            sealed.contents,
            sealed.carrier,
            sealed.service,
            sealed.weight_grams,
            sealed.is_weight_assumed,
            at,
        )
    )


def _understood(envelope: Envelope) -> FloorEvent | None:
    try:
        return upcast.understood(envelope)
    except (upcast.UnknownEvent, upcast.MalformedEvent):
        return None


def _is_malformed(row: Row[Any]) -> bool:
    return bool(row.outcome == wire.PARKED and row.reason.startswith(MALFORMED))


class _Told(msgspec.Struct):
    at: datetime = _ONCE


_TOLD = msgspec.json.Decoder(_Told)


def _at(body: bytes) -> datetime:
    return _TOLD.decode(body).at
