"""From a document and a size of paper to the bytes of a PDF; the only door to the drawing modules.

The same document gives the same bytes, so a reprint can be proven to be one. ReportLab comes with this module: import
it in the thread that draws, never on the way to a first screen.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from printing.documents import Document, DrawError, Media, PackingSlip, ParcelLabel, ScannerCard, kind_of, subject_of
from printing.fonts import Weight, printable
from printing.label import draw_label
from printing.page import GRIDS, OFFICE_GRID, POINTS_PER_MM, Page
from printing.scanner_card import draw_scanner_card
from printing.slip import draw_slip
from printing.small_labels import draw_small_labels

rl_config.useA85 = 0  # binary streams: a fifth smaller and faster, and every printer since 1996 takes them

SHIPPING_MEDIA = (Media.LABEL_4X6, Media.LABEL_100X150)
OFFICE_MEDIA = (Media.A4, Media.LETTER)
SMALL_MEDIA = (Media.LABEL_100X50, *OFFICE_MEDIA)

# ReportLab's fonts and the canvas share state within the process.
_drawing = threading.Lock()


class WrongMedia(DrawError):
    """A document asked for on paper that it is not laid out for."""


def draw(document: Document, media: Media, dots_per_inch: int = 203) -> bytes:
    """`document` as a PDF on `media`, its bars on the grid of a printer with 203 or 300 dots per inch.

    Raises DrawError with a plain reason: WrongMedia, MissingGlyph, DoesNotFit, SymbolError or DocumentError.
    """
    allowed, paint = _layout(document)
    if media not in allowed:
        names = " or ".join(one.value for one in allowed)
        raise WrongMedia(f"a {kind_of(document)} prints on {names}, not on {media.value}: set this printer's media")
    if dots_per_inch not in GRIDS:
        raise WrongMedia(f"expected a printer of 203 or 300 dots per inch, got {dots_per_inch}: set dots_per_inch")
    grid = OFFICE_GRID if media in OFFICE_MEDIA else GRIDS[dots_per_inch]
    with _drawing:
        printable("")  # loads the fonts, which the canvas needs by name
        buffer = io.BytesIO()
        canvas = Canvas(
            buffer,
            pagesize=(media.width_mm * POINTS_PER_MM, media.height_mm * POINTS_PER_MM),
            pageCompression=1,
            invariant=1,
            initialFontName=Weight.REGULAR.value,
        )
        canvas.setTitle(f"{subject_of(document)} {_TITLES[kind_of(document)]}")
        canvas.setCreator("Floorhand")
        canvas.setAuthor("Floorhand")
        paint(Page(canvas, media, grid), document)
        canvas.save()
        return buffer.getvalue()


_TITLES = {
    "label": "shipping label",
    "slip": "packing slip",
    "shelf": "shelf label",
    "product": "product label",
    "badge": "badge",
    "commands": "command card",
    "scanner": "scanner card",
    "labels": "labels",
}


def _layout(document: Document) -> tuple[tuple[Media, ...], Callable[[Page, Any], None]]:
    match document:
        case ParcelLabel():
            return SHIPPING_MEDIA, draw_label
        case PackingSlip():
            return OFFICE_MEDIA, draw_slip
        case ScannerCard():
            return OFFICE_MEDIA, draw_scanner_card
        case _:
            return SMALL_MEDIA, draw_small_labels
