"""The journal under fire: kills, cut logs, full disks, broken pages, copies. What was saved is there, or it says so."""

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
from msgspec.structs import replace

from orders.events import PickConfirmed, open_envelope
from orders.identifiers import SsccBlock
from printing.documents import Media, WorkerBadge
from printing.printers import Sent
from printing.spool import JobState, PrintJob
from terminal.journal import Entry, Journal, JournalError
from terminal.journal_mark import Doubt
from tests.floors import NOW

BLOCK = SsccBlock(owner="HOME", prefix="952000", extension=0, first=10, last=59)

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


def picked(quantity: int = 1) -> PickConfirmed:
    return PickConfirmed(
        order="HOME/1001", task="P1", stop=1, location="A", product="HOME/LAMP", quantity=quantity, tote="T-01"
    )


def told(journal: Journal, count: int = 1) -> list[Entry]:
    return [journal.append([(NOW, "W1", picked(n + 1))])[0] for n in range(count)]


def numbers(journal: Journal) -> list[int]:
    return [entry.number for entry in journal.load().entries]


def killed_writer(path: Path, count: int) -> list[tuple[int, int]]:
    """Numbers that were acknowledged, each with the size of the log at that moment, by a writer that died at once."""
    ran = subprocess.run([sys.executable, "-c", WRITER, path, str(count)], stdout=subprocess.PIPE, check=False)
    assert ran.returncode == -signal.SIGKILL
    return [(int(number), int(size)) for number, size in (line.split() for line in ran.stdout.splitlines())]


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
    journal.append([(NOW, "W1", picked(n + 1)) for n in range(600)], [_job("a")])
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


# Copies


def test_a_journal_that_was_only_moved_keeps_its_identity(path: Path, tmp_path: Path) -> None:
    journal = Journal.open(path)
    told(journal, 3)
    id = journal.id
    journal.close()
    path.parent.rename(tmp_path / "elsewhere")
    moved = Journal.open(tmp_path / "elsewhere" / "journal.db")
    assert (moved.id, moved.notice) == (id, "")
    moved.close()


def test_a_wiped_journal_says_so_and_begins_under_another_identity(path: Path) -> None:
    journal = Journal.open(path)
    told(journal, 3)
    id = journal.id
    journal.close()
    path.unlink()
    again = Journal.open(path)
    assert again.id != id
    assert "was gone" in again.notice
    assert told(again)[0].number == 1
    again.close()


def test_a_wiped_folder_is_noticed_by_the_witness(path: Path, tmp_path: Path) -> None:
    witness = tmp_path / "cache" / "witness"
    journal = Journal.open(path, witness=witness)
    told(journal, 3)
    journal.close()
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    again = Journal.open(path, witness=witness)
    assert "was gone" in again.notice
    again.close()


@pytest.mark.parametrize("is_running", [True, False])
@pytest.mark.parametrize("with_mark", [True, False])
def test_a_copy_sends_what_it_inherited_under_the_old_number_and_new_scans_under_its_own(
    path: Path, tmp_path: Path, with_mark: bool, is_running: bool
) -> None:
    original = Journal.open(path)
    told(original, 4)
    original.settle([(1, 10), (2, 11)])
    original.add_block(BLOCK)
    original.append([], [_job("a"), _job("b")])
    original.end_job(replace(_job("b"), state=JobState.PRINTED, where="/b.pdf"))
    if not is_running:
        original.close()
    (tmp_path / "copy").mkdir()
    for file in path.parent.iterdir():
        if with_mark or file.suffix != ".mark":
            shutil.copy2(file, tmp_path / "copy")
    if is_running:
        original.close()

    copy = Journal.open(tmp_path / "copy" / "journal.db")
    assert copy.id != original.id
    assert "copy" in copy.notice and "2 unsent scans kept" in copy.notice
    assert copy.blocks() == [] and copy.next_sscc("HOME") is None
    assert copy.waiting_jobs() == []
    held = copy.job("a")
    assert held and held.state is JobState.HELD and "only if no label is there" in held.reason
    assert held.sent is Sent.UNSURE
    new = told(copy)[0]
    assert (new.journal, new.number, new.key) == (copy.id, 1, 5)
    first = copy.unsent()
    assert [(entry.journal, entry.number) for entry in first] == [(original.id, 3), (original.id, 4)]
    assert copy.standing().owing == ((original.id, 4),)
    copy.settle([(entry.key, 20) for entry in first])
    assert [(entry.journal, entry.number) for entry in copy.unsent()] == [(copy.id, 1)]
    copy.add_block(BLOCK)  # leased to the original: not taken, even where the store should offer it again
    assert copy.next_sscc("HOME") is None
    copy.close()

    kept = Journal.open(path)
    assert (kept.id, kept.notice, kept.next_sscc("HOME")) == (original.id, "", BLOCK.number(10))
    kept.close()


def _job(id: str) -> PrintJob:
    badge = WorkerBadge(name="Ada", role="picker", barcode="X")
    return PrintJob(id=id, document=badge, media=Media.LABEL_100X50, printer="office")


@pytest.mark.parametrize(
    ("was_closed", "only_database"),
    # A whole folder put back from a copy of a running journal is seen by the witness and by the store alone.
    [(True, True), (True, False), (False, True)],
)
def test_an_old_copy_put_back_takes_a_new_identity(path: Path, was_closed: bool, only_database: bool) -> None:
    journal = Journal.open(path)
    told(journal, 3)
    if was_closed:
        journal.close()
    old = Snapshot(path)
    if was_closed:
        journal = Journal.open(path)
    id = journal.id
    told(journal, 3)
    journal.close()
    mark = path.with_name("journal.mark").read_bytes()
    old.put_back()
    if only_database:
        path.with_name("journal.mark").write_bytes(mark)
    again = Journal.open(path)
    assert again.id != id
    assert again.notice
    assert told(again)[0].number == 1
    assert {entry.journal for entry in again.unsent()} == {id}
    again.close()


def test_a_whole_folder_put_back_is_noticed_by_the_witness(path: Path, tmp_path: Path) -> None:
    witness = tmp_path / "cache" / "witness"
    journal = Journal.open(path, witness=witness)
    told(journal, 3)
    old = Snapshot(path)
    id = journal.id
    journal.close()
    Journal.open(path, witness=witness).close()
    old.put_back()
    again = Journal.open(path, witness=witness)
    assert again.id != id
    assert "older copy" in again.notice
    again.close()


def test_a_copy_on_another_machine_is_a_copy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.open(path)
    told(journal)
    id = journal.id
    journal.close()
    monkeypatch.setattr("terminal.journal_mark.machine", lambda: "another machine")
    again = Journal.open(path)
    assert again.id != id
    assert "copy" in again.notice
    again.close()


# What the store says of it


def test_events_that_the_store_lost_are_unsent_again(path: Path) -> None:
    journal = Journal.open(path)
    told(journal, 5)
    journal.settle([(n, 10 + n) for n in range(1, 5)])
    aligned = journal.align(journal.id, 3)
    assert [(each.key, each.cursor) for each in aligned.revived] == [(3, 13), (4, 14)]
    assert not aligned.is_renewed
    assert [entry.number for entry in journal.unsent()] == [3, 4, 5]
    assert journal.waiting() == 3
    assert not journal.align(journal.id, 3)
    journal.close()


def test_a_store_that_knows_more_than_the_journal_means_an_old_copy(path: Path) -> None:
    journal = Journal.open(path)
    told(journal, 3)
    journal.settle([(1, 5)])
    id = journal.id
    assert journal.align(id, 9).is_renewed
    assert journal.id != id
    assert [(entry.journal, entry.number) for entry in journal.unsent()] == [(id, 2), (id, 3)]
    assert told(journal)[0].number == 1
    journal.close()


def test_events_behind_a_gap_that_cannot_be_filled_get_new_numbers(path: Path) -> None:
    journal = Journal.open(path)
    told(journal, 6)
    id = journal.id
    journal._db.execute("DELETE FROM event WHERE number IN (3, 4)")  # what a broken page takes along
    journal.renew(Doubt.DAMAGED)
    aligned = journal.align(id, 2)
    assert aligned.moved == 2
    assert [(entry.journal, entry.number, entry.key) for entry in journal.unsent()] == [(id, 1, 1), (id, 2, 2)]
    journal.settle([(1, 7), (2, 7)])
    moved = journal.unsent()
    assert [(entry.journal, entry.number, entry.key) for entry in moved] == [(journal.id, 1, 5), (journal.id, 2, 6)]
    assert [open_envelope(entry.body).number for entry in moved] == [1, 2]
    assert told(journal)[0].number == 3
    journal.close()


def test_events_whose_numbers_hold_others_move_to_a_new_identity(path: Path) -> None:
    journal = Journal.open(path)
    told(journal, 4)
    id = journal.id
    assert journal.disown([3, 4])
    assert [(entry.journal, entry.number) for entry in journal.unsent()] == [(id, 1), (id, 2)]
    journal.settle([(1, 5), (2, 5)])
    assert [(entry.journal, entry.number, entry.key) for entry in journal.unsent()] == [
        (journal.id, 1, 3),
        (journal.id, 2, 4),
    ]
    journal.close()


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
