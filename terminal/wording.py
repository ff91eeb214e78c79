"""Every sentence that a workflow says to an operator, one function each; with its sisters, what gets translated.

What only a walk, packing, the dock or a command card says stands in `pick_wording`, `pack_wording`, `dock_wording` and
`command_wording`. Decides words and nothing else. A sentence names the next physical act; what the eye needs most
stands first, for a small screen may wrap it. `denied` words the verdicts that store and terminal share.
"""

from __future__ import annotations

from datetime import datetime

from orders.records import Site
from orders.verdicts import Denial

# Sign-on and menu


def floorhand() -> str:
    return "FLOORHAND"


def ask_badge() -> str:
    return "Scan your badge"


def or_name() -> str:
    return "or type your name, Enter"


def no_workers_yet() -> str:
    return "No workers known here yet: wait for the store, or ask a supervisor"


def ask_pin() -> str:
    return "Type your PIN, Enter"


def welcome(name: str) -> str:
    return f"Welcome, {name}"


def signed_off() -> str:
    return "Signed off"


def signed_off_idle(minutes: int) -> str:
    return f"Signed off: {minutes} min without a scan. Your badge goes on at the same line"


def worker_left(name: str) -> str:
    return f"{name} does not work here any more: somebody else scans a badge, or ask a supervisor"


def device_revoked() -> str:
    return "This device is out: it takes no scan. Its scans are kept: a supervisor has to enrol it again"


def ask_to_enrol() -> str:
    return "Ask a supervisor for a code"


def help_revoked() -> tuple[str, ...]:
    return (
        "The store took this device out. What it has not sent yet is kept, and goes up once it is enrolled again.",
        "A supervisor gets a code: floorhand store add-terminal. Close the program here, then type",
        "floorhand terminal --enrol CODE --name NAME",
        "and start it again.",
    )


def badge_unknown() -> str:
    return "This badge is not known here: ask a supervisor"


def badge_not_valid() -> str:
    return "This badge is no longer valid: ask a supervisor for a new one"


def badge_first() -> str:
    return "Sign on first: scan your badge, or type your name"


def name_unknown() -> str:
    return "No worker of that name: type it again, or scan your badge"


def name_ambiguous() -> str:
    return "Several workers have that name: type your number, or scan your badge"


def no_pin() -> str:
    return "You have no PIN: scan your badge"


def looks_scanned(text: str) -> str:
    return f"{text} looks like a barcode and did not count. You typed it? Add a full stop: {text}."


def number_scanned(text: str) -> str:
    return (
        f"{text} came like a scan and did not count: type a number by hand, key by key."
        " Does the scanner send it? Set its suffix to CR alone."
    )


def too_fast() -> str:
    return "That came as fast as a scan and did not count: press the keys again, one by one"


def pin_first() -> str:
    return "Type your PIN first, key by key, or scan your badge; Esc goes back"


def pin_wrong() -> str:
    return "Wrong PIN: type it again"


def locked_out() -> str:
    return "Too many wrong tries: wait five minutes, or ask a supervisor"


def menu() -> str:
    return "MENU"


def ask_menu() -> str:
    return "Type a digit, Enter"


def choose_from_menu(stranger: str) -> str:
    return f"Choose from the menu: {stranger}"


def no_such_digit(text: str) -> str:
    return f"it has no {text}"


def not_your_role(label: str) -> str:
    return f"{label} is not one of your roles: ask a supervisor"


def watch_queue() -> str:
    return "Esc goes back"


def queue_takes_nothing() -> str:
    return "The queue is only looked at: Esc goes back to the menu"


# What was scanned


def is_shelf(code: str) -> str:
    return f"that is place {code}"


def is_item(sku: str) -> str:
    return f"that is item {sku}"


def is_tote(code: str) -> str:
    return f"that is tote {code}"


def is_parcel() -> str:
    return "that is a parcel label"


def is_order(number: str) -> str:
    return f"that is order {number}"


def is_manifest() -> str:
    return "that is a manifest"


def is_badge() -> str:
    return "that is a badge"


def is_command(label: str) -> str:
    return f"{label} is not possible here"


def is_number(text: str) -> str:
    return f"{text} is only a number"


def is_weight() -> str:
    return "that is a weight"


def is_ambiguous(skus: tuple[str, ...]) -> str:
    return f"that code is on {' and '.join(skus[:3])}: type the SKU"


def is_not_here(body: str) -> str:
    return f"{body} does not exist here"


def is_unknown() -> str:
    return "nothing here has that code"


def act_has_passed() -> str:
    return "That was for the step before: look what is asked now"


def own_barcode_damaged() -> str:
    return "That label was not read whole: scan it again"


def code_holds_nothing() -> str:
    return "That code holds nothing: scan another code on it"


# What picking, packing and the dock share


def pack_not_counted(sku: str) -> str:
    return f"That is a pack of {sku}, and nobody said how many it holds: scan a single piece"


def logistic_unit() -> str:
    """What is counted by its label, as in `1 FULL UNIT = 12 x LAMP`."""
    return "FULL UNIT"


def count_missing() -> str:
    return "That label does not say how many it holds: scan a single piece, or type the number"


def count_of_nothing(count: int) -> str:
    return f"That label counts {count} and does not say of what: scan the item's own code"


def count_varies(count: int) -> str:
    return f"That code says {count} of a variable measure: scan a single piece, or type its SKU and the number"


def use_by_passed(end: str, *, is_walk: bool) -> str:
    return f"Use by {end} has passed, never sell it: {_laid_aside(is_walk=is_walk)}"


def best_before_passed(end: str, *, is_walk: bool) -> str:
    return f"Best before {end} has passed: {_laid_aside(is_walk=is_walk)}"


def sell_by_passed(end: str, *, is_walk: bool) -> str:
    return f"Sell by {end} has passed: {_laid_aside(is_walk=is_walk)}"


def _laid_aside(*, is_walk: bool) -> str:
    if is_walk:
        return "lay it aside and scan another piece. None is good? Press the arrow and choose Short"
    return "lay it aside and call a supervisor"


def packs_picked(count: int, name: str, quantity: int, sku: str) -> str:
    return f"{count} {name} = {quantity} x {sku}"


def pack_too_large(name: str, holds: int, left: int) -> str:
    wanted = f"{left} is wanted: take a single piece" if left == 1 else f"{left} are wanted: take single pieces"
    article = "An" if name[0] in "AEIOU" else "A"
    return f"{article} {name.lower()} holds {holds}, {wanted}"


def item_right(sku: str) -> str:
    return f"Right item {sku}"


def tote_in_use(code: str) -> str:
    return f"Tote {code} is in use: take an empty one and scan it"


def departs(at: datetime | None, site: Site | None) -> str:
    if at is None:
        return ""
    from zoneinfo import ZoneInfo  # a picker's terminal never needs its half megabyte

    local = at.astimezone(ZoneInfo(site.time_zone)) if site else at
    return f"{local:%a %H:%M}"


def parcels(count: int) -> str:
    return f"{count} PARCEL" + ("" if count == 1 else "S")


def carrier_of(carrier: str, service: str) -> str:
    return " ".join(filter(None, (carrier, service)))


def parcel_gone() -> str:
    return "That parcel was handed over already: call a supervisor"


def parcel_unknown() -> str:
    return "This parcel is not known here: is the badge online?"


def void_label() -> str:
    return "Void label: take it off and throw it away"


def printing_again() -> str:
    return "Printing the label again"


# The store, the journal and the printers


def nothing_to_pick() -> str:
    return "No task is waiting. Try again soon"


def store_is_asked() -> str:
    return "Wait a moment: the store is being asked"


def store_away() -> str:
    return "The store cannot be reached: a new task needs it. Go on with what you have"


def store_refused(reason: str) -> str:
    return f"The store said no: {reason}"


def task_given_back() -> str:
    return "Task given back"


def not_saved(sentence: str) -> str:
    return f"NOT SAVED. Do it again. {sentence}"


def cannot_print(sentence: str) -> str:
    return f"Cannot print: {sentence}"


def printed(what: str, where: str) -> str:
    return f"Printed {what}: {where}"


def print_held(what: str, reason: str) -> str:
    return f"{what} not printed: {reason}"


def denied(denial: Denial) -> str:
    return _DENIALS.get(denial, "The books say no: call a supervisor")


_DENIALS = {
    Denial.UNKNOWN_RECORD: "Not known here: is the badge online?",
    Denial.TASK_NOT_YOURS: "Another device has this task: press the arrow, 9",
    Denial.TASK_OVER: "This task is done: press the arrow, 9",
    Denial.STOP_DONE: "This stop is done already",
    Denial.OTHER_TOTE: "That task has another tote by now",
    Denial.TOTE_IN_USE: "Something was done with that tote already: go on with it",
    Denial.NOT_WAITING: "A bench has that tote already: what is wrong in it is put right there",
    Denial.TOO_MANY: "Too many: put the rest back",
    Denial.NOT_PICKED: "This order is not picked yet, or packed already: scan another tote",
    Denial.ORDER_HELD: "This order is held: set the tote aside and call a supervisor",
    Denial.NOT_PACKING: "This order is not being packed: scan its tote",
    Denial.NOT_VERIFIED: "Not everything was scanned yet: scan what is left",
    Denial.CONTENTS_DIFFER: "The carton and the order differ: scan the tote again",
    Denial.PARCEL_VOID: "Void label: take it off and throw it away",
    Denial.PARCEL_GONE: "That parcel was handed over already: call a supervisor",
    Denial.MANIFEST_NOT_OPEN: "This manifest is closed: reopen it first",
    Denial.MANIFEST_NOT_CLOSED: "Close the manifest first",
    Denial.MANIFEST_GONE: "This manifest was handed over",
}


# Help: what to scan here


def help_sign_on() -> tuple[str, ...]:
    return (
        "Scan your badge, or type your name and Enter, then your PIN and Enter.",
        "No network is needed for people who are known here.",
    )


def help_menu() -> tuple[str, ...]:
    return ("Type the digit of what you want and Enter, or scan its barcode on the command card.",)
