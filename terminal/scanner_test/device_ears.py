"""Listens to scanners that are no serial line: on the network, in HID-POS mode, or typing on a grabbed keyboard.

Decides how what such a device says becomes a capture. How it is opened, lost and found again is its own reader's
business, so that the test hears what the terminal would. Everything goes to `tell`, from the readers' threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scanners.framing import Overlong
from scanners.scan import ScannerFound, ScannerLost
from terminal.scanner_test.capture import Capture, Gatherer, LineSettings, PortNews, Source, Way

if TYPE_CHECKING:
    from scanners.hid_scanner import Decoder, Opened
    from scanners.profile import ScannerProfile
    from scanners.reader import Reader

Tell = Callable[[Capture | PortNews], object]
Clock = Callable[[], float]
Opening = Callable[["ScannerProfile"], "Opened"]

# Between two looks whether a silence was long enough.
_LOOK_MS = 50
_KEY_LOST = "key lost"


def way_of(profile: ScannerProfile) -> Way:
    """By which way this scanner comes."""
    match profile.kind:
        case "evdev" | "hidraw":
            return profile.kind
        case _:
            return "network" if profile.is_on_network else "serial"


def ear_of(profile: ScannerProfile, tell: Tell, clock: Clock, opening: Opening | None = None) -> Reader:
    """What listens to the scanner of `profile`, which is not started yet; `opening` opens another HID device for it."""
    port, way = profile.port or "", way_of(profile)
    source = Source(port, way=way)

    def deliver(heard: object) -> None:
        if isinstance(heard, ScannerFound):
            tell(PortNews(port, settings=LineSettings(), way=way))
        elif isinstance(heard, ScannerLost):
            tell(PortNews(port, fault=heard.sentence, way=way))

    if way == "network":
        from scanners.network_scanner import NetworkScanner

        return NetworkScanner(profile, deliver, clock, reads=_Bytes(_Gathered(source, tell, clock)))
    from scanners.hid_scanner import HidScanner
    from scanners.hid_scanner import open_device as open_really

    def opened(_: ScannerProfile) -> Opened:
        device, decoder = (opening or open_really)(profile)
        if way == "evdev":
            return device, _PressedKeys(profile, device, _Gathered(source, tell, clock))
        return device, _Reports(decoder, source, tell, clock)

    return HidScanner(replace(profile, terminators="", silence_ms=_LOOK_MS), deliver, clock, opened)


class _Gathered:
    """Signs of one device, told as captures once a silence was long enough."""

    def __init__(self, source: Source, tell: Tell, clock: Clock) -> None:
        self._gatherer, self._tell, self._clock = Gatherer(source), tell, clock

    @property
    def patience_seconds(self) -> float:
        return self._gatherer.patience_seconds

    def take(self, signs: Iterable[str]) -> None:
        for sign in signs:
            self._gatherer.take_sign(sign, self._clock())

    def look(self) -> None:
        self._told(self._gatherer.due(self._clock()))

    def end(self) -> None:
        self._told(self._gatherer.due(float("inf")))

    def _told(self, capture: Capture | None) -> None:
        for read in capture.reads() if capture else ():
            self._tell(read)


class _Bytes:
    """Takes the bytes of a connection in place of a stream of reads."""

    def __init__(self, gathered: _Gathered) -> None:
        self._gathered = gathered

    @property
    def patience_seconds(self) -> float:
        """A little more than a silence has to last."""
        return self._gathered.patience_seconds + _LOOK_MS / 1000

    def feed(self, data: bytes) -> None:
        """Gathers what came."""
        self._gathered.take(data.decode("latin-1"))

    def silent(self) -> None:
        """Tells what the silence has ended."""
        self._gathered.look()

    def broken(self) -> None:
        """Tells what came before the end."""
        self._gathered.end()


class _PressedKeys:
    """Takes the key events of a grabbed keyboard, each key with its time."""

    def __init__(self, profile: ScannerProfile, device: object, gathered: _Gathered) -> None:
        from scanners.hid_device import Keyboard
        from scanners.key_events import Keys
        from scanners.keyboard_layouts import LAYOUTS

        held = device.held if isinstance(device, Keyboard) else tuple
        is_on = isinstance(device, Keyboard) and device.is_capslock_on
        self._keys = Keys(LAYOUTS[profile.layout], profile.separator_keys, held, is_capslock_on=is_on)
        self._gathered = gathered

    def feed(self, data: bytes) -> Sequence[bytes | str | Overlong]:
        self._gathered.take(typed if isinstance(typed, str) else f"<{_KEY_LOST}>" for typed in self._keys.feed(data))
        return ()

    def silence(self) -> Sequence[bytes | str | Overlong]:
        self._gathered.look()
        return ()

    def cut(self) -> Sequence[bytes | str | Overlong]:
        self._gathered.end()
        return ()


class _Reports:
    """Takes the reads of a device whose reports begin and end them."""

    def __init__(self, decoder: Decoder, source: Source, tell: Tell, clock: Clock) -> None:
        self._decoder, self._source, self._tell, self._clock = decoder, source, tell, clock

    def feed(self, data: bytes) -> Sequence[bytes | str | Overlong]:
        return self._told(self._decoder.feed(data))

    def silence(self) -> Sequence[bytes | str | Overlong]:
        return ()  # a long code's next report may be late

    def cut(self) -> Sequence[bytes | str | Overlong]:
        return self._told(self._decoder.cut())

    def _told(self, reads: Sequence[bytes | str | Overlong]) -> Sequence[bytes | str | Overlong]:
        for read in reads:
            raw = read.head if isinstance(read, Overlong) else read
            text = raw.decode("latin-1") if isinstance(raw, bytes) else str(raw)
            if text:
                self._tell(Capture(self._source, tuple(text), (self._clock(),) * len(text)))
        return ()
