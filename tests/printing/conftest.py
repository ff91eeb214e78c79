"""Documents as a real morning brings them, and an eye (raster and decoder) that this project did not write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
import zxingcpp
from PIL import Image

from orders.identifiers import check_digit
from printing.documents import (
    Address,
    Command,
    CommandCard,
    LabelBatch,
    PackingSlip,
    ParcelLabel,
    ProductLabel,
    ShelfLabel,
    SlipLine,
    WorkerBadge,
)

LINEAR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.EAN13])
WAREHOUSE = Address(
    company="Brightwell Gifts Ltd",
    street=("Unit 7, Dockside Trading Estate",),
    city="Felixstowe",
    postcode="IP11 3SU",
    country="GB",
)
RECIPIENTS = (
    Address(
        name="Jane Q. Hartley", street=("Flat 4, 221B Baker Street",), city="London", postcode="NW1 6XE", country="GB"
    ),
    Address(
        name="Łukasz Wiśniewski",
        company="Księgarnia Pod Żółtą Łódką",
        street=("ul. Świętokrzyska 14/3",),
        postcode="00-050",
        city="Warszawa",
        country="PL",
    ),
    Address(name="Ayşe Gündoğdu", street=("Bağdat Cd. No: 112 D: 5",), postcode="34740", city="İstanbul", country="TR"),
    Address(name="Иван Петрович Соколов", street=("ул. Васил Левски 25",), postcode="1142", city="София", country="BG"),
    Address(name="Ελένη Παπαδοπούλου", street=("Ερμού 56",), postcode="105 63", city="Αθήνα", country="GR"),
    Address(
        name="Robert J. McAllister III",
        company="Pacific Northwest Outdoor Supply Co.",
        street=("1200 Westlake Avenue North", "Suite 1006"),
        city="Seattle",
        region="WA",
        postcode="98109",
        country="US",
    ),
    Address(
        name="Nguyễn Thị Thu Hằng", street=("27 Lê Thánh Tôn", "Phường Bến Nghé"), city="Hồ Chí Minh", country="VN"
    ),
    Address(
        name="山田 太郎",
        street=("千代田区丸の内1-9-1",),
        city="東京都",
        postcode="100-0005",
        country="JP",
        latin=Address(
            name="Taro Yamada",
            street=("1-9-1 Marunouchi", "Chiyoda-ku"),
            city="Tokyo",
            postcode="100-0005",
            country="JP",
        ),
    ),
    Address(
        name="Dr. Maximiliane-Theodora Freifrau von Hohenstein-Ravensburg",
        company="Internationale Gesellschaft für Wissenschaftlichen Gerätebau mbH & Co. KG",
        street=(
            "Gebäude 14, Eingang C, 3. Obergeschoss links",
            "Donaudampfschifffahrtsgesellschaftsstraße 128a-130c",
            "Hinterhof, Anlieferung nur über Tor 7",
        ),
        postcode="79098",
        city="Freiburg im Breisgau-Hochschwarzwald",
        country="DE",
    ),
)
ORDER_NUMBERS = (
    "536365",
    "ORD-2026-000123",
    "9912345678",
    "#1042",
    "SO/2026/11/00417-B",
    "99-0007",
    "WEB-20261121-AX77",
    "10",
)


def an_sscc(serial: int) -> str:
    body = f"3952000{serial:010d}"
    return body + check_digit(body)


def a_label(serial: int = 1) -> ParcelLabel:
    fixed = serial % 3 == 0
    return ParcelLabel(
        sender=WAREHOUSE,
        recipient=RECIPIENTS[serial % len(RECIPIENTS)],
        order_number=ORDER_NUMBERS[serial % len(ORDER_NUMBERS)],
        parcel_number=serial % 2 + 1,
        parcels_in_order=3 if fixed else None,
        weight_grams=[2340, 850, 12_505, 31_000][serial % 4],
        weight_assumed=serial % 4 == 1,
        carrier=["Royal Mail", "DPD", "GLS Europe", "UPS"][serial % 4],
        service=["Tracked 24", "Classic", "EuroBusinessParcel", "Worldwide Express Saver"][serial % 4],
        route=["IPS 07 / 16:30", "", "PL-WAW 22 / 18:00", ""][serial % 4],
        sscc=an_sscc(serial),
    )


_GOODS = (
    ("85123A", "White hanging heart T-light holder"),
    ("71053", "White metal lantern"),
    ("84406B", "Cream cupid hearts coat hanger"),
    ("22752", "Set 7 Babushka nesting boxes"),
    ("21730", "Glass star frosted T-light holder"),
    ("22633", "Hand warmer Union Jack"),
    (
        "84879",
        "Assorted colour bird ornament, hand painted in matt and gloss finishes, supplied in a printed card sleeve",
    ),
)


def a_slip(lines: int = 7, order_number: str = "ORD-2026-000123") -> PackingSlip:
    return PackingSlip(
        sender=WAREHOUSE,
        ship_to=RECIPIENTS[1],
        order_number=order_number,
        ordered_on=dt.date(2026, 11, 20),
        carrier="DPD",
        service="Classic",
        parcel_number=1,
        parcels_in_order=2,
        lines=tuple(
            SlipLine(
                sku=_GOODS[place % 7][0],
                description=_GOODS[place % 7][1],
                ordered=6 + place % 5,
                shipped=6 if place % 6 else 4 + place % 5,
                back_ordered=place % 5 if place % 6 else 2,
                remark="SUBSTITUTE for 22634" if place % 7 == 5 else "",
            )
            for place in range(lines)
        ),
        notes="Please ring the bell at the blue door.\nThe lanterns follow from another shelf on Monday.",
    )


def a_shelf(place: int = 0) -> ShelfLabel:
    return ShelfLabel(
        location=f"A-{place // 6 + 1:02d}-{place % 6 + 1:02d}",
        walk_zone="Ambient 1",
        barcode=f"%LA{place:05d}K",
        check_digits=f"{(place * 37 + 41) % 100:02d}",
        assumed=place % 2 == 1,
    )


def a_batch(labels: int = 13) -> LabelBatch:
    return LabelBatch(title="Shelf labels, aisle A", labels=tuple(a_shelf(place) for place in range(labels)))


PRODUCT = ProductLabel(sku="84879", description=_GOODS[6][1], barcode="5012345678900")
BADGE = WorkerBadge(name="Zoë Márquez-O'Brien", role="Packer, station 3", barcode="%WZOEM41T")
COMMANDS = CommandCard(
    title="Packing bench",
    commands=tuple(
        Command(label=label, barcode=f"%C{code}")
        for label, code in (
            ("Item missing", "MISS7"),
            ("Item damaged", "DMGD2"),
            ("New carton", "CART9"),
            ("Reprint label", "RPRT4"),
            ("Seal parcel", "SEAL1"),
            ("Park tote", "PARK8"),
            ("Undo last scan", "UNDO3"),
            ("Call supervisor", "CALL5"),
            ("Break", "BREK6"),
            ("Sign off", "SOFF0"),
            ("Weigh again", "WEIG2"),
        )
    ),
)


@dataclass(frozen=True)
class Samples:
    """Hands the sample makers to the tests, which cannot import one another."""

    label: Callable[..., ParcelLabel] = a_label
    slip: Callable[..., PackingSlip] = a_slip
    shelf: Callable[..., ShelfLabel] = a_shelf
    batch: Callable[..., LabelBatch] = a_batch
    sscc: Callable[[int], str] = an_sscc
    product: ProductLabel = PRODUCT
    badge: WorkerBadge = BADGE
    commands: CommandCard = COMMANDS
    warehouse: Address = WAREHOUSE
    recipients: tuple[Address, ...] = RECIPIENTS


def _burnt(page: pdfium.PdfPage, scale: float) -> Image.Image:
    # The page object's own render() would stretch the page to whole pixels, which no printer does.
    width, height = (round(points * scale) for points in page.get_size())
    bitmap = pdfium.PdfBitmap.new_native(width, height, pdfium_c.FPDFBitmap_Gray)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
    matrix = pdfium_c.FS_MATRIX(scale, 0, 0, scale, 0, 0)
    clip = pdfium_c.FS_RECTF(0, 0, width, height)
    pdfium_c.FPDF_RenderPageBitmapWithMatrix(bitmap, page, matrix, clip, pdfium_c.FPDF_ANNOT)
    return bitmap.to_pil().convert("L").point(lambda value: 255 * (value >= 128))


class Eye:
    """pdfium's raster and ZXing's decoder."""

    @staticmethod
    def pages(pdf: bytes, dpi: float = 203.2) -> list[Image.Image]:
        """Each page as a 1-bit head burns it (mode L, 0 or 255), with pixels of exactly 1/dpi inch."""
        with pdfium.PdfDocument(pdf) as document:
            return [_burnt(page, dpi / 72) for page in document]

    @staticmethod
    def codes(image: Image.Image) -> dict[str, str]:
        """Every linear symbol found: text as scanned (GS as FNC1) and its AIM identifier."""
        found = zxingcpp.read_barcodes(image, formats=LINEAR, text_mode=zxingcpp.TextMode.Plain)
        return {barcode.text: barcode.symbology_identifier for barcode in found}

    @staticmethod
    def texts(pdf: bytes) -> list[str]:
        with pdfium.PdfDocument(pdf) as document:
            return [page.get_textpage().get_text_bounded() for page in document]


@pytest.fixture(scope="session")
def samples() -> Samples:
    return Samples()


@pytest.fixture(scope="session")
def eye() -> Eye:
    return Eye()
