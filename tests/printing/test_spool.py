from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from printing.documents import Media
from printing.draw import draw
from printing.printers import Held, Pages, Printed, Sent
from printing.site_style import SiteStyle
from printing.spool import JobState, PrintJob, Spool, job_id, job_name
from printing.troubles import Trouble, sentence
from printing.ways.folder import FolderPrinter

PRINTED, UNSURE = Printed("the bench printer"), Held.by(Trouble.LOST, Sent.UNSURE)


@dataclass
class Jobs:
    """A job store in memory that also remembers every mark."""

    jobs: dict[str, PrintJob] = field(default_factory=dict)
    marks: list[tuple[str, JobState]] = field(default_factory=list)

    def add(self, job: PrintJob) -> PrintJob:
        self.jobs[job.id] = job
        return job

    def waiting(self) -> Sequence[PrintJob]:
        return [
            job
            for job in self.jobs.values()
            if job.state in (JobState.WAITING, JobState.SENDING)
            or (job.state is JobState.CANCELLED and job.sent is Sent.YES)
        ]

    def begin(self, job_id: str) -> bool:
        job = self.jobs[job_id]
        if job.state not in (JobState.WAITING, JobState.SENDING):
            return False
        self.jobs[job_id] = replace(
            job, state=JobState.SENDING, reason="", where="", sent=Sent.UNSURE, ticket="", attempts=job.attempts + 1
        )
        self.marks.append((job_id, JobState.SENDING))
        return True

    def note(self, job_id: str, ticket: str) -> None:
        self.jobs[job_id] = replace(self.jobs[job_id], ticket=ticket, sent=Sent.YES)

    def end(self, job: PrintJob) -> None:
        kept = self.jobs[job.id]
        self.jobs[job.id] = replace(kept, state=job.state, reason=job.reason, where=job.where, sent=job.sent)
        self.marks.append((job.id, job.state))

    def again(self, job_id: str) -> None:
        self.jobs[job_id] = replace(self.jobs[job_id], state=JobState.WAITING)


@dataclass
class PaperPrinter:
    """A printer that swallows bytes, and cannot tell afterwards what became of them."""

    dots_per_inch: int = 203
    sheets: list[tuple[str, bytes]] = field(default_factory=list)
    dies: BaseException | None = None
    answer: Printed | Held = PRINTED
    settled: Printed | Held | None = UNSURE
    withdrawn: list[str] = field(default_factory=list)

    def render(self, document, media: Media, style: SiteStyle) -> bytes:
        return style.draw(document, media, self.dots_per_inch)

    def print(self, pages: Pages) -> Printed | Held:
        self.sheets.append((pages.name, pages.payload))
        pages.taken("7")
        if self.dies:
            raise self.dies
        return self.answer

    def settle(self, pages: Pages, ticket: str) -> Printed | Held | None:
        return self.settled

    def withdraw(self, ticket: str) -> bool:
        self.withdrawn.append(ticket)
        return True

    def look(self) -> Printed | Held:
        return self.answer


def a_job(document, printer: str = "bench", media: Media = Media.LABEL_4X6, copy: int = 1) -> PrintJob:
    return PrintJob(id=job_id("P7", document, copy), document=document, media=media, printer=printer)


def test_a_waiting_label_is_marked_before_its_bytes_leave_and_printed_after(samples, tmp_path):
    jobs, label = Jobs(), samples.label(1)
    jobs.add(a_job(label))
    (done,) = Spool(jobs, {"bench": FolderPrinter(tmp_path)}).run_waiting()
    assert jobs.marks == [("P7-label-1", JobState.SENDING), ("P7-label-1", JobState.PRINTED)]
    assert (done.state, done.attempts, done.reason) == (JobState.PRINTED, 1, "")
    assert done.where == str(tmp_path / "label_ORD-2026-000123_P7-label-1.pdf")
    assert (tmp_path / "label_ORD-2026-000123_P7-label-1.pdf").read_bytes() == draw(label, Media.LABEL_4X6)
    assert Spool(jobs, {"bench": FolderPrinter(tmp_path)}).run_waiting() == []


def test_the_printers_own_resolution_is_drawn_for(samples, tmp_path):
    jobs, label = Jobs(), samples.label(1)
    jobs.add(a_job(label))
    Spool(jobs, {"bench": FolderPrinter(tmp_path, dots_per_inch=300)}).run_waiting()
    (printed,) = tmp_path.iterdir()
    assert printed.read_bytes() == draw(label, Media.LABEL_4X6, 300)


def test_asking_twice_is_one_job_and_a_reprint_is_another(samples):
    label = samples.label(1)
    assert job_id("P7", label) == job_id("P7", label) == "P7-label-1"
    assert job_id("P7", label, copy=2) == "P7-label-2"
    assert job_id("P7", samples.slip()) == "P7-slip-1"
    assert job_name(a_job(label)) == "label_ORD-2026-000123_P7-label-1"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda job, samples: replace(job, printer="dock"),
            "No printer is named 'dock' here (there is: bench): choose another",
        ),
        (lambda job, samples: replace(job, media=Media.LABEL_57X32), "not on 57x32mm: set this printer's media"),
        (
            lambda job, samples: replace(job, document=replace(job.document, carrier="አማራ")),
            "or give this text in Latin letters; then print again",
        ),
        (
            lambda job, samples: replace(job, document=replace(job.document, service="S" * 900)),
            "the service's name does not fit",
        ),
    ],
)
def test_what_cannot_be_drawn_is_held_with_its_reason_and_no_sheet_comes_out(samples, change, says):
    jobs, printer = Jobs(), PaperPrinter()
    job = jobs.add(change(a_job(samples.label(1)), samples))
    (held,) = Spool(jobs, {"bench": printer}).run_waiting()
    assert held.state is JobState.HELD and says in held.reason
    assert (jobs.jobs[job.id].state, jobs.jobs[job.id].reason) == (held.state, held.reason)
    assert printer.sheets == []
    assert Spool(jobs, {"bench": printer}).run_waiting() == [], "a held job waits for a person"


def test_a_held_job_prints_once_the_fault_is_mended_and_it_is_tried_again(samples, tmp_path):
    jobs, folder = Jobs(), tmp_path / "labels"
    job = jobs.add(a_job(samples.label(1)))
    spool = Spool(jobs, {"bench": FolderPrinter(folder)})
    (held,) = spool.run_waiting()
    assert held.reason == f"the print folder {folder} does not exist: create it, then press Enter"
    folder.mkdir()
    assert spool.run_one(held) == held, "nothing runs a held job behind a person's back"
    jobs.again(job.id)
    (done,) = spool.run_waiting()
    assert (done.state, done.attempts) == (JobState.PRINTED, 2)
    assert len(list(folder.iterdir())) == 1


def test_a_printed_job_is_not_run_again(samples):
    jobs, printer = Jobs(), PaperPrinter()
    spool = Spool(jobs, {"bench": printer})
    done = spool.run_one(jobs.add(a_job(samples.label(1))))
    assert spool.run_one(done) == done
    assert len(printer.sheets) == 1


def test_a_fault_in_drawing_holds_the_job_and_the_next_one_prints(samples, caplog, monkeypatch):
    printer = PaperPrinter()

    def broken_for_slips(document, media, style):
        if media is Media.A4:
            raise ZeroDivisionError
        return draw(document, media)

    jobs = Jobs()
    jobs.add(a_job(samples.slip(), media=Media.A4))
    jobs.add(a_job(samples.label(1)))
    monkeypatch.setattr(printer, "render", broken_for_slips)
    slip, label = Spool(jobs, {"bench": printer}).run_waiting()
    assert slip.state is JobState.HELD and slip.reason.startswith("drawing failed (ZeroDivisionError)")
    assert label.state is JobState.PRINTED
    assert "drawing job P7-slip-1 failed" in caplog.text


def test_a_printer_that_breaks_off_may_have_printed_and_says_so(samples, caplog):
    jobs, printer = Jobs(), PaperPrinter(dies=ConnectionResetError())
    jobs.add(a_job(samples.label(1)))
    (held,) = Spool(jobs, {"bench": printer}).run_waiting()
    assert held.state is JobState.HELD
    assert held.reason == sentence(Trouble.LOST)


def test_a_job_cut_off_at_a_printer_that_cannot_tell_is_held_for_a_person_to_look(samples):
    jobs, printer = Jobs(), PaperPrinter(dies=KeyboardInterrupt())
    jobs.add(a_job(samples.label(1)))
    with pytest.raises(KeyboardInterrupt):
        Spool(jobs, {"bench": printer}).run_waiting()
    printer.dies = None
    (held,) = Spool(jobs, {"bench": printer}).run_waiting()
    assert (held.state, held.reason) == (JobState.HELD, sentence(Trouble.LOST))
    assert len(printer.sheets) == 1


def test_what_may_have_left_is_asked_about_and_never_sent_again(samples):
    jobs, printer = Jobs(), PaperPrinter(answer=Held.by(Trouble.MEDIA_EMPTY, Sent.YES))
    job = jobs.add(a_job(samples.label(1)))
    spool = Spool(jobs, {"bench": printer})
    (held,) = spool.run_waiting()
    assert (held.state, held.reason, held.sent) == (JobState.HELD, "Load labels, then press Enter", Sent.YES)
    jobs.again(job.id)
    printer.settled = Printed("the bench printer")
    (done,) = spool.run_waiting()
    assert (done.state, done.where, len(printer.sheets)) == (JobState.PRINTED, "the bench printer", 1)


def test_what_surely_never_came_out_is_sent_again(samples):
    jobs, printer = Jobs(), PaperPrinter(answer=Held.by(Trouble.BUSY))
    job = jobs.add(a_job(samples.label(1)))
    spool = Spool(jobs, {"bench": printer})
    assert spool.run_waiting()[0].sent is Sent.NO
    jobs.again(job.id)
    printer.answer = Printed("the bench printer")
    assert spool.run_waiting()[0].state is JobState.PRINTED
    assert len(printer.sheets) == 2


def test_a_job_cancelled_before_its_turn_is_not_sent_and_one_at_the_printer_is_taken_back(samples):
    jobs, printer = Jobs(), PaperPrinter()
    early, late = jobs.add(a_job(samples.label(1))), a_job(samples.label(1), copy=2)
    jobs.jobs[early.id] = replace(early, state=JobState.CANCELLED)
    jobs.add(replace(late, state=JobState.CANCELLED, sent=Sent.YES, ticket="7"))
    spool = Spool(jobs, {"bench": printer})
    assert spool.run_one(early).state is JobState.CANCELLED
    assert [job.state for job in spool.run_waiting()] == [JobState.CANCELLED]
    assert (printer.sheets, printer.withdrawn[-1]) == ([], "7")
    assert jobs.jobs[late.id].sent is Sent.NO
    assert spool.run_waiting() == []


def test_a_printer_that_hangs_keeps_no_other_printer_waiting(samples):
    held_up, let_go = threading.Event(), threading.Event()

    class Hanging(PaperPrinter):
        def print(self, pages):
            held_up.set()
            let_go.wait(20)
            return super().print(pages)

    jobs, dock = Jobs(), PaperPrinter()
    jobs.add(a_job(samples.label(1)))
    jobs.add(a_job(samples.label(1), printer="dock", copy=2))
    spool = Spool(jobs, {"bench": Hanging(), "dock": dock})
    with ThreadPoolExecutor(2) as threads:
        hanging = threads.submit(spool.run_waiting, "bench")
        assert held_up.wait(20)
        assert [job.printer for job in spool.run_waiting("dock")] == ["dock"]
        let_go.set()
        assert [job.state for job in hanging.result()] == [JobState.PRINTED]


def test_threads_that_run_the_spool_at_once_print_each_job_once(samples):
    jobs, printer = Jobs(), PaperPrinter()
    for copy in range(1, 13):
        jobs.add(a_job(samples.label(1), copy=copy))
    spool = Spool(jobs, {"bench": printer})
    with ThreadPoolExecutor(4) as threads:
        ended = [job for run in threads.map(lambda _: spool.run_waiting(), range(4)) for job in run]
    assert sorted(job.id for job in ended) == sorted(jobs.jobs)
    assert len({name for name, _ in printer.sheets}) == len(printer.sheets) == 12


# A program that is killed, and starts again on the same file.

PROGRAM = """
import os, pathlib, signal, sqlite3, sys
import msgspec
from printing.printers import Sent
from printing.spool import JobState, PrintJob, Spool
from printing.ways.folder import FolderPrinter

database, folder, where, nth = sys.argv[1:4] + [int(sys.argv[4])]

class Store:
    def __init__(self):
        self.db = sqlite3.connect(database)
        self.db.execute("PRAGMA synchronous=FULL")
    def waiting(self):
        rows = self.db.execute("SELECT job, state FROM jobs WHERE state IN ('waiting', 'sending') ORDER BY id")
        return [msgspec.structs.replace(msgspec.json.decode(job, type=PrintJob), state=JobState(state))
                for job, state in rows]
    def _mark(self, job_id, state, reason, where):
        die("before mark")
        with self.db:
            self.db.execute("UPDATE jobs SET state = ?, reason = ?, place = ? WHERE id = ?",
                            (state.value, reason, where, job_id))
        die("after mark")
    def begin(self, job_id):
        self._mark(job_id, JobState.SENDING, "", "")
        return True
    def end(self, job):
        self._mark(job.id, job.state, job.reason, job.where)

counts = {}
def die(point):
    counts[point] = counts.get(point, 0) + 1
    if point == where and counts[point] == nth:
        os.kill(os.getpid(), signal.SIGKILL)

real_fsync, real_replace = os.fsync, pathlib.Path.replace
def fsync(descriptor):
    die("before fsync")
    real_fsync(descriptor)
    die("after fsync")
def rename(self, target):
    die("before rename")
    done = real_replace(self, target)
    die("after rename")
    return done
os.fsync, pathlib.Path.replace = fsync, rename

Spool(Store(), {"bench": FolderPrinter(pathlib.Path(folder))}).run_waiting()
"""

POINTS = [
    ("before mark", 1),
    ("after mark", 1),
    ("before fsync", 1),
    ("after fsync", 1),
    ("before rename", 1),
    ("after rename", 1),
    ("after fsync", 2),
    ("before mark", 2),
    ("after mark", 2),
    ("after mark", 3),
]


@pytest.mark.parametrize(("point", "nth"), POINTS)
def test_a_program_killed_at_any_point_ends_with_each_job_printed_exactly_once(samples, tmp_path, point, nth):
    database, folder = tmp_path / "journal.sqlite", tmp_path / "labels"
    folder.mkdir()
    labels = [samples.label(1), samples.label(2)]
    with sqlite3.connect(database) as db:
        db.execute("CREATE TABLE jobs (id TEXT PRIMARY KEY, job BLOB, state TEXT, reason TEXT, place TEXT)")
        for serial, label in enumerate(labels, start=1):
            job = PrintJob(id=job_id(f"P{serial}", label), document=label, media=Media.LABEL_4X6, printer="bench")
            db.execute("INSERT INTO jobs VALUES (?, ?, 'waiting', '', '')", (job.id, msgspec.json.encode(job)))
    db.close()

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    def run(where: str, count: int) -> int:
        command = [sys.executable, "-c", PROGRAM, str(database), str(folder), where, str(count)]
        return subprocess.run(command, env=environment, check=False).returncode

    assert run(point, nth) == -signal.SIGKILL
    inodes = {entry.name: entry.stat().st_ino for entry in folder.glob("*.pdf")}
    assert run("never", 0) == 0

    db = sqlite3.connect(database)
    rows = db.execute("SELECT state, place FROM jobs ORDER BY id").fetchall()
    db.close()
    assert [state for state, _ in rows] == ["printed", "printed"]
    assert sorted(place for _, place in rows) == sorted(str(entry) for entry in folder.iterdir())
    assert [Path(place).read_bytes() for _, place in rows] == [draw(label, Media.LABEL_4X6) for label in labels]
    kept = {entry.name: entry.stat().st_ino for entry in folder.iterdir()}
    assert all(kept[name] == inode for name, inode in inodes.items()), "what was printed before was not printed again"
