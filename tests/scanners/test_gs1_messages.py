"""Whole messages: of any right elements, in any symbol, drawn and read by a library that others wrote."""

import random

import pytest
import zxingcpp
from zxingcpp import BarcodeFormat

from scanners.gs1 import read_elements
from scanners.gs1_dictionary import define
from scanners.gs1_values import check_digit
from scanners.parse import parse
from scanners.profile import ScannerProfile
from scanners.scan import GS, HARMLESS, Scan, Symbology
from tests.scanners.test_gs1_contents import CASES

PROFILE = ScannerProfile("keys", kind="wedge")
CSET82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
KEYS = {"00": 18, "01": 14, "410": 13, "414": 13, "402": 17, "8017": 18}
TEXTS = {"10": 20, "21": 20, "22": 20, "240": 30, "400": 30, "91": 90, "99": 90, "8002": 20}
FIXED = {"11": "261200", "17": "270228", "20": "05", "3103": "001250", "3922": "0299", "30": "12", "7001": "1" * 13}


def a_value(ai: str, dice: random.Random) -> str:
    if ai in KEYS:
        body = "".join(dice.choices("0123456789", k=KEYS[ai] - 1))
        return f"{body}{check_digit(body)}"
    if ai in TEXTS:
        return "".join(dice.choices(CSET82, k=dice.randint(1, TEXTS[ai])))
    return FIXED.get(ai) or dice.choice(CASES[ai][0].split())


@pytest.mark.parametrize("seed", range(20))
def test_any_right_elements_in_any_order_are_read_as_they_were_written(seed):
    dice = random.Random(seed)
    for _ in range(50):
        elements = [(ai, a_value(ai, dice)) for ai in dice.sample([*KEYS, *TEXTS, *FIXED, *CASES], dice.randint(1, 9))]
        message = ""
        for ai, value in elements:
            message += f"{ai}{value}" + ("" if define(ai).ends_by_itself and dice.random() < 0.9 else GS)
        read = read_elements(message.removesuffix(GS) if dice.random() < 0.5 else message)
        assert list(read.elements) == elements
        company = {"companion", "exclusive", *HARMLESS}
        assert [problem for problem in read.problems if problem.code not in company] == []


@pytest.mark.parametrize(
    ("format", "symbology"),
    [
        (BarcodeFormat.Code128, Symbology.GS1_128),
        (BarcodeFormat.DataMatrix, Symbology.GS1_DATAMATRIX),
        (BarcodeFormat.QRCode, Symbology.GS1_QR),
        (BarcodeFormat.DataBarExp, Symbology.GS1_DATABAR),
        (BarcodeFormat.DataBarExpStk, Symbology.GS1_DATABAR),
    ],
)
@pytest.mark.parametrize("rest", ["", "(17)261231(10)LOT-7(21)S/1", "(10)A(3103)001250", "(21)x_?%&"])
def test_a_drawn_gs1_symbol_is_read_to_the_elements_that_it_was_drawn_from(format, symbology, rest):
    printed = f"(01)09506000134352{rest}"
    scan = scanned(zxingcpp.create_barcode(printed, format, gs1=True))
    assert (scan.symbology, scan.gtin) == (symbology, "09506000134352")
    assert "".join(f"({ai}){value}" for ai, value in scan.elements) == printed


@pytest.mark.parametrize(
    ("format", "text", "symbology", "gtin"),
    [
        (BarcodeFormat.EAN13, "9506000134352", Symbology.EAN13, "09506000134352"),
        (BarcodeFormat.UPCA, "042100005264", Symbology.EAN13, "00042100005264"),
        (BarcodeFormat.UPCE, "0425261", Symbology.EAN13, "00042100005264"),
        (BarcodeFormat.EAN8, "96385074", Symbology.EAN8, "00000096385074"),
        (BarcodeFormat.ITF, "19506000134359", Symbology.ITF, "19506000134359"),
        (BarcodeFormat.DataBarOmni, "09506000134352", Symbology.GS1_DATABAR, "09506000134352"),
        (BarcodeFormat.DataBarLtd, "09506000134352", Symbology.GS1_DATABAR, "09506000134352"),
        (BarcodeFormat.QRCode, "https://id.gs1.org/01/09506000134352", Symbology.QR, "09506000134352"),
        (BarcodeFormat.Code128, "ORD-2026-000123", Symbology.CODE128, None),
        (BarcodeFormat.Code39, "SHELF-7", Symbology.CODE39, None),
    ],
)
def test_a_drawn_symbol_is_read_to_its_number(format, text, symbology, gtin):
    scan = scanned(zxingcpp.create_barcode(text, format))
    assert (scan.symbology, scan.gtin) == (symbology, gtin)
    assert gtin or scan.text == text


def scanned(barcode) -> Scan:
    (read,) = zxingcpp.read_barcodes(zxingcpp.write_barcode_to_image(barcode, scale=4))
    scan = parse(read.symbology_identifier.encode() + read.bytes, PROFILE, "keys", 0.0)
    assert isinstance(scan, Scan), scan
    return scan
