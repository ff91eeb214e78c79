"""A scanner that types as slowly as a hand, over whatever lies on the screen: judged or told, and nothing chosen."""

from __future__ import annotations

import pytest
from textual.command import CommandPalette

from scanners.profile import ScannerProfile
from terminal.turns import Stale
from terminal.workflows.prompts import Showing
from tests.terminal.looking import (
    ITEM,
    ScriptedSession,
    an_app,
    by_hand,
    running,
    said,
    until,
)


async def test_a_slow_scanner_over_the_list_of_acts_types_and_chooses_nothing() -> None:
    session = ScriptedSession()
    async with running(an_app(session)) as pilot:
        await by_hand(pilot, "right", *"2500", "enter")
        await until(pilot, lambda: session.taken == ["entry:2500"])


@pytest.mark.parametrize("end", ["enter", "tab", "ctrl+j"])
@pytest.mark.parametrize("code", ["5901234123457", "SKIP"])
async def test_a_slow_scanner_that_types_into_the_palette_is_judged_and_chooses_nothing(code: str, end: str) -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await by_hand(pilot, *code, end)
        await until(pilot, lambda: session.taken == [f"entry:{code}"])
        assert not isinstance(pilot.app.screen, CommandPalette)
        assert f"Took {code}" in said(pilot.app)


@pytest.mark.parametrize("end", ["enter", "tab", "ctrl+j"])
@pytest.mark.parametrize(
    ("settings", "typed", "taken"),
    [
        ({}, "ABC123", "entry:ABC123"),
        ({}, "]C110AB\x1d21X", "scan:10AB\x1d21X"),
        ({"prefix": "~"}, "~ABC123", "scan:ABC123"),
        ({"suffix": "#"}, "ABC123#", "scan:ABC123"),
        ({"separators": ("F8",)}, "]C110AB\x8821X", "scan:10AB\x1d21X"),
    ],
)
async def test_a_slow_scanner_is_known_by_what_it_adds(settings: dict, typed: str, taken: str, end: str) -> None:
    session, wedge = ScriptedSession(), ScannerProfile("keys", kind="wedge", **settings)
    async with running(an_app(session, wedge=wedge), size=(80, 24)) as pilot:
        named = {"\x1d": "ctrl+right_square_bracket", "\x88": "f8"}
        await pilot.press(*(named.get(character, character) for character in typed), end)
        await until(pilot, lambda: session.taken == [taken])


async def test_a_question_that_changes_under_a_slow_read_gets_no_half_of_it() -> None:
    session = ScriptedSession()
    async with running(an_app(session), size=(80, 24)) as pilot:
        await pilot.press(*"590123")
        pilot.app._after(Stale(), Showing(ITEM))
        await pilot.press(*"4123457")
        assert "changed while this was typed" in said(pilot.app)
        await pilot.press("enter")
        await pilot.pause()
        assert session.taken == []
        await by_hand(pilot, "7", "enter")
        await until(pilot, lambda: session.taken == ["entry:7"])
