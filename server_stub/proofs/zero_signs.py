"""Texts that hold the sign U+0000, as both databases can be compared: PostgreSQL keeps U+FFFD for it in a column.

The bodies of facts and records are bytes and hold the sign itself: a store on PostgreSQL, and every backup of one, says
there what its columns cannot. (The API takes no such text; a device's fact is kept as it came.)
"""

from __future__ import annotations

import re

# Behind an even number of backslashes, or it is a text about the sign (RFC 8259, 7).
_ZERO = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_INSTEAD = "\N{REPLACEMENT CHARACTER}"


def text(column: bytes) -> str:
    """What stands in a column of the copy."""
    return column.decode().replace("\0", _INSTEAD)


def body(json: bytes) -> bytes:
    """A body that says what its columns can."""
    return _ZERO.sub(rb"\1\\ufffd", json) if b"u0000" in json else json
