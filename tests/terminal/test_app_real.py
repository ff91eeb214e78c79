"""`floorhand terminal` as it is: the real session, journal, serial scanner and screen, with no store in reach."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from orders import barcodes
from orders.barcodes import Kind
from terminal.workflows import acts
from tests.floors import BADGE
from tests.terminal.in_a_pty import in_a_pty
from tests.terminal.offline_device import OfflineDevice
from tests.terminal.offline_device import device as device

SIZES = [(20, 16), (40, 24), (80, 24), (160, 50)]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_offline_a_pick_goes_on_and_a_power_cut_resumes_at_the_same_line(
    device: OfflineDevice, size: tuple[int, int]
) -> None:
    with device.terminal(size) as program:
        program.until(lambda: "Scan your badge" in program.screen)
        program.until(lambda: "OFFLINE" in program.screen)
        device.scan(BADGE)
        program.until(lambda: "1 Pick" in program.screen)
        program.write(b"1")
        program.until(lambda: "> 1_" in program.screen)
        program.write(b"\r")
        program.until(lambda: "Scan an empty tote" in program.screen)
        device.scan(barcodes.encode(Kind.TOTE, "T-01"))
        program.until(lambda: "Scan shelf A-01-1" in program.screen)
        device.scan(barcodes.encode(Kind.LOCATION, "A-02-1"))
        program.until(lambda: "Now at A-02-1" in " ".join(program.screen.split()))
        device.scan(barcodes.encode(Kind.LOCATION, "DROP-1"))
        program.until(lambda: "Wrong shelf" in program.screen)
        program.write(b"\x1b")
        program.until(lambda: "Scan the item" in program.screen)
        program.process.send_signal(signal.SIGKILL)
        program.process.wait()
    with device.terminal(size) as program:
        device.sign_on(program)
        program.until(lambda: all(text in program.screen for text in ("Ada", "Scan the item", "MUG", "T-01")))
        program.process.send_signal(signal.SIGTERM)
        assert program.end() == 0


def test_no_scan_lands_in_a_quantity_box(device: OfflineDevice) -> None:
    with device.terminal() as program:
        program.until(lambda: "Scan your badge" in program.screen)
        device.scan(BADGE)
        program.until(lambda: "1 Pick" in program.screen)
        device.scan(barcodes.encode(Kind.COMMAND, acts.PICK))
        program.until(lambda: "Scan an empty tote" in program.screen)
        device.scan(barcodes.encode(Kind.TOTE, "T-01"))
        program.until(lambda: "Scan shelf A-01-1" in program.screen)
        device.scan(barcodes.encode(Kind.LOCATION, "A-01-1"))
        program.until(lambda: "Scan the item" in program.screen)
        device.scan("]E05012345678900")
        program.until(lambda: "Type how many" in program.screen)
        # At once, slowly as a hand, behind a digit that a hand began with, too short for a burst, and of two fields.
        at_once = ("5012345678900", "3|5012345678900", "12", "2", "5012345678900\t12", "5012345678900\t2", "2\t3")
        for typed, gap in (*((text, 0.0) for text in at_once), ("5012345678900", 0.1)):
            before, _, scanned = typed.rpartition("|")
            program.write(before.encode())
            if before:
                program.until(lambda: "> 3_" in program.screen)
            for character in scanned if gap else [scanned]:
                program.write(character.encode())
                program.read_for(gap)
            program.write(b"\r")
            program.until(lambda: "Esc clears this" in program.screen)
            program.write(b"\x1b")
            program.until(lambda: "Type how many" in program.screen and "Esc clears this" not in program.screen)
        program.write(b"5")
        program.until(lambda: "> 5_" in program.screen)
        program.write(b"\r")
        program.until(lambda: "Scan shelf A-02-1" in program.screen)


def test_acts_reach_the_session_by_two_keys(device: OfflineDevice) -> None:
    with device.terminal((20, 16)) as program:
        program.until(lambda: "Scan your badge" in program.screen)
        device.scan(BADGE)
        program.until(lambda: "1 Pick" in program.screen)
        device.scan(barcodes.encode(Kind.COMMAND, acts.QUEUE))
        program.until(lambda: "rel 1" in program.screen and "1001" in program.screen)
        program.write(b"\x1b[C")
        program.until(lambda: "9 Stop here, menu" in program.screen)
        program.read_for(0.1)  # an arrow and a digit at once came from no hand
        program.write(b"9")
        program.until(lambda: "1 Pick" in program.screen)
        program.write(b"\x1b[C")
        program.until(lambda: "9 Sign off" in program.screen)
        program.read_for(0.1)  # an arrow and a digit at once came from no hand
        program.write(b"9")
        program.until(lambda: "Scan your badge" in program.screen)
        program.write(b"\x1b[C")
        program.until(lambda: "9 Close program" in program.screen)
        program.read_for(0.1)  # an arrow and a digit at once came from no hand
        program.write(b"9")
        assert program.end() == 0


def test_a_second_terminal_on_one_journal_is_told_so_in_one_sentence(device: OfflineDevice) -> None:
    with device.terminal() as first:
        first.until(lambda: "Scan your badge" in first.screen)
        with device.terminal((160, 24)) as second:
            assert second.end() == 2
            assert "Another terminal" in second.screen
            assert "Traceback" not in second.raw.decode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No store is configured"),
        ("[store]\nulr = 'http://a'\n", "did you mean `url`?"),
        (
            "[store]\nurl = 'http://127.0.0.1:9'\n[terminal]\njournal = '{folder}'\n",
            "ask a supervisor for a one-time code",
        ),
    ],
)
def test_what_is_missing_is_said_before_the_screen_opens(tmp_path: Path, text: str, said: str) -> None:
    config = tmp_path / "floorhand.toml"
    config.write_text(text.replace("{folder}", str(tmp_path / "state")))
    with in_a_pty(["-m", "floorhand", "--config", str(config), "terminal"], size=(200, 24)) as program:
        assert program.end() == 2
        assert said in program.screen
        assert b"\x1b[?1049h" not in program.raw


def test_a_printer_that_cannot_be_is_said_with_its_key(device: OfflineDevice) -> None:
    device.config.write_text(device.config.read_text() + "dots_per_inch = 72\n")
    with device.terminal((200, 24)) as program:
        assert program.end() == 2
        assert "printer.folder" in program.screen
        assert "dots_per_inch" in program.screen


def test_enrolment_without_a_store_keeps_the_code_good(device: OfflineDevice) -> None:
    words = ["-m", "floorhand", "--config", str(device.config), "terminal", "--enrol", "CODE", "--name", "T9"]
    with in_a_pty(words, size=(200, 24)) as program:
        assert program.end() == 2
        assert "the code may still be good" in program.screen
