"""One self-test on a running app: its screen, its ears, its clock; the app only hands over keys while it lasts.

Decides how threads, keys and timers meet the trial. A hand's key is one that comes alone and types nothing, or Enter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from scanners.profile import ScannerProfile
from terminal.config import Config
from terminal.parts import Scanner, utc_now
from terminal.raw_log import FILE, RawLog
from terminal.scanner_test.capture import Capture, Gatherer, LineSettings, PortNews, Source
from terminal.scanner_test.device_ears import way_of
from terminal.scanner_test.ears import Ears
from terminal.scanner_test.trial import Trial
from terminal.scanner_test.view import TrialView
from terminal.screens.glass import Glass

if TYPE_CHECKING:
    from terminal.bare_app import BareApp

_PATIENCE_SECONDS = 1.0
_TICK_SECONDS = 0.05
# A key that types nothing, this soon behind another sign, was in a barcode.
_TOGETHER_SECONDS = 0.3
_HANDS = frozenset({"escape", "up", "down", "left", "right", "pageup", "pagedown"})
_CLOSES = frozenset({"ctrl+c", "ctrl+q"})
_TYPES = {"enter": "\r", "tab": "\t", "ctrl+right_square_bracket": "\x1d"}
_MODIFIERS = ("_shift", "_control", "_alt", "_super", "_hyper", "_meta", "_lock")


@dataclass(frozen=True, slots=True)
class Setup:
    """What a self-test needs to know of this machine."""

    scanners: Sequence[ScannerProfile]
    config: Path
    state_folder: Path
    export_folder: Path
    more_ports: Mapping[str, LineSettings] = field(default_factory=dict)
    more_devices: Sequence[ScannerProfile] = ()
    clock: Callable[[], datetime] = utc_now

    @property
    def known_ports(self) -> dict[str, LineSettings]:
        """Ports of the config, and those that were named besides."""
        configured = {
            each.port: LineSettings(each.baud, each.bytesize, each.parity, each.stopbits)
            for each in self.scanners
            if each.kind == "serial" and each.port and not each.is_on_network
        }
        return {**configured, **self.more_ports}

    @property
    def devices(self) -> tuple[ScannerProfile, ...]:
        """Scanners on the network and on HID: those of the config, and those that were named besides."""
        configured = [each for each in self.scanners if each.kind != "wedge" and way_of(each) != "serial"]
        known = {each.port for each in configured}
        return (*configured, *(each for each in self.more_devices if each.port not in known))


def setup_of(config: Config, **others: Any) -> Setup:
    """The set-up that a config describes."""
    folder = config.state_folder
    return Setup(config.scanners, config.path, folder, **{"export_folder": folder, **others})


class TrialScreen(Screen[None]):
    """A pane of glass over the trial."""

    def __init__(self, view: TrialView) -> None:
        super().__init__()
        self._view = view
        self._glass = Glass(view, id="glass")

    def compose(self) -> ComposeResult:
        """One widget, never mounted again."""
        yield self._glass

    def repaint(self) -> None:
        """Paints what changed."""
        self._glass.show(self._view)

    @property
    def said(self) -> str:
        """All that can be read on it, for tests."""
        return self._glass.said


class Sitting:
    """The self-test on one app. `run` ends when it is closed."""

    def __init__(self, app: BareApp, setup: Setup, log: RawLog | None = None) -> None:
        self._app = app
        self._log = log or RawLog(setup.state_folder / FILE, clock=setup.clock)
        self._keys = Gatherer(Source())
        self._last_at = 0.0
        self._closed = asyncio.Event()
        self._is_stale = False
        self._loop = asyncio.get_running_loop()
        self._ears = Ears(self._tell, known=setup.known_ports, devices=setup.devices)
        self.trial = Trial(
            setup.scanners,
            setup.config,
            self._log,
            setup.state_folder / FILE,
            setup.export_folder,
            setup.clock,
            self._ears.retune,
        )
        self._screen = TrialScreen(TrialView(self.trial))

    async def run(self, scanners: Sequence[Scanner] = ()) -> None:
        """Shows the screen until it is closed; `scanners` give up their ports meanwhile and take them again."""
        await asyncio.gather(*(asyncio.to_thread(each.stop) for each in scanners))
        self._app.tap = self._tapped  # the driver looks for it
        try:
            await self._app.push_screen(self._screen)
            timer = self._screen.set_interval(_TICK_SECONDS, self._tick)
            self._ears.start()
            await self._closed.wait()
            timer.stop()
        finally:
            self._app.tap = None
            self._ears.stop()
            self._log.close()
        for each in scanners:
            each.start()
        # Who sees the prompt again may scan at once: the ports hear by then.
        await asyncio.gather(*(asyncio.to_thread(each.settle, _PATIENCE_SECONDS) for each in scanners))
        await self._app.pop_screen()

    def take(self, event: events.Key | events.Paste, at: float | None = None) -> None:
        """Takes a key or a paste; call it on the app's loop. `at` is when it came, in monotonic seconds."""
        now = monotonic() if at is None else at
        if isinstance(event, events.Paste):
            self._take_paste(event.text, now)
        else:
            self._take_key(event.key, event.character, now)
        self._is_stale = True

    def _tapped(self, event: events.Key | events.Paste, at: float) -> None:
        """Hears from the driver's input thread."""
        self._loop.call_soon_threadsafe(self.take, event, at)

    def _take_paste(self, text: str, now: float) -> None:
        capture = Capture(Source(), tuple(text), (now,) * len(text), is_paste=True)
        for read in capture.reads() if text else ():
            self.trial.take(read)

    def _take_key(self, name: str, character: str | None, now: float) -> None:
        if name.endswith(_MODIFIERS):
            return
        is_alone = not self._keys.waiting and now - self._last_at > _TOGETHER_SECONDS
        sign = _TYPES.get(name) or character
        if name in _CLOSES and is_alone:
            self.trial.key("escape")
        elif name in _HANDS or not sign:
            if not self._keys.waiting:
                self.trial.key(name)
            else:
                self._keys.take_sign(f"<{name}>", now)
        elif sign in "\r\n\t" and not self._keys.waiting and not is_alone:
            pass  # the late end of the read before
        else:
            is_enter = sign in "\r\n" and not self._keys.waiting
            self._keys.take(sign, now)
            self._last_at = self._last_at if is_enter else now

    def _tick(self) -> None:
        # The only place that paints: what comes from threads comes outside of the app's own context.
        if capture := self._keys.due(monotonic()):
            for read in capture.reads():
                self.trial.take(read)
            self._is_stale = True
        if self.trial.is_closed:
            self._closed.set()
        elif self._is_stale:
            self._is_stale = False
            self.trial.hearing = self._keys.waiting
            self._screen.repaint()

    def _tell(self, heard: Capture | PortNews) -> None:
        """Hears from the ears' threads."""
        self._loop.call_soon_threadsafe(self._hear, heard)

    def _hear(self, heard: Capture | PortNews) -> None:
        if isinstance(heard, PortNews):
            self.trial.take_news(heard)
        else:
            self.trial.take(heard)
        self._is_stale = True
