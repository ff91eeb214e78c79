"""What an import reports: a line of the file, what became of it, and why.

Decides the words for a fate. Nothing of a file vanishes without a finding, save what went into the store whole.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Fate(StrEnum):
    """What became of a row, or of what was made of it. The value stands in the report's file."""

    REJECTED = "rejected"
    REFUSED = "refused"
    CHANGE_REQUEST = "change request"
    DIFFERS = "differs"
    HELD = "held"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    NOTE = "note"

    @property
    def wants_somebody(self) -> bool:
        """Whether a person has to do something about it; such an import ends with exit code 1."""
        return self not in (Fate.CANCELLED, Fate.SKIPPED, Fate.NOTE)


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One line of the report. `subject` is the order, SKU, shelf or customer that the row is about."""

    line: int
    fate: Fate
    subject: str
    reason: str
