import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.framing import Overlong
from scanners.parse import cut_short, parse
from scanners.profile import ScannerProfile
from scanners.scan import Reason, Scan, Symbology, Unreadable

GTIN = "09506000134352"
WEDGE = ScannerProfile("keys", kind="wedge")


def heard(frame, *, keyed=False, **settings):
    profile = ScannerProfile("keys", kind="wedge", **settings)
    return parse(frame, profile, "keys", 12.5, keyed=keyed)


@pytest.mark.parametrize(
    ("frame", "symbology", "text", "gtin"),
    [
        (b"]E09506000134352", Symbology.EAN13, "9506000134352", GTIN),
        (b"]E3950600013435212", Symbology.EAN13, "950600013435212", GTIN),
        (b"]E496385074", Symbology.EAN8, "96385074", "00000096385074"),
        (b"]I109506000134352", Symbology.ITF, GTIN, GTIN),
        (b"]I0123456", Symbology.ITF, "123456", None),
        (b"]C1010950600013435210A", Symbology.GS1_128, "010950600013435210A", GTIN),
        (b"]d20109506000134352", Symbology.GS1_DATAMATRIX, "0109506000134352", GTIN),
        (b"]Q30109506000134352", Symbology.GS1_QR, "0109506000134352", GTIN),
        (b"]e00109506000134352", Symbology.GS1_DATABAR, "0109506000134352", GTIN),
        (b"]J10109506000134352", Symbology.GS1_DOTCODE, "0109506000134352", GTIN),
        (b"]Q1https://id.gs1.org/01/09506000134352", Symbology.QR, "https://id.gs1.org/01/09506000134352", GTIN),
        (b"]d1https://shop.example/about", Symbology.DATAMATRIX, "https://shop.example/about", None),
        (b"]J0plain", Symbology.DOTCODE, "plain", None),
        (b"]A0SHELF-7", Symbology.CODE39, "SHELF-7", None),
        (b"]z0badge", Symbology.AZTEC, "badge", None),
        (b"]X0something", Symbology.UNKNOWN, "something", None),
        (b"]C0ORD-2026-000123", Symbology.CODE128, "ORD-2026-000123", None),
        (b"]C09506000134352", Symbology.CODE128, "9506000134352", GTIN),
        (b"]C09506000134351", Symbology.CODE128, "9506000134351", None),
        (b"]C0100200300", Symbology.CODE128, "100200300", None),
        (b"]C0]C1", Symbology.CODE128, "]C1", None),
        (b"9506000134352", Symbology.UNKNOWN, "9506000134352", GTIN),
        (b"012345678905", Symbology.UNKNOWN, "012345678905", "00012345678905"),
        (b"0109506000134352", Symbology.UNKNOWN, "0109506000134352", None),
        (b"https://id.gs1.org/01/09506000134352", Symbology.UNKNOWN, "https://id.gs1.org/01/09506000134352", GTIN),
        (b"A-03-12", Symbology.UNKNOWN, "A-03-12", None),
        (b"123456", Symbology.UNKNOWN, "123456", None),
        (b" padded ", Symbology.UNKNOWN, " padded ", None),
    ],
)
def test_what_a_frame_is_read_as(frame, symbology, text, gtin):
    scan = heard(frame)
    assert isinstance(scan, Scan)
    assert (scan.symbology, scan.text, scan.gtin) == (symbology, text, gtin)
    assert (scan.raw, scan.source, scan.at_monotonic) == (frame.decode(), "keys", 12.5)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("", Reason.EMPTY),
        ("   ", Reason.EMPTY),
        ("\x02", Reason.EMPTY),
        ("]C0", Reason.EMPTY),
        ("]J1", Reason.EMPTY),
        ("]", Reason.AIM_UNKNOWN),
        ("]X", Reason.AIM_UNKNOWN),
        ("]?0abc", Reason.AIM_UNKNOWN),
        ("]C abc", Reason.AIM_UNKNOWN),
        ("]e1abc", Reason.AIM_UNKNOWN),
        ("]E09506000134351", Reason.CHECK_DIGIT),
        ("]E0950600013435", Reason.LENGTH),
        ("]E0ABC", Reason.LENGTH),
        ("]E495060001", Reason.CHECK_DIGIT),
        ("]E3950600013435", Reason.LENGTH),
        ("]I109506000134351", Reason.CHECK_DIGIT),
        ("]C110ABC\x1d", None),
        ("]C1ABC", Reason.GS1),
        ("]C10109506000134351", Reason.CHECK_DIGIT),
        ("]Q1https://id.gs1.org/01/09506000134351", Reason.CHECK_DIGIT),
        ("]C0AB\x11C", Reason.CONTROL_CHARACTER),
        ("AB\x7fC", Reason.CONTROL_CHARACTER),
        ("010950600013435210A\x1d21B", Reason.AIM_MISSING),
        ("9506000134351", Reason.CHECK_DIGIT),
        ("12345678", Reason.CHECK_DIGIT),
        ("café", Reason.NOT_ASCII),
        (b"caf\xc3\xa9", Reason.NOT_ASCII),
        ("²²²²²²²²", Reason.NOT_ASCII),
        ("x" * 10_000, Reason.TOO_LONG),
        (Overlong(b"xxxx"), Reason.TOO_LONG),
    ],
)
def test_what_cannot_be_read_says_why(frame, reason):
    read = heard(frame)
    if reason is None:
        assert isinstance(read, Scan)
        return
    assert isinstance(read, Unreadable)
    assert read.reason is reason
    assert read.sentence.endswith(".")
    assert read.sentence.isprintable()
    assert len(read.raw) <= 120


def test_the_elements_of_a_scan_have_names():
    scan = heard("]C101095060001343521727020010LOT7\x1d21S-1\x1d")
    assert (scan.gtin, scan.lot, scan.serial, scan.sscc) == (GTIN, "LOT7", "S-1", None)
    assert (scan.expiry_yymmdd, scan.expiry, scan.best_before) == ("270200", date(2027, 2, 28), None)
    assert heard("]C100095200000000000011").sscc == "095200000000000011"
    assert heard("]C10109506000134352" + "15270131").best_before == date(2027, 1, 31)


def test_configured_marks_stand_for_gs_in_gs1_data_and_nowhere_else():
    settings = {"separators": ("|", "<GS>")}
    assert heard("]C110ABC|21X9", **settings).elements == (("10", "ABC"), ("21", "X9"))
    assert heard("]C110ABC<GS>21X9", **settings).elements == (("10", "ABC"), ("21", "X9"))
    assert heard("]C0ABC|21X9", **settings).text == "ABC|21X9"
    assert heard("]C110ABC<GS>21X9").lot == "ABC<GS>21X9"


def test_a_composite_symbol_is_one_read():
    scan = heard("]E02112345678900|]e099COMPOSITE\x1d98XYZ", separators=("|",))
    assert scan.elements == (("01", "02112345678900"), ("99", "COMPOSITE"), ("98", "XYZ"))
    assert heard("]E02112345678900|]e00109506000134352").reason is Reason.GS1


def test_the_prefix_of_the_profile_is_taken_off():
    scan = heard("%]C0ORD-1", prefix="%")
    assert (scan.raw, scan.text) == ("%]C0ORD-1", "ORD-1")
    assert heard("\x02]C0ORD-1").text == "ORD-1"


def test_a_profile_can_demand_aim_ids_or_do_without():
    assert heard("ORD-1", aim=True).reason is Reason.AIM_MISSING
    assert heard("]C0ORD-1", aim=True).text == "ORD-1"
    assert heard("]C0ORD-1", aim=False).text == "]C0ORD-1"


def test_keyed_digits_are_checked_like_scanned_ones_and_marked():
    scan = heard("9506000134352", keyed=True, aim=True)
    assert (scan.keyed, scan.symbology, scan.gtin) == (True, Symbology.KEYED, GTIN)
    refused = heard("9506000134351", keyed=True)
    assert (refused.keyed, refused.reason) == (True, Reason.CHECK_DIGIT)


def test_what_a_slow_wedge_typed_is_no_keyed_entry():
    scan = heard("]C110ABC\x1d21X9", keyed=True)
    assert (scan.keyed, scan.symbology, scan.serial) == (False, Symbology.GS1_128, "X9")


def test_order_numbers_of_a_gtins_length_can_be_allowed():
    assert heard("12345678", digits_are_gtins=False).text == "12345678"
    assert heard("12345678", digits_are_gtins=False).gtin is None
    assert heard("9506000134352", digits_are_gtins=False).gtin == GTIN


@given(st.from_regex(r"99[0-9]{0,30}", fullmatch=True))
def test_an_order_number_that_begins_with_99_comes_through_untouched(number):
    for frame in (number, f"]C0{number}"):
        scan = heard(frame)
        assert (scan.text, scan.elements) == (number, ())


@given(st.from_regex(r"[0-9]{1,40}", fullmatch=True))
def test_bare_digits_never_become_gs1_elements(digits):
    for read in (heard(digits), heard(f"]C0{digits}")):
        assert isinstance(read, Unreadable) or read.elements == ()
        assert isinstance(read, Unreadable) or read.gtin in (None, digits.zfill(14))


def test_a_broken_read_is_told():
    read = cut_short(b"]C1010950", "lane 1", 3.0)
    assert (read.reason, read.raw, read.source, read.at_monotonic) == (Reason.CUT_SHORT, "]C1010950", "lane 1", 3.0)
    assert "]C1010950" in read.sentence


@given(st.one_of(st.binary(max_size=80), st.text(max_size=80)))
def test_no_input_raises(frame):
    assert isinstance(heard(frame), Scan | Unreadable)


HEADS = [
    *("]C1", "]d2", "]Q3", "]e0", "]J1", "]E0", "]E3", "]E4", "]I1", "]Q1", "]d1", "]", ""),
    *("https://a/01/", "]Q1http://"),
]
PIECES = [
    *("01", "00", "10", "17", "21", "253", "8003", "8006", "7007", "8008", "4324", "3103", "0", "9506000134352"),
    *("260231", "000000", "ABC", "\x1d", "|]e0", "/", "?", "=", "&", "%2F", "%", "#", "+", "\xe9", "\x00"),
]


def test_no_gs1_like_input_raises():
    dice = random.Random(20261121)
    for _ in range(30_000):
        frame = dice.choice(HEADS) + "".join(dice.choices(PIECES, k=dice.randrange(9)))
        assert isinstance(parse(frame, WEDGE, "keys", 0.0), Scan | Unreadable)


@pytest.mark.long
def test_no_one_of_a_hundred_thousand_byte_strings_raises():
    dice = random.Random(15424)
    for _ in range(100_000):
        frame = dice.choice(HEADS).encode() + dice.randbytes(dice.randrange(40))
        assert isinstance(parse(frame, WEDGE, "keys", 0.0), Scan | Unreadable)
