"""Which printer takes which document at which station, and on what paper.

Decides that from the config alone; what a printer answers is the printing thread's to hear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from printing.documents import Media

if TYPE_CHECKING:
    from terminal.config import PrinterSettings

ITEM_LABEL = "product"
USUAL_MEDIA = {"label": Media.LABEL_4X6, "slip": Media.A4, ITEM_LABEL: Media.LABEL_100X50}


@dataclass(frozen=True, slots=True)
class PrinterChoice:
    """Which printer takes one kind of document, on which media."""

    printer: str
    media: Media


@dataclass(frozen=True, slots=True)
class Stations:
    """The printers of a config. Those that name no station serve every one that has none of its own."""

    printers: Sequence[PrinterSettings] = ()
    usual: Mapping[str, Media] = field(default_factory=lambda: dict(USUAL_MEDIA))

    @property
    def names(self) -> tuple[str, ...]:
        """Every printer's name."""
        return tuple(printer.name for printer in self.printers)

    @property
    def stations(self) -> tuple[str, ...]:
        """Every station that is named, each once."""
        return tuple(dict.fromkeys(station for printer in self.printers for station in printer.stations))

    def choose(self, kind: str, station: str, printer: str = "") -> PrinterChoice:
        """Where a document of `kind` comes out: on `printer` where one is named, else as its station says.

        The choice's printer is an empty text where nothing is set.
        """
        if printer:
            named = next((each for each in self.printers if each.name == printer), None)
            return PrinterChoice(printer, self._media(kind, named))
        taking = [each for each in self.printers if kind in each.documents]
        here = next((each for each in taking if station in each.stations), None)
        found = here or next((each for each in taking if not each.stations), None)
        return PrinterChoice(found.name if found else "", self._media(kind, found))

    def _media(self, kind: str, printer: PrinterSettings | None) -> Media:
        if printer is not None and printer.media:
            return Media(printer.media)
        return self.usual.get(kind, Media.A4)
