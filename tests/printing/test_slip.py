from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from printing.documents import Media, SlipLine
from printing.draw import draw
from printing.paragraph import DoesNotFit

OFFICE = [Media.A4, Media.LETTER]


@pytest.mark.parametrize("media", OFFICE)
@pytest.mark.parametrize("lines", [1, 2, 19, 20, 21, 22, 23, 24, 25, 60])
def test_every_page_says_which_it_is_repeats_the_heading_and_carries_the_order(samples, eye, media, lines):
    slip = replace(samples.slip(lines, order_number="9900-ORD-17"), notes="")
    pdf = draw(slip, media)
    texts = eye.texts(pdf)
    for number, (text, image) in enumerate(zip(texts, eye.pages(pdf), strict=True), start=1):
        assert f"Page {number} of {len(texts)}" in text
        assert all(heading in text for heading in ("SKU", "Description", "Ordered", "Shipped", "Back-ordered"))
        assert eye.codes(image) == {"9900-ORD-17": "]C0"}
    whole = "\n".join(texts)
    assert whole.count("Total pieces") == 1
    assert len(re.findall(r"(?m)^(?:85123A|71053|84406B|22752|21730|22633|84879)\b", whole)) == lines


def test_five_hundred_lines_stay_in_order_and_add_up(samples, eye):
    lines = tuple(
        SlipLine(sku=f"SKU-{place:04d}", description=f"Part {place}", ordered=3, shipped=2, back_ordered=1)
        for place in range(500)
    )
    texts = eye.texts(draw(replace(samples.slip(), lines=lines, notes=""), Media.A4))
    assert len(texts) > 10
    assert re.findall(r"SKU-\d{4}", "\n".join(texts)) == [line.sku for line in lines]
    assert "Total pieces 500 lines 1500 1000 500" in texts[-1].replace("\r\n", " ")
    assert "SKU-0499" in texts[-1], "the totals never stand alone on a page"


def test_twenty_five_short_lines_fit_one_a4_page(samples, eye):
    line = SlipLine(sku="71053", description="White metal lantern", ordered=6, shipped=6)
    assert len(eye.texts(draw(replace(samples.slip(), lines=(line,) * 25, notes=""), Media.A4))) == 1


def test_the_first_page_says_from_to_date_parcel_carrier_and_service(samples, eye):
    text = eye.texts(draw(samples.slip(), Media.A4))[0]
    for wanted in (
        "PACKING SLIP",
        "Brightwell Gifts Ltd",
        "Łukasz Wiśniewski",
        "00-050 WARSZAWA",
        "POLAND",
        "2026-11-20",
        "1 of 2",
        "DPD",
        "Classic",
        "Order ORD-2026-000123",
        "SUBSTITUTE for 22634",
        "Please ring the bell at the blue door.",
    ):
        assert wanted in text, wanted


@pytest.mark.parametrize("symbol", ["€", "£", "$", "Price", "Total price", "VAT"])
def test_a_slip_shows_no_money(samples, eye, symbol):
    assert symbol not in "\n".join(eye.texts(draw(samples.slip(40), Media.A4)))


def test_long_descriptions_skus_and_notes_wrap_without_losing_a_word(samples, eye):
    words = [f"word{number}" for number in range(120)]
    line = SlipLine(sku="K" * 60, description=" ".join(words), ordered=1, shipped=1)
    notes = " ".join(f"note{number}" for number in range(900))
    texts = eye.texts(draw(replace(samples.slip(), lines=(line,), notes=notes), Media.A4))
    whole = " ".join(texts).replace("\r\n", " ")
    assert [word for word in whole.split() if word.startswith("word")] == words
    assert len([word for word in whole.split() if word.startswith("note")]) == 900
    assert sum(len(part) for part in whole.split() if set(part) == {"K"}) == 60
    assert len(texts) > 1


def test_a_page_of_notes_alone_has_no_table_heading(samples, eye):
    notes = "\n".join(f"note {number}" for number in range(80))
    texts = eye.texts(draw(replace(samples.slip(), notes=notes), Media.A4))
    assert "Back-ordered" in texts[0]
    assert "note 79" in texts[-1] and "Back-ordered" not in texts[-1] and "Page 3 of 3" in texts[-1]


def test_a_row_longer_than_a_page_is_refused(samples):
    line = SlipLine(sku="71053", description="lantern " * 2000, ordered=1, shipped=1)
    with pytest.raises(DoesNotFit, match="row 1 of the packing slip is longer than a page"):
        draw(replace(samples.slip(), lines=(line,)), Media.A4)
