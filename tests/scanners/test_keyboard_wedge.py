"""Keys as the terminal library names them, at the times of scanners and of hands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from scanners.keyboard_wedge import Burst, Wedge, split_paste
from scanners.parse import parse
from scanners.profile import ScannerProfile

FAST = 0.0004  # 2,900 keys a second, less the rounding
SLOW = 0.1
GS1 = "]C101095060001343521726123110ABC123\x1d21S-77"


class Desk:
    """A terminal with a wedge in front: what is typed into it, and what came out, in order."""

    def __init__(self, **settings) -> None:
        self.profile = ScannerProfile("keys", kind="wedge", **settings)
        self.wedge: Wedge[events.Key] = Wedge(self.profile)
        self.now = 100.0
        self.out: list[Burst | events.Key] = []

    def sends(self, text: str, gap: float = FAST) -> "Desk":
        for event in XTermParser().feed(text):
            if isinstance(event, events.Paste):
                self.out += self.wedge.paste(event.text, self.now)
            elif isinstance(event, events.Key):
                self.key(event, gap)
        return self

    def key(self, event: events.Key, gap: float = FAST) -> "Desk":
        self.pause(gap)
        self.out += self.wedge.key(event, event.key, event.character, self.now)
        return self

    def pause(self, seconds: float) -> "Desk":
        """Time passes, and the driver's timer rings when keys are due."""
        due = self.wedge.deadline
        if due is not None and due < self.now + seconds:
            self.out += self.wedge.flush(due + 1e-6)
        self.now += seconds
        return self

    @property
    def story(self) -> list[str | Burst]:
        return [item if isinstance(item, Burst) else item.key for item in self.out]


@pytest.mark.parametrize("end", ["\r", "\t", "\n", "\r\n"])
def test_a_burst_is_one_scan_whatever_its_suffix(end):
    assert Desk().sends(f"A-03-12{end}").pause(2).story == [Burst("A-03-12")]


def test_fifty_scans_at_full_speed_are_fifty():
    codes = [f"]C0ORD-2026-{n:06d}" for n in range(50)]
    assert Desk().sends("".join(f"{code}\r" for code in codes)).story == [Burst(code) for code in codes]


def test_gs_survives_to_the_serial_number():
    desk = Desk().sends(f"{GS1}\r")
    assert desk.story == [Burst(GS1)]
    scan = parse(desk.out[0].text, desk.profile, "keys", desk.now)
    assert (scan.lot, scan.serial) == ("ABC123", "S-77")


def test_gs_survives_where_the_terminal_gives_no_character():
    desk = Desk().sends("]C110AB")
    desk.key(events.Key("ctrl+right_square_bracket", None)).sends("21X\r")
    assert desk.story == [Burst("]C110AB\x1d21X")]


def test_a_function_key_stands_for_gs_inside_of_a_read_only():
    desk = Desk(separators=("F8",)).sends("]C110AB")
    desk.key(events.Key("f8", None)).sends("21X\r").pause(1)
    desk.key(events.Key("f8", None))
    assert desk.story == [Burst("]C110AB\x1d21X"), "f8"]
    desk = Desk().sends("]C110AB")
    assert desk.key(events.Key("f8", None)).sends("21X\r").story[0] == Burst("]C110AB", complete=False)


def test_modifier_keys_of_their_own_do_not_break_a_burst():
    desk = Desk()
    for letter in "ABCDE":
        desk.key(events.Key("left_shift", None)).key(events.Key(letter, letter))
    assert desk.sends("\r").story == ["left_shift", Burst("ABCDE")]


def test_control_keys_in_a_burst_do_not_leak():
    assert Desk().sends("\x11A-0\x11\x103\x1712\r").pause(2).story == [Burst("\x11A-0\x11\x103\x1712")]


def test_control_keys_of_a_burst_without_end_do_not_leak_either():
    desk = Desk().sends("A-03\x11-12").pause(2)
    assert desk.story == [Burst("A-03\x11-12", complete=False)]


def test_a_lone_control_key_is_let_through_soon():
    desk = Desk().sends("\x11")
    assert desk.wedge.deadline == pytest.approx(desk.now + 0.03)
    assert desk.pause(0.05).story == ["ctrl+q"]
    assert desk.wedge.deadline is None


def test_typed_keys_come_through_one_by_one_and_in_order():
    assert Desk().sends("12345\r", gap=0.12).story == ["1", "2", "3", "4", "5", "enter"]
    assert Desk().sends("a1 \r", gap=0.12).story == ["a", "1", "space", "enter"]


def test_a_few_fast_characters_are_no_scan():
    assert Desk().sends("123\r").story == ["1", "2", "3", "enter"]


def _without_acts(keys: str) -> str:
    return keys.replace("^", "").replace("!", "")


@pytest.mark.parametrize("special", ["\x1b[C", "\x1b[A", "\x1bOP", "\x1b[3~", "\x7f"])
def test_a_special_key_inside_of_a_read_is_no_act_and_spoils_it(special):
    desk = Desk().sends(f"A-03-{special}12345\r").pause(1.5).sends("A-03-12\r")
    assert desk.story == [Burst("A-03-", complete=False), Burst("12345", complete=False), Burst("A-03-12")]


def test_a_read_that_begins_with_a_special_key_is_no_barcode_and_its_end_chooses_nothing():
    assert Desk().sends("\x1b[CA-03-12\r").story == ["right", Burst("A-03-12", complete=False)]
    assert Desk().sends("\x1b[C1\r").story == ["right", Burst("1", complete=False)]
    assert Desk().sends("\x1b[C\r").story == ["right"]


@pytest.mark.parametrize("text", ["\x10\r", "\x11\r", "\x10cl\r", "c\x11", "\x1d7\r"])
def test_a_short_read_with_a_control_key_presses_nothing(text):
    assert Desk().sends(text).pause(2).story == [Burst(text.rstrip("\r"), complete=False)]


def test_a_hand_on_a_control_key_is_let_through():
    assert Desk().sends("\x10").pause(1).sends("\x11").pause(1).story == ["ctrl+p", "ctrl+q"]


def test_a_hand_on_an_arrow_and_a_digit_is_let_through():
    assert Desk().sends("\x1b[C1").pause(1).sends("\r").story == ["right", "1", "enter"]
    assert Desk().sends("\x1b[B").sends("\r", gap=0.1).story == ["down", "enter"]
    assert Desk().sends("\x1b[B\x1b[B\x1b[B", gap=0.1).story == ["down", "down", "down"]


def test_what_the_terminal_says_itself_inside_of_a_read_spoils_it():
    desk = Desk().sends("A-03-")
    desk.out += desk.wedge.interrupt(desk.now)
    assert desk.sends("12345\r").story == [Burst("A-03-", complete=False), Burst("12345", complete=False)]


def test_keys_that_no_barcode_holds_come_at_once_and_behind_what_was_held():
    assert Desk().sends("1\x1b[B").story == ["1", "down"]
    assert Desk().key(events.Key("backspace", "\x7f")).story == ["backspace"]
    assert Desk().key(events.Key("escape", "\x1b")).story == ["escape"]
    assert Desk().sends("\r").story == ["enter"]
    assert Desk().key(events.Key("alt+a", "a")).story == ["alt+a"]


def test_a_slow_wedge_looks_like_typing():
    assert Desk().sends("A-03-12\r", gap=SLOW).story == ["A", "minus", "0", "3", "minus", "1", "2", "enter"]


def test_a_prefix_makes_a_slow_wedge_a_scanner():
    desk = Desk(prefix="~").sends(f"~{GS1}\r\n" * 50, gap=SLOW).pause(2)
    assert desk.story == [Burst(f"~{GS1}")] * 50
    assert parse(desk.out[0].text, desk.profile, "keys", 0.0).serial == "S-77"


def test_a_prefixed_read_may_be_short_and_may_break_off():
    assert Desk(prefix="~~").sends("~~7\r").story == [Burst("~~7")]
    assert Desk(prefix="~~").sends("~~A-0", gap=SLOW).pause(2).story == [Burst("~~A-0", complete=False)]
    assert Desk(prefix="~~").sends("~").pause(2).story == ["tilde"]


def test_an_enter_right_after_a_scan_is_swallowed_and_a_later_one_is_not():
    assert Desk().sends("A-03-12\r").sends("\r", gap=0.2).story == [Burst("A-03-12")]
    assert Desk().sends("A-03-12\r").sends("\r", gap=0.3).story == [Burst("A-03-12"), "enter"]


def test_a_short_stutter_does_not_break_a_burst():
    assert Desk().sends("A-03").pause(0.2).sends("-12\r").story == [Burst("A-03-12")]


def test_a_stall_never_makes_a_barcode_of_a_second_half():
    desk = Desk().sends("59012").pause(0.6).sends("34123457\r")
    assert desk.story == [*"59012", *"34123457", "enter"]
    desk = Desk().sends("59").pause(0.05).sends("01234123457\r")
    assert desk.story == [*"59", *"01234123457", "enter"]
    desk = Desk().sends("]C110AB\x1d").pause(0.6).sends("21XYZW\r").pause(2).sends("A-03-12\r")
    assert desk.story == [Burst("]C110AB\x1d", complete=False), Burst("21XYZW", complete=False), Burst("A-03-12")]


def test_the_end_of_a_broken_read_confirms_nothing():
    desk = Desk().sends("]C110AB\x1d").pause(0.6).sends("\r").sends("A-03-12\r")
    assert desk.story == [Burst("]C110AB\x1d", complete=False), Burst("A-03-12")]


def test_without_a_suffix_a_silence_ends_a_burst():
    desk = Desk(terminators="", silence_ms=80).sends("A-03-12").pause(0.1).sends("A-03-13").pause(0.1)
    assert desk.story == [Burst("A-03-12"), Burst("A-03-13")]
    assert Desk(terminators="").sends("A-03-12\r").story == [Burst("A-03-12"), "enter"]


def test_a_paste_with_three_scans_gives_three_behind_what_was_typed():
    desk = Desk().sends("7").sends(f"\x1b[200~A-03-12\r\n{GS1}\r9506000134352\x1b[201~").pause(2)
    assert desk.story == ["7", Burst("A-03-12"), Burst(GS1), Burst("9506000134352")]


def test_an_enter_right_after_a_paste_confirms_nothing():
    assert Desk().sends("\x1b[200~A-03-12\x1b[201~").sends("\r").story == [Burst("A-03-12")]


def test_a_paste_is_split_at_the_profiles_ends():
    assert split_paste("a\r\nb\tc\x03\x02d\n\n") == ["a", "b", "c", "d"]
    assert split_paste("a\tb\rc", "\r") == ["a\tb", "c"]
    assert split_paste("a\tb", "") == ["a\tb"]
    assert split_paste("\r\n") == []


def test_a_stuck_key_does_not_fill_memory():
    desk = Desk()
    desk.sends("x" * 10_000)
    assert [len(burst.text) for burst in desk.out] == [4097, 4097]
    assert not any(burst.complete for burst in desk.out)


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "7", "\x11", "\x1d", "\r", "\n", "\x1b[A", "\x7f", "~"]),
                  st.sampled_from([FAST, 0.02, 0.05, 0.2, 0.4, 1.2])),
        max_size=40,
    ),
    st.sampled_from(["\x02", "~"]),
)  # fmt: skip
def test_nothing_that_was_typed_is_lost_or_comes_twice(keys, prefix):
    desk = Desk(prefix=prefix)
    for text, gap in keys:
        desk.sends(text, gap)
    desk.pause(5)
    came = "".join(item.text if isinstance(item, Burst) else f"<{item.key}>" for item in desk.out)
    for name, text in {"<ctrl+q>": "\x11", "<ctrl+right_square_bracket>": "\x1d", "<tilde>": "~",
                       "<a>": "a", "<7>": "7", "<up>": "^", "<backspace>": "!"}.items():  # fmt: skip
        came = came.replace(name, text)
    came = came.replace("<enter>", "").replace("<ctrl+j>", "")
    sent = "".join(text for text, _ in keys).replace("\r", "").replace("\n", "")
    assert _without_acts(came) == _without_acts(sent.replace("\x1b[A", "^").replace("\x7f", "!"))
    assert desk.wedge.deadline is None
