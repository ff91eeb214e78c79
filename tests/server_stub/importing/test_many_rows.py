"""A file of a million rows: read whole, judged whole, in the memory of a small one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# One order's rows stand far apart, as an export sorted by SKU has them. One row in a thousand is wrong.
_PROGRAM = """
import resource, sys
from pathlib import Path
from server_stub.importing.columns import bind
from server_stub.importing.file_map import load_map
from server_stub.importing.goods import Goods
from server_stub.importing.order_rows import OrderReader, spool_rows
from server_stub.importing.source import examine
from server_stub.importing.spool import Spool, Thing

count, path = int(sys.argv[1]), Path(sys.argv[2])
orders = count // 20
with path.open("w", encoding="utf-8") as file:
    file.write("order,sku,description,quantity,note\\n")
    for row in range(count):
        order, quantity = row % orders, 0 if row % 1000 == 999 else row % 9 + 1
        file.write(f"{order},SKU-{row % 4999},Thing number {row % 4999} in a box,{quantity},a note of order {order}\\n")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
source = examine(path)
binding = bind(source, load_map("floorhand", "orders"))
goods, whole, rejected, lines = Goods(), 0, 0, 0
with Spool() as spool:
    rows = source.rows(binding.delimiter)
    next(rows)
    spool_rows(rows, binding, spool)
    reader = OrderReader(binding, "HOME")
    for number, group, spoiled in spool.groups():
        judged = reader.judge(number, group, spoiled)
        spool.report(judged.findings)
        if judged.order:
            goods.add(judged.order, group[0].line)
            spool.keep_thing(Thing(group[0].line, number, b"{}"))
    rejected = sum(1 for _ in spool.findings())
    assert goods.lines + rejected == count == spool.count_rows(), (goods.lines, rejected)
    assert spool.count_things() > 0
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
# The spool's cache, the SKUs, and what Python keeps; it does not grow with the rows.
BOUND_MIB = 64


def grown_mib(rows: int, path: Path) -> int:
    """How much memory reading and judging so many rows took beyond the modules, as the kernel counts it."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(rows), str(path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_fifty_thousand_rows_stay_within_the_bound(tmp_path):
    assert grown_mib(50_000, tmp_path / "many.csv") < BOUND_MIB


@pytest.mark.long
def test_a_million_rows_stay_within_the_same_bound(tmp_path):
    assert grown_mib(1_000_000, tmp_path / "many.csv") < BOUND_MIB
