"""What one look of the doctor gives, whatever was looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look gave: `said` is what was found, or what to do about it."""

    what: str
    said: str
    is_ok: bool = True
