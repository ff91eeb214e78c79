"""The shapes that records, events and messages are made of: bounded numbers, names, instants, tokens.

Decides what of each may be written down and sent. Whatever is decoded into one of them is checked on the way (msgspec).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

# What a text is for. Each kind is judged by orders.texts where it is handed in; what is kept is read as it is.
NUMBER, KEY, LINE, NOTE, CURRENCY, COUNTRY = "number", "key", "line", "note", "currency", "country"
# Controls, formats and what else has no width or shape of its own (Unicode 4.4 and 5.21, Default_Ignorable_Code_Point).
_HIDDEN = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u115f-\u1160\u17b4-\u17b5"
    r"\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
HIDDEN = (
    _HIDDEN + r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
# The same for whoever reads the document: as far as a pattern can say it.
_PATTERNS = {
    NUMBER: rf"^([^/\s{_HIDDEN}]+( [^/\s{_HIDDEN}]+)*)?$(?!\n)",
    KEY: rf"^([^\s{_HIDDEN}]+( [^\s{_HIDDEN}]+)*)?$(?!\n)",
    LINE: rf"^[^{_HIDDEN}]*$(?!\n)",
    NOTE: rf"^([^{_HIDDEN}]|\n)*$(?!\n)",
    CURRENCY: r"^([A-Z]{3})?$(?!\n)",
    COUNTRY: r"^([A-Z]{2})?$(?!\n)",
}


def text(kind: str, most: int) -> Meta:
    """That a text is of that kind and has at most so many signs: said in the document, judged by orders.texts."""
    schema = {"pattern": _PATTERNS[kind], "maxLength": most}
    return Meta(extra={"text": kind, "most": most}, extra_json_schema=schema)


def at_most(items: int) -> Meta:
    """That there are at most so many: said in the document, judged by orders.texts."""
    return Meta(extra={"items": items}, extra_json_schema={"maxItems": items})


Instant = Annotated[datetime, Meta(tz=True)]
# The largest whole number that every JSON reader keeps exactly (RFC 8259, 6), and that fits a database's column.
LARGEST = 2**53 - 1
Positive = Annotated[int, Meta(gt=0, le=LARGEST)]
Count = Annotated[int, Meta(ge=0, le=LARGEST)]
# More than any building holds, and so few that no sum of them leaves a database's column.
Pieces = Annotated[int, Meta(gt=0, le=1_000_000_000)]
PackSize = Annotated[int, Meta(gt=1, le=100_000)]
# What somebody or something is called: one line. (Python's `$` alone would let a last line break pass.)
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$(?!\n)"), text(LINE, 200)]
# What a request is known by when it is sent again, and what a journal is called.
RequestKey = Annotated[str, Meta(min_length=1, max_length=64), text(KEY, 64)]
# Of a request that may come without a key: it is then done each time that it comes.
KeyIfAny = Annotated[str, Meta(max_length=64), text(KEY, 64)]
JournalId = Annotated[str, Meta(min_length=1, max_length=64), text(KEY, 64)]
# What can stand in a header (RFC 6750).
Token = Annotated[str, Meta(pattern=r"^[!-~]+$(?!\n)")]


# Who carries a parcel, and how: told apart by every sign.
Carrier = Annotated[str, text(KEY, 64)]
# An amount in a currency's minor units: never below nothing, and far above any price.
MOST_MINOR = 10**15
Minor = Annotated[int, Meta(ge=0, le=MOST_MINOR)]
# A rank among others: a priority, a turn on the walk.
MOST_RANK = 1_000_000_000
Rank = Annotated[int, Meta(ge=-MOST_RANK, le=MOST_RANK)]


class Struct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every part of a record is: immutable, written without what stands at its default."""
