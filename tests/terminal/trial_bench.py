"""A scanner test's trial without a screen or a port: its config, its log, and what a person would see of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from scanners.profile import ScannerProfile
from terminal.raw_log import FILE, RawLog
from terminal.scanner_test.capture import LineSettings
from terminal.scanner_test.trial import Trial
from terminal.scanner_test.view import TrialView

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Bench:
    """A trial over a config of its own."""

    path: Path
    scanners: tuple[ScannerProfile, ...] = ()
    retuned: list[tuple[str, LineSettings]] = field(default_factory=list)

    def __post_init__(self) -> None:
        log = self.path.parent / FILE
        self.log = RawLog(log, clock=lambda: NOON)
        self.trial = Trial(
            self.scanners,
            self.path,
            self.log,
            log,
            self.path.parent / "out",
            lambda: NOON,
            lambda path, settings: self.retuned.append((path, settings)),
        )

    def seen(self, width: int = 80, height: int = 24) -> str:
        return "\n".join(line.text for line in TrialView(self.trial).lines(width, height))
