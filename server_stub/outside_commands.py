"""`floorhand store add-webhook | drop-webhook | resume-webhook | webhooks | export`: what others hear of this store.

Decides what these commands ask and print. An exported file is there whole or not at all.
"""

from __future__ import annotations

from datetime import datetime

from server_stub.asking import Asking, Words, say
from server_stub.client import StoreClient
from server_stub.floor_setup import Done, NewWebhook, WaitingMessage, WebhookGiven, WebhookId, Webhooks
from server_stub.place import Place


async def _add_webhook(client: StoreClient, words: Words, place: Place) -> int:
    asked = NewWebhook(
        id=words.id, url=words.receiver, states=tuple(words.state), owner=words.owner, is_private=words.private
    )
    given = await client.ask("POST", "/v1/webhooks", WebhookGiven, asked)
    say(f"{words.receiver} hears of orders that are {', '.join(words.state)}")
    say(f"Its secret (shown this once): {given.secret}")
    return 0


async def _drop_webhook(client: StoreClient, words: Words, place: Place) -> int:
    await client.ask("POST", "/v1/webhooks/drop", Done, WebhookId(id=words.id))
    say(f"{words.id} hears nothing more")
    return 0


async def _resume_webhook(client: StoreClient, words: Words, place: Place) -> int:
    await client.ask("POST", "/v1/webhooks/resume", Done, WebhookId(id=words.id))
    say(f"{words.id} is tried again with all that waits")
    return 0


async def _webhooks(client: StoreClient, words: Words, place: Place) -> int:
    listed = await client.ask("GET", "/v1/webhooks", Webhooks)
    for each in listed.webhooks:
        paused = f"; paused: {each.paused_because}" if each.paused_because else ""
        say(f"{each.id}  {each.url}  {' '.join(each.states)}  {each.waiting} waiting{paused}")
        for message in each.messages:
            say(f"  {_why(message, is_paused=bool(each.paused_because))}")
        if (more := each.waiting - len(each.messages)) > 0:
            say(f"  ... and {more} more")
    return 0


def _why(message: WaitingMessage, *, is_paused: bool) -> str:
    """One line of what waits: which, since when, why, and what comes next."""
    told = f"{message.id}  {message.order}  {message.type}  since {_at(message.waiting_since)}"
    if message.behind:
        return f"{told}: behind {message.behind} of the same order"
    if message.attempts:
        times = "once" if message.attempts == 1 else f"{message.attempts} times"
        # An attempt that is under way, or was cut off, has said nothing yet.
        said = message.said or "no answer yet"
        told += f": tried {times}, {said}"
    else:
        told += ": not tried yet"
    if is_paused:
        return f"{told}; paused"
    return f"{told}; next try {_at(message.next_try_at)}" if message.next_try_at else told


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"


async def _export(client: StoreClient, words: Words, place: Place) -> int:
    draft = words.file.with_name(f".{words.file.name}.part")
    try:
        with draft.open("wb") as file:
            await client.download(f"/v1/export/{words.table}", file, format=words.format)
        draft.replace(words.file)
    finally:
        draft.unlink(missing_ok=True)
    say(f"The {words.table} are in {words.file}")
    return 0


ASKING: dict[str, Asking] = {
    "add-webhook": _add_webhook,
    "drop-webhook": _drop_webhook,
    "resume-webhook": _resume_webhook,
    "webhooks": _webhooks,
    "export": _export,
}
