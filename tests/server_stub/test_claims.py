"""Who works on what: the most urgent first, for half an hour, renewed by every sign of life."""

from __future__ import annotations

from typing import Any

import pytest

from orders.records import PickTask


@pytest.fixture
async def tasks(warehouse: Any) -> Any:
    """Three released tasks: 1 is due today; 2 and 3 have no truck, and 3 has the higher priority."""
    await warehouse.furnish({"A-01": {"LAMP": 50}})
    await warehouse.order("2", ("LAMP", 1), carrier="Van")
    await warehouse.order("3", ("LAMP", 1), carrier="Van", priority=5)
    await warehouse.order("1", ("LAMP", 1))
    await warehouse.release()
    return {task.order_number: task.id for task in warehouse.all(PickTask)}


async def test_the_most_urgent_task_comes_first(warehouse: Any, tasks: Any) -> None:
    got = [(await (await warehouse.device(name)).claim()).task for name in ("a", "b", "c", "d")]
    assert got == [tasks["1"], tasks["3"], tasks["2"], None]


async def test_who_holds_a_task_gets_it_again(warehouse: Any, tasks: Any) -> None:
    device = await warehouse.device("a")
    first = await device.claim()
    warehouse.clock.move(minutes=10)
    again = await device.claim()
    assert again.task == first.task
    assert (again.lease_ends_at - first.lease_ends_at).total_seconds() == 600


async def test_a_named_task_can_be_claimed_unless_somebody_works_on_it(warehouse: Any, tasks: Any) -> None:
    first, second = await warehouse.device("a"), await warehouse.device("b")
    assert (await first.claim(tasks["2"])).task == tasks["2"]
    assert (await second.claim(tasks["2"])).refused == f"A works on task {tasks['2']}"
    assert (await second.claim("T999999")).refused == "no task T999999 is known"


async def test_the_same_key_is_answered_with_the_same_reply(warehouse: Any, tasks: Any) -> None:
    device = await warehouse.device("a")
    first = await device.claim(key="k1")
    warehouse.clock.move(minutes=5)
    assert await device.claim(key="k1") == first
    other = {"key": "k1", "worker": "ADA"}
    answer = await device.http.post("/v1/requests/claim", json=other)
    assert (answer.status_code, answer.json()["error"]) == (422, "key_used_before")


async def test_replies_are_forgotten_when_nobody_can_still_be_asking(warehouse: Any, tasks: Any) -> None:
    device = await warehouse.device("a")
    await device.claim(key="k1")
    warehouse.clock.move(days=29)
    await warehouse.reopen()
    assert ("k1",) in warehouse.rows("SELECT key FROM request")
    warehouse.clock.move(days=2)
    await warehouse.reopen()
    assert warehouse.rows("SELECT key FROM request") == []


async def test_a_lease_that_ended_frees_what_was_not_begun(warehouse: Any, tasks: Any) -> None:
    first, second = await warehouse.device("a"), await warehouse.device("b")
    claimed = await first.claim()
    warehouse.clock.move(minutes=29)
    assert (await second.claim()).task != claimed.task
    warehouse.clock.move(minutes=2)
    third = await warehouse.device("c")
    assert (await third.claim()).task == claimed.task
    assert warehouse.record(PickTask, claimed.task).claimed_by == "C"


async def test_every_event_renews_the_lease(warehouse: Any, tasks: Any) -> None:
    first, second = await warehouse.device("a"), await warehouse.device("b")
    walk = await warehouse.walk(first)
    for fact in (walk.bound(), walk.at_shelf()):
        warehouse.clock.move(minutes=20)
        await first.tell(fact)
    assert (await second.claim(walk.task.id)).refused == f"A works on task {walk.task.id}"


async def test_a_walk_that_was_begun_is_only_taken_over_by_name(warehouse: Any, tasks: Any) -> None:
    first, second = await warehouse.device("a"), await warehouse.device("b")
    walk = await warehouse.walk(first)
    await first.tell(walk.bound())
    warehouse.clock.move(hours=2)
    assert (await second.claim()).task != walk.task.id
    assert (await second.claim(walk.task.id)).task == walk.task.id
    assert warehouse.record(PickTask, walk.task.id).tote == "T1"


async def give_back(device: Any, task: str) -> dict[str, Any]:
    answer = await device.http.post("/v1/requests/give-back", json={"key": f"back-{task}", "task": task})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_what_was_not_begun_is_given_back_free(warehouse: Any, tasks: Any) -> None:
    first, second = await warehouse.device("a"), await warehouse.device("b")
    claimed = await first.claim()
    assert (await give_back(first, claimed.task))["task"] == claimed.task
    task = warehouse.record(PickTask, claimed.task)
    assert (task.state, task.claimed_by, task.worker, task.lease_ends_at) == ("released", None, None, None)
    assert (await second.claim()).task == claimed.task
    assert (await give_back(first, claimed.task))["task"] == claimed.task  # the same key again: the same reply
    assert warehouse.record(PickTask, claimed.task).claimed_by == "B"


async def test_what_was_begun_is_handed_on_with_its_tote(warehouse: Any, tasks: Any) -> None:
    first, second = await warehouse.device("a"), await warehouse.device("b")
    walk = await warehouse.walk(first)
    await first.tell(walk.bound())
    await give_back(first, walk.task.id)
    assert (await second.claim()).task == walk.task.id
    taken = warehouse.record(PickTask, walk.task.id)
    assert (taken.state, taken.claimed_by, taken.tote) == ("picking", "B", "T1")


async def test_only_the_holder_gives_back(warehouse: Any, tasks: Any) -> None:
    first, second = await warehouse.device("a"), await warehouse.device("b")
    claimed = await first.claim()
    assert (await give_back(second, claimed.task))["refused"] == f"task {claimed.task} is not yours"


async def test_a_finished_walk_holds_nothing(warehouse: Any, tasks: Any) -> None:
    device = await warehouse.device("a")
    walk = await warehouse.walk(device)
    await device.tell(*walk.whole_pick())
    assert warehouse.rows("SELECT count(*) FROM claim") == [(0,)]
    assert (await device.claim()).task != walk.task.id
    assert (await device.claim(walk.task.id)).refused == f"task {walk.task.id} is completed"


async def test_a_claim_brings_the_task_its_order_and_its_address(warehouse: Any, tasks: Any) -> None:
    claimed = await (await warehouse.device("a")).claim()
    assert [change.kind for change in claimed.changes] == ["task", "order", "address"]
    assert all(
        warehouse.store.reader.record(change.kind, change.id).revision == change.revision for change in claimed.changes
    )


async def test_a_revoked_terminal_frees_what_it_held(warehouse: Any, tasks: Any) -> None:
    lost = await warehouse.device("lost")
    claimed = await lost.claim()
    answer = await warehouse.admin.post("/v1/terminals/revoke", json={"terminal": "LOST"})
    assert answer.status_code == 200
    assert warehouse.record(PickTask, claimed.task).state == "released"
    assert (await lost.http.post("/v1/events", json={})).status_code == 401
