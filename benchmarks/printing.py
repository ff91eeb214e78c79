"""From a sealed parcel to the last byte on a printer's wire, and what a label costs in a label printer's own language.

The yardstick of the wire is a program that knows everything beforehand: a bare canvas with ready-made strokes, one
flushed record, one write. Ours asks for the label in the journal, marks it, asks the printer, draws and sends. Native
ZPL stands beside a template that only has texts filled in, dots beside pdfium's own drawing of the page.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.figures import Amount, Bar, Figure, Plan, Stumbled, in_turns, milliseconds, per_second
from benchmarks.labels import new_label, replay, strokes_of
from benchmarks.walks import NOW, WORKER
from orders.events import LabelReprinted
from printing.documents import Media
from printing.draw import draw
from printing.label import draw_label
from printing.raster import DOTS_PER_MM, rasterised
from printing.spool import JobState, PrintJob, Spool, job_id
from printing.ways.raw import RawPrinter
from printing.zpl.bitmap import bitmap_label
from printing.zpl.native import native_label
from terminal.journal import Journal
from terminal.journal_thread import JournalThread, PrintJobs

_MEDIA = Media.LABEL_4X6
_NATIVE_BAR, _DOTS_BAR = 5000, 40
_IDLE = b"\x02030,0,0,1218,000,0,0,0,000,0,0,0\x03\r\n\x02001,0,0,0,1,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"
_HANDS_ON_SECONDS = 10.0


def measure(folder: Path, plan: Plan) -> list[Figure]:
    """Seal to wire with both drawings; native labels a second; a page to dots."""
    return [*(_to_wire(folder, plan, drawn) for drawn in ("bitmap", "native")), _native(plan), _dots(plan)]


class Listener:
    """A printer that is always ready: it tells when the end of a label (or so many bytes) has come."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.came_at = 0.0
        self.wanted = 0
        self.arrived = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        heard, count = b"", 0
        while more := connection.recv(1 << 20):
            count += len(more)
            heard = heard[-3:] + more
            if b"^XZ" in heard or (self.wanted and count >= self.wanted):
                self.came_at = perf_counter()
                self.arrived.set()
            if b"~HS" in heard:
                heard = b""
                connection.sendall(_IDLE)

    def wait(self) -> float:
        """When the last byte came."""
        if not self.arrived.wait(_HANDS_ON_SECONDS):
            raise Stumbled("no label came over the wire")
        self.arrived.clear()
        return self.came_at

    def close(self) -> None:
        """Listens no more."""
        self._listening.close()


@contextmanager
def _journal(path: Path) -> Iterator[tuple[JournalThread, Journal]]:
    thread = JournalThread()
    journal = thread.wait_for(Journal.open, path)
    try:
        yield thread, journal
    finally:
        thread.wait_for(journal.close)


def _to_wire(folder: Path, plan: Plan, drawn: str) -> Figure:
    printer, bare = Listener(), Listener()
    appended = os.open(folder / f"appended-{drawn}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with _journal(folder / f"{drawn}.db") as (thread, journal):
        spool = Spool(PrintJobs(thread, journal), {"zebra": RawPrinter("127.0.0.1", printer.port, drawn=drawn)})

        def ours(turn: int) -> float:
            label = new_label(turn + 1)
            job = PrintJob(id=job_id(label.sscc, label), document=label, media=_MEDIA, printer="zebra")
            # Sealing needs a leased number and a whole order; an event of the same transaction and size does not.
            event = LabelReprinted(order=label.order_number, parcel=label.sscc, copy=1, reason="asked")
            begun = perf_counter()
            thread.wait_for(journal.append, [(NOW, WORKER, event)], [job])
            (done,) = spool.run_waiting("zebra")
            if done.state is not JobState.PRINTED:
                raise Stumbled(f"a label was not printed: {done.reason}")
            return printer.wait() - begun

        def yardstick(turn: int) -> float:
            strokes = strokes_of(draw_label, new_label(1_000_000 - turn), _MEDIA)
            begun = perf_counter()
            os.write(appended, bytes(600))
            os.fdatasync(appended)
            page = replay(strokes, _MEDIA)
            bare.wanted = len(page)
            with socket.create_connection(("127.0.0.1", bare.port)) as connection:
                connection.sendall(page)
            return bare.wait() - begun

        mine, theirs = in_turns(plan.count(200, 3), ours, yardstick)
    os.close(appended)
    printer.close()
    bare.close()
    what = "page as dots" if drawn == "bitmap" else "printer's own fonts"
    return Figure(f"label asked for to its last byte on the wire, {what}, p95", _p95(mine), _p95(theirs))


def _p95(seconds: list[float]) -> Amount:
    return Amount(sorted(seconds)[int(len(seconds) * 0.95)] * 1e3, "ms")


def _native(plan: Plan) -> Figure:
    sample = native_label(new_label(0), _MEDIA, 203).decode("ascii")
    template = sample.replace("Jane Roe 0", "%s").replace("0 High Street", "%s")
    count = 50

    def ours(turn: int) -> float:
        labels = [new_label(turn * count + each + 1) for each in range(count)]
        begun = process_time()
        for label in labels:
            native_label(label, _MEDIA, 203)
        return (process_time() - begun) / count

    def yardstick(turn: int) -> float:
        texts = [(f"Jane Roe {each}", f"{each} High Street") for each in range(count * 20)]
        begun = process_time()
        for pair in texts:
            (template % pair).encode("ascii")
        return (process_time() - begun) / count / 20

    mine, theirs = in_turns(plan.count(40, 3), ours, yardstick)
    bar = Bar(_NATIVE_BAR, is_least=True, unit="labels/s")
    name = "shipping labels as native ZPL, against a filled-in template"
    return Figure(name, per_second(mine, "labels/s"), per_second(theirs, "labels/s"), bar)


def _dots(plan: Plan) -> Figure:
    import pypdfium2 as pdfium

    pages = [draw(new_label(number), _MEDIA) for number in range(8)]

    def ours(turn: int) -> float:
        begun = process_time()
        for page in rasterised(pages[turn % len(pages)], 203):
            bitmap_label(page)
        return process_time() - begun

    def yardstick(turn: int) -> float:
        begun = process_time()
        with pdfium.PdfDocument(pages[turn % len(pages)]) as document:
            document[0].render(scale=DOTS_PER_MM[203] * 25.4 / 72, grayscale=True)
        return process_time() - begun

    mine, theirs = in_turns(plan.count(60, 3), ours, yardstick)
    name = "a page to ^GFA Z64, against pdfium's drawing alone"
    return Figure(name, milliseconds(mine), milliseconds(theirs), Bar(_DOTS_BAR, unit="ms"))
