"""A pick walk of any length to measure on: its records, its barcodes, and a journal that stands in the midst of it.

Decides what a measured floor looks like (one owner, one worker, one order and its task). It measures nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from orders import barcodes, wire
from orders.barcodes import Kind
from orders.credentials import badge_body, verifier
from orders.events import PickConfirmed
from orders.identifiers import SsccBlock, check_digit
from orders.records import (
    Key,
    Location,
    Order,
    OrderLine,
    Owner,
    PickTask,
    Product,
    Record,
    Stop,
    Tote,
    Worker,
    encode_record,
    kind_of,
)
from scanners.profile import ScannerProfile
from terminal.floor import Floor
from terminal.journal import Journal
from terminal.memo import Memo
from terminal.workflows.steps import Picking

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TERMINAL, WORKER, TASK, ORDER, TOTE = "BENCH-1", "W1", "T000001", "HOME/1001", "T0001"
BADGE = barcodes.encode(Kind.BADGE, badge_body(WORKER, "SECRET7"))
PROFILE = ScannerProfile("bench", kind="wedge")
BLOCK = SsccBlock(owner="HOME", prefix="9521234", extension=0, first=1, last=500)


@dataclass(frozen=True, slots=True)
class Walk:
    """A task in the midst of being picked: the tote is bound, and every stop wants one piece of its own product."""

    task: PickTask
    order: Order
    records: tuple[Record, ...]

    def floor(self) -> Floor:
        """These records as a terminal holds them."""
        floor = Floor(TERMINAL)
        floor.confirm([(Key(kind_of(each), each.id), each) for each in self.records], 1)
        return floor

    def pick(self, stop: Stop) -> PickConfirmed:
        """The fact that a stop was picked."""
        return PickConfirmed(
            task=TASK,
            order=ORDER,
            stop=stop.number,
            location=stop.location,
            product=stop.product,
            quantity=stop.quantity,
            tote=TOTE,
        )


def walk(lines: int, *, shelf_by_shelf: bool = True) -> Walk:
    """A walk of so many lines, each at a shelf of its own, or all at one shelf that was scanned already."""
    products = tuple(_product(number) for number in range(1, lines + 1))
    places = [f"A-{number:05d}" if shelf_by_shelf else "A-00001" for number in range(1, lines + 1)]
    stops = tuple(
        Stop(
            number=number,
            location=place,
            product=product.id,
            sku=product.sku,
            description=product.description,
            quantity=1,
            is_shelf_confirmed=not shelf_by_shelf,
        )
        for number, (place, product) in enumerate(zip(places, products, strict=True), 1)
    )
    wanted = tuple(
        OrderLine(
            number=number,
            product=product.id,
            sku=product.sku,
            description=product.description,
            ordered=1,
            allocated=1,
        )
        for number, product in enumerate(products, 1)
    )
    task = PickTask(
        id=TASK,
        order=ORDER,
        order_number="1001",
        owner="HOME",
        state="picking",
        stops=stops,
        carrier="POST",
        service="DAY",
        claimed_by=TERMINAL,
        worker=WORKER,
        tote=TOTE,
    )
    order = Order(id=ORDER, owner="HOME", number="1001", state="picking", received_at=NOW, lines=wanted)
    records = (
        Owner(id="HOME", name="Demo Goods", company_prefix="9521234"),
        Worker(id=WORKER, name="Ada", roles=("picker", "packer"), badge=verifier("SECRET7", b"0123456789abcdef")),
        Location(id="DROP-1", walk=99_999, use="drop"),
        *(Location(id=place, walk=turn) for turn, place in enumerate(dict.fromkeys(places), 1)),
        *products,
        Tote(id=TOTE, state="picking", task=TASK, order=ORDER),
        order,
        task,
    )
    return Walk(task, order, records)


def shelf_scan(stop: Stop) -> bytes:
    """What a scanner sends for a stop's shelf, without its terminator."""
    return f"]C0{barcodes.encode(Kind.LOCATION, stop.location)}".encode()


def item_scan(stop: Stop) -> bytes:
    """What a scanner sends for a stop's item, without its terminator."""
    return f"]E0{_ean(stop.number)}".encode()


def write_journal(path: Path, walked: Walk) -> None:
    """A closed journal at `path` in which a worker stands at the walk's first stop, once the badge was scanned."""
    journal = Journal.open(path)
    changes = [
        wire.Change(kind=kind_of(each), id=each.id, revision=1, cursor=cursor, body=msgspec.Raw(encode_record(each)))
        for cursor, each in enumerate(walked.records, 1)
    ]
    journal.learn(TERMINAL)
    journal.confirm(changes, len(changes), "bench", False)
    journal.add_block(BLOCK)
    journal.remember(memo())
    journal.close()


def memo() -> bytes:
    """What the session keeps beside each pick."""
    return msgspec.json.encode(Memo(Picking(TASK), WORKER))


def _product(number: int) -> Product:
    sku = f"SKU-{number:05d}"
    return Product(
        id=f"HOME/{sku}",
        owner="HOME",
        sku=sku,
        description=f"Kettle, blue, 1.7 l, model {number}",
        barcodes=(_ean(number).zfill(14),),
        weight_grams=250,
    )


def _ean(number: int) -> str:
    body = f"952{number:09d}"
    return body + check_digit(body)
