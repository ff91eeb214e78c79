"""What a warehouse lacks before its first order can be picked: shelves, barcodes, weights, goods, totes.

Decides what is assumed, always the same for the same books, and always marked as assumed; what is there is never
touched. It plans only; commands send the plan.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import chain, count

import msgspec

from orders.barcodes import Kind, encode
from orders.intake import NewLocation, NewOrder, NewProduct, NewStock
from orders.records import Location, Order, Product, key_of
from server_stub.importing.file_map import LayOutSection
from server_stub.importing.shelves import drop_place, shelves

_NUMBER_DIGITS = 10


class Need(msgspec.Struct, frozen=True, gc=False):
    """Pieces of one SKU that an order wants and that nobody has set aside for it."""

    order: str
    sku: str
    quantity: int


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """What the store holds already, read before planning: one owner's products, every place, what lies where."""

    owner: str
    products: Mapping[str, Product]
    locations: Mapping[str, Location]
    shelf_of: Mapping[str, str]
    in_use: Container[str]
    free: Mapping[str, int]
    totes: int = 0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent, in the order in which it is to be sent; and the shelf of each SKU that orders want.

    `stock` can be read once: there may be a row for every line of a file.
    """

    locations: tuple[NewLocation, ...]
    products: tuple[NewProduct, ...]
    stock: Iterator[NewStock]
    totes: int
    shelf_of: Mapping[str, str]


def covered_by(order: Order) -> dict[str, int]:
    """Pieces by SKU of an order in the store that want no goods any more: set aside, picked or cancelled."""
    covered: dict[str, int] = {}
    for line in order.lines:
        covered[line.sku] = covered.get(line.sku, 0) + line.allocated + line.picked + line.cancelled
    return covered


def needs_of(order: NewOrder, covered: Mapping[str, int]) -> Iterator[Need]:
    """What `order` wants beyond what is `covered`, one need a SKU: two lines of one SKU are one pick."""
    wanted: dict[str, int] = {}
    for line in order.lines:
        wanted[line.sku] = wanted.get(line.sku, 0) + line.quantity
    for sku, quantity in wanted.items():
        if (open_pieces := quantity - covered.get(sku, 0)) > 0:
            yield Need(order.number, sku, open_pieces)


def plan(wanted: Iterable[str], needs: Iterable[Need], books: Books, size: LayOutSection) -> Plan:
    """What is missing so that the SKUs `wanted` can be picked and `needs` are covered, and nothing beyond.

    A SKU that the store does not know is none of it: the store refuses its order.
    """
    skus = sorted(books.products.keys() & set(wanted))
    made, shelf_of = _shelved(skus, books, size)
    if not any(place.use == "drop" for place in books.locations.values()):
        made.append(drop_place())
    return Plan(
        locations=tuple(made),
        products=tuple(_completed(skus, books, size)),
        stock=_goods_in(needs, shelf_of, books),
        totes=0 if books.totes else size.totes,
        shelf_of=shelf_of,
    )


def _shelved(skus: list[str], books: Books, size: LayOutSection) -> tuple[list[NewLocation], dict[str, str]]:
    """One shelf a SKU: where its goods lie, else an empty shelf that is there, else a new one."""
    empty = sorted(
        (place for place in books.locations.values() if place.use == "pick" and place.id not in books.in_use),
        key=lambda place: (place.walk, place.id),
    )
    new = shelves(size, books.locations)
    made: list[NewLocation] = []
    shelf_of: dict[str, str] = {}
    there = iter(empty)
    for sku in skus:
        if sku in books.shelf_of:
            shelf_of[sku] = books.shelf_of[sku]
        elif place := next(there, None):
            shelf_of[sku] = place.id
        else:
            made.append(next(new))
            shelf_of[sku] = made[-1].code
    return made, shelf_of


def _completed(skus: list[str], books: Books, size: LayOutSection) -> Iterator[NewProduct]:
    """Products that lack a barcode or a weight, with one assumed."""
    taken = set(chain.from_iterable(product.barcodes for product in books.products.values()))
    for sku in skus:
        product = books.products[sku]
        if product.barcodes and product.weight_grams:
            continue
        barcodes = product.barcodes or (_own_barcode(books.owner, sku, taken),)
        taken.update(barcodes)
        yield NewProduct(
            owner=books.owner,
            sku=sku,
            description=product.description,
            barcodes=barcodes,
            weight_grams=product.weight_grams or size.weight_grams,
            is_assumed=True,
        )


def _goods_in(needs: Iterable[Need], shelf_of: Mapping[str, str], books: Books) -> Iterator[NewStock]:
    """Goods for what is wanted beyond the free stock. The key is that of the need, so that it counts once."""
    free = dict(books.free)
    for need in needs:
        if need.sku not in shelf_of:
            continue
        used = min(free.get(need.sku, 0), need.quantity)
        free[need.sku] = free.get(need.sku, 0) - used
        if (quantity := need.quantity - used) > 0:
            about = f"{key_of(books.owner, need.order)}\n{need.sku}\n{quantity}"
            yield NewStock(
                owner=books.owner,
                sku=need.sku,
                location=shelf_of[need.sku],
                quantity=quantity,
                key=f"lay-out:{blake2b(about.encode(), digest_size=16).hexdigest()}",
                is_assumed=True,
            )


def _own_barcode(owner: str, sku: str, taken: Container[str]) -> str:
    """A barcode of ours for a product that has none; its number comes from the SKU, so it is the same at every try."""
    for turn in count():
        about = f"{key_of(owner, sku)}\n{turn}".encode()
        number = int.from_bytes(blake2b(about, digest_size=8).digest()) % 10**_NUMBER_DIGITS
        barcode = encode(Kind.PRODUCT, f"{number:0{_NUMBER_DIGITS}d}")
        if barcode not in taken:
            return barcode
    raise AssertionError("count() has no end")
