"""Documents as ZPL II, the language of most label printers (Zebra, ZPL II Programming Guide).

Decides whether a label is drawn by the printer's own fonts or as dots. Refuses to know ports and sockets.
"""

from __future__ import annotations

from printing.documents import Document, Media, ParcelLabel
from printing.site_style import PLAIN, SiteStyle

DRAWN = ("bitmap", "native")
GRAPHICS = ("z64", "ascii")


def rendered(
    document: Document,
    media: Media,
    dots_per_inch: int,
    drawn: str = DRAWN[0],
    graphics: str = GRAPHICS[0],
    style: SiteStyle = PLAIN,
) -> bytes:
    """`document` as ZPL; raises DrawError with a plain reason.

    `bitmap` is the page as it is drawn everywhere, dot by dot. `native` leaves shipping labels to the printer's own
    fonts and bars, ten times smaller; what they cannot show whole (other scripts, a logo, a free
    block, a QR code) goes as a bitmap all the same.
    """
    if drawn == "native" and isinstance(document, ParcelLabel) and style.logo is None:
        from printing.zpl.native import NotNative, native_label

        try:
            return native_label(document, media, dots_per_inch)
        except NotNative:
            pass
    from printing.raster import rasterised
    from printing.zpl.bitmap import bitmap_label

    pages = rasterised(style.draw(document, media, dots_per_inch), dots_per_inch)
    return b"".join(bitmap_label(page, graphics) for page in pages)
