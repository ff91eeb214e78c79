"""What an administrator asks for under a key is done once, and a secret whose answer was lost is told again."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import msgspec
import pytest

from server_stub.client import StoreClient
from server_stub.floor_setup import (
    CodeGiven,
    NewCode,
    NewToken,
    NewTotes,
    NewWebhook,
    NewWorker,
    Revoke,
    TokenRevoke,
    TotesAdded,
    WebhookId,
    WorkerLeft,
)

GRANTS = {
    "/v1/workers": (NewWorker(name="Ada", roles=("picker",)), NewWorker(name="Bob", roles=("picker",))),
    "/v1/terminals": (NewCode(), NewCode(role="supervisor")),
    "/v1/tokens": (NewToken(label="SHOP", role="integration"), NewToken(label="DESK", role="office")),
    "/v1/webhooks": (
        NewWebhook(id="SHOP", url="https://shop.example/hook", states=("shipped",)),
        NewWebhook(id="SHOP", url="https://shop.example/hook", states=("packed",)),
    ),
    "/v1/totes": (NewTotes(count=3), NewTotes(count=4)),
}
ENDS = {
    "/v1/workers/revoke": (WorkerLeft(worker="ADA"), WorkerLeft(worker="GRACE")),
    "/v1/terminals/revoke": (Revoke(terminal="CART"), Revoke(terminal="CART", is_lost=True)),
    "/v1/tokens/revoke": (TokenRevoke(label="SHOP"), TokenRevoke(label="DESK")),
    "/v1/webhooks/drop": (WebhookId(id="SHOP"), WebhookId(id="OTHER")),
    "/v1/webhooks/resume": (WebhookId(id="SHOP"), WebhookId(id="OTHER")),
}
TOLD_ONCE = ("badge", "code", "token", "secret")


def under(key: str, asked: msgspec.Struct) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(asked, key=key))  # type: ignore[type-var]


async def furnish(warehouse: Any) -> None:
    """One of each thing that can be ended."""
    for path in ("/v1/workers", "/v1/tokens", "/v1/webhooks"):
        answer = await warehouse.admin.post(path, content=msgspec.json.encode(GRANTS[path][0]))
        assert answer.status_code == 200, answer.text
    await warehouse.device("cart")


def everything(warehouse: Any) -> Any:
    """What a second doing would change."""
    tables = ("record", "token", "enrolment", "webhook", "audit", "counter", "terminal")
    return {table: warehouse.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}


@pytest.mark.parametrize("path", [*GRANTS, *ENDS])
async def test_under_one_key_it_is_done_once_and_told_to_all_who_ask(warehouse: Any, path: str) -> None:
    if path in ENDS:
        await furnish(warehouse)
    asked, another = (GRANTS | ENDS)[path]
    key = secrets.token_hex(16)
    first, second = await asyncio.gather(*[warehouse.admin.post(path, content=under(key, asked)) for _ in range(2)])
    assert (first.status_code, first.content) == (200, second.content), first.text
    before = everything(warehouse)
    await warehouse.reopen()
    assert (await warehouse.admin.post(path, content=under(key, asked))).content == first.content
    other = await warehouse.admin.post(path, content=under(key, another))
    assert (other.status_code, other.json()["error"]) == (422, "key_used_before")
    assert everything(warehouse) == before
    kept = repr(warehouse.rows("SELECT * FROM request"))
    for secret in (key, *(first.json()[name] for name in TOLD_ONCE if name in first.json())):
        assert secret and secret not in kept


async def test_what_was_told_again_is_what_opens(warehouse: Any) -> None:
    body = under("k" * 32, NewCode())
    codes = [(await warehouse.admin.post("/v1/terminals", content=body)).json()["code"] for _ in "12"]
    assert codes[0] == codes[1]
    assert (await warehouse.http(codes[1]).post("/v1/enrol", json={"name": "cart"})).status_code == 200
    body = under("l" * 32, NewToken(label="SHOP", role="integration"))
    tokens = [(await warehouse.admin.post("/v1/tokens", content=body)).json()["token"] for _ in "12"]
    assert (await warehouse.http(tokens[1]).get("/v1/stock")).status_code == 200
    assert len({*codes, *tokens}) == 2


async def test_without_a_key_each_asking_counts_and_a_command_has_one_of_its_own(warehouse: Any) -> None:
    for _ in range(2):
        await warehouse.ask("POST", "/v1/totes", NewTotes(count=2), TotesAdded)
    codes = {(await warehouse.ask("POST", "/v1/terminals", NewCode(), CodeGiven)).code for _ in range(2)}
    assert (len(codes), warehouse.rows("SELECT * FROM request")) == (2, [])
    client = StoreClient(warehouse.admin, lambda: secrets.token_hex(16))
    for _ in range(2):
        await client.ask("POST", "/v1/totes", TotesAdded, NewTotes(count=2))
    assert warehouse.rows("SELECT count(*) FROM record WHERE kind = 'tote'") == [(8,)]
    assert warehouse.rows("SELECT count(*) FROM request") == [(2,)]
