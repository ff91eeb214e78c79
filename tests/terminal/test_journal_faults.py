"""The journal under fire: kills, cut logs, full disks, broken pages. What was saved is there, or it says so."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from orders.envelope import open_envelope
from terminal.journal import Journal, JournalError
from tests.floors import NOW
from tests.terminal.journals import BLOCK, Snapshot, job, numbers, picked, told
from tests.terminal.journals import path as path

WRITER = """
import os, signal, sys
from pathlib import Path
from orders.events import PickConfirmed
from terminal.journal import Journal
from tests.floors import NOW

journal = Journal.open(Path(sys.argv[1]))
for turn in range(int(sys.argv[2])):
    event = PickConfirmed(
        order="HOME/1001", task="P1", stop=1, location="A", product="HOME/LAMP", quantity=turn + 1, tote="T-01"
    )
    entry, = journal.append([(NOW, "W1", event)], memo=b"memo %d" % turn)
    wal = os.path.getsize(sys.argv[1] + "-wal")
    print(entry.number, wal, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_writer(path: Path, count: int) -> list[tuple[int, int]]:
    """Numbers that were acknowledged, each with the size of the log at that moment, by a writer that died at once."""
    ran = subprocess.run([sys.executable, "-c", WRITER, path, str(count)], stdout=subprocess.PIPE, check=False)
    assert ran.returncode == -signal.SIGKILL
    return [(int(number), int(size)) for number, size in (line.split() for line in ran.stdout.splitlines())]


# Kills


def test_every_acknowledged_scan_survives_a_kill(path: Path) -> None:
    acknowledged = killed_writer(path, 40)
    journal = Journal.open(path)
    loaded = journal.load()
    assert [entry.number for entry in loaded.entries] == [number for number, _ in acknowledged] == list(range(1, 41))
    assert loaded.memo == b"memo 39"
    assert journal.notice == ""
    assert told(journal)[0].number == 41
    journal.close()


@pytest.mark.parametrize(
    "delay_ms", [pytest.param(ms, marks=[pytest.mark.long] if ms % 40 else []) for ms in range(0, 200, 10)]
)
def test_a_kill_at_any_moment_loses_no_scan_and_changes_no_identity(path: Path, delay_ms: int) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, path, "100000"], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    first = writer.stdout.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        writer.wait(delay_ms / 1000)
    writer.kill()
    rest = writer.stdout.read().splitlines()
    writer.stdout.close()
    writer.wait()
    acknowledged = [int(line.split()[0]) for line in [first, *rest] if len(line.split()) == 2]
    journal = Journal.open(path)
    found = numbers(journal)
    assert found == list(range(1, len(found) + 1))
    assert len(found) >= max(acknowledged)
    assert journal.notice == ""
    journal.close()


# A log cut short


def cut_and_open(path: Path, snapshot: Snapshot, acknowledged: list[tuple[int, int]], old_id: str, cut: int) -> None:
    snapshot.put_back(cut)
    whole = [number for number, size in acknowledged if size <= snapshot.log_size - cut]
    journal = Journal.open(path)
    try:
        loaded = journal.load()
        assert [entry.number for entry in loaded.entries] == whole, f"cut by {cut}"
        assert {entry.journal for entry in loaded.entries} == {old_id}
        assert "last scans may be missing" in journal.notice
        assert journal.id != old_id
        assert told(journal)[0].number == 1
    finally:
        journal.close()


def cuts(path: Path, step: int) -> Iterator[int]:
    acknowledged = killed_writer(path, 12)
    snapshot = Snapshot(path)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        (old_id,) = db.execute("SELECT id FROM identity").fetchone()
    for cut in range(1, 1025, step):
        cut_and_open(path, snapshot, acknowledged, old_id, cut)
        yield cut


def test_a_log_cut_in_its_last_kilobyte_keeps_every_scan_before_the_cut(path: Path) -> None:
    assert len(list(cuts(path, 7))) == 147


@pytest.mark.long
def test_a_log_cut_at_every_byte_of_its_last_kilobyte(path: Path) -> None:
    assert len(list(cuts(path, 1))) == 1024


@pytest.mark.parametrize("frames", [1, 2, 3, 5, 8, 13])
def test_a_log_cut_by_whole_pages_is_noticed_as_well(path: Path, frames: int) -> None:
    acknowledged = killed_writer(path, 12)
    snapshot = Snapshot(path)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        (old_id,) = db.execute("SELECT id FROM identity").fetchone()
    cut_and_open(path, snapshot, acknowledged, old_id, frames * (4096 + 24))


def test_a_cut_after_everything_was_written_back_is_salvaged(path: Path) -> None:
    """The file itself is then ahead of its log: rows and index disagree, and only reading row by row tells."""
    journal = Journal.open(path)
    told(journal, 30)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA wal_checkpoint(PASSIVE)")
        snapshot = Snapshot(path)
    old_id = journal.id
    journal.close()
    snapshot.put_back(cut=100)
    again = Journal.open(path)
    assert again.id != old_id
    assert "may be missing" in again.notice
    assert set(range(1, 30)) <= set(numbers(again))
    again.close()


# Disks that take nothing

LIMITED = """
import resource, sys
from pathlib import Path
from terminal.journal import Journal, JournalError
from orders.events import PickConfirmed
from tests.floors import NOW

path = Path(sys.argv[1])
event = PickConfirmed(order="O", task="P1", stop=1, location="A", product="L", quantity=1, tote="T-01")
journal = Journal.open(path)
saved = 0
for _ in range(5):
    saved += len(journal.append([(NOW, "W1", event)]))
for room in (0, 100, 4096, 6000, 30000):
    size = path.with_name("journal.db-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, resource.RLIM_INFINITY))
    refused = 0
    for _ in range(10):
        try:
            saved += len(journal.append([(NOW, "W1", event)], memo=b"m" * 100))
        except JournalError as error:
            refused += 1
            assert str(path) in str(error) and "Free some space" in str(error), error
    assert refused, room
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    saved += len(journal.append([(NOW, "W1", event)]))
    assert journal.waiting() == saved
print(saved, journal.append([(NOW, "W1", event)])[0].number)
journal.close()
"""


def test_a_full_disk_saves_nothing_says_so_and_goes_on_when_there_is_room(path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", LIMITED, path], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    saved, last = map(int, ran.stdout.split())
    assert last == saved + 1
    journal = Journal.open(path)
    assert numbers(journal) == list(range(1, last + 1))
    assert journal.notice == ""
    journal.close()


def test_a_read_only_journal_saves_nothing_and_goes_on_afterwards(path: Path) -> None:
    journal = Journal.open(path)
    journal.add_block(BLOCK)
    journal._db.execute("PRAGMA query_only = 1")  # what SQLite meets on a disk that was remounted read-only
    with pytest.raises(JournalError, match="read-only"):
        told(journal)
    with pytest.raises(JournalError, match="read-only"):
        journal.remember(b"there")
    assert (journal.waiting(), journal.load().memo) == (0, b"")
    journal._db.execute("PRAGMA query_only = 0")
    assert told(journal)[0].number == 1
    journal.close()


def test_a_folder_without_write_permission_is_refused_with_its_name(path: Path) -> None:
    Journal.open(path).close()
    nobody = "import os; os.setgid(65534); os.setuid(65534);" if os.geteuid() == 0 else ""
    path.parent.chmod(0o555)
    for file in path.parent.iterdir():
        file.chmod(0o444)
    for above in path.parents[1:-2]:
        if above.stat().st_uid == os.geteuid() and nobody:
            above.chmod(above.stat().st_mode | 0o055)
    program = (
        "import sys; from pathlib import Path; from terminal.journal import Journal, JournalError;"
        f"{nobody}\ntry:\n    Journal.open(Path(sys.argv[1]))\nexcept JournalError as error:\n    print(error)"
    )
    ran = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=False)
    path.parent.chmod(0o755)
    assert str(path.parent) in ran.stdout and "writable" in ran.stdout, ran.stderr


# Broken pages


def broken(path: Path, offset: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(random.Random(offset).randbytes(length))


INTERIOR_PAGES = (0x02, 0x05)


@pytest.mark.parametrize("page", range(40))
def test_a_broken_page_costs_no_more_than_what_hangs_on_it(path: Path, page: int) -> None:
    journal = Journal.open(path)
    journal.append([(NOW, "W1", picked(n + 1)) for n in range(600)])
    id = journal.id
    journal.close()
    with path.open("rb") as file:
        kind = file.read((page + 1) * 4096)[page * 4096]
    broken(path, page * 4096, 4096)
    again = Journal.open(path)
    loaded = again.load()
    if again.notice:
        assert again.id != id
        assert "damaged" in again.notice
        assert list(path.parent.glob("journal.db.damaged-*"))
    if page and kind not in INTERIOR_PAGES:
        assert len(loaded.entries) >= 600 - 40
    assert all(open_envelope(entry.body).number == entry.number for entry in loaded.entries)
    assert told(again)[0].key > max((entry.key for entry in loaded.entries), default=0)
    again.close()


def test_damage_met_while_loading_is_salvaged_at_once(path: Path) -> None:
    journal = Journal.open(path)
    journal.append([(NOW, "W1", picked(n + 1)) for n in range(600)])
    journal.close()
    again = Journal.open(path)
    id = again.id
    broken(path, 20 * 4096, 2 * 4096)
    loaded = again.load()
    assert 600 - 80 <= len(loaded.entries) < 600
    assert again.id != id and "damaged" in again.notice
    assert told(again)[0].number == 1
    again.close()


def test_damage_met_while_working_is_salvaged_by_the_next_start(path: Path) -> None:
    journal = Journal.open(path)
    journal.append([(NOW, "W1", picked(n + 1)) for n in range(600)])
    journal.close()
    again = Journal.open(path)
    broken(path, 10 * 4096, 20 * 4096)
    with pytest.raises(JournalError, match=r"damaged\. Start the program again"):
        again.unsent(600)
    again.close()
    third = Journal.open(path)
    assert "damaged" in third.notice
    assert third.load().entries
    third.close()


def test_a_print_that_waited_is_held_after_a_salvage_for_somebody_to_look(path: Path) -> None:
    journal = Journal.open(path)
    journal.append([(NOW, "W1", picked(n + 1)) for n in range(600)], [job("a")])
    journal.close()
    again = Journal.open(path)
    broken(path, 20 * 4096, 2 * 4096)
    assert again.load().entries and "damaged" in again.notice
    (held,) = again.held_jobs()
    assert held.id == "a" and "only if no label is there" in held.reason
    again.close()


def test_a_file_of_noise_is_moved_aside_and_work_goes_on(path: Path) -> None:
    journal = Journal.open(path)
    told(journal, 5)
    id = journal.id
    journal.close()
    broken(path, 0, path.stat().st_size)
    again = Journal.open(path)
    assert again.id != id
    assert "damaged" in again.notice
    (aside,) = path.parent.glob("journal.db.damaged-*")
    assert str(aside) in again.notice
    assert numbers(again) == []
    assert told(again)[0].number == 1
    again.close()
    quiet = Journal.open(path)
    assert (quiet.notice, numbers(quiet)) == ("", [1])
    quiet.close()


def test_a_salvage_that_was_killed_before_its_last_step_is_finished(path: Path) -> None:
    journal = Journal.open(path)
    told(journal, 5)
    journal.close()
    path.rename(path.with_name("journal.db.salvaged"))
    again = Journal.open(path)
    assert numbers(again) == [1, 2, 3, 4, 5]
    again.close()


@pytest.mark.parametrize("taken", ["folder", "journal.db", "journal.db-wal"])
def test_a_journal_that_is_taken_away_under_the_program_saves_nothing_and_goes_on_once_it_is_back(
    path: Path, tmp_path: Path, taken: str
) -> None:
    journal = Journal.open(path)
    told(journal, 2)
    place = path.parent if taken == "folder" else path.with_name(taken)
    place.rename(tmp_path / "away")
    with pytest.raises(JournalError, match=r"somebody took away that file or its log\. Put it back where it was"):
        told(journal)
    (tmp_path / "away").rename(place)
    told(journal)
    assert numbers(journal) == [1, 2, 3]
    journal.close()
    again = Journal.open(path)
    assert numbers(again) == [1, 2, 3] and again.notice == ""
    again.close()


def test_another_file_in_the_journals_place_takes_no_scan(path: Path) -> None:
    journal = Journal.open(path)
    told(journal, 2)
    shutil.copyfile(path, path.with_name("copy"))
    path.with_name("copy").replace(path)
    with pytest.raises(JournalError, match="start the program again"):
        told(journal)
    assert journal.waiting() == 2
    journal.close()
