"""The HTTP face of a store: Litestar behind a gate that knows tokens.

Decides that without a token only /health answers, that a body has a limit before it is read, and that every error
has one shape. What a route does is the route table's business.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.enums import HttpMethod, MediaType, ScopeType
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from orders.wire import MAX_BODY_BYTES
from server_stub import openapi, problems
from server_stub.endpoints import Endpoint
from server_stub.people import Caller
from server_stub.problems import Refusal
from server_stub.routes import ENDPOINTS
from server_stub.store import Store

Asked = Request[Any, Any, Any]

_NOBODY = Caller("", None)
_OPEN_PATHS = frozenset(each.path for each in ENDPOINTS if each.role is None)
_NEEDS_NOTHING = frozenset(("/health",))
_log = logging.getLogger(__name__)


def make_app(store: Store) -> ASGIApp:
    """The ASGI application of an open store; opening and closing the store is the caller's."""
    handlers = [_handler(store, each) for each in ENDPOINTS]
    litestar = Litestar(
        route_handlers=[*handlers, _document_handler()],
        exception_handlers={Exception: _problem},
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=None,
        logging_config=None,
    )
    return Gate(litestar, store)


class Gate:
    """Lets a request in where its token is alive, and says whose it is."""

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self._app, self._store = app, store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        bearer = _bearer(scope)
        caller = self._store.tokens.caller(bearer) if bearer else None
        path = scope["path"]
        if caller is None and not (path in _NEEDS_NOTHING or (bearer and path in _OPEN_PATHS)):
            came = "a token that is unknown or was revoked" if bearer else "no token"
            await _send(problems.unauthorised(came), send)
            return
        scope["user"], scope["auth"] = caller or _NOBODY, bearer
        await self._app(scope, receive, send)


def _handler(store: Store, endpoint: Endpoint) -> HTTPRouteHandler:
    takes_body = endpoint.takes is not None

    async def handle(request: Asked) -> Response[bytes]:
        body = await request.body() if takes_body else b""
        answer = await endpoint.answer(
            store,
            request.scope["user"],
            request.scope["auth"],
            request.scope["path_params"],
            request.query_params if endpoint.asks else {},
            body,
        )
        return Response(answer, media_type=MediaType.JSON)

    path = endpoint.path.replace("{kind}", "{kind:str}").replace("{id}", "{id:path}")
    return HTTPRouteHandler(path, http_method=HttpMethod(endpoint.method), status_code=200, name=endpoint.name)(handle)


def _document_handler() -> HTTPRouteHandler:
    document = msgspec.json.encode(openapi.document(ENDPOINTS))

    async def openapi_document(request: Asked) -> Response[bytes]:
        return Response(document, media_type=MediaType.JSON)

    return HTTPRouteHandler("/openapi.json", http_method=HttpMethod.GET, status_code=200)(openapi_document)


def _problem(request: Asked, error: Exception) -> Response[bytes]:
    refusal = _as_refusal(request, error)
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    return Response(refusal.body, media_type=MediaType.JSON, status_code=refusal.status, headers=headers)


def _as_refusal(request: Asked, error: Exception) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if not isinstance(error, HTTPException) or error.status_code >= 500:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problems.broken()
    path = problems.shown(request.url.path)
    match error.status_code:
        case 404:
            return problems.unknown("route", path)
        case 405:
            return problems.wrong_method(request.method, path)
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
    headers = [(b"content-type", b"application/json"), (b"www-authenticate", b"Bearer")]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": refusal.body, "more_body": False})
