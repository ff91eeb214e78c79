"""Events on the wire: what is sealed opens again, what a later version wrote is kept apart from what is wrong."""

import msgspec
import pytest

from orders.envelope import decode_event, digest, encode_event, open_envelope, seal
from orders.events import FloorEvent, ScanRefused
from orders.upcast import KINDS_OF_EVENT, MalformedEvent, UnknownEvent, is_known_kind, understood
from tests.floors import NOW
from tests.orders.test_folds import WHOLE_WAY


@pytest.mark.parametrize("event", WHOLE_WAY, ids=lambda event: event.__struct_config__.tag)
def test_a_sealed_event_opens_to_itself(event: FloorEvent) -> None:
    envelope = open_envelope(seal(7, NOW, "W1", event))
    assert (envelope.number, envelope.at, envelope.worker) == (7, NOW, "W1")
    assert envelope.subject == str(event.subject)
    assert understood(envelope) == event


def test_the_same_event_has_the_same_bytes_and_another_number_another_digest() -> None:
    one, two = seal(1, NOW, "W1", WHOLE_WAY[0]), seal(2, NOW, "W1", WHOLE_WAY[0])
    assert seal(1, NOW, "W1", WHOLE_WAY[0]) == one
    assert digest(one) != digest(two)


def envelope_with(event: bytes, version: int = 1) -> bytes:
    head = b'{"number":1,"at":"2026-11-20T09:00:00Z","worker":"W1","subject":"order/X",'
    return head + b'"version":%d,"event":%s}' % (version, event)


@pytest.mark.parametrize(
    "body", [envelope_with(b'{"kind":"drone_landed","order":"X"}'), envelope_with(b'{"kind":"tote_bound"}', 99)]
)
def test_a_later_versions_event_is_unknown_not_wrong(body: bytes) -> None:
    with pytest.raises(UnknownEvent):
        understood(open_envelope(body))


@pytest.mark.parametrize(
    "event",
    [
        b'{"kind":"tote_bound","order":"X"}',
        b'{"kind":"pick_confirmed","order":"X","task":"P","stop":1,"location":"L","product":"p","quantity":0,"tote":"t"}',
        b'{"kind":"item_verified","order":"X","tote":"t","product":"p","quantity":"2"}',
    ],
)
def test_a_known_event_with_wrong_fields_is_malformed(event: bytes) -> None:
    with pytest.raises(MalformedEvent):
        understood(open_envelope(envelope_with(event)))


def test_fields_that_a_later_version_adds_are_passed_over() -> None:
    event = ScanRefused(worker="W1", step="pick_item", reason="wrong_product")
    plain = msgspec.json.decode(encode_event(event)) | {"mood": "cheerful"}
    assert decode_event(msgspec.json.encode(plain)) == event


def test_every_kind_of_event_is_in_the_reader() -> None:
    assert {event.__struct_config__.tag for event in WHOLE_WAY} <= KINDS_OF_EVENT
    assert is_known_kind(msgspec.Raw(encode_event(WHOLE_WAY[0])))
    assert not is_known_kind(msgspec.Raw(b'{"kind":["x"]}'))
