"""The lives of order, pick task, tote, parcel, manifest and discrepancy: one table that checks itself.

Decides which state may follow which. What makes a record take a step stands in folds; who may ask for it, in verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class TableError(ValueError):
    """The state table contradicts itself; raised while it is built, so a wrong table never runs."""


class IllegalStep(ValueError):
    """A step that the table does not hold."""


class Life(msgspec.Struct, frozen=True):
    """The states of one kind of record: where it starts and what may follow what."""

    kind: str
    start: str
    follows: Mapping[str, tuple[str, ...]]

    def may(self, state: str, following: str) -> bool:
        """Whether `following` may come right after `state`; staying where one is, is no step."""
        return following in self.follows.get(state, ())

    def step(self, state: str, following: str) -> str:
        """`following`, where it may come after `state`, else IllegalStep."""
        if not self.may(state, following):
            allowed = ", ".join(self.follows.get(state, ())) or "nothing"
            raise IllegalStep(f"{self.kind}: after {state} may come {allowed}, not {following}")
        return following

    @property
    def ends(self) -> frozenset[str]:
        """The states that nothing follows."""
        return frozenset(state for state, after in self.follows.items() if not after)


def checked(life: Life) -> Life:
    """`life`, after proof that every state is declared, reached from the start, and can reach an end."""
    states = set(life.follows)
    if life.start not in states:
        raise TableError(f"{life.kind}: the start {life.start} is not in the table")
    for state, after in life.follows.items():
        for following in after:
            if following not in states:
                raise TableError(f"{life.kind}: {state} leads to {following}, which is not in the table")
            if following == state:
                raise TableError(f"{life.kind}: {state} follows itself")
    if lost := states - _reached(life.follows, {life.start}):
        raise TableError(f"{life.kind}: nothing leads to {', '.join(sorted(lost))}")
    backwards: dict[str, tuple[str, ...]] = {
        state: tuple(before for before, after in life.follows.items() if state in after) for state in states
    }
    # A tote lives for ever; whatever has an end has to be able to come to it.
    if life.ends and (stuck := states - _reached(backwards, set(life.ends))):
        raise TableError(f"{life.kind}: no way out of {', '.join(sorted(stuck))}")
    return life


def _reached(follows: Mapping[str, tuple[str, ...]], begin: set[str]) -> set[str]:
    reached, todo = set(begin), list(begin)
    while todo:
        for state in follows[todo.pop()]:
            if state not in reached:
                reached.add(state)
                todo.append(state)
    return reached


ORDER = checked(
    Life(
        "order",
        "received",
        {
            "received": ("verified", "cancelled"),
            "verified": ("allocated", "backordered", "cancelled"),
            "allocated": ("released", "verified", "cancelled"),
            "backordered": ("allocated", "cancelled"),
            "released": ("picking", "allocated", "cancelled"),
            "picking": ("picked", "backordered", "released", "packing"),
            "picked": ("packing", "picking"),
            "packing": ("packed",),
            "packed": ("shipped", "backordered", "packing"),
            "shipped": (),
            "cancelled": (),
        },
    )
)
TASK = checked(
    Life(
        "task",
        "released",
        {
            "released": ("claimed", "picking", "cancelled"),
            "claimed": ("picking", "released", "cancelled"),
            "picking": ("picked", "claimed"),
            "picked": ("completed", "picking"),
            "completed": ("picked",),
            "cancelled": (),
        },
    )
)
TOTE = checked(
    Life(
        "tote",
        "free",
        {
            "free": ("picking", "packing"),
            "picking": ("waiting", "free"),
            "waiting": ("packing", "free", "picking"),
            "packing": ("free",),
        },
    )
)
PARCEL = checked(
    Life(
        "parcel",
        "sealed",
        {
            "sealed": ("labelled", "voided"),
            "labelled": ("handed_over", "voided", "sealed"),
            "handed_over": (),
            "voided": (),
        },
    )
)
MANIFEST = checked(
    Life("manifest", "open", {"open": ("closed",), "closed": ("open", "handed_over"), "handed_over": ()})
)
DISCREPANCY = checked(Life("discrepancy", "open", {"open": ("resolved",), "resolved": ()}))

# The states of each kind of record that has any.
STATES: Mapping[str, tuple[str, ...]] = {
    life.kind: tuple(life.follows) for life in (ORDER, TASK, TOTE, PARCEL, MANIFEST, DISCREPANCY)
}
