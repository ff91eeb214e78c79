"""Many want the same thing at once: the last piece, one task, one number. One gets it, the others are told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from orders import wire
from orders.records import Discrepancy, Order, PickTask

CLIENTS = 64


@pytest.mark.parametrize("races", [20, pytest.param(1_000, marks=pytest.mark.long)])
async def test_the_last_piece_goes_to_one_of_many(warehouse: Any, races: int) -> None:
    await warehouse.furnish({"A-01": {f"LAMP-{race}": 1 for race in range(races)}})
    for race in range(races):
        sku = f"LAMP-{race}"
        await asyncio.gather(*[warehouse.order(f"{race}-{client}", (sku, 1)) for client in range(CLIENTS)])
        stock = warehouse.rows(
            "SELECT quantity, allocated FROM stock WHERE product = ? AND place = 'shelf/A-01'", f"HOME/{sku}"
        )
        assert stock == [(1, 1)]
        assert warehouse.rows("SELECT sum(quantity) FROM allocation WHERE product = ?", f"HOME/{sku}") == [(1,)]
    states = dict(warehouse.rows("SELECT state, count(*) FROM record WHERE kind = 'order' GROUP BY state"))
    assert states == {"allocated": races, "backordered": races * (CLIENTS - 1)}
    assert warehouse.rows("SELECT count(*) FROM stock WHERE allocated > quantity AND place LIKE 'shelf/%'") == [(0,)]


async def test_of_two_who_ask_for_one_task_one_is_told_who_has_it_and_gets_other_work(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    for number in ("1", "2"):
        await warehouse.order(number, ("LAMP", 1))
    first, second = (await warehouse.release()).tasks
    devices = [await warehouse.device(name) for name in ("cart", "trolley")]
    claimed = await asyncio.gather(*[device.claim(first) for device in devices])
    (winner,) = [device for device, told in zip(devices, claimed, strict=True) if told.task]
    (loser,) = [device for device in devices if device is not winner]
    (refused,) = [told.refused for told in claimed if told.refused]
    assert refused == f"{winner.terminal} works on task {first}"
    assert (await loser.claim()).task == second


async def test_of_two_who_picked_one_line_one_stands_and_the_other_gets_a_put_back(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 2))
    await warehouse.order("2", ("LAMP", 1))
    await warehouse.release()
    devices = [await warehouse.device(name) for name in ("cart", "trolley")]
    walk = await warehouse.walk(devices[0], tote="T1")
    other = type(walk)(walk.task, tote="T2")
    verdicts = await asyncio.gather(
        devices[0].tell(walk.bound(), walk.picked(2)), devices[1].tell(other.bound(), other.picked(2))
    )
    picked = sorted(each[1] for each in verdicts)
    assert picked == ["admitted", "discrepancy"]
    (found,) = [each for each in warehouse.all(Discrepancy) if each.remedy == "put_back"]
    assert (found.quantity, found.product) == (2, "HOME/LAMP")
    assert warehouse.record(Order, "HOME/1").lines[0].picked == 2
    (loser,) = [device for device, told in zip(devices, verdicts, strict=True) if told[1] == "discrepancy"]
    if loser is devices[1]:
        claimed = await loser.claim()
        assert warehouse.record(PickTask, claimed.task).order == "HOME/2"


async def test_one_batch_sent_by_many_connections_at_once_is_done_once(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 3))
    await warehouse.release()
    device = await warehouse.device("cart")
    walk = await warehouse.walk(device)
    sent = [device.seal(fact) for fact in (walk.bound(), *[walk.picked(1)] * 3)]
    replies: list[wire.PushReply] = await asyncio.gather(*[device.send(*sent) for _ in range(CLIENTS)])
    verdicts = sorted(outcome.verdict for reply in replies for outcome in reply.outcomes)
    assert verdicts == ["admitted"] * 4 + ["known"] * 4 * (CLIENTS - 1)
    assert warehouse.record(Order, "HOME/1").lines[0].picked == 3
    assert warehouse.rows("SELECT count(*) FROM event") == [(4,)]
