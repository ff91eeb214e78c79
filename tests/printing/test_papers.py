"""Pick list, manifest, invoice and return slip: what they say, over how many pages, in which language."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from msgspec.structs import replace

from printing.documents import (
    Charge,
    DocumentError,
    Invoice,
    InvoiceLine,
    ManifestParcel,
    PickListLine,
    ReturnLine,
    SlipLine,
    TaxLine,
)
from printing.draw import draw, read
from printing.figures import kilograms, money, percent
from printing.fonts import MissingGlyph
from printing.media import Media
from printing.paper_words import LANGUAGES, words_for, words_that
from printing.specimens import CONSIGNEES, specimens
from tests.printing.raster import spoken

OFFICE = [Media.A4, Media.LETTER]
PAPERS = ("slip", "picklist", "manifest", "invoice", "return")


def paper(kind: str, language: str = "en"):
    document, _ = specimens(language=language)[kind]
    return document


def grown(kind: str, count: int):
    """A paper with `count` rows."""
    document = paper(kind)
    match kind:
        case "manifest":
            parcels = tuple(
                ManifestParcel(
                    sscc=SSCCS[place], order_number=f"ROW-{place:04d}", destination="X", service="Y", weight_grams=1
                )
                for place in range(count)
            )
            return replace(document, parcels=parcels)
        case "picklist":
            line = PickListLine(location="A-1", sku="", description="", pieces=1, barcode="%P1")
        case "return":
            line = ReturnLine(sku="", description="", shipped=1)
        case "slip":
            line = SlipLine(sku="", description="", ordered=1, shipped=1)
        case _:
            line = InvoiceLine(sku="", description="", pieces=1, unit_price_minor=0, tax_basis_points=2000, net_minor=0)
            document = replace(
                document, charges=(), taxes=(TaxLine(basis_points=2000, net_minor=0, tax_minor=0),), lines=(line,),
                net_minor=0, tax_minor=0, gross_minor=0,
            )  # fmt: skip
    return replace(document, lines=tuple(replace(line, sku=f"ROW-{place:04d}") for place in range(count)))


@pytest.fixture(scope="module", autouse=True)
def _numbers(samples):
    SSCCS.extend(samples.sscc(place) for place in range(300))


SSCCS: list[str] = []


@pytest.mark.parametrize("media", OFFICE)
@pytest.mark.parametrize("kind", PAPERS)
def test_three_hundred_rows_stay_in_order_under_repeated_heads(eye, kind, media):
    document = grown(kind, 300)
    pdf = draw(document, media)
    texts = eye.texts(pdf)
    assert re.findall(r"ROW-\d{4}", "\n".join(texts)) == [f"ROW-{place:04d}" for place in range(300)]
    heading = {"manifest": "Destination", "picklist": "Location"}.get(kind, "Description")
    for number, text in enumerate(texts, 1):
        assert f"Page {number} of {len(texts)}" in text
        assert heading in text


@pytest.mark.parametrize("kind", PAPERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_paper_speaks_the_orders_language(eye, kind, language):
    words = words_for(language)
    title = {"slip": "packing_slip", "picklist": "pick_list", "return": "return_slip"}.get(kind, kind)
    (sheet,) = read(paper(kind, language), Media.A4)
    said = [each.text for each in sheet.reads]
    assert words[title] in said
    assert words.say("page", 1, 1) in said
    assert len(eye.texts(draw(paper(kind, language), Media.LETTER))) == 1, "no word is too long for its column"


def test_a_language_whose_letters_no_font_here_draws_holds_no_paper():
    def draws_latin_alone(text):
        if not text.isascii():
            raise MissingGlyph(text, "日")

    assert words_that(draws_latin_alone, "ja").language == "en"
    assert words_that(str, "ja").language == "ja"


def test_a_language_that_is_not_in_the_catalogue_is_printed_in_english():
    assert (
        words_for("sv").language == "en" and words_for("de-AT").language == "de" and words_for("pt_BR").language == "en"
    )


@pytest.mark.parametrize("script", CONSIGNEES)
@pytest.mark.parametrize("kind", ["slip", "invoice", "return"])
def test_every_paper_bears_a_consignee_of_each_script(eye, kind, script):
    document, media = specimens(script)[kind]
    pdf = draw(document, media)
    seen = "".join((*eye.texts(pdf), *spoken(pdf)))
    first = CONSIGNEES[script].latin.name if CONSIGNEES[script].latin and kind != "return" else CONSIGNEES[script].name
    assert all(word in seen for word in first.split())


def test_each_papers_code_is_on_every_page(eye):
    for kind, code in (
        ("picklist", "%PPL0417"),
        ("manifest", "%MM0417"),
        ("invoice", "INV-0417"),
        ("return", "%RR0417"),
    ):
        for image in eye.pages(draw(grown(kind, 60), Media.A4)):
            assert code in eye.codes(image)


def test_a_pick_list_has_a_code_for_each_stop_and_the_total(eye):
    pdf = draw(paper("picklist"), Media.A4)
    (image,) = eye.pages(pdf, 300)
    assert {"%PL001", "%PL002", "%PL003", "%PPL0417"} == set(eye.codes(image))
    (text,) = eye.texts(pdf)
    assert "Total pieces 3 lines 6" in text.replace("\r\n", " ")


def test_a_manifest_counts_weighs_and_is_signed_below_its_last_parcel(eye):
    texts = eye.texts(draw(grown("manifest", 29), Media.A4))
    assert "ROW-0028" in texts[-1] and "Signature" in texts[-1] and "0.029" in texts[-1]
    assert not any("Signature" in text for text in texts[:-1])


def test_an_invoice_shows_what_its_record_says(eye):
    (text,) = eye.texts(draw(paper("invoice", "de"), Media.A4))
    for wanted in (
        "RECHNUNG",
        "INV-0417",
        "12,50",
        "75,50",
        "USt 20 % auf 75,50",
        "15,10",
        "90,60",
        "USt-IdNr. GB000000000",
    ):
        assert wanted in text.replace("\u00a0", " "), wanted
    (text,) = eye.texts(draw(replace(paper("invoice"), corrects="INV-0001"), Media.A4))
    assert "CREDIT NOTE" in text and "INV-0001" in text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"gross_minor": 1}, "gross total is 1 EUR in minor units, but its parts come to 9060: reckon it again"),
        ({"net_minor": 1}, "the net total is 1 EUR"),
        ({"tax_minor": 1}, "the tax total is 1 EUR"),
        ({"charges": (Charge(title="Carriage", net_minor=491),)}, "net total"),
        ({"currency": "Euro"}, "ISO 4217"),
        ({"lines": ()}, "has no lines"),
        ({"number": " "}, "expected an invoice number"),
    ],
)
def test_an_invoice_that_does_not_add_up_is_refused(change, says):
    invoice = paper("invoice")
    assert isinstance(invoice, Invoice)
    with pytest.raises(DocumentError, match=says):
        replace(invoice, **change)


def test_papers_refuse_what_makes_no_sense():
    with pytest.raises(DocumentError, match="names one parcel twice"):
        manifest = paper("manifest")
        replace(manifest, parcels=manifest.parcels[:1] * 2)
    with pytest.raises(DocumentError, match="names no time zone"):
        replace(paper("picklist"), printed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None))
    with pytest.raises(DocumentError, match="has no lines"):
        replace(paper("return"), lines=())
    with pytest.raises(DocumentError, match="pieces of 1 or more, got 0"):
        replace(paper("picklist").lines[0], pieces=0)


def test_figures_are_written_as_their_readers_write_them():
    assert money(123456, "EUR", "en") == "1,234.56" and money(123456, "EUR", "de") == "1.234,56"
    assert money(123456, "EUR", "pl") == "1\u00a0234,56" and money(-5, "EUR", "en") == "-0.05"
    assert money(1500, "JPY", "en") == "1,500" and money(1234, "KWD", "en") == "1.234"
    assert (
        percent(1900, "de") == "19\u00a0%"
        and percent(550, "de") == "5,5\u00a0%"
        and percent(725, "en") == "7.25\u00a0%"
    )
    assert kilograms(100_871, "es") == "100,871"


def test_long_names_wrap_and_lose_nothing(eye):
    name = " ".join(f"word{place}" for place in range(33))[:200]
    document = paper("invoice")
    line = replace(document.lines[0], description=name)
    (text,) = eye.texts(draw(replace(document, lines=(line, *document.lines[1:])), Media.A4))
    flat = " ".join(text.split())
    assert all(word in flat for word in name.split())
