"""What the floor's stories share: warehouses that are furnished once a run, and a chance that can be had again."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random, SystemRandom

import pytest

from tests.floor.gift_shop import rows_of
from tests.floor.warehouse import Warehouse, retail_warehouse, small_warehouse

VARIABLE = "FLOORHAND_SEED"


@pytest.fixture
def chance() -> Random:
    """Random moments; the seed is printed, and `FLOORHAND_SEED` sets it."""
    seed = int(os.environ.get(VARIABLE) or SystemRandom().randrange(10**9))
    print(f"{VARIABLE}={seed}")
    return Random(seed)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Six orders of the demo's shop."""
    return small_warehouse(tmp_path_factory.mktemp("shop") / "ready", 6)


@pytest.fixture(scope="session")
def retail(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Warehouse:
    """The whole retail morning."""
    rows = rows_of(shared_data / "online-retail-2010-12-01.csv")
    return retail_warehouse(tmp_path_factory.mktemp("retail") / "ready", rows)


@pytest.fixture(params=["shop", pytest.param("retail", marks=pytest.mark.long)])
def warehouse(request: pytest.FixtureRequest) -> Warehouse:
    """The small shop, and in the long form the retail morning."""
    ready: Warehouse = request.getfixturevalue(request.param)
    return ready
