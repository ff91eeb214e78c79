"""Orders that their sender wants no more, whichever way that is said.

Decides what is stopped at once: all that nobody on the floor has seen, and what still waits for goods of an order that
has been there. The rest is put before a supervisor with the order's stage; how it is taken off the floor is no matter
of this file.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from orders import intake, states
from orders.intake import Cancellation, Receipt
from orders.records import Order, key_of
from server_stub import availability, receipt
from server_stub.books import Books

# What to do with an order that is cancelled while it is there.
_NOW = {
    "released": "see that nobody picks it, and put back what was taken",
    "picking": "stop its picker, and put back what was taken",
    "picked": "keep its tote from the bench, and put its goods back",
    "packing": "stop its packer, and put its goods back",
    "packed": "take its parcel out of the lane, void the label, and put its goods back",
    "shipped": "ask the carrier for it, or wait for its return",
}
_PARTLY_GONE = "stop what is still here, and ask the carrier for what has left"


def foresee(books: Books, cancellations: Sequence[Cancellation]) -> None:
    """Reads at once what these cancellations will ask for one by one."""
    ids = [key_of(asked.owner, asked.number) for asked in cancellations]
    books.foresee(Order, ids)
    orders = [order for id in ids if (order := books.find(Order, id)) is not None]
    products = dict.fromkeys(line.product for order in orders for line in order.lines)
    availability.foresee(books, ids, products)
    availability.foresee_waiting(books, availability.GOODS, products)


def receive(books: Books, asked: Cancellation) -> Receipt:
    """What becomes of the order, within this transaction; the same again changes nothing."""
    id = key_of(asked.owner, asked.number)
    known = books.find(Order, id)
    if known is None:
        return _receipt(id, intake.UNKNOWN, "no such order: nothing was to be stopped")
    if known.state == "cancelled":
        return _receipt(id, intake.UNCHANGED, f"it was cancelled already{receipt.cancelled_on(books, known)}")
    if receipt.is_unseen(known):
        freed = availability.free(books, id)
        state = states.ORDER.step(known.state, "cancelled")
        books.put(replace(_without_rest(known), state=state, holds=(), cancelled_at=books.now))
        availability.serve_waiting(books, freed)
        pieces = sum(line.allocated for line in known.lines)
        return _receipt(
            id, intake.CANCELLED, f"it was {known.state}{f': {_pieces(pieces)} free again' if pieces else ''}"
        )
    return _put_before_supervisor(books, known, asked)


def digest_of(order: Order) -> str:
    """What names the cancellation of `order` among the changes that its sender asked for, whatever its reason."""
    return receipt.content_digest(Cancellation(owner=order.owner, number=order.number))


def what_now(order: Order) -> str:
    """What somebody has to do about an order that was cancelled by its sender and has been on the floor."""
    if order.state in _NOW:
        return f"it is {order.state}: {_NOW[order.state]}"
    return f"{sum(line.picked for line in order.lines)} were picked: {_PARTLY_GONE}"


def _put_before_supervisor(books: Books, known: Order, asked: Cancellation) -> Receipt:
    is_new = receipt.keep_for_supervisor(books, known, digest_of(known), asked)
    rest = sum(line.wanted - line.picked for line in known.lines)
    if known.state not in _NOW and rest:
        # It is back at the desk for what was short: that is picked no more.
        freed = availability.free(books, known.id)
        books.put(availability.allocate(books, _without_rest(known)))
        availability.serve_waiting(books, freed)
        return _receipt(known.id, intake.CHANGE_REQUEST, f"{_pieces(rest)} will not be picked; {what_now(known)}")
    # A parcel that has left is told once: its sender's files may name it for weeks.
    is_over = known.state == "shipped" and not is_new
    return _receipt(known.id, intake.UNCHANGED if is_over else intake.CHANGE_REQUEST, what_now(known))


def _without_rest(order: Order) -> Order:
    """`order` without the pieces that were not picked."""
    lines = (replace(line, cancelled=line.ordered - line.picked, allocated=0) for line in order.lines)
    return replace(order, lines=tuple(lines))


def _pieces(count: int) -> str:
    return f"{count} {'piece' if count == 1 else 'pieces'}"


def _receipt(id: str, outcome: str, reason: str) -> Receipt:
    return Receipt(what="cancellation", id=id, outcome=outcome, reason=reason)
