"""The real driver in a real pseudo-terminal: scans at any speed, keys of a hand, and pastes."""

from __future__ import annotations

import errno
import inspect
import os
import signal
import termios
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from terminal.driver import FloorDriver
from terminal.messages import ScanBurst
from tests.terminal.in_a_pty import InPty, in_a_pty
from tests.terminal.looking import ScriptedSession, an_app

GS = b"\x1d"
PASTE = b"\x1b[200~%s\x1b[201~"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[InPty]:
    """The app over a scripted session, signed on to its first pick."""
    with in_a_pty(["-m", "tests.terminal.looking", "{tell}", str(tmp_path)]) as program:
        program.until(lambda: "Scan your badge" in program.screen)
        yield program


def test_fifty_scans_at_full_speed_arrive_whole_and_in_order(running: InPty) -> None:
    scans = [b"]C1010950600013435210LOT" + GS + b"21%05d" % number for number in range(50)]
    running.write(b"\r".join(scans) + b"\r")
    running.until(lambda: len(running.told) == 50)
    assert running.told == [repr(scan.decode()[3:]) for scan in scans]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t"])
def test_a_scan_may_end_as_scanners_end(running: InPty, end: bytes) -> None:
    running.write(b"FIRST-SCAN" + end)
    running.until(lambda: len(running.told) == 1)
    running.write(b"SECOND-SCAN" + end)
    running.until(lambda: len(running.told) == 2)
    assert running.told == ["'FIRST-SCAN'", "'SECOND-SCAN'"]


def test_a_paste_of_three_scans_is_three_scans(running: InPty) -> None:
    running.write(PASTE % b"FHL-A-03-12\rABC123\r\nABC124")
    running.until(lambda: len(running.told) == 3)
    assert running.told == ["'FHL-A-03-12'", "'ABC123'", "'ABC124'"]


@pytest.mark.parametrize("key", [b"\x11", b"\x10", b"\x1a", b"\x0f", b"\x1d"])
def test_a_control_key_inside_a_scan_does_nothing_but_spoil_it(running: InPty, key: bytes) -> None:
    running.write(b"ABC" + key + b"DEF\r")
    running.until(lambda: "NO" in running.screen or "▀" in running.screen)
    running.write(b"AFTERWARDS\r")
    running.until(lambda: running.told[-1:] == ["'AFTERWARDS'"])
    assert running.process.poll() is None


def test_a_scanner_that_types_slowly_is_gathered_until_its_end(running: InPty) -> None:
    for place in range(7):
        running.write(b"SLOW-42"[place : place + 1])
        running.read_for(0.1)
    assert running.told == []
    running.write(b"\r")
    running.until(lambda: running.told == ["'SLOW-42'"])


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\t"])
def test_a_scanner_that_types_slowly_over_the_palette_chooses_nothing(running: InPty, end: bytes) -> None:
    running.write(b"\x10")
    running.until(lambda: "Close program" in running.screen)
    for place in range(7):
        running.write(b"SLOW-42"[place : place + 1])
        running.read_for(0.1)
    assert "SLOW-42" in running.screen
    running.write(end)
    running.until(lambda: running.told == ["'SLOW-42'"])
    running.until(lambda: "Close program" not in running.screen)


def test_a_burst_over_the_palette_closes_it_and_is_judged(running: InPty) -> None:
    running.write(b"\x10")
    running.until(lambda: "Close program" in running.screen)
    running.write(b"FHL-A-03-12\r")
    running.until(lambda: running.told == ["'FHL-A-03-12'"])
    running.until(lambda: "Close program" not in running.screen)


def test_a_function_key_may_stand_for_gs(tmp_path: Path) -> None:
    with in_a_pty(["-m", "tests.terminal.looking", "{tell}", str(tmp_path), "F8"]) as program:
        program.until(lambda: "Scan your badge" in program.screen)
        program.write(b"]C110AB\x1b[19~21X\r")
        program.until(lambda: len(program.told) == 1)
        assert program.told == [repr("10AB\x1d21X")]
        program.write(b"\x1b[19~")
        program.read_for(0.1)  # a hand
        program.write(b"AB-12\r")
        program.until(lambda: len(program.told) == 2)


def test_a_lone_key_is_seen_at_once_and_waits_for_nothing(running: InPty) -> None:
    running.write(b"7")
    running.until(lambda: "> 7_" in running.screen)
    running.write(b"\x7f")
    running.until(lambda: "> Scan" in running.screen)
    assert running.told == []


def test_the_enter_of_a_scan_chooses_nothing_on_an_open_list(running: InPty) -> None:
    running.write(b"1")
    running.until(lambda: "> 1_" in running.screen)
    running.write(b"\r")
    running.until(lambda: "PICK 536365" in running.screen)
    running.write(b"\x1b[C")
    running.until(lambda: "3 Short: damaged" in running.screen)
    running.read_for(0.1)  # nobody presses an arrow and pulls the trigger at one moment
    running.write(b"FHL-A-03-12\r\n")
    running.until(lambda: running.told == ["'1'", "'FHL-A-03-12'"])
    running.read_for(0.5)
    assert running.told == ["'1'", "'FHL-A-03-12'"]


def test_a_digit_on_the_list_is_chosen_by_a_hand(running: InPty) -> None:
    running.write(b"1")
    running.until(lambda: "> 1_" in running.screen)
    running.write(b"\r")
    running.until(lambda: "PICK 536365" in running.screen)
    running.write(b"\x1b[C")
    running.until(lambda: "3 Short: damaged" in running.screen)
    running.write(b"3")
    running.until(lambda: running.told[-1:] == ["'SHORT-DAMAGED'"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_closing_window_ends_the_program_and_restores_the_terminal(running: InPty, number: signal.Signals) -> None:
    assert not running.flags() & termios.ECHO
    running.process.send_signal(number)
    assert running.end() == 0
    assert running.flags() & termios.ECHO
    assert b"\x1b[?1049l" in running.raw


def test_a_lost_connection_ends_the_program_quietly(running: InPty, tmp_path: Path) -> None:
    assert running.hang_up() == 0
    assert list(tmp_path.iterdir()) == []


def test_the_driver_stands_on_hooks_that_textual_still_has() -> None:
    # Each is private or undocumented: when one goes, FloorDriver has to be written anew.
    assert "self.run_input_thread()" in inspect.getsource(LinuxDriver._run_input_thread)
    assert "self.exit_event.set()" in inspect.getsource(LinuxDriver.disable_input)
    assert {"fileno", "exit_event"} <= set(LinuxDriver.__init__.__code__.co_names)
    assert {"_app", "_loop", "_debug"} <= set(Driver.__init__.__code__.co_names)
    assert "self.send_message(message)" in inspect.getsource(Driver.process_message)
    assert "run_coroutine_threadsafe" in inspect.getsource(Driver.send_message)
    for method in (LinuxDriver.__init__, LinuxDriver.process_message, LinuxDriver.run_input_thread):
        assert inspect.signature(method).parameters.keys() == (
            inspect.signature(getattr(FloorDriver, method.__name__)).parameters.keys()
        )


def test_the_parser_still_names_keys_as_the_wedge_knows_them() -> None:
    def keys(data: str) -> list[tuple[str, str | None]]:
        return [(each.key, each.character) for each in XTermParser().feed(data) if isinstance(each, events.Key)]

    assert keys("a]\r\n\t") == [
        ("a", "a"),
        ("right_square_bracket", "]"),
        ("enter", "\r"),
        ("ctrl+j", "\n"),
        ("tab", "\t"),
    ]
    assert keys("\x1d\x11") == [("ctrl+right_square_bracket", "\x1d"), ("ctrl+q", "\x11")]
    pasted = [each for each in XTermParser().feed("\x1b[200~a\rb\x1b[201~") if isinstance(each, events.Paste)]
    assert [each.text for each in pasted] == ["a\rb"]


async def test_a_thread_that_is_late_takes_what_lay_ready_as_one_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count(1)  # each look at the clock finds it far on: somebody else held the processor
    monkeypatch.setattr("terminal.driver.monotonic", lambda: next(ticks) * 0.5)
    monkeypatch.setattr("terminal.driver._AT_ONCE_BYTES", 2)
    driver = FloorDriver(an_app(ScriptedSession()))
    came: list[object] = []
    monkeypatch.setattr(driver, "send_message", came.append)
    driver.fileno, writing = os.pipe()
    try:
        os.write(writing, b"]C0ABC-1\r]C0ABC-2\r")
        os.close(writing)
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):  # all was read, and the terminal is gone
            driver._read_keys()
    finally:
        os.close(driver.fileno)
    assert [each.text for each in came if isinstance(each, ScanBurst)] == ["]C0ABC-1", "]C0ABC-2"]
    assert len(came) == 2
