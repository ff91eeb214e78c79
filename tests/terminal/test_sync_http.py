"""The sync over real HTTP against the real store, with its process killed, restored and revoked under it."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from benchmarks.private_postgres import PrivatePostgres
from orders import wire
from orders.events import PickConfirmed, ShelfConfirmed, ToteBound
from orders.intake import Intake, NewCustomer, NewLine, NewLocation, NewOrder, NewProduct, NewStock
from orders.records import Address, Key, PickTask, Record, decode_record
from terminal.sync.link import HttpLink
from tests.store_process import StoreProcess
from tests.terminal.sync_peer import Device, working

MASTER = "stocked"


class Shop:
    """A store as a process of its own, at one address for its whole life."""

    def __init__(self, folder: Path, address: str, code: str = "") -> None:
        self.folder, self.address, self.code = folder, address, code
        self.process = StoreProcess(self.words("run"), folder / "store.log")

    def found(self) -> None:
        made = self.command("init", "--company-prefix", "952", "--supervisor", "Ada")
        self.code = next(row for row in made.splitlines() if row.startswith("One-time code")).split()[-1]

    def words(self, command: str, *words: str) -> list[str]:
        place = ["--folder", str(self.folder), *(["--database", self.address] if self.address else [])]
        return [sys.executable, "-m", "floorhand", "store", command, *place, *words]

    def command(self, *words: str) -> str:
        ran = subprocess.run(
            self.words(*words),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    async def records(self) -> tuple[int, dict[Key, Record]]:
        token = (self.folder / "admin.token").read_text().strip()
        link = HttpLink(self.process.url, token)
        after, more, found = 0, True, dict[Key, Record]()
        while more:
            page = await link.changes(after, "", 0)
            after, more = page.cursor, page.more
            found |= {Key(each.kind, each.id): decode_record(each.kind, each.body) for each in page.changes}
        await link.close()
        return after, found

    async def stock_up(self) -> None:
        """One order of forty lamps, released, and a tote."""
        ship_to = Address(
            id="C1", name="Jane Roe", lines=("2 High St",), postcode="YO1 7HH", city="York", country_code="GB"
        )
        batch = Intake(
            locations=(NewLocation(code="A-01-1", walk=1),),
            products=(NewProduct(owner="HOME", sku="LAMP", description="Lamp", weight_grams=250),),
            stock=(NewStock(owner="HOME", sku="LAMP", location="A-01-1", quantity=100, key="first"),),
            customers=(NewCustomer(number="C1", address=ship_to),),
            orders=(
                NewOrder(
                    owner="HOME",
                    number="1001",
                    customer="C1",
                    ship_to=ship_to,
                    lines=(NewLine(number=1, sku="LAMP", description="Lamp", quantity=40),),
                ),
            ),
        )
        token = (self.folder / "admin.token").read_text().strip()
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        async with httpx.AsyncClient(trust_env=False, headers=headers, base_url=self.process.url) as http:
            for path, body in (("/v1/intake", batch), ("/v1/requests/release", wire.Release(key="r1"))):
                reply = await http.post(path, content=msgspec.json.encode(body))
                assert reply.status_code == 200, reply.text
        await asyncio.to_thread(self.command, "add-totes", "1")


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, database: str) -> PrivatePostgres | None:
    return request.getfixturevalue("postgres") if database == "postgresql" else None


@pytest.fixture(scope="module")
def master(server: PrivatePostgres | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("store"), server.make(MASTER) if server else "")
    shop.found()
    shop.process.start()
    asyncio.run(shop.stock_up())
    shop.process.end()
    yield shop
    if server:
        server.drop(MASTER)


@pytest.fixture
def shop(master: Shop, server: PrivatePostgres | None, tmp_path: Path) -> Iterator[Shop]:
    """The stocked store anew, running."""
    folder = shutil.copytree(master.folder, tmp_path / "store")
    shop = Shop(folder, server.make(tmp_path.name, MASTER) if server else "", master.code)
    shop.process.start()
    yield shop
    shop.process.end()
    if server:
        server.drop(tmp_path.name)


async def joined(shop: Shop) -> HttpLink:
    link = HttpLink(shop.process.url, "")
    enrolled = await link.enrol(shop.code, "PICK-1")
    assert (enrolled.terminal, link.token) == ("PICK-1", enrolled.token)
    return link


async def agreed(device: Device, shop: Shop) -> None:
    """Nothing waits, nothing is ahead, and every record is the store's."""
    await device.until(lambda: device.journal.waiting() == 0)
    found = await caught_up(device, shop)
    assert {key: device.floor.get(key.kind, key.id, Record) for key in found} == found
    assert not device.floor._folded


async def caught_up(device: Device, shop: Shop) -> dict[Key, Record]:
    cursor, found = await shop.records()
    device.sync.refresh()
    await device.until(lambda: device.floor.cursor >= cursor)
    return found if device.floor.cursor == cursor else await caught_up(device, shop)


async def begun(device: Device) -> PickTask:
    """A claimed task whose tote is bound and whose shelf was scanned."""
    await device.until(lambda: device.badges[-1:] == [("ONLINE", 0, "")])
    grant = await device.sync.claim("ADA")
    assert grant.task is not None, grant
    task = device.floor.task(grant.task)
    assert task is not None and task.claimed_by == "PICK-1"
    await device.tell(
        ToteBound(order=task.order, task=task.id, tote="T0001"),
        ShelfConfirmed(order=task.order, task=task.id, stop=1, location="A-01-1"),
    )
    return task


def taken(task: PickTask, quantity: int = 1) -> PickConfirmed:
    return PickConfirmed(
        order=task.order, task=task.id, stop=1, location="A-01-1", product="HOME/LAMP", quantity=quantity, tote="T0001"
    )


def pieces(device: Device, task: PickTask) -> int:
    found = device.floor.task(task.id)
    return found.stops[0].picked if found else -1


async def test_a_walk_through_the_real_store(tmp_path: Path, shop: Shop) -> None:
    link = await joined(shop)
    async with working(tmp_path / "journal.db", link) as device:
        task = await begun(device)
        await device.tell(taken(task, 3))
        await device.tell(taken(task, 4))
        await agreed(device, shop)
        assert pieces(device, task) == 7
        await device.until(lambda: device.journal.left("HOME") == 50)
    await link.close()


@pytest.mark.parametrize("times", [2, pytest.param(12, marks=pytest.mark.long)])
async def test_the_store_killed_between_any_two_answers(tmp_path: Path, shop: Shop, times: int) -> None:
    link = await joined(shop)
    async with working(tmp_path / "journal.db", link) as device:
        task = await begun(device)
        for turn in range(times):
            await device.tell(*(taken(task) for _ in range(3)))
            if turn % 2:
                await device.until(lambda: device.journal.waiting() == 0)
            await asyncio.to_thread(shop.process.end, signal.SIGKILL)
            await device.until(lambda: device.badges[-1][0] == "OFFLINE")
            assert pieces(device, task) == 3 * (turn + 1)
            await asyncio.to_thread(shop.process.start)
            await device.until(lambda: device.badges[-1][0] == "ONLINE")
        await agreed(device, shop)
        assert pieces(device, task) == 3 * times
    await link.close()


async def test_the_store_put_back_to_a_backup_gets_again_what_it_lost(tmp_path: Path, shop: Shop) -> None:
    link = await joined(shop)
    async with working(tmp_path / "journal.db", link) as device:
        task = await begun(device)
        await device.tell(taken(task, 2))
        await agreed(device, shop)
        await asyncio.to_thread(shop.command, "backup", str(tmp_path / "backup.db"))
        await device.tell(taken(task, 3), taken(task, 4))
        await agreed(device, shop)
        blocks = await device.thread.run(device.journal.blocks)
        await asyncio.to_thread(shop.process.end)
        await asyncio.to_thread(shop.command, "restore", str(tmp_path / "backup.db"))
        await device.tell(taken(task, 5))
        await asyncio.to_thread(shop.process.start)
        await device.until(lambda: any("restored from a backup: 2 scans" in note for note in device.notes))
        await agreed(device, shop)
        assert pieces(device, task) == 14
        assert await device.thread.run(device.journal.blocks) == blocks
    await link.close()


async def test_a_token_revoked_in_the_middle_of_a_shift(tmp_path: Path, shop: Shop) -> None:
    link = await joined(shop)
    async with working(tmp_path / "journal.db", link) as device:
        task = await begun(device)
        await agreed(device, shop)
        await asyncio.to_thread(shop.command, "revoke", "PICK-1")
        await device.tell(taken(task, 2))
        await device.until(lambda: device.badges[-1][:2] == ("SIGN IN", 1))
        assert "ask a supervisor" in device.badges[-1][2]
        assert pieces(device, task) == 2
        assert (await device.sync.claim("ADA")).is_away
        await device.until(lambda: device.revoked[-1])
        assert device.revoked[0] is False, "until then each greeting said that it was welcome"
    await link.close()


async def test_only_the_store_s_own_word_puts_a_device_out_and_its_welcome_takes_it_back(
    tmp_path: Path, shop: Shop
) -> None:
    """The token is unknown to a store that was put back to a day before it was given, and known to the right one."""
    link = await joined(shop)
    async with working(tmp_path / "journal.db", link) as device:
        task = await begun(device)
        await agreed(device, shop)
        right, link.token = link.token, "of-some-other-day"
        await device.tell(taken(task, 2))
        await device.until(lambda: device.revoked[-1:] == [True])
        assert await device.thread.run(device.journal.waiting) == 1
        link.token = right
        await device.until(lambda: device.revoked[-1:] == [False])
        await agreed(device, shop)
        assert pieces(device, task) == 2
        await asyncio.to_thread(shop.process.end, signal.SIGKILL)
        await device.until(lambda: device.badges[-1][0] == "OFFLINE")
        assert device.revoked[-1] is False, "nobody who does not answer has said anything"
    await link.close()


@pytest.mark.parametrize("is_sent", [True, False])
async def test_a_copied_journal_beside_its_original_counts_nothing_twice(
    tmp_path: Path, shop: Shop, is_sent: bool
) -> None:
    link = await joined(shop)
    device = Device(tmp_path / "a" / "journal.db", link)
    device.path.parent.mkdir()
    await device.start()
    task = await begun(device)
    await agreed(device, shop)
    await asyncio.to_thread(shop.process.end)
    await device.tell(taken(task, 2), taken(task, 3))
    await device.stop()
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    await asyncio.to_thread(shop.process.start)

    if is_sent:
        async with working(tmp_path / "a" / "journal.db", link) as original:
            await original.tell(taken(task, 4))
            await agreed(original, shop)
    async with working(tmp_path / "b" / "journal.db", link) as copy:
        assert "2 unsent scans kept" in copy.journal.notice
        await copy.tell(taken(task, 1))
        await agreed(copy, shop)
        assert pieces(copy, task) == 2 + 3 + 1 + (4 if is_sent else 0)
    async with working(tmp_path / "a" / "journal.db", link) as original:
        assert original.journal.notice == ""
        await original.tell(taken(task, 6))
        await agreed(original, shop)
        assert pieces(original, task) == 2 + 3 + 1 + 6 + (4 if is_sent else 0)
    await link.close()


async def test_an_old_journal_put_back_unseen_loses_no_new_scan(tmp_path: Path, shop: Shop) -> None:
    """The mark is put back with the file, as a disk's snapshot does: only the store can tell."""
    link = await joined(shop)
    path = tmp_path / "state" / "journal.db"
    path.parent.mkdir()
    async with working(path, link) as device:
        task = await begun(device)
        await agreed(device, shop)
        await device.tell(taken(task, 1))
        await agreed(device, shop)
        old = {file: file.read_bytes() for file in path.parent.iterdir()}
        id = device.journal.id
        await device.tell(taken(task, 2))
        await device.tell(taken(task, 3))
        await agreed(device, shop)
    for file in path.parent.iterdir():
        if file not in old:
            file.unlink()
    for file, content in old.items():
        with file.open("r+b" if file.exists() else "wb") as out:
            out.truncate(0)
            out.write(content)
    async with working(path, link) as device:
        assert device.journal.notice == ""
        await device.tell(taken(task, 4))
        await agreed(device, shop)
        assert device.journal.id != id
        assert pieces(device, task) == 1 + 2 + 3 + 4
    await link.close()


async def test_a_wiped_journal_gets_everything_from_the_store(tmp_path: Path, shop: Shop) -> None:
    link = await joined(shop)
    path = tmp_path / "journal.db"
    async with working(path, link) as device:
        task = await begun(device)
        await device.tell(taken(task, 2))
        await agreed(device, shop)
    path.unlink()
    async with working(path, link) as device:
        assert "was gone" in device.journal.notice
        await agreed(device, shop)
        await device.tell(taken(task, 3))
        await agreed(device, shop)
        assert pieces(device, task) == 5
    await link.close()
