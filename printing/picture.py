"""Pages as pictures made of Braille signs, two dots across and four down each: for a terminal that shows only text.

Decides how dark a dot has to be to be seen: enough to know a layout and, on a wide screen, to read it; not to scan it.
"""

from __future__ import annotations

from printing.raster import POINTS_PER_INCH, pdfium_alone

_BLANK = 0x2800
# Unicode's Braille patterns: the bit of the dot in each column and row of a sign.
_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_DARK = 176  # of 255: thin strokes are grey at this size, and are to be seen too
_WEIGHTS = [[bytes(bit if grey < _DARK else 0 for grey in range(256)) for bit in bits] for bits in _BITS]
_MOST_DOTS_PER_INCH = 203.0


def pictures(pdf: bytes, columns: int, rows: int | None = None) -> list[tuple[str, ...]]:
    """Every page of `pdf` in at most `columns` signs across, and `rows` down where that is given."""
    import pypdfium2 as pdfium

    with pdfium_alone, pdfium.PdfDocument(pdf) as document:
        return [_signs(*_greys(page, columns, rows)) for page in document]


def _greys(page: object, columns: int, rows: int | None) -> tuple[bytes, int]:
    """The page's greys, row by row, and how many stand in a row."""
    width, height = page.get_size()  # type: ignore[attr-defined]
    scale = min(columns * 2 / width, rows * 4 / height if rows else columns, _MOST_DOTS_PER_INCH / POINTS_PER_INCH)
    bitmap = page.render(scale=scale, grayscale=True)  # type: ignore[attr-defined]
    try:
        return bytes(bitmap.buffer), bitmap.stride
    finally:
        bitmap.close()


def _signs(greys: bytes, wide: int) -> tuple[str, ...]:
    rows = [greys[at : at + wide] for at in range(0, len(greys), wide)]
    rows += [bytes([255]) * wide] * (-len(rows) % 4)
    signs = []
    for at in range(0, len(rows), 4):
        dots = [rows[at + down][across::2].translate(_WEIGHTS[across][down]) for across in (0, 1) for down in range(4)]
        most = len(dots[0])
        sums = map(sum, zip(*(part.ljust(most, b"\0") for part in dots), strict=True))
        signs.append("".join(chr(_BLANK + sign) for sign in sums).rstrip(chr(_BLANK)))
    return tuple(signs)
