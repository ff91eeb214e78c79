"""Rows of a file to products, locations, stock and customers: one row, one thing.

Decides what such a row lacks, and what becomes of two rows about the same thing: the same content is one thing, other
content is none. Two equal lines of one delivery are two things: so much came twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import TypeVar, get_args

import msgspec
from msgspec.structs import replace

from orders.intake import MOST_TEXT, NewCustomer, NewLocation, NewProduct, NewStock
from orders.records import LocationUse
from orders.shapes import KEY
from server_stub.importing import cells
from server_stub.importing.columns import Binding
from server_stub.importing.delivery import LARGEST_THING_BYTES, too_large
from server_stub.importing.file_map import ADDRESS_FIELDS, FileKind, FileMap
from server_stub.importing.findings import Fate, Finding
from server_stub.importing.order_rows import address
from server_stub.importing.source import Row
from server_stub.importing.spool import Spool, Thing

MAX_LOCATION_CODE = 48
# Between two shelves there is room for nine more before the walk has to be numbered again.
WALK_STEP = 10

Master = NewProduct | NewLocation | NewStock | NewCustomer
Made = TypeVar("Made")


def spool_masters(rows: Iterator[Row], binding: Binding, owner: str, spool: Spool) -> int:
    """Puts down what each row (the header went before) makes, and reports the others; says how many rows there were."""
    make = _MAKERS[binding.map.file.kind]
    count = 0
    for count, row in enumerate(rows, 1):
        if not row.fault and not any(cell.strip() for cell in row.cells):
            spool.report([Finding(row.line, Fate.SKIPPED, "", "an empty row")])
            continue
        if row.fault:
            spool.report([Finding(row.line, Fate.REJECTED, "", row.fault)])
            continue
        fields = binding.with_defaults(binding.read(row.cells))
        wrong = [f"no {field}" for field in binding.map.needed_in_rows if not fields.get(field)]
        made = None if wrong else _made(make, _Cells(fields, count, owner, binding.map, wrong))
        if made is None or wrong:
            subject = next((fields[field] for field in binding.map.needed if field in fields), "")
            spool.report([Finding(row.line, Fate.REJECTED, subject, "; ".join(wrong))])
        elif len(body := msgspec.json.encode(made)) > LARGEST_THING_BYTES:
            spool.report([Finding(row.line, Fate.REJECTED, name_of(made), too_large(len(body)))])
        else:
            spool.keep_thing(Thing(row.line, name_of(made), body))
    if binding.map.file.kind == "stock":
        spool.tell_equals_apart(_line_of_its_delivery)
    spool.report(_repeats(spool))
    return count


def _made(make: Callable[[_Cells], Master], row: _Cells) -> Master | None:
    """What the row makes, judged as the store judges it; what is wrong joins the row's."""
    made = make(row)
    if row.wrong:
        return None
    try:
        return cells.handed_in(made)
    except cells.CellError as error:
        row.wrong.append(str(error))
        return None


def name_of(made: Master) -> str:
    """What two rows about the same thing have in common, as a report shows it."""
    match made:
        case NewProduct():
            return made.sku
        case NewLocation():
            return made.code
        case NewCustomer():
            return made.number
        case NewStock():
            return f"{made.sku} on {made.location}" + (f" ({made.key})" if made.key else "")


def _repeats(spool: Spool) -> list[Finding]:
    found = []
    for thing, other, is_same in spool.drop_repeats():
        fate = Fate.SKIPPED if is_same else Fate.REJECTED
        says = "says the same as" if is_same else "says something else than"
        # Only a line of a delivery, which has a key, can mean to come beside the other.
        both = "" if is_same or not _key_of(thing) else ": put them into one line, or under a key each"
        found.append(Finding(thing.line, fate, thing.name, f"it {says} line {other} about {thing.name}{both}"))
    return found


def _key_of(thing: Thing) -> str:
    return msgspec.json.decode(thing.body, type=_Keyed).key


def _line_of_its_delivery(thing: Thing, nth: int) -> Thing | None:
    """The `nth` of equal lines of one delivery under a key of its own, wherever in the file it stands."""
    stock = msgspec.json.decode(thing.body, type=NewStock)
    if not stock.key:
        return None
    other = replace(stock, key=f"{stock.key}:{nth}")
    return Thing(thing.line, name_of(other), msgspec.json.encode(other))


class _Keyed(msgspec.Struct, frozen=True):
    """A thing's key, where it has one."""

    key: str = ""


class _Cells(msgspec.Struct, frozen=True):
    """One row's fields, read one by one; what is wrong gathers in `wrong`."""

    fields: dict[str, str]
    place: int
    owner: str
    map: FileMap
    wrong: list[str]

    def text(self, field: str) -> str:
        return self.fields.get(field, "")

    def read(self, field: str, how: Callable[[str], Made]) -> Made | None:
        """What `how` makes of a cell, or None where it is empty or wrong."""
        if not (text := self.fields.get(field, "")):
            return None
        try:
            return how(text)
        except cells.CellError as error:
            self.wrong.append(str(error))
            return None

    def code(self, field: str) -> str:
        return self.read(field, lambda text: cells.code(text, field)) or ""

    def location(self, field: str) -> str:
        text = self.text(field)
        code = text.upper()
        # A capital of another alphabet's letter may be two of ours.
        if len(code) > MAX_LOCATION_CODE or not text.isascii() or not all(sign in _LOCATION_SIGNS for sign in code):
            self.wrong.append(
                f"{field} {text!r}: a shelf's code holds A-Z, 0-9 and hyphens, {MAX_LOCATION_CODE} at most"
            )
        return code


_LOCATION_SIGNS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


def _product(row: _Cells) -> NewProduct:
    unit, decimal = row.map.products.weight_unit, row.map.money.decimal
    return NewProduct(
        owner=row.owner,
        sku=row.code("sku"),
        description=row.text("description"),
        barcodes=row.read("barcode", cells.barcodes) or (),
        weight_grams=row.read("weight", lambda text: cells.weight_grams(text, unit, decimal)),
        packs=row.read("packs", cells.packs) or (),
    )


def _location(row: _Cells) -> NewLocation:
    # Without a column for the walk, the file's own order is the way through the building.
    walk = row.read("walk", lambda text: cells.whole(text, "walk"))
    return NewLocation(
        code=row.location("code"),
        aisle=row.text("aisle"),
        side=row.text("side"),
        bay=row.text("bay"),
        level=row.text("level"),
        zone=row.text("zone"),
        walk=row.place * WALK_STEP if walk is None else walk,
        use=row.read("use", _use) or "pick",
    )


def _use(text: str) -> LocationUse:
    for use in get_args(LocationUse):
        if text.casefold() == use:
            return use  # type: ignore[no-any-return]
    raise cells.CellError(f"use {text!r} is none of {', '.join(get_args(LocationUse))}")


def _stock(row: _Cells) -> NewStock:
    return NewStock(
        owner=row.owner,
        sku=row.code("sku"),
        location=row.location("location"),
        quantity=row.read("quantity", lambda text: cells.pieces(text, cells.MAX_STOCK, 0)) or 0,
        key=_goods_in_key(row),
    )


def _goods_in_key(row: _Cells) -> str:
    """One delivery note holds many rows, and the store counts a key once: so each row has its own, ever the same.

    The quantity is no part of it: a corrected one is refused, instead of counted on top.
    """
    key = row.read("key", lambda text: cells.code(text, "key", KEY, MOST_TEXT))
    if not key:
        return ""
    about = "\n".join((row.owner, key, row.fields["sku"], row.fields["location"].upper()))
    return f"{key[:40]}:{blake2b(about.encode(), digest_size=8).hexdigest()}"


def _customer(row: _Cells) -> NewCustomer:
    number = row.code("number")
    given = {field: row.text(field) for field in ADDRESS_FIELDS}
    return NewCustomer(owner=row.owner, number=number, address=address(f"customer/{number}", given, row.wrong))


_MAKERS: dict[FileKind, Callable[[_Cells], Master]] = {
    "products": _product,
    "locations": _location,
    "stock": _stock,
    "customers": _customer,
}
