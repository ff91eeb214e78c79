"""The OpenAPI document as one HTML page for people: no script, no font and no picture from anywhere else.

Decides how routes and messages are laid out for reading. Everything it says stands in the document.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import msgspec

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c1c1c; }
h2 { border-bottom: 1px solid #bbb; margin-top: 2.5rem; }
h3 code { background: #eef2f6; padding: .2rem .5rem; border-radius: .3rem; }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid #ddd; text-align: left; padding: .25rem .6rem .25rem 0; vertical-align: top; }
pre { background: #f6f6f6; padding: .7rem; overflow-x: auto; }
.who { color: #555; }
@media (prefers-color-scheme: dark) {
  body { background: #16181b; color: #ddd; } h3 code, pre { background: #24282d; } .who { color: #aaa; }
}
"""


def written(document: dict[str, Any]) -> bytes:
    """The whole page in UTF-8."""
    return "\n".join(_parts(document)).encode()


def _parts(document: dict[str, Any]) -> Iterator[str]:
    info = document["info"]
    title = escape(info["title"])
    yield f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    yield f"</head><body><h1>{title} {escape(info['version'])}</h1><p>{escape(info['description'])}</p>"
    yield '<p>The same for programs: <a href="/openapi.json">/openapi.json</a></p><h2>Requests</h2>'
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield from _operation(method.upper(), path, operation)
    yield "<h2>Messages</h2>"
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{escape(schema.get("description", ""))}</p>'
        yield from _fields(schema)
    yield "</body></html>"


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f'<h3 id="{operation["operationId"]}"><code>{method} {escape(path)}</code></h3>'
    yield f"<p>{escape(operation['summary'])}</p>"
    yield f'<p class="who">{escape(operation["description"])}</p>'
    if parameters := operation.get("parameters"):
        rows = "".join(
            f"<tr><td><code>{escape(each['name'])}</code></td><td>{each['in']}</td><td>{_kind(each['schema'])}</td></tr>"
            for each in parameters
        )
        yield f"<table><tr><th>parameter</th><th>in</th><th>type</th></tr>{rows}</table>"
    if body := operation.get("requestBody"):
        yield from _content("takes", body["content"])
    yield from _content("gives", operation["responses"]["200"]["content"])


def _content(what: str, content: dict[str, Any]) -> Iterator[str]:
    for kind, held in content.items():
        yield f"<p>{what} <code>{escape(kind)}</code> {_kind(held.get('schema', {}))}</p>"
        if "example" in held:
            example = msgspec.json.format(msgspec.json.encode(held["example"]), indent=2).decode()
            yield f"<pre>{escape(example)}</pre>"


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    if not (fields := schema.get("properties")):
        yield f"<p>{_kind(schema)}</p>"
        return
    needed = schema.get("required", ())
    yield "<table><tr><th>field</th><th>type</th><th></th></tr>"
    for name, field in fields.items():
        must = (
            "required" if name in needed else f"default {escape(str(field['default']))}" if "default" in field else ""
        )
        yield f"<tr><td><code>{escape(name)}</code></td><td>{_kind(field)}</td><td>{must}</td></tr>"
    yield "</table>"


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(each))}</code>" for each in schema["enum"])
    for many in ("anyOf", "oneOf"):
        if many in schema:
            return " or ".join(_kind(each) for each in schema[many])
    kind = escape(str(schema.get("format") or schema.get("type", "anything")))
    return f"list of {_kind(schema['items'])}" if isinstance(schema.get("items"), dict) else kind
