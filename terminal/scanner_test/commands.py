"""`floorhand scanner`: the self-test of a scanner on this machine, with no store, no enrolment and no journal.

Decides what is asked of the command line and which exit code is answered: 0 for a good end, 2 where something has to
be put right first, 70 for an unexpected error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from terminal import config as settings
from terminal import scanner_test_wording as words
from terminal.crash import Reports
from terminal.exits import CANNOT_START

if TYPE_CHECKING:
    from scanners.profile import ScannerProfile
    from terminal.scanner_test.capture import LineSettings

_PARITIES = "NEOMS"


def main(argv: list[str], config: Mapping[str, object], config_path: Path) -> int:
    """Runs `floorhand scanner` with `argv`; `config` is the parsed file at `config_path`."""
    parser = _parser()
    asked = parser.parse_args(argv)
    if asked.card:
        return _write_card(Path(asked.card).expanduser())
    try:
        checked = settings.check(config, config_path)
    except settings.ConfigError as error:
        return _refuse(str(error))
    if asked.log:
        return _export(checked, Path(asked.log).expanduser())
    try:
        devices = [device for text in asked.port if (device := _device(text))]
        ports = dict(_port(text) for text in asked.port if _device(text) is None)
    except ValueError as error:
        parser.error(str(error))
    if sys.__stdin__ is None or sys.__stderr__ is None or not (sys.__stdin__.isatty() and sys.__stderr__.isatty()):
        return _refuse(words.no_screen())
    return _run(checked, ports, devices)


def _run(config: settings.Config, ports: dict[str, LineSettings], devices: list[ScannerProfile]) -> int:
    from terminal.commands import live
    from terminal.driver import FloorDriver
    from terminal.scanner_test.app import ScannerApp
    from terminal.scanner_test.sitting import setup_of

    report: Callable[[BaseException, str], str] = Reports(config.state_folder / "reports").write
    setup = setup_of(config, more_ports=ports, more_devices=devices, export_folder=Path.cwd())
    return live(ScannerApp(setup, report=report, driver_class=FloorDriver))


def _write_card(folder: Path) -> int:
    from terminal.scanner_test import card

    try:
        print(card.write(folder))
    except OSError as error:
        return _refuse(words.card_not_written(str(folder), error.strerror or type(error).__name__))
    return 0


def _export(config: settings.Config, to: Path) -> int:
    from terminal.raw_log import FILE
    from terminal.scanner_test.trial import export

    said, is_refused = export(config.state_folder / FILE, to)
    if is_refused:
        return _refuse(said)
    print(said)
    return 0


def _device(text: str) -> ScannerProfile | None:
    """The scanner of an address or a HID device's path; None where the text names a serial port. ValueError."""
    from scanners.profile import Kind, ScannerProfile

    kinds: dict[str, Kind] = {"socket://": "serial", "/dev/hidraw": "hidraw", "/dev/input/": "evdev"}
    kind = next((kind for start, kind in kinds.items() if text.startswith(start)), None)
    return ScannerProfile(text, kind, text) if kind else None


def _port(text: str) -> tuple[str, LineSettings]:
    """`PATH`, `PATH,BAUD` or `PATH,BAUD,7E1`."""
    from terminal.scanner_test.capture import LineSettings

    path, *others = text.split(",")
    if not path or len(others) > 2:
        raise ValueError(f"--port {text}: expected PATH, PATH,BAUD or PATH,BAUD,7E1")
    baud = others[0] if others else "9600"
    if not (baud.isascii() and baud.isdecimal() and 300 <= int(baud) <= 921_600):
        raise ValueError(f"--port {text}: expected a baud from 300 to 921600, got {baud!r}")
    frame = others[1].upper() if len(others) > 1 else "8N1"
    if not (len(frame) == 3 and frame[0] in "78" and frame[1] in _PARITIES and frame[2] in "12"):
        raise ValueError(f"--port {text}: expected data bits, parity and stop bits such as 8N1 or 7E1, got {frame!r}")
    return path, LineSettings(int(baud), int(frame[0]), frame[1], int(frame[2]))


def _refuse(sentence: str) -> int:
    print(f"floorhand scanner: {sentence}", file=sys.stderr)
    return CANNOT_START


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="floorhand scanner",
        description="Scan one printed card: it tells how this scanner is connected, how fast it is, what ends a read, "
        "which keyboard layouts disagree, whether GS and AIM identifiers arrive and what to set on the device. On "
        "agreement it writes the scanner into the config. It listens to the keyboard, to every serial port, and to the "
        "scanners of the config on the network and on HID.",
    )
    parser.add_argument("--card", metavar="FOLDER", help="write the test card as a PDF on A4, and end")
    parser.add_argument("--log", metavar="FILE", help="write the log of raw reads to FILE, for support, and end")
    parser.add_argument(
        "--port",
        metavar="PORT",
        action="append",
        default=[],
        help="listen to this as well, PATH[,BAUD[,8N1]] such as /dev/rfcomm0,115200, socket://HOST:PORT, a device of "
        "/dev/hidraw* (HID-POS) or of /dev/input/ (a keyboard scanner, grabbed); may be given again",
    )
    return parser
