"""Power cuts at every hop of a scan, logs that lost their end, disks that take nothing: no green that was not saved.

The terminal, its store, its scanner and its disk are real; only the moment of death is chosen.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from terminal.demo.commands import terminal_in_pty
from terminal.demo.feed import Told
from terminal.exits import CANNOT_START
from tests.floor.odd_terminal import EVERY, PRINTING, program
from tests.floor.shift import Shift, morning
from tests.floor.warehouse import Warehouse, wait_for

# What comes by once a talk or once a page, and not with every scan.
RARE = (*PRINTING, "records arrived", "records kept")
# Before anything else: the numbers are leased once, as soon as the terminal has greeted its store.
FIRST = "numbers leased"


def deaths(chance: Random, *, rounds: int, most: int) -> list[tuple[str, int]]:
    """So many hops a round, in any order, each with the number of times it comes by first."""
    planned = []
    for _ in range(rounds):
        hops = [hop for hop in EVERY if hop not in (FIRST, *PRINTING)]
        chance.shuffle(hops)
        hops = hops[:most]
        place = chance.randrange(len(hops))
        # A job that was cut off is printed by the next start: the deaths of one page follow each other.
        hops[place:place] = PRINTING
        planned += [(hop, 1 if hop in RARE else chance.randint(1, 3)) for hop in hops]
    return [(FIRST, 1), *planned]


@pytest.mark.parametrize(
    ("ready", "rounds", "most"), [("shop", 1, 4), pytest.param("retail", 4, len(EVERY), marks=pytest.mark.long)]
)
def test_a_power_cut_at_each_hop_loses_nothing_and_shows_no_green_before_disk(
    ready: str, rounds: int, most: int, stocked: Callable[[str], Warehouse], tmp_path: Path, chance: Random
) -> None:
    with morning(stocked(ready), tmp_path / "m") as day:
        shift = day.shift(packs_at=1)
        saved = 0
        for hop, turn in deaths(chance, rounds=rounds, most=most):
            shift.device.program = program(f"die={hop}:{turn}")
            greens = shift.worker.greens
            assert shift.work_until_it_dies() == -signal.SIGKILL, hop
            before, saved = saved, shift.device.journaled().serial
            assert saved - before >= shift.worker.greens - greens, f"green before disk: {hop}"
        print(f"{shift.deaths} deaths in {shift.scans} reads")
        shift.device.program = ("-m", "floorhand")
        shift.work()
        day.prove(shift.device)


# A log that lost its end


def end_of(log: Path) -> int:
    """Where the last frame ends that counts (SQLite, file format 4.2): behind it may stand what was written back."""
    content = log.read_bytes()
    frame = 24 + int.from_bytes(content[8:12], "big")
    end = 32
    while content[end + 8 : end + 16] == content[16:24]:
        end += frame
    return end


def test_a_log_that_lost_its_end_says_so_and_fetches_what_the_store_has(
    warehouse: Warehouse, tmp_path: Path, chance: Random
) -> None:
    with morning(warehouse, tmp_path / "m") as day:
        shift = day.shift(packs_at=1)
        ids: list[str] = []
        words: list[str] = []

        def lose() -> None:
            wait_for(shift.device.has_told_all, "all is sent")
            words.extend(each.verdict for each in shift.first_words)
            shift.kill(cut, looks_first=True)

        def cut() -> None:
            ids.append(shift.device.journaled().identity)
            log = shift.device.journal.with_name("journal.db-wal")
            os.truncate(log, end_of(log) - chance.randint(1, 1024))

        times = 2 if warehouse.scans < 1000 else 12
        every = warehouse.scans * 8 // 10 // times
        shift.pauses = [(turn * every, lose) for turn in range(1, times + 1)]
        shift.work()
        words.extend(each.verdict for each in shift.first_words)
        assert len({*ids, shift.device.journaled().identity}) == times + 1, "a new identity each time"
        assert sum("last scans may be missing" in each for each in set(words)) and shift.deaths == times
        day.prove(shift.device)


# Disks that take nothing


def refuses(shift: Shift, at: int, begin: Callable[[], None], end: Callable[[], None], says: str) -> list[Told]:
    """Plans a disk that takes nothing from read number `at` on, until the worker was told so three times."""
    told_so: list[Told] = []
    before: dict[str, int] = {}

    def fill() -> None:
        begin()
        before.update(greens=shift.worker.greens, serial=shift.device.journaled().serial)

    def notice(told: Told) -> None:
        if told.reason != "not_saved":
            return
        told_so.append(told)
        assert (told.tone, says in told.verdict) == ("NO", True), told
        if len(told_so) == 3:
            assert shift.worker.greens - before["greens"] <= shift.device.journaled().serial - before["serial"]
            end()

    shift.pauses = [(at, fill)]
    shift.worker.notices = notice
    return told_so


@cache
def can_mount() -> bool:
    """Whether this user may make a small disk."""
    with TemporaryDirectory() as place, suppress(OSError, subprocess.CalledProcessError), small_disk(Path(place)):
        return True
    return False


@contextmanager
def small_disk(place: Path) -> Iterator[None]:
    """A disk of 16 MB at `place`, for as long as it is needed."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", place], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def state_on_a_small_disk(shift: Shift) -> Iterator[None]:
    """The device's state folder on a disk of its own, with what was in it."""
    token = shift.device.state / "terminal.json"
    content = token.read_bytes()
    with small_disk(shift.device.state):
        token.write_bytes(content)
        yield


FULL_DISKS = ["small", pytest.param("limit", marks=pytest.mark.long)] if can_mount() else ["limit"]
DEAD_DISKS_SAY = {"limit": "ree some space", "read-only": "Read-only file system"}
DEAD_DISKS = [pytest.param(disk, marks=pytest.mark.long) for disk in ("limit", *["read-only"] * can_mount())]


@pytest.mark.parametrize("disk", FULL_DISKS)
def test_a_full_disk_is_never_green_and_goes_on_when_there_is_room(shop: Warehouse, tmp_path: Path, disk: str) -> None:
    with morning(shop, tmp_path / "m") as day, ExitStack() as disks:
        shift = day.shift()
        ballast = shift.device.state / "ballast"

        def fill() -> None:
            with suppress(OSError), ballast.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))

        def limit(size: int) -> None:
            assert shift.terminal is not None
            resource.prlimit(shift.terminal.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        if disk == "small":
            disks.enter_context(state_on_a_small_disk(shift))
            told = refuses(shift, shop.scans // 3, fill, ballast.unlink, "ree some space")
        else:
            told = refuses(
                shift, shop.scans // 3, lambda: limit(0), lambda: limit(resource.RLIM_INFINITY), "ree some space"
            )
        shift.work()
        assert len(told) == 3 and shift.deaths == 0
        day.prove(shift.device)


def test_a_disk_that_turns_read_only_is_never_green_and_goes_on_afterwards(shop: Warehouse, tmp_path: Path) -> None:
    with morning(shop, tmp_path / "m") as day:
        flag = tmp_path / "read-only"
        shift = day.shift(program=program(f"read-only={flag}"))
        told = refuses(shift, shop.scans // 3, flag.touch, flag.unlink, "read-only")
        shift.work()
        assert len(told) == 3 and shift.deaths == 0
        day.prove(shift.device)


@pytest.mark.parametrize("disk", DEAD_DISKS)
def test_a_terminal_on_a_disk_that_takes_nothing_says_so_and_starts_once_it_does(
    shop: Warehouse, tmp_path: Path, disk: str
) -> None:
    with morning(shop, tmp_path / "m") as day, ExitStack() as disks:
        shift = day.shift()
        usual = shift.device.program

        def refused() -> None:
            with terminal_in_pty(shift.device) as terminal:
                assert terminal.process.wait(20) == CANNOT_START
            glass = bytes(terminal.screen).decode()
            assert str(shift.device.state) in glass and DEAD_DISKS_SAY[disk] in glass, glass

        def try_in_vain() -> None:
            if disk == "read-only":
                remount("ro")
                refused()
                remount("rw")
            else:
                shift.device.program = program("limit=0")
                refused()
                shift.device.program = usual

        def remount(how: str) -> None:
            subprocess.run(["mount", "-o", f"remount,{how}", shift.device.state], check=True)

        if disk == "read-only":
            disks.enter_context(state_on_a_small_disk(shift))
        shift.plans = {shop.scans // 2: lambda: shift.kill(try_in_vain)}
        shift.work()
        assert shift.deaths == 1
        day.prove(shift.device)
