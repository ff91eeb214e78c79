"""A request under one key, asked by two at every moment, or broken off at every moment by a stop: it is done once.

A moment lies between any two transactions of a request. At each of them somebody else asks with the same key (on
PostgreSQL at another process of the store), or the store is stopped and started again.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from itertools import count
from typing import Any

import httpx
import msgspec
import pytest

from orders import wire
from orders.intake import NewLine, NewOrder
from orders.records import Manifest, Order, Parcel, PickTask
from server_stub import departures, missed_trucks, release
from server_stub.app import make_app
from server_stub.client import StoreClient
from server_stub.floor_setup import DepartureMoved, MoveDeparture, RolledOver, RollOver
from tests.server_stub.conftest import MORNING

FEW, MANY = 2, 3
ALL = tuple(f"{n}" for n in range(MANY))
SEALED = {"order": "HOME/0", "order_number": "0", "number": 1, "state": "labelled", "contents": ()}


class Act(ABC):
    """One request of many transactions. `others` is another one under its key; `effect` shows how often it was done."""

    path: str
    gives: type[msgspec.Struct]

    def __init__(self, warehouse: Any) -> None:
        self.warehouse = warehouse

    @abstractmethod
    async def prepare(self, key: str) -> tuple[msgspec.Struct, msgspec.Struct]:
        """What the request of that key needs; the request, and another one under its key."""

    @abstractmethod
    def effect(self, key: str) -> Any:
        """What it did, in a form that a second doing would change."""


class Releasing(Act):
    path, gives = "/v1/requests/release", wire.Released

    async def prepare(self, key: str) -> tuple[msgspec.Struct, msgspec.Struct]:
        orders = tuple(f"HOME/{key}-{n}" for n in ALL)
        await self.warehouse.intake(orders=tuple(order(each.removeprefix("HOME/")) for each in orders))
        return wire.Release(key=key, orders=orders), wire.Release(key=key, orders=orders[:1])

    def effect(self, key: str) -> Any:
        orders = [self.warehouse.record(Order, f"HOME/{key}-{n}") for n in ALL]
        return [each.state for each in orders], [len(each.tasks) for each in orders]

    def told(self, answer: Any) -> Any:
        tasks = [self.warehouse.record(PickTask, task).order for task in answer.tasks]
        return [task.rpartition("-")[2] for task in tasks], answer.refused


class Moving(Act):
    path, gives = "/v1/departures/move", DepartureMoved

    async def prepare(self, key: str) -> tuple[msgspec.Struct, msgspec.Struct]:
        if self.warehouse.record(Order, "HOME/0") is None:
            await self.warehouse.intake(orders=tuple(map(order, ALL)))
            self.turn = 0
        self.turn += 1
        self.before = self._revisions()
        asked = MoveDeparture(key=key, carrier="Post", service="Day", departure="15:00", to=f"15:{self.turn:02d}")
        return asked, MoveDeparture(key=key, carrier="Post", service="Day", departure="15:00", to="14:59")

    def effect(self, key: str) -> Any:
        orders = [self.warehouse.record(Order, f"HOME/{n}") for n in ALL]
        steps = [after - before for before, after in zip(self.before, self._revisions(), strict=True)]
        return {each.due_at.minute - self.turn for each in orders}, steps

    def told(self, answer: Any) -> Any:
        return answer.departs_at.minute - self.turn, answer.orders, answer.parcels

    def _revisions(self) -> list[int]:
        rows = self.warehouse.rows("SELECT revision FROM record WHERE kind IN ('order', 'site') ORDER BY kind, id")
        return [revision for (revision,) in rows]


class RollingOver(Act):
    path, gives = "/v1/departures/roll-over", RolledOver

    async def prepare(self, key: str) -> tuple[msgspec.Struct, msgspec.Struct]:
        gone = {"carrier": "Post", "service": "Day", "departs_at": MORNING}
        standing = [f"{key}-{n}" for n in ALL]

        def stand(books: Any) -> None:
            books.put(Manifest(id=f"MISSED-{key}", parcels=tuple(standing), **gone))
            for parcel in standing:
                books.put(Parcel(id=parcel, manifest=f"MISSED-{key}", **gone, **SEALED))

        await self.warehouse.store.write(stand)
        self.warehouse.is_sound = False  # nobody sealed these
        return RollOver(key=key, manifest=f"MISSED-{key}"), RollOver(key=key, manifest="ANOTHER")

    def effect(self, key: str) -> Any:
        standing = [
            parcel.rpartition("-")[2]
            for manifest in self.warehouse.all(Manifest)
            for parcel in manifest.parcels
            if parcel.startswith(f"{key}-")
        ]
        rows = self.warehouse.rows("SELECT revision FROM record WHERE kind = 'parcel' AND id LIKE ?", f"{key}-%")
        return sorted(standing), rows, self.warehouse.record(Manifest, f"MISSED-{key}").parcels

    def told(self, answer: Any) -> Any:
        return answer.parcels, answer.manifest


ACTS = (Releasing, Moving, RollingOver)


def order(number: str) -> NewOrder:
    lamp = NewLine(number=1, sku="LAMP", description="Lamp", quantity=1)
    return NewOrder(owner="HOME", number=number, lines=(lamp,), customer="C1")


@pytest.fixture(autouse=True)
def small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (release, departures, missed_trucks):
        monkeypatch.setattr(module, "SLICE", FEW)


@pytest.fixture(params=ACTS, ids=[each.__name__ for each in ACTS])
async def act(request: pytest.FixtureRequest, warehouse: Any) -> Any:
    """A store with a product, and a request of many transactions."""
    await warehouse.furnish({"A-01": {"LAMP": 900}})
    return request.param(warehouse)


@pytest.fixture
async def elsewhere(warehouse: Any) -> AsyncIterator[Any]:
    """Where the second one asks: at another process, where the database may have one."""
    if not warehouse.place.address:
        yield warehouse
        return
    other = type(warehouse)(warehouse.place, warehouse.clock)
    await other.open()
    yield other
    await other.store.close()


class Moment:
    """Lets something happen ahead of the transaction of that number (from 0) of the next request."""

    def __init__(self, warehouse: Any, number: int, happening: Callable[[], Awaitable[None]]) -> None:
        self.has_come = False
        passed, store, write = 0, warehouse.store, warehouse.store.write

        async def hooked(step: Any, origin: str | None = None) -> Any:
            nonlocal passed
            passed += 1
            if passed - 1 == number:
                self.has_come, store.write = True, write
                await happening()
            return await write(step, origin)

        store.write = hooked
        self.forget = lambda: setattr(store, "write", write)


async def ask(warehouse: Any, act: Act, body: msgspec.Struct) -> httpx.Response:
    answer: httpx.Response = await warehouse.admin.post(act.path, content=msgspec.json.encode(body))
    return answer


async def answer_in_the_end(warehouse: Any, act: Act, body: msgspec.Struct) -> Any:
    """Asks again for as long as it is told to, as a program does."""
    while (answer := await ask(warehouse, act, body)).status_code == 409:
        assert (answer.json()["error"], answer.headers["retry-after"]) == ("in_progress", "1")
        warehouse.clock.move(seconds=1)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=act.gives)


def under_way(warehouse: Any) -> int:
    """How many requests have begun and are not at their end."""
    return int(warehouse.rows("SELECT count(*) FROM unfinished_request")[0][0])


async def undisturbed(act: Any) -> tuple[Any, Any, int]:
    """What the request tells and does, and its entries in the audit trail, where nobody comes between."""
    asked, _ = await act.prepare("alone")
    before = audited(act.warehouse)
    answer = await answer_in_the_end(act.warehouse, act, asked)
    return act.told(answer), act.effect("alone"), audited(act.warehouse) - before


def audited(warehouse: Any) -> int:
    return int(warehouse.rows("SELECT count(*) FROM audit")[0][0])


@pytest.mark.heavy
async def test_two_askers_of_one_key_at_every_moment_are_told_the_same_of_what_was_done_once(
    act: Any, elsewhere: Any
) -> None:
    warehouse, expected = act.warehouse, await undisturbed(act)
    for number in count():
        key = f"at-{number}"
        asked, another = await act.prepare(key)
        before, heard = audited(warehouse), []

        async def come_between(
            is_begun: bool = number > 0, asked: Any = asked, another: Any = another, heard: list[Any] = heard
        ) -> None:
            if is_begun:
                wrong = await ask(elsewhere, act, another)
                assert (wrong.status_code, wrong.json()["error"]) == (422, "key_used_before")
            heard.append((await ask(elsewhere, act, asked)).status_code)

        moment = Moment(warehouse, number, come_between)
        first = await answer_in_the_end(warehouse, act, asked)
        moment.forget()
        assert await answer_in_the_end(elsewhere, act, asked) == first
        assert (act.told(first), act.effect(key), audited(warehouse) - before) == expected
        if not moment.has_come:
            break
        assert heard == [409 if number else 200]
    assert number >= MANY // FEW
    assert under_way(warehouse) == 0


async def test_two_askers_at_once_are_told_the_same_of_what_was_done_once(act: Any, elsewhere: Any) -> None:
    expected = await undisturbed(act)
    asked, _ = await act.prepare("at-once")
    before = audited(act.warehouse)
    askers = [answer_in_the_end(each, act, asked) for each in (act.warehouse, elsewhere)]
    first, second = await asyncio.gather(*askers)
    assert first == second
    assert (act.told(first), act.effect("at-once"), audited(act.warehouse) - before) == expected


class Stopped(BaseException):
    """The process ends here."""


@pytest.mark.heavy
async def test_a_stop_at_every_moment_is_got_over_by_asking_again(act: Any) -> None:
    warehouse, expected = act.warehouse, await undisturbed(act)

    async def stop() -> None:
        raise Stopped

    for number in count():
        key = f"cut-{number}"
        asked, _ = await act.prepare(key)
        before, first = audited(warehouse), None
        moment = Moment(warehouse, number, stop)
        with suppress(Stopped):
            first = await answer_in_the_end(warehouse, act, asked)
        moment.forget()
        await warehouse.reopen()
        second = await answer_in_the_end(warehouse, act, asked)
        assert first in (None, second)
        assert (act.told(second), act.effect(key), audited(warehouse) - before) == expected
        if not moment.has_come:
            break
    assert number >= MANY // FEW
    assert under_way(warehouse) == 0


@pytest.mark.heavy
async def test_an_asker_who_went_away_in_the_middle_is_followed_by_the_next_at_once(act: Any) -> None:
    expected = await undisturbed(act)
    asked, _ = await act.prepare("gone")
    before, reached = audited(act.warehouse), asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    Moment(act.warehouse, 1, hang)
    first = asyncio.create_task(ask(act.warehouse, act, asked))
    await reached.wait()
    assert (await ask(act.warehouse, act, asked)).status_code == 409
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    answer = await ask(act.warehouse, act, asked)
    assert answer.status_code == 200, answer.text
    told = act.told(msgspec.json.decode(answer.content, type=act.gives))
    assert (told, act.effect("gone"), audited(act.warehouse) - before) == expected


async def test_a_command_waits_for_what_is_in_progress_under_its_key(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 900}})
    act, reached, may_go_on = Releasing(warehouse), asyncio.Event(), asyncio.Event()
    asked, _ = await act.prepare("wave")

    async def hold() -> None:
        reached.set()
        await may_go_on.wait()

    Moment(warehouse, 1, hold)
    first = asyncio.create_task(ask(warehouse, act, asked))
    await reached.wait()
    pauses = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        may_go_on.set()
        await first

    released = await StoreClient(warehouse.admin, pause=pause).release(asked)
    assert (pauses, msgspec.json.encode(released)) == ([1.0], (await first).content)


class LosesAnAnswer(httpx.ASGITransport):
    """The first answer does not arrive."""

    is_lost = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if not self.is_lost:
            self.is_lost = True
            raise httpx.ReadError("the connection broke")
        return answer


async def test_a_command_whose_answer_was_lost_asks_again_with_the_same_key(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 900}})
    act = Releasing(warehouse)
    asked, _ = await act.prepare("wave")
    async with httpx.AsyncClient(
        transport=LosesAnAnswer(app=make_app(warehouse.store)), base_url="http://store", headers=warehouse.admin.headers
    ) as http:
        released = await StoreClient(http).release(asked)
    assert act.told(released) == (list(ALL), ())
