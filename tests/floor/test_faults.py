"""The morning under fire: network, store, terminal, journal, clock. Same final books, nothing lost, nothing twice.

Each story runs on the demo's shop, and in its long form on the whole retail morning. Every part is real: processes,
ports, disks, and a proxy for the network.
"""

from __future__ import annotations

import json
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from random import Random

import pytest

from orders.calendar import due_departure
from orders.records import Site, decode_record
from terminal.demo.feed import Told
from terminal.workflows import acts
from tests.floor.faulty_link import POLL, Fate, FaultyLink, at_random
from tests.floor.odd_terminal import program
from tests.floor.shift import Morning, Shift, morning
from tests.floor.warehouse import Device, Warehouse, reading, wait_for


def moments(chance: Random, warehouse: Warehouse, count: int) -> list[int]:
    """Reads after which something happens, never the same twice."""
    return sorted(chance.sample(range(4, warehouse.scans * 9 // 10), count))


def of_two_sizes(warehouse: Warehouse, short: int, long: int) -> int:
    """How often, in the short and the long form."""
    return short if warehouse.scans < 1000 else long


@pytest.mark.thorough
@pytest.mark.long
def test_a_network_cut_for_the_middle_third_costs_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    with morning(warehouse, tmp_path / "m") as day, FaultyLink(day.store.port) as link:
        shift = day.shift(url=link.url)
        third = warehouse.scans // 3
        begun_at = time.monotonic()
        cut: dict[str, float] = {}

        def break_off() -> None:
            link.cut()
            cut["at"] = time.monotonic()

        def notice(told: Told) -> None:
            """Without the store he ends his walk and packs what waits; then he asks for work until there is some."""
            lasts = time.monotonic() - cut.get("at", inf)
            if "reads" not in cut and (lasts > cut.get("at", inf) - begun_at or shift.scans == 2 * third):
                cut.update(unsent=shift.device.journaled().unsent, reads=shift.scans - third)
                link.mend()

        shift.worker.notices = notice
        shift.plans = {third: break_off}
        shift.work()
        print(f"cut after {third} of {warehouse.scans} reads; {cut['reads']} made offline, {cut['unsent']} facts kept")
        assert cut["unsent"] > 5
        day.prove(shift.device)


@pytest.mark.thorough
def test_a_terminal_killed_at_random_moments_resumes_at_the_same_line(
    warehouse: Warehouse, tmp_path: Path, chance: Random
) -> None:
    with morning(warehouse, tmp_path / "m") as day:
        shift = day.shift(packs_at=1)

        def kill() -> None:
            time.sleep(chance.random() * 0.04)  # any moment of a scan's way, not one that is waited for
            shift.kill()

        times = of_two_sizes(warehouse, 3, 20)
        shift.plans = dict.fromkeys(moments(chance, warehouse, times), kill)
        shift.work()
        assert shift.deaths == times
        day.prove(shift.device)


@pytest.mark.thorough
def test_a_store_killed_and_started_again_is_only_away_for_a_while(
    warehouse: Warehouse, tmp_path: Path, chance: Random
) -> None:
    with morning(warehouse, tmp_path / "m") as day:
        shift = day.shift(packs_at=1)
        starting: list[threading.Thread] = []

        def kill() -> None:
            for thread in starting:
                thread.join()
            day.store.kill()
            starting.append(threading.Thread(target=day.store.start))
            starting[-1].start()

        times = of_two_sizes(warehouse, 2, 10)
        shift.plans = dict.fromkeys(moments(chance, warehouse, times), kill)
        shift.work()
        assert len(starting) == times
        day.prove(shift.device)


@pytest.mark.thorough
def test_messages_lost_repeated_held_up_and_out_of_order_change_nothing(
    warehouse: Warehouse, tmp_path: Path, chance: Random
) -> None:
    with morning(warehouse, tmp_path / "m") as day, FaultyLink(day.store.port, at_random(chance, 0.15)) as link:
        shift = day.shift(url=link.url, packs_at=2)
        shift.work()
        print({fate.value: count for fate, count in link.met.items()})
        assert len(link.met) >= (6 if warehouse.scans > 1000 else 4), "nearly each fate was met"
        day.prove(shift.device)


def test_a_seed_gives_the_same_fates_again_however_often_is_polled() -> None:
    stories = []
    for polls in (0, 1, 5):
        chance = Random(20261123)
        fates = at_random(chance, 0.3)
        stories.append([(fates("/v1/events"), [fates(POLL) for _ in range(polls)])[0] for _ in range(200)])
        stories[-1].append(chance.random())
    assert stories[0] == stories[1] == stories[2]
    assert set(stories[0][:-1]) == set(Fate)


@pytest.mark.parametrize("hours", [24, pytest.param(-24, marks=pytest.mark.long)])
def test_a_clock_a_day_off_loads_the_same_trucks(warehouse: Warehouse, tmp_path: Path, hours: int) -> None:
    with morning(warehouse, tmp_path / "m") as day:
        right = trucks(day)
        shift = day.shift(program=program(f"clock={hours * 3600}"))
        shift.work()
        day.prove(shift.device)
        assert departures(day) <= right | trucks(day)


def trucks(day: Morning) -> set[datetime]:
    """The trucks that leave next, by the right clock."""
    with reading(day.stage.database) as connection:
        (body,) = connection.execute("SELECT body FROM record WHERE kind = 'site'").fetchone()
    site = decode_record("site", body)
    assert isinstance(site, Site)
    lines = {(each.carrier, each.service) for each in site.cut_offs}
    found = [due_departure(site, *line, datetime.now(UTC)) for line in lines]
    return {each.departs_at for each in found if each}


def departures(day: Morning) -> set[datetime]:
    """When everything left that was handed over."""
    with reading(day.stage.database) as connection:
        rows = connection.execute("SELECT body FROM record WHERE kind = 'manifest'").fetchall()
    return {datetime.fromisoformat(json.loads(body)["departs_at"]) for (body,) in rows}


@pytest.mark.thorough
def test_two_terminals_share_one_morning(warehouse: Warehouse, tmp_path: Path) -> None:
    with morning(warehouse, tmp_path / "m") as day:
        shifts = [day.shift(place, of=2, packs_at=2, ships=False) for place in range(2)]
        together(day, shifts)
        picked = [shift.worker.greens for shift in shifts]
        print(f"greens at the two devices: {picked}")
        assert min(picked) > 10
        day.prove(*(shift.device for shift in shifts))


def together(day: Morning, shifts: list[Shift]) -> None:
    """All of them at once, and then the first one at the dock."""
    with ThreadPoolExecutor() as people:
        for working in [people.submit(shift.work) for shift in shifts]:
            working.result()
    dock = day.shift()
    dock.worker.phase, dock.looks_first = acts.SHIP, True
    dock.work()


# The journal


def halves(warehouse: Warehouse) -> tuple[int, int]:
    """A read early in the morning, and one that is well past its middle."""
    return warehouse.scans // 4, warehouse.scans * 6 // 10


@pytest.mark.long
def test_a_wiped_journal_begins_anew_and_goes_on_at_the_same_line(warehouse: Warehouse, tmp_path: Path) -> None:
    with morning(warehouse, tmp_path / "m") as day:
        shift = day.shift(packs_at=1)
        ids = set[str]()

        def wipe() -> None:
            wait_for(shift.device.has_told_all, "all is sent")
            ids.add(shift.device.journaled().identity)
            shift.kill(lambda: remove_journal(shift.device), looks_first=True)

        shift.pauses = [(read, wipe) for read in halves(warehouse)]
        shift.work()
        assert shift.device.journaled().identity not in ids
        assert len(ids) == shift.deaths == 2
        day.prove(shift.device)


@pytest.mark.long
def test_scans_that_died_unsent_with_their_journal_are_made_again(warehouse: Warehouse, tmp_path: Path) -> None:
    """They are lost, as the screen says; the worker scans again what is not there, and nothing vanishes as known."""
    with morning(warehouse, tmp_path / "m") as day, FaultyLink(day.store.port) as link:
        shift = day.shift(url=link.url)
        steps, cut_at, lost = [""], [0], [0]

        def begin_anew() -> None:
            remove_journal(shift.device)
            link.mend()

        def notice(told: Told) -> None:
            """At the beginning of a walk the network goes, and three reads later the journal."""
            is_begun = (steps[-1], told.step) == ("pick_tote", "pick_shelf")
            steps.append(told.step)
            if is_begun and shift.scans > warehouse.scans // 6 and not cut_at[0]:
                link.cut()
                cut_at[0] = shift.scans
            elif cut_at[0] and shift.scans == cut_at[0] + 3:
                lost[0] = shift.device.journaled().unsent
                shift.kill(begin_anew, looks_first=True)

        shift.worker.notices = notice
        shift.work()
        assert shift.deaths == 1 and lost[0] >= 2, "the shelf and the pieces; what came between is no fact"
        day.prove(shift.device)


@pytest.mark.long
def test_a_cloned_journal_works_on_and_its_original_comes_back(warehouse: Warehouse, tmp_path: Path) -> None:
    with morning(warehouse, tmp_path / "m") as day:
        shift = day.shift(packs_at=1)
        original = shift.device
        clone = replace(original, name="CART-1-AGAIN")
        ids: dict[str, str] = {}

        def change(device: Device, *, looks_first: bool) -> None:
            def begin() -> None:
                if device is clone:
                    shutil.copytree(original.state, clone.state)
                shift.device = device

            ids[shift.device.name] = shift.device.journaled().identity
            shift.kill(begin, looks_first=looks_first)

        def go_back() -> None:
            wait_for(clone.has_told_all, "all of the clone's is sent")
            change(original, looks_first=True)

        clone.configure(day.store.url, shift.scanner.port)
        early, late = halves(warehouse)
        shift.pauses = [(late, go_back)]
        shift.plans = {early: lambda: change(clone, looks_first=False)}
        shift.work()
        assert shift.deaths == 2
        assert ids["CART-1-AGAIN"] != ids["CART-1"] == original.journaled().identity
        day.prove(original, clone)


@pytest.mark.parametrize("is_noticed", [False, pytest.param(True, marks=pytest.mark.long)])
def test_an_old_copy_put_back_takes_a_new_identity(warehouse: Warehouse, tmp_path: Path, is_noticed: bool) -> None:
    """Where mark and witness were put back too, as by a disk's snapshot, only the store can tell."""
    with morning(warehouse, tmp_path / "m") as day:
        shift = day.shift(packs_at=1)
        old: dict[Path, bytes] = {}
        ids: list[str] = []

        def save() -> None:
            files = [*shift.device.state.iterdir(), shift.device.witness]
            old.update({file: file.read_bytes() for file in files if file.suffix != ".lock"})

        def put_back() -> None:
            for file in shift.device.state.glob("journal.db*"):
                if file not in old:
                    file.unlink()
            for file, content in old.items():
                if not is_noticed or file.name.startswith("journal.db"):
                    file.write_bytes(content)

        def copy() -> None:
            ids.append(shift.device.journaled().identity)
            shift.kill(save)

        def restore() -> None:
            wait_for(shift.device.has_told_all, "all is sent")
            shift.kill(put_back, looks_first=True)

        early, late = halves(warehouse)
        shift.plans = {early: copy}
        shift.pauses = [(late, restore)]
        shift.work()
        assert shift.deaths == 2
        assert shift.device.journaled().identity not in ids
        day.prove(shift.device)


def remove_journal(device: Device) -> None:
    """What somebody does who wants to start afresh."""
    for file in device.state.glob("journal.db*"):
        file.unlink()


# The store's backup


@pytest.mark.thorough
@pytest.mark.long
@pytest.mark.parametrize("backup_is", ["from before all", "from the morning", "older than the journal's identity"])
def test_a_store_put_back_to_an_earlier_backup_gets_again_what_it_lost(
    warehouse: Warehouse, tmp_path: Path, chance: Random, backup_is: str
) -> None:
    with morning(warehouse, tmp_path / "m") as day:
        shift = day.shift(packs_at=1)
        backup = tmp_path / "backup.db"

        def back_up() -> None:
            day.stage.run("store", "backup", str(backup))

        def put_back() -> None:
            day.store.kill()
            day.stage.run("store", "restore", str(backup))
            day.store.start()

        early, late = halves(warehouse)
        if backup_is == "from the morning":
            shift.plans[chance.randrange(4, early)] = back_up
        else:
            back_up()
        if backup_is == "older than the journal's identity":
            shift.pauses = [(early, lambda: shift.kill(lambda: copy_in_place(shift.device), looks_first=True))]
        shift.plans[late] = put_back
        shift.work()
        assert not shift.plans and not shift.pauses
        day.prove(shift.device)


def copy_in_place(device: Device) -> None:
    """What a restore of single files does: the same content in another file."""
    copy = device.journal.with_name("copy")
    shutil.copyfile(device.journal, copy)
    copy.replace(device.journal)


@pytest.mark.thorough
@pytest.mark.long
def test_a_restored_store_gives_no_walk_out_twice(warehouse: Warehouse, tmp_path: Path, chance: Random) -> None:
    """Two devices: whoever comes back first must not be sent where the other one has picked already."""
    with morning(warehouse, tmp_path / "m") as day:
        shifts = [day.shift(place, of=2, packs_at=1, ships=False) for place in range(2)]
        backup = tmp_path / "backup.db"
        day.stage.run("store", "backup", str(backup))

        def put_back() -> None:
            day.store.kill()
            day.stage.run("store", "restore", str(backup))
            day.store.start()

        shifts[0].plans = {chance.randrange(warehouse.scans // 5, warehouse.scans * 2 // 5): put_back}
        together(day, shifts)
        assert not shifts[0].plans
        day.prove(*(shift.device for shift in shifts))
