import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.framing import Overlong
from scanners.parse import cut_short, parse, read
from scanners.profile import ScannerProfile
from scanners.scan import ADMITTABLE, HARMLESS, Reason, Scan, Symbology, Unreadable

GTIN = "09506000134352"
WEDGE = ScannerProfile("keys", kind="wedge")


def heard(frame, *, keyed=False, admits=HARMLESS, **settings):
    profile = ScannerProfile("keys", kind="wedge", **settings)
    return parse(frame, profile, "keys", 12.5, keyed=keyed, admits=admits)


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
        (b"]Q1", Symbology.QR, "", None),
        (b"]d1", Symbology.DATAMATRIX, "", None),
        (b"]J0 ", Symbology.DOTCODE, " ", None),
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
        (b"04252614", Symbology.UNKNOWN, "04252614", "00042100005264"),
        (b"]C004252614", Symbology.CODE128, "04252614", "00042100005264"),
        (b"01234133", Symbology.UNKNOWN, "01234133", "00012300000413"),
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
        ("]Q3", Reason.EMPTY),
        ("]L0", Reason.EMPTY),
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
        ("]C1ABC", Reason.UNKNOWN_AI),
        ("]C110ABC<GS>21X9", Reason.SEPARATOR),
        ("]C10109506000134352" + "17260230", Reason.DATE),
        ("]C10109506000134352" + "0209506000134352", Reason.EXCLUSIVE),
        ("]d20109506000134352" + "250ABC", Reason.COMPANION),
        ("]Q1https://id.gs1.org/01/09506000134352?10=L", Reason.DIGITAL_LINK),
        ("04252615", Reason.CHECK_DIGIT),
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
    assert (scan.value("17"), scan.expiry, scan.best_before) == ("270200", date(2027, 2, 28), None)
    assert heard("]C100095200000000000011").sscc == "095200000000000011"
    assert heard("]C10109506000134352" + "15270131").best_before == date(2027, 1, 31)


def test_configured_marks_stand_for_gs_in_gs1_data_and_nowhere_else():
    settings = {"separators": ("|", "<GS>")}
    assert heard("]C110ABC|21X9", **settings).elements == (("10", "ABC"), ("21", "X9"))
    assert heard("]C110ABC<GS>21X9", **settings).elements == (("10", "ABC"), ("21", "X9"))
    assert heard("]C0ABC|21X9", **settings).text == "ABC|21X9"


def test_a_composite_symbol_is_one_read():
    scan = heard("]E02112345678900|]e099COMPOSITE\x1d98XYZ", separators=("|",))
    assert scan.elements == (("01", "02112345678900"), ("99", "COMPOSITE"), ("98", "XYZ"))
    assert heard("]E02112345678900|]e017261231").expiry == date(2026, 12, 31)
    assert heard("]E02112345678900|]e00109506000134352").reason is Reason.CONTRADICTION
    assert heard("]E02112345678900|]e00209506000134352").reason is Reason.EXCLUSIVE
    assert heard("]E496385074|]e0" + "10L").elements == (("01", "00000096385074"), ("10", "L"))
    assert heard("]E02112345678901|]e0" + "10L").reason is Reason.CHECK_DIGIT


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
    for told in (heard(digits), heard(f"]C0{digits}")):
        assert isinstance(told, Unreadable) or told.elements == ()
        assert isinstance(told, Unreadable) or told.gtin in (None, digits.zfill(14)) or len(digits) == 8


def test_values_and_problems_of_a_refused_read_can_be_shown():
    refused = heard("]C10109506000134351" + "17260230")
    assert (refused.reason, refused.own_text) == (Reason.CHECK_DIGIT, "")
    assert dict(refused.elements) == {"01": "09506000134351", "17": "260230"}
    assert [(problem.code, problem.ai) for problem in refused.problems] == [
        (Reason.CHECK_DIGIT, "01"),
        (Reason.DATE, "17"),
    ]
    assert refused.sentence == refused.problems[0].words


def test_who_asks_admits_the_kinds_of_problem_it_can_live_with_and_no_other():
    dated = "]C10109506000134352" + "17260230"
    assert heard(dated).reason is Reason.DATE
    scan = heard(dated, admits=(Reason.DATE,))
    assert (scan.gtin, scan.expiry, [problem.code for problem in scan.problems]) == (GTIN, None, [Reason.DATE])
    content = "]C10209506000134352" + "37" + "12"
    assert heard(content).reason is Reason.COMPANION
    assert heard(content, admits=(Reason.COMPANION,)).value("37") == "12"
    assert heard("]C110LOT7").lot == "LOT7"
    assert heard("]C110LOT7", admits=()).reason is Reason.ALONE
    assert heard("]Q1https://shop.example/a", admits=()).reason is Reason.NO_KEY
    assert heard("]C10109506000134351", admits=tuple(ADMITTABLE)).reason is Reason.CHECK_DIGIT


def test_a_number_that_is_no_gtin_after_all_can_still_be_a_code_of_the_sites_own():
    assert heard("12345678").own_text == "12345678"
    assert heard("]E09506000134351").own_text == ""
    assert heard("]I109506000134351").own_text == ""
    assert heard("AB\x11C").own_text == ""


def test_a_scanner_found_to_lose_gs_is_believed_for_fixed_lengths_only():
    assert heard("]C10109506000134352" + "17261231", sends_gs=False).gtin == GTIN
    assert heard("]C10109506000134352" + "10LOT", sends_gs=False).reason is Reason.SEPARATOR
    assert heard("]E09506000134352", sends_gs=False).gtin == GTIN


def test_the_text_under_the_bars_can_be_keyed():
    scan = heard("(01)09506000134352(10)LOT7", keyed=True)
    assert (scan.gtin, scan.lot, scan.keyed) == (GTIN, "LOT7", True)
    assert heard("(01)09506000134351", keyed=True).reason is Reason.CHECK_DIGIT
    assert heard("(a note)", keyed=True).elements == ()
    for broken in ("(15", "(1A)12345", "(15)", "(10)(11)98765", "(12345)12345", "(10)A ("):
        assert heard(broken, keyed=True).own_text == broken
    assert heard("(01)09506000134352").elements == ()


def test_reading_alone_tells_everything_and_refuses_nothing():
    for frame in ("", "]", "12345678", "]C1", "café", Overlong(b"xx")):
        scan = read(frame, WEDGE, "keys", 0.0)
        assert [problem.words[-1] for problem in scan.problems] == ["."]


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
    for _ in range(20_000):
        frame = dice.choice(HEADS) + "".join(dice.choices(PIECES, k=dice.randrange(9)))
        assert isinstance(parse(frame, WEDGE, "keys", 0.0), Scan | Unreadable)


def test_no_one_of_five_thousand_byte_strings_raises():
    fuzz(5_000)


@pytest.mark.long
def test_no_one_of_a_hundred_thousand_byte_strings_raises():
    fuzz(100_000)


def fuzz(count):
    dice = random.Random(15424)
    for _ in range(count):
        body = (
            dice.randbytes(dice.randrange(40)) if dice.random() < 0.5 else "".join(dice.choices(PIECES, k=6)).encode()
        )
        frame = dice.choice(HEADS).encode() + body
        assert isinstance(parse(frame, WEDGE, "keys", 0.0), Scan | Unreadable)
        assert isinstance(parse(frame, WEDGE, "keys", 0.0, keyed=True), Scan | Unreadable)
