"""A scan's journal write against append + fdatasync of the same bytes.

The yardstick is the least that a flushed record can cost. Ours buys with the rest: the number counted in the same
transaction, the place to resume at, a file that knows itself after a copy or a cut, and a query over what is unsent.
"""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter

from benchmarks.figures import Figure, Plan, at_most, in_turns, milliseconds
from benchmarks.walks import NOW, WORKER, memo, walk, write_journal
from terminal.journal import Journal

BAR = 2.5
_LINES = 50


def measure(folder: Path, plan: Plan) -> list[Figure]:
    """One pick confirmed, flushed, beside its bytes appended and flushed."""
    walked = walk(_LINES)
    path = folder / "journal.db"
    write_journal(path, walked)
    journal = Journal.open(path)
    file = os.open(folder / "appended", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    kept = memo()
    line = b"\n".rjust(len(journal.append([(NOW, WORKER, walked.pick(walked.task.stops[0]))])[0].body) + 1, b"x")

    def ours(turn: int) -> float:
        event = walked.pick(walked.task.stops[turn % _LINES])
        begun = perf_counter()
        journal.append([(NOW, WORKER, event)], memo=kept)
        return perf_counter() - begun

    def yardstick(_turn: int) -> float:
        begun = perf_counter()
        os.write(file, line)
        os.fdatasync(file)
        return perf_counter() - begun

    try:
        mine, bare = in_turns(plan.count(400, 5), ours, yardstick)
    finally:
        os.close(file)
        journal.close()
    return [
        Figure(
            "a scan's journal write, p50, against append + fdatasync",
            milliseconds(mine),
            milliseconds(bare),
            at_most(BAR),
        )
    ]
