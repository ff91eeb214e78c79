"""Labels in ZPL: the bitmap is the page dot by dot, the native label says the same, and another renderer agrees."""

from __future__ import annotations

import base64
import binascii
import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from printing.documents import Media
from printing.draw import draw
from printing.raster import Dots, png, rasterised
from printing.troubles import Trouble
from printing.zpl import rendered
from printing.zpl.bitmap import MOST_BYTES_A_FIELD, bitmap_label
from printing.zpl.native import NotNative, escaped, native_label
from printing.zpl.status import Status, StatusError, error_flags, host_status

FIELD = re.compile(r"\^FO0,(\d+)\^GFA,(\d+),(\d+),(\d+),(.*?)\^FS", re.DOTALL)
NODE = Path(__file__).resolve().parent.parent / "node"


def burnt(zpl: bytes) -> Dots:
    """The dots that a label's `^GFA` fields say, by the programming guide, read with code of the test's own."""
    text = zpl.decode("ascii")
    width, height = (int(re.search(rf"\^{name}(\d+)", text).group(1)) for name in ("PW", "LL"))  # type: ignore[union-attr]
    row_bytes = -(-width // 8)
    rows = [bytes(row_bytes)] * height
    for top, count, total, wide, data in FIELD.findall(text):
        assert count == total and int(total) <= MOST_BYTES_A_FIELD and int(wide) == row_bytes
        bits = from_z64(data) if data.startswith(":Z64:") else from_ascii(data, row_bytes)
        assert len(bits) == int(total)
        for place in range(len(bits) // row_bytes):
            rows[int(top) + place] = bits[place * row_bytes : (place + 1) * row_bytes]
    return Dots(width, height, b"".join(rows))


def from_z64(data: str) -> bytes:
    _, _, coded, crc = data.split(":")
    assert binascii.crc_hqx(coded.encode(), 0) == int(crc, 16)
    return zlib.decompress(base64.b64decode(coded, validate=True))


def from_ascii(data: str, row_bytes: int) -> bytes:
    rows: list[str] = []
    row, count = "", 0
    for sign in data:
        if sign == ":":
            rows.append(rows[-1])
        elif sign in ",!":
            rows.append(row + ("0" if sign == "," else "F") * (row_bytes * 2 - len(row)))
            row = ""
        elif "G" <= sign <= "Y":
            count += ord(sign) - ord("G") + 1
        elif "g" <= sign <= "z":
            count += 20 * (ord(sign) - ord("g") + 1)
        else:
            row += sign * (count or 1)
            count = 0
        if len(row) == row_bytes * 2:
            rows.append(row)
            row = ""
    return bytes.fromhex("".join(rows))


@pytest.mark.parametrize("graphics", ["z64", "ascii"])
@pytest.mark.parametrize("dpi", [203, 300])
def test_the_bitmap_is_the_page_dot_by_dot(samples, dpi, graphics):
    label = samples.label(1)
    (page,) = rasterised(draw(label, Media.LABEL_4X6, dpi), dpi)
    assert burnt(rendered(label, Media.LABEL_4X6, dpi, graphics=graphics)) == page


@given(st.integers(1, 40), st.lists(st.binary(min_size=5, max_size=5) | st.sampled_from([b"\0" * 5, b"\xff" * 5])))
def test_any_dots_survive_both_ways_of_packing(width, rows):
    clean = [bytes([row[0], *row[1:4], row[4] & (0xFF << (40 - max(33, width))) & 0xFF]) for row in rows]
    dots = Dots(max(33, width), len(clean), b"".join(clean))
    for graphics in ("z64", "ascii"):
        assert burnt(bitmap_label(dots, graphics)) == dots


def test_a_run_longer_than_any_count_is_said_in_several():
    dots = Dots(8 * 900, 2, (b"\xaa" * 900) + b"\x0f" + b"\xff" * 899)
    assert burnt(bitmap_label(dots, "ascii")) == dots


def test_a_picture_of_the_dots_is_the_page(samples, eye, tmp_path):
    pdf = draw(samples.label(0), Media.LABEL_4X6, 203)
    (page,) = rasterised(pdf, 203)
    (tmp_path / "page.png").write_bytes(png(page))
    seen = Image.open(tmp_path / "page.png").convert("L")
    assert (seen.size, seen.tobytes()) == ((page.width, page.height), eye.pages(pdf)[0].tobytes())


def test_every_page_of_a_document_is_a_label_of_its_own(samples):
    zpl = rendered(samples.batch(3), Media.LABEL_100X50, 203)
    assert zpl.count(b"^XA") == zpl.count(b"^XZ") == 3


def test_a_native_label_is_small_and_what_its_fonts_may_not_show_goes_as_a_bitmap(samples):
    small = rendered(samples.label(0), Media.LABEL_4X6, 203, "native")
    assert b"^GFA" not in small and len(small) < 1500 and small.isascii()
    for place in (1, 3, 4):  # Polish, Bulgarian, Greek
        zpl = rendered(samples.label(place), Media.LABEL_4X6, 203, "native")
        assert zpl == rendered(samples.label(place), Media.LABEL_4X6, 203)


@pytest.mark.parametrize(
    "change",
    [
        {"carrier": "X" * 60},
        {"order_number": "A>B"},
        {"order_number": "X" * 40},
        {"service": "tab\there"},
        {"route": "W" * 90},
    ],
)
def test_what_does_not_fit_or_could_be_taken_for_a_command_is_not_drawn_natively(samples, change):
    with pytest.raises(NotNative):
        native_label(replace(samples.label(0), **change), Media.LABEL_4X6, 203)


def test_text_that_zpl_would_read_for_itself_is_escaped():
    assert escaped("A^B~C_D\\") == "A_5EB_7EC_5FD_5C"
    assert escaped("Zoë €") == "Zo_C3_AB _E2_82_AC"


@pytest.fixture
def renderer() -> list[str]:
    node = shutil.which("node")
    if node is None or not (NODE / "node_modules" / "zpl-renderer-js").is_dir():
        pytest.skip("no Node with zpl-renderer-js: run `npm install --prefix tests/node`")
    return [node, str(NODE / "render.cjs")]


ALL = (("bitmap", "z64"), ("bitmap", "ascii"), ("native", "z64"))


@pytest.mark.parametrize(
    ("dpi", "dots_per_mm", "count", "ways"),
    [
        (203, 8, 1, (ALL[0], ALL[2])),
        pytest.param(203, 8, 4, ALL, marks=pytest.mark.long),
        pytest.param(300, 12, 4, ALL, marks=pytest.mark.long),
    ],
)
def test_pdf_bitmap_and_native_label_are_read_alike_after_another_renderer(
    samples, eye, renderer, tmp_path, dpi, dots_per_mm, count, ways
):
    plain = samples.label(0)
    labels = [plain, samples.label(5), replace(plain, order_number="9912345678", route=""), samples.label(3)]
    files, wanted = [], []
    for number, label in enumerate(labels[:count]):
        codes = eye.codes(eye.pages(draw(label, Media.LABEL_4X6, dpi), dots_per_mm * 25.4)[0])
        assert len(codes) == 2
        for drawn, graphics in ways:
            file = tmp_path / f"{number}-{drawn}-{graphics}.zpl"
            file.write_bytes(rendered(label, Media.LABEL_4X6, dpi, drawn, graphics))
            files += [str(file), str(file.with_suffix(".png"))]
            wanted.append(codes)
    subprocess.run([*renderer, str(dots_per_mm), *files], check=True, timeout=120)
    assert [eye.codes(Image.open(picture)) for picture in files[1::2]] == wanted


HS = "\x02{first}\x03\r\n\x02{second}\x03\r\n\x021234,0\x03\r\n"
FIRST, SECOND = "030,0,0,1218,000,0,0,0,000,0,0,0", "001,0,0,0,1,2,4,0,00000000,1,000"


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        (FIRST, SECOND, Status()),
        ("030,1,1,1218,000,0,0,0,000,0,0,0", SECOND, Status(Trouble.MEDIA_EMPTY)),
        (FIRST.replace("030,0,0", "030,0,1"), SECOND, Status(Trouble.PAUSED)),
        (FIRST, "001,0,1,0,1,2,4,0,00000000,1,000", Status(Trouble.HEAD_OPEN)),
        (FIRST, "001,0,0,1,1,2,4,0,00000000,1,000", Status(Trouble.RIBBON_OUT)),
        ("030,0,0,1218,000,1,0,0,000,0,0,0", SECOND, Status(Trouble.BUFFER_FULL)),
        ("030,0,0,1218,000,0,0,0,000,0,0,1", SECOND, Status(Trouble.TOO_HOT)),
        ("030,0,0,1218,000,0,0,0,000,0,1,0", SECOND, Status(Trouble.FAULT, "its head is too cold")),
        ("030,0,0,1218,002,0,0,0,000,0,0,0", "001,0,0,0,1,2,4,0,00000003,1,000", Status(unprinted=5)),
    ],
)
def test_host_status_tells_troubles_apart(first, second, status):
    assert host_status(HS.format(first=first, second=second).encode()) == status


@pytest.mark.parametrize(
    ("flags", "trouble"),
    [
        ("0 00000000 00000000", None),
        ("1 00000000 00000001", Trouble.MEDIA_EMPTY),
        ("1 00000000 00000005", Trouble.HEAD_OPEN),
        ("1 00000000 00000002", Trouble.RIBBON_OUT),
        ("1 00000000 00010000", Trouble.PAUSED),
        ("1 00000000 00000010", Trouble.TOO_HOT),
        ("1 00000000 00001000", Trouble.JAM),
        ("1 00000000 00000008", Trouble.FAULT),
    ],
)
def test_error_flags_tell_troubles_apart(flags, trouble):
    said = f"\x02\r\n  PRINTER STATUS\r\n   ERRORS:         {flags}\r\n   WARNINGS:  0 00000000 00000000\r\n\x03"
    assert error_flags(said.encode()).trouble is trouble


@given(st.binary(max_size=300))
def test_no_answer_breaks_the_reader(answer):
    for read in (host_status, error_flags):
        try:
            assert isinstance(read(answer), Status)
        except StatusError as error:
            assert "expected" in str(error)
