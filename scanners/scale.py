"""The words of a scale: a weight in its own unit, and what state it is in.

Decides how a weight becomes grams, and when one may be believed. Refuses to know protocols, ports and parcels.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from scanners.scan import ScannerFound, ScannerLost

_SETTLED_SECONDS = 0.2
_PAPER_GRAMS = 50


class Unit(StrEnum):
    """What a scale counts in."""

    GRAM = "g"
    KILOGRAM = "kg"
    POUND = "lb"
    OUNCE = "oz"


GRAMS: Mapping[Unit, Decimal] = {
    Unit.GRAM: Decimal(1),
    Unit.KILOGRAM: Decimal(1000),
    Unit.POUND: Decimal("453.59237"),
    Unit.OUNCE: Decimal("28.349523125"),
}
"""Grams in one of each, exactly (avoirdupois: the international pound of 1959)."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a scale showed, in its own unit; `division` is the step in which it counts."""

    value: Decimal
    unit: Unit
    division: Decimal
    is_net: bool = False

    @property
    def grams(self) -> Decimal:
        """The same in grams, exactly."""
        return self.value * GRAMS[self.unit]

    @property
    def weight_grams(self) -> int:
        """Whole grams, a half rounded up."""
        return int(self.grams.quantize(Decimal(1), ROUND_HALF_UP))

    def __str__(self) -> str:
        return f"{self.value:f} {self.unit}"


class Condition(StrEnum):
    """What a scale says of itself; a weight may be used in `STABLE` alone."""

    STABLE = "stable"
    MOTION = "motion"
    ZERO = "zero"
    UNDER = "under"
    OVER = "over"
    BUSY = "busy"
    FAULT = "fault"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer of a scale, its `frame` as it came. `detail` says what is wrong in a fault.

    `is_settled`: the same weight came twice, a while apart, from a scale that was free before.
    `has_left`: False as long as what lies on the scale was used already.
    """

    condition: Condition
    weight: Weight | None = None
    frame: bytes = b""
    detail: str = ""
    is_settled: bool = False
    has_left: bool = True

    def says_the_same(self, other: "Reading | None") -> bool:
        """Whether the other one tells nothing new."""
        return other is not None and replace(other, frame=self.frame) == self


class Settling:
    """Believes a weight once it was stable twice, and only once for each thing that is put on the scale."""

    def __init__(self) -> None:
        self._before: Weight | None = None
        self._since = 0.0
        self._used: Weight | None = None

    def judge(self, reading: Reading, now: float) -> Reading:
        """The reading with `is_settled` and `has_left` put right; `now` in monotonic seconds."""
        if self._used is not None and _is_another(reading, self._used):
            self._used = None
        has_left = self._used is None
        weight = reading.weight if reading.condition is Condition.STABLE else None
        if weight is None or weight.weight_grams <= 0:
            self._before = None
            return replace(reading, has_left=has_left)
        if weight != self._before:
            self._before, self._since = weight, now
        is_settled = has_left and now - self._since >= _SETTLED_SECONDS
        return replace(reading, is_settled=is_settled, has_left=has_left)

    def use(self, weight: Weight) -> None:
        """That weight stands on a label now: it has to leave the scale before another is believed."""
        self._used = weight


def _is_another(reading: Reading, used: Weight) -> bool:
    """Whether what was weighed has left: a nudge leaves it there, and so do the label and the slip that it bears."""
    if reading.weight is None or reading.condition in (Condition.ZERO, Condition.UNDER):
        return reading.condition in (Condition.ZERO, Condition.UNDER, Condition.OVER)
    change = abs(reading.weight.grams - used.grams)
    return change > _PAPER_GRAMS and change > used.grams / 20


ScaleSaid = Reading | ScannerLost | ScannerFound
