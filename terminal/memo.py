"""What a terminal resumes from: the step, who stands at it, what can be taken back, and whose PIN is locked.

Decides what is remembered, how long a PIN stays locked, and that a memo which this version cannot read is no memo.
Where it is kept is the journal's business.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from terminal.workflows.steps import Left, SignOn, Step, Trail

PIN_TRIES = 5
LOCK_OUT = timedelta(minutes=5)


class Tries(msgspec.Struct):
    """Wrong PINs of one worker on this device."""

    count: int = 0
    locked_until: datetime | None = None

    def add(self, now: datetime) -> None:
        """One more wrong PIN; too many lock it for a while."""
        self.count += 1
        if self.count >= PIN_TRIES:
            self.count, self.locked_until = 0, now + LOCK_OUT

    def is_locked(self, now: datetime) -> bool:
        """Whether no PIN is taken."""
        return self.locked_until is not None and now < self.locked_until


class Memo(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the operator stands; written in the transaction of the event that led there.

    `station` was scanned `instead_of` the config's; where the config says another one since, that one counts. `left` is
    what somebody left open who is not signed on.
    """

    step: Step = SignOn()
    worker: str = ""
    tries: dict[str, Tries] = {}
    trail: Trail = ()
    station: str = ""
    instead_of: str = ""
    left: Left | None = None


encode = msgspec.json.Encoder().encode
_MEMO = msgspec.json.Decoder(Memo)


def understood(body: bytes) -> Memo | None:
    """The memo in the journal; None where a later version wrote it.

    The operator then signs on again, and nothing of the work is lost.
    """
    try:
        return _MEMO.decode(body)
    except msgspec.DecodeError:
        return None
