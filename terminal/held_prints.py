"""The print jobs of this device that wait for a person, as the workflows see them.

Decides what a workflow is told of a job. How jobs are kept is the journal's, why one is held its printer's. Whoever
hands in a job has loaded what is printed; without one nothing of it is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orders.records import Key
from terminal.floor import Floor
from terminal.workflows.steps import HeldPrint, JobOrder, Labelling, Step

if TYPE_CHECKING:
    from printing.spool import PrintJob


class HeldPrints:
    """Hears how jobs end, and forgets those that somebody has decided on."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._jobs: dict[str, PrintJob] = {}

    def hear(self, job: PrintJob) -> frozenset[Key]:
        """How a job ended; the keys of what may be shown otherwise by that."""
        from printing.spool import JobState

        self._jobs.pop(job.id, None)
        if job.state is JobState.HELD:
            self._jobs[job.id] = job
        return frozenset({Key("parcel", _parcel_and_copy(job)[0])})

    def of(self, orders: Sequence[JobOrder]) -> list[PrintJob]:
        """The jobs that somebody decides on, as they are held now."""
        return [self._jobs[order.job] for order in orders if order.job in self._jobs]

    def forget(self, jobs: Sequence[PrintJob]) -> None:
        """Somebody has decided on these, and the spool goes on with them; one that was held anew meanwhile stays."""
        for job in jobs:
            if self._jobs.get(job.id) is job:
                del self._jobs[job.id]

    @property
    def all(self) -> tuple[HeldPrint, ...]:
        """Every held job, oldest first."""
        return tuple(self._seen(job) for job in self._jobs.values())

    def _seen(self, job: PrintJob) -> HeldPrint:
        from printing.documents import kind_of, subject_of

        parcel, copy = _parcel_and_copy(job)
        record = self._floor.parcel(parcel)
        return HeldPrint(
            job=job.id,
            kind=kind_of(job.document),
            order=record.order if record else "",
            parcel=parcel,
            copy=copy,
            printer=job.printer,
            reason=job.reason,
            sent=job.sent.value,
            about=subject_of(job.document),
        )


def is_asking_about(job: PrintJob, step: Step) -> bool:
    """Whether the prompt of `step` itself says why this job is held."""
    from printing.documents import kind_of

    here = kind_of(job.document), _parcel_and_copy(job)[0]
    return isinstance(step, Labelling) and here == ("label", step.parcel)


def _parcel_and_copy(job: PrintJob) -> tuple[str, int]:
    parcel, _, copy = job.id.rsplit("-", 2)
    return parcel, int(copy)
