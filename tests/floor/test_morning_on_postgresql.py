"""The morning under fire on PostgreSQL, where the database itself is killed and started again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from benchmarks.private_postgres import PrivatePostgres
from tests.floor import test_faults as faults
from tests.floor.conftest import Furnished
from tests.floor.shift import morning
from tests.floor.warehouse import Warehouse


@pytest.fixture(scope="module")
def durable() -> Iterator[PrivatePostgres]:
    """A server that flushes to disk, and may be killed."""
    with PrivatePostgres(is_durable=True) as server:
        yield server


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.long) for name in ("shop", "retail")])
def on_durable(
    request: pytest.FixtureRequest, furnished: Furnished, durable: PrivatePostgres, tmp_path: Path
) -> Warehouse:
    """The small shop, and in the long form the retail morning, with its books on that server."""
    return furnished(request.param, None).moved_to(tmp_path / "ready", durable, request.param)


def test_a_database_killed_and_started_again_is_only_away_for_a_while(
    on_durable: Warehouse, durable: PrivatePostgres, tmp_path: Path, chance: Random
) -> None:
    with morning(on_durable, tmp_path / "m") as day:
        shift = day.shift(packs_at=1)
        starting: list[threading.Thread] = []

        def kill() -> None:
            for thread in starting:
                thread.join()
            durable.kill()
            starting.append(threading.Thread(target=durable.start))
            starting[-1].start()

        times = faults.of_two_sizes(on_durable, 2, 10)
        # While walks are under way: whoever asks for new work has to wait for the store anyway.
        shift.plans = dict.fromkeys(faults.moments(chance, on_durable, times), kill)
        shift.work()
        assert len(starting) == times
        day.prove(shift.device)
