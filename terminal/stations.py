"""Which printer takes which document at which station, on what paper, and what the site puts on it.

Decides that from the config alone; what a printer answers is the printing thread's to hear. Loads nothing of printing
before something is printed: a cart that only picks goes without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from printing.media import Media
    from terminal.config import PrinterSettings

ITEM_LABEL = "product"
USUAL_MEDIA = {"label": "4x6in", "slip": "a4", ITEM_LABEL: "100x50mm"}


class HouseStyle(Struct, frozen=True):
    """What a site puts on every label and paper: a free block, a Digital Link resolver's address, its language."""

    free_text: str = ""
    digital_link: str = ""
    language: str = "en"


PLAIN = HouseStyle()


class PrinterChoice(Struct, frozen=True):
    """Which printer takes one kind of document, on which media."""

    printer: str
    media: Media


class Stations(Struct, frozen=True):
    """The printers of a config. Those that name no station serve every one that has none of its own.

    `usual` names the paper of each kind of document where its printer does not say.
    """

    printers: Sequence[PrinterSettings] = ()
    usual: Mapping[str, str] = field(default_factory=lambda: dict(USUAL_MEDIA))

    @property
    def names(self) -> tuple[str, ...]:
        """Every printer's name."""
        return tuple(printer.name for printer in self.printers)

    @property
    def stations(self) -> tuple[str, ...]:
        """Every station that is named, each once."""
        return tuple(dict.fromkeys(station for printer in self.printers for station in printer.stations))

    def kinds(self, station: str) -> frozenset[str]:
        """The kinds of documents that some printer takes at that station."""
        every = {kind for printer in self.printers for kind in printer.documents}
        return frozenset(kind for kind in every if self._serving(kind, station) is not None)

    def choose(self, kind: str, station: str, printer: str = "") -> PrinterChoice:
        """Where a document of `kind` comes out: on `printer` where one is named, else as its station says.

        The choice's printer is an empty text where nothing is set.
        """
        if printer:
            named = next((each for each in self.printers if each.name == printer), None)
            return PrinterChoice(printer, self._media(kind, named))
        found = self._serving(kind, station)
        return PrinterChoice(found.name if found else "", self._media(kind, found))

    def _serving(self, kind: str, station: str) -> PrinterSettings | None:
        taking = [each for each in self.printers if kind in each.documents]
        here = next((each for each in taking if station in each.stations), None)
        return here or next((each for each in taking if not each.stations), None)

    def _media(self, kind: str, printer: PrinterSettings | None) -> Media:
        from printing.media import Media

        named = printer.media if printer is not None else None
        return Media(named or self.usual.get(kind, "a4"))
