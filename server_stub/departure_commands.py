"""`floorhand store move-departure`: today's truck comes earlier or later.

Decides what the command asks and prints; times are on the site's clock.
"""

from __future__ import annotations

import secrets
from zoneinfo import ZoneInfo

from server_stub.asking import Asking, Words, say
from server_stub.client import StoreClient
from server_stub.floor_setup import DepartureMoved, MoveDeparture
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
    say(f"  {moved.orders} orders and {moved.parcels} parcels go along")
    return 0


ASKING: dict[str, Asking] = {"move-departure": _move_departure}
