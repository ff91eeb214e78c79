"""Every sentence of the look at a print before and after it comes out, one function each; see `wording`."""

from __future__ import annotations

_KINDS = {"label": "LABEL", "slip": "SLIP", "product": "ITEM LABEL"}


def nothing_to_see() -> str:
    return "Nothing is printed at this step: open a tote, or seal a carton"


def nothing_kept() -> str:
    return "The papers of this parcel are not here any more: print the label again to see it"


def heading() -> str:
    return "PRINT"


def drawing() -> str:
    return "Drawing what is printed"


def title(kind: str, place: int, of: int) -> str:
    """Longest first: what is shown, and which sheet of how many."""
    name = _KINDS.get(kind, kind.upper())
    return name if of == 1 else f"{name} {place}/{of}"


def not_drawn(reason: str) -> str:
    return f"It cannot be printed like this: {reason}"


def comes_with_the_seal() -> str:
    return "Not printed yet: sealing prints it"


def label_needs_weight() -> str:
    return "The label follows once the carton is weighed"


def label_needs_number() -> str:
    return "No parcel numbers left: wait until the badge is online, the label needs one"


def printed_elsewhere() -> str:
    return "Printed at another terminal, or long ago"


def job(state: str, printer: str, said: str) -> str:
    """Where the print stands; `said` is why it is held, or where it came out."""
    match state:
        case "waiting":
            return f"Waits for its turn at {printer}"
        case "sending":
            return f"Goes to {printer} now"
        case "printed":
            return f"Printed by {printer}: {said}" if said else f"Printed by {printer}"
        case "held":
            return f"HELD at {printer}: {said}" if printer else f"HELD: {said}"
        case _:
            return "Cancelled: it will not come out"


def keys(*, has_more: bool, has_picture: bool, is_picture: bool) -> tuple[str, ...]:
    """What the keys do, in as many words as there is room for."""
    picture = ("Tab words" if is_picture else "Tab picture") if has_picture else ""
    long = ("↓ ↑ scroll", "→ ← next sheet" if has_more else "", picture, "Esc back")
    short = ("↓ ↑", "→" if has_more else "", picture, "Esc back")
    shortest = ("↓↑", "→" if has_more else "", "Esc")
    return ("   ".join(filter(None, long)), "  ".join(filter(None, short)), " ".join(filter(None, shortest)))
