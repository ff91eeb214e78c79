"""A scanner on USB or Bluetooth HID: one that types, grabbed before anyone sees its keys, or one in HID-POS mode.

Decides when to read, when a device is lost and when to try again. Refuses to know what a read says and who listens; one
thread a scanner, ended by `stop`. Linux alone has these device files.
"""

import errno
import time
from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread
from typing import Protocol

from scanners.framing import Overlong
from scanners.hid_device import HidDevice, Keyboard
from scanners.hid_pos import USUAL, NoScanner, PosReports, pos_layout
from scanners.key_events import Cut, KeyFrames, Keys
from scanners.keyboard_layouts import LAYOUTS
from scanners.parse import cut_short, parse
from scanners.profile import ScannerProfile
from scanners.scan import LossReason, Read, ScannerFound, ScannerLost
from scanners.udev import RULES_FILE, descriptor_of, rule_for

_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 1.0
# A read that stops midway this long has lost its end.
_STALE_SECONDS = 1.0

_REASONS = {
    errno.ENOENT: LossReason.ABSENT,
    errno.ENODEV: LossReason.ABSENT,
    errno.ENXIO: LossReason.ABSENT,
    errno.EBUSY: LossReason.BUSY,
    errno.EACCES: LossReason.DENIED,
    errno.EPERM: LossReason.DENIED,
}
_MODES = {"evdev": "USB keyboard", "hidraw": "USB HID-POS"}
_STABLE = {
    "evdev": "its name in /dev/input/by-id",
    "hidraw": "the name that this line in {file} gives it: {rule}",
}

_SENTENCES = {
    LossReason.ABSENT: "Scanner {name} is not at {port}: plug it in, see that it is set to {mode}, or correct its "
    "port, best to {stable}",
    LossReason.BUSY: "Scanner {name} at {port} is held by another program: close that program.",
    LossReason.DENIED: "This account may not read {port}: as administrator, write this line into {file}, run "
    "`udevadm control --reload` and plug the scanner in again: {rule}",
    LossReason.UNPLUGGED: "Scanner {name} went away from {port}: plug it in again, it is found by itself.",
    LossReason.FAILED: "{port} is no scanner in {mode} mode ({fault}): scan that mode's set-up code, or correct "
    "the port.",
}


class Decoder(Protocol):
    """What makes reads of a device's bytes; a `Cut` is a read that broke off."""

    def feed(self, data: bytes) -> Sequence[bytes | str | Overlong]:
        """The reads that these bytes complete."""

    def silence(self) -> Sequence[bytes | str | Overlong]:
        """What is to be made of the silence now."""

    def cut(self) -> Sequence[bytes | str | Overlong]:
        """What is left, because the device is gone."""


Opened = tuple[HidDevice, Decoder]


def open_device(profile: ScannerProfile) -> Opened:
    """The device of a profile of kind `evdev` or `hidraw`, and what reads it; raises OSError or `NoScanner`."""
    port = profile.port or ""
    if profile.kind == "evdev":
        keyboard = Keyboard(port)
        return keyboard, key_decoder(profile, keyboard)
    descriptor = descriptor_of(port)
    layout = pos_layout(descriptor) if descriptor else USUAL
    return HidDevice(port), PosReports(layout, profile.terminators, profile.prefix)


def key_decoder(profile: ScannerProfile, keyboard: Keyboard | None = None) -> KeyFrames:
    """What reads the key events of a profile's scanner; without a keyboard, those of a recording."""
    layout, separators = LAYOUTS[profile.layout], profile.separators
    if keyboard is None:
        return KeyFrames(Keys(layout, separators), profile.terminators)
    keys = Keys(layout, separators, keyboard.held, is_capslock_on=keyboard.is_capslock_on)
    return KeyFrames(keys, profile.terminators)


class HidScanner:
    """Reads one device in a thread of its own and hands over what it says, as often as the device comes back."""

    def __init__(
        self,
        profile: ScannerProfile,
        deliver: Callable[[Read | ScannerLost | ScannerFound], None],
        clock: Callable[[], float] = time.monotonic,
        open_device: Callable[[ScannerProfile], Opened] = open_device,
    ) -> None:
        """`deliver` is called in the scanner's thread and must not block; `clock` gives monotonic seconds."""
        self._profile = profile
        self._deliver = deliver
        self._clock = clock
        self._open_device = open_device
        self._stopping = Event()
        self._lock = Lock()
        self._device: HidDevice | None = None
        self._thread: Thread | None = None
        self._has_heard = False

    def start(self) -> None:
        """Begin to read; the device may come later. Raises RuntimeError if already started."""
        if self._thread is not None:
            raise RuntimeError(f"scanner {self._profile.name} is already started")
        self._stopping.clear()
        self._thread = Thread(target=self._run, name=f"scanner-{self._profile.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop reading, let the device go and wait for the thread to end; harmless if not started."""
        self._stopping.set()
        with self._lock:
            if self._device is not None:
                self._device.interrupt()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        told: LossReason | None = None
        wait_seconds = _FIRST_WAIT_SECONDS
        while not self._stopping.is_set():
            was_open = self._has_heard = False
            try:
                device, decoder = self._open_device(self._profile)
                with self._lock:
                    self._device = device
                was_open, told = True, None
                self._deliver(ScannerFound(self._profile.name))
                self._listen(device, decoder)
            except (OSError, NoScanner) as fault:
                reason = LossReason.UNPLUGGED if was_open else _reason(fault)
                # Absent is what unplugged looks like from then on: no news.
                if reason is not told and (told, reason) != (LossReason.UNPLUGGED, LossReason.ABSENT):
                    self._deliver(self._lost(reason, fault))
                    told = reason
                # A device that opens and fails at once would be opened and lost many times a second.
                wait_seconds = _FIRST_WAIT_SECONDS if self._has_heard else min(2 * wait_seconds, _LONGEST_WAIT_SECONDS)
                self._stopping.wait(wait_seconds)
            finally:
                self._close()

    def _listen(self, device: HidDevice, decoder: Decoder) -> None:
        """Read until told to stop; raises what the device raises, with nothing of a read lost silently."""
        patience_seconds = _STALE_SECONDS if self._profile.terminators else self._profile.silence_ms / 1000
        try:
            while not self._stopping.is_set():
                data = device.read(patience_seconds)
                if data:
                    self._has_heard = True
                    self._hand_over(decoder.feed(data))
                elif data is not None:
                    self._hand_over(decoder.silence())
        finally:
            self._hand_over(decoder.cut())

    def _hand_over(self, reads: Sequence[bytes | str | Overlong]) -> None:
        for read in reads:
            at, name = self._clock(), self._profile.name
            self._deliver(cut_short(read, name, at) if isinstance(read, Cut) else parse(read, self._profile, name, at))

    def _close(self) -> None:
        with self._lock:
            device, self._device = self._device, None
        if device is not None:
            device.close()

    def _lost(self, reason: LossReason, fault: Exception) -> ScannerLost:
        profile = self._profile
        rule = rule_for(profile.port or "", profile.kind)
        sentence = _SENTENCES[reason].format(
            name=profile.name,
            port=profile.port,
            mode=_MODES[profile.kind],
            fault=getattr(fault, "strerror", None) or fault,
            file=RULES_FILE,
            rule=rule,
            stable=_STABLE[profile.kind].format(file=RULES_FILE, rule=rule),
        )
        return ScannerLost(profile.name, reason, sentence)


def _reason(fault: Exception) -> LossReason:
    return _REASONS.get(getattr(fault, "errno", None) or 0, LossReason.FAILED)
