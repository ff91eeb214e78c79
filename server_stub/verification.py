"""Whether an order can be carried out at all: an address that a carrier can find, a carrier, a promised time.

Decides holds and the due time. It never sets goods aside.
"""

from __future__ import annotations

from msgspec.structs import replace

from orders import calendar, states
from orders.records import Address, Hold, Order
from server_stub import availability
from server_stub.books import Books

ADDRESS_MISSING = "address missing"
ADDRESS_INCOMPLETE = "address incomplete"


def customer_address(number: str) -> str:
    """The id under which a customer's address is kept."""
    return f"customer/{number}"


def verify(books: Books, order: Order) -> Order:
    """`order`, verified and due, or held with the reason and waiting for what it lacks."""
    if order.ship_to is None and order.customer is not None:
        known = books.find(Address, customer_address(order.customer))
        order = replace(order, ship_to=known.id) if known else order
    address = books.find(Address, order.ship_to) if order.ship_to else None
    if address is None or not address.is_complete:
        reason = ADDRESS_MISSING if address is None else ADDRESS_INCOMPLETE
        if order.customer is not None:
            availability.wait_for(books, availability.ADDRESS, order.customer, order)
        return replace(order, holds=(Hold(reason=reason, since_at=books.now),))
    departure = calendar.next_departure(books.site, order.carrier, order.service, books.now)
    return replace(
        order,
        holds=(),
        due_at=departure.departs_at if departure else None,
        state=states.ORDER.step(order.state, "verified"),
    )


def serve_customer(books: Books, number: str) -> None:
    """Tries the orders again that were held until this customer's address came."""
    for waiting in availability.waiting_for(books, availability.ADDRESS, number):
        order = books.find(Order, waiting.order)
        books.sheets.awaited.drop(waiting)
        if order is not None and order.state == "received":
            order = verify(books, order)
            books.put(order if order.is_held else availability.allocate(books, order))
