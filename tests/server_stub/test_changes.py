"""What changed after a cursor, and who is woken by it."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import msgspec
import pytest

from orders import events, wire
from orders.intake import NewLocation, NewProduct
from server_stub import changes as changes_module
from server_stub.books import News
from server_stub.changes import PAUSE_SECONDS, Waiter, Wakers
from server_stub.writer import Commit

# Far longer than any of these tests takes: who is answered was woken.
LONG = 30
ROUNDS = 60


async def settled(*tasks: Any) -> set[Any]:
    """Those of `tasks` that are done once the loop has nothing left to do for a while."""
    await asyncio.wait(tasks, timeout=0.3)
    return {task for task in tasks if task.done()}


async def test_each_record_comes_once_as_it_is_now(warehouse: Any) -> None:
    device = await warehouse.device("a")
    start = (await device.changes(0)).cursor
    for description in ("Lamp", "Big lamp", "Huge lamp"):
        await warehouse.intake(products=(NewProduct(owner="HOME", sku="LAMP", description=description),))
    page = await device.changes(start)
    (change,) = page.changes
    assert (change.kind, change.id, change.revision, page.more) == ("product", "HOME/LAMP", 3, False)
    assert b"Huge lamp" in bytes(change.body)
    assert (await device.changes(page.cursor)).changes == ()


async def test_pages_are_bounded_and_read_to_the_end(warehouse: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await warehouse.intake(locations=tuple(NewLocation(code=f"A-{n:03d}") for n in range(120)))
    device = await warehouse.device("a")
    for name, size in (("PAGE_RECORDS", 50), ("PAGE_BYTES", 700)):
        monkeypatch.setattr(changes_module, name, size)
        after, seen, more, pages = 0, [], True, 0
        while more:
            page = await device.changes(after, kinds="location")
            seen += [change.id for change in page.changes]
            after, more, pages = page.cursor, page.more, pages + 1
        assert sorted(seen) == [*(f"A-{n:03d}" for n in range(120)), "DROP-1"]
        assert pages > 2


async def test_only_the_kinds_asked_for_come(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 1}})
    device = await warehouse.device("a")
    page = await device.changes(0, kinds="product,owner")
    assert {change.kind for change in page.changes} == {"product", "owner"}
    everything = await device.changes(0)
    assert page.cursor == everything.cursor


@pytest.mark.parametrize("asked", [{"after": 10**9}, {"after": 0, "epoch": "another"}])
async def test_a_cursor_of_another_time_is_told_to_begin_anew(warehouse: Any, asked: dict[str, Any]) -> None:
    device = await warehouse.device("a")
    page = await device.changes(asked["after"], **({"epoch": asked["epoch"]} if "epoch" in asked else {}))
    assert (page.reset, page.cursor, page.changes, page.epoch) == (True, 0, (), device.epoch)


async def test_a_waiting_terminal_is_woken_by_what_it_asked_for(warehouse: Any) -> None:
    device = await warehouse.device("a")
    start = (await device.changes(0)).cursor
    products = asyncio.create_task(device.changes(start, kinds="product", wait=LONG))
    workers = asyncio.create_task(device.changes(start, kinds="worker", wait=LONG))
    await warehouse.intake(products=(NewProduct(owner="HOME", sku="LAMP", description="Lamp"),))
    assert await settled(products, workers) == {products}
    assert [change.id for change in products.result().changes] == ["HOME/LAMP"]
    warehouse.store.wakers.close()
    assert (await workers).changes == ()


async def test_ones_own_events_wake_the_others_only(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.release()
    mine, other = await warehouse.device("mine"), await warehouse.device("other")
    walk = await warehouse.walk(mine)
    start = (await mine.changes(0)).cursor
    own = asyncio.create_task(mine.changes(start, kinds="task,order,discrepancy", wait=LONG))
    others = asyncio.create_task(other.changes(start, kinds="task", wait=LONG))
    await asyncio.sleep(0)
    await mine.tell(walk.bound(), walk.picked(1))
    assert await settled(own, others) == {others}
    await mine.tell(walk.picked(5))  # a discrepancy is news to its own teller, too
    assert await settled(own) == {own}
    assert {change.kind for change in own.result().changes} == {"task", "order", "discrepancy"}


async def test_what_the_store_does_beyond_the_fact_wakes_its_teller(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.release()
    device = await warehouse.device("mine")
    walk = await warehouse.walk(device)
    await device.tell(walk.bound(), walk.shorted(2))
    start = (await device.changes(0)).cursor
    waiting = asyncio.create_task(device.changes(start, kinds="order", wait=LONG))
    await asyncio.sleep(0)
    await device.tell(walk.dropped(is_empty=True))
    assert await settled(waiting) == {waiting}


async def test_without_news_the_answer_comes_when_the_wait_is_over(warehouse: Any) -> None:
    device = await warehouse.device("a")
    start = (await device.changes(0)).cursor
    page = await device.changes(start, wait=0.05)
    assert (page.changes, page.cursor, page.more) == ((), start, False)


async def test_a_record_that_goes_on_while_a_page_is_read_is_in_it_as_it_was(
    warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = warehouse.store
    start = store.cursor
    await warehouse.intake(products=(NewProduct(owner="HOME", sku="LAMP", description="Lamp"),))
    end, looked, goes_on, rows = store.cursor, threading.Event(), threading.Event(), store._line.rows

    def interrupted(statement: Any, **values: Any) -> Any:
        looked.set()
        assert goes_on.wait(LONG)
        return rows(statement, **values)

    monkeypatch.setattr(store._line, "rows", interrupted)
    reading = asyncio.create_task(
        asyncio.to_thread(store.changes.page, store.epoch, start, frozenset({"product"}), end)
    )
    await asyncio.to_thread(looked.wait, LONG)
    await warehouse.intake(products=(NewProduct(owner="HOME", sku="LAMP", description="Big lamp"),))
    goes_on.set()
    page = await reading
    assert ([change.revision for change in page.changes], page.cursor, page.more) == ([1], end, False)
    page = store.changes.page(store.epoch, page.cursor, frozenset({"product"}), store.cursor)
    assert ([change.revision for change in page.changes], page.cursor, page.more) == ([2], store.cursor, False)


async def test_an_asker_is_answered_once_a_pause_with_all_that_happened(warehouse: Any) -> None:
    device = await warehouse.device("a")
    after = (await device.changes(0)).cursor
    changes, answers, loop = 0, 0, asyncio.get_running_loop()
    begun = loop.time()

    async def busy() -> None:
        for number in range(ROUNDS):
            await warehouse.intake(locations=(NewLocation(code=f"B-{number}"),))

    working = asyncio.create_task(busy())
    while changes < ROUNDS:
        page = await device.changes(after, kinds="location", wait=5.0)
        after, changes, answers = page.cursor, changes + len(page.changes), answers + 1
    await working
    assert changes == ROUNDS
    # One a beat, of which the first and the last may have been but a moment of theirs.
    assert answers <= (loop.time() - begun) / PAUSE_SECONDS + 3


async def test_an_answer_a_hair_before_its_beat_is_not_followed_by_another_on_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wakers, loop = Wakers(), asyncio.get_running_loop()
    pauses = []
    for now in (7.0, 7.0 - 1e-9):
        with monkeypatch.context() as patch:
            patch.setattr(loop, "time", lambda now=now: now)
            wakers.note_answer("A", frozenset(), 0.25)
            pauses.append(wakers._not_before["A", frozenset()])
    assert pauses == [7.25, 7.25]


async def test_closing_answers_everybody_at_once_and_for_good() -> None:
    wakers = Wakers()
    waiter = Waiter(frozenset(), "A")
    waiting = asyncio.create_task(wakers.wait(waiter, LONG))
    await asyncio.sleep(0)
    wakers.close()
    await waiting
    await wakers.wait(Waiter(frozenset(), "A"), LONG)


@pytest.mark.parametrize(
    ("kinds", "terminal", "changed", "origin", "is_concerned"),
    [
        ((), "A", ("task",), "B", True),
        ((), "A", ("task",), "A", False),
        ((), "A", ("task",), None, True),
        (("order",), "A", ("task",), "B", False),
        (("order", "task"), "A", ("task",), "B", True),
        ((), None, ("task",), None, True),
        ((), None, ("task",), "A", True),
    ],
)
def test_whom_a_change_concerns(
    kinds: tuple[str, ...], terminal: str | None, changed: tuple[str, ...], origin: str | None, is_concerned: bool
) -> None:
    commit = Commit(1, (News(frozenset(changed), origin),), steps=1, seconds=0.001)
    assert Waiter(frozenset(kinds), terminal).concerns(commit) is is_concerned


async def test_refused_scans_wake_nobody(warehouse: Any) -> None:
    device, other = await warehouse.device("a"), await warehouse.device("b")
    start = (await other.changes(0)).cursor
    waiting = asyncio.create_task(other.changes(start, wait=LONG))
    await asyncio.sleep(0)
    await device.tell(events.ScanRefused(worker="ADA", step="pick_item", reason="wrong_product"))
    assert await settled(waiting) == set()
    warehouse.store.wakers.close()
    page = await waiting
    assert page.cursor > start


async def test_all_who_ask_the_same_are_given_the_same_bytes_until_the_log_goes_on(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    store = warehouse.store

    def asked(after: int = 0, owner: str = "") -> Any:
        return store.changes.told(store.epoch, after, frozenset({"location", "tote"}), store.cursor, owner)

    assert asked() is asked()
    assert asked(owner="HOME") is not asked()
    before, end = asked(), store.cursor
    await warehouse.admin.post("/v1/totes", json={"count": 1})
    assert asked() is not before
    news = msgspec.json.decode(asked(after=end).body, type=wire.Changes)
    assert [change.kind for change in news.changes] == ["tote"]
    assert news.cursor == store.cursor


async def test_those_who_follow_are_answered_on_the_same_beat() -> None:
    wakers = Wakers()
    loop = asyncio.get_running_loop()
    day = 86_400.0
    wakers.note_answer("HH-1", frozenset(), day)
    await asyncio.sleep(0)
    wakers.note_answer("HH-2", frozenset(), day)
    first, second = wakers._not_before["HH-1", frozenset()], wakers._not_before["HH-2", frozenset()]
    assert first == second > loop.time()


async def test_a_device_that_is_revoked_while_it_waits_hears_so_at_once_and_the_others_wait_on(warehouse: Any) -> None:
    lost, other = await warehouse.device("lost"), await warehouse.device("other")
    start = (await lost.changes(0)).cursor
    waiting = asyncio.create_task(lost.http.get("/v1/changes", params={"after": start, "wait": LONG}))
    others = asyncio.create_task(other.changes(start, wait=LONG))
    assert await settled(waiting, others) == set()
    revoked = await warehouse.admin.post("/v1/terminals/revoke", json={"terminal": lost.terminal})
    assert revoked.status_code == 200
    answer = await waiting
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["error"] == "unauthorised"
    assert await settled(others) == set()
    others.cancel()
