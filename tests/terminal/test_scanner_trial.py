"""The self-test's screen: what a read and a key do, what is seen at every size, and the ears on a real pty."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orders.barcodes import Kind, encode
from scanners.port_list import SerialPort
from terminal import config
from terminal.scanner_test.capture import Capture, LineSettings
from terminal.scanner_test.ears import Ears, PortNews
from terminal.scanner_test.findings import Weight
from terminal.scanner_test.trial import Page
from terminal.scanner_test.view import TrialView
from terminal.workflows import acts
from tests.terminal.scanner_ports import Heard, a_port, next_of
from tests.terminal.scanner_reads import PORT, WHOLE, keyed, moved, sent
from tests.terminal.trial_bench import Bench

SIZES = [(20, 16), (40, 24), (80, 24), (160, 50)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "floorhand.toml")
    yield made
    made.log.close()


def enter(bench: Bench) -> None:
    bench.trial.take(keyed("\r"))


def test_a_good_scanner_is_written_into_the_config_on_the_second_enter(bench: Bench) -> None:
    bench.trial.take(keyed(WHOLE + "\r"))
    assert "This scanner fits" in bench.seen()
    enter(bench)
    assert bench.trial.page is Page.LINES and '+name = "wedge"' in bench.seen() and not bench.path.exists()
    enter(bench)
    assert "Written to" in bench.seen(120)
    assert [(each.kind, each.aim) for each in config.read(bench.path).scanners] == [("wedge", True)]
    enter(bench)
    assert "says all this already" in bench.seen()


def test_lines_that_nobody_agrees_to_are_not_written(bench: Bench) -> None:
    bench.trial.take(keyed(WHOLE + "\r"))
    enter(bench)
    bench.trial.key("escape")
    assert bench.trial.page is Page.RESULT and not bench.trial.is_closed
    enter(bench)
    bench.trial.take(keyed(moved("US", "German") + "\r"))  # another scan takes the lines away as well
    enter(bench)
    enter(bench)
    assert not bench.path.exists()


def test_a_hand_that_presses_enter_twice_at_once_goes_on_one_page(bench: Bench) -> None:
    bench.trial.take(keyed(WHOLE + "\r"))
    bench.trial.take(keyed("\r\r"))
    assert bench.trial.page is Page.LINES


def test_a_scanner_with_a_fault_is_never_written(bench: Bench) -> None:
    bench.trial.take(keyed(moved("US", "French") + "\r"))
    assert "set on the scanner" in bench.seen() and "Enter" not in bench.seen().splitlines()[-1]
    enter(bench)
    assert bench.trial.page is Page.RESULT and not bench.path.exists()


def test_another_code_and_a_hand_are_told_what_to_scan(bench: Bench) -> None:
    bench.trial.take(keyed("5012345678900\r"))
    assert "another code, 5012345678900" in bench.seen()
    bench.trial.take(keyed("q"))
    assert "Somebody typed q" in bench.seen()
    bench.trial.take(keyed(encode(Kind.BADGE, "ANN-4711") + "\r"))
    assert "4711" not in bench.seen()
    bench.trial.key("right")
    assert "4711" not in bench.seen() and b"4711".hex(" ") not in bench.seen()


def test_noise_on_a_port_makes_it_listen_at_the_next_speed(bench: Bench) -> None:
    bench.trial.take(sent(bytes([0x80, 0xF8, 0x00, 0x78, 0xFE])))
    assert bench.retuned == [(PORT.port, LineSettings(115_200))]
    assert "115200" in bench.seen(120)
    bench.trial.take(sent(bytes([0x80, 0xF8, 0x00, 0x78, 0xFE]), LineSettings(2400)))
    assert bench.retuned[-1][1] == LineSettings(9600)


def test_command_barcodes_drive_the_screen_where_there_is_no_keyboard(bench: Bench) -> None:
    yes, no = (encode(Kind.COMMAND, name) + "\r" for name in (acts.YES, acts.NO))
    bench.trial.take(sent(WHOLE + "\r"))
    bench.trial.take(sent("]C0" + yes))
    assert bench.trial.page is Page.LINES
    bench.trial.take(keyed(yes))
    assert config.read(bench.path).scanners[0].port == PORT.port
    bench.trial.take(sent(no))
    assert bench.trial.is_closed


def test_the_raw_page_shows_signs_bytes_outcome_and_time_and_exports_the_log(bench: Bench, tmp_path: Path) -> None:
    bench.trial.take(sent("]C10112345678901231\x1d\r"))
    bench.trial.key("right")
    seen = bench.seen()
    assert "12:00:00.000" in seen and "]C10112345678901231<GS><CR>" in seen
    assert "31 1d 0d" in seen and "gs1-128 gtin (01)" in seen
    enter(bench)
    (written,) = (tmp_path / "out").iterdir()
    assert "]C10112345678901231" in written.read_text()
    assert str(written) in bench.seen(200)
    bench.trial.take(sent("AFTER\r"))
    enter(bench)
    assert "AFTER" in written.read_text()
    bench.trial.key("left")
    assert bench.trial.page is Page.RESULT
    bench.trial.key("escape")
    assert bench.trial.is_closed


def test_a_port_that_fails_says_what_to_do(bench: Bench) -> None:
    bench.trial.take_news(PortNews("/dev/ttyACM0", "Scanner", LineSettings()))
    bench.trial.take_news(PortNews("/dev/ttyACM1", fault="/dev/ttyACM1 is not there: plug the scanner in"))
    assert "/dev/ttyACM0 at 9600 8N1 (Scanner)" in bench.seen()
    assert "plug the scanner in" in bench.seen()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("page", ["waiting", "good", "faulty", "raw", "lines"])
def test_everything_can_be_read_at_every_size(bench: Bench, size: tuple[int, int], page: str) -> None:
    trial = bench.trial
    trial.take_news(PortNews("/dev/serial/by-id/usb-Example_Barcode_Scanner_0815-if00", "Example", LineSettings()))
    if page != "waiting":
        trial.take(keyed((moved("US", "German") if page == "faulty" else WHOLE) + "\r"))
    if page in ("raw", "lines"):
        trial.key("right" if page == "raw" else "enter")
    words: list[str] = []
    for _ in range(200):
        rows = TrialView(trial).lines(*size)
        assert len(rows) == size[1]
        assert all(len(row.text) <= size[0] for row in rows)
        words += " ".join(row.text for row in rows[1:-1]).split()
        before = trial.top
        trial.key("down")
        TrialView(trial).lines(*size)
        if trial.top == before:
            break
    text = "".join(words)
    told = {
        "waiting": ["Scanthetestcard"],
        "good": [each.sentence for each in trial.report],
        "faulty": [each.sentence for each in trial.report],
        "raw": ["testcard"],
        "lines": ['+aim="true"'.replace('"', "")],
    }[page]
    for sentence in told:
        assert set(sentence.split()) <= set(words) or sentence.replace(" ", "") in text
    assert (page == "faulty") == any(each.weight is Weight.FAULT for each in trial.report)


# The ears


@contextmanager
def listening(*ports: str, find: list[SerialPort] | None = None) -> Iterator[tuple[Ears, Heard]]:
    heard: Heard = queue.Queue()
    ears = Ears(heard.put, known=dict.fromkeys(ports, LineSettings()), find=lambda: find or [])
    ears.start()
    try:
        yield ears, heard
    finally:
        ears.stop()


def test_a_named_port_and_a_port_that_is_found_are_both_heard() -> None:
    with a_port() as (one, first), a_port() as (other, second):
        found = [SerialPort(second, second, "Scanner"), SerialPort(first, first, "")]
        with listening(first, find=found) as (_, heard):
            news = [next_of(heard, PortNews), next_of(heard, PortNews)]
            assert {(each.path, each.what) for each in news if isinstance(each, PortNews)} == {
                (first, ""),
                (second, "Scanner"),
            }
            for master, path in ((one, first), (other, second)):
                os.write(master, WHOLE.encode() + b"\r\n")
                capture = next_of(heard, Capture)
                assert isinstance(capture, Capture)
                assert (capture.source.port, capture.text) == (path, WHOLE + "\r\n")


def test_another_speed_takes_effect_while_it_listens() -> None:
    with a_port() as (master, path), listening(path) as (ears, heard):
        next_of(heard, PortNews)
        ears.retune(path, LineSettings(115_200))
        news = next_of(heard, PortNews)
        assert isinstance(news, PortNews) and news.settings == LineSettings(115_200)
        os.write(master, b"ABC\r")
        capture = next_of(heard, Capture)
        assert isinstance(capture, Capture) and capture.source.settings.baud == 115_200


def test_an_absent_port_and_a_held_one_say_what_to_do(tmp_path: Path) -> None:
    with a_port() as (_, path), listening(path) as (_, first):
        next_of(first, PortNews)
        with listening(path, str(tmp_path / "ttyACM0")) as (_, heard):
            faults = {next_of(heard, PortNews), next_of(heard, PortNews)}
            said = " ".join(each.fault for each in faults if isinstance(each, PortNews))
            assert "held by another program" in said and "plug the scanner in" in said
