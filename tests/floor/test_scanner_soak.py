"""Thousands of scans into a terminal that has no rest: none lost, glued, doubled or out of order.

The screen changes, the event loop stands still and the interpreter is held meanwhile. Short forms run with every test.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from scanners.profile import ScannerProfile
from scanners.reader import reader_of
from scanners.scan import LossReason, ScannerFound
from tests.scanners.pty_scanner import PtyScanner
from tests.terminal.busy import READY
from tests.terminal.in_a_pty import InPty, in_a_pty

KEYS_A_SECOND = 2_900
ENDS = (b"\r", b"\n", b"\r\n", b"\t")


@pytest.fixture
def pistol(tmp_path: Path) -> Iterator[PtyScanner]:
    scanner = PtyScanner(tmp_path / "pistol")
    scanner.plug_in()
    yield scanner
    scanner.unplug()


def sent(name: str, count: int) -> tuple[list[bytes], list[str]]:
    """What a scanner sends, and what the session has to take for it; every third one carries a GS."""
    reads, taken = [], []
    for number in range(count):
        if number % 3:
            reads.append(b"]C0%s-%06d" % (name.encode(), number))
            taken.append(f"scan:{name}-{number:06d}")
        else:
            reads.append(b"]C1010950600013435210%s\x1d21%06d" % (name.encode(), number))
            taken.append(f"scan:010950600013435210{name}\x1d21{number:06d}")
    return reads, taken


def typed(program: InPty, reads: list[bytes], chance: Random) -> None:
    """Types at a scanner's speed, each read in two writes."""
    begun, keys = time.monotonic(), 0
    for read in reads:
        whole = read + chance.choice(ENDS)
        cut = chance.randrange(4, len(whole) + 1)
        program.write(whole[:cut])
        program.write(whole[cut:])
        keys += len(whole)
        while (early := begun + keys / KEYS_A_SECOND - time.monotonic()) > 0:
            time.sleep(early)


def all_told(program: InPty, count: int) -> list[str]:
    """Everything that the session took, once it is so much, and nothing more comes."""
    for so_many in (*range(50, count, 50), count):
        program.until(lambda so_many=so_many: len(program.told) >= so_many)
    program.read_for(0.5)
    return program.told


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.long)])
def test_bursts_at_full_speed_come_through_a_busy_terminal(count: int, chance: Random) -> None:
    with in_a_pty(["-m", "tests.terminal.busy", "{tell}"]) as program:
        program.until(lambda: READY in program.screen)
        reads, taken = sent("KEYS", count)
        typed(program, reads, chance)
        assert all_told(program, count) == taken


@pytest.mark.parametrize("count", [200, pytest.param(3000, marks=pytest.mark.long)])
def test_a_serial_scanner_comes_through_a_busy_terminal(count: int, pistol: PtyScanner, chance: Random) -> None:
    with in_a_pty(["-m", "tests.terminal.busy", "{tell}", str(pistol.link)]) as program:
        program.until(lambda: READY in program.screen)
        reads, taken = sent("PISTOL", count)
        stream = b"".join(read + chance.choice((*ENDS, b"\x03")) for read in reads)
        cuts = sorted(chance.sample(range(1, len(stream)), count))
        sending = pistol.sending([stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])])
        assert all_told(program, count) == taken
        sending.join()


@pytest.mark.long
def test_both_at_once_each_in_its_own_order(pistol: PtyScanner, chance: Random) -> None:
    count = 500
    with in_a_pty(["-m", "tests.terminal.busy", "{tell}", str(pistol.link)]) as program:
        program.until(lambda: READY in program.screen)
        by_port, from_port = sent("PISTOL", count)
        by_keys, from_keys = sent("KEYS", count)
        sending = pistol.sending([read + b"\r" for read in by_port])
        typed(program, by_keys, chance)
        told = all_told(program, 2 * count)
        sending.join()
        assert [each for each in told if "PISTOL" in each] == from_port
        assert [each for each in told if "KEYS" in each] == from_keys
        assert len(told) == 2 * count


@pytest.mark.parametrize("by", ["port", "keys"])
@pytest.mark.parametrize("kilobytes", [10, pytest.param(1000, marks=pytest.mark.long)])
def test_a_read_without_end_keeps_memory_flat_and_spoils_no_other(kilobytes: int, by: str, pistol: PtyScanner) -> None:
    with in_a_pty(["-m", "tests.terminal.busy", "{tell}", str(pistol.link)]) as program:
        program.until(lambda: READY in program.screen)
        held = [0]
        for size in (5, kilobytes):  # the first one loads whatever is loaded only then
            endless, last = [b"x" * 1000] * size, f"LAST-{size}"
            if by == "port":
                sending = pistol.sending([*endless, f"\r{last}\r".encode()])
            else:
                for piece in endless:
                    program.write(piece)
                program.write(f"\r{last}\r".encode())
            program.until(lambda last=last: program.told[-1:] == [f"scan:{last}"])
            if by == "port":
                sending.join()
            held.append(resident_kilobytes(program.process.pid))
        assert held[-1] - held[-2] < 4_000
        assert {told for told in program.told if not told.startswith("scan:")} == {
            "unreadable:too-long" if by == "port" else "unreadable:cut-short"
        }
        if by == "port":
            assert len(program.told) == 4


def resident_kilobytes(process: int) -> int:
    """What a process holds in memory (Linux)."""
    (line,) = (line for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


@pytest.mark.parametrize("times", [1, pytest.param(20, marks=pytest.mark.long)])
def test_a_scanner_that_is_plugged_in_again_reads_within_two_seconds(times: int, pistol: PtyScanner) -> None:
    said: queue.Queue = queue.Queue()
    reader = reader_of(ScannerProfile("pistol", port=str(pistol.link)), said.put)
    reader.start()
    try:
        assert said.get(timeout=10) == ScannerFound("pistol")
        for turn in range(times):
            pistol.unplug()
            assert said.get(timeout=10).reason is LossReason.UNPLUGGED
            time.sleep(0.3 * (turn % 6))  # the longer it is away, the more rarely it is looked for
            pistol.plug_in()
            assert said.get(timeout=2) == ScannerFound("pistol")
            pistol.send(b"A-%d\r" % turn)
            assert said.get(timeout=10).text == f"A-{turn}"
    finally:
        reader.stop()
