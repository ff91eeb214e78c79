"""A gift shop's real morning as a warehouse's input: which rows are goods, who ordered, and a site to ship from.

The orders are real (shared data); addresses are made here, in the country that each order names.
"""

from __future__ import annotations

import csv
from pathlib import Path

from terminal.demo.recount import Pieces

NOT_GOODS = {"POST", "D"}  # postage and a discount, as the data set's own description names them
ODD = ("C536379", "536414")  # a cancellation, and a row without customer or description
TOWNS = {
    "United Kingdom": ("GB", "Leeds", "LS1 4AP", ""),
    "France": ("FR", "Lyon", "69003", ""),
    "Australia": ("AU", "Hobart", "7000", "TAS"),
    "Netherlands": ("NL", "Utrecht", "3511 AX", ""),
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
    """All rows of a CSV."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    """The rows as a CSV, headed by the names of the first one's columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def first_orders(rows: list[dict[str, str]], count: int) -> list[dict[str, str]]:
    """The rows of the first `count` orders of the morning, and the odd ones."""
    numbers = dict.fromkeys(row["InvoiceNo"] for row in rows if not row["InvoiceNo"].startswith("C"))
    chosen = {*list(numbers)[:count], *ODD}
    return [row for row in rows if row["InvoiceNo"] in chosen]


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
            "region": TOWNS[country][3],
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
