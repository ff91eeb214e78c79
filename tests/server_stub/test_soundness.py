"""`floorhand store verify` reads everything, and finds what somebody or something changed behind the store's back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orders import events
from orders.intake import NewStock
from orders.records import Discrepancy, Order
from server_stub import backup, migration, soundness
from server_stub.commands import main
from server_stub.database import open_at
from server_stub.place import Place, PlaceError
from server_stub.schema import REVISIONS
from tests.server_stub.filled_databases import rows_of


@pytest.fixture
async def used(warehouse: Any) -> Any:
    """A store in which most things have happened, and nothing is wrong."""
    await warehouse.furnish({"A-01": {"LAMP": 9, "MUG": 4}, "A-02": {"MUG": 2}})
    for number, lines in (("1", (("LAMP", 2), ("MUG", 1))), ("2", (("MUG", 3),)), ("3", (("LAMP", 50),))):
        await warehouse.order(number, *lines)
    await warehouse.release()
    device = await warehouse.device("cart")
    walk = await warehouse.walk(device)
    await device.lease(count=10)
    await device.tell(*walk.whole_pick())
    second = await warehouse.walk(device, tote="T2")
    await device.tell(second.bound(), second.shorted(1))
    await device.send(b'{"number":%d,"kind":"?"}' % (device.number + 1))
    return warehouse


async def test_a_store_that_was_used_is_in_order_running_or_not(used: Any) -> None:
    assert soundness.verify(used.place) == []
    await used.store.close()
    assert soundness.verify(used.place) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            "UPDATE stock SET quantity = quantity + 1 WHERE product = 'HOME/LAMP' AND place = 'shelf/A-01'",
            "add up to 1",
        ),
        ("DELETE FROM stock_move WHERE cursor = (SELECT max(cursor) FROM stock_move)", "and its moves come to"),
        ("DELETE FROM allocation", "and orders have 0 there"),
        ("UPDATE record SET state = 'closed' WHERE id = 'HOME/1'", "HOME/1: is filed as closed"),
        ("UPDATE record SET cursor = 900000 WHERE id = 'HOME/2'", "HOME/2: stands at 900000 of a log"),
        ("DELETE FROM event WHERE number = 2", "events up to number"),
        ("UPDATE event SET body = digest WHERE number = 3", "its bytes are not those that were admitted"),
        ("UPDATE audit SET subject = 'NOBODY' WHERE number = 1", "entry 1 is not what was written"),
        ("DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)", "were cut off the end"),
    ],
)
async def test_what_was_changed_behind_its_back_is_found(
    used: Any, change: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    used.is_sound = False
    await used.store.close()
    rows_of_nothing(used.place, change)
    config = {"store": {"folder": str(used.place.folder), "database": used.place.address}}
    assert main(["verify"], config, Path("none.toml")) == 1
    said = capsys.readouterr().out
    assert says in said, said
    assert said.splitlines()[-1].endswith(" wrong")


def rows_of_nothing(place: Place, change: str) -> None:
    """Changes rows past the store."""
    with open_at(place.where).connected() as connection:
        assert connection.exec_driver_sql(change).rowcount > 0
        connection.commit()


async def test_a_backup_is_verified_by_its_file(used: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backup.back_up(used.place, tmp_path / "noon.db")
    assert main(["verify", str(tmp_path / "noon.db")], {}, Path("none.toml")) == 0
    assert "the books agree with themselves" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "none.db")], {}, Path("none.toml")) == 1
    assert "there is no file" in capsys.readouterr().err


async def test_a_backup_in_which_the_trail_was_changed_is_found(used: Any, tmp_path: Path) -> None:
    backup.back_up(used.place, tmp_path / "noon.db")
    with open_at(tmp_path / "noon.db").connected() as connection:
        connection.exec_driver_sql("UPDATE audit SET subject = 'X' WHERE number = 1")
        connection.commit()
    assert soundness.verify_file(tmp_path / "noon.db") == ["entry 1 is not what was written, or not in its place"]


def test_an_older_backup_is_verified_and_left_as_it_is(tmp_path: Path) -> None:
    old, empty = tmp_path / "old.db", tmp_path / "empty.db"
    with open_at(old).connected() as connection:
        migration.upgrade(connection, REVISIONS[0])
        connection.exec_driver_sql("INSERT INTO counter VALUES ('cursor', 0)")
        connection.commit()
    before = old.read_bytes()
    assert soundness.verify_file(old) == []
    assert old.read_bytes() == before
    empty.write_bytes(b"")
    with pytest.raises(PlaceError, match=r"empty\.db is no Floorhand store"):
        soundness.verify_file(empty)


async def test_a_backup_of_one_kind_of_database_is_put_back_into_the_other(
    used: Any, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    device = await used.device("second")
    backup.back_up(used.place, tmp_path / "noon.db")
    orders = {each.id: each for each in used.all(Order)}
    epoch = used.store.epoch
    folder = tmp_path / "elsewhere"
    server = request.getfixturevalue("postgres") if database == "sqlite" else None
    target = Place(folder, address=server.make("elsewhere") if server else "")
    assert backup.restore(target, tmp_path / "noon.db", used.clock()) is None
    assert soundness.verify(target) == []
    target.keep_token(used.place.token())
    moved = type(used)(target, used.clock)
    await moved.open()
    try:
        assert {each.id: each for each in moved.all(Order)} == orders
        assert moved.store.epoch != epoch
        # Proven by use: a device that the old store knew goes on here.
        device.http = moved.http(device.token)
        await device.hello()
        await moved.intake(stock=(NewStock(owner="HOME", sku="MUG", location="A-02", quantity=5),))
        assert await moved.order("9", ("MUG", 1)) == ("created", "")
        assert (await moved.release("9")).tasks
        claimed = await device.claim()
        assert claimed.task or "may hold walks done since" in claimed.refused
    finally:
        await moved.store.close()
        if server:
            server.drop("elsewhere")


async def test_a_text_that_nobody_could_look_up_is_kept_and_looked_into(warehouse: Any) -> None:
    device = await warehouse.device("cart")
    long = "X" * 5_000
    told = await device.tell(events.ToteBound(order=long, task=long, tote=long), events.WorkerSignedOff(worker="ADA"))
    assert told == ["parked", "admitted"]
    (found,) = warehouse.all(Discrepancy)
    assert (found.reason, found.remedy, found.subject) == ("malformed", "look", f"journal/{device.journal}")
    assert rows_of(warehouse.place, "SELECT length(body) > 15000 FROM event WHERE number = 1")[0][0]
