"""The shapes that records, events and messages are made of: bounded numbers, names, instants, tokens.

Decides what of each may be written down and sent. Whatever is decoded into one of them is checked on the way (msgspec).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

Instant = Annotated[datetime, Meta(tz=True)]
# The largest whole number that every JSON reader keeps exactly (RFC 8259, 6), and that fits a database's column.
LARGEST = 2**53 - 1
Positive = Annotated[int, Meta(gt=0, le=LARGEST)]
Count = Annotated[int, Meta(ge=0, le=LARGEST)]
# More than any building holds, and so few that no sum of them leaves a database's column.
Pieces = Annotated[int, Meta(gt=0, le=1_000_000_000)]
PackSize = Annotated[int, Meta(gt=1, le=100_000)]
# What somebody or something is called: one line. (Python's `$` alone would let a last line break pass.)
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$(?!\n)")]
# What a request is known by when it is sent again, and what a journal is called.
RequestKey = Annotated[str, Meta(min_length=1, max_length=64)]
# Of a request that may come without a key: it is then done each time that it comes.
KeyIfAny = Annotated[str, Meta(max_length=64)]
JournalId = Annotated[str, Meta(min_length=1, max_length=64)]
# What can stand in a header (RFC 6750).
Token = Annotated[str, Meta(pattern=r"^[!-~]+$(?!\n)")]


class Struct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every part of a record is: immutable, written without what stands at its default."""
