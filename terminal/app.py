"""The terminal's app: hands and scanners to the session, one at a time, and what it answers onto the glass.

Decides what a key does and which screen is on top. What a scan means, what is right and what is said about it is the
session's; no scan is lost while the session is busy or something is laid over the prompt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen
from textual.timer import Timer

from scanners.hub import Hub
from scanners.keyboard_wedge import split_paste
from scanners.profile import ScannerProfile
from scanners.scan import ADMITTABLE, RepeatDropped, Scan, ScannerFound, ScannerLost, Unreadable
from terminal import preview_wording, scanner_wording
from terminal import screen_wording as words
from terminal.entry import Entry, Search
from terminal.exits import CANNOT_START, UNEXPECTED_ERROR
from terminal.messages import LinkChanged, Noted, RecordsChanged, ScaleSpoke, ScanBurst, Shown
from terminal.notices import Notices
from terminal.parts import CannotStart
from terminal.screens import overlays
from terminal.screens.floor_screen import CSS, FloorScreen
from terminal.screens.floor_view import FloorView
from terminal.screens.overlays import CLOSE_PROGRAM, HELP, ActList, Closed, Overlay, Reader, act_list, help_reader
from terminal.turns import Chosen, Cleared, Entered, Settled, Stale, Turn, Turns
from terminal.workflows.prompts import Prompt, Showing, Sound, Tone

if TYPE_CHECKING:
    from textual.driver import Driver

    from orders.records import Key
    from terminal.papers import Paper
    from terminal.parts import Background, Opening, Parts, Sitting
    from terminal.screens.paper_view import Papers
    from terminal.screens.queue_screen import QueueScreen
    from terminal.sounds import Sounds

_QUEUE_STEP = "queue"
_BOARD_SECONDS = 0.1
_PORTS_SECONDS = 2.0


class FloorApp(App[int], inherit_bindings=False):
    """Owns the workers and the screens. It has no bindings: a barcode may hold any key that types a character."""

    TITLE = "floorhand"
    CSS = CSS
    CHOICE_SECONDS = 0.3
    """How long a digit on the list of acts waits for a second one, which would make it a slow scanner's."""

    def __init__(
        self,
        open_parts: Opening,
        *,
        hub: Hub | None = None,
        wedge: ScannerProfile | None = None,
        report: Callable[[BaseException, str], str] | None = None,
        driver_class: type[Driver] | None = None,
    ) -> None:
        """`open_parts` is awaited after the first frame. `report` writes down an unexpected error that was met at a
        step and returns the sentence to leave with.
        """
        super().__init__(driver_class=driver_class)
        self.animation_level = "none"
        self.wedge = wedge or ScannerProfile("keyboard", kind="wedge")
        self._hub = hub or Hub((self.wedge,))
        self._open_parts = open_parts
        self._report = report
        self.farewell = ""
        """What has to be said once the screen is gone, because the work could not begin or go on."""
        self.tap: Callable[[events.Key | events.Paste, float], None] | None = None
        """Who takes keys and pastes from the driver before they are told apart, while a scanner is tested."""
        self._sitting: Sitting | None = None
        self._parts: Parts | None = None
        self._turns = Turns(self._hub, self._arrived)
        self._entry = Entry(self.wedge)
        self._notices = Notices()
        self._away: set[str] = set()
        self._badge = LinkChanged("", 0)
        self.showing = Showing(Prompt(step="starting", title=words.starting(), ask=words.starting_ask()))
        self._overlay: Overlay | Papers | None = None
        self._choice: Timer | None = None
        self._stale_rows: set[Key] = set()
        self._floor_screen = FloorScreen(self._view)
        self._queue_screen: QueueScreen | None = None
        self._sounds: Sounds | None = None

    # Start and end

    def get_default_screen(self) -> Screen[Any]:
        """The glass is there from the first frame."""
        return self._floor_screen

    def on_mount(self) -> None:
        """Everything that takes time begins after the first frame."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.run_worker(self._run(), name="session", group="session")
        self.run_worker(self._turns.listen(), name="hub", group="scanners")

    async def _run(self) -> None:
        try:
            self._parts = parts = await self._open_parts()
        except CannotStart as refusal:
            self.farewell = str(refusal)
            self.exit(return_code=CANNOT_START)
            return
        self._sounds = self._sounds_of(parts)
        for scanner in parts.scanners:
            scanner.start()
        if parts.scale:
            parts.scale.start(self.post_message)
        # Whoever reads what to scan scans it at once: by then the ports have to be open.
        await self._turns.hear_from_ports(len(parts.scanners), _PORTS_SECONDS)
        self._present(parts.session.showing)
        self._run_beside("sync", parts.sync)
        self._run_beside("spool", parts.spool)
        self.set_interval(_BOARD_SECONDS, self._bring_queue_up_to_date)
        async for turn, showing in self._turns.judged(parts.session):
            self._after(turn, showing)

    def _sounds_of(self, parts: Parts) -> Sounds:
        from terminal.config import SoundSettings
        from terminal.sounds import Sounds  # not before the first frame

        settings = parts.sounds or SoundSettings()
        return Sounds(settings, bell=lambda: self.bell(), after=self.set_timer, tell=self._note)

    async def on_unmount(self) -> None:
        """Nothing goes on sounding once the screen is gone."""
        if self._sounds:
            await self._sounds.close()

    def _run_beside(self, name: str, background: Background | None) -> None:
        if background is not None:
            self.run_worker(background(self.post_message), name=name, group=name)

    def _handle_exception(self, error: Exception) -> None:
        # In place of Textual's traceback, which shows local values: names, addresses and PINs among them.
        if self._report is None:
            super()._handle_exception(error)
            return
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self._return_code = UNEXPECTED_ERROR
            self.farewell = self._report(getattr(error, "error", error), self.showing.prompt.step)
        self._close_messages_no_wait()

    # What comes in

    async def on_event(self, event: events.Event) -> None:
        """Takes keys and pastes before any binding or focused widget could; only the palette is typed into."""
        if isinstance(event, events.Paste) and not event.is_forwarded:
            self._take_paste(event)
        elif not isinstance(event, events.Key):
            await super().on_event(event)
        elif not self._is_palette_open:
            self._take_key(event)
        elif self._is_for_palette(event):
            await super().on_event(event)

    def on_scan_burst(self, burst: ScanBurst) -> None:
        """A scan from a scanner that types joins the one stream of all scanners."""
        self._entry.scanned(burst.time)
        self._read(burst.text, burst.time, is_whole=burst.is_whole)

    def on_shown(self, message: Shown) -> None:
        """The session changed what it shows by itself."""
        self._after(Stale(), message.showing)

    def on_records_changed(self, message: RecordsChanged) -> None:
        """The prompt may be stale, and so may rows of the queue."""
        self._turns.changed(message.keys)
        if self._queue_screen is not None:
            self._stale_rows |= message.keys

    def on_link_changed(self, message: LinkChanged) -> None:
        """The badge."""
        self._badge = message
        self._fault("link", message.sentence)
        self._repaint()

    def on_scale_spoke(self, message: ScaleSpoke) -> None:
        """The live weight, a settled one, or a port that went away; a bell where it waits for a hand."""
        if self._parts and (scale := self._parts.scale):
            had_asked = scale.asks_packer
            self._fault("scale", scale.hear(message.said))
            self._weigh()
            if scale.asks_packer and not had_asked:
                self._play(Sound.ATTENTION)
            self._repaint()

    def on_noted(self, message: Noted) -> None:
        """A printer, a scanner or the journal has something to say."""
        source = message.source or message.sentence
        self._fault(source, message.sentence if message.is_fault else "")
        if message.sentence and not message.is_fault:
            self._notices.note(message.sentence)
        self._repaint()

    def _weigh(self) -> None:
        """Hands on what lies still on the scale, where the prompt asks for it."""
        scale = self._parts.scale if self._parts else None
        if scale and (settled := scale.offer(self.showing.prompt)):
            self._turns.put(settled)

    @property
    def _is_palette_open(self) -> bool:
        return isinstance(self.screen, CommandPalette)

    def _take_paste(self, event: events.Paste) -> None:
        for text in split_paste(event.text, self.wedge.terminators):
            scan = ScanBurst(text)
            scan.time = event.time
            self.post_message(scan)

    def _read(self, text: str, at: float, *, is_whole: bool = True) -> None:
        from scanners.parse import cut_short, parse

        name = self.wedge.name
        whole = parse(text, self.wedge, name, at, admits=ADMITTABLE) if is_whole else None
        self._hub.put(whole or cut_short(text, name, at))

    def _arrived(self, read: Scan | Unreadable) -> None:
        """A read takes away whatever is laid over the prompt, and what was half typed for the question before it."""
        if self._is_palette_open:
            self.pop_screen()
        if read.source != self.wedge.name:  # what came by keyboard has its place among the keys
            self._entry.scanned_elsewhere(read.at_monotonic)
        self._close_overlay()
        self._repaint()

    def _is_for_palette(self, event: events.Key) -> bool:
        """Whether the palette gets this key: what it is searched for may as well be typed by a slow scanner."""
        titles = [command.title for command in self.get_system_commands(self.screen)]
        search = self._entry.search(event.key, event.character, event.time, titles)
        if search is Search.IS_A_LINE:
            self.pop_screen()
            self._enter(event.time)
        elif search is Search.IS_TOO_LATE:
            self._notices.note(scanner_wording.typed_too_late())
        return search is Search.GOES_ON

    def _type(self, characters: str, now: float) -> None:
        if not self._entry.add(characters, now):
            self._notices.note(scanner_wording.typed_too_late())

    def _take_key(self, event: events.Key) -> None:
        if self._sitting is not None:
            self._sitting.take(event)
            return
        if self._overlay is not None:
            self._take_overlay_key(self._overlay, event)
        else:
            self._take_floor_key(event)
        self._repaint()

    def _take_floor_key(self, event: events.Key) -> None:
        typed = self._entry.typed(event.key, event.character)
        match event.key:
            case _ if self._entry.ends(event.key, typed):
                self._enter(event.time)
            case "backspace":
                self._entry.back()
            case "escape":
                self._escape()
            case "right":
                self._open(act_list(self.showing.prompt))
            case "up" | "down" | "pageup" | "pagedown":
                self._scroll(event.key)
            case "ctrl+p" if not self._entry.text:
                self.action_command_palette()
            case "ctrl+q" if self._parts and self._parts.toy:
                self.exit(0)
            case "ctrl+q" | "ctrl+c" if not self._entry.text:
                self._notices.note(words.how_to_close())
            case "f2" | "f3" | "f4" | "f5" if self._parts and self._parts.toy:
                self._parts.toy.pressed(event.key)
            case _ if typed:
                self._type(typed, event.time)

    def _take_overlay_key(self, overlay: Overlay | Papers, event: events.Key) -> None:
        if event.key == "enter" and not self._entry.may_enter(event.time):
            return
        after = overlay.key(event.key, event.character)
        if not isinstance(after, Closed):
            self._open(after)
            return
        self._close_overlay()
        if after.typed:
            self._type(after.typed, event.time)
        if after.act:
            self._do(after.act)

    def _enter(self, now: float) -> None:
        if not self._entry.may_enter(now):
            return
        if not self._entry.text:
            # Only what asks for Enter in words has such an act: a lone Enter confirms nothing else.
            if self.showing.prompt.enter and not self._view.refusal:
                self._do(self.showing.prompt.enter)
            return
        is_number_scanned = self.showing.prompt.takes in ("number", "weight") and self._entry.is_at_scan_speed(now)
        is_even = self._entry.came_evenly(now)
        text = self._entry.take()
        if text == HELP:
            self._do(HELP)
        elif self.wedge.wrote(text) or is_number_scanned:
            self._read(text, now)
        else:
            self._turns.put(Entered(text, is_even))

    def _escape(self) -> None:
        if self._entry.text:
            self._entry.clear()
        elif self._notices.seen and not self._view.refusal:
            self._notices.clear()
        else:
            self._turns.put(Cleared())

    def _scroll(self, key: str) -> None:
        if self._queue_screen is not None:
            self._queue_screen.key(key)
        elif key == "down" and self._view.is_hiding(*self.size):
            self._open(Reader(words.details_title(), self._view.all_of_it()))

    def _do(self, act: str) -> None:
        if act == HELP:
            self._open(help_reader(self.showing.prompt))
        elif act == CLOSE_PROGRAM:
            self.exit(0)
        elif act == overlays.SCANNER_TEST:
            self.run_worker(self._test_scanner(), name="scanner-test", group="scanner-test")
        else:
            self._turns.put(Chosen(act))

    async def _test_scanner(self) -> None:
        """Lays the scanner's self-test over everything; the session goes on below it."""
        if self._parts is None or self._parts.scanner_test is None or self._sitting is not None:
            return
        self._sitting = self._parts.scanner_test(self)
        try:
            await self._sitting.run(self._parts.scanners)
        finally:
            self._sitting = None
        self._repaint()

    # What is shown

    @property
    def _view(self) -> FloorView:
        scale = self._parts.scale if self._parts else None
        return FloorView(
            replace(self.showing, prompt=scale.shown(self.showing.prompt)) if scale else self.showing,
            badge=self._badge.badge,
            waiting=self._badge.waiting,
            note=self._notices.seen,
            is_fault=self._notices.is_fault,
            entry=self._entry.text,
        )

    def _after(self, turn: Turn, showing: Showing | None) -> None:
        match turn:
            case ScannerLost(source=source, sentence=sentence):
                self._away.add(source)
                self._fault(source, sentence)
            case ScannerFound(source=source):
                self._fault(source, "")
                if source in self._away:
                    self._away.remove(source)
                    self._notices.note(scanner_wording.scanner_back(source))
            case RepeatDropped(repeats_dropped=count):
                self._notices.note(words.repeat_dropped(count))
            case Stale() if showing and showing.prompt.step != self.showing.prompt.step:
                self._entry.overtake()
                self._play(Sound.ATTENTION)
            case Settled() if self._parts and self._parts.scale and showing and showing.is_good:
                self._parts.scale.use()
            case Scan() | Unreadable() | Entered() | Chosen():
                self._notices.pass_on()
                if showing and not (showing.verdict and showing.verdict.tone is Tone.REFUSED):
                    self._play(Sound.RIGHT)
        if showing is None:
            self._repaint()
        else:
            self._present(showing)
            if showing.papers:
                self.run_worker(self._look_at(showing.papers), name="preview", group="preview")

    def _fault(self, source: str, sentence: str) -> None:
        if self._notices.fault(source, sentence):
            self._play(Sound.ATTENTION)

    def _play(self, sound: Sound) -> None:
        if self._sounds:
            self.call_after_refresh(self._sounds.play, sound)  # the eye comes first

    def _note(self, sentence: str) -> None:
        self._notices.note(sentence)
        self._repaint()

    def _present(self, showing: Showing) -> None:
        before, self.showing = self.showing, showing
        if showing.prompt.step != before.prompt.step:
            self._close_overlay()
        if self._view.refusal and (showing.turn, showing.verdict) != (before.turn, before.verdict):
            self._close_overlay()
            self._play(Sound.WRONG)
        if self._parts and self._parts.toy:
            self._parts.toy.shown(showing)
        self._weigh()
        self._repaint()

    def _repaint(self) -> None:
        if self._sitting is not None:
            return
        view = self._view
        is_queue = self.showing.prompt.step == _QUEUE_STEP and not view.refusal and self._overlay is None
        if is_queue and self._queue_screen is None and self._parts:
            self._queue_screen = self._new_queue_screen(self._parts, view)
            self.push_screen(self._queue_screen)
        elif is_queue and self._queue_screen:
            self._queue_screen.show(view)
        else:
            self._floor_screen.show(self._overlay or view)
            if self._queue_screen and self.screen is self._queue_screen:
                self._queue_screen = None
                self.pop_screen()

    def _new_queue_screen(self, parts: Parts, view: FloorView) -> QueueScreen:
        from terminal.screens.queue_screen import QueueScreen  # brings the rule book: not before the first frame

        return QueueScreen(parts.floor, parts.clock, view)

    def _bring_queue_up_to_date(self) -> None:
        keys, self._stale_rows = self._stale_rows, set()
        if self._queue_screen is not None:
            self._queue_screen.change(keys)

    def _open(self, overlay: Overlay | Papers) -> None:
        self._close_overlay()
        self._overlay = overlay if isinstance(overlay, ActList) else overlay.within(*self.size)
        if isinstance(overlay, ActList) and overlay.pending:
            self._choice = self.set_timer(self.CHOICE_SECONDS, self._choose)
        self._repaint()

    async def _look_at(self, papers: tuple[Paper, ...]) -> None:
        """Lays papers over the prompt; drawing them takes a moment, in which a scan or a key is worth more."""
        if self._parts is None or self._parts.preview is None:
            return
        self._open(Reader(preview_wording.heading(), (preview_wording.drawing(),)))
        waiting = self._overlay
        drawn = await asyncio.to_thread(self._parts.preview, papers, *self.size)
        if self._overlay is waiting:
            self._open(drawn)

    def _choose(self) -> None:
        """Nothing followed the digit: it was a hand's."""
        if isinstance(overlay := self._overlay, ActList):
            self._close_overlay()
            self._do(overlay.acts[overlay.chosen].name)
            self._repaint()

    def _close_overlay(self) -> None:
        self._overlay = None
        if self._choice is not None:
            self._choice.stop()
            self._choice = None

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette holds what the list of acts holds, and the way out."""
        for act in self.showing.prompt.acts:
            yield SystemCommand(act.label, words.act_described(), lambda name=act.name: self._do(name))
        yield SystemCommand(words.help_act(), words.help_described(), lambda: self._do(HELP))
        if self._parts and self._parts.scanner_test:
            yield SystemCommand(words.scanner_act(), words.scanner_described(), lambda: self._do(overlays.SCANNER_TEST))
        yield SystemCommand(words.close_act(), words.close_described(), lambda: self._do(CLOSE_PROGRAM))
