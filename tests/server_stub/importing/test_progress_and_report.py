"""What somebody sees while an import runs, and what it leaves behind."""

from __future__ import annotations

import csv
import io

import pytest

from server_stub.importing.findings import Fate, Finding
from server_stub.importing.progress import Progress
from server_stub.importing.refusal import Refusal
from server_stub.importing.report import print_findings, write_report


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_nothing_is_said_about_what_takes_no_second():
    for out in (io.StringIO(), Terminal()):
        clock = Clock()
        with Progress(out, clock).stage("reading", 10) as tick:
            clock.now += 0.9
            tick(9)
        assert out.getvalue() == ""


def test_without_a_terminal_a_line_stands_there_every_ten_seconds():
    out, clock = io.StringIO(), Clock()
    with Progress(out, clock).stage("reading", 200) as tick:
        for done in range(0, 200, 10):
            clock.now += 1.0
            tick(done)
    assert out.getvalue() == "reading: 0 %\nreading: 50 %\n"


def test_on_a_terminal_a_bar_is_drawn_and_taken_away():
    out, clock = Terminal(), Clock()
    with Progress(out, clock).stage("reading the file", 200) as tick:
        clock.now += 2.0
        tick(100)
    assert "reading the file" in out.getvalue()
    assert "50%" in out.getvalue()


def test_a_bar_is_taken_away_when_somebody_stops_the_import():
    out, clock = Terminal(), Clock()
    with pytest.raises(KeyboardInterrupt), Progress(out, clock).stage("reading", 200) as tick:
        clock.now += 2.0
        tick(100)
        raise KeyboardInterrupt
    assert out.getvalue().endswith("\x1b[2K")


FINDINGS = [
    Finding(2, Fate.SKIPPED, "1", "POST: postage, not goods"),
    Finding(3, Fate.REJECTED, "2", 'no "sku", alas'),
    Finding(0, Fate.REJECTED, "MUG", "no label could be printed"),
    Finding(4, Fate.HELD, "3", "address missing"),
]


def test_what_wants_somebody_stands_first_and_the_rest_is_counted():
    out = io.StringIO()
    print_findings(FINDINGS, out, shown=2)
    lines = out.getvalue().splitlines()
    assert "line 3" in lines[0]
    assert lines[1].startswith("  lay-out")
    assert lines[2] == "  ... and 1 more; --report FILE writes them all"
    assert "line 2" in lines[3]


def test_the_report_holds_every_finding(tmp_path):
    write_report(FINDINGS, tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[1] == {"line": "3", "fate": "rejected", "subject": "2", "reason": 'no "sku", alas'}
    assert len(rows) == 4


def test_a_report_that_cannot_be_written_is_one_sentence(tmp_path):
    with pytest.raises(Refusal, match=r"--report .* choose another file"):
        write_report(FINDINGS, tmp_path / "none" / "report.csv")


def test_a_cell_that_runs_away_or_commands_a_screen_is_shown_in_part_and_reported_whole(tmp_path):
    subject, reason = "Q" * 5000, f"order number {'Q' * 5000} is too long"
    findings = [Finding(2, Fate.REJECTED, subject, reason), Finding(3, Fate.REJECTED, "\x1b[2J\x07", "a \x9b1m row")]
    out = io.StringIO()
    print_findings(findings, out)
    long, odd = out.getvalue().splitlines()
    assert len(long) < 400 and "QQQ…" in long
    assert odd.split() == ["line", "3", "rejected", "·[2J·", "a", "·1m", "row"]
    write_report(findings, tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as file:
        assert [row[2:] for row in csv.reader(file)][1:] == [[subject, reason], ["\x1b[2J\x07", "a \x9b1m row"]]
