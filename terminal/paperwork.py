"""What is to be printed after an answer: each label, slip and item label as a print job at its printer.

Decides which document comes out where, and that what a sealing is about to make has its label in the same transaction.
It draws nothing and writes nothing: the session hands the jobs to the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orders.events import FloorEvent, ParcelSealed
from orders.folds import Told, admit
from orders.records import Key, Parcel, Record
from orders.verdicts import Denial
from printing.documents import DocumentError
from printing.spool import PrintJob, job_id
from terminal import documents, wording
from terminal.floor import Floor
from terminal.stations import ITEM_LABEL, HouseStyle, Stations
from terminal.workflows.steps import ItemLabel, Printing


@dataclass(frozen=True, slots=True)
class Paperwork:
    """The documents of one moment: at this station, by this worker, at this aware UTC instant."""

    floor: Floor
    stations: Stations
    style: HouseStyle
    station: str
    worker: str
    at: datetime

    def jobs(self, prints: Sequence[Printing | ItemLabel], events: Sequence[FloorEvent]) -> list[PrintJob]:
        """A job for each of `prints`; DocumentError where one cannot be printed. `events` are about to be written."""
        return [
            self._item_label(each.product) if isinstance(each, ItemLabel) else self._parcel_paper(each, events)
            for each in prints
        ]

    def _parcel_paper(self, asked: Printing, events: Sequence[FloorEvent]) -> PrintJob:
        parcel = self.floor.parcel(asked.parcel) or self._forecast(asked.parcel, events)
        document = (
            documents.label_of(parcel, self.floor, self.style)
            if asked.kind == "label"
            else documents.slip_of(parcel, self.floor, self.style)
        )
        choice = self.stations.choose(asked.kind, self.station, asked.printer)
        id = job_id(asked.parcel, document, asked.copy)
        return PrintJob(id=id, document=document, media=choice.media, printer=choice.printer)

    def _item_label(self, product: str) -> PrintJob:
        document = documents.item_label_of(product, self.floor)
        choice = self.stations.choose(ITEM_LABEL, self.station)
        # Two asked for within one second are one hand that trembled.
        id = job_id(product.replace("/", "-"), document, int(self.at.timestamp()))
        return PrintJob(id=id, document=document, media=choice.media, printer=choice.printer)

    def _forecast(self, sscc: str, events: Sequence[FloorEvent]) -> Parcel:
        """The parcel that a sealing is about to make: its label is written in the same transaction."""
        for event in events:
            if isinstance(event, ParcelSealed) and event.parcel == sscc:
                books = {key: self.floor.get(key.kind, key.id, Record) for key in event.touches}
                after = admit(books, event, Told(self.at, self.floor.terminal, self.worker))
                if not isinstance(after, Denial):
                    parcel = after[Key("parcel", sscc)]
                    assert isinstance(parcel, Parcel)
                    return parcel
        raise DocumentError(wording.parcel_unknown())
