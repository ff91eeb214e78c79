"""Carries a lay-out out: reads the books, plans, sends what is missing, prints what was assumed.

Decides the order of sending: shelves, then products, then goods, then totes. What is assumed is the plan's.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from pathlib import Path

import msgspec

from orders.intake import NewOrder, NewStock
from orders.ledger import AVAILABLE, location_of
from orders.records import Location, Order, Product, Tote
from server_stub.importing.delivery import Counted, Delivery
from server_stub.importing.file_map import LayOutSection
from server_stub.importing.findings import Fate, Finding
from server_stub.importing.goods import Goods
from server_stub.importing.labels import Label, print_labels, product_labels, shelf_labels, tote_labels
from server_stub.importing.lay_out import Books, Need, covered_by, needs_of, plan
from server_stub.importing.progress import Progress
from server_stub.importing.refusal import NotAllowed
from server_stub.importing.spool import Spool
from server_stub.importing.store_access import Store

_NO_BUILDING = (
    "shelves and totes belong to the building, and this token to one owner: "
    "let a supervisor run the same with --lay-out"
)


class LayingOut:
    """The lay-out for the orders of one file."""

    def __init__(self, store: Store, delivery: Delivery, owner: str, size: LayOutSection, progress: Progress) -> None:
        self._store, self._delivery, self._owner = store, delivery, owner
        self._size, self._progress = size, progress
        self._shelves: Container[str] = ()

    def lay_out(self, goods: Goods, spool: Spool) -> str:
        """Sends what the orders of the file lack, before they are sent themselves, and says what that was.

        What the token may not do is left out and reported, and the rest goes on.
        """
        if self._store.is_one_owners:
            # Shelves that it is not shown look free, and hold other owners' goods.
            spool.report([Finding(0, Fate.REFUSED, self._owner, _NO_BUILDING)])
            return "laid out: nothing, for this token sees the goods of one owner and not the building"
        made = plan(goods, self._needs(spool), self._books(), self._size)
        self._shelves = frozenset(made.shelf_of.values())
        self._delivery.send("locations", _unlined(made.locations))
        self._delivery.send("products", _unlined(made.products))
        pieces = 0

        def counted() -> Iterator[NewStock]:
            nonlocal pieces
            for each in made.stock:
                pieces += each.quantity
                yield each

        with self._progress.stage("laying out", goods.lines) as tick:
            self._delivery.send("stock", _unlined(counted()), tick)
        totes = self._totes(made.totes, spool)
        if not (made.locations or made.products or pieces or totes):
            return "laid out: nothing was missing"
        return (
            f"laid out: {len(made.locations)} places, {len(made.products)} barcodes or weights, {pieces} pieces, "
            f"{len(totes)} totes; all but the totes are marked as assumed"
        )

    def _totes(self, count: int, spool: Spool) -> tuple[str, ...]:
        try:
            return self._store.add_totes(count) if count else ()
        except NotAllowed as error:
            reason = f"{count} totes were not made, {error}, for `floorhand store add-totes {count}`"
            spool.report([Finding(0, Fate.REFUSED, "totes", reason)])
            return ()

    def print_labels(self, goods: Goods, folder: Path, stem: str) -> list[Finding]:
        """Labels of every assumed shelf and product that the file's orders want, and of every tote, new or not."""
        products = [each for each in self._store.records(Product) if each.owner == self._owner and each.sku in goods]
        places = [
            each
            for each in self._store.records(Location)
            if each.is_assumed and (each.id in self._shelves or each.use == "drop")
        ]
        totes = (each.id for each in self._store.records(Tote))
        batches: tuple[tuple[str, Iterator[Label]], ...] = (
            ("shelves", shelf_labels(places)),
            ("products", product_labels(each for each in products if each.is_assumed and each.barcodes)),
            ("totes", tote_labels(totes)),
        )
        found: list[Finding] = []
        with self._progress.stage("printing labels", len(batches)) as tick:
            for done, (what, labels) in enumerate(batches, 1):
                path = folder / f"{stem}-{what}.pdf"
                found += print_labels(labels, f"{stem}: {what}", self._size.labels, path)
                tick(done)
        return found

    def _needs(self, spool: Spool) -> Iterator[Need]:
        for known in self._store.records(Order):
            if known.owner == self._owner and spool.has_thing(known.number):
                spool.keep_covered(known.number, covered_by(known))
        decode = msgspec.json.Decoder(NewOrder).decode
        for thing in spool.things():
            yield from needs_of(decode(thing.body), spool.covered(thing.name))

    def _books(self) -> Books:
        locations = {each.id: each for each in self._store.records(Location)}
        shelf_of: dict[str, str] = {}
        free: dict[str, int] = {}
        in_use: set[str] = set()
        for row in self._store.stock():
            owner, _, sku = row.product.partition("/")
            location = location_of(row.place)
            in_use.add(location)
            place = locations.get(location)
            is_usable = row.status == AVAILABLE and not row.is_locked and place is not None and place.use == "pick"
            if owner == self._owner and is_usable:
                shelf_of.setdefault(sku, location)
                free[sku] = free.get(sku, 0) + max(0, row.quantity - row.allocated)
        return Books(
            owner=self._owner,
            products={each.sku: each for each in self._store.records(Product) if each.owner == self._owner},
            locations=locations,
            shelf_of=shelf_of,
            in_use=in_use,
            free=free,
            totes=sum(1 for _ in self._store.records(Tote)),
        )


def _unlined(things: Iterable[Counted]) -> Iterator[tuple[int, Counted]]:
    return ((0, thing) for thing in things)
