"""Products, locations and customers as they are handed in, and the barcodes that name products.

Decides what a valid one is and whether it is new, changed or the same. Orders and stock are other steps.
"""

from __future__ import annotations

from msgspec.structs import replace

from orders import intake
from orders.identifiers import gtin14
from orders.intake import NewCustomer, NewLocation, NewProduct, Receipt
from orders.records import Address, Location, Owner, Product, Record, key_of
from server_stub import verification
from server_stub.books import Books
from server_stub.rows import BarcodeRow

_GTIN_LENGTHS = range(8, 15)


def receive_location(books: Books, new: NewLocation) -> Receipt:
    """A place on the floor."""
    location = Location(
        id=new.code,
        aisle=new.aisle,
        side=new.side,
        bay=new.bay,
        level=new.level,
        zone=new.zone,
        walk=new.walk,
        use=new.use,
        is_assumed=new.is_assumed,
    )
    return _keep(books, "location", location)


def receive_product(books: Books, new: NewProduct) -> Receipt:
    """A SKU, refused where its owner is unknown, a GTIN is wrong, or a barcode already names another SKU."""
    id = key_of(new.owner, new.sku)
    if books.find(Owner, new.owner) is None:
        return _refused("product", id, f"owner {new.owner} is unknown: add it with `floorhand store owner {new.owner}`")
    barcodes = []
    for text in dict.fromkeys(new.barcodes):
        is_gtin = text.isascii() and text.isdecimal() and len(text) in _GTIN_LENGTHS
        if is_gtin and gtin14(text) is None:
            return _refused("product", id, f"barcode {text} is no GTIN: its length or check digit is wrong")
        barcodes.append(gtin14(text) or text)
        named = books.sheets.barcode.get(new.owner, barcodes[-1])
        if named is not None and named.product != id:
            return _refused("product", id, f"barcode {text} already names {named.product}: give it one of its own")
    product = Product(
        id=id,
        owner=new.owner,
        sku=new.sku,
        description=new.description,
        barcodes=tuple(dict.fromkeys(barcodes)),
        weight_grams=new.weight_grams,
        is_assumed=new.is_assumed,
    )
    before = books.find(Product, id)
    for text in before.barcodes if before else ():
        if text not in product.barcodes:
            books.sheets.barcode.drop(BarcodeRow(new.owner, text, id))
    for text in product.barcodes:
        if books.sheets.barcode.get(new.owner, text) is None:
            books.sheets.barcode.put(BarcodeRow(new.owner, text, id))
    return _keep(books, "product", product)


def receive_customer(books: Books, new: NewCustomer) -> Receipt:
    """A customer's address; orders that were held for it go on."""
    address = replace(new.address, id=verification.customer_address(new.number))
    receipt = _keep(books, "customer", address)
    if receipt.outcome != intake.UNCHANGED:
        verification.serve_customer(books, new.number)
    return Receipt(what="customer", id=new.number, outcome=receipt.outcome)


def _keep(books: Books, what: str, record: Location | Product | Address) -> Receipt:
    before: Record | None = books.find(type(record), record.id)
    if before == record:
        return Receipt(what=what, id=record.id, outcome=intake.UNCHANGED)
    books.put(record)
    return Receipt(what=what, id=record.id, outcome=intake.UPDATED if before else intake.CREATED)


def _refused(what: str, id: str, reason: str) -> Receipt:
    return Receipt(what=what, id=id, outcome=intake.REFUSED, reason=reason)
