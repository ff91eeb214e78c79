"""What stands in the symbol of the test card, and the sheet it is printed on.

Decides the text alone: each sign in it is one that some keyboard layout, case setting or slow line is known to spoil.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from printing.documents import ScannerCard

AIM = "]C1"
GS = "\x1d"
# Letters that move between QWERTY, QWERTZ and AZERTY, in both cases; marks that move everywhere. AI 91 is for a
# company's own use; of its signs # @ [ ] are outside GS1's set 82, which no scanner looks at and every layout moves.
FIRST = '91FH-qwazym/QWAZYM:#@"[]_'
# All digits, behind the separator that a value of open length needs.
SECOND = "100123456789"

FILE = "scanner-card.pdf"


def document() -> ScannerCard:
    """The card."""
    from printing.documents import ScannerCard
    from terminal import scanner_test_wording as words

    return ScannerCard(
        title=words.card_title(), parts=(FIRST, SECOND), steps=words.card_steps(), settings=words.device_settings()
    )


def write(folder: Path) -> Path:
    """The card as a PDF on A4 in `folder`, which is made; OSError where it cannot be written."""
    from printing.documents import Media
    from printing.draw import draw

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_bytes(draw(document(), Media.A4))
    return path
