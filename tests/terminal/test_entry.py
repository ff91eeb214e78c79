"""Hands and slow scanners on one line."""

import pytest

from scanners.profile import ScannerProfile
from terminal.entry import Entry, Search

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
        ("12", 0.0004, 0.1, False),
        ("12", 0.1, 0.0004, False),
        ("5", 0.0, 0.0004, False),
        ("", 0.0, 0.0004, False),
    ],
)
def test_no_hand_types_a_line_and_its_enter_at_a_scanners_speed(
    text: str, gap: float, enter_after: float, is_scan: bool
) -> None:
    entry = an_entry()
    at = 10.0
    for character in text:
        entry.add(character, at)
        at += gap
    assert entry.is_at_scan_speed(at - gap + enter_after) is is_scan


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
    assert entry.take() == text


def test_the_late_enter_of_a_scan_chooses_nothing_in_the_search() -> None:
    entry = an_entry()
    entry.scanned(10.0)
    assert searched(entry, "", at=10.1) is Search.IS_NOTHING
    assert searched(entry, "", at=10.4) is Search.GOES_ON


def test_what_is_taken_back_in_the_search_is_taken_back_here_too() -> None:
    entry = an_entry()
    entry.search("a", "a", 1.0, TITLES)
    entry.search("backspace", "\x7f", 1.1, TITLES)
    assert entry.text == ""
    entry.search("a", "a", 1.0, TITLES)
    entry.search("escape", "\x1b", 1.1, TITLES)
    assert entry.text == ""
    assert entry.add("b", 1.2)
