"""Which work a worker's roles allow, the same on both sides: a device offers it by them, the store judges by them.

Decides from the worker's record and the event alone. How somebody proves who he is stands in credentials.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from orders import events
from orders.events import FloorEvent
from orders.records import Worker

PICK = ("picker", "supervisor")
PACK = ("packer", "supervisor")
SHIP = ("packer", "supervisor")

_WORK: dict[tuple[type, ...], tuple[str, ...]] = {
    (events.TaskEvent,): PICK,
    (
        events.PackingStarted,
        events.ItemVerified,
        events.VerificationUndone,
        events.ParcelSealed,
        events.ParcelLabelled,
        events.ReadBackUndone,
        events.ParcelVoided,
    ): PACK,
    (events.ManifestEvent,): SHIP,
}


class NotPermitted(Enum):
    """Why a worker may not do that work; the value travels and is worded elsewhere."""

    UNKNOWN_WORKER = "unknown_worker"
    WORKER_LEFT = "worker_left"
    NOT_THEIR_ROLE = "not_their_role"


def judge_worker(worker: Worker | None, roles: tuple[str, ...], at: datetime) -> NotPermitted | None:
    """Whether somebody with one of `roles` worked at that moment; None for yes."""
    if worker is None:
        return NotPermitted.UNKNOWN_WORKER
    if not worker.is_active and (worker.left_at is None or at >= worker.left_at):
        return NotPermitted.WORKER_LEFT
    return None if any(role in roles for role in worker.roles) else NotPermitted.NOT_THEIR_ROLE


def roles_for(event: FloorEvent) -> tuple[str, ...]:
    """The roles that may tell such a fact; empty where anybody may (signing on, a refused scan, a print)."""
    return next((roles for kinds, roles in _WORK.items() if isinstance(event, kinds)), ())
