"""Stock as it is handed in: goods that arrived, counted once; or another system's snapshot, compared, never believed.

Decides which of both a row is and what it changes. Counts that correct the book are work on the floor, not this.
"""

from __future__ import annotations

from collections.abc import Sequence

from orders import intake, ledger
from orders.intake import NewStock, Receipt
from orders.ledger import Move
from orders.records import Location, Product, key_of
from server_stub import availability, ledger_book, schema
from server_stub.books import Books
from server_stub.receipt import content_digest
from server_stub.rows import GoodsInRow
from server_stub.sheets import Part

_BY_KEY: Part[GoodsInRow] = Part(schema.goods_in, "key", ("key",))


def foresee(books: Books, rows: Sequence[NewStock]) -> None:
    """Reads at once what receiving all these rows will ask for one by one."""
    products = {key_of(new.owner, new.sku): None for new in rows}
    books.foresee(Product, products)
    books.foresee(Location, (new.location for new in rows))
    books.sheets.goods_in.foresee(_BY_KEY, (_filed(new) for new in rows if new.key))
    ledger_book.foresee_shelves(books, products)
    ledger_book.foresee_arrivals(books, products)
    availability.foresee_waiting(books, availability.GOODS, products)


def receive(books: Books, new: NewStock) -> Receipt:
    """What becomes of one row of stock."""
    product = key_of(new.owner, new.sku)
    id = f"{product}@{new.location}"
    if books.find(Product, product) is None:
        return _receipt(id, intake.REFUSED, f"unknown SKU {new.sku}: import the products first")
    if books.find(Location, new.location) is None:
        return _receipt(id, intake.REFUSED, f"unknown location {new.location}: import the locations first")
    if new.key:
        return _arrived(books, id, product, new)
    return _compared(books, id, product, new)


def _arrived(books: Books, id: str, product: str, new: NewStock) -> Receipt:
    if not new.quantity:
        return _receipt(id, intake.REFUSED, "a delivery of 0 pieces: leave it out, or count the shelf")
    content = content_digest(new)
    if known := books.sheets.goods_in.get(_filed(new)):
        if known.digest == content:
            return _receipt(id, intake.UNCHANGED)
        return _receipt(id, intake.REFUSED, f"key {new.key} came before with other goods: give each delivery its own")
    books.sheets.goods_in.put(GoodsInRow(key=_filed(new), digest=content, received_at=books.stamp))
    _put_down(books, product, new, f"goods-in/{_filed(new)}")
    return _receipt(id, intake.CREATED)


def _filed(new: NewStock) -> str:
    """Under what a delivery is known: two owners need not agree on their keys."""
    return key_of(new.owner, new.key)


def _compared(books: Books, id: str, product: str, new: NewStock) -> Receipt:
    row = ledger_book.stock_at(books, product, ledger.shelf(new.location))
    if row is None and new.quantity:
        _put_down(books, product, new, "first-stock")
        return _receipt(id, intake.CREATED)
    book = row.quantity if row else 0
    if book == new.quantity:
        return _receipt(id, intake.UNCHANGED)
    return _receipt(id, intake.DIFFERS, f"the book shows {book}, the snapshot {new.quantity}: count the shelf")


def _put_down(books: Books, product: str, new: NewStock, cause: str) -> None:
    move = Move(product=product, quantity=new.quantity, source=ledger.OUTSIDE, target=ledger.shelf(new.location))
    ledger_book.post(books, move, cause)
    availability.serve_waiting(books, (product,))


def _receipt(id: str, outcome: str, reason: str = "") -> Receipt:
    return Receipt(what="stock", id=id, outcome=outcome, reason=reason)
