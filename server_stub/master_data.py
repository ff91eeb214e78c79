"""Products, locations and customers as they are handed in, and the barcodes that name products.

Decides what a valid one is and whether it is new, changed or the same. Orders and stock are other steps.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from orders import intake
from orders.identifiers import fault_of_barcode, gtin14
from orders.intake import NewCustomer, NewLocation, NewProduct, Receipt
from orders.records import Address, Location, Owner, Pack, Product, Record, key_of
from server_stub import addresses, availability, verification
from server_stub.books import Books
from server_stub.rows import BarcodeRow


def foresee_locations(books: Books, locations: Sequence[NewLocation]) -> None:
    """Reads at once what receiving all these places will ask for one by one."""
    books.foresee(Location, (new.code for new in locations))


def foresee_products(books: Books, products: Sequence[NewProduct]) -> None:
    """Reads at once what receiving all these SKUs will ask for one by one, but for their barcodes."""
    books.foresee(Owner, (new.owner for new in products))
    books.foresee(Product, (key_of(new.owner, new.sku) for new in products))


def foresee_customers(books: Books, customers: Sequence[NewCustomer]) -> None:
    """Reads at once what receiving all these customers will ask for one by one."""
    numbers = [new.number for new in customers]
    books.foresee(Owner, (new.owner for new in customers if new.owner))
    books.foresee(Address, map(verification.customer_address, numbers))
    availability.foresee_waiting(books, availability.ADDRESS, numbers)


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
    if unknown := _unknown_owner(books, new.owner):
        return _refused("product", id, unknown)
    try:
        product = _product_of(books, new, id)
    except _WrongBarcode as wrong:
        return _refused("product", id, str(wrong))
    before = books.find(Product, id)
    named = set(product.every_barcode)
    for text in before.every_barcode if before else ():
        if text not in named:
            books.sheets.barcode.drop(BarcodeRow(new.owner, text, id))
    for text in product.every_barcode:
        if books.sheets.barcode.get(new.owner, text) is None:
            books.sheets.barcode.put(BarcodeRow(new.owner, text, id))
    return _keep(books, "product", product)


class _WrongBarcode(ValueError):
    """A barcode that cannot name this product; says why."""


def _product_of(books: Books, new: NewProduct, id: str) -> Product:
    product = Product(
        id=id,
        owner=new.owner,
        sku=new.sku,
        description=new.description,
        barcodes=_barcodes(books, new.owner, id, new.barcodes),
        weight_grams=new.weight_grams,
        is_assumed=new.is_assumed,
        packs=tuple(
            Pack(name=pack.name, quantity=pack.quantity, barcodes=_barcodes(books, new.owner, id, pack.barcodes))
            for pack in new.packs
        ),
    )
    names = [pack.name for pack in product.packs]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise _WrongBarcode(f"two packs are called {twice}: give each a name of its own")
    codes = product.every_barcode
    if code := next((code for code in codes if codes.count(code) > 1), None):
        raise _WrongBarcode(f"barcode {code} is on a piece and on a pack, or on two packs: each counts something else")
    return product


def _barcodes(books: Books, owner: str, id: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    barcodes = []
    for text in dict.fromkeys(texts):
        if fault := fault_of_barcode(text):
            raise _WrongBarcode(f"barcode {text} {fault}")
        barcodes.append(gtin14(text) or text)
        named = books.sheets.barcode.get(owner, barcodes[-1])
        if named is not None and named.product != id:
            raise _WrongBarcode(f"barcode {text} already names {named.product}: give it one of its own")
    return tuple(dict.fromkeys(barcodes))


def receive_customer(books: Books, new: NewCustomer) -> Receipt:
    """A customer's address, refused where that number is another owner's; orders that were held for it go on."""
    owner = new.owner or books.only_owner
    told = replace(new.address, id=verification.customer_address(new.number), owner=owner)
    address = addresses.judged(told)
    if why := _why_not_theirs(books, new.number, address):
        return _refused("customer", new.number, why)
    receipt = _keep(books, "customer", address)
    if receipt.outcome != intake.UNCHANGED:
        verification.serve_customer(books, owner, new.number)
    return Receipt(what="customer", id=new.number, outcome=receipt.outcome)


def _why_not_theirs(books: Books, number: str, address: Address) -> str:
    """Why `address` cannot be kept under that customer's number; "" where it can."""
    if not address.owner:
        return f"whose customer {number} is, is not said, and there are several owners: name one"
    if unknown := _unknown_owner(books, address.owner):
        return unknown
    known = books.find(Address, address.id)
    if known is None or (whose := verification.owner_of(books, known)) == address.owner:
        return ""
    # Whoever hands in the very address that nobody owns changes nobody's parcels, and has it from now on.
    if not whose and replace(known, owner=address.owner, lacks=address.lacks) == address:
        return ""
    return verification.of_another(number, whose, address.owner)


def _unknown_owner(books: Books, owner: str) -> str:
    if books.find(Owner, owner) is not None:
        return ""
    return f"owner {owner} is unknown: add it with `floorhand store owner {owner}`"


def _keep(books: Books, what: str, record: Location | Product | Address) -> Receipt:
    before: Record | None = books.find(type(record), record.id)
    if before == record:
        return Receipt(what=what, id=record.id, outcome=intake.UNCHANGED)
    books.put(record)
    return Receipt(what=what, id=record.id, outcome=intake.UPDATED if before else intake.CREATED)


def _refused(what: str, id: str, reason: str) -> Receipt:
    return Receipt(what=what, id=id, outcome=intake.REFUSED, reason=reason)
