"""The plain records that can be printed.

A document says what stands on the paper, never where or how: no fonts, no bars, no printer. It refuses what could
not be printed truthfully (a wrong SSCC check digit, a weight of nothing). Cheap to import: no drawing library.
"""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

from orders.identifiers import is_sscc
from printing.media import Media as Media

LARGEST_COUNT = 99_999_999


class DrawError(Exception):
    """A document that cannot become a page; the text says why in plain words, without a customer's data."""


class DocumentError(DrawError, ValueError):
    """A document whose own content is wrong."""


class Address(Struct, frozen=True, kw_only=True):
    """A postal address; `country` is an ISO 3166-1 alpha-2 code, `latin` the same address in Latin letters."""

    country: str
    name: str = ""
    company: str = ""
    street: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    region: str = ""
    latin: Address | None = None

    def __post_init__(self) -> None:
        if not (len(self.country) == 2 and self.country.isascii() and self.country.isupper()):
            raise DocumentError(
                f"expected a two-letter country code such as DE, got {self.country!r}: correct the address"
            )
        if not (self.name.strip() or self.company.strip()):
            raise DocumentError("an address needs a name or a company: complete the address")
        if not (self.city.strip() or self.postcode.strip()):
            raise DocumentError("an address needs a city or a postcode: complete the address")


class ParcelLabel(Struct, frozen=True, kw_only=True, tag="parcel_label"):
    """The label on one sealed parcel; `parcels_in_order` only where the carton plan fixed that number."""

    sender: Address
    recipient: Address
    order_number: str
    parcel_number: int
    parcels_in_order: int | None = None
    weight_grams: int
    weight_assumed: bool = False
    carrier: str
    service: str
    route: str = ""
    sscc: str

    def __post_init__(self) -> None:
        _require_order_number(self.order_number)
        _require_parcel_of(self.parcel_number, self.parcels_in_order)
        if not 0 < self.weight_grams <= LARGEST_COUNT:
            raise DocumentError(
                f"expected a parcel weight above 0 g, got {self.weight_grams} g: weigh the parcel again"
            )
        if not is_sscc(self.sscc):
            raise DocumentError(
                f"expected an SSCC of 18 digits with a right check digit, got {self.sscc!r}: lease a new SSCC"
            )


class SlipLine(Struct, frozen=True, kw_only=True):
    """One order line on a packing slip, in pieces; `remark` carries a lot, a serial or the word SUBSTITUTE."""

    sku: str
    description: str
    ordered: int
    shipped: int
    back_ordered: int = 0
    remark: str = ""

    def __post_init__(self) -> None:
        for title, pieces in (
            ("ordered", self.ordered),
            ("shipped", self.shipped),
            ("back-ordered", self.back_ordered),
        ):
            if not 0 <= pieces <= LARGEST_COUNT:
                raise DocumentError(f"line {self.sku!r}: expected {title} of 0 or more, got {pieces}")


class PackingSlip(Struct, frozen=True, kw_only=True, tag="packing_slip"):
    """What lies in a parcel and what follows later. It has no field for a price."""

    sender: Address
    ship_to: Address
    order_number: str
    ordered_on: dt.date
    carrier: str
    service: str
    parcel_number: int
    parcels_in_order: int | None = None
    lines: tuple[SlipLine, ...]
    notes: str = ""

    def __post_init__(self) -> None:
        _require_order_number(self.order_number)
        _require_parcel_of(self.parcel_number, self.parcels_in_order)
        if not self.lines:
            raise DocumentError(f"packing slip of order {self.order_number} has no lines: pack something first")


class ShelfLabel(Struct, frozen=True, kw_only=True, tag="shelf_label"):
    """The label on a shelf; `check_digits` are read aloud or keyed when the bars cannot be scanned."""

    location: str
    walk_zone: str
    barcode: str
    check_digits: str = ""
    assumed: bool = False


class ProductLabel(Struct, frozen=True, kw_only=True, tag="product_label"):
    """The label on a product or its bin; `assumed` where the barcode was made up by the lay-out."""

    sku: str
    description: str
    barcode: str
    assumed: bool = False


class WorkerBadge(Struct, frozen=True, kw_only=True, tag="worker_badge"):
    """What a worker scans to sign on."""

    name: str
    role: str
    barcode: str


class Command(Struct, frozen=True, kw_only=True):
    """One act on a command card and the barcode that asks for it."""

    label: str
    barcode: str


class CommandCard(Struct, frozen=True, kw_only=True, tag="command_card"):
    """A sheet of barcodes that do what a key would do."""

    title: str
    commands: tuple[Command, ...]

    def __post_init__(self) -> None:
        if not self.commands:
            raise DocumentError(f"command card {self.title!r} has no commands: give at least one")


class ScannerCard(Struct, frozen=True, kw_only=True, tag="scanner_card"):
    """A sheet with one large symbol for trying a scanner: FNC1, then `parts` with FNC1 between them."""

    title: str
    parts: tuple[str, ...]
    steps: tuple[str, ...]
    settings: tuple[str, ...]

    def __post_init__(self) -> None:
        if not all(self.parts):
            raise DocumentError(f"scanner card {self.title!r} has nothing to scan: give its symbol a text")


class LabelBatch(Struct, frozen=True, kw_only=True, tag="label_batch"):
    """Many small labels printed as one job, in the order given."""

    title: str
    labels: tuple[ShelfLabel | ProductLabel | WorkerBadge, ...]

    def __post_init__(self) -> None:
        if not self.labels:
            raise DocumentError(f"batch {self.title!r} has no labels: give at least one")


Document = ParcelLabel | PackingSlip | ShelfLabel | ProductLabel | WorkerBadge | CommandCard | ScannerCard | LabelBatch

_KINDS: dict[type, str] = {
    ParcelLabel: "label",
    PackingSlip: "slip",
    ShelfLabel: "shelf",
    ProductLabel: "product",
    WorkerBadge: "badge",
    CommandCard: "commands",
    ScannerCard: "scanner",
    LabelBatch: "labels",
}


def kind_of(document: Document) -> str:
    """The short word for a kind of document, as used in job ids and file names."""
    return _KINDS[type(document)]


def subject_of(document: Document) -> str:
    """What a document is about: the order number of a label or slip, else the code a person would look for."""
    match document:
        case ParcelLabel() | PackingSlip():
            return document.order_number
        case ShelfLabel():
            return document.location
        case ProductLabel():
            return document.sku
        case WorkerBadge():
            return document.name
        case CommandCard() | ScannerCard() | LabelBatch():
            return document.title


def _require_order_number(order_number: str) -> None:
    if not order_number.strip():
        raise DocumentError("expected an order number, got nothing: a parcel without one cannot be traced")


def _require_parcel_of(number: int, of: int | None) -> None:
    if number < 1 or (of is not None and of < number):
        whole = "" if of is None else f" of {of}"
        raise DocumentError(f"expected a parcel number from 1 up to the number of parcels, got {number}{whole}")
