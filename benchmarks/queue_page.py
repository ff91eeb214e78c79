"""The supervisor's page of open orders by urgency, in a building with a past, beside the same page in a new one.

Both stores are real processes asked over HTTP; the orders are written by the database itself, for a million requests
would take hours. Flat is what it has to be: what is closed must cost those who look at what is open nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter

import msgspec

from benchmarks.figures import Figure, Plan, Stumbled, flat, in_turns, milliseconds
from benchmarks.furnished import database_name, furnish, housed, supervisor_token
from benchmarks.private_postgres import PrivatePostgres
from benchmarks.store_http import Served, run_store
from benchmarks.walks import NOW
from orders.records import Order, OrderLine, encode_record
from server_stub.books import filed_as
from server_stub.database import Cursor, open_at

PAGE = 100
_OPEN, _CLOSED, _FEW = 50_000, 1_000_000, 1_000
# Stands in one order's bytes where each order has its own number.
_NUMBER = "0000000"


def measure(folder: Path, plan: Plan, server: PrivatePostgres | None = None) -> list[Figure]:
    """The first page and one from the middle of the queue."""
    opened, closed, few = plan.count(_OPEN, 300), plan.count(_CLOSED, 500), plan.count(_FEW, 200)
    with ExitStack() as stack:
        large = _filled(stack, folder / "large", server, opened, closed)
        small = _filled(stack, folder / "small", server, few, 0)
        pages = [
            (
                _page(stack, large, after=_name(opened * share // 100)),
                _page(stack, small, after=_name(few * share // 100)),
            )
            for share in (0, 50)
        ]
        first, middle = (in_turns(plan.count(200, 5), *each) for each in pages)
    what = f"of {opened:,} open orders beside {closed:,} closed, against {few:,} open, {database_name(server)}"
    return [
        Figure(f"the first {PAGE} {what}", milliseconds(first[0]), milliseconds(first[1]), flat()),
        Figure(f"{PAGE} from the middle {what}", milliseconds(middle[0]), milliseconds(middle[1]), flat()),
    ]


def _filled(stack: ExitStack, folder: Path, server: PrivatePostgres | None, opened: int, closed: int) -> Served:
    pushers = furnish(folder, orders=1, terminals=1)
    where = housed(folder, server)
    database = open_at(where)
    cursor = database.driver()
    database.begin(cursor)
    # An open one among many closed ones, as the years leave them.
    _write(cursor, "picking", opened, first=1, is_embedded=server is None)
    _write(cursor, "handed_over", closed, first=opened + 1, is_embedded=server is None)
    cursor.execute("UPDATE counter SET value = (SELECT max(cursor) FROM record) WHERE name = 'cursor'")
    database.commit(cursor)
    # What autovacuum does within a minute; SQLite plans by the indexes alone.
    if server is not None:
        cursor.execute("VACUUM ANALYZE record")
    database.release(cursor)
    return run_store(stack, folder, pushers, where)


def _write(cursor: Cursor, state: str, orders: int, *, first: int, is_embedded: bool) -> None:
    """Writes so many orders of that state, numbered from `first` on, each more urgent than the one before is old."""
    order = Order(
        id=f"HOME/{_NUMBER}",
        owner="HOME",
        number=_NUMBER,
        state=state,
        received_at=NOW,
        due_at=NOW + timedelta(hours=4),
        lines=(
            OrderLine(
                number=1, product="HOME/SKU-00001", sku="SKU-00001", description="Kettle", ordered=2, allocated=2
            ),
        ),
        digest="d" * 32,
        customer=f"C{_NUMBER}",
        ship_to=f"customer/C{_NUMBER}",
    )
    mark = "?" if is_embedded else "%s"
    number = "printf('%07d', n)" if is_embedded else "to_char(n, 'FM0000000')"
    body = f"replace({mark}, '{_NUMBER}', {number})"
    body = f"CAST({body} AS BLOB)" if is_embedded else f"convert_to({body}, 'UTF8')"
    numbers = (
        f"WITH RECURSIVE numbers(n) AS (SELECT {mark} UNION ALL SELECT n + 1 FROM numbers WHERE n < {mark})"
        if is_embedded
        else f"WITH numbers(n) AS (SELECT generate_series({mark}::bigint, {mark}::bigint))"
    )
    if not is_embedded:
        mark = "%s::text"
        body = body.replace("%s", mark)
    cursor.execute(
        f"{numbers} INSERT INTO record (kind, id, revision, cursor, state, owner, rank, body) "
        f"SELECT 'order', 'HOME/' || {number}, 1, 1000 + n, {mark}, 'HOME', {mark}, {body} FROM numbers "
        f"WHERE n <= {first + orders - 1}",
        (first, first + orders - 1, state, filed_as(order)["rank"], encode_record(order).decode()),
    )


def _page(stack: ExitStack, server: Served, after: str) -> Callable[[int], float]:
    http = HTTPConnection("127.0.0.1", server.port, timeout=60)
    stack.callback(http.close)
    headers = {"authorization": f"Bearer {supervisor_token(0)}"}
    path = f"/v1/records/order?state=picking&limit={PAGE}&after={after}"

    def ask(_turn: int) -> float:
        begun = perf_counter()
        http.request("GET", path, headers=headers)
        answer = http.getresponse().read()
        taken = perf_counter() - begun
        if len(msgspec.json.decode(answer).get("records", ())) != PAGE:
            raise Stumbled(f"the page of open orders is not whole: {answer[:300]!r}")
        return taken

    return ask


def _name(number: int) -> str:
    return f"HOME/{number:07d}" if number else ""
