"""Key events of the kernel -> the text that a scanner in keyboard mode typed, whatever the host's own layout is.

Decides what a press means under Shift, CapsLock, AltGr, Ctrl, dead keys and Alt with the number pad. A key that types
nothing becomes `UNTYPED`, which no barcode may hold: dropped, it might have been a separator. Opens no device.
"""

import struct
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from enum import Enum

from scanners.framing import Framer, Overlong
from scanners.keyboard_layouts import SPACING, Key, Layout
from scanners.scan import GS

EVENT = struct.Struct("@llHHi")
"""`struct input_event`: seconds, microseconds, type, code, value."""

EV_SYN, EV_KEY, EV_LED = 0, 1, 17
LED_CAPSLOCK = 1
UNTYPED = "\x1a"

_SYN_REPORT, _SYN_DROPPED = 0, 3
_UP, _DOWN = 0, 1

_SHIFTS, _CONTROLS = {42, 54}, {29, 97}
_LEFT_ALT, _ALTGR = 56, 100
_CAPSLOCK = 58
# Super, Compose, NumLock and ScrollLock change nothing here: the number pad of a scanner types numbers.
_SILENT = {125, 126, 127, 69, 70} | _SHIFTS | _CONTROLS | {_LEFT_ALT, _ALTGR}
_PLAIN = {1: "\x1b", 14: "\b", 15: "\t", 28: "\r", 57: " ", 96: "\r", 111: "\x7f"}
_NUMBER_PAD = dict(zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73), "0123456789", strict=True))
_NUMBER_PAD_SIGNS = {55: "*", 74: "-", 78: "+", 98: "/", 117: "=", 121: ","}
_DECIMAL = 83
_FUNCTION_KEYS = {**{58 + n: f"f{n}" for n in range(1, 11)}, 87: "f11", 88: "f12"}
_FUNCTION_KEYS |= {170 + n: f"f{n}" for n in range(13, 25)}
# Ctrl goes by where a key is on a US keyboard: Ctrl and the key right of P and its neighbour type GS everywhere.
_CONTROL_PLACES = {3: "\x00", 7: "\x1e", 12: "\x1f", 26: "\x1b", 27: "\x1d", 43: "\x1c"}


class Gap(Enum):
    """The kernel's buffer ran over: keys are missing here."""

    GAP = 0


class Cut(str):
    """The beginning of a read whose end never came, or whose middle is missing."""

    __slots__ = ()


class Keys:
    """Characters out of a stream of `struct input_event`, cut anywhere."""

    def __init__(
        self,
        layout: Layout,
        separator_keys: Iterable[str] = (),
        held: Callable[[], Collection[int]] = tuple,
        *,
        is_capslock_on: bool = False,
    ) -> None:
        """`separator_keys` type GS, such as f8. `held` says which keys are down, after events were missed."""
        self._layout = layout
        self._separator_keys = frozenset(separator_keys)
        self._held = held
        self._rest = b""
        self._down: set[int] = set()
        self._capslock = is_capslock_on
        self._dead = ""
        self._alt_digits = ""
        self._is_missing = False

    def feed(self, data: bytes) -> Iterator[str | Gap]:
        """What these events typed, character by character."""
        data = self._rest + data
        whole = len(data) - len(data) % EVENT.size
        self._rest = data[whole:]
        for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == EV_SYN:
                if code == _SYN_DROPPED:
                    self._is_missing = True
                elif self._is_missing and code == _SYN_REPORT:
                    self._resume()
                    yield Gap.GAP
            elif kind == EV_KEY and not self._is_missing:
                yield from self._key(code, value)

    def _resume(self) -> None:
        """Events up to here are worthless; what is down now has to be asked for (the kernel's event-codes.rst)."""
        self._is_missing = False
        self._down = set(self._held())
        self._dead = self._alt_digits = ""

    def _key(self, code: int, value: int) -> Iterator[str]:
        if value == _UP:
            self._down.discard(code)
            if code == _LEFT_ALT:
                yield from self._end_of_alt()
        elif value == _DOWN:  # a repeat is the kernel's own, no scanner holds a key
            self._down.add(code)
            if code == _CAPSLOCK:
                self._capslock = not self._capslock
            elif code not in _SILENT:
                yield from self._typed(self._character(code))

    def _character(self, code: int) -> str:
        if self._is_alt and code in _NUMBER_PAD:
            self._alt_digits += _NUMBER_PAD[code]
            return ""
        if code in _FUNCTION_KEYS:
            return GS if _FUNCTION_KEYS[code] in self._separator_keys else UNTYPED
        if self._is_alt:
            return UNTYPED
        if code in _NUMBER_PAD or code in _NUMBER_PAD_SIGNS:
            return _NUMBER_PAD.get(code) or _NUMBER_PAD_SIGNS[code]
        if code == _DECIMAL:
            return self._layout.decimal
        key = self._layout.keys.get(code)
        if self._is_control:
            return _PLAIN.get(code) or _control(code, key)
        return _PLAIN.get(code) or (self._level(key) if key else "") or UNTYPED

    def _level(self, key: Key) -> str:
        if self._is_altgr:
            return key.altgr
        is_shifted = bool(self._down & _SHIFTS)
        if self._capslock and key.plain.isalpha() and key.shift == key.plain.upper():
            is_shifted = not is_shifted
        return key.shift if is_shifted else key.plain

    def _typed(self, text: str) -> Iterator[str]:
        """The text behind the accent that waits for it."""
        if not self._dead:
            if text in SPACING:
                self._dead = text
            elif text:
                yield text
            return
        dead, self._dead = self._dead, ""
        if text in (" ", dead):
            yield SPACING[dead]
        elif len(composed := unicodedata.normalize("NFC", text + dead)) == 1:
            yield composed
        else:
            yield SPACING[dead]
            yield from self._typed(text)

    def _end_of_alt(self) -> Iterator[str]:
        """Alt and a number is a character of the code page that Windows has for it: the newer one behind a zero."""
        digits, self._alt_digits = self._alt_digits, ""
        if digits:
            page = "cp1252" if digits.startswith("0") else "cp437"
            yield bytes([int(digits) & 0xFF]).decode(page, "replace")

    @property
    def _is_altgr(self) -> bool:
        # Scanners press AltGr as Windows does: as a key of its own, or as Ctrl and Alt.
        return _ALTGR in self._down or (_LEFT_ALT in self._down and bool(self._down & _CONTROLS))

    @property
    def _is_alt(self) -> bool:
        return _LEFT_ALT in self._down and not self._is_altgr

    @property
    def _is_control(self) -> bool:
        return bool(self._down & _CONTROLS) and not self._is_altgr


class KeyFrames:
    """Reads out of key events: a terminator ends one, a gap cuts one."""

    def __init__(self, keys: Keys, terminators: str) -> None:
        self._keys = keys
        self._framer = Framer(terminators.encode("ascii"))
        self._ends = terminators
        self._is_tail = False

    def feed(self, data: bytes) -> list[str | Overlong]:
        """The reads that these events complete; `Cut` where one is not whole."""
        out: list[str | Overlong] = []
        for typed in self._keys.feed(data):
            if isinstance(typed, Gap):
                out += self.cut() or [Cut("...")]
                self._is_tail = True
            elif not self._is_tail:
                out += (_text(frame) for frame in self._framer.feed(typed.encode("utf-8")))
            # What follows a gap is the end of a read whose beginning is not whole: it would be another barcode.
            elif typed in self._ends:
                self._is_tail = False
        return out

    def silence(self) -> list[str | Overlong]:
        """Nothing more comes: the end of a read where none is marked, else a read that broke off."""
        self._is_tail = False
        return self.cut() if self._ends else [_text(frame) for frame in self._framer.silence()]

    def cut(self) -> list[str | Overlong]:
        """What is left of a read that broke off."""
        return [Cut(_text(frame)) for frame in self._framer.silence()]


def _text(frame: bytes | Overlong) -> str | Overlong:
    # The framer's limit may fall into the middle of a character.
    return frame if isinstance(frame, Overlong) else frame.decode("utf-8", "replace")


def _control(code: int, key: Key | None) -> str:
    letter = key.plain.upper() if key else ""
    if len(letter) == 1 and "A" <= letter <= "Z":
        return chr(ord(letter) - 0x40)
    return _CONTROL_PLACES.get(code, UNTYPED)
