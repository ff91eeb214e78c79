"""What a site lives with in each kind of work: how an item may be typed, which faults of a read may pass, and whether
goods are sold whose best is over.

Decides the names and what holds where a site says nothing. Refuses to know how a read is parsed and what a device's own
config takes away.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

WORKFLOWS = ("picking", "packing", "shipping")
KEYED_ITEMS = ("sku", "digits")
# A fault of what a read says. Where the read itself is in doubt, nothing may pass.
ADMITTED_FAULTS = ("alone", "companion", "content", "date", "exclusive", "no-key", "repeated", "unknown-ai")
# A lot whose GTIN stands in another symbol, an element said twice alike, a web address that is nobody's product.
HARMLESS_FAULTS = ("alone", "repeated", "no-key")
# Goods past their best are sold with consent, which nobody has given where a site says nothing.
REFUSED, TAKEN = "refused", "taken"
BEST_BEFORE_PASSED = (REFUSED, TAKEN)


class WorkflowProfileError(ValueError):
    """A profile that cannot be; says what came and what was expected."""


class WorkflowProfile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One kind of work at a site: `keyed_items` out of KEYED_ITEMS, `admits` out of ADMITTED_FAULTS.

    `best_before_passed`, out of BEST_BEFORE_PASSED, is what becomes of goods whose best before or sell by day is over.
    """

    workflow: str
    keyed_items: tuple[str, ...] = KEYED_ITEMS
    admits: tuple[str, ...] = HARMLESS_FAULTS
    best_before_passed: str = REFUSED


def profile_of(profiles: Iterable[WorkflowProfile], workflow: str) -> WorkflowProfile:
    """The site's profile for that kind of work, or what holds where it says nothing."""
    found = (profile for profile in profiles if profile.workflow == workflow)
    return next(found, WorkflowProfile(workflow=workflow))


def check_profiles(profiles: Iterable[WorkflowProfile]) -> None:
    """WorkflowProfileError at the first name that nobody knows, and at a second profile for one kind of work."""
    seen: set[str] = set()
    for profile in profiles:
        _check("workflow", (profile.workflow,), WORKFLOWS)
        _check(f"keyed_items of {profile.workflow}", profile.keyed_items, KEYED_ITEMS)
        _check(f"admits of {profile.workflow}", profile.admits, ADMITTED_FAULTS)
        _check(f"best_before_passed of {profile.workflow}", (profile.best_before_passed,), BEST_BEFORE_PASSED)
        if profile.workflow in seen:
            raise WorkflowProfileError(f"workflow: {profile.workflow} stands there twice; write it once")
        seen.add(profile.workflow)


def _check(where: str, came: Iterable[str], known: tuple[str, ...]) -> None:
    for name in came:
        if name not in known:
            raise WorkflowProfileError(f"{where}: expected any of {', '.join(known)}; got {name!r}; correct it")
