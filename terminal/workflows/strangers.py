"""Names what was scanned where something else was wanted, so that a refusal says both.

Decides the noun for a meaning; what was wanted instead is the workflow's to say.
"""

from __future__ import annotations

from terminal import wording
from terminal.workflows import acts
from terminal.workflows.steps import (
    ABadge,
    ACommand,
    AManifest,
    Ambiguous,
    AnItem,
    AnOrder,
    ANumber,
    AParcel,
    AtLocation,
    ATote,
    AWeight,
    Damaged,
    Meaning,
    Unknown,
)


def describe_stranger(meaning: Meaning) -> str:
    """What was scanned, in a few words."""
    match meaning:
        case AtLocation(location=location):
            return wording.is_shelf(location.id)
        case AnItem(product=product):
            return wording.is_item(product.sku)
        case ATote(tote=tote):
            return wording.is_tote(tote.id)
        case AParcel():
            return wording.is_parcel()
        case AnOrder(order=order):
            return wording.is_order(order.number)
        case AManifest():
            return wording.is_manifest()
        case ABadge():
            return wording.is_badge()
        case ACommand(name=name):
            return wording.is_command(acts.named(name))
        case ANumber(text=text):
            return wording.is_number(text)
        case AWeight():
            return wording.is_weight()
        case Ambiguous(products=products):
            return wording.is_ambiguous(tuple(product.sku for product in products))
        case Damaged(sentence=sentence):
            return sentence
        case Unknown(own=own) if own is not None:
            return wording.is_not_here(own.body)
        case Unknown():
            return wording.is_unknown()
