"""The paper that documents go on: sizes of rolls and sheets, and where the labels of a die-cut sheet lie.

Sizes are those on the box. Refuses to know what is drawn, and which printer holds which paper. Cheap to import.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Die-cut labels on a sheet, in millimetres: centred on it, rows touching, columns a gap apart."""

    columns: int
    rows: int
    label_width_mm: float
    label_height_mm: float
    column_gap_mm: float

    @property
    def labels(self) -> int:
        return self.columns * self.rows


class Media(enum.Enum):
    """A kind of paper, named as on the box it comes in; `a4-2x4` is an A4 sheet of die-cut labels, 2 across, 4 down."""

    LABEL_4X6 = "4x6in"
    LABEL_100X150 = "100x150mm"
    A6 = "a6"
    A5 = "a5"
    LABEL_100X50 = "100x50mm"
    LABEL_57X32 = "57x32mm"
    A4 = "a4"
    LETTER = "letter"
    A4_2X4 = "a4-2x4"
    A4_2X5 = "a4-2x5"
    A4_3X7 = "a4-3x7"
    A4_3X8 = "a4-3x8"
    LETTER_2X3 = "letter-2x3"
    LETTER_2X5 = "letter-2x5"
    LETTER_3X10 = "letter-3x10"

    @property
    def width_mm(self) -> float:
        return _SIZES_MM[self.paper][0]

    @property
    def height_mm(self) -> float:
        return _SIZES_MM[self.paper][1]

    @property
    def sheet(self) -> SheetLayout | None:
        """Where the labels lie, on die-cut sheets only."""
        return _SHEETS[self][1] if self in _SHEETS else None

    @property
    def paper(self) -> Media:
        """The plain size that a printer is asked for: A4 for an A4 sheet of labels, else itself."""
        return _SHEETS[self][0] if self in _SHEETS else self


_SIZES_MM = {
    Media.LABEL_4X6: (101.6, 152.4),
    Media.LABEL_100X150: (100.0, 150.0),
    Media.A6: (105.0, 148.0),
    Media.A5: (148.0, 210.0),
    Media.LABEL_100X50: (100.0, 50.0),
    Media.LABEL_57X32: (57.0, 32.0),
    Media.A4: (210.0, 297.0),
    Media.LETTER: (215.9, 279.4),
}

# Die cuts that every maker sells, on A4 as L7165, L7173, L7160 and L7159, on Letter as 5164, 5163 and 5160.
_SHEETS = {
    Media.A4_2X4: (Media.A4, SheetLayout(2, 4, 99.1, 67.7, 2.5)),
    Media.A4_2X5: (Media.A4, SheetLayout(2, 5, 99.1, 57.0, 2.5)),
    Media.A4_3X7: (Media.A4, SheetLayout(3, 7, 63.5, 38.1, 2.5)),
    Media.A4_3X8: (Media.A4, SheetLayout(3, 8, 63.5, 33.9, 2.5)),
    Media.LETTER_2X3: (Media.LETTER, SheetLayout(2, 3, 101.6, 254 / 3, 4.7625)),
    Media.LETTER_2X5: (Media.LETTER, SheetLayout(2, 5, 101.6, 50.8, 4.7625)),
    Media.LETTER_3X10: (Media.LETTER, SheetLayout(3, 10, 66.675, 25.4, 3.175)),
}
