"""The OpenAPI document as one HTML page for people: no script, no font and no picture from anywhere else.

Decides how routes and messages are laid out for reading, and what a browser may do with them. Everything it says stands
in the document.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from typing import Any

import msgspec

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c1c1c; }
h2 { border-bottom: 1px solid #bbb; margin-top: 2.5rem; }
h3 { margin-top: 2rem; }
h3 code, nav code { background: #eef2f6; padding: .2rem .5rem; border-radius: .3rem; }
nav ul { columns: 24rem; list-style: none; padding: 0; }
nav li { margin: .15rem 0; }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid #ddd; text-align: left; padding: .25rem .6rem .25rem 0; vertical-align: top; }
td code { overflow-wrap: anywhere; }
td:first-child code { white-space: nowrap; }
pre { background: #f6f6f6; padding: .7rem; overflow-x: auto; max-height: 28rem; }
.who { color: #555; }
@media (prefers-color-scheme: dark) {
  body { background: #16181b; color: #ddd; } h3 code, nav code, pre { background: #24282d; } .who { color: #aaa; }
  a { color: #8ab4f8; } td, th { border-color: #3a3f45; }
}
"""
_STYLE_DIGEST = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
# A browser runs nothing, loads nothing and sends nothing from here; the one style is known by its digest (CSP Level 3).
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# Bounds of a value, in the words of a reader.
_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} signs",
    "maxLength": "at most {} signs",
    "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
    "pattern": "matches {}",
}


def written(document: dict[str, Any]) -> bytes:
    """The whole page in UTF-8."""
    return "\n".join(_parts(document)).encode()


def _parts(document: dict[str, Any]) -> Iterator[str]:
    info = document["info"]
    title = escape(info["title"])
    # An icon of nothing: a browser would ask for one otherwise, without a token.
    yield f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
    yield f"<style>{_STYLE}</style></head><body><h1>{title} {escape(info['version'])}</h1>"
    yield _text(info["description"])
    yield '<p>The same for programs: <a href="/openapi.json">/openapi.json</a></p>'
    asked = [
        (method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    yield '<nav><h2 id="requests">Requests</h2>'
    for tag in document["tags"]:
        yield f"<p>{escape(tag['description'])}</p><ul>"
        for method, path, operation in asked:
            if tag["name"] in operation["tags"]:
                yield f'<li><a href="#{operation["operationId"]}"><code>{method.upper()} {escape(path)}</code></a></li>'
        yield "</ul>"
    yield '<ul><li><a href="#webhooks">Webhooks</a></li>'
    yield '<li><a href="#messages">Messages and records</a></li></ul></nav>'
    for method, path, operation in asked:
        yield from _operation(f"{method.upper()} {path}", operation)
    yield '<h2 id="webhooks">Webhooks</h2>'
    for name, operations in document["webhooks"].items():
        for method, operation in operations.items():
            yield from _operation(f"{method.upper()} to the webhook's address: {name}", operation)
    yield '<h2 id="messages">Messages and records</h2>'
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield f'<h3 id="{escape(name)}">{escape(name)}</h3>{_text(schema.get("description", ""))}'
        yield from _fields(schema)
    yield "</body></html>"


def _operation(heading: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f'<h3 id="{operation["operationId"]}"><code>{escape(heading)}</code></h3>'
    yield f'<p>{_marked(operation["summary"])}</p><div class="who">{_text(operation["description"])}</div>'
    if parameters := operation.get("parameters"):
        rows = "".join(
            f"<tr><td><code>{escape(each['name'])}</code></td><td>{each['in']}</td><td>{_value(each['schema'])}</td>"
            f"<td>{_marked(each.get('description', ''))}</td></tr>"
            for each in parameters
        )
        yield f"<table><tr><th>parameter</th><th>in</th><th>type</th><th></th></tr>{rows}</table>"
    if body := operation.get("requestBody"):
        yield from _content("takes", body["content"])
    for status, answer in operation["responses"].items():
        if "content" not in answer:
            yield f"<p><code>{status}</code> {escape(answer['description'])}</p>"
    yield from _content("gives", operation["responses"].get("200", {}).get("content", {}))


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
        must = "required" if name in needed else ""
        yield f"<tr><td><code>{escape(name)}</code></td><td>{_value(field)}</td><td>{must}</td></tr>"
    yield "</table>"
    if schema.get("additionalProperties") is False:
        yield "<p>Any other field is refused.</p>"


def _value(schema: dict[str, Any]) -> str:
    """A type with its bounds, its default and what it says of itself."""
    said = [_kind(schema)]
    for part in (schema, schema.get("items") or {}, *schema.get("anyOf", ())):
        said += [text.format(f"<code>{escape(str(part[key]))}</code>") for key, text in _BOUNDS.items() if key in part]
    if "default" in schema:
        said.append(f"default <code>{escape(msgspec.json.encode(schema['default']).decode())}</code>")
    if description := schema.get("description") or (schema.get("items") or {}).get("description"):
        said.append(_marked(description))
    return "; ".join(said)


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(each) or '(empty)')}</code>" for each in schema["enum"])
    for many in ("anyOf", "oneOf"):
        if many in schema:
            return " or ".join(_kind(each) for each in schema[many])
    kind = escape(str(schema.get("format") or schema.get("type", "anything")))
    if isinstance(schema.get("items"), dict):
        return f"list of {_kind(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"{_kind(schema['additionalProperties'])} by name"
    return kind


def _text(said: str) -> str:
    """Its paragraphs."""
    return "".join(f"<p>{each}</p>" for each in _marked(said).split("\n\n") if each.strip())


def _marked(said: str) -> str:
    """What stands between backticks and double asterisks, as it is meant (CommonMark 6.1, 6.2)."""
    code = re.sub(r"`(.+?)`", r"<code>\1</code>", escape(said))
    return re.sub(r"[*]{2}(.+?)[*]{2}", r"<b>\1</b>", code)
