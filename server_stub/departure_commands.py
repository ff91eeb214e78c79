"""`floorhand store move-departure | roll-over`: a truck comes earlier or later, or did not come.

Decides what the commands ask and print; times are on the site's clock.
"""

from __future__ import annotations

import secrets
from zoneinfo import ZoneInfo

from server_stub.asking import Asking, Words, say
from server_stub.client import StoreClient
from server_stub.floor_setup import DepartureMoved, MoveDeparture, RolledOver, RollOver
from server_stub.place import Place


async def _move_departure(client: StoreClient, words: Words, place: Place) -> int:
    asked = MoveDeparture(
        key=secrets.token_hex(16),
        carrier=words.carrier,
        service=words.service,
        to=words.to,
        departure=words.departure,
    )
    moved = await client.ask("POST", "/v1/departures/move", DepartureMoved, asked)
    zone = ZoneInfo(moved.time_zone)
    departs, scheduled = (each.astimezone(zone) for each in (moved.departs_at, moved.scheduled_at))
    named = " ".join(filter(None, (moved.carrier, moved.service)))
    say(
        f"{named} leaves {departs:%a %H:%M}"
        + (f", not {scheduled:%a %H:%M}" if departs != scheduled else ", as planned")
    )
    say(f"  {_counted(moved.orders, 'order')} and {_counted(moved.parcels, 'parcel')} changed with it")
    return 0


async def _roll_over(client: StoreClient, words: Words, place: Place) -> int:
    asked = RollOver(key=secrets.token_hex(16), manifest=words.manifest)
    rolled = await client.ask("POST", "/v1/departures/roll-over", RolledOver, asked)
    when = f", {rolled.departs_at.astimezone(ZoneInfo(rolled.time_zone)):%a %H:%M}" if rolled.departs_at else ""
    say(f"{_counted(rolled.parcels, 'parcel')} went from {words.manifest} to {rolled.manifest}{when}")
    return 0


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


ASKING: dict[str, Asking] = {"move-departure": _move_departure, "roll-over": _roll_over}
