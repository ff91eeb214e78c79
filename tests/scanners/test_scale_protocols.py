"""Answers of scales as the manuals print them -> readings."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.scale import GRAMS, Condition, Reading, Settling, Unit, Weight
from scanners.scale_profile import ScaleProfile, ScaleProfileError
from scanners.scale_protocols import DIALOGUES

PORT = {"port": "/dev/ttyS0"}
TOLEDO_KG = ScaleProfile("toledo8217", **PORT, unit=Unit.KILOGRAM)
TOLEDO_LB = ScaleProfile("toledo8217", **PORT, unit=Unit.POUND)
NCI = ScaleProfile("nci", **PORT)
SICS = ScaleProfile("mt-sics", **PORT)


def said(profile: ScaleProfile, answer: bytes) -> Reading:
    dialogue = DIALOGUES[profile.protocol]
    found = dialogue.answer.search(answer)
    assert found is not None, f"{answer!r} is not taken for an answer"
    return dialogue.read(found, profile)


WEIGHTS = [
    (TOLEDO_KG, b"\x0201.250\r", "1.250 kg", "0.001", 1250),
    (TOLEDO_KG, b"\x0214.995N\r", "14.995 kg", "0.001", 14995),
    (TOLEDO_LB, b"\x02012.34\r", "12.34 lb", "0.01", 5597),
    (NCI, b"\n  1.23lb\r\n00\r\x03", "1.23 lb", "0.01", 558),
    (NCI, b"\n01.235KG\r\nS00\r\x03", "1.235 kg", "0.001", 1235),
    (NCI, b"\n  1250g \r\n00\r\x03", "1250 g", "1", 1250),
    (NCI, b"\n 17.50oz\r\n0p4\r\x03", "17.50 oz", "0.01", 496),
    (NCI, b"\n1LB 02.50OZ\r\nS0pp0\r\x03", "18.50 oz", "0.01", 524),
    (SICS, b"S S     100.00 g\r\n", "100.00 g", "0.01", 100),
    (SICS, b"S S      1.2345 kg\r\n", "1.2345 kg", "0.0001", 1235),
    (SICS, b'I4 A "0123456789"\r\nS S        2.5 lb\r\n', "2.5 lb", "0.1", 1134),
]


@pytest.mark.parametrize(("profile", "answer", "weight", "division", "grams"), WEIGHTS)
def test_a_stable_weight_comes_in_its_unit_with_its_division_and_its_frame(profile, answer, weight, division, grams):
    reading = said(profile, answer)
    assert (reading.condition, str(reading.weight)) == (Condition.STABLE, weight)
    assert (reading.weight.division, reading.weight.weight_grams) == (Decimal(division), grams)
    assert reading.frame in answer


CONDITIONS = [
    (TOLEDO_KG, b"\x02?A\r", Condition.MOTION),
    (TOLEDO_KG, b"\x02?\x01\r", Condition.MOTION),
    (TOLEDO_KG, b"\x02?\x02\r", Condition.OVER),
    (TOLEDO_KG, b"\x02?C\r", Condition.OVER),
    (TOLEDO_KG, b"\x02?\x0d\r", Condition.UNDER),
    (TOLEDO_KG, b"\x02?D\r", Condition.UNDER),
    (TOLEDO_KG, b"\x02?P\r", Condition.FAULT),
    (TOLEDO_KG, b"\x0200.000\r", Condition.ZERO),
    (NCI, b"\n 1.250kg\r\n10\r\x03", Condition.MOTION),
    (NCI, b"\nS10\r\x03", Condition.MOTION),
    (NCI, b"\n 0.000kg\r\n20\r\x03", Condition.ZERO),
    (NCI, b"\n^^^^^^kg\r\n02\r\x03", Condition.OVER),
    (NCI, b"\n______kg\r\n01\r\x03", Condition.UNDER),
    (NCI, b"\n-0.250kg\r\n00\r\x03", Condition.UNDER),
    (NCI, b"\n------kg\r\n00\r\x03", Condition.FAULT),
    (NCI, b"\nS00\r\x03", Condition.UNDER),
    (NCI, b"\n 1.250kg\r\n40\r\x03", Condition.FAULT),
    (NCI, b"\n 1.250kg\r\n08\r\x03", Condition.FAULT),
    (NCI, b"\n 1.250kg\r\n0p8\r\x03", Condition.FAULT),
    (NCI, b"\n?\r\x03", Condition.FAULT),
    (SICS, b"S D     100.00 g\r\n", Condition.MOTION),
    (SICS, b"S S       0.00 g\r\n", Condition.ZERO),
    (SICS, b"S S      -0.50 g\r\n", Condition.UNDER),
    (SICS, b"S I\r\n", Condition.BUSY),
    (SICS, b"S +\r\n", Condition.OVER),
    (SICS, b"S -\r\n", Condition.UNDER),
    (SICS, b"ES\r\n", Condition.FAULT),
    (SICS, b"ET\r\n", Condition.FAULT),
    (SICS, b"EL\r\n", Condition.FAULT),
    (SICS, b"S S    Error 1b\r\n", Condition.FAULT),
    (SICS, b"S S     100.00 ct\r\n", Condition.FAULT),
]


@pytest.mark.parametrize(("profile", "answer", "condition"), CONDITIONS)
def test_motion_overload_underload_and_zero_are_told_apart(profile, answer, condition):
    reading = said(profile, answer)
    assert reading.condition is condition
    assert bool(reading.detail) == (condition is Condition.FAULT)


NO_ANSWERS = [
    (TOLEDO_KG, b"01.250\r"),
    (TOLEDO_KG, b"\x0201.250"),
    (TOLEDO_KG, b"\x02hello\r"),
    (NCI, b"\n  1.23lb\r\n"),
    (SICS, b"SI S     100.00 g\r\n"),
    (SICS, b"S S     100.00 g"),
    (SICS, b"xS S     100.00 g\r\n"),
]


@pytest.mark.parametrize(("profile", "bytes_"), NO_ANSWERS)
def test_what_is_not_of_the_protocol_or_not_whole_is_no_answer(profile, bytes_):
    assert DIALOGUES[profile.protocol].answer.search(bytes_) is None


def test_pounds_from_a_scale_that_was_taken_for_metric_are_refused():
    assert "no weight in kg with 3 decimals" in said(TOLEDO_KG, b"\x02012.34\r").detail
    in_kg = ScaleProfile("nci", **PORT, unit=Unit.KILOGRAM)
    assert "1.23 lb where `scale.unit` is kg" in said(in_kg, b"\n  1.23lb\r\n00\r\x03").detail


def test_a_weight_between_two_steps_of_the_plate_is_refused():
    five_grams = ScaleProfile("toledo8217", **PORT, unit=Unit.KILOGRAM, division=Decimal("0.005"))
    assert said(five_grams, b"\x0201.250\r").weight.division == Decimal("0.005")
    assert "between two steps" in said(five_grams, b"\x0201.251\r").detail


@given(st.decimals(min_value=0, max_value=100_000, places=4), st.sampled_from(Unit))
def test_grams_are_exact_in_every_unit(value, unit):
    weight = Weight(value, unit, Decimal("0.0001"))
    assert Fraction(weight.grams) == Fraction(value) * Fraction(GRAMS[unit])
    assert abs(weight.weight_grams - weight.grams) <= Decimal("0.5")


@given(st.sampled_from([TOLEDO_KG, NCI, SICS]), st.binary(max_size=60))
def test_no_bytes_end_in_an_exception(profile, data):
    dialogue = DIALOGUES[profile.protocol]
    for framed in (data, b"\x02" + data + b"\r", b"\n" + data + b"\r\n00\r\x03", b"S S " + data + b"\r\n"):
        for answer in dialogue.answer.finditer(framed):
            dialogue.read(answer, profile)


def stable(text: str, unit: Unit = Unit.KILOGRAM) -> Reading:
    return Reading(Condition.STABLE, Weight(Decimal(text), unit, Decimal("0.001")))


def test_a_weight_is_believed_once_it_stood_for_a_while():
    settling = Settling()
    assert not settling.judge(stable("1.250"), 0.0).is_settled
    assert not settling.judge(stable("1.250"), 0.19).is_settled
    assert settling.judge(stable("1.250"), 0.25).is_settled


def test_a_motion_or_another_weight_begins_anew():
    settling = Settling()
    settling.judge(stable("1.250"), 0.0)
    settling.judge(Reading(Condition.MOTION), 0.25)
    assert not settling.judge(stable("1.250"), 0.5).is_settled
    assert not settling.judge(stable("1.255"), 0.75).is_settled
    assert settling.judge(stable("1.255"), 1.0).is_settled


def test_a_parcel_is_weighed_once_however_often_it_is_nudged_and_labelled():
    settling = Settling()
    used = stable("1.250").weight
    settling.judge(stable("1.250"), 0.0)
    settling.use(used)
    for now, reading in enumerate([stable("1.250"), Reading(Condition.MOTION), stable("1.256"), stable("1.256")], 1):
        judged = settling.judge(reading, float(now))
        assert (judged.is_settled, judged.has_left) == (False, False)
    assert settling.judge(Reading(Condition.ZERO), 8.0).has_left
    settling.judge(stable("1.250"), 9.0)
    assert settling.judge(stable("1.250"), 9.5).is_settled


@pytest.mark.parametrize("other", [stable("0.800"), stable("2.000"), Reading(Condition.OVER)])
def test_another_parcel_may_follow_at_once(other):
    settling = Settling()
    settling.use(stable("1.250").weight)
    assert settling.judge(other, 1.0).has_left


@pytest.mark.parametrize("nothing", [Condition.FAULT, Condition.SILENT, Condition.BUSY])
def test_an_answer_that_is_lost_proves_no_lifting(nothing):
    settling = Settling()
    settling.use(stable("1.250").weight)
    assert not settling.judge(Reading(nothing), 1.0).has_left


def test_a_grain_is_no_parcel():
    settling = Settling()
    grain = Reading(Condition.STABLE, Weight(Decimal("0.4"), Unit.GRAM, Decimal("0.1")))
    settling.judge(grain, 0.0)
    assert not settling.judge(grain, 1.0).is_settled


WRONG = [
    ({}, "protocol"),
    ({"protocol": "dibal", "port": "/dev/x"}, "protocol"),
    ({"protocol": "nci"}, "port"),
    ({"protocol": "nci", "port": " "}, "port"),
    ({"protocol": "nci", "port": "socket://10.0.0.7:4001"}, "port"),
    ({"protocol": "toledo8217", "port": "/dev/x"}, "unit"),
    ({"protocol": "nci", "port": "/dev/x", "unit": "stone"}, "unit"),
    ({"protocol": "nci", "port": "/dev/x", "unit": []}, "unit"),
    ({"protocol": "nci", "port": "/dev/x", "unit": "kg", "division": "five"}, "division"),
    ({"protocol": "nci", "port": "/dev/x", "unit": "kg", "division": 0}, "division"),
    ({"protocol": "nci", "port": "/dev/x", "unit": "kg", "division": True}, "division"),
    ({"protocol": "nci", "port": "/dev/x", "division": "0.005"}, "unit"),
    ({"protocol": "nci", "port": "/dev/x", "baud": 9}, "baud"),
    ({"protocol": "nci", "port": "/dev/x", "parity": "odd"}, "parity"),
    ({"protocol": "nci", "port": "/dev/x", "bytesize": 9}, "bytesize"),
    ({"protocol": "nci", "port": "/dev/x", "stopbits": True}, "stopbits"),
    ({"protocol": "nci", "port": "/dev/x", "speed": 9600}, "speed"),
]


@pytest.mark.parametrize(("table", "field"), WRONG)
def test_a_setting_that_cannot_be_is_named(table, field):
    with pytest.raises(ScaleProfileError) as refused:
        ScaleProfile.from_table(table)
    assert refused.value.field == field
    assert refused.value.expected


def test_a_profile_knows_what_its_protocol_has_from_the_factory():
    profile = ScaleProfile.from_table({"protocol": "toledo8217", "port": "/dev/x", "unit": "kg", "division": 0.005})
    assert profile.division == Decimal("0.005")
    assert (profile.line.bytesize, profile.line.parity) == (7, "E")
    for eight in (ScaleProfile("mt-sics", "/dev/x"), ScaleProfile("nci", "/dev/x", bytesize=8, parity="N")):
        assert (eight.line.bytesize, eight.line.parity) == (8, "N")
