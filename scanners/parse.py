"""One frame -> `Scan`, or `Unreadable` with its reason.

Decides what a read holds: GS1 elements only where an AIM id promises them (or, of a parcel's label, the FNC1 in front
of it), a GTIN only where its check digit is right, text otherwise; and that any problem refuses the read unless whoever
asks admits that kind. Refuses to know what a text means, and which kind of work admits what.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from scanners import wording
from scanners.aim import AimId, Payload, split_aim
from scanners.framing import LIMIT_BYTES, Overlong
from scanners.gs1_values import check_digit, has_check_digit
from scanners.profile import STX, ScannerProfile
from scanners.scan import ADMITTABLE, GS, HARMLESS, Element, Problem, Reason, Scan, Symbology, Unreadable

if TYPE_CHECKING:
    from scanners.gs1 import Message

# The rules of GS1 are loaded by the first read that needs them: a site with EANs and its own codes never does.

_WEB = ("https://", "http://", "HTTPS://", "HTTP://")
_GTIN_LENGTHS = (8, 12, 13, 14)
_UPC_E_LENGTH = 8
_ECI_UTF_8 = "\\000026"  # in front of its text, where a scanner is set to tell it (ISO/IEC 15424)
_SSCC_ELEMENT = 20  # AI 00 and 18 digits
_COMPOSITE = "|]e0"
_PRINTED = re.compile(r"\s*\([0-9]")

# Problems of what a read says; with any other, it is not known what it says.
_OF_CONTENT = ADMITTABLE | {
    Reason.CHECK_DIGIT,
    Reason.DIGITAL_LINK,
    Reason.LENGTH,
    Reason.CHARACTER,
    Reason.NOT_ASCII,  # what a wrong keyboard layout makes looks so too, but is no number that is known anywhere
}
_GS1_ONLY = frozenset(
    {
        Symbology.EAN13,
        Symbology.EAN8,
        Symbology.ITF,
        Symbology.GS1_128,
        Symbology.GS1_DATABAR,
        Symbology.GS1_DATAMATRIX,
        Symbology.GS1_QR,
        Symbology.GS1_DOTCODE,
    }
)

_EAN_LENGTHS = {
    Payload.EAN13: ((13,), "13 digits"),
    Payload.EAN8: ((8,), "8 digits"),
    Payload.EAN13_ADD_ON: ((15, 18), "13 digits and 2 or 5 more"),
}


class _Content(NamedTuple):
    """What the data of a read says."""

    gtin: str | None = None
    elements: tuple[Element, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse(
    frame: bytes | str | Overlong,
    profile: ScannerProfile,
    source: str,
    at: float,
    *,
    keyed: bool = False,
    admits: Collection[str] = HARMLESS,
) -> Scan | Unreadable:
    """What one frame, burst or keyed entry says, or why it must not be used; never raises.

    `admits` are the kinds of problems that do not refuse it; a reader that hands on to a workflow admits all of
    ADMITTABLE, and leaves those to `admit`.

    `at` is seconds of a monotonic clock at arrival. `keyed` says that the text was typed; an AIM id in it says that
    a slow wedge typed it, and counts for more. AIM ids follow ISO/IEC 15424, elements the GS1 General
    Specifications, web addresses GS1 Digital Link.
    """
    return admit(read(frame, profile, source, at, keyed=keyed), admits)


def read(
    frame: bytes | str | Overlong, profile: ScannerProfile, source: str, at: float, *, keyed: bool = False
) -> Scan:
    """Everything that a frame says, with everything that is wrong with it; never raises."""
    raw = _as_text(frame.head if isinstance(frame, Overlong) else frame)
    if not raw.isascii() and (scan := _in_any_letters(frame, raw, profile, source, at, keyed=keyed)):
        return scan
    text = raw.removeprefix(STX).removeprefix(profile.prefix.removeprefix(STX)).removesuffix(profile.suffix)
    if isinstance(frame, Overlong) or len(raw) > LIMIT_BYTES:
        return Scan(raw, text, Symbology.UNKNOWN, source, at, keyed=keyed, problems=(_whole(Reason.TOO_LONG),))
    if problem := _unfit(raw, text):
        return Scan(raw, text, Symbology.UNKNOWN, source, at, keyed=keyed, problems=(problem,))
    if text.startswith("]") and profile.aim is not False:
        split = split_aim(text)
        if split is None:
            problem = Problem(Reason.AIM_UNKNOWN, "", wording.aim_unknown(text[:3]))
            return Scan(raw, text, Symbology.UNKNOWN, source, at, keyed=keyed, problems=(problem,))
        aim, text = split
        gtin, elements, problems = _promised(aim, text, profile)
        return Scan(raw, text, aim.symbology, source, at, elements, gtin, problems=problems)
    if profile.aim and not keyed:
        gtin, elements, problems = _faulty(Problem(Reason.AIM_MISSING, "", wording.aim_wanted()))
    else:
        gtin, elements, problems = _unpromised(text, profile, keyed=keyed)
    symbology = Symbology.KEYED if keyed else Symbology.UNKNOWN
    return Scan(raw, text, symbology, source, at, elements, gtin, keyed, problems)


def admit(scan: Scan, admitted: Collection[str]) -> Scan | Unreadable:
    """The same scan where all its problems are of admitted kinds; else the first other problem, as a refusal."""
    fault = next((problem for problem in scan.problems if problem.code not in admitted), None)
    if fault is None:
        return scan
    return Unreadable(
        _clipped(scan.raw),
        fault.code,
        fault.words,
        scan.source,
        scan.at_monotonic,
        scan.keyed,
        scan.text if fault.code in _OF_CONTENT and scan.symbology not in _GS1_ONLY else "",
        scan.elements,
        scan.problems,
    )


def cut_short(fragment: bytes | str, source: str, at: float, *, has_ended_before: bool = True) -> Unreadable:
    """What becomes of the beginning of a read whose end never came; `has_ended_before` is False where none ever did."""
    raw = _as_text(fragment)
    words = wording.cut_short(raw) if has_ended_before else wording.never_ended(raw)
    problem = Problem(Reason.CUT_SHORT, "", words)
    return Unreadable(_clipped(raw), problem.code, problem.words, source, at, problems=(problem,))


def garbled(frame: bytes, source: str, at: float) -> Unreadable:
    """What becomes of a read in which the line has damaged a byte."""
    problem = Problem(Reason.GARBLED, "", wording.garbled())
    return Unreadable(_clipped(_as_text(frame)), problem.code, problem.words, source, at, problems=(problem,))


def _promised(aim: AimId, text: str, profile: ScannerProfile) -> _Content:
    """What the data behind an AIM id says."""
    # A matrix symbol may hold nothing, and is then read rightly.
    if not text.strip() and aim.payload is not Payload.TEXT_OR_LINK:
        return _faulty(_whole(Reason.EMPTY))
    if aim.payload in _EAN_LENGTHS:
        return _ean(text, *_EAN_LENGTHS[aim.payload], profile)
    if aim.payload is Payload.ELEMENTS:
        return _told(_elements(text, profile))
    if not text.isprintable():
        return _faulty(Problem(Reason.CONTROL_CHARACTER, "", wording.control_character(text)))
    if aim.payload is Payload.ITF and len(text) == 14 and text.isdecimal():
        return _checked(text)
    if aim.payload is Payload.TEXT_OR_LINK and text.startswith(_WEB):
        return _link(text, profile)
    return _Content(_gtin(text))


def _unpromised(text: str, profile: ScannerProfile, *, keyed: bool) -> _Content:
    """What a read says whose symbology nobody told: bare digits are never GS1 elements."""
    if label := _behind_fnc1(text, profile):
        return _Content(elements=(label,))
    if GS in text:
        return _faulty(Problem(Reason.AIM_MISSING, "", wording.aim_lost()))
    if not text.isprintable():
        return _faulty(Problem(Reason.CONTROL_CHARACTER, "", wording.control_character(text)))
    if text.startswith(_WEB):
        return _link(text, profile)
    if keyed and _PRINTED.match(text):
        return _printed(text)
    if not text.isdecimal() or len(text) not in _GTIN_LENGTHS:
        return _Content()
    # GS1 gives 99 to coupons, so 99... is an order number that happens to have this length.
    if not profile.digits_are_gtins or text.startswith("99"):
        return _Content(_gtin(text))
    return _checked(text)


def _behind_fnc1(text: str, profile: ScannerProfile) -> Element | None:
    """The SSCC of a label whose scanner tells no AIM id, but sends the FNC1 in front: that too says that it is GS1."""
    digits = next((text.removeprefix(mark) for mark in (GS, *profile.separators) if text.startswith(mark)), "")
    is_label = len(digits) == _SSCC_ELEMENT and digits.isdecimal() and digits.startswith("00")
    return Element("00", digits[2:]) if is_label and has_check_digit(digits[2:]) else None


def _in_any_letters(
    frame: bytes | str | Overlong, raw: str, profile: ScannerProfile, source: str, at: float, *, keyed: bool
) -> Scan | None:
    """A read with letters beyond ASCII, in doubt unless a matrix symbol is told; None for bytes that are no UTF-8."""
    if isinstance(frame, Overlong) or len(frame) > LIMIT_BYTES or profile.aim is False:
        return None
    try:
        text = frame.decode() if isinstance(frame, bytes) else frame
    except UnicodeDecodeError:
        return None
    text = text.removeprefix(STX).removeprefix(profile.prefix.removeprefix(STX)).removesuffix(profile.suffix)
    if not text.isprintable():
        return None
    split = split_aim(text)
    if split is not None and split[0].payload is Payload.TEXT_OR_LINK:
        return Scan(raw, split[1].removeprefix(_ECI_UTF_8), split[0].symbology, source, at)
    doubt = Problem(Reason.NOT_ASCII, "", wording.not_ascii(raw))
    if profile.aim and not keyed:
        doubt = Problem(Reason.AIM_MISSING, "", wording.aim_wanted())
    return Scan(raw, text, Symbology.UNKNOWN, source, at, keyed=keyed, problems=(doubt,))


def _ean(text: str, lengths: tuple[int, ...], expected: str, profile: ScannerProfile) -> _Content:
    """An EAN/UPC symbol, perhaps with a GS1 composite component above it."""
    digits, composite, above = text.partition(_COMPOSITE)
    if not digits.isdecimal() or len(digits) not in lengths:
        return _faulty(Problem(Reason.LENGTH, "", wording.ean_length(digits, expected)))
    number = digits[:13]
    if not has_check_digit(number):
        return _faulty(Problem(Reason.CHECK_DIGIT, "01", wording.check_digit(number)))
    gtin = number.zfill(14)
    if not composite:
        return _Content(gtin)
    from scanners.gs1 import together

    elements, problems = _elements(above, profile)
    kept = (problem for problem in problems if problem.code not in (Reason.ALONE, Reason.COMPANION, Reason.EXCLUSIVE))
    return _told(together((Element("01", gtin), *elements), kept))


def _link(text: str, profile: ScannerProfile) -> _Content:
    from scanners.digital_link import read_link

    return _told(read_link(text, zero_suppressed_gtin=profile.zero_suppressed_gtin))


def _printed(text: str) -> _Content:
    from scanners.gs1 import read_printed

    return _told(read_printed(text))


def _elements(text: str, profile: ScannerProfile) -> Message:
    from scanners.gs1 import read_elements

    for mark in profile.separators:
        text = text.replace(mark, GS)
    return read_elements(text, sends_gs=profile.sends_gs)


def _told(message: Message) -> _Content:
    gtin = next((element.value for element in message.elements if element.ai == "01"), None)
    return _Content(gtin, *message)


def _checked(digits: str) -> _Content:
    gtin = _gtin(digits)
    if gtin is None:
        return _faulty(Problem(Reason.CHECK_DIGIT, "", wording.check_digit(digits)))
    return _Content(gtin)


def _gtin(text: str) -> str | None:
    """The 14 digits of a GTIN-8, -12, -13 or -14, or of a UPC-E number as it is printed; None where it is none."""
    if len(text) not in _GTIN_LENGTHS or not text.isdecimal():
        return None
    if has_check_digit(text):
        return text.zfill(14)
    upc_a = _expanded(text)
    return upc_a.zfill(14) if upc_a and upc_a[-1] == text[-1] else None


def _expanded(upc_e: str) -> str | None:
    """The UPC-A number of eight UPC-E digits, with its own check digit (GS1 General Specifications 5.2.2.4)."""
    if len(upc_e) != _UPC_E_LENGTH or upc_e[0] not in "01":
        return None
    system, digits, last = upc_e[0], upc_e[1:6], upc_e[6]
    if last in "012":
        body = f"{digits[:2]}{last}0000{digits[2:]}"
    elif last == "3":
        body = f"{digits[:3]}00000{digits[3:]}"
    elif last == "4":
        body = f"{digits[:4]}00000{digits[4:]}"
    else:
        body = f"{digits}0000{last}"
    return f"{system}{body}{check_digit(system + body)}"


def _unfit(raw: str, text: str) -> Problem | None:
    if not raw.isascii():
        return Problem(Reason.NOT_ASCII, "", wording.not_ascii(raw))
    return None if text.strip() else _whole(Reason.EMPTY)


def _whole(code: Reason) -> Problem:
    return Problem(code, "", wording.empty() if code is Reason.EMPTY else wording.too_long(LIMIT_BYTES))


def _faulty(problem: Problem) -> _Content:
    return _Content(problems=(problem,))


def _as_text(frame: bytes | str) -> str:
    # Latin-1 keeps every byte, so that a refused read is shown as it came.
    return frame.decode("latin-1") if isinstance(frame, bytes) else frame


def _clipped(raw: str) -> str:
    return raw if len(raw) <= 120 else f"{raw[:117]}..."
