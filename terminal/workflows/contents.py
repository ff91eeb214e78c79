"""What a GS1 count says: how many pieces of which product the label of a logistic unit, or of a bag, stands for.

Decides when a count is believed: (37) counts what (02) names, and nothing else; whatever else is counted is refused,
for nobody can tell of what. GS1 General Specifications, application identifiers (02), (30) and (37).
"""

from __future__ import annotations

from orders.identifiers import base_gtin
from orders.records import Pack
from scanners.scan import Scan
from terminal import wording
from terminal.floor import Floor
from terminal.workflows.steps import Ambiguous, AnItem, Damaged

_ONE_PIECE = 1


def counted(scan: Scan, floor: Floor) -> AnItem | Ambiguous | Damaged | None:
    """The goods that a read counts, a refusal where the count cannot be used, or None where it counts nothing."""
    if scan.sscc and floor.parcel(scan.sscc):
        return None  # a parcel of ours is a parcel
    content, count = scan.value("02"), scan.value("37")
    if content and count:
        return _content(content, int(count), floor)
    if content and not scan.sscc:
        return Damaged(wording.count_missing())
    if count and not scan.sscc:
        return Damaged(wording.count_of_nothing(int(count)))
    variable = scan.value("30")
    if variable and scan.gtin and int(variable) != _ONE_PIECE:
        return Damaged(wording.count_varies(int(variable)))
    return None


def _content(gtin: str, count: int, floor: Floor) -> AnItem | Ambiguous | Damaged | None:
    products = floor.products_of_barcode(gtin)
    if len(products) > 1:
        return Ambiguous(products)
    if not products:
        pieces = floor.products_of_barcode(base_gtin(gtin) or "")
        return Damaged(wording.pack_not_counted(pieces[0].sku)) if pieces else None
    if not count:
        return Damaged(wording.count_missing())
    (product,) = products
    inner = product.pack_of(gtin)
    quantity = count * (inner.quantity if inner else 1)
    if quantity == _ONE_PIECE:
        return AnItem(product)
    name = next((pack.name for pack in product.packs if pack.quantity == quantity), wording.logistic_unit())
    return AnItem(product, pack=Pack(name=name, quantity=quantity))
