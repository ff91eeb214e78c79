"""Recorded reports of HID-POS scanners -> reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.framing import LIMIT_BYTES, Overlong
from scanners.hid_pos import USUAL, NoScanner, PosReports, pos_layout
from scanners.key_events import Cut

# A scanner as most are: id 2, byte count, AIM id, 56 bytes, the maker's own two, "more follows".
COMMON = bytes.fromhex(
    "058c 0902 a101 8502 0912 a102 1500 26ff00 7508 9501 0501 093b 8102 9503 058c 09fb 09fc 09fd 8102"
    "9538 09fe 820201 0666ff 9502 0904 0900 8102 058c 2501 7501 9501 09ff 8102 7507 9501 8103 c0 c0".replace(" ", "")
)
# No byte count, each AIM character a field of its own, no report id: data are filled up with NUL.
UNCOUNTED = bytes.fromhex(
    "058c 0902 a101 1500 26ff00 7508 9501 09fb 8102 09fc 8102 09fd 8102 9510 09fe 820201"
    "7501 9501 2501 09ff 8102 7507 8103 c0".replace(" ", "")
)
KEYBOARD = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810195067508150026ff00050719002aff008100c0"
)


def report(data: bytes, aim: bytes = b"]C1", *, more: bool = False, count: int | None = None) -> bytes:
    length = len(data) if count is None else count
    return bytes((2, length)) + aim + data.ljust(56, b"\0") + b"\0\0" + bytes((more,))


def reads(*reports: bytes, layout=USUAL, terminators: str = "\r\n\t", prefix: str = "\x02"):
    pos = PosReports(layout, terminators, prefix)
    return [read for each in reports for read in pos.feed(each)]


def test_the_usual_layout_is_that_of_a_common_scanners_descriptor():
    assert pos_layout(COMMON) == USUAL


def test_a_read_comes_with_its_aim_id_and_its_gs():
    assert reads(report(b"010950600013435210AB\x1d21X9")) == [b"]C1010950600013435210AB\x1d21X9"]


def test_a_long_read_spans_reports_and_has_its_aim_id_once():
    data = bytes(range(33, 127)) + b"tail"
    parts = [data[:56], data[56:]]
    assert reads(report(parts[0], b"]Q1", more=True), report(parts[1], b"]Q1")) == [b"]Q1" + data]


def test_the_suffix_and_prefix_of_the_set_up_belong_to_no_read():
    assert reads(report(b"\x02A-03-12\r\n", b"]C0")) == [b"]C0A-03-12"]


def test_an_aim_id_that_is_sent_twice_counts_once():
    assert reads(report(b"]C0A-1", b"]C0")) == [b"]C0A-1"]


def test_a_scanner_that_knows_no_symbology_sends_text():
    assert reads(report(b"A-1", b"\0\0\0")) == [b"A-1"]


def test_without_a_byte_count_the_data_end_before_the_filling():
    layout = pos_layout(UNCOUNTED)
    assert (layout.report, layout.byte_count) == (None, None)
    first, second = b"]C0" + b"x" * 16 + b"\1", b"]C0" + b"yz".ljust(16, b"\0") + b"\0"
    assert reads(first, second, layout=layout) == [b"]C0" + b"x" * 16 + b"yz"]


def test_other_reports_of_the_device_are_nothing():
    assert reads(b"\x03\x01", report(b"A-1", b"]C0")) == [b"]C0A-1"]


def test_a_read_whose_rest_never_came_is_told_and_not_joined_to_the_next():
    out = reads(report(b"A" * 56, b"]Q1", more=True), report(b"B-1", b"]C0"))
    assert [type(each) for each in out] == [Cut, bytes]
    assert out == ["]Q1" + "A" * 56, b"]C0B-1"]
    pos = PosReports(USUAL, "\r", "")
    pos.feed(report(b"A" * 56, more=True))
    assert [type(each) for each in pos.silence()] == [Cut]
    assert pos.silence() == []


@pytest.mark.parametrize("broken", [b"\x02", b"\x02\x05]C", report(b"A-1", count=57)[:64]])
def test_a_report_that_is_not_whole_is_told(broken):
    assert [type(each) for each in reads(broken)] == [Cut]


def test_an_empty_report_is_nothing():
    assert reads(report(b""), report(b"\r")) == []


def test_reports_that_never_end_are_told_once_and_keep_memory_flat():
    pos = PosReports(USUAL, "\r", "")
    out = [read for _ in range(1000) for read in pos.feed(report(b"x" * 56, more=True))]
    assert [type(each) for each in out] == [Overlong]
    assert len(pos._data) <= LIMIT_BYTES
    assert pos.feed(report(b"end")) == []
    assert pos.feed(report(b"A-1", b"]C0")) == [b"]C0A-1"]


def test_a_keyboard_is_no_scanner():
    with pytest.raises(NoScanner, match="0x8C"):
        pos_layout(KEYBOARD)


def test_a_descriptor_with_pushed_state_and_a_long_usage_is_read():
    wide = bytes.fromhex("058c0902a1018502a4750826ff009501b40bfe008c00750895038102c0")
    layout = pos_layout(wide)
    assert (layout.data.at, layout.data.bits, layout.aim) == (8, 24, ())
    assert reads(b"\x02A-1", layout=layout) == [b"A-1"]


def test_fields_that_start_inside_of_a_byte_are_read():
    # "more follows" comes first, as one bit, and the data right behind it.
    crooked = bytes.fromhex("058c0902a10115002501750195010 9ff8102750826ff00950309fe8102c0".replace(" ", ""))
    layout = pos_layout(crooked)
    assert layout.data.at == 1
    assert reads((int.from_bytes(b"A-1", "little") << 1).to_bytes(4, "little"), layout=layout) == [b"A-1"]


def test_a_descriptor_that_describes_monsters_is_refused():
    with pytest.raises(NoScanner, match="too long"):
        pos_layout(bytes.fromhex("058c09fe7508 97ffffff7f 8102".replace(" ", "")))


@given(st.binary(max_size=200))
def test_no_descriptor_ends_in_another_exception(descriptor):
    try:
        layout = pos_layout(descriptor)
    except NoScanner:
        return
    reads(b"\x02" + bytes(63), bytes(70), layout=layout)


@given(st.lists(st.binary(max_size=70), max_size=20))
def test_no_reports_end_in_an_exception(reports):
    for layout in (USUAL, pos_layout(UNCOUNTED)):
        pos = PosReports(layout, "\r", "\x02")
        for each in reports:
            pos.feed(each)
        pos.silence()
