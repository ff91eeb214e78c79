"""Right and wrong messages of every application identifier, made from formats that a library of others publishes."""

import calendar
import random
import re
import string
from functools import cache
from typing import NamedTuple
from urllib.parse import quote

import pytest
from biip import ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

from scanners.gs1_values import check_digit
from scanners.parse import parse
from scanners.profile import ScannerProfile
from scanners.scan import ADMITTABLE, GS, HARMLESS, Reason, Scan, Unreadable
from tests.scanners.test_gs1_contents import CASES

Admitted = tuple[Reason, ...]
KEYS = ScannerProfile("keys", kind="wedge")
STRICT: Admitted = HARMLESS
# What belongs together is not the question here.
LONE: Admitted = (*HARMLESS, Reason.COMPANION, Reason.EXCLUSIVE)
ANY: Admitted = tuple(ADMITTABLE)

SYMBOLS = ("]C1", "]d2", "]Q3", "]J1", "]e0")
SIGNS = {
    "N": string.digits,
    "X": "!\"%&'()*+,-./:;<=>?_" + string.digits + string.ascii_letters,
    "Y": "#-/" + string.digits + string.ascii_uppercase,
    "Z": "-_" + string.digits + string.ascii_letters,
}
NO_SIGNS = {"N": "A-z /", "X": " #$@[\\]^`{|}~", "Y": "a_.% ", "Z": "+/.% "}

# How many digits a number with a check digit has, and what stands before it.
CHECKED = {
    **dict.fromkeys(("00", "8017", "8018"), (18, "")),
    **dict.fromkeys(("01", "02", "03", "8006", "8026"), (14, "")),
    **dict.fromkeys(("253", "255", *(f"41{n}" for n in range(8))), (13, "")),
    "402": (17, ""),
    "8003": (14, "0"),
}
DAYS = ("11", "12", "13", "15", "16", "17")
# The identifiers that ask the same as one whose right and wrong values are written down (n: any digit).
ALIKE = {
    "3910": "391n 393n",
    "401": "401 7023 8004",
    "422": "422 424 426",
    "423": "423 425",
    "4300": "4300 4301 4302 4303 4304 4305 4306 4310 4311 4312 4313 4314 4315 4316 4320 7253 7254 7256 7257 7259",
    "4307": "4307 4317",
    "4321": "4321 4322 4323",
    "4324": "4324 4325",
    "4326": "4326 7006",
    "4330": "4330 4331 4332 4333",
    "7030": "703n",
}
SAMPLES = {
    name.replace("n", digit): (right.split(), wrong.split())
    for ai, (right, wrong) in CASES.items()
    for name in ALIKE.get(ai, ai).split()
    for digit in (string.digits if "n" in name else "-")
}
SAMPLES["7007"] = (["260131", "260131260228"], ["260132", "260131260229", "2601312602"])


class Field(NamedTuple):
    """A stretch of a value as the General Specifications write it, and how many characters it may have."""

    letter: str
    lengths: range | tuple[int, ...]


@cache
def formats() -> dict[str, list[Field]]:
    """Each application identifier with the fields of its value; one that may be left out may have no characters."""
    found = {}
    for number in [f"{n:0{width}d}" for width in (2, 3, 4) for n in range(10**width)]:
        try:
            known = GS1ApplicationIdentifier.extract(number)
        except ParseError:
            continue
        if known.ai != number:
            continue
        written = known.format.partition("+")[2].replace("[N1..N2]", "[+N..2]")
        found[number] = [
            Field(letter, range(not optional, int(length) + 1) if ranged else (int(length), 0)[: 1 + bool(optional)])
            for optional, letter, ranged, length in re.findall(r"(\[\+?)?([NXYZ])(\.\.)?(\d+)", written)
        ]
    return found


def right_value(ai: str, dice: random.Random) -> str:
    if ai in CHECKED:
        length, first = CHECKED[ai]
        body = first + "".join(dice.choices(string.digits, k=length - 1 - len(first)))
        return f"{body}{check_digit(body)}" + tail(ai, dice)
    if ai in DAYS:
        year, month = dice.randrange(2000, 2040), dice.randrange(1, 13)
        return f"{year % 100:02}{month:02}{dice.randint(0, calendar.monthrange(year, month)[1]):02}"
    if ai in SAMPLES:
        return dice.choice(SAMPLES[ai][0])
    return "".join("".join(dice.choices(SIGNS[sign], k=dice.choice(lengths))) for sign, lengths in formats()[ai])


def tail(ai: str, dice: random.Random) -> str:
    if ai in ("8006", "8026"):
        total = dice.randint(1, 99)
        return f"{dice.randint(1, total):02}{total:02}"
    sign, lengths = formats()[ai][-1]
    return "".join(dice.choices(SIGNS[sign], k=dice.choice(lengths))) if 0 in lengths else ""


def longest(ai: str) -> int:
    return sum(max(field.lengths) for field in formats()[ai])


def wrong_values(ai: str, dice: random.Random) -> list[str]:
    """Values that this application identifier cannot have, for every reason there is."""
    right = right_value(ai, dice)
    sign, lengths = formats()[ai][0]
    place = dice.randrange(min(len(right), max(lengths)))
    spoilt = [right[:place] + dice.choice(NO_SIGNS[sign]) + right[place + 1 :]]
    if min(lengths) > 1:
        spoilt += [right[: dice.randrange(1, min(lengths))]]
    if ai not in SAMPLES and ai not in CHECKED and ai not in DAYS:
        spoilt += [right + "1" * (longest(ai) + 1 - len(right))]
    if ai in CHECKED:
        spoilt += wrong_check_digits(ai, right)
    if ai in DAYS:
        spoilt += [f"{right[:2]}{wrong}" for wrong in ("0010", "1310", "0230", "0431", "0632", "9901", "0000")]
    return spoilt + (SAMPLES[ai][1] if ai in SAMPLES else [])


def wrong_check_digits(ai: str, right: str) -> list[str]:
    at = CHECKED[ai][0] - 1
    return [f"{right[:at]}{digit}{right[at + 1 :]}" for digit in string.digits if digit != right[at]]


def message(elements: list[tuple[str, str]], dice: random.Random) -> str:
    text = ""
    for ai, value in elements:
        ends = ai[:2] in ("00", "01", "02", "03", "11", "12", "13", "15", "16", "17", "20", "41") or ai[0] == "3"
        ends &= ai not in ("30", "37") and not ai.startswith("39")
        text += f"{ai}{value}" + ("" if ends and dice.random() < 0.8 else GS)
    return text.removesuffix(GS) if dice.random() < 0.7 else text


def heard(frame: str, admits: Admitted = HARMLESS) -> Scan | Unreadable:
    return parse(frame.encode(), KEYS, "keys", 0.0, admits=admits)


def every_right_value(rounds: int) -> None:
    dice = random.Random(rounds)
    for ai in formats():
        if ai == "8030":
            continue
        for _ in range(rounds):
            value = right_value(ai, dice)
            scan = heard(dice.choice(SYMBOLS) + message([(ai, value)], dice), STRICT if ai != "37" else LONE)
            assert isinstance(scan, Scan), (ai, value, scan)
            assert scan.elements == ((ai, value),)


def test_every_right_value_of_every_identifier_is_read():
    assert len(formats()) == 541
    every_right_value(2)


@pytest.mark.long
def test_a_hundred_right_values_of_every_identifier_are_read():
    every_right_value(100)


def test_no_wrong_value_of_any_identifier_is_read():
    dice = random.Random(7)
    taken = []
    for ai in formats():
        for value in wrong_values(ai, dice):
            frame = f"{dice.choice(SYMBOLS)}99x{GS}{ai}{value}{GS}91y"
            if isinstance(heard(frame, LONE), Scan):
                taken.append((ai, value))
    assert taken == []


def test_no_wrong_check_digit_passes_whatever_the_profile_admits():
    dice = random.Random(11)
    for ai in CHECKED:
        for value in wrong_check_digits(ai, right_value(ai, dice)):
            for symbol in SYMBOLS:
                assert heard(f"{symbol}{ai}{value}", ANY).reason is Reason.CHECK_DIGIT


@pytest.mark.parametrize("seed", range(6))
def test_any_company_of_right_values_is_read_to_exactly_these(seed):
    dice = random.Random(seed)
    for _ in range(150):
        elements = [(ai, right_value(ai, dice)) for ai in dice.sample(sorted(formats()), dice.randint(2, 8))]
        scan = heard(dice.choice(SYMBOLS) + message(elements, dice), LONE)
        if isinstance(scan, Unreadable):
            assert {problem.code for problem in scan.problems} <= {Reason.COMPANION, Reason.EXCLUSIVE}, scan
        assert list(scan.elements) == elements


def test_one_wrong_value_refuses_its_whole_company():
    dice = random.Random(5)
    for _ in range(400):
        ais = dice.sample(sorted(formats()), dice.randint(2, 5))
        wrong = dice.choice(ais)
        spoilt = dice.choice(wrong_values(wrong, dice))
        elements = [(ai, spoilt if ai == wrong else right_value(ai, dice)) for ai in ais]
        text = "".join(f"{ai}{value}{GS}" for ai, value in elements)
        assert isinstance(heard(dice.choice(SYMBOLS) + text, LONE), Unreadable), elements


# Key -> the qualifiers that may follow it, in their order, as GS1 Digital Link has them.
PATHS = {
    "00": "", "253": "", "255": "", "401": "", "402": "", "8003": "", "8013": "", "01": "22 10 21", "414": "254",
    "415": "8020", "417": "7040", "8004": "7040", "8006": "22 10 21", "8010": "8011", "8017": "8019", "8018": "8019",
}  # fmt: skip


def address(pairs: list[tuple[str, str]], attributes: list[tuple[str, str]], dice: random.Random) -> str:
    def written(value: str) -> str:
        return "".join(c if c.isalnum() and dice.random() < 0.9 else f"%{ord(c):02{dice.choice('xX')}}" for c in value)

    scheme = dice.choice(("https", "http", "HTTPS", "HTTP"))
    host = dice.choice(("id.gs1.org", "a", "shop.example:8443", "192.0.2.1", "[2001:db8::1]"))
    stem = dice.choice(("", "/p", "/some/where.html", "/00/x", "/10/L"))
    path = "".join(f"/{ai}/{written(value)}" for ai, value in pairs)
    said = [f"{ai}={written(value)}" for ai, value in attributes] + dice.sample(
        ["linkType=gs1:pip", "only", "", "q=%2F"], 2
    )
    dice.shuffle(said)
    return f"{scheme}://{host}{stem}{path}{'?' + '&'.join(said) if said else ''}{dice.choice(('', '#', '#part'))}"


def link_parts(dice: random.Random) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    key = dice.choice(sorted(PATHS))
    qualifiers = [ai for ai in PATHS[key].split() if dice.random() < 0.6]
    attributes = dice.sample(("99", "3103", "17", "7011", "400", "4300", "98"), dice.randint(0, 3))
    path = [(ai, right_value(ai, dice)) for ai in (key, *qualifiers)]
    return path, [(ai, right_value(ai, dice)) for ai in attributes]


@pytest.mark.parametrize("symbol", ["", "]Q1", "]d1", "]J0"])
def test_any_right_address_is_read_to_exactly_its_elements(symbol):
    dice = random.Random(symbol)
    for _ in range(250):
        path, attributes = link_parts(dice)
        link = address(path, attributes, dice)
        scan = heard(symbol + link, LONE)
        assert isinstance(scan, Scan), (link, scan)
        assert dict(scan.elements) == dict(path + attributes)


def test_no_wrong_address_is_read():
    dice = random.Random(3)
    for _ in range(150):
        path, attributes = link_parts(dice)
        key, value = path[0]
        ways = [
            [*path, ("89", "X")],
            [*path, *path[1:]] if path[1:] else [*path, ("99", "X")],
            [(key, dice.choice(wrong_values(key, dice))), *path[1:]],
            [*path, ("17", "261231")],
        ]
        if len(path) > 2:
            ways.append([path[0], *reversed(path[1:])])
        for way in ways:
            link = address(way, attributes, dice)
            assert not read_to_elements(link), link
        for extra in (
            path[-1],
            ("21", "S"),
            ("8200", "x"),
            ("8040", "1" * 15),
            ("89", "x"),
            ("99", ""),
            ("17", "260230"),
        ):
            if extra[0] in dict(attributes):
                continue
            link = address(path, [*attributes, extra], dice)
            assert not read_to_elements(link), link
        assert not read_to_elements(f"https://a/{key}/{quote(value, safe='')}/"), value


def read_to_elements(link: str) -> bool:
    read = heard(f"]Q1{link}", LONE)
    return isinstance(read, Scan) and bool(read.elements)
