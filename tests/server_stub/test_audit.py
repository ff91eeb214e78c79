"""The audit trail: who did what stands in it, and whoever changes it is found out."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from server_stub import audit
from server_stub.audit import Heads
from server_stub.authority import OFFICE
from server_stub.database import Database
from server_stub.floor_setup import Done, NewWorker, OwnerSet, WorkerAdded


@pytest.fixture
async def trail(warehouse: Any) -> Path:
    """A store in whose trail stand more than ten acts of three people; it is closed."""
    for number in range(8):
        await warehouse.ask("PUT", "/v1/owners", OwnerSet(id=f"OWNER-{number}", name="Goods"), Done)
    await warehouse.ask(
        "POST", "/v1/workers", NewWorker(name="Ada Secret", roles=("picker",), pin="271828"), WorkerAdded
    )
    await warehouse.device("cart")
    await warehouse.caller(OFFICE)
    path: Path = warehouse.place.database
    await warehouse.store.close()
    return path


def heads(path: Path) -> Heads:
    return Heads(path.with_name("audit.heads"))


def told(path: Path) -> list[str]:
    return audit.faults(Database(path), heads(path))


def tamper(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        assert connection.execute(statement).rowcount > 0
    connection.commit()
    connection.close()


def rows(path: Path) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT number, role, caller, act, subject FROM audit ORDER BY number").fetchall()
    connection.close()
    return found


def test_each_act_of_authority_stands_there_once_and_without_secrets(trail: Path) -> None:
    found = rows(trail)
    assert [row[0] for row in found] == list(range(1, len(found) + 1))
    acts = [row[3] for row in found]
    assert acts.count("put_owner") >= 8
    assert {"put_site", "add_worker", "add_terminal", "enrol", "add_token"} <= set(acts)
    assert [row[4] for row in found if row[3] == "enrol"] == ["CART"]
    text = repr(found)
    for secret in ("Ada Secret", "271828", "scrypt", "$argon2"):
        assert secret not in text
    assert told(trail) == []


async def test_a_refusal_and_a_look_are_no_act(warehouse: Any) -> None:
    before = rows(warehouse.place.database)
    assert (await warehouse.admin.get("/v1/status")).status_code == 200
    assert (await warehouse.admin.post("/v1/terminals/revoke", json={"terminal": "NOBODY"})).status_code == 404
    assert rows(warehouse.place.database) == before


def test_an_edit_is_found(trail: Path) -> None:
    tamper(trail, "UPDATE audit SET subject = 'OWNER-9' WHERE number = 5")
    assert told(trail) == ["entry 5 is not what was written, or not in its place"]


@pytest.mark.parametrize("column", ["at", "role", "caller", "act", "subject", "digest"])
def test_an_edit_of_any_column_is_found(trail: Path, column: str) -> None:
    tamper(trail, f"UPDATE audit SET {column} = 'x' WHERE number = 4")
    assert told(trail) == ["entry 4 is not what was written, or not in its place"]


def test_a_deletion_is_found(trail: Path) -> None:
    tamper(trail, "DELETE FROM audit WHERE number IN (4, 5)")
    assert told(trail) == ["entries 4 to 5 are missing"]


def test_a_reorder_is_found(trail: Path) -> None:
    tamper(
        trail,
        "UPDATE audit SET number = 999 WHERE number = 3",
        "UPDATE audit SET number = 3 WHERE number = 4",
        "UPDATE audit SET number = 4 WHERE number = 999",
    )
    faults = told(trail)
    assert [fault.partition(" is")[0] for fault in faults[:2]] == ["entry 3", "entry 4"]


def test_a_cut_tail_is_found(trail: Path) -> None:
    last = rows(trail)[-1][0]
    tamper(trail, f"DELETE FROM audit WHERE number > {last - 2}")
    (fault,) = told(trail)
    assert fault.startswith(f"entries {last - 1} to ")
    assert "were cut off the end" in fault


def test_a_trail_that_was_written_anew_with_right_hashes_is_found(trail: Path) -> None:
    connection = sqlite3.connect(trail)
    connection.execute("UPDATE audit SET caller = 'SOMEBODY-ELSE' WHERE number = 6")
    found = [audit.AuditRow(*row) for row in connection.execute("SELECT * FROM audit ORDER BY number")]
    before = ""
    for row in found:
        row.hash = before = audit._hash(before, row)
        connection.execute("UPDATE audit SET hash = ? WHERE number = ?", (row.hash, row.number))
    connection.commit()
    connection.close()
    (fault,) = told(trail)
    assert "entry 6 is not the one that" in fault


def test_a_line_of_the_heads_that_a_crash_cut_is_left_out(trail: Path) -> None:
    file = heads(trail).path
    file.write_bytes(file.read_bytes() + b'{"number":99')
    assert told(trail) == []
