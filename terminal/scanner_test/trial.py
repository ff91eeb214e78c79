"""The state of one self-test: what was heard, what it showed, and which page of it is seen.

Decides what a read and a key do. Pure but for the config that it writes on agreement and the log that it is given:
threads, ports, timers and the glass are the sitting's business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from orders.barcodes import BarcodeError, Kind, decode
from scanners.parse import parse
from scanners.profile import ScannerProfile
from terminal import config_edit, raw_log
from terminal import scanner_test_wording as words
from terminal.config_edit import CannotEdit, Edit
from terminal.raw_log import RawLog, outcome_of
from terminal.scanner_test.capture import ENDS, Capture, LineSettings, PortNews
from terminal.scanner_test.diagnosis import Diagnosis, diagnose, shown
from terminal.scanner_test.findings import Finding, findings, has_fault
from terminal.scanner_test.proposal import entry, kind_of, profile_of
from terminal.workflows import acts

_KEPT = 30
# What scanners are set to besides 9600 8N1, the likeliest first.
_SPEEDS = (9600, 115_200, 19_200, 38_400, 57_600, 4800, 2400)


class Page(Enum):
    """What is seen."""

    RESULT = "result"
    RAW = "raw"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Heard:
    """One read as the raw page shows it."""

    at: datetime
    capture: Capture
    outcome: str

    @property
    def hexadecimal(self) -> str:
        """The bytes as they came; a badge's secret is crossed out."""
        text = raw_log.without_badge(self.capture.text)
        return text.encode("utf-8" if self.capture.source.is_keyboard else "latin-1", "replace").hex(" ")

    @property
    def text(self) -> str:
        """The same as a person reads it."""
        return shown(raw_log.without_badge(self.capture.text))


class Trial:
    """One self-test. Not thread-safe: the sitting calls everything on the app's loop."""

    def __init__(
        self,
        scanners: Sequence[ScannerProfile],
        config: Path,
        log: RawLog,
        log_file: Path,
        export_folder: Path,
        clock: Callable[[], datetime],
        retune: Callable[[str, LineSettings], object] = lambda path, settings: None,
    ) -> None:
        """`retune` is asked to listen to a port at other settings."""
        self._scanners, self._config = tuple(scanners), config
        self._log, self._log_file, self._export_folder, self._clock = log, log_file, export_folder, clock
        self._retune = retune
        self.page = Page.RESULT
        self.top = 0
        self.heard: list[Heard] = []
        self.ports: dict[str, PortNews] = {}
        self.hearing = 0
        self.diagnosis: Diagnosis | None = None
        self.edit: Edit | None = None
        self.said = ""
        self.is_refused = False
        self.is_closed = False

    @property
    def report(self) -> tuple[Finding, ...]:
        """What the last read of the card told."""
        return findings(self.diagnosis) if self.diagnosis else ()

    @property
    def can_save(self) -> bool:
        """Whether the last read of the card gave settings that are safe."""
        return self.diagnosis is not None and not has_fault(self.diagnosis)

    def take_news(self, news: PortNews) -> None:
        """A port can be listened to, or not."""
        self.ports[news.path] = news

    def take(self, capture: Capture) -> None:
        """Judges one read, or the lone Enter of a hand."""
        if not capture.text.strip(ENDS):
            if capture.source.is_keyboard:
                self.key("enter")
            return
        found = diagnose(capture)
        self._note(found)
        if self._act_of(capture):
            return
        self.page, self.top, self.edit = Page.RESULT if self.page is Page.LINES else self.page, 0, None
        if found.is_card:
            self.diagnosis = found
            self._say("", is_refused=has_fault(found))
            return
        self.diagnosis = None
        if found.is_noise and capture.source.way == "network":
            self._say(words.noise_on_network(), is_refused=True)
            return
        if found.is_noise:
            settings = _next_speed(capture.source.settings)
            self._retune(capture.source.port, settings)
            self._say(words.noise(str(settings)), is_refused=True)
            return
        text = shown(raw_log.without_badge(capture.text.rstrip(ENDS)))[:40]
        is_hand = capture.source.is_keyboard and len(capture.signs) < 3
        self._say(words.a_key(text) if is_hand else words.another_code(text), is_refused=True)

    def key(self, name: str) -> None:
        """What a key of a hand does: Enter, Esc and the arrows alone, which no barcode holds."""
        match name:
            case "escape" if self.page is Page.LINES:
                self.page, self.top, self.edit = Page.RESULT, 0, None
            case "escape":
                self.is_closed = True
            case "up" | "pageup":
                self.top = max(0, self.top - (1 if name == "up" else 10))
            case "down" | "pagedown":
                self.top += 1 if name == "down" else 10
            case "right" if self.page is Page.RESULT:
                self.page, self.top = Page.RAW, 0
            case "left" if self.page is Page.RAW:
                self.page, self.top = Page.RESULT, 0
            case "enter":
                self._enter()

    def _enter(self) -> None:
        if self.page is Page.RAW:
            self._export()
        elif self.page is Page.LINES:
            self._write()
        elif self.can_save:
            self._propose()
        else:
            self._say(words.set_it_first() if self.diagnosis else words.ask_card(), is_refused=True)

    def _propose(self) -> None:
        assert self.diagnosis is not None
        try:
            self.edit = config_edit.with_scanner(self._config, entry(self.diagnosis, self._scanners))
        except CannotEdit as error:
            self._say(str(error), is_refused=True)
            return
        if self.edit.lines:
            self.page, self.top = Page.LINES, 0
        else:
            self._say(words.nothing_to_change())

    def _write(self) -> None:
        assert self.edit is not None
        try:
            config_edit.write(self.edit)
            self._say(words.written(str(self.edit.path)))
        except CannotEdit as error:
            self._say(str(error), is_refused=True)
        self.page, self.top, self.edit = Page.RESULT, 0, None

    def _export(self) -> None:
        self._log.close()
        path = self._export_folder / f"scanner-log-{self._clock():%Y%m%dT%H%M%S}.txt"
        self._say(*export(self._log_file, path))

    def _act_of(self, capture: Capture) -> bool:
        """Command barcodes drive this screen too: yes and confirm go on; no, undo, menu and sign off go back."""
        try:
            own = decode(capture.text.strip(ENDS + "\x02").partition("]C0")[2] or capture.text.strip(ENDS + "\x02"))
        except BarcodeError:
            return False
        if own is None or own.kind is not Kind.COMMAND:
            return False
        onward = own.body in (acts.YES, acts.CONFIRM)
        key = "enter" if onward else "escape" if own.body in (acts.NO, acts.UNDO, acts.MENU, acts.SIGN_OFF) else ""
        if key:
            self.key(key)
        return bool(key)

    def _note(self, found: Diagnosis) -> None:
        capture, known = found.capture, self._profile(found.capture)
        frame = capture.text.strip(ENDS + "\x02")
        outcome = outcome_of(parse(frame, known, known.name, capture.times[-1]))
        if found.is_card:
            outcome = words.outcome_card(is_whole=found.is_whole)
        self.heard = [Heard(self._clock(), capture, outcome), *self.heard][:_KEPT]
        self._log.note(known.name, capture.text, outcome)

    def _profile(self, capture: Capture) -> ScannerProfile:
        known = profile_of(Diagnosis(capture), self._scanners)
        if known:
            return known
        if capture.source.is_keyboard:
            return ScannerProfile("keyboard", kind="wedge")
        return ScannerProfile(Path(capture.source.port).name, kind_of(capture.source), capture.source.port)

    def _say(self, sentence: str, is_refused: bool = False) -> None:
        self.said, self.is_refused = sentence, is_refused


def export(log: Path, to: Path) -> tuple[str, bool]:
    """Writes the whole log to one file that only this user can read: what to say, and whether it failed."""
    rows = list(raw_log.lines(log))
    if not rows:
        return words.log_empty(), True
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.touch(mode=0o600)
        to.write_text("\n".join(rows) + "\n", encoding="utf-8")
    except OSError as error:
        return words.log_not_written(str(to), error.strerror or type(error).__name__), True
    return words.log_written(str(to)), False


def _next_speed(settings: LineSettings) -> LineSettings:
    place = _SPEEDS.index(settings.baud) if settings.baud in _SPEEDS else -1
    return LineSettings(_SPEEDS[(place + 1) % len(_SPEEDS)])
