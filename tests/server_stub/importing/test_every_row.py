"""Whatever a file of orders holds: each row is in an order that goes to the store, or told; never both or neither."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from server_stub.importing.columns import bind
from server_stub.importing.file_map import load_map
from server_stub.importing.findings import Fate
from server_stub.importing.order_rows import OrderReader, spool_rows
from server_stub.importing.source import examine
from server_stub.importing.spool import Spool

HEADER = ["order", "sku", "description", "quantity", "note"]
ORDERS = st.sampled_from(["1", "2", "3", "", " 2 ", "a/b", "x" * 70, "4\0"])
SKUS = st.sampled_from(["A", "B", "", "C,D", 'E"F', "G\nH", "POST"])
CELL = st.sampled_from(["", "Mug", "two\r\nlines", "1", "0", "-1", "1.5", "é", "\0"])
QUANTITY = st.sampled_from(["1", "2", "2.0", "0", "-3", "many", ""])
ROWS = st.lists(
    st.one_of(
        st.tuples(ORDERS, SKUS, CELL, QUANTITY, st.just("")).map(list),
        st.tuples(ORDERS, SKUS, CELL, QUANTITY, CELL, CELL).map(list),
        st.lists(CELL, min_size=1, max_size=7),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_each_row_is_imported_or_told(rows):
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerows(rows)
    # Beyond that the file counts as binary.
    assume(out.getvalue().count("\0") <= 8)
    with tempfile.TemporaryDirectory() as folder, Spool() as spool:
        path = Path(folder) / "orders.csv"
        path.write_bytes(out.getvalue().encode())
        source = examine(path)
        binding = bind(source, load_map("floorhand", "orders"))
        lines = [row.line for row in source.rows(",")][1:]
        read = source.rows(binding.delimiter)
        next(read)
        spool_rows(read, binding, spool)
        reader = OrderReader(binding, "HOME")
        imported: list[int] = []
        told: list[int] = []
        for number, group, spoiled_by in spool.groups():
            found = reader.judge(number, group, spoiled_by)
            spool.report(found.findings)
            if found.order:
                assert len({line.number for line in found.order.lines}) == len(found.order.lines)
                imported += [group[line.number - 1].line for line in found.order.lines]
        told = [each.line for each in spool.findings() if each.fate is not Fate.NOTE]
        assert sorted(imported + told) == lines
