"""The manifest: every parcel that one carrier takes, its weight, and the driver's signature below the last of them."""

from __future__ import annotations

from printing.consignee import letterhead
from printing.documents import Manifest
from printing.figures import kilograms, minute
from printing.fonts import Weight, legible, printable
from printing.letterhead import NEXT_HEAD_MM, Letterhead
from printing.page import Box, Page
from printing.paper_words import Words, words_that
from printing.paragraph import Align
from printing.table import Cell, Paper, Row, columns_of, draw_table, notes_rows, page_area, sums_row, text_row, together
from printing.theme import BODY, CAPTION, HAIRLINE_MM

_SIGN_MM = 12.0


def draw_manifest(page: Page, manifest: Manifest) -> None:
    """Draws the manifest on as many pages as it needs; raises MissingGlyph, DoesNotFit or SymbolError."""
    words = words_that(printable, manifest.language)
    whole = page_area(page)
    columns = columns_of(
        whole,
        ("", 10.0, Align.LEFT),
        ("SSCC", 38.0, Align.LEFT, Weight.BOLD),
        (words["order_column"], 33.0, Align.LEFT),
        (words["destination"], 0, Align.LEFT),
        (words["service_column"], 24.0, Align.LEFT),
        (words["weight_column"], 18.0, Align.RIGHT),
    )
    rows = [
        text_row(
            columns,
            (
                Cell(str(number)),
                Cell(parcel.sscc),
                Cell(legible(parcel.order_number)),
                Cell(parcel.destination),
                Cell(parcel.service),
                Cell(kilograms(parcel.weight_grams, words.language)),
            ),
            whole,
        )
        for number, parcel in enumerate(manifest.parcels, start=1)
    ]
    weight = kilograms(sum(parcel.weight_grams for parcel in manifest.parcels), words.language)
    count = str(len(manifest.parcels))
    total = sums_row(columns, (count, words["parcels"].capitalize(), "", "", "", weight), whole)
    # A signature stands below a parcel, never alone on a page that says nothing of what was taken.
    rows[-1:] = [together(rows[-1], total, _signature_row(words, whole))]
    rows += notes_rows(words["notes"], manifest.notes, whole)
    head = Letterhead(
        title=words["manifest"],
        sender=letterhead(manifest.sender, sent_from=manifest.sender.country),
        code=manifest.barcode,
        code_text=legible(manifest.number),
        parties=((words["carrier"], (manifest.carrier,)),),
        facts=(
            (words["closed"], minute(manifest.closed_at)),
            (words["parcels"], count),
            (words["weight"], f"{weight} kg"),
        ),
        continued=words["continued"],
    )
    paper = Paper(
        head.height_mm(whole), NEXT_HEAD_MM, head.draw_first, head.draw_next,
        footer=f"{legible(manifest.number)}  {manifest.carrier}", page_of=words["page"], what="the manifest",
    )  # fmt: skip
    draw_table(page, paper, columns, rows)


def _signature_row(words: Words, whole: Box) -> Row:
    def paint(page: Page, top: float) -> None:
        page.text(words["received"], whole.left, top + 5, BODY, Weight.BOLD)
        share = whole.width / 4
        line = top + 10 + _SIGN_MM
        for place, name in enumerate(("driver", "vehicle", "time", "signature")):
            left = whole.left + place * share
            page.rule(left, line, left + share - 4, line, HAIRLINE_MM * 2)
            page.text(words[name], left, line + 1.5, CAPTION)

    return Row(10 + _SIGN_MM + 8, paint, in_table=False)
