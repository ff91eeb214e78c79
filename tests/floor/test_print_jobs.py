"""Print jobs under fire: printers and terminal killed at random, and never two labels for one job.

The ZPL printer changes its mood and is switched off, ippeveprinter is killed in the middle of jobs, the terminal dies
anywhere. Then everything works again, somebody presses Enter, and each job is printed once or held with a reason.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from orders.identifiers import sscc
from printing.documents import Address, Media, ParcelLabel
from printing.printers import Sent, printer_from
from printing.spool import JobState, PrintJob, job_id
from terminal import config as settings
from terminal.journal import Journal
from terminal.journal_jobs import Jobs
from terminal.workflows.steps import JobOrder
from tests.print_servers import Cups, IppEve, missing
from tests.zpl_sink import MODES, ZplSink

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = Address(country="GB", name="Demo Goods", street=("1 Dock Road",), postcode="AB1 2CD", city="Leeds")
PROGRAM = "tests.floor.printing_terminal"
MOST_ROUNDS = 40
SLOWLY = "sleep 0.0$(($$ % 10))\n" + IppEve.KEEP  # somewhere in the middle of a job is where a kill hurts


def label(number: int) -> ParcelLabel:
    return ParcelLabel(
        sender=HOME,
        recipient=Address(country="GB", name=f"Jane Roe {number}", postcode="LS1 4AP", city="Leeds"),
        order_number=f"99-{number:04d}",
        parcel_number=1,
        weight_grams=1000 + number,
        carrier="ROYAL",
        service="24",
        sscc=sscc("9521234", number),
    )


@dataclass
class Bench:
    """A journal full of jobs, the printers that they are for, and the terminal that is killed."""

    folder: Path
    chance: random.Random
    sink: ZplSink
    ippeve: IppEve | None = None
    kills: Counter[str] = field(default_factory=Counter)

    @property
    def journal_file(self) -> Path:
        return self.folder / "journal.db"

    @property
    def config_file(self) -> Path:
        return self.folder / "floorhand.toml"

    def configure(self) -> None:
        ipp = (
            f'[[printer]]\nname = "ipp"\nstations = ["X"]\nkind = "ipp"\nurl = "{self.ippeve.url}"\n'
            if self.ippeve
            else ""
        )
        self.config_file.write_text(
            f'[[printer]]\nname = "zebra"\nkind = "zpl"\nhost = "127.0.0.1"\nport = {self.sink.port}\n'
            f'drawn = "native"\n{ipp}'
        )

    def ask_for(self, count: int) -> None:
        names = [each.name for each in settings.read(self.config_file).printers]
        jobs = [
            PrintJob(
                id=job_id(label(number).sscc, label(number)),
                document=label(number),
                media=Media.LABEL_4X6,
                printer=names[number % len(names)],
            )
            for number in range(count)
        ]
        journal = Journal.open(self.journal_file)
        journal.append([], jobs)
        journal.close()

    def run(self, harm: Callable[[], None] = lambda: None, lives_seconds: float | None = None) -> bool:
        """Starts the terminal; True where it ended by itself, with nothing left to print."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", PROGRAM, str(self.journal_file), str(self.config_file)]
        with (self.folder / "terminal.log").open("ab") as log:
            program = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=ROOT)
        end = time.monotonic() + (lives_seconds or 120)
        while time.monotonic() < end:
            try:
                program.wait(self.chance.uniform(0.02, 0.2))
                break
            except subprocess.TimeoutExpired:
                harm()
        if program.poll() is None:
            program.send_signal(signal.SIGKILL)
            program.wait()
            self.kills["terminal"] += 1
        assert program.returncode in (0, -signal.SIGKILL), (self.folder / "terminal.log").read_text()[-4000:]
        return program.returncode == 0

    def life_seconds(self) -> float:
        """How long the next terminal may live: the first three are killed long before they can be done."""
        longest = (1.0, 4.0) if self.kills["terminal"] >= 3 else (0.3, 1.0)
        return self.chance.uniform(*longest)

    def press_enter(self) -> list[PrintJob]:
        """Somebody presses Enter on every held job; returns what was held."""
        journal = Journal.open(self.journal_file)
        held = list(journal.held_jobs())
        journal.append([], orders=[JobOrder("try", job.id) for job in held])
        journal.close()
        return held

    def ended(self) -> list[PrintJob]:
        journal = Journal.open(self.journal_file)
        assert not journal.waiting_jobs()
        journal.close()
        with closing(sqlite3.connect(self.journal_file)) as database:
            return list(Jobs(database).every())

    def harm(self) -> None:
        """One thing that goes wrong, or right again."""
        what = self.chance.random()
        if what < 0.45:
            self.sink.mode = self.chance.choice((*MODES, "slow", "ok", "ok", "ok"))
        elif what < 0.65:
            self.sink.falls_into = self.chance.choice((*MODES, "slow"))
        elif what < 0.8:
            self.sink.switch_off()
            self.sink.switch_on()
            self.kills["zebra"] += 1
        elif self.ippeve is not None:
            self.ippeve.kill()
            self.ippeve.start(SLOWLY)
            self.kills["ipp"] += 1

    def mend(self) -> None:
        self.sink.falls_into = ""
        self.sink.mode = "ok"

    def came_out(self) -> Counter[bytes]:
        papers = list(self.sink.printed)
        return Counter(papers + [each.strip() for each in (self.ippeve.printed if self.ippeve else [])])


@pytest.fixture
def bench(tmp_path: Path, chance: random.Random) -> Iterator[Bench]:
    sink = ZplSink()
    made = Bench(tmp_path, chance, sink)
    yield made
    sink.switch_off()
    if made.ippeve:
        made.ippeve.kill()


def under_fire(bench: Bench, count: int) -> None:
    bench.configure()
    bench.ask_for(count)
    for _ in range(MOST_ROUNDS):
        if bench.run(bench.harm, bench.chance.uniform(0.3, 3.0)):
            bench.press_enter()
    bench.mend()
    assert bench.run()
    bench.press_enter()
    assert bench.run()
    judge(bench, count)


def judge(bench: Bench, count: int) -> None:
    jobs, printers = bench.ended(), settings.read(bench.config_file).printers
    render = {each.name: printer_from(each.device).render for each in printers}
    papers = bench.came_out()
    assert len(jobs) == count
    for job in jobs:
        sheets = papers.pop(render[job.printer](job.document, job.media).strip(), 0)
        assert sheets <= 1, f"two labels for {job.id}"
        if job.state is JobState.PRINTED:
            assert sheets == 1, f"{job.id} counts as printed, and nothing came out"
        else:
            assert (job.state, job.sent) == (JobState.HELD, Sent.UNSURE), job
            assert "Look at the printer" in job.reason
    assert not papers, "paper that nobody asked for"
    states = Counter(job.state.value for job in jobs)
    print(f"{dict(states)}, killed: {dict(bench.kills)}")


def test_labels_survive_a_moody_printer_and_a_dying_terminal(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "MOST_ROUNDS", 4)
    under_fire(bench, 24)


@pytest.mark.long
def test_two_hundred_labels_at_a_zpl_port_and_an_ipp_printer_killed_at_random(bench: Bench, tmp_path: Path) -> None:
    if reason := missing("ippeveprinter"):
        pytest.skip(reason)
    bench.ippeve = IppEve(tmp_path / "printer").start(SLOWLY)
    under_fire(bench, 200)
    assert min(bench.kills[each] for each in ("terminal", "zebra", "ipp")) >= 3, bench.kills


@pytest.mark.long
def test_two_hundred_labels_through_a_dying_cupsd_before_a_moody_printer_and_a_dying_terminal(bench: Bench) -> None:
    if reason := missing("cupsd", "lp"):
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="floorhand-cups-") as folder:
        Path(folder).chmod(0o755)
        cups = Cups(Path(folder)).start()
        try:
            cups.raw_queue("zebra", bench.sink.port)
            cups.kill()  # it writes its queues down
            cups.start()
            bench.config_file.write_text(
                f'[[printer]]\nname = "zebra"\nkind = "cups"\nqueue = "zebra"\nserver = "{cups.server}"\n'
                'language = "zpl"\ndrawn = "native"\n'
            )
            bench.ask_for(200)

            def harm() -> None:
                if bench.chance.random() < 0.1:
                    cups.crash()
                    cups.start()
                    bench.kills["cupsd"] += 1
                else:
                    bench.sink.mode = bench.chance.choice((*MODES, "ok", "ok", "ok"))

            for _ in range(MOST_ROUNDS):
                if bench.run(harm, bench.life_seconds()):
                    bench.press_enter()
            bench.mend()
            assert bench.run()
            for _ in range(10):
                if not bench.press_enter():
                    break
                assert bench.run()
            judge(bench, 200)
            assert min(bench.kills[each] for each in ("terminal", "cupsd")) >= 3, bench.kills
        finally:
            cups.kill()
