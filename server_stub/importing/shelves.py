"""Shelves where a warehouse has none: aisles A, B, C with bays on both sides, and the way through them.

Decides codes such as A-03-2 (aisle, bay, level) and the turn of each on a serpentine walk: up one aisle, down the
next. Odd bays stand on the left, even ones on the right, so that one walk serves both sides.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import count

from orders.intake import NewLocation
from server_stub.importing.file_map import LayOutSection
from server_stub.importing.master_rows import WALK_STEP

DROP_CODE = "DROP-1"


def shelves(size: LayOutSection, taken: Container[str]) -> Iterator[NewLocation]:
    """Shelves without end, in the order of their codes, save those whose code is `taken`."""
    for aisle in count():
        for bay in range(1, size.bays + 1):
            for level in range(1, size.levels + 1):
                code = f"{_letters(aisle)}-{bay:02d}-{level}"
                if code not in taken:
                    yield _shelf(code, aisle, bay, level, size)


def drop_place() -> NewLocation:
    """Where totes are set down when nobody said where: the end of every walk."""
    return NewLocation(code=DROP_CODE, use="drop", is_assumed=True)


def _shelf(code: str, aisle: int, bay: int, level: int, size: LayOutSection) -> NewLocation:
    along = bay if aisle % 2 == 0 else size.bays + 1 - bay
    turn = (aisle * size.bays + along - 1) * size.levels + level
    return NewLocation(
        code=code,
        aisle=_letters(aisle),
        side="left" if bay % 2 else "right",
        bay=f"{bay:02d}",
        level=str(level),
        zone=f"Z{aisle // size.aisles_in_zone + 1}",
        walk=turn * WALK_STEP,
        is_assumed=True,
    )


def _letters(aisle: int) -> str:
    """A to Z, then AA, AB and on."""
    head, last = divmod(aisle, 26)
    return (_letters(head - 1) if head else "") + chr(ord("A") + last)
