"""What a packer is told and may do when a label does not come out: tables of act and outcome, and whole stories."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

import pytest
from msgspec.structs import replace

from orders import barcodes
from orders.barcodes import Kind
from orders.events import LabelReprinted, PrintCancelled, PrintFound
from printing.documents import Media
from printing.printers import Sent
from printing.spool import JobState, PrintJob
from printing.troubles import Trouble, sentence
from terminal.config import PrinterSettings
from terminal.stations import Stations
from terminal.workflows import acts
from terminal.workflows.prompts import Showing, Tone
from terminal.workflows.steps import Accepted, HeldPrint, JobOrder, Labelling, Menu, PackWait, Printing, Prints, Step
from tests.floors import floor_of
from tests.terminal.devices import Device, own
from tests.terminal.devices import device as device
from tests.terminal.operators import LAMP, MUG, SSCC, Operator, command, sealed

LABEL = f"]C100{SSCC}"


def held(sent: Literal["no", "yes", "unsure"], kind: str = "label", copy: int = 1) -> HeldPrint:
    return HeldPrint(f"{SSCC}-{kind}-{copy}", kind, "HOME/1001", SSCC, copy, "zebra", "Load labels", sent, "1001")


def at_label(*jobs: HeldPrint) -> Operator:
    operator = sealed()
    operator.here = replace(operator.here, held=jobs, printers=("zebra", "office"))
    return operator


def at_prints(*jobs: HeldPrint, step: Step | None = None) -> Operator:
    operator = at_label(*jobs)
    operator.step = step or Prints(PackWait(), jobs[0].job)
    return operator


def accepted(operator: Operator) -> Accepted:
    assert isinstance(operator.last, Accepted), operator.last
    return operator.last


@pytest.mark.parametrize("sent", ["no", "yes", "unsure"])
def test_the_label_screen_says_why_and_enter_tries_again(sent: Literal["no", "yes", "unsure"]) -> None:
    operator = at_label(held(sent))
    assert operator.asked.ask == "zebra: Load labels"
    assert operator.asked.enter == acts.TRY_PRINT
    operator.act(operator.asked.enter)
    assert accepted(operator).orders == (JobOrder("try", f"{SSCC}-label-1"),)
    assert (accepted(operator).events, accepted(operator).prints) == ((), ()), "the same job, nothing new"
    assert isinstance(operator.step, Labelling)


def test_without_a_held_job_enter_does_nothing_there() -> None:
    assert at_label().asked.enter == ""
    assert at_label(held("no", "slip")).asked.enter == "", "the slip is not what is asked for"


def test_a_label_that_is_read_back_was_printed_whatever_its_printer_said() -> None:
    operator = at_label(held("unsure"), held("no", "slip")).scan(LABEL)
    assert accepted(operator).orders == (JobOrder("printed", f"{SSCC}-label-1", "read back"),)
    assert operator.step == PackWait()


def test_voiding_the_parcel_cancels_what_was_still_to_come() -> None:
    operator = at_label(held("yes"), held("no", "slip")).act(acts.VOID).scan(barcodes.encode(Kind.TOTE, "T-02"))
    assert {each.what for each in accepted(operator).orders} == {"cancel"}
    assert len(accepted(operator).orders) == 2


def test_print_label_again_takes_the_held_one_back_or_sends_it_where_it_never_left() -> None:
    never_left = at_label(held("no")).act(acts.REPRINT)
    assert accepted(never_left).orders == (JobOrder("try", f"{SSCC}-label-1"),)
    assert accepted(never_left).events == ()
    perhaps = at_label(held("unsure")).act(acts.REPRINT)
    assert accepted(perhaps).events == (LabelReprinted(order="HOME/1001", parcel=SSCC, copy=2, reason="not_there"),)
    assert accepted(perhaps).orders == (JobOrder("cancel", f"{SSCC}-label-1", "not_there"),)
    assert accepted(perhaps).prints == (Printing("label", "HOME/1001", SSCC, 2, "zebra"),)
    assert "Throw away what zebra may still print" in accepted(perhaps).sentence


MOVED = LabelReprinted(order="HOME/1001", parcel=SSCC, copy=2, reason="moved", document="slip", printer="office")
CANCELLED = PrintCancelled(order="HOME/1001", parcel=SSCC, document="slip", copy=1, reason="asked")


@pytest.mark.parametrize(
    ("sent", "act", "events", "order"),
    [
        ("no", acts.TRY_PRINT, (), "try"),
        ("yes", acts.TRY_PRINT, (), "try"),
        ("unsure", acts.CAME_OUT, (PrintFound(order="HOME/1001", parcel=SSCC, document="slip", copy=1),), "printed"),
        ("unsure", acts.PRINT_AGAIN, (replace(MOVED, reason="not_there", printer=""),), "cancel"),
        ("no", acts.CANCEL_PRINT, (CANCELLED,), "cancel"),
        ("yes", acts.CANCEL_PRINT, (CANCELLED,), "cancel"),
        ("no", acts.PRINTER + "office", (MOVED,), "cancel"),
        ("yes", acts.PRINTER + "office", (MOVED,), "cancel"),
    ],
)
def test_each_act_on_a_held_job_is_an_event_with_a_reason(sent, act, events, order) -> None:
    operator = at_prints(held(sent, "slip")).act(act)
    assert accepted(operator).events == events
    assert [each.what for each in accepted(operator).orders] == [order]
    assert operator.step == PackWait()
    warns = "Throw away" in accepted(operator).sentence
    assert warns is (sent != "no" and order == "cancel")


def test_only_a_doubtful_job_can_be_called_printed_or_not_there() -> None:
    for sent, offers in (("no", False), ("yes", False), ("unsure", True)):
        names = [each.name for each in at_prints(held(sent)).asked.acts]
        assert (acts.CAME_OUT in names and acts.PRINT_AGAIN in names) is offers
    assert at_prints(held("no")).scan(command(acts.CAME_OUT)).reason == "act_first"


def test_the_label_itself_scanned_at_a_held_job_ends_it() -> None:
    operator = at_prints(held("unsure")).scan(LABEL)
    assert accepted(operator).events == (PrintFound(order="HOME/1001", parcel=SSCC, document="label", copy=1),)


def test_held_jobs_are_chosen_by_digit_from_menu_bench_and_label() -> None:
    jobs = (held("no", "slip"), held("unsure"))
    operator = at_label(*jobs)
    operator.step = Menu()
    operator.act(acts.HELD_PRINTS)
    assert operator.step == Prints(Menu())
    assert operator.asked.details == ("1 Slip 1001 zebra", "2 Label 1001 zebra")
    assert operator.key("2").step == Prints(Menu(), jobs[1].job)
    assert operator.key("9").step == Menu()
    assert at_prints(*jobs, step=PackWait()).act(acts.HELD_PRINTS).step == Prints(PackWait())
    assert isinstance(at_label(*jobs).act(acts.HELD_PRINTS).step, Prints)
    assert at_prints(*jobs, step=Prints(PackWait())).scan(LAMP).reason == "print_first"
    assert at_prints(*jobs).scan(LAMP).reason == "act_first"


def test_a_station_that_is_scanned_is_where_this_device_stands() -> None:
    operator = Operator(Menu(), floor_of()).scan(barcodes.encode(Kind.STATION, "BENCH-2"))
    assert (accepted(operator).station, operator.step) == ("BENCH-2", Menu())
    operator.here = replace(operator.here, stations=("BENCH-1",))
    assert operator.scan(barcodes.encode(Kind.STATION, "BENCH-9")).reason == "station_unknown"
    waiting = Operator(PackWait(), floor_of()).scan(barcodes.encode(Kind.STATION, "BENCH-2"))
    assert (accepted(waiting).station, waiting.step) == ("BENCH-2", PackWait())


def test_a_document_goes_to_its_stations_printer_else_to_one_that_serves_all() -> None:
    everywhere = PrinterSettings("office", {}, ("label", "slip"), "letter")
    bench_2 = PrinterSettings("zebra-2", {}, ("label",), None, ("BENCH-2", "BENCH-3"))
    stations = Stations((everywhere, bench_2), {"label": "100x150mm"})
    assert (stations.names, stations.stations) == (("office", "zebra-2"), ("BENCH-2", "BENCH-3"))
    assert stations.choose("label", "BENCH-2").printer == "zebra-2"
    assert stations.choose("label", "BENCH-2").media is Media.LABEL_100X150
    assert stations.choose("label", "BENCH-1").printer == "office"
    assert stations.choose("slip", "BENCH-2").media is Media.LETTER
    assert stations.choose("label", "BENCH-1", "zebra-2").printer == "zebra-2"
    assert Stations().choose("label", "BENCH-1").printer == ""


# The session: what is on disk, and what the next start knows


async def sealed_on(device: Device) -> PrintJob:
    """A parcel at its label; the job of that label."""
    await device.scan(barcodes.encode(Kind.BADGE, "W1-SECRET7"))
    await device.session.take_act(acts.PICK)
    await device.scan(own(Kind.TOTE, "T-01"), own(Kind.LOCATION, "A-01-1"), LAMP)
    await device.session.take_entry("5")
    await device.scan(own(Kind.LOCATION, "A-02-1"), MUG, own(Kind.LOCATION, "DROP-1"))
    await device.session.take_act(acts.PACK)
    await device.scan(own(Kind.TOTE, "T-01"), LAMP, own(Kind.COMMAND, acts.ALL), MUG, own(Kind.COMMAND, acts.SEAL))
    return next(job for job in await device.thread.run(device.journal.waiting_jobs) if "-label-" in job.id)


async def hold(device: Device, job: PrintJob, sent: Sent, trouble: Trouble) -> Showing:
    """What the spool would do."""
    assert await device.thread.run(device.journal.begin_job, job.id)
    ended = replace(job, state=JobState.HELD, reason=sentence(trouble), sent=sent)
    await device.thread.run(device.journal.end_job, ended)
    showing = device.session.refresh(device.session.hear(ended))
    assert showing is not None
    return showing


@pytest.fixture
async def packed(device: Device) -> AsyncIterator[tuple[Device, PrintJob]]:
    yield device, await sealed_on(device)


async def test_a_held_label_stands_on_the_screen_and_after_a_restart_too(packed: tuple[Device, PrintJob]) -> None:
    device, job = packed
    showing = await hold(device, job, Sent.YES, Trouble.MEDIA_EMPTY)
    assert showing.prompt.ask == "zebra: Load labels, then press Enter"
    assert showing.verdict is None, "'stick the label' is no longer said"
    showing = await device.restart()
    assert showing.prompt.ask == "zebra: Load labels, then press Enter"
    showing = await device.session.take_act(acts.TRY_PRINT)
    assert showing.prompt.enter == ""
    waiting = await device.thread.run(device.journal.job, job.id)
    assert waiting and (waiting.state, waiting.sent) == (JobState.WAITING, Sent.YES), "asked about, not sent again"


async def test_moved_to_another_printer_the_first_is_cancelled_in_the_same_step(
    packed: tuple[Device, PrintJob],
) -> None:
    device, job = packed
    await hold(device, job, Sent.UNSURE, Trouble.LOST)
    await device.session.take_act(acts.HELD_PRINTS)
    await device.session.take_entry("1")
    showing = await device.session.take_act(acts.PRINTER + "dock")
    assert showing.prompt.step == "pack_label"
    first = await device.thread.run(device.journal.job, job.id)
    second = await device.thread.run(device.journal.job, f"{job.id[:-1]}2")
    assert first and first.state is JobState.CANCELLED
    assert second and (second.state, second.printer) == (JobState.WAITING, "dock")
    assert not await device.thread.run(device.journal.begin_job, job.id), "the spool will not send it any more"
    assert any(isinstance(each, LabelReprinted) and each.reason == "moved" for each in await device.events())


async def test_a_job_that_goes_out_just_now_is_not_cancelled(packed: tuple[Device, PrintJob]) -> None:
    device, job = packed
    await hold(device, job, Sent.NO, Trouble.BUSY)
    await device.session.take_act(acts.HELD_PRINTS)
    await device.session.take_entry("1")
    await device.thread.run(device.journal.append, [], (), None, [JobOrder("try", job.id)])
    assert await device.thread.run(device.journal.begin_job, job.id)
    count = len(await device.events())
    showing = await device.session.take_act(acts.CANCEL_PRINT)
    assert showing.verdict and (showing.verdict.tone, showing.verdict.reason) == (Tone.REFUSED, "not_saved")
    assert "goes to the printer just now" in showing.verdict.sentence
    assert len(await device.events()) == count


async def test_a_scanned_station_is_kept_and_its_printer_takes_the_label(device: Device) -> None:
    await device.scan(barcodes.encode(Kind.BADGE, "W1-SECRET7"), barcodes.encode(Kind.STATION, "DOCK-1"))
    assert device.session.station == "DOCK-1"
    await device.restart()
    assert device.session.station == "DOCK-1"
    job = await sealed_again(device)
    assert job.printer == "dock"


async def sealed_again(device: Device) -> PrintJob:
    await device.session.take_act(acts.SIGN_OFF)
    return await sealed_on(device)
