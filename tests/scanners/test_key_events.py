"""What a scanner in keyboard mode typed, out of recorded key events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.framing import LIMIT_BYTES, Overlong
from scanners.key_events import UNTYPED, Cut, KeyFrames, Keys
from scanners.keyboard_layouts import LAYOUTS
from tests.scanners.key_recording import (
    ALTGR,
    CAPSLOCK,
    KP_ENTER,
    LEFT_ALT,
    LEFT_CTRL,
    LEFT_SHIFT,
    PRESSES,
    RIGHT_SHIFT,
    TAB,
    event,
    press,
    report,
    typed,
)

A, B, Z, F8, UP, RIGHT_BRACKET = 30, 48, 44, 66, 103, 27
NUMBER_PAD = {"0": 82, "1": 79, "2": 80, "3": 81, "4": 75, "5": 76, "6": 77, "7": 71, "8": 72, "9": 73}


def reads(data: bytes, layout: str = "us", terminators: str = "\r\n\t", separators: tuple[str, ...] = (), **more):
    frames = KeyFrames(Keys(LAYOUTS[layout], separators, **more), terminators)
    return [*frames.feed(data), *frames.cut()]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_gs1_code_comes_whole_from_every_country(layout):
    said = "]C10109506000134352" + "10aZy-Q_w/M:1" + "\x1d" + "21X9"
    assert reads(typed(said, layout), layout) == [said]


@pytest.mark.parametrize(("layout", "character"), [(layout, each) for layout in PRESSES for each in PRESSES[layout]])
def test_each_key_types_what_is_printed_on_it(layout, character):
    assert reads(typed(character, layout), layout) == [character]


@pytest.mark.parametrize("layout", ["de", "fr", "es"])
def test_altgr_may_come_as_ctrl_and_alt(layout):
    assert reads(typed("]C1\x1d", layout, altgr=(LEFT_CTRL, LEFT_ALT)), layout) == ["]C1\x1d"]


def test_a_german_scanner_on_a_host_taken_for_american_is_seen_as_damage():
    assert reads(typed("]C1zY", "de"), "us") == [UNTYPED + "C1yZ"]


def test_tab_and_the_enter_of_the_number_pad_end_a_read():
    assert reads(typed("A-1", end=TAB) + typed("A-2", end=KP_ENTER)) == ["A-1", "A-2"]


def test_the_number_pad_types_numbers():
    pad = b"".join(press(NUMBER_PAD[digit]) for digit in "0123456789") + press(83) + press(74)
    assert reads(pad + press(KP_ENTER)) == ["0123456789.-"]
    assert reads(press(83) + press(KP_ENTER), "de") == [","]


def test_both_shifts_held_and_one_let_go_is_still_shift():
    down = report((LEFT_SHIFT, 1), (RIGHT_SHIFT, 1), (LEFT_SHIFT, 0)) + press(A) + report((RIGHT_SHIFT, 0)) + press(A)
    assert reads(down + press(28)) == ["Aa"]


def test_capslock_turns_letters_and_nothing_else():
    assert reads(press(CAPSLOCK) + typed("aB1]") + press(CAPSLOCK) + typed("a")) == ["Ab1]", "a"]
    assert reads(typed("aB1"), is_capslock_on=True) == ["Ab1"]


def test_the_kernels_own_repeats_of_a_key_are_no_keys():
    assert reads(report((A, 1), (A, 2), (A, 2), (A, 0)) + press(28)) == ["a"]


@pytest.mark.parametrize("alt_code", ["029", "0029", "29"])
def test_alt_and_the_number_pad_type_any_character(alt_code):
    alt = report((LEFT_ALT, 1)) + b"".join(press(NUMBER_PAD[digit]) for digit in alt_code) + report((LEFT_ALT, 0))
    assert reads(press(A) + alt + press(B) + press(28)) == ["a\x1db"]


def test_a_letter_under_an_accent_is_that_letter():
    circumflex = press(41)
    assert reads(circumflex + press(A) + press(28), "de") == ["â"]
    assert reads(circumflex + circumflex + press(28), "de") == ["^"]
    assert reads(circumflex + press(2) + press(28), "de") == ["^1"]


def test_a_function_key_stands_for_gs_only_where_the_profile_says_so():
    keys = press(A) + press(F8) + press(B) + press(28)
    assert reads(keys, separators=("f8",)) == ["a\x1db"]
    assert reads(keys) == [f"a{UNTYPED}b"]


def test_a_key_that_types_nothing_damages_the_read_and_does_not_vanish():
    assert reads(press(A) + press(UP) + press(B) + press(28)) == [f"a{UNTYPED}b"]
    assert reads(press(A, LEFT_ALT) + press(28)) == [UNTYPED]


def test_control_letters_go_by_their_letter_and_gs_by_its_place():
    assert reads(press(16, LEFT_CTRL) + press(28), "fr") == ["\x01"]
    assert reads(press(RIGHT_BRACKET, LEFT_CTRL) + press(28), "fr") == ["\x1d"]


def test_events_that_the_kernel_dropped_cut_the_read_and_its_tail_is_no_barcode():
    dropped = event(0, 3, 0) + typed("lost", end=0) + event(0, 0, 0)
    data = typed("good") + typed("beg", end=0) + dropped + typed("end") + typed("next")
    assert reads(data) == ["good", Cut("beg"), "next"]
    assert isinstance(reads(data)[1], Cut)


def test_after_a_gap_the_keys_that_are_down_are_asked_for():
    data = report((LEFT_SHIFT, 1)) + event(0, 3, 0) + event(0, 0, 0) + press(28) + press(A) + press(28)
    assert reads(data)[-1] == "a"
    assert reads(data, held=lambda: (LEFT_SHIFT,))[-1] == "A"


def test_without_terminators_only_a_silence_ends_a_read():
    frames = KeyFrames(Keys(LAYOUTS["us"]), "")
    assert frames.feed(typed("A-1", end=0)) == []
    assert frames.silence() == ["A-1"]
    assert not isinstance(frames.cut(), Cut)


def test_a_read_that_lost_its_end_is_told_as_cut():
    frames = KeyFrames(Keys(LAYOUTS["us"]), "\r")
    frames.feed(typed("A-1", end=0))
    (cut,) = frames.silence()
    assert (cut, type(cut)) == ("A-1", Cut)


def test_keys_without_an_end_keep_memory_flat():
    frames = KeyFrames(Keys(LAYOUTS["us"]), "\r")
    out = [each for _ in range(20) for each in frames.feed(press(A) * 1000)]
    assert [type(each) for each in out] == [Overlong]
    assert len(frames._framer._pending) <= LIMIT_BYTES


@given(st.data())
def test_any_chunks_give_the_same_reads(data):
    layout = data.draw(st.sampled_from(sorted(LAYOUTS)))
    codes = ["]C10109506000134352", "A-03-12", "ORD-2026-000123\x1d21"]
    stream = b"".join(typed(code, layout) for code in codes)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    frames = KeyFrames(Keys(LAYOUTS[layout]), "\r")
    got = [each for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) for each in frames.feed(stream[a:b])]
    assert got == codes


@given(st.binary(max_size=2400))
def test_no_stream_of_events_ends_in_an_exception(data):
    for layout in LAYOUTS:
        frames = KeyFrames(Keys(LAYOUTS[layout]), "\r")
        frames.feed(data)
        frames.silence()


@given(st.lists(st.tuples(st.integers(0, 130), st.integers(0, 2)), max_size=60))
def test_no_mash_of_keys_ends_in_an_exception(keys):
    for layout in LAYOUTS:
        reads(report(*keys), layout)


def test_ctrl_and_altgr_leave_the_text_alone_once_they_are_up():
    assert reads(report((ALTGR, 1), (ALTGR, 0), (LEFT_CTRL, 1), (LEFT_CTRL, 0)) + press(Z) + press(28)) == ["z"]
