"""`floorhand scanner` and the screen inside of the terminal, each in a real pseudo-terminal; the card on paper."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from floorhand import main
from terminal import config
from terminal.raw_log import FILE
from tests.terminal.in_a_pty import InPty, in_a_pty
from tests.terminal.offline_device import OfflineDevice
from tests.terminal.offline_device import device as device
from tests.terminal.scanner_ports import a_port
from tests.terminal.scanner_reads import WHOLE, moved


@pytest.fixture
def pistol() -> Iterator[tuple[int, str]]:
    with a_port() as port:
        yield port


@pytest.fixture
def machine(tmp_path: Path, pistol: tuple[int, str]) -> Path:
    path = tmp_path / "floorhand.toml"
    path.write_text(f'# bench 1\n[terminal]\njournal = "{tmp_path / "state"}"\n')
    return path


def see(program: InPty, *texts: str) -> None:
    program.until(lambda: all(text in program.screen for text in texts))


def test_a_serial_scanner_and_then_a_wedge_are_tried_and_set_up(machine: Path, pistol: tuple[int, str]) -> None:
    master, port = pistol
    with in_a_pty(["-m", "floorhand", "--config", str(machine), "scanner", "--port", f"{port},19200"]) as program:
        see(program, "Scan the test card", f"{port} at 19200 8N1")
        os.write(master, f"{WHOLE}\r".encode())
        see(program, "This scanner fits", f"Comes by the port {port}")
        program.write(b"\r")
        see(program, "+baud = 19200")
        program.write(b"\r")
        see(program, "Written to")
        program.write(moved("US", "German").encode() + b"\r")
        see(program, "US keyboard, this computer reads German")
        program.write(b"\x1b[200~" + WHOLE.encode() + b"\r\x1b[201~")
        see(program, "as one paste")
        program.write(WHOLE.encode() + b"\t")
        see(program, "Each read ends with <TAB>")
        program.write(b"\x1b")
        assert program.end() == 0
    read = config.read(machine)
    assert [(each.kind, each.port, each.baud, each.aim) for each in read.scanners] == [("serial", port, 19200, True)]
    assert machine.read_text().startswith("# bench 1\n")
    assert (machine.parent / "state" / FILE).read_text().count("\n") == 4


def test_no_key_of_a_barcode_presses_anything(machine: Path) -> None:
    with in_a_pty(["-m", "floorhand", "--config", str(machine), "scanner"]) as program:
        see(program, "Scan the test card")
        program.write(b"1\x112\x033\x1b[C4\x10\r")
        see(program, "another code")
        program.write(WHOLE.encode() + b"\r\n")
        see(program, "This scanner fits")
        program.read_for(0.5)
        assert "This scanner fits" in program.screen
        program.write(b"\x03")
        assert program.end() == 0


def test_the_screen_inside_of_the_terminal_takes_the_ports_and_gives_them_back(device: OfflineDevice) -> None:
    with device.terminal() as program:
        see(program, "Scan your badge")
        program.write(b"\x1b[C")
        see(program, "8 Scanner test")
        program.write(b"8")
        see(program, "Scan the test card", "9600")
        device.scan(WHOLE)
        see(program, "This scanner fits")
        program.write(WHOLE.encode() + b"\r")
        see(program, "Types like a keyboard")
        program.write(b"\x1b")
        see(program, "Scan your badge")
        device.scan("FHB-NOBODY-1X")
        see(program, "not read whole")
        program.write(b"\x1b")
        program.until(lambda: "not read whole" not in program.screen)
        program.write(b"\x10")
        see(program, "Search for commands")
        for letter in b"sca":  # a hand's keys: at a scanner's speed they would be a scan
            program.write(bytes([letter]))
            program.read_for(0.1)
        program.until(lambda: "Help" not in program.screen)
        program.write(b"\r")
        see(program, "Scan the test card")
        program.process.terminate()
        assert program.end() == 0


def test_every_read_of_a_working_day_is_logged_where_the_config_says_so(device: OfflineDevice) -> None:
    text = device.config.read_text().replace("[terminal]\n", "[terminal]\nscan_log = true\n")
    device.config.write_text(text)
    state = config.read(device.config).state_folder
    with device.terminal() as program:
        see(program, "Scan your badge")
        device.scan("FHB-NOBODY-1X")
        see(program, "not read whole")
        program.process.terminate()
        assert program.end() == 0
    (line,) = [each for each in (state / FILE).read_text().splitlines() if "NOBODY" not in each and "FHB-" in each]
    assert "hand" in line and "FHB-*" in line
    out = device.config.parent / "log.txt"
    assert main(["--config", str(device.config), "scanner", "--log", str(out)]) == 0
    assert line in out.read_text()


# The card


def test_the_card_reads_back_as_the_text_that_is_looked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scanner", "--card", str(tmp_path / "cards")]) == 0
    path = Path(capsys.readouterr().out.strip())
    document = pypdfium2.PdfDocument(path)
    assert len(document) == 1
    for dots_per_inch in (203.2, 300):
        page = document[0].render(scale=dots_per_inch / 72, grayscale=True).to_pil()
        (read,) = zxingcpp.read_barcodes(page)
        assert read.symbology_identifier + read.bytes.decode() == WHOLE
    document.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "/dev/x,fast"], "expected a baud"),
        (["--port", "/dev/x,9600,9X1"], "such as 8N1 or 7E1"),
        (["--port", ""], "expected PATH"),
    ],
)
def test_a_port_that_cannot_be_says_what_was_expected(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["scanner", *words])
    assert said in capsys.readouterr().err


def test_places_that_cannot_be_written_and_an_empty_log_are_said_in_one_sentence(
    tmp_path: Path, machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["scanner", "--card", str(tmp_path / "file" / "cards")]) == 2
    assert "name a folder" in capsys.readouterr().err
    assert main(["--config", str(machine), "scanner", "--log", str(tmp_path / "log")]) == 2
    assert "log is empty" in capsys.readouterr().err
    assert main(["--config", str(machine), "scanner"]) == 2
    assert "a screen and a keyboard" in capsys.readouterr().err
