"""The words that scanners speak to the rest of the house: a read, a read that failed, a port that came or went.

Decides what a read carries. Refuses to know how it was framed or parsed, and what it means on the floor.
"""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from scanners.gs1_values import as_date

GS = "\x1d"


class Symbology(StrEnum):
    """What the bars were, as far as the scanner told: an AIM id, or `unknown` without one."""

    EAN13 = "ean13"
    EAN8 = "ean8"
    ITF = "itf"
    CODE39 = "code39"
    CODE93 = "code93"
    CODE128 = "code128"
    CODABAR = "codabar"
    PDF417 = "pdf417"
    QR = "qr"
    DATAMATRIX = "datamatrix"
    AZTEC = "aztec"
    DOTCODE = "dotcode"
    GS1_128 = "gs1-128"
    GS1_DATABAR = "gs1-databar"
    GS1_DATAMATRIX = "gs1-datamatrix"
    GS1_QR = "gs1-qr"
    GS1_DOTCODE = "gs1-dotcode"
    KEYED = "keyed"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """What can be wrong with a read; the code of a `Problem`."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    CUT_SHORT = "cut-short"
    GARBLED = "garbled"
    NOT_ASCII = "not-ascii"
    CONTROL_CHARACTER = "control-character"
    AIM_MISSING = "aim-missing"
    AIM_UNKNOWN = "aim-unknown"
    CHECK_DIGIT = "check-digit"
    LENGTH = "length"
    CHARACTER = "character"
    SEPARATOR = "separator"
    CONTRADICTION = "contradiction"
    DIGITAL_LINK = "digital-link"
    UNKNOWN_AI = "unknown-ai"
    DATE = "date"
    CONTENT = "content"
    COMPANION = "companion"
    EXCLUSIVE = "exclusive"
    ALONE = "alone"
    REPEATED = "repeated"
    NO_KEY = "no-key"


ADMITTABLE = frozenset(
    {
        Reason.UNKNOWN_AI,
        Reason.DATE,
        Reason.CONTENT,
        Reason.COMPANION,
        Reason.EXCLUSIVE,
        Reason.ALONE,
        Reason.REPEATED,
        Reason.NO_KEY,
    }
)
"""What a workflow may admit. The others say that the read itself, or where its values begin and end, is in doubt."""

HARMLESS = (Reason.ALONE, Reason.REPEATED, Reason.NO_KEY)
"""What is admitted unless a site says otherwise: a lot whose GTIN stands in another symbol on the same carton, an
element that is said twice alike, and a web address that is nobody's product."""


class Problem(NamedTuple):
    """Something wrong with a read: its code, the application identifier (empty where there is none) and the words."""

    code: Reason
    ai: str
    words: str


def shown(text: str) -> str:
    """Text as it may stand in a sentence: control characters spelled out, long text cut."""
    spelled = text.replace(GS, "<GS>").encode("ascii", "backslashreplace").decode()
    spelled = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in spelled)
    return spelled if len(spelled) <= 40 else f"{spelled[:37]}..."


class Element(NamedTuple):
    """One GS1 element: its application identifier and its value."""

    ai: str
    value: str


class Scan(NamedTuple):
    """What a read says.

    `raw` is the read as it came, `text` the same without the profile's prefix and AIM id: what an order
    number, a shelf or a SKU is looked up by. `gtin` has 14 digits. `at_monotonic` is seconds of a
    monotonic clock at arrival. `problems` are those that were admitted on the way; `parse.read` alone gives all.
    """

    raw: str
    text: str
    symbology: Symbology
    source: str
    at_monotonic: float
    elements: tuple[Element, ...] = ()
    gtin: str | None = None
    keyed: bool = False
    problems: tuple[Problem, ...] = ()

    def value(self, ai: str) -> str | None:
        """The value of the first element with this application identifier, or None."""
        return next((element.value for element in self.elements if element.ai == ai), None)

    @property
    def sscc(self) -> str | None:
        """The 18 digits of AI 00."""
        return self.value("00")

    @property
    def lot(self) -> str | None:
        """AI 10."""
        return self.value("10")

    @property
    def serial(self) -> str | None:
        """AI 21."""
        return self.value("21")

    @property
    def expiry(self) -> date | None:
        """AI 17 as a day; day 00 is the last of its month (GS1 General Specifications 3.4.7)."""
        return self._day("17")

    @property
    def best_before(self) -> date | None:
        """AI 15 as a day; day 00 is the last of its month."""
        return self._day("15")

    def _day(self, ai: str) -> date | None:
        value = self.value(ai)
        return as_date(value) if value else None


class Unreadable(NamedTuple):
    """A read that must not be used; `sentence` says why, and what to do, in plain words.

    `elements` and `problems` tell support what was read and all that is wrong with it. `own_text` is set where no
    AIM id says that it is GS1 data: a site's own code that only looks like a GTIN may still be looked up by it.
    """

    raw: str
    reason: Reason
    sentence: str
    source: str
    at_monotonic: float
    keyed: bool = False
    own_text: str = ""
    elements: tuple[Element, ...] = ()
    problems: tuple[Problem, ...] = ()


class LossReason(StrEnum):
    """Why a port does not deliver."""

    ABSENT = "absent"
    BUSY = "busy"
    DENIED = "denied"
    UNPLUGGED = "unplugged"
    FAILED = "failed"


class ScannerLost(NamedTuple):
    """A scanner's port is not there, or no longer; the scanner goes on trying."""

    source: str
    reason: LossReason
    sentence: str


class ScannerFound(NamedTuple):
    """A scanner's port is open and being read."""

    source: str


class RepeatDropped(NamedTuple):
    """The same read came again faster than a hand can scan twice and was dropped.

    `repeats_dropped` counts all such reads so far, of all scanners.
    """

    source: str
    raw: str
    repeats_dropped: int


Read = Scan | Unreadable
Heard = Scan | Unreadable | ScannerLost | ScannerFound | RepeatDropped
