"""From a scan's bytes to verdict and next prompt, without disk and glass, on a short and on a very long walk.

The short walk is the yardstick: a scan may not cost more because the walk is long.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from time import process_time

from benchmarks.figures import Figure, Plan, Stumbled, flat, in_turns, microseconds
from benchmarks.walks import NOW, PROFILE, TASK, TERMINAL, WORKER, Walk, item_scan, shelf_scan, walk
from orders.folds import Told
from orders.records import Worker
from scanners.parse import parse
from terminal.floor import Floor, Pending
from terminal.workflows import desk
from terminal.workflows.resolve import resolve_scan
from terminal.workflows.steps import Accepted, Here, Picking, Step

_HERE = Here(now=NOW, terminal=TERMINAL, worker=Worker(id=WORKER, name="Ada", roles=("picker",)))
_TOLD = Told(NOW, TERMINAL, WORKER)
SHORT, LONG = 10, 2000


class Walker:
    """Walks one task over and over, shelf and item in turn, and times each scan."""

    def __init__(self, walked: Walk) -> None:
        self._walked = walked
        self._lines = [(shelf_scan(stop), item_scan(stop)) for stop in walked.task.stops]
        self._left: list[tuple[bytes, bytes]] = []
        self._floor: Floor = walked.floor()
        self._step: Step = Picking(TASK)
        self._numbers = count(1)

    def line(self, _turn: int = 0) -> float:
        """One line of the task, shelf and item; the seconds of one scan of the two."""
        if not self._left:
            self._left, self._floor = self._lines[::-1], self._walked.floor()
        scans = self._left.pop()
        begun = process_time()
        for data in scans:
            self._scan(data)
        return (process_time() - begun) / len(scans)

    def _scan(self, data: bytes) -> None:
        meaning = resolve_scan(parse(data, PROFILE, "bench", 0.0), self._floor)
        outcome = desk.judge(self._step, meaning, self._floor, _HERE)
        if not isinstance(outcome, Accepted):
            raise Stumbled(f"the walk stumbled over {data!r}: {outcome}")
        for event in outcome.events:
            self._floor.fold(Pending(next(self._numbers), event, _TOLD))
        desk.prompt(outcome.step, self._floor, _HERE)


def measure(folder: Path, plan: Plan) -> list[Figure]:
    """The same scan on a walk of 10 lines and in every part of one of 2,000."""
    long = plan.count(LONG, 30)
    short_walker, long_walker = Walker(walk(SHORT)), Walker(walk(long))
    bare, mine = in_turns(long, short_walker.line, long_walker.line)
    return [
        Figure(
            f"verdict without disk and glass, p50, {long:,} lines against {SHORT}",
            microseconds(mine),
            microseconds(bare),
            flat(),
        )
    ]
