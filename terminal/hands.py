"""What a hand at the keys does: it types and enters, opens what is laid over the prompt, and closes it again.

Decides what each key means where nothing was scanned. What an act or an entered line does is the session's; which keys
were a scanner's the driver has found out before, and a slow scanner's `entry` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from textual import events
from textual.app import App, SystemCommand

from terminal import scanner_wording
from terminal import screen_wording as words
from terminal.entry import Entry, Search
from terminal.screens.overlays import CLOSE_PROGRAM, HELP, SCANNER_TEST, Closed, Overlay, act_list
from terminal.turns import Cleared, Entered, Turns

if TYPE_CHECKING:
    from scanners.profile import ScannerProfile
    from terminal.layers import Layers
    from terminal.parts import Toy
    from terminal.screens.paper_view import Papers


class Hands:
    """The keyboard of one terminal."""

    def __init__(
        self,
        app: App[int],
        layers: Layers,
        entry: Entry,
        turns: Turns,
        wedge: ScannerProfile,
        *,
        read: Callable[[str, float], None],
        do: Callable[[str], None],
    ) -> None:
        """`read` takes a typed line that was a scanner's, with the time of its end; `do` an act by name."""
        self._app, self._layers, self._entry, self._turns, self._wedge = app, layers, entry, turns, wedge
        self._read, self._do = read, do

    def take(self, event: events.Key) -> None:
        """One key."""
        if self._layers.overlay is not None:
            self._take_over(self._layers.overlay, event)
        else:
            self._take_at_prompt(event)
        self._layers.repaint()

    def is_for_palette(self, event: events.Key) -> bool:
        """Whether the palette gets this key: what it is searched for may as well be typed by a slow scanner."""
        titles = [command.title for command in self.commands()]
        search = self._entry.search(event.key, event.character, event.time, titles)
        if search is Search.IS_A_LINE:
            self._app.pop_screen()
            self._enter(event.time)
        elif search is Search.IS_TOO_LATE:
            self._layers.notices.note(scanner_wording.typed_too_late())
        return search is Search.GOES_ON

    def commands(self) -> Iterable[SystemCommand]:
        """The palette holds what the list of acts holds, and the way out."""
        for act in self._layers.showing.prompt.acts:
            yield SystemCommand(act.label, words.act_described(), lambda name=act.name: self._do(name))
        yield SystemCommand(words.help_act(), words.help_described(), lambda: self._do(HELP))
        if self._layers.parts and self._layers.parts.scanner_test:
            yield SystemCommand(words.scanner_act(), words.scanner_described(), lambda: self._do(SCANNER_TEST))
        yield SystemCommand(words.close_act(), words.close_described(), lambda: self._do(CLOSE_PROGRAM))

    def _take_at_prompt(self, event: events.Key) -> None:
        typed = self._entry.typed(event.key, event.character)
        toy = self._toy
        match event.key:
            case _ if self._entry.ends(event.key, typed):
                self._enter(event.time)
            case "backspace":
                self._entry.back()
            case "escape":
                self._escape()
            case "right":
                self._layers.open(act_list(self._layers.showing.prompt))
            case "up" | "down" | "pageup" | "pagedown":
                self._layers.scroll(event.key)
            case "ctrl+p" if not self._entry.text:
                self._app.action_command_palette()
            case "ctrl+q" if toy:
                self._app.exit(0)
            case "ctrl+q" | "ctrl+c" if not self._entry.text:
                self._layers.notices.note(words.how_to_close())
            case "f2" | "f3" | "f4" | "f5" if toy:
                toy.pressed(event.key)
            case _ if typed:
                self._type(typed, event.time)

    def _take_over(self, overlay: Overlay | Papers, event: events.Key) -> None:
        if event.key == "enter" and not self._entry.may_enter(event.time):
            return
        after = overlay.key(event.key, event.character)
        if not isinstance(after, Closed):
            self._layers.open(after)
            return
        self._layers.close_overlay()
        if after.typed:
            self._type(after.typed, event.time)
        if after.act:
            self._do(after.act)

    def _type(self, characters: str, now: float) -> None:
        if not self._entry.add(characters, now):
            self._layers.notices.note(scanner_wording.typed_too_late())

    def _enter(self, now: float) -> None:
        if not self._entry.may_enter(now):
            return
        prompt = self._layers.showing.prompt
        if not self._entry.text:
            # Only what asks for Enter in words has such an act: a lone Enter confirms nothing else.
            if prompt.enter and not self._layers.view.refusal:
                self._do(prompt.enter)
            return
        is_number_scanned = prompt.takes in ("number", "weight") and self._entry.is_at_scan_speed(now)
        is_even = self._entry.came_evenly(now)
        text = self._entry.take()
        if text == HELP:
            self._do(HELP)
        elif self._wedge.wrote(text) or is_number_scanned:
            self._read(text, now)
        else:
            self._turns.put(Entered(text, is_even))

    def _escape(self) -> None:
        notices = self._layers.notices
        if self._entry.text:
            self._entry.clear()
        elif notices.seen and not self._layers.view.refusal:
            notices.clear()
        else:
            self._turns.put(Cleared())

    @property
    def _toy(self) -> Toy | None:
        return self._layers.parts.toy if self._layers.parts else None
