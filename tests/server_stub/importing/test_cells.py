"""What one cell means, and the words where it means nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from server_stub.importing import cells
from server_stub.importing.countries import country_code
from server_stub.importing.file_map import DatesSection, MoneySection

PLAIN = MoneySection()


@pytest.mark.parametrize(("text", "pieces"), [("6", 6), ("6.00", 6), ("1000000", 1_000_000), ("+2", 2)])
def test_pieces(text, pieces):
    assert cells.pieces(text) == pieces


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("six", "is not a number of pieces"),
        ("NaN", "is not a number of pieces"),
        ("1,5", "is not a number of pieces"),
        ("1.5 kg", "goods sold by weight"),
        ("2m", "goods sold by weight or length"),
        ("1.5", "goods sold by weight or length cannot be picked by the piece"),
        ("-1", "is negative"),
        ("0", "quantity is 0"),
        ("1000001", "more than 1000000"),
        ("1e99", "more than 1000000"),
    ],
)
def test_what_is_no_number_of_pieces(text, says):
    with pytest.raises(cells.CellError, match=says):
        cells.pieces(text)


@pytest.mark.parametrize(
    ("text", "currency", "money", "minor"),
    [
        ("2.55", "GBP", PLAIN, 255),
        ("2.550", "GBP", PLAIN, 255),
        ("18", "GBP", PLAIN, 1800),
        ("1200", "JPY", PLAIN, 1200),
        ("1.234", "KWD", PLAIN, 1234),
        ("1.234,50", "EUR", MoneySection(decimal=",", thousands="."), 123450),
        ("1'234.50", "CHF", MoneySection(thousands="'"), 123450),
    ],
)
def test_money_is_read_into_minor_units(text, currency, money, minor):
    assert cells.money_minor(text, currency, money) == minor


@pytest.mark.parametrize(
    ("text", "money", "says"),
    [
        ("2.555", PLAIN, "more decimals than GBP"),
        ("-1", PLAIN, "is negative"),
        ("£2.55", PLAIN, "is not a number"),
        ("2,55", PLAIN, "is not a number"),
        ("2.55", MoneySection(decimal=","), "is not a number"),
        ("Infinity", PLAIN, "is not a number"),
        ("1e30", PLAIN, "is no price"),
    ],
)
def test_what_is_no_price(text, money, says):
    with pytest.raises(cells.CellError, match=says):
        cells.money_minor(text, "GBP", money)


def test_a_currency_is_one_of_iso_4217():
    assert cells.currency_code("gbp") == "GBP"
    with pytest.raises(cells.CellError, match="'GPB' is not an ISO 4217 code"):
        cells.currency_code("GPB")


def test_dates_take_the_first_format_that_fits_and_the_zone_of_the_map():
    dates = DatesSection(formats=("%d/%m/%Y %H:%M", "%Y-%m-%d"), time_zone="Europe/Berlin")
    assert cells.instant("31/07/2026 01:30", dates) == datetime(2026, 7, 30, 23, 30, tzinfo=UTC)
    assert cells.instant("2026-01-31", dates) == datetime(2026, 1, 30, 23, 0, tzinfo=UTC)
    with pytest.raises(cells.CellError, match="write it like 31/01/2026 16:05 or 2026-01-31"):
        cells.instant("yesterday", dates)


def test_weights_come_in_four_units():
    assert cells.weight_grams("1,5", "kg", ",") == 1500
    assert cells.weight_grams("1", "lb", ".") == 454
    assert cells.weight_grams("0.1", "g", ".") == 1
    for text in ("", "0", "-2", "heavy", "inf"):
        with pytest.raises(cells.CellError):
            cells.weight_grams(text, "g", ".")


def test_barcodes_that_are_gtins_have_to_be_right():
    assert cells.barcodes("4006381333931 MUG-1;4006381333931") == ("4006381333931", "MUG-1")
    for text, says in (
        ("4006381333932", "is no GTIN"),
        ("123456789", "is no GTIN"),
        ("4.00638E+12", "rounded by a spreadsheet"),
        ("A/B", "slash"),
    ):
        with pytest.raises(cells.CellError, match=says):
            cells.barcodes(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("GB", "GB"),
        ("gb", "GB"),
        ("United Kingdom", "GB"),
        ("UNITED STATES", "US"),
        ("U.S.A.", "US"),
        ("USA", "US"),
        ("EIRE", "IE"),
        ("Czechia", "CZ"),
        ("Czech Republic", "CZ"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Cote d'Ivoire", "CI"),
        ("Côte d’Ivoire", "CI"),
        ("The Netherlands", "NL"),
        ("Bosnia & Herzegovina", "BA"),
        ("Trinidad and Tobago", "TT"),
        ("Congo", "CG"),
        ("Hong Kong", "HK"),
        ("Narnia", None),
        ("XX", None),
        ("Korea", None),
        ("Unspecified", None),
    ],
)
def test_countries_by_code_and_by_name(text, code):
    assert country_code(text) == code
