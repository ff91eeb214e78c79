"""`floorhand store keyed`: the products whose labels could not be read, so that somebody prints new ones.

Decides what is listed and in which order: what was keyed most since its last new label stands first.
"""

from __future__ import annotations

from orders.records import KeyedItem
from server_stub.asking import Asking, Words, say
from server_stub.client import StoreClient
from server_stub.place import Place


async def _keyed(client: StoreClient, words: Words, place: Place) -> int:
    found = [each async for each in client.records("keyed_item") if isinstance(each, KeyedItem)]
    due = sorted((each for each in found if each.since_label), key=lambda each: (-each.since_label, each.id))
    for each in due:
        when = f"{each.last_at:%Y-%m-%d %H:%M} UTC" if each.last_at else "-"
        before = f", {each.times} in all, new labels so far: {each.labels}" if each.labels else ""
        say(f"{each.id}: keyed {each.since_label} x{before}")
        say(f"  last at {each.place or '-'} by {each.worker or '-'}, {when}")
    if not due:
        say("No product was keyed since its last new label")
    else:
        want = "1 product wants" if len(due) == 1 else f"{len(due)} products want"
        say(f"{want} a new label: whoever keys one can print it there")
    return 0


ASKING: dict[str, Asking] = {"keyed": _keyed}
