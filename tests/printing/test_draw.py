from __future__ import annotations

import hashlib
import io
import subprocess
import sys

import msgspec
import pypdf
import pytest

from printing.documents import Document, Media
from printing.draw import WrongMedia, draw


def test_a_reprint_is_byte_for_byte_the_first_print(samples):
    for document, media in (
        (samples.label(4), Media.LABEL_4X6),
        (samples.slip(30), Media.A4),
        (samples.batch(), Media.LETTER),
    ):
        assert draw(document, media) == draw(document, media)


def test_a_reprint_by_another_run_of_the_program_is_the_same_too(samples):
    label = samples.label(4)
    code = (
        "import sys, hashlib, msgspec; from printing.documents import Document, Media; from printing.draw import draw;"
        "document = msgspec.json.decode(sys.stdin.buffer.read(), type=Document);"
        "print(hashlib.sha256(draw(document, Media.LABEL_4X6)).hexdigest())"
    )
    encoded = msgspec.json.encode(label)
    assert msgspec.json.decode(encoded, type=Document) == label
    done = subprocess.run([sys.executable, "-c", code], input=encoded, capture_output=True, check=True)
    assert done.stdout.decode().strip() == hashlib.sha256(draw(label, Media.LABEL_4X6)).hexdigest()


def test_the_pdf_is_titled_sized_and_carries_its_own_fonts(samples):
    label = samples.label(1)
    reader = pypdf.PdfReader(io.BytesIO(draw(label, Media.LABEL_100X150)))
    assert reader.metadata is not None
    assert reader.metadata.title == f"{label.order_number} shipping label"
    (page,) = reader.pages
    assert [round(float(side) * 25.4 / 72, 1) for side in page.mediabox.upper_right] == [100.0, 150.0]
    fonts = page["/Resources"]["/Font"]
    assert all("/FontFile2" in font["/FontDescriptor"] for font in (entry.get_object() for entry in fonts.values()))


def test_paper_that_a_document_is_not_made_for_is_refused_with_the_right_one(samples):
    for document, media, says in (
        (
            samples.label(1),
            Media.A4_2X5,
            "a shipping label prints on 4x6in or 100x150mm or a6 or a5 or a4 or letter, not on a4-2x5",
        ),
        (samples.slip(), Media.LABEL_4X6, "a packing slip prints on a4 or letter, not on 4x6in"),
        (samples.shelf(), Media.LABEL_4X6, "a shelf label prints on 100x50mm or 57x32mm or a4 or letter or a4-2x4"),
    ):
        with pytest.raises(WrongMedia, match=says):
            draw(document, media)
    with pytest.raises(WrongMedia, match="203, 300 or 600 dots per inch, got 240"):
        draw(samples.label(1), Media.LABEL_4X6, 240)
