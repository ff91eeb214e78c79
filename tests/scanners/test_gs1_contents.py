"""What a value has to be beyond its length and characters, through the application identifiers that ask for it."""

import pytest

from scanners.gs1 import read_element
from scanners.gs1_dictionary import RULES
from scanners.gs1_lists import COUNTRY_LETTERS, COUNTRY_NUMBERS, is_iban
from scanners.scan import HARMLESS, Reason

COUPON = "012345612345611110123"

# Identifier -> values that mean something, values of the right form that mean nothing.
CASES = {
    "3910": ("9781234 8401 39612", "9871234 0001"),
    "421": ("276D-53113 528X", "000X 999X"),
    "422": ("276 528", "999 000"),
    "423": ("276 276528 004894276528036", "999 276999"),
    "4300": ("ABC A%20B A%2f", "A%0g %2 A%"),
    "4307": ("DE US", "AA UK XX"),
    "4309": ("00000000000000000000 18000000003600000000", "18000000010000000000 00000000003600000001"),
    "4321": ("0 1", "2"),
    "4324": ("2612310000 2612319999 2612002359", "2613310000 2612312400 2612312360"),
    "4326": ("261231", "261200 261301"),
    "4330": ("000000 000000-", "000000X"),
    "7003": ("2612312359", "2612002359 2612312400"),
    "7011": ("261231 2612311200", "2612312460"),
    "7030": ("276X 999X", "000X"),
    "7040": ("1ABC 1AB- 1AB_", "1AB. 1AB%"),
    "7041": ("1A 200 PX 9", "0 ZZZ 1a"),
    "7241": ("01 10 80 99", "00 11 79"),
    "7250": ("20000229 19991231", "19000229 20011301 20011200"),
    "7251": ("200002292359", "200002292400 200002302359"),
    "7252": ("0 1 2 9", "3 8"),
    "7258": ("1/1 2/3", "0/3 2/1"),
    "8001": ("12341234512398 00010000100110", "00001234512398 12340000012398 12341234500098 12341234512328"),
    "8006": ("095060001343520102 095060001343529999", "095060001343520002 095060001343520302 095060001343520100"),
    "8007": ("FR7630006000011234567890189 BE71096123456769", "BE71096123456760 XX361234567890 FR1234"),
    "8008": ("26010123 2601012359 260101235959", "26010124 2601012360 260101235960"),
    "8010": ("9506000134 0200#/-A", "A506000134 950"),
    "8011": ("1 0 123456789012", "01 023456789012"),
    "8013": ("1987654Ad4X4bL5ttr2310c2K", "1987654Ad4X4bL5ttr2310c2X 1987654Ad4X4bL5ttr2310cXK"),
    "8014": ("1987654Ad4X4bL5ttr2310c2K", "ABC54Ad422"),
    "8030": ("DIGSIG 12= 1== -_az", "123= 1==="),
    "8110": (f"{COUPON} {COUPON}3261231 {COUPON}3261231{4}260101", f"{COUPON}326123 {COUPON}32612314270101 7{COUPON}"),
    "8112": ("001234561234560123456 061234567890121234569123456789012345", "201234561234560123456 07 00123456123456"),
    "401": ("9506X 1234", "950 A506"),
    "7023": ("9506X", "X9506"),
    "8004": ("9506X", "95X06"),
}  # fmt: skip


def fault(ai: str, value: str) -> Reason | None:
    found = [problem.code for problem in read_element(ai, value).problems if problem.code not in HARMLESS]
    return found[0] if found else None


@pytest.mark.parametrize("ai", CASES)
def test_a_value_means_something_or_is_refused(ai):
    right, wrong = (values.split() for values in CASES[ai])
    assert {value: fault(ai, value) for value in right} == dict.fromkeys(right)
    assert [value for value in wrong if fault(ai, value) is None] == []


def test_a_coupon_says_its_own_lengths():
    second, third = "1" + "0" + "11" + "0" + "123" + "9", "2" + "11" + "0" + "123" + "0123456"
    rest = "5" + "0123456" + "6" + "11234567" + "9" + "0001"
    for whole in (f"{COUPON}{second}{third}", f"{COUPON}{second}{rest}", f"{COUPON}3261231{rest}"):
        assert fault("8110", whole) is None
        assert fault("8110", whole[:-1]) == Reason.CONTENT
    for cut in range(1, len(COUPON)):
        assert fault("8110", COUPON[:cut]) == Reason.CONTENT
    assert fault("8110", f"{COUPON}0") == Reason.CONTENT


def test_every_rule_answers_any_text():
    for text in ("", "0", "A", " ", "é", "²", "\x00", "99999999999999999999", "%", "/", "=" * 5, "1" * 500):
        for rule in RULES.values():
            assert rule.holds(text) in (True, False)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("gcppos2", "I0123 01234 I0123A", "I I012 IA123 01A34"),
        ("hyphen", "- --", "X -X"),
        ("nonzero", "1 01 0009", "0 000 A999 9A99 999A"),
        ("nozeroprefix", "0 1 10 1234567890", "01 012 A999 999A"),
        ("zero", "0 000", "1 001 X0"),
    ],
)
def test_a_rule_judges_by_itself(name, right, wrong):
    assert [text for text in right.split() if not RULES[name].holds(text)] == []
    assert [text for text in wrong.split() if RULES[name].holds(text)] == []


def test_the_lists_are_whole():
    assert (len(COUNTRY_LETTERS), len(COUNTRY_NUMBERS)) == (249, 249)


@pytest.mark.parametrize(
    "iban", ["DE91100000000123456789", "CH5604835012345678009", "MT90MALT011000012345MTLCAST001SABC"]
)
def test_an_iban_with_two_digits_changed_places_is_none(iban):
    assert is_iban(iban)
    assert not is_iban(iban[:2] + iban[3] + iban[2] + iban[4:])
