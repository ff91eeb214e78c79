"""The session over a real journal: disk before screen, the same line after a restart, no secret written down."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from orders import barcodes, wire
from orders.barcodes import Kind
from orders.envelope import open_envelope
from orders.events import ParcelSealed, PickConfirmed, PickUndone, ProductLabelPrinted, ScanRefused
from orders.identifiers import SsccBlock
from orders.records import Key, Record, Tote, encode_record, kind_of
from orders.upcast import understood
from printing.documents import Media
from scanners.parse import parse
from scanners.profile import ScannerProfile
from terminal.config import PrinterSettings
from terminal.floor import Floor
from terminal.journal import Journal
from terminal.journal_thread import JournalThread
from terminal.session import Session
from terminal.stations import Stations
from terminal.workflows import acts
from terminal.workflows.prompts import Showing, Tone
from terminal.workflows.steps import Grant, Picking
from tests.floors import ADDRESS, BADGE, LOCATIONS, NOW, OWNER, PRODUCTS, SITE, WORKER, small_order

PROFILE = ScannerProfile("test", kind="wedge")
LAMP = "]E05012345678900"
BLOCK = SsccBlock(owner="HOME", prefix="952000", extension=0, first=10, last=59)


def own(kind: Kind, body: str) -> str:
    return barcodes.encode(kind, body)


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

    async def start(self, records: tuple[Record, ...] = ()) -> Showing:
        self.thread = JournalThread()
        self.journal = await self.thread.run(Journal.open, self.path, clock=self.clock)
        await self.thread.run(self.journal.learn, "T1")
        if records:
            changes = [
                wire.Change(
                    kind=kind_of(each),
                    id=each.id,
                    revision=1,
                    cursor=n,
                    body=msgspec.Raw(encode_record(each)),
                )
                for n, each in enumerate(records, 1)
            ]
            await self.thread.run(self.journal.confirm, changes, len(changes), "E1", False)
            await self.thread.run(self.journal.add_block, BLOCK)
        self.floor = Floor()
        self.session = Session(
            self.floor,
            self.journal,
            self.thread,
            self.clock,
            store=self.store,
            stations=Stations(
                (
                    PrinterSettings("zebra", {}, ("label",)),
                    PrinterSettings("office", {}, ("slip",)),
                    PrinterSettings("small", {}, ("product",), "100x50mm"),
                    PrinterSettings("dock", {}, ("label",), None, ("DOCK-1",)),
                )
            ),
            station="BENCH-1",
        )
        return await self.session.start()

    async def restart(self) -> Showing:
        await self.stop()
        return await self.start()

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


async def walk(device: Device) -> None:
    await device.scan(BADGE)
    await device.session.take_act(acts.PICK)
    await device.scan(own(Kind.TOTE, "T-01"), own(Kind.LOCATION, "A-01-1"), LAMP)


async def test_a_whole_order_goes_through_one_device_with_no_store(device: Device) -> None:
    await walk(device)
    await device.session.take_entry("5")
    await device.scan(own(Kind.LOCATION, "A-02-1"), own(Kind.PRODUCT, "000002"), own(Kind.LOCATION, "DROP-1"))
    await device.session.take_act(acts.PACK)
    showing = await device.scan(
        own(Kind.TOTE, "T-01"),
        LAMP,
        own(Kind.COMMAND, acts.ALL),
        own(Kind.PRODUCT, "000002"),
        own(Kind.COMMAND, "SEAL"),
    )
    assert showing.prompt.step == "pack_label"
    sealed = next(event for event in await device.events() if isinstance(event, ParcelSealed))
    assert sealed.parcel == BLOCK.number(10)
    assert [job.printer for job in await device.thread.run(device.journal.waiting_jobs)] == ["office", "zebra"]
    showing = await device.scan(f"]C100{sealed.parcel}")
    assert (showing.prompt.step, showing.verdict and showing.verdict.tone) == ("pack_tote", Tone.GOOD)


async def test_the_next_start_resumes_at_the_same_line(device: Device) -> None:
    await walk(device)
    before = device.session.showing.prompt
    await device.session.take_entry("3")
    await device.scan(LAMP)
    showing = await device.restart()
    assert before.step == "pick_quantity"
    assert showing.worker == "Ada"
    assert device.session.step == Picking("P1")
    assert (showing.prompt.step, showing.prompt.quantity, showing.prompt.location) == ("pick_item", "2 of 5", "A-01-1")


async def test_a_refused_scan_is_journaled_and_changes_nothing(device: Device) -> None:
    await walk(device)
    showing = await device.scan(own(Kind.LOCATION, "B-01-1"))
    assert showing.verdict is not None and showing.verdict.tone is Tone.REFUSED
    refused = (await device.events())[-1]
    assert isinstance(refused, ScanRefused)
    assert (refused.worker, refused.step) == ("W1", "pick_quantity")
    cleared = await device.session.clear()
    assert cleared.verdict is None
    assert cleared.prompt.step == "pick_quantity"


async def test_no_badge_and_no_pin_is_ever_written_down(device: Device) -> None:
    stolen = own(Kind.BADGE, "W1-GUESSED9")
    await device.scan(stolen)
    await device.session.take_entry("Ada")
    await device.session.take_entry("987654")
    await device.scan(BADGE)
    await device.scan(BADGE)
    await device.stop()
    everything = b"".join(path.read_bytes() for path in device.path.parent.iterdir())
    assert b"GUESSED9" not in everything
    assert b"987654" not in everything
    assert b"SECRET7" not in everything
    await device.start()


async def test_five_wrong_pins_lock_the_worker_out_even_after_a_restart(device: Device) -> None:
    await device.session.take_entry("Ada")
    for _ in range(5):
        showing = await device.session.take_entry("0000")
    await device.restart()
    showing = await device.session.take_entry("4711")
    assert showing.verdict is not None and showing.verdict.reason == "locked_out"
    device.now += timedelta(minutes=6)
    showing = await device.session.take_entry("4711")
    assert showing.prompt.step == "menu"


async def test_when_the_disk_says_no_nothing_turns_green(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    await walk(device)
    count = len(await device.events())
    blocker = sqlite3.connect(device.path, timeout=0)
    blocker.execute("BEGIN IMMEDIATE")
    await device.thread.run(device.journal._db.execute, "PRAGMA busy_timeout = 0")
    showing = await device.session.take_entry("5")
    assert showing.verdict is not None
    assert (showing.verdict.tone, showing.verdict.reason) == (Tone.REFUSED, "not_saved")
    assert showing.prompt.step == "pick_quantity"
    blocker.rollback()
    blocker.close()
    showing = await device.session.take_entry("5")
    assert showing.verdict is not None and showing.verdict.tone is Tone.GOOD
    assert len(await device.events()) == count + 1


async def test_without_the_store_a_new_task_is_refused_but_an_open_one_goes_on(device: Device) -> None:
    await walk(device)
    await device.session.take_act(acts.MENU)
    showing = await device.session.take_act(acts.PICK)
    assert showing.prompt.step == "pick_item"
    assert showing.verdict is None or showing.verdict.tone is not Tone.REFUSED


async def test_a_task_comes_from_the_store_and_its_absence_is_said(device: Device) -> None:
    _, task = small_order()
    device.floor.confirm([(Key("task", "P1"), replace(task, claimed_by=None, state="released"))], device.floor.cursor)
    await device.scan(BADGE)
    showing = await device.session.take_act(acts.PICK)
    assert showing.verdict is not None and showing.verdict.reason == "store_away"
    device.store.grants = [Grant(), Grant(refused="training only"), Grant(task="P1")]
    showing = await device.session.take_act(acts.PICK)
    assert showing.verdict is not None and showing.verdict.reason == "nothing_to_pick"
    showing = await device.session.take_act(acts.PICK)
    assert showing.verdict is not None and "training only" in showing.verdict.sentence
    showing = await device.session.take_act(acts.PICK)
    assert showing.prompt.step == "pick_tote"


async def test_what_was_accepted_is_on_disk_before_the_answer(device: Device) -> None:
    await walk(device)
    await device.session.take_entry("5")
    other = sqlite3.connect(f"file:{device.path}?mode=ro", uri=True)
    bodies = [body for (body,) in other.execute("SELECT body FROM event ORDER BY serial")]
    other.close()
    assert isinstance(understood(open_envelope(bodies[-1])), PickConfirmed)


async def test_an_act_whose_step_has_passed_is_refused(device: Device) -> None:
    await walk(device)
    showing = await device.session.take_act(acts.SEAL)
    assert showing.verdict is not None and showing.verdict.reason == "act_passed"
    assert showing.prompt.step == "pick_quantity"


async def test_a_pick_is_taken_back_offline_after_a_restart_by_an_event_of_its_own(device: Device) -> None:
    await walk(device)
    await device.session.take_entry("5")
    await device.restart()
    showing = await device.scan(own(Kind.COMMAND, acts.UNDO))
    assert (showing.prompt.step, showing.prompt.quantity) == ("pick_item", "5")
    assert [type(event) for event in await device.events()][-2:] == [PickConfirmed, PickUndone]
    showing = await device.restart()
    assert (showing.prompt.step, showing.prompt.quantity) == ("pick_item", "5")
    showing = await device.scan(own(Kind.COMMAND, acts.UNDO))
    assert showing.prompt.step == "pick_tote"
    showing = await device.scan(own(Kind.COMMAND, acts.UNDO))
    assert showing.verdict is not None and showing.verdict.reason == "nothing_to_undo"


async def test_who_signs_on_next_cannot_take_back_what_the_last_one_did(device: Device) -> None:
    await walk(device)
    await device.session.take_entry("5")
    await device.scan(own(Kind.COMMAND, acts.SIGN_OFF), BADGE)
    await device.session.take_act(acts.PICK)
    showing = await device.scan(own(Kind.COMMAND, acts.UNDO))
    assert showing.verdict is not None and showing.verdict.reason == "nothing_to_undo"


async def test_a_new_item_label_goes_to_its_printer_with_its_event(device: Device) -> None:
    await device.scan(BADGE)
    await device.session.take_act(acts.PICK)
    await device.scan(own(Kind.TOTE, "T-01"), own(Kind.LOCATION, "A-01-1"))
    await device.session.take_entry("LAMP")
    await device.session.take_entry("5")
    showing = await device.session.take_act(acts.ITEM_LABEL)
    assert showing.verdict is not None and "LAMP" in showing.verdict.sentence
    assert isinstance((await device.events())[-1], ProductLabelPrinted)
    (job,) = await device.thread.run(device.journal.waiting_jobs)
    assert (job.printer, job.media, job.document.barcode) == ("small", Media.LABEL_100X50, "5012345678900")
    await device.session.take_act(acts.ITEM_LABEL)
    assert len(await device.thread.run(device.journal.waiting_jobs)) == 1, "one second is one press"
    device.now += timedelta(seconds=2)
    await device.session.take_act(acts.ITEM_LABEL)
    assert len(await device.thread.run(device.journal.waiting_jobs)) == 2


async def test_the_plain_confirm_seals_with_the_next_leased_number(device: Device) -> None:
    await walk(device)
    await device.scan(own(Kind.COMMAND, acts.CONFIRM))
    await device.scan(own(Kind.LOCATION, "A-02-1"), own(Kind.PRODUCT, "000002"), own(Kind.LOCATION, "DROP-1"))
    await device.session.take_act(acts.PACK)
    confirm = own(Kind.COMMAND, acts.CONFIRM)
    showing = await device.scan(own(Kind.TOTE, "T-01"), LAMP, confirm, own(Kind.PRODUCT, "000002"), confirm)
    assert showing.prompt.step == "pack_label"
    sealed = next(event for event in await device.events() if isinstance(event, ParcelSealed))
    assert sealed.parcel == BLOCK.number(10)
