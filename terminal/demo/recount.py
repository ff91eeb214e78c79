"""An independent recount: what the input file asked for, against the store's tables and the printed pages.

Decides whether the books balance, with a pencil of its own: it reads CSV, SQL and the text of PDFs, and shares no code
with the folds, the store or the printing that it audits.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

Pieces = Counter[tuple[str, str]]
_SLIP_ROW = re.compile(r"(?P<sku>\S+) .* \d+ (?P<shipped>\d+) \d+")


@dataclass
class Findings:
    """What was counted, and every sentence about what does not balance."""

    orders: int = 0
    pieces: int = 0
    parcels: int = 0
    held: int = 0
    wrong: list[str] = field(default_factory=list)

    def compare(self, what: str, expected: Pieces, found: Pieces) -> None:
        """Notes each order and SKU where two counts differ."""
        for key in sorted(set(expected) | set(found)):
            if expected[key] != found[key]:
                order, sku = key
                self.wrong.append(f"{what}: order {order}, {sku}: expected {expected[key]}, found {found[key]}")


def asked_for(orders: Path, customers: Path) -> tuple[Pieces, set[str]]:
    """Pieces by order and SKU in the input file, and the orders that have no address."""
    with customers.open(encoding="utf-8", newline="") as file:
        known = {row["number"] for row in csv.DictReader(file) if row["street"] and row["city"]}
    wanted, without = Pieces(), set()
    with orders.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            wanted[row["order"], row["sku"]] += int(row["quantity"])
            if row["customer"] not in known:
                without.add(row["order"])
    return wanted, without


def recount(
    wanted: Pieces, without_address: set[str], shorted: Iterable[tuple[str, str, int]], database: Path, printed: Path
) -> Findings:
    """Counts the store's tables and the printed pages again, and says where they differ from what was asked for.

    `shorted` are the pieces that the picker said were not there: order, SKU, quantity.
    """
    findings = Findings(held=len(without_address))
    expected = Pieces({key: count for key, count in wanted.items() if key[0] not in without_address})
    for order, sku, quantity in shorted:
        expected[order, sku] -= quantity
    expected = +expected
    findings.orders, findings.pieces = len({order for order, _ in expected}), expected.total()
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        _count_tables(connection, expected, without_address, findings)
    finally:
        connection.close()
    _count_pages(printed, expected, findings)
    return findings


def _records(connection: sqlite3.Connection, kind: str) -> list[dict[str, object]]:
    rows = connection.execute("SELECT body FROM record WHERE kind = ?", (kind,))
    return [json.loads(body) for (body,) in rows]


def _count_tables(
    connection: sqlite3.Connection, expected: Pieces, without_address: set[str], findings: Findings
) -> None:
    shipped, numbers = Pieces(), {}
    for order in _records(connection, "order"):
        number = str(order["number"])
        numbers[order["id"]] = number
        lines = order["lines"]
        assert isinstance(lines, list)
        for line in lines:
            shipped[number, line["sku"]] += line.get("shipped", 0)
        if number in without_address and (order["state"] not in ("received", "verified") or not order.get("holds")):
            findings.wrong.append(f"order {number} has no address and is {order['state']}")
    findings.compare("the orders in the store", expected, +shipped)

    parcels, inside, on_truck = _records(connection, "parcel"), Pieces(), Counter[str]()
    for parcel in parcels:
        if parcel["state"] != "handed_over":
            findings.wrong.append(f"parcel {parcel['id']} is {parcel['state']}, not handed over")
        contents = parcel["contents"]
        assert isinstance(contents, list)
        for line in contents:
            sku = line["product"].partition("/")[2]
            inside[str(parcel["order_number"]), sku] += line["quantity"]
    for manifest in _records(connection, "manifest"):
        standing = manifest.get("parcels", [])
        assert isinstance(standing, list)
        on_truck.update(standing)
    findings.parcels = len(parcels)
    findings.compare("the parcels in the store", expected, inside)
    for parcel in parcels:
        if on_truck[str(parcel["id"])] != 1:
            findings.wrong.append(f"parcel {parcel['id']} stands on {on_truck[str(parcel['id'])]} manifests")

    gone, total = Counter[str](), Counter[str]()
    for product, quantity, source, target in connection.execute(
        "SELECT product, quantity, source, target FROM stock_move"
    ):
        sku = product.partition("/")[2]
        gone[sku] += quantity * ((target == "gone") - (source == "gone"))
        total[source.partition("/")[0]] -= quantity
        total[target.partition("/")[0]] += quantity
    by_sku = Counter[str]()
    for (_, sku), count in expected.items():
        by_sku[sku] += count
    if +gone != by_sku:
        findings.wrong.append(f"the ledger let {gone.total()} pieces go, the orders {by_sku.total()}")
    if total.total() or any(total[place] for place in ("tote", "parcel")):
        findings.wrong.append(f"pieces are left between shelf and truck: {dict(total)}")
    for tote in _records(connection, "tote"):
        if tote.get("state", "free") != "free":
            findings.wrong.append(f"tote {tote['id']} is {tote['state']}, not free")


def _count_pages(printed: Path, expected: Pieces, findings: Findings) -> None:
    from pypdf import PdfReader

    slips, labels = Pieces(), Counter[str]()
    for path in sorted(printed.glob("*.pdf")):
        text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
        if sscc := re.search(r"\(00\)\s*(\d{18})", text):
            labels[sscc.group(1)] += 1
        elif "PACKING SLIP" in text:
            number = re.search(r"Order (\S+)", text)
            for sku, shipped in _slip_rows(text):
                slips[number.group(1) if number else "?", sku] += shipped
    findings.compare("the packing slips", expected, +slips)
    if len(labels) != findings.parcels or any(count != 1 for count in labels.values()):
        findings.wrong.append(f"{labels.total()} labels of {len(labels)} SSCCs for {findings.parcels} parcels")


def _slip_rows(text: str) -> Iterable[tuple[str, int]]:
    """SKU and shipped pieces of each row: a SKU, its description, then ordered, shipped and back-ordered."""
    inside = False
    for line in map(str.strip, text.splitlines()):
        if line.endswith("Back-ordered"):
            inside = True
        elif line.startswith(("Total pieces", "Order ")):
            inside = False
        elif inside and (row := _SLIP_ROW.fullmatch(line)):
            yield row["sku"], int(row["shipped"])
