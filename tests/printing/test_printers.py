from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from printing.documents import Media
from printing.printers import Held, Pages, Printed, PrinterConfigError, printer_from
from printing.ways.folder import FolderPrinter, file_name

PDF = b"%PDF-1.4 one label"
JOB = Pages("job", PDF, Media.LABEL_4X6)


@pytest.fixture
def folder(tmp_path) -> Path:
    place = tmp_path / "labels"
    place.mkdir()
    return place


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_job_becomes_one_whole_file_named_after_it(folder):
    answer = FolderPrinter(folder).print(Pages("label_536365_P1-label-1", PDF, Media.LABEL_4X6))
    assert answer == Printed(str(folder / "label_536365_P1-label-1.pdf"))
    assert names(folder) == ["label_536365_P1-label-1.pdf"]
    assert (folder / "label_536365_P1-label-1.pdf").read_bytes() == PDF


def test_the_same_job_again_prints_nothing_more(folder):
    FolderPrinter(folder).print(JOB)
    before = (folder / "job.pdf").stat()
    assert FolderPrinter(folder).print(JOB) == Printed(str(folder / "job.pdf"))
    after = (folder / "job.pdf").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_another_document_of_the_same_name_is_never_overwritten(folder):
    (folder / "job.pdf").write_bytes(b"somebody else's")
    answer = FolderPrinter(folder).print(JOB)
    assert isinstance(answer, Held)
    assert str(folder / "job.pdf") in answer.reason and "move that file away" in answer.reason
    assert (folder / "job.pdf").read_bytes() == b"somebody else's"


def test_the_folder_can_tell_what_was_printed_before(folder):
    printer = FolderPrinter(folder)
    assert printer.settle(JOB, "") is None
    (folder / ".job.pdf.part").write_bytes(PDF[:5])
    assert printer.settle(JOB, "") is None
    printer.print(JOB)
    assert printer.settle(JOB, "") == Printed(str(folder / "job.pdf"))
    assert names(folder) == ["job.pdf"], "the part left by a program that died is used up"


def test_a_missing_folder_holds_the_job_with_path_and_remedy(tmp_path):
    answer = FolderPrinter(tmp_path / "gone").print(JOB)
    assert answer == Held(f"the print folder {tmp_path / 'gone'} does not exist: create it, then press Enter")


def test_a_path_through_a_file_holds_the_job_with_path_and_remedy(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    for printer in (FolderPrinter(tmp_path / "file"), FolderPrinter(tmp_path / "file" / "labels")):
        for answer in (printer.print(JOB), printer.settle(JOB, "")):
            assert isinstance(answer, Held)
            assert "is not a folder: set `path` to a folder" in answer.reason and str(printer.path) in answer.reason


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "is full: free some space"),
        (errno.EDQUOT, "is full: free some space"),
        (errno.EROFS, "is read-only: mount it writable"),
        (errno.EACCES, "may not be written: give this user the right"),
        (errno.EIO, "failed (Input/output error): check that disk"),
    ],
)
def test_a_disk_that_fails_holds_the_job_and_leaves_nothing_behind(folder, monkeypatch, number, says):
    def failing(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as edge:
        edge.setattr(os, "fsync", failing)
        answer = FolderPrinter(folder).print(JOB)
    assert isinstance(answer, Held)
    assert says in answer.reason and str(folder) in answer.reason and "press Enter" in answer.reason
    assert names(folder) == []
    assert FolderPrinter(folder).print(JOB) == Printed(str(folder / "job.pdf"))


def test_a_file_whose_name_may_not_have_reached_the_disk_is_not_called_printed(folder, monkeypatch):
    synced = []

    def second_fails(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as edge:
        edge.setattr(os, "fsync", second_fails)
        assert isinstance(FolderPrinter(folder).print(JOB), Held)
    assert FolderPrinter(folder).print(JOB) == Printed(str(folder / "job.pdf"))
    assert names(folder) == ["job.pdf"]


def test_file_names_are_safe_short_and_never_shared_by_two_jobs():
    hostile = [
        "../../etc/passwd",
        "SO/2026/11",
        "SO-2026-11",
        "#1042",
        "1042",
        "Łódź",
        "x" * 400,
        "x" * 401,
        "a b",
        ".hidden",
    ]
    made = [file_name(name) for name in hostile]
    assert len(set(made)) == len(hostile)
    assert all("/" not in name and not name.startswith(".") and len(name.encode()) < 200 for name in made)
    assert file_name("SO-2026-11") == "SO-2026-11.pdf"


def test_a_printer_comes_from_its_configuration(tmp_path):
    printer = printer_from({"kind": "folder", "path": str(tmp_path), "dots_per_inch": 300})
    assert isinstance(printer, FolderPrinter)
    assert (printer.path, printer.dots_per_inch) == (tmp_path, 300)
    assert printer_from({"kind": "folder", "path": "~/labels"}).path == Path.home() / "labels"


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({}, "`kind`: expected one of folder, zpl, ipp, cups, got None"),
        ({"kind": "fax", "path": "/tmp"}, "`kind`: expected one of folder, zpl, ipp, cups, got 'fax'"),
        ({"kind": ["folder"]}, r"`kind`: expected one of folder, zpl, ipp, cups, got \['folder'\]"),
        ({"kind": "folder"}, "`path`: expected the folder to print into"),
        ({"kind": "folder", "path": " "}, "`path`: expected the folder to print into"),
        ({"kind": "folder", "path": 7}, "`path`: .* got 7"),
        (
            {"kind": "folder", "path": "/srv", "dots_per_inch": 150},
            "`dots_per_inch`: expected 203, 300 or 600, got 150",
        ),
        (
            {"kind": "folder", "path": "/srv", "dots_per_inch": "203"},
            "`dots_per_inch`: expected 203, 300 or 600, got '203'",
        ),
        ({"kind": "folder", "path": "/srv", "folder": "/srv"}, "`folder`: not a key of a folder printer; expected"),
        ({"kind": "zpl"}, "`host`: expected the printer's address"),
        ({"kind": "zpl", "host": "z", "port": 0}, "`port`: expected 1 to 65535, got 0: most use 9100"),
        ({"kind": "zpl", "host": "z", "drawn": "nicely"}, "`drawn`: expected bitmap or native, got 'nicely'"),
        ({"kind": "zpl", "host": "z", "answers": "no"}, "`answers`: expected true or false, got 'no'"),
        ({"kind": "ipp", "url": "10.0.0.9"}, '`url`: expected an address such as "ipp://10.0.0.9/ipp/print"'),
        ({"kind": "ipp", "url": "ipp://[::1/x"}, "`url`: expected an address"),
        ({"kind": "cups"}, "`queue`: expected the name of the queue"),
        ({"kind": "cups", "queue": "../admin"}, "`queue`: a name has no spaces, slashes or quotes"),
        ({"kind": "cups", "queue": "-o"}, "`queue`: a name has no spaces"),
        ({"kind": "cups", "queue": "q", "language": "pcl"}, "`language`: expected pdf or zpl, got 'pcl'"),
    ],
)
def test_a_wrong_configuration_names_the_key_and_the_remedy(config, says):
    with pytest.raises(PrinterConfigError, match=says):
        printer_from(config)
