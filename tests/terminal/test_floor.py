"""The floor of a device that joined anew: its walk goes on under its new name until the store says otherwise."""

from __future__ import annotations

from msgspec.structs import replace

from orders.records import Key
from tests.floors import floor_of, small_order
from tests.terminal.operators import LAMP, SHELF, TOTE, picker


def test_a_walk_goes_on_under_the_new_name_of_its_device() -> None:
    operator = picker()
    operator.scan(TOTE).scan(SHELF)
    task = Key("task", "P1")
    assert task in operator.floor.be_called("T1-2")
    begun = operator.floor.task("P1")
    assert begun and (begun.claimed_by, begun.tote) == ("T1-2", "T-01")
    operator.here = replace(operator.here, terminal="T1-2")
    assert operator.scan(LAMP).reason == ""


def test_what_the_store_says_of_that_walk_counts_more() -> None:
    order, task = small_order()
    floor = floor_of(order, task)
    floor.be_called("T1-2")
    floor.confirm([(Key("task", task.id), replace(task, claimed_by="T9"))], 2)
    held = floor.task(task.id)
    assert held and held.claimed_by == "T9"
    assert floor.be_called("T1-2") == frozenset()
