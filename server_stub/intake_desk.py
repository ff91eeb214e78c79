"""A batch as the outside world hands it in: every entry is judged for itself, in small transactions.

Decides the order of a batch and that one bad entry refuses itself alone. What an entry becomes is its step's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from orders import intake
from orders.decoding import plain
from orders.intake import Cancellation, NewCustomer, NewLocation, NewOrder, NewProduct, NewStock, Receipt
from orders.texts import handed_in
from server_stub import cancellation, goods_in, master_data, receipt
from server_stub.books import Books
from server_stub.known_fields import unknown_fields
from server_stub.problems import Refusal

# So many entries are one transaction, so that the floor's events never wait long behind an import.
SLICE = 50


class RawIntake(msgspec.Struct, forbid_unknown_fields=True):
    """A batch whose entries are not read yet."""

    locations: tuple[msgspec.Raw, ...] = ()
    products: tuple[msgspec.Raw, ...] = ()
    stock: tuple[msgspec.Raw, ...] = ()
    customers: tuple[msgspec.Raw, ...] = ()
    orders: tuple[msgspec.Raw, ...] = ()
    cancellations: tuple[msgspec.Raw, ...] = ()


class _Entry(msgspec.Struct):
    what: str
    body: msgspec.Raw


class _Step(NamedTuple):
    decoder: msgspec.json.Decoder[Any]
    foresee: Callable[[Books, list[Any]], None]
    receive: Callable[[Books, Any], Receipt]


# Each kind of entry, in the order in which they are handled.
STEPS = {
    "location": _Step(msgspec.json.Decoder(NewLocation), master_data.foresee_locations, master_data.receive_location),
    "product": _Step(msgspec.json.Decoder(NewProduct), master_data.foresee_products, master_data.receive_product),
    "stock": _Step(msgspec.json.Decoder(NewStock), goods_in.foresee, goods_in.receive),
    "customer": _Step(msgspec.json.Decoder(NewCustomer), master_data.foresee_customers, master_data.receive_customer),
    "order": _Step(msgspec.json.Decoder(NewOrder), receipt.foresee, receipt.receive),
    "cancellation": _Step(msgspec.json.Decoder(Cancellation), cancellation.foresee, cancellation.receive),
}


def slices(batch: RawIntake) -> Iterator[list[_Entry]]:
    """The entries of a batch in the order in which they are handled, a transaction's worth at a time."""
    handed_in = (batch.locations, batch.products, batch.stock, batch.customers, batch.orders, batch.cancellations)
    entries = [_Entry(what, body) for what, bodies in zip(STEPS, handed_in, strict=True) for body in bodies]
    for start in range(0, len(entries), SLICE):
        yield entries[start : start + SLICE]


def take(
    books: Books, entries: list[_Entry], of_its_owner: Callable[[str], None] = lambda owner: None
) -> list[Receipt]:
    """What became of each entry; `of_its_owner` raises a Refusal for goods that are not the sender's."""
    receipts: list[Receipt] = []
    for what, some in groupby(entries, key=attrgetter("what")):
        read = [_read(entry, of_its_owner) for entry in some]
        STEPS[what].foresee(books, [thing for thing in read if not isinstance(thing, Receipt)])
        receipts += [thing if isinstance(thing, Receipt) else STEPS[what].receive(books, thing) for thing in read]
    return receipts


def summary(receipts: list[Receipt]) -> str:
    """How many entries of which kind ended how: for the audit trail, which holds no names."""
    counted = Counter((receipt.what, receipt.outcome) for receipt in receipts)
    return ", ".join(f"{count} {what} {outcome}" for (what, outcome), count in sorted(counted.items()))


def _read(entry: _Entry, of_its_owner: Callable[[str], None]) -> Any:
    """What an entry says, or the receipt that refuses it."""
    step = STEPS[entry.what]
    try:
        if unknown := unknown_fields(step.decoder.type, plain(entry.body)):
            return Receipt(what=entry.what, id=_named(entry.body), outcome=intake.REFUSED, reason=unknown)
        thing = handed_in(step.decoder, entry.body)
    except msgspec.DecodeError as error:
        return Receipt(what=entry.what, id=_named(entry.body), outcome=intake.REFUSED, reason=str(error))
    try:
        # A place has no owner: whoever is bound to one owner does not furnish the building.
        of_its_owner(getattr(thing, "owner", ""))
    except Refusal as refusal:
        said = f"expected {refusal}: {refusal.problem.remedy}"
        if entry.what == "location":
            said = "a place is the building's, and this token one owner's: ask a supervisor to add it"
        return Receipt(what=entry.what, id=_named(entry.body), outcome=intake.REFUSED, reason=said)
    return thing


def _named(body: msgspec.Raw) -> str:
    """What an entry that cannot be read calls itself."""
    try:
        said = plain(body)
    except msgspec.DecodeError:
        return ""
    if not isinstance(said, dict):
        return ""
    names = (said.get(field) for field in ("code", "sku", "number"))
    return next((str(name) for name in names if name), "")
