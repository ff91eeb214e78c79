"""What is asked of a scale and what its answers say: Toledo 8217, NCI (SCP-01, with its ECR form) and MT-SICS level 0.

Decides by the makers' manuals whether an answer is a weight that may be believed. Whatever is not exactly of the
protocol is a fault. Refuses to know ports, clocks and what is weighed.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from scanners.scale import Condition, Reading, Unit, Weight
from scanners.scale_profile import ScaleProfile
from scanners.scan import shown


class Dialogue(NamedTuple):
    """One protocol: the question, what a whole answer looks like, and what it says."""

    request: bytes
    answer: re.Pattern[bytes]
    read: Callable[[re.Match[bytes], ScaleProfile], Reading]


def garbled(frame: bytes) -> Reading:
    """What bytes are that make no answer."""
    said = shown(frame.decode("latin-1"))
    return Reading(Condition.FAULT, frame=frame, detail=f"{said}, which is no answer of its protocol")


# --- Toledo 8217 ("8217 Host Communications") -----

# A status byte may look like STX or CR, where a maker leaves bit 6 at 0.
_TOLEDO = re.compile(rb"\x02(?:\?(?P<status>.)|(?P<value>[0-9. -]{1,8})(?P<net>N?))\r", re.DOTALL)
_TOLEDO_DECIMALS = {Unit.KILOGRAM: 3, Unit.POUND: 2}


def _toledo(answer: re.Match[bytes], profile: ScaleProfile) -> Reading:
    frame, status = answer[0], answer["status"]
    if status is not None:
        # Bits 3 to 6 tell of zero, net and a parity of the maker's own; the manual and peers disagree on bit 6.
        for bit, condition in ((2, Condition.OVER), (4, Condition.UNDER), (1, Condition.MOTION)):
            if status[0] & bit:
                return Reading(condition, frame=frame)
        return Reading(Condition.FAULT, frame=frame, detail=f"status {status[0]:#04x} and no weight")
    assert profile.unit is not None
    decimals = _TOLEDO_DECIMALS.get(profile.unit) if profile.division is None else None
    return _weighed(frame, answer["value"].decode(), profile.unit, profile, bool(answer["net"]), decimals)


# --- NCI ("SCP-01"; bit 6 of a status byte says that another follows) -----

_NCI = re.compile(rb"\n(?:(?P<value>[^\r\n\x03]+)\r\n)?(?P<unknown>\?(?=\r))?S?(?P<status>[0-?p-\x7f]*)\r\x03")
_NCI_VALUE = re.compile(r"\s*(?P<value>-?\s*\d*\.?\d+)\s*(?P<unit>lb|kg|oz|g)\s*", re.IGNORECASE)
_NCI_POUNDS = re.compile(r"\s*(?P<pounds>\d+)\s*lb\s+(?P<ounces>\d*\.?\d+)\s*oz\s*", re.IGNORECASE)
_NCI_FAULTS = ((0, 4, "a RAM error"), (0, 8, "an EEPROM error"), (1, 4, "a ROM error"), (1, 8, "a faulty calibration"))
_ZERO_FAULT = "that it cannot find its zero: take all off and press its ZERO"


def _nci(answer: re.Match[bytes], profile: ScaleProfile) -> Reading:
    frame, status, value = answer[0], answer["status"], (answer["value"] or b"").decode("ascii", "replace")
    if answer["unknown"] or len(status) < 2:
        return garbled(frame)
    for place, bit, said in _NCI_FAULTS:
        if status[place] & bit:
            return Reading(Condition.FAULT, frame=frame, detail=said)
    is_net = len(status) > 2 and bool(status[2] & 4)
    if (len(status) > 2 and status[2] & 8) or re.fullmatch(r"[\s-]*-[\s-]*", value):
        return Reading(Condition.FAULT, frame=frame, detail=_ZERO_FAULT)
    if status[1] & 2 or "^" in value:
        return Reading(Condition.OVER, frame=frame)
    if status[1] & 1 or "_" in value:
        return Reading(Condition.UNDER, frame=frame)
    is_moving = bool(status[0] & 1)
    if pounds := _NCI_POUNDS.fullmatch(value):
        ounces = Decimal(pounds["ounces"])
        total = str(16 * Decimal(pounds["pounds"]) + ounces)
        return _weighed(frame, total, Unit.OUNCE, profile, is_net, is_moving=is_moving)
    if weight := _NCI_VALUE.fullmatch(value):
        return _weighed(frame, weight["value"], Unit(weight["unit"].lower()), profile, is_net, is_moving=is_moving)
    if value:
        return garbled(frame)
    return Reading(Condition.MOTION if is_moving else Condition.UNDER, frame=frame)


# --- MT-SICS (Reference Manual MT-SICS, level 0) -----

_SICS = re.compile(rb"(?:^|(?<=\n))(?P<line>(?:S [SDI+-]|E[STL])[^\r\n]*)\r\n")
_SICS_VALUE = re.compile(r"S (?P<state>[SD])\s+(?P<value>-?\s*\d+(?:\.\d+)?)\s+(?P<unit>\S+)\s*")
_SICS_STATES = {
    "S I": Reading(Condition.BUSY),
    "S +": Reading(Condition.OVER),
    "S -": Reading(Condition.UNDER),
    "ES": Reading(Condition.FAULT, detail="that it does not know SI: choose MT-SICS in its menu"),
    "ET": Reading(Condition.FAULT, detail="that it could not read the question: check baud, bits and parity"),
    "EL": Reading(Condition.FAULT, detail="that it cannot do that now"),
}


def _sics(answer: re.Match[bytes], profile: ScaleProfile) -> Reading:
    line = answer["line"].decode("latin-1")
    if (state := _SICS_STATES.get(line.strip())) is not None:
        return Reading(state.condition, frame=answer[0], detail=state.detail)
    weight = _SICS_VALUE.fullmatch(line)
    if weight is None:
        return garbled(answer[0])
    try:
        unit = Unit(weight["unit"])
    except ValueError:
        expected = ", ".join(Unit)
        detail = f"{shown(weight['unit'])}, a unit that no parcel is weighed in: set it to one of {expected}"
        return Reading(Condition.FAULT, frame=answer[0], detail=detail)
    return _weighed(answer[0], weight["value"], unit, profile, is_moving=weight["state"] == "D")


DIALOGUES: Mapping[str, Dialogue] = {
    "toledo8217": Dialogue(b"W", _TOLEDO, _toledo),
    "nci": Dialogue(b"W\r", _NCI, _nci),
    "mt-sics": Dialogue(b"SI\r\n", _SICS, _sics),
}


def _weighed(
    frame: bytes,
    text: str,
    unit: Unit,
    profile: ScaleProfile,
    is_net: bool = False,
    decimals: int | None = None,
    *,
    is_moving: bool = False,
) -> Reading:
    """A weight, or what is against it; `decimals` is how many a weight must have whose unit was not sent."""
    number = text.replace(" ", "")
    if not re.fullmatch(r"-?\d*\.?\d+|-?\d+\.", number):
        return garbled(frame)
    value = Decimal(number)
    shown_places = len(number.partition(".")[2])
    if profile.unit is not None and unit is not profile.unit:
        detail = f"{number} {unit} where `scale.unit` is {profile.unit}: set one to the other"
        return Reading(Condition.FAULT, frame=frame, detail=detail)
    if decimals is not None and shown_places != decimals:
        detail = f"{number}, which is no weight in {unit} with {decimals} decimals: check `unit`, or set `division`"
        return Reading(Condition.FAULT, frame=frame, detail=detail)
    if profile.division is not None and value % profile.division:
        detail = f"{number} {unit}, which is between two steps of {profile.division:f} {unit}: check `division`"
        return Reading(Condition.FAULT, frame=frame, detail=detail)
    division = profile.division or Decimal(1).scaleb(-shown_places)
    weight = Weight(value, unit, division, is_net)
    if is_moving:
        return Reading(Condition.MOTION, weight, frame)
    if value < 0:
        return Reading(Condition.UNDER, weight, frame)
    return Reading(Condition.STABLE if value else Condition.ZERO, weight, frame)
