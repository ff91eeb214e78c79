"""How often each product had to be keyed, and when it got a new label: one record a product.

Decides what is counted. Whether keying was allowed is the terminal's to judge.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from msgspec.structs import replace

from orders.events import ItemVerified, PickConfirmed, ProductLabelPrinted
from orders.records import KeyedItem, Record


class ToldBy(Protocol):
    """Who keyed, and when."""

    @property
    def at(self) -> datetime: ...

    @property
    def worker(self) -> str: ...


def _keyed(item: KeyedItem | None, event: PickConfirmed | ItemVerified, told: ToldBy, id: str) -> KeyedItem:
    item = item or KeyedItem(id=id)
    return replace(
        item,
        times=item.times + 1,
        since_label=item.since_label + 1,
        place=event.location if isinstance(event, PickConfirmed) else event.tote,
        worker=told.worker,
        last_at=told.at,
    )


def _relabelled(item: KeyedItem | None, _event: ProductLabelPrinted, _told: ToldBy, id: str) -> KeyedItem:
    item = item or KeyedItem(id=id)
    return replace(item, since_label=0, labels=item.labels + 1)


KEYED_FOLDS: dict[type, Callable[[Any, Any, Any, str], Record]] = {
    PickConfirmed: _keyed,
    ItemVerified: _keyed,
    ProductLabelPrinted: _relabelled,
}
