"""How the scale of a bench is set up: which protocol it speaks, where it is, in which unit it counts.

Decides which settings are possible and says which one is not. Refuses to know where settings are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Self, get_args

from scanners.profile import Parity, ProfileError, ScannerProfile
from scanners.scale import Unit

ProtocolName = Literal["toledo8217", "nci", "mt-sics"]

# What such scales leave the factory with: bits and parity.
_FRAMES: Mapping[str, tuple[int, Parity]] = {"toledo8217": (7, "E"), "nci": (7, "E"), "mt-sics": (8, "N")}


class ScaleProfileError(ValueError):
    """A setting that cannot be: names the field, what came and what was expected."""

    def __init__(self, field: str, came: object, expected: str) -> None:
        super().__init__(f"scale: {field} is {came!r}; expected {expected}")
        self.field, self.came, self.expected = field, came, expected


@dataclass(frozen=True, slots=True)
class ScaleProfile:
    """One scale's settings; raises `ScaleProfileError` at the first that cannot be.

    - `unit`: what it counts in. Toledo 8217 does not send it, so it has to be set; elsewhere another one is refused.
    - `division`: its step in that unit, as on its plate ("d = 5 g" is "0.005" kg); nothing between two steps is taken.
    - `bytesize`, `parity`: None is what scales of that protocol have from the factory.
    """

    protocol: ProtocolName
    port: str
    baud: int = 9600
    bytesize: int | None = None
    parity: Parity | None = None
    stopbits: float = 1
    unit: Unit | None = None
    division: Decimal | None = None

    def __post_init__(self) -> None:
        _one_of("protocol", self.protocol, get_args(ProtocolName))
        try:
            is_serial = not self.line.is_on_network
        except ProfileError as error:
            raise ScaleProfileError(error.field, error.came, error.expected) from error
        if not is_serial:
            raise ScaleProfileError("port", self.port, "the path of a serial port, such as /dev/serial/by-id/...")
        if self.protocol == "toledo8217" and self.unit is None:
            raise ScaleProfileError("unit", None, 'the unit it is set to, "kg" or "lb": this protocol does not send it')
        if self.division is not None and self.unit is None:
            raise ScaleProfileError("unit", None, "the unit of the division")

    @property
    def line(self) -> ScannerProfile:
        """Its serial line, in the words that scanners have for theirs."""
        bits, parity = _FRAMES[self.protocol]
        return ScannerProfile(
            "scale",
            port=self.port,
            baud=self.baud,
            bytesize=bits if self.bytesize is None else self.bytesize,
            parity=parity if self.parity is None else self.parity,
            stopbits=self.stopbits,
        )

    @classmethod
    def from_table(cls, table: Mapping[str, object]) -> Self:
        """A profile from the `scale` table of a configuration file; raises `ScaleProfileError`."""
        known = [field.name for field in fields(cls)]
        settings: dict[str, Any] = {}
        for key, value in table.items():
            if key not in known:
                raise ScaleProfileError(key, value, f"one of {', '.join(known)}")
            settings[key] = value
        for key, expected in (("protocol", ", ".join(get_args(ProtocolName))), ("port", "the path of a port")):
            if key not in settings:
                raise ScaleProfileError(key, None, expected)
        if "unit" in settings:
            _one_of("unit", settings["unit"], tuple(unit.value for unit in Unit))
            settings["unit"] = Unit(settings["unit"])
        if "division" in settings:
            settings["division"] = _step(settings["division"])
        return cls(**settings)


def _one_of(field: str, came: object, choices: tuple[object, ...]) -> None:
    # 1 == True in Python, and a file that says stopbits = true is a mistake.
    if not any(came == choice and type(came) is type(choice) for choice in choices):
        named = ", ".join(repr(choice) for choice in choices if choice is not None)
        raise ScaleProfileError(field, came, f"one of {named}")


def _step(came: object) -> Decimal:
    try:
        step = Decimal(str(came)) if isinstance(came, str | int | float) and not isinstance(came, bool) else Decimal(0)
    except InvalidOperation:
        step = Decimal(0)
    if not (step.is_finite() and step > 0):
        raise ScaleProfileError("division", came, 'a step above 0, such as "0.005"')
    return step
