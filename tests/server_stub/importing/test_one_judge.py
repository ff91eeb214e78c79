"""A file and the API are two doors to one judge: what one refuses, the other does not take."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.intake import NewCustomer, NewLocation, NewOrder, NewProduct, NewStock
from orders.texts import handed_in
from server_stub.importing.columns import bind
from server_stub.importing.file_map import FileKind, load_map
from server_stub.importing.master_rows import spool_masters
from server_stub.importing.order_rows import OrderReader, spool_rows
from server_stub.importing.source import examine
from server_stub.importing.spool import Spool

ADDRESS = {"id": "", "name": "Ada", "lines": ["1 Row"], "city": "Leeds", "postcode": "LS1 4AP", "country_code": "GB"}
LINE = {"number": 1, "sku": "A", "description": "Mug", "quantity": 1}
TYPES: dict[str, type[msgspec.Struct]] = {
    "products": NewProduct,
    "locations": NewLocation,
    "stock": NewStock,
    "customers": NewCustomer,
    "orders": NewOrder,
}
BODIES: dict[str, dict[str, Any]] = {
    "products": {"owner": "HOME", "sku": "A", "description": "Mug"},
    "locations": {"code": "A-1"},
    "stock": {"owner": "HOME", "sku": "A", "location": "A-1", "quantity": 1},
    "customers": {"owner": "HOME", "number": "C1", "address": ADDRESS},
    "orders": {"owner": "HOME", "number": "1", "lines": [LINE], "ship_to": ADDRESS},
}
ROWS: dict[str, dict[str, str]] = {
    "products": {"sku": "A", "description": "Mug"},
    "locations": {"code": "A-1"},
    "stock": {"sku": "A", "location": "A-1", "quantity": "1"},
    "customers": {"number": "C1", "name": "Ada", "street": "1 Row", "city": "Leeds", "country": "GB"},
    "orders": {"order": "1", "sku": "A", "description": "Mug", "quantity": "1"},
}
WHOSE = ("name", "company", "postcode", "city", "region", "phone")


class Field(NamedTuple):
    """Where one text stands in a file and in a message; `is_told_apart` where each sign of it counts."""

    kind: FileKind
    column: str
    path: tuple[str | int, ...]
    is_told_apart: bool = False


FIELDS = (
    Field("products", "sku", ("sku",), True),
    Field("products", "description", ("description",)),
    Field("locations", "code", ("code",), True),
    *(Field("locations", name, (name,)) for name in ("aisle", "side", "bay", "level", "zone")),
    Field("stock", "sku", ("sku",), True),
    Field("stock", "location", ("location",), True),
    Field("customers", "number", ("number",), True),
    *(Field("customers", name, ("address", name)) for name in WHOSE),
    Field("customers", "street", ("address", "lines", 0)),
    Field("customers", "country", ("address", "country_code")),
    Field("orders", "order", ("number",), True),
    Field("orders", "sku", ("lines", 0, "sku"), True),
    Field("orders", "description", ("lines", 0, "description")),
    Field("orders", "customer", ("customer",), True),
    Field("orders", "carrier", ("carrier",), True),
    Field("orders", "service", ("service",), True),
    Field("orders", "currency", ("currency",)),
    Field("orders", "note", ("note",)),
    Field("orders", "language", ("language",)),
    *(Field("orders", f"ship_{name}", ("ship_to", name)) for name in WHOSE),
    Field("orders", "ship_street", ("ship_to", "lines", 0)),
    Field("orders", "ship_country", ("ship_to", "country_code")),
)
ODD = (
    "\u200b\u200c\u200d\u200e\u202a\u202e\u2066\u2069\u061c\ufeff\u00ad\u2060\u3164\u0301é\xa0"
    "\u2028\u2029\x1f\x1c\x85\x0b\t\r\n\0 /'ßſ"
)
TEXTS = st.text(
    st.one_of(st.sampled_from(ODD), st.sampled_from("1001Aae"), st.characters(exclude_categories=["Cs"])),
    min_size=1,
    max_size=12,
)
Answer = str | None


def by_file(folder: Path, field: Field, text: str) -> Answer:
    """What a file's cell with that text becomes, None where its row is rejected."""
    row = ROWS[field.kind] | {field.column: text}
    if field.column.startswith("ship_"):
        # No order says a part of an address alone.
        row = {f"ship_{name}": said for name, said in ROWS["customers"].items() if name != "number"} | row
    path = folder / f"{field.kind}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(row)
        writer.writerow(row.values())
    source = examine(path, "utf-8")
    binding = bind(source, load_map("floorhand", field.kind))
    with Spool() as spool:
        rows = source.rows(binding.delimiter)
        next(rows)
        if field.kind == "orders":
            spool_rows(rows, binding, spool)
            judge = OrderReader(binding, "HOME").judge
            made = [found.order for group in spool.groups() if (found := judge(*group)).order]
        else:
            spool_masters(rows, binding, "HOME", spool)
            made = [msgspec.json.decode(thing.body, type=TYPES[field.kind]) for thing in spool.things()]
    return read(made[0], field.path) if made else None


def by_api(field: Field, text: str) -> Answer:
    """What the same text in a message becomes, None where it is refused."""
    body = msgspec.json.decode(msgspec.json.encode(BODIES[field.kind]))
    at: Any = body
    for part in field.path[:-1]:
        at = at[part]
    at[field.path[-1]] = text
    try:
        return read(handed_in(msgspec.json.Decoder(TYPES[field.kind]), msgspec.json.encode(body)), field.path)
    except msgspec.ValidationError:
        return None


def read(thing: Any, path: Iterable[str | int]) -> str:
    for part in path:
        thing = thing[part] if isinstance(part, int) else getattr(thing, part)
    return str(thing)


def unseen(text: str) -> str:
    """The signs of a text that nobody sees, but for the joiners of an alphabet or an emoji and a note's line breaks."""
    spelled = re.sub("(?<=[^\0-\u05ff])[\u200c\u200d](?=[^\0-\u05ff])", "", text).replace("\n", "")
    return "".join(sign for sign in spelled if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp"))


EXAMPLES = (
    *("1001", "1001 ", "1001\u200b", "10  01", "10\x1f01", "cafe\u0301", "\u202e1001", "می\u200cخواهم"),
    *("EUR", "GB", "A-1", "x" * 65, "x" * 101, "x" * 2001),
)
# One of each kind where a message has many alike: the long form asks for every one.
ALIKE = (
    "side",
    "bay",
    "level",
    "zone",
    "company",
    "city",
    "region",
    "service",
    "ship_name",
    "ship_company",
    "ship_city",
)
SHORT = [field for field in FIELDS if field.column not in (*ALIKE, "ship_region", "ship_postcode", "ship_phone")]


def hold_both_doors_to_one_verdict(folder: Path, field: Field, text: str) -> None:
    if not text.strip():
        return
    told, sent = by_file(folder, field, text), by_api(field, text)
    if sent is not None:
        assert told is not None, "the API takes what a file does not"
        assert not unseen(sent)
        if field.is_told_apart:
            assert sent == text == told, "nothing is rewritten"
        else:
            assert unicodedata.is_normalized("NFC", sent)
    if told is not None:
        assert not unseen(told)
        assert by_api(field, told) == told, "what a file makes of it, the API takes as it is"


@pytest.mark.parametrize("field", SHORT, ids=lambda field: f"{field.kind}.{field.column}")
def test_any_text_of_the_api_that_a_file_refuses_is_refused_by_the_api_too(tmp_path: Path, field: Field) -> None:
    for text in EXAMPLES:
        hold_both_doors_to_one_verdict(tmp_path, field, text)

    @settings(max_examples=5, deadline=None, derandomize=True, database=None)
    @given(text=TEXTS)
    def whatever(text: str) -> None:
        hold_both_doors_to_one_verdict(tmp_path, field, text)

    whatever()


@pytest.mark.long
@settings(max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(FIELDS), text=TEXTS)
def test_no_text_at_all_passes_one_door_alone(tmp_path: Path, field: Field, text: str) -> None:
    hold_both_doors_to_one_verdict(tmp_path, field, text)
