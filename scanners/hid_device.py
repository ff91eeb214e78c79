"""Device files of HID scanners: opened, held for this program alone, and let go without a key left hanging.

Decides when a keyboard may be grabbed and let go. Speaks the kernel's interface (linux/input.h) itself: three ioctls
are no reason for a compiled dependency. Refuses to know what events and reports mean.
"""

import errno
import fcntl
import os
import select
import struct
import time
from contextlib import suppress

from scanners.key_events import EV_LED, EV_SYN, EVENT, LED_CAPSLOCK

_KEYS_BYTES, _LEDS_BYTES = 96, 8


def _reading(number: int, size: int) -> int:
    return 2 << 30 | size << 16 | ord("E") << 8 | number


_EVIOCGKEY, _EVIOCGLED = _reading(0x18, _KEYS_BYTES), _reading(0x19, _LEDS_BYTES)
_EVIOCGRAB = 1 << 30 | struct.calcsize("i") << 16 | ord("E") << 8 | 0x90

_QUIET_SECONDS, _LONGEST_WAIT_SECONDS = 0.05, 2.0
_CHUNK_BYTES = 4096


class HidDevice:
    """An open device file whose reads can be waited for and interrupted. A hidraw file gives one report a read."""

    def __init__(self, port: str) -> None:
        """Raises OSError where the file cannot be opened."""
        self.fd = _open(port)
        self._wake, self._woken = os.pipe()

    def read(self, timeout_seconds: float) -> bytes | None:
        """What came, empty after `timeout_seconds` without, None when interrupted; OSError when the device is gone."""
        ready, _, _ = select.select((self.fd, self._wake), (), (), timeout_seconds)
        if self._wake in ready:
            return None
        if not ready:
            return b""
        data = os.read(self.fd, _CHUNK_BYTES)
        if not data:
            raise OSError(errno.ENODEV, "the device is gone")
        return data

    def interrupt(self) -> None:
        """Ends the present read and every later one; from any thread."""
        with suppress(OSError):
            os.write(self._woken, b"\0")

    def close(self) -> None:
        """Lets the file go."""
        for each in (self.fd, self._wake, self._woken):
            os.close(each)


class Keyboard(HidDevice):
    """A keyboard that types for this program alone (EVIOCGRAB)."""

    def __init__(self, port: str) -> None:
        """Raises OSError: EBUSY where another program has grabbed it, ENOTTY or EINVAL where it is no input device."""
        super().__init__(port)
        try:
            # A key that is down when it is grabbed stays down for everyone else: they never see it go up.
            self._wait_for_quiet()
            fcntl.ioctl(self.fd, _EVIOCGRAB, 1)
            self.is_capslock_on = self._settle_capslock()
        except OSError:
            super().close()
            raise

    def held(self) -> frozenset[int]:
        """The codes of the keys that are down now."""
        bits = fcntl.ioctl(self.fd, _EVIOCGKEY, bytes(_KEYS_BYTES))
        return frozenset(8 * place + bit for place, byte in enumerate(bits) for bit in range(8) if byte >> bit & 1)

    def close(self) -> None:
        """Lets the keyboard go, once no key is down: the rest of a read must not land in whatever has focus."""
        with suppress(OSError):  # unplugged
            self._wait_for_quiet()
            fcntl.ioctl(self.fd, _EVIOCGRAB, 0)
        super().close()

    def _wait_for_quiet(self) -> None:
        """Until no key is down and none comes, but not for ever: someone may lean on a key."""
        until = time.monotonic() + _LONGEST_WAIT_SECONDS
        while time.monotonic() < until:
            ready, _, _ = select.select((self.fd,), (), (), _QUIET_SECONDS)
            if ready:
                with suppress(BlockingIOError):
                    os.read(self.fd, _CHUNK_BYTES)
            elif not self.held():
                return

    def _settle_capslock(self) -> bool:
        """Switches CapsLock off, so that a scanner that minds the light types as it reads; says whether it is still on.

        While grabbed, no other keyboard changes the light.
        """
        with suppress(OSError):  # opened for reading alone
            os.write(self.fd, EVENT.pack(0, 0, EV_LED, LED_CAPSLOCK, 0) + EVENT.pack(0, 0, EV_SYN, 0, 0))
            return False
        leds = fcntl.ioctl(self.fd, _EVIOCGLED, bytes(_LEDS_BYTES))
        return bool(leds[0] >> LED_CAPSLOCK & 1)


def _open(port: str) -> int:
    flags = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    try:
        return os.open(port, os.O_RDWR | flags)
    except OSError as fault:
        if fault.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        return os.open(port, os.O_RDONLY | flags)
