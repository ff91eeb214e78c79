"""One example of every document, for whoever wants to see what a printer, a paper, a logo or a font makes of it.

The people and goods are nobody's; the SSCC's company prefix (952) is the one that GS1 keeps for examples.
"""

from __future__ import annotations

import datetime as dt

from orders.identifiers import sscc
from printing.documents import (
    Charge,
    Command,
    CommandCard,
    Document,
    Invoice,
    InvoiceLine,
    LabelBatch,
    Manifest,
    ManifestParcel,
    PackingSlip,
    ParcelLabel,
    PickList,
    PickListLine,
    ProductLabel,
    ReturnLine,
    ReturnSlip,
    ShelfLabel,
    SlipLine,
    TaxLine,
    ToteLabel,
    WorkerBadge,
)
from printing.media import Media
from printing.postal import Address

SENDER = Address(
    company="Specimen Goods Ltd", street=("Unit 7, Example Dock",), city="Felixstowe", postcode="IP11 3SU", country="GB"
)
# One consignee in each script that a label has to bear.
CONSIGNEES = {
    "latin": Address(
        name="Łukasz Żółć", street=("ul. Przykładowa 14/3",), postcode="00-950", city="Warszawa", country="PL"
    ),
    "cyrillic": Address(
        name="Мария Примерова", street=("ул. Образцова 25",), postcode="1142", city="София", country="BG"
    ),
    "greek": Address(name="Ελένη Υποδειγμάτου", street=("Οδός 56",), postcode="105 63", city="Αθήνα", country="GR"),
    "arabic": Address(
        name="مريم النموذجية",
        company="شركة المثال (ذ.م.م)",
        street=("شارع المثال 12، مبنى 3B",),
        city="دبي",
        country="AE",
    ),
    "hebrew": Address(
        name="דנה לדוגמה", street=("רחוב הדוגמה 12, דירה 4",), city="תל אביב", postcode="6433222", country="IL"
    ),
    "japanese": Address(
        name="見本 花子",
        street=("丸の内1-9-1",),
        city="千代田区",
        region="東京都",
        postcode="100-0005",
        country="JP",
        latin=Address(
            name="Hanako Mihon",
            street=("1-9-1 Marunouchi", "Chiyoda-ku"),
            city="Tokyo",
            postcode="100-0005",
            country="JP",
        ),
    ),
    "chinese": Address(
        name="样本先生", street=("示例路100号8楼",), city="黄浦区", region="上海市", postcode="200001", country="CN"
    ),
    "korean": Address(
        name="견본 민준",
        street=("예시대로 110, 5층",),
        city="중구",
        region="서울특별시",
        postcode="04524",
        country="KR",
    ),
    "thai": Address(
        name="ตัวอย่าง ใจดี", street=("99/1 ถนนน้ำผึ้ง แขวงคลองเตย",), city="กรุงเทพมหานคร", postcode="10110", country="TH"
    ),
    "devanagari": Address(
        name="श्री नमूना क्षत्रिय",
        street=("12/4 उदाहरण मार्ग",),
        city="नई दिल्ली",
        postcode="110001",
        region="दिल्ली",
        country="IN",
    ),
}
_ORDER = "SPECIMEN-0417"
_DAY = dt.date(2026, 11, 20)
_AT = dt.datetime(2026, 11, 20, 16, 30, tzinfo=dt.UTC)
_GOODS = (
    ("85123A", "Hanging heart, white", 1250),
    ("71053", "Lantern, white metal", 1790),
    ("22633", "Hand warmer", 490),
)


def specimens(script: str = "latin", language: str = "en") -> dict[str, tuple[Document, Media]]:
    """Every kind of document with its usual paper, for a consignee who writes in `script` (one of CONSIGNEES)."""
    consignee = CONSIGNEES[script]
    label = ParcelLabel(
        sender=SENDER, recipient=consignee, order_number=_ORDER, parcel_number=1, parcels_in_order=2,
        weight_grams=2340, carrier="Example Post", service="Tracked 24", route="DEPOT 07 / 16:30",
        sscc=sscc("9521234", 417),
    )  # fmt: skip
    shelf = ShelfLabel(location="A-03-12", walk_zone="Ambient 1", barcode="%LA0312K", check_digits="41")
    tote = ToteLabel(tote="T-0417", barcode="%TT0417K", remark="SINGLES")
    product = ProductLabel(sku="71053", description="Lantern, white metal", barcode="9521234000013")
    badge = WorkerBadge(name=consignee.name, role="Packer", barcode="%WSPECIM4")
    return {
        "label": (label, Media.LABEL_4X6),
        "slip": (_slip(consignee, language), Media.A4),
        "picklist": (_pick_list(language), Media.A4),
        "manifest": (_manifest(language), Media.A4),
        "invoice": (_invoice(consignee, language), Media.A4),
        "return": (_return_slip(consignee, language), Media.A4),
        "shelf": (shelf, Media.LABEL_100X50),
        "tote": (tote, Media.LABEL_100X50),
        "product": (product, Media.LABEL_100X50),
        "badge": (badge, Media.LABEL_100X50),
        "labels": (LabelBatch(title="Specimens", labels=(shelf, tote, product, badge)), Media.A4_2X4),
        "commands": (CommandCard(title="Specimen", commands=(Command(label="Seal", barcode="%CSEAL1"),)), Media.A4),
    }


def _slip(consignee: Address, language: str) -> PackingSlip:
    lines = tuple(SlipLine(sku=sku, description=name, ordered=3, shipped=2, back_ordered=1) for sku, name, _ in _GOODS)
    return PackingSlip(
        sender=SENDER, ship_to=consignee, order_number=_ORDER, ordered_on=_DAY, carrier="Example Post",
        service="Tracked 24", parcel_number=1, parcels_in_order=2, lines=lines, language=language,
    )  # fmt: skip


def _pick_list(language: str) -> PickList:
    lines = tuple(
        PickListLine(location=f"A-03-{place:02d}", sku=sku, description=name, pieces=place, barcode=f"%PL{place:03d}")
        for place, (sku, name, _) in enumerate(_GOODS, 1)
    )
    return PickList(
        number="PL-0417", barcode="%PPL0417", walk_zone="Ambient 1", printed_at=_AT, lines=lines, language=language
    )


def _manifest(language: str) -> Manifest:
    parcels = tuple(
        ManifestParcel(
            sscc=sscc("9521234", number), order_number=f"{_ORDER}-{number}", destination="00-950 WARSZAWA, PL",
            service="Tracked 24", weight_grams=1000 + number,
        )
        for number in range(1, 6)
    )  # fmt: skip
    return Manifest(
        number="M-0417", barcode="%MM0417", sender=SENDER, carrier="Example Post", closed_at=_AT, parcels=parcels,
        language=language,
    )  # fmt: skip


def _invoice(consignee: Address, language: str) -> Invoice:
    lines = tuple(
        InvoiceLine(
            sku=sku, description=name, pieces=2, unit_price_minor=price, tax_basis_points=2000, net_minor=2 * price
        )
        for sku, name, price in _GOODS
    )
    net = sum(line.net_minor for line in lines) + 490
    return Invoice(
        number="INV-0417", issued_on=_DAY, due_on=_DAY + dt.timedelta(days=14), delivered_on=_DAY, seller=SENDER,
        seller_tax_number="GB000000000", bill_to=consignee, order_number=_ORDER, currency="EUR", lines=lines,
        charges=(Charge(title="Carriage", net_minor=490),),
        taxes=(TaxLine(basis_points=2000, net_minor=net, tax_minor=net // 5),),
        net_minor=net, tax_minor=net // 5, gross_minor=net + net // 5, language=language,
    )  # fmt: skip


def _return_slip(consignee: Address, language: str) -> ReturnSlip:
    lines = tuple(ReturnLine(sku=sku, description=name, shipped=2) for sku, name, _ in _GOODS)
    return ReturnSlip(
        return_to=SENDER, customer=consignee, order_number=_ORDER, ordered_on=_DAY, return_number="R-0417",
        barcode="%RR0417", return_by=_DAY + dt.timedelta(days=30), lines=lines, language=language,
    )  # fmt: skip
