"""The journal as a record keeper: numbers, cursors, SSCCs, print jobs, versions, and who may open it."""

from __future__ import annotations

import asyncio
import gc
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from orders import wire
from orders.envelope import decode_event, open_envelope
from orders.events import FloorEvent, ParcelSealed, PickConfirmed, ScanRefused, ToteBound
from orders.identifiers import SsccBlock
from orders.records import Key, ParcelLine, Tote, encode_record
from printing.documents import Media, WorkerBadge
from printing.spool import JobState, PrintJob
from terminal import journal_schema
from terminal.journal import Entry, Journal, JournalError
from terminal.journal_thread import JournalThread, PrintJobs, to_its_end
from tests.floors import NOW

BLOCK = SsccBlock(owner="HOME", prefix="952000", extension=0, first=10, last=12)


def picked(quantity: int = 1) -> PickConfirmed:
    return PickConfirmed(
        order="HOME/1001", task="P1", stop=1, location="A-01-1", product="HOME/LAMP", quantity=quantity, tote="T-01"
    )


def sealed(sscc: str) -> ParcelSealed:
    return ParcelSealed(
        order="HOME/1001",
        order_number="1001",
        tote="T-01",
        parcel=sscc,
        number=1,
        contents=(ParcelLine(line=1, product="HOME/LAMP", quantity=1),),
        weight_grams=250,
    )


def told(journal: Journal, *events: FloorEvent, memo: bytes | None = None) -> list[Entry]:
    return journal.append([(NOW, "W1", event) for event in events], memo=memo)


def change(tote: str, revision: int, cursor: int, state: str = "free") -> wire.Change:
    body = msgspec.Raw(encode_record(Tote(id=tote, state=state)))
    return wire.Change(kind="tote", id=tote, revision=revision, cursor=cursor, body=body)


def job(id: str) -> PrintJob:
    badge = WorkerBadge(name="Ada", role="picker", barcode="X")
    return PrintJob(id=id, document=badge, media=Media.LABEL_100X50, printer="office")


def asked(path: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        return db.execute(statement).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal.open(path, clock=lambda: NOW)
    yield journal
    journal.close()


def test_events_are_numbered_on_and_keep_their_instant_and_worker(journal: Journal) -> None:
    told(journal, picked(2))
    entries = told(journal, picked(3), ScanRefused(worker="W1", step="pick", reason="wrong_item"))
    assert [(entry.key, entry.number, entry.journal) for entry in entries] == [(2, 2, journal.id), (3, 3, journal.id)]
    envelope = open_envelope(entries[0].body)
    assert (envelope.number, envelope.at, envelope.worker) == (2, NOW, "W1")
    assert decode_event(envelope.event) == picked(3)
    assert journal.waiting() == 3


def test_a_new_start_finds_events_memo_name_and_epoch(path: Path) -> None:
    with_events = Journal.open(path)
    told(with_events, picked(), memo=b"stop 2")
    with_events.learn("PICK-1")
    with_events.confirm([change("T-01", 1, 7)], 7, "E1", False)
    id = with_events.id
    with_events.close()

    again = Journal.open(path)
    loaded = again.load()
    assert (again.id, again.notice, again.terminal) == (id, "", "PICK-1")
    assert (loaded.memo, loaded.cursor, loaded.epoch) == (b"stop 2", 7, "E1")
    assert loaded.records == [(Key("tote", "T-01"), Tote(id="T-01"))]
    assert [entry.number for entry in loaded.entries] == [1]
    assert told(again, picked())[0].number == 2
    again.close()


def test_the_memo_stays_when_an_event_brings_none(journal: Journal) -> None:
    journal.remember(b"here")
    told(journal, picked())
    assert journal.load().memo == b"here"


def test_a_settled_event_is_loaded_until_the_records_hold_it(journal: Journal) -> None:
    told(journal, picked(), picked(), picked())
    journal.settle([(1, 40), (2, 50)])
    assert [entry.key for entry in journal.unsent()] == [3]
    assert journal.waiting() == 1
    assert [(entry.key, entry.cursor) for entry in journal.load().entries] == [(1, 40), (2, 50), (3, None)]
    journal.confirm([], 45, "E1", False)
    assert [entry.key for entry in journal.load().entries] == [2, 3]


def test_settling_twice_counts_once(journal: Journal) -> None:
    told(journal, picked())
    journal.settle([(1, 40)])
    journal.settle([(1, 90)])
    assert journal.waiting() == 0
    assert journal.load().entries[0].cursor == 40


def test_an_older_revision_never_replaces_a_newer_one(journal: Journal) -> None:
    journal.confirm([change("T-01", 5, 20, "picking")], 20, "E1", False)
    late = journal.confirm([change("T-01", 4, 18, "free"), change("T-02", 1, 19)], 21, "E1", False)
    assert [key.id for key, _ in late.records] == ["T-02"]
    assert dict(journal.load().records)[Key("tote", "T-01")] == Tote(id="T-01", state="picking")


def test_a_reset_forgets_what_was_confirmed_and_covers_what_was_settled(journal: Journal) -> None:
    told(journal, picked(), picked())
    journal.settle([(1, 900)])
    journal.confirm([change("T-01", 9, 800)], 800, "E1", False)
    anew = journal.confirm([change("T-02", 1, 3)], 30, "E2", True)
    assert anew.covered == [1]
    loaded = journal.load()
    assert [key.id for key, _ in loaded.records] == ["T-02"]
    assert [entry.key for entry in loaded.entries] == [2]


def test_what_this_version_cannot_read_is_kept_for_one_that_can(journal: Journal) -> None:
    drone = wire.Change(kind="drone", id="D1", revision=1, cursor=1, body=msgspec.Raw(b'{"id":"D1"}'))
    odd = wire.Change(kind="tote", id="T-09", revision=1, cursor=2, body=msgspec.Raw(b'{"id":9}'))
    wider = wire.Change(kind="tote", id="T-01", revision=1, cursor=3, body=msgspec.Raw(b'{"id":"T-01","colour":"red"}'))
    brought = journal.confirm([drone, odd, wider], 3, "E1", False)
    assert brought.records == [(Key("tote", "T-01"), Tote(id="T-01"))]
    assert brought.unreadable == {"tote"}
    kept = asked(journal.path, "SELECT kind, body FROM record ORDER BY cursor")
    assert kept[0] == ("drone", b'{"id":"D1"}')
    assert kept[1] == ("tote", b'{"id":9}')


def test_an_sscc_is_spent_by_the_event_that_seals_its_parcel(path: Path) -> None:
    journal = Journal.open(path)
    journal.add_block(BLOCK)
    first = journal.next_sscc("HOME")
    assert first == BLOCK.number(10) == journal.next_sscc("HOME")
    assert journal.next_sscc("OTHER") is None
    told(journal, sealed(first))
    assert journal.next_sscc("HOME") == BLOCK.number(11)
    with pytest.raises(JournalError, match="used already"):
        told(journal, sealed(first))
    with pytest.raises(JournalError, match="not leased"):
        told(journal, sealed(BLOCK.number(10)[:-4] + "0000"))
    assert journal.waiting() == 1
    journal.close()

    again = Journal.open(path)
    assert (again.left("HOME"), again.next_sscc("HOME")) == (2, BLOCK.number(11))
    assert [(block.first, block.last) for block in again.blocks()] == [(11, 12)]
    told(again, sealed(BLOCK.number(11)), sealed(BLOCK.number(12)))
    assert again.next_sscc("HOME") is None
    again.add_block(BLOCK)  # the reply to the same lease, once more
    assert again.next_sscc("HOME") is None
    second = SsccBlock(owner="HOME", prefix="952000", extension=0, first=60, last=61)
    again.add_block(second)
    assert again.next_sscc("HOME") == second.number(60)
    again.close()


def test_a_print_job_is_written_with_its_event_and_once(path: Path) -> None:
    journal = Journal.open(path)
    journal.append([(NOW, "W1", picked())], [job("a"), job("b")])
    journal.append([], [job("a")])
    assert journal.begin_job("a")
    journal.close()

    again = Journal.open(path)
    waiting = again.waiting_jobs()
    assert [(each.id, each.state, each.attempts) for each in waiting] == [
        ("a", JobState.SENDING, 1),
        ("b", JobState.WAITING, 0),
    ]
    again.end_job(replace(job("a"), state=JobState.PRINTED, where="/labels/a.pdf"))
    again.end_job(replace(job("b"), state=JobState.HELD, reason="no paper"))
    assert again.waiting_jobs() == []
    done, held = again.job("a"), again.job("b")
    assert done and held and (done.where, held.reason) == ("/labels/a.pdf", "no paper")
    with pytest.raises(JournalError, match="No print job c"):
        again.end_job(replace(job("c"), state=JobState.PRINTED))
    again.close()


def test_events_and_jobs_are_forgotten_a_month_after_they_ended(path: Path) -> None:
    clock = [NOW]
    journal = Journal.open(path, clock=lambda: clock[0])
    told(journal, picked(), picked(), picked())
    journal.append([], [job("a"), job("b")])
    journal.end_job(replace(job("a"), state=JobState.PRINTED))
    journal.settle([(1, 5), (2, 6), (3, 7)])
    clock[0] += timedelta(days=20)
    told(journal, picked())
    journal.tidy()
    assert len(journal.load().entries) == 4
    clock[0] += timedelta(days=11)
    journal.tidy()
    assert [entry.key for entry in journal.load().entries] == [4]
    assert journal.job("a") is None
    assert [each.id for each in journal.waiting_jobs()] == ["b"]
    assert told(journal, picked())[0].number == 5
    journal.close()


def test_the_newest_number_survives_pruning_and_a_restart(path: Path) -> None:
    journal = Journal.open(path, clock=lambda: NOW)
    told(journal, picked(), picked())
    journal.settle([(1, 5), (2, 6)])
    journal.prune(NOW + timedelta(days=40))
    journal.close()
    again = Journal.open(path)
    assert told(again, picked())[0].number == 3
    again.close()


def test_a_second_terminal_is_told_who_has_the_journal(journal: Journal, path: Path) -> None:
    with pytest.raises(JournalError, match=rf"Another terminal \(process {os.getpid()}\) writes the journal"):
        Journal.open(path)
    program = f"from pathlib import Path; from terminal.journal import Journal; Journal.open(Path({str(path)!r}))"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert f"process {os.getpid()}" in other.stderr
    told(journal, picked())


def test_a_journal_of_a_later_version_is_left_alone(path: Path) -> None:
    Journal.open(path).close()
    asked(path, f"PRAGMA user_version = {journal_schema.SCHEMA_VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="later version"):
        Journal.open(path)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_left_alone(path: Path) -> None:
    asked(path, "CREATE TABLE song (title TEXT)")
    with pytest.raises(JournalError, match="another program"):
        Journal.open(path)


def test_an_older_journal_is_migrated_in_one_step_after_a_copy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = Journal.open(path)
    told(old, picked(), memo=b"here")
    old.close()
    version = journal_schema.SCHEMA_VERSION
    monkeypatch.setattr(journal_schema, "SCHEMA_VERSION", version + 1)

    broken = {version: ("ALTER TABLE job ADD COLUMN colour TEXT", "SELECT colour FROM nowhere")}
    monkeypatch.setattr(journal_schema, "STEPS", broken)
    with pytest.raises(JournalError):
        Journal.open(path)
    monkeypatch.setattr(journal_schema, "STEPS", {version: ("ALTER TABLE job ADD COLUMN colour TEXT",)})
    new = Journal.open(path)
    assert [entry.number for entry in new.load().entries] == [1]
    new.close()

    assert "colour" in [row[1] for row in asked(path, "PRAGMA table_info(job)")]
    copies = list(path.parent.glob(f"journal.db.version-{version}-*"))
    assert copies
    assert asked(copies[0], "SELECT memo FROM state") == [(b"here",)]


@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_what_is_no_file_is_no_journal(path: Path, kind: str) -> None:
    {"folder": path.mkdir, "pipe": lambda: os.mkfifo(path), "link": lambda: path.symlink_to("nowhere/at/all")}[kind]()
    with pytest.raises(JournalError, match="is a folder, a pipe or a link that leads nowhere: move it away"):
        Journal.open(path)


def test_a_file_whose_version_is_none_is_left_alone(path: Path) -> None:
    Journal.open(path).close()
    asked(path, "PRAGMA user_version = -5")
    with pytest.raises(JournalError, match="another program"):
        Journal.open(path)
    assert asked(path, "PRAGMA user_version") == [(-5,)]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"No journal can be kept in .*nowhere"):
        Journal.open(tmp_path / "nowhere" / "journal.db")


async def test_the_thread_finishes_what_a_cancelled_caller_left(path: Path) -> None:
    thread = JournalThread()
    journal = await thread.run(Journal.open, path)
    caller = asyncio.create_task(thread.run(journal.append, [(NOW, "W1", picked())]))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await thread.run(journal.waiting) == 1
    await thread.run(journal.close)
    await thread.close()


async def test_what_fails_for_a_caller_who_has_left_is_written_over_no_screen(path: Path) -> None:
    said: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: said.append(context))
    thread = JournalThread()
    journal = await thread.run(Journal.open, path)
    await thread.run(journal.close)

    async def write() -> None:
        await asyncio.sleep(0)
        await thread.run(journal.append, [(NOW, "W1", picked())])

    for call in (to_its_end(write()), thread.run(journal.append, [(NOW, "W1", picked())])):
        caller = asyncio.create_task(call)
        await asyncio.sleep(0)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
    await thread.close()
    del caller, call
    gc.collect()
    await asyncio.sleep(0)
    assert said == []


async def test_the_spool_reads_and_marks_from_its_own_thread(path: Path) -> None:
    thread = JournalThread()
    journal = await thread.run(Journal.open, path)
    await thread.run(journal.append, [], [job("a")])
    jobs = PrintJobs(thread, journal)
    (waiting,) = await asyncio.to_thread(jobs.waiting)
    assert await asyncio.to_thread(jobs.begin, waiting.id)
    await asyncio.to_thread(jobs.note, waiting.id, "zebra-7")
    await asyncio.to_thread(jobs.end, replace(waiting, state=JobState.PRINTED, where="/labels"))
    assert await asyncio.to_thread(jobs.waiting) == []
    await thread.run(journal.close)
    await thread.close()


def test_opening_a_journal_loads_no_drawing_and_no_client(path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from terminal.journal import Journal; import terminal.sync.worker;"
        f"Journal.open(Path({str(path)!r})).close();"
        "print([name for name in ('reportlab', 'barcode', 'httpx', 'textual') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_journal_opened_by_the_real_clock_takes_its_own_instants(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    journal.append([(NOW, "W1", ToteBound(order="O", task="P", tote="T"))])
    journal.settle([(1, 4)])
    journal.tidy()
    assert journal.load().entries[0].cursor == 4
    journal.close()
