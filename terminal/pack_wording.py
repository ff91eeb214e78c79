"""Every sentence that packing says to an operator: totes, items, the weight and its scale, the seal and its label.

Decides words and nothing else, as its sister `wording` does, where stands what packing shares with the dock.
"""

from __future__ import annotations

from collections.abc import Sequence

# A tote and what lies in it


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


def tote_opened(order: str, lacks: str = "") -> str:
    """`lacks` is the sentence on what keeps it from being sealed."""
    return f"Order {order}. {lacks}" if lacks else f"Order {order}"


def tote_taken_over(bench: str, verified: int, lacks: str = "") -> str:
    said = f"{bench} had it open: {verified} verified"
    return f"{said}. {lacks}" if lacks else said


def tote_taken(tote: str, bench: str) -> str:
    return f"{bench} took tote {tote}: scan the next tote"


def tote_packed_elsewhere(tote: str, bench: str) -> str:
    return f"{bench} packed tote {tote}: scan the next tote"


def sealed_elsewhere(label: str, bench: str) -> str:
    return f"{bench} sealed this tote first: take label {label} off, throw it away, scan the next tote"


def tote_parked(tote: str) -> str:
    return f"Tote {tote} waits; scan it to go on"


def ask_any_item() -> str:
    return "Scan each item"


def any_item_first(stranger: str) -> str:
    return f"Scan an item from the tote: {stranger}"


def still_picked(order: str, tote: str, place: str) -> str:
    return f"More of {order} is still being picked: put tote {tote} back" + (f" at {place}" if place else "")


def back_ordered(quantity: int, sku: str) -> str:
    return f"{quantity} of {sku} back-ordered"


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


def number_wanted(left: int) -> str:
    return f"Type how many lie here, up to {left}, Enter"


def too_many(value: int, left: int) -> str:
    return f"{value} is too many: pack {left}, lay the rest aside"


def order_changed() -> str:
    return "This order changed: press the arrow, 9, for the menu"


def ask_seal() -> str:
    return "Close the carton, scan SEAL"


def seal_first(stranger: str) -> str:
    return f"All verified. Scan SEAL, or press the arrow, 1: {stranger}"


# The weight


def ask_weight() -> str:
    return "Type the weight in grams, Enter"


def ask_scale() -> str:
    return "Put the carton on the scale"


def scale_settles() -> str:
    return "Hands off: it settles"


def scale_restless() -> str:
    return "It does not settle: type the grams, Enter"


def scale_is_full() -> str:
    return "Too heavy for this scale: type the grams, Enter"


def scale_below_zero() -> str:
    return "Below zero: take all off, press ZERO on the scale"


def scale_silent() -> str:
    return "The scale does not answer: type the grams, Enter"


def scale_faulty() -> str:
    return "The scale is at fault: type the grams, Enter"


def scale_says(detail: str) -> str:
    return f"It says {detail}"


def scale_still_loaded() -> str:
    return "Take the last carton off the scale"


def weight_wanted() -> str:
    return "Weigh the carton and type its grams, up to 99999"


# Sealing, and the label read back


def no_site_yet() -> str:
    return "The store has not sent this site's address yet: wait for the badge to say online"


def sender_missing(lacks: Sequence[str]) -> str:
    """The site's own side of the label; `lacks` names the parts."""
    return f"This site has no sender address ({_without(lacks)}): a supervisor sets it with `floorhand store sender`"


def address_missing(lacks: Sequence[str] = ()) -> str:
    """The customer's side of the label; `lacks` names the parts, none where there is no address at all."""
    said = f"is not complete ({_without(lacks)})" if lacks else "is missing"
    return f"The customer's address {said}: set the tote aside and call a supervisor"


def _without(lacks: Sequence[str]) -> str:
    return ", ".join(f"no {part}" for part in lacks)


def no_company_prefix(owner: str) -> str:
    return f"No GS1 company prefix for {owner}, so no SSCC: a supervisor sets it with `floorhand store owner`"


def no_carrier() -> str:
    return "No carrier named"


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


def other_order(number: str, wanted: str) -> str:
    return f"Wrong label, of order {number}: scan the SSCC ending in {wanted}"


def label_alone(wanted: str) -> str:
    return f"The slip has that number too: scan the SSCC ending in {wanted}"


def label_right(carrier: str) -> str:
    return f"Label right. It goes with {carrier}"


def on_manifest_without_carrier(manifest: str) -> str:
    """What a parcel goes with whose order names no carrier."""
    return f"{manifest}: no carrier named"


def label_counted() -> str:
    return "That label was read back already: scan the next tote"


def nothing_to_reprint() -> str:
    return "No label to print again yet: seal the carton, or scan the parcel at the dock"


def really_void() -> str:
    return "Void this parcel? Scan an empty tote for its goods"


def not_voided_yet() -> str:
    return "Nothing is voided yet"


def esc_keeps_it() -> str:
    return "Esc keeps the parcel"


def scan_empty_tote() -> str:
    return "Scan an empty tote for the goods, or Esc to keep the parcel"


def in_hand(tail: str, order: str) -> str:
    return f"In hand: parcel {tail} of {order}"


def taken_in_hand(tail: str, order: str, *, is_read: bool) -> str:
    if is_read:
        return f"Parcel {tail} of order {order}, read back: the arrow for Void, or go on with your work"
    return f"Parcel {tail} of order {order} was never read back: scan it after this tote, or the arrow for Void"


def parcel_for_void() -> str:
    return "Which parcel? Scan its label first, then void it"


def manifest_is_closed() -> str:
    return "Its manifest is closed: have it reopened at the dock, then void the parcel"


def voided_into(tote: str) -> str:
    return f"Void: take the label off, put the goods into tote {tote}; scan it later to pack them again"


def voided() -> str:
    return "Void: take the label off, unpack into the tote"


# Help


def help_pack() -> tuple[str, ...]:
    return (
        "Scan the tote, then each item. More than one of a kind: type the number, or scan ALL.",
        "When all is verified scan SEAL: slip and label are printed.",
        "Stick the label and scan it. No other parcel begins before that.",
    )
