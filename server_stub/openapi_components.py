"""The schemas of the API's document: of what is sent, of what is answered, and of the records that travel in a Change.

Decides how one message is said twice where it has to be: what somebody sends is refused for a field more, what the
store answers may have one in a later version. Which words a text may hold is the vocabulary's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from inspect import cleandoc
from typing import Any

import msgspec

from orders import wire
from orders.records import KINDS
from orders.shapes import LARGEST
from server_stub import vocabulary

REF = "#/components/schemas/"
_TEMPLATE = f"{REF}{{name}}"
# What the schema of a message is called where the same one is answered too.
_SENT = "Input"

Schema = dict[str, Any]


class Components:
    """Every schema by its name, and where that of a type stands."""

    def __init__(self, answered: Iterable[type], sent: Iterable[type], devices: Iterable[type]) -> None:
        """`sent` are refused for an unknown field; what `devices` send by themselves is not, and `answered` is none."""
        told = list(dict.fromkeys((*answered, *devices, *KINDS.values())))
        schemas, self.schemas = msgspec.json.schema_components(told, ref_template=_TEMPLATE)
        self._by_type = dict(zip(told, schemas, strict=True))
        self._sent: dict[type, Schema] = {}
        self._add_sent(list(dict.fromkeys(sent)))
        self._say_what_types_cannot()
        self._say_what_a_change_holds()
        vocabulary.say(self.schemas, _SENT)
        for schema in self.schemas.values():
            if "description" in schema:
                schema["description"] = cleandoc(schema["description"])

    def answered(self, cls: type) -> Schema:
        """The schema of what is answered, or said by a device by itself."""
        return self._by_type[cls]

    def sent(self, cls: type) -> Schema:
        """The schema of what somebody asks."""
        return self._sent.get(cls) or self._by_type[cls]

    def _add_sent(self, sent: list[type]) -> None:
        schemas, found = msgspec.json.schema_components(sent, ref_template=_TEMPLATE)
        names = {name: f"{name}{_SENT}" if name in self.schemas else name for name in found}
        for name, schema in found.items():
            if "properties" in schema:
                schema["additionalProperties"] = False
                schema["title"] = names[name]
            self.schemas[names[name]] = _renamed(schema, names)
        self._sent = {cls: _renamed(schema, names) for cls, schema in zip(sent, schemas, strict=True)}

    def _say_what_types_cannot(self) -> None:
        """Numbered events are kept as they came: of their content, only the number is ever refused."""
        number = {"type": "integer", "minimum": 1, "maximum": LARGEST}
        self.schemas["Push"]["properties"]["events"]["items"] = {
            "type": "object",
            "properties": {"number": number},
            "required": ["number"],
        }
        # A pair of texts, in words that every draft of JSON Schema has.
        self.schemas["Released"]["properties"]["refused"]["items"] = {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 2,
            "maxItems": 2,
        }
        message = self.schemas["OrderMessage"]["properties"]
        message["order"] = {"$ref": f"{REF}Order"}
        message["at"]["format"] = "date-time"

    def _say_what_a_change_holds(self) -> None:
        """A change is that of an order, of a task, of a parcel: its `kind` says what its `body` is."""
        change = self.schemas[wire.Change.__name__]
        named = {kind: f"{cls.__name__}Change" for kind, cls in KINDS.items()}
        for kind, cls in KINDS.items():
            properties = {
                **change["properties"],
                "kind": {"type": "string", "const": kind},
                "body": {"$ref": f"{REF}{cls.__name__}"},
            }
            self.schemas[named[kind]] = {
                "title": named[kind],
                "description": f"A record of kind {kind}, as it is since `cursor`.",
                "type": "object",
                "properties": properties,
                "required": change["required"],
            }
        self.schemas[wire.Change.__name__] = {
            "title": change["title"],
            "description": f"{change['description']} Its `kind` says what its `body` is.",
            "oneOf": [{"$ref": f"{REF}{name}"} for name in named.values()],
            "discriminator": {
                "propertyName": "kind",
                "mapping": {kind: f"{REF}{name}" for kind, name in named.items()},
            },
        }


def _renamed(part: Any, names: dict[str, str]) -> Any:
    if isinstance(part, dict):
        return dict(_renamed_items(part, names))
    if isinstance(part, list):
        return [_renamed(each, names) for each in part]
    return part


def _renamed_items(part: Schema, names: dict[str, str]) -> Iterator[tuple[str, Any]]:
    for key, value in part.items():
        is_ref = key == "$ref" and isinstance(value, str)
        yield key, f"{REF}{names[value.removeprefix(REF)]}" if is_ref else _renamed(value, names)
