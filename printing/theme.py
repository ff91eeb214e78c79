"""How papers look, in one place: margins and gaps in millimetres, type in points, lines by their thickness.

Labels are not papers: their sizes follow GS1 and the reading distance, and stand with them.
"""

from __future__ import annotations

MARGIN_MM = 15.0
GAP_MM = 3.0  # between columns

TITLE = 20.0
NEXT_TITLE = 14.0
NAME = 14.0
PARTY = 12.0
FACT = 12.0
BODY = 9.5
HEADING = 9.0
CAPTION = 8.0
LEAST = 6.0  # below this nobody reads a printed line without effort

CODE_HEIGHT_MM = 13.0
SQUARES_MM = 22.0  # for a QR code where bars do not hold the code; its text stands beside it
LOGO_MM = (34.0, 24.0)

RULE_MM = 0.4
HAIRLINE_MM = 0.1
