"""What the floor's stories share: warehouses that are furnished once a run, and a chance that can be had again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random, SystemRandom

import pytest

from benchmarks.private_postgres import PrivatePostgres
from tests.floor.gift_shop import rows_of
from tests.floor.warehouse import Ground, Warehouse, retail_warehouse, small_warehouse

VARIABLE = "FLOORHAND_SEED"


@pytest.fixture
def chance() -> Random:
    """Random moments; the seed is printed, and `FLOORHAND_SEED` sets it."""
    seed = int(os.environ.get(VARIABLE) or SystemRandom().randrange(10**9))
    print(f"{VARIABLE}={seed}")
    return Random(seed)


Furnished = Callable[[str, PrivatePostgres | None], Warehouse]


@pytest.fixture(scope="session")
def furnished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """Gives `shop`, six orders of the demo's shop, or `retail`, the whole retail morning; made once a server."""

    @cache
    def furnish(name: str, server: PrivatePostgres | None) -> Warehouse:
        ground = Ground(tmp_path_factory.mktemp(name) / "ready", server, name)
        if name == "shop":
            return small_warehouse(ground, 6)
        data: Path = request.getfixturevalue("shared_data")
        return retail_warehouse(ground, rows_of(data / "online-retail-2010-12-01.csv"))

    return furnish


@pytest.fixture(scope="session")
def stocked(request: pytest.FixtureRequest, database: str, furnished: Furnished) -> Callable[[str], Warehouse]:
    """Gives a warehouse by its name, its store on the database that is tested."""
    server = request.getfixturevalue("postgres") if database == "postgresql" else None
    return lambda name: furnished(name, server)


@pytest.fixture(scope="session")
def shop(stocked: Callable[[str], Warehouse]) -> Warehouse:
    """Six orders of the demo's shop."""
    return stocked("shop")


@pytest.fixture(params=["shop", pytest.param("retail", marks=pytest.mark.long)])
def warehouse(request: pytest.FixtureRequest, stocked: Callable[[str], Warehouse]) -> Warehouse:
    """The small shop, and in the long form the retail morning."""
    return stocked(request.param)


@pytest.fixture
def new_address(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database for a store; empty where it will be the embedded one."""
    if database == "sqlite":
        yield ""
        return
    server: PrivatePostgres = request.getfixturevalue("postgres")
    yield server.make(tmp_path.name)
    server.drop(tmp_path.name)
