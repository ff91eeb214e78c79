"""The print spool: a job is sent once, and ends as printed, held with a reason, or cancelled.

A job is written down before it is drawn, marked `sending` before its first byte leaves, and marked again with the
printer's own answer. What may have left is never sent again by itself: the printer is asked, and where it cannot tell,
a person is. Knows no journal (a JobStore keeps the jobs) and no drawing library until the first job.
"""

from __future__ import annotations

import enum
import logging
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from printing.documents import Document, DrawError, Media, kind_of, subject_of
from printing.printers import Answer, Held, Pages, Printed, Printer, Sent
from printing.site_style import PLAIN, SiteStyle
from printing.troubles import Trouble

log = logging.getLogger(__name__)

LONGEST_SUBJECT = 48
"""Signs of a number in the name of a job: four bytes each, beside the rest, in the 255 that IPP gives to a name."""


class JobState(enum.Enum):
    """Where a job stands. `held` waits for a person, everything else for the spool or for nobody."""

    WAITING = "waiting"
    SENDING = "sending"
    PRINTED = "printed"
    HELD = "held"
    CANCELLED = "cancelled"


class PrintJob(Struct, frozen=True, kw_only=True):
    """One document for one printer; `reason` explains a held or cancelled job, `where` a printed one.

    `sent` says whether its bytes left, `ticket` is the number that the printer gave it.
    """

    id: str
    document: Document
    media: Media
    printer: str
    state: JobState = JobState.WAITING
    reason: str = ""
    where: str = ""
    attempts: int = 0
    sent: Sent = Sent.NO
    ticket: str = ""


class JobStore(Protocol):
    """Where jobs are kept; a call returns only when what it wrote would survive a power cut."""

    def waiting(self) -> Sequence[PrintJob]:
        """What the spool has to see to, oldest first.

        Waiting jobs, those left `sending` by a program that died, and cancelled ones that the printer still has.
        """

    def begin(self, job_id: str) -> bool:
        """Marks a job as `sending`, its bytes as perhaps gone, and counts the attempt; False where it was cancelled."""

    def note(self, job_id: str, ticket: str) -> None:
        """The printer has taken the job under this number."""

    def end(self, job: PrintJob) -> None:
        """Writes state, reason, where and sent as they stand in `job`."""


def job_id(parcel: str, document: Document, copy: int = 1) -> str:
    """The id of a print job from its parcel (or other subject), its document and its copy, counted from 1.

    The same three always give the same id, so that asking twice prints once; a reprint is a higher copy.
    """
    return f"{parcel}-{kind_of(document)}-{copy}"


class Spool:
    """Draws and prints jobs, from whichever thread calls: one at a time a printer, printers beside one another."""

    def __init__(self, store: JobStore, printers: Mapping[str, Printer], style: SiteStyle = PLAIN) -> None:
        self._store = store
        self._printers = printers
        self._style = style
        self._turns: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        self._making_turns = threading.Lock()

    def run_waiting(self, printer: str | None = None) -> list[PrintJob]:
        """Runs every waiting job, or those of one printer, oldest first; returns them as they ended."""
        if printer is None:
            printers = dict.fromkeys(job.printer for job in self._store.waiting())
            return [job for each in printers for job in self.run_waiting(each)]
        with self._turn(printer):  # another thread then reads the store after us, and finds nothing to print twice
            return [self.run_one(job) for job in self._store.waiting() if job.printer == printer]

    def run_one(self, job: PrintJob) -> PrintJob:
        """Sees to a job fresh from the store; returns it printed, held or cancelled.

        A job that is printed or held already is returned as it is: only a new mark `waiting` sets it going again.
        """
        if job.state in (JobState.PRINTED, JobState.HELD):
            return job
        with self._turn(job.printer):
            printer = self._printers.get(job.printer)
            if job.state is JobState.CANCELLED:
                return self._withdrawn(job, printer)
            if printer is None:
                return self._ended(job, Held(_no_printer(job.printer, self._printers)))
            try:
                payload = printer.render(job.document, job.media, self._style)
            except DrawError as refusal:
                return self._ended(job, Held(str(refusal), job.sent))
            except Exception as fault:
                log.exception("drawing job %s failed", job.id)
                return self._ended(job, Held(drawing_failed(fault), job.sent))
            return self._seen_to(job, printer, payload)

    def _seen_to(self, job: PrintJob, printer: Printer, payload: bytes) -> PrintJob:
        pages = Pages(job_name(job), payload, job.media, lambda ticket: self._store.note(job.id, ticket))
        try:
            if job.state is JobState.SENDING or job.sent is not Sent.NO:
                became = printer.settle(pages, job.ticket)
                if became is not None:
                    return self._ended(job, became)
            if not self._store.begin(job.id):
                return replace(job, state=JobState.CANCELLED)
            job = replace(job, attempts=job.attempts + 1, sent=Sent.UNSURE)
            return self._ended(job, printer.print(pages))
        except Exception:
            log.exception("printing job %s failed", job.id)
            return self._ended(job, Held.by(Trouble.LOST, Sent.UNSURE))

    def _ended(self, job: PrintJob, answer: Answer) -> PrintJob:
        if isinstance(answer, Printed):
            done = replace(job, state=JobState.PRINTED, reason="", where=answer.where, sent=Sent.YES)
        else:
            done = replace(job, state=JobState.HELD, reason=answer.reason, where="", sent=answer.sent)
        self._store.end(done)
        return done

    def _withdrawn(self, job: PrintJob, printer: Printer | None) -> PrintJob:
        try:
            is_back = printer is not None and printer.withdraw(job.ticket)
        except Exception:
            log.exception("withdrawing job %s failed", job.id)
            is_back = False
        done = replace(job, sent=Sent.NO if is_back else Sent.UNSURE)
        self._store.end(done)
        return done

    def _turn(self, printer: str) -> threading.RLock:
        with self._making_turns:
            return self._turns[printer]


def job_name(job: PrintJob) -> str:
    """What a job is called at the printer: kind, order number (or other subject) and job id."""
    subject = subject_of(job.document)[:LONGEST_SUBJECT]
    return f"{kind_of(job.document)}_{subject}_{job.id}"


def _no_printer(name: str, printers: Mapping[str, Printer]) -> str:
    known = ", ".join(sorted(printers)) or "none"
    if not name:
        return f"No printer is set for this document here (there is: {known}): set one in the config"
    return f"No printer is named {name!r} here (there is: {known}): choose another printer"


def drawing_failed(fault: Exception) -> str:
    """What is said where drawing broke in a way that nobody foresaw."""
    return f"drawing failed ({type(fault).__name__}): report it and write this one by hand"
