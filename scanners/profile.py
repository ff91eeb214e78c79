"""How one scanner is set up: where it is, how it ends a read, what it adds, how fast a hand is.

Decides which settings are possible and says which one is not. Refuses to know where settings are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal, Self, TypeGuard, get_args

from scanners.scan import GS

Kind = Literal["serial", "wedge", "evdev", "hidraw"]
Keyboard = Literal["us", "uk", "de", "fr", "es"]
Parity = Literal["N", "E", "O", "M", "S"]
Flow = Literal["none", "xonxoff", "rtscts", "dsrdtr"]

STX = "\x02"
ENDS = "\r\n\t\x03"


class ProfileError(ValueError):
    """A setting that cannot be: names the field, what came and what was expected."""

    def __init__(self, profile: str, field: str, came: object, expected: str) -> None:
        super().__init__(f"scanner {profile!r}: {field} is {came!r}; expected {expected}")
        self.profile = profile
        self.field = field
        self.came = came
        self.expected = expected


@dataclass(frozen=True, slots=True)
class ScannerProfile:
    """One scanner's settings; raises `ProfileError` at the first that cannot be.

    - `port`: a device's path, `usb:VID:PID` or `usb:VID:PID:SERIAL` (found on any path), `socket://host:port`.
    - `baud`, `bytesize`, `parity`, `stopbits`, `flow`: the line of a real serial port; the others do not mind them.
    - `terminators`: the characters that end a read; with none, `silence_ms` without a byte does.
    - `prefix`, `suffix`: taken off a read, as STX is; a prefix marks a scan among typed keys, however slow.
    - `separators`: what the scanner sends in place of GS: marks, or, of one that types, a key such as F8.
    - `aim`: True, every read begins with an AIM id; False, never; None, it is seen from the read.
    - `repeat_ms`: the same read again sooner than this is one read; 0 keeps all.
    - `burst_gap_ms`, `burst_characters`: so many keys at least, so far apart at most, are a scan.
    - `layout`: the country of the keyboard that a scanner of kind `evdev` plays.
    - `digits_are_gtins`: 8, 12, 13 or 14 digits without an AIM id must have a right check digit; turn it off
      where order numbers look like that.
    - `zero_suppressed_gtin`: web addresses may name a GTIN with fewer than 14 digits.
    - `sends_gs`: False where set-up found that GS gets lost; then no GS1 value of variable length is believed.
    """

    name: str
    kind: Kind = "serial"
    port: str | None = None
    baud: int = 9600
    bytesize: int = 8
    parity: Parity = "N"
    stopbits: float = 1
    flow: Flow = "none"
    terminators: str = ENDS
    silence_ms: int = 100
    prefix: str = STX
    suffix: str = ""
    separators: tuple[str, ...] = ()
    aim: bool | None = None
    repeat_ms: int = 60
    burst_gap_ms: int = 30
    burst_characters: int = 4
    layout: Keyboard = "us"
    digits_are_gtins: bool = True
    zero_suppressed_gtin: bool = False
    sends_gs: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise ProfileError(str(self.name), "name", self.name, "a name that tells this scanner from others")
        self._one_of("kind", get_args(Kind))
        self._one_of("parity", get_args(Parity))
        self._one_of("layout", get_args(Keyboard))
        self._one_of("bytesize", (5, 6, 7, 8))
        self._one_of("stopbits", (1, 1.5, 2))
        self._one_of("flow", get_args(Flow))
        self._one_of("aim", (True, False, None))
        self._one_of("digits_are_gtins", (True, False))
        self._one_of("zero_suppressed_gtin", (True, False))
        self._within("baud", 50, 4_000_000, "bits a second")
        self._one_of("sends_gs", (True, False))

        self._within("silence_ms", 10, 2_000, "milliseconds")
        self._within("repeat_ms", 0, 2_000, "milliseconds")
        self._within("burst_gap_ms", 5, 500, "milliseconds")
        self._within("burst_characters", 2, 40, "characters")
        self._check_port()
        self._check_characters()

    @property
    def is_on_network(self) -> bool:
        """Whether the port is an address."""
        from scanners.ports import Address, place_of  # a wedge has no port

        return self.port is not None and isinstance(place_of(self.port), Address)

    def wrote(self, text: str) -> bool:
        """Whether only this scanner, however slow, can have typed `text`: by its prefix, suffix, an AIM id or GS."""
        prefix = self.prefix.removeprefix(STX)
        return (
            (bool(prefix) and text.startswith(prefix) and text != prefix)
            or (bool(self.suffix) and text.endswith(self.suffix) and text != self.suffix)
            or (self.aim is not False and text.startswith("]") and len(text) > 3)
            or GS in text
        )

    @property
    def separator_keys(self) -> frozenset[str]:
        """The keys that stand for GS, as a terminal names them."""
        return frozenset(mark.lower() for mark in self.separators if _is_function_key(mark))

    @classmethod
    def from_table(cls, name: str, table: Mapping[str, object]) -> Self:
        """A profile from one table of a configuration file; raises `ProfileError`, also for a setting nobody knows."""
        known = [field.name for field in fields(cls) if field.name != "name"]
        for key, value in table.items():
            if key not in known:
                raise ProfileError(name, key, value, f"one of {', '.join(known)}")
        settings = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
        return cls(name, **settings)  # type: ignore[arg-type]  # every value is judged in __post_init__

    def _one_of(self, field: str, choices: tuple[object, ...]) -> None:
        came = getattr(self, field)
        # 1 == True in Python, and a file that says aim = 1 is a mistake.
        if not any(came == choice and type(came) is type(choice) for choice in choices):
            raise ProfileError(self.name, field, came, f"one of {', '.join(map(repr, choices))}")

    def _within(self, field: str, least: int, most: int, unit: str) -> None:
        came = getattr(self, field)
        if type(came) is not int or not least <= came <= most:
            raise ProfileError(self.name, field, came, f"a whole number from {least} to {most} {unit}")

    def _check_port(self) -> None:
        if self.kind != "wedge":
            from scanners.ports import EXPECTED, EXPECTED_DEVICE, Address, place_of

            expected = EXPECTED if self.kind == "serial" else EXPECTED_DEVICE
            try:
                place = place_of(self.port)  # type: ignore[arg-type]  # judged here
            except (ValueError, TypeError):
                raise ProfileError(self.name, "port", self.port, expected) from None
            if isinstance(place, Address) and self.kind != "serial":
                raise ProfileError(self.name, "port", self.port, expected)
        if self.kind == "wedge" and self.port is not None:
            raise ProfileError(self.name, "port", self.port, "no port, because a wedge types into the terminal")

    def _check_characters(self) -> None:
        ends = self.terminators
        if not isinstance(ends, str) or not all(c < " " and c not in f"{STX}{GS}\x1b" for c in ends):
            expected = "control characters such as \\r, \\n, \\t, \\x03, and not STX, GS or ESC"
            raise ProfileError(self.name, "terminators", ends, expected)
        if not _is_mark(self.prefix, least=0) or set(self.prefix) & set(f"{ends}{GS}\x1b]"):
            expected = "at most 8 ASCII characters without terminators, GS, ESC or ]"
            raise ProfileError(self.name, "prefix", self.prefix, expected)
        if not _is_mark(self.suffix, least=0) or set(self.suffix) & set(f"{ends}{GS}{STX}\x1b"):
            expected = "at most 8 ASCII characters without terminators, GS, STX or ESC"
            raise ProfileError(self.name, "suffix", self.suffix, expected)
        if not isinstance(self.separators, tuple) or not all(self._may_separate(mark) for mark in self.separators):
            expected = 'a list of marks that no data holds, such as ["|", "<GS>"], or of keys, ["F8"], where it types'
            raise ProfileError(self.name, "separators", self.separators, expected)

    def _may_separate(self, mark: object) -> bool:
        if self.kind in ("wedge", "evdev") and _is_function_key(mark):
            return True
        return _is_mark(mark, least=1) and not mark.isalnum() and not set(mark) & set(self.terminators)


def _is_function_key(mark: object) -> bool:
    return isinstance(mark, str) and mark[:1] in "Ff" and mark[1:].isdecimal() and 1 <= int(mark[1:]) <= 24


def _is_mark(value: object, *, least: int) -> TypeGuard[str]:
    return isinstance(value, str) and value.isascii() and least <= len(value) <= 8
