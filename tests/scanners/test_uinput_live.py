"""A keyboard that the kernel itself makes (uinput), grabbed as a real scanner is: only where the kernel has it."""

from __future__ import annotations

import fcntl
import os
import queue
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanners.hid_scanner import HidScanner
from scanners.profile import ScannerProfile
from scanners.scan import LossReason, ScannerFound
from tests.scanners.key_recording import typed

UINPUT = Path("/dev/uinput")
PATIENCE_SECONDS = 10
SET_EVENT, SET_KEY, SET_UP = 0x40045564, 0x40045565, 0x405C5503
CREATE, DESTROY, SYSNAME = 0x5501, 0x5502, 0x8040552C


class VirtualKeyboard:
    """One device of uinput; see linux/uinput.h."""

    def __init__(self) -> None:
        self._fd = os.open(UINPUT, os.O_WRONLY)
        for kind in (0, 1, 4):
            fcntl.ioctl(self._fd, SET_EVENT, kind)
        for key in range(1, 128):
            fcntl.ioctl(self._fd, SET_KEY, key)
        fcntl.ioctl(self._fd, SET_UP, struct.pack("HHHH80sI", 3, 0x1209, 1, 1, b"Floorhand test scanner", 0))
        fcntl.ioctl(self._fd, CREATE)
        name = fcntl.ioctl(self._fd, SYSNAME, bytes(64)).split(b"\0")[0].decode()
        (event,) = (Path("/sys/devices/virtual/input") / name).glob("event*")
        self.port = f"/dev/input/{event.name}"

    def send(self, data: bytes) -> None:
        os.write(self._fd, data)

    def unplug(self) -> None:
        fcntl.ioctl(self._fd, DESTROY)
        os.close(self._fd)


@pytest.fixture
def keyboard() -> Iterator[VirtualKeyboard]:
    if not os.access(UINPUT, os.W_OK):
        pytest.skip("no /dev/uinput that may be written on this machine")
    device = VirtualKeyboard()
    yield device
    device.unplug()


def test_a_grabbed_keyboard_types_for_us_alone(keyboard: VirtualKeyboard) -> None:
    said: queue.Queue = queue.Queue()
    profile = ScannerProfile("live", kind="evdev", port=keyboard.port)
    scanner = HidScanner(profile, said.put)
    scanner.start()
    others = None
    try:
        found = said.get(timeout=PATIENCE_SECONDS)
        while getattr(found, "reason", None) is LossReason.ABSENT:  # udev makes the file in its own time
            found = said.get(timeout=PATIENCE_SECONDS)
        assert found == ScannerFound("live")
        others = os.open(keyboard.port, os.O_RDONLY | os.O_NONBLOCK)
        keyboard.send(typed("]C1010950600013435210ABC\x1d21X9"))
        scan = said.get(timeout=PATIENCE_SECONDS)
        assert (scan.lot, scan.serial) == ("ABC", "X9")
        with pytest.raises(BlockingIOError):
            os.read(others, 24)
    finally:
        scanner.stop()
        if others is not None:
            os.close(others)
