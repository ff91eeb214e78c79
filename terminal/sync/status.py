"""What the badge says: how this terminal stands with its store, in one word, and one sentence where something is wrong.

Decides the words. When the standing changes is the sync's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from orders.verdicts import Denial
from terminal.sync.link import NEWER_TERMINAL, LinkError, Nonsense, Refused, SignInAgain, WrongVersion


class Standing(Enum):
    """How the terminal stands with its store; the value is what the badge says."""

    STARTING = "STARTING"
    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"
    SIGN_IN = "SIGN IN"
    VERSION = "UPDATE"
    TROUBLE = "TROUBLE"


def standing_after(error: Exception) -> Standing:
    """How the terminal stands once `error` ended the talk."""
    match error:
        case SignInAgain():
            return Standing.SIGN_IN
        case WrongVersion():
            return Standing.VERSION
        case Refused(problem=problem) if problem.error == NEWER_TERMINAL:
            return Standing.VERSION
        case Refused() | Nonsense():
            return Standing.TROUBLE
        case LinkError():
            return Standing.OFFLINE
        case _:
            return Standing.TROUBLE


def discrepancies(reasons: Sequence[str]) -> str:
    """The books deny what was done; what that means, and that nothing has to be done twice. Empty where nothing is."""
    if Denial.SEALED_TWICE.value in reasons:
        return "A tote was sealed at two benches: the label of this one is void. Take it off; a supervisor sees it too."
    reasons = [reason for reason in reasons if reason != Denial.OTHER_BENCH.value]  # told at the bench itself
    if not reasons:
        return ""
    plain = ", ".join(dict.fromkeys(reason.replace("_", " ") for reason in reasons if reason))
    because = f" ({plain})" if plain else ""
    what = "the scan counts" if len(reasons) == 1 else f"{len(reasons)} scans count all the same"
    return f"The store's books say otherwise{because}: {what}, and a supervisor sees the difference."


def conflict() -> str:
    """The store holds other scans under this journal's numbers."""
    return (
        "Another device sends under this terminal's number: the scans here are sent under a new one. "
        "Tell a supervisor: this device may be a copy."
    )


def renewed() -> str:
    """The store holds more of this journal than the terminal does."""
    return (
        "The store holds later scans of this terminal than this terminal itself: it was set back to an older copy. "
        "It goes on under a new number. Check what is in your hands against the screen."
    )


def sent_again(again: int) -> str:
    """The store was restored from a backup and has lost events."""
    return f"The store was restored from a backup: {again} scan{'s' if again != 1 else ''} of this terminal sent again."


def not_ours_to_send() -> str:
    """Unsent events belong to a journal that the store knows as another terminal's."""
    return "This journal holds scans of another terminal, which only that one can send: tell a supervisor."


def unreadable(kinds: frozenset[str]) -> str:
    """The store holds records that this version cannot show."""
    return f"The store sent what this version cannot show ({', '.join(sorted(kinds))}): update this terminal."


def no_numbers(owner: str, reason: str) -> str:
    """The store leases no SSCCs for an owner."""
    return f"No parcel can be sealed for {owner}: {reason}."
