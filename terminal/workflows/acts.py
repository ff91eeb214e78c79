"""The acts that can be asked for besides scanning, by the name that their command barcode holds.

Decides names and which digit reaches which act; what an act does is its workflow's business.
"""

from __future__ import annotations

from terminal.workflows.prompts import Act

PICK, PACK, SHIP, QUEUE, SIGN_OFF, MENU = "PICK", "PACK", "SHIP", "QUEUE", "SIGN-OFF", "MENU"
ALL, SKIP, GIVE_BACK = "ALL", "SKIP", "GIVE-BACK"
SHORT_EMPTY, SHORT_FEWER = "SHORT-EMPTY", "SHORT-FEWER"
SHORT_DAMAGED, SHORT_UNREACHABLE = "SHORT-DAMAGED", "SHORT-UNREACHABLE"
SEAL, WEIGHT, REPRINT, VOID = "SEAL", "WEIGHT", "REPRINT", "VOID"
TRY_PRINT, CAME_OUT, PRINT_AGAIN, CANCEL_PRINT = "TRY-PRINT", "CAME-OUT", "PRINT-AGAIN", "CANCEL-PRINT"
HELD_PRINTS = "HELD-PRINTS"
CLOSE, REOPEN, HAND_OVER = "CLOSE", "REOPEN", "HAND-OVER"
YES, NO = "YES", "NO"

# The manifests to choose from at the dock are acts too: this, and the manifest's id.
MANIFEST = "MANIFEST:"
# So are held print jobs, and the printers to which one can be moved.
HELD_PRINT, PRINTER = "PRINT:", "PRINTER:"

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
    ALL: "All of them",
    SKIP: "Skip, come back",
    GIVE_BACK: "Give task back",
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
    CLOSE: "Close manifest",
    REOPEN: "Reopen manifest",
    HAND_OVER: "Hand over",
    YES: "Yes",
    NO: "No",
}

# What a command card on the bench or the cart carries.
COMMANDS = tuple(_LABELS)


def label(name: str) -> str:
    """What an act is called on the list."""
    return _LABELS[name]


def listed(*names: str) -> tuple[Act, ...]:
    """Acts under the digits 1, 2, 3 ...; leaving for the menu or signing off is always 9."""
    acts, digit = [], 1
    for name in names:
        if name in (MENU, SIGN_OFF):
            acts.append(Act(9, name, _LABELS[name]))
        else:
            acts.append(Act(digit, name, _LABELS[name]))
            digit += 1
    return tuple(acts)
