"""What a measurement says: ours, its yardstick, their ratio, and the bar that the ratio has to hold.

Decides how samples become one figure (medians; a 99th percentile from 200 samples on) and how contestants take turns.
It knows nothing of what is measured.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

ENOUGH_FOR_P99 = 200
FLAT = 1.5


class Stumbled(Exception):
    """A contestant did not do its work, so that its times mean nothing; says which work and what came instead."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much one run measures: `quick` shows that everything works, and is too short to trust."""

    is_quick: bool = False

    def count(self, whole: int, quick: int) -> int:
        """The whole count, or the quick one."""
        return quick if self.is_quick else whole


@dataclass(frozen=True, slots=True)
class Amount:
    """One side of a figure."""

    value: float
    unit: str
    p99: float | None = None

    @property
    def text(self) -> str:
        """As it stands in the table."""
        tail = f" (p99 {_short(self.p99)})" if self.p99 is not None else ""
        return f"{_short(self.value)} {self.unit}{tail}"


@dataclass(frozen=True, slots=True)
class Bar:
    """What has to hold: for the ratio, or with a `unit` for our own amount."""

    limit: float
    is_least: bool = False
    unit: str = ""
    word: str = ""

    @property
    def text(self) -> str:
        """As it stands in the table."""
        sign = "at least" if self.is_least else "at most"
        bare = f"{sign} {self.limit:g}{f' {self.unit}' if self.unit else 'x'}"
        return f"{self.word} ({bare})" if self.word else bare

    def holds(self, value: float) -> bool:
        """Whether `value` (the ratio, or our amount) is on the right side."""
        return value >= self.limit if self.is_least else value <= self.limit


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. Without a bar it is told, not judged."""

    name: str
    ours: Amount
    yardstick: Amount
    bar: Bar | None = None

    @property
    def ratio(self) -> float:
        """Ours over the yardstick's."""
        return self.ours.value / self.yardstick.value if self.yardstick.value else float("inf")

    @property
    def is_held(self) -> bool | None:
        """Whether the bar holds; None where there is none."""
        if self.bar is None:
            return None
        return self.bar.holds(self.ours.value if self.bar.unit else self.ratio)


def at_most(limit: float) -> Bar:
    """The ratio may be so much."""
    return Bar(limit)


def at_least(limit: float) -> Bar:
    """The ratio has to be so much."""
    return Bar(limit, is_least=True)


def flat() -> Bar:
    """The large one may cost hardly more than the small one."""
    return Bar(FLAT, word="flat")


def milliseconds(seconds: Sequence[float]) -> Amount:
    """The median of `seconds`, in milliseconds."""
    return _amount(seconds, 1e3, "ms")


def microseconds(seconds: Sequence[float]) -> Amount:
    """The median of `seconds`, in microseconds."""
    return _amount(seconds, 1e6, "us")


def per_second(seconds: Sequence[float], unit: str) -> Amount:
    """How often in a second, by the median of `seconds`."""
    return Amount(1 / median(seconds), unit)


def in_turns(turns: int, *contestants: Callable[[int], float]) -> list[list[float]]:
    """The seconds that each contestant needs in each turn; who begins changes, so that no noise hits only one.

    A contestant times itself and returns its seconds; the collector of garbage waits meanwhile, and runs between turns.
    """
    taken: list[list[float]] = [[] for _ in contestants]
    places = range(len(contestants))
    for turn in range(turns):
        with _without_collector():
            for place in places[turn % len(places) :]:
                taken[place].append(contestants[place](turn))
            for place in places[: turn % len(places)]:
                taken[place].append(contestants[place](turn))
    return taken


def table(figures: Sequence[Figure]) -> str:
    """All figures as a Markdown table with columns that also line up on a terminal."""
    head = ("figure", "ours", "yardstick", "ratio", "bar", "holds?")
    rows = [head, *(_row(each) for each in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, ...]:
    held = {True: "yes", False: "NO", None: ""}[figure.is_held]
    bar = figure.bar.text if figure.bar else "told only"
    return (figure.name, figure.ours.text, figure.yardstick.text, f"{figure.ratio:.2f}", bar, held)


def _amount(seconds: Sequence[float], scale: float, unit: str) -> Amount:
    p99 = sorted(seconds)[int(len(seconds) * 0.99)] * scale if len(seconds) >= ENOUGH_FOR_P99 else None
    return Amount(median(seconds) * scale, unit, p99)


def _short(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


@contextmanager
def _without_collector() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
