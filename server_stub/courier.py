"""Carries webhook messages: signed, one at a time for each order, again after a failure, never where it must not go.

Follows the Standard Webhooks specification (headers webhook-id, webhook-timestamp, webhook-signature). Decides how a
message travels and what an answer means. A receiver may get a message twice, and knows it by its id.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import ipaddress
import logging
import socket
import time
from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from server_stub import webhooks
from server_stub.schema import instant
from server_stub.webhooks import Said

if TYPE_CHECKING:
    import httpx

    from server_stub.store import Store

LOOK_AGAIN_SECONDS = 1.0
_PATIENCE_SECONDS = 15.0
_AT_ONCE = 8
_LONGEST_ANSWER = 300
_log = logging.getLogger(__name__)


class Message(msgspec.Struct, frozen=True):
    """One message of the outbox with what its webhook says of the way."""

    number: int
    type: str
    body: bytes
    webhook: str
    url: str
    secret: str
    is_private: bool


class NotThere(Exception):
    """The address must not be asked, or has none; the text says why."""


class Courier:
    """Looks for due messages of a store and carries them, until it is told to stop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stopped = asyncio.Event()
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_AT_ONCE))

    async def run(self) -> None:
        """Carries what is due, and looks again a second later."""
        import httpx

        async with httpx.AsyncClient(timeout=_PATIENCE_SECONDS, follow_redirects=False, trust_env=False) as http:
            while not self._stopped.is_set():
                try:
                    carried = await self.carry(http)
                except Exception:  # a full disk or a lost database: what waits, waits on
                    _log.exception("webhook messages wait")
                    carried = 0
                if not carried:
                    await self._pause()

    def stop(self) -> None:
        """Lets `run` end after what it carries now."""
        self._stopped.set()

    async def carry(self, http: httpx.AsyncClient) -> int:
        """One round: the oldest due message of each order and webhook; gives how many there were."""
        due = self._store.reader.due_messages(instant(self._store.clock()))
        if not due:
            return 0
        begun = await self._store.write(lambda books: webhooks.begin(books, [each.number for each in due]))
        ended = await asyncio.gather(*(self._carry_one(http, each) for each in due if each.number in begun))
        await self._store.write(lambda books: webhooks.settle(books, ended))
        return len(due)

    async def _carry_one(self, http: httpx.AsyncClient, message: Message) -> Said:
        async with self._turns[message.webhook]:
            said = await send(http, message, int(time.time()))
        if not said.is_taken:
            told = {"webhook": message.webhook, "message": message.number, "said": said.why}
            _log.warning("a webhook message was not taken", extra={"told": told})
        return said

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopped.wait(), LOOK_AGAIN_SECONDS)
        except TimeoutError:
            return


async def send(http: httpx.AsyncClient, message: Message, at_seconds: int) -> Said:
    """One attempt, and what it ended in. A redirect is not followed: it could lead anywhere."""
    import httpx

    try:
        address = await resolved(message.url, is_private=message.is_private)
        parts = httpx.URL(message.url)
        answer = await http.post(
            # To the very address that was looked at: a name may have another one a moment later.
            parts.copy_with(host=address),
            content=message.body,
            headers={"host": parts.netloc.decode("ascii"), "content-type": "application/json"}
            | signed(message, at_seconds),
            extensions={"sni_hostname": parts.host},
        )
    except NotThere as error:
        return Said(message.number, is_taken=False, why=str(error))
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Said(message.number, is_taken=False, why=(str(error) or type(error).__name__)[:_LONGEST_ANSWER])
    if answer.is_success:
        return Said(message.number, is_taken=True)
    return Said(
        message.number,
        is_taken=False,
        why=f"it answered {answer.status_code}",
        is_gone=answer.status_code == httpx.codes.GONE,
        retry_after_seconds=_seconds(answer.headers.get("retry-after", "")),
    )


def signed(message: Message, at_seconds: int) -> dict[str, str]:
    """The three headers by which a receiver knows the message: HMAC-SHA256 over id, time and body."""
    id = f"msg_{message.number}"
    content = f"{id}.{at_seconds}.".encode() + message.body
    signature = base64.b64encode(hmac.digest(base64.b64decode(message.secret), content, sha256)).decode()
    return {"webhook-id": id, "webhook-timestamp": str(at_seconds), "webhook-signature": f"v1,{signature}"}


async def resolved(url: str, *, is_private: bool) -> str:
    """The network address behind a webhook's name; NotThere where it has none, or one inside that is not allowed."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotThere(f"{host} has no address") from error
    addresses = [str(each[4][0]) for each in found]
    if not is_private and (inside := _inside(addresses)):
        raise NotThere(f"{host} is {inside}, which is not on the public internet: allow it with --private")
    return addresses[0]


def _inside(addresses: Sequence[str]) -> str:
    """The first address that is not public, with an IPv4 address inside of an IPv6 one taken for itself."""
    for text in addresses:
        address = ipaddress.ip_address(text.partition("%")[0])
        if isinstance(address, ipaddress.IPv6Address):
            address = address.ipv4_mapped or address.sixtofour or address
        if not address.is_global or address.is_multicast:
            return text
    return ""


def _seconds(retry_after: str) -> int:
    return min(int(retry_after), 86_400) if retry_after.isascii() and retry_after.isdecimal() else 0
