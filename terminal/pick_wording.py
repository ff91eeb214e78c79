"""Every sentence of a walk, one function each, phrased as the picker's next physical act; see `wording`."""

from __future__ import annotations


def pick() -> str:
    return "PICK"


def pick_title(order: str) -> str:
    return f"PICK {order}"


def quantity_left(left: int, total: int) -> str:
    return str(left) if left == total else f"{left} of {total}"


def ask_tote() -> str:
    return "Scan an empty tote"


def ask_tote_along(code: str) -> str:
    return f"Take tote {code} along: scan it"


def rest_of_order() -> str:
    return "this order's goods are in it"


def other_tote(code: str, place: str) -> str:
    where = f" from {place}" if place else ""
    return f"Take tote {code}{where}: this order's goods are in it"


def tote_is_away(code: str) -> str:
    return f"Tote {code} is in other hands: give this task back, pick another"


def ask_shelf(location: str) -> str:
    return f"Scan shelf {location}"


def ask_item() -> str:
    return "Scan the item"


def ask_quantity(left: int) -> str:
    return f"Type how many ({left})"


def number_wanted(left: int) -> str:
    return f"Type how many you took, up to {left}, Enter"


def too_many(value: int, left: int) -> str:
    return f"{value} is too many: take {left}, put the rest back"


def ask_drop() -> str:
    return "Scan the drop place"


def drop() -> str:
    return "DROP"


def then_shelf(location: str) -> str:
    return f"then {location}"


def task_gone() -> str:
    return "This task is no longer yours: press the arrow, 9, for the menu"


def task_waits() -> str:
    return "Your task waits for you"


def tote_taken(code: str) -> str:
    return f"Tote {code}"


def tote_first(stranger: str) -> str:
    return f"Scan an empty tote first: {stranger}"


def shelf_right(location: str) -> str:
    return f"Shelf {location}"


def shelf_again(location: str) -> str:
    return f"You are at {location}: scan the item"


def shelf_changed(location: str) -> str:
    return f"Now at {location}; the stops before it come later"


def wrong_shelf(read: str, wanted: str) -> str:
    return f"Wrong shelf {read}: go to {wanted}"


def shelf_first(location: str, stranger: str) -> str:
    return f"Scan the shelf {location} first" + (f": {stranger}" if stranger else "")


def check_digits_wrong(location: str) -> str:
    return f"Those are not the check digits of {location}: look at the shelf again"


def wrong_item(read: str, wanted: str) -> str:
    return f"Wrong item {read}: take {wanted}"


def item_first(sku: str, stranger: str) -> str:
    return f"Scan item {sku}: {stranger}"


def zero_is_short() -> str:
    return "None there? Press the arrow and choose Short"


def picked(quantity: int, sku: str) -> str:
    return f"Picked {quantity} x {sku}"


def shorted(quantity: int, sku: str) -> str:
    # Offline nobody here can know of another shelf; online the answer is there before the next step.
    return f"Short {quantity} x {sku}: another shelf, if any, is named once online"


def another_shelf(location: str, quantity: int, sku: str) -> str:
    return f"{location} comes later: {quantity} x {sku}"


def this_shelf(location: str, quantity: int, sku: str) -> str:
    return f"{location} has what was short: {quantity} x {sku}"


def back_ordered(quantity: int, sku: str) -> str:
    return f"{quantity} x {sku} back-ordered: no other shelf has them"


def skipped(location: str) -> str:
    return f"{location} comes back at the end"


def nothing_to_skip_to() -> str:
    return "This is the last stop: pick it, or choose Short"


def drop_first(stranger: str) -> str:
    return f"Scan the drop place: {stranger}"


def not_a_drop(code: str) -> str:
    return f"{code} is no drop place: take the tote to one and scan it"


def walk_ended(tote: str, place: str) -> str:
    return f"Done: tote {tote} stands at {place}"


def walk_ended_empty() -> str:
    return "Done: nothing was picked, the tote is free"


def empty_tote_back(tote: str) -> str:
    return f"Nothing picked: scan tote {tote} to free it"


def help_tote() -> tuple[str, ...]:
    return ("Put an empty tote on the cart and scan it: all of this task goes into it.", *help_pick())


def help_tote_along() -> tuple[str, ...]:
    return (
        "The order was picked in part, and its tote waits there: take it along, the rest goes into it as well.",
        *help_pick(),
    )


def help_drop(places: tuple[str, ...]) -> tuple[str, ...]:
    where = f"Take the tote to one of these and scan the barcode there: {', '.join(places)}."
    return (where, "Wrong? Right arrow, 8, or UNDO on the card takes the last act back.")


def help_empty_tote() -> tuple[str, ...]:
    return (
        "Nothing of this task was picked. Scan its tote: then the tote is free, and so are you.",
        "Wrong? Right arrow, 8, or UNDO on the card takes the last act back.",
    )


def help_pick() -> tuple[str, ...]:
    return (
        "Scan the shelf, then the item. More than one: type the number and Enter, or scan ALL.",
        "Shelf barcode torn: type the two check digits on the shelf label.",
        "Item barcode torn: type its SKU, or its last 4 digits and the shelf's 2 check digits.",
        "Wrong? Right arrow, 8, or UNDO on the card takes the last act back.",
        "Nothing there, too few or damaged: right arrow, then the digit.",
        "Another shelf of your walk may be scanned at any time.",
    )
