"""What other systems asked for and are told: webhooks and their outbox, changes of orders, replies, SSCC blocks."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b

import msgspec
from msgspec.structs import replace
from sqlalchemy import func, select

from orders import states
from orders.envelope import digest
from orders.identifiers import SSCC_LENGTH, IdentifierError, SsccBlock
from orders.intake import Cancellation, NewOrder
from orders.records import key_of
from server_stub import authority, long_requests, schema, webhooks
from server_stub.proofs.survey import Check, Survey, is_instant
from server_stub.receipt import content_digest

# Standard Webhooks: 24 to 64 bytes.
_LEAST_SECRET_BYTES = 24
# A process, and which of its turns.
_RUN = re.compile(r"[0-9a-f]{16}/[1-9][0-9]*")


class _Message(msgspec.Struct):
    id: str
    type: str
    order: msgspec.Raw


class _Told(msgspec.Struct):
    id: str
    owner: str


def receivers(survey: Survey) -> Iterator[str]:
    """A webhook has an address, a secret, and states of orders; one for an owner, of an owner that there is."""
    there = False
    for row in survey.rows(schema.webhook):
        there, where = True, f"webhook {row.id}"
        if not re.match(r"https?://[^/]", row.url):
            yield f"{where}: its address is none"
        if strange := set(row.states.split(",")) - states.ORDER.follows.keys():
            yield f"{where}: no order comes to {', '.join(sorted(strange))}"
        if row.owner and not survey.has("owner", row.owner):
            yield f"{where}: tells of the goods of {row.owner}, and there is no such owner"
        if not _is_secret(row.secret):
            yield f"{where}: its secret is none"
    if there != (webhooks.NOTED in survey.noted):
        yield f"webhooks: {'some are' if there else 'none is'} there, and the store notes otherwise"


def _is_secret(text: str) -> bool:
    try:
        return len(b64decode(text, validate=True)) >= _LEAST_SECRET_BYTES
    except (Error, ValueError):
        return False


def outbox(survey: Survey) -> Iterator[str]:
    """A message says what its row says, to a webhook that is there and wants to know it."""
    hooks = {row.id: row for row in survey.rows(schema.webhook)}
    last = survey.counted("outbox")
    for row in survey.rows(schema.outbox):
        where = f"outbox {row.number}"
        if not 0 < row.number <= last:
            yield f"{where}: {last} messages were made"
        if not survey.has("order", row.subject):
            yield f"{where}: tells of {row.subject}, and there is no such order"
        if (hook := hooks.get(row.webhook)) is None:
            yield f"{where}: is for {row.webhook}, and there is no such webhook"
            continue
        try:
            said = msgspec.json.decode(row.body, type=_Message)
            order = msgspec.json.decode(said.order, type=_Told)
        except msgspec.DecodeError as error:
            yield f"{where}: cannot be read ({error})"
            continue
        if (said.id, said.type, order.id) != (f"msg_{row.number}", row.type, row.subject):
            yield f"{where}: says {said.id}, {said.type} of {order.id}, and is kept as {row.type} of {row.subject}"
        if row.type.removeprefix("order.") not in hook.states.split(",") or hook.owner not in ("", order.owner):
            yield f"{where}: {hook.id} does not want to know of {row.type} of {order.owner}"
        if row.attempts < 0 or (row.attempts == 0) != (row.due_at == row.made_at):
            yield f"{where}: was made at {row.made_at}, is due at {row.due_at}, after {row.attempts} attempts"


def change_requests(survey: Survey) -> Iterator[str]:
    """A change names an order that is there, and is kept under what names its content."""
    for row in survey.rows(schema.change_request):
        where = f"change of {row.order}"
        if not survey.has("order", row.order):
            yield f"{where}: there is no such order"
        if row.stage not in states.ORDER.follows:
            yield f"{where}: no order is {row.stage}"
        try:
            asked, named = _asked(row.body)
        except msgspec.DecodeError as error:
            yield f"{where}: cannot be read ({error})"
            continue
        if key_of(asked.owner, asked.number) != row.order:
            yield f"{where}: is about {key_of(asked.owner, asked.number)}"
        if row.digest not in named:
            yield f"{where}: is not what was asked for"


def _asked(body: bytes) -> tuple[NewOrder | Cancellation, tuple[str, ...]]:
    try:
        order = msgspec.json.decode(body, type=NewOrder)
    except msgspec.ValidationError:
        asked = msgspec.json.decode(body, type=Cancellation)
        return asked, (content_digest(replace(asked, reason="")),)
    return order, (blake2b(body, digest_size=16).hexdigest(),)


def replies(survey: Survey) -> Iterator[str]:
    """A kept reply can be read, and its request has a digest."""
    for row in survey.rows(schema.request):
        where = f"request {row.asker}.{row.key}"
        if not row.asker or not 0 < len(row.key) <= 64:
            yield f"{where}: nobody asks under such a key"
        if len(row.digest) != len(digest(b"")):
            yield f"{where}: what was asked has no digest"
        try:
            is_reply = isinstance(msgspec.json.decode(row.reply), dict)
        except msgspec.DecodeError:
            is_reply = False
        if not is_reply:
            yield f"{where}: its reply cannot be read"


def unfinished(survey: Survey) -> Iterator[str]:
    """A request that is being carried out is of an act that there is, is held as long as one is, and has no reply."""
    replied = {(asker, key) for asker, key in survey.rows(select(schema.request.c.asker, schema.request.c.key))}
    for row in survey.rows(schema.unfinished_request):
        where = f"unfinished request {row.asker}.{row.key}"
        if not row.asker or not 0 < len(row.key) <= 64 or (row.asker, row.key) in replied:
            yield f"{where}: nobody waits for it under such a key"
        if len(row.digest) != len(digest(b"")):
            yield f"{where}: what was asked has no digest"
        if row.act not in authority.ACTS[authority.ADMIN]:
            yield f"{where}: there is no act {row.act}"
        if not _RUN.fullmatch(row.run):
            yield f"{where}: {row.run} is no turn of work of any process"
        if not is_instant(row.held_until) or _held_from(row.held_until) < row.made_at:
            yield f"{where}: was asked at {row.made_at}, and is held until {row.held_until}"
        try:
            is_mark = isinstance(msgspec.json.decode(row.mark), dict)
        except msgspec.DecodeError:
            is_mark = False
        if not is_mark:
            yield f"{where}: how far it has come cannot be read"


def _held_from(until: str) -> str:
    return schema.instant(datetime.fromisoformat(until) - long_requests.HELD)


def sscc_blocks(survey: Survey) -> Iterator[str]:
    """No serial number was given twice, and each block's ends, journal, owner and counter are those that it names."""
    before = ""
    counters = {(row.prefix, row.extension): row.next for row in survey.rows(schema.sscc_counter)}
    for (prefix, extension), following in counters.items():
        room = 10 ** (SSCC_LENGTH - 2 - len(prefix)) if len(prefix) < SSCC_LENGTH - 2 else 0
        if not (prefix.isascii() and prefix.isdecimal() and 0 <= extension <= 9 and 0 < following <= room):
            yield f"SSCCs: {prefix} with {extension} counts on at {following}, which is no serial number"
    for row in survey.rows(select(schema.sscc_block).order_by(schema.sscc_block.c.first_code)):
        where = f"SSCCs from {row.first_code}"
        if row.first_code <= before:
            yield f"SSCCs: the block from {row.first_code} begins within the one before"
        before = max(before, row.last_code)
        if row.journal not in survey.journals:
            yield f"{where}: are leased to {row.journal}, and there is no such journal"
        if not survey.has("owner", row.owner):
            yield f"{where}: are for goods of {row.owner}, and there is no such owner"
        if not 0 < len(row.key) <= 64:
            yield f"{where}: nobody asks under such a key"
        if (row.first_code, row.last_code) != _ends(row.owner, row.prefix, row.extension, row.first, row.last):
            yield f"{where} to {row.last_code}: are not {row.first} to {row.last} under {row.prefix}"
        if counters.get((row.prefix, row.extension), 0) <= row.last:
            yield f"{where} to {row.last_code}: would be given a second time, {row.prefix} counts on before"


def _ends(owner: str, prefix: str, extension: int, first: int, last: int) -> tuple[str, str] | None:
    try:
        block = SsccBlock(owner=owner, prefix=prefix, extension=extension, first=first, last=last)
        return block.number(first)[:-1], block.number(last)[:-1]
    except (IdentifierError, ValueError):
        return None


def spent_numbers(survey: Survey) -> Iterator[str]:
    """What was numbered has a number that was given: no later one gets it again."""
    highest: dict[str, int] = {"task": 0}
    for id in survey.ids["task"]:
        if id[:1] == "T" and id[1:].isdecimal():
            highest["task"] = max(highest["task"], int(id[1:]))
        else:
            yield f"task {id}: is called by no number"
    for number in survey.connection.execute(select(func.max(schema.audit.c.number))).scalars():
        highest["audit"] = number or 0
    for name, number in highest.items():
        if number > survey.counted(name):
            yield f"count of {name}: stands at {survey.counted(name)}, and number {number} was given"
    if survey.counted("audit") != highest["audit"]:
        yield f"count of audit: stands at {survey.counted('audit')}, and the trail ends at {highest['audit']}"


CHECKS: tuple[Check, ...] = (
    receivers,
    outbox,
    change_requests,
    replies,
    unfinished,
    sscc_blocks,
    spent_numbers,
)
