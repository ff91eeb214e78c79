"""An operator at the workflows, with no screen: scans, types and chooses, and stands where a walk or a bench begins."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from orders import barcodes
from orders.barcodes import Kind
from orders.events import (
    Weighed,
)
from orders.identifiers import sscc
from orders.records import Record
from scanners.parse import parse
from scanners.profile import ScannerProfile
from terminal.floor import Floor
from terminal.workflows import acts, desk, undo
from terminal.workflows.labelling import expected_label
from terminal.workflows.resolve import resolve_entry, resolve_scan
from terminal.workflows.steps import (
    Accepted,
    ACommand,
    AWeight,
    Here,
    NeedsAnswer,
    Outcome,
    PackWait,
    Picking,
    Refused,
    Shipping,
    Step,
)
from tests.floors import NOW, WORKER, floor_of, happen, small_order

PROFILE = ScannerProfile("test", kind="wedge")
SHELF = barcodes.encode(Kind.LOCATION, "A-01-1")
NEXT_SHELF = barcodes.encode(Kind.LOCATION, "A-02-1")
OTHER_SHELF = barcodes.encode(Kind.LOCATION, "B-01-1")
DROP = barcodes.encode(Kind.LOCATION, "DROP-1")
TOTE = barcodes.encode(Kind.TOTE, "T-01")
SPARE_TOTE = barcodes.encode(Kind.TOTE, "T-02")
LAMP = "]E05012345678900"
MUG = barcodes.encode(Kind.PRODUCT, "000002")
HOOK = "HOOK-EAN"
SSCC = sscc("952000", 1)
PRINTS = frozenset({"label", "slip"})
WEIGHED = Weighed(value="1.615", unit="kg", division="0.005", frame="\x0201.615\r")


def command(name: str) -> str:
    return barcodes.encode(Kind.COMMAND, name)


class Operator:
    """Scans and types against the workflows, folding what they accept, as the session would."""

    def __init__(self, step: Step, floor: Floor, here: Here | None = None) -> None:
        self.step, self.floor = step, floor
        self.here = here or Here(
            now=NOW, terminal="T1", station="BENCH-1", worker=WORKER, next_sscc=lambda owner: SSCC, prints=PRINTS
        )
        self.last: Outcome | None = None
        self.keys = 0

    def scan(self, text: str) -> Operator:
        read = parse(text.encode(), PROFILE, "test", 0.0)
        return self._take(resolve_scan(read, self.floor, expected_label(self.step)))

    def key(self, text: str) -> Operator:
        self.keys += 1
        return self._take(resolve_entry(text, self.floor, expected_label(self.step)))

    def act(self, name: str) -> Operator:
        self.keys += 2
        assert name in [each.name for each in self.asked.acts], f"{name} is not on the list of {self.asked.step}"
        return self._take(ACommand(name))

    def weigh(self, grams: int) -> Operator:
        return self._take(AWeight(grams, WEIGHED))

    @property
    def asked(self) -> Any:
        return desk.prompt(self.step, self.floor, self.here)

    def _take(self, meaning: Any) -> Operator:
        self.last = desk.judge(self.step, meaning, self.floor, self.here)
        if isinstance(self.last, Accepted):
            happen(self.floor, *self.last.events)
            self.here = replace(self.here, trail=undo.trail_after(self.here.trail, self.last.events))
            self.step = self.last.step
        elif isinstance(self.last, NeedsAnswer):
            self.step = self.last.step
        return self

    @property
    def reason(self) -> str:
        return self.last.reason if isinstance(self.last, Refused) else ""

    @property
    def events(self) -> tuple[Any, ...]:
        assert isinstance(self.last, Accepted), self.last
        return self.last.events


def picker(*also: Record) -> Operator:
    order, walk = small_order()
    return Operator(Picking("P1"), floor_of(order, walk, *also))


def packer() -> Operator:
    operator = dropped()
    operator.step = PackWait()
    return operator


def ready_to_seal(**here: Any) -> Operator:
    operator = packer().scan(TOTE).scan(LAMP).key("5").scan(MUG)
    operator.here = Here(now=NOW, terminal="T1", worker=WORKER, **{"prints": PRINTS, **here})
    return operator


def dock() -> Operator:
    operator = sealed().scan(f"]C100{SSCC}")
    operator.step = Shipping()
    return operator


# A walk of two stops, scan by scan: five lamps, then one mug.


def at_shelf() -> Operator:
    return picker().scan(TOTE)


def at_item() -> Operator:
    return at_shelf().scan(SHELF)


def at_number() -> Operator:
    return at_item().scan(LAMP)


def at_next_shelf() -> Operator:
    return at_number().key("5")


def at_next_item() -> Operator:
    return at_next_shelf().scan(NEXT_SHELF)


def at_drop() -> Operator:
    return at_next_item().scan(MUG)


def dropped() -> Operator:
    return at_drop().scan(DROP)


def sealed() -> Operator:
    return ready_to_seal(next_sscc=lambda owner: SSCC).scan(command(acts.SEAL))
