"""The morning under fire on PostgreSQL: the stories of the embedded store again, and the database itself killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from benchmarks.private_postgres import PrivatePostgres
from tests.floor import test_faults as faults
from tests.floor.shift import morning
from tests.floor.warehouse import Warehouse


@pytest.fixture(scope="module")
def durable() -> Iterator[PrivatePostgres]:
    """A server that flushes to disk, and may be killed."""
    with PrivatePostgres(is_durable=True) as server:
        yield server


@pytest.fixture
def on_postgresql(warehouse: Warehouse, durable: PrivatePostgres) -> Warehouse:
    """The same warehouse, its books on PostgreSQL."""
    return replace(warehouse, server=durable)


def test_a_database_killed_and_started_again_is_only_away_for_a_while(
    on_postgresql: Warehouse, durable: PrivatePostgres, tmp_path: Path, chance: Random
) -> None:
    with morning(on_postgresql, tmp_path / "m") as day:
        shift = day.shift(packs_at=1)
        starting: list[threading.Thread] = []

        def kill() -> None:
            for thread in starting:
                thread.join()
            durable.kill()
            starting.append(threading.Thread(target=durable.start))
            starting[-1].start()

        times = faults.of_two_sizes(on_postgresql, 2, 10)
        # While walks are under way: whoever asks for new work has to wait for the store anyway.
        shift.plans = dict.fromkeys(faults.moments(chance, on_postgresql, times), kill)
        shift.work()
        assert len(starting) == times
        day.prove(shift.device)


@pytest.mark.long
@pytest.mark.parametrize(
    "story",
    [
        faults.test_a_terminal_killed_at_random_moments_resumes_at_the_same_line,
        faults.test_a_store_killed_and_started_again_is_only_away_for_a_while,
        faults.test_messages_lost_repeated_held_up_and_out_of_order_change_nothing,
    ],
)
def test_the_same_stories(story: object, on_postgresql: Warehouse, tmp_path: Path, chance: Random) -> None:
    story(on_postgresql, tmp_path, chance)  # type: ignore[operator]


@pytest.mark.long
@pytest.mark.parametrize(
    "story",
    [faults.test_a_network_cut_for_the_middle_third_costs_nothing, faults.test_two_terminals_share_one_morning],
)
def test_the_same_stories_without_chance(story: object, on_postgresql: Warehouse, tmp_path: Path) -> None:
    story(on_postgresql, tmp_path)  # type: ignore[operator]
