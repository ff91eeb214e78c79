"""The products that orders name, and how many pieces of each they want.

Decides which of several descriptions stands for a SKU. Memory grows with the different SKUs of a file, not its rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator

import msgspec

from orders.intake import NewOrder, NewProduct
from server_stub.importing.findings import Fate, Finding


class _Named(msgspec.Struct):
    """What the rows of one SKU called it, and the first order that did."""

    first_order_line: int
    descriptions: Counter[str]


class Goods:
    """Gathers the goods of every order that is whole."""

    def __init__(self) -> None:
        self._named: dict[str, _Named] = {}
        self.lines = 0
        self.pieces = 0

    def __len__(self) -> int:
        return len(self._named)

    def __contains__(self, sku: object) -> bool:
        return sku in self._named

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def add(self, order: NewOrder, line: int) -> None:
        """Counts in an order that begins at `line` of the file."""
        for each in order.lines:
            named = self._named.setdefault(each.sku, _Named(line, Counter()))
            named.descriptions[each.description] += 1
            self.lines += 1
            self.pieces += each.quantity

    def products(self, owner: str, known: Container[str]) -> Iterator[tuple[int, NewProduct]]:
        """A product for each SKU that is not `known` yet, by its most frequent description (the first of equals)."""
        for sku, named in self._named.items():
            if sku not in known:
                ((description, _),) = named.descriptions.most_common(1)
                yield named.first_order_line, NewProduct(owner=owner, sku=sku, description=description)

    def notes(self) -> Iterator[Finding]:
        """A note for each SKU that the file calls by several names."""
        for sku, named in self._named.items():
            if len(named.descriptions) > 1:
                (first, _), *others = named.descriptions.most_common()
                reason = f"{sku} is called {first!r}, and also {', '.join(repr(each) for each, _ in others)}"
                yield Finding(named.first_order_line, Fate.NOTE, sku, reason)
