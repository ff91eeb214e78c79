"""Whether an order can be carried out at all: an address that a carrier can find, a carrier, a promised time.

Decides holds, the due time, and whose customer an address is. It never sets goods aside.
"""

from __future__ import annotations

from msgspec.structs import replace

from orders import calendar, states
from orders.records import Address, Hold, Order
from server_stub import addresses, availability
from server_stub.books import Books

ADDRESS_MISSING = "address missing"
ADDRESS_INCOMPLETE = "address incomplete"


def customer_address(number: str) -> str:
    """The id under which a customer's address is kept."""
    return f"customer/{number}"


def owner_of(books: Books, address: Address) -> str:
    """Whose customer lives there; empty where nobody can tell.

    What was kept before addresses had owners is the only owner's, where there is just one.
    """
    return address.owner or books.only_owner


def verify(books: Books, order: Order) -> Order:
    """`order`, verified and due, or held with the reason and waiting for what it lacks."""
    why = ""
    if order.ship_to is None and order.customer is not None:
        known = books.find(Address, customer_address(order.customer))
        if known is not None and (whose := owner_of(books, known)) != order.owner:
            why = f": {of_another(order.customer, whose, order.owner)}"
        elif known is not None:
            order = replace(order, ship_to=known.id)
    address = books.find(Address, order.ship_to) if order.ship_to else None
    lacking = addresses.lacking(address) if address is not None else ()
    if address is None or lacking:
        lacks = "; ".join(f"no {part}" for part in lacking)
        reason = f"{ADDRESS_MISSING}{why}" if address is None else f"{ADDRESS_INCOMPLETE}: {lacks}"
        if order.customer is not None:
            availability.wait_for(books, availability.ADDRESS, order.customer, order)
        return replace(order, holds=(Hold(reason=reason, since_at=books.now),))
    departure = calendar.due_departure(books.site, order.carrier, order.service, books.now)
    return replace(
        order,
        holds=(),
        due_at=departure.departs_at if departure else None,
        moved_from_at=departure.moved_from_at if departure else None,
        state=states.ORDER.step(order.state, "verified"),
    )


def of_another(number: str, whose: str, owner: str) -> str:
    """Why a customer's number cannot be `owner`'s, and what to do; `whose` it is may be empty."""
    belongs = f"customer {number} belongs to {whose}" if whose else f"nobody can tell whose customer {number} is"
    return f"{belongs}: give {owner}'s customer another number"


def serve_customer(books: Books, owner: str, number: str) -> None:
    """Tries that owner's orders again that were held until this customer's address came."""
    for waiting in availability.waiting_for(books, availability.ADDRESS, number):
        order = books.find(Order, waiting.order)
        if order is not None and order.owner != owner:
            continue
        books.sheets.awaited.drop(waiting)
        if order is not None and order.state == "received":
            order = verify(books, order)
            books.put(order if order.is_held else availability.allocate(books, order))
