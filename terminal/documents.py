"""From records to what is printed: the label of a parcel, the slip that lies in it, a new label for an item.

Decides which record fills which field of a plain document. How it is drawn, and on what, belongs to printing.
"""

from __future__ import annotations

from orders.identifiers import gtin14
from orders.records import Address, Order, Parcel, Product, Site
from printing import documents
from printing.documents import DocumentError, PackingSlip, ParcelLabel, ProductLabel, SlipLine
from terminal import command_wording, pack_wording, wording
from terminal.floor import Floor
from terminal.stations import PLAIN, HouseStyle


def label_of(parcel: Parcel, floor: Floor, style: HouseStyle = PLAIN) -> ParcelLabel:
    """The shipping label of a sealed parcel; DocumentError where an address or a field is not printable."""
    order, site, address = _gather(parcel, floor)
    return ParcelLabel(
        sender=_printable(site.sender),
        recipient=_printable(address),
        order_number=order.number,
        parcel_number=parcel.number,
        weight_grams=parcel.weight_grams,
        weight_assumed=parcel.is_weight_assumed,
        carrier=parcel.carrier,
        service=parcel.service,
        route=wording.departs(parcel.departs_at, site),
        sscc=parcel.id,
        free_text=style.free_text,
        digital_link=style.digital_link,
    )


def slip_of(parcel: Parcel, floor: Floor, style: HouseStyle = PLAIN) -> PackingSlip:
    """The packing slip of a sealed parcel: per order line what was ordered, what lies inside, what follows.

    Only what the store has on its list is promised: a short that it has not heard of yet may find another shelf.
    """
    order, site, address = _gather(parcel, floor)
    inside: dict[int, int] = {}
    for each in parcel.contents:
        inside[each.line] = inside.get(each.line, 0) + each.quantity
    return PackingSlip(
        sender=_printable(site.sender),
        ship_to=_printable(address),
        order_number=order.number,
        ordered_on=(order.ordered_at or order.received_at).date(),
        carrier=parcel.carrier,
        service=parcel.service,
        parcel_number=parcel.number,
        lines=tuple(
            SlipLine(
                sku=line.sku,
                description=_described(line.product, line.description, floor),
                ordered=line.ordered,
                shipped=inside.get(line.number, 0),
                back_ordered=line.follows,
            )
            for line in order.lines
        ),
        notes=order.note,
        language=order.language or style.language,
    )


def item_label_of(product: str, floor: Floor) -> ProductLabel:
    """A new label for a product's pieces or their bin; DocumentError where the product is not known here."""
    known = floor.product(product)
    if known is None:
        raise DocumentError(command_wording.product_unknown())
    code = known.barcodes[0] if known.barcodes else known.sku
    # A GTIN is kept as 14 digits; an item carries its 13.
    is_gtin13 = len(code) == 14 and code.startswith("0") and gtin14(code) is not None
    return ProductLabel(
        sku=known.sku,
        description=known.description,
        barcode=code[1:] if is_gtin13 else code,
        assumed=known.is_assumed,
    )


def _gather(parcel: Parcel, floor: Floor) -> tuple[Order, Site, Address]:
    order, site = floor.order(parcel.order), floor.site
    address = floor.address(order.ship_to) if order and order.ship_to else None
    if order is None or site is None or address is None:
        raise DocumentError(pack_wording.address_missing())
    return order, site, address


def _described(product: str, description: str, floor: Floor) -> str:
    known = floor.get("product", product, Product)
    return description or (known.description if known else "")


def _printable(address: Address) -> documents.Address:
    return documents.Address(
        country=address.country_code,
        name=address.name,
        company=address.company,
        street=tuple(line for line in address.lines if line),
        postcode=address.postcode,
        city=address.city,
        region=address.region,
    )
