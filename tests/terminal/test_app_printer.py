"""`floorhand terminal` with a label printer that runs out: the real screen, session, journal, spool and raw port."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from orders import barcodes
from orders.barcodes import Kind
from orders.identifiers import SsccBlock
from terminal.journal import Journal
from terminal.workflows import acts
from tests.floors import BADGE
from tests.terminal.in_a_pty import InPty
from tests.terminal.offline_device import OfflineDevice
from tests.terminal.offline_device import device as device
from tests.terminal.operators import DROP, LAMP, MUG, NEXT_SHELF, SHELF, TOTE
from tests.zpl_sink import ZplSink

BLOCK = SsccBlock(owner="HOME", prefix="952000", extension=0, first=10, last=59)
SSCC = BLOCK.number(10)


@pytest.fixture
def sink(device: OfflineDevice) -> Iterator[ZplSink]:
    sink = ZplSink()
    folder = device.config.parent / "printed"
    journal = Journal.open(device.journal)
    journal.add_block(BLOCK)
    journal.close()
    text = device.config.read_text().split("[[printer]]")[0]
    device.config.write_text(
        f'{text}[[printer]]\nname = "zebra"\nkind = "zpl"\nhost = "127.0.0.1"\nport = {sink.port}\n'
        f'documents = ["label"]\n'
        f'[[printer]]\nname = "office"\nkind = "folder"\npath = "{folder}"\ndocuments = ["slip"]\n'
    )
    yield sink
    sink.switch_off()


def pack_up_to_the_label(device: OfflineDevice, program: InPty) -> None:
    said = lambda text: lambda: text in " ".join(program.screen.split())  # noqa: E731
    command = lambda name: barcodes.encode(Kind.COMMAND, name)  # noqa: E731
    program.until(said("Scan your badge"))
    for scan, then in (
        (BADGE, "1 Pick"),
        (command(acts.PICK), "Scan an empty tote"),
        (TOTE, "Scan shelf A-01-1"),
        (SHELF, "Scan the item"),
        (LAMP, "5"),
        (command(acts.ALL), "A-02-1"),
        (NEXT_SHELF, "Scan the item"),
        (MUG, "DROP"),
        (DROP, "Done: tote"),
    ):
        device.scan(scan)
        program.until(said(then))
    device.scan(command(acts.PACK))
    program.until(said("Scan a tote"))
    for scan in (TOTE, LAMP, command(acts.ALL), MUG):
        device.scan(scan)
    program.until(said("scan SEAL"))
    device.scan(command(acts.SEAL))


def job(device: OfflineDevice) -> tuple[str, str]:
    with closing(sqlite3.connect(device.journal)) as database:
        found: tuple[str, str] = database.execute(
            "SELECT state, sent FROM job WHERE id = ?", (f"{SSCC}-label-1",)
        ).fetchone()
    return found


def attempts(device: OfflineDevice) -> int:
    with closing(sqlite3.connect(device.journal)) as database:
        found: tuple[int] = database.execute("SELECT attempts FROM job WHERE id = ?", (f"{SSCC}-label-1",)).fetchone()
    return found[0]


def test_out_of_labels_the_screen_says_so_and_enter_prints_it_once(device: OfflineDevice, sink: ZplSink) -> None:
    sink.mode = "paper-out"
    with device.terminal() as program:
        pack_up_to_the_label(device, program)
        program.until(lambda: "zebra: Load labels, then press Enter" in program.screen)
        assert job(device) == ("held", "no")
        program.read_for(0.4)  # an Enter right after a scan is the scanner's own
        program.write(b"\r")
        program.until(lambda: attempts(device) == 2)  # "Sending to zebra" may be gone before anybody reads it
        program.until(lambda: "zebra: Load labels, then press Enter" in program.screen)
        sink.mode = "ok"
        program.write(b"\r")
        program.until(lambda: job(device) == ("printed", "yes"))
        assert len(sink.printed) == 1
        device.scan(barcodes.encode(Kind.COMMAND, acts.PREVIEW))
        program.until(lambda: "Printed by zebra" in program.screen and "Tab picture" in program.screen)
        program.write(b"\x1b[C")
        program.until(lambda: "PACKING SLIP" in program.screen)
        device.scan(f"]C100{SSCC}")
        program.until(lambda: "Label right" in program.screen)
    assert job(device) == ("printed", "yes")
    assert len(list((device.config.parent / "printed").glob("slip_*.pdf"))) == 1, "the slip waited for nobody"


@pytest.mark.long
def test_a_printer_that_falls_silent_leaves_it_to_the_packer_who_finds_the_label(
    device: OfflineDevice, sink: ZplSink
) -> None:
    sink.falls_into = "silent"
    with device.terminal((40, 24)) as program:
        pack_up_to_the_label(device, program)
        program.until(lambda: "Look at the printer" in " ".join(program.screen.split()))
        assert job(device) == ("held", "unsure")
        device.scan(f"]C100{SSCC}")
        program.until(lambda: "Label right" in program.screen)
    assert job(device)[0] == "printed"
