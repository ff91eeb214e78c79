"""A file of orders brought into a running store by `floorhand import`, beside the bare insert of the same rows.

Each side begins with the file's last byte on disk and ends when all of it is durable. It measures nothing else of an
import; what becomes of rows that are not whole is tested elsewhere.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

import msgspec

from benchmarks.figures import Amount, Figure, Plan, Stumbled
from benchmarks.furnished import database_name, furnish, housed, sku_of, supervisor_token
from benchmarks.private_postgres import PrivatePostgres
from benchmarks.store_http import ROOT, check_allocated, run_store
from server_stub.database import open_at

ORDERS = 100_000
_COLUMNS = ("order", "sku", "description", "quantity", "ship_name", "ship_street", "ship_postcode", "ship_city")
_AT_ONCE = 500


def measure(folder: Path, plan: Plan, server: PrivatePostgres | None = None) -> list[Figure]:
    """One import, once: it takes a minute, on a server minutes."""
    folder = folder / "store"
    orders = plan.count(ORDERS, 40)
    pushers = furnish(folder, orders=1, terminals=1)
    where = housed(folder, server)
    rows = [
        (f"F{number:07d}", sku_of(number), "Kettle", "1", f"Ada {number}", "1 Row", "E1 6AN", "London", "GB")
        for number in range(orders)
    ]
    file, token = folder / "orders.csv", folder / "token"
    with file.open("w", newline="", encoding="utf-8") as open_file:
        csv.writer(open_file).writerows([(*_COLUMNS, "ship_country"), *rows])
    token.write_text(supervisor_token(0), encoding="utf-8")
    with ExitStack() as stack:
        store = run_store(stack, folder, pushers, where)
        words = ["import", "orders", str(file), "--map", "floorhand", "--store", f"http://127.0.0.1:{store.port}"]
        begun = perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "floorhand", *words, "--token-file", str(token)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        taken = perf_counter() - begun
    if done.returncode != 0:
        raise Stumbled(f"the orders were not taken: {done.stdout[-300:]} {done.stderr[-300:]}")
    check_allocated(where, "HOME/F", orders)
    return [
        Figure(
            f"import of {orders:,} orders, {database_name(server)}, against the bare insert of their rows",
            Amount(orders / taken, "orders/s"),
            Amount(orders / _inserted(where, rows), "rows/s"),
        )
    ]


def _inserted(where: Path | str, rows: Sequence[tuple[str, ...]]) -> float:
    """The seconds that it takes to write the rows alone, a transaction for as many as an import sends at once."""
    database = open_at(where)
    mark = "?" if isinstance(where, Path) else "%s"
    cursor = database.driver()
    cursor.execute("CREATE TABLE bare_row (id TEXT PRIMARY KEY, body " + ("BLOB)" if mark == "?" else "BYTEA)"))
    begun = perf_counter()
    for first in range(0, len(rows), _AT_ONCE):
        database.begin(cursor)
        written = [(row[0], msgspec.json.encode(row)) for row in rows[first : first + _AT_ONCE]]
        cursor.executemany(f"INSERT INTO bare_row VALUES ({mark}, {mark})", written)
        database.commit(cursor, has_news=False)
    taken = perf_counter() - begun
    database.release(cursor)
    return taken
