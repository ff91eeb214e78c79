from base64 import urlsafe_b64encode

import pytest

from scanners.digital_link import read_link
from scanners.scan import HARMLESS, Reason

GTIN = "09506000134352"
KEY = f"01/{GTIN}"


def faults(address, **options):
    return [problem.code for problem in read_link(address, **options).problems if problem.code not in HARMLESS]


@pytest.mark.parametrize(
    ("address", "elements"),
    [
        (f"https://id.gs1.org/{KEY}", {"01": GTIN}),
        (f"http://a:8080/{KEY}/22/V/10/L%2F1/21/S?17=261231&linkType=x#top", {
            "01": GTIN, "22": "V", "10": "L/1", "21": "S", "17": "261231"}),
        (f"https://a/{KEY}/235/T", {"01": GTIN, "235": "T"}),
        (f"https://a/{KEY}/235/T?10=L", {"01": GTIN, "235": "T", "10": "L"}),
        (f"https://a/{KEY}/10/A+B", {"01": GTIN, "10": "A+B"}),
        (f"https://a/{KEY}/10/414/21/5", {"01": GTIN, "10": "414", "21": "5"}),
        (f"https://a/{KEY}?&&99=x&only&&98=y%2fz&", {"01": GTIN, "99": "x", "98": "y/z"}),
        (f"https://[2001:db8::1]/stem/{KEY}?", {"01": GTIN}),
        (f"https://a:/100%/{KEY}?off=20%&99=x#5%", {"01": GTIN, "99": "x"}),
        ("https://a/00/shop/00/095200000000000011", {"00": "095200000000000011"}),
        ("https://a/414/9506000134352/254/dock-4", {"414": "9506000134352", "254": "dock-4"}),
        ("https://a/8004/9506X?01=9506000134352", {"8004": "9506X", "01": GTIN}),
        (f"https://a/00/095200000000000011?02={GTIN}&37=25&10=L", {
            "00": "095200000000000011", "02": GTIN, "37": "25", "10": "L"}),
    ],
)  # fmt: skip
def test_a_gs1_web_address_gives_its_elements(address, elements):
    assert (dict(read_link(address).elements), faults(address)) == (elements, [])


@pytest.mark.parametrize(
    "address",
    ["https://a", "https://a/", "https://a/01", "https://a/01/about", "https://shop.example/p?id=01",
     "https://a/gtin/help", "https://a/gtin/09506000134351", "https://a/party/2026-new-year",
     "https://a/blog/2026/11", "https://a/2026/01/05/news", "https://shop.example/p/QrStUvWxYzAbCdEf"],
)  # fmt: skip
def test_any_other_address_is_told_to_name_no_key(address):
    read = read_link(address)
    assert (read.elements, [problem.code for problem in read.problems]) == ((), [Reason.NO_KEY])


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", Reason.DIGITAL_LINK),
        ("9506000134352", Reason.DIGITAL_LINK),
        (f"mailto:a/{KEY}", Reason.DIGITAL_LINK),
        (f"ftp://a/{KEY}", Reason.DIGITAL_LINK),
        (f"HtTp://a/{KEY}", Reason.DIGITAL_LINK),
        ("https://", Reason.DIGITAL_LINK),
        (f"https:///{KEY}", Reason.DIGITAL_LINK),
        (f"https://$/{KEY}", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}^x", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}%zz", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}/10/L%2", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}?99=5%", Reason.DIGITAL_LINK),
        (f"https://{KEY}", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}/", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}/123", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}/21/S/10/L", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}/22/V/235/T", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}/7040/1ABC", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}/89/X", Reason.DIGITAL_LINK),
        ("https://a/00/095200000000000011/10/L", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}?10=L", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}?8200=x", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}/21/S?8040=123456789012345", Reason.DIGITAL_LINK),
        (f"https://a/gtin/{GTIN}", Reason.DIGITAL_LINK),
        (f"https://a/p/gtin/{GTIN}/ser/S", Reason.DIGITAL_LINK),
        ("https://a/gtin/9506000134352", Reason.DIGITAL_LINK),
        ("https://a/sscc/095200000000000011", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}?99=x&99=x", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}/10/L?10=L", Reason.DIGITAL_LINK),
        (f"https://a/{KEY}/10/L?01={GTIN}", Reason.DIGITAL_LINK),
        ("https://a/01/09506000134351", Reason.CHECK_DIGIT),
        ("https://a/01/9506000134352", Reason.LENGTH),
        (f"https://a/{KEY}?89=x", Reason.UNKNOWN_AI),
        (f"https://a/{KEY}?99=", Reason.LENGTH),
        (f"https://a/{KEY}/22/A%00B", Reason.CHARACTER),
        (f"https://a/{KEY}?99=a+b", Reason.CHARACTER),
        (f"https://a/{KEY}?99=%C3%A9", Reason.CHARACTER),
        (f"https://a/{KEY}?17=260230", Reason.DATE),
        (f"https://a/{KEY}?37=5", Reason.EXCLUSIVE),
    ],
)
def test_a_gs1_address_with_anything_wrong_is_refused(address, code):
    assert code in faults(address)
    assert all(problem.words.endswith(".") for problem in read_link(address).problems)


def test_a_compressed_address_is_refused_in_words():
    compressed = urlsafe_b64encode(bytes([0x01]) + (int(GTIN) << 17).to_bytes(8, "big")).decode().rstrip("=")
    read = read_link(f"https://a/{compressed}")
    assert [problem.code for problem in read.problems] == [Reason.DIGITAL_LINK]
    assert "compressed" in read.problems[0].words


def test_a_short_gtin_is_filled_up_only_where_the_profile_says_so():
    for short in ("9506000134352", "012345678905", "96385074"):
        assert faults(f"https://a/01/{short}") == [Reason.LENGTH]
        read = read_link(f"https://a/01/{short}", zero_suppressed_gtin=True)
        assert (read.elements, read.problems) == ((("01", short.zfill(14)),), ())
    assert Reason.LENGTH not in faults("https://a/01/950600013435", zero_suppressed_gtin=True)
    assert faults("https://a/01/950600013435", zero_suppressed_gtin=True) == [Reason.CHECK_DIGIT]
