"""What is on the glass: the prompt with its verdict, what is laid over it, or the queue in its place.

Decides which screen is on top and what it is handed; how that is drawn belongs to the screens, and what it says to the
session. A scan takes away whatever is laid over the prompt; when one came, the app says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual.app import App
from textual.timer import Timer

from terminal import screen_wording as words
from terminal.entry import Entry
from terminal.messages import LinkChanged
from terminal.notices import Notices
from terminal.screens.floor_screen import FloorScreen
from terminal.screens.floor_view import FloorView
from terminal.screens.overlays import ActList, Overlay, Reader
from terminal.workflows.prompts import Prompt, Showing

if TYPE_CHECKING:
    from orders.records import Key
    from terminal.papers import Paper
    from terminal.parts import Parts
    from terminal.screens.paper_view import Papers
    from terminal.screens.queue_screen import QueueScreen

_QUEUE_STEP = "queue"


class Layers:
    """The state of the glass, and the screens that show it."""

    CHOICE_SECONDS = 0.3
    """How long a digit on the list of acts waits for a second one, which would make it a slow scanner's."""

    def __init__(self, app: App[int], entry: Entry, do: Callable[[str], None]) -> None:
        """`entry` is what is being typed; `do` hears of an act that was chosen from the list."""
        self._app, self._entry, self._do = app, entry, do
        self.parts: Parts | None = None
        self.showing = Showing(Prompt(step="starting", title=words.starting(), ask=words.starting_ask()))
        self.badge = LinkChanged("", 0)
        self.notices = Notices()
        self.overlay: Overlay | Papers | None = None
        self.is_covered = False
        """Whether something else has the whole glass, so that nothing is painted."""
        self._choice: Timer | None = None
        self._stale_rows: set[Key] = set()
        self._queue: QueueScreen | None = None
        self.floor = FloorScreen(self.view)

    @property
    def view(self) -> FloorView:
        """Everything that the screen of the prompt shows."""
        scale = self.parts.scale if self.parts else None
        return FloorView(
            replace(self.showing, prompt=scale.shown(self.showing.prompt)) if scale else self.showing,
            badge=self.badge.badge,
            waiting=self.badge.waiting,
            note=self.notices.seen,
            is_fault=self.notices.is_fault,
            entry=self._entry.text,
        )

    def repaint(self) -> None:
        """Hands what is to be seen to the screen on top."""
        if self.is_covered:
            return
        view = self.view
        is_queue = self.showing.prompt.step == _QUEUE_STEP and not view.refusal and self.overlay is None
        if is_queue and self._queue is None and self.parts:
            self._queue = _new_queue_screen(self.parts, view)
            self._app.push_screen(self._queue)
        elif is_queue and self._queue:
            self._queue.show(view)
        else:
            self.floor.show(self.overlay or view)
            if self._queue and self._app.screen is self._queue:
                self._queue = None
                self._app.pop_screen()

    def note(self, sentence: str) -> None:
        """Something to know, at once."""
        self.notices.note(sentence)
        self.repaint()

    # What is laid over the prompt

    def open(self, overlay: Overlay | Papers) -> None:
        """Lays it over the prompt, in place of what was there."""
        self.close_overlay()
        self.overlay = overlay if isinstance(overlay, ActList) else overlay.within(*self._app.size)
        if isinstance(overlay, ActList) and overlay.pending:
            self._choice = self._app.set_timer(self.CHOICE_SECONDS, self._choose)
        self.repaint()

    async def lay_out(self, papers: tuple[Paper, ...]) -> None:
        """Lays papers over the prompt; drawing them takes a moment, in which a scan or a key is worth more."""
        if self.parts is None or self.parts.preview is None:
            return
        from terminal import preview_wording

        self.open(Reader(preview_wording.heading(), (preview_wording.drawing(),)))
        waiting = self.overlay
        drawn = await asyncio.to_thread(self.parts.preview, papers, *self._app.size)
        if self.overlay is waiting:
            self.open(drawn)

    def close_overlay(self) -> None:
        """Takes it away, unpainted."""
        self.overlay = None
        if self._choice is not None:
            self._choice.stop()
            self._choice = None

    def _choose(self) -> None:
        """Nothing followed the digit: it was a hand's."""
        if isinstance(overlay := self.overlay, ActList):
            self.close_overlay()
            self._do(overlay.acts[overlay.chosen].name)
            self.repaint()

    # The queue

    def scroll(self, key: str) -> None:
        """Moves through the queue, or opens what did not fit on the screen of the prompt."""
        if self._queue is not None:
            self._queue.key(key)
        elif key == "down" and self.view.is_hiding(*self._app.size):
            self.open(Reader(words.details_title(), self.view.all_of_it()))

    def change(self, keys: frozenset[Key]) -> None:
        """Rows of the queue may be stale."""
        if self._queue is not None:
            self._stale_rows |= keys

    def bring_queue_up_to_date(self) -> None:
        """Redraws the rows that changed since the last time."""
        keys, self._stale_rows = self._stale_rows, set()
        if self._queue is not None:
            self._queue.change(keys)


def _new_queue_screen(parts: Parts, view: FloorView) -> QueueScreen:
    from terminal.screens.queue_screen import QueueScreen  # brings the rule book: not before the first frame

    return QueueScreen(parts.floor, parts.clock, view)
