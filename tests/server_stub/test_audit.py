"""The audit trail: who did what stands in it, and whoever changes it is found out."""

from __future__ import annotations

from typing import Any

import pytest

from server_stub import audit
from server_stub.audit import Heads
from server_stub.authority import OFFICE
from server_stub.database import open_at
from server_stub.floor_setup import Done, NewWorker, OwnerSet, WorkerAdded
from server_stub.place import Place
from server_stub.store import Store
from tests.server_stub.filled_databases import rows_of


@pytest.fixture
async def trail(warehouse: Any) -> Place:
    """A store in whose trail stand more than ten acts of three people; it is closed."""
    for number in range(8):
        await warehouse.ask("PUT", "/v1/owners", OwnerSet(id=f"OWNER-{number}", name="Goods"), Done)
    await warehouse.ask(
        "POST", "/v1/workers", NewWorker(name="Ada Secret", roles=("picker",), pin="271828"), WorkerAdded
    )
    await warehouse.device("cart")
    await warehouse.caller(OFFICE)
    place: Place = warehouse.place
    await warehouse.store.close()
    return place


def told(trail: Place) -> list[str]:
    return audit.faults(open_at(trail.where), Heads(trail.audit_heads))


def tamper(trail: Place, *statements: str) -> None:
    for statement in statements:
        with open_at(trail.where).connected() as connection:
            assert connection.exec_driver_sql(statement).rowcount > 0
            connection.commit()


def rows(trail: Place) -> list[tuple[Any, ...]]:
    return rows_of(trail, "SELECT number, role, caller, act, subject FROM audit ORDER BY number")


async def test_a_pin_cannot_be_tried_on_the_digest_of_what_was_asked(warehouse: Any) -> None:
    for pin in ("271828", "314159"):
        asked = NewWorker(name="Ada", roles=("picker",), pin=pin, is_known=True)
        await warehouse.ask("POST", "/v1/workers", asked, WorkerAdded)
    digests = warehouse.rows("SELECT digest FROM audit WHERE act = 'add_worker' ORDER BY number")[-2:]
    assert digests[0] == digests[1] != ("",)


def test_each_act_of_authority_stands_there_once_and_without_secrets(trail: Place) -> None:
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
    before = rows(warehouse.place)
    assert (await warehouse.admin.get("/v1/status")).status_code == 200
    assert (await warehouse.admin.post("/v1/terminals/revoke", json={"terminal": "NOBODY"})).status_code == 404
    assert rows(warehouse.place) == before


def test_an_edit_is_found(trail: Place) -> None:
    tamper(trail, "UPDATE audit SET subject = 'OWNER-9' WHERE number = 5")
    assert told(trail) == ["entry 5 is not what was written, or not in its place"]


@pytest.mark.parametrize("column", ["at", "role", "caller", "act", "subject", "digest"])
def test_an_edit_of_any_column_is_found(trail: Place, column: str) -> None:
    tamper(trail, f"UPDATE audit SET {column} = 'x' WHERE number = 4")
    assert told(trail) == ["entry 4 is not what was written, or not in its place"]


def test_a_deletion_is_found(trail: Place) -> None:
    tamper(trail, "DELETE FROM audit WHERE number IN (4, 5)")
    assert told(trail) == ["entries 4 to 5 are missing"]


def test_a_reorder_is_found(trail: Place) -> None:
    tamper(
        trail,
        "UPDATE audit SET number = 999 WHERE number = 3",
        "UPDATE audit SET number = 3 WHERE number = 4",
        "UPDATE audit SET number = 4 WHERE number = 999",
    )
    faults = told(trail)
    assert [fault.partition(" is")[0] for fault in faults[:2]] == ["entry 3", "entry 4"]


def test_a_cut_tail_is_found(trail: Place) -> None:
    last = rows(trail)[-1][0]
    tamper(trail, f"DELETE FROM audit WHERE number > {last - 2}")
    (fault,) = told(trail)
    assert fault.startswith(f"entries {last - 1} to ")
    assert "were cut off the end" in fault


def test_a_trail_that_was_written_anew_with_right_hashes_is_found(trail: Place) -> None:
    tamper(trail, "UPDATE audit SET caller = 'SOMEBODY-ELSE' WHERE number = 6")
    found = [audit.AuditRow(*row) for row in rows_of(trail, "SELECT * FROM audit ORDER BY number")]
    before = ""
    for row in found:
        row.hash = before = audit._hash(before, row)
        tamper(trail, f"UPDATE audit SET hash = '{row.hash}' WHERE number = {row.number}")
    (fault,) = told(trail)
    assert "entry 6 is not the one that" in fault


def test_a_file_of_heads_that_is_gone_is_told(trail: Place) -> None:
    trail.audit_heads.unlink()
    (fault,) = told(trail)
    assert fault.endswith("audit.heads is not there: nothing shows whether entries were cut off the end of the trail")


async def test_an_end_that_a_crash_left_unnoted_is_noted_at_the_next_start(trail: Place) -> None:
    file, last = trail.audit_heads, rows(trail)[-1][0]
    whole = file.read_bytes()
    for left in (whole[:-7], b"\n".join(whole.splitlines()[:-1]) + b"\n"):
        file.write_bytes(left)
        opened = await Store.open(trail.where, audit_heads=file)
        await opened.close()
        assert told(trail) == []
        assert file.read_bytes().startswith(left)
        assert list(Heads(file).noted())[-1].number == last
    before = file.read_bytes()
    await (await Store.open(trail.where, audit_heads=file)).close()
    assert file.read_bytes() == before, "noted once"


def test_a_line_of_the_heads_that_a_crash_cut_is_left_out(trail: Place) -> None:
    file = trail.audit_heads
    file.write_bytes(file.read_bytes() + b'{"number":99')
    assert told(trail) == []
