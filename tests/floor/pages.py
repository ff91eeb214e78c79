"""Reads printed pages as a scanner would: a raster at a label printer's resolution, an independent decoder.

Nothing of ours draws or decodes here: pypdfium2 rasterises, zxing-cpp reads.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import zxingcpp

DOTS_PER_INCH = 203.2


def barcodes_on(path: Path) -> dict[str, str]:
    """Every barcode on the first page: its text by the name of its symbology's content."""
    document = pypdfium2.PdfDocument(path)
    try:
        page = document[0]
        image = page.render(scale=DOTS_PER_INCH / 72, grayscale=True).to_pil().point(lambda tone: 255 * (tone > 127))
        page.close()
    finally:
        document.close()
    return {
        ("gs1" if each.symbology_identifier == "]C1" else "plain"): each.text for each in zxingcpp.read_barcodes(image)
    }


def label_scanned(folder: Path) -> Callable[[str], str | None]:
    """What a scanner reads off the label of a parcel: the SSCC in its GS1-128 symbol; None while nothing is printed."""

    def read(parcel: str) -> str | None:
        path = next(folder.glob(f"*{parcel}-label-*.pdf"), None)
        if path is None:
            return None
        return barcodes_on(path)["gs1"].replace("(", "").replace(")", "").removeprefix("00")

    return read
