"""Recorded devices: key events through a raw pty, reports through a packet pipe, read as device files are."""

import errno
import fcntl
import os
import struct
import threading
from pathlib import Path

import pytest

from scanners import hid_device
from scanners.hid_device import HidDevice, Keyboard
from scanners.hid_place import descriptor_of, path_of, rule_for
from scanners.hid_pos import USUAL, PosReports
from scanners.hid_scanner import HidScanner, key_decoder
from scanners.profile import ProfileError, ScannerProfile
from scanners.reader import reader_of
from scanners.scan import LossReason, Reason, Scan, ScannerFound
from tests.scanners.hearing import Hearing
from tests.scanners.key_recording import press, typed
from tests.scanners.pty_scanner import PtyScanner


class Bench(Hearing):
    """A scanner under test; its device file says what was recorded."""

    def __init__(self, port: Path) -> None:
        super().__init__()
        self.device = PtyScanner(port)

    def listening(self, *, opened=None, kind="evdev", **settings) -> HidScanner:
        profile = ScannerProfile("cart", kind=kind, port=str(self.device.link), **settings)
        opening = opened or (lambda profile: (HidDevice(profile.port), key_decoder(profile)))
        scanner = HidScanner(profile, self.said.put, clock=lambda: 7.0, open_device=opening)
        self.readers.append(scanner)
        scanner.start()
        return scanner


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path / "scanner")
    with bench.stopped_in_the_end():
        yield bench
    bench.device.unplug()


@pytest.fixture
def plugged(bench):
    bench.device.plug_in()
    return bench


def test_a_scan_comes_with_its_gs_its_name_and_its_time(plugged):
    plugged.listening(layout="de")
    assert plugged.next() == ScannerFound("cart")
    plugged.device.send(typed("]C1010950600013435210ABC\x1d21X9", "de"))
    scan = plugged.next()
    assert isinstance(scan, Scan)
    assert (scan.lot, scan.serial, scan.source, scan.at_monotonic) == ("ABC", "X9", "cart", 7.0)


def test_three_thousand_scans_are_all_there(plugged):
    plugged.listening()
    plugged.next()
    codes = [f"A{n:04d}" for n in range(3000)]
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(plugged.next().text for _ in codes))
    reader.start()
    for code in codes:
        plugged.device.send(typed(code))
    reader.join()
    assert said == codes


def test_a_wrong_country_is_refused_and_not_guessed(plugged):
    plugged.listening(layout="us")
    plugged.next()
    plugged.device.send(typed("]C10109506000134352", "de"))
    assert plugged.next().reason is Reason.CONTROL_CHARACTER


def test_what_is_not_ascii_is_refused_as_such(plugged):
    plugged.listening(layout="es")
    plugged.next()
    plugged.device.send(typed("ñ", "es"))
    assert plugged.next().reason is Reason.NOT_ASCII


def test_a_silence_ends_the_read_of_a_scanner_without_suffix(plugged):
    plugged.listening(terminators="", silence_ms=50)
    plugged.next()
    plugged.device.send(typed("A-03-12", end=0))
    assert plugged.next().text == "A-03-12"


def test_an_unplugged_scanner_tells_what_broke_off_and_is_found_again_with_no_shift_down(plugged):
    plugged.listening()
    plugged.next()
    plugged.device.send(typed("whole") + typed("broken", end=0) + press(30, 42)[:72])
    assert plugged.next().text == "whole"
    plugged.device.unplug()
    assert (plugged.next().reason, plugged.next().reason) == (Reason.CUT_SHORT, LossReason.UNPLUGGED)
    plugged.device.plug_in()
    assert plugged.next() == ScannerFound("cart")
    plugged.device.send(typed("a1"))
    assert plugged.next().text == "a1"


def test_a_device_that_is_not_there_is_told_once_with_where_to_look_and_found_when_it_comes(bench):
    bench.listening()
    lost = bench.next()
    assert lost.reason is LossReason.ABSENT
    assert "set to USB keyboard" in lost.sentence
    bench.device.plug_in()
    assert bench.next() == ScannerFound("cart")


@pytest.mark.parametrize(
    ("number", "reason", "words"),
    [
        (errno.EACCES, LossReason.DENIED, "/etc/udev/rules.d/70-floorhand.rules"),
        (errno.EPERM, LossReason.DENIED, 'SUBSYSTEM=="input", KERNEL=="event*", ATTRS{idVendor}=="XXXX"'),
        (errno.EBUSY, LossReason.BUSY, "close that program"),
        (errno.ENOTTY, LossReason.FAILED, "set-up code"),
    ],
)
def test_each_refusal_of_the_system_has_its_remedy(bench, number, reason, words):
    def refuse(profile):  # the system lets root read every device, so the answer has to be given for it
        raise OSError(number, os.strerror(number))

    bench.listening(opened=refuse)
    lost = bench.next()
    assert lost.reason is reason
    assert words in lost.sentence


def test_a_file_that_is_no_keyboard_is_not_grabbed(plugged):
    plugged.readers.append(scanner := reader_of(plugged_profile(plugged), plugged.said.put))
    scanner.start()
    lost = plugged.next()
    assert lost.reason is LossReason.FAILED
    assert "USB keyboard" in lost.sentence


def plugged_profile(bench: Bench) -> ScannerProfile:
    return ScannerProfile("cart", kind="evdev", port=str(bench.device.link))


def test_stopping_does_not_wait_for_a_silent_scanner(plugged, monkeypatch):
    monkeypatch.setattr("scanners.hid_scanner._STALE_SECONDS", 3600)
    scanner = plugged.listening()
    plugged.next()
    with pytest.raises(RuntimeError, match="already started"):
        scanner.start()
    scanner.stop()
    scanner.stop()
    scanner.start()
    assert plugged.next() == ScannerFound("cart")


def test_reports_of_a_hid_pos_scanner_come_one_by_one(bench):
    reader, writer = os.pipe2(os.O_DIRECT)  # each write is one packet, as each report is
    bench.device.link.symlink_to(f"/proc/self/fd/{reader}")
    bench.listening(
        kind="hidraw",
        opened=lambda profile: (HidDevice(profile.port), PosReports(USUAL, profile.terminators, profile.prefix)),
    )
    assert bench.next() == ScannerFound("cart")
    try:
        data = b"0109506000134352" + b"10" + b"A" * 20 + b"\x1d21" + b"B" * 20
        for part, more in ((data[:56], 1), (data[56:], 0)):
            os.write(writer, b"\x02" + bytes((len(part),)) + b"]d2" + part.ljust(56, b"\0") + b"\0\0" + bytes((more,)))
        scan = bench.next()
        assert (scan.gtin, scan.lot, scan.serial) == ("09506000134352", "A" * 20, "B" * 20)
        os.write(writer, b"\x02" + bytes((56,)) + b"]C0" + b"x" * 56 + b"\0\0\1")
        assert bench.next().reason is Reason.CUT_SHORT
    finally:
        os.close(writer)
        os.close(reader)


class Kernel:
    """What the kernel answers to a keyboard's ioctls."""

    def __init__(self, *held: tuple[int, ...], refuses: bool = False) -> None:
        self.held = list(held)
        self.refuses = refuses
        self.asked: list[str] = []

    def ioctl(self, fd: int, request: int, argument: object = 0) -> object:
        number = request & 0xFF
        if number == 0x18:
            down = self.held.pop(0) if self.held else ()
            self.asked.append("keys")
            bits = bytearray(96)
            for key in down:
                bits[key // 8] |= 1 << key % 8
            return bytes(bits)
        if number == 0x19:
            return b"\x02" + bytes(7)
        assert request == 0x40044590
        if self.refuses:
            raise OSError(errno.EBUSY, "busy")
        self.asked.append("grab" if argument else "let go")
        return 0


@pytest.fixture
def keyboard_file(tmp_path):
    path = tmp_path / "event0"
    os.mkfifo(path)
    return str(path)


def test_a_keyboard_is_grabbed_and_let_go_only_while_no_key_is_down(keyboard_file, monkeypatch):
    kernel = Kernel((30,), (), (42, 30), ())
    monkeypatch.setattr(fcntl, "ioctl", kernel.ioctl)
    keyboard = Keyboard(keyboard_file)
    assert kernel.asked == ["keys", "keys", "grab"]
    keyboard.close()
    assert kernel.asked[3:] == ["keys", "keys", "let go"]


def test_the_rest_of_a_read_is_swallowed_before_the_keyboard_is_let_go(keyboard_file, monkeypatch):
    kernel = Kernel()
    monkeypatch.setattr(fcntl, "ioctl", kernel.ioctl)
    keyboard = Keyboard(keyboard_file)
    os.read(keyboard.fd, 4096)  # the light that was switched off; a FIFO gives it back
    os.write(keyboard.fd, typed("rest"))
    keyboard_of_others = os.open(keyboard_file, os.O_RDONLY | os.O_NONBLOCK)
    keyboard.close()
    assert os.read(keyboard_of_others, 4096) == b""
    os.close(keyboard_of_others)


def test_capslock_is_switched_off_at_the_scanner(keyboard_file, monkeypatch):
    monkeypatch.setattr(fcntl, "ioctl", Kernel().ioctl)
    keyboard = Keyboard(keyboard_file)
    assert not keyboard.is_capslock_on
    light = os.read(keyboard.fd, 4096)
    assert [each[2:] for each in struct.iter_unpack("llHHi", light)] == [(17, 1, 0), (0, 0, 0)]
    keyboard.close()


def test_a_keyboard_that_may_only_be_read_says_whether_its_capslock_is_on(keyboard_file, monkeypatch):
    monkeypatch.setattr(fcntl, "ioctl", Kernel().ioctl)
    monkeypatch.setattr(hid_device, "_open", lambda port: os.open(port, os.O_RDONLY | os.O_NONBLOCK))
    keyboard = Keyboard(keyboard_file)
    assert keyboard.is_capslock_on
    keyboard.close()


def test_a_keyboard_that_another_program_grabbed_is_busy(keyboard_file, monkeypatch):
    monkeypatch.setattr(fcntl, "ioctl", Kernel(refuses=True).ioctl)
    files = len([*Path("/proc/self/fd").iterdir()])
    with pytest.raises(OSError, match="busy"):
        Keyboard(keyboard_file)
    assert len([*Path("/proc/self/fd").iterdir()]) == files


SCANNER = bytes.fromhex("058c0902a1018502a47508953826ff0009fe820201c0")
KEYBOARD = bytes.fromhex("05010906a101050719e029e71500250175019508810205081901290591029501c0")
KEYBOARD_KEYS, BUTTON_KEYS = "10000 0 0 fffffffffffffffe\n", "1000000000000 0\n"


@pytest.fixture
def sys(tmp_path):
    """What sysfs holds of a HID-POS scanner with its keyboard half, and of a scanner that types and has a button."""
    plugged_in = (("hidraw3", SCANNER, "S1"), ("hidraw4", KEYBOARD, "S1"), ("hidraw5", SCANNER, "S2"))
    for name, descriptor, serial in plugged_in:
        device = tmp_path / "hidraw" / name / "device"
        device.mkdir(parents=True)
        (device / "uevent").write_text(f"DRIVER=hid-generic\nHID_ID=0003:00000C2E:00000B8F\nHID_UNIQ={serial}\n")
        (device / "report_descriptor").write_bytes(descriptor)
    for name, keys in (("event5", KEYBOARD_KEYS), ("event6", BUTTON_KEYS)):
        device = tmp_path / "input" / name / "device"
        for folder in ("id", "capabilities"):
            (device / folder).mkdir(parents=True)
        (device / "id" / "vendor").write_text("05e0\n")
        (device / "id" / "product").write_text("1200\n")
        (device / "uniq").write_text("\n")
        (device / "capabilities" / "key").write_text(keys)
    (tmp_path / "hidraw" / "hidraw9").mkdir()
    return tmp_path


def test_the_udev_rule_names_the_device_that_sysfs_knows(sys):
    rule = rule_for("/dev/input/event5", "evdev", sys=sys)
    assert 'KERNEL=="event*", ATTRS{idVendor}=="05e0", ATTRS{idProduct}=="1200", MODE="0660", GROUP="' in rule
    assert 'ATTRS{idVendor}=="0c2e", ATTRS{idProduct}=="0b8f"' in rule_for("/dev/hidraw3", "hidraw", sys=sys)
    assert 'ATTRS{idVendor}=="abcd", ATTRS{idProduct}=="0001"' in rule_for("usb:ABCD:0001", "hidraw", sys=sys)
    assert "XXXX" in rule_for("/dev/hidraw9", "hidraw", sys=sys)


def test_a_scanner_is_found_by_its_usb_numbers_wherever_it_is_plugged_in(sys):
    assert path_of("usb:05e0:1200", "evdev", sys=sys) == "/dev/input/event5"
    assert path_of("usb:0c2e:0b8f:S2", "hidraw", sys=sys) == "/dev/hidraw5"
    assert path_of("/dev/hidraw0", "hidraw", sys=sys) == "/dev/hidraw0"
    with pytest.raises(OSError, match="2 devices have these numbers: hidraw3 has S1, hidraw5 has S2"):
        path_of("usb:0c2e:0b8f", "hidraw", sys=sys)
    for port, kind in (("usb:0c2e:0b8f", "evdev"), ("usb:05e0:1200", "hidraw"), ("usb:0c2e:0b8f:S3", "hidraw")):
        with pytest.raises(FileNotFoundError):
            path_of(port, kind, sys=sys)


def test_the_descriptor_of_a_scanner_comes_from_sysfs(sys):
    assert descriptor_of("/dev/hidraw3", sys=sys) == SCANNER
    assert descriptor_of("/dev/hidraw9", sys=sys) is None


@pytest.mark.parametrize("kind", ["evdev", "hidraw"])
def test_a_profile_needs_the_path_of_a_device(kind):
    for port in (None, " ", "socket://10.0.0.7:4001"):
        with pytest.raises(ProfileError, match="path of a device"):
            ScannerProfile("cart", kind=kind, port=port)
    with pytest.raises(ProfileError, match="'us', 'uk', 'de', 'fr', 'es'"):
        ScannerProfile("cart", kind="evdev", port="/dev/x", layout="nl")
