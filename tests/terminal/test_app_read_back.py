"""`floorhand terminal` and a scanner as it leaves its box, on a port or typing: what reads a label back."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from orders.envelope import open_envelope
from orders.events import ParcelLabelled
from orders.upcast import understood
from terminal.journal import Journal
from tests.terminal.in_a_pty import InPty
from tests.terminal.offline_device import OfflineDevice
from tests.terminal.offline_device import device as device
from tests.terminal.test_app_printer import BLOCK, SSCC, pack_up_to_the_label


def labelled(device: OfflineDevice) -> list[str]:
    """The parcels whose label was read back, as the journal has them."""
    with closing(sqlite3.connect(device.journal)) as database:
        bodies = [body for (body,) in database.execute("SELECT body FROM event ORDER BY serial")]
    events = [understood(open_envelope(body)) for body in bodies]
    return [event.parcel for event in events if isinstance(event, ParcelLabelled)]


@pytest.mark.parametrize("way", ["port", "keyboard"])
def test_a_scanner_without_aim_ids_reads_the_label_back_and_the_slip_does_not(device: OfflineDevice, way: str) -> None:
    journal = Journal.open(device.journal)
    journal.add_block(BLOCK)
    journal.close()

    def read(program: InPty, text: str) -> None:
        if way == "port":
            device.scan(text)
        else:
            program.write(f"{text}\r".encode())

    with device.terminal((40, 24)) as program:
        pack_up_to_the_label(device, program)
        program.until(lambda: "Stick the label" in program.screen)
        read(program, "1001")
        program.until(lambda: "slip has that number" in " ".join(program.screen.split()))
        assert labelled(device) == []
        read(program, f"00{SSCC}")
        program.until(lambda: "Label right" in program.screen)
    assert labelled(device) == [SSCC]
