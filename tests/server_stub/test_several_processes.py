"""Several processes on one PostgreSQL: one order for all, heard of everywhere, and nobody is lost when it goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from benchmarks.private_postgres import PrivatePostgres
from orders import wire
from orders.records import Order, Tote
from server_stub import backup, following, soundness
from server_stub.place import Place, PlaceError
from server_stub.problems import Refusal
from tests.server_stub.filled_databases import Databases, rows_of

LONG = 50.0


@pytest.fixture(params=["postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """These stories need a database that several processes can write."""
    return str(request.param)


@pytest.fixture
async def pair(warehouse: Any) -> AsyncIterator[tuple[Any, Any]]:
    """Two stores that are open on one database, as two processes have them."""
    other = type(warehouse)(warehouse.place, warehouse.clock)
    await other.open()
    yield warehouse, other
    await other.store.close()


def put(id: str) -> Callable[[Any], int]:
    def step(books: Any) -> int:
        books.put(Tote(id=id))
        return int(books.cursor)

    return step


async def until(condition: Callable[[], object]) -> None:
    """Returns once that holds."""
    async with asyncio.timeout(LONG):
        while not condition():
            await asyncio.sleep(0.01)


async def eventually(asked: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """The first answer that is not 503."""
    async with asyncio.timeout(LONG):
        while (answer := await asked()).status_code == 503:
            assert answer.headers["retry-after"] == "1"
            await asyncio.sleep(0.02)
    return answer


async def test_all_that_two_write_at_once_stands_in_one_order_without_a_gap(pair: tuple[Any, Any]) -> None:
    one, two = pair
    before = one.store.cursor
    cursors = await asyncio.gather(
        *[(one, two)[number % 2].store.write(put(f"G{number}")) for number in range(200)],
    )
    assert sorted(cursors) == list(range(before + 1, before + 201))
    stood = one.rows("SELECT cursor FROM record WHERE kind = 'tote' ORDER BY cursor")
    assert [cursor for (cursor,) in stood] == sorted(cursors)


async def test_a_follower_never_passes_a_change_that_becomes_visible_later(pair: tuple[Any, Any]) -> None:
    one, two = pair
    device = await one.device("cart")
    seen: list[str] = []
    after = one.store.cursor
    count = 150

    async def follow() -> None:
        nonlocal after
        while len(seen) < count:
            page = await device.changes(after, kinds="tote", wait=LONG)
            assert not page.reset
            seen.extend(change.id for change in page.changes)
            after = page.cursor

    async def write(store: Any, name: str) -> None:
        for number in range(count // 3):
            await store.write(put(f"{name}{number}"))

    async with asyncio.timeout(LONG):
        await asyncio.gather(follow(), write(one.store, "A"), write(two.store, "B"), write(two.store, "C"))
    assert sorted(seen) == sorted({f"{name}{number}" for name in "ABC" for number in range(count // 3)})


async def test_who_waits_at_one_process_is_woken_by_what_another_commits(pair: tuple[Any, Any]) -> None:
    one, two = pair
    device = await one.device("cart")
    waiting = asyncio.create_task(device.changes(one.store.cursor, kinds="tote", wait=LONG))
    await until(lambda: one.store.wakers.waiting)
    await two.store.write(put("G1"))
    async with asyncio.timeout(LONG):
        assert [change.id for change in (await waiting).changes] == ["G1"]


async def test_a_call_that_nobody_hears_is_made_up_for_by_looking(pair: tuple[Any, Any]) -> None:
    one, two = pair
    one.store._follower._deafen()
    one.store._follower._connected = lambda: None
    one.store._follower._listen = lambda cursor: None
    cursor = await two.store.write(put("G1"))
    await until(lambda: one.store.cursor == cursor)


async def test_a_cursor_from_one_process_is_no_news_from_nowhere_at_the_other(
    pair: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "PAUSE_SECONDS", LONG)
    one, two = pair
    device = await one.device("cart")
    two.store.look()
    two.store._follower._deafen()
    cursor = await one.store.write(put("G1"))
    device.http = two.http(device.token)
    page = await device.changes(cursor)
    assert (page.reset, page.cursor) == (False, cursor)


async def test_a_token_that_is_ended_at_one_process_dies_at_every_other(pair: tuple[Any, Any]) -> None:
    one, two = pair
    device = await one.device("cart")
    at_two = two.http(device.token)
    await until(lambda: two.store.tokens.caller(device.token) is not None)
    assert (await at_two.get("/v1/stations")).status_code == 200
    await one.admin.post("/v1/terminals/revoke", json={"terminal": device.terminal})
    await until(lambda: two.store.tokens.caller(device.token) is None)
    assert (await at_two.get("/v1/stations")).status_code == 401


async def test_a_device_may_go_to_any_process_and_counts_once(pair: tuple[Any, Any]) -> None:
    one, two = pair
    await one.furnish({"A-01": {"LAMP": 5}})
    await one.order("1", ("LAMP", 3))
    await one.release()
    device = await one.device("cart")
    walk = await one.walk(device)
    sent = [device.seal(fact) for fact in (walk.bound(), *[walk.picked(1)] * 3)]
    await until(lambda: two.store.tokens.caller(device.token) is not None)
    replies = []
    for turn in range(2):
        for warehouse, body in zip((one, two, two, one), sent, strict=True):
            device.http = warehouse.http(device.token)
            (outcome,) = (await device.send(body)).outcomes
            replies.append((turn, outcome.verdict))
    assert replies == [(0, "admitted")] * 4 + [(1, "known")] * 4
    assert two.record(Order, "HOME/1").lines[0].picked == 3


async def test_a_group_that_another_stood_in_the_way_of_is_done_again_whole(warehouse: Any) -> None:
    tries = 0

    def step(books: Any) -> str:
        nonlocal tries
        books.put(Tote(id=f"TRY-{tries}"))
        tries += 1
        if tries < 3:
            raise (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)[tries - 1]("in the way")
        return "done"

    assert await warehouse.store.write(step) == "done"
    assert warehouse.rows("SELECT id FROM record WHERE kind = 'tote'") == [("TRY-2",)]


async def test_a_sign_that_postgresql_cannot_keep_stops_no_journal(warehouse: Any) -> None:
    device = await warehouse.device("cart")
    device.worker = "A\0DA"
    await warehouse.furnish({"A-01": {"LAMP": 5}})
    await warehouse.order("1", ("LAMP", 1))
    await warehouse.release()
    device.worker = "GRACE"
    walk = await warehouse.walk(device, tote="T\0" + "1")
    device.worker = "A\0DA"
    assert "retry" not in await device.tell(*walk.whole_pick())
    assert [body for (body,) in warehouse.rows("SELECT body FROM event")] != []
    assert soundness.verify(warehouse.place) == []


# --- when it goes away -----


def end_everybody(place: Place) -> None:
    """What an administrator, a failing network or an impatient firewall does to connections."""
    rows_of(
        place,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


async def test_lost_connections_are_found_again(warehouse: Any) -> None:
    device = await warehouse.device("cart")
    for _ in range(3):
        end_everybody(warehouse.place)
        answer = await eventually(lambda: warehouse.admin.post("/v1/totes", json={"count": 1}))
        assert answer.status_code == 200
        assert (await eventually(lambda: warehouse.admin.get("/v1/status"))).status_code == 200
    start = warehouse.store.cursor
    await until(lambda: warehouse.store._follower._listening is not None)
    waiting = asyncio.create_task(device.changes(start, kinds="tote", wait=LONG))
    assert (await eventually(lambda: warehouse.admin.post("/v1/totes", json={"count": 1}))).status_code == 200
    async with asyncio.timeout(LONG):
        assert len((await waiting).changes) == 1


@pytest.fixture
def own_place(founded: Path, place: Place) -> Iterator[tuple[PrivatePostgres, Place]]:
    """A store on a server that this test may kill."""
    with ExitStack() as stack:
        server = stack.enter_context(PrivatePostgres())
        yield server, Place(place.folder, address=Databases(server, founded).take())


@asynccontextmanager
async def opened(warehouse_type: Any, place: Place, clock: Any) -> AsyncIterator[Any]:
    warehouse = warehouse_type(place, clock)
    await warehouse.open()
    yield warehouse
    await warehouse.store.close()


async def test_a_database_that_is_away_is_told_as_503_and_back_without_a_restart(
    own_place: tuple[PrivatePostgres, Place], warehouse: Any
) -> None:
    server, place = own_place
    async with opened(type(warehouse), place, warehouse.clock) as alone:
        server.kill()
        for method, path in (("POST", "/v1/totes"), ("GET", "/v1/status"), ("POST", "/v1/totes")):
            answer = await alone.admin.request(method, path, json={"count": 1} if method == "POST" else None)
            problem = msgspec.json.decode(answer.content, type=wire.Problem)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert (problem.error, problem.expected) == ("no_database", "a database that answers")
        assert (await alone.admin.get("/health")).status_code == 200
        server.start()
        assert (await eventually(lambda: alone.admin.post("/v1/totes", json={"count": 1}))).json()["totes"] == ["T0001"]
        assert (await eventually(lambda: alone.admin.get("/v1/status"))).status_code == 200


async def test_nobody_restores_or_migrates_under_an_open_store(warehouse: Any, tmp_path: Path) -> None:
    backup.back_up(warehouse.place, tmp_path / "noon.db")
    with pytest.raises(PlaceError, match=r"a store is open on postgresql://.*: stop every"):
        backup.restore(warehouse.place, tmp_path / "noon.db", warehouse.clock())
    assert (await warehouse.admin.get("/v1/status")).status_code == 200


async def test_nobody_opens_a_store_that_is_being_restored(warehouse: Any) -> None:
    await warehouse.store.close()
    with warehouse.store._database.alone(), pytest.raises(PlaceError, match="is being restored or migrated"):
        await warehouse.open()
    await warehouse.open()


async def test_a_restore_that_happened_while_it_was_away_is_noticed(
    warehouse: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await warehouse.device("cart")
    backup.back_up(warehouse.place, tmp_path / "noon.db")
    await warehouse.store.write(put("LOST"))
    epoch = warehouse.store.epoch
    line = warehouse.store._line
    monkeypatch.setattr(line, "mend", lambda: (_ for _ in ()).throw(Refusal(503, "x", expected="", came="", remedy="")))
    end_everybody(warehouse.place)
    await until(lambda: line.is_lost)
    backup.restore(warehouse.place, tmp_path / "noon.db", warehouse.clock())
    monkeypatch.undo()
    await until(lambda: warehouse.store.epoch != epoch)
    assert (await eventually(lambda: warehouse.admin.post("/v1/totes", json={"count": 1}))).status_code == 200
    page = await device.changes(0, epoch=epoch)
    assert page.reset
    assert (await device.hello()).epoch == warehouse.store.epoch
