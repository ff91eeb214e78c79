"""What terminal and store say to each other over HTTP: requests, replies, changes, problems.

Decides the shape of every message. Who may send one, and what it does, is the routes' and the steps' business.
Facts go up in a Push and are never refused; a request (claim, lease) is keyed, may be refused, and is not queued.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from orders.identifiers import SsccBlock
from orders.shapes import Count, Instant, JournalId, Name, Positive, RequestKey, Struct, Token

WIRE_VERSION = 1
MAX_BATCH = 100
MAX_BODY_BYTES = 4 * 1024 * 1024

ADMITTED = "admitted"
KNOWN = "known"
PARKED = "parked"
DISCREPANCY = "discrepancy"
CONFLICT = "conflict"


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every error that the store answers: what was expected, what came, what to do."""

    error: str
    expected: str
    came: str
    remedy: str


class Enrol(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new device shows its one-time code (as the bearer token) and says its name."""

    name: Name


class Enrolled(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The token that this device sends from now on; the code is spent."""

    terminal: str
    token: Token
    station: str = ""


class Hello(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A terminal says which journal it writes, how far that goes, and which SSCCs it still holds."""

    journal: JournalId
    wire_version: int
    program_version: str
    epoch: str = ""
    last_number: Count = 0
    blocks: tuple[SsccBlock, ...] = ()


class Welcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The store's answer: who you are here, its epoch, and the event number it expects next from that journal."""

    epoch: str
    terminal: str
    expected: Positive
    cursor: Count
    now_at: Instant
    wire_version: int
    program_version: str
    site: str = ""
    station: str = ""


class Push(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Numbered events of one journal, in order and without a gap; each is an Envelope as it was journaled."""

    journal: JournalId
    epoch: str
    events: Annotated[tuple[msgspec.Raw, ...], Meta(max_length=MAX_BATCH)]


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one event: admitted, known, parked, discrepancy or conflict; `reason` where it is not plain."""

    number: int
    verdict: str
    reason: str = ""


class PushReply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a batch. Events from `expected` on were not taken: send again from there.

    `cursor` stands behind everything that the batch changed: once a terminal has read so far, its own forecast of
    these events can go.
    """

    epoch: str
    expected: Positive
    cursor: Count
    outcomes: tuple[Outcome, ...] = ()


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One whole folded record, as it is since `cursor`."""

    kind: str
    id: str
    revision: Count
    cursor: Count
    body: msgspec.Raw


class Changes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Records changed after the cursor that was asked from; `more` says that another page waits.

    `reset` says that the asker's cursor is none of this epoch: forget every confirmed record, start again from 0.
    """

    epoch: str
    cursor: Count
    changes: tuple[Change, ...] = ()
    more: bool = False
    reset: bool = False


class Claim(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asks for one task by id, or for the most urgent one."""

    key: RequestKey
    worker: str
    task: str | None = None


class Claimed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The task is yours until `lease_ends_at`; or `refused` says why not; with neither, nothing waits to be picked."""

    task: str | None = None
    lease_ends_at: Instant | None = None
    refused: str = ""
    changes: tuple[Change, ...] = ()


class GiveBack(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Returns a claimed task that was not begun, or hands on one that was."""

    key: RequestKey
    task: str


class Lease(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asks for a block of SSCC serial numbers for one owner; the same key is answered with the same block."""

    key: RequestKey
    journal: JournalId
    owner: str
    count: Positive = 50


class Leased(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The block, or why there is none."""

    block: SsccBlock | None = None
    refused: str = ""


class Release(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asks that allocated orders go to the floor: those named, or every one that is not held."""

    key: RequestKey
    orders: tuple[str, ...] = ()


class Released(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The tasks made, and why each order that was named or met got none.

    `lacking` says what will stop their parcels at the bench, or be missing on them, unless somebody sets it before.
    """

    tasks: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    lacking: tuple[str, ...] = ()
