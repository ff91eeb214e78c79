"""The scale at the bench: what the packer reads of it, which weight is taken, and two parcels over a toy scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from orders import barcodes
from orders.barcodes import Kind
from orders.envelope import open_envelope
from orders.events import ParcelSealed, Weighed
from orders.identifiers import sscc
from orders.records import Record, Tote
from orders.upcast import understood
from scanners.scale import Condition, Reading, Unit, Weight
from scanners.scale_profile import ScaleProfile
from scanners.scan import LossReason, ScannerFound, ScannerLost
from terminal.bench_scale import PATIENCE_SECONDS, BenchScale
from terminal.journal import Journal
from terminal.turns import Settled
from terminal.workflows import acts
from terminal.workflows.prompts import Prompt
from tests.floors import ADDRESS, BADGE, LOCATIONS, OWNER, PRODUCTS, SITE, WORKER, line, order
from tests.scanners.toy_scale import ToyScale
from tests.terminal.devices import BLOCK
from tests.terminal.in_a_pty import InPty
from tests.terminal.offline_device import OfflineDevice, offline_device

WEIGHING = Prompt(step="pack_weight", title="PACK 1001", ask="Put the carton on the scale", takes="weight")
ELSEWHERE = Prompt(step="pack_item", title="PACK 1001", ask="Scan an item")
WEIGHT = Weight(Decimal("1.250"), Unit.KILOGRAM, Decimal("0.005"))


class Scale(BenchScale):
    """Follows readings that a test hands in, by a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(ScaleProfile("nci", "/dev/none"), clock=lambda: self.now)

    def heard(self, *readings: Reading) -> Scale:
        for reading in readings:
            assert self.hear(reading) == ""
        return self


OFFERED = Settled(WEIGHT, b"frame")


def settled() -> Reading:
    return Reading(Condition.STABLE, WEIGHT, b"frame", is_settled=True)


SAID = [
    ((), "Put the carton on the scale", "", False),
    ((Reading(Condition.ZERO),), "Put the carton on the scale", "", False),
    ((Reading(Condition.MOTION),), "Hands off: it settles", "", False),
    ((Reading(Condition.MOTION, WEIGHT),), "Hands off: it settles", "1.250 kg", False),
    ((Reading(Condition.BUSY),), "Hands off: it settles", "", False),
    ((Reading(Condition.STABLE, WEIGHT),), "Hands off: it settles", "1.250 kg", False),
    ((Reading(Condition.STABLE, WEIGHT, has_left=False),), "Take the last carton off the scale", "1.250 kg", False),
    ((Reading(Condition.OVER),), "Too heavy for this scale: type the grams, Enter", "", True),
    ((Reading(Condition.UNDER),), "Below zero: take all off, press ZERO on the scale", "", False),
    ((Reading(Condition.SILENT),), "The scale does not answer: type the grams, Enter", "", True),
    ((Reading(Condition.FAULT, detail="a RAM error"),), "The scale is at fault: type the grams, Enter", "", True),
]


@pytest.mark.parametrize(("readings", "ask", "quantity", "asks_packer"), SAID)
def test_each_state_of_the_scale_has_its_next_act(readings, ask, quantity, asks_packer) -> None:
    scale = Scale().heard(*readings)
    shown = scale.shown(WEIGHING)
    assert (shown.ask, shown.quantity, scale.asks_packer) == (ask, quantity, asks_packer)
    assert scale.shown(ELSEWHERE) is ELSEWHERE


def test_a_fault_is_told_in_the_scales_own_words() -> None:
    assert Scale().heard(Reading(Condition.FAULT, detail="a RAM error")).shown(WEIGHING).details == (
        "It says a RAM error",
    )


def test_a_scale_that_never_settles_asks_the_packer() -> None:
    scale = Scale().heard(Reading(Condition.MOTION))
    scale.now = PATIENCE_SECONDS
    assert scale.heard(Reading(Condition.MOTION)).asks_packer
    assert scale.shown(WEIGHING).ask == "It does not settle: type the grams, Enter"
    assert not scale.heard(Reading(Condition.ZERO)).asks_packer


def test_a_port_that_went_away_asks_the_packer_until_it_is_back() -> None:
    scale = Scale().heard(settled())
    assert scale.hear(ScannerLost("scale", LossReason.UNPLUGGED, "plug it in")) == "plug it in"
    assert scale.asks_packer
    assert scale.offer(WEIGHING) is None
    assert scale.shown(WEIGHING).ask == "The scale does not answer: type the grams, Enter"
    assert scale.hear(ScannerFound("scale")) == ""
    assert not scale.asks_packer


def test_a_settled_weight_is_offered_once_where_it_is_asked_for() -> None:
    scale = Scale().heard(settled())
    assert scale.offer(ELSEWHERE) is None
    assert scale.offer(WEIGHING) == OFFERED
    assert scale.offer(WEIGHING) is None
    scale.offer(ELSEWHERE)
    assert scale.offer(WEIGHING) == OFFERED


def test_what_is_put_down_again_is_offered_again() -> None:
    scale = Scale().heard(settled())
    scale.offer(WEIGHING)
    scale.heard(Reading(Condition.ZERO), settled())
    assert scale.offer(WEIGHING) == OFFERED


def test_a_used_weight_is_not_offered_for_the_next_parcel() -> None:
    scale = Scale().heard(settled())
    scale.offer(WEIGHING)
    scale.use()
    scale.offer(ELSEWHERE)
    assert scale.offer(WEIGHING) is None
    assert scale.shown(WEIGHING).ask == "Take the last carton off the scale"


# The real program


@dataclass
class Bench(OfflineDevice):
    """A packing bench with a scanner and a scale, and two totes of one mug each before it."""

    scale: ToyScale

    def sealed(self) -> list[ParcelSealed]:
        journal = Journal.open(self.journal)
        try:
            events = [understood(open_envelope(entry.body)) for entry in journal.load().entries]
        finally:
            journal.close()
        return [event for event in events if isinstance(event, ParcelSealed)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    records: tuple[Record, ...] = (SITE, OWNER, ADDRESS, WORKER, *PRODUCTS, *LOCATIONS)
    for number in ("1001", "1002"):
        tote = f"T-{number}"
        mug = line(1, "MUG", 1, allocated=1, picked=1)
        records += (order(mug, state="picked", number=number), Tote(id=tote, state="waiting", order=f"HOME/{number}"))
    scale = ToyScale(tmp_path / "scale", "toledo8217")
    scale.plug_in()
    more = f'[scale]\nprotocol = "toledo8217"\nport = "{scale.link}"\nunit = "kg"\nbytesize = 8\nparity = "N"\n'
    with offline_device(tmp_path, records, blocks=(BLOCK,), more=more) as device:
        yield Bench(device.config, device.scanner, scale)
    scale.close()


def to_the_scale(bench: Bench, program: InPty, tote: str) -> None:
    bench.scan(barcodes.encode(Kind.TOTE, tote))
    program.until(lambda: "Scan each item" in program.screen or "MUG" in program.screen)
    bench.scan(barcodes.encode(Kind.PRODUCT, "000002"))
    program.until(lambda: "scan SEAL" in program.screen)
    bench.scan(barcodes.encode(Kind.COMMAND, acts.SEAL))


@pytest.mark.parametrize("size", [(20, 16), pytest.param((80, 24), marks=pytest.mark.long)], ids=str)
def test_a_parcel_is_weighed_without_a_key_and_no_two_share_a_weight(bench: Bench, size: tuple[int, int]) -> None:
    def shown(text: str) -> bool:
        return text in " ".join(program.screen.split())

    with bench.terminal(size) as program:
        program.until(lambda: shown("Scan your badge"))
        bench.scan(BADGE)
        program.until(lambda: shown("1 Pick"))
        bench.scan(barcodes.encode(Kind.COMMAND, acts.PACK))
        program.until(lambda: shown("tote"))
        to_the_scale(bench, program, "T-1001")
        program.until(lambda: shown("Put the carton on the scale"))
        bench.scale.lay(1250, moving=True)
        program.until(lambda: shown("Hands off"))
        if size == (80, 24):
            program.until(lambda: shown("does not settle"))
        bench.scale.lay(1250)
        program.until(lambda: shown("Stick the label, scan it"))
        bench.scan(f"]C100{sscc('952000', 10)}")
        program.until(lambda: shown("Scan a waiting tote") or shown("waiting"))
        to_the_scale(bench, program, "T-1002")
        program.until(lambda: shown("Take the last carton off the scale"))
        bench.scale.lay(0)
        program.until(lambda: shown("Put the carton on the scale"))
        for typed, pause_seconds in (("9", 0.3), ("90", 0.1), ("905", 0.2)):  # a hand has no even pace
            program.write(typed[-1].encode())
            program.until(partial(shown, f"> {typed}_"))
            program.read_for(pause_seconds)
        program.write(b"\r")
        program.until(lambda: shown("Stick the label, scan it"))
    first, second = bench.sealed()
    frame = "\x0201.250\r"
    assert first.weighed == Weighed(value="1.250", unit="kg", division="0.001", frame=frame)
    assert (first.weight_grams, first.is_weight_assumed) == (1250, False)
    assert (second.weight_grams, second.weighed) == (905, None)


def test_the_doctor_asks_the_scale(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    from terminal import config
    from terminal.doctor import devices

    profile = config.read(bench.config).scale
    assert profile is not None
    bench.scale.lay(1250)
    assert devices.scale(profile).said.endswith("1.250 kg lies on it")
    bench.scale.lay(16_000)
    overloaded = devices.scale(profile)
    assert (overloaded.is_ok, "take everything off" in overloaded.said) == (False, True)
    bench.scale.is_dead = True
    mute = devices.scale(profile)
    assert (mute.is_ok, "no scale answers" in mute.said) == (False, True)
    bench.scale.unplug()
    assert "plug it in" in devices.scale(profile).said
    bench.scale.plug_in()
