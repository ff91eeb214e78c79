"""One read of the card to what is wrong with a scanner, and to the settings that fit it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.records import Parcel
from scanners.parse import parse
from scanners.profile import ScannerProfile
from terminal.config_edit import Table
from terminal.scanner_test.capture import Capture, Gatherer, LineSettings
from terminal.scanner_test.diagnosis import Diagnosis, Letters, diagnose
from terminal.scanner_test.findings import Weight, findings, has_fault
from terminal.scanner_test.layouts import LAYOUTS
from terminal.scanner_test.proposal import entry
from terminal.scanner_test_wording import device_settings
from terminal.workflows.resolve import resolve_scan
from terminal.workflows.steps import Damaged, Unknown
from tests.floors import floor_of, product
from tests.terminal.operators import SSCC
from tests.terminal.scanner_reads import (
    AIM,
    FIRST,
    GS,
    KEYS,
    PORT,
    SECOND,
    WHOLE,
    keyed,
    moved,
    sent,
    with_even_parity,
)

WEDGE = ScannerProfile("ring", kind="wedge")
PAIRS = [(scanner, host) for scanner, host in itertools.product(LAYOUTS, LAYOUTS) if scanner != host]


def faults(found: Diagnosis) -> str:
    return " / ".join(each.sentence for each in findings(found) if each.weight is Weight.FAULT)


@pytest.mark.parametrize("suffix", ["\r", "\n", "\r\n", "\t", "\x03", ""])
@pytest.mark.parametrize("make", [keyed, sent])
def test_a_scanner_that_is_set_up_well_has_nothing_to_set(make: object, suffix: str) -> None:
    assert callable(make)
    found = diagnose(make(WHOLE + suffix))
    assert (found.is_card, found.is_whole, found.aim, found.separator, found.suffix) == (True, True, AIM, GS, suffix)
    assert not has_fault(found)


@pytest.mark.parametrize(("scanner", "host"), PAIRS)
def test_each_pair_of_layouts_that_disagree_is_named(scanner: str, host: str) -> None:
    found = diagnose(keyed(moved(scanner, host) + "\r"))
    assert (found.scanner_layout, found.host_layout) == (scanner, host)
    assert f"{scanner} keyboard, this computer reads {host}" in faults(found)


@pytest.mark.parametrize(("scanner", "host"), [("US", "French"), ("US", "German"), ("US", "Spanish")])
def test_a_layout_is_known_although_a_dead_key_swallowed_its_neighbour(scanner: str, host: str) -> None:
    text = moved(scanner, host)
    found = diagnose(keyed(text[:-15] + text[-14:] + "\r"))
    assert (found.scanner_layout, found.host_layout) == (scanner, host)


@pytest.mark.parametrize(
    ("change", "letters"),
    [(str.swapcase, Letters.SWAPPED), (str.upper, Letters.UPPER), (str.lower, Letters.LOWER)],
)
def test_caps_lock_and_case_conversion_are_told_apart(change: object, letters: Letters) -> None:
    assert callable(change)
    found = diagnose(keyed(change(WHOLE) + "\r"))
    assert found.letters is letters
    assert "case" in faults(found)


@pytest.mark.parametrize(
    ("separator", "is_safe"),
    [("|", True), ("~", True), ("<GS>", True), ("", False), ("A", False), ("\x1e", False)],
)
def test_what_comes_for_the_separator_is_seen(separator: str, is_safe: bool) -> None:
    found = diagnose(keyed(f"{AIM}{FIRST}{separator}{SECOND}\r"))
    assert found.separator == separator
    assert has_fault(found) is not is_safe


def test_a_key_that_types_nothing_is_seen_in_place_of_the_separator() -> None:
    signs = (*AIM, *FIRST, "<f8>", *SECOND, "\r")
    found = diagnose(Capture(KEYS, signs, tuple(100 + place / 1000 for place in range(len(signs)))))
    assert found.separator == "<f8>"
    assert not has_fault(found)
    assert entry(found, ())["separators"] == ["F8"]
    strange = tuple("<insert>" if sign == "<f8>" else sign for sign in signs)
    assert "<insert>" in faults(diagnose(Capture(KEYS, strange, tuple(range(len(strange))))))


def test_without_aim_ids_the_test_says_what_is_read_and_what_is_not_and_how_to_switch_them_on() -> None:
    said = {
        each.weight: each.sentence
        for each in findings(diagnose(sent(f"{FIRST}{GS}{SECOND}\r")))
        if "AIM" in each.sentence
    }
    for word in ("EAN", "UPC-A", "ITF-14", "Floorhand's barcodes", "parcel labels"):
        assert word in said[Weight.RIGHT]
    for word in ("GS1-128", "DataBar", "DataMatrix", "lot", "serial", "expiry", "count", "UPC-E", "pallets"):
        assert word in said[Weight.ADVICE]
    (on_the_card,) = (each for each in device_settings() if each.startswith("AIM"))
    assert said[Weight.ADVICE].endswith("AIM code identifier on for all codes")
    assert on_the_card.startswith("AIM code identifier: on for all codes")
    assert "AIM identifiers are on" in [each.sentence for each in findings(diagnose(sent(WHOLE + "\r")))]


@pytest.mark.parametrize(
    ("with_id", "without", "is_same"),
    [
        ("]E05012345678900", "5012345678900", True),
        ("]E00042100005264", "042100005264", True),
        ("]E496385074", "96385074", True),
        ("]I115012345678907", "15012345678907", True),
        ("]Q1https://id.gs1.org/01/05012345678900", "https://id.gs1.org/01/05012345678900", True),
        ("]C0FHK-YESQ", "FHK-YESQ", True),
        (f"]C100{SSCC}", f"00{SSCC}", True),
        ("]C10105012345678900", "0105012345678900", False),
        ("]e00105012345678900", "0105012345678900", False),
        ("]d20105012345678900" + "21S", "0105012345678900" + "21S", False),
        ("]C100106141412345678908", "00106141412345678908", False),
        ("]E3501234567890012", "501234567890012", False),
        ("]E00042100005264", "04252614", True),
        ("]E00012345000058", "01234558", False),
    ],
)
def test_what_it_says_of_aim_ids_is_so_on_the_floor(with_id: str, without: str, is_same: bool) -> None:
    floor = floor_of(
        product("CUP", "00042100005264"),
        product("TIN", "00000096385074"),
        product("CASE", "15012345678907"),
        product("OWN", "00012345000058"),
        product("OTHER", "00000001234558"),
        Parcel(id=SSCC, order="HOME/1", order_number="1", number=1, state="sealed", contents=()),
    )
    told, bare = (resolve_scan(parse(text, WEDGE, "any", 0.0), floor) for text in (with_id, without))
    assert not isinstance(told, Unknown | Damaged)
    assert (told == bare) is is_same


def test_a_lost_separator_is_no_danger_where_no_read_claims_to_be_gs1() -> None:
    found = diagnose(keyed(f"{FIRST}{SECOND}\r"))
    assert (found.aim, found.separator) == ("", "")
    assert not has_fault(found)
    assert "AIM" in str(findings(found))


@pytest.mark.parametrize(
    ("prefix", "is_safe"), [("!", True), ("\x02", True), ("\x02!", True), ("K", False), ("]", False)]
)
def test_a_prefix_is_a_mark_or_a_fault(prefix: str, is_safe: bool) -> None:
    found = diagnose(keyed(f"{prefix}{WHOLE}\r"))
    assert found.prefix == prefix
    assert has_fault(found) is not is_safe


def test_lost_keys_doubled_keys_and_keys_of_an_unknown_layout_are_told_apart() -> None:
    lost = diagnose(keyed(WHOLE.replace("azy", "ay") + "\r"))
    assert lost.missing == "z" and "z" in faults(lost)
    doubled = diagnose(keyed(WHOLE.replace("azy", "azzy") + "\r"))
    assert doubled.extra == "z"
    strange = diagnose(keyed(WHOLE.replace("-", "÷").replace(":", "ø") + "\r"))
    assert strange.changed == (("-", "÷"), (":", "ø"))
    assert all(has_fault(each) for each in (lost, doubled, strange))


def test_a_card_that_was_not_read_as_gs1_128_is_a_fault() -> None:
    assert "]C0" in faults(diagnose(keyed(f"]C0{FIRST}{GS}{SECOND}\r")))


@pytest.mark.parametrize("text", ["5012345678900\r", "FHL-A-03-12X\r", "q\r", "\x1d", "]C1" * 30])
def test_another_code_is_not_taken_for_the_card(text: str) -> None:
    assert not diagnose(keyed(text)).is_card
    assert not diagnose(sent(text)).is_card


def test_seven_bits_with_parity_are_seen_and_put_into_the_settings() -> None:
    found = diagnose(sent(with_even_parity(WHOLE + "\r")))
    assert (found.is_card, found.parity, has_fault(found)) == (True, "E", False)
    table = entry(found, ())
    assert (table["bytesize"], table["parity"]) == (7, "E")


def test_a_port_at_another_speed_is_noise_and_a_code_is_not() -> None:
    assert diagnose(sent(bytes([0x80, 0xF8, 0x00, 0x78, 0xFE, 0x06]))).is_noise
    assert not diagnose(sent("5012345678900\r")).is_noise


@settings(max_examples=150)
@given(st.text(max_size=80), st.booleans())
def test_no_read_is_too_strange_to_be_judged(text: str, is_port: bool) -> None:
    raw = "".join(sign for sign in text if ord(sign) < 256) if is_port else text
    if raw:
        findings(diagnose(sent(raw) if is_port else keyed(raw)))


# Slow and fast


@pytest.mark.parametrize(("gap", "is_safe"), [(0.0, True), (0.004, True), (0.025, True), (0.1, False), (1.0, False)])
def test_a_slow_wedge_has_to_be_told_from_a_hand(gap: float, is_safe: bool) -> None:
    assert has_fault(diagnose(keyed(WHOLE + "\r", gap))) is not is_safe
    assert not has_fault(diagnose(keyed(f"!{WHOLE}\r", gap)))


@pytest.mark.parametrize("gap", [0.0, 0.004, 0.1, 1.0])
def test_a_read_is_gathered_whole_however_slow_its_keys(gap: float) -> None:
    gatherer = Gatherer(KEYS)
    for place, sign in enumerate(WHOLE + "\r"):
        now = 50 + place * gap
        assert gatherer.due(now) is None
        gatherer.take_sign(sign, now)
    capture = gatherer.due(now + 6)
    assert capture is not None and capture.text == WHOLE + "\r"
    assert gatherer.due(now + 100) is None


def test_an_enter_alone_is_seen_at_once_and_a_read_waits_for_its_line_feed() -> None:
    gatherer = Gatherer(KEYS)
    gatherer.take("\r", 1.0)
    assert gatherer.due(1.16) is not None
    gatherer.take("ABC\r", 2.0)
    assert gatherer.due(2.1) is None
    gatherer.take("\n", 2.1)
    capture = gatherer.due(2.6)
    assert capture is not None and capture.text == "ABC\r\n"


def test_two_reads_without_a_silence_between_them_are_two() -> None:
    assert [each.text for each in keyed("AB\r\nCD\tEF").reads()] == ["AB\r\n", "CD\t", "EF"]


def test_an_endless_stream_keeps_its_beginning_alone() -> None:
    gatherer = Gatherer(PORT)
    for place in range(50):
        gatherer.take("x" * 1000, place * 0.01)
    capture = gatherer.due(10.0)
    assert capture is not None and len(capture.signs) == 2000


# What is written


@pytest.mark.parametrize(
    ("capture", "wanted"),
    [
        (keyed(WHOLE + "\r"), {"name": "wedge", "kind": "wedge", "aim": True}),
        (keyed(WHOLE), {"name": "wedge", "kind": "wedge", "aim": True, "terminators": ""}),
        (
            keyed(f"!{AIM}{FIRST}|{SECOND}\t"),
            {"name": "wedge", "kind": "wedge", "separators": ["|"], "prefix": "!", "aim": True},
        ),
        (keyed(WHOLE + "\r", 0.028), {"name": "wedge", "kind": "wedge", "aim": True, "burst_gap_ms": 50}),
        (sent(WHOLE + "\r"), {"name": "scanner", "kind": "serial", "port": PORT.port, "aim": True}),
        (
            sent(FIRST + GS + SECOND, LineSettings(115_200)),
            {"name": "scanner", "kind": "serial", "port": PORT.port, "terminators": "", "baud": 115_200},
        ),
    ],
)
def test_a_new_entry_says_what_the_defaults_do_not(capture: Capture, wanted: Table) -> None:
    table = entry(diagnose(capture), ())
    assert table == wanted
    profile = ScannerProfile.from_table(str(table["name"]), {k: v for k, v in table.items() if k != "name"})
    frame = capture.text.strip("\r\t")
    if profile.aim:  # @ # [ ] stand outside of GS1's set, and nothing else of it is refused
        read = parse(frame.replace(FIRST, "91FH"), profile, profile.name, 1.0)
        assert [element.ai for element in getattr(read, "elements", ())] == ["91", "10"]


def test_a_known_scanner_keeps_what_the_test_says_nothing_of() -> None:
    known = ScannerProfile("ring", kind="wedge", separators=("|",), aim=True, repeat_ms=90)
    assert entry(diagnose(keyed(f"{FIRST}{GS}{SECOND}\r")), (known,)) == {
        "name": "ring",
        "separators": None,
        "aim": None,
    }
    assert entry(diagnose(keyed(WHOLE + "\r")), (ScannerProfile("ring", kind="wedge", aim=True),)) == {"name": "ring"}


def test_a_second_port_gets_a_name_of_its_own() -> None:
    others = (ScannerProfile("scanner", port="/dev/ttyACM7"), WEDGE)
    assert entry(diagnose(sent(WHOLE + "\r")), others)["name"] == "scanner-2"
