"""CUPS as a private cupsd of the test's own: handed over, dead, stalled, stopped, and nothing twice."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from printing.documents import Media
from printing.printers import Held, Pages, Patience, Printed, Sent
from printing.troubles import Trouble
from printing.ways.cups import CupsPrinter, cups_peer
from tests.ports import free_port
from tests.print_servers import Cups, IppEve, missing
from tests.zpl_sink import ZplSink

LABEL = b"^XA^FO20,20^A0N,30,30^FDone^FS^XZ\n"
LONG = Patience(connect=2.0, answer=2.0, work=20.0, poll=0.05)
SHORT = Patience(connect=2.0, answer=2.0, work=1.0, poll=0.05)


@pytest.fixture(scope="module")
def cups() -> Iterator[Cups]:
    if reason := missing("cupsd", "lp", "lpadmin"):
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="floorhand-cups-") as folder:
        Path(folder).chmod(0o755)  # cupsd runs its filters and backends as another user
        server = Cups(Path(folder)).start()
        yield server
        server.kill()


@pytest.fixture
def sink() -> Iterator[ZplSink]:
    sink = ZplSink()
    yield sink
    sink.switch_off()


def zpl_queue(cups: Cups, name: str, patience: Patience = LONG) -> CupsPrinter:
    return CupsPrinter(name, cups.server, language="zpl", patience=patience)


def pages(name: str, tickets: list[str] | None = None, payload: bytes = LABEL) -> Pages:
    kept = [] if tickets is None else tickets
    return Pages(name, payload, Media.LABEL_4X6, kept.append)


def test_a_label_handed_over_arrives_byte_for_byte_and_says_who_has_it(cups: Cups, sink: ZplSink) -> None:
    cups.raw_queue("zebra", sink.port)
    tickets: list[str] = []
    answer = zpl_queue(cups, "zebra").print(pages("label-1", tickets))
    assert isinstance(answer, Printed) and answer.where.endswith("(CUPS has handed it over)")
    assert tickets and f"job {tickets[0]}" in answer.where
    assert sink.arrived.wait(10)
    assert sink.printed == [LABEL.strip()]
    assert isinstance(zpl_queue(cups, "zebra").settle(pages("label-1"), ""), Printed), "found by its name"
    assert isinstance(zpl_queue(cups, "zebra").look(), Printed)


@pytest.mark.long
def test_a_dead_printer_keeps_its_job_in_the_queue_until_it_is_back(cups: Cups, sink: ZplSink) -> None:
    sink.switch_off()
    cups.raw_queue("dead", sink.port)
    tickets: list[str] = []
    answer = zpl_queue(cups, "dead", SHORT).print(pages("label-dead", tickets))
    assert isinstance(answer, Held)
    assert (answer.trouble, answer.sent) in ((Trouble.NO_ANSWER, Sent.YES), (Trouble.SLOW, Sent.YES))
    sink.switch_on()
    assert isinstance(zpl_queue(cups, "dead", Patience(work=60.0)).settle(pages("label-dead"), tickets[0]), Printed)
    assert sink.arrived.wait(10)
    assert sink.printed == [LABEL.strip()]


def test_a_stalled_printer_is_slow_and_the_job_behind_it_can_be_taken_back(cups: Cups, sink: ZplSink) -> None:
    sink.mode = "stalled"
    cups.raw_queue("stalled", sink.port)
    tickets: list[str] = []
    answer = zpl_queue(cups, "stalled", SHORT).print(pages("label-stalled", tickets, LABEL + b"0" * 8_000_000))
    assert isinstance(answer, Held)
    assert answer.sent is Sent.YES and answer.trouble in (Trouble.SLOW, Trouble.NO_ANSWER)
    zpl_queue(cups, "stalled", SHORT).print(pages("label-behind", tickets))
    assert zpl_queue(cups, "stalled").withdraw(tickets[1])
    assert not zpl_queue(cups, "stalled").withdraw(tickets[0]), "half of it may be there"


def test_a_cupsd_that_dies_in_the_middle_of_a_job_leaves_it_to_a_person(sink: ZplSink) -> None:
    if reason := missing("cupsd", "lp", "lpadmin"):
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="floorhand-cups-") as folder:
        Path(folder).chmod(0o755)
        dying = Cups(Path(folder)).start()
        try:
            sink.mode = "stalled"
            dying.raw_queue("zebra", sink.port)
            tickets: list[str] = []
            answer = zpl_queue(dying, "zebra", SHORT).print(pages("label-1", tickets, LABEL + b"0" * 8_000_000))
            assert isinstance(answer, Held) and answer.sent is Sent.YES
            dying.crash()
            answer = zpl_queue(dying, "zebra", SHORT).settle(pages("label-1"), tickets[0])
            assert isinstance(answer, Held) and answer.sent is not Sent.NO, "it may still come out: never sent again"
            dying.start()
            dying.raw_queue("zebra", sink.port)
            answer = zpl_queue(dying, "zebra", SHORT).settle(pages("label-1"), tickets[0])
            assert answer == Held.by(Trouble.LOST, Sent.UNSURE), "a new cupsd's numbers are not the old one's"
        finally:
            dying.kill()


def test_a_stopped_queue_and_one_that_takes_no_jobs_are_told_apart(cups: Cups) -> None:
    cups.raw_queue("closed", free_port())
    cups.run("cupsreject", "closed")
    assert zpl_queue(cups, "closed").print(pages("label-2")) == Held.by(Trouble.NOT_ACCEPTING)
    cups.run("cupsaccept", "closed")
    cups.run("cupsdisable", "closed")
    assert zpl_queue(cups, "closed").print(pages("label-2")) == Held.by(Trouble.PAUSED, Sent.NO, "paused")


def test_a_queue_that_is_not_there_and_a_server_that_is_not_there_are_no_answer(cups: Cups) -> None:
    for printer in (zpl_queue(cups, "nobody"), CupsPrinter("zebra", f"127.0.0.1:{free_port()}", patience=SHORT)):
        answer = printer.print(pages("label-3"))
        assert isinstance(answer, Held)
        assert (answer.trouble, answer.sent) == (Trouble.NO_ANSWER, Sent.NO)


def test_a_pdf_goes_through_a_driverless_queue_to_a_real_ipp_printer(cups: Cups, tmp_path: Path, samples, eye) -> None:
    if reason := missing("ippeveprinter"):
        pytest.skip(reason)
    printer = IppEve(tmp_path / "printer", media="").start()
    try:
        cups.driverless_queue("driverless", printer.url)
        ours = CupsPrinter("driverless", cups.server, patience=LONG)
        payload = ours.render(samples.slip(), Media.LETTER)
        assert isinstance(ours.print(Pages("slip-pdf", payload, Media.LETTER)), Printed)
        (came,) = printer.printed
        assert eye.codes(eye.pages(came)[0]) == eye.codes(eye.pages(payload)[0])
        assert eye.texts(came) == eye.texts(payload)
    finally:
        printer.kill()


@pytest.mark.long
@pytest.mark.parametrize(
    ("state", "trouble"),
    [
        ("media-empty-error", Trouble.MEDIA_EMPTY),
        ("cover-open-error", Trouble.HEAD_OPEN),
        ("media-jam-error", Trouble.JAM),
    ],
)
def test_what_stops_the_printer_behind_a_queue_is_told_apart(
    cups: Cups, tmp_path: Path, samples, state: str, trouble: Trouble
) -> None:
    if reason := missing("ippeveprinter"):
        pytest.skip(reason)
    printer = IppEve(tmp_path / "printer", media="")
    printer.start(f'echo "STATE: +{state}" >&2\nread -r _ < "$GATE"\necho "STATE: -{state}" >&2\n{IppEve.KEEP}')
    try:
        queue = f"stops-{trouble.value.replace('_', '-')}"
        cups.driverless_queue(queue, printer.url)
        ours = CupsPrinter(queue, cups.server, patience=LONG)
        payload, tickets = ours.render(samples.slip(), Media.LETTER), list[str]()
        answer = ours.print(Pages("slip-stopped", payload, Media.LETTER, tickets.append))
        assert isinstance(answer, Held)
        assert (answer.trouble, answer.sent) == (trouble, Sent.YES)
        printer.let_go()
        assert isinstance(ours.settle(Pages("slip-stopped", payload, Media.LETTER), tickets[0]), Printed)
        assert len(printer.printed) == 1
    finally:
        printer.kill()


def test_where_cups_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUPS_SERVER", raising=False)
    assert cups_peer("/printers/q", "10.0.0.5").uri == "ipp://10.0.0.5:631/printers/q"
    assert cups_peer("/printers/q", "10.0.0.5:8631").uri == "ipp://10.0.0.5:8631/printers/q"
    assert cups_peer("/printers/q").uri == "ipp://localhost:631/printers/q"
    monkeypatch.setenv("CUPS_SERVER", "spooler")
    assert cups_peer("/printers/q").uri == "ipp://spooler:631/printers/q"
