"""Items that were keyed because their label cannot be read: which ways are allowed, and what proves them.

Decides when typed digits stand for the item of a stop: its code's last digits, and the shelf's check digits behind
them, so that nobody keys a shelf away. Which ways a device allows is its config's.
"""

from __future__ import annotations

from orders.barcodes import check_digits
from orders.records import Product, Stop
from terminal import command_wording
from terminal.workflows.steps import Here, Refused

SKU, DIGITS = "sku", "digits"
WAYS = (SKU, DIGITS)

FEWEST_DIGITS = 4
_CHECK_DIGITS = 2


def refused(here: Here, is_keyed: bool) -> Refused | None:
    """Why an item may not be keyed by its SKU on this device, or None where it was scanned or may be."""
    if not is_keyed or SKU in here.keyed:
        return None
    return Refused(command_wording.keying_not_allowed(by_digits=DIGITS in here.keyed), "keying_not_allowed")


def are_digits(text: str) -> bool:
    """Whether `text` can be last digits with check digits behind them; spaces and hyphens only help the eye."""
    digits = _plain(text)
    return digits.isascii() and digits.isdecimal() and len(digits) >= FEWEST_DIGITS + _CHECK_DIGITS


def judge_digits(text: str, stop: Stop, product: Product | None, here: Here) -> Refused | None:
    """Why these digits do not stand for the item of `stop`, or None where they do."""
    if DIGITS not in here.keyed:
        return Refused(command_wording.keying_not_allowed(by_digits=False), "keying_not_allowed")
    digits = _plain(text)
    tail, checks = digits[:-_CHECK_DIGITS], digits[-_CHECK_DIGITS:]
    if checks != check_digits(stop.location):
        return Refused(command_wording.keyed_check_wrong(FEWEST_DIGITS, stop.location), "wrong_location")
    codes = product.barcodes if product else ()
    if not any(_digits_of(code).endswith(tail) for code in codes):
        return Refused(command_wording.keyed_digits_wrong(tail, stop.sku), "wrong_product")
    return None


def _plain(text: str) -> str:
    return text.replace(" ", "").replace("-", "")


def _digits_of(code: str) -> str:
    return "".join(sign for sign in code if sign.isdecimal())
