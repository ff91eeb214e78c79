"""Which truck a parcel goes by: label, preview, manifest and queue say the same one, offline and online alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from orders.events import ParcelLabelled, ParcelSealed
from orders.identifiers import sscc
from orders.records import CutOff, Key, Manifest, MovedDeparture, Site
from terminal import wording
from terminal.board import Board
from terminal.documents import label_of
from terminal.workflows import acts
from terminal.workflows.steps import ACommand, Here, Looks, PackWait, Picking, Shipping
from tests.floors import SITE, WORKER, floor_of, small_order
from tests.terminal.operators import DROP, LAMP, MUG, NEXT_SHELF, PRINTS, SHELF, SSCC, TOTE, Operator, command

EVERY_DAY = tuple(range(7))
EVENING = replace(
    SITE,
    cut_offs=(
        CutOff(
            carrier="ROYAL",
            service="24",
            weekdays=EVERY_DAY,
            promise="20:30",
            last_release="21:00",
            departs="21:50",
            dock_minutes=20,
        ),
    ),
)
TONIGHT = datetime(2026, 11, 24, 21, 50, tzinfo=UTC)  # a Tuesday
LATER = TONIGHT.replace(hour=22, minute=20)
LATE = replace(EVENING, moved=(MovedDeparture(carrier="ROYAL", service="24", scheduled_at=TONIGHT, departs_at=LATER),))


def at(text: str, day: int = 24) -> datetime:
    hour, _, minute = text.partition(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=UTC)


def ready_to_seal(now: datetime, due_at: datetime | None, site: Site = EVENING, **order_fields: Any) -> Operator:
    """A packer with everything verified at `now`, for an order that is due then."""
    order, walk = small_order()
    order = replace(order, due_at=due_at, **order_fields)
    floor = floor_of(order, walk)
    floor.confirm([(Key("site", site.id), site)], 2)
    operator = Operator(Picking("P1"), floor)
    operator.here = Here(now=now, terminal="T1", worker=WORKER, next_sscc=lambda owner: SSCC, prints=PRINTS)
    operator.scan(TOTE).scan(SHELF).scan(LAMP).key("5").scan(NEXT_SHELF).scan(MUG).scan(DROP)
    operator.step = PackWait()
    return operator.scan(TOTE).scan(LAMP).key("5").scan(MUG)


def sealed_everywhere(operator: Operator) -> dict[str, str]:
    """Seals and labels the parcel; what each place says of its departure."""
    operator._take(ACommand(acts.PREVIEW))
    assert isinstance(operator.last, Looks) and operator.last.sealing is not None
    preview = operator.last.sealing
    (sealed,) = operator.scan(command(acts.SEAL)).events
    assert isinstance(sealed, ParcelSealed)
    floor = operator.floor
    parcel = floor.parcel(SSCC)
    assert parcel is not None
    label = label_of(parcel, floor)
    (labelled,) = operator.scan(f"]C100{SSCC}").events
    assert isinstance(labelled, ParcelLabelled)
    manifest = floor.manifest(labelled.manifest)
    assert manifest is not None
    operator.step = Shipping(manifest.id)
    return {
        "preview": label_of(preview, floor).route,
        "label": label.route,
        "parcel": wording.departs(parcel.departs_at, floor.site),
        "dock": operator.asked.description,
        "queue": wording.departs(Board(floor).row(0).due_at, floor.site),
        "manifest": manifest.id,
    }


def test_a_parcel_sealed_after_the_promise_takes_todays_truck_wherever_one_looks() -> None:
    said = sealed_everywhere(ready_to_seal(at("20:33"), TONIGHT))
    assert said.pop("manifest") == "ROYAL-24-20261124-2150"
    assert set(said.values()) == {"Tue 21:50"}, said


@pytest.mark.parametrize(
    ("now", "due_at", "departs"),
    [
        ("20:29", at("21:50"), "Tue 21:50"),
        ("21:29", at("21:50"), "Tue 21:50"),
        ("21:30", at("21:50"), "Wed 21:50"),
        ("20:33", at("21:50", 23), "Tue 21:50"),
        ("20:33", at("21:50", 26), "Thu 21:50"),
        ("20:33", None, "Tue 21:50"),
        ("21:31", None, "Wed 21:50"),
    ],
)
def test_a_parcel_goes_by_what_its_order_is_due_on_while_the_dock_can_be_reached(
    now: str, due_at: datetime | None, departs: str
) -> None:
    said = sealed_everywhere(ready_to_seal(at(now), due_at))
    del said["queue"]
    day = {"Tue": 24, "Wed": 25, "Thu": 26}[departs[:3]]
    assert said.pop("manifest") == f"ROYAL-24-202611{day}-2150"
    assert set(said.values()) == {departs}, said


def test_a_truck_that_leaves_later_is_shown_so_everywhere_and_keeps_its_name() -> None:
    # Half past nine has gone by: with the scheduled departure the parcel would have missed it.
    said = sealed_everywhere(ready_to_seal(at("21:45"), LATER, LATE, moved_from_at=TONIGHT))
    assert said.pop("manifest") == "ROYAL-24-20261124-2150"
    assert set(said.values()) == {"Tue 22:20"}, said


def test_a_device_that_has_not_heard_of_it_puts_its_parcels_on_the_same_manifest() -> None:
    offline = sealed_everywhere(ready_to_seal(at("20:33"), TONIGHT))
    online = sealed_everywhere(ready_to_seal(at("20:33"), LATER, LATE, moved_from_at=TONIGHT))
    # The site has come here, and what became of the order has not yet.
    between = sealed_everywhere(ready_to_seal(at("20:33"), TONIGHT, LATE))
    assert offline["manifest"] == online["manifest"] == between["manifest"]
    assert (offline["label"], online["label"], between["label"]) == ("Tue 21:50", "Tue 22:20", "Tue 22:20")


def test_the_dock_counts_what_is_sealed_for_a_truck_whenever_it_leaves() -> None:
    operator = ready_to_seal(at("20:33"), TONIGHT).scan(command(acts.SEAL))
    other = Manifest(
        id="ROYAL-24-20261124-2150",
        carrier="ROYAL",
        service="24",
        departs_at=LATER,
        moved_from_at=TONIGHT,
        parcels=(sscc("952000", 7),),
    )
    operator.floor.confirm([(Key("manifest", other.id), other)], 3)
    operator.step = Shipping(other.id)
    assert "1 sealed, label not read back" in operator.asked.details
