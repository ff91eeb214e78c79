"""The HTTP face of a store: Litestar behind a gate that knows tokens and limits.

Decides that without a token only the open acts answer, that a body has a limit before it is read, and that every error
has one shape. What a route does is the route table's business.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from time import monotonic
from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.enums import HttpMethod, MediaType, ScopeType
from litestar.exceptions import HTTPException, InternalServerException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from orders.wire import MAX_BODY_BYTES
from server_stub import authority, export, limits, metrics, openapi, people, problems, reading_page
from server_stub.endpoints import Endpoint, check_parameters
from server_stub.limits import Limit, Strangers
from server_stub.people import hashed
from server_stub.problems import Refusal
from server_stub.routes import ENDPOINTS
from server_stub.store import Store
from server_stub.turned_away import Refusals

Asked = Request[Any, Any, Any]

_OPEN_PATHS = frozenset(each.path for each in ENDPOINTS if each.name in authority.OPEN)
_OPEN_PAGES = frozenset(path for path, page in openapi.PAGES.items() if page.act in authority.OPEN)
_PROVEN_PATHS = frozenset(each.path for each in ENDPOINTS if each.name in authority.PROVEN_BY_ITSELF)
_DEVICE_PATHS = frozenset(each.path for each in ENDPOINTS if each.name in authority.ASKED_BY_DEVICES)
# What is told of in the log, by address: who may not ask, or has to wait.
_TOLD = {401: "unauthorised", 429: "too_many"}
_NOTHING_KNOWN = "unknown"
_log = logging.getLogger(__name__)


def make_app(store: Store) -> ASGIApp:
    """The ASGI application of an open store; opening and closing the store is the caller's."""
    document = openapi.document(ENDPOINTS)
    litestar = Litestar(
        route_handlers=[
            *_tellers_of_methods(document["paths"]),
            *(_handler(store, each) for each in ENDPOINTS),
            _page("/openapi.json", "document", MediaType.JSON, _once(msgspec.json.encode(document))),
            _page(
                "/docs",
                "document",
                "text/html; charset=utf-8",
                _once(reading_page.written(document)),
                reading_page.HEADERS,
            ),
            _page("/metrics", "metrics", metrics.CONTENT_TYPE, store.told_metrics),
            _export(store),
        ],
        exception_handlers={Exception: _problem},
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=None,
        logging_config=None,
    )
    return Gate(litestar, store)


class Gate:
    """Lets a request in where its token is alive and has not asked too often, says whose it is, and counts it."""

    def __init__(self, app: ASGIApp, store: Store, clock: Callable[[], float] = monotonic) -> None:
        self._app, self._store, self._clock = app, store, clock
        self._requests, self._strangers = Limit(limits.REQUESTS), Strangers(limits.WRONG_TOKENS)
        self._refusals = Refusals()
        self._is_telling = False
        self._readers = Limit(limits.OPEN_PAGES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        began = self._clock()
        try:
            self._admit(scope, began)
        except Refusal as refusal:
            self._store.metrics.turned_away(refusal.problem.error)
            self._note(scope, refusal.status, began)
            await _send(refusal, send)
            return
        scope.setdefault("state", {})["act"] = _NOTHING_KNOWN
        status = 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, counted)
        finally:
            seconds = self._clock() - began
            act = scope["state"]["act"]
            self._note(scope, status, began)
            self._store.metrics.answered(act, status, seconds)
            if _log.isEnabledFor(logging.INFO):
                told = {"act": act, "status": status, "ms": round(seconds * 1000, 2), "caller": scope["user"].name}
                _log.info("%s %s", act, status, extra={"told": told})

    def _admit(self, scope: Scope, now: float) -> None:
        """Writes into the scope who asks; Refusal (401, 429) where nobody may."""
        bearer, path = _bearer(scope), scope["path"]
        caller = self._store.caller(bearer) if bearer else None
        scope["auth"] = bearer
        if caller is not None:
            if wait := self._requests.take(caller.name, now):
                raise limits.too_many(wait, f"more than {limits.REQUESTS.each_second:g} a second from one caller")
            scope["user"] = caller
            return
        scope["user"] = authority.NOBODY
        if path in _OPEN_PATHS:
            return
        if path in _OPEN_PAGES:
            if wait := self._readers.take(_address(scope), now):
                raise limits.too_many(wait, "too many requests for this page from one address")
            return
        may_prove = bool(bearer) and path in _PROVEN_PATHS
        if may_prove and self._store.is_code(bearer):
            # Ahead of every count of strangers: whoever was invited is not kept out by others behind the same address.
            if wait := self._requests.take(hashed(bearer), now):
                raise limits.too_many(wait, "too many requests with one code")
            return
        if wait := self._strangers.take(_address(scope), hashed(bearer), now):
            raise limits.too_many(wait, "too many requests without a token that is known")
        if not may_prove:
            raise people.stranger(bearer, self._store.tokens.ended(bearer), asks_as_device=path in _DEVICE_PATHS)

    def _note(self, scope: Scope, status: int, now: float) -> None:
        """Counts a refusal for the log; nothing where it is none of who may ask."""
        if status not in _TOLD:
            return
        self._refusals.note(_address(scope), _TOLD[status], now)
        if not self._is_telling:
            self._is_telling = True
            self._tell()

    def _tell(self) -> None:
        now = self._clock()
        due = self._refusals.tell(now)
        self._is_telling = due is not None
        if due is not None:
            asyncio.get_running_loop().call_later(max(due - now, 1.0), self._tell)


def _address(scope: Scope) -> str:
    return str((scope.get("client") or ("",))[0])


def _handler(store: Store, endpoint: Endpoint) -> HTTPRouteHandler:
    takes_body = endpoint.takes is not None

    async def handle(request: Asked) -> Response[bytes]:
        request.scope["state"]["act"] = endpoint.name
        body = await _body(request) if takes_body else b""
        answer = await endpoint.answer(
            store,
            request.scope["user"],
            request.scope["auth"],
            request.scope["path_params"],
            request.query_params.multi_items(),
            body,
        )
        return Response(answer, media_type=MediaType.JSON)

    return HTTPRouteHandler(
        _routed(endpoint.path), http_method=HttpMethod(endpoint.method), status_code=200, name=endpoint.name
    )(handle)


async def _body(request: Asked) -> bytes:
    try:
        return await request.body()
    except InternalServerException as error:
        # A terminal that was killed, or whose Wi-Fi went, in the middle of a sentence: no mistake of the store.
        raise problems.broke_off() from error


def _tellers_of_methods(paths: Mapping[str, Mapping[str, Any]]) -> Iterator[HTTPRouteHandler]:
    """Says which methods a path takes (RFC 9110, 9.3.7): all of them, where several handlers share one."""
    for path, operations in paths.items():
        allowed = ", ".join(sorted({*operations, "options"})).upper()
        yield _teller_of_methods(_routed(path), allowed)


def _teller_of_methods(path: str, allowed: str) -> HTTPRouteHandler:
    async def options(request: Asked) -> Response[None]:
        request.scope["state"]["act"] = "options"
        return Response(None, headers={"Allow": allowed})

    return HTTPRouteHandler(path, http_method=HttpMethod.OPTIONS, status_code=204)(options)


def _routed(path: str) -> str:
    """A path of the document as the router writes it; an id may hold a slash."""
    return path.replace("{kind}", "{kind:str}").replace("{table}", "{table:str}").replace("{id}", "{id:path}")


def _page(
    path: str, act: str, kind: str, content: Callable[[], bytes], headers: Mapping[str, str] | None = None
) -> HTTPRouteHandler:
    async def page(request: Asked) -> Response[bytes]:
        request.scope["state"]["act"] = act
        caller: authority.Caller = request.scope["user"]
        if not caller.may(act):
            raise authority.forbidden(caller, *authority.roles_for(act))
        check_parameters((), request.query_params.multi_items())
        # Of a text, Litestar names the charset itself.
        return Response(content(), media_type=kind.removesuffix("; charset=utf-8"), headers=headers)

    return HTTPRouteHandler(path, http_method=HttpMethod.GET, status_code=200, name=path)(page)


def _export(store: Store) -> HTTPRouteHandler:
    async def export_table(request: Asked) -> Stream:
        request.scope["state"]["act"] = "export"
        caller: authority.Caller = request.scope["user"]
        if not caller.may("export"):
            raise authority.forbidden(caller, *authority.roles_for("export"))
        check_parameters(("format",), request.query_params.multi_items())
        table, form = request.path_params["table"], request.query_params.get("format", "csv")
        if table not in export.TABLES:
            raise problems.unknown(f"table (there is {', '.join(export.TABLES)})", problems.shown(table))
        if form not in export.KINDS:
            raise problems.wrong_type(f"query: Expected `csv` or `json`, got `{problems.shown(form)}` - at `$.format`")
        pages = store.exported(table, form, caller.owner)
        return Stream(_in_turns(pages), media_type=export.KINDS[form])

    return HTTPRouteHandler("/v1/export/{table:str}", http_method=HttpMethod.GET, status_code=200)(export_table)


async def _in_turns(pages: Iterator[bytes]) -> AsyncIterator[bytes]:
    for page in pages:
        yield page
        await asyncio.sleep(0)  # the floor's own requests go between two pages


def _once(content: bytes) -> Callable[[], bytes]:
    return lambda: content


def _problem(request: Asked, error: Exception) -> Response[bytes]:
    refusal = _as_refusal(request, error)
    return Response(refusal.body, media_type=MediaType.JSON, status_code=refusal.status, headers=refusal.headers)


def _as_refusal(request: Asked, error: Exception) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if not isinstance(error, HTTPException) or error.status_code >= 500:
        _log.error("%s %s failed", request.method, request.scope["state"]["act"], exc_info=error)
        return problems.broken()
    path = problems.shown(request.url.path)
    match error.status_code:
        case 404:
            return problems.unknown("route", path)
        case 405:
            return problems.wrong_method(request.method, path, (error.headers or {}).get("allow", ""))
        case 413:
            return problems.too_large()
        case _:
            return problems.not_json(error.detail)


def _bearer(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, token = value.decode("latin-1").partition(" ")
            return token.strip() if scheme.lower() == "bearer" else ""
    return ""


async def _send(refusal: Refusal, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in refusal.headers.items()]
    headers.append((b"content-type", b"application/json"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": refusal.body, "more_body": False})
