"""One import from file to report: read everything, judge it, send what is whole, lay out what is missing.

Decides the order of the steps. Nothing is sent before the whole file was read, so a file that cannot be read to its
end changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import msgspec
from msgspec.structs import replace

from orders.intake import Cancellation, NewCustomer, NewLocation, NewOrder, NewPack, NewProduct, NewStock
from orders.records import Address, Order, Product, key_of
from server_stub.importing.columns import bind
from server_stub.importing.delivery import Delivery
from server_stub.importing.file_map import FileKind, load_map
from server_stub.importing.findings import Fate, Finding
from server_stub.importing.goods import Goods
from server_stub.importing.laying_out import LayingOut
from server_stub.importing.master_rows import Master, spool_masters
from server_stub.importing.order_rows import OrderReader, spool_rows
from server_stub.importing.progress import Progress
from server_stub.importing.report import print_findings, write_report
from server_stub.importing.source import Row, examine
from server_stub.importing.spool import Spool, Thing
from server_stub.importing.store_access import Store

_MASTERS: dict[FileKind, type[Master]] = {
    "products": NewProduct,
    "locations": NewLocation,
    "stock": NewStock,
    "customers": NewCustomer,
}
_OVER = ("shipped", "cancelled")
# So many orders are named in one line of the summary; the report has them all.
_NAMED = 20


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for."""

    kind: FileKind
    file: Path
    map_name: str
    owner: str
    encoding: str | None = None
    is_laid_out: bool = False
    labels: Path | None = None
    report: Path | None = None


class Import:
    """One run. Making it looks at file and map, so that their mistakes are told before a store is asked."""

    def __init__(self, asked: Asked, out: TextIO, progress: Progress) -> None:
        self._asked, self._out, self._progress = asked, out, progress
        self._map = load_map(asked.map_name, asked.kind)
        self._source = examine(asked.file, asked.encoding, self._map.file.encoding)
        self._binding = bind(self._source, self._map)
        self._goods = Goods()
        self._told: list[str] = []

    def run(self, store: Store | None) -> int:
        """Does it all and says what became of it; 0 where nothing wants somebody, else 1.

        Without a store it is a dry run: everything is read and judged, nothing is sent.
        """
        if self._asked.report:
            # Found out before anything is sent: with no place for the report, lines would go untold.
            write_report((), self._asked.report)
        with Spool() as spool:
            delivery = Delivery(store, spool.report) if store else None
            if self._asked.kind == "orders":
                read = self._read_orders(spool, store)
                if store and delivery:
                    self._send_orders(spool, store, delivery)
            else:
                read = self._read_masters(spool)
                if store and delivery:
                    self._send_masters(spool, store, delivery)
            return self._tell(read, spool, delivery)

    # --- reading -----

    @contextmanager
    def _reading(self) -> Iterator[Iterator[Row]]:
        with self._progress.stage("reading", self._source.size_bytes) as tick:
            rows = self._source.rows(self._binding.delimiter, tick)
            next(rows)
            yield rows

    def _read_masters(self, spool: Spool) -> str:
        with self._reading() as rows:
            count = spool_masters(rows, self._binding, self._asked.owner, spool)
        return f"{count} rows, {spool.count_things()} whole"

    def _read_orders(self, spool: Spool, store: Store | None) -> str:
        with self._reading() as rows:
            spool_rows(rows, self._binding, spool)
        reader = OrderReader(self._binding, self._asked.owner, _countries(store, self._asked.owner))
        encode = msgspec.json.Encoder().encode
        judged = 0
        with self._progress.stage("checking", spool.count_rows()) as tick:
            for number, group, spoiled_by in spool.groups():
                found = reader.judge(number, group, spoiled_by)
                spool.report(found.findings)
                if found.order:
                    self._goods.add(found.order, group[0].line)
                    spool.keep_thing(Thing(group[0].line, number, encode(found.order)))
                elif found.cancelled:
                    spool.keep_cancelled(number, group[0].line, found.cancelled)
                elif found.is_left_out:
                    spool.keep_skipped(number, group[0].line)
                judged += len(group)
                tick(judged)
        if self._map.products.from_orders:
            spool.report(self._goods.notes())
        return (
            f"{spool.count_rows()} rows, {spool.count_things()} whole orders with {self._goods.lines} lines, "
            f"{self._goods.pieces} pieces of {len(self._goods)} SKUs"
        )

    # --- sending -----

    def _send_masters(self, spool: Spool, store: Store, delivery: Delivery) -> None:
        kind = self._asked.kind
        known = self._products(store) if kind == "products" else {}
        decode = msgspec.json.Decoder(_MASTERS[kind]).decode
        things = ((thing.line, _completed(decode(thing.body), known)) for thing in spool.things())
        with self._progress.stage(f"sending {kind}", spool.count_things()) as tick:
            delivery.send(kind, things, tick)

    def _send_orders(self, spool: Spool, store: Store, delivery: Delivery) -> None:
        owner = self._asked.owner
        if self._map.products.from_orders:
            with self._progress.stage("sending products", len(self._goods)) as tick:
                delivery.send("products", self._goods.products(owner, self._products(store).keys()), tick)
        self._send_cancellations(spool, delivery)
        if self._asked.is_laid_out:
            self._lay_out(spool, store, delivery)
        decode = msgspec.json.Decoder(NewOrder).decode
        orders = ((thing.line, decode(thing.body)) for thing in spool.things())
        with self._progress.stage("sending orders", spool.count_things()) as tick:
            delivery.send("orders", orders, tick)
        self._look_for_skipped(spool, store)

    def _send_cancellations(self, spool: Spool, delivery: Delivery) -> None:
        """Before the orders, which may want the goods that come free."""
        owner = self._asked.owner
        things = (
            (line, Cancellation(owner=owner, number=number, reason=reason))
            for number, line, reason in spool.cancelled()
        )
        with self._progress.stage("sending cancellations", spool.count_cancelled()) as tick:
            delivery.send("cancellations", things, tick, lambda found: spool.report_further(_still_skipped(found)))

    def _lay_out(self, spool: Spool, store: Store, delivery: Delivery) -> None:
        laying_out = LayingOut(store, delivery, self._asked.owner, self._map.lay_out, self._progress)
        self._told.append(laying_out.lay_out(self._goods, spool))
        if self._asked.labels and not store.is_one_owners:
            spool.report(laying_out.print_labels(self._goods, self._asked.labels, self._asked.file.stem))
            self._told.append(f"labels: {self._asked.labels}")

    def _look_for_skipped(self, spool: Spool, store: Store) -> None:
        """What the file leaves out and the store still works on wants somebody: it may have to be stopped."""
        with self._progress.stage("looking up skipped orders", spool.count_skipped()) as tick:
            for done, (number, line) in enumerate(spool.skipped()):
                order = store.record(Order, key_of(self._asked.owner, number))
                if order and order.state not in _OVER:
                    reason = f"this file leaves it out, but the store has it as {order.state}: see whether to stop it"
                    spool.report_further([Finding(line, Fate.CHANGE_REQUEST, number, reason)])
                tick(done)

    def _products(self, store: Store) -> dict[str, Product]:
        return {each.sku: each for each in store.records(Product) if each.owner == self._asked.owner}

    # --- telling -----

    def _tell(self, read: str, spool: Spool, delivery: Delivery | None) -> int:
        outcomes = delivery.outcomes if delivery else {}
        self._say(f"{self._asked.file.name}: {read}")
        for kind in dict.fromkeys(kind for kind, _ in outcomes):
            counted = (f"{count} {outcome}" for (of, outcome), count in outcomes.items() if of == kind)
            self._say(f"store: {kind}: {', '.join(counted)}".replace("_", " "))
        if cancelled := spool.subjects(Fate.CANCELLED):
            more = f" and {len(cancelled) - _NAMED} more" if len(cancelled) > _NAMED else ""
            self._say(f"cancelled by their sender: {', '.join(cancelled[:_NAMED])}{more}")
        if delivery is None:
            self._say("dry run: nothing was sent")
        for told in self._told:
            self._say(told)
        for note in (*self._source.notes, *self._binding.notes):
            self._say(f"note: {note}")
        fates = spool.count_fates()
        if fates:
            self._say("report: " + ", ".join(f"{fates[fate]} {fate.value}" for fate in Fate if fate in fates))
            print_findings(spool.findings(), self._out)
        if self._asked.report:
            write_report(spool.findings(), self._asked.report)
        return int(any(fate.wants_somebody for fate in fates))

    def _say(self, text: str) -> None:
        print(text, file=self._out)


def _still_skipped(findings: Iterable[Finding]) -> Iterator[Finding]:
    """What is only worth knowing of a row that was skipped, as such."""
    return (replace(each, fate=Fate.SKIPPED) if each.fate is Fate.NOTE else each for each in findings)


def _countries(store: Store | None, owner: str) -> Callable[[str], str | None]:
    """The country of that owner's customer's address, as the store has it; asked once a customer."""
    known: dict[str, str | None] = {}

    def country_of(customer: str) -> str | None:
        if store and customer not in known:
            found = store.record(Address, f"customer/{customer}")
            is_theirs = found is not None and found.owner in ("", owner)
            known[customer] = found.country_code if found and is_theirs else None
        return known.get(customer)

    return country_of


def _completed(thing: Master, known: Mapping[str, Product]) -> Master:
    """A product with what the store knows of it where its row says nothing; anything else as it is."""
    before = known.get(thing.sku) if isinstance(thing, NewProduct) else None
    if before is None or not isinstance(thing, NewProduct):
        return thing
    return replace(
        thing,
        barcodes=thing.barcodes or before.barcodes,
        weight_grams=thing.weight_grams or before.weight_grams,
        packs=thing.packs
        or tuple(NewPack(name=pack.name, quantity=pack.quantity, barcodes=pack.barcodes) for pack in before.packs),
        is_assumed=before.is_assumed and not (thing.barcodes and thing.weight_grams),
    )
