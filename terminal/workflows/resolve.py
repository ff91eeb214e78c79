"""Scan or typed text to meaning: location, product, tote, parcel, badge, command, number, unknown or ambiguous.

A barcode means the same thing on every screen, because only this file says what it means. It knows the records of the
floor and our own grammar; of the step that is asking only the label for which it waits, if it does.
"""

from __future__ import annotations

from orders import barcodes
from orders.barcodes import Kind
from orders.credentials import split_badge
from orders.identifiers import base_gtin, gtin14, is_sscc
from orders.records import Order, Product, key_of
from scanners.scan import Scan, Unreadable
from terminal import wording
from terminal.floor import Floor
from terminal.workflows.contents import counted
from terminal.workflows.steps import (
    ABadge,
    ACommand,
    AManifest,
    Ambiguous,
    AnItem,
    AnOrder,
    ANumber,
    AParcel,
    AStation,
    AtLocation,
    ATote,
    Damaged,
    Meaning,
    Unknown,
)

QUANTITY_DIGITS = 5
MEANT = "."
"""Behind typed digits: somebody means the number."""


def resolve_scan(scan: Scan | Unreadable, floor: Floor, expected: str = "") -> Meaning:
    """What a scanner's read means on this floor; the site's own numbers come before what GS1 would make of them.

    `expected` is the SSCC of the label that is to be read now: where it may be that, it is.
    """
    if isinstance(scan, Unreadable):
        return (scan.own_text and _own_number(scan.own_text, floor)) or Damaged(scan.sentence)
    if not scan.text.strip():
        return Damaged(wording.code_holds_nothing())
    if not scan.elements and (parcel := _expected(scan.text, floor, expected)):
        return parcel
    if not scan.elements and (own := _own_number(scan.text, floor)):
        return own
    if scan.elements and (goods := counted(scan, floor)):
        return goods
    if scan.sscc:
        return AParcel(scan.sscc, floor.parcel(scan.sscc))
    if scan.gtin and (meaning := _item(floor.products_of_barcode(scan.gtin), scan.gtin)):
        return meaning
    return _resolve_text(scan.text, floor, is_keyed=False)


def resolve_entry(text: str, floor: Floor, expected: str = "") -> Meaning:
    """What typed characters mean: a number of up to five digits, or what a barcode of that text would."""
    if parcel := _expected(text, floor, expected):
        return parcel
    digits = text.removesuffix(MEANT)
    if digits.isascii() and digits.isdecimal() and len(digits) <= QUANTITY_DIGITS:
        return ANumber(int(digits), digits)
    return _resolve_text(text, floor, is_keyed=True)


def resolve_number(number: ANumber, floor: Floor) -> Meaning:
    """What the digits of a number would mean where no number is wanted: a short SKU, say."""
    return _resolve_text(number.text, floor, is_keyed=True)


def _resolve_text(text: str, floor: Floor, *, is_keyed: bool) -> Meaning:
    try:
        own = barcodes.decode(text.upper() if is_keyed else text)
    except barcodes.BarcodeError:
        return Damaged(wording.own_barcode_damaged())
    if own is not None:
        return _own(own, floor, is_keyed=is_keyed)
    if (parcel := floor.parcel(labelled_sscc(text) or text)) and (not is_keyed or _own_number(text, floor) is None):
        return AParcel(parcel.id, parcel)
    if found := _item(floor.products_of_barcode(text), text, is_keyed=is_keyed):
        return found
    if found := _item(_by_sku(text, floor), is_keyed=is_keyed):
        return found
    if pieces := floor.products_of_barcode(base_gtin(text) or ""):
        return Damaged(wording.pack_not_counted(pieces[0].sku))
    if order := _by_number(text, floor):
        return AnOrder(order)
    if is_keyed and (tote := floor.tote(text.upper())):
        return ATote(tote)
    if is_sscc(text):
        return AParcel(text, None)
    return Unknown(text, is_keyed=is_keyed)


def labelled_sscc(text: str) -> str | None:
    """The SSCC that a parcel's label says where no AIM id tells that it is one: behind `00`, or as printed below it."""
    digits = text.replace(" ", "")
    digits = digits.removeprefix("(00)") if digits.startswith("(00)") else digits.removeprefix("00")
    return digits if is_sscc(digits) and len(digits) < len(text) else None


def _expected(text: str, floor: Floor, expected: str) -> AParcel | None:
    if expected and expected in (text, labelled_sscc(text)):
        return AParcel(expected, floor.parcel(expected))
    return None


def _own(own: barcodes.OwnBarcode, floor: Floor, *, is_keyed: bool) -> Meaning:
    match own.kind:
        case Kind.LOCATION if location := floor.location(own.body):
            return AtLocation(location, is_keyed)
        case Kind.TOTE if tote := floor.tote(own.body):
            return ATote(tote)
        case Kind.PRODUCT if item := _item(floor.products_of_barcode(own.text), own.text, is_keyed=is_keyed):
            return item
        case Kind.STATION:
            return AStation(own.body)
        case Kind.BADGE:
            worker, secret = split_badge(own.body)
            return ABadge(floor.worker(worker), secret)
        case Kind.COMMAND:
            return ACommand(own.body)
        case Kind.MANIFEST if manifest := floor.manifest(own.body):
            return AManifest(manifest)
    return Unknown(own.text, own)


def _own_number(text: str, floor: Floor) -> AnItem | Ambiguous | AnOrder | None:
    if found := _item(_by_sku(text, floor)):
        return found
    order = _by_number(text, floor)
    return AnOrder(order) if order else None


def _item(products: tuple[Product, ...], code: str = "", *, is_keyed: bool = False) -> AnItem | Ambiguous | None:
    if not products:
        return None
    if len(products) > 1:
        return Ambiguous(products)
    return AnItem(products[0], is_keyed, products[0].pack_of(gtin14(code) or code))


def _by_sku(text: str, floor: Floor) -> tuple[Product, ...]:
    owners = floor.owners
    return tuple(found for owner in owners if (found := floor.product(key_of(owner, text))) is not None)


def _by_number(text: str, floor: Floor) -> Order | None:
    return next((order for owner in floor.owners if (order := floor.order(key_of(owner, text)))), None)


def is_gtin(text: str) -> bool:
    """Whether `text` is a GTIN, for the sentence that says which kind of unknown it is."""
    return gtin14(text) is not None
