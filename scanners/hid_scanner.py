"""A scanner on USB or Bluetooth HID: one that types, grabbed before anyone sees its keys, or one in HID-POS mode.

Decides what reads its device, and what is to be done where that may not be read. Refuses to know what a read says and
who listens. Linux alone has these device files.
"""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from scanners.framing import Overlong
from scanners.hid_device import HidDevice, Keyboard
from scanners.hid_place import RULES_FILE, descriptor_of, path_of, rule_for
from scanners.hid_pos import USUAL, PosReports, pos_layout
from scanners.key_events import Cut, KeyFrames, Keys
from scanners.keyboard_layouts import LAYOUTS
from scanners.parse import cut_short, parse
from scanners.profile import ScannerProfile
from scanners.reader import Clock, Deliver, Reader
from scanners.scan import ADMITTABLE, LossReason

# A read that stops midway this long has lost its end.
_STALE_SECONDS = 1.0

_MODES = {"evdev": "USB keyboard", "hidraw": "USB HID-POS"}
_SENTENCES = {
    LossReason.ABSENT: "Scanner {name} is not at {port}: plug it in, see that it is set to {mode}, or correct its port "
    "(`lsusb` shows the numbers for usb:VVVV:PPPP).",
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
    """The device of a profile of kind `evdev` or `hidraw`, and what reads it; raises OSError or ValueError."""
    path = path_of(profile.port or "", profile.kind)
    if profile.kind == "evdev":
        keyboard = Keyboard(path)
        return keyboard, key_decoder(profile, keyboard)
    descriptor = descriptor_of(path)
    layout = pos_layout(descriptor) if descriptor else USUAL
    return HidDevice(path), PosReports(layout, profile.terminators, profile.prefix)


def key_decoder(profile: ScannerProfile, keyboard: Keyboard | None = None) -> KeyFrames:
    """What reads the key events of a profile's scanner; without a keyboard, those of a recording."""
    layout, separators = LAYOUTS[profile.layout], profile.separator_keys
    if keyboard is None:
        return KeyFrames(Keys(layout, separators), profile.terminators)
    keys = Keys(layout, separators, keyboard.held, is_capslock_on=keyboard.is_capslock_on)
    return KeyFrames(keys, profile.terminators)


class HidScanner(Reader):
    """Reads one device for as long as it is there."""

    def __init__(
        self,
        profile: ScannerProfile,
        deliver: Deliver,
        clock: Clock = time.monotonic,
        open_device: Callable[[ScannerProfile], Opened] = open_device,
    ) -> None:
        """`deliver` is called in the scanner's thread and must not block; `clock` gives monotonic seconds."""
        super().__init__(profile, deliver, clock)
        self._open_device = open_device
        self._opened: Opened | None = None

    def _open(self) -> None:
        opened = self._open_device(self._profile)
        with self._lock:
            self._opened = opened

    def _listen(self) -> None:
        assert self._opened is not None
        device, decoder = self._opened
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
            if isinstance(read, Cut):
                self._deliver(cut_short(read, name, at))
            else:
                self._deliver(parse(read, self._profile, name, at, admits=ADMITTABLE))

    def _cancel(self) -> None:
        with self._lock:
            if self._opened is not None:
                self._opened[0].interrupt()

    def _close(self) -> None:
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened[0].close()

    def _sentence(self, reason: LossReason, fault: Exception) -> str:
        profile = self._profile
        return _SENTENCES[reason].format(
            name=profile.name,
            port=profile.port,
            mode=_MODES[profile.kind],
            fault=getattr(fault, "strerror", None) or fault,
            file=RULES_FILE,
            rule=rule_for(profile.port or "", profile.kind),
        )
