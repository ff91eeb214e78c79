"""Listens to every serial port that there is, to those that come while the test runs, and to other known scanners.

Decides which ports are opened and how, and when a silence ends a read. Refuses to know what is read. Whatever it hears
or has to say goes to `tell`, from threads of its own.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterable, Mapping
from threading import Event, Thread
from typing import Any

from scanners.port_list import SerialPort, is_same_port, path_today, serial_ports
from scanners.profile import ScannerProfile
from terminal import scanner_test_wording as words
from terminal.scanner_test.capture import Capture, Gatherer, LineSettings, PortNews, Source
from terminal.scanner_test.device_ears import ear_of

_LOOK_SECONDS = 1.0
_AGAIN_SECONDS = 1.0
_READ_SECONDS = 0.05


Tell = Callable[[Capture | PortNews], object]


class Ears:
    """One ear a port. `retune` may be called from any thread."""

    def __init__(
        self,
        tell: Tell,
        *,
        known: Mapping[str, LineSettings] | None = None,
        devices: Iterable[ScannerProfile] = (),
        find: Callable[[], Iterable[SerialPort]] = serial_ports,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`known` are ports to listen to, listed or not, each with its settings; `devices` scanners that have none."""
        self._tell, self._find, self._clock = tell, find, clock
        self._known = dict(known or {})
        self._ears: dict[str, _Ear] = {}
        self._device_ears = tuple(ear_of(profile, tell, clock) for profile in devices)
        self._stopping = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begins to listen."""
        self._thread = Thread(target=self._run, name="scanner-ears", daemon=True)
        self._thread.start()
        for ear in self._device_ears:
            ear.start()

    def stop(self) -> None:
        """Closes every port and waits for the threads."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        for ear in self._ears.values():
            ear.stop()
        for device_ear in self._device_ears:
            device_ear.stop()

    def retune(self, path: str, settings: LineSettings) -> None:
        """Listens to this port at other settings from now on."""
        self._known[path] = settings
        if ear := self._ears.get(path):
            ear.settings = settings
            ear.retuned.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            for port in self._wanted():
                if port.path not in self._ears:
                    settings = self._known.get(port.path, LineSettings())
                    self._ears[port.path] = ear = _Ear(port, settings, self._tell, self._clock)
                    ear.start()
            self._stopping.wait(_LOOK_SECONDS)

    def _wanted(self) -> list[SerialPort]:
        taken = [path for port in self._known if (path := path_today(port))]
        found = (port for port in self._find() if not any(is_same_port(port.device, other) for other in taken))
        return [*(SerialPort(path, path, "") for path in self._known), *found]


class _Ear:
    """Reads one port until told to stop; an absent port is waited for."""

    def __init__(self, port: SerialPort, settings: LineSettings, tell: Tell, clock: Callable[[], float]) -> None:
        self._port, self._tell, self._clock = port, tell, clock
        self.settings = settings
        self.retuned = Event()
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=f"ear {port.device}", daemon=True)
        self._told = ""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        import termios

        while not self._stopping.is_set():
            self.retuned.clear()
            try:
                self._listen()
            except (OSError, ValueError, termios.error) as error:
                sentence = _sentence(self._port.path, error)
                if sentence != self._told:
                    self._told = sentence
                    self._tell(PortNews(self._port.path, self._port.what, fault=sentence))
                self._stopping.wait(_AGAIN_SECONDS)

    def _listen(self) -> None:
        import serial

        from scanners.serial_scanner import path_of

        now = self.settings
        source, path = Source(self._port.path, now), path_of(self._port.path)
        line: Any = serial.Serial(
            path, now.baud, now.bytesize, now.parity, now.stopbits, timeout=_READ_SECONDS, exclusive=True
        )
        with line:
            self._told = ""
            self._tell(PortNews(self._port.path, self._port.what, now))
            gatherer = Gatherer(source)
            while not (self._stopping.is_set() or self.retuned.is_set()):
                if data := line.read(line.in_waiting or 1):
                    gatherer.take(data.decode("latin-1"), self._clock())
                elif capture := gatherer.due(self._clock()):
                    for read in capture.reads():
                        self._tell(read)


def _sentence(path: str, error: BaseException) -> str:
    number = getattr(error, "errno", None)
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return words.port_absent(path)
    if number in (errno.EAGAIN, errno.EBUSY):
        return words.port_busy(path)
    if number in (errno.EACCES, errno.EPERM):
        return words.port_denied(path)
    return words.port_broken(path, str(error))
