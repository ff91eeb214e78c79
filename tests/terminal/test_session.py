"""The session over a real journal: disk before screen, the same line after a restart, no secret written down."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from orders.barcodes import Kind
from orders.envelope import open_envelope
from orders.events import (
    ParcelSealed,
    ParcelVoided,
    PickConfirmed,
    PickUndone,
    ProductLabelPrinted,
    ScanRefused,
    WorkerSignedOn,
)
from orders.records import Key
from orders.upcast import understood
from printing.documents import Media
from printing.spool import JobState, Spool
from printing.ways.folder import FolderPrinter
from terminal.config import PrinterSettings
from terminal.journal_thread import PrintJobs
from terminal.workflows import acts
from terminal.workflows.prompts import Tone
from terminal.workflows.steps import Grant, PackWait, Picking
from tests.floors import ADDRESS, BADGE, small_order
from tests.terminal.devices import BLOCK, LAMP, Device, own
from tests.terminal.devices import device as device


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


async def test_where_no_printer_is_set_no_number_is_spent_until_a_bench_that_prints_is_scanned(device: Device) -> None:
    device.printers = (PrinterSettings("folder", {}, ("label", "slip"), None, ("BENCH-2",)),)
    await device.restart()
    await walk(device)
    await device.session.take_entry("5")
    await device.scan(own(Kind.LOCATION, "A-02-1"), own(Kind.PRODUCT, "000002"), own(Kind.LOCATION, "DROP-1"))
    await device.session.take_act(acts.PACK)
    everything = (own(Kind.TOTE, "T-01"), LAMP, own(Kind.COMMAND, acts.ALL), own(Kind.PRODUCT, "000002"))
    showing = await device.scan(*everything, own(Kind.COMMAND, acts.SEAL))
    assert showing.verdict is not None and showing.verdict.reason == "no_printer"
    assert not [event for event in await device.events() if isinstance(event, ParcelSealed)]
    assert await device.thread.run(device.journal.next_sscc, "HOME") == BLOCK.number(10)
    showing = await device.scan(own(Kind.STATION, "BENCH-2"), own(Kind.COMMAND, acts.SEAL))
    assert showing.prompt.step == "pack_label"
    assert [job.printer for job in await device.thread.run(device.journal.waiting_jobs)] == ["folder", "folder"]


@pytest.mark.parametrize(
    ("change", "says"),
    [({"name": "አበበ በቂላ"}, "no font here draws"), ({"lines": ("S" * 900,)}, "address does not fit")],
)
async def test_what_no_label_can_bear_is_told_before_the_seal_and_spends_no_number(
    device: Device, change: dict[str, object], says: str
) -> None:
    await walk(device)
    await device.session.take_entry("5")
    await device.scan(own(Kind.LOCATION, "A-02-1"), own(Kind.PRODUCT, "000002"), own(Kind.LOCATION, "DROP-1"))
    await device.session.take_act(acts.PACK)
    device.floor.confirm([(Key("address", "C1"), replace(ADDRESS, **change))], device.floor.cursor)
    seal = own(Kind.COMMAND, acts.SEAL)
    showing = await device.scan(
        own(Kind.TOTE, "T-01"), LAMP, own(Kind.COMMAND, acts.ALL), own(Kind.PRODUCT, "000002"), seal
    )
    assert showing.verdict is not None and showing.verdict.reason == "cannot_print"
    assert says in showing.verdict.sentence
    assert showing.prompt.step == "pack_seal"
    assert not await device.thread.run(device.journal.waiting_jobs)
    assert await device.thread.run(device.journal.next_sscc, "HOME") == BLOCK.number(10)
    device.floor.confirm([(Key("address", "C1"), ADDRESS)], device.floor.cursor)
    assert (await device.scan(seal)).prompt.step == "pack_label"


@pytest.mark.parametrize("number", ["№1005", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "図" * 64, "አበበ-7"])
async def test_an_order_of_any_name_is_sealed_printed_and_read_back(
    device: Device, number: str, tmp_path: Path
) -> None:
    order = device.floor.order("HOME/1001")
    assert order is not None
    device.floor.confirm([(Key("order", order.id), replace(order, number=number))], device.floor.cursor)
    await walk(device)
    await device.session.take_entry("5")
    await device.scan(own(Kind.LOCATION, "A-02-1"), own(Kind.PRODUCT, "000002"), own(Kind.LOCATION, "DROP-1"))
    await device.session.take_act(acts.PACK)
    await device.scan(own(Kind.TOTE, "T-01"), LAMP, own(Kind.COMMAND, acts.ALL), own(Kind.PRODUCT, "000002"))
    showing = await device.scan(own(Kind.COMMAND, acts.SEAL))
    assert showing.prompt.step == "pack_label", showing.verdict
    folders = {name: FolderPrinter(tmp_path) for name in ("zebra", "office")}
    printed = await asyncio.to_thread(Spool(PrintJobs(device.thread, device.journal), folders).run_waiting)
    assert [job.state for job in printed] == [JobState.PRINTED, JobState.PRINTED]
    assert (await device.scan(f"00{BLOCK.number(10)}")).prompt.step == "pack_tote"


async def test_a_question_whether_to_void_stands_at_the_same_line_after_a_restart(device: Device) -> None:
    await walk(device)
    await device.session.take_entry("5")
    await device.scan(own(Kind.LOCATION, "A-02-1"), own(Kind.PRODUCT, "000002"), own(Kind.LOCATION, "DROP-1"))
    await device.session.take_act(acts.PACK)
    await device.scan(own(Kind.TOTE, "T-01"), LAMP, own(Kind.COMMAND, acts.ALL), own(Kind.PRODUCT, "000002"))
    label = f"]C100{BLOCK.number(10)}"
    await device.scan(own(Kind.COMMAND, acts.SEAL), label, label)
    await device.restart()
    assert device.session.step == PackWait(BLOCK.number(10))
    await device.session.take_act(acts.VOID)
    showing = await device.scan(own(Kind.TOTE, "T-02"))
    assert (showing.prompt.step, device.session.step) == ("pack_tote", PackWait())
    assert isinstance((await device.events())[-1], ParcelVoided)
    await device.restart()
    assert (await device.scan(label)).verdict.reason == "parcel_void"  # type: ignore[union-attr]
    assert (await device.scan(own(Kind.TOTE, "T-02"))).prompt.step == "pack_item"


async def test_the_next_start_resumes_at_the_same_line(device: Device) -> None:
    await walk(device)
    before = device.session.showing.prompt
    await device.session.take_entry("3")
    await device.scan(LAMP)
    showing = await device.restart()
    assert before.step == "pick_quantity"
    assert showing.worker == "Ada"
    assert device.session.step == Picking("P1", is_identified=True, stop=1)
    assert (showing.prompt.quantity, showing.prompt.location) == ("2 of 5", "A-01-1")
    assert showing.prompt.step == "pick_quantity", "the item was in hand, and need not be scanned again"


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
    await device.restart(badge="")
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
    assert [type(event) for event in await device.events()][-3:] == [PickConfirmed, WorkerSignedOn, PickUndone]
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
