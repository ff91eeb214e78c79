"""Many want the same thing at once: the last piece, one task, one number. One gets it, the others are told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from orders import wire
from orders.intake import Receipt
from orders.records import Discrepancy, Order, PickTask
from server_stub import receipt
from tests.server_stub.conftest import new_order

CLIENTS = 64


async def over_http(warehouse: Any, number: str, sku: str) -> None:
    """One client's order, as it is sent."""
    await warehouse.order(number, (sku, 1))


async def at_the_writer(warehouse: Any, number: str, sku: str) -> None:
    """One client's order, where all requests meet: without the HTTP around it, of which 64,000 would take minutes."""
    order = new_order(number, (sku, 1))
    received: Receipt = await warehouse.store.write(lambda books: receipt.receive(books, order))
    assert received.outcome == "created"


@pytest.mark.parametrize(
    ("races", "ask"), [(10, over_http), (10, at_the_writer), pytest.param(1_000, at_the_writer, marks=pytest.mark.long)]
)
async def test_the_last_piece_goes_to_one_of_many(warehouse: Any, races: int, ask: Any) -> None:
    await warehouse.furnish({"A-01": {f"LAMP-{race}": 1 for race in range(races)}})
    for race in range(races):
        await asyncio.gather(*[ask(warehouse, f"{race}-{client}", f"LAMP-{race}") for client in range(CLIENTS)])
    pieces = warehouse.rows("SELECT quantity, allocated FROM stock WHERE place = 'shelf/A-01'")
    assert pieces == [(1, 1)] * races
    claimed = warehouse.rows("SELECT product, sum(quantity) FROM allocation GROUP BY product")
    assert sorted(claimed) == sorted((f"HOME/LAMP-{race}", 1) for race in range(races))
    states = dict(warehouse.rows("SELECT state, count(*) FROM record WHERE kind = 'order' GROUP BY state"))
    assert states == {"allocated": races, "backordered": races * (CLIENTS - 1)}


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
