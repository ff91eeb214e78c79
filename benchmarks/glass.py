"""The terminal on a real pseudo-terminal: scan to painted verdict, CPU a scan, first frame and private memory.

The real `floorhand terminal` runs on a prepared journal with no store in reach: every measured scan is one line
picked, flushed to disk before it is painted, and counted in the journal afterwards.
"""

from __future__ import annotations

import os
import socket
import tty
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median
from time import perf_counter

import msgspec

from benchmarks import bare_echo, bare_scan
from benchmarks.figures import Amount, Figure, Plan, Stumbled, at_most, in_turns, milliseconds
from benchmarks.pty_program import PtyProgram, in_a_pty
from benchmarks.walks import BADGE, TERMINAL, Walk, item_scan, walk, write_journal
from orders.envelope import open_envelope
from orders.events import PickConfirmed
from orders.upcast import understood
from terminal import config, pick_wording, screen_wording, wording
from terminal.enrolment import Enrolment, token_file
from terminal.journal import Journal
from terminal.sync.status import Standing

PAINT_BAR, CPU_BAR, START_BAR, MEMORY_BAR = 1.7, 2.0, 1.5, 1.5
_WARM_UP = 3
ECHO = ["-m", "benchmarks.bare_echo"]
_BARE_SCAN = ["-m", "benchmarks.bare_scan"]
_CLEAR_AFTER = 16
# A hand scans three times a second at most: what the last scan still paints is not the next one's business.
_HAND_SECONDS = 0.03
_MEBIBYTE = 2**20


def measure(folder: Path, plan: Plan) -> list[Figure]:
    """Scans by serial port and by keyboard wedge, beside one key echoed."""
    count = plan.count(220, 4)
    walked = walk(count + _WARM_UP + 2, shelf_by_shelf=False)
    with ExitStack() as stack:
        serial = stack.enter_context(_Floor.opened(folder / "serial", walked, is_wedge=False))
        wedge = stack.enter_context(_Floor.opened(folder / "wedge", walked, is_wedge=True))
        echo = Echo(stack.enter_context(in_a_pty(ECHO)))
        contestants: tuple[_Floor | Echo, ...] = (serial, wedge, echo)
        in_turns(_WARM_UP, *(each.scan for each in contestants))
        before = [each.program.cpu_seconds() for each in contestants]
        taken = in_turns(count, *(each.scan for each in contestants))
        used = [(each.program.cpu_seconds() - was) / count for each, was in zip(contestants, before, strict=True)]
    for floor in (serial, wedge):
        floor.prove(count + _WARM_UP)
    figures = []
    for place, how in enumerate(("serial scanner", "keyboard wedge")):
        figures += [
            Figure(
                f"scan to painted verdict, {how}, flushed, p50, against one key echoed",
                milliseconds(taken[place]),
                milliseconds(taken[2]),
                at_most(PAINT_BAR),
            ),
            Figure(
                f"CPU a scan, {how}, against one key echoed",
                Amount(used[place] * 1e3, "ms"),
                Amount(used[2] * 1e3, "ms"),
                at_most(CPU_BAR),
            ),
        ]
    return figures


def measure_start(folder: Path, plan: Plan) -> list[Figure]:
    """First frame and private memory, beside the smallest app that can be scanned into.

    The smallest app holds no goods, so the bar is measured on a walk of 20 stops; what a day's worth of records adds
    is told beside it.
    """
    usual, long = walk(20, shelf_by_shelf=False), walk(plan.count(600, 40), shelf_by_shelf=False)
    frames: list[float] = []
    prompts: list[float] = []
    private: list[int] = []
    laden: list[int] = []
    bare_frames: list[float] = []
    bare_private: list[int] = []
    for turn in range(plan.count(7, 1)):
        for walked, bytes_held in ((usual, private), (long, laden)):
            name = f"turn-{turn}-{len(walked.records)}"
            with _Floor.started(folder / name, walked) as (program, first, ready):
                (frames if walked is usual else prompts).append(first if walked is usual else ready)
                # The first try to reach the store loads what the sync needs: that counts as well.
                program.painted(Standing.OFFLINE.value, perf_counter())
                bytes_held.append(program.private_bytes())
        with in_a_pty(_BARE_SCAN) as program:
            bare_frames.append(program.painted(bare_scan.READY, program.begun))
            program.answer(program.keyboard, b"SKU-00001\r", "Scanned")
            bare_private.append(program.private_bytes())
    records = f"a journal of {len(long.records):,} records"
    return [
        Figure("first frame", milliseconds(frames), milliseconds(bare_frames), at_most(START_BAR)),
        Figure(f"first prompt, {records} loaded", milliseconds(prompts), milliseconds(bare_frames)),
        Figure(
            "private memory with its sync at work", _mebibytes(private), _mebibytes(bare_private), at_most(MEMORY_BAR)
        ),
        Figure(f"private memory, {records} loaded", _mebibytes(laden), _mebibytes(bare_private)),
    ]


class _Floor:
    """A running terminal whose operator picks one line with each scan."""

    def __init__(self, program: PtyProgram, folder: Path, walked: Walk, scanner: int) -> None:
        self.program = program
        self._folder, self._scanner = folder, scanner
        self._stops = iter(walked.task.stops)

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, walked: Walk, *, is_wedge: bool) -> Iterator[_Floor]:
        """A terminal that stands before the walk's first stop, with a serial scanner or one that types."""
        master, slave = os.openpty()
        tty.setraw(slave)
        try:
            _prepare(folder, walked, port=os.ttyname(slave))
            with in_a_pty(_terminal(folder)) as program:
                program.painted(wording.ask_badge(), program.begun)
                program.painted(Standing.OFFLINE.value, perf_counter())
                scanner = program.keyboard if is_wedge else master
                program.answer(scanner, BADGE.encode() + b"\r", walked.task.stops[0].sku)
                program.settle(0.3)
                yield cls(program, folder, walked, scanner)
        finally:
            os.close(master)
            os.close(slave)

    @staticmethod
    @contextmanager
    def started(folder: Path, walked: Walk) -> Iterator[tuple[PtyProgram, float, float]]:
        """A terminal from its start: the seconds to its first frame, and until it asks for a badge."""
        _prepare(folder, walked)
        with in_a_pty(_terminal(folder)) as program:
            first = program.painted(screen_wording.starting(), program.begun)
            yield program, first, program.painted(wording.ask_badge(), program.begun)

    def scan(self, _turn: int) -> float:
        """One line picked; the seconds until its verdict is painted."""
        stop = next(self._stops)
        taken = self.program.answer(self._scanner, item_scan(stop) + b"\r", pick_wording.picked(1, stop.sku))
        self.program.settle(_HAND_SECONDS)
        return taken

    def prove(self, scans: int) -> None:
        """Stumbled where the journal does not hold every scan that was painted."""
        journal = Journal.open(config.read(_config(self._folder)).journal_file)
        try:
            entries = journal.unsent(scans + 100)
        finally:
            journal.close()
        picked = [entry for entry in entries if isinstance(understood(open_envelope(entry.body)), PickConfirmed)]
        if len(picked) != scans:
            raise Stumbled(f"{scans} scans were painted, the journal holds {len(picked)}")


class Echo:
    """An Input that is typed into, one key a turn."""

    def __init__(self, program: PtyProgram) -> None:
        self.program = program
        self._keys = cycle("abcdefghijklmnopqrstuvwxyz0123456789")
        self._typed = ""
        program.painted(bare_echo.READY, program.begun)
        program.settle(0.3)

    def scan(self, _turn: int) -> float:
        """One key; the seconds until it is painted behind those before it."""
        if len(self._typed) == _CLEAR_AFTER:
            self.program.answer(self.program.keyboard, bare_echo.CLEAR, bare_echo.READY)
            self._typed = ""
        self._typed += next(self._keys)
        taken = self.program.answer(self.program.keyboard, self._typed[-1].encode(), self._typed[-3:])
        self.program.settle(_HAND_SECONDS)
        return taken


def _config(folder: Path) -> Path:
    return folder / "floorhand.toml"


def _terminal(folder: Path) -> list[str]:
    return ["-m", "floorhand", "--config", str(_config(folder)), "terminal"]


def _prepare(folder: Path, walked: Walk, port: str = "") -> None:
    """The config and the journal of an enrolled terminal whose store is out of reach."""
    state = folder / "state"
    state.mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        nobody = unused.getsockname()[1]
    scanner = f'[[scanner]]\nname = "bench"\nkind = "serial"\nport = "{port}"\n' if port else ""
    _config(folder).write_text(
        f"""[store]
url = "http://127.0.0.1:{nobody}"

[terminal]
journal = "{state}"

{scanner}""",
        encoding="utf-8",
    )
    token_file(state).write_bytes(msgspec.json.encode(Enrolment(terminal=TERMINAL, token="out-of-reach")))
    write_journal(config.read(_config(folder)).journal_file, walked)


def _mebibytes(private: list[int]) -> Amount:
    return Amount(median(private) / _MEBIBYTE, "MiB")
