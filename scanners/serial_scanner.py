"""A scanner on a serial port: RS-232, USB-CDC, Bluetooth SPP or a pty.

Decides how a port is found, opened for this program alone, and read. Refuses to know what a read says and who listens.
"""

import errno
import fcntl
import termios
import time
from contextlib import suppress
from typing import Any

from scanners.ports import DevicePath, UsbNumbers, place_of
from scanners.profile import ScannerProfile
from scanners.reader import Clock, Deliver, Reader
from scanners.scan import LossReason
from scanners.stream import ReadStream

_SENTENCES = {
    LossReason.ABSENT: "Scanner {name} is not at {port}: plug it in, or correct its port in the settings.",
    LossReason.BUSY: "Scanner {name} at {port} is held by another program: close that program.",
    LossReason.DENIED: "This account may not read {port}: add it to the group that owns the port, often dialout.",
    LossReason.UNPLUGGED: "Scanner {name} went away from {port}: plug it in again, it is found by itself.",
    LossReason.FAILED: "Scanner {name} at {port} does not work ({fault}): check the port and its settings.",
}


class SerialScanner(Reader):
    """Reads one port for as long as it is there."""

    def __init__(self, profile: ScannerProfile, deliver: Deliver, clock: Clock = time.monotonic) -> None:
        """`deliver` is called in the scanner's thread and must not block; `clock` gives monotonic seconds."""
        super().__init__(profile, deliver, clock)
        self._reads = ReadStream(profile, deliver, clock)
        self._port: Any = None  # pyserial has no types

    def _open(self) -> None:
        import serial  # not every terminal has a serial scanner

        profile = self._profile
        port = serial.Serial(
            path_of(profile.port or ""),
            profile.baud,
            profile.bytesize,
            profile.parity,
            profile.stopbits,
            timeout=self._reads.patience_seconds,
            xonxoff=profile.flow == "xonxoff",
            rtscts=profile.flow == "rtscts",
            dsrdtr=profile.flow == "dsrdtr",
            exclusive=True,
        )
        with self._lock:
            self._port = port
        # pyserial's lock keeps out those who ask for it; this one, everybody else (but root).
        fcntl.ioctl(port.fileno(), termios.TIOCEXCL)
        _mark_damage(port.fileno())

    def _listen(self) -> None:
        try:
            while not self._stopping.is_set():
                data = self._port.read(self._port.in_waiting or 1)
                if data:
                    self._has_heard = True
                    self._reads.feed(data)
                else:
                    self._reads.silent()
        finally:
            self._reads.broken()

    def _cancel(self) -> None:
        with self._lock:
            if self._port is not None:
                self._port.cancel_read()

    def _close(self) -> None:
        with self._lock:
            if self._port is not None:
                with suppress(OSError):  # it may be gone
                    fcntl.ioctl(self._port.fileno(), termios.TIOCNXCL)
                self._port.close()
                self._port = None

    def _sentence(self, reason: LossReason, fault: Exception) -> str:
        return _SENTENCES[reason].format(name=self._profile.name, port=self._profile.port, fault=fault)


def path_of(port: str) -> str:
    """The path of a port now; OSError where no plugged device, or more than one, is meant."""
    place = place_of(port)
    if isinstance(place, DevicePath):
        return place.path
    if not isinstance(place, UsbNumbers):
        raise ValueError(f"{port} is no serial port")
    from serial.tools.list_ports import comports  # reads all of the system's devices: only who needs it waits for it

    try:
        found = [each for each in comports() if (each.vid, each.pid) == place[:2]]
    except TypeError:  # pyserial meets a device that goes away while it is looked at
        found = []
    if place.serial_number is not None:
        found = [each for each in found if each.serial_number == place.serial_number]
    if not found:
        raise FileNotFoundError(errno.ENOENT, "no such USB device", port)
    if len(found) > 1:
        known = ", ".join(sorted(f"{each.device} has {each.serial_number or 'none'}" for each in found))
        remedy = "add the serial number, or name one by its path in /dev/serial/by-path"
        raise OSError(f"{len(found)} devices have these numbers: {known}; {remedy}")
    return str(found[0].device)


def _mark_damage(descriptor: int) -> None:
    """Asks for bytes with a wrong parity to come marked: unmarked, a garbled read may be another barcode."""
    settings = termios.tcgetattr(descriptor)
    settings[0] = (settings[0] | termios.INPCK | termios.PARMRK) & ~termios.IGNPAR
    termios.tcsetattr(descriptor, termios.TCSANOW, settings)
