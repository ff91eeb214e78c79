"""Whose time counts at a device whose clock is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from terminal import screen_wording as words
from terminal.site_clock import SiteClock
from tests.floors import NOW


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=-1), timedelta(minutes=2)])
def test_a_wrong_clock_goes_by_the_stores(ahead: timedelta) -> None:
    clock = SiteClock(lambda: NOW + ahead)
    assert clock() == NOW + ahead
    assert clock.hear(NOW) == ahead
    assert clock() == NOW
    assert clock.hear(NOW + timedelta(seconds=3)) is None, "said once"


def test_seconds_are_nobodys_business() -> None:
    clock = SiteClock(lambda: NOW)
    assert clock.hear(NOW + timedelta(seconds=30)) is None
    assert clock() == NOW


def test_a_clock_that_was_set_right_counts_again() -> None:
    wrong: list[timedelta] = [timedelta(days=1)]

    def own() -> datetime:
        return NOW + wrong[0]

    clock = SiteClock(own)
    clock.hear(NOW)
    wrong[0] = timedelta()
    assert clock() == NOW - timedelta(days=1), "nothing tells it yet"
    assert clock.hear(NOW) == timedelta()
    assert clock() == NOW


def test_the_sentence_says_how_far_and_which_way() -> None:
    assert words.clock_put_right(timedelta(days=1)).startswith("This device's clock is 24 h fast:")
    assert words.clock_put_right(timedelta(minutes=-9)).startswith("This device's clock is 9 min slow:")
