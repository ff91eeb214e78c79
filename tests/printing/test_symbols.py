"""Every symbol is judged by a decoder that this project did not write."""

from __future__ import annotations

import io
import random
import string
from collections.abc import Callable, Iterable

import pytest
import zxingcpp
from barcode.codex import Gs1_128
from reportlab.pdfgen.canvas import Canvas

from printing.documents import Media
from printing.page import GRIDS, Box, Page
from printing.paragraph import POINTS_PER_MM, Align
from printing.symbols import (
    Symbol,
    SymbolError,
    WholePairs,
    code128,
    ean8,
    ean13,
    gs1_128,
    itf14,
    product_symbol,
    sscc,
)

TILE_HEIGHT_MM = 9.0
TILES = 32
DOT_PIXELS = 1 / 0.125


def decoded(symbols: Iterable[Symbol], eye: object) -> list[tuple[bytes, str]]:
    """Tiles symbols down sheets of paper, rasters the sheets at 203 dpi, and reads each tile."""
    canvas_bytes = io.BytesIO()
    size = (Media.A4.width_mm * POINTS_PER_MM, Media.A4.height_mm * POINTS_PER_MM)
    canvas = Canvas(canvas_bytes, pagesize=size, invariant=1)
    page = Page(canvas, Media.A4, GRIDS[203])
    count = 0
    for symbol in symbols:
        if count and count % TILES == 0:
            page.turn()
        top = (count % TILES) * TILE_HEIGHT_MM + 1
        page.symbol(symbol, Box(0, top, page.box.width, TILE_HEIGHT_MM - 2), (3, 2), Align.LEFT)
        count += 1
    canvas.save()
    found = []
    for number, image in enumerate(eye.pages(canvas_bytes.getvalue())):  # type: ignore[attr-defined]
        for tile in range(min(TILES, count - number * TILES)):
            top, bottom = (round((tile + end) * TILE_HEIGHT_MM * DOT_PIXELS) for end in (0, 1))
            barcodes = zxingcpp.read_barcodes(image.crop((0, top, image.width, bottom)), try_rotate=False)
            assert len(barcodes) == 1, f"tile {tile} of sheet {number} holds {len(barcodes)} symbols"
            found.append((barcodes[0].bytes, barcodes[0].symbology_identifier))
    return found


def random_texts(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    pools = (
        string.digits,
        string.digits + string.ascii_uppercase + "-",
        string.printable[:95],
        "".join(map(chr, range(128))),
    )
    texts = []
    for number in range(count):
        text = "".join(chance.choices(pools[number % 4], k=chance.randint(1, 20)))
        texts.append("99" + text if number % 5 == 0 else text)
    return texts


def prove_texts(count: int, seed: int, eye: object) -> None:
    texts = random_texts(count, seed)
    read = decoded(map(code128, texts), eye)
    wrong = [(text, got) for text, got in zip(texts, read, strict=True) if got != (text.encode(), "]C0")]
    assert not wrong


def test_random_texts_also_leading_99_read_back_exactly(eye):
    prove_texts(320, 1, eye)


@pytest.mark.long
def test_ten_thousand_random_texts_read_back_exactly(eye):
    prove_texts(10_016, 2, eye)


@pytest.mark.parametrize(
    "text", ["99", "999", "9999", "99A", "9912345678", "99-0007", "99\x01", "9", "100", "101", "a99", "A9912"]
)
def test_numbers_that_look_like_switches_of_code_set_read_back(text, eye):
    assert decoded([code128(text)], eye) == [(text.encode(), "]C0")]


def test_an_sscc_is_gs1_128_and_156_modules(eye, samples):
    digits = samples.sscc(41)
    assert sscc(digits).modules == 156
    assert decoded([sscc(digits)], eye) == [(f"00{digits}".encode(), "]C1")]


def test_an_even_count_of_digits_has_the_bars_that_the_library_gives_it():
    digits = random.Random(7)
    for pairs in range(1, 25):
        data = "".join(digits.choices("0123456789", k=2 * pairs))
        assert WholePairs(data).build() == Gs1_128(data).build()


def test_fnc1_stands_behind_open_values_only(eye):
    fixed_then_open = gs1_128([("01", "09521234543213"), ("10", "LOT7"), ("21", "S1")])
    open_last = gs1_128([("17", "271231"), ("10", "AB-12")])
    assert decoded([fixed_then_open, open_last], eye) == [
        (b"0109521234543213" + b"10LOT7\x1d21S1", "]C1"),
        (b"17271231" + b"10AB-12", "]C1"),
    ]
    assert fixed_then_open.text == "(01) 09521234543213(10) LOT7(21) S1"


def test_random_gs1_element_strings_read_back(eye):
    prove_element_strings(96, 3, eye)


@pytest.mark.long
def test_ten_thousand_random_gs1_element_strings_read_back(eye):
    prove_element_strings(10_016, 4, eye)


def prove_element_strings(count: int, seed: int, eye) -> None:
    chance = random.Random(seed)
    symbols, wanted = [], []
    for _ in range(count):
        lot = "".join(chance.choices(string.digits + string.ascii_uppercase + "/-.", k=chance.randint(1, 8)))
        pairs = [("10", lot), ("37", str(chance.randint(1, 9999))), ("17", "27123" + str(chance.randint(0, 1)))]
        chance.shuffle(pairs)
        symbols.append(gs1_128(pairs))
        raw = "".join(ai + value + ("" if ai == "17" else "\x1d") for ai, value in pairs)
        wanted.append((raw.removesuffix("\x1d").encode(), "]C1"))
    assert decoded(symbols, eye) == wanted


def test_a_valid_gtin_is_drawn_as_ean_and_anything_else_as_code_128(eye):
    texts = ("5012345678900", "5012345678901", "85123A", "50123452", "50123453", "15012345678907")
    assert decoded(map(product_symbol, texts), eye) == [
        (b"5012345678900", "]E0"),
        (b"5012345678901", "]C0"),
        (b"85123A", "]C0"),
        (b"50123452", "]E4"),
        (b"50123453", "]C0"),
        (b"15012345678907", "]I1"),
    ]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: code128(""), "at least one character"),
        (lambda: code128("Łódź-1"), "not óŁź"),
        (lambda: code128("12\xf134"), "plain ASCII"),
        (lambda: code128("١٢٣٤"), "plain ASCII"),
        (lambda: ean13("5012345678901"), "check digit"),
        (lambda: ean13("50123"), "13 digits"),
        (lambda: ean8("50123453"), "8 digits with a right check digit for EAN-8"),
        (lambda: itf14("15012345678906"), "14 digits with a right check digit for ITF-14"),
        (lambda: itf14("501234567890"), "14 digits"),
        (lambda: sscc("395200000000000013"), "not its check digit"),
        (lambda: sscc("12345"), "expected 18 digits"),
        (lambda: gs1_128([]), "at least one AI"),
        (lambda: gs1_128([("1O", "A")]), "2 to 4 digits"),
        (lambda: gs1_128([("10", "")]), "characters that GS1 allows"),
        (lambda: gs1_128([("10", "A\x1dB")]), "characters that GS1 allows"),
        (lambda: gs1_128([("17", "2712")]), "expected 6 digits"),
        (lambda: gs1_128([("10", "A" * 20), ("21", "B" * 20), ("91", "C" * 20)]), "at most 48"),
    ],
)
def test_what_cannot_be_a_symbol_is_refused_in_plain_words(make: Callable[[], Symbol], says: str):
    with pytest.raises(SymbolError, match=says):
        make()
