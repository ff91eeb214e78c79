"""The demo's own shop: products, shelves, stock, customers and some thirty orders, as the CSV files of an import.

Decides a small believable morning, the same every time but for the departures, which lie just ahead of now.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orders.identifiers import check_digit

SEED = 952
ORDERS = 30
# GS1's own prefix for demonstrations: no real company can be harmed by these numbers.
PREFIX = "952"

PRODUCTS = (
    ("LAN-100", "Storm lantern, zinc", 1180),
    ("LAN-110", "Storm lantern, black", 1180),
    ("LAN-WICK", "Lantern wicks, 10 pieces", 40),
    ("CAN-07B", "Beeswax candle, 7 cm", 160),
    ("CAN-15B", "Beeswax candle, 15 cm", 310),
    ("TIN-MINT", "Peppermint tin", 95),
    ("TIN-GING", "Ginger tin", 95),
    ("TEA-ASM", "Assam leaf tea, 250 g", 290),
    ("TEA-EAR", "Earl Grey leaf tea, 250 g", 290),
    ("JAR-05", "Storage jar, 0.5 l", 420),
    ("JAR-10", "Storage jar, 1 l", 640),
    ("JAR-RING", "Jar rings, 6 pieces", 35),
    ("MUG-BLU", "Enamel mug, blue", 210),
    ("MUG-WHT", "Enamel mug, white", 210),
    ("PAN-18", "Milk pan, 18 cm", 890),
    ("PAN-24", "Frying pan, 24 cm", 1420),
    ("KNI-PAR", "Paring knife", 80),
    ("BRD-OAK", "Oak board, 40 cm", 1350),
    ("TWL-LIN", "Linen tea towel", 120),
    ("SOAP-OL", "Olive soap, 200 g", 215),
    ("BRU-DSH", "Dish brush, beech", 110),
    ("HON-CLV", "Clover honey, 340 g", 560),
    ("HON-HEA", "Heather honey, 340 g", 560),
    ("OIL-RAP", "Rapeseed oil, 0.5 l", 930),
)
CUSTOMERS = (
    ("Ann Ashworth", "", "14 Tanner Row", "", "YO1 6JB", "York", "", "United Kingdom"),
    ("Bashir Khan", "Khan & Sons", "Unit 4", "221 Mill Lane", "LS2 7EW", "Leeds", "", "United Kingdom"),
    ("Caitlin O'Neill", "", "3 Harbour Terrace", "", "BT12 4GH", "Belfast", "", "United Kingdom"),
    ("Dafydd Rhys", "", "Ty Gwyn", "Heol y Bont", "LL55 1RN", "Caernarfon", "", "United Kingdom"),
    ("Élodie Gauthier", "", "8 rue des Lilas", "", "69003", "Lyon", "", "France"),
    ("Friedrich Müßig", "Lampenhaus Müßig", "Gartenstraße 11", "", "79098", "Freiburg", "", "Germany"),
    ("Grażyna Łukasik", "", "ul. Długa 5/12", "", "31-147", "Kraków", "", "Poland"),
    ("Hanna Virtanen", "", "Kauppakatu 20 A 3", "", "33210", "Tampere", "", "Finland"),
    ("Ian Fraser", "The Corner Shop", "61 Castle Street", "", "EH2 3AX", "Edinburgh", "", "United Kingdom"),
    ("Joanne Whitfield", "", "Flat 2, 9 Park View", "", "BS8 1TH", "Bristol", "", "United Kingdom"),
    ("Kees de Vries", "", "Keizersgracht 402", "", "1016 GC", "Amsterdam", "", "Netherlands"),
    (
        "Lucy Pemberton-Featherstonehaugh",
        "",
        "The Old Rectory",
        "Church Lane",
        "GL54 2AB",
        "Bourton",
        "",
        "United Kingdom",
    ),
)
SERVICES = (("Royal Mail", "Tracked 24"), ("Royal Mail", "Tracked 48"), ("DHL", "Europe"))
# Small goods come in cases of twelve, and one order is for more than two of them.
CASE, LIGHTEST_CASELESS_GRAMS = 12, 300
WHOLESALE_TURN, WHOLESALE_PIECES = 20, 27
_WAITS_MINUTES = (75, 180, 300)

Row = Mapping[str, object]


def gtin13(number: int) -> str:
    """A GTIN-13 under GS1's demonstration prefix."""
    body = f"{PREFIX}{number:09d}"
    return body + check_digit(body)


def gtin14_of_case(number: int) -> str:
    """The GTIN-14 of a case of that product: indicator 1, and a check digit of its own."""
    body = "1" + gtin13(number)[:-1]
    return body + check_digit(body)


def write(folder: Path, now: datetime) -> None:
    """Writes locations, products, stock, customers and orders as CSV, and the site as TOML, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(SEED)
    _save(folder / "locations.csv", _locations())
    _save(folder / "products.csv", _products())
    _save(folder / "stock.csv", _stock())
    _save(folder / "customers.csv", _customers())
    _save(folder / "orders.csv", _orders(chance, now))
    (folder / "site.toml").write_text(_site(now), encoding="utf-8")


def _shelf(place: int) -> tuple[str, str, int, int]:
    aisle, bay, level = "ABC"[place // 8], place % 8 // 2 + 1, place % 2 + 1
    return f"{aisle}-{bay:02d}-{level}", aisle, bay, level


def _locations() -> Iterable[Row]:
    for place in range(len(PRODUCTS)):
        code, aisle, bay, level = _shelf(place)
        yield {
            "code": code,
            "aisle": aisle,
            "side": "L" if bay % 2 else "R",
            "bay": bay,
            "level": level,
            "zone": aisle,
            # Aisles are walked like an ox ploughs: up one, down the next.
            "walk": (place // 8) * 100 + (bay if aisle != "B" else 9 - bay) * 10 + level,
            "use": "pick",
        }
    for code, use in (("DROP-1", "drop"), ("DOCK-1", "staging"), ("PROBLEM-1", "problem")):
        yield {"code": code, "aisle": "", "side": "", "bay": "", "level": "", "zone": "", "walk": 900, "use": use}


def _products() -> Iterable[Row]:
    for number, (sku, description, weight) in enumerate(PRODUCTS, 1):
        packs = f"CASE={CASE}={gtin14_of_case(number)}" if weight < LIGHTEST_CASELESS_GRAMS else ""
        yield {
            "sku": sku,
            "description": description,
            "barcode": gtin13(number),
            "weight_grams": weight,
            "packs": packs,
        }


def _stock() -> Iterable[Row]:
    for place, (sku, _, _) in enumerate(PRODUCTS):
        yield {"sku": sku, "location": _shelf(place)[0], "quantity": 160, "key": f"DELIVERY-1-{sku}"}


def _customers() -> Iterable[Row]:
    names = ("name", "company", "street", "street2", "postcode", "city", "region", "country")
    for number, values in enumerate(CUSTOMERS, 1):
        yield {"number": f"C{number:03d}", **dict(zip(names, values, strict=True)), "phone": ""}


def _orders(chance: random.Random, now: datetime) -> Iterable[Row]:
    for turn in range(ORDERS):
        customer = turn % len(CUSTOMERS)
        abroad = CUSTOMERS[customer][-1] != "United Kingdom"
        carrier, service = SERVICES[2] if abroad else SERVICES[turn % 2]
        # The last order comes from somebody whose address nobody has: it is held, and said to be.
        number = "C999" if turn == ORDERS - 1 else f"C{customer + 1:03d}"
        ordered_at = (now - timedelta(minutes=7 * (ORDERS - turn))).astimezone(UTC)
        picks = chance.sample(PRODUCTS, k=1 if turn % 3 == 0 else chance.randint(2, 5))
        for sku, description, weight in picks:
            quantity = chance.choice((1, 1, 1, 2, 2, 3, 6))
            if turn == WHOLESALE_TURN and weight < LIGHTEST_CASELESS_GRAMS:
                quantity = WHOLESALE_PIECES
            yield {
                "order": f"L{10400 + turn}",
                "sku": sku,
                "description": description,
                "quantity": quantity,
                "price": f"{chance.randint(200, 4000) / 100:.2f}",
                "currency": "GBP",
                "customer": number,
                "ordered_at": f"{ordered_at:%Y-%m-%dT%H:%M:%SZ}",
                "carrier": carrier,
                "service": service,
                "note": "Please leave with the neighbour" if turn == 4 else "",
            }


def _site(now: datetime) -> str:
    lines = [
        'name = "Lantern & Larder"',
        'time_zone = "UTC"',
        f'default_carrier = "{SERVICES[0][0]}"',
        f'default_service = "{SERVICES[0][1]}"',
        "",
        "[sender]",
        'name = "Lantern & Larder"',
        'lines = ["Unit 7, Canal Wharf"]',
        'postcode = "LS11 5DY"',
        'city = "Leeds"',
        'country_code = "GB"',
    ]
    for (carrier, service), wait in zip(SERVICES, _WAITS_MINUTES, strict=True):
        departs = now + timedelta(minutes=wait)
        promise, release = departs - timedelta(minutes=40), departs - timedelta(minutes=30)
        lines += [
            "",
            "[[cut_off]]",
            f'carrier = "{carrier}"',
            f'service = "{service}"',
            'weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]',
            f'promise = "{promise:%H:%M}"',
            f'last_release = "{release:%H:%M}"',
            f'departs = "{departs:%H:%M}"',
            "dock_minutes = 15",
        ]
    return "\n".join(lines) + "\n"


def _save(path: Path, rows: Iterable[Row]) -> None:
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
