"""What another bench did to the work in hand: where that leaves the packer here, and what is said at once.

Decides from the records alone, so that news from the store, a scan that came before it and a restart end alike. Whose
a tote is, is the order's last bench.
"""

from __future__ import annotations

import msgspec

from orders.records import Order
from orders.verdicts import Denial
from terminal import pack_wording
from terminal.floor import Floor
from terminal.workflows.steps import AskVoid, Here, Labelling, Packing, PackWait, Refused, Step, Weighing


class Overtaken(msgspec.Struct, frozen=True):
    """The step that is left, and the refusal that says why."""

    step: Step
    refused: Refused


def overtaken(step: Step, floor: Floor, here: Here) -> Overtaken | None:
    """Where the work at `step` went on elsewhere; None where it is still this device's."""
    match step:
        case Packing() | Weighing():
            order = floor.order(step.order)
            if order is None or order.bench in ("", here.terminal):
                return None
            word = pack_wording.tote_taken if order.state == "packing" else pack_wording.tote_packed_elsewhere
            return Overtaken(PackWait(), Refused(word(step.tote, bench_of(order, here)), Denial.OTHER_BENCH.value))
        case Labelling() | AskVoid():
            order, parcel = floor.order(step.order), floor.parcel(step.parcel)
            # A parcel that counts, or counted until it was opened again, stands on its order.
            if order is None or not order.bench or any(each.sscc == step.parcel for each in order.parcels):
                return None
            if parcel is not None and parcel.state != "voided":
                return None
            said = pack_wording.sealed_elsewhere(step.parcel[-6:], bench_of(order, here))
            return Overtaken(PackWait(), Refused(said, Denial.SEALED_TWICE.value))
        case _:
            return None


def bench_of(order: Order, here: Here) -> str:
    """What the bench that has an order is called here: its station, else its device."""
    return order.station if order.station not in ("", here.station) else order.bench
