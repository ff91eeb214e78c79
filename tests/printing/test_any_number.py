"""Whatever a customer calls an order, its papers are printed: as bars where they hold it, else as QR, else as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import pytest
import zxingcpp
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from orders.intake import Number
from printing.documents import Document, Media, ParcelLabel, ProductLabel, kind_of
from printing.draw import OFFICE_MEDIA, SHIPPING_MEDIA, SMALL_MEDIA, draw, read
from printing.specimens import specimens
from printing.zpl import rendered

# One paper of each layout: slip, invoice and manifest have the head of the return slip.
SEEN = {
    ("label", Media.LABEL_4X6), ("label", Media.A5), ("picklist", Media.A4), ("return", Media.LETTER),
    ("product", Media.LABEL_100X50), ("product", Media.LABEL_57X32),
}  # fmt: skip
UUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
CODES = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode])
AWKWARD = (
    "№1005", UUID, "9" * 64, "W" * 64, "図" * 64, "הזמנה-1005", "طلب-1005", "😀" * 64, "አበበ-7", " ", "\u200b",
    "\x7f\x9f", "é", "99-0007", "A>B", "\ue000", "a b  c", "1005 ", "x" * 200, "9" * 200,
)  # fmt: skip
NUMBERS = st.one_of(
    st.sampled_from(AWKWARD),
    st.from_regex(r"[!-.0-~]{1,64}", fullmatch=True),
    st.text(
        st.characters(exclude_characters="/", exclude_categories=("Cs",), min_codepoint=0x20), min_size=1, max_size=64
    ),
)


def papers(number: str) -> Iterator[tuple[Document, Media]]:
    """Everything that bears an order's number, a SKU or a customer's code, on every paper that takes it."""
    made = {kind: document for kind, (document, _) in specimens().items()}
    for media in SHIPPING_MEDIA:
        yield replace(made["label"], order_number=number), media
    list_ = made["picklist"]
    lines = tuple(replace(line, barcode=number) for line in list_.lines)
    manifest = made["manifest"]
    parcels = tuple(replace(parcel, order_number=number) for parcel in manifest.parcels)
    for media in OFFICE_MEDIA:
        yield replace(made["slip"], order_number=number), media
        yield replace(list_, number=number, barcode=number, lines=lines), media
        yield replace(made["invoice"], order_number=number, number=number.strip() or "INV-1"), media
        yield replace(made["return"], order_number=number, return_number=number, barcode=number), media
        yield replace(manifest, number=number, barcode=number, parcels=parcels), media
    for media in SMALL_MEDIA:
        yield replace(made["product"], barcode=number), media


def drawn_codes(document: Document, media: Media, dots_per_inch: int = 203) -> set[str]:
    """What the symbols on the first sheet are meant to say, the SSCC left out."""
    (sheet, *_) = read(document, media, dots_per_inch)
    return {each.text for each in sheet.reads if each.is_symbol and not each.text.startswith("(00)")}


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(NUMBERS, st.sampled_from([203, 300, 600]))
@example("№1005", 203)
@example(UUID, 203)
@example("x" * 200, 203)
def test_no_order_number_keeps_a_paper_from_being_printed(number: str, dots_per_inch: int) -> None:
    for document, media in papers(number):
        sheets = read(document, media, dots_per_inch)
        assert any(each.text for sheet in sheets for each in sheet.reads), (kind_of(document), media)


@pytest.mark.parametrize("number", AWKWARD[:-2], ids=lambda number: ascii(number)[:20])
def test_the_bars_or_squares_that_are_drawn_say_the_number(eye, number: str) -> None:
    for document, media in papers(number):
        if (kind_of(document), media) not in SEEN:
            continue
        wanted = drawn_codes(document, media, 300) & {number}
        pages = eye.pages(draw(document, media, 300), 300)
        found = {
            code.text for code in zxingcpp.read_barcodes(pages[0], formats=CODES, text_mode=zxingcpp.TextMode.Plain)
        }
        assert wanted <= found, (kind_of(document), media)


@pytest.mark.parametrize(
    ("number", "as_squares"),
    [("1005", False), ("ORD-2026-000123", False), ("№1005", True), (UUID, True), ("図" * 20, True), ("x" * 64, True)],
)
def test_the_label_has_room_for_a_code_of_every_usual_number(eye, number: str, as_squares: bool) -> None:
    for media in (Media.LABEL_4X6, Media.LABEL_100X150, Media.A6):
        label = replace(specimens()["label"][0], order_number=number)
        (page,) = eye.pages(draw(label, media, 203))
        found = zxingcpp.read_barcodes(page, formats=CODES, text_mode=zxingcpp.TextMode.Plain)
        (code,) = (each for each in found if each.text == number)
        assert (code.format is zxingcpp.BarcodeFormat.QRCode) is as_squares, media


@pytest.mark.parametrize("number", AWKWARD, ids=lambda number: ascii(number)[:20])
def test_a_printers_own_fonts_print_it_or_leave_it_to_the_page(number: str) -> None:
    label = replace(specimens()["label"][0], order_number=number)
    for dots_per_inch in (203, 300, 600):
        assert rendered(label, Media.LABEL_4X6, dots_per_inch, "native").startswith(b"^XA")


@pytest.mark.parametrize("number", ["№1005", UUID, "አበበ-7", "WWWWWWWWWW" * 6])
def test_a_person_reads_the_number_beside_its_code_whole(number: str) -> None:
    said = number.replace("አ", "<U+12A0>").replace("በ", "<U+1260>")
    for kind in ("label", "slip"):
        document, media = specimens()[kind]
        words = "".join(
            each.text for each in read(replace(document, order_number=number), media)[0].reads if not each.is_symbol
        )
        assert "".join(said.split()) in "".join(words.split()), kind


def test_what_is_called_awkward_here_comes_in_by_the_intake() -> None:
    for number in AWKWARD:
        if len(number) <= 64:
            msgspec.convert(number, Number)
        assert not re.search(r"[\x00-\x1f/]", number)
    assert isinstance(specimens()["label"][0], ParcelLabel) and isinstance(specimens()["product"][0], ProductLabel)
