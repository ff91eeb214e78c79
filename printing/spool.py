"""The print spool: each job ends in exactly one of printed or held, and never comes out twice.

A job is written down before it is drawn, marked `printing` before its first byte leaves, and marked again with the
printer's own answer. Knows no journal (a JobStore keeps the jobs) and no drawing library until the first job.
"""

from __future__ import annotations

import enum
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from printing.documents import Document, DrawError, Media, kind_of, subject_of
from printing.printers import MAY_HAVE_PRINTED, Held, Printed, Printer

log = logging.getLogger(__name__)

Draw = Callable[[Document, Media, int], bytes]


class JobState(enum.Enum):
    QUEUED = "queued"
    PRINTING = "printing"
    PRINTED = "printed"
    HELD = "held"


class PrintJob(Struct, frozen=True, kw_only=True):
    """One document for one printer; `reason` explains a held job, `where` a printed one."""

    id: str
    document: Document
    media: Media
    printer: str
    state: JobState = JobState.QUEUED
    reason: str = ""
    where: str = ""
    attempts: int = 0


class JobStore(Protocol):
    """Where jobs are kept; `mark` returns only when the mark would survive a power cut."""

    def waiting(self) -> Sequence[PrintJob]:
        """Jobs that are queued, or were left `printing` by a program that died, oldest first."""

    def mark(self, job_id: str, state: JobState, reason: str, where: str) -> None:
        """Writes a job's new state; each mark of `printing` adds one to its attempts."""


def job_id(parcel: str, document: Document, copy: int = 1) -> str:
    """The id of a print job from its parcel (or other subject), its document and its copy, counted from 1.

    The same three always give the same id, so that asking twice prints once; a reprint is a higher copy.
    """
    return f"{parcel}-{kind_of(document)}-{copy}"


class Spool:
    """Draws and prints jobs one at a time, from whichever thread calls."""

    def __init__(self, store: JobStore, printers: Mapping[str, Printer], draw: Draw | None = None) -> None:
        self._store = store
        self._printers = printers
        self._draw = draw
        self._turn = threading.RLock()

    def run_waiting(self) -> list[PrintJob]:
        """Runs every waiting job, oldest first; returns them as they ended."""
        with self._turn:  # another thread then reads the store after us, and finds nothing left to print twice
            return [self.run_one(job) for job in self._store.waiting()]

    def run_one(self, job: PrintJob) -> PrintJob:
        """Draws and prints a queued or cut-off job, fresh from the store; returns it printed or held.

        A job that is printed or held already is returned as it is: only a new mark `queued` sets it going again.
        """
        if job.state in (JobState.PRINTED, JobState.HELD):
            return job
        with self._turn:
            printer = self._printers.get(job.printer)
            if printer is None:
                known = ", ".join(sorted(self._printers)) or "none"
                return self._held(job, f"no printer is named {job.printer!r} here (there is: {known}): choose one")
            try:
                pdf = self._drawn(job, printer)
            except DrawError as refusal:
                return self._held(job, str(refusal))
            except Exception as fault:
                log.exception("drawing job %s failed", job.id)
                return self._held(job, f"drawing failed ({type(fault).__name__}): report it and write this one by hand")
            return self._ended(*self._printed(job, printer, pdf))

    def _drawn(self, job: PrintJob, printer: Printer) -> bytes:
        if self._draw is None:
            from printing.draw import draw  # ReportLab, fonts and bars: first needed here, in the printing thread

            self._draw = draw
        return self._draw(job.document, job.media, printer.dots_per_inch)

    def _printed(self, job: PrintJob, printer: Printer, pdf: bytes) -> tuple[PrintJob, Printed | Held]:
        name = job_name(job)
        if job.state is JobState.PRINTING:
            before = printer.printed_before(name, pdf)
            if before is not None:
                return job, before
        self._store.mark(job.id, JobState.PRINTING, "", "")
        job = replace(job, state=JobState.PRINTING, reason="", where="", attempts=job.attempts + 1)
        try:
            return job, printer.print(name, pdf, 1)
        except Exception as fault:
            log.exception("printing job %s failed", job.id)
            return job, Held(f"the printer failed ({type(fault).__name__}): {MAY_HAVE_PRINTED}")

    def _ended(self, job: PrintJob, answer: Printed | Held) -> PrintJob:
        if isinstance(answer, Held):
            return self._held(job, answer.reason)
        self._store.mark(job.id, JobState.PRINTED, "", answer.where)
        return replace(job, state=JobState.PRINTED, reason="", where=answer.where)

    def _held(self, job: PrintJob, reason: str) -> PrintJob:
        self._store.mark(job.id, JobState.HELD, reason, "")
        return replace(job, state=JobState.HELD, reason=reason, where="")


def job_name(job: PrintJob) -> str:
    """What a job is called at the printer: kind, order number (or other subject) and job id."""
    subject = subject_of(job.document)
    return f"{kind_of(job.document)}_{subject}_{job.id}"
