"""A small floor for tests: one owner, two shelves, a few products, one order, as records and as events.

Builds facts that many tests begin with; it decides nothing and asserts nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from orders import barcodes
from orders.barcodes import Kind
from orders.credentials import badge_body, verifier
from orders.events import FloorEvent
from orders.folds import Told
from orders.records import (
    Address,
    CutOff,
    Key,
    Location,
    Order,
    OrderLine,
    Owner,
    PickTask,
    Product,
    Record,
    Site,
    Stop,
    Tote,
    Worker,
    kind_of,
)
from terminal.floor import Floor, Pending

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # a Friday
BADGE = barcodes.encode(Kind.BADGE, badge_body("W1", "SECRET7"))
WEEKDAYS = (0, 1, 2, 3, 4)

SITE = Site(
    id="SITE",
    name="Main",
    time_zone="Europe/London",
    sender=Address(
        id="sender", name="Demo Goods", lines=("1 Dock Road",), postcode="AB1 2CD", city="Leeds", country_code="GB"
    ),
    recount_above_pieces=10,
    cut_offs=(
        CutOff(
            carrier="ROYAL",
            service="24",
            weekdays=WEEKDAYS,
            promise="15:00",
            last_release="15:30",
            departs="17:00",
            dock_minutes=20,
        ),
    ),
)
OWNER = Owner(id="HOME", name="Demo Goods", company_prefix="952000")
ADDRESS = Address(
    id="C1", name="Jane Roe", lines=("2 High Street",), postcode="YO1 7HH", city="York", country_code="GB"
)
WORKER = Worker(
    id="W1",
    name="Ada",
    roles=("picker", "packer", "supervisor"),
    badge=verifier("SECRET7", b"0123456789abcdef"),
    pin=verifier("4711", b"0123456789abcdef"),
)


def product(sku: str, barcode: str = "", weight_grams: int | None = 250) -> Product:
    """A product of HOME."""
    return Product(
        id=f"HOME/{sku}",
        owner="HOME",
        sku=sku,
        description=f"{sku} lamp",
        barcodes=(barcode,) if barcode else (),
        weight_grams=weight_grams,
    )


PRODUCTS = (
    product("LAMP", "05012345678900"),
    product("MUG", barcodes.encode(Kind.PRODUCT, "000002")),
    product("HOOK", "HOOK-EAN"),
)
LOCATIONS = (
    Location(id="A-01-1", walk=1, zone="A"),
    Location(id="A-02-1", walk=2, zone="A"),
    Location(id="B-01-1", walk=3, zone="B"),
    Location(id="DROP-1", walk=90, use="drop"),
)


def line(number: int, sku: str, ordered: int, **counts: int) -> OrderLine:
    """An order line of HOME."""
    return OrderLine(
        number=number, product=f"HOME/{sku}", sku=sku, description=f"{sku} lamp", ordered=ordered, **counts
    )


def order(*lines: OrderLine, state: str = "released", number: str = "1001") -> Order:
    """An order of HOME to Jane Roe, by ROYAL 24."""
    return Order(
        id=f"HOME/{number}",
        owner="HOME",
        number=number,
        state=state,
        received_at=NOW - timedelta(hours=1),
        lines=lines,
        customer="C1",
        ship_to="C1",
        carrier="ROYAL",
        service="24",
    )


def stop(number: int, location: str, sku: str, quantity: int) -> Stop:
    """A stop for a product of HOME."""
    return Stop(
        number=number,
        location=location,
        product=f"HOME/{sku}",
        sku=sku,
        description=f"{sku} lamp",
        quantity=quantity,
    )


def task(*stops: Stop, claimed_by: str | None = "T1", state: str = "claimed") -> PickTask:
    """The pick task of order 1001."""
    return PickTask(
        id="P1",
        order="HOME/1001",
        order_number="1001",
        owner="HOME",
        state=state,
        stops=stops,
        carrier="ROYAL",
        service="24",
        claimed_by=claimed_by,
    )


def small_order() -> tuple[Order, PickTask]:
    """Five lamps on two lines and one mug, allocated, released and claimed by T1."""
    return (
        order(line(1, "LAMP", 2, allocated=2), line(2, "LAMP", 3, allocated=3), line(3, "MUG", 1, allocated=1)),
        task(stop(1, "A-01-1", "LAMP", 5), stop(2, "A-02-1", "MUG", 1)),
    )


def floor_of(*records: Record, terminal: str = "T1") -> Floor:
    """A floor that holds the site, owner, people, places, products, two totes, and `records`."""
    floor = Floor(terminal)
    everything: tuple[Record, ...] = (
        SITE,
        OWNER,
        ADDRESS,
        WORKER,
        *PRODUCTS,
        *LOCATIONS,
        Tote(id="T-01"),
        Tote(id="T-02"),
        *records,
    )
    floor.confirm([(Key(kind_of(each), each.id), each) for each in everything], 1)
    return floor


def happen(floor: Floor, *events: FloorEvent) -> None:
    """Folds events of this terminal, numbered on."""
    for event in events:
        number = 1 + max(floor._pending, default=0)
        floor.fold(Pending(number, event, Told(NOW, floor.terminal, "W1")))
