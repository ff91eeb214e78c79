"""What may pass at a step: the site's profile for that kind of work, less what this device's own config takes away.

Decides to which kind of work a step belongs, and that a device may only be stricter than its site. Refuses to know what
is wrong with a read.
"""

from __future__ import annotations

from msgspec import Struct

from orders.records import Site
from orders.workflow_profiles import WorkflowProfile, profile_of
from scanners.scan import Scan, Unreadable
from terminal.workflows import keyed
from terminal.workflows.steps import (
    AskClose,
    AskHandover,
    AskVoid,
    Labelling,
    Packing,
    PackWait,
    Picking,
    Prints,
    Shipping,
    Step,
    Weighing,
)

_WORKFLOW_OF: dict[type, str] = {
    Picking: "picking",
    **dict.fromkeys((PackWait, Packing, Weighing, Labelling, AskVoid, Prints), "packing"),
    **dict.fromkeys((Shipping, AskClose, AskHandover), "shipping"),
}


class DeviceLimits(Struct, frozen=True):
    """What a device's config leaves of its site's rules: ways to type an item, and problems that it never admits."""

    keyed_items: tuple[str, ...] = keyed.WAYS
    refuses: tuple[str, ...] = ()


UNLIMITED = DeviceLimits()


def ways_to_key(step: Step, site: Site | None, limits: DeviceLimits) -> tuple[str, ...]:
    """The ways in which an unreadable item may be typed at this step."""
    return tuple(way for way in profile(step, site).keyed_items if way in limits.keyed_items)


def admitted(read: Scan | Unreadable, step: Step, site: Site | None, limits: DeviceLimits) -> Scan | Unreadable:
    """The same read; or, where something about it may not pass at this step, its refusal."""
    if isinstance(read, Unreadable) or not read.problems:
        return read
    from scanners.parse import admit

    return admit(read, [problem for problem in profile(step, site).admits if problem not in limits.refuses])


def profile(step: Step, site: Site | None) -> WorkflowProfile:
    """What the site lives with at this step."""
    return profile_of(site.workflows if site else (), _WORKFLOW_OF.get(type(step), ""))
