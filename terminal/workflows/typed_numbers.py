"""When typed digits are a number, and when they may be the barcode of a scanner that types as slowly as a hand.

Decides by what they look like, by what they are the code of here, and by whether the keys came as evenly as no hand
presses them; and what is said where a scanner, or a line as fast as one, sent a number that only a hand may give.
A full stop behind the digits says that somebody means the number; where no hand typed it, it says nothing.
"""

from __future__ import annotations

import re

from terminal import wording
from terminal.floor import Floor
from terminal.workflows.prompts import Prompt
from terminal.workflows.resolve import MEANT, resolve_entry, resolve_number
from terminal.workflows.steps import (
    AnItem,
    AnOrder,
    ANumber,
    Damaged,
    Meaning,
    Packing,
    Picking,
    Refused,
    Step,
    Unknown,
    Weighing,
)

# Three gaps alike are no chance; two are one, so that then it takes a code that is known here as well.
_KEYS_OF_A_RHYTHM = 3
_NUMBER = re.compile(r"\d{1,5}(\.| ?[A-Za-z]+)?")


def doubtful(text: str, step: Step, floor: Floor, *, is_even: bool) -> Refused | None:
    """Why `text` does not count at `step`, or None where it may, or is no number, or none is wanted.

    `is_even` says that its keys, and the Enter behind them, came at the even pace of a device.
    """
    if not _counts(step):
        return None
    is_long = len(text) >= _KEYS_OF_A_RHYTHM
    if is_even and is_long and _NUMBER.fullmatch(text):
        return Refused(wording.number_scanned(text), "number_scanned")
    number = resolve_entry(text, floor)
    if not isinstance(number, ANumber) or text.endswith(MEANT) or len(text) < 2:
        return None
    is_code = _is_code(resolve_number(number, floor), step, floor)
    if text.startswith("0") or (is_code and (is_even or is_long)):
        return Refused(wording.looks_scanned(text), "looks_scanned")
    return None


def scanned(meaning: Meaning, asked: Prompt) -> Refused | None:
    """Why a read that names nothing here and looks like a number is none; None where it is not, or none is wanted."""
    match meaning:
        case Unknown(text=text, own=None) if _NUMBER.fullmatch(text.strip()) and _wants_digits(asked):
            return Refused(wording.number_scanned(text.strip()), "number_scanned")
        case _:
            return None


def _wants_digits(asked: Prompt) -> bool:
    return asked.takes in ("number", "weight") or asked.step == "pick_shelf"  # which has check digits


def _counts(step: Step) -> bool:
    match step:
        case Picking(is_identified=True) | Weighing():
            return True
        case Packing(product=product):
            return product is not None
        case _:
            return False


def _is_code(meaning: Meaning, step: Step, floor: Floor) -> bool:
    """Whether the digits are the code of something here; of grams, which have many values, of something in hand."""
    if not isinstance(step, Weighing):
        return not isinstance(meaning, Unknown | Damaged)
    order = floor.order(step.order)
    match meaning:
        case AnOrder(order=read):
            return read.id == step.order
        case AnItem(product=product):
            return order is not None and product.id in order.places
        case _:
            return False
