"""One of each: every kind of event and of record, with every field filled, as this version writes them."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec.structs import replace

from orders.events import (
    DropUndone,
    FloorEvent,
    HandedParcel,
    ItemVerified,
    LabelReprinted,
    ManifestClosed,
    ManifestHandedOver,
    ManifestReopened,
    PackingStarted,
    ParcelLabelled,
    ParcelSealed,
    ParcelVoided,
    PickConfirmed,
    PickShorted,
    PickUndone,
    PrintCancelled,
    PrintFound,
    ProductLabelPrinted,
    ReadBackUndone,
    ScanRefused,
    ShelfConfirmed,
    ShortUndone,
    SkipUndone,
    StopSkipped,
    ToteBound,
    ToteDropped,
    ToteUnbound,
    VerificationUndone,
    Weighed,
    WorkerSignedOff,
    WorkerSignedOn,
)
from orders.records import (
    Discrepancy,
    Hold,
    KeyedItem,
    Manifest,
    MovedDeparture,
    Order,
    OrderParcel,
    Pack,
    Parcel,
    ParcelLine,
    PickTask,
    Record,
    Tote,
)
from orders.workflow_profiles import WorkflowProfile
from tests.floors import ADDRESS, LOCATIONS, NOW, OWNER, PRODUCTS, SITE, WORKER, small_order

SSCC = "095200000000000011"
CONTENTS = (ParcelLine(line=1, product="HOME/LAMP", quantity=2), ParcelLine(line=3, product="HOME/MUG", quantity=1))
WALK = {"task": "P1", "order": "HOME/1001"}
SHELF = {"stop": 1, "location": "A-01-1"}
LAMP = {"product": "HOME/LAMP"}

EVENTS: tuple[FloorEvent, ...] = (
    WorkerSignedOn(worker="W1", by="badge"),
    ToteBound(**WALK, tote="T-01"),
    ToteUnbound(**WALK, tote="T-01"),
    ShelfConfirmed(**WALK, **SHELF),
    ScanRefused(worker="W1", step="pick_item", reason="wrong_product", raw="]E05012345678900"),
    PickConfirmed(**WALK, **SHELF, **LAMP, quantity=2, tote="T-01", is_keyed=True),
    PickUndone(**WALK, **SHELF, **LAMP, quantity=2, tote="T-01"),
    ProductLabelPrinted(**LAMP),
    PickShorted(**WALK, **SHELF, **LAMP, quantity=3, reason="fewer"),
    ShortUndone(**WALK, **SHELF, **LAMP, quantity=3),
    StopSkipped(**WALK, stop=2),
    SkipUndone(**WALK, stop=2),
    ToteDropped(**WALK, tote="T-01", place="DROP-1", is_empty=True),
    DropUndone(**WALK, tote="T-01", place="DROP-1"),
    PackingStarted(order="HOME/1001", tote="T-01", station="BENCH-1"),
    ItemVerified(order="HOME/1001", tote="T-01", **LAMP, quantity=2, is_keyed=True),
    VerificationUndone(order="HOME/1001", tote="T-01", **LAMP, quantity=2),
    ParcelSealed(
        order="HOME/1001",
        order_number="1001",
        tote="T-01",
        parcel=SSCC,
        number=1,
        contents=CONTENTS,
        weight_grams=750,
        is_weight_assumed=True,
        weighed=Weighed(value="0.750", unit="kg", division="0.005", frame="\x0200.750N\r", is_net=True),
        carrier="ROYAL",
        service="24",
        departs_at=NOW,
        moved_from_at=NOW - timedelta(minutes=30),
    ),
    LabelReprinted(order="HOME/1001", parcel=SSCC, copy=2, reason="moved", document="slip", printer="office"),
    PrintCancelled(order="HOME/1001", parcel=SSCC, document="slip", copy=2, reason="asked"),
    PrintFound(order="HOME/1001", parcel=SSCC, document="label", copy=1),
    ParcelLabelled(
        order="HOME/1001",
        parcel=SSCC,
        manifest="M1",
        carrier="ROYAL",
        service="24",
        departs_at=NOW,
        moved_from_at=NOW - timedelta(minutes=30),
    ),
    ReadBackUndone(order="HOME/1001", parcel=SSCC, manifest="M1"),
    ParcelVoided(order="HOME/1001", parcel=SSCC, tote="T-02", reason="asked", contents=CONTENTS, manifest="M1"),
    ManifestClosed(manifest="M1"),
    ManifestReopened(manifest="M1"),
    ManifestHandedOver(manifest="M1", parcels=(HandedParcel(parcel=SSCC, order="HOME/1001"),)),
    WorkerSignedOff(worker="W1"),
)


def order_and_task() -> tuple[Order, PickTask]:
    """The small order and its task in the middle of everything at once."""
    order, task = small_order()
    counts = {"cancelled": 1, "picked": 1, "verified": 1, "packed": 1, "shipped": 1}
    later = {"back_ordered": 1, "back_ordered_since_at": NOW}
    whole_order = replace(
        order,
        lines=(replace(order.lines[0], **counts, **later, price_minor=1999), *order.lines[1:]),
        digest="0123456789abcdef",
        ordered_at=NOW - timedelta(hours=2),
        currency="GBP",
        due_at=NOW + timedelta(hours=6),
        moved_from_at=NOW + timedelta(hours=5),
        priority=5,
        holds=(Hold(reason="address", since_at=NOW),),
        tasks=("P1",),
        parcels=(OrderParcel(sscc=SSCC, number=1, contents=CONTENTS, is_void=True),),
        station="BENCH-1",
        note="Ring twice",
        language="de-AT",
        cancelled_at=NOW,
        benches=("T2", "T1"),
    )
    begun = replace(
        task.stops[0],
        zone="A",
        picked=2,
        shorted=1,
        reason="fewer",
        is_shelf_confirmed=True,
        is_added=True,
        instead_of=2,
    )
    whole_task = replace(
        task,
        stops=(begun, *task.stops[1:]),
        due_at=NOW + timedelta(hours=6),
        priority=5,
        worker="W1",
        lease_ends_at=NOW + timedelta(minutes=30),
        tote="T-01",
        place="DROP-1",
        done=1,
        into="T-02",
    )
    return whole_order, whole_task


RECORDS: tuple[Record, ...] = (
    replace(
        SITE,
        holidays=(date(2026, 12, 25),),
        default_carrier="ROYAL",
        default_service="24",
        workflows=(
            WorkflowProfile(workflow="packing", keyed_items=("sku",), admits=("date",), best_before_passed="taken"),
        ),
        recount_above_pieces=50,
        idle_minutes=15,
        moved=(
            MovedDeparture(
                carrier="ROYAL",
                service="24",
                scheduled_at=NOW - timedelta(minutes=30),
                departs_at=NOW,
                replaces_at=NOW - timedelta(minutes=10),
            ),
        ),
    ),
    OWNER,
    replace(
        ADDRESS,
        company="Roe & Sons",
        region="West Yorkshire",
        phone="+44 113 496 0000",
        owner="HOME",
        lacks=("state, as US has one",),
    ),
    replace(WORKER, is_active=False, left_at=NOW),
    replace(PRODUCTS[0], is_assumed=True, packs=(Pack(name="CASE", quantity=12, barcodes=("15012345678907",)),)),
    replace(LOCATIONS[0], aisle="A", side="left", bay="01", level="1", use="reserve", is_assumed=True),
    Tote(id="T-01", state="picking", task="P1", order="HOME/1001", place="DROP-1"),
    *order_and_task(),
    Parcel(
        id=SSCC,
        order="HOME/1001",
        order_number="1001",
        number=1,
        state="labelled",
        contents=CONTENTS,
        carrier="ROYAL",
        service="24",
        departs_at=NOW,
        moved_from_at=NOW - timedelta(minutes=30),
        weight_grams=750,
        is_weight_assumed=True,
        manifest="M1",
        copies=2,
        sealed_at=NOW,
    ),
    Manifest(
        id="M1",
        carrier="ROYAL",
        service="24",
        state="closed",
        departs_at=NOW,
        moved_from_at=NOW - timedelta(minutes=30),
        parcels=(SSCC,),
    ),
    KeyedItem(id="HOME/LAMP", times=3, since_label=1, labels=1, place="A-01-1", worker="W1", last_at=NOW),
    Discrepancy(
        id="D1",
        reason="too_many",
        remedy="put_back",
        subject="order/HOME/1001",
        opened_at=NOW,
        product="HOME/LAMP",
        place="tote/T-01",
        quantity=1,
        worker="W1",
        terminal="T1",
        state="resolved",
        note="Both were there",
        resolved_at=NOW,
        resolved_by="W1",
        shorts=("P1.1", "P2.4"),
    ),
)
