"""What a site may add to a label: its logo, a free block, a Digital Link, GS1 contents, other paper."""

from __future__ import annotations

import pytest
import zxingcpp
from msgspec.structs import replace
from PIL import Image, ImageDraw

from printing.documents import DocumentError, LabelBatch, Media
from printing.draw import SMALL_MEDIA, draw
from printing.logo import LogoError
from printing.paragraph import DoesNotFit
from printing.site_style import SiteStyle
from printing.specimens import specimens
from printing.symbols import SymbolError, digital_link, qr
from tests.printing.raster import reads_its_own, runs_of, sscc_bars

RESOLVER = "https://id.gs1.org"
CONTENTS = (("02", "09521234543213"), ("37", "24"), ("10", "LOT7"))


@pytest.fixture
def logo(tmp_path):
    path = tmp_path / "logo.png"
    image = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((0, 0, 599, 199), fill=(200, 0, 0, 255))
    image.save(path)
    return path


def matrices(image: Image.Image) -> list[str]:
    return [one.text for one in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)]


@pytest.mark.parametrize(
    ("media", "dots_per_inch", "dpi"),
    [
        (Media.LABEL_4X6, 203, 203.2),
        (Media.LABEL_4X6, 600, 600),
        (Media.LABEL_100X150, 300, 300),
        (Media.A6, 203, 203.2),
        (Media.A5, 300, 300),
        (Media.A4, 300, 300),
        (Media.LETTER, 300, 300),
    ],
)
def test_a_label_with_everything_on_it_reads(samples, eye, logo, media, dots_per_inch, dpi):
    label = replace(samples.label(8), digital_link=RESOLVER, free_text="FRAGILE\nwww.example.org")
    (image,) = eye.pages(SiteStyle(logo=logo).draw(label, media, dots_per_inch), dpi)
    assert reads_its_own(label, eye.codes(image))
    assert matrices(image) == [f"{RESOLVER}/00/{label.sscc}"]
    (text,) = eye.texts(SiteStyle(logo=logo).draw(label, media, dots_per_inch))
    assert "FRAGILE" in text and "www.example.org" in text


def test_the_qr_codes_squares_are_whole_dots(samples, eye):
    label = replace(samples.label(0), digital_link=RESOLVER)
    (image,) = eye.pages(draw(label, Media.LABEL_4X6))
    (found,) = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    corner = found.position
    row = image.crop((corner.top_left.x - 4, corner.top_left.y + 6, corner.top_right.x + 4, corner.top_left.y + 7))
    assert all(pixels % 4 == 0 for _, pixels in runs_of(row.tobytes().strip(b"\xff")))


def test_contents_stand_above_the_sscc_as_bars_and_with_their_data_titles(samples, eye):
    label = replace(samples.label(2), contents=CONTENTS)
    pdf = draw(label, Media.A5)
    (image,) = eye.pages(pdf)
    codes = eye.codes(image)
    assert codes["02095212345432133724\x1d10LOT7"] == "]C1"
    assert reads_its_own(label, codes)
    (text,) = eye.texts(pdf)
    assert all(title in text for title in ("CONTENT", "COUNT", "BATCH/LOT", "(02) 09521234543213(37) 24(10) LOT7"))
    lowest = max(zxingcpp.read_barcodes(image), key=lambda one: one.position.bottom_left.y)
    assert lowest.text == f"(00){label.sscc}"
    with pytest.raises(DoesNotFit, match="no room for the parcel's contents as bars: print it on a5"):
        draw(label, Media.LABEL_4X6)


def test_contents_follow_gs1(samples):
    with pytest.raises(DocumentError, match=r"\(02\) CONTENT and \(37\) COUNT together"):
        replace(samples.label(2), contents=(("37", "24"),))
    with pytest.raises(DocumentError, match=r"not \(98\)"):
        replace(samples.label(2), contents=(("98", "24"),))


def test_the_logo_is_black_and_white_on_a_roll_and_stands_above_the_sender(samples, eye, logo):
    plain, marked = (
        eye.pages(style.draw(samples.label(3), Media.LABEL_4X6))[0] for style in (SiteStyle(), SiteStyle(logo))
    )
    corner = (40, 40, 40 + 8 * 24, 40 + 8 * 7)
    assert marked.crop(corner).histogram()[0] > 3000 > plain.crop(corner).histogram()[0]
    assert sscc_bars(plain) == sscc_bars(marked)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: path.unlink(), "cannot be read .*: correct `logo` in the config"),
        (
            lambda path: path.write_bytes(b"GIF89a but not really"),
            "is not a picture that can be read .*: save it as PNG",
        ),
    ],
)
def test_a_logo_that_cannot_be_used_is_named(samples, logo, spoil, says):
    spoil(logo)
    with pytest.raises(LogoError, match=says):
        SiteStyle(logo).draw(samples.label(3), Media.LABEL_4X6)
    with pytest.raises(LogoError, match=says):
        SiteStyle(logo).check()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: digital_link("id.gs1.org", (("00", "395200000000000013"),)), "web address of a Digital Link resolver"),
        (lambda: digital_link(RESOLVER, (("00", "395200000000000013"),)), "not its check digit"),
        (lambda: digital_link("https://łódź.example", (("00", "395200000000000012"),)), "plain ASCII"),
        (lambda: qr(""), "at least one character"),
        (lambda: qr("x" * 4000), "too many for a QR code"),
    ],
)
def test_a_link_that_cannot_be_is_refused(make, says):
    with pytest.raises(SymbolError, match=says):
        make()


def test_a_digital_link_spells_lots_with_their_signs_escaped():
    link = digital_link(RESOLVER + "/", (("01", "09521234543213"), ("10", "LOT/7")))
    assert link.text == "https://id.gs1.org/01/09521234543213/10/LOT%2F7"


@pytest.mark.parametrize("media", SMALL_MEDIA)
def test_every_small_label_reads_on_every_paper(eye, media):
    found = specimens()
    labels = tuple(found[kind][0] for kind in ("shelf", "tote", "product", "badge"))
    pdf = draw(LabelBatch(title="Specimens", labels=labels), media, 300)
    codes = [code for image in eye.pages(pdf, 300) for code in eye.codes(image)]
    assert sorted(codes) == sorted(label.barcode for label in labels)


@pytest.mark.parametrize("media", [media for media in Media if media.sheet])
def test_a_die_cut_sheet_keeps_every_stroke_within_its_label(samples, eye, media):
    sheet = media.sheet
    batch = LabelBatch(title="x", labels=tuple(samples.shelf(place) for place in range(sheet.labels)))
    (image,) = eye.pages(draw(batch, media), 300)
    dots = 300 / 25.4
    left = (media.width_mm - sheet.columns * sheet.label_width_mm - (sheet.columns - 1) * sheet.column_gap_mm) / 2
    top = (media.height_mm - sheet.rows * sheet.label_height_mm) / 2
    across, down = sheet.label_width_mm + sheet.column_gap_mm, sheet.label_height_mm
    for column in range(sheet.columns):
        for row in range(sheet.rows):
            x, y = (left + column * across) * dots, (top + row * down) * dots
            box = tuple(map(round, (x, y, x + sheet.label_width_mm * dots, y + sheet.label_height_mm * dots)))
            image.paste(255, (box[0] + 12, box[1] + 12, box[2] - 12, box[3] - 12))
    assert image.getextrema() == (255, 255), "a millimetre inside of every cut stays white"


def test_labels_that_are_gone_from_a_sheet_stay_blank(samples, eye):
    batch = LabelBatch(title="x", labels=(samples.shelf(1), samples.shelf(3)), skip=7)
    first, second = eye.pages(draw(batch, Media.A4_2X4))
    assert list(eye.codes(first)) == ["%LA00001K"] and list(eye.codes(second)) == ["%LA00003K"]
    assert first.crop((0, 0, first.width, round(first.height * 0.7))).getextrema() == (255, 255)


def test_a_product_label_holds_a_name_of_two_hundred_and_links_its_gtin(samples, eye):
    product = replace(samples.product, description=("Assorted colour bird ornament, " * 7)[:200], digital_link=RESOLVER)
    for media in (Media.LABEL_100X50, Media.A4_2X5):
        (image,) = eye.pages(draw(product, media), 300)
        assert matrices(image) == [f"{RESOLVER}/01/05012345678900"]
        assert "5012345678900" in eye.codes(image)
    (text,) = eye.texts(draw(replace(product, digital_link=""), Media.LABEL_57X32))
    assert len("".join(text.split())) >= len("".join(product.description.split()))
    with pytest.raises(SymbolError, match="a GTIN of 8, 12, 13 or 14 digits"):
        draw(replace(product, barcode="85123A"), Media.LABEL_100X50)
