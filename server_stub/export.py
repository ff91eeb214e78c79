"""Orders, lines, parcels, stock and moves as tables for others, in CSV (RFC 4180) or JSON lines, a page at a time.

Decides the columns of each table and how a value is written. It reads with keys, never by counting, so that the last
page costs what the first does; nobody's name or address stands in any of them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Select, bindparam, select, tuple_

from orders.records import Order, Parcel, decode_record, key_of
from server_stub import schema
from server_stub.database import Line

Format = Literal["csv", "json"]
Row = Sequence[object]

KINDS: dict[Format, str] = {"csv": "text/csv; header=present", "json": "application/jsonl"}

_PAGE_ROWS = 500
# A spreadsheet takes a cell that begins like this for a formula, some also in full width, or behind white space.
_FORMULA = tuple("=+-@" + "".join(chr(ord(sign) + 0xFEE0) for sign in "=+-@"))
_BLANK = ("\t", "\r", "\n")

_record = schema.record.c
_RECORDS = (
    select(_record.id, _record.body)
    .where(_record.kind == bindparam("kind"), _record.id > bindparam("a"))
    .order_by(_record.id)
    .limit(_PAGE_ROWS)
)
_stock = schema.stock.c
_STOCK = (
    select(schema.stock)
    .where(tuple_(_stock.product, _stock.place, _stock.status) > tuple_(bindparam("a"), bindparam("b"), bindparam("c")))
    .order_by(_stock.product, _stock.place, _stock.status)
    .limit(_PAGE_ROWS)
)
_move = schema.stock_move.c
_MOVES = (
    select(_move.cursor, _move.at, _move.product, _move.quantity, _move.source, _move.target, _move.status, _move.cause)
    .where(_move.cursor > bindparam("a"))
    .order_by(_move.cursor)
    .limit(_PAGE_ROWS)
)


class Table(msgspec.Struct, frozen=True):
    """One table: its columns, the query of a page behind a key, that key, and the rows that a found one makes."""

    columns: tuple[str, ...]
    query: Select[Any]
    begin: tuple[Any, ...]
    key: Callable[[Row], tuple[Any, ...]]
    rows: Callable[[Row], Iterator[Row]]
    whose: Callable[[Row], str]
    fixed: tuple[tuple[str, str], ...] = ()


def _orders(found: Row) -> Iterator[Row]:
    order = decode_record("order", found[1])  # type: ignore[arg-type]
    assert isinstance(order, Order)
    yield (
        order.id,
        order.owner,
        order.number,
        order.state,
        order.received_at,
        order.due_at,
        order.priority,
        order.carrier,
        order.service,
        len(order.lines),
        sum(line.wanted for line in order.lines),
        sum(line.shipped for line in order.lines),
        " ".join(hold.reason for hold in order.holds),
    )


def _lines(found: Row) -> Iterator[Row]:
    order = decode_record("order", found[1])  # type: ignore[arg-type]
    assert isinstance(order, Order)
    for line in order.lines:
        counts = (line.ordered, line.cancelled, line.allocated, line.picked, line.verified, line.packed, line.shipped)
        yield (order.id, line.number, line.sku, line.description, *counts)


def _parcels(found: Row) -> Iterator[Row]:
    parcel = decode_record("parcel", found[1])  # type: ignore[arg-type]
    assert isinstance(parcel, Parcel)
    yield (
        parcel.id,
        parcel.order,
        parcel.number,
        parcel.state,
        parcel.carrier,
        parcel.service,
        parcel.weight_grams,
        parcel.manifest,
        parcel.sealed_at,
        parcel.departs_at,
        sum(line.quantity for line in parcel.contents),
    )


def _order_of_parcel(found: Row) -> str:
    parcel = decode_record("parcel", found[1])  # type: ignore[arg-type]
    assert isinstance(parcel, Parcel)
    return parcel.order


def _as_it_is(found: Row) -> Iterator[Row]:
    yield found


def _first(found: Row) -> str:
    return str(found[0])


TABLES: dict[str, Table] = {
    "orders": Table(
        (
            "order",
            "owner",
            "number",
            "state",
            "received_at",
            "due_at",
            "priority",
            "carrier",
            "service",
            "lines",
            "pieces",
            "pieces_shipped",
            "holds",
        ),
        _RECORDS,
        ("",),
        lambda found: (found[0],),
        _orders,
        _first,
        (("kind", "order"),),
    ),
    "lines": Table(
        (
            "order",
            "line",
            "sku",
            "description",
            "ordered",
            "cancelled",
            "allocated",
            "picked",
            "verified",
            "packed",
            "shipped",
        ),
        _RECORDS,
        ("",),
        lambda found: (found[0],),
        _lines,
        _first,
        (("kind", "order"),),
    ),
    "parcels": Table(
        (
            "sscc",
            "order",
            "number",
            "state",
            "carrier",
            "service",
            "weight_grams",
            "manifest",
            "sealed_at",
            "departs_at",
            "pieces",
        ),
        _RECORDS,
        ("",),
        lambda found: (found[0],),
        _parcels,
        _order_of_parcel,
        (("kind", "parcel"),),
    ),
    "stock": Table(
        ("product", "place", "status", "quantity", "allocated", "is_locked"),
        _STOCK,
        ("", "", ""),
        lambda found: tuple(found[:3]),
        lambda found: iter([(*found[:5], bool(found[5]))]),
        _first,
    ),
    "moves": Table(
        ("cursor", "at", "product", "quantity", "from", "to", "status", "cause"),
        _MOVES,
        (0,),
        lambda found: (found[0],),
        _as_it_is,
        lambda found: str(found[2]),
    ),
}


def pages(line: Line, name: str, form: Format, owner: str = "") -> Iterator[bytes]:
    """The table of that name, a page of bytes after the other; of one owner's goods where one is named."""
    table = TABLES[name]
    write = _csv if form == "csv" else _json
    if form == "csv":
        yield write(table.columns, [table.columns])
    values: tuple[Any, ...] = table.begin
    prefix = key_of(owner, "") if owner else ""
    while True:
        behind = dict(zip("abc", values, strict=False))
        found: list[Row] = line.run(table.query, **dict(table.fixed), **behind).fetchall()
        rows = [row for each in found if table.whose(each).startswith(prefix) for row in table.rows(each)]
        if rows:
            yield write(table.columns, rows)
        if len(found) < _PAGE_ROWS:
            return
        values = table.key(found[-1])


def _csv(_columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\r\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return held.getvalue().encode()


def _json(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    return msgspec.json.Encoder().encode_lines([dict(zip(columns, row, strict=True)) for row in rows])


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and (value.startswith(_BLANK) or value.lstrip().startswith(_FORMULA)):
        return f"'{value}"
    return value
