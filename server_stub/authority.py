"""Who may do what: the acts of each role, act by act, and whose goods a caller may see.

An act is an operation of the route table, by its name there. Decides nothing about how a caller proves who it is
(people), nor about the picker and packer at a device: what they do arrives as facts of that device.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from server_stub.problems import Refusal

TERMINAL = "terminal"
SUPERVISOR = "supervisor"
OFFICE = "office"
INTEGRATION = "integration"
MONITOR = "monitor"
ADMIN = "admin"

# What answers without any token. `enrol` proves itself by the one-time code that it spends.
# A browser has no token to send, and what the API is stands in the program that everybody may install.
OPEN = frozenset(("health", "ready", "document"))
PROVEN_BY_ITSELF = frozenset(("enrol",))

# What only devices have a reason to ask for.
ASKED_BY_DEVICES = frozenset(("hello", "events", "claim", "give_back", "lease_ssccs"))

_LOOKS = frozenset(("record", "records", "changes"))
_FLOOR = _LOOKS | ASKED_BY_DEVICES | {"list_stations", "list_printers"}
_BOOKS = frozenset(("report_orders", "stock", "status", "export"))
_REPAIRS = frozenset(
    (
        "release_orders",
        "move_departure",
        "roll_over",
        "count_shelf",
        "put_back",
        "resolve_discrepancy",
        "add_totes",
    )
)
_SETTING_UP = frozenset(
    (
        "add_worker",
        "revoke_worker",
        "add_terminal",
        "revoke_terminal",
        "add_token",
        "revoke_token",
        "list_tokens",
        "put_station",
        "put_printer",
        "put_owner",
        "put_site",
        "metrics",
        "add_webhook",
        "drop_webhook",
        "resume_webhook",
        "list_webhooks",
    )
)

# Each role with every single thing that it may do. Nothing is inherited unseen.
ACTS: dict[str, frozenset[str]] = {
    TERMINAL: _FLOOR,
    SUPERVISOR: _FLOOR | _BOOKS | _REPAIRS | {"intake", "list_terminals"},
    OFFICE: _LOOKS | _BOOKS | {"intake", "release_orders"},
    INTEGRATION: _LOOKS | {"intake", "stock", "export"},
    MONITOR: frozenset(("metrics", "status")),
    ADMIN: _FLOOR | _BOOKS | _REPAIRS | _SETTING_UP | {"intake", "list_terminals"},
}
# Roles whose tokens may be bound to one owner's goods.
SCOPED = (OFFICE, INTEGRATION)

# Who signs on at a device is checked there, also offline: only devices need the verifiers of badges and PINs.
_UNSEEN = {OFFICE: frozenset(("worker",)), INTEGRATION: frozenset(("worker",))}


class Caller(msgspec.Struct, frozen=True):
    """Whose token came with a request: a device's (`terminal`), or a named one's. `owner` is empty for all owners."""

    role: str
    terminal: str | None = None
    label: str = ""
    owner: str = ""

    @property
    def name(self) -> str:
        """Who it is, for keyed requests, pauses and the audit trail."""
        return self.terminal or self.label or self.role

    def may(self, act: str) -> bool:
        """Whether this role's acts hold that one."""
        return act in ACTS.get(self.role, frozenset()) or act in OPEN or act in PROVEN_BY_ITSELF

    def sees(self, kind: str) -> bool:
        """Whether records of that kind are shown to this role at all."""
        return kind not in _UNSEEN.get(self.role, frozenset())

    def of_its_owner(self, owner: str) -> None:
        """Refusal (403) where goods of `owner` are not this caller's to speak of."""
        if self.owner and owner != self.owner:
            raise Refusal(
                403,
                "forbidden",
                expected=f"goods of {self.owner}",
                came=f"goods of {owner}" if owner else "what names no owner",
                remedy="send what is of your own, or ask an administrator for a token of that owner",
            )


NOBODY = Caller("")


def roles_for(act: str) -> list[str]:
    """The roles that may do it."""
    return [role for role, acts in ACTS.items() if act in acts]


def forbidden(caller: Caller, *roles: str) -> Refusal:
    """403: a token whose role may not do this; names the roles that may."""
    return Refusal(
        403,
        "forbidden",
        expected=f"a token of role {' or '.join(roles)}",
        came=f"one of role {caller.role}",
        remedy="ask a supervisor",
    )


def unseen(caller: Caller, kinds: Iterable[str]) -> Refusal:
    """403: records of these kinds are not shown to that role."""
    return Refusal(
        403,
        "forbidden",
        expected=f"kinds that role {caller.role} may see",
        came=", ".join(sorted(kinds)),
        remedy="leave those kinds out",
    )
