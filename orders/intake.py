"""What the outside world hands in: orders and their cancellations, master data, stock; and what became of each.

Decides the shape and the bounds of master data and orders as they are received. Whether an order can be served is
found out by the store's steps; which column means what is the import's map.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from orders.records import Address, LocationUse
from orders.shapes import (
    CURRENCY,
    KEY,
    LINE,
    NOTE,
    NUMBER,
    Carrier,
    Instant,
    Minor,
    PackSize,
    Positive,
    Rank,
    Struct,
    text,
)

# Python's `$` alone would let a last line break pass.
Number = Annotated[str, Meta(min_length=1, max_length=64), text(NUMBER, 64)]
Code = Annotated[str, Meta(min_length=1, max_length=48, pattern=r"^[A-Z0-9-]+$(?!\n)")]
# Empty where an owner need not be named.
MaybeOwner = Annotated[str, text(NUMBER, 64)]
MOST_TEXT = 2000
Text = Annotated[str, text(LINE, MOST_TEXT)]
Note = Annotated[str, text(NOTE, MOST_TEXT)]
Currency = Annotated[str, text(CURRENCY, 3)]
# Where on the floor: an aisle, a bay, a zone.
Part = Annotated[str, text(LINE, 64)]
# The shape of a language tag (BCP 47): de, pt-BR, zh-Hant-TW. Which of them papers speak is not this room's business.
LANGUAGE = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"
Language = Annotated[str, Meta(pattern=rf"^({LANGUAGE})?$(?!\n)")]

CREATED = "created"
UPDATED = "updated"
UNCHANGED = "unchanged"
HELD = "held"
CHANGE_REQUEST = "change_request"
DIFFERS = "differs"
CANCELLED = "cancelled"
UNKNOWN = "unknown"
REFUSED = "refused"


PackName = Annotated[str, Meta(pattern=r"^[A-Z]{1,10}$(?!\n)")]


class NewPack(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many pieces a box of one product holds, and the barcodes on that box."""

    name: PackName
    quantity: PackSize
    barcodes: tuple[Number, ...] = ()


class NewProduct(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A SKU; a `barcodes` entry of 8 to 14 digits is a GTIN and has to have its check digit right."""

    owner: Number
    sku: Number
    description: Text
    barcodes: tuple[Number, ...] = ()
    weight_grams: Positive | None = None
    is_assumed: bool = False
    packs: Annotated[tuple[NewPack, ...], Meta(max_length=8)] = ()


class NewLocation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place on the floor; its code is what its barcode holds."""

    code: Code
    aisle: Part = ""
    side: Part = ""
    bay: Part = ""
    level: Part = ""
    zone: Part = ""
    walk: Rank = 0
    use: LocationUse = "pick"
    is_assumed: bool = False


class NewStock(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Pieces that lie on a shelf. With `key` they are goods in, counted once; without, a snapshot to compare with."""

    owner: Number
    sku: Number
    location: Code
    quantity: Annotated[int, Meta(ge=0, le=10_000_000)]
    key: Annotated[str, text(KEY, 64)] = ""
    is_assumed: bool = False


class NewCustomer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A customer of one owner, and where goods go. Where the store has one owner alone, it need not be named."""

    number: Number
    address: Address
    owner: MaybeOwner = ""


class NewLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of an order. Two lines of one SKU stay two."""

    number: Positive
    sku: Number
    description: Text
    quantity: Annotated[int, Meta(gt=0, le=1_000_000)]
    price_minor: Minor | None = None


class NewOrder(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order as it is received. `ship_to` may be missing: then it is held, never labelled.

    `language` is that of the customer's papers; without it they are printed in the site's.
    """

    owner: Number
    number: Number
    lines: Annotated[tuple[NewLine, ...], Meta(min_length=1, max_length=5000)]
    customer: Number | None = None
    ship_to: Address | None = None
    ordered_at: Instant | None = None
    carrier: Carrier = ""
    service: Carrier = ""
    currency: Currency = ""
    priority: Rank = 0
    note: Note = ""
    language: Language = ""


class Cancellation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order, known or not, that its sender wants no more; `reason` is the sender's own word for it."""

    owner: Number
    number: Number
    reason: Note = ""


class Intake(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A batch of any of them, handled in this order: locations, products, stock, customers, orders, cancellations."""

    locations: tuple[NewLocation, ...] = ()
    products: tuple[NewProduct, ...] = ()
    stock: tuple[NewStock, ...] = ()
    customers: tuple[NewCustomer, ...] = ()
    orders: tuple[NewOrder, ...] = ()
    cancellations: tuple[Cancellation, ...] = ()


class Receipt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one thing handed in: created, updated, unchanged, held, change_request, differs or refused.

    A cancellation is cancelled, unchanged, change_request (for an order on the floor), unknown or refused.
    """

    what: str
    id: str
    outcome: str
    reason: str = ""


class Receipts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a batch, in the order in which it was handed in."""

    receipts: tuple[Receipt, ...]
