"""One thread, many steps in one transaction, and one bad step that fails alone."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from typing import Any

import pytest

from orders.records import Tote
from server_stub.problems import Refusal


def put(id: str) -> Any:
    def step(books: Any) -> str:
        books.put(Tote(id=id))
        return id

    return step


async def stalled(store: Any) -> tuple[threading.Event, asyncio.Task[Any]]:
    """Keeps the writer busy until the event is set, so that what is asked meanwhile becomes one group."""
    entered, go_on = threading.Event(), threading.Event()

    def step(_books: Any) -> None:
        entered.set()
        go_on.wait(10)

    task = asyncio.create_task(store.write(step))
    await asyncio.to_thread(entered.wait, 10)
    return go_on, task


async def grouped(store: Any, *steps: Any) -> list[Any]:
    go_on, task = await stalled(store)
    waiting = [asyncio.create_task(store.write(step)) for step in steps]
    await asyncio.sleep(0)
    go_on.set()
    await task
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_what_waits_together_is_committed_together(warehouse: Any) -> None:
    commits = []
    published = warehouse.store.wakers.publish
    warehouse.store.wakers.publish = lambda commit: (commits.append(commit), published(commit))
    answers = await grouped(warehouse.store, *[put(f"G{n}") for n in range(20)])
    assert answers == [f"G{n}" for n in range(20)]
    assert len(commits) == 2
    assert len(commits[1].news) == 20
    assert warehouse.rows("SELECT count(*) FROM record WHERE kind = 'tote'") == [(20,)]


async def test_a_step_that_fails_fails_alone(warehouse: Any) -> None:
    def bad(books: Any) -> None:
        books.put(Tote(id="BAD"))
        raise ValueError("half done")

    answers = await grouped(warehouse.store, put("G1"), bad, put("G2"))
    assert (answers[0], answers[2]) == ("G1", "G2")
    assert isinstance(answers[1], ValueError)
    assert warehouse.rows("SELECT id FROM record WHERE kind = 'tote' ORDER BY id") == [("G1",), ("G2",)]


async def test_a_refusal_before_any_change_does_not_undo_the_group(warehouse: Any) -> None:
    runs = 0

    def counted(books: Any) -> None:
        nonlocal runs
        runs += 1
        books.put(Tote(id="G1"))

    def refuses(_books: Any) -> None:
        raise Refusal(409, "no", expected="a", came="b", remedy="c")

    answers = await grouped(warehouse.store, counted, refuses)
    assert isinstance(answers[1], Refusal)
    assert runs == 1


async def test_a_refusal_after_a_change_is_undone(warehouse: Any) -> None:
    def late(books: Any) -> None:
        books.put(Tote(id="BAD"))
        raise Refusal(409, "no", expected="a", came="b", remedy="c")

    answers = await grouped(warehouse.store, put("G1"), late)
    assert answers[0] == "G1"
    assert isinstance(answers[1], Refusal)
    assert warehouse.record(Tote, "BAD") is None


async def test_numbers_given_in_an_undone_step_are_given_again(warehouse: Any) -> None:
    before = warehouse.store.cursor

    def bad(books: Any) -> None:
        books.put(Tote(id="BAD"))
        raise ValueError("undone")

    with pytest.raises(ValueError, match="undone"):
        await warehouse.store.write(bad)
    await warehouse.store.write(put("G1"))
    assert warehouse.store.cursor == before + 1


async def test_nobody_hears_of_a_commit_that_failed(warehouse: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_cursor: Any, *, has_news: bool) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    before = warehouse.store.cursor
    with monkeypatch.context() as failing:
        failing.setattr(warehouse.store.writer._database, "commit", full)
        answer = await warehouse.admin.post("/v1/totes", json={"count": 1})
    assert (answer.status_code, answer.json()["error"]) == (503, "cannot_write")
    assert "disk" in answer.json()["remedy"]
    assert warehouse.store.cursor == before
    assert warehouse.rows("SELECT count(*) FROM record WHERE kind = 'tote'") == [(0,)]
    assert (await warehouse.admin.post("/v1/totes", json={"count": 1})).status_code == 200


async def test_one_record_in_many_steps_is_written_once_with_every_revision_counted(warehouse: Any) -> None:
    def again(books: Any) -> None:
        books.put(Tote(id="G1"))

    await grouped(warehouse.store, *[again] * 5)
    assert warehouse.rows("SELECT revision FROM record WHERE id = 'G1'") == [(5,)]
