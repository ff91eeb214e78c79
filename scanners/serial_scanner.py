"""A scanner on a serial port: RS-232, USB-CDC, Bluetooth SPP or a pty.

Decides when to read, when a port is lost and when to try again. Refuses to know what a read says and who listens;
one thread a scanner, ended by `stop`.
"""

import errno
import time
from collections.abc import Callable, Iterable
from threading import Event, Lock, Thread
from typing import Any

from scanners.framing import Framer, Overlong
from scanners.parse import cut_short, parse
from scanners.profile import ScannerProfile
from scanners.scan import LossReason, Read, ScannerFound, ScannerLost

_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 1.0
# A read that stops midway this long has lost its end; joined to the next one it would be a third barcode.
_STALE_SECONDS = 1.0

_REASONS = {
    errno.ENOENT: LossReason.ABSENT,
    errno.ENODEV: LossReason.ABSENT,
    errno.ENXIO: LossReason.ABSENT,
    errno.EAGAIN: LossReason.BUSY,
    errno.EBUSY: LossReason.BUSY,
    errno.EACCES: LossReason.DENIED,
    errno.EPERM: LossReason.DENIED,
}

_SENTENCES = {
    LossReason.ABSENT: "Scanner {name} is not at {port}: plug it in, or correct its port in the settings.",
    LossReason.BUSY: "Scanner {name} at {port} is held by another program: close that program.",
    LossReason.DENIED: "This account may not read {port}: add it to the group that owns the port, often dialout.",
    LossReason.UNPLUGGED: "Scanner {name} went away from {port}: plug it in again, it is found by itself.",
    LossReason.FAILED: "Scanner {name} at {port} does not work ({fault}): check the port and its settings.",
}


class SerialScanner:
    """Reads one port in a thread of its own and hands over what it says, as often as the port comes back."""

    def __init__(
        self,
        profile: ScannerProfile,
        deliver: Callable[[Read | ScannerLost | ScannerFound], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`deliver` is called in the scanner's thread and must not block; `clock` gives monotonic seconds."""
        self._profile = profile
        self._deliver = deliver
        self._clock = clock
        self._framer = Framer(profile.terminators.encode("ascii"))
        self._stopping = Event()
        self._lock = Lock()
        self._port: Any = None  # pyserial has no types
        self._thread: Thread | None = None
        self._has_heard = False

    def start(self) -> None:
        """Begin to read; the port may come later. Raises RuntimeError if already started."""
        if self._thread is not None:
            raise RuntimeError(f"scanner {self._profile.name} is already started")
        self._stopping.clear()
        self._thread = Thread(target=self._run, name=f"scanner-{self._profile.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop reading, close the port and wait for the thread to end; harmless if not started."""
        self._stopping.set()
        with self._lock:
            if self._port is not None:
                self._port.cancel_read()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        import termios

        told: LossReason | None = None
        wait_seconds = _FIRST_WAIT_SECONDS
        while not self._stopping.is_set():
            was_open = self._has_heard = False
            try:
                self._open()
                was_open, told = True, None
                self._deliver(ScannerFound(self._profile.name))
                self._listen()
            except (OSError, ValueError, termios.error) as fault:
                reason = LossReason.UNPLUGGED if was_open else _reason(fault)
                # Absent is what unplugged looks like from then on: no news.
                if reason is not told and (told, reason) != (LossReason.UNPLUGGED, LossReason.ABSENT):
                    self._deliver(self._lost(reason, fault))
                    told = reason
                # A port that opens and fails at once would be opened and lost many times a second.
                wait_seconds = _FIRST_WAIT_SECONDS if self._has_heard else min(2 * wait_seconds, _LONGEST_WAIT_SECONDS)
                self._stopping.wait(wait_seconds)
            finally:
                self._close()

    def _open(self) -> None:
        import serial  # not every terminal has a serial scanner

        profile = self._profile
        port = serial.Serial(
            profile.port,
            profile.baud,
            profile.bytesize,
            profile.parity,
            profile.stopbits,
            timeout=_STALE_SECONDS if profile.terminators else profile.silence_ms / 1000,
            exclusive=True,
        )
        with self._lock:
            self._port = port

    def _listen(self) -> None:
        """Read until told to stop; raises what the port raises, with no byte of a read lost silently."""
        try:
            while not self._stopping.is_set():
                data = self._port.read(self._port.in_waiting or 1)
                if data:
                    self._has_heard = True
                    self._hand_over(self._framer.feed(data))
                elif not self._profile.terminators:
                    self._hand_over(self._framer.silence())
                else:
                    self._hand_over_fragment()
        finally:
            self._hand_over_fragment()

    def _hand_over(self, frames: Iterable[bytes | Overlong]) -> None:
        for frame in frames:
            self._deliver(parse(frame, self._profile, self._profile.name, self._clock()))

    def _hand_over_fragment(self) -> None:
        for fragment in self._framer.silence():
            self._deliver(cut_short(fragment, self._profile.name, self._clock()))

    def _close(self) -> None:
        with self._lock:
            if self._port is not None:
                self._port.close()
                self._port = None

    def _lost(self, reason: LossReason, fault: Exception) -> ScannerLost:
        profile = self._profile
        sentence = _SENTENCES[reason].format(name=profile.name, port=profile.port, fault=fault)
        return ScannerLost(profile.name, reason, sentence)


def _reason(fault: Exception) -> LossReason:
    number = getattr(fault, "errno", None)
    return _REASONS.get(number, LossReason.FAILED) if number else LossReason.FAILED
