"""The morning under fire between programs of different versions: more fields, fewer fields, kinds nobody here knows.

A peer of another version stands in the proxy: it rewrites every message that passes, both ways, while the network
loses, repeats and delays them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from tests.floor.faulty_link import POLL, FaultyLink, at_random
from tests.floor.shift import morning
from tests.floor.warehouse import Warehouse

LATER = {"mood": "cheerful", "readings": [{"humidity": 0.5}, None]}
# What an earlier store would not say yet; each has a default here.
EARLIER_LACKS = ("site", "station")


def richer(value: Any) -> Any:
    """The same message from a later version: every object has fields more."""
    if isinstance(value, dict):
        return {key: richer(each) for key, each in value.items()} | {"later": LATER}
    if isinstance(value, list):
        return [richer(each) for each in value]
    return value


class OtherVersion(FaultyLink):
    """A proxy behind which terminal and store seem to be of other versions to each other."""

    kinds_added = 0

    async def _store(self, request: bytes) -> bytes:
        path = request.split(b" ", 2)[1].partition(b"?")[0].decode()
        # Up go a terminal's own events, byte by byte as they were journaled; only what stands around them is richer.
        reply = await super()._store(_with_body(request, lambda body: body[:-1] + b',"later":[{}]}'))
        return _with_body(reply, lambda body: json.dumps(self._of_other_version(path, json.loads(body))).encode())

    def _of_other_version(self, path: str, message: Any) -> Any:
        if not isinstance(message, dict):
            return message
        message = richer({key: each for key, each in message.items() if key not in EARLIER_LACKS})
        if path == POLL and (changes := message.get("changes")):
            self.kinds_added += 1
            body = {"id": "D1", "battery": 0.3}
            changes.append({"kind": "drone", "id": "D1", "revision": 1, "cursor": changes[-1]["cursor"], "body": body})
        return message


def _with_body(message: bytes, change: Callable[[bytes], bytes]) -> bytes:
    head, _, body = message.partition(b"\r\n\r\n")
    if not body:
        return message
    told = change(body)
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*lines, b"content-length: %d" % len(told)]) + b"\r\n\r\n" + told


def test_a_peer_that_says_more_or_less_changes_no_books(warehouse: Warehouse, tmp_path: Path, chance: Random) -> None:
    with morning(warehouse, tmp_path / "m") as day, OtherVersion(day.store.port, at_random(chance, 0.1)) as link:
        shift = day.shift(url=link.url, packs_at=2)
        shift.work()
        assert link.kinds_added > 0
        day.prove(shift.device)
