"""Tables for others: whole over many pages, of one owner where it has to be, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from server_stub import authority, export


async def rows(http: Any, table: str, form: str = "csv") -> list[dict[str, Any]]:
    answer = await http.get(f"/v1/export/{table}", params={"format": form})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(export.KINDS[form])  # type: ignore[index]
    if form == "json":
        return [json.loads(line) for line in answer.text.splitlines()]
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


async def test_every_row_is_there_over_many_pages(warehouse: Any) -> None:
    locations = [{"code": f"A-{number:04d}", "zone": "A", "walk": number} for number in range(1201)]
    stock = [{"owner": "HOME", "sku": "LAMP", "location": each["code"], "quantity": 1} for each in locations]
    product = {"owner": "HOME", "sku": "LAMP", "description": "Lamp"}
    for start in range(0, len(stock), 400):
        batch = {
            "locations": locations[start : start + 400],
            "products": [product],
            "stock": stock[start : start + 400],
        }
        assert (await warehouse.admin.post("/v1/intake", json=batch)).status_code == 200
    found = await rows(warehouse.admin, "stock")
    shelves = [row for row in found if row["place"].startswith("shelf/")]
    assert len({row["place"] for row in shelves}) == len(shelves) == 1201
    assert sum(int(row["quantity"]) for row in found) == 0, "the ledger's open ends are in it"
    assert len(await rows(warehouse.admin, "moves", "json")) == 1201


@pytest.mark.parametrize("form", ["csv", "json"])
async def test_a_days_orders_lines_and_parcels(warehouse: Any, form: str) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}, "A-02": {"MUG": 1}})
    await warehouse.order("1", ("LAMP", 2), ("MUG", 3))
    (order,) = await rows(warehouse.admin, "orders", form)
    assert (order["order"], order["state"], str(order["lines"]), str(order["pieces"])) == (
        "HOME/1",
        "allocated",
        "2",
        "5",
    )
    lines = await rows(warehouse.admin, "lines", form)
    assert [(row["sku"], str(row["ordered"]), str(row["allocated"])) for row in lines] == [
        ("LAMP", "2", "2"),
        ("MUG", "3", "1"),
    ]
    assert await rows(warehouse.admin, "parcels", form) == []


@pytest.mark.parametrize("formula", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "  =1", "\N{FULLWIDTH EQUALS SIGN}1"])
async def test_a_text_that_a_spreadsheet_would_run_is_a_text(warehouse: Any, formula: str) -> None:
    line = {"number": 1, "sku": "LAMP", "description": formula, "quantity": 1}
    product = {"owner": "HOME", "sku": "LAMP", "description": "Lamp"}
    batch = {"products": [product], "orders": [{"owner": "HOME", "number": "7", "lines": [line]}]}
    await warehouse.admin.post("/v1/intake", json=batch)
    (row,) = await rows(warehouse.admin, "lines")
    assert row["description"] == f"'{formula}"
    (said,) = await rows(warehouse.admin, "lines", "json")
    assert said["description"] == formula


async def test_a_desk_of_one_owner_gets_that_owners_rows_alone(warehouse: Any) -> None:
    await warehouse.admin.put("/v1/owners", json={"id": "ACME", "name": "Acme"})
    line = {"number": 1, "sku": "LAMP", "description": "Lamp", "quantity": 1}
    owners = ("HOME", "ACME")
    batch = {
        "products": [{"owner": owner, "sku": "LAMP", "description": "Lamp"} for owner in owners],
        "orders": [{"owner": owner, "number": "7", "lines": [line]} for owner in owners],
    }
    await warehouse.admin.post("/v1/intake", json=batch)
    office = await warehouse.caller(authority.OFFICE, "ACME")
    assert [row["order"] for row in await rows(office, "orders")] == ["ACME/7"]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [("/v1/export/secrets", 404, "there is orders, lines"), ("/v1/export/stock?format=xml", 422, "got `xml`")],
)
async def test_what_cannot_be_exported_is_told(warehouse: Any, path: str, status: int, says: str) -> None:
    answer = await warehouse.admin.get(path)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text


async def test_no_table_holds_a_name_or_an_address(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await warehouse.order("1", ("LAMP", 2))
    for table in export.TABLES:
        text = json.dumps(await rows(warehouse.admin, table))
        for private in ("Ada", "1 Row", "London"):
            assert private not in text
