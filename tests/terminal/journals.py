"""A journal to be harmed: what is told to it, what it still holds, and its files as they were at one moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from orders.events import PickConfirmed
from orders.identifiers import SsccBlock
from printing.documents import Media, WorkerBadge
from printing.spool import PrintJob
from terminal.journal import Entry, Journal
from tests.floors import NOW

BLOCK = SsccBlock(owner="HOME", prefix="952000", extension=0, first=10, last=59)


def picked(quantity: int = 1) -> PickConfirmed:
    return PickConfirmed(
        order="HOME/1001", task="P1", stop=1, location="A", product="HOME/LAMP", quantity=quantity, tote="T-01"
    )


def told(journal: Journal, count: int = 1) -> list[Entry]:
    return [journal.append([(NOW, "W1", picked(n + 1))])[0] for n in range(count)]


def numbers(journal: Journal) -> list[int]:
    return [entry.number for entry in journal.load().entries]


def job(id: str) -> PrintJob:
    badge = WorkerBadge(name="Ada", role="picker", barcode="X")
    return PrintJob(id=id, document=badge, media=Media.LABEL_100X50, printer="office")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    return tmp_path / "state" / "journal.db"


class Snapshot:
    """All files of a journal's folder as they were at one moment, to be put back into the same files."""

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        self._files = {file.name: file.read_bytes() for file in self._folder.iterdir()}

    def put_back(self, cut: int = 0) -> None:
        """Puts the files back, the write-ahead log without its last `cut` bytes."""
        for file in self._folder.iterdir():
            if file.name not in self._files:
                file.unlink()
        for name, content in self._files.items():
            kept = content[: len(content) - cut] if name.endswith("-wal") else content
            file = self._folder / name
            with file.open("r+b" if file.exists() else "wb") as out:
                out.truncate(0)
                out.write(kept)

    @property
    def log_size(self) -> int:
        return len(next(content for name, content in self._files.items() if name.endswith("-wal")))
