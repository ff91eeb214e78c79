"""Dots as ZPL graphics: `^GFA` fields, compressed as Z64 or as hexadecimal with repeat counts.

Decides how a page is cut into fields that every firmware takes (at most 99,999 bytes each, ZPL II Programming Guide,
`^GF`). Z64 carries its own check, a CRC-16 over the Base64 text, so that a printer can refuse what arrived damaged.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib

from printing.raster import Dots

MOST_BYTES_A_FIELD = 99_999
_RUN = re.compile(r"(.)\1*")
# G to Y repeat what follows 1 to 19 times, g to z 20 to 400 times in steps of 20.
_ONES, _TWENTIES = "GHIJKLMNOPQRSTUVWXY", "ghijklmnopqrstuvwxyz"
_LONGEST_RUN = 419


def bitmap_label(dots: Dots, graphics: str = "z64") -> bytes:
    """One label, `^XA` to `^XZ`, that burns exactly `dots`; `graphics` is z64 or ascii."""
    fields = "".join(_bands(dots, graphics))
    return f"^XA^PW{dots.width}^LL{dots.height}^LH0,0^LS0{fields}^XZ\n".encode("ascii")


def _bands(dots: Dots, graphics: str) -> list[str]:
    rows = list(dots.rows)
    at_once = MOST_BYTES_A_FIELD // dots.row_bytes
    white = bytes(dots.row_bytes)
    fields = []
    for top in range(0, len(rows), at_once):
        band = rows[top : top + at_once]
        while band and band[-1] == white:
            band.pop()
        blank = next((place for place, row in enumerate(band) if row != white), 0)
        band = band[blank:]
        if band:
            fields.append(f"^FO0,{top + blank}{graphic_field(b''.join(band), dots.row_bytes, graphics)}^FS")
    return fields


def graphic_field(bits: bytes, row_bytes: int, graphics: str = "z64") -> str:
    """One `^GFA` field of `bits` in rows of `row_bytes`."""
    data = _z64(bits) if graphics == "z64" else _ascii(bits, row_bytes)
    return f"^GFA,{len(bits)},{len(bits)},{row_bytes},{data}"


def _z64(bits: bytes) -> str:
    coded = base64.b64encode(zlib.compress(bits, 6))
    return f":Z64:{coded.decode('ascii')}:{binascii.crc_hqx(coded, 0):04X}"


def _ascii(bits: bytes, row_bytes: int) -> str:
    lines, before = [], None
    for at in range(0, len(bits), row_bytes):
        row = bits[at : at + row_bytes]
        lines.append(":" if row == before else _packed(row.hex().upper()))
        before = row
    return "".join(lines)


def _packed(digits: str) -> str:
    """A row with its repeats counted; a comma fills the rest of the row with white, an exclamation mark with black."""
    for fill, sign in (("0", ","), ("F", "!")):
        kept = digits.rstrip(fill)
        if kept != digits:
            return _RUN.sub(lambda run: _repeated(run.group()), kept) + sign
    return _RUN.sub(lambda run: _repeated(run.group()), digits)


def _repeated(run: str) -> str:
    count, said = len(run), ""
    while count > _LONGEST_RUN:
        said += f"{_TWENTIES[-1]}{run[0]}"
        count -= 400
    twenties, ones = divmod(count, 20)
    said += _TWENTIES[twenties - 1] if twenties else ""
    said += _ONES[ones - 1] if ones and not (ones == 1 and not twenties) else ""
    return said + run[0]
