"""A truck that did not come: what stood ready for it goes on the next departure, some parcels a transaction.

Decides which manifest may be given up, and that nothing stays on it. Goods do not move: a handover does that.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from orders import calendar
from orders.records import Manifest, Parcel
from server_stub import manifests, schema
from server_stub.books import Books
from server_stub.floor_setup import RolledOver
from server_stub.problems import Refusal, shown, unknown

# One transaction moves so many parcels at most.
SLICE = 100

# A label is read back within a minute, so these are few.
_SEALED = (
    select(schema.record.c.id)
    .where(schema.record.c.kind == "parcel", schema.record.c.state == "sealed")
    .order_by(schema.record.c.id)
)


class Rolling(msgspec.Struct, frozen=True):
    """How many parcels have gone over so far."""

    parcels: int


def roll_slice(books: Books, id: str) -> RolledOver:
    """Moves the next parcels of that manifest; none are left where it moved none. A Refusal where it is not missed."""
    missed = books.find(Manifest, id)
    if missed is None:
        raise unknown("manifest", id)
    if missed.state == "handed_over":
        raise _refused("a manifest that was not handed over", f"{id}, which was", "look at the dock which one waits")
    if missed.departs_at is None or missed.departs_at > books.now:
        raise _refused(
            "a manifest whose departure has passed",
            f"{id}, which has not",
            "say when its truck will come: floorhand store move-departure",
        )
    if calendar.departure_behind(books.site, missed, books.now) is None:
        raise _refused("a next departure", "none in the site's cut-offs", "add one: floorhand store site")
    standing = missed.parcels[:SLICE]
    if standing:
        books.put(replace(missed, parcels=missed.parcels[SLICE:]))
    standing = standing or tuple(_unlabelled(books, missed))
    target = manifests.put_behind(books, missed, standing)
    return RolledOver(
        manifest=target.id, parcels=len(standing), time_zone=books.site.time_zone, departs_at=target.departs_at
    )


def _unlabelled(books: Books, missed: Manifest) -> Iterator[str]:
    """Parcels that are sealed for that truck, and whose labels were not read back yet."""
    departure = (missed.carrier, missed.service, missed.scheduled_at)
    for parcel in books.records(Parcel, _SEALED):
        if (parcel.carrier, parcel.service, parcel.scheduled_at) == departure:
            yield parcel.id


def _refused(expected: str, came: str, remedy: str) -> Refusal:
    return Refusal(409, "not_missed", expected=expected, came=shown(came), remedy=remedy)
