"""One terminal's session over a real journal, without a screen.

Decides what it knows, what is connected to it and how a scan gets into it; what then happens is the tests' business.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from orders import barcodes, wire
from orders.barcodes import Kind
from orders.envelope import open_envelope
from orders.identifiers import SsccBlock
from orders.records import Record, Tote, encode_record, kind_of
from orders.upcast import understood
from printing.proof import refusal
from printing.ways.folder import FolderPrinter
from scanners.parse import parse
from scanners.profile import ScannerProfile
from terminal.config import PrinterSettings
from terminal.floor import Floor
from terminal.journal import Journal
from terminal.journal_thread import JournalThread
from terminal.session import Session
from terminal.stations import Stations
from terminal.workflows.prompts import Showing
from terminal.workflows.steps import Grant
from tests.floors import ADDRESS, BADGE, LOCATIONS, NOW, OWNER, PRODUCTS, SITE, WORKER, small_order

PROFILE = ScannerProfile("test", kind="wedge")
LAMP = "]E05012345678900"
BLOCK = SsccBlock(owner="HOME", prefix="952000", extension=0, first=10, last=59)


def own(kind: Kind, body: str) -> str:
    return barcodes.encode(kind, body)


def learnt(journal: Journal, records: Iterable[Record]) -> None:
    """Makes `journal` that of terminal T1, which has heard of these records from the store."""
    journal.learn("T1")
    changes = [
        wire.Change(kind=kind_of(each), id=each.id, revision=1, cursor=place, body=msgspec.Raw(encode_record(each)))
        for place, each in enumerate(records, 1)
    ]
    journal.confirm(changes, len(changes), "E1", False)


@dataclass
class Granting:
    """Stands where the store would: grants a task by name, or is away."""

    grants: list[Grant] = field(default_factory=list)

    async def claim(self, worker: str) -> Grant:
        return self.grants.pop(0) if self.grants else Grant(is_away=True)

    async def give_back(self, task: str) -> Grant:
        return Grant(task=task)


class Device:
    """One terminal's brain on one journal file; `restart` is what a power cut and a new start are."""

    def __init__(self, path: Path) -> None:
        self.path, self.now = path, NOW
        self.store = Granting()
        self.printers: tuple[PrinterSettings, ...] = (
            PrinterSettings("zebra", {}, ("label",)),
            PrinterSettings("office", {}, ("slip",)),
            PrinterSettings("small", {}, ("product",), "100x50mm"),
            PrinterSettings("dock", {}, ("label",), None, ("DOCK-1",)),
        )
        self.has_scale = False

    async def start(self, records: tuple[Record, ...] = ()) -> Showing:
        self.thread = JournalThread()
        self.journal = await self.thread.run(Journal.open, self.path, clock=self.clock)
        if records:
            await self.thread.run(learnt, self.journal, records)
            await self.thread.run(self.journal.add_block, BLOCK)
        self.floor = Floor()
        self.session = Session(
            self.floor,
            self.journal,
            self.thread,
            self.clock,
            store=self.store,
            stations=Stations(self.printers),
            station="BENCH-1",
            proof=lambda jobs: refusal(
                jobs, {name: FolderPrinter(self.path.parent) for name in Stations(self.printers).names}
            ),
            has_scale=self.has_scale,
        )
        return await self.session.start()

    async def restart(self, badge: str = BADGE) -> Showing:
        """A power cut, a new start, and whoever scans that badge then; nobody, where it is empty."""
        await self.stop()
        showing = await self.start()
        return await self.scan(badge) if badge else showing

    async def stop(self) -> None:
        await self.thread.run(self.journal.close)
        await self.thread.close()

    def clock(self) -> datetime:
        return self.now

    async def scan(self, *texts: str) -> Showing:
        for text in texts:
            await self.session.take_scan(parse(text.encode(), PROFILE, "test", 0.0))
        return self.session.showing

    async def events(self) -> list[object]:
        entries = await self.thread.run(self.journal.unsent, 1000)
        return [understood(open_envelope(entry.body)) for entry in entries]


@pytest.fixture
async def device(tmp_path: Path) -> AsyncIterator[Device]:
    device = Device(tmp_path / "journal.db")
    order, task = small_order()
    everything = (SITE, OWNER, ADDRESS, WORKER, *PRODUCTS, *LOCATIONS, Tote(id="T-01"), Tote(id="T-02"), order, task)
    await device.start(everything)
    yield device
    await device.stop()
