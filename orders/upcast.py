"""Reads events of every released version and hands on those of this one.

Decides how an old event is said today. One function a version step; no other file knows that versions exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from orders.decoding import plain
from orders.envelope import EVENT_VERSION, Envelope, decode_event
from orders.events import FloorEvent

Step = Callable[[dict[str, Any]], dict[str, Any]]

# From version n to n + 1, on the plain object. A step once released is never changed, only followed.
STEPS: Mapping[int, Step] = {}


class UnknownEvent(ValueError):
    """An event that this version cannot fold: a kind or a version of a later release. It is parked, not lost."""


class MalformedEvent(ValueError):
    """An event of a known kind whose fields are not what that kind holds."""


def understood(envelope: Envelope) -> FloorEvent:
    """The event of an envelope at the present version, or UnknownEvent, or MalformedEvent."""
    if envelope.version > EVENT_VERSION:
        raise UnknownEvent(f"version {envelope.version}; this program reads up to {EVENT_VERSION}")
    if envelope.version < 1:
        raise MalformedEvent(f"version {envelope.version}; versions count from 1")
    raw: msgspec.Raw | bytes = envelope.event
    if envelope.version < EVENT_VERSION:
        said = plain(raw)
        for version in range(envelope.version, EVENT_VERSION):
            said = STEPS[version](said)
        raw = msgspec.json.encode(said)
    try:
        return decode_event(raw)
    except msgspec.ValidationError as error:
        if is_known_kind(envelope.event):
            raise MalformedEvent(str(error)) from error
        raise UnknownEvent(str(error)) from error


def is_known_kind(raw: msgspec.Raw) -> bool:
    """Whether the event in `raw` names a kind of this version."""
    return kind_of_event(raw) in KINDS_OF_EVENT


def kind_of_event(raw: bytes | msgspec.Raw) -> str:
    """The kind that the event in `raw` names, empty where it names none."""
    said = plain(raw)
    kind = said.get("kind", "") if isinstance(said, dict) else ""
    return kind if isinstance(kind, str) else ""


KINDS_OF_EVENT = frozenset(
    str(member.__struct_config__.tag) for member in FloorEvent.__args__ if member.__struct_config__.tag
)
