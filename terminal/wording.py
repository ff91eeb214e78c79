"""Every sentence that a workflow says to an operator, one function each: the file that gets translated.

Decides words and nothing else. A sentence names the next physical act; what the eye needs most stands first, for a
small screen may wrap it. `denied` words the verdicts that store and terminal share.
"""

from __future__ import annotations

from datetime import datetime

from orders.records import Manifest, Site
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


def pin_wrong() -> str:
    return "Wrong PIN: type it again"


def locked_out() -> str:
    return "Too many wrong tries: wait five minutes, or ask a supervisor"


def menu() -> str:
    return "MENU"


def ask_menu() -> str:
    return "Type a digit, Enter"


def choose_from_menu() -> str:
    return "Choose from the menu: type its digit, Enter"


def not_your_role(label: str) -> str:
    return f"{label} is not one of your roles: ask a supervisor"


def watch_queue() -> str:
    return "Esc goes back"


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


def command_unknown(name: str) -> str:
    return f"No command {name} is known here: print a new command card"


def nothing_to_confirm(ask: str) -> str:
    return f"Nothing to confirm yet. {ask}"


def signed_off_in_the_midst() -> str:
    return "Signed off. What you began waits, and goes on at the same line"


def label_before_sign_off() -> str:
    return "Stick the label and scan it first, then sign off"


# Undo


def nothing_to_undo() -> str:
    return "Nothing here can be undone"


def too_late_to_undo(why: str) -> str:
    return f"Too late to undo. {why}"


def pick_undone(quantity: int, sku: str, location: str) -> str:
    return f"Undone: put {quantity} x {sku} back on {location}"


def short_undone(quantity: int, sku: str) -> str:
    return f"Short undone: take {quantity} x {sku}; the shelf is counted all the same"


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
    return "A new item label is for an item that was just typed"


def no_item_label_printer() -> str:
    return "No printer here takes item labels: the supervisor sees that this one needs a label"


def product_unknown() -> str:
    return "This product is not known here: is the badge online?"


def printing_item_label(sku: str) -> str:
    return f"Printing a label for {sku}: stick it over the old one"


def is_number(text: str) -> str:
    return f"{text} is only a number"


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


# Picking


def pick() -> str:
    return "PICK"


def pick_title(order: str) -> str:
    return f"PICK {order}"


def quantity_left(left: int, total: int) -> str:
    return str(left) if left == total else f"{left} of {total}"


def ask_tote() -> str:
    return "Scan an empty tote"


def ask_shelf(location: str) -> str:
    return f"Scan shelf {location}"


def ask_item() -> str:
    return "Scan the item"


def ask_quantity(left: int) -> str:
    return f"Type how many, Enter ({left})"


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


def tote_in_use(code: str) -> str:
    return f"Tote {code} is in use: take an empty one and scan it"


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


def item_right(sku: str) -> str:
    return f"Right item {sku}"


def wrong_item(read: str, wanted: str) -> str:
    return f"Wrong item {read}: take {wanted}"


def item_first(sku: str, stranger: str) -> str:
    return f"Scan item {sku}: {stranger}"


def pack_not_counted(sku: str) -> str:
    return f"that is a pack of {sku}, and nobody said how many it holds: scan a single piece"


def packs_picked(count: int, name: str, quantity: int, sku: str) -> str:
    return f"{count} {name} = {quantity} x {sku}"


def pack_too_large(name: str, holds: int, left: int) -> str:
    wanted = f"{left} is wanted: take a single piece" if left == 1 else f"{left} are wanted: take single pieces"
    article = "An" if name[0] in "AEIOU" else "A"
    return f"{article} {name.lower()} holds {holds}, {wanted}"


def number_wanted(left: int) -> str:
    return f"Type how many you took, up to {left}, Enter"


def too_many(value: int, left: int) -> str:
    return f"{value} is too many: take {left}, put the rest back"


def zero_is_short() -> str:
    return "None there? Press the arrow and choose Short"


def picked(quantity: int, sku: str) -> str:
    return f"Picked {quantity} x {sku}"


def shorted(quantity: int, sku: str) -> str:
    return f"Short {quantity} x {sku}: the shelf will be counted"


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


# Packing


def pack() -> str:
    return "PACK"


def pack_title(order: str) -> str:
    return f"PACK {order}"


def ask_waiting_tote() -> str:
    return "Scan a tote"


def orders_waiting(count: int) -> str:
    return f"{count} waiting"


def waiting_tote_first(stranger: str) -> str:
    return f"Scan a tote: {stranger}"


def tote_is_free(code: str) -> str:
    return f"Tote {code} holds no order: scan a full one"


def tote_opened(order: str) -> str:
    return f"Order {order}"


def tote_parked(tote: str) -> str:
    return f"Tote {tote} waits; scan it to go on"


def ask_any_item() -> str:
    return "Scan each item"


def any_item_first(stranger: str) -> str:
    return f"Scan an item from the tote: {stranger}"


def item_left(quantity: str, sku: str) -> str:
    return f"{quantity} x {sku}"


def pieces(count: int) -> str:
    return f"{count} PCS"


def pieces_left(count: int) -> str:
    return f"{count} LEFT"


def verified(quantity: int, sku: str) -> str:
    return f"{quantity} x {sku} right"


def not_in_order(sku: str) -> str:
    return f"{sku} is not in this order: lay it aside"


def nothing_left_of(sku: str) -> str:
    return f"Enough of {sku}: lay this one aside"


def order_changed() -> str:
    return "This order changed: press the arrow, 9, for the menu"


def carrier_of(carrier: str, service: str) -> str:
    return " ".join(filter(None, (carrier, service)))


def ask_seal() -> str:
    return "Close the carton, scan SEAL"


def seal_first(stranger: str) -> str:
    return f"All verified. Scan SEAL, or press the arrow, 1: {stranger}"


def ask_weight() -> str:
    return "Type the weight in grams, Enter"


def weight_wanted() -> str:
    return "Weigh the carton and type its grams, up to 99999"


def no_site_yet() -> str:
    return "The store has not sent this site's address yet: wait for the badge to say online"


def address_missing() -> str:
    return "Address missing: set the tote aside and call a supervisor"


def no_company_prefix(owner: str) -> str:
    return f"No GS1 company prefix for {owner}, so no SSCC: a supervisor sets it in the store"


def no_sscc_left() -> str:
    return "No SSCC left on this terminal: bring it online, then seal"


def sealed(order: str) -> str:
    return f"Sealed {order}: stick the label"


def ask_label() -> str:
    return "Stick the label, scan it"


def grams(weight_grams: int) -> str:
    return f"{weight_grams / 1000:.2f} kg"


def label_first(stranger: str) -> str:
    return f"Scan the label you stuck on: {stranger}"


def other_label(read: str, wanted: str) -> str:
    return f"Wrong label {read}: this parcel's ends in {wanted}"


def void_label() -> str:
    return "Void label: take it off and throw it away"


def label_right(manifest: str) -> str:
    return f"Label right. On {manifest}"


def label_counted() -> str:
    return "That label was read back already: scan the next tote"


def printing_again() -> str:
    return "Printing the label again"


def nothing_to_reprint() -> str:
    return "No label to print again: that is done where the parcel waits for its label"


def really_void() -> str:
    return "Void this parcel? Scan an empty tote for its goods"


def scan_empty_tote() -> str:
    return "Scan an empty tote for the goods, or Esc to keep the parcel"


def voided() -> str:
    return "Void: take the label off, unpack into the tote"


def parcel_unknown() -> str:
    return "This parcel is not known here: is the badge online?"


# Shipping


def ship() -> str:
    return "SHIP"


def ship_title(carrier: str, service: str) -> str:
    return f"SHIP {carrier_of(carrier, service)}".strip()


def ask_manifest() -> str:
    return "Scan a parcel, or type a digit"


def no_manifest() -> str:
    return "No manifest is open: scan a labelled parcel"


def manifest_first(stranger: str) -> str:
    return f"Scan a parcel first, or type a manifest's digit: {stranger}"


def manifest_line(manifest: Manifest, site: Site | None) -> str:
    when = departs(manifest.departs_at, site)
    return f"{carrier_of(manifest.carrier, manifest.service)} {when} {len(manifest.parcels)} {manifest.state}"


def departs(at: datetime | None, site: Site | None) -> str:
    if at is None:
        return ""
    from zoneinfo import ZoneInfo  # a picker's terminal never needs its half megabyte

    local = at.astimezone(ZoneInfo(site.time_zone)) if site else at
    return f"{local:%a %H:%M}"


def parcels(count: int) -> str:
    return f"{count} PARCEL" + ("" if count == 1 else "S")


def unlabelled(count: int) -> str:
    return f"{count} sealed, label not read back"


def manifest_opened(manifest: str) -> str:
    return f"Manifest {manifest}"


def parcel_stands(tail: str) -> str:
    return f"Parcel {tail} stands on this manifest"


def other_manifest(manifest: str) -> str:
    return f"That parcel goes on {manifest}: set it aside"


def parcel_gone() -> str:
    return "That parcel was handed over already: call a supervisor"


def read_back_first() -> str:
    return "Its label was never read back: take it to a bench and scan it there"


def ask_close() -> str:
    return "Scan parcels, then CLOSE"


def ask_hand_over() -> str:
    return "Load the truck, scan HAND OVER"


def really_close(manifest: str) -> str:
    return f"Close {manifest}? Yes or No"


def really_hand_over(count: int) -> str:
    return f"Has the carrier taken {parcels(count).lower()}? Yes or No"


def closed(manifest: str) -> str:
    return f"Closed {manifest}"


def reopened(manifest: str) -> str:
    return f"Open again: {manifest}"


def handed_over(count: int) -> str:
    return f"Handed over {parcels(count).lower()}"


def manifest_gone() -> str:
    return "Handed over. Press the arrow, 9, for the menu"


def yes_or_no(stranger: str) -> str:
    return f"Answer first, Yes or No: {stranger}"


def dock_act_first(stranger: str) -> str:
    return f"Scan a parcel, or press the arrow for the acts: {stranger}"


# The store, the journal and the printers


def nothing_to_pick() -> str:
    return "No task is waiting. Try again soon"


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


def help_pick() -> tuple[str, ...]:
    return (
        "Scan the shelf, then the item. More than one: type the number and Enter, or scan ALL.",
        "Shelf barcode torn: type the two check digits on the shelf label.",
        "Item barcode torn: type its SKU, or its last 4 digits and the shelf's 2 check digits.",
        "Wrong? Right arrow, 8, or UNDO on the card takes the last act back.",
        "Nothing there, too few or damaged: right arrow, then the digit.",
        "Another shelf of your walk may be scanned at any time.",
    )


def help_pack() -> tuple[str, ...]:
    return (
        "Scan the tote, then each item. More than one of a kind: type the number, or scan ALL.",
        "When all is verified scan SEAL: slip and label are printed.",
        "Stick the label and scan it. No other parcel begins before that.",
    )


def help_ship() -> tuple[str, ...]:
    return (
        "Scan any parcel to see its manifest. Close it when the last parcel stands there,",
        "and hand it over when the carrier has taken it.",
    )
