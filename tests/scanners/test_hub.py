import asyncio
from threading import Thread

import pytest

from scanners.hub import Hub
from scanners.parse import cut_short, parse
from scanners.profile import ScannerProfile
from scanners.scan import RepeatDropped, Scan, ScannerFound

LANE_1 = ScannerProfile("lane 1", port="/dev/ttyS0")
KEYS = ScannerProfile("keys", kind="wedge", repeat_ms=0)


def scan(text: str, at: float, source: str = "lane 1") -> Scan:
    read = parse(text, LANE_1, source, at)
    assert isinstance(read, Scan)
    return read


async def all_of(hub: Hub) -> list:
    hub.close()
    return [item async for item in hub]


async def test_items_come_out_in_the_order_they_arrived():
    hub = Hub([LANE_1, KEYS])
    items = [ScannerFound("lane 1"), scan("A-1", 1.0), scan("B-2", 1.0, "keys"), cut_short("C", "lane 1", 1.1)]
    for item in items:
        hub.put(item)
    assert hub.waiting == 4
    assert await all_of(hub) == items


@pytest.mark.parametrize(("later_seconds", "kept"), [(0.0, 1), (0.059, 1), (0.06, 2), (0.5, 2)])
async def test_the_same_read_sooner_than_a_hand_can_scan_twice_is_one_read(later_seconds, kept):
    hub = Hub([LANE_1])
    hub.put(scan("A-1", 0.0))
    hub.put(scan("A-1", later_seconds))
    items = await all_of(hub)
    assert [type(item) for item in items].count(Scan) == kept
    assert hub.repeats_dropped == 2 - kept
    assert items[kept:] == [RepeatDropped("lane 1", "A-1", 1)] * (2 - kept)


async def test_a_scanner_that_rattles_on_has_read_once():
    hub = Hub([LANE_1])
    for tick in range(40):
        hub.put(scan("A-1", tick * 0.05))
    items = await all_of(hub)
    assert sum(isinstance(item, Scan) for item in items) == 1
    assert items[-1] == RepeatDropped("lane 1", "A-1", 39)


async def test_only_the_same_text_of_the_same_scanner_is_a_repeat():
    hub = Hub([LANE_1, KEYS])
    items = [scan("A-1", 0.0), scan("A-1", 0.01, "lane 2"), scan("A-2", 0.02), scan("A-1", 0.03)]
    items += [scan("K", 0.04, "keys"), scan("K", 0.04, "keys")]
    for item in items:
        hub.put(item)
    assert await all_of(hub) == items


async def test_a_damaged_code_that_rattles_is_told_once():
    hub = Hub([LANE_1])
    for tick in range(3):
        hub.put(parse("9506000134351", LANE_1, "lane 1", tick * 0.01))
    assert [type(item).__name__ for item in await all_of(hub)] == ["Unreadable", "RepeatDropped", "RepeatDropped"]


async def test_three_thousand_scans_from_three_threads_reach_a_busy_screen():
    hub = Hub()
    sources = ("a", "b", "c")
    threads = [
        Thread(target=lambda s=s: [hub.put(scan(f"{s}-{n}", float(n), s)) for n in range(1000)]) for s in sources
    ]
    got: list[Scan] = []

    async def screen() -> None:
        async for item in hub:
            got.append(item)
            if len(got) % 50 == 0:
                await asyncio.sleep(0)

    watching = asyncio.create_task(screen())
    await asyncio.sleep(0)  # the screen waits before the first scan comes
    for thread in threads:
        thread.start()
    await asyncio.to_thread(lambda: [thread.join() for thread in threads])
    hub.close()
    await watching
    for source in sources:
        assert [item.text for item in got if item.source == source] == [f"{source}-{n}" for n in range(1000)]


async def test_a_waiting_screen_is_woken_from_another_thread():
    hub = Hub()
    waiting = asyncio.create_task(anext(aiter(hub)))
    await asyncio.sleep(0)
    await asyncio.to_thread(hub.put, ScannerFound("a"))
    assert await asyncio.wait_for(waiting, 5) == ScannerFound("a")


async def test_closing_ends_a_waiting_screen():
    hub = Hub()
    waiting = asyncio.create_task(all_items(hub))
    await asyncio.sleep(0)
    await asyncio.to_thread(hub.close)
    assert await asyncio.wait_for(waiting, 5) == []


async def all_items(hub: Hub) -> list:
    return [item async for item in hub]


def test_a_scan_after_the_loop_has_closed_is_kept_and_raises_nothing():
    hub = Hub()

    async def give_up() -> None:
        waiting = asyncio.create_task(anext(aiter(hub)))
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(give_up())
    hub.put(ScannerFound("a"))
    assert hub.waiting == 1
