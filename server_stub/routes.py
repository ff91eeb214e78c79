"""The route table: one line an endpoint. A step does the work, the writer makes it durable.

Decides which function answers where, what it takes and what it gives; `authority` says who may.
"""

from __future__ import annotations

import asyncio

from orders import wire
from orders.intake import Intake, Receipts
from server_stub import desk_routes as desk
from server_stub import floor_routes as floor
from server_stub import (
    intake_desk,
    people,
)
from server_stub import setup_routes as setup
from server_stub.endpoints import Call, Endpoint, act
from server_stub.floor_repairs import PutBack, PutBackDone, Resolve, ShelfCount, ShelfCounted
from server_stub.floor_setup import (
    CodeGiven,
    DepartureMoved,
    Done,
    Health,
    MoveDeparture,
    NamedTokens,
    NewCode,
    NewToken,
    NewTotes,
    NewWebhook,
    NewWorker,
    OrderReport,
    OwnerSet,
    Page,
    Printer,
    Printers,
    Revoke,
    Revoked,
    RolledOver,
    RollOver,
    SiteSet,
    Station,
    Stations,
    Status,
    StockPage,
    Terminals,
    TokenGiven,
    TokenRevoke,
    TotesAdded,
    WebhookGiven,
    WebhookId,
    Webhooks,
    WorkerAdded,
    WorkerLeft,
)
from server_stub.problems import cannot_write
from server_stub.store import Store

_READY_SECONDS = 2.0


async def health(_store: Store, _call: Call) -> Health:
    """Says that the store answers."""
    return Health(status="ok")


async def ready(store: Store, _call: Call) -> Health:
    """Says that the database takes a row and keeps it on its disk now; 503 where it does not."""
    try:
        await asyncio.wait_for(store.prove_writable(), _READY_SECONDS)
    except TimeoutError as error:
        raise cannot_write(f"no answer within {_READY_SECONDS:g} s") from error
    return Health(status="ready")


async def enrol(store: Store, call: Call) -> wire.Enrolled:
    """Spends a one-time code (sent as the bearer token) for a terminal's token."""
    enrolled: wire.Enrolled = await act(
        store, call, lambda books: people.enrol(books, call.bearer, call.message), lambda done: done.terminal
    )
    store.tokens.reload()
    return enrolled


ENDPOINTS = (
    Endpoint("GET", "/health", health, gives=Health),
    Endpoint("GET", "/ready", ready, gives=Health),
    Endpoint("POST", "/v1/enrol", enrol, takes=wire.Enrol, gives=wire.Enrolled, is_devices=True),
    Endpoint("POST", "/v1/hello", floor.hello, takes=wire.Hello, gives=wire.Welcome, is_devices=True),
    Endpoint("POST", "/v1/events", floor.events, takes=wire.Push, gives=wire.PushReply, is_devices=True),
    Endpoint("GET", "/v1/changes", floor.changes, asks=floor.ChangesQuery, gives=wire.Changes),
    Endpoint("POST", "/v1/requests/claim", floor.claim, takes=wire.Claim, gives=wire.Claimed, is_devices=True),
    Endpoint(
        "POST", "/v1/requests/give-back", floor.give_back, takes=wire.GiveBack, gives=wire.Claimed, is_devices=True
    ),
    Endpoint(
        "POST", "/v1/requests/sscc-lease", floor.lease_ssccs, takes=wire.Lease, gives=wire.Leased, is_devices=True
    ),
    Endpoint("POST", "/v1/requests/release", desk.release_orders, takes=wire.Release, gives=wire.Released),
    Endpoint("POST", "/v1/departures/move", desk.move_departure, takes=MoveDeparture, gives=DepartureMoved),
    Endpoint("POST", "/v1/departures/roll-over", desk.roll_over, takes=RollOver, gives=RolledOver),
    Endpoint("POST", "/v1/counts", desk.count_shelf, takes=ShelfCount, gives=ShelfCounted),
    Endpoint("POST", "/v1/put-backs", desk.put_back, takes=PutBack, gives=PutBackDone),
    Endpoint("POST", "/v1/discrepancies/resolve", desk.resolve_discrepancy, takes=Resolve, gives=Done),
    Endpoint("POST", "/v1/intake", desk.intake, takes=Intake, reads=intake_desk.RawIntake, gives=Receipts),
    Endpoint("GET", "/v1/report/orders", desk.report_orders, asks=desk.PageQuery, gives=OrderReport),
    Endpoint("GET", "/v1/records/{kind}", desk.records, asks=desk.RecordsQuery, gives=Page),
    Endpoint("GET", "/v1/records/{kind}/{id}", desk.record, gives=wire.Change),
    Endpoint("GET", "/v1/stock", desk.stock, asks=desk.PageQuery, gives=StockPage),
    Endpoint("GET", "/v1/status", desk.status, gives=Status),
    Endpoint("POST", "/v1/workers", setup.add_worker, takes=NewWorker, gives=WorkerAdded),
    Endpoint("POST", "/v1/workers/revoke", setup.revoke_worker, takes=WorkerLeft, gives=Done),
    Endpoint("POST", "/v1/terminals", setup.add_terminal, takes=NewCode, gives=CodeGiven),
    Endpoint("GET", "/v1/terminals", setup.list_terminals, gives=Terminals),
    Endpoint("POST", "/v1/terminals/revoke", setup.revoke_terminal, takes=Revoke, gives=Revoked),
    Endpoint("POST", "/v1/tokens", setup.add_token, takes=NewToken, gives=TokenGiven),
    Endpoint("POST", "/v1/tokens/revoke", setup.revoke_token, takes=TokenRevoke, gives=Done),
    Endpoint("GET", "/v1/tokens", setup.list_tokens, gives=NamedTokens),
    Endpoint("POST", "/v1/totes", setup.add_totes, takes=NewTotes, gives=TotesAdded),
    Endpoint("POST", "/v1/webhooks", setup.add_webhook, takes=NewWebhook, gives=WebhookGiven),
    Endpoint("POST", "/v1/webhooks/drop", setup.drop_webhook, takes=WebhookId, gives=Done),
    Endpoint("POST", "/v1/webhooks/resume", setup.resume_webhook, takes=WebhookId, gives=Done),
    Endpoint("GET", "/v1/webhooks", setup.list_webhooks, gives=Webhooks),
    Endpoint("PUT", "/v1/stations", setup.put_station, takes=Station, gives=Done),
    Endpoint("GET", "/v1/stations", setup.list_stations, gives=Stations),
    Endpoint("PUT", "/v1/printers", setup.put_printer, takes=Printer, gives=Done),
    Endpoint("GET", "/v1/printers", setup.list_printers, gives=Printers),
    Endpoint("PUT", "/v1/owners", setup.put_owner, takes=OwnerSet, gives=Done),
    Endpoint("PUT", "/v1/site", setup.put_site, takes=SiteSet, gives=Done),
)
