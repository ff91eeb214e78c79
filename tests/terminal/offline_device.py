"""A device out of the store's reach on which `floorhand terminal` runs as it is, with a scanner on a pty.

Decides what it knows from the time when it was online; what is done on it is the tests' business.
"""

from __future__ import annotations

import os
import tty
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from orders.identifiers import SsccBlock
from orders.records import Record, Tote
from terminal.enrolment import Enrolment
from terminal.journal import Journal
from tests.floors import ADDRESS, BADGE, LOCATIONS, OWNER, PRODUCTS, SITE, WORKER, small_order
from tests.terminal.devices import learnt
from tests.terminal.in_a_pty import InPty, in_a_pty

RECORDS: tuple[Record, ...] = (
    SITE,
    OWNER,
    ADDRESS,
    WORKER,
    *PRODUCTS,
    *LOCATIONS,
    Tote(id="T-01"),
    *small_order(),
)


def once_online(state: Path, records: Iterable[Record], token: str = "token") -> Journal:
    """The open journal of a device that was enrolled, has heard of these records, and keeps its files in `state`."""
    state.mkdir()
    (state / "terminal.json").write_bytes(msgspec.json.encode(Enrolment(terminal="T1", token=token)))
    journal = Journal.open(state / "journal.db")
    learnt(journal, records)
    return journal


@dataclass
class OfflineDevice:
    """A machine that was online once: its config, its token, its journal, and a scanner on a pty."""

    config: Path
    scanner: int

    @property
    def journal(self) -> Path:
        """The file of its journal."""
        return self.config.parent / "state" / "journal.db"

    def scan(self, *texts: str) -> None:
        """Pulls the trigger."""
        for text in texts:
            os.write(self.scanner, f"{text}\r".encode())

    def sign_on(self, program: InPty) -> None:
        """What whoever stands there does first, after each start of the terminal."""
        program.until(lambda: "Scan your badge" in program.screen)
        self.scan(BADGE)

    @contextmanager
    def terminal(self, size: tuple[int, int] = (80, 24)) -> Iterator[InPty]:
        """The terminal on it, as it is started by hand."""
        with in_a_pty(["-m", "floorhand", "--config", str(self.config), "terminal"], size=size) as program:
            yield program


@contextmanager
def offline_device(
    folder: Path, records: Iterable[Record] = RECORDS, *, blocks: tuple[SsccBlock, ...] = (), more: str = ""
) -> Iterator[OfflineDevice]:
    """A device in `folder` at BENCH-1 with a printer into `printed`; `more` stands in its config besides."""
    state = folder / "state"
    journal = once_online(state, records)
    for block in blocks:
        journal.add_block(block)
    journal.close()
    (folder / "printed").mkdir()
    master, slave = os.openpty()
    tty.setraw(slave)
    config = folder / "floorhand.toml"
    config.write_text(
        f'[store]\nurl = "http://127.0.0.1:9"\n[terminal]\njournal = "{state}"\nstation = "BENCH-1"\n'
        f'[[scanner]]\nname = "hand"\nport = "{os.ttyname(slave)}"\n{more}'
        f'[[printer]]\nname = "folder"\nkind = "folder"\npath = "{folder / "printed"}"\n'
    )
    try:
        yield OfflineDevice(config, master)
    finally:
        os.close(master)
        os.close(slave)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[OfflineDevice]:
    with offline_device(tmp_path) as device:
        yield device
