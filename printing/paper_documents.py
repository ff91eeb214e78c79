"""The plain records behind papers: packing slip, pick list, manifest, invoice and return slip.

A record says what stands on the paper; it refuses what could not be printed truthfully, such as an invoice whose lines
do not add up. It computes nothing: numbers, taxes and dates come from whoever keeps the books.
"""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

from orders.identifiers import is_sscc
from printing.postal import Address
from printing.refusals import DocumentError

LARGEST_COUNT = 99_999_999
_CURRENCY_LETTERS = 3


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
            _require_count(f"line {self.sku!r}", title, pieces)


class PackingSlip(Struct, frozen=True, kw_only=True, tag="packing_slip"):
    """What lies in a parcel and what follows later. It has no field for a price.

    `language` (here and below) is the customer's, as BCP 47; one that the catalogue lacks is printed in English.
    """

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
    language: str = "en"

    def __post_init__(self) -> None:
        require_order_number(self.order_number)
        require_parcel_of(self.parcel_number, self.parcels_in_order)
        if not self.lines:
            raise DocumentError(f"packing slip of order {self.order_number} has no lines: pack something first")


class PickListLine(Struct, frozen=True, kw_only=True):
    """One stop on a paper pick list; `barcode` is what to scan for this line, `tote` where its pieces go."""

    location: str
    sku: str
    description: str
    pieces: int
    barcode: str = ""
    tote: str = ""
    remark: str = ""

    def __post_init__(self) -> None:
        _require_count(f"line {self.sku!r}", "pieces", self.pieces, least=1)


class PickList(Struct, frozen=True, kw_only=True, tag="pick_list"):
    """A walk on paper, in its order; `barcode` confirms the whole list as it stands."""

    number: str
    barcode: str
    walk_zone: str
    printed_at: dt.datetime
    picker: str = ""
    lines: tuple[PickListLine, ...]
    notes: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        _require_instant("a pick list's `printed_at`", self.printed_at)
        if not self.lines:
            raise DocumentError(f"pick list {self.number} has no lines: nothing is to be picked")


class ManifestParcel(Struct, frozen=True, kw_only=True):
    """One parcel on a manifest; `destination` is what the carrier sorts by, such as postcode, town and country."""

    sscc: str
    order_number: str
    destination: str
    service: str
    weight_grams: int

    def __post_init__(self) -> None:
        if not is_sscc(self.sscc):
            raise DocumentError(
                f"expected an SSCC of 18 digits with a right check digit, got {self.sscc!r}: take the parcel off"
            )
        _require_count(f"parcel {self.sscc}", "weight in grams", self.weight_grams, least=1)


class Manifest(Struct, frozen=True, kw_only=True, tag="manifest"):
    """What one carrier takes away, with room for the driver's signature."""

    number: str
    barcode: str
    sender: Address
    carrier: str
    closed_at: dt.datetime
    parcels: tuple[ManifestParcel, ...]
    notes: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        _require_instant("a manifest's `closed_at`", self.closed_at)
        if not self.parcels:
            raise DocumentError(f"manifest {self.number} holds no parcels: load something first")
        seen = {parcel.sscc for parcel in self.parcels}
        if len(seen) != len(self.parcels):
            raise DocumentError(f"manifest {self.number} names one parcel twice: close it again")


class InvoiceLine(Struct, frozen=True, kw_only=True):
    """One line of an invoice; money in minor units of the invoice's currency, the tax rate in hundredths of a percent.

    `unit_price_minor` and `net_minor` are before tax; `net_minor` is what the line comes to, less its own discount.
    """

    sku: str
    description: str
    pieces: int
    unit_price_minor: int
    tax_basis_points: int
    net_minor: int

    def __post_init__(self) -> None:
        _require_count(f"line {self.sku!r}", "pieces", self.pieces, least=1)


class TaxLine(Struct, frozen=True, kw_only=True):
    """The tax at one rate: on what, and how much."""

    basis_points: int
    net_minor: int
    tax_minor: int


class Charge(Struct, frozen=True, kw_only=True):
    """What an invoice adds or takes off as a whole: freight, or a discount as a negative amount; before tax."""

    title: str
    net_minor: int


class Invoice(Struct, frozen=True, kw_only=True, tag="invoice"):
    """An invoice, or with `corrects` the correction of one; every sum is given, and refused if it does not add up."""

    number: str
    issued_on: dt.date
    due_on: dt.date | None = None
    delivered_on: dt.date | None = None
    corrects: str = ""
    seller: Address
    seller_tax_number: str
    bill_to: Address
    buyer_tax_number: str = ""
    ship_to: Address | None = None
    order_number: str
    currency: str
    lines: tuple[InvoiceLine, ...]
    charges: tuple[Charge, ...] = ()
    taxes: tuple[TaxLine, ...]
    net_minor: int
    tax_minor: int
    gross_minor: int
    notes: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        require_order_number(self.order_number)
        if not self.number.strip():
            raise DocumentError("expected an invoice number, got nothing: give it the next one")
        if not (len(self.currency) == _CURRENCY_LETTERS and self.currency.isascii() and self.currency.isupper()):
            raise DocumentError(f"expected an ISO 4217 currency such as EUR, got {self.currency!r}: correct it")
        if not self.lines:
            raise DocumentError(f"invoice {self.number} has no lines: there is nothing to charge")
        listed = sum(line.net_minor for line in self.lines) + sum(charge.net_minor for charge in self.charges)
        for title, given, sums_to in (
            ("net total", self.net_minor, listed),
            ("net total by tax rate", self.net_minor, sum(tax.net_minor for tax in self.taxes)),
            ("tax total", self.tax_minor, sum(tax.tax_minor for tax in self.taxes)),
            ("gross total", self.gross_minor, self.net_minor + self.tax_minor),
        ):
            if given != sums_to:
                raise DocumentError(
                    f"invoice {self.number}: the {title} is {given} {self.currency} in minor units, but its parts come "
                    f"to {sums_to}: reckon it again"
                )


class ReturnLine(Struct, frozen=True, kw_only=True):
    """One product that may come back, and how many pieces of it were shipped."""

    sku: str
    description: str
    shipped: int

    def __post_init__(self) -> None:
        _require_count(f"line {self.sku!r}", "shipped", self.shipped, least=1)


class ReturnSlip(Struct, frozen=True, kw_only=True, tag="return_slip"):
    """What a customer fills in and lays into a parcel that comes back; `barcode` is read at the returns bench."""

    return_to: Address
    customer: Address
    order_number: str
    ordered_on: dt.date
    return_number: str
    barcode: str
    return_by: dt.date | None = None
    lines: tuple[ReturnLine, ...]
    notes: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        require_order_number(self.order_number)
        if not self.lines:
            raise DocumentError(f"return slip of order {self.order_number} has no lines: nothing can come back")


def require_order_number(order_number: str) -> None:
    """Raises DocumentError for a document that names no order."""
    if not order_number:
        raise DocumentError("expected an order number, got nothing: a parcel without one cannot be traced")


def require_parcel_of(number: int, of: int | None) -> None:
    """Raises DocumentError unless `number` is one of `of` (or any from 1, where that is not known)."""
    if number < 1 or (of is not None and of < number):
        whole = "" if of is None else f" of {of}"
        raise DocumentError(f"expected a parcel number from 1 up to the number of parcels, got {number}{whole}")


def _require_count(where: str, title: str, count: int, least: int = 0) -> None:
    if not least <= count <= LARGEST_COUNT:
        raise DocumentError(f"{where}: expected {title} of {least} or more, got {count}")


def _require_instant(what: str, at: dt.datetime) -> None:
    if at.tzinfo is None:
        raise DocumentError(f"{what} names no time zone: give it the site's")
