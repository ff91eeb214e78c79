"""A ZPL printer on its raw port (9100): asked before, asked after, and never sent to twice.

Decides what its answers mean for a job. A Zebra that is out of labels or open may answer nothing at all, so silence is
a trouble of its own and never "go on". What is in its memory prints by itself once the trouble is over; the line to it
stays open meanwhile, because a printer that was switched off and on has forgotten the job and dropped the line.
"""

from __future__ import annotations

import logging
import re
import select
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

from printing.documents import Document, Media
from printing.printers import (
    Answer,
    Held,
    Pages,
    Patience,
    Printed,
    PrinterConfigError,
    Sent,
    choice,
    dots_per_inch,
    flag,
    require_known,
    text,
)
from printing.site_style import PLAIN, SiteStyle
from printing.troubles import Trouble
from printing.zpl import DRAWN, GRAPHICS, rendered
from printing.zpl.status import (
    ERROR_FLAGS,
    HOST_STATUS,
    STRINGS_IN_STATUS,
    Status,
    StatusError,
    error_flags,
    host_status,
)

log = logging.getLogger(__name__)

PORT = 9100
_LONGEST_ANSWER = 65_536


class RawPrinter:
    """A ZPL printer at `host` and `port`. With `answers` false it cannot be asked, and `where` says so."""

    def __init__(
        self,
        host: str,
        port: int = PORT,
        dots_per_inch: int = 203,
        *,
        drawn: str = DRAWN[0],
        graphics: str = GRAPHICS[0],
        answers: bool = True,
        patience: Patience | None = None,
    ) -> None:
        self._host, self._port, self.dots_per_inch = host, port, dots_per_inch
        self._drawn, self._graphics, self._answers = drawn, graphics, answers
        self._patience = patience or Patience()
        self._line: _Line | None = None
        self._in_memory: set[str] = set()
        self._out: set[str] = set()

    def render(self, document: Document, media: Media, style: SiteStyle = PLAIN) -> bytes:
        return rendered(document, media, self.dots_per_inch, self._drawn, self._graphics, style)

    def print(self, pages: Pages) -> Answer:
        try:
            line = self._open()
        except OSError as error:
            return Held.by(Trouble.NO_ANSWER, Sent.NO, _said(error))
        if self._answers and (held := self._until_free(line)):
            return held
        try:
            line.send(pages.payload)
        except OSError as error:
            log.warning("%s: %s was cut off: %s", self._place, pages.name, _said(error))
            self._hang_up()
            return Held.by(Trouble.LOST, Sent.UNSURE)
        if not self._answers:
            self._hang_up()
            return Printed(f"{self._place} (sent; it cannot say whether it printed)")
        return self._until_out(line, pages)

    def settle(self, pages: Pages, ticket: str) -> Answer:
        """Asks whether the label in the printer's memory came out; only the line that took it can tell."""
        if pages.name in self._out:
            self._out.discard(pages.name)
            return Printed(self._place)
        if self._line is None or pages.name not in self._in_memory:
            return Held.by(Trouble.LOST, Sent.UNSURE)
        return self._until_out(self._line, pages, self._patience.answer)

    def withdraw(self, ticket: str) -> bool:
        """Never: `~JA` would take away the labels of every other bench too."""
        return False

    def look(self) -> Answer:
        try:
            line = self._open()
        except OSError as error:
            return Held.by(Trouble.NO_ANSWER, Sent.NO, _said(error))
        if not self._answers:
            self._hang_up()
            return Printed(f"{self._place} (it cannot say how it is)")
        status = line.status()
        self._hang_up_unless_waiting()
        if status is None:
            return Held.by(Trouble.SILENT)
        if status.trouble:
            return Held.by(status.trouble, Sent.NO, status.detail)
        return Printed(self._place)

    def _until_free(self, line: _Line) -> Held | None:
        """Held where the printer cannot take a label now; nothing was sent."""
        for _ in self._turns():
            status = line.status()
            if status is None:
                self._hang_up()
                return Held.by(Trouble.SILENT)
            if status.trouble:
                self._hang_up_unless_waiting()
                return Held.by(status.trouble, Sent.NO, status.detail)
            if not status.unprinted:
                self._all_out()
                return None
        self._hang_up_unless_waiting()
        return Held.by(Trouble.BUSY)

    def _until_out(self, line: _Line, pages: Pages, grace_seconds: float = 0.0) -> Answer:
        """Follows what was sent. Nothing left in the printer's memory means that it is out.

        For `grace_seconds` a trouble is not believed: a printer takes a moment to see that labels were loaded.
        """
        self._in_memory.add(pages.name)
        believed_at = self._patience.clock() + grace_seconds
        for _ in self._turns():
            status = line.status()
            if status is None:
                self._hang_up()
                return Held.by(Trouble.LOST, Sent.UNSURE)
            if status.trouble and self._patience.clock() >= believed_at:
                return Held.by(status.trouble, Sent.YES, status.detail)
            if not status.unprinted:
                self._all_out()
                self._out.discard(pages.name)
                self._hang_up()
                return Printed(self._place)
        return Held.by(Trouble.SLOW, Sent.YES)

    def _all_out(self) -> None:
        """Nothing is left in the memory behind this line: what waited there is out, whoever asks for it later."""
        self._out |= self._in_memory
        self._in_memory.clear()

    def _turns(self) -> _Turns:
        return _Turns(self._patience)

    @property
    def _place(self) -> str:
        return f"{self._host}:{self._port}"

    def _open(self) -> _Line:
        """The line that still waits for a label in memory, or a new one: many printers take one at a time."""
        if self._line is not None and self._line.is_dead():
            self._hang_up()
        if self._line is None:
            self._line = _Line(self._host, self._port, self._patience)
        return self._line

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        self._in_memory.clear()
        if line is not None:
            line.close()

    def _hang_up_unless_waiting(self) -> None:
        if not self._in_memory:
            self._hang_up()


class _Turns:
    """Yields at once, then after every pause, until patience is over."""

    def __init__(self, patience: Patience) -> None:
        self._patience, self._end, self._is_first = patience, patience.clock() + patience.work, True

    def __iter__(self) -> _Turns:
        return self

    def __next__(self) -> None:
        if not self._is_first:
            if self._patience.clock() >= self._end:
                raise StopIteration
            self._patience.pause(self._patience.poll)
        self._is_first = False


class _Line:
    """One connection, every wait on it with a deadline."""

    def __init__(self, host: str, port: int, patience: Patience) -> None:
        self._patience = patience
        self._socket = socket.create_connection((host, port), timeout=patience.connect)
        with suppress(OSError):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, payload: bytes) -> None:
        """All of it, or OSError; each piece has to be taken within `answer` seconds."""
        self._socket.settimeout(self._patience.answer)
        rest = memoryview(payload)
        while rest:
            rest = rest[self._socket.send(rest) :]

    def status(self) -> Status | None:
        """What the printer says of itself; None where it says nothing, or nothing that can be read."""
        return self._ask(HOST_STATUS, STRINGS_IN_STATUS, host_status) or self._ask(ERROR_FLAGS, 1, error_flags)

    def _ask(self, question: bytes, strings: int, read: Callable[[bytes], Status]) -> Status | None:
        try:
            self._drain()
            self.send(question)
            return read(self._hear(strings))
        except (OSError, StatusError) as error:
            log.info("no answer to %r: %s", question, error)
            return None

    def _hear(self, strings: int) -> bytes:
        end, heard = self._patience.clock() + self._patience.answer, b""
        while len(re.findall(b"\x03", heard)) < strings and len(heard) < _LONGEST_ANSWER:
            self._socket.settimeout(max(0.001, end - self._patience.clock()))
            more = self._socket.recv(4096)
            if not more:
                raise ConnectionResetError("the printer hung up")
            heard += more
        return heard

    def _drain(self) -> None:
        """Forgets an answer that came too late for its question."""
        while select.select([self._socket], [], [], 0)[0]:
            if not self._socket.recv(4096):
                raise ConnectionResetError("the printer hung up")

    def is_dead(self) -> bool:
        """Whether the printer hung up meanwhile."""
        try:
            self._drain()
        except OSError:
            return True
        return False

    def close(self) -> None:
        """Hangs up."""
        with suppress(OSError):
            self._socket.close()


def printer(config: Mapping[str, object], patience: Patience) -> RawPrinter:
    """A raw ZPL printer as configured; raises PrinterConfigError."""
    require_known(config, {"host", "port", "drawn", "graphics", "answers"})
    port = config.get("port", PORT)
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise PrinterConfigError(f"printer key `port`: expected 1 to 65535, got {port!r}: most use 9100")
    return RawPrinter(
        text(config, "host", 'the printer\'s address, such as "10.0.0.9"'),
        port,
        dots_per_inch(config),
        drawn=choice(config, "drawn", DRAWN),
        graphics=choice(config, "graphics", GRAPHICS),
        answers=flag(config, "answers", True),
        patience=patience,
    )


def _said(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
