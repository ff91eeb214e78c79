"""Which GS1 application identifiers have to come together, and which must not.

Decides whether the elements of one symbol are fit company (GS1 General Specifications 4.13 and 4.14; GS1 Barcode
Syntax Dictionary). The standard judges all symbols on an item as one; a read is one symbol. So an element whose whole
company is missing belongs to another symbol and is told as alone, while one with half its company here is at fault,
and so is a signature without what it signs.
Refuses to know what the values mean.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from scanners import wording
from scanners.scan import Element, Problem, Reason


class Company(NamedTuple):
    """Each clause of `needs` wants one of its groups, whole; `never` must not be here. All are beginnings of AIs."""

    needs: tuple[tuple[tuple[str, ...], ...], ...] = ()
    never: tuple[str, ...] = ()


_ITEM = "01 02 03 8006 8026"
_UNIT = "01 02 8006 8026"
_TRADE = "01 02"
_MEASURE = "30 31 32 35 36"
_PATIENT = "8017 8018"

# Identifiers (n: any digit) -> what they need (one of each clause; + is "with"), and what they must not meet.
_TABLE = {
    "01": ("", "255 37"),
    "02": ("37", "01 03"),
    "03": ("", "01 02 37"),
    "10 11 13 15 16": (_ITEM, ""),
    "12": ("8020", ""),
    "17": (f"{_ITEM} 255", ""),
    "20 240 241 242 7001": (_UNIT, ""),
    "21": ("01 03 8006", "235"),
    "22 235 243 710 711 712 713 714 715 716 717 8001 8014 8200": ("01", ""),
    "250": ("01 8006; 21", ""),
    "251 7021 7240 8012": ("01 8006", ""),
    "254": ("414", ""),
    "255": ("", "01 02 415 8006 8020 8026"),
    "30 7002 7003 7005 7006 7007 7008 7009 7010 7011 703n 8005 8008": (_TRADE, ""),
    "310n 311n 312n 313n 314n 315n 316n 320n 321n 322n 323n 324n 325n 326n 327n 328n 329n": (_TRADE, "*"),
    "350n 351n 352n 356n 357n 360n 361n 364n 365n 366n": (_TRADE, "*"),
    "330n 331n 332n 333n 334n 335n 336n 340n 341n 342n 343n 344n 345n 346n 347n 348n 349n": ("00 01", "*"),
    "353n 354n 355n 362n 363n 367n 368n 369n": ("00 01", "*"),
    "337n": ("01", "*"),
    "37": ("00; 02 8026", ""),
    "390n": ("255 8020", "390 391 394 8111"),
    "391n": ("8020", "391"),
    "392n": (f"01; {_MEASURE}", "392 393"),
    "393n": (_MEASURE, "393"),
    "394n": ("255", "394 8111"),
    "395n": (_MEASURE, "392 393 395 8005"),
    "403 4300 4301 4302 4304 4305 4306 4307 4308 4309 4310 4311 4312 4314 4315 4316 4317 4318 4319": ("00", ""),
    "4320 4321 4322 4323 4324 4325 4326 7041": ("00", ""),
    "415": ("8020", ""),
    "420": ("", "421"),
    "421": ("", "4307"),
    "422": (_UNIT, "426"),
    "423 424 425": (_TRADE, "426"),
    "426": (_TRADE, ""),
    "427": (f"{_TRADE}; 422", ""),
    "4303": ("4302", ""),
    "4313": ("4312", ""),
    "4330": ("00", "4331"),
    "4331": ("00", "4330"),
    "4332": ("00", "4333"),
    "4333": ("00", "4332"),
    "7004": ("01; 10", ""),
    "7020": ("01 8006; 416", ""),
    "7022": ("7021", ""),
    "723n": ("01 8004", ""),
    "7241 7242 8019": (_PATIENT, ""),
    "7250": ("8018", "7251"),
    "7251": ("8018", "7250"),
    "7252 7257": ("8018", ""),
    "7253 7254 7255": (_PATIENT, "7256 7259"),
    "7256": (_PATIENT, ""),
    "7258": ("8018+7259", ""),
    "7259": ("8018", "7256"),
    "8006": ("", "01 37"),
    "8007 8020": ("415", ""),
    "8009": ("00 01", ""),
    "8011": ("8010", ""),
    "8017": ("", "8018"),
    "8018": ("", "8017"),
    "8026": ("37", "02 8006"),
    "8030": ("00 01+21 253 255 8003 8004 8006+21 8010+8011 8017 8018", ""),
    "8040": ("01+21", ""),
    "8041 8042 8043": ("01+21+8040", ""),
    "8111": ("255", ""),
}
_SIGNATURE = "8030"
# It signs one thing, not its kind: these have to be longer than their number without a serial.
_SIGNED = {"253": 13, "255": 13, "8003": 14}


def judge_company(elements: Sequence[Element]) -> tuple[Problem, ...]:
    """What is wrong with these elements being in one symbol, and which belong to another one."""
    found = _judged(tuple(element.ai for element in elements))
    here = {element.ai: element.value for element in elements}
    if _SIGNATURE in here:
        unsigned = (key for key, length in _SIGNED.items() if len(here.get(key, "")) == length)
        found += tuple(Problem(Reason.COMPANION, key, wording.serial_missing(key)) for key in unsigned)
    return found


@lru_cache(maxsize=512)
def _judged(here: tuple[str, ...]) -> tuple[Problem, ...]:
    """The same for the identifiers alone: a site meets the same few sets of them all day."""
    return tuple(problem for ai in dict.fromkeys(here) for problem in _unfit(ai, here))


def _unfit(ai: str, here: Sequence[str]) -> Iterator[Problem]:
    company = _company(ai)
    for unfit in company.never:
        if met := next((other for other in here if other.startswith(unfit) and other != ai), None):
            yield Problem(Reason.EXCLUSIVE, ai, wording.exclusive(ai, met))
    missing = [clause for clause in company.needs if not any(_are_here(group, here) for group in clause)]
    if missing:
        wanted = ["+".join(group) for group in missing[0]]
        parts = (part for clause in company.needs for group in clause for part in group)
        if ai == _SIGNATURE or any(_is_here(part, here) for part in parts):
            yield Problem(Reason.COMPANION, ai, wording.companion_missing(ai, wanted))
        else:
            yield Problem(Reason.ALONE, ai, wording.alone(ai, wanted))


def _are_here(group: Iterable[str], here: Iterable[str]) -> bool:
    return all(_is_here(wanted, here) for wanted in group)


def _is_here(wanted: str, here: Iterable[str]) -> bool:
    return any(ai.startswith(wanted) for ai in here)


def _company(ai: str) -> Company:
    for names, (needs, never) in _TABLE.items():
        if ai in names.split() or f"{ai[:-1]}n" in names.split():
            clauses = tuple(
                tuple(tuple(group.split("+")) for group in clause.split()) for clause in needs.split("; ") if clause
            )
            return Company(clauses, (ai[:3],) if never == "*" else tuple(never.split()))
    return Company()
