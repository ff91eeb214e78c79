"""Who does nothing is signed off after the minutes that the site sets; only what an operator does is something."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from textual.command import CommandPalette

from orders.records import Key
from scanners.hub import Hub
from scanners.parse import parse
from terminal.app import FloorApp
from terminal.floor import Floor
from terminal.messages import LinkChanged, Noted, RecordsChanged, ScanBurst
from terminal.parts import Parts
from terminal.screens.overlays import ActList
from tests.floors import SITE
from tests.terminal.devices import PROFILE
from tests.terminal.looking import NOON, ScriptedSession, running, until


class Watch:
    """A clock in the hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, minutes: float) -> None:
        self.seconds += 60 * minutes


def a_floor(idle_minutes: int) -> Floor:
    floor = Floor("T1")
    floor.confirm([(Key("site", SITE.id), replace(SITE, idle_minutes=idle_minutes))], 1)
    return floor


def an_app(session: ScriptedSession, watch: Watch, idle_minutes: int = 15, hub: Hub | None = None) -> FloorApp:
    async def opened() -> Parts:
        return Parts(session=session, floor=a_floor(idle_minutes), clock=lambda: NOON)

    return FloorApp(opened, clock=watch, hub=hub)


def silences(session: ScriptedSession) -> list[str]:
    return [each for each in session.taken if each.startswith("silence")]


async def test_after_so_many_minutes_without_an_act_the_session_hears_of_it_once() -> None:
    session, watch = ScriptedSession(), Watch()
    async with running(an_app(session, watch)) as pilot:
        watch.pass_by(14.9)
        pilot.app._tick()  # type: ignore[attr-defined]
        watch.pass_by(0.1)
        await until(pilot, lambda: silences(session) == ["silence:15"])
        watch.pass_by(60)
        pilot.app._tick()  # type: ignore[attr-defined]
        await pilot.pause()
        assert silences(session) == ["silence:15"]
        await pilot.press("1")
        watch.pass_by(15)
        await until(pilot, lambda: silences(session) == ["silence:15"] * 2)


async def test_a_site_that_sets_no_minutes_signs_nobody_off() -> None:
    session, watch = ScriptedSession(), Watch()
    async with running(an_app(session, watch, idle_minutes=0)) as pilot:
        watch.pass_by(60 * 24)
        pilot.app._tick()  # type: ignore[attr-defined]
        await pilot.pause()
        assert silences(session) == []


ACTS: dict[str, Callable[[FloorApp, Hub], object]] = {
    "a scan": lambda app, hub: hub.put(parse(b"ABCD", PROFILE, "test", 0.0)),
    "a scan that types": lambda app, hub: app.post_message(ScanBurst("ABCD")),
}
NEWS: dict[str, Callable[[FloorApp, Hub], object]] = {
    "changed records": lambda app, hub: app.post_message(RecordsChanged(frozenset({Key("order", "ACME/1")}))),
    "the store away": lambda app, hub: app.post_message(LinkChanged("OFFLINE", 3, "no network")),
    "a page printed": lambda app, hub: app.post_message(Noted("Printed label 1001")),
    "a printer's fault": lambda app, hub: app.post_message(Noted("no paper", is_fault=True)),
}


@pytest.mark.parametrize(("what", "is_act"), [*((each, True) for each in ACTS), *((each, False) for each in NEWS)])
async def test_a_scan_is_an_act_and_news_is_none(what: str, is_act: bool) -> None:
    session, watch, hub = ScriptedSession(), Watch(), Hub()
    async with running(an_app(session, watch, hub=hub)) as pilot:
        app = pilot.app
        assert isinstance(app, FloorApp)
        watch.pass_by(14)
        seen = len(session.taken) + len(session.refreshed)
        (ACTS | NEWS)[what](app, hub)
        if is_act:
            await until(pilot, lambda: len(session.taken) + len(session.refreshed) > seen)
        await pilot.pause()
        watch.pass_by(2)
        if is_act:
            app._tick()
            await pilot.pause()
            assert silences(session) == []
        else:
            await until(pilot, lambda: silences(session) == ["silence:15"])


@pytest.mark.parametrize("keys", [("4", "2"), ("right",), ("ctrl+p",)], ids=["half typed", "list of acts", "palette"])
async def test_what_is_half_done_is_an_act_and_goes_with_whoever_left_it(keys: tuple[str, ...]) -> None:
    session, watch = ScriptedSession(), Watch()
    async with running(an_app(session, watch)) as pilot:
        app = pilot.app
        assert isinstance(app, FloorApp)
        watch.pass_by(14)
        await pilot.press(*keys)
        watch.pass_by(14)
        app._tick()
        await pilot.pause()
        assert silences(session) == [], "keys are acts, whatever they open"
        assert app._entry.text == "42" or isinstance(app._layers.overlay, ActList) or _has_palette(app)
        watch.pass_by(1)
        await until(pilot, lambda: silences(session) == ["silence:15"])
        await until(pilot, lambda: not (app._entry.text or app._layers.overlay or _has_palette(app)))


def _has_palette(app: FloorApp) -> bool:
    return isinstance(app.screen, CommandPalette)
