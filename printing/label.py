"""The shipping label: what stands where on 4x6 in or 100x150 mm paper.

Laid out by the GS1 Logistic Label Guideline: free text on top, then the order's code, the SSCC lowest with nothing but
its own digits below. Read at arm's length: the consignee, the route and the parcel number are the largest.
"""

from __future__ import annotations

from printing.addresses import address_lines
from printing.documents import Address, ParcelLabel
from printing.fonts import MissingGlyph, Weight, printable
from printing.page import Align, Box, Page, cap_mm
from printing.symbols import code128, sscc

MARGIN_MM = 5.0
SSCC_HEIGHT_MM = 32.0
ORDER_HEIGHT_MM = 14.0
CAPTION = 7.0
FROM_HEIGHT_MM = 22.0
BAND_HEIGHT_MM = 19.0


def draw_label(page: Page, label: ParcelLabel) -> None:
    """Draws one shipping label; raises MissingGlyph or DoesNotFit."""
    page_box = page.box
    inner = Box(MARGIN_MM, MARGIN_MM, page_box.width - 2 * MARGIN_MM, page_box.height - 2 * MARGIN_MM)
    sscc_top = _sscc_block(page, label, inner)
    order_top = _order_block(page, label, inner, sscc_top)
    band = Box(inner.left, order_top - BAND_HEIGHT_MM, inner.width, BAND_HEIGHT_MM)
    _facts_band(page, label, band)
    origin = Box(inner.left, inner.top, inner.width, FROM_HEIGHT_MM)
    _from_block(page, label, origin)
    page.rule(inner.left, origin.bottom, inner.right, origin.bottom)
    _to_block(page, label, Box(inner.left, origin.bottom + 1.5, inner.width, band.top - origin.bottom - 1.5))
    page.rule(inner.left, band.top, inner.right, band.top)


def _sscc_block(page: Page, label: ParcelLabel, inner: Box) -> float:
    symbol = sscc(label.sscc)
    digits = 13.0
    bars_top = inner.bottom - cap_mm(digits) - 1.5 - SSCC_HEIGHT_MM
    page.symbol(symbol, Box(0, bars_top, page.box.width, SSCC_HEIGHT_MM), (page.grid.sscc_x_dots,))
    page.text(symbol.text, page.box.width / 2, inner.bottom - cap_mm(digits), digits, Weight.BOLD, Align.CENTRE)
    caption_top = bars_top - 1.5 - cap_mm(CAPTION)
    page.text("SSCC", inner.left, caption_top, CAPTION)
    top = caption_top - 1.5
    page.rule(inner.left, top, inner.right, top)
    return top


def _order_block(page: Page, label: ParcelLabel, inner: Box, bottom_mm: float) -> float:
    digits = 15.0
    text_top = bottom_mm - 2.0 - cap_mm(digits)
    bars_top = text_top - 1.5 - ORDER_HEIGHT_MM
    page.symbol(code128(label.order_number), Box(0, bars_top, page.box.width, ORDER_HEIGHT_MM), page.grid.code_x_dots)
    page.text("ORDER", inner.left, text_top + cap_mm(digits) - cap_mm(CAPTION), CAPTION)
    page.fitted(
        label.order_number,
        Box(inner.left + 12, text_top, inner.width - 24, 5),
        (digits, 6),
        Weight.BOLD,
        Align.CENTRE,
        what="the order number",
    )
    top = bars_top - 2.0
    page.rule(inner.left, top, inner.right, top)
    return top


def _facts_band(page: Page, label: ParcelLabel, band: Box) -> None:
    """The route, or the parcel's number where no route is known, largest; the weight beside it."""
    split = band.left + band.width * 0.56
    page.rule(split, band.top, split, band.bottom)
    large = Box(band.left, band.top + 2, split - band.left - 2, band.height - 4)
    small = Box(split + 2.5, band.top + 2, band.right - split - 2.5, band.height - 4)
    weight = ("WEIGHT (assumed)" if label.weight_assumed else "WEIGHT", _kilograms(label.weight_grams))
    parcel = ("PARCEL", _parcel_number(label))
    if label.route:
        _fact(page, large, 26, "ROUTE", label.route)
        _fact(page, Box(small.left, small.top, small.width, 8.4), 13, *parcel)
        _fact(page, Box(small.left, small.top + 8.4, small.width, 8.4), 13, *weight)
    else:
        _fact(page, large, 24, *parcel)
        _fact(page, small, 24, *weight)


def _fact(page: Page, box: Box, most: float, title: str, value: str) -> None:
    """A small title with its value below, in `most` points or what fits."""
    page.text(title, box.left, box.top, CAPTION)
    below = Box(box.left, box.top + 3.4, box.width, box.height - 3.4)
    page.block((value,), below, (most, min(most, 15), 7), Weight.BOLD, what=f"the {title.lower()}")


def _from_block(page: Page, label: ParcelLabel, box: Box) -> None:
    split = box.left + box.width * 0.56
    lines = drawable_lines(label.sender, sent_from=label.recipient.country)
    page.text("FROM", box.left, box.top, CAPTION)
    below = Box(box.left, box.top + 3.4, split - box.left - 2, box.height - 4.4)
    page.block(lines, below, (9, 7, 5), what="the sender's address")
    carrier = Box(split, box.top, box.right - split, 10)
    shown = page.block((label.carrier,), carrier, (20, 12, 8), Weight.BOLD, what="the carrier's name")
    service = Box(split, carrier.top + shown.height_mm + 1, carrier.width, box.height - shown.height_mm - 2)
    page.block((label.service,), service, (13, 10, 7), what="the service's name")


def _to_block(page: Page, label: ParcelLabel, box: Box) -> None:
    lines = drawable_lines(label.recipient, sent_from=label.sender.country)
    page.text("TO", box.left, box.top + 0.5, CAPTION)
    beside = Box(box.left + 9, box.top + 0.5, box.width - 9, box.height - 1.5)
    page.block(lines, beside, (18, 11, 7), Weight.BOLD, what="the recipient's address")


def drawable_lines(address: Address, *, sent_from: str) -> tuple[str, ...]:
    """The address's lines, or those of its Latin form where no font here draws the local ones."""
    lines = address_lines(address, sent_from=sent_from)
    try:
        for line in lines:
            printable(line)
    except MissingGlyph:
        if address.latin is None:
            raise
        return drawable_lines(address.latin, sent_from=sent_from)
    return lines


def _parcel_number(label: ParcelLabel) -> str:
    if label.parcels_in_order is None:
        return str(label.parcel_number)
    return f"{label.parcel_number} of {label.parcels_in_order}"


def _kilograms(grams: int) -> str:
    thousandths = f"{grams % 1000:03d}"
    return f"{grams // 1000}.{thousandths.removesuffix('0')} kg"
