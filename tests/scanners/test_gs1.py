import random
import re
from datetime import date

import pytest

from scanners.gs1 import read_element, read_elements, read_printed
from scanners.gs1_dictionary import define
from scanners.gs1_values import as_date, check_digit
from scanners.scan import ADMITTABLE, HARMLESS, Reason


def faults(message) -> list[tuple[Reason, str]]:
    """Code and application identifier of each problem that nobody lives with unasked."""
    for problem in message.problems:
        assert problem.words.endswith(".")
        assert problem.words.isprintable()
    return [(problem.code, problem.ai) for problem in message.problems if problem.code not in HARMLESS]


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
        ("3103001250" + "30" + "12", {"3103": "001250", "30": "12"}),
        ("7007260131260228", {"7007": "260131260228"}),
        ("7007251201251231", {"7007": "251201251231"}),
        ("43242601019999", {"4324": "2601019999"}),
        ("800826010123", {"8008": "26010123"}),
        ("8008260101235959", {"8008": "260101235959"}),
        ("70112601012359", {"7011": "2601012359"}),
        ("10ABC\x1d99x\x1d10ABC", {"10": "ABC", "99": "x"}),
        ("800609506000134352" + "0102", {"8006": "095060001343520102"}),
        ("10" + "A" * 20, {"10": "A" * 20}),
        ("7230123", {"7230": "123"}),
        ("423528276", {"423": "528276"}),
        ("4330012345-", {"4330": "012345-"}),
        ("421276D-53113", {"421": "276D-53113"}),
        ("80100200", {"8010": "0200"}),
    ],
)
def test_a_right_message_gives_its_elements(message, elements):
    read = read_elements(message)
    assert (dict(read.elements), faults(read)) == (elements, [])


@pytest.mark.parametrize(
    ("message", "code", "ai"),
    [
        ("", Reason.EMPTY, ""),
        ("\x1d10ABC", Reason.UNKNOWN_AI, ""),
        ("10ABC\x1d\x1d21X", Reason.UNKNOWN_AI, ""),
        ("891234", Reason.UNKNOWN_AI, ""),
        ("0509506000134352", Reason.UNKNOWN_AI, ""),
        ("01095060001343529", Reason.UNKNOWN_AI, ""),
        ("10", Reason.LENGTH, "10"),
        ("30", Reason.LENGTH, "30"),
        ("010950600013435", Reason.LENGTH, "01"),
        ("70072601312", Reason.LENGTH, "7007"),
        ("40295060001343520", Reason.LENGTH, "402"),
        ("010950600013435A", Reason.CHARACTER, "01"),
        ("10AB^C", Reason.CHARACTER, "10"),
        ("8010abc", Reason.CHARACTER, "8010"),
        ("253950600013435AX", Reason.CHARACTER, "253"),
        ("10" + "A" * 21, Reason.SEPARATOR, "10"),
        ("10ABC<GS>21X9", Reason.SEPARATOR, "10"),
        ("10ABC<fnc1>21X9", Reason.SEPARATOR, "10"),
        ("81111234" + "10ABC", Reason.SEPARATOR, "8111"),
        ("0109506000134351", Reason.CHECK_DIGIT, "01"),
        ("00095200000000000017", Reason.CHECK_DIGIT, "00"),
        ("17261301", Reason.DATE, "17"),
        ("17260230", Reason.DATE, "17"),
        ("17270229", Reason.DATE, "17"),
        ("70032601010960", Reason.DATE, "7003"),
        ("70032601019999", Reason.DATE, "7003"),
        ("7006260100", Reason.DATE, "7006"),
        ("7007260131260230", Reason.DATE, "7007"),
        ("80082601012360", Reason.DATE, "8008"),
        ("800826010123590", Reason.LENGTH, "8008"),
        ("10ABC\x1d10ABD", Reason.CONTRADICTION, "10"),
        ("800319506000134352", Reason.CONTENT, "8003"),
    ],
)
def test_a_wrong_message_says_what_is_wrong_and_where(message, code, ai):
    assert (code, ai) in faults(read_elements(message))


def test_values_are_told_with_their_problems():
    read = read_elements("0109506000134351" + "17260230" + "10ABC")
    assert dict(read.elements) == {"01": "09506000134351", "17": "260230", "10": "ABC"}
    assert faults(read) == [(Reason.CHECK_DIGIT, "01"), (Reason.DATE, "17")]
    assert "(17)260230" in read.problems[1].words


def test_nothing_is_read_behind_an_identifier_that_nobody_knows():
    read = read_elements("10ABC\x1d" + "89X\x1d" + "21S")
    assert (dict(read.elements), faults(read)) == ({"10": "ABC"}, [(Reason.UNKNOWN_AI, "")])


CHECKED = {
    **dict.fromkeys(("00", "8017", "8018"), (18, "")),
    **dict.fromkeys(("01", "02", "03"), (14, "")),
    **dict.fromkeys(("253", "255", *(f"41{n}" for n in range(8))), (13, "")),
    "402": (17, ""),
    "8003": (14, "0"),
    "8006": (14, ""),
    "8026": (14, ""),
}


@pytest.mark.parametrize("ai", CHECKED)
def test_every_wrong_check_digit_is_found_and_every_right_one_believed(ai):
    dice = random.Random(ai)
    length, first = CHECKED[ai]
    tail = {"8006": "0102", "8026": "0203", "253": "X1", "255": "7", "8003": "S1"}.get(ai, "")
    for _ in range(200):
        body = first + "".join(dice.choices("0123456789", k=length - 1 - len(first)))
        right = check_digit(body)
        for last in range(10):
            found = faults(read_elements(f"{ai}{body}{last}{tail}"))
            assert ((Reason.CHECK_DIGIT, ai) in found) == (last != right)


def test_a_scanner_that_loses_separators_is_believed_for_fixed_lengths_only():
    assert faults(read_elements("010950600013435217261231", sends_gs=False)) == []
    assert faults(read_elements("010950600013435210AB", sends_gs=False)) == [(Reason.SEPARATOR, "10")]


def test_an_element_needs_exactly_its_identifier():
    assert read_element("10", "X").elements == (("10", "X"),)
    for ai in ("1", "100", "011", "zz", ""):
        assert faults(read_element(ai, "X")) == [(Reason.UNKNOWN_AI, "")]


def test_the_printed_text_is_read_only_when_asked_for():
    assert dict(read_printed(r"(01)09506000134352(10)A\(1)").elements) == {"01": "09506000134352", "10": "A(1)"}
    assert dict(read_printed(" \t(17)261231 ").elements) == {"17": "261231"}
    for text in ("", "0109506000134352", "(01)", "(01)09506000134352(10", "(01)09506000134351", "(10)A(10)B", "(1A)1"):
        assert faults(read_printed(text))


NUMBERS = [f"{n:0{width}d}" for width in (2, 3, 4) for n in range(10**width)]
# Where biip is looser, or judges a date, a list or a company's number by its pattern.
OTHERWISE = {"11", "12", "13", "15", "16", "17", "423", "425", "4330", "4331", "4332", "4333"}
OTHERWISE |= {"7250", "7251", "7258", "8003", "8008", "8010"}


def test_every_identifier_is_known_by_its_first_digits():
    for ai in filter(define, NUMBERS):
        assert read_elements(ai).problems[0].ai == ai


def test_the_list_of_identifiers_is_that_of_a_library_that_others_wrote():
    from biip import ParseError
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier

    for ai in NUMBERS:
        try:
            theirs = GS1ApplicationIdentifier.extract(ai)
        except ParseError:
            theirs = None
        ours = define(ai)
        assert (ours is not None) == (theirs is not None and theirs.ai == ai), ai
        if ours is None or theirs is None:
            continue
        assert ours.ends_by_itself == (not theirs.separator_required), ai
        for length in range(1, 95) if ai not in OTHERWISE else ():
            value = "1" * length
            assert bool(ours.shape.fullmatch(value)) == bool(re.fullmatch(theirs.pattern, ai + value)), (ai, value)


def test_a_reason_is_either_about_the_read_or_can_be_lived_with():
    assert set(HARMLESS) <= ADMITTABLE
    assert not ADMITTABLE & {Reason.CHECK_DIGIT, Reason.SEPARATOR, Reason.LENGTH, Reason.CONTRADICTION}


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
        ("2504", 2026, None),
        ("25o401", 2026, None),
    ],
)
def test_a_date_lies_within_49_years_past_and_50_to_come(yymmdd, this_year, day):
    assert as_date(yymmdd, this_year=this_year) == day


@pytest.mark.parametrize(("digits", "expected"), [("590123412345", 7), ("9638507", 4), ("37610425002123456", 9)])
def test_the_check_digits_of_gs1s_own_examples(digits, expected):
    assert check_digit(digits) == expected
