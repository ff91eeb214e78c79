"""The envelope in which a terminal numbers what happened: how a fact is written, kept, sent and told from another.

Decides the bytes. What a fact says stands in events; one of an earlier version is read by upcast.
"""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from orders.decoding import decoded
from orders.events import FloorEvent
from orders.shapes import Instant, Positive, Struct

EVENT_VERSION = 1


class Envelope(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event as it is journaled and sent. `number` counts 1, 2, 3 within one journal; `at` is the device's clock.

    `event` stays raw, so that a kind of a later version can be kept and passed on by an earlier one.
    """

    number: Positive
    at: Instant
    worker: str
    subject: str
    event: msgspec.Raw
    version: int = EVENT_VERSION


_ENCODER = msgspec.json.Encoder()
_ENVELOPES = msgspec.json.Decoder(Envelope)
_EVENTS: msgspec.json.Decoder[FloorEvent] = msgspec.json.Decoder(FloorEvent)


def encode_event(event: FloorEvent) -> bytes:
    """The event alone, as it stands in its envelope."""
    return _ENCODER.encode(event)


def decode_event(raw: bytes | msgspec.Raw) -> FloorEvent:
    """The event in `raw` at the present version; msgspec.ValidationError where it is none that is known here."""
    return decoded(_EVENTS, raw)


def seal(number: int, at: Instant, worker: str, event: FloorEvent) -> bytes:
    """The bytes of one numbered event: what the journal keeps, the digest covers and the store receives."""
    return _ENCODER.encode(
        Envelope(
            number=number,
            at=at,
            worker=worker,
            subject=str(event.subject),
            event=msgspec.Raw(encode_event(event)),
        )
    )


def open_envelope(body: bytes | msgspec.Raw) -> Envelope:
    """The envelope in `body`; msgspec.DecodeError where it is none."""
    return decoded(_ENVELOPES, body)


def digest(body: bytes | memoryview) -> bytes:
    """Sixteen bytes that tell two events of one number apart (BLAKE2b)."""
    return blake2b(body, digest_size=16).digest()
