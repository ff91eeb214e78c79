"""The terminal's app: hands and scanners to the session, one at a time, and what it answers onto the glass.

Decides who hears of what: keys go to `hands`, what is to be seen to `layers`, what is to be heard to the sounds. What
a scan means, what is right and what is said about it is the session's; no scan is lost while the session is busy or
something is laid over the prompt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen

from scanners.hub import Hub
from scanners.keyboard_wedge import split_paste
from scanners.profile import ScannerProfile
from scanners.scan import ADMITTABLE, RepeatDropped, Scan, ScannerFound, ScannerLost, Unreadable
from terminal import screen_wording as words
from terminal.bare_app import BareApp
from terminal.config import SoundSettings
from terminal.entry import Entry
from terminal.exits import CANNOT_START
from terminal.hands import Hands
from terminal.layers import Layers
from terminal.messages import LinkChanged, Noted, RecordsChanged, ScaleSpoke, ScanBurst, Shown
from terminal.parts import CannotStart
from terminal.screens import overlays
from terminal.screens.overlays import CLOSE_PROGRAM, HELP, help_reader
from terminal.silence import Silence, since_boot
from terminal.turns import Chosen, Entered, Hurried, Settled, Silent, Stale, Turn, Turns
from terminal.workflows.prompts import Showing, Sound, Tone

if TYPE_CHECKING:
    from textual.driver import Driver

    from terminal.parts import Background, Opening, Parts, Sitting
    from terminal.sounds import Sounds

_BOARD_SECONDS = 0.1
_PORTS_SECONDS = 2.0


class FloorApp(BareApp, inherit_bindings=False):
    """Owns the workers and the screens."""

    TITLE = "floorhand"

    def __init__(
        self,
        open_parts: Opening,
        *,
        hub: Hub | None = None,
        wedge: ScannerProfile | None = None,
        report: Callable[[BaseException, str], str] | None = None,
        driver_class: type[Driver] | None = None,
        clock: Callable[[], float] = since_boot,
    ) -> None:
        """`open_parts` is awaited after the first frame. `clock` gives seconds that go on while a device sleeps."""
        super().__init__(report, driver_class)
        self.wedge = wedge or ScannerProfile("keyboard", kind="wedge")
        self._hub = hub or Hub((self.wedge,))
        self._open_parts = open_parts
        self._sitting: Sitting | None = None
        self._parts: Parts | None = None
        self._turns = Turns(self._hub, self._arrived)
        self._entry = Entry(self.wedge)
        self._layers = Layers(self, self._entry, self._do)
        self._hands = Hands(self, self._layers, self._entry, self._turns, self.wedge, read=self._read, do=self._do)
        self._sounds: Sounds | None = None
        self._silence = Silence(clock)

    @property
    def showing(self) -> Showing:
        """What the session shows now."""
        return self._layers.showing

    @property
    def step(self) -> str:
        """The prompt's step."""
        return self.showing.prompt.step

    # Start and end

    def get_default_screen(self) -> Screen[Any]:
        """The glass is there from the first frame."""
        return self._layers.floor

    def on_mount(self) -> None:
        """Everything that takes time begins after the first frame."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.run_worker(self._run(), name="session", group="session")
        self.run_worker(self._turns.listen(), name="hub", group="scanners")

    async def _run(self) -> None:
        try:
            self._parts = self._layers.parts = parts = await self._open_parts()
        except CannotStart as refusal:
            self.farewell = str(refusal)
            self.exit(return_code=CANNOT_START)
            return
        from terminal.sounds import Sounds  # not before the first frame

        settings = parts.sounds or SoundSettings()
        self._sounds = Sounds(settings, bell=lambda: self.bell(), after=self.set_timer, tell=self._layers.note)
        for scanner in parts.scanners:
            scanner.start()
        if parts.scale:
            parts.scale.start(self.post_message)
        # Whoever reads what to scan scans it at once: by then the ports have to be open.
        await self._turns.hear_from_ports(len(parts.scanners), _PORTS_SECONDS)
        self._present(parts.session.showing)
        self._run_beside("sync", parts.sync)
        self._run_beside("spool", parts.spool)
        self._silence.end()
        self.set_interval(_BOARD_SECONDS, self._tick)
        async for turn, showing in self._turns.judged(parts.session):
            self._after(turn, showing)

    def _tick(self) -> None:
        self._layers.bring_queue_up_to_date()
        site = self._parts.floor.site if self._parts else None
        if site and (minutes := self._silence.lasts(site.idle_minutes)):
            self._turns.put(Silent(minutes))

    async def on_unmount(self) -> None:
        """Nothing goes on sounding once the screen is gone."""
        if self._sounds:
            await self._sounds.close()

    def _run_beside(self, name: str, background: Background | None) -> None:
        if background is not None:
            self.run_worker(background(self.post_message), name=name, group=name)

    # What comes in

    async def on_event(self, event: events.Event) -> None:
        """Takes keys and pastes before any binding or focused widget could; only the palette is typed into."""
        if isinstance(event, events.Key | events.Paste):
            self._silence.end()
        if isinstance(event, events.Paste) and not event.is_forwarded:
            self._take_paste(event)
        elif not isinstance(event, events.Key):
            await super().on_event(event)
        elif isinstance(self.screen, CommandPalette):
            if self._hands.is_for_palette(event):
                await super().on_event(event)
        elif self._sitting is not None:
            self._sitting.take(event)
        else:
            self._hands.take(event)

    def on_scan_burst(self, burst: ScanBurst) -> None:
        """A scan from a scanner that types joins the one stream of all scanners."""
        self._silence.end()
        self._entry.scanned(burst.time)
        self._read(burst.text, burst.time, is_whole=burst.is_whole)

    def on_shown(self, message: Shown) -> None:
        """The session changed what it shows by itself."""
        self._after(Stale(), message.showing)

    def on_records_changed(self, message: RecordsChanged) -> None:
        """The prompt may be stale, and so may rows of the queue."""
        self._turns.changed(message.keys)
        self._layers.change(message.keys)

    def on_link_changed(self, message: LinkChanged) -> None:
        """The badge."""
        self._layers.badge = message
        self._fault("link", message.sentence)
        self._layers.repaint()

    def on_scale_spoke(self, message: ScaleSpoke) -> None:
        """The live weight, a settled one, or a port that went away; a bell where it waits for a hand."""
        if self._parts and (scale := self._parts.scale):
            had_asked = scale.asks_packer
            self._fault("scale", scale.hear(message.said))
            self._weigh()
            if scale.asks_packer and not had_asked:
                self._play(Sound.ATTENTION)
            self._layers.repaint()

    def on_noted(self, message: Noted) -> None:
        """A printer, a scanner or the journal has something to say."""
        source = message.source or message.sentence
        self._fault(source, message.sentence if message.is_fault else "")
        if message.sentence and not message.is_fault:
            self._layers.notices.note(message.sentence)
        self._layers.repaint()

    def _weigh(self) -> None:
        """Hands on what lies still on the scale, where the prompt asks for it."""
        scale = self._parts.scale if self._parts else None
        if scale and (settled := scale.offer(self.showing.prompt)):
            self._silence.end()
            self._turns.put(settled)

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
        self._silence.end()
        if isinstance(self.screen, CommandPalette):
            self.pop_screen()
        if read.source != self.wedge.name:  # what came by keyboard has its place among the keys
            self._entry.scanned_elsewhere(read.at_monotonic)
        self._layers.close_overlay()
        self._layers.repaint()

    def _do(self, act: str) -> None:
        if act == HELP:
            self._layers.open(help_reader(self.showing.prompt))
        elif act == CLOSE_PROGRAM:
            self.exit(0)
        elif act == overlays.SCANNER_TEST:
            self.run_worker(self._test_scanner(), name="scanner-test", group="scanner-test")
        else:
            self._entry.clear()  # it was typed for the question that the act answers, not for the next one
            self._turns.put(Chosen(act))

    async def _test_scanner(self) -> None:
        """Lays the scanner's self-test over everything; the session goes on below it."""
        if self._parts is None or self._parts.scanner_test is None or self._sitting is not None:
            return
        self._sitting, self._layers.is_covered = self._parts.scanner_test(self), True
        try:
            await self._sitting.run(self._parts.scanners)
        finally:
            self._sitting, self._layers.is_covered = None, False
        self._layers.repaint()

    # What is shown

    def _after(self, turn: Turn, showing: Showing | None) -> None:
        match turn:
            case ScannerLost(source=source, sentence=sentence):
                self._layers.notices.lose(source)
                self._fault(source, sentence)
            case ScannerFound(source=source):
                self._layers.notices.find(source)
            case RepeatDropped(repeats_dropped=count):
                self._layers.notices.note(words.repeat_dropped(count))
            case Stale() if showing and showing.prompt.step != self.showing.prompt.step:
                self._entry.overtake()
                if not _is_refusal(showing):
                    self._play(Sound.ATTENTION)
            case Silent():
                self._entry.clear()
                if isinstance(self.screen, CommandPalette):
                    self.pop_screen()
            case Settled() if self._parts and self._parts.scale and showing and showing.is_good:
                self._parts.scale.use()
            case Scan() | Unreadable() | Entered() | Hurried() | Chosen():
                self._layers.notices.pass_on()
                if showing and not _is_refusal(showing):
                    self._play(Sound.RIGHT)
        if showing is None:
            self._layers.repaint()
        else:
            self._present(showing)
            if showing.papers:
                self.run_worker(self._layers.lay_out(showing.papers), name="preview", group="preview")

    def _fault(self, source: str, sentence: str) -> None:
        if self._layers.notices.fault(source, sentence):
            self._play(Sound.ATTENTION)

    def _play(self, sound: Sound) -> None:
        if self._sounds:
            self.call_after_refresh(self._sounds.play, sound)  # the eye comes first

    def _present(self, showing: Showing) -> None:
        before, self._layers.showing = self.showing, showing
        if showing.prompt.step != before.prompt.step:
            self._layers.close_overlay()
        if self._layers.view.refusal and (showing.turn, showing.verdict) != (before.turn, before.verdict):
            self._layers.close_overlay()
            self._play(Sound.WRONG)
        if self._parts and self._parts.toy:
            self._parts.toy.shown(showing)
        self._weigh()
        self._layers.repaint()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette holds."""
        return self._hands.commands()


def _is_refusal(showing: Showing) -> bool:
    return showing.verdict is not None and showing.verdict.tone is Tone.REFUSED
