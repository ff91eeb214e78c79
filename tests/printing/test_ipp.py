"""IPP against ippeveprinter, a printer that nobody here wrote: bytes equal, each trouble told apart, nothing twice."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printing.documents import Media
from printing.draw import draw
from printing.printers import Held, Pages, Patience, Printed, Sent
from printing.pwg import pwg_raster
from printing.troubles import Trouble
from printing.ways import ipp_wire as wire
from printing.ways.ipp import IppPeer, IppPrinter
from printing.ways.ipp_media import media_keyword, ready
from printing.ways.ipp_states import wrong_with
from tests.print_servers import IppEve, missing

SHORT = Patience(connect=1.0, answer=2.0, work=0.4, poll=0.02)
LONG = Patience(connect=1.0, answer=2.0, work=20.0, poll=0.02)
Start = Callable[..., IppEve]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    if reason := missing("ippeveprinter"):
        pytest.skip(reason)
    running: list[IppEve] = []

    def started(script: str = IppEve.KEEP, **settings: str) -> IppEve:
        printer = IppEve(tmp_path / f"printer-{len(running)}", **settings)
        running.append(printer)
        return printer.start(script)

    yield started
    for printer in running:
        printer.kill()


def pages(
    payload: bytes, name: str = "label-1", media: Media = Media.LABEL_4X6, tickets: list[str] | None = None
) -> Pages:
    kept = [] if tickets is None else tickets
    return Pages(name, payload, media, kept.append)


def at(printer: IppEve, patience: Patience = LONG) -> IppPrinter:
    return IppPrinter(IppPeer(printer.url, patience=patience), 203)


WAIT = f'read -r _ < "$GATE"\n{IppEve.KEEP}'
EMPTY = (
    f'echo "STATE: +media-empty-error" >&2\nread -r _ < "$GATE"\necho "STATE: -media-empty-error" >&2\n{IppEve.KEEP}'
)


def test_what_comes_out_is_what_was_drawn_byte_for_byte(start: Start, samples) -> None:
    printer, tickets = start(), []
    ours = at(printer)
    payload = ours.render(samples.label(1), Media.LABEL_4X6)
    answer = ours.print(pages(payload, tickets=tickets))
    assert answer == Printed(f"{printer.url} job 1")
    assert (tickets, printer.printed) == (["1"], [payload])
    assert isinstance(ours.look(), Printed)
    assert ours.settle(pages(payload), "1") == answer
    assert ours.settle(pages(payload), "") == answer, "found by its name"


def test_paper_that_the_printer_does_not_list_is_never_asked_for(start: Start) -> None:
    printer = start()
    answer = at(printer).print(pages(b"%PDF-1.4", media=Media.A4))
    assert answer == Held.by(Trouble.UNSUPPORTED_MEDIA, Sent.NO, "a4")
    assert printer.printed == []


def test_out_of_labels_with_the_job_inside_it_prints_once_when_labels_are_loaded(start: Start) -> None:
    printer, tickets = start(EMPTY), []
    ours = at(printer)
    job = pages(b"%PDF-1.4 one", tickets=tickets)
    answer = ours.print(job)
    assert answer == Held.by(Trouble.MEDIA_EMPTY, Sent.YES, "media-empty")
    assert answer.reason == "Load labels, then press Enter"
    assert ours.print(pages(b"%PDF-1.4 two", "label-2")) == Held.by(Trouble.MEDIA_EMPTY, Sent.NO, "media-empty")
    looked = ours.look()
    assert isinstance(looked, Held) and looked.trouble is Trouble.MEDIA_EMPTY
    printer.let_go()
    assert isinstance(ours.settle(job, tickets[0]), Printed)
    assert printer.printed == [b"%PDF-1.4 one"]


def test_a_busy_printer_is_waited_for_and_then_held_with_nothing_sent(start: Start) -> None:
    printer = start(WAIT)
    first = at(printer, SHORT).print(pages(b"%PDF-1.4 one"))
    assert first == Held.by(Trouble.SLOW, Sent.YES)
    assert at(printer, SHORT).print(pages(b"%PDF-1.4 two", "label-2")) == Held.by(Trouble.BUSY, Sent.NO)
    with ThreadPoolExecutor(1) as hand:
        asked = threading.Event()
        patient = at(printer, Patience(connect=1, answer=2, work=20, poll=0.02, pause=lambda seconds: asked.set()))
        second = hand.submit(patient.print, pages(b"%PDF-1.4 two", "label-2"))
        assert asked.wait(10)
        printer.let_go()
        assert isinstance(at(printer).settle(pages(b"%PDF-1.4 one"), "1"), Printed)
        printer.let_go()
        assert isinstance(second.result(20), Printed)
    assert sorted(printer.printed) == [b"%PDF-1.4 one", b"%PDF-1.4 two"]


def test_killed_in_the_middle_of_a_job_a_person_has_to_look(start: Start) -> None:
    printer, tickets = start(WAIT), []
    job = pages(b"%PDF-1.4 one", tickets=tickets)
    assert at(printer, SHORT).print(job) == Held.by(Trouble.SLOW, Sent.YES)
    printer.kill()
    gone = at(printer).settle(job, tickets[0])
    assert gone == Held.by(Trouble.LOST, Sent.UNSURE)
    printer.start()
    other = at(printer).print(pages(b"%PDF-1.4 other", "label-other"))
    assert other == Printed(f"{printer.url} job 1"), "it numbers from 1 again"
    assert at(printer).settle(job, tickets[0]) == Held.by(Trouble.LOST, Sent.UNSURE), "job 1 is another's now"
    assert printer.printed == [b"%PDF-1.4 other"]


def test_switched_off_nothing_left(start: Start) -> None:
    printer = start()
    printer.kill()
    answer = at(printer).print(pages(b"%PDF-1.4"))
    assert isinstance(answer, Held)
    assert (answer.trouble, answer.sent) == (Trouble.NO_ANSWER, Sent.NO)
    printer.start()
    assert isinstance(at(printer).print(pages(b"%PDF-1.4")), Printed)


def test_a_lost_answer_is_looked_up_by_name_and_never_sent_again(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    from printing.ways import ipp

    printer, tickets = start(), []
    ours = at(printer)
    ask = ours._peer.ask

    def deaf(operation, *words):
        answer = ask(operation, *words)
        if operation is wire.Operation.PRINT_JOB:
            raise ipp.Lost("read timed out")
        return answer

    monkeypatch.setattr(ours._peer, "ask", deaf)
    assert isinstance(ours.print(pages(b"%PDF-1.4", tickets=tickets)), Printed)
    assert (tickets, printer.printed) == (["1"], [b"%PDF-1.4"])


def test_a_job_under_way_is_cancelled_but_may_still_come_out(start: Start) -> None:
    printer, tickets = start(WAIT), []
    ours = at(printer, SHORT)
    ours.print(pages(b"%PDF-1.4", tickets=tickets))
    assert not ours.withdraw(tickets[0])
    printer.let_go()
    assert isinstance(ours.settle(pages(b"%PDF-1.4"), tickets[0]), Held)
    assert not ours.withdraw("99") and not ours.withdraw("")


def test_a_printer_without_pdf_gets_the_same_dots_as_pwg_raster(
    start: Start, samples, eye, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer = start(formats="image/pwg-raster")
    ours = at(printer)
    label = samples.label(1)
    known = ours._peer.attributes  # ippeveprinter always adds a format that it would take as well

    def without_pdf():
        return {**known(), "document-format-supported": ["image/pwg-raster"]}

    monkeypatch.setattr(ours._peer, "attributes", without_pdf)
    assert isinstance(ours.print(pages(ours.render(label, Media.LABEL_4X6))), Printed)
    (came,) = printer.printed
    assert came.startswith(b"RaS2PwgRaster\0")
    filter = Path("/usr/lib/cups/filter/rastertopdf")
    if not filter.exists():
        pytest.skip("cups-filters is not installed: see .ci/run for the packages")
    raster = tmp_path / "label.pwg"
    raster.write_bytes(came)
    done = subprocess.run(
        [str(filter), "1", "floor", "label", "1", "", str(raster)],
        check=True,
        capture_output=True,
        env={"CONTENT_TYPE": "image/pwg-raster", "FINAL_CONTENT_TYPE": "application/pdf"},
    )
    codes = eye.codes(eye.pages(done.stdout, 203.2)[0])
    assert codes == eye.codes(eye.pages(draw(label, Media.LABEL_4X6, 203), 203.2)[0])
    assert len(codes) == 2


def test_black_raster_is_an_eighth_of_the_grey_one_before_packing(samples) -> None:
    pdf = draw(samples.label(1), Media.LABEL_4X6, 300)
    resolution = {"pwg-raster-document-resolution-supported": [(300, 300, 3)]}
    black = pwg_raster(pdf, 600, {**resolution, "pwg-raster-document-type-supported": ["black_1", "sgray_8"]})
    grey = pwg_raster(pdf, 600, resolution)
    assert black[4 + 276 : 4 + 280] == grey[4 + 276 : 4 + 280] == (300).to_bytes(4, "big")
    assert (black[4 + 391], grey[4 + 391]) == (1, 8)
    assert len(black) < len(grey)


@pytest.mark.parametrize(
    ("media", "listed", "keyword"),
    [
        (Media.LABEL_4X6, ["iso_a4_210x297mm", "na_index-4x6_4x6in"], "na_index-4x6_4x6in"),
        (Media.A4, ["iso_a4_210x297mm"], "iso_a4_210x297mm"),
        (Media.LABEL_100X150, ["om_small-photo_100x150mm"], "om_small-photo_100x150mm"),
        (Media.LABEL_4X6, ["oe_4x6-label_4x6in"], "oe_4x6-label_4x6in"),
        (Media.LABEL_100X50, ["custom_min_25x10mm", "custom_max_104x991mm"], "custom_100x50mm_100x50mm"),
        (Media.A4, ["custom_min_25x10mm", "custom_max_104x991mm"], None),
        (Media.LETTER, ["iso_a4_210x297mm", "choose", "odd_1..2x3in"], None),
    ],
)
def test_paper_is_asked_for_by_the_printers_own_name(media, listed, keyword) -> None:
    assert media_keyword(media, listed) == keyword
    assert ready(media, [keyword] if keyword else ["iso_a3_297x420mm"]) is bool(keyword)
    assert ready(media, []), "a printer that does not say what is loaded is believed"


@pytest.mark.parametrize(
    ("reasons", "trouble"),
    [
        (["none"], None),
        (["media-low-warning", "toner-low-report"], None),
        (["media-empty-error"], Trouble.MEDIA_EMPTY),
        (["media-empty-warning", "cover-open-error"], Trouble.HEAD_OPEN),
        (["media-jam-error"], Trouble.JAM),
        (["marker-supply-empty-error"], Trouble.RIBBON_OUT),
        (["paused"], Trouble.PAUSED),
        (["offline-report"], None),
        (["offline"], Trouble.NO_ANSWER),
        (["fuser-over-temp-error"], Trouble.TOO_HOT),
    ],
)
def test_state_reasons_tell_troubles_apart(reasons, trouble) -> None:
    found = wrong_with({"printer-state": [3], "printer-state-reasons": reasons})
    assert (found[0] if found else None) is trouble


def test_a_stopped_printer_that_gives_no_reason_is_a_fault() -> None:
    assert wrong_with({"printer-state": [5], "printer-state-reasons": ["none"]}) == (Trouble.FAULT, "it has stopped")


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: b"\x02\x00\x00\x00\x00\x00\x00\x01" + tail))
def test_no_answer_breaks_the_decoder(body: bytes) -> None:
    try:
        assert isinstance(wire.answer(body), wire.Answer)
    except wire.IppError as error:
        assert "no IPP" in str(error) or "cut off" in str(error)


@settings(max_examples=25)
@given(
    st.lists(st.text(max_size=30), min_size=1, max_size=3),
    st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=3),
)
def test_what_is_encoded_is_decoded(texts: list[str], numbers: list[int]) -> None:
    sent = [
        wire.Attribute(wire.Tag.NAME, "job-name", tuple(texts)),
        wire.Attribute(wire.Tag.INTEGER, "copies", tuple(numbers)),
        wire.Attribute(wire.Tag.BOOLEAN, "fit", (True, False)),
    ]
    read = wire.answer(wire.request(wire.Operation.PRINT_JOB, 7, sent, data=b"%PDF"))
    first = read.first(wire.Group.OPERATION)
    assert (first["job-name"], first["copies"], first["fit"]) == (texts, numbers, [True, False])
