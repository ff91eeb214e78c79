"""Carries webhook messages: signed, one at a time for each order, again after a failure, never where it must not go.

Follows the Standard Webhooks specification (headers webhook-id, webhook-timestamp, webhook-signature). Decides how a
message travels and what an answer means. A receiver may get a message twice, and knows it by its id.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import logging
import time
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from server_stub import webhooks
from server_stub.receivers import NotThere, resolved
from server_stub.schema import instant
from server_stub.webhooks import Said

if TYPE_CHECKING:
    import httpx

    from server_stub.store import Store

LOOK_AGAIN_SECONDS = 1.0
# One attempt from the name to the answer; less than the lease under which it is made.
LONGEST_SECONDS = 30.0
_PATIENCE_SECONDS = 15.0
_GRACE_SECONDS = 5.0
_AT_ONCE = 8
_LONGEST_ANSWER = 300
_LONGEST_BODY_BYTES = 64 * 1024
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


class Courier:
    """Looks for due messages of a store and carries them, until it is told to stop. Each webhook has a lane of its own,
    so that a receiver that is slow or dead holds nobody else's messages up.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stopped = asyncio.Event()
        self._lanes: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Carries what is due, and looks again a second later; what is under way at the end has a moment to finish."""
        import httpx

        async with httpx.AsyncClient(timeout=_PATIENCE_SECONDS, follow_redirects=False, trust_env=False) as http:
            try:
                while not self._stopped.is_set():
                    self._look(http)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._stopped.wait(), LOOK_AGAIN_SECONDS)
            finally:
                await self._end()

    def stop(self) -> None:
        """Lets `run` end."""
        self._stopped.set()

    async def carry(self, http: httpx.AsyncClient) -> int:
        """One round of every webhook; gives how many messages were due."""
        return sum(await asyncio.gather(*(self._carry_some(http, each) for each in self._waiting())))

    def _look(self, http: httpx.AsyncClient) -> None:
        try:
            waiting = self._waiting()
        except Exception:  # a lost database: what waits, waits on
            _log.exception("webhook messages wait")
            return
        for webhook in waiting:
            lane = self._lanes.get(webhook)
            if lane is None or lane.done():
                self._lanes[webhook] = asyncio.create_task(self._follow(http, webhook))

    async def _follow(self, http: httpx.AsyncClient, webhook: str) -> None:
        try:
            while not self._stopped.is_set() and await self._carry_some(http, webhook):
                pass
        except Exception:  # a full disk or a lost database: what waits, waits on
            _log.exception("messages of webhook %s wait", webhook)

    async def _end(self) -> None:
        """Whatever does not end by itself is cut off: it waits in the outbox, and is sent again."""
        under_way = [lane for lane in self._lanes.values() if not lane.done()]
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=_GRACE_SECONDS)
            for lane in late:
                lane.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _waiting(self) -> list[str]:
        return self._store.reader.due_webhooks(instant(self._store.clock()))

    async def _carry_some(self, http: httpx.AsyncClient, webhook: str) -> int:
        """One round of one webhook: the oldest due message of each of some orders; gives how many there were."""
        due = self._store.reader.due_messages(instant(self._store.clock()), webhook, _AT_ONCE)
        if not due:
            return 0
        begun = await self._store.write(lambda books: webhooks.begin(books, [each.number for each in due]))
        ended = await asyncio.gather(*(self._carry_one(http, each) for each in due if each.number in begun))
        await self._store.write(lambda books: webhooks.settle(books, ended))
        return len(due)

    async def _carry_one(self, http: httpx.AsyncClient, message: Message) -> Said:
        said = await send(http, message, int(time.time()))
        if not said.is_taken:
            told = {"webhook": message.webhook, "message": message.number, "said": said.why}
            _log.warning("a webhook message was not taken", extra={"told": told})
        return said


async def send(
    http: httpx.AsyncClient, message: Message, at_seconds: int, longest_seconds: float = LONGEST_SECONDS
) -> Said:
    """One attempt, and what it ended in. A redirect is not followed: it could lead anywhere."""
    import httpx

    try:
        # However slowly a receiver answers, the attempt ends before another process may make it anew.
        async with asyncio.timeout(longest_seconds):
            return await _asked(http, message, at_seconds)
    except NotThere as error:
        why = str(error)
    except TimeoutError:
        why = f"it did not answer within {longest_seconds:g} s"
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        why = str(error) or type(error).__name__
    return Said(message.number, is_taken=False, why=why[:_LONGEST_ANSWER])


async def _asked(http: httpx.AsyncClient, message: Message, at_seconds: int) -> Said:
    import httpx

    address = await resolved(message.url, is_private=message.is_private)
    parts = httpx.URL(message.url)
    asking = http.stream(
        "POST",
        # To the very address that was looked at: a name may have another one a moment later.
        parts.copy_with(host=address),
        content=message.body,
        headers={"host": parts.netloc.decode("ascii"), "content-type": "application/json"}
        | signed(message, at_seconds),
        extensions={"sni_hostname": parts.raw_host.decode("ascii")},
    )
    async with asking as answer:
        await _pass_over(answer)
    if answer.is_success:
        return Said(message.number, is_taken=True)
    return Said(
        message.number,
        is_taken=False,
        why=f"it answered {answer.status_code}",
        is_gone=answer.status_code == httpx.codes.GONE,
        retry_after_seconds=_seconds(answer.headers.get("retry-after", "")),
    )


async def _pass_over(answer: httpx.Response) -> None:
    """Reads a short body to its end, so that the connection serves again; leaves a long one where it is."""
    size = 0
    async for part in answer.aiter_raw():
        size += len(part)
        if size > _LONGEST_BODY_BYTES:
            return


def signed(message: Message, at_seconds: int) -> dict[str, str]:
    """The three headers by which a receiver knows the message: HMAC-SHA256 over id, time and body."""
    id = f"msg_{message.number}"
    content = f"{id}.{at_seconds}.".encode() + message.body
    signature = base64.b64encode(hmac.digest(base64.b64decode(message.secret), content, sha256)).decode()
    return {"webhook-id": id, "webhook-timestamp": str(at_seconds), "webhook-signature": f"v1,{signature}"}


def _seconds(retry_after: str) -> int:
    return min(int(retry_after), 86_400) if retry_after.isascii() and retry_after.isdecimal() else 0
