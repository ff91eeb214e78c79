"""`floorhand store add-terminal | revoke | device-lost | revoke-worker | add-token | ...`: who may ask, who no longer.

Decides what these commands ask and print. A secret is printed once, where it is made.
"""

from __future__ import annotations

from server_stub.asking import Asking, Words, say
from server_stub.client import StoreClient
from server_stub.floor_setup import (
    CodeGiven,
    Done,
    NamedTokens,
    NewCode,
    NewToken,
    Revoke,
    Revoked,
    Terminals,
    TokenGiven,
    TokenRevoke,
    WorkerLeft,
)
from server_stub.place import Place


async def _add_terminal(client: StoreClient, words: Words, place: Place) -> int:
    new = NewCode(role=words.role, station=words.station)
    given = await client.ask("POST", "/v1/terminals", CodeGiven, new)
    say(f"One-time code, until {given.expires_at:%Y-%m-%d %H:%M} UTC: {given.code}")
    return 0


async def _revoke(client: StoreClient, words: Words, place: Place) -> int:
    await client.ask("POST", "/v1/terminals/revoke", Revoked, Revoke(terminal=words.terminal))
    say(f"Terminal {words.terminal} is out; the tasks it held are free")
    return 0


async def _device_lost(client: StoreClient, words: Words, place: Place) -> int:
    asked = Revoke(terminal=words.terminal, is_lost=True)
    revoked = await client.ask("POST", "/v1/terminals/revoke", Revoked, asked)
    say(f"Terminal {words.terminal} is out: whoever holds it can ask the store nothing more")
    for task in revoked.tasks:
        say(f"  look at walk {task}: its last scans may be in no book (`floorhand store discrepancies`)")
    say("Give new badges to whoever signed on there: `floorhand store add-worker NAME --new-badge`")
    return 0


async def _revoke_worker(client: StoreClient, words: Words, place: Place) -> int:
    await client.ask("POST", "/v1/workers/revoke", Done, WorkerLeft(worker=words.worker))
    say(f"{words.worker} works here no more: badge and PIN open nothing, on each device once it hears of it")
    return 0


async def _terminals(client: StoreClient, words: Words, place: Place) -> int:
    listed = await client.ask("GET", "/v1/terminals", Terminals)
    for each in listed.terminals:
        say(f"{each.id}  {each.name}  {each.station or '-'}  {'revoked' if each.is_revoked else each.role}")
    return 0


async def _add_token(client: StoreClient, words: Words, place: Place) -> int:
    asked = NewToken(label=words.label, role=words.role, owner=words.owner)
    given = await client.ask("POST", "/v1/tokens", TokenGiven, asked)
    say(f"Token of {given.label} (shown this once): {given.token}")
    return 0


async def _revoke_token(client: StoreClient, words: Words, place: Place) -> int:
    await client.ask("POST", "/v1/tokens/revoke", Done, TokenRevoke(label=words.label))
    say(f"The token of {words.label} is out")
    return 0


async def _tokens(client: StoreClient, words: Words, place: Place) -> int:
    listed = await client.ask("GET", "/v1/tokens", NamedTokens)
    for each in listed.tokens:
        say(f"{each.label}  {'revoked' if each.is_revoked else each.role}  {each.owner or 'every owner'}")
    return 0


ASKING: dict[str, Asking] = {
    "add-terminal": _add_terminal,
    "revoke": _revoke,
    "device-lost": _device_lost,
    "terminals": _terminals,
    "revoke-worker": _revoke_worker,
    "add-token": _add_token,
    "revoke-token": _revoke_token,
    "tokens": _tokens,
}
