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

from printing.consignee import han_of
from printing.documents import (
    Document,
    DrawError,
    Invoice,
    Manifest,
    Media,
    PackingSlip,
    ParcelLabel,
    PickList,
    ReturnSlip,
    ScannerCard,
    kind_of,
    subject_of,
)
from printing.fonts import Weight, printable, use_folder
from printing.invoice import draw_invoice
from printing.label import draw_label
from printing.manifest import draw_manifest
from printing.page import GRIDS, OFFICE_GRID, Grid, Page
from printing.paragraph import POINTS_PER_MM
from printing.pick_list import draw_pick_list
from printing.reading import ReadPage, Sheet
from printing.return_slip import draw_return_slip
from printing.scanner_card import draw_scanner_card
from printing.site_style import PLAIN, SiteStyle
from printing.slip import draw_slip
from printing.small_labels import draw_small_labels

rl_config.useA85 = 0  # binary streams: a fifth smaller and faster, and every printer since 1996 takes them

OFFICE_MEDIA = (Media.A4, Media.LETTER)
SHIPPING_MEDIA = (Media.LABEL_4X6, Media.LABEL_100X150, Media.A6, Media.A5, *OFFICE_MEDIA)
SMALL_MEDIA = (
    Media.LABEL_100X50,
    Media.LABEL_57X32,
    *OFFICE_MEDIA,
    *(media for media in Media if media.sheet is not None),
)

# ReportLab's fonts and the canvas share state within the process.
_drawing = threading.Lock()


class WrongMedia(DrawError):
    """A document asked for on paper that it is not laid out for."""


def draw(document: Document, media: Media, dots_per_inch: int = 203, style: SiteStyle = PLAIN) -> bytes:
    """`document` as a PDF on `media`, its bars on the grid of a printer with 203, 300 or 600 dots per inch.

    `style` is the site's logo and folder of fonts. Raises DrawError with a plain reason: WrongMedia, MissingGlyph,
    DoesNotFit, SymbolError, LogoError, FontFolderError or DocumentError.
    """
    grid, paint = _chosen(document, media, dots_per_inch)
    with _drawing:
        use_folder(style.fonts)
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
        page = Page(canvas, media, grid, language=_han(document), logo=style.logo)
        paint(page, document)
        page.finish()
        canvas.save()
        return buffer.getvalue()


def read(document: Document, media: Media, dots_per_inch: int = 203, style: SiteStyle = PLAIN) -> tuple[Sheet, ...]:
    """What can be read on each sheet that `draw` would make; raises what `draw` raises."""
    grid, paint = _chosen(document, media, dots_per_inch)
    with _drawing:
        use_folder(style.fonts)
        page = ReadPage(media, grid, language=_han(document), logo=style.logo)
        paint(page, document)
        return page.sheets


def _chosen(document: Document, media: Media, dots_per_inch: int) -> tuple[Grid, Callable[[Page, Any], None]]:
    allowed, paint = _layout(document)
    if media not in allowed:
        names = " or ".join(one.value for one in allowed)
        title = _TITLES[kind_of(document)]
        what = title if title == "labels" else f"an {title}" if title[0] in "aeiou" else f"a {title}"
        prints = "print" if title == "labels" else "prints"
        raise WrongMedia(f"{what} {prints} on {names}, not on {media.value}: set this printer's media")
    if dots_per_inch not in GRIDS:
        raise WrongMedia(f"expected a printer of 203, 300 or 600 dots per inch, got {dots_per_inch}: set dots_per_inch")
    return OFFICE_GRID if media.paper in OFFICE_MEDIA else GRIDS[dots_per_inch], paint


_TITLES = {
    "label": "shipping label",
    "slip": "packing slip",
    "shelf": "shelf label",
    "tote": "tote label",
    "product": "product label",
    "badge": "badge",
    "commands": "command card",
    "scanner": "scanner card",
    "labels": "labels",
    "picklist": "pick list",
    "manifest": "manifest",
    "invoice": "invoice",
    "return": "return slip",
}


def _layout(document: Document) -> tuple[tuple[Media, ...], Callable[[Page, Any], None]]:
    match document:
        case ParcelLabel():
            return SHIPPING_MEDIA, draw_label
        case PackingSlip():
            return OFFICE_MEDIA, draw_slip
        case ScannerCard():
            return OFFICE_MEDIA, draw_scanner_card
        case PickList():
            return OFFICE_MEDIA, draw_pick_list
        case Manifest():
            return OFFICE_MEDIA, draw_manifest
        case Invoice():
            return OFFICE_MEDIA, draw_invoice
        case ReturnSlip():
            return OFFICE_MEDIA, draw_return_slip
        case _:
            return SMALL_MEDIA, draw_small_labels


def _han(document: Document) -> str:
    """Whose shapes of Chinese characters: those of whoever the document is for."""
    match document:
        case ParcelLabel():
            return han_of(document.recipient.country)
        case PackingSlip():
            return han_of(document.ship_to.country, document.language)
        case Invoice():
            return han_of(document.bill_to.country, document.language)
        case ReturnSlip():
            return han_of(document.customer.country, document.language)
        case Manifest():
            return han_of(document.sender.country, document.language)
        case PickList():
            return han_of("", document.language)
        case _:
            return han_of("")
