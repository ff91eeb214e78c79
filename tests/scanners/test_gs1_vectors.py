"""Measured against cases gathered from the GS1 reference engine, zxing-cpp and biip, which lie beside a checkout."""

import json
import os
from functools import cache
from pathlib import Path

import pytest

from scanners.gs1 import read_printed
from scanners.parse import parse
from scanners.profile import ScannerProfile
from scanners.scan import HARMLESS, Scan, Unreadable

_BESIDE = Path(__file__).parents[3] / "shared" / "data"
FILE = Path(os.environ.get("FLOORHAND_TEST_DATA", _BESIDE)) / "gs1_vectors.json"

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"no GS1 vectors at {FILE.name}: set FLOORHAND_TEST_DATA")


@cache
def vectors() -> list[dict]:
    return json.loads(FILE.read_text())["vectors"]


def cases(kind: str, *, valid: bool) -> list[dict]:
    found = [case for case in vectors() if case["class"] == kind and ("error" not in case) == valid]
    assert found, f"the file holds no {kind} that is {'valid' if valid else 'invalid'}"
    return found


def heard(case: dict) -> Scan | Unreadable:
    short = case.get("options", {}).get("zero_suppressed_gtin", False)
    profile = ScannerProfile("vectors", kind="wedge", zero_suppressed_gtin=short)
    return parse(case["input"], profile, "vectors", 0.0)


def told(read: Scan | Unreadable) -> dict[str, str] | None:
    """What a read says in GS1's terms; {} for plain text, None where it was refused."""
    if isinstance(read, Unreadable):
        return None
    return dict(read.elements) or ({"01": read.gtin} if read.gtin else {})


@pytest.mark.parametrize("kind", ["element_string", "scan_data", "digital_link", "ai_association"])
def test_every_valid_case_gives_exactly_its_elements(kind):
    wrong = [
        (case["input"], told(heard(case))) for case in cases(kind, valid=True) if told(heard(case)) != case["expect"]
    ]
    assert wrong == []


def test_no_wrong_check_digit_is_accepted():
    accepted = [case["input"] for case in cases("check_digit", valid=False) if told(heard(case)) is not None]
    assert accepted == []


def test_at_least_95_of_100_other_invalid_cases_are_refused():
    kinds = ("element_string", "scan_data", "ai_association", "digital_link")
    invalid = [case for kind in kinds for case in cases(kind, valid=False)]
    # A read without an AIM id, and an address that names no key, are no GS1 data to us but text, as an order number is.
    accepted = [case["input"] for case in invalid if told(heard(case)) is not None]
    assert [text for text in accepted if text.startswith("]")] == []
    assert len(accepted) <= 0.05 * len(invalid), accepted


def test_no_invalid_case_brings_an_element():
    kinds = ("element_string", "scan_data", "ai_association", "digital_link", "check_digit")
    invalid = [case for kind in kinds for case in cases(kind, valid=False)]
    assert [case["input"] for case in invalid if told(heard(case))] == []


def test_printed_text_is_read_as_the_reference_engine_reads_it():
    for case in cases("bracketed", valid=True):
        assert dict(read_printed(case["input"]).elements) == case["expect"]
    for case in cases("bracketed", valid=False):
        assert [each for each in read_printed(case["input"]).problems if each.code not in HARMLESS]
