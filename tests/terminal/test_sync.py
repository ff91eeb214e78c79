"""The sync against a store at the edge: any loss, repeat or delay of what is sent ends with both sides agreed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from orders import wire
from orders.envelope import seal
from orders.events import ItemVerified, ParcelSealed, ScanRefused
from orders.records import Tote
from terminal.journal import Journal
from terminal.sync.link import AtWork, LinkError, Nonsense, Refused, SignInAgain, Unreachable, WrongVersion
from terminal.sync.requests import Requests
from tests.floors import NOW, OWNER
from tests.terminal.sync_peer import BOUND, FAULTS, SHELF, Device, Faulty, Peer, picked, pieces, stocked, walk, working


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def peer() -> Peer:
    return stocked()


async def test_what_happened_goes_up_and_comes_back_as_records(path: Path, peer: Peer) -> None:
    async with working(path, Faulty(peer)) as device:
        await device.until(lambda: pieces(device) == 0)
        await device.tell(BOUND, SHELF, picked(2))
        assert pieces(device) == 2, "the floor does not wait for the store"
        await device.tell(picked(3))
        await device.agreed(peer)
        assert pieces(device) == 5
        assert device.badges[-1] == ("ONLINE", 0, "")
        assert peer.hellos[0].journal == device.journal.id


async def test_a_shift_offline_is_sent_in_order_in_batches(path: Path, peer: Peer) -> None:
    link = Faulty(peer)
    device = Device(path, link)
    await device.start(is_connected=False)
    await device.tell(*(ScanRefused(worker="W1", step="pick", reason="wrong_item", raw=str(n)) for n in range(250)))
    device.connect()
    await device.agreed(peer)
    assert [event.raw for event in peer.events if isinstance(event, ScanRefused)] == [str(n) for n in range(250)]
    assert [len(push.events) for push in link.old_pushes] == [100, 100, 50]
    await device.stop()


async def test_a_batch_never_outgrows_what_the_store_takes(path: Path, peer: Peer, monkeypatch: Any) -> None:
    monkeypatch.setattr(wire, "MAX_BODY_BYTES", 8192)
    link = Faulty(peer)
    device = Device(path, link)
    await device.start(is_connected=False)
    await device.tell(*(ScanRefused(worker="W1", step="s", reason="r", raw="x" * 1000) for _ in range(9)))
    await device.tell(ScanRefused(worker="W1", step="s", reason="r", raw="x" * 9000))
    device.connect()
    await device.agreed(peer)
    assert [len(push.events) for push in link.old_pushes] == [3, 3, 3, 1]
    await device.stop()


async def test_a_restart_sends_what_was_not_sent(path: Path, peer: Peer) -> None:
    link = Faulty(peer)
    async with working(path, link) as device:
        await device.until(lambda: pieces(device) == 0)
        link.error = Unreachable("no network")
        await device.tell(BOUND, SHELF, picked(2))
        await device.until(lambda: device.badges[-1][:2] == ("OFFLINE", 3))
    assert not peer.events
    link.error = None
    async with working(path, link) as device:
        assert pieces(device) == 2
        await device.agreed(peer)
        assert pieces(device) == 2


@pytest.mark.parametrize("fault", FAULTS)
async def test_one_fault_at_any_place_of_the_talk_counts_nothing_twice(path: Path, fault: str) -> None:
    for place in range(12):
        peer = stocked()
        home = path.parent / str(place)
        home.mkdir()
        async with working(home / "journal.db", Faulty(peer, [""] * place + [fault])) as device:
            await device.until(lambda: pieces(device) == 0)
            for _ in range(3):
                await device.tell(*([BOUND, SHELF] if pieces(device) == 0 else []), picked(2))
            await device.agreed(peer)
            assert pieces(device) == 6
            assert len(peer.events) == 5


def watched(device: Device) -> list[int]:
    """Whatever the operator gets to see of the pieces from now on."""
    seen: list[int] = []
    device.sync._on_changed = lambda keys: seen.append(pieces(device))
    return seen


async def test_records_that_hold_an_unanswered_event_do_not_count_it_twice(path: Path, peer: Peer) -> None:
    """The reply to a push is lost, and meanwhile its effect comes down: the floor must never show four."""
    link = Faulty(peer)
    async with working(path, link) as device:
        await device.until(lambda: pieces(device) == 0)
        await device.tell(BOUND, SHELF)
        await device.agreed(peer)
        seen = watched(device)
        link.faults = ["reply_lost"] * 4
        await device.tell(picked(2))
        await device.agreed(peer)
        assert set(seen) <= {2}


async def test_a_push_that_arrives_twice_is_not_shown_twice(path: Path, peer: Peer) -> None:
    """Between its two arrivals the effect comes down, and the second answer's cursor lies behind it."""

    class Twice(Faulty):
        async def push(self, push: wire.Push) -> wire.PushReply:
            await self.peer.push(push)
            for _ in range(30):
                await asyncio.sleep(0)
            self.peer.put(Tote(id="T-88"))
            return await self.peer.push(push)

    async with working(path, Twice(peer)) as device:
        await device.until(lambda: pieces(device) == 0)
        await device.tell(BOUND, SHELF)
        await device.agreed(peer)
        seen = watched(device)
        for turn in range(1, 6):
            await device.tell(picked(2))
            await device.agreed(peer)
            assert pieces(device) == 2 * turn
        assert seen == sorted(seen) and max(seen) == 10


async def test_what_was_settled_in_another_epoch_is_covered_by_the_new_one(path: Path, peer: Peer) -> None:
    """The store's log is shorter after a restore than the cursor that our event was settled with."""

    class Mute(Faulty):
        is_mute = False

        async def changes(self, after: int, epoch: str, wait_s: float) -> wire.Changes:
            if self.is_mute:
                await asyncio.Event().wait()
            return await super().changes(after, epoch, wait_s)

    link = Mute(peer)
    async with working(path, link) as device:
        await device.until(lambda: pieces(device) == 0)
        for n in range(40):
            peer.put(Tote(id="T-01"))
            peer.put(Tote(id=f"T-{n}"))
        await device.agreed(peer)
        link.is_mute = True
        device.sync.refresh()
        await device.tell(BOUND, SHELF, picked(2))
        await device.until(lambda: device.journal.waiting() == 0)
        peer.forget(device.journal.id, 3, "E2", *peer.books.values())
        link.is_mute = False
        await device.tell(ScanRefused(worker="W1", step="s", reason="r"))
        await device.agreed(peer)
        assert pieces(device) == 2


async def test_a_known_number_with_other_content_is_told_and_nothing_vanishes(path: Path, peer: Peer) -> None:
    link = Faulty(peer)
    device = Device(path, link)
    await device.start(is_connected=False)
    old_id = device.journal.id
    theirs = ScanRefused(worker="W2", step="pick", reason="wrong_item", raw="theirs")
    mine = [ScanRefused(worker="W1", step="pick", reason="wrong_item", raw=f"mine {n}") for n in range(3)]
    peer.seen[old_id] = {n: seal(n, NOW, "W2", theirs) for n in (1, 2)}
    await device.tell(*mine)
    device.connect()
    await device.agreed(peer)
    assert device.journal.id != old_id
    assert sorted(event.raw for event in peer.events if isinstance(event, ScanRefused)) == [
        "mine 0",
        "mine 1",
        "mine 2",
    ]
    assert any("Another device sends under this terminal's number" in note for note in device.notes)
    await device.stop()


async def test_an_old_copy_that_the_store_finds_out_loses_no_new_scan(path: Path, peer: Peer) -> None:
    """A whole folder was put back unseen: the store holds numbers that this file is about to give again."""
    link = Faulty(peer)
    device = Device(path, link)
    await device.start(is_connected=False)
    old_id = device.journal.id
    await device.tell(*(ScanRefused(worker="W1", step="s", reason="r", raw=f"new {n}") for n in range(2)))
    peer.seen[old_id] = {
        n: seal(n, NOW, "W1", ScanRefused(worker="W1", step="s", reason="r", raw=f"old {n}")) for n in range(1, 9)
    }
    device.connect()
    await device.agreed(peer)
    assert [event.raw for event in peer.events if isinstance(event, ScanRefused)] == ["new 0", "new 1"]
    assert any("set back to an older copy" in note for note in device.notes)
    await device.tell(ScanRefused(worker="W1", step="s", reason="r", raw="new 2"))
    await device.agreed(peer)
    assert device.journal.id != old_id
    await device.stop()


async def test_a_store_restored_from_backup_gets_again_what_it_lost(path: Path, peer: Peer) -> None:
    link = Faulty(peer)
    async with working(path, link) as device:
        await device.until(lambda: pieces(device) == 0)
        await device.tell(BOUND, SHELF, picked(2))
        await device.agreed(peer)
        backup = [peer.books[key] for key in sorted(peer.books)]
        await device.tell(picked(3), picked(4))
        await device.agreed(peer)
        await device.until(lambda: device.journal.left("HOME") > 0)
        link.error = Unreachable("the store is down")
        await device.tell(picked(5))
        await device.until(lambda: device.badges[-1][0] == "OFFLINE")
        peer.forget(device.journal.id, 3, "E2", *backup)
        link.error = None
        await device.agreed(peer)
        assert pieces(device) == 14
        assert peer.last(device.journal.id) == 6
        assert any("restored from a backup: 2 scans" in note for note in device.notes)
        assert peer.hellos[-1].blocks[0].first == 1, "what is left of the lease is shown to the store"
    async with working(path, link) as device:
        await device.agreed(peer)
        assert pieces(device) == 14


async def test_a_store_restored_while_the_terminal_was_off(path: Path, peer: Peer) -> None:
    link = Faulty(peer)
    async with working(path, link) as device:
        await device.until(lambda: pieces(device) == 0)
        await device.tell(BOUND, SHELF, picked(2), picked(3))
        await device.agreed(peer)
        id = device.journal.id
    peer.forget(id, 1, "E2", OWNER, *walk())
    peer.seen[id] = {}
    async with working(path, link) as device:
        await device.agreed(peer)
        assert pieces(device) == 5
        assert device.journal.id == id


async def test_a_denied_fact_is_told_and_the_records_come_at_once(path: Path, peer: Peer) -> None:
    async with working(path, Faulty(peer)) as device:
        await device.until(lambda: pieces(device) == 0)
        await device.tell(ItemVerified(order="HOME/1001", tote="T-01", product="HOME/LAMP", quantity=1))
        await device.agreed(peer)
        assert any("books say otherwise (not in order)" in note for note in device.notes)


async def test_a_disk_that_takes_nothing_is_said_and_got_over(path: Path, peer: Peer) -> None:
    async with working(path, Faulty(peer)) as device:
        await device.until(lambda: pieces(device) == 0)
        await device.tell(BOUND, SHELF, picked(2))
        await device.agreed(peer)
        await device.thread.run(device.journal._db.execute, "PRAGMA query_only = 1")
        peer.put(Tote(id="T-77"))
        await peer.announce()
        await device.until(lambda: device.badges[-1][0] == "TROUBLE")
        assert "read-only" in device.badges[-1][2]
        assert device.floor.tote("T-77") is None, "nothing is shown that is not on disk"
        await device.thread.run(device.journal._db.execute, "PRAGMA query_only = 0")
        await device.agreed(peer)
        assert device.badges[-1] == ("ONLINE", 0, "")


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (Unreachable("nobody there"), "OFFLINE"),
        (SignInAgain("ask a supervisor"), "SIGN IN"),
        (Nonsense("a sign-in page"), "TROUBLE"),
        (WrongVersion("update this terminal"), "UPDATE"),
        (Refused(wire.Problem(error="e", expected="x", came="y", remedy="z")), "TROUBLE"),
    ],
)
async def test_work_goes_on_whatever_the_store_says_and_the_badge_says_why(
    path: Path, peer: Peer, error: LinkError, word: str
) -> None:
    link = Faulty(peer)
    async with working(path, link) as device:
        await device.until(lambda: pieces(device) == 0)
        link.error = error
        await device.tell(BOUND, SHELF, picked(2))
        await device.until(lambda: device.badges[-1] == (word, 3, str(error)))
        assert pieces(device) == 2
        grant = await device.sync.claim("W1")
        assert grant.is_away and grant.task is None
        link.error = None
        await device.agreed(peer)
        assert device.badges[-1] == ("ONLINE", 0, "")


async def test_a_claimed_task_is_on_the_floor_before_the_answer(path: Path, peer: Peer) -> None:
    async with working(path, Faulty(peer)) as device:
        await device.until(lambda: device.badges[-1:] == [("ONLINE", 0, "")])
        grant = await device.sync.claim("W1")
        assert grant.task == "P1"
        claimed = device.floor.task("P1")
        assert claimed and (claimed.state, claimed.claimed_by) == ("claimed", "T1")
        assert (await device.sync.give_back("P1")).task == "P1"


async def test_a_refused_claim_says_why(path: Path) -> None:
    async with working(path, Faulty(Peer())) as device:
        await device.until(lambda: device.badges[-1:] == [("ONLINE", 0, "")])
        assert (await device.sync.claim("W1")).refused == "no task is waiting"


async def test_numbers_are_leased_at_the_start_and_again_at_half(path: Path, peer: Peer) -> None:
    async with working(path, Faulty(peer, [""] * 4 + ["reply_lost"])) as device:
        await device.until(lambda: device.journal.left("HOME") == 50)
        first = device.journal.next_sscc("HOME")
        assert first is not None
        await device.thread.run(_spend, device.journal, 25)
        device.sync.poke()
        await device.until(lambda: device.journal.left("HOME") == 75)


async def test_a_lease_whose_answer_was_lost_is_asked_again_as_it_was(peer: Peer) -> None:
    asked: list[wire.Lease] = []

    class Noting(Faulty):
        async def lease(self, lease: wire.Lease) -> wire.Leased:
            asked.append(lease)
            return await super().lease(lease)

    requests = Requests(Noting(peer, ["reply_lost"]))
    with pytest.raises(Unreachable):
        await requests.lease("j", "HOME", 50)
    await requests.lease("j", "HOME", 20)  # a smaller one would be another request under that key
    assert asked[0] == asked[1]
    await requests.lease("j", "HOME", 20)
    assert (asked[2].count, asked[2].key == asked[0].key) == (20, False)


async def test_a_claim_that_the_store_is_at_work_on_is_asked_again_after_the_pause(peer: Peer) -> None:
    link = Faulty(peer)
    link.error = AtWork("at work", "0")
    asking = asyncio.create_task(Requests(link).claim("W1"))
    await asyncio.sleep(0)
    link.error = None
    assert (await asking).task == "P1"


def _spend(journal: Journal, count: int) -> None:
    for number in range(1, count + 1):
        code = journal.next_sscc("HOME")
        assert code is not None
        event = ParcelSealed(
            order="HOME/1001", order_number="1001", tote="T-01", parcel=code, number=number, contents=(), weight_grams=1
        )
        journal.append([(NOW, "W1", event)])


async def test_a_journal_that_the_store_knows_as_anothers_gets_a_new_identity(path: Path, peer: Peer) -> None:
    link = Faulty(peer)
    device = Device(path, link)
    await device.start(is_connected=False)
    await device.tell(BOUND)
    old_id = device.journal.id
    peer.owners[old_id] = "T9"
    device.connect()
    await device.until(lambda: device.badges[-1:] == [("ONLINE", 1, "")])
    assert device.journal.id != old_id
    assert any("only that one can send" in note for note in device.notes)
    await device.tell(SHELF)
    await device.until(lambda: len(peer.events) == 1)
    assert peer.events == [SHELF]
    await device.stop()


async def test_a_peer_of_another_version_loses_nothing_here(path: Path, peer: Peer) -> None:
    class Wordy(Faulty):
        """Adds a kind, adds a field, and leaves out what it may."""

        async def changes(self, after: int, epoch: str, wait_s: float) -> wire.Changes:
            page = await super().changes(after, epoch, wait_s)
            drone = wire.Change(kind="drone", id="D1", revision=1, cursor=page.cursor, body=msgspec.Raw(b'{"id":"D1"}'))
            changes = [
                msgspec.structs.replace(each, body=msgspec.Raw(bytes(each.body)[:-1] + b',"colour":"red"}'))
                for each in page.changes
            ]
            return msgspec.structs.replace(page, changes=(*changes, drone)) if changes else page

        async def push(self, push: wire.Push) -> wire.PushReply:
            return msgspec.structs.replace(await super().push(push), outcomes=())

    async with working(path, Wordy(peer)) as device:
        await device.until(lambda: pieces(device) == 0)
        await device.tell(BOUND, SHELF, picked(2))
        await device.agreed(peer)
        assert pieces(device) == 2


async def test_a_mistake_of_ours_is_never_taken_for_a_lost_connection(path: Path, peer: Peer) -> None:
    class Broken(Faulty):
        async def push(self, push: wire.Push) -> wire.PushReply:
            raise ZeroDivisionError

    device = Device(path, Broken(peer))
    await device.start()
    await device.tell(BOUND)
    with pytest.raises(ZeroDivisionError):
        await device.until(lambda: False)
    device._running = None
    await device.stop()


@pytest.mark.parametrize("turns", range(6))
async def test_a_link_that_breaks_in_the_very_moment_of_the_end_holds_nobody_up(
    path: Path, peer: Peer, turns: int
) -> None:
    breaks = asyncio.Event()

    class Breaking(Faulty):
        async def push(self, push: wire.Push) -> wire.PushReply:
            await breaks.wait()
            raise Unreachable("gone")

    device = Device(path, Breaking(peer))
    await device.start()
    await device.tell(BOUND)
    await device.until(lambda: device.badges[-1:] == [("ONLINE", 1, "")])
    running = device._running
    assert running is not None
    breaks.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait([running], timeout=5)
    assert running.cancelled()
    await device.stop()
