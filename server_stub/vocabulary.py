"""The words that a text field of a message may hold, for the API's document: closed lists, and lists that may grow.

Decides nothing about what is taken: each list is that of the part that writes the field. A field or a message that is
not there raises while the document is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orders import intake, ledger, wire, workflow_profiles
from orders.records import ROLES
from orders.roles import NotPermitted
from orders.states import STATES
from orders.verdicts import Denial
from server_stub import admission, intake_desk, settlement, verification
from server_stub.floor_setup import TERMINAL_ROLES, TOKEN_ROLES

_ORDER = STATES["order"]

# A message and its field, or its list; there are no others in this version.
CLOSED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Order": {"state": _ORDER},
    "PickTask": {"state": STATES["task"]},
    "Tote": {"state": STATES["tote"]},
    "Parcel": {"state": STATES["parcel"]},
    "Manifest": {"state": STATES["manifest"]},
    "Discrepancy": {"state": STATES["discrepancy"]},
    "Worker": {"roles": ROLES},
    "WorkflowProfile": {
        "workflow": workflow_profiles.WORKFLOWS,
        "keyed_items": workflow_profiles.KEYED_ITEMS,
        "admits": workflow_profiles.ADMITTED_FAULTS,
        "best_before_passed": workflow_profiles.BEST_BEFORE_PASSED,
    },
    "ReportedOrder": {"state": _ORDER},
    "Webhook": {"states": _ORDER},
    "OrderMessage": {"type": tuple(f"order.{state}" for state in _ORDER)},
    "Outcome": {"verdict": (wire.ADMITTED, wire.KNOWN, wire.PARKED, wire.DISCREPANCY, wire.CONFLICT)},
    "Receipt": {
        "what": tuple(intake_desk.STEPS),
        "outcome": (
            intake.CREATED,
            intake.UPDATED,
            intake.UNCHANGED,
            intake.HELD,
            intake.CHANGE_REQUEST,
            intake.DIFFERS,
            intake.CANCELLED,
            intake.UNKNOWN,
            intake.REFUSED,
        ),
    },
    "NamedToken": {"role": TOKEN_ROLES},
    # Of a device whose token was never spent, nobody knows one.
    "Terminal": {"role": (*TERMINAL_ROLES, "")},
    "Health": {"status": ("ok", "ready")},
}

# What a device or the books say today; whoever reads it takes any other text as well.
OPEN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Stop": {"reason": ("empty", "fewer", "damaged", "unreachable")},
    "Discrepancy": {
        "reason": (
            *(each.value for each in Denial),
            *(each.value for each in NotPermitted),
            settlement.IMPOSSIBLE,
            admission.MALFORMED,
            "journal_conflict",
            "device_lost",
            "counted_once",
            "short",
            "found",
            "sscc_not_leased",
            "sscc_block_held_twice",
        )
    },
    "Hold": {"reason": (verification.ADDRESS_MISSING, verification.ADDRESS_INCOMPLETE)},
    "StockOnShelf": {"status": (ledger.AVAILABLE,)},
    "Problem": {
        "error": (
            "before_now",
            "broke_off",
            "cannot_write",
            "counted_by_the_same",
            "forbidden",
            "has_left",
            "head_too_large",
            "internal_error",
            "journal_of_another_terminal",
            "key_used_before",
            "newer_terminal",
            "no_database",
            "no_room",
            "no_shelf",
            "not_http",
            "not_json",
            "not_missed",
            "not_there",
            "other_remedy",
            "out_of_turn",
            "resolved_before",
            "shelf_locked",
            "token_exists",
            "too_large",
            "too_many",
            "too_slow",
            "unauthorised",
            "unknown",
            "walks_on_the_floor",
            "weak_pin",
            "webhook_exists",
            "worker_exists",
            "worker_left",
            "wrong_content",
            "wrong_method",
        )
    },
}


def say(components: dict[str, Any], sent: str) -> None:
    """Writes both lists into the schemas; KeyError where one of them is not there.

    A message that is sent too, under its name and `sent`, has the same words there.
    """
    for message, fields in CLOSED.items():
        for name, words in fields.items():
            for schema in _holders(components, message, sent, name):
                schema["enum"] = list(words)
    for message, fields in OPEN.items():
        for name, words in fields.items():
            for schema in _holders(components, message, sent, name):
                schema["description"] = f"Such as {', '.join(words)}; a later version may say others."
                schema["examples"] = list(words)


def _holders(components: dict[str, Any], message: str, sent: str, field: str) -> Iterator[dict[str, Any]]:
    also = (components[f"{message}{sent}"],) if f"{message}{sent}" in components else ()
    for each in (components[message], *also):
        schema: dict[str, Any] = each["properties"][field]
        yield schema.get("items", schema)
