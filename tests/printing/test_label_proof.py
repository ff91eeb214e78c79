"""Two hundred labels, each script, the longest addresses, orders that begin with 99, parcels 1 to 99: do they read?

The short form takes sixteen of them; the long form all, at both resolutions.
"""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace
from PIL import Image

from printing.documents import Address, Media, ParcelLabel
from printing.draw import draw
from printing.fonts import needs_shaping, printable
from printing.specimens import CONSIGNEES
from tests.printing.raster import HARDSHIPS, HEADS, photographed, reads_its_own, runs_of, spoken, sscc_bars

MEDIA = (Media.LABEL_4X6, Media.LABEL_100X150, Media.A6, Media.A5)
SIXTY = "Donaudampfschifffahrtsgesellschaftsstraße 128, Hinterhaus 60"
LONGEST = Address(
    name=SIXTY, company=SIXTY[::-1], street=(SIXTY, SIXTY[::-1], SIXTY, SIXTY[::-1]), city=SIXTY[:53], postcode="79098",
    country="DE",
)  # fmt: skip
TURNS = ("90 degrees", "180 degrees", "270 degrees", "5 degrees")


def proof_label(samples, serial: int) -> ParcelLabel:
    """The label of one of the two hundred; every consignee meets every order number and medium."""
    consignees = (*samples.recipients, *CONSIGNEES.values(), LONGEST)
    label = samples.label(serial)
    parcel = serial % 99 + 1
    order = f"99{serial:08d}" if serial % 4 == 0 else label.order_number
    return replace(
        label,
        recipient=consignees[serial % len(consignees)],
        order_number=order,
        parcel_number=parcel,
        parcels_in_order=99 if serial % 2 else None,
    )


def measure(label: ParcelLabel, media: Media, pdf: bytes, image: Image.Image, dpi: float, x_dots: int, eye) -> None:
    """What GS1 asks of the symbol, and a reader of the page."""
    left, top, right, bottom = sscc_bars(image)
    dot_mm = 25.4 / dpi
    for row in (top + 2, (top + bottom) // 2, bottom - 3):
        runs = runs_of(image.crop((left, row, right, row + 1)).tobytes())
        assert {pixels for _, pixels in runs} <= {x_dots, 2 * x_dots, 3 * x_dots, 4 * x_dots}
    assert x_dots * dot_mm >= 0.495
    assert right - left == 156 * x_dots
    assert (bottom - top) * dot_mm >= 31.75
    quiet = 10 * x_dots
    for side in ((left - quiet, top, left, bottom), (right, top, right + quiet, bottom)):
        assert side[0] >= 0 and side[2] <= image.width
        assert image.crop(side).getextrema() == (255, 255)
    below = image.crop((0, bottom, image.width, image.height)).point(lambda value: 255 - value).getbbox()
    assert below is not None
    assert image.width * 0.15 < below[0] and below[2] < image.width * 0.85, "only its digits stand below the SSCC"
    ink = image.point(lambda value: 255 - value).getbbox()
    edge = round(4.0 / dot_mm)
    assert ink is not None
    assert ink[0] >= edge and ink[1] >= edge and ink[2] <= image.width - edge and ink[3] <= image.height - edge
    (text,) = eye.texts(pdf)
    assert text.replace("\r\n", "\n").rstrip().endswith(f"(00) {label.sscc}") or f"(00) {label.sscc}" in text
    written = "".join(spoken(pdf)).replace(" ", "")
    seen = "".join(text.split())
    for name in (label.recipient.name, *label.recipient.street):
        line = printable(name)
        if needs_shaping(line):
            letters = [char for char in line if needs_shaping(char)]
            assert all(char in written for char in letters), name
        elif label.recipient.latin is None:
            assert "".join(line.split()) in seen, name


def prove(samples, eye, serial: int, hardships: tuple[str, ...], chance: random.Random) -> None:
    label = proof_label(samples, serial)
    media = MEDIA[serial % len(MEDIA)]
    for dots_per_inch, dpi, x_dots in HEADS:
        pdf = draw(label, media, dots_per_inch)
        (image,) = eye.pages(pdf, dpi)
        assert reads_its_own(label, eye.codes(image)), (serial, dpi)
        measure(label, media, pdf, image, dpi, x_dots, eye)
        for name in hardships:
            assert reads_its_own(label, eye.codes(HARDSHIPS[name](image, chance))), (serial, dpi, name)


@pytest.mark.parametrize("serial", range(0, 200, 13))
def test_a_label_of_the_two_hundred_reads_and_measures_right(samples, eye, serial):
    prove(samples, eye, serial, (TURNS[serial % 4],), random.Random(serial))


def test_every_script_is_read_under_a_camera(samples, eye):
    chance = random.Random(3)
    for consignee in (CONSIGNEES["arabic"], CONSIGNEES["japanese"]):
        label = replace(samples.label(4), recipient=consignee)
        (image,) = eye.pages(draw(label, Media.LABEL_4X6))
        assert reads_its_own(label, eye.codes(photographed(image, chance)))


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, 200, 10))
def test_all_two_hundred_read_at_both_resolutions_at_every_angle_and_under_a_camera(samples, eye, first):
    chance = random.Random(first)
    for serial in range(first, first + 10):
        prove(samples, eye, serial, (*TURNS, "photographed"), chance)
