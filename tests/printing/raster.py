"""What a thermal head burns and a camera sees: measures of a label in its dots, and what happens to it on its way."""

from __future__ import annotations

import io
import random
import re

import pypdf
import zxingcpp
from PIL import Image, ImageFilter

HEADS = [(203, 203.2, 4), (300, 300.0, 6)]


def spoken(pdf: bytes) -> list[str]:
    """What the outlines of the first page say, in the order in which they are drawn."""
    content = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].get_contents().get_data()
    return [
        bytes.fromhex(found.decode()).decode("utf-16") for found in re.findall(rb"/ActualText <([0-9A-F]+)>", content)
    ]


def reads_its_own(label, codes) -> bool:
    return codes.get(f"00{label.sscc}") == "]C1" and codes.get(label.order_number) == "]C0"


def runs_of(row: bytes) -> list[tuple[bool, int]]:
    """(dark, pixels) along one row of a 1-bit raster."""
    runs: list[tuple[bool, int]] = []
    for value in row:
        dark = value < 128
        if runs and runs[-1][0] == dark:
            runs[-1] = (dark, runs[-1][1] + 1)
        else:
            runs.append((dark, 1))
    return runs


def sscc_bars(image: Image.Image) -> tuple[int, int, int, int]:
    """The SSCC's bars as (left, top, right, bottom) pixels, found by the decoder and followed to their ends."""
    (found,) = [one for one in zxingcpp.read_barcodes(image) if one.symbology_identifier == "]C1"]
    corners = [
        found.position.top_left,
        found.position.bottom_right,
        found.position.top_right,
        found.position.bottom_left,
    ]
    middle = (min(c.y for c in corners) + max(c.y for c in corners)) // 2
    row = image.crop((0, middle, image.width, middle + 1)).tobytes()
    left = next(x for x, value in enumerate(row) if value < 128)
    right = image.width - next(x for x, value in enumerate(reversed(row)) if value < 128)
    top = bottom = middle
    while image.getpixel((left, top - 1)) == 0:
        top -= 1
    while image.getpixel((left, bottom)) == 0:
        bottom += 1
    return left, top, right, bottom


# What happens to a label on its way to a scanner.


def turned(degrees: float):
    return lambda image, chance: image.rotate(degrees, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)


def blurred(image: Image.Image, chance: random.Random) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(1))


def speckled(image: Image.Image, chance: random.Random, share: float) -> Image.Image:
    """Salt and pepper over `share` of the pixels, half of each."""
    noise = Image.frombytes("L", image.size, chance.randbytes(image.width * image.height))
    cut = round(256 * share / 2)
    peppered = image.copy()
    peppered.paste(0, mask=noise.point(lambda v: 255 * (v < cut)))
    peppered.paste(255, mask=noise.point(lambda v: 255 * (v >= 256 - cut)))
    return peppered


def photographed(image: Image.Image, chance: random.Random) -> Image.Image:
    """A camera with three pixels to a dot, a tenth of them wrong, slightly out of focus and held at 7 degrees."""
    seen = image.resize((image.width * 3, image.height * 3), Image.Resampling.NEAREST)
    seen = seen.rotate(7, expand=True, fillcolor=255)
    return speckled(seen, chance, 0.10).filter(ImageFilter.GaussianBlur(1))


def missing_row(image: Image.Image, chance: random.Random) -> Image.Image:
    worn = image.copy()
    worn.paste(255, (0, worn.height - 150, worn.width, worn.height - 149))
    return worn


def halved(image: Image.Image, chance: random.Random) -> Image.Image:
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.BILINEAR)


HARDSHIPS = {
    "90 degrees": turned(90),
    "180 degrees": turned(180),
    "270 degrees": turned(270),
    "5 degrees": turned(5),
    "blur": blurred,
    "missing row": missing_row,
    "half scale": halved,
    "photographed": photographed,
}
