"""Facts are taken exactly once: numbers, digests, gaps, conflicts, and what cannot be folded yet."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from orders import events, upcast
from orders.records import Discrepancy, Order, PickTask
from server_stub import admission


@pytest.fixture
async def walk(warehouse: Any) -> Any:
    """A claimed task of two pieces, on a device that has said hello."""
    await warehouse.furnish({"A-01": {"LAMP": 10}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.release()
    device = await warehouse.device("bench")
    found = await warehouse.walk(device)
    return device, found


def verdicts(reply: Any) -> list[tuple[int, str]]:
    return [(outcome.number, outcome.verdict) for outcome in reply.outcomes]


async def test_what_is_sent_again_is_known_and_done_once(warehouse: Any, walk: Any) -> None:
    device, facts = walk
    bodies = [device.seal(facts.bound()), device.seal(facts.picked(1))]
    assert verdicts(await device.send(*bodies)) == [(1, "admitted"), (2, "admitted")]
    reply = await device.send(*bodies, device.seal(facts.picked(1)))
    assert verdicts(reply) == [(1, "known"), (2, "known"), (3, "admitted")]
    assert reply.expected == 4
    assert warehouse.record(Order, "HOME/1").lines[0].picked == 2
    assert warehouse.lying("LAMP", "tote/T1") == 2


async def test_a_number_twice_within_one_batch_is_known(warehouse: Any, walk: Any) -> None:
    device, facts = walk
    bound, picked = device.seal(facts.bound()), device.seal(facts.picked(1))
    reply = await device.send(bound, bound, picked, picked)
    assert verdicts(reply) == [(1, "admitted"), (1, "known"), (2, "admitted"), (2, "known")]
    assert warehouse.lying("LAMP", "tote/T1") == 1


async def test_a_gap_stops_the_batch_and_says_what_is_expected(warehouse: Any, walk: Any) -> None:
    device, facts = walk
    first, lost, later = device.seal(facts.bound()), device.seal(facts.at_shelf()), device.seal(facts.picked(1))
    reply = await device.send(first, later)
    assert (verdicts(reply), reply.expected) == ([(1, "admitted")], 2)
    reply = await device.send(later)
    assert (verdicts(reply), reply.expected) == ([], 2)
    reply = await device.send(lost, later)
    assert (verdicts(reply), reply.expected) == ([(2, "admitted"), (3, "admitted")], 4)


async def test_a_known_number_with_other_content_is_an_alarm_never_known(warehouse: Any, walk: Any) -> None:
    device, facts = walk
    await device.tell(facts.bound())
    other = device.seal(facts.at_shelf(), number=1)
    for _ in range(2):
        assert verdicts(await device.send(other)) == [(1, "conflict")]
    (alarm,) = warehouse.all(Discrepancy)
    assert (alarm.reason, alarm.remedy, alarm.subject) == ("journal_conflict", "look", f"journal/{device.journal}")
    assert warehouse.rows("SELECT body FROM conflict") == [(other,)]


async def test_a_journal_belongs_to_one_terminal(warehouse: Any, walk: Any) -> None:
    device, _ = walk
    thief = await warehouse.device("thief")
    push = {"journal": device.journal, "epoch": device.epoch, "events": []}
    answer = await thief.http.post("/v1/events", json=push)
    assert (answer.status_code, answer.json()["error"]) == (409, "journal_of_another_terminal")


async def test_a_device_that_was_revoked_and_joined_anew_brings_its_journal_along(warehouse: Any, walk: Any) -> None:
    device, facts = walk
    await device.tell(facts.bound())
    await warehouse.admin.post("/v1/terminals/revoke", json={"terminal": device.terminal})
    again = await warehouse.device("again")
    again.journal, again.number = device.journal, device.number
    assert (await again.hello()).expected == 2
    assert await again.tell(facts.picked(1)) == ["admitted"]


async def test_a_push_of_another_epoch_takes_nothing(warehouse: Any, walk: Any) -> None:
    device, facts = walk
    body = device.seal(facts.bound())
    right, device.epoch = device.epoch, "before the restore"
    reply = await device.send(body)
    assert (reply.outcomes, reply.expected, reply.epoch) == ((), 1, right)


def unknown_fact(device: Any, order: str) -> bytes:
    """An event of a kind that only a later version knows."""
    device.number += 1
    known = msgspec.json.decode(device.seal(events.StopSkipped(order=order, task="T", stop=1), device.number))
    known["event"] = {"kind": "drone_landed", "order": order}
    return msgspec.json.encode(known)


async def test_an_unknown_kind_is_parked_with_all_later_events_of_its_order(warehouse: Any, walk: Any) -> None:
    device, facts = walk
    other = await warehouse.device("other")
    assert verdicts(await device.send(unknown_fact(device, "HOME/1"))) == [(1, "parked")]
    assert await device.tell(facts.bound()) == ["parked"]
    skipped = events.StopSkipped(order="HOME/1", task=facts.task.id, stop=1)
    assert await other.tell(skipped) == ["parked"]
    assert await other.tell(events.WorkerSignedOn(worker="ADA", by="badge")) == ["admitted"]
    assert warehouse.record(PickTask, facts.task.id).tote is None


async def test_parked_events_are_folded_in_order_by_the_version_that_knows_them(
    warehouse: Any, walk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, facts = walk
    later = unknown_fact(device, "HOME/1")
    await device.send(later, device.seal(facts.bound()), device.seal(facts.picked(2)))
    await warehouse.reopen()
    assert warehouse.lying("LAMP", "tote/T1") == 0
    understood = upcast.understood

    def by_a_later_version(envelope: Any) -> Any:
        if upcast.kind_of_event(envelope.event) == "drone_landed":
            return events.ShelfConfirmed(order="HOME/1", task=facts.task.id, stop=1, location="A-01")
        return understood(envelope)

    monkeypatch.setattr(admission.upcast, "understood", by_a_later_version)
    await warehouse.reopen()
    assert warehouse.lying("LAMP", "tote/T1") == 2
    assert warehouse.rows("SELECT count(*) FROM parked") == [(0,)]
    assert warehouse.rows("SELECT outcome FROM event ORDER BY number") == [("admitted",)] * 3


async def test_a_malformed_event_is_kept_parked_and_reported(warehouse: Any, walk: Any) -> None:
    device, facts = walk
    good = msgspec.json.decode(device.seal(facts.bound()))
    good["event"]["tote"] = 7
    assert verdicts(await device.send(msgspec.json.encode(good))) == [(1, "parked")]
    assert await device.tell(facts.bound()) == ["parked"]
    (found,) = warehouse.all(Discrepancy)
    assert (found.reason, found.remedy) == ("malformed", "look")


async def test_an_envelope_with_nothing_but_a_number_is_kept_too(warehouse: Any, walk: Any) -> None:
    device, facts = walk
    assert verdicts(await device.send(b'{"number":1,"what":"?"}')) == [(1, "parked")]
    device.number = 1
    assert await device.tell(facts.bound()) == ["admitted"]
    assert warehouse.rows("SELECT body FROM event WHERE number = 1") == [(b'{"number":1,"what":"?"}',)]


async def test_bytes_are_kept_as_they_came(warehouse: Any, walk: Any) -> None:
    device, facts = walk
    spaced = b" " + device.seal(facts.bound()).replace(b",", b" , ")
    await device.send(spaced)
    assert warehouse.rows("SELECT body FROM event") == [(spaced.strip(),)]


async def test_refused_scans_change_no_record_and_count_as_admitted(warehouse: Any, walk: Any) -> None:
    device, _ = walk
    before = warehouse.rows("SELECT kind, id, revision FROM record ORDER BY 1, 2")
    refused = events.ScanRefused(worker="ADA", step="pick_item", reason="wrong_product", raw="123")
    assert await device.tell(refused) == ["admitted"]
    assert warehouse.rows("SELECT kind, id, revision FROM record ORDER BY 1, 2") == before


async def test_the_reply_cursor_stands_behind_everything_the_batch_changed(warehouse: Any, walk: Any) -> None:
    device, facts = walk
    reply = await device.send(device.seal(facts.bound()), device.seal(facts.picked(2)))
    (highest,) = warehouse.rows("SELECT max(cursor) FROM record")[0]
    assert reply.cursor >= highest
    page = await device.changes(0)
    assert page.cursor >= reply.cursor
