"""What every scanner on a port has in common: a thread that opens it, listens, and finds it again when it went away.

Decides when a loss and a return are told, and when to try again. Refuses to know what a port is, which is for the
readers that stand on this one, and who listens.
"""

import errno
import termios
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from threading import Event, Lock, Thread

from scanners.profile import ScannerProfile
from scanners.scan import LossReason, Read, ScannerFound, ScannerLost

Deliver = Callable[[Read | ScannerLost | ScannerFound], None]
Clock = Callable[[], float]

_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 1.0

_REASONS = {
    errno.ENOENT: LossReason.ABSENT,
    errno.ENODEV: LossReason.ABSENT,
    errno.ENXIO: LossReason.ABSENT,
    errno.ECONNREFUSED: LossReason.ABSENT,
    errno.EHOSTDOWN: LossReason.ABSENT,
    errno.EHOSTUNREACH: LossReason.ABSENT,
    errno.ENETUNREACH: LossReason.ABSENT,
    errno.ETIMEDOUT: LossReason.ABSENT,
    errno.EAGAIN: LossReason.BUSY,
    errno.EBUSY: LossReason.BUSY,
    errno.EACCES: LossReason.DENIED,
    errno.EPERM: LossReason.DENIED,
}


class Reader(ABC):
    """Reads one scanner in a thread of its own and hands over what it says, as often as it comes back.

    A kind of port fills in `_open`, `_listen`, `_cancel`, `_close` and `_sentence`; all but `_cancel` run in the
    reader's thread.
    """

    def __init__(self, profile: ScannerProfile, deliver: Deliver, clock: Clock = time.monotonic) -> None:
        """`deliver` is called in the reader's thread and must not block; `clock` gives monotonic seconds."""
        self._profile = profile
        self._deliver = deliver
        self._clock = clock
        self._stopping = Event()
        self._tried = Event()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._has_heard = False

    def start(self) -> None:
        """Begin to read; the scanner may come later. Raises RuntimeError if already started."""
        if self._thread is not None:
            raise RuntimeError(f"scanner {self._profile.name} is already started")
        self._stopping.clear()
        self._tried.clear()
        self._thread = Thread(target=self._run, name=f"scanner-{self._profile.name}", daemon=True)
        self._thread.start()

    def settle(self, patience_seconds: float) -> bool:
        """Wait until a started reader hears its port, or knows that it cannot; False where that takes longer."""
        return self._tried.wait(patience_seconds)

    def stop(self) -> None:
        """Stop reading, close the port and wait for the thread to end; harmless if not started."""
        self._stopping.set()
        self._cancel()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        told: LossReason | None = None
        wait_seconds = _FIRST_WAIT_SECONDS
        while not self._stopping.is_set():
            was_open = self._has_heard = False
            try:
                self._open()
                was_open, told = True, None
                self._tried.set()
                self._deliver(ScannerFound(self._profile.name))
                self._listen()
            except (OSError, ValueError, termios.error) as fault:
                self._tried.set()
                if self._stopping.is_set():
                    break
                reason = LossReason.UNPLUGGED if was_open else _reason(fault)
                # Absent is what unplugged looks like from then on: no news.
                if reason is not told and (told, reason) != (LossReason.UNPLUGGED, LossReason.ABSENT):
                    self._deliver(ScannerLost(self._profile.name, reason, self._sentence(reason, fault)))
                    told = reason
                # A port that opens and fails at once would be opened and lost many times a second.
                wait_seconds = _FIRST_WAIT_SECONDS if self._has_heard else min(2 * wait_seconds, _LONGEST_WAIT_SECONDS)
                self._stopping.wait(wait_seconds)
            finally:
                self._close()

    @abstractmethod
    def _open(self) -> None:
        """Opens the port; OSError or ValueError where it cannot be opened now."""

    @abstractmethod
    def _listen(self) -> None:
        """Delivers what comes, until `_stopping` is set; sets `_has_heard`; raises what the port raises at its loss."""

    @abstractmethod
    def _cancel(self) -> None:
        """Makes `_open` and `_listen` return soon, called from another thread; harmless where nothing is open."""

    @abstractmethod
    def _close(self) -> None:
        """Closes what `_open` opened, wholly or halfway."""

    @abstractmethod
    def _sentence(self, reason: LossReason, fault: Exception) -> str:
        """What is wrong, and what to do about it."""


def reader_of(profile: ScannerProfile, deliver: Deliver, clock: Clock = time.monotonic) -> Reader:
    """The reader for a profile's kind and port; imports no other. ValueError for a wedge, which has no port."""
    match profile.kind:
        case "serial" if profile.is_on_network:
            from scanners.network_scanner import NetworkScanner

            return NetworkScanner(profile, deliver, clock)
        case "serial":
            from scanners.serial_scanner import SerialScanner

            return SerialScanner(profile, deliver, clock)
        case "evdev" | "hidraw":
            from scanners.hid_scanner import HidScanner

            return HidScanner(profile, deliver, clock)
    raise ValueError(f"scanner {profile.name} has no port to read")


def _reason(fault: Exception) -> LossReason:
    if isinstance(fault, TimeoutError):
        return LossReason.ABSENT
    number = getattr(fault, "errno", None)
    return _REASONS.get(number, LossReason.FAILED) if number else LossReason.FAILED
