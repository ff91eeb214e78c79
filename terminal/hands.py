"""What a hand at the keys does: it types and enters, opens what is laid over the prompt, and closes it again.

Decides what each key means where nothing was scanned. What an act or an entered line does is the session's; which keys
were a scanner's the driver has found out before, and a slow scanner's `entry` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import TYPE_CHECKING

from textual import events
from textual.app import App, SystemCommand

from terminal import scanner_wording
from terminal import screen_wording as words
from terminal.entry import Entry, Pace, Search
from terminal.screens.overlays import CLOSE_PROGRAM, HELP, SCANNER_TEST, ActList, Closed, Overlay, act_list
from terminal.turns import Cleared, Entered, Hurried, Turns

if TYPE_CHECKING:
    from scanners.profile import ScannerProfile
    from terminal.layers import Layers
    from terminal.parts import Toy
    from terminal.screens.paper_view import Papers

# Nobody sees the list and chooses from it within this; what came with the arrow is a barcode's, or a slow line's.
_AT_ONCE_SECONDS = 0.002


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
        self._pressed_at = -inf

    def take(self, event: events.Key) -> None:
        """One key."""
        if self._layers.overlay is not None:
            self._take_over(self._layers.overlay, event)
        else:
            self._take_at_prompt(event)
        self._pressed_at = event.time
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
        if isinstance(overlay, ActList) and self._chooses_too_fast(overlay, after, event):
            self._layers.close_overlay()
            self._choose_nothing(overlay, event)
            return
        if not isinstance(after, Closed):
            self._layers.open(after)
            return
        self._layers.close_overlay()
        # All but the last were digits that waited on the list.
        for character in after.typed[:-1]:
            self._type(character, self._pressed_at)
        if after.typed:
            self._type(after.typed[-1], event.time)
        if after.act:
            self._do(after.act)

    def _chooses_too_fast(self, acts: ActList, after: Overlay | Papers | Closed, event: events.Key) -> bool:
        """Whether no hand made this choice: a digit with its Enter at a scanner's speed, or with the arrow at once."""
        if isinstance(after, Closed) and after.act and acts.pending:
            return self._entry.is_too_fast(self._pressed_at, event.time)
        is_choice = after.act if isinstance(after, Closed) else isinstance(after, ActList) and after.pending
        return bool(is_choice) and event.time - self._pressed_at <= _AT_ONCE_SECONDS

    def _choose_nothing(self, acts: ActList, event: events.Key) -> None:
        """A digit and its Enter are a barcode of one sign then, which is judged; anything else is refused."""
        if acts.pending:
            self._type(str(acts.acts[acts.chosen].digit), self._pressed_at)
            self._enter(event.time)
        else:
            self._entry.scanned(event.time)
            self._turns.put(Hurried())

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
        text, pace = self._entry.take(now)
        if text == HELP:
            self._do(HELP)
        elif self._wedge.wrote(text):
            self._hand_on(text, now)
        elif pace is not Pace.DEVICE:
            self._turns.put(Entered(text, pace is Pace.EVEN))
        elif prompt.takes == "secret":
            self._turns.put(Hurried())  # what may be a PIN is no read, and stands in no log
        else:
            self._hand_on(text, now)

    def _hand_on(self, text: str, now: float) -> None:
        """A line that was typed, and is a scan all the same."""
        self._entry.scanned(now)
        self._read(text, now)

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
