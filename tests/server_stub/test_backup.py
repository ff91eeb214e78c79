"""A store put back from a copy believes nothing that it cannot know: new epoch, skipped numbers, today's tokens."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from orders.records import Discrepancy, Order, PickTask
from server_stub import backup, migration, soundness
from server_stub.database import open_at
from server_stub.migration import SchemaError
from server_stub.place import PlaceError


async def restored(warehouse: Any, copy: Path) -> Any:
    await warehouse.store.close()
    kept = backup.restore(warehouse.place, copy, warehouse.clock())
    await warehouse.open()
    return kept


async def test_terminals_send_again_what_the_copy_does_not_hold(warehouse: Any, tmp_path: Path) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.release()
    device = await warehouse.device("cart")
    walk = await warehouse.walk(device)
    kept_events = [device.seal(walk.bound())]
    await device.send(*kept_events)
    backup.back_up(warehouse.place, tmp_path / "noon.db")
    later = [device.seal(walk.picked(1)), device.seal(walk.picked(1)), device.seal(walk.dropped())]
    await device.send(*later)
    old_epoch = device.epoch
    await restored(warehouse, tmp_path / "noon.db")

    device.http = warehouse.http(device.token)
    page = await device.changes(0, epoch=old_epoch)
    assert page.reset
    reply = await device.send(device.seal(walk.dropped()))
    assert (reply.outcomes, reply.expected) == ((), 2)
    welcome = await device.hello()
    assert (welcome.expected, welcome.epoch != old_epoch) == (2, True)
    reply = await device.send(*later)
    assert [outcome.verdict for outcome in reply.outcomes] == ["admitted"] * 3
    assert warehouse.record(Order, "HOME/1").lines[0].picked == 2
    assert warehouse.all(Discrepancy) == []


async def test_numbers_given_after_the_copy_are_never_given_again(warehouse: Any, tmp_path: Path) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 1))
    device = await warehouse.device("cart")
    await device.lease(count=10)
    backup.back_up(warehouse.place, tmp_path / "noon.db")
    block = (await device.lease(count=1000)).block
    (task,) = (await warehouse.release()).tasks
    await restored(warehouse, tmp_path / "noon.db")

    device.http = warehouse.http(device.token)
    await device.hello(blocks=(block,))
    assert (await device.lease(count=10)).block.first > block.last
    await warehouse.release()
    assert [each.id for each in warehouse.all(PickTask)] != [task]


async def test_the_very_first_block_may_have_been_leased_after_the_copy(warehouse: Any, tmp_path: Path) -> None:
    device, other = await warehouse.device("cart"), await warehouse.device("bench")
    backup.back_up(warehouse.place, tmp_path / "dawn.db")
    block = (await device.lease(count=50)).block
    await restored(warehouse, tmp_path / "dawn.db")
    other.http = warehouse.http(other.token)
    assert (await other.lease(count=50)).block.first > block.last, "asked before the first device came back"


async def walks_done_since(warehouse: Any, copy: Path) -> tuple[Any, Any, list[bytes]]:
    """Two devices, a copy, and then a walk of the first one; the store is restored, and both are connected anew."""
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.release()
    device, other = await warehouse.device("cart"), await warehouse.device("bench")
    await device.hello()
    await other.hello()
    backup.back_up(warehouse.place, copy)
    walk = await warehouse.walk(device)
    done = [device.seal(walk.bound()), device.seal(walk.picked(2)), device.seal(walk.dropped())]
    await device.send(*done)
    await restored(warehouse, copy)
    for each in (device, other):
        each.http = warehouse.http(each.token)
    await other.hello()
    return device, other, done


async def test_no_walk_is_given_out_before_everybody_has_told_again_what_was_done(
    warehouse: Any, tmp_path: Path
) -> None:
    device, other, done = await walks_done_since(warehouse, tmp_path / "noon.db")
    assert "CART may hold walks done since" in (await other.claim()).refused
    await device.hello(last_number=3)
    assert "CART" in (await other.claim()).refused, "it greeted, and has not told yet"
    await device.send(*done[:2])
    assert "CART" in (await other.claim()).refused
    await device.send(*done[2:])
    claimed = await other.claim()
    assert (claimed.task, claimed.refused) == (None, ""), "it was picked before the restore"
    assert warehouse.all(Discrepancy) == []


async def test_a_device_that_stays_away_holds_work_up_for_two_minutes(warehouse: Any, tmp_path: Path) -> None:
    _, other, _ = await walks_done_since(warehouse, tmp_path / "noon.db")
    warehouse.clock.move(hours=9)
    assert "CART" in (await other.claim()).refused, "counted from when somebody first stands and waits"
    warehouse.clock.move(minutes=1)
    assert "CART" in (await other.claim()).refused
    warehouse.clock.move(minutes=1)
    assert (await other.claim()).task


async def test_a_revoked_device_is_not_waited_for(warehouse: Any, tmp_path: Path) -> None:
    _, other, _ = await walks_done_since(warehouse, tmp_path / "noon.db")
    await warehouse.admin.post("/v1/terminals/revoke", json={"terminal": "CART"})
    assert (await other.claim()).task


async def test_tokens_are_those_of_today(warehouse: Any, tmp_path: Path) -> None:
    lost = await warehouse.device("lost")
    backup.back_up(warehouse.place, tmp_path / "noon.db")
    await warehouse.admin.post("/v1/terminals/revoke", json={"terminal": "LOST"})
    new = await warehouse.device("new")
    await restored(warehouse, tmp_path / "noon.db")
    assert (await warehouse.http(lost.token).get("/v1/stations")).status_code == 401
    assert (await warehouse.http(new.token).get("/v1/stations")).status_code == 200
    assert (await warehouse.admin.get("/v1/status")).status_code == 200


async def test_what_stood_there_before_is_kept(warehouse: Any, tmp_path: Path) -> None:
    backup.back_up(warehouse.place, tmp_path / "noon.db")
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    kept = await restored(warehouse, tmp_path / "noon.db")
    assert warehouse.on_shelf("LAMP", "A-01") is None
    await restored(warehouse, kept)
    assert warehouse.on_shelf("LAMP", "A-01") == (9, 0, False)


@pytest.mark.embedded
async def test_a_damaged_store_can_be_replaced(warehouse: Any, tmp_path: Path) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    backup.back_up(warehouse.place, tmp_path / "noon.db")
    await warehouse.store.close()
    warehouse.place.database.write_bytes(b"no database at all" * 1000)
    kept = backup.restore(warehouse.place, tmp_path / "noon.db", warehouse.clock())
    assert kept is not None
    assert kept.read_bytes().startswith(b"no database")
    await warehouse.open()
    assert warehouse.on_shelf("LAMP", "A-01") == (9, 0, False)


async def altered(warehouse: Any, copy: Path, statement: str) -> Path:
    """A backup that somebody or something changed."""
    backup.back_up(warehouse.place, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(statement)
        connection.commit()
    return copy


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", r"bad\.db has schema 9999.*install a newer Floorhand"),
        ("DROP TABLE outbox", r"bad\.db is no whole store, outbox is gone: take another backup"),
        ("ALTER TABLE webhook DROP COLUMN secret", r"the table webhook lacks secret"),
        ("UPDATE record SET body = x'7b' WHERE kind = 'site'", r"site/MAIN: cannot be read.*--as-it-is"),
    ],
)
async def test_a_copy_that_is_newer_or_damaged_replaces_nothing(
    warehouse: Any, tmp_path: Path, statement: str, says: str
) -> None:
    bad = await altered(warehouse, tmp_path / "bad.db", statement)
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.store.close()
    with pytest.raises((PlaceError, SchemaError), match=says):
        backup.restore(warehouse.place, bad, warehouse.clock())
    assert not list(warehouse.place.folder.glob("*restoring*")) + list(warehouse.place.folder.glob("*present*"))
    await warehouse.open()
    assert warehouse.on_shelf("LAMP", "A-01") == (9, 0, False)


async def test_books_that_disagree_are_put_back_where_somebody_wants_them_all_the_same(
    warehouse: Any, tmp_path: Path
) -> None:
    warehouse.is_sound = False
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    odd = await altered(warehouse, tmp_path / "odd.db", "DELETE FROM stock_move")
    await warehouse.store.close()
    backup.restore(warehouse.place, odd, warehouse.clock(), as_it_is=True)
    await warehouse.open()
    assert warehouse.on_shelf("LAMP", "A-01") == (9, 0, False)


async def test_a_store_of_a_newer_program_is_neither_read_nor_replaced(warehouse: Any, tmp_path: Path) -> None:
    backup.back_up(warehouse.place, tmp_path / "noon.db")
    await warehouse.store.close()
    with open_at(warehouse.place.where).connected() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(SchemaError, match=r"has schema 9999.*install a newer Floorhand") as refused:
        backup.restore(warehouse.place, tmp_path / "noon.db", warehouse.clock())
    assert "present.db" not in str(refused.value)
    with pytest.raises(SchemaError, match=r"has schema 9999.*install a newer Floorhand"):
        soundness.verify(warehouse.place)
    with open_at(warehouse.place.where).connected() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{migration.HEAD}'")
        connection.commit()
    await warehouse.open()


async def test_webhook_messages_told_after_the_copy_lend_nobody_their_numbers(warehouse: Any, tmp_path: Path) -> None:
    asked = {"id": "SHOP", "url": "https://shop.example/hook", "states": ["allocated"]}
    assert (await warehouse.admin.post("/v1/webhooks", json=asked)).status_code == 200
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    backup.back_up(warehouse.place, tmp_path / "noon.db")
    await warehouse.order("1", ("LAMP", 1))
    ((told,),) = warehouse.rows("SELECT number FROM outbox")
    await restored(warehouse, tmp_path / "noon.db")
    await warehouse.order("2", ("LAMP", 1))
    ((number,),) = warehouse.rows("SELECT number FROM outbox")
    assert number > told


async def test_restoring_needs_a_store_that_stands_still_and_a_sound_copy(warehouse: Any, tmp_path: Path) -> None:
    good, broken, other = tmp_path / "good.db", tmp_path / "broken.db", tmp_path / "other.db"
    backup.back_up(warehouse.place, good)
    with pytest.raises(PlaceError, match="exists already"):
        backup.back_up(warehouse.place, good)
    with warehouse.place.hold(), pytest.raises(PlaceError, match="another store already runs"):
        backup.restore(warehouse.place, good, warehouse.clock())
    broken.write_bytes(good.read_bytes()[:5000])
    with pytest.raises(PlaceError, match="no whole database"):
        backup.restore(warehouse.place, broken, warehouse.clock())
    sqlite3.connect(other).execute("CREATE TABLE cat (name)").connection.close()
    with pytest.raises(PlaceError, match="no Floorhand store"):
        backup.restore(warehouse.place, other, warehouse.clock())
    with pytest.raises(PlaceError, match="there is no file"):
        backup.restore(warehouse.place, tmp_path / "nothing.db", warehouse.clock())
    assert (await warehouse.admin.get("/v1/status")).status_code == 200
