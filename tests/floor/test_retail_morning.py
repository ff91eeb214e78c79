"""One real morning of a gift shop's orders, from the file to the dock, through every real part.

The terminal runs in a pseudo-terminal, its scanner is a pty, the store a process of its own. The recount reads the CSV
itself and agrees with nothing but what was shipped.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from terminal.demo import shop
from terminal.demo.commands import drive, terminal_in_pty, toy_scanner
from terminal.demo.recount import recount
from terminal.demo.robot import Robot
from terminal.demo.stage import Stage, prepare
from tests.floor.gift_shop import SITE, customers_of, first_orders, rows_of, wanted_of, write_rows
from tests.floor.pages import barcodes_on, label_scanned
from tests.floor.warehouse import reading, wait_for


def work(folder: Path, rows: list[dict[str, str]], address: str) -> Stage:
    """Imports the rows, lays the warehouse out, and lets the robot do the whole morning."""
    folder.mkdir(exist_ok=True)
    (folder / "site.toml").write_text(SITE, encoding="utf-8")
    write_rows(folder / "orders.csv", rows)
    write_rows(folder / "customers.csv", customers_of(rows))
    with toy_scanner() as scanner:
        stage, code = prepare(folder, scanner.port, folder / "site.toml", shop.PREFIX, address)
        try:
            stage.run("import", "customers", str(folder / "customers.csv"), "--map", "floorhand")
            said = stage.run(
                *("import", "orders", str(folder / "orders.csv"), "--map", "retail", "--lay-out"),
                *("--labels", str(folder / "shelves"), "--report", str(folder / "report.csv")),
            )
            (folder / "import.txt").write_text(said, encoding="utf-8")
            stage.run("store", "release", "--all")
            (folder / "code.txt").write_text(code, encoding="utf-8")
            stage.run("terminal", "--enrol", code, "--name", "CART-1", "--station", "BENCH-1")
            robot = Robot(badge=stage.badge, totes=stage.totes(), read_label=label_scanned(stage.printed_folder))
            with terminal_in_pty(stage) as terminal:
                assert drive(terminal, scanner, robot, quiet=True), bytes(terminal.screen[-2000:])
                wait_for(lambda: has_signed_off(stage), "the sign-off, which the robot does last, in the store")
        finally:
            stage.close()
    return stage


def has_signed_off(stage: Stage) -> bool:
    with reading(stage.database) as connection:
        return bool(connection.execute("SELECT 1 FROM event WHERE kind = 'worker_signed_off'").fetchone())


def prove(stage: Stage, rows: list[dict[str, str]]) -> None:
    wanted, others = wanted_of(rows)
    findings = recount(wanted, set(), (), stage.database, stage.printed_folder)
    assert findings.wrong == []
    assert findings.parcels == len({order for order, _ in wanted})

    reported = {int(row["line"]) for row in rows_of(stage.folder / "report.csv") if row["line"]}
    assert set(others) <= reported, "every line that was not picked stands in the report"
    assert all(row["reason"] for row in rows_of(stage.folder / "report.csv"))

    orders = {}
    with reading(stage.database) as connection:
        for (body,) in connection.execute("SELECT body FROM record WHERE kind = 'parcel'"):
            parcel = json.loads(body)
            orders[parcel["id"]] = parcel["order_number"]
    labels = Counter[str]()
    for path in stage.printed_folder.glob("*-label-*.pdf"):
        read = barcodes_on(path)
        sscc = read["gs1"].replace("(", "").replace(")", "").removeprefix("00")
        labels[sscc] += 1
        assert read["plain"] == orders[sscc]
    assert set(labels) == set(orders)
    assert set(labels.values()) == {1}
    for path in stage.printed_folder.glob("*-slip-*.pdf"):
        assert barcodes_on(path)["plain"] in orders.values()


def prove_logs(stage: Stage, rows: list[dict[str, str]]) -> None:
    """Each request of the morning stands in the logs, and nobody's secret, PIN, name or address."""
    told = [json.loads(line) for line in (stage.folder / "store.log").read_text().splitlines() if line[:1] == "{"]
    acts = {(line["act"], line["status"]) for line in told if "act" in line}
    # Orders are released by a command, which goes to PostgreSQL itself and needs no running store.
    asked = {"intake", "enrol", "claim", "events", "changes"} | (set() if stage.address else {"release_orders"})
    assert {(act, 200) for act in asked} <= acts
    people = {each[name] for each in customers_of(rows) for name in ("name", "street")}
    towns = {each[name] for each in customers_of(rows) for name in ("city", "postcode")} - {""}
    (enrolled,) = stage.folder.rglob("terminal.json")
    secrets = {
        json.loads(enrolled.read_text())["token"],
        (stage.store_folder / "admin.token").read_text().strip(),
        (stage.folder / "code.txt").read_text(),
        stage.badge,
        stage.badge.rpartition("-")[2],
        stage.pin,
    }
    assert len(people) > 5
    assert all(len(secret) >= 6 for secret in secrets)
    for log in stage.folder.rglob("*.log"):
        text = log.read_text(encoding="utf-8", errors="replace")
        for private in people | towns | secrets:
            # A PIN's digits stand in many a time or cursor: what counts is the whole number.
            assert not re.search(rf"(?<![0-9A-Za-z]){re.escape(private)}(?![0-9A-Za-z])", text), f"{private} in {log}"


def test_twelve_orders_go_from_the_file_to_the_dock(shared_data: Path, tmp_path: Path, new_address: str) -> None:
    rows = rows_of(shared_data / "online-retail-2010-12-01.csv")
    chosen = first_orders(rows, 12)
    stage = work(tmp_path / "morning", chosen, new_address)
    prove(stage, chosen)
    prove_logs(stage, chosen)


@pytest.mark.thorough
@pytest.mark.long
def test_the_whole_retail_morning_goes_from_the_file_to_the_dock(
    shared_data: Path, tmp_path: Path, new_address: str
) -> None:
    rows = rows_of(shared_data / "online-retail-2010-12-01.csv")
    assert len(rows) == 999
    stage = work(tmp_path / "morning", rows, new_address)
    prove(stage, rows)
    prove_logs(stage, rows)
