"""One real morning of a gift shop's orders, from the file to the dock, through every real part.

The terminal runs in a pseudo-terminal, its scanner is a pty, the store a process of its own. The recount reads the CSV
itself and agrees with nothing but what was shipped.
"""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from terminal.demo import shop
from terminal.demo.commands import drive, terminal_in_pty, toy_scanner
from terminal.demo.recount import Pieces, recount
from terminal.demo.robot import Robot
from terminal.demo.stage import Stage, prepare
from tests.floor.pages import barcodes_on, label_scanned

NOT_GOODS = {"POST", "D"}  # postage and a discount, as the data set's own description names them
TOWNS = {
    "United Kingdom": ("GB", "Leeds", "LS1 4AP"),
    "France": ("FR", "Lyon", "69003"),
    "Australia": ("AU", "Hobart", "7000"),
    "Netherlands": ("NL", "Utrecht", "3511 AX"),
}
SITE = """\
name = "Gift shop"
time_zone = "Europe/London"
default_carrier = "Royal Mail"
default_service = "Tracked 48"

[sender]
name = "Gift shop"
lines = ["1 Market Street"]
postcode = "LS1 4AP"
city = "Leeds"
country_code = "GB"

[[cut_off]]
carrier = "Royal Mail"
service = "Tracked 48"
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
promise = "22:00"
last_release = "22:15"
departs = "23:00"
"""


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def customers_of(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """A second file with an address for everybody who ordered, in the country that the order names."""
    people = {row["CustomerID"]: row["Country"] for row in rows if row["CustomerID"]}
    return [
        {
            "number": number,
            "name": f"Customer {number}",
            "company": "",
            "street": f"{int(number) % 90 + 1} Station Road",
            "street2": "",
            "postcode": TOWNS[country][2],
            "city": TOWNS[country][1],
            "region": "",
            "country": country,
            "phone": "",
        }
        for number, country in sorted(people.items())
    ]


def wanted_of(rows: list[dict[str, str]]) -> tuple[Pieces, list[int]]:
    """Pieces by invoice and stock code, counted from the file; and the lines that no picker can serve."""
    wanted, others = Pieces(), []
    for number, row in enumerate(rows, 2):
        is_cancelled = row["InvoiceNo"].startswith("C")
        is_whole = row["Description"].strip() and row["CustomerID"]
        if is_cancelled or row["StockCode"] in NOT_GOODS or not is_whole:
            others.append(number)
        else:
            wanted[row["InvoiceNo"], row["StockCode"]] += int(row["Quantity"])
    return wanted, others


def work(folder: Path, rows: list[dict[str, str]]) -> Stage:
    """Imports the rows, lays the warehouse out, and lets the robot do the whole morning."""
    folder.mkdir(exist_ok=True)
    (folder / "site.toml").write_text(SITE, encoding="utf-8")
    write_rows(folder / "orders.csv", rows)
    write_rows(folder / "customers.csv", customers_of(rows))
    with toy_scanner() as scanner:
        stage, code = prepare(folder, scanner.port, folder / "site.toml", shop.PREFIX)
        try:
            stage.run("import", "customers", str(folder / "customers.csv"), "--map", "floorhand")
            said = stage.run(
                *("import", "orders", str(folder / "orders.csv"), "--map", "retail", "--lay-out"),
                *("--labels", str(folder / "shelves"), "--report", str(folder / "report.csv")),
            )
            (folder / "import.txt").write_text(said, encoding="utf-8")
            stage.run("store", "release", "--all")
            stage.run("terminal", "--enrol", code, "--name", "CART-1", "--station", "BENCH-1")
            robot = Robot(badge=stage.badge, totes=stage.totes(), read_label=label_scanned(stage.printed_folder))
            with terminal_in_pty(stage) as terminal:
                assert drive(terminal, scanner, robot, quiet=True), bytes(terminal.screen[-2000:])
                wait_until_sent(stage)
        finally:
            stage.close()
    return stage


def wait_until_sent(stage: Stage) -> None:
    """Returns once the store has the sign-off, which the robot does last."""
    import time

    end = time.monotonic() + 30
    while time.monotonic() < end:
        with sqlite3.connect(f"file:{stage.database}?mode=ro", uri=True) as connection:
            found = connection.execute("SELECT 1 FROM event WHERE kind = 'worker_signed_off'").fetchone()
        if found:
            return
        time.sleep(0.1)
    raise AssertionError("the terminal's last event did not reach the store")


def prove(stage: Stage, rows: list[dict[str, str]]) -> None:
    wanted, others = wanted_of(rows)
    findings = recount(wanted, set(), (), stage.database, stage.printed_folder)
    assert findings.wrong == []
    assert findings.parcels == len({order for order, _ in wanted})

    reported = {int(row["line"]) for row in rows_of(stage.folder / "report.csv") if row["line"]}
    assert set(others) <= reported, "every line that was not picked stands in the report"
    assert all(row["reason"] for row in rows_of(stage.folder / "report.csv"))

    orders = {}
    with sqlite3.connect(f"file:{stage.database}?mode=ro", uri=True) as connection:
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


def test_twelve_orders_go_from_the_file_to_the_dock(shared_data: Path, tmp_path: Path) -> None:
    rows = rows_of(shared_data / "online-retail-2010-12-01.csv")
    few = list(dict.fromkeys(row["InvoiceNo"] for row in rows if not row["InvoiceNo"].startswith("C")))[:12]
    odd = {"C536379", "536414"}
    chosen = [row for row in rows if row["InvoiceNo"] in odd or row["InvoiceNo"] in few]
    prove(work(tmp_path / "morning", chosen), chosen)


@pytest.mark.long
def test_the_whole_retail_morning_goes_from_the_file_to_the_dock(shared_data: Path, tmp_path: Path) -> None:
    rows = rows_of(shared_data / "online-retail-2010-12-01.csv")
    assert len(rows) == 999
    prove(work(tmp_path / "morning", rows), rows)
