"""The state table checks itself, and says what it allows."""

import pytest

from orders.states import DISCREPANCY, MANIFEST, ORDER, PARCEL, TASK, TOTE, IllegalStep, Life, TableError, checked


@pytest.mark.parametrize(
    ("follows", "complaint"),
    [
        ({"a": ("b",)}, "leads to b, which is not in the table"),
        ({"b": ()}, "start a is not in the table"),
        ({"a": (), "b": ()}, "nothing leads to b"),
        ({"a": ("a", "b"), "b": ()}, "a follows itself"),
        ({"a": ("b", "c"), "b": (), "c": ("d",), "d": ("c",)}, "no way out of c, d"),
    ],
)
def test_a_table_that_contradicts_itself_is_never_built(follows: dict[str, tuple[str, ...]], complaint: str) -> None:
    with pytest.raises(TableError, match=complaint):
        checked(Life("thing", "a", follows))


def test_every_life_of_the_floor_stands_its_own_check() -> None:
    for life in (ORDER, TASK, TOTE, PARCEL, MANIFEST, DISCREPANCY):
        assert checked(life) is life


def test_a_step_that_the_table_lacks_says_what_may_come() -> None:
    assert ORDER.step("picked", "packing") == "packing"
    with pytest.raises(IllegalStep, match="after picked may come packing, picking, not shipped"):
        ORDER.step("picked", "shipped")
    with pytest.raises(IllegalStep, match="may come nothing"):
        ORDER.step("shipped", "packing")
