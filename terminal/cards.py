"""The cards that hang on a cart, a bench, a dock door and a desk: barcodes that do what a key would do.

Decides which acts belong on which card. An act is scanned by the same name under which the workflows know it.
"""

from __future__ import annotations

from pathlib import Path

from orders.barcodes import Kind, encode
from printing.documents import Command, CommandCard, Media
from terminal.workflows import acts

CARDS = {
    "Cart": (
        *(acts.PICK, acts.CONFIRM, acts.ALL, acts.NEXT, acts.SKIP, acts.UNDO, acts.SHORT, *acts.SHORTS),
        *(acts.ITEM_LABEL, acts.GIVE_BACK, acts.MENU, acts.SIGN_OFF),
    ),
    "Bench": (
        *(acts.PACK, acts.CONFIRM, acts.ALL, acts.NEXT, acts.UNDO, acts.SEAL, acts.WEIGHT, acts.REPRINT, acts.VOID),
        *(acts.HELD_PRINTS, acts.TRY_PRINT, acts.CAME_OUT, acts.PRINT_AGAIN, acts.CANCEL_PRINT, acts.PREVIEW),
        *(acts.ITEM_LABEL, acts.MENU, acts.SIGN_OFF),
    ),
    "Dock": (
        *(acts.SHIP, acts.CONFIRM, acts.NEXT, acts.UNDO, acts.CLOSE, acts.HAND_OVER, acts.REOPEN, acts.YES, acts.NO),
        *(acts.REPRINT, acts.VOID, acts.MENU, acts.SIGN_OFF),
    ),
    "Desk": (acts.QUEUE, acts.PICK, acts.PACK, acts.SHIP, acts.MENU, acts.SIGN_OFF),
}
# Any screen may ask something, the scanner's test among them.
_ANSWERS = (acts.YES, acts.NO)


def names(title: str) -> tuple[str, ...]:
    """The acts on one of CARDS, the answers to a question among them."""
    return tuple(dict.fromkeys((*CARDS[title], *_ANSWERS)))


def card(title: str) -> CommandCard:
    """One of CARDS as a document."""
    commands = tuple(Command(label=acts.label(name), barcode=encode(Kind.COMMAND, name)) for name in names(title))
    return CommandCard(title=title, commands=commands)


def write(folder: Path) -> list[Path]:
    """Every card as a PDF on A4 in `folder`, which is made; OSError where it cannot be written."""
    from printing.draw import draw

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for title in CARDS:
        path = folder / f"{title.lower()}-card.pdf"
        path.write_bytes(draw(card(title), Media.A4))
        written.append(path)
    return written
