"""A journal that is not the one written last: moved, wiped, copied, put back, or known otherwise by the store."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from orders.envelope import open_envelope
from printing.printers import Sent
from printing.spool import JobState
from terminal.journal import Journal
from terminal.journal_mark import Doubt
from tests.terminal.journals import BLOCK, Snapshot, job, told
from tests.terminal.journals import path as path


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
    original.append([], [job("a"), job("b")])
    original.end_job(replace(job("b"), state=JobState.PRINTED, where="/b.pdf"))
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
