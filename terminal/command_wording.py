"""Every sentence that answers a command card, an undo or a keyed item, one function each; see `wording`."""

from __future__ import annotations

# Commands


def command_unknown(name: str) -> str:
    return f"No command {name} is known here: print a new command card"


def nothing_to_confirm(ask: str) -> str:
    return f"Nothing to confirm yet. {ask}"


def nothing_to_answer(ask: str) -> str:
    return f"Nothing to answer here. {ask}"


def signed_off_in_the_midst() -> str:
    return "Signed off. What you began waits, and goes on at the same line"


def label_before_sign_off() -> str:
    return "Stick the label and scan it first, then sign off"


# Undo


def nothing_to_undo(ask: str) -> str:
    return f"Nothing here can be undone. {ask}"


def too_late_to_undo(why: str) -> str:
    return f"Too late to undo. {why}"


def tote_set_down(tote: str) -> str:
    return f"Undone: set tote {tote} down, scan the one you take"


def drop_undone(tote: str, place: str) -> str:
    return f"Undone: take tote {tote} from {place}, then drop it where it belongs"


def pick_undone(quantity: int, sku: str, location: str) -> str:
    return f"Undone: put {quantity} x {sku} back on {location}"


def short_undone(quantity: int, sku: str) -> str:
    return f"Short undone: take {quantity} x {sku}"


def skip_undone() -> str:
    return "Skip undone"


def verification_undone(quantity: int, sku: str) -> str:
    return f"Undone: take {quantity} x {sku} out, scan again"


def read_back_undone(tail: str) -> str:
    return f"Undone: parcel {tail} waits for its label again"


# Keyed items


def keyed(sentence: str, *, can_label: bool) -> str:
    return f"{sentence}, keyed" + (". Arrow, 7: new label" if can_label else "")


def keying_not_allowed(*, by_digits: bool) -> str:
    if by_digits:
        return "Not by its SKU: type the code's last 4 digits, then the shelf's 2 check digits"
    return "Items are not typed here: scan it, or call a supervisor for a new label"


def keyed_check_wrong(digits: int, location: str) -> str:
    return f"Type the code's last {digits} digits, then the 2 check digits of shelf {location}"


def keyed_digits_wrong(tail: str, sku: str) -> str:
    return f"No code of {sku} ends in {tail}: look at the item again"


def no_item_was_keyed() -> str:
    return "A new item label is for an item that was just typed: type the item first"


def no_item_label_printer() -> str:
    return "No printer here takes item labels: the supervisor sees that this one needs a label"


def product_unknown() -> str:
    return "This product is not known here: is the badge online?"


def printing_item_label(sku: str) -> str:
    return f"Printing a label for {sku}: stick it over the old one"
