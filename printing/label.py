"""The shipping label: what stands where on 4x6 in, 100x150 mm, A6 or A5, or in the corner of an office sheet.

Laid out by the GS1 Logistic Label Guideline: free text on top, then the order's code, the SSCC lowest with nothing but
its own digits below. Read at arm's length: the consignee, the route and the parcel number are the largest.
"""

from __future__ import annotations

from dataclasses import dataclass

from printing.codes import carried, squares_dots
from printing.consignee import Consignee, consignee
from printing.documents import DATA_TITLES, Media, ParcelLabel
from printing.fonts import Weight
from printing.page import Box, Page
from printing.paragraph import Align, DoesNotFit, Paragraph, cap_mm, fitted_lines, number_lines
from printing.symbols import Matrix, Symbol, digital_link, gs1_128, sscc

MARGIN_MM = 5.0
SSCC_HEIGHT_MM = 32.0
CAPTION = 7.0
LEAST_ADDRESS = 7.0  # points; a name in smaller bold type is not read at arm's length
ORDER_DIGITS = 15.0
CONTENTS_DIGITS = 11.0
ROOMY_MM = 200.0  # from this height on (A5) a label is read from further away, or holds more
LOGO_MM = (24.0, 14.0)
QR_MM = 24.0
FREE_TEXT_MM = 8.0
CONTENTS_TEXT_MM = 9.0
A6_MM = (105.0, 148.0)
SHEET_MARGIN_MM = 8.0


@dataclass(frozen=True, slots=True)
class Heights:
    """Heights in millimetres and type sizes in points of a label's blocks."""

    origin: float
    band: float
    order: float
    sscc: float
    digits: float
    most: float


ROOMY = Heights(32.0, 26.0, 20.0, 40.0, 16.0, 26.0)
USUAL = Heights(22.0, 19.0, 14.0, SSCC_HEIGHT_MM, 13.0, 18.0)
TIGHT = Heights(18.0, 15.0, 10.0, SSCC_HEIGHT_MM, 11.0, 18.0)


class Plan:
    """Where each block of a label begins, reckoned from its foot upwards; the recipient gets what is left."""

    __slots__ = ("band", "contents_top", "free_top", "heights", "inner", "order_top", "origin", "recipient", "sscc_top")

    def __init__(self, inner: Box, heights: Heights, label: ParcelLabel) -> None:
        self.inner = inner
        self.heights = heights
        caption = 1.5 + cap_mm(CAPTION) + 1.5
        self.sscc_top = inner.bottom - cap_mm(heights.digits) - 1.5 - heights.sscc - caption
        self.contents_top = self.sscc_top
        if label.contents:
            self.contents_top -= 2.0 + cap_mm(CONTENTS_DIGITS) + 1.5 + SSCC_HEIGHT_MM + 4.0 + CONTENTS_TEXT_MM
        self.order_top = self.contents_top - 2.0 - cap_mm(ORDER_DIGITS) - 1.5 - heights.order - 2.0
        self.band = Box(inner.left, self.order_top - heights.band, inner.width, heights.band)
        self.origin = Box(inner.left, inner.top, inner.width, heights.origin)
        self.free_top = self.band.top - (FREE_TEXT_MM if label.free_text.strip() else 0.0)
        top = self.origin.bottom + 2.0
        self.recipient = Box(inner.left, top, inner.width, self.free_top - top - 1.0)


@dataclass(frozen=True, slots=True)
class Placed:
    """Lines that were fitted to their place."""

    shown: Paragraph
    box: Box
    weight: Weight


def draw_label(page: Page, label: ParcelLabel) -> None:
    """Draws one shipping label; raises MissingGlyph, DoesNotFit or SymbolError."""
    if page.media in (Media.A4, Media.LETTER):
        corner = Box(SHEET_MARGIN_MM, SHEET_MARGIN_MM, *A6_MM)
        page.outline(corner, 0.1)  # to cut along
        page = page.within(corner)
    contents = _contents_symbol(page, label)
    code = digital_link(label.digital_link, (("00", label.sscc),)) if label.digital_link else None
    plan, address = _planned(page, label, code)
    _sscc_block(page, label, plan)
    if contents is not None:
        _contents_block(page, label, plan, contents)
    _order_block(page, label, plan)
    _facts_band(page, label, plan)
    _from_block(page, label, plan)
    _free_block(page, label, plan)
    _to_block(page, plan, code, address)
    for top in (plan.sscc_top, plan.order_top, plan.band.top, plan.origin.bottom):
        page.rule(plan.inner.left, top, plan.inner.right, top)


def _planned(page: Page, label: ParcelLabel, code: Matrix | None) -> tuple[Plan, list[Placed]]:
    """The first plan whose place for the address is large enough, and the address as it goes there."""
    inner = page.box.inset(MARGIN_MM, MARGIN_MM)
    best, last = (ROOMY, USUAL) if page.box.height > ROOMY_MM and not label.contents else (USUAL, TIGHT)
    plan = Plan(inner, best, label)
    try:
        return plan, _fitted_address(page, label, plan, code)
    except DoesNotFit:
        plan = Plan(inner, last, label)
        return plan, _fitted_address(page, label, plan, code)


def _fitted_address(page: Page, label: ParcelLabel, plan: Plan, code: Matrix | None) -> list[Placed]:
    box = Box(plan.recipient.left + 9, plan.recipient.top, plan.recipient.width - 9, plan.recipient.height)
    what = "the recipient's address"
    if code is not None:
        box = Box(box.left, box.top, box.width - page.matrix_side(code, QR_MM) - 1, box.height)
        what += " beside the QR code"
    address = consignee(label.recipient, sent_from=label.sender.country)
    sizes = (plan.heights.most, 11.0, LEAST_ADDRESS)
    if address.also:
        try:
            return _both_forms(box, address, sizes)
        except DoesNotFit:
            pass  # the second form is a kindness to whoever delivers; the first one alone may take all the room
    return [Placed(fitted_lines(address.lines, box.width, box.height, sizes, Weight.BOLD, what=what), box, Weight.BOLD)]


def _both_forms(box: Box, address: Consignee, sizes: tuple[float, float, float]) -> list[Placed]:
    """The form that the first post reads, and the local one beside it in lighter type."""
    share = box.width * 0.6
    first = fitted_lines(address.lines, share, box.height, sizes, Weight.BOLD, what="the address")
    beside = Box(box.left + share + 2, box.top, box.width - share - 2, box.height)
    lighter = (min(13.0, first.size), 9.0, LEAST_ADDRESS)
    second = fitted_lines(address.also, beside.width, beside.height, lighter, Weight.REGULAR, what="the local address")
    return [Placed(first, box, Weight.BOLD), Placed(second, beside, Weight.REGULAR)]


def _sscc_block(page: Page, label: ParcelLabel, plan: Plan) -> None:
    symbol = sscc(label.sscc)
    text_top = plan.inner.bottom - cap_mm(plan.heights.digits)
    bars = Box(0, text_top - 1.5 - plan.heights.sscc, page.box.width, plan.heights.sscc)
    page.symbol(symbol, bars, (page.grid.sscc_x_dots,))
    page.text(symbol.text, page.box.width / 2, text_top, plan.heights.digits, Weight.BOLD, Align.CENTRE)
    page.text("SSCC", plan.inner.left, plan.sscc_top + 1.5, CAPTION)


def _contents_symbol(page: Page, label: ParcelLabel) -> Symbol | None:
    """The second symbol; DoesNotFit on a smaller label, where neither its 32 mm nor its width have room."""
    if not label.contents:
        return None
    symbol = gs1_128(label.contents)
    needed = symbol.modules * page.grid.sscc_x_dots * page.grid.dot_mm
    if page.box.height < ROOMY_MM or needed > page.box.width - 2 * MARGIN_MM:
        raise DoesNotFit(f"a label of {page.media.value} has no room for the parcel's contents as bars: print it on a5")
    return symbol


def _contents_block(page: Page, label: ParcelLabel, plan: Plan, symbol: Symbol) -> None:
    """Further GS1 elements: as text with their data titles, and below it as bars of the SSCC's own X and height."""
    inner = plan.inner
    text_top = plan.sscc_top - 2.0 - cap_mm(CONTENTS_DIGITS)
    bars = Box(0, text_top - 1.5 - SSCC_HEIGHT_MM, page.box.width, SSCC_HEIGHT_MM)
    page.symbol(symbol, bars, (page.grid.sscc_x_dots,))
    below = Box(inner.left, text_top, inner.width, 4)
    page.fitted(symbol.text, below, (CONTENTS_DIGITS, 6), Weight.BOLD, Align.CENTRE, what="the digits of the contents")
    across = inner.width / len(label.contents)
    for place, (ai, value) in enumerate(label.contents):
        box = Box(inner.left + place * across, plan.contents_top + 2.0, across - 2, CONTENTS_TEXT_MM)
        _fact(page, box, 16, DATA_TITLES[ai], value)
    page.rule(inner.left, plan.contents_top, inner.right, plan.contents_top)


def _order_block(page: Page, label: ParcelLabel, plan: Plan) -> None:
    """The order's number as bars with its signs below; what no bar there holds as squares beside them, or alone."""
    inner, height = plan.inner, plan.heights.order
    whole = Box(inner.left, plan.order_top + 2.0, inner.width, height + 1.5 + cap_mm(ORDER_DIGITS))
    match carried(page, label.order_number, page.box.width, whole.height, page.grid.code_x_dots):
        case Symbol() as symbol:
            bars = Box(0, whole.top, page.box.width, height)
            page.symbol(symbol, bars, page.grid.code_x_dots)
            text_top = bars.bottom + 1.5
            page.text("ORDER", inner.left, text_top + cap_mm(ORDER_DIGITS) - cap_mm(CAPTION), CAPTION)
            below = Box(inner.left + 12, text_top, inner.width - 24, cap_mm(ORDER_DIGITS) + 0.5)
            shown = number_lines(label.order_number, below.width, below.height, (ORDER_DIGITS, 6, 5), Weight.BOLD)
            page.paragraph(shown, below, Weight.BOLD, Align.CENTRE)
        case found:
            left = whole.left
            if found is not None:
                dots = squares_dots(page.grid)
                side = page.matrix_side(found, whole.height, dots)
                page.matrix(found, Box(left, whole.top, side, side), dots)
                left += side + 2
            page.text("ORDER", left, whole.top, CAPTION)
            below = Box(left, whole.top + 3.4, whole.right - left, whole.height - 3.4)
            shown = number_lines(label.order_number, below.width, below.height, (ORDER_DIGITS, 9, 5), Weight.BOLD)
            page.paragraph(shown, below, Weight.BOLD, Align.LEFT)


def _facts_band(page: Page, label: ParcelLabel, plan: Plan) -> None:
    """The route, or the parcel's number where no route is known, largest; the weight beside it."""
    band = plan.band
    split = band.left + band.width * 0.56
    page.rule(split, band.top, split, band.bottom)
    large = Box(band.left, band.top + 2, split - band.left - 2, band.height - 4)
    small = Box(split + 2.5, band.top + 2, band.right - split - 2.5, band.height - 4)
    weight = ("WEIGHT (assumed)" if label.weight_assumed else "WEIGHT", _kilograms(label.weight_grams))
    parcel = ("PARCEL", parcel_of(label.parcel_number, label.parcels_in_order))
    if label.route:
        half = (band.height - 2.2) / 2
        _fact(page, large, plan.heights.most + 8, "ROUTE", label.route)
        _fact(page, Box(small.left, small.top, small.width, half), plan.heights.most - 5, *parcel)
        _fact(page, Box(small.left, small.top + half, small.width, half), plan.heights.most - 5, *weight)
    else:
        _fact(page, large, plan.heights.most + 6, *parcel)
        _fact(page, small, plan.heights.most + 6, *weight)


def _fact(page: Page, box: Box, most: float, title: str, value: str) -> None:
    """A small title with its value below, in `most` points or what fits."""
    page.text(title, box.left, box.top, CAPTION)
    below = Box(box.left, box.top + 3.4, box.width, box.height - 3.4)
    page.block((value,), below, (most, min(most, 15), 7), Weight.BOLD, what=f"the {title.lower()}")


def _from_block(page: Page, label: ParcelLabel, plan: Plan) -> None:
    box, larger = plan.origin, plan.heights.most / USUAL.most
    split = box.left + box.width * 0.56
    left = box.left
    if shown := page.logo(Box(box.left, box.top, *LOGO_MM)):
        left = shown.right + 2
    sender = consignee(label.sender, sent_from=label.recipient.country)
    page.text("FROM", left, box.top, CAPTION)
    below = Box(left, box.top + 3.4, split - left - 2, box.height - 4.4)
    page.block(sender.lines, below, (9 * larger, 7, 5), what="the sender's address")
    carrier = Box(split, box.top, box.right - split, 10 * larger)
    name = page.block((label.carrier,), carrier, (20 * larger, 12, 8), Weight.BOLD, what="the carrier's name")
    service = Box(split, carrier.top + name.height_mm + 1, carrier.width, box.height - name.height_mm - 2)
    page.block((label.service,), service, (13 * larger, 10, 7), what="the service's name")


def _free_block(page: Page, label: ParcelLabel, plan: Plan) -> None:
    """The site's own words, in a strip above the facts."""
    if not label.free_text.strip():
        return
    inner = plan.inner
    page.rule(inner.left, plan.free_top, inner.right, plan.free_top)
    lines = tuple(line for line in label.free_text.splitlines() if line.strip())
    box = Box(inner.left, plan.free_top + 1.5, inner.width, FREE_TEXT_MM - 2)
    page.block(lines, box, (11, 8, 6), what="the free text")


def _to_block(page: Page, plan: Plan, code: Matrix | None, address: list[Placed]) -> None:
    page.text("TO", plan.recipient.left, plan.recipient.top, CAPTION)
    for placed in address:
        page.paragraph(placed.shown, placed.box, placed.weight)
    if code is not None:
        side = page.matrix_side(code, QR_MM)
        page.matrix(code, Box(plan.inner.right - side, plan.recipient.top - 1.5, side, side))


def parcel_of(number: int, of: int | None) -> str:
    """The parcel's number, with "of m" only where m is known."""
    return str(number) if of is None else f"{number} of {of}"


def _kilograms(grams: int) -> str:
    thousandths = f"{grams % 1000:03d}"
    return f"{grams // 1000}.{thousandths.removesuffix('0')} kg"
