"""What the bench will lack when it seals a parcel, as far as the site and the owners of the goods have to give it.

Decides which of it stops a parcel and which only shows, and names the command that sets it. An order's own address is
judged when it is received (verification), a device's printers by the device.
"""

from __future__ import annotations

from collections.abc import Iterable

from orders.records import Address, Order, Owner
from server_stub import addresses
from server_stub.books import Books


def lacking(books: Books, orders: Iterable[Order]) -> tuple[str, ...]:
    """What the site lacks in any case, and what of these orders' owners and carriers is missing."""
    orders = tuple(orders)
    owners = (books.find(Owner, id) for id in dict.fromkeys(order.owner for order in orders))
    without_carrier = any(not order.carrier for order in orders)
    return (
        *of_sender(books.site.sender),
        *(sentence for owner in owners if owner for sentence in of_owner(owner.id, owner.company_prefix)),
        *((_no_carrier(),) if without_carrier else ()),
    )


def of_sender(sender: Address) -> tuple[str, ...]:
    """What the sender on this site's labels lacks."""
    if not (lacking := addresses.lacking(sender)):
        return ()
    lacks = "; ".join(lacking)
    return (f"this site's sender lacks {lacks}: no parcel can be sealed; set it with `floorhand store sender`",)


def of_owner(id: str, company_prefix: str | None) -> tuple[str, ...]:
    """What an owner of goods lacks."""
    if company_prefix:
        return ()
    return (_no_prefix(id),)


def _no_prefix(id: str) -> str:
    return (
        f"owner {id} has no GS1 company prefix: none of its parcels can be sealed; set it with"
        f" `floorhand store owner {id} --company-prefix DIGITS`"
    )


def _no_carrier() -> str:
    return (
        "some of these orders name no carrier, and so will their labels: name one in the orders, or before the import"
        " `default_carrier` in the site file"
    )
