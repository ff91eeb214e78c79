"""One frame -> `Scan`, or `Unreadable` with its reason.

Decides what a read holds: GS1 elements only where an AIM id promises them, a GTIN only where its check digit is
right, text otherwise. Refuses to know what a text means: order number, shelf and SKU are told apart elsewhere.
"""

from collections.abc import Callable

from scanners.aim import AimId, Payload, split_aim
from scanners.digital_link import is_address, read_link
from scanners.framing import LIMIT_BYTES, Overlong
from scanners.gs1 import read_elements, without_contradiction
from scanners.gs1_values import has_check_digit
from scanners.profile import STX, ScannerProfile
from scanners.scan import GS, Element, Reason, Refusal, Scan, Symbology, Unreadable, shown

_GTIN_LENGTHS = (8, 12, 13, 14)
_COMPOSITE = "|]e0"

_Elements = tuple[Element, ...]


def parse(
    frame: bytes | str | Overlong, profile: ScannerProfile, source: str, at: float, *, keyed: bool = False
) -> Scan | Unreadable:
    """What one frame, burst or keyed entry says; never raises.

    `at` is seconds of a monotonic clock at arrival. `keyed` says that the text was typed; an AIM id in it says that
    a slow wedge typed it, and counts for more. AIM ids follow ISO/IEC 15424, elements the GS1 General
    Specifications, web addresses GS1 Digital Link.
    """
    raw = _as_text(frame.head if isinstance(frame, Overlong) else frame)
    try:
        if isinstance(frame, Overlong) or len(raw) > LIMIT_BYTES:
            raise Refusal(Reason.TOO_LONG, f"The read is longer than {LIMIT_BYTES} characters: scan one code alone.")
        return _read(raw, profile, source, at, keyed)
    except Refusal as refusal:
        return Unreadable(_clipped(raw), refusal.reason, refusal.sentence, source, at, keyed)


def cut_short(fragment: bytes | str, source: str, at: float, *, has_ended_before: bool = True) -> Unreadable:
    """What becomes of the beginning of a read whose end never came; `has_ended_before` is False where none ever did."""
    raw = _as_text(fragment)
    sentence = f"The read broke off after {shown(raw)}: scan it again."
    if not has_ended_before:
        sentence = (
            f"Nothing ended the read {shown(raw)}: scan it again. If this goes on, set the scanner's suffix to CR, "
            'or write terminators = "" in its settings.'
        )
    return Unreadable(_clipped(raw), Reason.CUT_SHORT, sentence, source, at)


def garbled(frame: bytes, source: str, at: float) -> Unreadable:
    """What becomes of a read in which the line has damaged a byte."""
    raw = _as_text(frame)
    sentence = "The line damaged this read: scan it again. If this goes on, check baud, parity and cable."
    return Unreadable(_clipped(raw), Reason.GARBLED, sentence, source, at)


def _read(raw: str, profile: ScannerProfile, source: str, at: float, keyed: bool) -> Scan:
    if not raw.isascii():
        raise Refusal(Reason.NOT_ASCII, f"{shown(raw)} holds characters that no floor barcode has: set it aside.")
    frame = raw.removeprefix(STX).removeprefix(profile.prefix.removeprefix(STX)).removesuffix(profile.suffix)
    _refuse_emptiness(frame)
    if frame.startswith("]") and profile.aim is not False:
        aim, text = split_aim(frame)
        _refuse_emptiness(text)
        elements, gtin = _promised(aim, text, profile)
        return Scan(raw, text, aim.symbology, source, at, elements, gtin)
    if profile.aim and not keyed:
        sentence = "The scanner sent no AIM id though its profile expects one: mend the scanner's set-up."
        raise Refusal(Reason.AIM_MISSING, sentence)
    elements, gtin = _unpromised(frame, profile)
    symbology = Symbology.KEYED if keyed else Symbology.UNKNOWN
    return Scan(raw, frame, symbology, source, at, elements, gtin, keyed)


def _promised(aim: AimId, text: str, profile: ScannerProfile) -> tuple[_Elements, str | None]:
    """Elements and GTIN of the data behind an AIM id."""
    match aim.payload:
        case Payload.EAN13:
            return _ean(text, lambda digits: len(digits) == 13, "13 digits", profile)
        case Payload.EAN8:
            return _ean(text, lambda digits: len(digits) == 8, "8 digits", profile)
        case Payload.EAN13_ADD_ON:
            return _ean(text, lambda digits: len(digits) in (15, 18), "13 digits and 2 or 5 more", profile)
        case Payload.ELEMENTS:
            elements = read_elements(_with_separators(text, profile))
            return elements, _value("01", elements)
    _refuse_control_characters(text)
    if aim.payload is Payload.ITF and len(text) == 14 and text.isdecimal():
        return (), _checked_gtin(text)
    if aim.payload is Payload.TEXT_OR_LINK and is_address(text):
        return _link(text, profile)
    return (), text.zfill(14) if _is_gtin(text) else None


def _unpromised(text: str, profile: ScannerProfile) -> tuple[_Elements, str | None]:
    """Elements and GTIN of a read whose symbology nobody told: bare digits are never GS1 elements."""
    if GS in text:
        sentence = "This GS1 code came without its AIM id: switch AIM ids on in the scanner's set-up."
        raise Refusal(Reason.AIM_MISSING, sentence)
    _refuse_control_characters(text)
    if is_address(text):
        return _link(text, profile)
    if not text.isdecimal() or len(text) not in _GTIN_LENGTHS:
        return (), None
    # GS1 gives 99 to coupons, so 99... is an order number that happens to have this length.
    if not profile.digits_are_gtins or text.startswith("99"):
        return (), text.zfill(14) if _is_gtin(text) else None
    return (), _checked_gtin(text)


def _ean(
    text: str, fits: Callable[[str], bool], expected: str, profile: ScannerProfile
) -> tuple[_Elements, str | None]:
    """An EAN/UPC symbol, perhaps with a GS1 composite component above it."""
    digits, composite, above = text.partition(_COMPOSITE)
    if not digits.isdecimal() or not fits(digits):
        sentence = f"An EAN/UPC read has {expected}, this one is {shown(digits)}: scan again, or mend the set-up."
        raise Refusal(Reason.LENGTH, sentence)
    gtin = _checked_gtin(digits[:13])
    if not composite:
        return (), gtin
    return without_contradiction((Element("01", gtin), *read_elements(_with_separators(above, profile)))), gtin


def _link(text: str, profile: ScannerProfile) -> tuple[_Elements, str | None]:
    elements = read_link(text, zero_suppressed_gtin=profile.zero_suppressed_gtin)
    return elements, _value("01", elements)


def _checked_gtin(digits: str) -> str:
    if not has_check_digit(digits):
        sentence = f"The check digit of {digits} is wrong: scan it again, or key the number under the bars."
        raise Refusal(Reason.CHECK_DIGIT, sentence)
    return digits.zfill(14)


def _is_gtin(text: str) -> bool:
    return text.isdecimal() and len(text) in _GTIN_LENGTHS and has_check_digit(text)


def _with_separators(text: str, profile: ScannerProfile) -> str:
    for mark in profile.separators:
        text = text.replace(mark, GS)
    return text


def _refuse_emptiness(text: str) -> None:
    if not text.strip():
        raise Refusal(Reason.EMPTY, "The read holds nothing: scan it again.")


def _refuse_control_characters(text: str) -> None:
    if not text.isprintable():
        sentence = f"{shown(text)} holds control characters: scan one code alone, or set it aside."
        raise Refusal(Reason.CONTROL_CHARACTER, sentence)


def _value(ai: str, elements: _Elements) -> str | None:
    return next((element.value for element in elements if element.ai == ai), None)


def _as_text(frame: bytes | str) -> str:
    # Latin-1 keeps every byte, so that a refused read is shown as it came.
    return frame.decode("latin-1") if isinstance(frame, bytes) else frame


def _clipped(raw: str) -> str:
    return raw if len(raw) <= 120 else f"{raw[:117]}..."
