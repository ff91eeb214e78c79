"""A rolling log of what scanners sent, for support: a bounded file with the raw signs, their time and what they meant.

Decides what a line holds and that a badge's secret never stands in it. Written by a thread of its own: whoever notes
a read never waits for a disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread

from scanners.hub import Hub
from scanners.profile import ScannerProfile
from scanners.scan import Read, Scan, ScannerFound, ScannerLost, Unreadable

FILE = "scanner.log"
LIMIT_BYTES = 500_000
_LONGEST = 120
# Also as a wrong layout or Caps Lock would leave it.
_BADGE = re.compile(r"(fhb.)\S*", re.IGNORECASE)


class RawLog:
    """The newest lines in `path`, those before in `path` with `.1`; both together never hold more than two limits."""

    def __init__(
        self, path: Path, *, limit_bytes: int = LIMIT_BYTES, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._path, self._limit, self._clock = path, limit_bytes, clock
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._lock = Lock()

    def note(self, source: str, raw: str, outcome: str) -> None:
        """Adds a read; thread-safe, never blocks, never raises. `raw` is the read as it came."""
        self._lines.put(line_of(self._clock(), source, raw, outcome))
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._write, name="scanner-log", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Writes what is noted and ends; harmless if nothing ever was."""
        with self._lock:
            if self._thread is not None:
                self._lines.put(None)
                self._thread.join()
                self._thread = None

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            with suppress(OSError):  # a full disk says so at the journal; a log must not stop a scan
                self._append(line)

    def _append(self, line: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):
            if self._path.stat().st_size + len(line) > self._limit:
                self._path.replace(older(self._path))
        with self._path.open("a", encoding="utf-8") as file:
            self._path.chmod(0o600)
            file.write(line)


class LoggedHub(Hub):
    """A hub that notes every read as it comes in."""

    def __init__(self, profiles: tuple[ScannerProfile, ...], log: RawLog) -> None:
        super().__init__(profiles)
        self._log = log

    def put(self, item: Read | ScannerLost | ScannerFound) -> None:
        """Notes what a scanner said and adds it."""
        if isinstance(item, Scan | Unreadable):
            self._log.note(item.source, item.raw, outcome_of(item))
        else:
            self._log.note(item.source, "", item.reason.value if isinstance(item, ScannerLost) else "found")
        super().put(item)


def outcome_of(read: Read) -> str:
    """What a read was taken for, in a few words without its text."""
    if isinstance(read, Unreadable):
        return f"refused: {read.reason.value}"
    ais = " ".join(f"({element.ai})" for element in read.elements)
    return " ".join(filter(None, (read.symbology.value, "gtin" if read.gtin else "", ais)))


def line_of(at: datetime, source: str, raw: str, outcome: str) -> str:
    """One line: instant, source, signs as hex, signs as text, outcome; between them tabs, which no field holds."""
    kept = without_badge(raw)[:_LONGEST]
    instant = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
    fields = (instant, source, _bytes(kept).hex(" "), _spelled(kept), outcome)
    return "\t".join(_without_breaks(each) for each in fields) + "\n"


def without_badge(raw: str) -> str:
    """`raw` with the body of a badge's barcode crossed out: who has it can sign on."""
    return _BADGE.sub(lambda found: found[1] + "*" * (len(found[0]) - len(found[1])), raw)


def older(path: Path) -> Path:
    """Where the lines before lie."""
    return path.with_name(f"{path.name}.1")


def lines(path: Path) -> Iterator[str]:
    """Every line that is kept, the oldest first."""
    for each in (older(path), path):
        with suppress(FileNotFoundError):
            yield from each.read_text(encoding="utf-8", errors="replace").splitlines()


def _bytes(raw: str) -> bytes:
    """What a port sent is Latin-1 by the time it comes here; a keyboard may have typed anything."""
    try:
        return raw.encode("latin-1")
    except UnicodeEncodeError:
        return raw.encode("utf-8", "replace")


def _spelled(text: str) -> str:
    return "".join(sign if sign.isprintable() else f"<{ord(sign):02X}>" for sign in text)


def _without_breaks(text: str) -> str:
    return re.sub(r"[\t\r\n]", " ", text)
