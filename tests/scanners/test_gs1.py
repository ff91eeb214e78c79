from datetime import date

import pytest

from scanners.gs1 import read_element, read_elements, read_printed
from scanners.gs1_values import as_date, check_digit
from scanners.scan import Reason, Refusal


@pytest.mark.parametrize(
    ("message", "elements"),
    [
        ("0109506000134352", {"01": "09506000134352"}),
        (
            "010950600013435217261231" + "10ABC\x1d21S1",
            {"01": "09506000134352", "17": "261231", "10": "ABC", "21": "S1"},
        ),
        ("0109506000134352\x1d10ABC\x1d", {"01": "09506000134352", "10": "ABC"}),
        ("00095200000000000011", {"00": "095200000000000011"}),
        ("3103001250" + "37" + "12", {"3103": "001250", "37": "12"}),
        ("7007260131260228", {"7007": "260131260228"}),
        ("7007251201251231", {"7007": "251201251231"}),
        ("43242601019999", {"4324": "2601019999"}),
        ("800826010123", {"8008": "26010123"}),
        ("8008260101235959", {"8008": "260101235959"}),
        ("70112601012359", {"7011": "2601012359"}),
        ("10ABC\x1d99x\x1d10ABC", {"10": "ABC", "99": "x"}),
        ("800609506000134352" + "0102", {"8006": "095060001343520102"}),
    ],
)
def test_a_right_message_gives_its_elements(message, elements):
    assert dict(read_elements(message)) == elements


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("", Reason.GS1),
        ("\x1d10ABC", Reason.GS1),
        ("10ABC\x1d\x1d21X", Reason.GS1),
        ("10", Reason.GS1),
        ("0109506000134351", Reason.CHECK_DIGIT),
        ("010950600013435", Reason.GS1),
        ("00095200000000000017", Reason.CHECK_DIGIT),
        ("0509506000134352", Reason.GS1),
        ("17261301", Reason.GS1),
        ("17260230", Reason.GS1),
        ("17270229", Reason.GS1),
        ("70032601010960", Reason.GS1),
        ("70032601002359", Reason.GS1),
        ("70032601019999", Reason.GS1),
        ("7006260100", Reason.GS1),
        ("70072601312", Reason.GS1),
        ("7007260131260230", Reason.GS1),
        ("80082601012360", Reason.GS1),
        ("10ABC\x1d10ABD", Reason.GS1),
        ("10" + "A" * 21, Reason.GS1),
        ("10AB^C", Reason.GS1),
        ("2539506000134353", Reason.CHECK_DIGIT),
        ("2559506000134353", Reason.CHECK_DIGIT),
        ("40295060001343520", Reason.GS1),
        ("40295060001343520001", Reason.CHECK_DIGIT),
        ("4109506000134353", Reason.CHECK_DIGIT),
        ("800309506000134353", Reason.CHECK_DIGIT),
        ("800319506000134352", Reason.GS1),
        ("8006095060001343530102", Reason.CHECK_DIGIT),
        ("8006095060001343520302", Reason.GS1),
        ("8006095060001343520002", Reason.GS1),
        ("8017095200000000000019", Reason.CHECK_DIGIT),
        ("8018095200000000000019", Reason.CHECK_DIGIT),
        ("8026095060001343530102", Reason.CHECK_DIGIT),
    ],
)
def test_a_wrong_message_is_refused_with_its_reason(message, reason):
    with pytest.raises(Refusal) as caught:
        read_elements(message)
    assert caught.value.reason is reason
    assert caught.value.sentence.endswith(".")


def test_an_element_needs_exactly_its_identifier():
    assert read_element("10", "X") == ("10", "X")
    for ai in ("1", "100", "011", "zz", ""):
        with pytest.raises(Refusal):
            read_element(ai, "X")


def test_the_printed_text_is_read_only_when_asked_for():
    assert dict(read_printed(r"(01)09506000134352(10)A\(1)")) == {"01": "09506000134352", "10": "A(1)"}
    for text in ("", "0109506000134352", "(01)", "(01)09506000134352(10", "(01)09506000134351", "(10)A(10)B"):
        with pytest.raises(Refusal):
            read_printed(text)


@pytest.mark.parametrize(
    ("yymmdd", "this_year", "day"),
    [
        ("261231", 2026, date(2026, 12, 31)),
        ("760101", 2026, date(2076, 1, 1)),
        ("770101", 2026, date(1977, 1, 1)),
        ("240200", 2026, date(2024, 2, 29)),
        ("250200", 2026, date(2025, 2, 28)),
        ("010101", 2060, date(2101, 1, 1)),
        ("251301", 2026, None),
        ("250001", 2026, None),
        ("250000", 2026, None),
        ("250431", 2026, None),
    ],
)
def test_a_date_lies_within_49_years_past_and_50_to_come(yymmdd, this_year, day):
    assert as_date(yymmdd, this_year=this_year) == day


@pytest.mark.parametrize(("digits", "expected"), [("590123412345", 7), ("9638507", 4), ("37610425002123456", 9)])
def test_the_check_digits_of_gs1s_own_examples(digits, expected):
    assert check_digit(digits) == expected
