"""Real pseudo-terminals stand for scanners: written to from a thread, closed to unplug them."""

import errno
import fcntl
import os
import queue
import struct
import termios
import threading
from pathlib import Path

import pytest
import serial
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from scanners.profile import ScannerProfile
from scanners.reader import reader_of
from scanners.scan import LossReason, Reason, Scan, ScannerFound, ScannerLost, Unreadable
from scanners.serial_scanner import SerialScanner
from tests.scanners.hearing import PATIENCE_SECONDS, Hearing
from tests.scanners.pty_scanner import PtyScanner

TIOCGEXCL = 0x80045440
"""Linux: whether a port is exclusive; Python has no name for it."""


class Bench(Hearing):
    """A scanner under test."""

    def __init__(self, link: Path) -> None:
        super().__init__()
        self.device = PtyScanner(link)

    def scanner(self, deliver=None, **settings) -> SerialScanner:
        profile = ScannerProfile("lane 1", port=str(self.device.link), **settings)
        scanner = SerialScanner(profile, deliver or self.said.put, clock=lambda: 7.0)
        self.readers.append(scanner)
        return scanner

    def listening(self, **settings) -> SerialScanner:
        scanner = self.scanner(**settings)
        scanner.start()
        assert self.next() == ScannerFound("lane 1")
        return scanner


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path / "scanner")
    bench.device.plug_in()
    with bench.stopped_in_the_end():
        yield bench
    bench.device.unplug()


def test_a_scan_comes_with_its_gs_its_name_and_its_time(bench):
    bench.listening()
    bench.device.send(b"\x02]C1010950600013435210ABC\x1d21X9\r\n")
    scan = bench.next()
    assert isinstance(scan, Scan)
    assert (scan.lot, scan.serial, scan.source, scan.at_monotonic) == ("ABC", "X9", "lane 1", 7.0)


def test_a_damaged_code_comes_with_its_reason(bench):
    bench.listening()
    bench.device.send(b"]E09506000134351\r")
    assert bench.next().reason is Reason.CHECK_DIGIT


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_three_thousand_scans_come_whole_whatever_their_chunks(bench, size):
    count = 3000 if size > 1 else 300
    bench.listening()
    stream = b"".join(b"]C0ORD-%06d\r\n" % n for n in range(count))
    bench.device.send(*(stream[at : at + size] for at in range(0, len(stream), size)))
    assert [bench.next().text for _ in range(count)] == [f"ORD-{n:06d}" for n in range(count)]


def test_a_silence_ends_the_read_of_a_scanner_without_suffix(bench):
    bench.listening(terminators="", silence_ms=50)
    bench.device.send(b"A-03-12")
    assert bench.next().text == "A-03-12"
    bench.device.send(b"A-03-13")
    assert bench.next().text == "A-03-13"


def test_a_read_that_lost_its_end_is_not_joined_to_the_next(bench):
    bench.listening()
    bench.device.send(b"A-03")
    assert bench.next().reason is Reason.CUT_SHORT
    bench.device.send(b"B-07\r")
    assert bench.next().text == "B-07"


def test_a_megabyte_without_an_end_is_told_once(bench):
    bench.listening()
    bench.device.send(*[b"x" * 1000] * 1000, b"\rA-1\r")
    assert bench.next().reason is Reason.TOO_LONG
    assert bench.next().text == "A-1"


def test_a_port_that_is_not_there_is_told_once_and_found_when_it_comes(bench):
    bench.device.unplug()
    bench.scanner().start()
    lost = bench.next()
    assert lost.reason is LossReason.ABSENT
    assert "plug it in" in lost.sentence
    bench.device.plug_in()
    assert bench.next() == ScannerFound("lane 1")
    bench.device.send(b"A-1\r")
    assert bench.next().text == "A-1"


def test_an_unplugged_scanner_tells_what_broke_off_and_is_found_again(bench):
    bench.listening()
    bench.device.send(b"whole\rbroken-of")
    assert bench.next().text == "whole"
    bench.device.unplug()
    broken, lost = bench.next(), bench.next()
    assert isinstance(broken, Unreadable)
    assert (broken.reason, broken.raw) == (Reason.CUT_SHORT, "broken-of")
    assert isinstance(lost, ScannerLost)
    assert lost.reason is LossReason.UNPLUGGED
    bench.device.plug_in()
    assert bench.next() == ScannerFound("lane 1")
    bench.device.send(b"A-2\r")
    assert bench.next().text == "A-2"


def test_a_port_that_another_reader_holds_is_busy_until_it_is_let_go(bench):
    first = bench.listening()
    told: queue.Queue = queue.Queue()
    bench.scanner(deliver=told.put).start()
    lost = told.get(timeout=PATIENCE_SECONDS)
    assert lost.reason is LossReason.BUSY
    assert "another program" in lost.sentence
    first.stop()
    assert told.get(timeout=PATIENCE_SECONDS) == ScannerFound("lane 1")


def test_what_is_no_port_has_a_reason_of_its_own(bench, tmp_path):
    bench.device.unplug()
    bench.device.link.write_text("a file, not a port")
    bench.scanner().start()
    assert bench.next().reason is LossReason.FAILED


def test_a_port_that_this_account_may_not_read_says_whom_to_ask(bench, monkeypatch):
    def refuse(*_, **__):  # the system lets root read every port, so the answer has to be given for it
        raise serial.SerialException(errno.EACCES, "could not open port: Permission denied")

    monkeypatch.setattr(serial, "Serial", refuse)
    bench.scanner().start()
    lost = bench.next()
    assert lost.reason is LossReason.DENIED
    assert "group" in lost.sentence


def test_a_port_is_this_programs_alone_and_says_which_bytes_are_damaged(bench):
    bench.listening(parity="E", bytesize=7, baud=1200)
    device = os.open(bench.device.link, os.O_RDWR | os.O_NOCTTY)  # root may; nobody else may
    try:
        is_exclusive = fcntl.ioctl(device, TIOCGEXCL, struct.pack("i", 0))
        iflag = termios.tcgetattr(device)[0]
    finally:
        os.close(device)
    assert struct.unpack("i", is_exclusive) == (1,)
    assert iflag & termios.INPCK
    assert iflag & termios.PARMRK
    bench.device.send(b"A-0\xff\x00\x133-12\rA-03-13\r")
    damaged = bench.next()
    assert damaged.reason is Reason.GARBLED
    assert "check baud" in damaged.sentence
    assert bench.next().text == "A-03-13"


@pytest.mark.parametrize("parity", list("NEOMS"))
@pytest.mark.parametrize(("bytesize", "stopbits", "baud"), [(8, 1, 9600), (7, 2, 300), (8, 1.5, 128_000)])
def test_a_port_opens_with_any_line(bench, parity, bytesize, stopbits, baud):
    bench.listening(parity=parity, bytesize=bytesize, stopbits=stopbits, baud=baud)
    bench.device.send(b"A-03-12\r")
    assert bench.next().text == "A-03-12"


@pytest.mark.parametrize("flow", ["xonxoff", "dsrdtr"])
def test_a_port_opens_with_flow_control(bench, flow):
    bench.listening(flow=flow)
    bench.device.send(b"A-03-12\r")
    assert bench.next().text == "A-03-12"


def test_flow_control_by_wire_is_asked_of_the_port(bench, monkeypatch):
    asked: list[dict] = []

    def note(*line, **others):  # a pty has no such wires
        asked.append(others)
        raise serial.SerialException(errno.ENOENT, "only asked")

    monkeypatch.setattr(serial, "Serial", note)
    bench.scanner(flow="rtscts").start()
    assert bench.next().reason is LossReason.ABSENT
    assert [asked[0][wire] for wire in ("xonxoff", "rtscts", "dsrdtr", "exclusive")] == [False, True, False, True]


def test_a_prefix_and_a_suffix_are_taken_off(bench):
    bench.listening(prefix="\x02>", suffix="#", terminators="\r")
    bench.device.send(b"\x02>A-03-12#\r>A-03-13\r")
    assert [bench.next().text for _ in range(2)] == ["A-03-12", "A-03-13"]


def test_a_scanner_that_ends_no_read_is_told_how_to(bench, monkeypatch):
    monkeypatch.setattr("scanners.stream._STALE_SECONDS", 0.2)
    bench.listening()
    bench.device.send(b"A-03-12")
    assert "suffix to CR" in bench.next().sentence
    bench.device.send(b"\rA-03-13\rA-03-14")
    assert bench.next().text == "A-03-13"
    assert "suffix" not in bench.next().sentence


class Plugs:
    """What the system tells of its USB devices."""

    def __init__(self, monkeypatch) -> None:
        self.devices: list[ListPortInfo] = []
        monkeypatch.setattr(list_ports, "comports", lambda: self.devices)

    def show(self, path: str, serial_number: str | None = "S1", product: int = 0x0901) -> None:
        device = ListPortInfo(path)
        device.vid, device.pid, device.serial_number = 0x0C2E, product, serial_number
        self.devices.append(device)


def test_a_usb_scanner_is_found_by_its_numbers_wherever_it_is_plugged_in(bench, monkeypatch):
    plugs = Plugs(monkeypatch)
    plugs.show("/dev/ttyACM7", product=0x0902)
    profile = ScannerProfile("lane 1", port="usb:0C2E:0901")
    scanner = reader_of(profile, bench.said.put)
    bench.readers.append(scanner)
    scanner.start()
    lost = bench.next()
    assert (lost.reason, "usb:0C2E:0901" in lost.sentence) == (LossReason.ABSENT, True)
    plugs.show(os.path.realpath(bench.device.link))
    assert bench.next() == ScannerFound("lane 1")
    bench.device.send(b"A-1\r")
    assert bench.next().text == "A-1"
    plugs.devices.clear()
    bench.device.unplug()
    assert bench.next().reason is LossReason.UNPLUGGED
    bench.device.plug_in()
    plugs.show(os.path.realpath(bench.device.link))
    assert bench.next() == ScannerFound("lane 1")
    bench.device.send(b"A-2\r")
    assert bench.next().text == "A-2"


def test_two_scanners_of_one_make_are_told_apart_by_serial_number_or_not_guessed(bench, monkeypatch):
    plugs = Plugs(monkeypatch)
    plugs.show("/dev/ttyACM0", "S1")
    plugs.show(os.path.realpath(bench.device.link), "S2")
    for port in ("usb:0c2e:0901", "usb:0c2e:0901:S2"):
        scanner = reader_of(ScannerProfile("lane 1", port=port), bench.said.put)
        bench.readers.append(scanner)
        scanner.start()
        if port.endswith("S2"):
            assert bench.next() == ScannerFound("lane 1")
        else:
            lost = bench.next()
            assert lost.reason is LossReason.FAILED
            assert "/dev/ttyACM0 has S1" in lost.sentence
            assert "add the serial number" in lost.sentence
            scanner.stop()


def test_a_device_that_goes_while_it_is_looked_for_is_looked_for_again(bench, monkeypatch):
    answers = iter([TypeError("int() argument must be a string"), []])

    def comports():  # so pyserial fails where the numbers of a device vanish under its eyes
        answer = next(answers, [])
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(list_ports, "comports", comports)
    scanner = reader_of(ScannerProfile("lane 1", port="usb:0c2e:0901"), bench.said.put)
    bench.readers.append(scanner)
    scanner.start()
    assert bench.next().reason is LossReason.ABSENT


def test_a_wedge_has_no_port_to_read():
    with pytest.raises(ValueError, match="no port to read"):
        reader_of(ScannerProfile("keys", kind="wedge"), lambda heard: None)


def test_a_port_that_stays_away_is_tried_again_within_a_second(bench, monkeypatch):
    waits: list[float] = []
    enough = threading.Event()
    bench.device.unplug()
    scanner = bench.scanner()

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        if len(waits) == 20:
            enough.set()
            scanner._stopping.set()
        return scanner._stopping.is_set()

    monkeypatch.setattr(scanner._stopping, "wait", wait)
    scanner.start()
    assert enough.wait(PATIENCE_SECONDS)
    assert waits == sorted(waits)
    assert waits[0] <= 0.2
    assert waits[-1] == 1.0


def test_stopping_tells_what_broke_off_and_starting_again_works(bench):
    scanner = bench.listening()
    with pytest.raises(RuntimeError, match="already started"):
        scanner.start()
    scanner.stop()
    scanner.stop()
    scanner.start()
    assert bench.next() == ScannerFound("lane 1")
    bench.device.send(b"A-3\r")
    assert bench.next().text == "A-3"


def test_stopping_does_not_wait_for_a_port_that_never_comes(bench):
    bench.device.unplug()
    scanner = bench.scanner()
    scanner.start()
    assert bench.next().reason is LossReason.ABSENT
    scanner.stop()
    assert bench.said.empty()


def test_stopping_does_not_wait_for_a_silent_scanner(bench, monkeypatch):
    monkeypatch.setattr("scanners.stream._STALE_SECONDS", 3600)
    scanner = bench.listening()
    stopper = threading.Thread(target=scanner.stop)
    stopper.start()
    stopper.join(PATIENCE_SECONDS)
    stopped = not stopper.is_alive()
    bench.device.unplug()  # frees the scanner's thread if stopping did not
    assert stopped
