import pytest

from scanners.digital_link import read_link
from scanners.scan import Refusal

KEY = "01/09506000134352"


@pytest.mark.parametrize(
    ("address", "elements"),
    [
        (f"https://id.gs1.org/{KEY}", {"01": "09506000134352"}),
        (f"http://a:8080/{KEY}/22/V/10/L%2F1/21/S?17=261231&linkType=x#top", {
            "01": "09506000134352", "22": "V", "10": "L/1", "21": "S", "17": "261231"}),
        (f"https://a/{KEY}/235/T", {"01": "09506000134352", "235": "T"}),
        (f"https://a/{KEY}/10/414/21/5", {"01": "09506000134352", "10": "414", "21": "5"}),
        ("https://a/00/shop/00/095200000000000011", {"00": "095200000000000011"}),
        ("https://a/414/9506000134352/254/dock-4", {"414": "9506000134352", "254": "dock-4"}),
    ],
)  # fmt: skip
def test_a_gs1_web_address_gives_its_elements(address, elements):
    assert dict(read_link(address)) == elements


@pytest.mark.parametrize(
    "address",
    ["https://", "https://a", "https://a/", "https://a/01", "https://a/01/about", "https://shop.example/p?id=01",
     "https://a/blog/2026/11"],
)  # fmt: skip
def test_any_other_address_is_none_of_gs1s_business(address):
    assert read_link(address) == ()


@pytest.mark.parametrize(
    "address",
    [
        "https://a/01/09506000134351",
        "https://a/01/9506000134352",
        f"https://a/{KEY}^x",
        f"https://a/{KEY}%zz",
        f"https://$/{KEY}",
        f"https:///{KEY}",
        f"https://a/{KEY}/21/S/10/L",
        f"https://a/{KEY}/22/V/235/T",
        f"https://a/{KEY}/7040/1ABC",
        "https://a/00/095200000000000011/10/L",
        f"https://a/{KEY}?99=x&99=x",
        f"https://a/{KEY}/10/L?10=L",
        f"https://a/{KEY}?89=x",
        f"https://a/{KEY}?99=",
        f"https://a/{KEY}?99=a+b",
        f"https://a/{KEY}?99=%C3%A9",
        f"https://a/{KEY}?17=260230",
    ],
)
def test_a_gs1_address_with_anything_wrong_is_refused(address):
    with pytest.raises(Refusal):
        read_link(address)


def test_a_short_gtin_is_filled_up_only_where_the_profile_says_so():
    for short in ("9506000134352", "012345678905", "96385074"):
        with pytest.raises(Refusal):
            read_link(f"https://a/01/{short}")
        assert read_link(f"https://a/01/{short}", zero_suppressed_gtin=True) == (("01", short.zfill(14)),)
    with pytest.raises(Refusal):
        read_link("https://a/01/950600013435", zero_suppressed_gtin=True)
