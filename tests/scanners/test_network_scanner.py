"""A real TCP server on this machine stands for the scanner."""

from __future__ import annotations

import queue
import socket
import struct
from collections.abc import Iterator
from itertools import pairwise
from random import Random

import pytest

from scanners.network_scanner import NetworkScanner
from scanners.profile import ScannerProfile
from scanners.reader import reader_of
from scanners.scan import LossReason, Reason, Scan, ScannerFound, ScannerLost
from tests.scanners.hearing import PATIENCE_SECONDS, Hearing


class Device:
    """A network scanner: it listens, takes one connection at a time, and says what it is told to."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._line: socket.socket | None = None

    def accept(self) -> None:
        if self._line is not None:
            self.hang_up()
        self._listening.settimeout(PATIENCE_SECONDS)
        self._line, _ = self._listening.accept()

    def send(self, *chunks: bytes) -> None:
        assert self._line is not None
        for chunk in chunks:
            self._line.sendall(chunk)

    def hang_up(self, *, rudely: bool = False) -> None:
        assert self._line is not None
        if rudely:
            self._line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._line.close()
        self._line = None

    def switch_off(self) -> None:
        self._listening.close()
        if self._line is not None:
            self.hang_up()

    def switch_on(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))


class Bench(Hearing):
    """The scanner's end here."""

    def __init__(self) -> None:
        super().__init__()
        self.device = Device()

    def reader(self, **settings) -> NetworkScanner:
        profile = ScannerProfile("tunnel", port=f"socket://127.0.0.1:{self.device.port}", **settings)
        reader = reader_of(profile, self.said.put, clock=lambda: 7.0)
        assert isinstance(reader, NetworkScanner)
        self.readers.append(reader)
        return reader

    def listening(self, **settings) -> NetworkScanner:
        reader = self.reader(**settings)
        reader.start()
        self.device.accept()
        assert self.next() == ScannerFound("tunnel")
        return reader


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    with bench.stopped_in_the_end():
        yield bench
    bench.device.switch_off()


def test_a_scan_comes_with_its_gs_its_name_and_its_time(bench):
    bench.listening()
    bench.device.send(b"\x02]C1010950600013435210ABC\x1d21X9\r\n")
    scan = bench.next()
    assert isinstance(scan, Scan)
    assert (scan.lot, scan.serial, scan.source, scan.at_monotonic) == ("ABC", "X9", "tunnel", 7.0)


def test_three_thousand_scans_come_whole_whatever_their_chunks(bench):
    bench.listening()
    stream = b"".join(b"]C0ORD-%06d\r\n" % n for n in range(3000))
    cuts = sorted(Random(4).sample(range(1, len(stream)), 900))
    bench.device.send(*(stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])))
    assert [bench.next().text for _ in range(3000)] == [f"ORD-{n:06d}" for n in range(3000)]


@pytest.mark.parametrize("rudely", [False, True])
def test_what_came_before_the_peer_closed_is_not_lost(bench, rudely):
    bench.listening()
    bench.device.send(b"".join(b"A-%05d\r" % n for n in range(2000)), b"half-a-re")
    if rudely:  # a reset throws away what was not fetched yet, so the last scan has to be here first
        heard = [bench.next() for _ in range(2000)]
        bench.device.hang_up(rudely=True)
    else:
        bench.device.hang_up()
        heard = [bench.next() for _ in range(2000)]
    assert [scan.text for scan in heard] == [f"A-{n:05d}" for n in range(2000)]
    broken, lost = bench.next(), bench.next()
    assert (broken.reason, broken.raw) == (Reason.CUT_SHORT, "half-a-re")
    assert isinstance(lost, ScannerLost)
    assert lost.reason is LossReason.UNPLUGGED
    assert "found by itself" in lost.sentence


def test_a_scanner_that_was_switched_off_is_told_once_and_found_again(bench):
    bench.listening()
    bench.device.switch_off()
    assert bench.next().reason is LossReason.UNPLUGGED
    bench.device.switch_on()
    bench.device.accept()
    assert bench.next() == ScannerFound("tunnel")
    bench.device.send(b"A-2\r")
    assert bench.next().text == "A-2"


def test_nobody_at_the_address_is_told_with_what_to_do(bench):
    bench.device.switch_off()
    bench.reader().start()
    lost = bench.next()
    assert lost.reason is LossReason.ABSENT
    assert f"socket://127.0.0.1:{bench.device.port}" in lost.sentence
    assert "switch it on" in lost.sentence
    bench.device.switch_on()


def test_a_silence_ends_the_read_of_a_scanner_without_suffix(bench):
    bench.listening(terminators="", silence_ms=50)
    bench.device.send(b"A-03", b"-12")
    assert bench.next().text == "A-03-12"
    bench.device.send(b"A-03-13")
    assert bench.next().text == "A-03-13"


def test_a_read_that_lost_its_end_is_not_joined_to_the_next(bench):
    bench.listening()
    bench.device.send(b"good\rA-03")
    assert bench.next().text == "good"
    assert bench.next().reason is Reason.CUT_SHORT
    bench.device.send(b"B-07\r")
    assert bench.next().text == "B-07"


def test_a_connection_is_asked_whether_it_still_lives(bench):
    reader = bench.listening()
    connection = reader._line._transport.get_extra_info("socket")
    assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
    idle, interval, count = (connection.getsockopt(socket.IPPROTO_TCP, option) for option in options)
    assert idle + interval * count <= 15


def test_stopping_and_starting_again_works(bench):
    reader = bench.listening()
    with pytest.raises(RuntimeError, match="already started"):
        reader.start()
    reader.stop()
    reader.stop()
    reader.start()
    bench.device.accept()
    assert bench.next() == ScannerFound("tunnel")
    bench.device.send(b"A-3\r")
    assert bench.next().text == "A-3"


def test_stopping_does_not_wait_for_an_address_that_never_answers():
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        crowd = [socket.socket() for _ in range(4)]  # fill the queue: the next connection is neither taken nor refused
        for each in crowd:
            each.setblocking(False)
            each.connect_ex(deaf.getsockname())
        said: queue.Queue = queue.Queue()
        reader = reader_of(ScannerProfile("deaf", port=f"socket://127.0.0.1:{deaf.getsockname()[1]}"), said.put)
        reader.start()
        reader.stop()
        for each in crowd:
            each.close()
    assert said.empty()
