"""A map: the small TOML file that says what the columns of somebody else's CSV mean.

Decides which keys a map may hold and what is missing or wrong in one. It never sees a row.
"""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from server_stub.importing.refusal import Refusal

FileKind = Literal["orders", "products", "locations", "stock", "customers"]
KINDS: tuple[FileKind, ...] = get_args(FileKind)

LINE_FIELDS = ("order", "sku", "description", "quantity", "price")
ADDRESS_FIELDS = ("name", "company", "street", "street2", "postcode", "city", "region", "country", "phone")
SHIP_FIELDS = tuple(f"ship_{field}" for field in ADDRESS_FIELDS)
_OWN_FIELDS = ("customer", "country", "ordered_at", "carrier", "service", "currency", "priority", "note", "language")
ORDER_FIELDS = (*_OWN_FIELDS, *SHIP_FIELDS)

FIELDS: Mapping[FileKind, tuple[str, ...]] = {
    "orders": LINE_FIELDS + ORDER_FIELDS,
    "products": ("sku", "description", "barcode", "weight", "packs"),
    "locations": ("code", "aisle", "side", "bay", "level", "zone", "walk", "use"),
    "stock": ("sku", "location", "quantity", "key"),
    "customers": ("number", *ADDRESS_FIELDS),
}
ALWAYS_NEEDED: Mapping[FileKind, tuple[str, ...]] = {
    "orders": ("order", "sku", "quantity"),
    "products": ("sku", "description"),
    "locations": ("code",),
    "stock": ("sku", "location", "quantity"),
    "customers": ("number", "name", "street", "city", "country"),
}

SHIPPED = Path(__file__).parent / "maps"


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a map; a key that it does not know is an error, never ignored."""


class FileSection(Section, frozen=True, kw_only=True):
    """How the file is written. Without `delimiter` the one that finds the columns is taken.

    `may_lack_columns`: no note is made of a column that is missing and not required; a rule's column may be missing.
    """

    kind: FileKind
    encoding: str = "cp1252"
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] | None = None
    leading_apostrophes: bool = False
    may_lack_columns: bool = False


class RowsSection(Section, frozen=True, kw_only=True):
    """`order_columns`: stand on "each" row and agree, or are filled on an order's "first" row only."""

    required: tuple[str, ...] = ()
    order_columns: Literal["each", "first"] = "each"


class DatesSection(Section, frozen=True, kw_only=True):
    """Formats as of Python's strptime, tried in turn; the zone is for those that hold none."""

    formats: tuple[str, ...] = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M", "%Y-%m-%d")
    time_zone: str = "UTC"


class MoneySection(Section, frozen=True, kw_only=True):
    """The currency where no column says it (ISO 4217), and how numbers are written."""

    currency: str = ""
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    zero_is_missing: bool = False


class ProductsSection(Section, frozen=True, kw_only=True):
    """Whether order rows make the products that the store does not know yet; what weights are written in."""

    from_orders: bool = False
    weight_unit: Literal["g", "kg", "oz", "lb"] = "g"


class LayOutSection(Section, frozen=True, kw_only=True):
    """What --lay-out assumes where a warehouse has none."""

    weight_grams: Annotated[int, Meta(gt=0)] = 250
    bays: Annotated[int, Meta(gt=0, le=99)] = 20
    levels: Annotated[int, Meta(gt=0, le=9)] = 4
    aisles_in_zone: Annotated[int, Meta(gt=0)] = 4
    totes: Annotated[int, Meta(ge=0, le=999)] = 24
    labels: Literal["a4", "letter", "100x50mm"] = "a4"


class Rule(Section, frozen=True, kw_only=True):
    """A test of one column of the file, and what becomes of the order or line that meets it.

    To `cancel` is to leave the order out, and to stop it where the store has it.

    Exactly one of `among`, `besides` (neither cares for capitals), `begins` and `filled` is the test. `reason` may
    hold `{value}`.
    """

    of: Literal["order", "line"]
    column: str
    then: Literal["skip", "cancel", "reject", "note"]
    reason: str
    among: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    filled: bool = False

    def meets(self, value: str) -> bool:
        """Whether `value` passes the test."""
        if self.filled:
            return bool(value)
        if self.begins:
            return value.startswith(self.begins)
        listed = self.among or self.besides
        return (value.casefold() in {each.casefold() for each in listed}) == bool(self.among)

    def says(self, value: str) -> str:
        """The reason, with the value in it where the map wants that."""
        return self.reason.replace("{value}", value)

    @property
    def tests(self) -> int:
        """How many tests it names; one is right."""
        return sum(map(bool, (self.among, self.besides, self.begins, self.filled)))


class FileMap(Section, frozen=True, kw_only=True):
    """A whole map. `origin` is the file it came from, for the words of an error."""

    file: FileSection
    columns: dict[str, str | tuple[str, ...]]
    rows: RowsSection = RowsSection()
    dates: DatesSection = DatesSection()
    money: MoneySection = MoneySection()
    products: ProductsSection = ProductsSection()
    lay_out: LayOutSection = LayOutSection()
    not_goods: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    defaults: dict[str, str] = {}
    rules: tuple[Rule, ...] = ()
    origin: str = ""

    def headers(self, field: str) -> tuple[str, ...]:
        """The columns that may hold `field`, best first; none where the map does not name it."""
        named = self.columns.get(field, ())
        return (named,) if isinstance(named, str) else named

    @property
    def needed(self) -> tuple[str, ...]:
        """The fields whose columns no file may lack, and, but for parts of an address, no row."""
        return tuple(dict.fromkeys(ALWAYS_NEEDED[self.file.kind] + self.rows.required))

    @property
    def needed_in_rows(self) -> tuple[str, ...]:
        """The fields that no row may lack. What an address has to have is its country's to say, and holds the order."""
        kept = (field for field in ALWAYS_NEEDED[self.file.kind] if field not in ADDRESS_FIELDS)
        return tuple(dict.fromkeys((*kept, *self.rows.required)))


def load_map(name: str, kind: FileKind) -> FileMap:
    """The map `name` (a path, or one that Floorhand brings) for files of `kind`; Refusal where it cannot be used."""
    path = _find(name, kind)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refusal(f"{path}: cannot read this map ({error.strerror or error}): check the path") from error
    except UnicodeDecodeError as error:
        raise Refusal(f"{path}: a map is UTF-8 text, and byte {error.start} is not: save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{path}: not TOML: {error}") from error
    found = _checked(raw, str(path))
    if found.file.kind != kind:
        raise Refusal(f"{path}: key file.kind: this map reads {found.file.kind}; say `import {found.file.kind}`")
    return found


def shipped_names(kind: FileKind) -> list[str]:
    """The names of the maps that come with the program for files of `kind`."""
    own = [path.stem.removesuffix(f"-{kind}") for path in SHIPPED.glob(f"*-{kind}.toml")]
    return sorted(own)


def _find(name: str, kind: FileKind) -> Path:
    shipped = SHIPPED / f"{name}-{kind}.toml"
    if "/" not in name and shipped.is_file():
        return shipped
    path = Path(name)
    if path.is_file():
        return path
    known = ", ".join(shipped_names(kind))
    raise Refusal(f"--map {name}: no such file, and no map for {kind} of that name; there is: {known}")


def _checked(raw: dict[str, object], origin: str) -> FileMap:
    if "origin" in raw:
        raise Refusal(f"{origin}: unknown key origin: take it out")
    _refuse_unknown(raw, FileMap, origin, "")
    try:
        found = msgspec.convert(raw | {"origin": origin}, FileMap)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise Refusal(f"{origin}: key {where.rstrip('`') or '(top)'}: {what[:1].lower()}{what[1:]}") from error
    for fault in _faults(found):
        raise Refusal(f"{origin}: {fault}")
    return found


def _refuse_unknown(table: Mapping[str, object], section: type[msgspec.Struct], origin: str, prefix: str) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(section)}
    for key, value in table.items():
        if key not in fields:
            raise Refusal(f"{origin}: unknown key {prefix}{key}: {_hint(key, [k for k in fields if k != 'origin'])}")
        inner = fields[key].type
        if isinstance(inner, type) and issubclass(inner, Section) and isinstance(value, dict):
            _refuse_unknown(value, inner, origin, f"{prefix}{key}.")
        if key == "rules" and isinstance(value, list):
            for number, rule in enumerate(value, 1):
                if isinstance(rule, dict):
                    _refuse_unknown(rule, Rule, origin, f"rules (number {number}).")


def _faults(found: FileMap) -> Iterable[str]:
    fields = FIELDS[found.file.kind]
    for table, keys in (
        ("columns", found.columns),
        ("values", found.values),
        ("defaults", found.defaults),
        ("rows.required", found.rows.required),
    ):
        for key in keys:
            if key not in fields:
                yield f"key {table}.{key}: a file of {found.file.kind} has no such field: {_hint(key, fields)}"
    for field in found.needed:
        if not found.headers(field) and not found.defaults.get(field):
            yield f'key columns.{field} is missing: name the column that holds it, such as {field} = "Header"'
    for field, named in found.columns.items():
        if not named or not all(found.headers(field)):
            yield f"key columns.{field}: expected the name of a column, got nothing"
    try:
        codecs.lookup(found.file.encoding)
    except LookupError:
        yield f"key file.encoding: no encoding is called {found.file.encoding!r}; such are utf-8, cp1252, utf-16"
    try:
        ZoneInfo(found.dates.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f"key dates.time_zone: expected an IANA name such as Europe/London, got {found.dates.time_zone!r}"
    if found.money.decimal == found.money.thousands:
        yield f"key money.thousands: {found.money.thousands!r} is the decimal sign already"
    if found.rules and found.file.kind != "orders":
        yield "key rules: only a map for orders has rules: take them out"
    for number, rule in enumerate(found.rules, 1):
        if rule.tests != 1:
            yield f"rules (number {number}): give one test, among, besides, begins or filled, got {rule.tests}"
        if rule.of == "line" and rule.then == "cancel":
            yield f'rules (number {number}): an order is cancelled whole: say of = "order", or then = "skip"'


def _hint(key: str, known: Iterable[str]) -> str:
    known = list(known)
    close = get_close_matches(key, known, 1)
    return f"did you mean {close[0]}?" if close else f"it may hold {', '.join(known)}"
