"""From a scanner's bytes to a `Scan`: through a port against a bare read-and-split, and parsed against bare biip.

Decides what stands beside our scanner: a thread that reads a port of its own and splits at the terminator, biip handed
the same reads without its errors looked at, and what loading biip costs.
"""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tty
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from time import perf_counter, process_time

from benchmarks.figures import Figure, Plan, Stumbled, at_most, in_turns, microseconds, milliseconds
from scanners.parse import parse
from scanners.profile import ScannerProfile
from scanners.scan import Scan, ScannerFound
from scanners.serial_scanner import SerialScanner

READS = (
    "]C10109506000134352172612311" + "0LOT7\x1d21S-1",
    "]d2010950600013435210ABC\x1d17270630",
    "]E09506000134352",
    "]C100095200000000000011",
)
_PATIENCE_SECONDS = 10.0
_LOADED = "from time import perf_counter; begun = perf_counter(); {}; print(perf_counter() - begun)"
_OURS = (
    "from scanners.parse import parse; from scanners.profile import ScannerProfile; "
    "parse(']C110LOT', ScannerProfile('bench', kind='wedge'), 'bench', 0.0)"
)


class _Port:
    """A pseudo-terminal with a scanner's end to write to; knows when a read came out of the other one."""

    def __init__(self) -> None:
        self.scanner, self.host = pty.openpty()
        tty.setraw(self.host)
        self.name = os.ttyname(self.host)
        self.came = Event()

    def scan(self, turn: int) -> float:
        """Seconds that one read takes."""
        data = f"{READS[turn % len(READS)]}\r".encode()
        self.came.clear()
        begun = perf_counter()
        os.write(self.scanner, data)
        if not self.came.wait(_PATIENCE_SECONDS):
            raise Stumbled(f"{data!r} did not come out of {self.name}")
        return perf_counter() - begun

    def close(self) -> None:
        """Nothing is plugged in any more."""
        os.close(self.scanner)
        os.close(self.host)


def measure(folder: Path, plan: Plan) -> list[Figure]:
    """Bytes to scan through a port; parsing alone; and what has to be loaded before the first read."""
    mine, bare = _through_ports(plan.count(1000, 8))
    ours, naive = in_turns(plan.count(400, 5), _timed(_ours), _timed(_bare_biip()))
    loaded, needed = in_turns(plan.count(7, 1), _loading(_OURS), _loading("import biip"))
    return [
        Figure(
            "a read's bytes to scan through a port, p50, against read-and-split",
            microseconds(mine),
            microseconds(bare),
            _PORT,
        ),
        Figure("a read parsed and judged, p50, against bare biip", microseconds(ours), microseconds(naive), _PARSED),
        Figure(
            "the parser and its rules loaded, a GS1 read, p50, against loading biip",
            milliseconds(loaded),
            milliseconds(needed),
            _LOADS,
        ),
    ]


_PORT, _PARSED, _LOADS = at_most(6), at_most(0.5), at_most(0.7)


def _through_ports(turns: int) -> list[list[float]]:
    ours, bare = _Port(), _Port()

    def took(heard: object) -> None:
        if isinstance(heard, Scan):
            ours.came.set()
        elif isinstance(heard, ScannerFound):
            found.set()

    found = Event()
    scanner = SerialScanner(ScannerProfile("bench", port=ours.name), took)
    scanner.start()
    splitter = Thread(target=_read_and_split, args=(bare,), daemon=True)
    splitter.start()
    try:
        if not found.wait(_PATIENCE_SECONDS):
            raise Stumbled(f"the scanner did not open {ours.name}")
        return in_turns(turns, ours.scan, bare.scan)
    finally:
        scanner.stop()
        os.write(bare.scanner, b"\x04")
        splitter.join()
        ours.close()
        bare.close()


def _read_and_split(port: _Port) -> None:
    pending = b""
    while True:
        *reads, pending = (pending + os.read(port.host, 4096)).split(b"\r")
        if reads:
            port.came.set()
        if pending == b"\x04":
            return


def _ours(text: str) -> bool:
    return isinstance(parse(text, _PROFILE, "bench", 0.0), Scan)


_PROFILE = ScannerProfile("bench", kind="wedge")


def _bare_biip() -> Callable[[str], bool]:
    import biip

    return lambda text: biip.parse(text) is not None


def _timed(read: Callable[[str], bool]) -> Callable[[int], float]:
    def turn(_turn: int) -> float:
        begun = process_time()
        for text in READS:
            if not read(text):
                raise Stumbled(f"{text!r} was refused, and is right")
        return (process_time() - begun) / len(READS)

    return turn


def _loading(code: str) -> Callable[[int], float]:
    def turn(_turn: int) -> float:
        done = subprocess.run(
            [sys.executable, "-c", _LOADED.format(code)], capture_output=True, text=True, check=False, timeout=60
        )
        if done.returncode:
            raise Stumbled(f"{code!r} failed: {done.stderr.strip()[-200:]}")
        return float(done.stdout)

    return turn
