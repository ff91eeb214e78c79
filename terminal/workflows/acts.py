"""The acts that can be asked for besides scanning, by the name that their command barcode holds.

Decides names and which digit reaches which act; what an act does is its workflow's business.
"""

from __future__ import annotations

from terminal.workflows.prompts import Act

PICK, PACK, SHIP, QUEUE, SIGN_OFF, MENU = "PICK", "PACK", "SHIP", "QUEUE", "SIGN-OFF", "MENU"
CONFIRM, NEXT, UNDO, ITEM_LABEL = "CONFIRM", "NEXT", "UNDO", "ITEM-LABEL"
ALL, SKIP, GIVE_BACK, SHORT = "ALL", "SKIP", "GIVE-BACK", "SHORT"
SHORT_EMPTY, SHORT_FEWER = "SHORT-EMPTY", "SHORT-FEWER"
SHORT_DAMAGED, SHORT_UNREACHABLE = "SHORT-DAMAGED", "SHORT-UNREACHABLE"
SEAL, WEIGHT, REPRINT, VOID = "SEAL", "WEIGHT", "REPRINT", "VOID"
TRY_PRINT, CAME_OUT, PRINT_AGAIN, CANCEL_PRINT = "TRY-PRINT", "CAME-OUT", "PRINT-AGAIN", "CANCEL-PRINT"
HELD_PRINTS, PREVIEW = "HELD-PRINTS", "PREVIEW"
CLOSE, REOPEN, HAND_OVER = "CLOSE", "REOPEN", "HAND-OVER"
YES, NO = "YES", "NO"

# The manifests to choose from at the dock are acts too: this, and the manifest's id.
MANIFEST = "MANIFEST:"
# So are held print jobs, and the printers to which one can be moved.
HELD_PRINT, PRINTER = "PRINT:", "PRINTER:"
CHOSEN = (MANIFEST, HELD_PRINT, PRINTER)

SHORTS = {
    SHORT_EMPTY: "empty",
    SHORT_FEWER: "fewer",
    SHORT_DAMAGED: "damaged",
    SHORT_UNREACHABLE: "unreachable",
}

_LABELS = {
    PICK: "Pick",
    PACK: "Pack",
    SHIP: "Ship",
    QUEUE: "Live queue",
    SIGN_OFF: "Sign off",
    MENU: "Stop here, menu",
    CONFIRM: "Confirm",
    NEXT: "Next",
    UNDO: "Undo the last act",
    ITEM_LABEL: "New item label",
    ALL: "All of them",
    SKIP: "Skip, come back",
    GIVE_BACK: "Give task back",
    SHORT: "Short",
    SHORT_EMPTY: "Short: empty",
    SHORT_FEWER: "Short: too few",
    SHORT_DAMAGED: "Short: damaged",
    SHORT_UNREACHABLE: "Short: no access",
    SEAL: "Seal carton",
    WEIGHT: "Key the weight",
    REPRINT: "Print label again",
    VOID: "Void, unpack",
    TRY_PRINT: "Try again",
    CAME_OUT: "It came out",
    PRINT_AGAIN: "Not there: again",
    CANCEL_PRINT: "Cancel print",
    HELD_PRINTS: "Not printed yet",
    PREVIEW: "See the print",
    CLOSE: "Close manifest",
    REOPEN: "Reopen manifest",
    HAND_OVER: "Hand over",
    YES: "Yes",
    NO: "No",
}

# What a command card on the bench or the cart carries.
COMMANDS = tuple(_LABELS)


# These have the same digit wherever they are listed; 1 to 3 are the shorts of a walk, where the worker is at the shelf.
_DIGITS = {SKIP: 4, ALL: 5, PREVIEW: 6, ITEM_LABEL: 7, UNDO: 8, MENU: 9, SIGN_OFF: 9}


def label(name: str) -> str:
    """What an act is called on the list."""
    return _LABELS[name]


def named(name: str) -> str:
    """What a command is called in a sentence: as on the list, or by its own name where nobody knows it."""
    return _LABELS.get(name, name)


def listed(*names: str) -> tuple[Act, ...]:
    """Acts under the digits 1, 2, 3 ...; what is wanted on many screens has the same digit on all of them."""
    acts, digit = [], 1
    for name in names:
        if name in _DIGITS:
            acts.append(Act(_DIGITS[name], name, _LABELS[name]))
        else:
            acts.append(Act(digit, name, _LABELS[name]))
            digit += 1
    return tuple(sorted(acts, key=lambda act: act.digit))


def with_more(listed_before: tuple[Act, ...], *names: str) -> tuple[Act, ...]:
    """A list with acts of fixed digits added where they belong."""
    return tuple(sorted((*listed_before, *listed(*names)), key=lambda act: act.digit))
