"""Orders as they come in: new ones, known ones, and known ones with other content.

Decides what a received order becomes in one transaction: received, verified and set aside; or held; or refused in
plain words; or, where its number is known with other content, a change request judged by how far the order is.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from orders import intake
from orders.intake import NewOrder, Receipt
from orders.records import Address, Order, OrderLine, Owner, Product, key_of
from server_stub import addresses, availability, verification
from server_stub.books import Books
from server_stub.rows import ChangeRequestRow

_AT_THE_DESK = ("received", "verified", "allocated", "backordered")


def foresee(books: Books, orders: Sequence[NewOrder]) -> None:
    """Reads at once what receiving all these orders will ask for one by one."""
    ids = [key_of(new.owner, new.number) for new in orders]
    products = {key_of(new.owner, line.sku): None for new in orders for line in new.lines}
    customers = (new.customer for new in orders if new.customer is not None)
    books.foresee(Owner, (new.owner for new in orders))
    books.foresee(Order, ids)
    books.foresee(Product, products)
    books.foresee(Address, (*map(_ship_to, ids), *map(verification.customer_address, customers)))
    availability.foresee(books, ids, products)


def receive(books: Books, new: NewOrder) -> Receipt:
    """What becomes of one order; the whole of it within this transaction."""
    id = key_of(new.owner, new.number)
    content = content_digest(new)
    if reason := _why_not(books, new):
        return _receipt(id, intake.REFUSED, reason)
    known = books.find(Order, id)
    if known is None:
        return _enter(books, new, content)
    if known.state == "cancelled":
        # Also with the content that it had: whoever sends it means it to be picked, and it will not be.
        return _receipt(
            id,
            intake.REFUSED,
            f"it was cancelled by its sender{cancelled_on(books, known)}: send it under a new number",
        )
    if known.digest == content:
        return _receipt(id, intake.UNCHANGED)
    return _change(books, known, new, content)


def content_digest(thing: msgspec.Struct) -> str:
    """What tells one content from another: BLAKE2b over its encoded form, in hexadecimal."""
    return blake2b(msgspec.json.encode(thing), digest_size=16).hexdigest()


def is_unseen(order: Order) -> bool:
    """Whether nobody on the floor has seen it, so that it can be dropped."""
    return order.state in _AT_THE_DESK and not any(line.picked for line in order.lines)


def cancelled_on(books: Books, order: Order) -> str:
    """When it was cancelled, as a reason goes on: by the clock of the building, to the minute."""
    if order.cancelled_at is None:
        return ""
    return order.cancelled_at.astimezone(ZoneInfo(books.site.time_zone)).strftime(" on %Y-%m-%d %H:%M")


def keep_for_supervisor(books: Books, known: Order, digest: str, body: msgspec.Struct) -> bool:
    """Puts on the supervisor's list what its sender wants of an order on the floor; False where it stands there."""
    if books.sheets.change_request.get(known.id, digest):
        return False
    books.sheets.change_request.put(
        ChangeRequestRow(
            order=known.id,
            digest=digest,
            stage=known.state,
            received_at=books.stamp,
            body=msgspec.json.encode(body),
        )
    )
    return True


def _why_not(books: Books, new: NewOrder) -> str:
    if books.find(Owner, new.owner) is None:
        return f"owner {new.owner} is unknown: add it with `floorhand store owner {new.owner}`"
    unknown = [
        f"line {line.number}: {line.sku}" for line in new.lines if not books.find(Product, key_of(new.owner, line.sku))
    ]
    if unknown:
        return f"unknown SKU ({', '.join(unknown[:10])}): import the products first"
    if len({line.number for line in new.lines}) < len(new.lines):
        return "two lines have one number: number the lines apart"
    priced = next((line.number for line in new.lines if line.price_minor is not None), None)
    if priced is not None and not new.currency:
        return f"line {priced} has a price, and the order no currency: say which, by its ISO 4217 code"
    return ""


def _enter(books: Books, new: NewOrder, content: str) -> Receipt:
    order = verification.verify(books, _order(books, new, content))
    if order.is_held:
        books.put(order)
        return _receipt(order.id, intake.HELD, order.holds[0].reason)
    order = availability.allocate(books, order)
    books.put(order)
    missing = sum(line.unallocated for line in order.lines)
    return _receipt(order.id, intake.CREATED, f"back-ordered: {missing} pieces" if missing else "")


def _change(books: Books, known: Order, new: NewOrder, content: str) -> Receipt:
    if is_unseen(known):
        freed = availability.free(books, known.id)
        entered = _enter(books, new, content)
        availability.serve_waiting(books, freed)
        return _receipt(known.id, intake.CHANGE_REQUEST, "; ".join(filter(None, ("replaced", entered.reason))))
    if not keep_for_supervisor(books, known, content, new):
        return _receipt(known.id, intake.UNCHANGED, "this change is already on a supervisor's list")
    return _receipt(known.id, intake.CHANGE_REQUEST, f"the order is {known.state}: a supervisor has to decide")


def _order(books: Books, new: NewOrder, content: str) -> Order:
    id = key_of(new.owner, new.number)
    ship_to = None
    if new.ship_to is not None:
        ship_to = _ship_to(id)
        books.put(addresses.judged(replace(new.ship_to, id=ship_to, owner=new.owner)))
    site = books.site
    carrier = new.carrier or site.default_carrier
    # A service belongs to its carrier: the site's default fits only its own default carrier.
    service = new.service or (site.default_service if carrier == site.default_carrier else "")
    lines = tuple(
        OrderLine(
            number=line.number,
            product=key_of(new.owner, line.sku),
            sku=line.sku,
            description=line.description,
            ordered=line.quantity,
            price_minor=line.price_minor,
        )
        for line in new.lines
    )
    return Order(
        id=id,
        owner=new.owner,
        number=new.number,
        state="received",
        received_at=books.now,
        lines=lines,
        digest=content,
        ordered_at=new.ordered_at,
        customer=new.customer,
        ship_to=ship_to,
        carrier=carrier,
        service=service,
        currency=new.currency,
        priority=new.priority,
        note=new.note,
        language=new.language,
    )


def _ship_to(order: str) -> str:
    return f"order/{order}"


def _receipt(id: str, outcome: str, reason: str = "") -> Receipt:
    return Receipt(what="order", id=id, outcome=outcome, reason=reason)
