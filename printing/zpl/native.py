"""A shipping label that the printer's own fonts and bar codes draw: the page's blocks, in ten times fewer bytes.

Decides where each field stands, and refuses what those fonts may not show whole: then the label goes as a bitmap. Every
ZPL printer is held to font 0 and the letters of code page 1252, nothing more.
"""

from __future__ import annotations

from printing.addresses import address_lines
from printing.documents import Media, ParcelLabel
from printing.raster import DOTS_PER_MM
from printing.symbols import QUIET_MODULES, SymbolError, code128

LEAST_WIDTH_MM, LEAST_HEIGHT_MM = 98.0, 145.0
MARGIN_MM = 5.0
SSCC_HEIGHT_MM = 32.0
SSCC_MODULES = 156
SSCC_X_DOTS = {203: 4, 300: 6, 600: 12}
ORDER_HEIGHT_MM = 14.0
ORDER_X_DOTS = {203: (3, 2), 300: (4, 3), 600: (8, 6)}
LEAST_TEXT_MM = 2.2
SPACING = 1.18

# Advances of font 0 in parts of its height, on the wide side: firmware and emulators differ by a few percent.
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[]-/ "), frozenset("MWmw@%&")
_ADVANCE = {"narrow": 0.36, "wide": 0.86, "other": 0.6}


class NotNative(Exception):
    """The printer's own fonts may not show this label whole."""


def native_label(label: ParcelLabel, media: Media, dots_per_inch: int) -> bytes:
    """One label, `^XA` to `^XZ`; raises NotNative, or DocumentError for an address that no post takes."""
    if label.contents or label.free_text or label.digital_link:
        raise NotNative("a block that only the page has")
    if media.width_mm < LEAST_WIDTH_MM or media.height_mm < LEAST_HEIGHT_MM:
        raise NotNative("paper too small")
    sheet = _Sheet(media, dots_per_inch)
    sscc_top = _sscc(sheet, label.sscc)
    order_top = _order(sheet, label.order_number, sscc_top)
    band_top = order_top - 19
    _band(sheet, label, band_top)
    _addresses(sheet, label, band_top)
    return sheet.zpl()


class _Sheet:
    """Gathers fields; places and sizes in millimetres from the top left corner, rounded to dots."""

    def __init__(self, media: Media, dots_per_inch: int) -> None:
        self.dots_per_inch = dots_per_inch
        self._dots = DOTS_PER_MM[dots_per_inch]
        self.width, self.height = media.width_mm, media.height_mm
        self.fields: list[str] = []

    def dots(self, millimetres: float) -> int:
        return round(millimetres * self._dots)

    def rule(self, top: float) -> None:
        wide = self.dots(self.width - 2 * MARGIN_MM)
        self.fields.append(f"^FO{self.dots(MARGIN_MM)},{self.dots(top)}^GB{wide},2,2^FS")

    def text(self, text: str, left: float, top: float, height: float) -> None:
        size = self.dots(height)
        self.fields.append(f"^FO{self.dots(left)},{self.dots(top)}^A0N,{size},{size}^FH^FD{escaped(text)}^FS")

    def block(self, lines: tuple[str, ...], left: float, top: float, room: tuple[float, float], most: float) -> None:
        """Lines at the largest size up to `most` that fits `room` (width, height); NotNative where none does."""
        width, height = room
        widest = max(text_width(line, 1.0) for line in lines)
        size = min(most, width / widest, height / len(lines) / SPACING)
        if size >= LEAST_TEXT_MM:
            for place, line in enumerate(lines):
                self.text(line, left, top + place * size * SPACING, size)
            return
        raise NotNative("a line too long")

    def bars(self, data: str, modules: int, x_dots: int, top: float, height: float) -> None:
        left = round((self.dots(self.width) - modules * x_dots) / 2)
        if left < QUIET_MODULES * x_dots:
            raise NotNative("a symbol too wide")
        tall = self.dots(height)
        self.fields.append(f"^FO{left},{self.dots(top)}^BY{x_dots},3,{tall}{data}^FS")

    def zpl(self) -> bytes:
        head = f"^XA^CI28^PW{self.dots(self.width)}^LL{self.dots(self.height)}^LH0,0^LS0"
        return f"{head}{''.join(self.fields)}^XZ\n".encode("ascii")


def _sscc(sheet: _Sheet, sscc: str) -> float:
    digits = 4.6
    top = sheet.height - MARGIN_MM - digits - 1.5 - SSCC_HEIGHT_MM
    tall, x_dots = sheet.dots(SSCC_HEIGHT_MM), SSCC_X_DOTS[sheet.dots_per_inch]
    # Start C and FNC1, then digit pairs: the printer has nothing to choose.
    sheet.bars(f"^BCN,{tall},N,N,N,N^FD>;>800{sscc}", SSCC_MODULES, x_dots, top, SSCC_HEIGHT_MM)
    shown = f"(00) {sscc}"
    sheet.text(shown, (sheet.width - text_width(shown, digits)) / 2, sheet.height - MARGIN_MM - digits, digits)
    sheet.text("SSCC", MARGIN_MM, top - 4.2, 2.6)
    sheet.rule(top - 5.4)
    return top - 5.4


def _order(sheet: _Sheet, number: str, bottom: float) -> float:
    if ">" in number:
        raise NotNative("a sign that ^BC takes for a command")
    digits = 4.4
    top = bottom - digits - 3.0 - ORDER_HEIGHT_MM
    try:
        modules, tall = code128(number).modules, sheet.dots(ORDER_HEIGHT_MM)
    except SymbolError as error:
        raise NotNative("an order number that no bars hold") from error
    room = sheet.dots(sheet.width)
    fitting = (x for x in ORDER_X_DOTS[sheet.dots_per_inch] if (modules + 2 * QUIET_MODULES) * x <= room)
    x_dots = next(fitting, 0)
    if not x_dots:
        raise NotNative("an order number too long")
    sheet.bars(f"^BCN,{tall},N,N,N,A^FH^FD{escaped(number)}", modules, x_dots, top, ORDER_HEIGHT_MM)
    sheet.text("ORDER", MARGIN_MM, bottom - digits - 1.2, 2.6)
    sheet.block((number,), MARGIN_MM + 12, bottom - digits - 1.2, (sheet.width - 2 * MARGIN_MM - 12, 6.0), digits)
    sheet.rule(top - 2.0)
    return top - 2.0


def _band(sheet: _Sheet, label: ParcelLabel, top: float) -> None:
    left, split = MARGIN_MM, sheet.width * 0.56
    of = f" of {label.parcels_in_order}" if label.parcels_in_order else ""
    weight = f"{label.weight_grams // 1000}.{label.weight_grams % 1000:03d}".removesuffix("0") + " kg"
    facts = [
        ("PARCEL", f"{label.parcel_number}{of}"),
        ("WEIGHT (assumed)" if label.weight_assumed else "WEIGHT", weight),
    ]
    if label.route:
        sheet.text("ROUTE", left, top + 2, 2.6)
        sheet.block((label.route,), left, top + 5.4, (split - left - 2, 12.0), 9.0)
        places = [(split + 2, top + 1.5, 4.4), (split + 2, top + 9.8, 4.4)]
    else:
        places = [(left, top + 2, 8.4), (split + 2, top + 2, 8.4)]
    for (title, value), (at, down, size) in zip(facts, places, strict=True):
        sheet.text(title, at, down, 2.6)
        sheet.block((value,), at, down + 3.2, (sheet.width - MARGIN_MM - at if at > left else split - left, 10.0), size)
    sheet.rule(top)


def _addresses(sheet: _Sheet, label: ParcelLabel, bottom: float) -> None:
    left, split, top = MARGIN_MM, sheet.width * 0.56, MARGIN_MM
    sheet.text("FROM", left, top, 2.6)
    sender = address_lines(label.sender, sent_from=label.recipient.country)
    sheet.block(sender, left, top + 3.4, (split - left - 2, 18.0), 3.2)
    sheet.block((label.carrier,), split, top, (sheet.width - MARGIN_MM - split, 9.0), 7.0)
    sheet.block((label.service,), split, top + 10, (sheet.width - MARGIN_MM - split, 8.0), 5.0)
    sheet.rule(top + 22)
    sheet.text("TO", left, top + 24, 2.6)
    recipient = address_lines(label.recipient, sent_from=label.sender.country)
    room = (sheet.width - 2 * MARGIN_MM - 9, bottom - top - 25)
    sheet.block(recipient, left + 9, top + 24, room, 6.4)


def text_width(text: str, height: float) -> float:
    """At most so wide is `text` in font 0, in the unit of `height`."""
    kinds = ("narrow" if sign in _NARROW else "wide" if sign in _WIDE else "other" for sign in text)
    return sum(_ADVANCE[kind] for kind in kinds) * height


def escaped(text: str) -> str:
    """`text` for `^FH^FD` under `^CI28`: UTF-8, with everything that ZPL reads for itself as hexadecimal."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError as error:
        raise NotNative("a letter that font 0 may not have") from error
    if not text.isprintable():
        raise NotNative("a control character")
    plain = (chr(byte) if 32 <= byte < 127 and chr(byte) not in "^~_\\" else f"_{byte:02X}" for byte in text.encode())
    return "".join(plain)
