"""Papers to look at: a parcel's print jobs as they stand, or the documents that its sealing would print.

Decides what is shown and which sentence stands beside it. Which step asks is the workflows' judgement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orders.identifiers import is_sscc
from orders.records import Parcel
from printing.documents import Document, Media, kind_of
from printing.spool import JobState, PrintJob
from terminal import documents
from terminal import preview_wording as words
from terminal.floor import Floor
from terminal.journal import Journal
from terminal.stations import HouseStyle, Stations
from terminal.workflows.steps import Looks


@dataclass(frozen=True, slots=True)
class Paper:
    """A document on its paper, and a sentence on where its print stands."""

    document: Document
    media: Media
    note: str = ""


def jobs_for(looks: Looks, journal: Journal) -> Sequence[PrintJob]:
    """In the journal's thread: the print jobs that were asked for."""
    if looks.job:
        job = journal.job(looks.job)
        return [job] if job else []
    return journal.jobs_of(looks.parcel) if looks.parcel else []


def asked_for(
    looks: Looks, jobs: Sequence[PrintJob], floor: Floor, style: HouseStyle, stations: Stations, station: str
) -> tuple[Paper, ...]:
    """What to look at: what sealing would print, or `jobs`, or else a parcel's papers as its records have them.

    DocumentError where one of them cannot be printed.
    """
    if looks.sealing is not None:
        return forecast(looks.sealing, floor, style, stations, station)
    found = of_jobs(jobs)
    return found if found or looks.job else of_parcel(looks.parcel, floor, style, stations, station)


def of_jobs(jobs: Sequence[PrintJob]) -> tuple[Paper, ...]:
    """The newest copy of each kind of document, the label first; cancelled ones only where there is no other."""
    newest: dict[str, PrintJob] = {}
    for job in jobs:
        kind = kind_of(job.document)
        if kind not in newest or job.state is not JobState.CANCELLED:
            newest[kind] = job
    return tuple(
        Paper(job.document, job.media, words.job(job.state.value, job.printer, job.reason or job.where))
        for _, job in sorted(newest.items())
    )


def of_parcel(parcel: str, floor: Floor, style: HouseStyle, stations: Stations, station: str) -> tuple[Paper, ...]:
    """Label and slip of a parcel as its records have them, for one that was printed elsewhere or long ago."""
    known = floor.parcel(parcel)
    if known is None:
        return ()
    both = (documents.label_of(known, floor, style), documents.slip_of(known, floor, style))
    return tuple(_paper(each, words.printed_elsewhere(), stations, station) for each in both)


def forecast(parcel: Parcel, floor: Floor, style: HouseStyle, stations: Stations, station: str) -> tuple[Paper, ...]:
    """What sealing prints: the slip, and the label as soon as number and weight are known."""
    slip = documents.slip_of(parcel, floor, style)
    if not is_sscc(parcel.id):
        return (_paper(slip, words.label_needs_number(), stations, station),)
    if not parcel.weight_grams:
        return (_paper(slip, words.label_needs_weight(), stations, station),)
    both = (documents.label_of(parcel, floor, style), slip)
    return tuple(_paper(each, words.comes_with_the_seal(), stations, station) for each in both)


def _paper(document: Document, note: str, stations: Stations, station: str) -> Paper:
    return Paper(document, stations.choose(kind_of(document), station).media, note)
