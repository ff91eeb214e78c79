"""Hands and slow scanners on one line."""

import pytest

from scanners.profile import ScannerProfile
from terminal.entry import Entry, Pace, Search

TITLES = ("Short: damaged", "Skip, come back", "Help")


def typed(entry: Entry, text: str, at: float, gap: float = 0.1) -> float:
    for character in text:
        entry.add(character, at)
        at += gap
    return at


def an_entry(**settings) -> Entry:
    return Entry(ScannerProfile("keys", kind="wedge", **settings))


def test_the_rest_of_a_slow_read_that_was_overtaken_is_no_read() -> None:
    entry = an_entry()
    at = typed(entry, "590123", 10.0)
    entry.scanned(at)
    at = typed(entry, "4123457", at + 0.1)
    assert entry.text == ""
    assert not entry.may_enter(at)
    typed(entry, "12", at + 1)
    assert entry.text == "12"
    assert entry.may_enter(at + 2)


def test_who_waits_after_being_overtaken_begins_anew() -> None:
    entry = an_entry()
    at = typed(entry, "12", 10.0)
    entry.overtake()
    assert not entry.add("3", at)
    assert entry.add("4", at + 2)
    assert entry.text == "4"


def test_what_was_typed_behind_a_scan_that_is_heard_of_late_stays() -> None:
    entry = an_entry()
    typed(entry, "12", 10.0)
    entry.scanned_elsewhere(9.9)
    assert entry.text == "12"
    entry.scanned_elsewhere(10.05)
    assert entry.text == ""


def test_a_slow_scanner_may_end_with_tab_or_line_feed_and_a_hand_with_enter() -> None:
    entry = an_entry(terminators="\r\t")
    assert not entry.ends("tab", "\t")
    assert entry.ends("enter", "\r")
    entry.add("7", 1.0)
    assert entry.ends("tab", "\t")
    assert not entry.ends("ctrl+j", "\n")


@pytest.mark.parametrize(
    ("text", "gap", "enter_after", "is_scan"),
    [
        ("12", 0.0004, 0.0004, True),
        ("123", 0.03, 0.03, True),
        ("12", 0.0004, 0.1, True),
        ("12", 0.1, 0.0004, True),
        ("12.", 0.0, 0.0, True),
        ("2 case", 0.2, 0.0, True),
        ("5", 0.0, 0.0004, True),
        ("5", 0.0, 0.03, True),
        ("5", 0.0, 0.031, False),
        ("12", 0.031, 0.06, False),
        ("ann", 0.0004, 0.0004, True),
        ("ann", 0.0004, 0.1, False),
    ],
)
def test_no_hand_types_two_keys_of_a_number_or_all_of_a_word_at_a_scanners_speed(
    text: str, gap: float, enter_after: float, is_scan: bool
) -> None:
    entry = an_entry()
    at = 10.0
    for character in text:
        entry.add(character, at)
        at += gap
    assert (entry.pace(at - gap + enter_after) is Pace.DEVICE) is is_scan


@pytest.mark.parametrize(("behind", "is_scan"), [(0.0, True), (0.1, True), (0.101, False), (3.0, False)])
def test_what_begins_within_the_profiles_silence_after_a_scan_is_the_scanners(behind: float, is_scan: bool) -> None:
    entry = an_entry()
    entry.scanned(10.0)
    typed(entry, "2", 10.0 + behind)
    assert (entry.pace(20.0) is Pace.DEVICE) is is_scan


def test_a_hand_may_type_at_once_behind_a_scanner_on_a_port() -> None:
    entry = an_entry()
    entry.scanned_elsewhere(10.0)
    typed(entry, "2", 10.01)
    assert entry.take(10.2) == ("2", Pace.HAND)


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_a_second_field_at_the_pace_of_the_first_is_the_same_devices(end: str) -> None:
    entry = an_entry()
    at = typed(entry, "012345678905", 10.0)
    assert entry.take(at) == ("012345678905", Pace.EVEN)
    if end == "\r\n":
        at += 0.1
        entry.add("\n", at)
    at = typed(entry, "2", at + 0.1)
    assert entry.take(at) == ("2", Pace.DEVICE)
    at = typed(entry, "2", at + 3)
    assert entry.take(at + 0.1) == ("2", Pace.HAND)


def searched(entry: Entry, text: str, *, end: str = "enter", at: float = 10.0) -> Search:
    for character in text:
        entry.search(character, character, at, TITLES)
        at += 0.1
    return entry.search(end, {"enter": "\r", "tab": "\t", "ctrl+j": "\n"}[end], at, TITLES)


@pytest.mark.parametrize("text", ["damaged", "skip, come back"[:4], "come back", "short"])
def test_a_hand_finds_an_act_in_small_letters(text: str) -> None:
    entry = an_entry()
    assert searched(entry, text) is Search.GOES_ON
    assert entry.text == ""


@pytest.mark.parametrize("text", ["5901234123457", "SKIP", "Help", "FHL-A-03-12", "short1", "unknown", "]C110\x1d21"])
@pytest.mark.parametrize("end", ["enter", "tab", "ctrl+j"])
def test_what_a_slow_scanner_types_into_the_search_chooses_nothing(text: str, end: str) -> None:
    entry = an_entry()
    assert searched(entry, text, end=end) is Search.IS_A_LINE
    assert entry.take(20.0)[0] == text


def test_the_late_enter_of_a_scan_chooses_nothing_in_the_search() -> None:
    entry = an_entry()
    entry.scanned(10.0)
    assert searched(entry, "", at=10.1) is Search.IS_NOTHING
    assert searched(entry, "", at=10.4) is Search.GOES_ON


def test_a_short_word_at_a_scanners_speed_finds_nothing() -> None:
    entry = an_entry()
    for character in "sk":
        entry.search(character, character, 10.0, TITLES)
    assert entry.search("enter", "\r", 10.0, TITLES) is Search.IS_A_LINE


def test_what_is_taken_back_in_the_search_is_taken_back_here_too() -> None:
    entry = an_entry()
    entry.search("a", "a", 1.0, TITLES)
    entry.search("backspace", "\x7f", 1.1, TITLES)
    assert entry.text == ""
    entry.search("a", "a", 1.0, TITLES)
    entry.search("escape", "\x1b", 1.1, TITLES)
    assert entry.text == ""
    assert entry.add("b", 1.2)
