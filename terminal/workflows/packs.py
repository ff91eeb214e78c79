"""How a worker sees pack sizes: `2 CASE + 3` in place of 27, and what a scanned or typed case counts.

Decides how pieces are split into packs, largest first. How many pieces a pack holds is the product's record's to say;
nothing is guessed from a GTIN.
"""

from __future__ import annotations

import re

from orders.records import Pack, Product

_TYPED = re.compile(r"(\d{1,5}) ?([A-Z]+)")


def split(quantity: int, product: Product | None) -> str:
    """`quantity` pieces in the product's packs, the largest first, and what is left over in pieces."""
    parts, left = [], quantity
    for pack in sorted(product.packs if product else (), key=_largest):
        count, left = divmod(left, pack.quantity)
        if count:
            parts.append(f"{count} {pack.name}")
    if left or not parts:
        parts.append(str(left))
    return " + ".join(parts)


def legend(quantity: int, product: Product | None) -> tuple[str, ...]:
    """What each pack of the product holds, where `quantity` fills one."""
    packs = sorted(product.packs if product else (), key=_largest)
    return tuple(f"{pack.name} = {pack.quantity}" for pack in packs if pack.quantity <= quantity)


def codes(quantity: int, product: Product | None, sku: str) -> tuple[str, ...]:
    """The barcodes that would be right where `quantity` pieces are wanted: the largest pack that fits first."""
    fitting = sorted((pack for pack in (product.packs if product else ()) if pack.quantity <= quantity), key=_largest)
    pieces = product.barcodes if product and product.barcodes else (sku,)
    return (*(code for pack in fitting for code in pack.barcodes), *pieces)


def _largest(pack: Pack) -> int:
    return -pack.quantity


def typed(text: str, product: Product | None) -> tuple[int, Pack] | None:
    """How many of which pack were typed: `2 CASE`, or `2C`; None where that is no pack of the product."""
    found = _TYPED.fullmatch(text.strip().upper())
    if found is None or product is None:
        return None
    named = [pack for pack in product.packs if pack.name.startswith(found.group(2))]
    return (int(found.group(1)), named[0]) if len(named) == 1 else None
