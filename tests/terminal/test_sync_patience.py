"""How long the sync leaves a lost store alone: never while somebody waits for it, not for long while it still gains."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from orders import wire
from terminal.journal_mark import Doubt
from terminal.sync import worker
from terminal.sync.link import Unreachable
from tests.terminal.sync_peer import BOUND, SHELF, Device, Faulty, picked, pieces, stocked, walk


class Resting(Faulty):
    """A link that counts how long the sync means to rest."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.rests: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.rests.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


async def test_whoever_asks_for_work_does_not_wait_for_the_next_try(path: Path) -> None:
    link = Faulty(stocked())
    device = Device(path, link)
    link.error = Unreachable("the store is down")
    await device.start(is_connected=False)
    device.sync._sleep = lambda _seconds: asyncio.sleep(3600)
    device.connect()
    try:
        await device.until(lambda: device.badges[-1:] == [("OFFLINE", 0, "the store is down")])
        link.error = None
        assert (await device.sync.claim("W1")).is_away
        await device.until(lambda: device.badges[-1][0] == "ONLINE")
        assert (await device.sync.claim("W1")).task == "P1"
    finally:
        await device.stop()


async def test_whoever_asks_is_told_at_once_when_the_store_goes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "CLAIM_PATIENCE_S", 3600.0)
    is_asked = asyncio.Event()

    class Going(Faulty):
        async def push(self, push: wire.Push) -> wire.PushReply:
            is_asked.set()
            await self.goes.wait()
            raise Unreachable("gone")

        goes = asyncio.Event()

    link = Going(stocked())
    device = Device(path, link)
    await device.start()
    try:
        await device.until(lambda: pieces(device) == 0)
        await device.tell(BOUND)
        claim = asyncio.create_task(device.sync.claim("W1"))
        await is_asked.wait()
        link.goes.set()
        async with asyncio.timeout(20):
            assert (await claim).is_away
    finally:
        await device.stop()


async def test_whoever_asks_a_slow_store_is_told_to_wait_and_a_quick_one_says_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SAYS_SO_S", 0.0)
    told = asyncio.Event()

    class Slow(Faulty):
        async def claim(self, claim: wire.Claim) -> wire.Claimed:
            await told.wait()
            return await super().claim(claim)

    device = Device(path, Slow(stocked()))
    await device.start()
    device.sync._on_wait = told.set
    try:
        await device.until(lambda: device.badges[-1:] != [] and device.badges[-1][0] == "ONLINE")
        async with asyncio.timeout(20):
            assert (await device.sync.claim("W1")).task == "P1"
        monkeypatch.setattr(worker, "SAYS_SO_S", 3600.0)
        told.clear()
        device.sync._requests._link = Faulty(stocked())
        await device.sync.claim("W1")
        assert not told.is_set()
    finally:
        await device.stop()


async def test_a_store_that_is_away_is_asked_less_and_less(path: Path) -> None:
    link = Resting(stocked())
    link.error = Unreachable("the store is down")
    device = Device(path, link)
    await device.start(is_connected=False)
    device.sync._sleep = link.sleep
    device.connect()
    await device.until(lambda: len(link.rests) > 8)
    await device.stop()
    assert link.rests[:7] == [rest * 0.75 for rest in (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0)]


async def test_a_link_that_still_brings_something_is_tried_again_soon(path: Path) -> None:
    link = Resting(stocked())
    device = Device(path, link)
    await device.start(is_connected=False)
    device.sync._sleep = link.sleep
    await device.tell(BOUND, SHELF, *(picked() for _ in range(30)))
    link.faults = ["", "", "", "lost"] * 40
    device.connect()
    for _ in range(6):
        await device.tell(picked())
        await device.until(lambda: device.journal.waiting() == 0)
    await device.stop()
    assert len(link.rests) > 4
    assert max(link.rests) <= 2 * 0.75


async def test_what_an_older_identity_had_sent_comes_again_to_a_restored_store(path: Path) -> None:
    peer = stocked()
    device = Device(path, Faulty(peer))
    await device.start()
    await device.tell(BOUND, SHELF, picked(2))
    await device.agreed(peer)
    old = device.journal.id
    await device.stop()
    await device.start(is_connected=False)
    await device.thread.run(device.journal.renew, Doubt.COPIED)
    device.connect()
    await device.tell(picked(3))
    await device.agreed(peer)
    await device.stop()

    peer.forget(old, 0, "E2", *peer_before(peer))
    peer.seen.clear()
    await device.start()
    try:
        await device.agreed(peer)
        assert (pieces(device), peer.last(old), peer.last(device.journal.id)) == (5, 3, 1)
        assert any("4 scans" in note for note in device.notes)
    finally:
        await device.stop()


def peer_before(peer: Any) -> list[Any]:
    """The records of the morning's beginning."""
    return [record for record in peer.books.values() if record.id == "HOME"] + list(walk())
