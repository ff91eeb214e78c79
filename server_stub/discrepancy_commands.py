"""`floorhand store discrepancies | count | put-back | resolve`: what floor and books disagree on, and settling it.

Decides what these commands ask and print; each discrepancy is shown with the command that settles it.
"""

from __future__ import annotations

import secrets
import shlex

from orders.records import Discrepancy, Worker
from orders.verdicts import Denial
from server_stub.asking import Asking, Words, say
from server_stub.client import StoreClient, StoreError
from server_stub.floor_repairs import PutBack, PutBackDone, Resolve, ShelfCount, ShelfCounted
from server_stub.floor_setup import Done
from server_stub.place import Place

# What `count` answers to a script where the count is kept, and not booked before another person agrees.
WAITS_FOR_ANOTHER = 3


async def _discrepancies(client: StoreClient, words: Words, place: Place) -> int:
    count = 0
    async for each in client.records("discrepancy", "open"):
        if isinstance(each, Discrepancy):
            count += 1
            say(f"{each.id}  since {each.opened_at:%Y-%m-%d %H:%M} UTC")
            say(f"  {_what_and_where(each)}")
            say(f"  {_settled_by(each)}")
    say(f"{count} discrepancies are open" if count else "Floor and books agree")
    return 0


async def _count(client: StoreClient, words: Words, place: Place) -> int:
    owner, _, sku = words.sku.rpartition("/")
    asked = ShelfCount(
        key=secrets.token_hex(16),
        owner=owner or await client.only_owner("write the SKU as OWNER/SKU"),
        sku=sku,
        location=words.location,
        quantity=words.quantity,
        counted_by=words.by or await _only_supervisor(client),
    )
    counted = await client.ask("POST", "/v1/counts", ShelfCounted, asked)
    if not counted.is_booked:
        say(
            f"{counted.product} at {counted.location}: {counted.counted}, counted by {asked.counted_by}, is kept, not"
            " booked: the book is far from that. Let another person count there too, without being told the number:"
        )
        say(f"  floorhand store count {counted.location} {shlex.quote(counted.product)} QUANTITY --by WORKER")
        return WAITS_FOR_ANOTHER
    say(
        f"{counted.product} at {counted.location}: the book showed {counted.book}, counted {counted.counted}"
        f" ({counted.difference:+d}); the shelf may be picked"
    )
    for id in counted.resolved:
        say(f"  resolved: {id}")
    for id in counted.taken_off:
        say(f"  {id} lost its claim here: it gets another shelf, or waits")
    return 0


async def _put_back(client: StoreClient, words: Words, place: Place) -> int:
    asked = PutBack(key=secrets.token_hex(16), discrepancy=words.discrepancy, location=words.location)
    done = await client.ask("POST", "/v1/put-backs", PutBackDone, asked)
    say(f"{done.quantity} of {done.product} went from {done.source} to {done.target} and are available again")
    return 0


async def _resolve(client: StoreClient, words: Words, place: Place) -> int:
    asked = Resolve(key=secrets.token_hex(16), discrepancy=words.discrepancy, note=words.note)
    await client.ask("POST", "/v1/discrepancies/resolve", Done, asked)
    say(f"{words.discrepancy} is resolved")
    return 0


async def _only_supervisor(client: StoreClient) -> str:
    workers = [each async for each in client.records("worker") if isinstance(each, Worker)]
    supervisors = [each.id for each in workers if "supervisor" in each.roles and each.is_active]
    if len(supervisors) != 1:
        raise StoreError(f"this store has {len(supervisors)} supervisors: say who counted with --by WORKER")
    return supervisors[0]


# What a word for a reason does not say.
_MEANT = {Denial.SEALED_TWICE.value: "; two labels for one tote: this one is void, take it off"}


def _what_and_where(found: Discrepancy) -> str:
    what = f"{found.quantity} of {found.product}" if found.quantity else found.product or found.subject
    where = f" at {found.place}" if found.place else ""
    shown = f"{found.remedy.replace('_', '-')} ({found.reason}): {what}{where}"
    if found.reason == "counted_once":
        return f"{shown}, counted once by {found.worker}, waits for another person"
    who = " on ".join(filter(None, (found.worker, found.terminal)))
    told = f", told by {who}" if who else ""
    return f"{shown}{told}{_MEANT.get(found.reason, '')}"


def _settled_by(found: Discrepancy) -> str:
    id = shlex.quote(found.id)
    match found.remedy:
        case "count":
            location = found.place.partition("/")[2]
            by = " --by WORKER" if found.reason == "counted_once" else ""
            return f"floorhand store count {location} {shlex.quote(found.product)} QUANTITY{by}"
        case "put_back":
            return f"floorhand store put-back {id} LOCATION"
        case "look":
            return f"floorhand store resolve {id} --note TEXT"


ASKING: dict[str, Asking] = {
    "discrepancies": _discrepancies,
    "count": _count,
    "put-back": _put_back,
    "resolve": _resolve,
}
