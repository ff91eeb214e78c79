"""Shipping labels as a thermal head burns them, measured in its dots and read by another program's eye."""

from __future__ import annotations

import random

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
import zxingcpp
from msgspec.structs import replace

from printing.documents import Address, Media
from printing.draw import draw
from printing.fonts import MissingGlyph
from printing.paragraph import DoesNotFit
from tests.printing.raster import HARDSHIPS, HEADS, reads_its_own, runs_of, speckled, spoken, sscc_bars

BOTH_MEDIA = [Media.LABEL_4X6, Media.LABEL_100X150]
TOKYO = Address(company="Brightwell KK", street=("1-9-1 Marunouchi",), city="Tokyo", country="JP")


@pytest.mark.parametrize("media", BOTH_MEDIA)
@pytest.mark.parametrize(("dots_per_inch", "dpi", "x_dots"), HEADS)
def test_every_label_reads_back_as_its_own_parcel_and_order(samples, eye, media, dots_per_inch, dpi, x_dots):
    for serial in range(1, 10):
        label = samples.label(serial)
        (image,) = eye.pages(draw(label, media, dots_per_inch), dpi)
        assert reads_its_own(label, eye.codes(image)), serial


@pytest.mark.parametrize("media", BOTH_MEDIA)
@pytest.mark.parametrize(("dots_per_inch", "dpi", "x_dots"), HEADS)
def test_the_sscc_stands_on_whole_dots_tall_and_with_white_around_it(samples, eye, media, dots_per_inch, dpi, x_dots):
    label = samples.label(5)
    (image,) = eye.pages(draw(label, media, dots_per_inch), dpi)
    left, top, right, bottom = sscc_bars(image)
    dot_mm = 25.4 / dpi
    bars = {pixels for _, pixels in runs_of(image.crop((left, bottom - 5, right, bottom - 4)).tobytes())}
    assert bars <= {x_dots, 2 * x_dots, 3 * x_dots, 4 * x_dots}
    assert x_dots * dot_mm >= 0.495
    assert right - left == 156 * x_dots
    assert (bottom - top) * dot_mm >= 31.75
    quiet = 10 * x_dots
    for side in ((left - quiet, top, left, bottom), (right, top, right + quiet, bottom)):
        assert side[0] >= 0 and side[2] <= image.width
        assert image.crop(side).getextrema() == (255, 255)


def test_nothing_stands_below_the_sscc_but_its_own_digits(samples, eye):
    label = samples.label(5)
    pdf = draw(label, Media.LABEL_4X6)
    (image,) = eye.pages(pdf)
    bottom = sscc_bars(image)[3]
    with pdfium.PdfDocument(pdf) as document:
        page = document[0]
        from_bottom = page.get_height() - bottom * 72 / 203.2
        below = page.get_textpage().get_text_bounded(bottom=0, top=from_bottom)
    assert below.strip() == f"(00) {label.sscc}"
    lowest = [one for one in zxingcpp.read_barcodes(image) if one.position.bottom_left.y > bottom]
    assert lowest == []


def test_the_order_code_takes_three_dots_and_gives_way_to_two(samples, eye):
    for order_number, x_dots in (("ORD-2026-000123", 3), ("ORDER-2026-11-21-000123-B", 2)):
        label = replace(samples.label(1), order_number=order_number)
        (image,) = eye.pages(draw(label, Media.LABEL_100X150))
        (found,) = [one for one in zxingcpp.read_barcodes(image) if one.text == order_number]
        middle = (found.position.top_left.y + found.position.bottom_left.y) // 2
        row = image.crop((0, middle, image.width, middle + 1)).tobytes().strip(b"\xff")
        assert min(pixels for _, pixels in runs_of(row)) == x_dots
        assert all(pixels % x_dots == 0 for _, pixels in runs_of(row))
        height = 0
        while image.getpixel((found.position.top_left.x + 1, middle + height)) == 0:
            height += 1
        assert 2 * height * 0.125 >= 13


@pytest.mark.parametrize("media", BOTH_MEDIA)
def test_no_text_leaves_the_page_touches_a_symbol_or_another_line(samples, media):
    for serial in range(1, 10):
        for label in (samples.label(serial), replace(samples.label(serial), route="BHX HUB 2 / FREITAG 23:30")):
            with pdfium.PdfDocument(draw(label, media)) as document:
                page = document[0]
                width, height = page.get_size()
                items = [(item.type, item.get_bounds()) for item in page.get_objects()]
            texts = [box for kind, box in items if kind == pdfium_c.FPDF_PAGEOBJ_TEXT and box[2] > box[0]]
            bars = [box for kind, box in items if kind == pdfium_c.FPDF_PAGEOBJ_PATH and min(_size(box)) > 20]
            assert len(texts) > 12 and len(bars) == 2
            for place, box in enumerate(texts):
                assert box[0] >= 8 and box[2] <= width - 8 and box[1] >= 8 and box[3] <= height - 8
                assert not any(_overlap(box, other) for other in [*bars, *texts[place + 1 :]]), (serial, box)


def _size(box):
    return box[2] - box[0], box[3] - box[1]


def _overlap(a, b, slack: float = 0.3) -> bool:
    return a[0] < b[2] - slack and b[0] < a[2] - slack and a[1] < b[3] - slack and b[1] < a[3] - slack


def test_the_page_says_from_to_order_parcel_weight_carrier_and_service(samples, eye):
    label = samples.label(6)
    (text,) = eye.texts(draw(label, Media.LABEL_4X6))
    for wanted in (
        "Brightwell Gifts Ltd",
        "UNITED KINGDOM",
        "Hồ CHÍ MINH",
        "VIET NAM",
        label.order_number,
        "1 of 3",
        "12.505 kg",
        label.carrier,
        label.service,
        label.route,
    ):
        assert wanted.casefold() in text.casefold(), wanted


def test_a_parcel_number_stands_alone_until_the_carton_plan_fixes_how_many(samples, eye):
    (text,) = eye.texts(draw(replace(samples.label(1), parcel_number=7), Media.LABEL_4X6))
    assert "PARCEL\r\n7\r\n" in text
    assert " of " not in text


@pytest.mark.parametrize(
    ("grams", "shown"), [(850, "0.85 kg"), (1000, "1.00 kg"), (12_505, "12.505 kg"), (7, "0.007 kg")]
)
def test_weight_is_shown_to_the_gram_that_was_weighed(samples, eye, grams, shown):
    (text,) = eye.texts(draw(replace(samples.label(2), weight_grams=grams), Media.LABEL_4X6))
    assert shown in text and "assumed" not in text


def test_an_assumed_weight_says_so(samples, eye):
    (text,) = eye.texts(draw(replace(samples.label(2), weight_assumed=True), Media.LABEL_4X6))
    assert "WEIGHT (assumed)" in text


def test_abroad_the_latin_address_leads_and_the_local_one_stands_beside_it(samples, eye):
    label = samples.label(7)
    abroad, home = (draw(replace(label, sender=sender), Media.LABEL_4X6) for sender in (label.sender, TOKYO))
    (text,) = eye.texts(abroad)
    assert "Taro Yamada" in text and "JAPAN" in text
    assert "".join(spoken(abroad)) == "〒東京都千代田区丸の内山田 太郎"
    (text,) = eye.texts(home)
    assert "Taro Yamada" not in text and "JAPAN" not in text


def test_a_name_with_no_font_takes_the_latin_address_or_holds_the_label(samples, eye):
    label = samples.label(7)
    amharic = replace(label.recipient, name="አበበ በቀለ", country="ET", postcode="")
    (text,) = eye.texts(draw(replace(label, recipient=amharic), Media.LABEL_4X6))
    assert "Taro Yamada" in text
    with pytest.raises(MissingGlyph, match="Noto Sans Ethiopic") as refused:
        draw(replace(label, recipient=replace(amharic, latin=None)), Media.LABEL_4X6)
    assert "አ" in refused.value.characters


def test_what_cannot_fit_is_refused_without_the_customers_data(samples):
    label = samples.label(1)
    novel = Address(name="N" * 900, street=("S" * 900,), city="Poznań", postcode="61-001", country="PL")
    with pytest.raises(DoesNotFit, match=r"the recipient's address does not fit .*: shorten it") as refused:
        draw(replace(label, recipient=novel), Media.LABEL_4X6)
    assert "NNN" not in str(refused.value)


@pytest.mark.parametrize("hardship", HARDSHIPS)
def test_a_label_survives(samples, eye, hardship):
    chance = random.Random(hardship)
    for serial in (1, 8):
        label = samples.label(serial)
        (image,) = eye.pages(draw(label, Media.LABEL_4X6))
        assert reads_its_own(label, eye.codes(HARDSHIPS[hardship](image, chance))), serial


def test_an_sscc_survives_one_wrong_dot_in_a_hundred(samples, eye):
    chance = random.Random(6)
    for serial in (1, 8):
        label = samples.label(serial)
        (image,) = eye.pages(draw(label, Media.LABEL_4X6))
        assert f"00{label.sscc}" in eye.codes(speckled(image, chance, 0.01))
