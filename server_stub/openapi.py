"""The OpenAPI 3.1 document of the store, made from the route table and the message structs themselves.

Decides how both are said in OpenAPI. The routes decode with those structs, so document and behaviour cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from orders import VERSION
from orders.records import KINDS
from orders.wire import MAX_BODY_BYTES, Problem
from server_stub import authority, export, keyed, limits, openapi_webhook
from server_stub.changes import PAGE_RECORDS
from server_stub.endpoints import Endpoint
from server_stub.floor_setup import OrderMessage
from server_stub.openapi_components import Components
from server_stub.reading import LARGEST_PAGE

# One morning that was really asked and answered; a test asks it again.
_EXAMPLES = Path(__file__).with_name("examples.json")
_ABOUT = f"""
Orders, stock and the floor's events of one Floorhand store.

**Tokens.** Each request carries `Authorization: Bearer TOKEN`; what each role may do stands at each request.
`floorhand store add-token` makes a token.

**Errors.** Every error is a Problem: what was expected, what came, what to do. `error` is its name for programs; a
later version may have others.

**Fields.** A field that a request does not have is refused by its name, and so is a parameter of a query. What is
answered leaves out a field that stands at its default, and may have fields more in a later version.

**Keys.** A request with a `key` is done once: sent again within {keyed.KEPT.days} days with the same content, it is
answered the same; a key that came with another content is answered 422, and one that is just being carried out
409. Make a new random key for every request, and send the same one again while no answer came.

**Limits.** A body has at most {MAX_BODY_BYTES:,} bytes. One caller may ask {limits.REQUESTS.at_once:,.0f} times at
once, and {limits.REQUESTS.each_second:g} times a second after that; whoever asks without a token that is known,
{limits.WRONG_TOKENS.at_once:g} times at once and once in {1 / limits.WRONG_TOKENS.each_second:g} seconds after that.
Who asks too often is answered 429, and Retry-After says when to ask again. A page of a list has at most
{LARGEST_PAGE} rows, one of changes at most {PAGE_RECORDS} records; `next`, or the `cursor`, is what to ask on from.

**Money** is in the smallest unit of its currency, weights are in grams, instants have a time zone and are answered in
UTC.
""".strip()
_TAGS = {
    "desk": "What an office, a supervisor or another system asks: orders, goods, records, stock, exports.",
    "floor": "What a device says by itself. It may say more than this version reads.",
    "setup": "What sets the floor up: people, devices, tokens, webhooks, benches, the building.",
    "store": "Whether it runs, and what it is.",
}
_TAG_OF = {"desk_routes": "desk", "floor_routes": "desk", "setup_routes": "setup"}
_HEADERS: dict[str, dict[str, Any]] = {
    "WWW-Authenticate": {"description": "How to prove who asks.", "schema": {"type": "string"}},
    "Allow": {"description": "The methods that this path takes, by commas.", "schema": {"type": "string"}},
    "Retry-After": {
        "description": "In how many seconds to ask again.",
        "schema": {"type": "integer", "minimum": 1},
    },
}
# What each means, and what stands in its head.
_REFUSALS: dict[str, tuple[str, ...]] = {
    "400": ("The body cannot be read",),
    "401": ("No token, or one that is not valid", "WWW-Authenticate"),
    "403": ("This token's role may not do that",),
    "404": ("No such thing",),
    "405": ("The path takes other methods; Allow names them", "Allow"),
    "409": (
        "It contradicts what is there, or is just being carried out; then Retry-After says when to ask again",
        "Retry-After",
    ),
    "413": (f"The body is larger than {MAX_BODY_BYTES:,} bytes",),
    "422": ("The content is not what is taken here, or its key came before with another request",),
    "429": ("Asked too often; Retry-After says when to ask again", "Retry-After"),
    "503": ("The database cannot be written now", "Retry-After"),
}


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The whole document as plain objects."""
    examples: dict[str, dict[str, Any]] = msgspec.json.decode(_EXAMPLES.read_bytes())
    components = Components(
        answered=[Problem, OrderMessage, *(each.gives for each in endpoints)],
        sent=[each.takes for each in endpoints if each.takes and not each.is_devices],
        devices=[each.takes for each in endpoints if each.takes and each.is_devices],
    )
    paths: dict[str, dict[str, Any]] = {}
    for each in endpoints:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, components, examples.get(each.name, {}))
    paths.update({path: {"get": _page(page, components)} for path, page in PAGES.items()})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Floorhand order store",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "Wherever this document was read."}],
        "security": [{"token": []}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "webhooks": {"order": {"post": openapi_webhook.operation(components.answered(OrderMessage))}},
        "components": {
            "schemas": components.schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of `floorhand store add-token` or of an enrolled device.",
                }
            },
        },
    }


# What may follow an answer, and what of it the next request repeats (OpenAPI 3.1, Link Object).
_LINKS: dict[str, dict[str, dict[str, Any]]] = {
    "add_token": {"revoke_token": {"requestBody": {"label": "$response.body#/label"}}},
    "add_webhook": {
        "resume_webhook": {"requestBody": {"id": "$response.body#/id"}},
        "drop_webhook": {"requestBody": {"id": "$response.body#/id"}},
    },
    "add_worker": {
        "record": {"parameters": {"kind": "worker", "id": "$response.body#/worker"}},
        "revoke_worker": {"requestBody": {"worker": "$response.body#/worker"}},
    },
    "put_owner": {"record": {"parameters": {"kind": "owner", "id": "$response.body#/id"}}},
    "put_site": {"record": {"parameters": {"kind": "site", "id": "$response.body#/id"}}},
    "put_printer": {"put_station": {"requestBody": {"printer": "$response.body#/id"}}},
    "hello": {
        "events": {"requestBody": {"journal": "$request.body#/journal", "epoch": "$response.body#/epoch"}},
        "lease_ssccs": {"requestBody": {"journal": "$request.body#/journal"}},
    },
    "claim": {
        "record": {"parameters": {"kind": "task", "id": "$response.body#/task"}},
        "give_back": {"requestBody": {"task": "$response.body#/task"}},
    },
    "report_orders": {"record": {"parameters": {"kind": "order", "id": "$response.body#/orders/0/order"}}},
    "records": {
        "record": {"parameters": {"kind": "$request.path.kind", "id": "$response.body#/records/0/id"}},
        "records": {"parameters": {"kind": "$request.path.kind", "after": "$response.body#/next"}},
    },
    "stock": {"stock": {"parameters": {"after": "$response.body#/next"}}},
    "changes": {"changes": {"parameters": {"after": "$response.body#/cursor", "epoch": "$response.body#/epoch"}}},
}


def _links(act: str) -> dict[str, Any]:
    links = {name: {"operationId": name, **link} for name, link in _LINKS.get(act, {}).items()}
    return {"links": links} if links else {}


class Page(NamedTuple):
    """What answers with a page of its own kind and no message."""

    operation: str
    act: str
    tag: str
    summary: str
    kinds: tuple[str, ...]
    schema: dict[str, Any]
    parameters: tuple[dict[str, Any], ...] = ()


_TEXT = {"type": "string"}
PAGES = {
    "/openapi.json": Page(
        "openapi", "document", "store", "Answers this document.", ("application/json",), {"type": "object"}
    ),
    "/docs": Page("docs", "document", "store", "Answers this document for reading.", ("text/html",), _TEXT),
    "/metrics": Page(
        "metrics", "metrics", "store", "Answers the figures of this process for Prometheus.", ("text/plain",), _TEXT
    ),
    "/v1/export/{table}": Page(
        "export",
        "export",
        "desk",
        "Answers a table as CSV (RFC 4180) or as one JSON object a line.",
        ("text/csv", "application/jsonl"),
        _TEXT,
        (
            {
                "name": "table",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "enum": list(export.TABLES)},
            },
            {
                "name": "format",
                "in": "query",
                "schema": {"type": "string", "enum": list(export.KINDS), "default": "csv"},
            },
        ),
    ),
}


def _page(page: Page, components: Components) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": page.operation,
        "tags": [page.tag],
        "summary": page.summary,
        "description": _who(page.act),
        "responses": {
            "200": {"description": "Done", "content": {kind: {"schema": page.schema} for kind in page.kinds}},
            **_refusals(components),
        },
    }
    if page.act in authority.OPEN:
        operation["security"] = []
    if page.parameters:
        operation["parameters"] = list(page.parameters)
    return operation


def _refusals(components: Components) -> dict[str, Any]:
    problem = {"content": {"application/json": {"schema": components.answered(Problem)}}}
    return {
        status: {"description": text, **problem}
        | ({"headers": {name: _HEADERS[name] for name in heads}} if heads else {})
        for status, (text, *heads) in _REFUSALS.items()
    }


def _who(act: str) -> str:
    if act in authority.OPEN:
        return "Answers without a token."
    if act in authority.PROVEN_BY_ITSELF:
        return "The bearer token is a one-time code."
    return f"For tokens of role {', '.join(authority.roles_for(act))}."


def _operation(each: Endpoint, components: Components, example: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {"schema": components.answered(each.gives)}
    if "gives" in example:
        given["example"] = example["gives"]
    operation: dict[str, Any] = {
        "operationId": each.name,
        "tags": [_tag(each)],
        "summary": each.summary,
        "description": _who(each.name),
        "responses": {
            "200": {"description": "Done", "content": {"application/json": given}} | _links(each.name),
            **_refusals(components),
        },
    }
    if each.name in authority.OPEN:
        operation["security"] = []
    if each.takes:
        taken: dict[str, Any] = {"schema": components.sent(each.takes)}
        if "takes" in example:
            taken["example"] = example["takes"]
        operation["requestBody"] = {"required": True, "content": {"application/json": taken}}
    if parameters := [*_in_path(each, example.get("path", {})), *_in_query(each, example.get("query", {}))]:
        operation["parameters"] = parameters
    return operation


def _tag(each: Endpoint) -> str:
    return "floor" if each.is_devices else _TAG_OF.get(each.handler.__module__.rpartition(".")[2], "store")


def _in_path(each: Endpoint, examples: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", each.path):
        schema: dict[str, Any] = {"type": "string", "minLength": 1}
        if name == "kind":
            schema = {"type": "string", "enum": list(KINDS)}
        yield _parameter(name, "path", schema, examples)


def _in_query(each: Endpoint, examples: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if each.asks:
        fields = msgspec.json.schema_components([each.asks])[1][each.asks.__name__]
        for name, schema in fields["properties"].items():
            yield _parameter(name, "query", schema, examples)


def _parameter(name: str, where: str, schema: dict[str, Any], examples: dict[str, Any]) -> dict[str, Any]:
    parameter: dict[str, Any] = {"name": name, "in": where}
    if description := schema.pop("description", ""):
        parameter["description"] = description
    if where == "path":
        parameter["required"] = True
    return parameter | {"schema": schema} | ({"example": examples[name]} if name in examples else {})
