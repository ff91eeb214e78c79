"""A PDF page as the dots of a print head: one bit a dot, each dot exactly as wide as the printer's.

Decides how a page becomes dots, with no grey and no stretching. pdfium (by pypdfium2) draws; it comes with the first
page, in the thread that prints, and one page at a time because it keeps state within the process.
"""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

DOTS_PER_MM = {203: 8.0, 300: 300 / 25.4, 600: 600 / 25.4}
POINTS_PER_INCH = 72

# A cell of a sketch is dark from so much ink on: thin strokes are to be seen too.
_SKETCHED = 0.3
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}

pdfium_alone = threading.Lock()
# Dark is below half: what a thermal head would burn. The digits become bits of one large number, eight to the byte.
_BLACK_DIGITS = bytes(ord("1") if grey < 128 else ord("0") for grey in range(256))


@dataclass(frozen=True, slots=True)
class Dots:
    """A page of `height` rows, each of `row_bytes` bytes; 1 is black, the first dot is the highest bit."""

    width: int
    height: int
    bits: bytes

    @property
    def row_bytes(self) -> int:
        """Bytes a row; the dots beyond `width` are white."""
        return -(-self.width // 8)

    @property
    def rows(self) -> Iterator[bytes]:
        """Each row from the top."""
        wide = self.row_bytes
        return (self.bits[at : at + wide] for at in range(0, len(self.bits), wide))

    def sketch(self, columns: int) -> list[str]:
        """The page in half blocks, `columns` wide: enough to see the layout, not to scan it."""
        step = max(1.0, self.width / columns)
        wide, tall = int(self.width / step), int(self.height / step)
        lines = [f"{int.from_bytes(row, 'big'):0{len(row) * 8}b}" for row in self.rows]
        places = [(int(x * step), max(int(x * step) + 1, int((x + 1) * step))) for x in range(wide)]
        dark = []
        for y in range(tall + tall % 2):
            band = lines[int(y * step) : max(int(y * step) + 1, int((y + 1) * step))]
            most = len(band) * step * _SKETCHED
            dark.append([sum(row.count("1", begin, end) for row in band) > most for begin, end in places])
        pairs = zip(dark[::2], dark[1::2], strict=True)
        return ["".join(_HALVES[up, down] for up, down in zip(*pair, strict=True)).rstrip() for pair in pairs]


def rasterised(pdf: bytes, dots_per_inch: int) -> list[Dots]:
    """Every page of `pdf` at the dots of a printer with 203 (8 dots a millimetre), 300 or 600 dots per inch."""
    import pypdfium2 as pdfium

    scale = DOTS_PER_MM[dots_per_inch] * 25.4 / POINTS_PER_INCH
    with pdfium_alone, pdfium.PdfDocument(pdf) as document:
        return [_burnt(page, scale) for page in document]


def _burnt(page: object, scale: float) -> Dots:
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    # The page's own render() would stretch the page to whole pixels, which no printer does.
    width, height = (round(points * scale) for points in page.get_size())  # type: ignore[attr-defined]
    wide = -(-width // 8) * 8
    bitmap = pdfium.PdfBitmap.new_native(wide, height, raw.FPDFBitmap_Gray, stride=wide)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, wide, height)
        matrix, clip = raw.FS_MATRIX(scale, 0, 0, scale, 0, 0), raw.FS_RECTF(0, 0, width, height)
        raw.FPDF_RenderPageBitmapWithMatrix(bitmap, page, matrix, clip, raw.FPDF_ANNOT)
        grey = bytes(bitmap.buffer)
    finally:
        bitmap.close()
    # int() reads binary digits in one pass, which is 20 times faster than a loop over dots.
    return Dots(width, height, int(grey.translate(_BLACK_DIGITS), 2).to_bytes(wide * height // 8, "big"))


def png(dots: Dots) -> bytes:
    """`dots` as a PNG of one bit a pixel (RFC 2083)."""
    flipped = bytes.maketrans(bytes(range(256)), bytes(255 - byte for byte in range(256)))
    lines = b"".join(b"\x00" + row.translate(flipped) for row in dots.rows)
    header = struct.pack(">IIBBBBB", dots.width, dots.height, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )
