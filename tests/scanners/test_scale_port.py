"""Toy scales on ptys: asked, laid on, moved, overloaded, silenced, unplugged."""

import itertools
import os
import queue
import threading

import pytest

from scanners import scale_port
from scanners.scale import Condition, Reading, Unit
from scanners.scale_port import ScalePort
from scanners.scale_profile import ScaleProfile
from scanners.scan import LossReason, ScannerFound, ScannerLost
from tests.scanners.toy_scale import ToyScale

PATIENCE_SECONDS = 10
PROTOCOLS = ("toledo8217", "nci", "mt-sics")


class Bench:
    """A scale, who asks it, and what it said."""

    def __init__(self, link, protocol):
        self.scale = ToyScale(link, protocol)
        self.said: queue.Queue = queue.Queue()
        # A pty has 8 bits and no parity.
        unit = Unit.KILOGRAM if protocol == "toledo8217" else None
        profile = ScaleProfile(protocol, str(link), bytesize=8, parity="N", unit=unit)
        self.port = ScalePort(profile, self.said.put)

    def next(self):
        return self.said.get(timeout=PATIENCE_SECONDS)

    def until(self, holds) -> Reading:
        """The next reading for which that holds, and none before it may be settled unless it is that one."""
        while True:
            said = self.next()
            if isinstance(said, Reading) and holds(said):
                return said
            assert not getattr(said, "is_settled", False), said

    def becomes(self, condition: Condition) -> Reading:
        return self.until(lambda reading: reading.condition is condition)


@pytest.fixture
def hasty(monkeypatch):
    """Asks ten times as often, and waits a tenth as long."""
    for name in ("_BETWEEN_QUESTIONS_SECONDS", "_ANSWER_SECONDS", "_SILENT_AFTER_SECONDS"):
        monkeypatch.setattr(scale_port, name, getattr(scale_port, name) / 10)


@pytest.fixture(params=PROTOCOLS)
def bench(request, tmp_path):
    yield from laid_out(tmp_path, request.param)


@pytest.fixture
def unhurried(tmp_path):
    yield from laid_out(tmp_path, "toledo8217")


def laid_out(tmp_path, protocol):
    before = set(threading.enumerate())
    bench = Bench(tmp_path / "scale", protocol)
    bench.scale.plug_in()
    bench.port.start()
    assert bench.next() == ScannerFound("scale")
    yield bench
    bench.port.stop()
    bench.scale.close()
    assert set(threading.enumerate()) <= before


def test_a_parcel_is_believed_only_once_it_lies_still(hasty, bench):
    assert bench.next().condition is Condition.ZERO
    bench.scale.lay(1250, moving=True)
    moving = bench.becomes(Condition.MOTION)
    assert not moving.is_settled
    bench.scale.lay(1250)
    settled = bench.until(lambda reading: reading.is_settled)
    assert (str(settled.weight), settled.weight.weight_grams) == ("1.250 kg", 1250)
    assert b"1.250" in settled.frame


def test_a_used_weight_has_to_leave_before_the_next_is_believed(hasty, bench):
    bench.scale.lay(1250)
    settled = bench.until(lambda reading: reading.is_settled)
    bench.port.use(settled.weight)
    assert not bench.until(lambda reading: reading.condition is Condition.STABLE).has_left
    bench.scale.lay(0)
    assert bench.becomes(Condition.ZERO).has_left
    bench.scale.lay(1250)
    assert bench.until(lambda reading: reading.is_settled)


@pytest.mark.parametrize(("grams", "condition"), [(15_001, Condition.OVER), (-20, Condition.UNDER)])
def test_overload_and_underload_are_told(hasty, bench, grams, condition):
    bench.scale.lay(grams)
    assert not bench.becomes(condition).is_settled


def test_a_silent_scale_is_told_once_and_heard_again(hasty, bench):
    bench.scale.is_dead = True
    bench.becomes(Condition.SILENT)
    bench.scale.is_dead = False
    assert bench.next().condition is Condition.ZERO


def test_garbage_is_told_with_what_came(hasty, bench):
    bench.scale.says = b"\xff\xfe1.250 kg?\r\n"
    fault = bench.becomes(Condition.FAULT)
    assert "no answer of its protocol" in fault.detail
    assert "1.250 kg" in fault.detail
    assert fault.frame == bench.scale.says


def test_no_two_questions_come_within_200_milliseconds(unhurried):
    bench = unhurried
    for grams in (100, 200):
        bench.scale.lay(grams)
        bench.until(lambda reading: reading.is_settled)
        bench.scale.lay(0)
        bench.becomes(Condition.ZERO)
    gaps = [later - earlier for earlier, later in itertools.pairwise(bench.scale.asked_at)]
    assert len(gaps) > 4
    assert min(gaps) >= 0.2


def test_an_unplugged_scale_is_told_and_found_again(hasty, bench):
    bench.next()
    bench.scale.unplug()
    lost = bench.next()
    while not isinstance(lost, ScannerLost):
        lost = bench.next()
    assert lost.reason is LossReason.UNPLUGGED
    bench.scale.lay(500)
    bench.scale.plug_in()
    assert bench.next() == ScannerFound("scale")
    assert bench.until(lambda reading: reading.is_settled).weight.weight_grams == 500


def test_a_scale_that_is_not_there_is_told_once(tmp_path):
    said: queue.Queue = queue.Queue()
    port = ScalePort(ScaleProfile("nci", str(tmp_path / "none")), said.put)
    port.start()
    lost = said.get(timeout=PATIENCE_SECONDS)
    with pytest.raises(RuntimeError, match="already started"):
        port.start()
    port.stop()
    assert (lost.reason, said.empty()) == (LossReason.ABSENT, True)
    assert "scale.port" in lost.sentence


def test_a_port_that_another_program_holds_is_busy(hasty, bench):
    said: queue.Queue = queue.Queue()
    other = ScalePort(ScaleProfile("nci", os.path.realpath(bench.scale.link), bytesize=8, parity="N"), said.put)
    other.start()
    assert said.get(timeout=PATIENCE_SECONDS).reason is LossReason.BUSY
    other.stop()
