"""AIM symbology identifiers (ISO/IEC 15424): the `]` and two characters that say which symbol was read.

Decides what kind of data may follow. Refuses to guess: an id that the standard does not have is none, and a
vendor's own one-letter code ids are just text.
"""

from enum import Enum, auto
from typing import NamedTuple

from scanners.scan import Symbology


class Payload(Enum):
    """What the data behind an AIM id may be."""

    EAN13 = auto()
    EAN13_ADD_ON = auto()
    EAN8 = auto()
    ITF = auto()
    ELEMENTS = auto()
    TEXT = auto()
    TEXT_OR_LINK = auto()


class AimId(NamedTuple):
    """One AIM id and what it promises."""

    code: str
    symbology: Symbology
    payload: Payload


_EXACT = {
    "C1": (Symbology.GS1_128, Payload.ELEMENTS),
    "E0": (Symbology.EAN13, Payload.EAN13),
    "E3": (Symbology.EAN13, Payload.EAN13_ADD_ON),
    "E4": (Symbology.EAN8, Payload.EAN8),
    "J1": (Symbology.GS1_DOTCODE, Payload.ELEMENTS),
    "Q3": (Symbology.GS1_QR, Payload.ELEMENTS),
    "d2": (Symbology.GS1_DATAMATRIX, Payload.ELEMENTS),
    "d8": (Symbology.GS1_DATAMATRIX, Payload.ELEMENTS),  # its long rectangles (ISO/IEC 21471)
    "e0": (Symbology.GS1_DATABAR, Payload.ELEMENTS),
}

_FAMILIES = {
    "A": (Symbology.CODE39, Payload.TEXT),
    "C": (Symbology.CODE128, Payload.TEXT),
    "F": (Symbology.CODABAR, Payload.TEXT),
    "G": (Symbology.CODE93, Payload.TEXT),
    "I": (Symbology.ITF, Payload.ITF),
    "J": (Symbology.DOTCODE, Payload.TEXT_OR_LINK),
    "L": (Symbology.PDF417, Payload.TEXT),
    "Q": (Symbology.QR, Payload.TEXT_OR_LINK),
    "d": (Symbology.DATAMATRIX, Payload.TEXT_OR_LINK),
    "z": (Symbology.AZTEC, Payload.TEXT_OR_LINK),
    # Symbols of the standard that a warehouse hardly meets; their text is taken as it comes.
    **dict.fromkeys("BDEHKMNOPRSTUXZcops", (Symbology.UNKNOWN, Payload.TEXT)),
}


def split_aim(frame: str) -> tuple[AimId, str] | None:
    """The AIM id that a frame begins with, and the data behind it; None where the standard has no such id."""
    code = frame[:3]
    kind = _EXACT.get(code[1:]) or _FAMILIES.get(code[1:2])
    if kind is None or not code[2:].isalnum():
        return None
    return AimId(code, *kind), frame[3:]
