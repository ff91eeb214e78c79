"""The plain records that can be printed.

A document says what stands on the paper, never where or how: no fonts, no bars, no printer. It refuses what could
not be printed truthfully (a wrong SSCC check digit, a weight of nothing). Cheap to import: no drawing library.
"""

from __future__ import annotations

from msgspec import Struct

from orders.identifiers import is_sscc
from printing.media import Media
from printing.paper_documents import (
    LARGEST_COUNT,
    Charge,
    Invoice,
    InvoiceLine,
    Manifest,
    ManifestParcel,
    PackingSlip,
    PickList,
    PickListLine,
    ReturnLine,
    ReturnSlip,
    SlipLine,
    TaxLine,
    require_order_number,
    require_parcel_of,
)
from printing.postal import Address
from printing.refusals import DocumentError, DrawError

__all__ = [
    "Address", "Charge", "Command", "CommandCard", "Document", "DocumentError", "DrawError", "Invoice", "InvoiceLine",
    "LabelBatch", "Manifest", "ManifestParcel", "Media", "PackingSlip", "ParcelLabel", "PickList", "PickListLine",
    "ProductLabel", "ReturnLine", "ReturnSlip", "ScannerCard", "ShelfLabel", "SlipLine", "TaxLine", "ToteLabel",
    "WorkerBadge", "kind_of", "subject_of",
]  # fmt: skip

# The data titles of what a logistic label may hold beside its SSCC (GS1 General Specifications, section 3.2).
DATA_TITLES = {
    "02": "CONTENT", "37": "COUNT", "10": "BATCH/LOT", "11": "PROD DATE", "13": "PACK DATE", "15": "BEST BEFORE",
    "17": "EXPIRY", "21": "SERIAL", "400": "ORDER NUMBER", "410": "SHIP TO LOC",
}  # fmt: skip


class ParcelLabel(Struct, frozen=True, kw_only=True, tag="parcel_label"):
    """The label on one sealed parcel; `parcels_in_order` only where the carton plan fixed that number.

    `contents` are further GS1 elements as (AI, value), on paper that has room; `free_text` is the site's own block;
    `digital_link` is the resolver's address where a QR code of the SSCC is wanted, such as https://id.gs1.org.
    """

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
    contents: tuple[tuple[str, str], ...] = ()
    free_text: str = ""
    digital_link: str = ""

    def __post_init__(self) -> None:
        require_order_number(self.order_number)
        require_parcel_of(self.parcel_number, self.parcels_in_order)
        if not 0 < self.weight_grams <= LARGEST_COUNT:
            raise DocumentError(
                f"expected a parcel weight above 0 g, got {self.weight_grams} g: weigh the parcel again"
            )
        if not is_sscc(self.sscc):
            raise DocumentError(
                f"expected an SSCC of 18 digits with a right check digit, got {self.sscc!r}: lease a new SSCC"
            )
        given = [ai for ai, _ in self.contents]
        if unknown := [ai for ai in given if ai not in DATA_TITLES]:
            raise DocumentError(
                f"a parcel's contents hold ({', '.join(DATA_TITLES)}), not ({unknown[0]}): leave that one out"
            )
        if ("02" in given) != ("37" in given):
            raise DocumentError("GS1 wants (02) CONTENT and (37) COUNT together: give both or neither")


class ShelfLabel(Struct, frozen=True, kw_only=True, tag="shelf_label"):
    """The label on a shelf; `check_digits` are read aloud or keyed when the bars cannot be scanned."""

    location: str
    walk_zone: str
    barcode: str
    check_digits: str = ""
    assumed: bool = False


class ToteLabel(Struct, frozen=True, kw_only=True, tag="tote_label"):
    """The label on a tote or a cart's fixed place; `remark` says what it is for, such as SINGLES."""

    tote: str
    barcode: str
    remark: str = ""


class ProductLabel(Struct, frozen=True, kw_only=True, tag="product_label"):
    """The label on a product or its bin; `assumed` where the barcode was made up by the lay-out.

    `digital_link` is the resolver's address where a QR code of the GTIN is wanted, such as https://id.gs1.org.
    """

    sku: str
    description: str
    barcode: str
    assumed: bool = False
    digital_link: str = ""


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
    """Many small labels printed as one job, in the order given.

    `skip` labels of the first die-cut sheet are gone already, and stay blank.
    """

    title: str
    labels: tuple[ShelfLabel | ToteLabel | ProductLabel | WorkerBadge, ...]
    skip: int = 0

    def __post_init__(self) -> None:
        if not self.labels:
            raise DocumentError(f"batch {self.title!r} has no labels: give at least one")
        if self.skip < 0:
            raise DocumentError(f"batch {self.title!r}: expected 0 or more labels to skip, got {self.skip}")


Document = (
    ParcelLabel
    | PackingSlip
    | ShelfLabel
    | ToteLabel
    | ProductLabel
    | WorkerBadge
    | CommandCard
    | ScannerCard
    | LabelBatch
    | PickList
    | Manifest
    | Invoice
    | ReturnSlip
)

_KINDS: dict[type, str] = {
    ParcelLabel: "label",
    PackingSlip: "slip",
    ShelfLabel: "shelf",
    ToteLabel: "tote",
    ProductLabel: "product",
    WorkerBadge: "badge",
    CommandCard: "commands",
    ScannerCard: "scanner",
    LabelBatch: "labels",
    PickList: "picklist",
    Manifest: "manifest",
    Invoice: "invoice",
    ReturnSlip: "return",
}


def kind_of(document: Document) -> str:
    """The short word for a kind of document, as used in job ids and file names."""
    return _KINDS[type(document)]


def subject_of(document: Document) -> str:
    """What a document is about: the order number of a label or slip, else the code a person would look for."""
    match document:
        case ParcelLabel() | PackingSlip() | ReturnSlip():
            return document.order_number
        case PickList() | Manifest() | Invoice():
            return document.number
        case ShelfLabel():
            return document.location
        case ToteLabel():
            return document.tote
        case ProductLabel():
            return document.sku
        case WorkerBadge():
            return document.name
        case CommandCard() | ScannerCard() | LabelBatch():
            return document.title
