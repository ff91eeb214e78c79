"""The OpenAPI 3.1 document of the store, made from the route table and the message structs themselves.

Decides how both are said in OpenAPI. The routes decode with those structs, so document and behaviour cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from orders import VERSION
from orders.shapes import LARGEST
from orders.wire import Problem
from server_stub import authority, export
from server_stub.endpoints import Endpoint

# One morning that was really asked and answered; a test asks it again.
_EXAMPLES = Path(__file__).with_name("examples.json")
_SCHEMA = "#/components/schemas/{name}"
_REFUSALS = {
    "400": "The body cannot be read",
    "401": "No token, or one that is not valid",
    "403": "This token's role may not do that",
    "404": "No such thing",
    "405": "The path takes other methods; Allow names them",
    "409": "It contradicts what is there, or is just being carried out; then Retry-After says when to ask again",
    "413": "The body is too large",
    "422": "The content is not what is taken here, or its key came before with another request",
    "429": "Asked too often; Retry-After says when to ask again",
    "503": "The database cannot be written",
}


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The whole document as plain objects."""
    examples: dict[str, dict[str, Any]] = msgspec.json.decode(_EXAMPLES.read_bytes())
    types: dict[type, None] = {Problem: None}
    for each in endpoints:
        types.update(dict.fromkeys(filter(None, (each.takes, each.asks, each.gives))))
    schemas, components = msgspec.json.schema_components(list(types), ref_template=_SCHEMA)
    by_type = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for each in endpoints:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(
            each, by_type, components, examples.get(each.name, {})
        )
    problem = {"content": {"application/json": {"schema": by_type[Problem]}}}
    paths.update({path: {"get": _page(page, problem)} for path, page in _PAGES.items()})
    for query in filter(None, (each.asks for each in endpoints)):
        components.pop(query.__name__, None)
    _say_what_types_cannot(components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Floorhand order store",
            "version": VERSION,
            "description": "Orders, stock and the floor's events. Every error is a Problem.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
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


def _say_what_types_cannot(components: dict[str, Any]) -> None:
    """Numbered events are kept as they came: of their content, only the number is ever refused."""
    number = {"type": "integer", "minimum": 1, "maximum": LARGEST}
    components["Push"]["properties"]["events"]["items"] = {
        "type": "object",
        "properties": {"number": number},
        "required": ["number"],
    }
    # A pair of texts, in words that every draft of JSON Schema has.
    components["Released"]["properties"]["refused"]["items"] = {
        "type": "array",
        "items": {"type": "string"},
        "minItems": 2,
        "maxItems": 2,
    }


def _links(act: str) -> dict[str, Any]:
    links = {name: {"operationId": name, **link} for name, link in _LINKS.get(act, {}).items()}
    return {"links": links} if links else {}


class _Page(NamedTuple):
    """What answers with a page of its own kind and no message."""

    operation: str
    act: str
    summary: str
    kinds: tuple[str, ...]
    parameters: tuple[dict[str, Any], ...] = ()


_PAGES = {
    "/openapi.json": _Page("openapi", "document", "Answers this document.", ("application/json",)),
    "/docs": _Page("docs", "document", "Answers this document for reading.", ("text/html",)),
    "/metrics": _Page("metrics", "metrics", "Answers the figures of this process for Prometheus.", ("text/plain",)),
    "/v1/export/{table}": _Page(
        "export",
        "export",
        "Answers a table as CSV (RFC 4180) or as one JSON object a line.",
        ("text/csv", "application/jsonl"),
        (
            {"name": "table", "in": "path", "required": True, "schema": {"enum": list(export.TABLES)}},
            {"name": "format", "in": "query", "schema": {"enum": list(export.KINDS), "default": "csv"}},
        ),
    ),
}


def _page(page: _Page, problem: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": page.operation,
        "summary": page.summary,
        "description": _who(page.act),
        "responses": {
            "200": {"description": "Done", "content": {kind: {"schema": {}} for kind in page.kinds}},
            **{status: {"description": text, **problem} for status, text in _REFUSALS.items()},
        },
    }
    if page.parameters:
        operation["parameters"] = list(page.parameters)
    return operation


def _who(act: str) -> str:
    if act in authority.OPEN:
        return "Answers without a token."
    if act in authority.PROVEN_BY_ITSELF:
        return "The bearer token is a one-time code."
    return f"For tokens of role {', '.join(authority.roles_for(act))}."


def _operation(
    each: Endpoint, by_type: dict[type, Any], components: dict[str, Any], example: dict[str, Any]
) -> dict[str, Any]:
    problem = {"content": {"application/json": {"schema": by_type[Problem]}}}
    given: dict[str, Any] = {"schema": by_type[each.gives]}
    if "gives" in example:
        given["example"] = example["gives"]
    operation: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.summary,
        "description": _who(each.name),
        "responses": {
            "200": {"description": "Done", "content": {"application/json": given}} | _links(each.name),
            **{status: {"description": text, **problem} for status, text in _REFUSALS.items()},
        },
    }
    if each.name in authority.OPEN:
        operation["security"] = []
    if each.takes:
        taken: dict[str, Any] = {"schema": by_type[each.takes]}
        if "takes" in example:
            taken["example"] = example["takes"]
        operation["requestBody"] = {"required": True, "content": {"application/json": taken}}
    named, asked = example.get("path", {}), example.get("query", {})
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        | ({"example": named[name]} if name in named else {})
        for name in re.findall(r"{(\w+)}", each.path)
    ]
    if each.asks:
        fields = components[each.asks.__name__]["properties"]
        parameters += [
            {"name": name, "in": "query", "schema": schema} | ({"example": asked[name]} if name in asked else {})
            for name, schema in fields.items()
        ]
    if parameters:
        operation["parameters"] = parameters
    return operation
