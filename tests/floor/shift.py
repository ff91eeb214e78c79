"""People at work in a warehouse while things break: what they do, when it breaks, whether the books are right after.

A `Morning` is one copy of a warehouse with its store running; a `Shift` is one person with a scanner at one device,
who goes on at the same line each time the terminal was killed and started again.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from orders.envelope import digest
from server_stub import soundness
from server_stub.place import Place
from terminal.demo.commands import Scanner, Terminal, drive, terminal_in_pty, toy_scanner
from terminal.demo.feed import Told
from terminal.demo.recount import Findings, recount
from terminal.demo.robot import Aim, Robot, label_on_paper
from tests.floor.warehouse import (
    DEVICES,
    AnyStage,
    Books,
    Device,
    Warehouse,
    books,
    reading,
    running_store,
    wait_for,
)
from tests.store_process import StoreProcess

LONGEST_SECONDS = 120.0
SETTLE_SECONDS = 40.0

Act = Callable[[], None]


@dataclass
class Worker(Robot):
    """The robot, counting the greens that it was shown. `notices` hears of each verdict once."""

    greens: int = 0
    step: str = ""
    notices: Callable[[Told], None] = lambda told: None
    turn: int = 0

    def aim(self, told: Told) -> Aim | None:
        """What to scan next."""
        if told.turn != self.turn:
            self.greens += told.tone == "OK"
            self.notices(told)
        self.turn, self.step = told.turn, told.step
        return super().aim(told)


@dataclass
class Shift:
    """One person at one device.

    `plans` say what happens right after which of his reads, while it is on its way; `pauses` what happens in the walk
    after so many reads, when the last one was answered and the next one not yet made.
    """

    device: Device
    scanner: Scanner
    worker: Worker
    plans: dict[int, Act] = field(default_factory=dict)
    pauses: list[tuple[int, Act]] = field(default_factory=list)
    scans: int = 0
    deaths: int = 0
    between: Act | None = None
    looks_first: bool = False
    longest_seconds: float = LONGEST_SECONDS
    terminal: Terminal | None = None
    first_words: list[Told] = field(default_factory=list)
    _is_dead: bool = False
    _end: float = 0.0

    def point(self, aim: Aim) -> None:
        """Pulls the trigger; then what was planned for this read happens."""
        assert time.monotonic() < self._end, "the shift takes for ever"
        if self.pauses and self.scans >= self.pauses[0][0] and self.worker.step.startswith("pick_"):
            self.pauses.pop(0)[1]()
        if self._is_dead:
            return  # nothing is on the glass any more that he could answer
        self.scanner.point(aim)
        self.scans += 1
        if act := self.plans.pop(self.scans, None):
            act()

    def kill(self, between: Act | None = None, *, looks_first: bool = False) -> None:
        """Kills the terminal; `between` is done before it is started again.

        With `looks_first` the worker waits until the screen is that of the store, before he scans again.
        """
        assert self.terminal is not None
        self.between, self.looks_first, self._is_dead = between, looks_first, True
        self.terminal.process.kill()
        self.terminal.process.wait()

    def work(self) -> None:
        """Works until signed off, however often the terminal is killed meanwhile."""
        while not self._has_signed_off():
            assert self._is_dead, self._glass()
            self._bury()

    def work_until_it_dies(self) -> int:
        """Works until the terminal ends of its own accord; gives its exit code."""
        assert not self._has_signed_off(), "the work was done before"
        assert self.terminal is not None
        self._bury()
        return self.terminal.process.returncode

    def _has_signed_off(self) -> bool:
        self._end = time.monotonic() + self.longest_seconds
        self.worker.turn, self._is_dead = 0, False
        newest = self.device.newest_at_store()
        with terminal_in_pty(self.device) as self.terminal:
            if self.looks_first:
                self._look(self.terminal, newest)
            self.looks_first = False
            if not drive(self.terminal, self, self.worker, quiet=True):  # type: ignore[arg-type]
                return False
            wait_for(self.device.has_told_all, f"the store has all of {self.device.name}", SETTLE_SECONDS)
            return True

    def _bury(self) -> None:
        self.deaths += 1
        between, self.between = self.between, None
        if between is not None:
            between()

    def _look(self, terminal: Terminal, newest: int) -> None:
        wait_for(lambda: self.device.knows(newest) and self.device.has_told_all(), "the screen is the store's")
        self.first_words = []
        last = Told()
        while not terminal.told.empty():
            last = terminal.told.get() or last
            self.first_words.append(last)
        terminal.told.put(last)

    def _glass(self) -> str:
        assert self.terminal is not None
        glass = bytes(self.terminal.screen[-3000:]).decode(errors="replace")
        return f"the terminal fell silent after {self.scans} reads\n{glass}"


@dataclass
class Morning:
    """A warehouse's copy with its store running, and everybody who works in it."""

    warehouse: Warehouse
    stage: AnyStage
    store: StoreProcess
    scanners: ExitStack

    def shift(
        self,
        place: int = 0,
        *,
        url: str = "",
        of: int = 1,
        packs_at: int = 0,
        ships: bool = True,
        program: tuple[str, ...] = (),
    ) -> Shift:
        """A person at device number `place` out of `of`, who has that share of the free totes."""
        device = Device(self.stage.folder, name=DEVICES[place], address=self.stage.address)
        device.program = program or device.program
        scanner = self.scanners.enter_context(toy_scanner())
        device.configure(url or self.store.url, scanner.port)
        worker = Worker(
            badge=self.warehouse.badges[place],
            totes=self.stage.totes()[place::of],
            read_label=label_on_paper(self.stage.printed_folder),
            packs_at=packs_at,
            ships=ships,
        )
        return Shift(device, scanner, worker, longest_seconds=LONGEST_SECONDS + self.warehouse.scans / 4)

    def prove(self, *devices: Device, excused: frozenset[str] = frozenset()) -> Findings:
        """Same final books: everything asked for was shipped once, nothing is parked, disputed or printed twice.

        `excused` are reasons of discrepancies that this morning had to bring.
        """
        assert all(device.has_told_all() for device in devices)
        database, printed = self.stage.database, self.stage.printed_folder
        findings = recount(self.warehouse.wanted, set(self.warehouse.without_address), (), database, printed)
        assert findings.wrong == [], findings.wrong
        shipped = {order for order, _ in self.warehouse.wanted if order not in self.warehouse.without_address}
        assert findings.parcels == findings.orders == len(shipped)
        found = books(database)
        assert found["parked"] == []
        disputed = [json.loads(body) for (body,) in found["discrepancies"]]
        assert {each["reason"] for each in disputed} <= excused, disputed
        assert "journal_conflict" in excused or not found["conflicts"]
        assert all(last == count for _, last, count in found["journals"]), "a number is missing at the store"
        wrong = soundness.verify(Place(self.stage.store_folder, address=self.stage.address))
        assert wrong == [], wrong
        self._prove_numbers(found)
        self._prove_pages(findings.parcels, devices)
        for device in devices:
            _prove_journal(device, found)
        return findings

    def _prove_numbers(self, found: Books) -> None:
        sealed = Counter(
            json.loads(body)["event"]["parcel"] for _, _, kind, _, _, body in found["events"] if kind == "parcel_sealed"
        )
        assert sealed and set(sealed.values()) == {1}, f"an SSCC was used twice: {sealed}"
        with reading(self.stage.database) as connection:
            blocks = connection.execute("SELECT first_code, last_code FROM sscc_block ORDER BY first_code").fetchall()
        assert all(before[1] < after[0] for before, after in pairwise(blocks)), "two journals hold one number"

    def _prove_pages(self, parcels: int, devices: tuple[Device, ...]) -> None:
        pages = [path.name for path in self.stage.printed_folder.iterdir() if not path.name.startswith(".")]
        assert len(pages) == 2 * parcels, f"not one label and one slip a parcel: {pages}"
        jobs = []
        for device in devices:
            with reading(device.journal) as connection:
                jobs += connection.execute("SELECT id, state, place, attempts FROM job").fetchall()
        ended = {id: place for id, state, place, _ in jobs if state == "printed"}
        assert len(set(ended.values())) == len(ended), "two jobs on one page"


def _prove_journal(device: Device, found: Books) -> None:
    """What the device kept is what the store has, byte by byte."""
    there = {(journal, number): digest(body) for journal, number, _, _, _, body in found["events"]}
    with reading(device.journal) as connection:
        rows = connection.execute(
            "SELECT identity.id, number, body FROM event JOIN identity ON identity.ordinal = event.identity"
        ).fetchall()
    assert rows
    for journal, number, body in rows:
        assert there[journal, number] == digest(body)


@contextmanager
def morning(warehouse: Warehouse, folder: Path) -> Iterator[Morning]:
    """A morning in a copy of `warehouse`, from the store's start to its end."""
    with warehouse.copied_to(folder) as stage, running_store(stage) as store, ExitStack() as scanners:
        yield Morning(warehouse, stage, store, scanners)
