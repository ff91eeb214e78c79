"""What a site lives with, kind of work by kind of work."""

from __future__ import annotations

import pytest

from orders.workflow_profiles import (
    ADMITTED_FAULTS,
    HARMLESS_FAULTS,
    KEYED_ITEMS,
    WorkflowProfile,
    WorkflowProfileError,
    check_profiles,
    profile_of,
)
from scanners.scan import ADMITTABLE, HARMLESS
from terminal.workflows import keyed


def test_the_names_are_those_of_the_scanners_and_of_the_workflows() -> None:
    assert set(ADMITTED_FAULTS) == {reason.value for reason in ADMITTABLE}
    assert set(HARMLESS_FAULTS) == {reason.value for reason in HARMLESS}
    assert KEYED_ITEMS == keyed.WAYS


def test_where_a_site_says_nothing_what_is_harmless_may_pass() -> None:
    packing = WorkflowProfile(workflow="packing", keyed_items=(), admits=("date",))
    assert profile_of((packing,), "packing") is packing
    assert profile_of((packing,), "picking").admits == HARMLESS_FAULTS
    assert profile_of((), "packing").keyed_items == KEYED_ITEMS


@pytest.mark.parametrize(
    ("profiles", "says"),
    [
        (
            (WorkflowProfile(workflow="counting"),),
            "workflow: expected any of picking.*got 'counting'",
        ),
        ((WorkflowProfile(workflow="picking", keyed_items=("name",)),), "keyed_items of picking: expected any of sku"),
        ((WorkflowProfile(workflow="picking", admits=("check-digit",)),), "admits of picking: expected any of alone"),
        (
            (WorkflowProfile(workflow="picking", best_before_passed="sold"),),
            "best_before_passed of picking: expected any of refused, taken",
        ),
        ((WorkflowProfile(workflow="picking"), WorkflowProfile(workflow="picking")), "picking stands there twice"),
    ],
)
def test_what_nobody_knows_is_named(profiles: tuple[WorkflowProfile, ...], says: str) -> None:
    with pytest.raises(WorkflowProfileError, match=says):
        check_profiles(profiles)
