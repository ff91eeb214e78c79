from __future__ import annotations

import datetime as dt
import subprocess
import sys

import msgspec
import pytest
from msgspec.structs import replace

from orders.countries import country_name
from printing.addresses import MOST_LINES, address_lines
from printing.documents import (
    Address,
    Document,
    DocumentError,
    LabelBatch,
    SlipLine,
    kind_of,
    subject_of,
)


def test_documents_the_spool_and_printers_load_no_drawing_library():
    code = (
        "import sys, printing.documents, printing.addresses, printing.spool, printing.printers;"
        "print(sorted({'reportlab', 'barcode', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_document_survives_the_journal(samples):
    documents = [
        samples.label(3),
        samples.slip(),
        samples.shelf(),
        samples.product,
        samples.badge,
        samples.commands,
        samples.batch(),
    ]
    for document in documents:
        encoded = msgspec.json.encode(document)
        assert msgspec.json.decode(encoded, type=Document) == document
    assert {kind_of(document) for document in documents} == {
        "label",
        "slip",
        "shelf",
        "product",
        "badge",
        "commands",
        "labels",
    }
    assert [subject_of(document) for document in documents[2:]] == [
        "A-01-01",
        "84879",
        "Zoë Márquez-O'Brien",
        "Packing bench",
        "Shelf labels, aisle A",
    ]


def test_a_label_with_a_wrong_sscc_weight_or_parcel_number_is_refused(samples):
    good = samples.label(3)
    for change, says in (
        ({"sscc": "395200000000000013"}, "SSCC of 18 digits"),
        ({"sscc": "3952"}, "SSCC of 18 digits"),
        ({"sscc": "39520000000000001²"}, "SSCC of 18 digits"),
        ({"weight_grams": 0}, "weigh the parcel again"),
        ({"parcel_number": 4}, "parcel number .* got 4 of 3"),
        ({"parcel_number": 0, "parcels_in_order": None}, "got 0:?$|got 0"),
        ({"order_number": ""}, "order number"),
    ):
        with pytest.raises(DocumentError, match=says):
            replace(good, **change)


def test_slips_batches_and_cards_refuse_what_makes_no_sense(samples):
    with pytest.raises(DocumentError, match="has no lines"):
        replace(samples.slip(), lines=())
    with pytest.raises(DocumentError, match="shipped of 0 or more, got -1"):
        SlipLine(sku="71053", description="White metal lantern", ordered=6, shipped=-1)
    with pytest.raises(DocumentError, match="has no labels"):
        LabelBatch(title="Aisle A", labels=())
    with pytest.raises(DocumentError, match="has no commands"):
        replace(samples.commands, commands=())


def test_a_slip_has_no_field_for_money(samples):
    fields = {*samples.slip().__struct_fields__, *samples.slip().lines[0].__struct_fields__}
    assert not {name for name in fields if any(word in name for word in ("price", "amount", "currency", "cost"))}
    assert isinstance(samples.slip().ordered_on, dt.date)


@pytest.mark.parametrize(
    ("address", "sent_from", "lines"),
    [
        (
            Address(
                name="Jane Q. Hartley",
                street=("Flat 4, 221B Baker Street",),
                city="London",
                postcode="NW1 6XE",
                country="GB",
            ),
            "GB",
            ("Jane Q. Hartley", "Flat 4, 221B Baker Street", "LONDON", "NW1 6XE"),
        ),
        (
            Address(
                company="Acme B.V.",
                street=("Dockweg 12",),
                city="Amsterdam",
                postcode="1041 AA",
                region="Noord-Holland",
                country="NL",
            ),
            "GB",
            ("Acme B.V.", "Dockweg 12", "1041 AA AMSTERDAM", "NETHERLANDS"),
        ),
        (
            Address(
                name="R. McAllister",
                street=("1200 Westlake Ave N",),
                city="Seattle",
                region="WA",
                postcode="98109",
                country="US",
            ),
            "GB",
            ("R. McAllister", "1200 Westlake Ave N", "SEATTLE WA 98109", "UNITED STATES"),
        ),
        (
            Address(
                name="Giulia Ferri", street=("Via Dante 9",), city="Milano", region="MI", postcode="20121", country="IT"
            ),
            "IT",
            ("Giulia Ferri", "Via Dante 9", "20121 MILANO MI"),
        ),
        (
            Address(
                name="  Tan  Wei Ming ",
                street=("10 Anson Road", " "),
                city="Singapore",
                region="Singapore",
                postcode="079903",
                country="SG",
            ),
            "MY",
            ("Tan Wei Ming", "10 Anson Road", "SINGAPORE 079903", "SINGAPORE"),
        ),
    ],
)
def test_address_lines_follow_the_country_of_destination(address, sent_from, lines):
    assert address_lines(address, sent_from=sent_from) == lines


def an_address(country: str, **parts) -> Address:
    return Address(
        **{"country": country, "name": "N. N.", "street": ("Street 1",), "postcode": "12345", "city": "Town", **parts}
    )


@pytest.mark.parametrize(
    ("address", "below_the_name"),
    [
        (an_address("DE"), ("Street 1", "12345 TOWN")),
        (an_address("BR", region="SP"), ("Street 1", "TOWN-SP", "12345")),
        (an_address("BR"), ("Street 1", "TOWN", "12345")),
        (an_address("MX", region="CDMX"), ("Street 1", "12345 TOWN, CDMX")),
        (an_address("MX"), ("Street 1", "12345 TOWN")),
        (an_address("TR", region="İzmir"), ("Street 1", "12345 TOWN/İZMİR")),
        (an_address("HU"), ("TOWN", "Street 1", "12345")),
        (an_address("IN", region="Delhi"), ("Street 1", "TOWN 12345", "DELHI")),
        (an_address("TH"), ("Street 1", "TOWN 12345")),
        (an_address("TH", region="Trat"), ("Street 1", "TOWN", "TRAT 12345")),
        (an_address("UA", region="Lviv oblast"), ("Street 1", "TOWN", "LVIV OBLAST", "12345")),
        (an_address("GR", city="Αθήνα"), ("Street 1", "12345 ΑΘΗΝΑ")),
        (an_address("JP", region="Osaka"), ("Street 1", "TOWN, OSAKA 12345")),
    ],
)
def test_each_country_writes_town_region_and_postcode_its_own_way(address, below_the_name):
    assert address_lines(address, sent_from=address.country) == ("N. N.", *below_the_name)
    assert address_lines(address, sent_from="CH")[-1] == country_name(address.country)


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (
            Address(
                name="見本 花子", company="見本社", street=("丸の内1-9-1", "12階"), city="千代田区", region="東京都",
                postcode="100-0005", country="JP",
            ),
            ("〒100-0005", "東京都千代田区丸の内1-9-1", "12階", "見本社", "見本 花子", "JAPAN"),
        ),
        (
            Address(name="样本", street=("示例路100号",), city="上海市", region="上海市", postcode="200001", country="CN"),  # noqa: E501
            ("200001", "上海市示例路100号", "样本", "CHINA"),
        ),
        (
            Address(name="견본", street=("세종대로 110",), city="중구", region="서울특별시", postcode="04524", country="KR"),  # noqa: E501
            ("서울특별시 중구 세종대로 110", "견본", "04524", "SOUTH KOREA"),
        ),
    ],
)  # fmt: skip
def test_east_asian_addresses_begin_with_the_largest_place(address, lines):
    assert address_lines(address, sent_from="GB") == lines
    assert address_lines(address, sent_from=address.country) == lines[:-1]


def test_eight_long_lines_stay_eight():
    line = "x" * 58
    address = an_address("DE", company=line, street=(f"{line} 1", f"{line} 2", f"{line} 3", f"{line} 4"))
    assert len(address_lines(address, sent_from="GB")) == 8


def test_an_address_never_has_more_than_six_lines_and_loses_no_word():
    address = Address(
        name="Siobhán Ní Dhomhnaill",
        company="An Siopa Leabhar",
        street=("Aonad 3", "Teach an Chuain", "14 Sráid na Trá"),
        city="Gaillimh",
        postcode="H91 E2K3",
        region="Co. na Gaillimhe",
        country="IE",
    )
    lines = address_lines(address, sent_from="GB")
    assert len(lines) == MOST_LINES
    assert lines[-1] == "IRELAND"
    assert "Teach an Chuain" in lines[2] and "14 Sráid na Trá" in lines[2]
    assert any("H91 E2K3" in line for line in lines)


def test_addresses_that_nobody_could_deliver_to_are_refused():
    with pytest.raises(DocumentError, match="two-letter country code"):
        Address(name="Jane", city="London", country="UK1")
    with pytest.raises(DocumentError, match="two-letter country code"):
        Address(name="Jane", city="London", country="gb")
    with pytest.raises(DocumentError, match="a name or a company"):
        Address(name=" ", city="London", country="GB")
    with pytest.raises(DocumentError, match="a city or a postcode"):
        Address(name="Jane", country="GB")
    with pytest.raises(DocumentError, match="ISO country code, got 'QQ'"):
        address_lines(Address(name="Jane", city="Nowhere", country="QQ"), sent_from="GB")


def test_where_there_is_no_town_or_no_postcode_a_street_is_enough():
    told = [
        Address(name="Wei", street=("1 Raffles Quay",), postcode="048583", country="SG"),
        Address(name="Mei", street=("5 Nathan Road",), region="Kowloon", country="HK"),
        Address(name="Rui", street=("Rua do Campo 7",), country="MO"),
    ]
    assert [address_lines(each, sent_from="GB")[1:] for each in told] == [
        ("1 Raffles Quay", "048583", "SINGAPORE"),
        ("5 Nathan Road", "KOWLOON", "HONG KONG"),
        ("Rua do Campo 7", "MACAO"),
    ]


def test_country_names_stand_in_capitals():
    assert country_name("CI") == "CÔTE D'IVOIRE"
    assert country_name("XK") == "KOSOVO"
    assert country_name("UK") is None
    names = [country_name(a + b) for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    known = [name for name in names if name]
    assert len(known) == 250  # ISO 3166-1 has 249; XK stands beside it by custom
    assert all(name == name.upper() and name.strip() == name for name in known)
