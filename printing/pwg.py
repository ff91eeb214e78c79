"""PDF pages as PWG raster (PWG 5102.4): for IPP printers that take no PDF.

Decides resolution and colour from what the printer lists: black dots where it takes them, else 8-bit grey. pdfium has
drawn the dots already in black and white.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence

from printing.raster import Dots, rasterised

_HEADER_BYTES = 1796
_BLACK, _GREY = 3, 18
_GREY_OF_DIGIT = bytes.maketrans(b"01", b"\xff\x00")
_MOST_LINES = 256
# A run of one byte, or bytes that all differ from the next one; at most 128 either way.
_PARTS = re.compile(rb"(.)\1{1,127}|(?:(.)(?!\2)){1,128}", re.DOTALL)


def pwg_raster(pdf: bytes, dots_per_inch: int, printer: Mapping[str, Sequence[object]]) -> bytes:
    """`pdf` for a printer with these attributes, at `dots_per_inch` (203, 300 or 600) where it lists that."""
    listed = {
        each[0] for each in printer.get("pwg-raster-document-resolution-supported", ()) if isinstance(each, tuple)
    }
    usable = [each for each in (dots_per_inch, 300, 600, 203) if not listed or each in listed]
    resolution = usable[0] if usable else dots_per_inch
    is_black = "black_1" in printer.get("pwg-raster-document-type-supported", ())
    pages = rasterised(pdf, resolution)
    return b"RaS2" + b"".join(_page(page, resolution, len(pages), is_black) for page in pages)


def _page(dots: Dots, resolution: int, count: int, is_black: bool) -> bytes:
    lines = list(dots.rows) if is_black else [_grey(row, dots.width) for row in dots.rows]
    return _header(dots, resolution, count, is_black) + _packed(lines)


def _grey(row: bytes, width: int) -> bytes:
    return f"{int.from_bytes(row, 'big'):0{len(row) * 8}b}"[:width].encode("ascii").translate(_GREY_OF_DIGIT)


def _header(dots: Dots, resolution: int, count: int, is_black: bool) -> bytes:
    """The page header of PWG 5102.4, 4.3; every field that is not set is 0."""
    header = bytearray(_HEADER_BYTES)
    header[0:10] = b"PwgRaster\0"
    size = (round(dots.width * 72 / resolution), round(dots.height * 72 / resolution))
    bits, per_line = (1, dots.row_bytes) if is_black else (8, dots.width)
    fields = {
        276: resolution, 280: resolution, 340: 1, 352: size[0], 356: size[1], 372: dots.width, 376: dots.height,
        384: bits, 388: bits, 392: per_line, 400: _BLACK if is_black else _GREY, 420: 1, 452: count,
        456: 1, 460: 1, 480: 0xFFFFFF,
    }  # fmt: skip
    for place, value in fields.items():
        struct.pack_into(">I", header, place, value)
    return bytes(header)


def _packed(lines: Sequence[bytes]) -> bytes:
    """Lines with their repeats counted, each in PackBits (PWG 5102.4, 4.4)."""
    out, at = bytearray(), 0
    while at < len(lines):
        again = 1
        while at + again < len(lines) and again < _MOST_LINES and lines[at + again] == lines[at]:
            again += 1
        out.append(again - 1)
        for part in _PARTS.finditer(lines[at]):
            found = part.group()
            is_run = len(set(found)) == 1
            out += bytes([len(found) - 1, found[0]]) if is_run else bytes([257 - len(found)]) + found
        at += again
    return bytes(out)
