"""What a ZPL printer says of itself: `~HS` (three strings) and `~HQES` (error flags), ZPL II Programming Guide.

Decides which trouble an answer means; the gravest one counts. Refuses to know how the answer came here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from printing.troubles import Trouble

HOST_STATUS = b"~HS"
ERROR_FLAGS = b"~HQES"
STRINGS_IN_STATUS = 3
_STRING = re.compile(rb"\x02([^\x02\x03]*)\x03")
_ERRORS = re.compile(rb"ERRORS:\s+([01])\s+([0-9A-Fa-f]{8})\s+([0-9A-Fa-f]{8})")

# The second group of eight hexadecimal digits in ~HQES.
_FLAGS = (
    (0x00000004, Trouble.HEAD_OPEN),
    (0x00000001, Trouble.MEDIA_EMPTY),
    (0x00000002, Trouble.RIBBON_OUT),
    (0x0000D000, Trouble.JAM),
    (0x00000030, Trouble.TOO_HOT),
    (0x00010000, Trouble.PAUSED),
)


@dataclass(frozen=True, slots=True)
class Status:
    """A printer at one moment: what is wrong, and how much of what it was given is not out yet."""

    trouble: Trouble | None = None
    detail: str = ""
    unprinted: int = 0


class StatusError(ValueError):
    """An answer that is no status; the text shows what came."""


def host_status(answer: bytes) -> Status:
    """The status in an answer to `~HS`; raises StatusError."""
    strings = [each.split(b",") for each in _STRING.findall(answer)]
    if len(strings) < STRINGS_IN_STATUS or len(strings[0]) < 12 or len(strings[1]) < 9:
        raise StatusError(f"expected three strings, got {answer[:80]!r}")
    try:
        first, second = ([int(field) for field in strings[0]], [int(field) for field in strings[1][:9]])
    except ValueError as error:
        raise StatusError(f"expected numbers, got {answer[:80]!r}") from error
    return Status(*_trouble(first, second), unprinted=first[4] + second[8])


def _trouble(first: list[int], second: list[int]) -> tuple[Trouble | None, str]:
    # A printer that is out of paper or open also says that it is paused: the cause comes before the consequence.
    found = (
        (second[2], Trouble.HEAD_OPEN, ""),
        (first[1], Trouble.MEDIA_EMPTY, ""),
        (second[3], Trouble.RIBBON_OUT, ""),
        (first[11], Trouble.TOO_HOT, ""),
        (first[10], Trouble.FAULT, "its head is too cold"),
        (first[9], Trouble.FAULT, "its memory was lost: set it up again"),
        (first[5], Trouble.BUFFER_FULL, ""),
        (first[2], Trouble.PAUSED, ""),
    )
    return next(((trouble, detail) for is_set, trouble, detail in found if is_set), (None, ""))


def error_flags(answer: bytes) -> Status:
    """The status in an answer to `~HQES`, which knows no counts; raises StatusError."""
    found = _ERRORS.search(answer)
    if found is None:
        raise StatusError(f"expected error flags, got {answer[:80]!r}")
    flags = int(found.group(3), 16)
    for mask, trouble in _FLAGS:
        if flags & mask:
            return Status(trouble)
    if found.group(1) == b"1":
        return Status(Trouble.FAULT, f"error {found.group(2).decode()} {found.group(3).decode()}")
    return Status()
