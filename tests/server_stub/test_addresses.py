"""A database's address: understood or refused in words, and shown to nobody with its password."""

from __future__ import annotations

import pytest

from server_stub.database import open_at
from server_stub.place import PlaceError


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://floorhand:secret@db.example/floorhand",
        "postgresql://floorhand:sec%40ret@db.example:5433/floorhand?sslmode=require",
        "postgresql://db.example/floorhand?user=floorhand&password=secret",
        "postgres://floorhand:sec/ret@db.example/floorhand?sslpassword=secret",
    ],
)
def test_the_name_of_a_database_holds_no_password(address: str) -> None:
    name = open_at(address).name
    assert "ret" not in name
    assert name.startswith("postgresql://")


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://db.example:secret/floorhand",
        "postgresql://floorhand:secret@db.example:port/floorhand",
        "postgresql://floorhand:sec@ret@db.example/floorhand",
        "postgresql://floorhand:secret@[::1/floorhand",
        "postgresql+psycopg2://floorhand:secret@db.example/floorhand",
        "mysql://floorhand:secret@db.example/floorhand",
        "secret",
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(PlaceError, match="expected the database's address as postgresql://USER@HOST:PORT/NAME") as said:
        open_at(address)
    assert "ret" not in str(said.value)
