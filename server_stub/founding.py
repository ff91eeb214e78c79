"""Makes a new store: folder, database, site, owner, first supervisor, first one-time code.

Decides that a store is there whole or not at all: it is built beside its name and takes it last.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from orders.intake import Intake, NewLocation
from orders.records import Address
from server_stub import migration, papers, people, store
from server_stub.authority import ADMIN
from server_stub.client import StoreClient, in_process
from server_stub.database import open_at
from server_stub.embedded import Embedded
from server_stub.floor_setup import (
    CodeGiven,
    Done,
    NewCode,
    NewWorker,
    OwnerSet,
    SiteSet,
    WorkerAdded,
)
from server_stub.place import Place, PlaceError
from server_stub.postgresql import Postgres
from server_stub.store import Store
from server_stub.transfer import load

DROP_PLACE = "DROP-1"


class Plan(msgspec.Struct, frozen=True):
    """What the first store is made of."""

    site: SiteSet
    owners: tuple[OwnerSet, ...]
    supervisor: str


class Founded(msgspec.Struct, frozen=True):
    """What is told once, and to nobody else."""

    supervisor: str
    badge_file: Path
    pin: str
    code: str
    code_expires_at: datetime


async def make(place: Place, plan: Plan, now: datetime) -> Founded:
    """Makes the store in `place`; PlaceError where there is one already."""
    with place.hold():
        refuse_second(place)
        draft = place.folder / "founding.db"
        for part in (*place.folder.glob("founding.db*"), place.audit_heads):
            part.unlink(missing_ok=True)
        store.found(draft, now)
        opened = await Store.open(draft, audit_heads=place.audit_heads)
        try:
            token = people.new_token()
            await opened.write(lambda books: people.give_token(books, token, ADMIN, None))
            opened.tokens.reload()
            async with in_process(opened, token) as client:
                founded = await _furnish(client, place, plan)
        finally:
            await opened.close()
        place.keep_token(token)
        _take_place(place, Embedded(draft))
        return founded


def refuse_second(place: Place) -> None:
    """PlaceError where there is a store already."""
    # The folder keeps one store's token, wherever the database is.
    if place.database.exists():
        place.require()
        raise PlaceError(f"there is a store in {place.folder} already: use it, or choose another --folder")
    if place.address and migration.revision(there := open_at(place.address)) is not None:
        raise PlaceError(f"there is a store in {there.name} already: use it, or name another --database")


def _take_place(place: Place, made: Embedded) -> None:
    if place.address:
        there = open_at(place.address)
        assert isinstance(there, Postgres)
        load(made, there)
        made.path.unlink()
    else:
        made.fold_log()
        made.path.replace(place.database)


async def _furnish(client: StoreClient, place: Place, plan: Plan) -> Founded:
    await client.ask("PUT", "/v1/site", Done, plan.site)
    for owner in plan.owners:
        await client.ask("PUT", "/v1/owners", Done, owner)
    # A walk ends by scanning a drop place; one stands until the real ones are imported.
    drop = NewLocation(code=DROP_PLACE, zone="DROP", use="drop", is_assumed=True)
    await client.intake(Intake(locations=(drop,)))
    pin = people.new_pin()
    everything = NewWorker(name=plan.supervisor, roles=("supervisor", "picker", "packer"), pin=pin)
    added = await client.ask("POST", "/v1/workers", WorkerAdded, everything)
    badge_file = papers.write_badge(place.papers, added.worker, plan.supervisor, "supervisor", added.badge)
    given = await client.ask("POST", "/v1/terminals", CodeGiven, NewCode())
    return Founded(
        supervisor=added.worker,
        badge_file=badge_file,
        pin=pin,
        code=given.code,
        code_expires_at=given.expires_at,
    )


def unnamed_site(name: str, time_zone: str) -> SiteSet:
    """A site of which only name and clock are known yet."""
    return SiteSet(name=name, time_zone=time_zone, sender=Address(id="sender", name=name))
