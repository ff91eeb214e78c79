from __future__ import annotations

import pytest
from msgspec.structs import replace

from printing.documents import LabelBatch, Media
from printing.draw import draw
from printing.paragraph import DoesNotFit

SMALL = [Media.LABEL_100X50, Media.A4, Media.LETTER]


@pytest.mark.parametrize("media", SMALL)
@pytest.mark.parametrize("dots_per_inch", [203, 300])
def test_each_single_label_reads_back(samples, eye, media, dots_per_inch):
    for document in (samples.shelf(4), samples.product, samples.badge):
        (image,) = eye.pages(draw(document, media, dots_per_inch), 203.2 if dots_per_inch == 203 else 300)
        assert list(eye.codes(image)) == [document.barcode]


@pytest.mark.parametrize(("media", "sheets"), [(Media.LABEL_100X50, 23), (Media.A4, 3), (Media.LETTER, 3)])
def test_a_batch_prints_every_label_once_and_in_order(samples, eye, media, sheets):
    batch = samples.batch(23)
    pdf = draw(batch, media)
    images = eye.pages(pdf)
    assert len(images) == sheets
    read = [code for image in images for code in eye.codes(image)]
    assert sorted(read) == [label.barcode for label in batch.labels]
    text = "\n".join(eye.texts(pdf))
    places = [text.index(label.location) for label in batch.labels]
    assert places == sorted(places)


def test_a_sheet_says_its_title_and_its_number(samples, eye):
    first, second = eye.texts(draw(samples.batch(13), Media.A4))
    assert "Shelf labels, aisle A, sheet 1 of 2" in first
    assert "Shelf labels, aisle A, sheet 2 of 2" in second


@pytest.mark.parametrize("media", SMALL)
def test_a_command_card_shows_each_act_beside_its_code(samples, eye, media):
    pdf = draw(samples.commands, media)
    text = "\n".join(eye.texts(pdf))
    read = [code for image in eye.pages(pdf) for code in eye.codes(image)]
    assert sorted(read) == sorted(command.barcode for command in samples.commands.commands)
    assert all(command.label in text for command in samples.commands.commands)


def test_a_shelf_label_shows_zone_and_check_digits_and_says_when_it_was_assumed(samples, eye):
    (given,) = eye.texts(draw(samples.shelf(4), Media.LABEL_100X50))
    (assumed,) = eye.texts(draw(samples.shelf(5), Media.LABEL_100X50))
    assert "A-01-05" in given and "ZONE Ambient 1" in given and "CHECK\r\n89" in given
    assert "ASSUMED" in assumed and "ASSUMED" not in given


def test_a_product_label_says_when_its_code_was_assumed(samples, eye):
    (given,) = eye.texts(draw(samples.product, Media.LABEL_100X50))
    (assumed,) = eye.texts(draw(replace(samples.product, assumed=True), Media.LABEL_100X50))
    assert "ASSUMED" in assumed and "ASSUMED" not in given


def test_a_mixed_batch_and_long_names_fit(samples, eye):
    product = replace(
        samples.product, sku="SKU-THAT-IS-RATHER-LONG-0001", description="Lantern, " * 12, barcode="99-LONG-00412"
    )
    badge = replace(samples.badge, name="Maximiliane-Theodora von Hohenstein-Ravensburg")
    batch = LabelBatch(title="Start of the season", labels=(product, badge, samples.shelf(1)))
    (image,) = eye.pages(draw(batch, Media.A4))
    assert sorted(eye.codes(image)) == sorted(label.barcode for label in batch.labels)


def test_what_cannot_fit_names_the_field(samples):
    with pytest.raises(DoesNotFit, match="the SKU is too long at 200 characters: shorten it to about"):
        draw(replace(samples.product, sku="S" * 200), Media.LABEL_100X50)
    with pytest.raises(DoesNotFit, match="the description does not fit"):
        draw(replace(samples.product, description="lantern " * 200), Media.LABEL_100X50)
