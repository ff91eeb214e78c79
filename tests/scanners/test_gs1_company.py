"""Which elements may stand in one symbol, read as they are printed."""

import pytest

from scanners.gs1 import read_printed
from scanners.scan import Reason

GTIN = "(01)09506000134352"
CONTENT = "(02)09506000134352"
SSCC = "(00)095200000000000011"
ITIP = "(8006)095060001343520102"
GLN = "(414)9506000134352"


def company(text: str) -> set[tuple[Reason, str]]:
    codes = (Reason.COMPANION, Reason.EXCLUSIVE, Reason.ALONE)
    problems = read_printed(text).problems
    assert all(problem.code in codes for problem in problems), problems
    return {(problem.code, problem.ai) for problem in problems}


@pytest.mark.parametrize(
    "text",
    [
        GTIN,
        SSCC,
        f"{GTIN}(10)L(17)261231",
        f"{GTIN}(21)S(250)T",
        f"(21)S{ITIP}",
        f"{CONTENT}(37)12{SSCC}",
        f"(91)x{CONTENT}(92)y(37)12(93)z{SSCC}",
        f"{GTIN}(3922)0299(3103)000195",
        f"{GTIN}(3925)12599(30)123",
        f"{GTIN}(3103)000195(3203)000430",
        f"{GTIN}(10)L(7004)12",
        f"(8030)sig{SSCC}",
        f"(8030)sig{GTIN}(21)S",
        f"(8030)sig{ITIP}(21)S",
        "(8030)sig(8010)9506X(8011)1",
        f"{GTIN}(21)S(8040)123456789012345(8041)123456789012346",
        "(8030)sig(253)9506000134352X",
        "(8030)sig(8003)09506000134352X",
        f"{GLN}(254)dock",
        "(415)9506000134352(8020)ref(3900)12",
        "(8018)095200000000000011(7259)Ann(7258)1/2",
        f"{SSCC}(4300)Co(4302)Street(4303)Yard(4307)DE",
        "(91)x",
    ],
)
def test_fit_company(text):
    assert company(text) == set()


@pytest.mark.parametrize(
    ("text", "code", "ai"),
    [
        (f"{GTIN}(250)T", Reason.COMPANION, "250"),
        (f"{GTIN}(3925)12599", Reason.COMPANION, "3925"),
        (f"{CONTENT}(37)12", Reason.COMPANION, "37"),
        (f"{SSCC}(37)12", Reason.COMPANION, "37"),
        (f"{GTIN}(7004)12", Reason.COMPANION, "7004"),
        (f"{GTIN}(427)BY", Reason.COMPANION, "427"),
        (f"(8030)sig{GTIN}", Reason.COMPANION, "8030"),
        (f"(8030)sig{ITIP}", Reason.COMPANION, "8030"),
        ("(8030)sig", Reason.COMPANION, "8030"),
        (f"{GTIN}(8040)123456789012345", Reason.COMPANION, "8040"),
        (f"{GTIN}(21)S(8043)123456789012345678", Reason.COMPANION, "8043"),
        ("(8030)sig(8010)9506X", Reason.COMPANION, "8030"),
        ("(8030)sig(253)9506000134352", Reason.COMPANION, "253"),
        ("(8030)sig(255)9506000134352", Reason.COMPANION, "255"),
        ("(8030)sig(8003)09506000134352", Reason.COMPANION, "8003"),
        ("(8018)095200000000000011(7258)1/2", Reason.COMPANION, "7258"),
        (f"{GTIN}{CONTENT}", Reason.EXCLUSIVE, "02"),
        (f"{GTIN}(37)12", Reason.EXCLUSIVE, "01"),
        (f"{GTIN}(255)9506000134352", Reason.EXCLUSIVE, "01"),
        (f"{GTIN}{ITIP}", Reason.EXCLUSIVE, "8006"),
        (f"{GTIN}(21)S(235)T", Reason.EXCLUSIVE, "21"),
        (f"{GTIN}(3103)000195(3102)001950", Reason.EXCLUSIVE, "3103"),
        (f"{GTIN}(3370)000195(3372)019500", Reason.EXCLUSIVE, "3370"),
        (f"{GTIN}(3103)000195(3925)1(3935)9781", Reason.EXCLUSIVE, "3925"),
        ("(3940)1234(8111)9999", Reason.EXCLUSIVE, "3940"),
        ("(3955)123456(3929)123", Reason.EXCLUSIVE, "3955"),
        ("(420)D1(421)276D1", Reason.EXCLUSIVE, "420"),
        (f"{SSCC}(4330)000000(4331)000000", Reason.EXCLUSIVE, "4330"),
        ("(8017)095200000000000011(8018)095200000000000011", Reason.EXCLUSIVE, "8017"),
    ],
)
def test_unfit_company(text, code, ai):
    assert (code, ai) in company(text)


@pytest.mark.parametrize(
    "text", ["(10)L", "(21)S", "(17)261231", "(3103)000195", "(02)09506000134352", "(10)L(17)261231"]
)
def test_what_belongs_to_another_symbol_of_the_same_carton_is_told_and_no_fault(text):
    assert {code for code, _ in company(text)} == {Reason.ALONE}


def test_an_element_said_twice_alike_is_told_and_no_fault():
    problems = read_printed("(400)ABC(99)DEF(400)ABC").problems
    assert [(problem.code, problem.ai) for problem in problems] == [(Reason.REPEATED, "400")]
