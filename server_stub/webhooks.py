"""Who outside is told of orders, and what waits to be told: written in the same transaction as what it tells of.

Decides which step of an order concerns which webhook, and what becomes of a message that was sent. How a message
travels is the courier's.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import bindparam, select

from orders import states
from orders.records import Order, Owner, encode_record
from server_stub import problems, receivers, schema
from server_stub.books import Books
from server_stub.floor_setup import NewWebhook, OrderMessage, WaitingMessage, Webhook, WebhookGiven
from server_stub.problems import Refusal, unknown, wrong_type
from server_stub.rows import MetaRow, OutboxRow, WebhookRow
from server_stub.schema import instant

# Set while there is a webhook, so that a transaction of a store without any looks no further.
NOTED = "webhooks"
LONGEST = timedelta(hours=72)
# As long as one attempt may take at most: whoever died with it lets another one try after that.
LEASE = timedelta(seconds=60)
_FIRST_RETRY, _LONGEST_RETRY = timedelta(seconds=5), timedelta(hours=1)
_SECRET_BYTES = 24

_ALL = select(schema.webhook).order_by(schema.webhook.c.id)
_WAITING_FOR = select(schema.outbox).where(schema.outbox.c.webhook == bindparam("webhook"))


class Said(msgspec.Struct, frozen=True):
    """What one attempt ended in: taken, or why not; `is_gone` where the receiver wants no more (410, RFC 9110)."""

    number: int
    is_taken: bool
    why: str = ""
    is_gone: bool = False
    retry_after_seconds: int = 0


def add(books: Books, asked: NewWebhook, seed: bytes) -> WebhookGiven:
    """Adds a webhook and tells the secret that signs for it, this once.

    Refusal (409) where one of that name is there; (422) for a state that no order has or an address that is none.
    """
    if books.sheets.webhook.get(asked.id) is not None:
        raise Refusal(
            409,
            "webhook_exists",
            expected="a name that no webhook has",
            came=asked.id,
            remedy="choose another name, or drop that webhook first",
        )
    if strange := set(asked.states) - states.ORDER.follows.keys():
        known = ", ".join(states.ORDER.follows)
        raise wrong_type(f"Expected states of {known}, got {', '.join(sorted(strange))} - at `$.states`")
    if asked.owner and books.find(Owner, asked.owner) is None:
        raise unknown("owner", asked.owner)
    _check_address(asked.url, is_private=asked.is_private)
    secret = new_secret(seed)
    books.sheets.webhook.put(
        WebhookRow(asked.id, asked.url, secret, ",".join(asked.states), asked.owner, asked.is_private, "", books.stamp)
    )
    books.sheets.meta.put(MetaRow(NOTED, "yes"))
    return WebhookGiven(id=asked.id, secret=told_secret(seed))


def new_secret(seed: bytes) -> str:
    """What signs for a webhook, made from so many random bytes."""
    return base64.b64encode(seed[:_SECRET_BYTES]).decode()


def told_secret(seed: bytes) -> str:
    """The same, as a receiver is told it."""
    return f"whsec_{new_secret(seed)}"


def drop(books: Books, id: str) -> None:
    """Ends a webhook and forgets what waits for it; Refusal (404) where there is none."""
    books.sheets.webhook.drop(_required(books, id))
    for row in books.sheets.outbox.where(_WAITING_FOR, webhook=id):
        books.sheets.outbox.drop(row)
    if not books.sheets.webhook.where(_ALL):
        books.sheets.meta.drop(MetaRow(NOTED, ""))


def resume(books: Books, id: str) -> None:
    """Lets a paused webhook be tried again, with all that waits for it; Refusal (404) where there is none."""
    row = _required(books, id)
    row.paused_because = ""
    books.sheets.webhook.put(row)
    for waiting in books.sheets.outbox.where(_WAITING_FOR, webhook=id):
        # Its three days begin anew, or it would be paused again by the first failure.
        waiting.due_at = waiting.made_at = books.stamp
        waiting.attempts = 0
        books.sheets.outbox.put(waiting)


def tell(books: Books) -> None:
    """Puts into the outbox what this transaction's orders went through, in its order."""
    if not books.moved or not books.is_noted(NOTED):
        return
    hooks = books.sheets.webhook.where(_ALL)
    for order in books.moved:
        for hook in hooks:
            if (not hook.owner or hook.owner == order.owner) and order.state in hook.states.split(","):
                _put_out(books, hook.id, order)


def begin(books: Books, numbers: Iterable[int]) -> set[int]:
    """Notes attempts before they are made; gives those that no courier of another process makes meanwhile."""
    begun = set()
    for number in numbers:
        row = books.sheets.outbox.get(number)
        if row is not None and row.due_at <= books.stamp:
            row.attempts, row.due_at = row.attempts + 1, instant(books.now + LEASE)
            books.sheets.outbox.put(row)
            begun.add(number)
    return begun


def settle(books: Books, ended: Iterable[Said]) -> None:
    """What became of attempts: taken messages leave the outbox, the others are tried again, or their webhook pauses."""
    for said in ended:
        row = books.sheets.outbox.get(said.number)
        if row is None:
            continue
        if said.is_taken:
            books.sheets.outbox.drop(row)
            continue
        row.said = said.why
        wait = max(retry_in(row.attempts), timedelta(seconds=said.retry_after_seconds))
        row.due_at = instant(books.now + wait)
        books.sheets.outbox.put(row)
        hook = books.sheets.webhook.get(row.webhook)
        is_too_late = books.now - datetime.fromisoformat(row.made_at) > LONGEST
        if hook is not None and not hook.paused_because and (said.is_gone or is_too_late):
            hook.paused_because = said.why if said.is_gone else f"nothing was taken for {LONGEST.days} days: {said.why}"
            books.sheets.webhook.put(hook)


def retry_in(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: 5 s, doubled each time, an hour at most."""
    doublings: int = 2 ** min(max(attempts - 1, 0), 20)
    return min(_LONGEST_RETRY, _FIRST_RETRY * doublings)


def shown(row: WebhookRow, waiting: int, oldest: Sequence[OutboxRow] = ()) -> Webhook:
    """A webhook without its secret, and why the `oldest` that waits for it waits."""
    first: dict[str, int] = {}
    messages = []
    for each in oldest:
        before = first.setdefault(each.subject, each.number)
        is_tried = before == each.number and not row.paused_because
        messages.append(
            WaitingMessage(
                id=f"msg_{each.number}",
                order=each.subject,
                type=each.type,
                waiting_since=datetime.fromisoformat(each.made_at),
                attempts=each.attempts,
                said=each.said,
                next_try_at=datetime.fromisoformat(each.due_at) if is_tried else None,
                behind="" if before == each.number else f"msg_{before}",
            )
        )
    return Webhook(
        id=row.id,
        url=row.url,
        states=tuple(row.states.split(",")),
        owner=row.owner,
        is_private=bool(row.is_private),
        paused_because=row.paused_because,
        waiting=waiting,
        messages=tuple(messages),
    )


def _put_out(books: Books, webhook: str, order: Order) -> None:
    number, kind = books.number("outbox"), f"order.{order.state}"
    message = OrderMessage(id=f"msg_{number}", type=kind, at=books.stamp, order=msgspec.Raw(encode_record(order)))
    body = msgspec.json.encode(message)
    books.sheets.outbox.put(OutboxRow(number, webhook, order.id, kind, books.stamp, 0, books.stamp, "", body))


def _required(books: Books, id: str) -> WebhookRow:
    row = books.sheets.webhook.get(id)
    if row is None:
        raise unknown("webhook", id)
    return row


def _check_address(url: str, *, is_private: bool) -> None:
    try:
        receivers.judge(url, is_private=is_private)
    except receivers.NotThere as error:
        raise Refusal(
            422,
            "wrong_content",
            expected="at `$.url` an address that can be asked, such as https://shop.example/hook",
            came=problems.shown(url, 120),
            remedy=str(error),
        ) from error
