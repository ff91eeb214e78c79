"""The raw port, against a printer that does what the manual says: what came out, what is held, and why."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from printing.documents import Media
from printing.printers import Held, Pages, Patience, Printed, Sent
from printing.troubles import Trouble
from printing.ways.raw import RawPrinter
from tests.zpl_sink import MODES, ZplSink

LABEL = b"^XA^FO20,20^A0N,30,30^FDone^FS^XZ\n"
SHORT = Patience(connect=0.5, answer=0.25, work=0.3, poll=0.01)


def pages(name: str = "label-1", payload: bytes = LABEL) -> Pages:
    return Pages(name, payload, Media.LABEL_4X6)


@pytest.fixture
def sink() -> Iterator[ZplSink]:
    sink = ZplSink()
    yield sink
    sink.switch_off()


@pytest.fixture
def printer(sink: ZplSink) -> RawPrinter:
    return RawPrinter("127.0.0.1", sink.port, patience=SHORT)


def test_a_label_is_out_when_nothing_of_it_is_left_in_the_printer(sink: ZplSink, printer: RawPrinter) -> None:
    answer = printer.print(pages())
    assert answer == Printed(f"127.0.0.1:{sink.port}")
    assert sink.printed == [LABEL.strip()]
    assert sink.asked == [b"~HS", b"~HS"], "asked before and after"


BEFORE = [
    ("ok", None),
    ("paper-out", Trouble.MEDIA_EMPTY),
    ("head-open", Trouble.HEAD_OPEN),
    ("paused", Trouble.PAUSED),
    ("silent", Trouble.SILENT),
    ("stalled", Trouble.SILENT),
]


@pytest.mark.parametrize(("mode", "trouble"), BEFORE)
def test_trouble_before_the_first_byte_sends_nothing(
    sink: ZplSink, printer: RawPrinter, mode: str, trouble: Trouble | None
) -> None:
    assert {each for each, _ in BEFORE} == set(MODES)
    sink.mode = mode
    answer = printer.print(pages())
    if trouble is None:
        assert isinstance(answer, Printed)
        return
    assert answer == Held.by(trouble, Sent.NO)
    assert "press Enter" in answer.reason
    assert (sink.printed, sink.memory) == ([], [])
    sink.mode = "ok"
    assert isinstance(printer.print(pages()), Printed)
    assert sink.printed == [LABEL.strip()]


@pytest.mark.parametrize(
    ("mode", "trouble"),
    [
        ("paper-out", Trouble.MEDIA_EMPTY),
        ("head-open", Trouble.HEAD_OPEN),
        ("paused", Trouble.PAUSED),
        ("slow", Trouble.SLOW),
    ],
)
def test_a_label_in_the_printers_memory_is_waited_for_and_never_sent_again(
    sink: ZplSink, printer: RawPrinter, mode: str, trouble: Trouble
) -> None:
    sink.falls_into = mode
    answer = printer.print(pages())
    assert answer == Held.by(trouble, Sent.YES)
    assert (sink.printed, len(sink.memory)) == ([], 1)
    assert printer.settle(pages(), "") == Held.by(trouble, Sent.YES), "Enter too early"
    sink.mode = "ok"
    assert printer.settle(pages(), "") == Printed(f"127.0.0.1:{sink.port}")
    assert sink.printed == [LABEL.strip()]


def test_a_printer_that_falls_silent_with_the_label_leaves_it_to_a_person(sink: ZplSink, printer: RawPrinter) -> None:
    sink.falls_into = "silent"
    answer = printer.print(pages())
    assert answer == Held.by(Trouble.LOST, Sent.UNSURE)
    assert "scan it" in answer.reason
    sink.mode = "ok"
    assert printer.settle(pages(), "") == Held.by(Trouble.LOST, Sent.UNSURE)
    assert len(sink.printed) == 1


def test_switched_off_with_a_label_in_memory_it_never_counts_as_printed(sink: ZplSink, printer: RawPrinter) -> None:
    sink.falls_into = "paper-out"
    assert printer.print(pages()) == Held.by(Trouble.MEDIA_EMPTY, Sent.YES)
    sink.switch_off()
    sink._mode = "ok"
    sink.switch_on()
    assert printer.settle(pages(), "") == Held.by(Trouble.LOST, Sent.UNSURE)
    assert sink.printed == []


def test_two_labels_behind_one_line_are_both_known_to_be_out(sink: ZplSink, printer: RawPrinter) -> None:
    sink.falls_into = "paper-out"
    first, second = pages("first"), pages("second", LABEL.replace(b"one", b"two"))
    assert printer.print(first) == Held.by(Trouble.MEDIA_EMPTY, Sent.YES)
    assert printer.print(second) == Held.by(Trouble.MEDIA_EMPTY, Sent.NO)
    sink.mode = "ok"
    assert isinstance(printer.print(second), Printed)
    assert isinstance(printer.settle(first, ""), Printed)
    assert len(sink.printed) == 2


def test_another_benchs_label_in_the_printer_is_waited_for(sink: ZplSink, printer: RawPrinter) -> None:
    sink.mode = "slow"
    sink.memory.append(b"^XA^FDtheirs^FS^XZ")
    assert printer.print(pages()) == Held.by(Trouble.BUSY, Sent.NO)
    assert len(sink.memory) == 1


def test_a_printer_that_is_off_is_no_answer(sink: ZplSink, printer: RawPrinter) -> None:
    sink.switch_off()
    answer = printer.print(pages())
    assert isinstance(answer, Held)
    assert (answer.trouble, answer.sent) == (Trouble.NO_ANSWER, Sent.NO)
    assert "Switch the printer on" in answer.reason and "refused" in answer.reason
    sink.switch_on()
    assert isinstance(printer.print(pages()), Printed)


def test_a_stalled_printer_that_stops_reading_is_given_up_after_the_deadline() -> None:
    answering = socket.socket()
    answering.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    answering.bind(("127.0.0.1", 0))
    answering.listen()
    one_way = RawPrinter("127.0.0.1", answering.getsockname()[1], answers=False, patience=SHORT)
    answer = one_way.print(pages(payload=b"^XA" + b"0" * 40_000_000 + b"^XZ"))
    assert answer == Held.by(Trouble.LOST, Sent.UNSURE)
    answering.close()


def test_a_printer_that_cannot_be_asked_says_so(sink: ZplSink) -> None:
    sink.mode = "silent"
    one_way = RawPrinter("127.0.0.1", sink.port, answers=False, patience=SHORT)
    answer = one_way.print(pages())
    assert isinstance(answer, Printed) and "cannot say whether it printed" in answer.where
    assert sink.arrived.wait(5)
    assert sink.asked == []


def test_looking_prints_nothing(sink: ZplSink, printer: RawPrinter) -> None:
    assert printer.look() == Printed(f"127.0.0.1:{sink.port}")
    sink.mode = "head-open"
    assert printer.look() == Held.by(Trouble.HEAD_OPEN)
    sink.switch_off()
    found = printer.look()
    assert isinstance(found, Held) and found.trouble is Trouble.NO_ANSWER
    assert not printer.withdraw("1")


def test_garbage_for_an_answer_is_silence() -> None:
    sink = ZplSink()
    rude: Any = lambda token: b"HTTP/1.1 400 Bad Request\x03\x03\x03"  # noqa: E731
    sink._answer = rude  # type: ignore[method-assign]
    patience = replace(SHORT, answer=0.2)
    assert RawPrinter("127.0.0.1", sink.port, patience=patience).print(pages()) == Held.by(Trouble.SILENT)
    sink.switch_off()
