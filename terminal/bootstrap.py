"""Chooses the real parts of a terminal from its config, and takes them apart again at the end.

Decides what stands behind each face in `parts`, and that nothing heavy is imported before the first frame. Whatever
keeps a terminal from starting becomes one sentence with its remedy.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

from textual.message import Message

from orders import VERSION
from scanners.hub import Hub
from scanners.profile import ScannerProfile
from terminal.config import Config
from terminal.enrolment import Enrolment, note_revoked
from terminal.messages import LinkChanged, Noted, RecordsChanged
from terminal.parts import CannotStart, Parts, Scale, Tell, Toy, utc_now

if TYPE_CHECKING:
    from orders.records import Key
    from printing.printers import Printer
    from printing.spool import PrintJob, Spool
    from terminal.bare_app import BareApp
    from terminal.journal import Journal
    from terminal.journal_thread import JournalThread
    from terminal.out_of_work import MayBeOut
    from terminal.papers import Paper
    from terminal.raw_log import RawLog
    from terminal.scanner_test.sitting import Sitting
    from terminal.screens.paper_view import Papers
    from terminal.session import Session
    from terminal.site_clock import SiteClock
    from terminal.stations import Stations
    from terminal.sync.worker import Sync


class Rig:
    """One terminal's parts: scanners at once, the rest when `open` is awaited; `close` ends them in order."""

    def __init__(self, config: Config, enrolment: Enrolment, *, toy: Toy | None = None) -> None:
        self._config, self._enrolment, self._toy = config, enrolment, toy
        wedges = (profile for profile in config.scanners if profile.kind == "wedge")
        self.wedge = next(wedges, None) or ScannerProfile("keyboard", kind="wedge")
        profiles = (self.wedge, *(profile for profile in config.scanners if profile.kind != "wedge"))
        self._log: RawLog | None = None
        if config.terminal.scan_log:
            from terminal.raw_log import FILE, LoggedHub, RawLog

            self._log = RawLog(config.state_folder / FILE)
            self.hub: Hub = LoggedHub(profiles, self._log)
        else:
            self.hub = Hub(profiles)
        self._tell: Tell = lambda message: None
        self._printing = asyncio.Event()
        self._leaving = threading.Event()
        self._endings: list[Callable[[], object]] = []
        self._journal: tuple[JournalThread, Journal] | None = None
        self._door: MayBeOut | None = None

    async def open(self) -> Parts:
        """Opens the journal and puts everything together; CannotStart where something has to be put right first."""
        from scanners.reader import reader_of
        from terminal.floor import Floor
        from terminal.journal import Journal, JournalError
        from terminal.journal_thread import JournalThread
        from terminal.out_of_work import MayBeOut
        from terminal.session import Session
        from terminal.site_clock import SiteClock
        from terminal.stations import HouseStyle
        from terminal.sync.link import HttpLink
        from terminal.sync.worker import Sync
        from terminal.workflows.allowed import DeviceLimits

        printers, stations = self._printers()
        thread, floor, clock = JournalThread(), Floor(self._enrolment.terminal), SiteClock(utc_now)
        try:
            await thread.run(self._config.state_folder.mkdir, parents=True, exist_ok=True, mode=0o700)
            journal = await thread.run(
                Journal.open, self._config.journal_file, witness=self._config.witness, clock=clock
            )
        except (JournalError, OSError) as error:
            await thread.close()
            raise CannotStart(str(error)) from error
        self._journal = thread, journal
        sync = Sync(
            thread,
            journal,
            floor,
            HttpLink(self._config.store.url or "", self._enrolment.token, authorities=self._config.authorities),
            program_version=VERSION,
            on_changed=self._on_changed,
            on_badge=self._on_badge,
            on_note=self._on_note,
            on_wait=self._on_wait,
            on_time=lambda store_at: self._on_time(clock, store_at),
            on_revoked=self._on_revoked,
        )
        labels = self._config.labels
        session = Session(
            floor,
            journal,
            thread,
            clock,
            store=sync,
            stations=stations,
            station=self._config.terminal.station or self._enrolment.station,
            has_scale=self._config.scale is not None,
            style=HouseStyle(labels.text, labels.digital_link, labels.language),
            limits=DeviceLimits(self._config.terminal.keyed_items, self._config.terminal.refuses),
            on_saved=lambda is_printing: self._saved(sync, is_printing),
            proof=lambda jobs: self._proof(jobs, printers),
        )
        scanners = [reader_of(profile, self.hub.put) for profile in self._config.scanners if profile.kind != "wedge"]
        self._endings += [scanner.stop for scanner in scanners]
        try:
            await session.start()
        except JournalError as error:
            raise CannotStart(str(error)) from error
        self._door = MayBeOut(session, is_out=self._enrolment.is_revoked)
        return Parts(
            session=self._door,
            floor=floor,
            scanners=scanners,
            scale=self._scale(),
            sync=lambda tell: self._run_sync(sync, tell),
            spool=lambda tell: self._run_spool(thread, journal, session, printers, tell),
            toy=self._toy,
            preview=self._preview,
            scanner_test=self._scanner_test,
            sounds=self._config.sounds,
            clock=clock,
        )

    async def close(self) -> None:
        """Stops scanners, lets the page that is being printed come out, and closes the journal last."""
        for end in self._endings:
            await asyncio.to_thread(end)
        self.hub.close()
        if self._log is not None:
            await asyncio.to_thread(self._log.close)
        if self._journal is not None:
            thread, journal = self._journal
            await thread.run(journal.close)
            await thread.close()

    def _scale(self) -> Scale | None:
        if self._config.scale is None:
            return None
        from terminal.bench_scale import BenchScale

        scale = BenchScale(self._config.scale)
        self._endings.append(scale.stop)
        return scale

    def _on_changed(self, keys: frozenset[Key]) -> None:
        self._tell(RecordsChanged(keys))

    def _on_badge(self, word: str, waiting: int, sentence: str) -> None:
        self._tell(LinkChanged(word, waiting, sentence))

    async def _on_revoked(self, is_revoked: bool) -> None:
        if self._door is None or self._door.is_out == is_revoked:
            return
        # On disk first: who only cuts the power gets no scan taken either.
        folder = self._config.state_folder
        await asyncio.to_thread(note_revoked, self._enrolment, folder, is_revoked=is_revoked)
        self._door.is_out = is_revoked
        self._tell(RecordsChanged(frozenset()))

    def _on_wait(self) -> None:
        from terminal import wording

        self._tell(Noted(wording.store_is_asked()))

    def _on_note(self, sentence: str) -> None:
        self._tell(Noted(sentence, is_fault=True))

    def _on_time(self, clock: SiteClock, store_at: datetime) -> None:
        from terminal import screen_wording

        if ahead := clock.hear(store_at):
            self._tell(Noted(screen_wording.clock_put_right(ahead), is_fault=True))

    def _scanner_test(self, app: BareApp) -> Sitting:
        from terminal.scanner_test.sitting import Sitting, setup_of

        return Sitting(app, setup_of(self._config), self._log)

    def _preview(self, papers: Sequence[Paper], columns: int, rows: int) -> Papers:
        from printing.site_style import SiteStyle
        from terminal.preview import drawn

        return drawn(papers, SiteStyle(*self._config.labels.files), columns, rows)

    def _proof(self, jobs: Sequence[PrintJob], printers: Mapping[str, Printer]) -> str:
        from printing.proof import refusal
        from printing.site_style import SiteStyle

        return refusal(jobs, printers, SiteStyle(*self._config.labels.files))

    def _saved(self, sync: Sync, is_printing: bool) -> None:
        sync.poke()
        if is_printing:
            self._printing.set()

    async def _run_sync(self, sync: Sync, tell: Tell) -> None:
        self._tell = tell
        await sync.run()

    async def _run_spool(
        self, thread: JournalThread, journal: Journal, session: Session, printers: Mapping[str, Printer], tell: Tell
    ) -> None:
        """Prints what waits, one job at a time a printer: one that is slow or dead keeps no other waiting."""
        spool: Spool | None = None
        running: dict[str, asyncio.Task[None]] = {}
        with ThreadPoolExecutor(max_workers=len(printers) + 1, thread_name_prefix="printing") as pool:
            try:
                async with asyncio.TaskGroup() as lanes:
                    while True:
                        self._printing.clear()
                        for job in await thread.run(journal.waiting_jobs):
                            spool = spool or self._spool(thread, journal, printers)
                            if running.get(job.printer) is None or running[job.printer].done():
                                lane = self._run_lane(pool, spool, session, job.printer, tell)
                                running[job.printer] = lanes.create_task(lane)
                        await self._printing.wait()
            finally:
                self._leaving.set()

    def _spool(self, thread: JournalThread, journal: Journal, printers: Mapping[str, Printer]) -> Spool:
        from printing.site_style import SiteStyle
        from printing.spool import Spool
        from terminal.journal_thread import PrintJobs

        return Spool(PrintJobs(thread, journal), printers, SiteStyle(*self._config.labels.files))

    async def _run_lane(
        self, pool: ThreadPoolExecutor, spool: Spool, session: Session, printer: str, tell: Tell
    ) -> None:
        for job in await asyncio.wrap_future(pool.submit(spool.run_waiting, printer)):
            for message in _news(job, session):
                tell(message)
        self._printing.set()  # what came for this printer meanwhile

    def _pause(self, seconds: float) -> None:
        from printing.printers import Leaving

        if self._leaving.wait(seconds):
            raise Leaving

    def _printers(self) -> tuple[dict[str, Printer], Stations]:
        from terminal.stations import USUAL_MEDIA, Stations

        printers: dict[str, Printer] = {}
        for settings in self._config.printers:
            from printing.printers import Patience, PrinterConfigError, printer_from  # only where there is one

            try:
                printers[settings.name] = printer_from(settings.device, Patience(pause=self._pause))
            except PrinterConfigError as error:
                raise CannotStart(f"{self._config.path}: printer.{settings.name}: {error}") from error
        return printers, Stations(self._config.printers, {**USUAL_MEDIA, "label": self._config.labels.media})


def _news(job: PrintJob, session: Session) -> Iterator[Message]:
    """What the screen is told of a job that ended, or was taken back."""
    from printing.documents import kind_of, subject_of
    from printing.spool import JobState
    from terminal import printer_wording, wording
    from terminal.held_prints import is_asking_about

    keys = session.hear(job)
    what = printer_wording.held_title(kind_of(job.document), subject_of(job.document))
    match job.state:
        case JobState.PRINTED:
            # A file's path tells a packer nothing; the name that the folder has in the config does.
            where = job.printer if job.where.startswith("/") else job.where
            yield Noted(wording.printed(what, where), source=job.id)
        case JobState.HELD if is_asking_about(job, session.step):
            yield Noted("", source=job.id)
        case JobState.HELD:
            yield Noted(wording.print_held(what, job.reason), is_fault=True, source=job.id)
        case _:
            yield Noted("", source=job.id)
    yield RecordsChanged(keys)
