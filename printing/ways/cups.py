"""A queue of CUPS: handed over with `lp`, then followed with IPP by the number that `lp` answered.

Decides what a queue is given (PDF, or ZPL for a raw queue). What CUPS calls completed is that its backend has handed
the bytes over, and `where` says so.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
from collections.abc import Mapping

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
    require_known,
    text,
)
from printing.site_style import PLAIN, SiteStyle
from printing.troubles import Trouble
from printing.ways.ipp import IppPeer, Lost, Unreachable, cups_socket, looked_at
from printing.ways.ipp_media import media_keyword
from printing.ways.ipp_states import not_ready
from printing.zpl import DRAWN, GRAPHICS, rendered

log = logging.getLogger(__name__)

LANGUAGES = ("pdf", "zpl")
_TAKEN = re.compile(r"request id is \S+-(\d+) ")
_QUEUE = re.compile(r"[^\s/#?'\"\\]+")


class CupsPrinter:
    """One queue, at this machine's CUPS or at `server` (host or host:port)."""

    def __init__(
        self,
        queue: str,
        server: str = "",
        dots_per_inch: int = 203,
        *,
        language: str = LANGUAGES[0],
        drawn: str = DRAWN[0],
        graphics: str = GRAPHICS[0],
        patience: Patience | None = None,
    ) -> None:
        self._queue, self._server, self.dots_per_inch = queue, server, dots_per_inch
        self._language, self._drawn, self._graphics = language, drawn, graphics
        self._peer = cups_peer(f"/printers/{queue}", server, patience)

    def render(self, document: Document, media: Media, style: SiteStyle = PLAIN) -> bytes:
        if self._language == "zpl":
            return rendered(document, media, self.dots_per_inch, self._drawn, self._graphics, style)
        return style.draw(document, media, self.dots_per_inch)

    def print(self, pages: Pages) -> Answer:
        is_pdf = self._language == "pdf"
        with self._peer.connected():
            try:
                queue = self._peer.attributes()
            except (Unreachable, Lost) as error:
                return Held.by(Trouble.NO_ANSWER, Sent.NO, str(error))
        queue.pop("media-ready", None)  # a queue names its default there, not what is loaded
        if held := not_ready(queue, pages.media if is_pdf else None):
            return held
        keyword = media_keyword(pages.media, queue.get("media-supported", ())) if is_pdf else None
        options = ("-o", f"media={keyword}") if keyword else () if is_pdf else ("-o", "raw")
        handed = self._hand_over(pages, options)
        if isinstance(handed, Held):
            return handed
        pages.taken(handed)
        with self._peer.connected():
            return _worded(self._peer.follow(pages.name, handed))

    def settle(self, pages: Pages, ticket: str) -> Answer:
        return _worded(self._peer.settle(pages.name, ticket))

    def withdraw(self, ticket: str) -> bool:
        return self._peer.withdraw(ticket)

    def look(self) -> Answer:
        return looked_at(self._peer)

    def _hand_over(self, pages: Pages, options: tuple[str, ...]) -> str | Held:
        """CUPS's number for the job, or Held."""
        server = ("-h", self._server) if self._server else ()
        command = ["lp", *server, "-d", self._queue, "-t", pages.name, *options]
        # The page holds an address, and goes by the pipe: no file of it is left behind.
        try:
            done = subprocess.run(
                command,
                input=pages.payload,
                capture_output=True,
                timeout=self._peer.patience.connect + self._peer.patience.answer,
                check=False,
                env={**os.environ, "LC_ALL": "C"},
            )
        except FileNotFoundError:
            return Held.by(Trouble.FAULT, Sent.NO, "`lp` is not installed: install cups-client")
        except subprocess.TimeoutExpired:
            return self._found_again(pages)
        if taken := _TAKEN.search(done.stdout.decode("utf-8", "replace")):
            return taken.group(1)
        said = done.stderr.decode("utf-8", "replace").strip().removeprefix("lp: ")
        log.warning("lp answered %s: %s", done.returncode, said)
        if "not accepting" in said:
            return Held.by(Trouble.NOT_ACCEPTING)
        return Held.by(Trouble.REFUSED, Sent.NO, said) if done.returncode > 0 and said else self._found_again(pages)

    def _found_again(self, pages: Pages) -> str | Held:
        with self._peer.connected():
            try:
                return self._peer.find(pages.name) or Held.by(Trouble.LOST, Sent.UNSURE)
            except (Unreachable, Lost):
                return Held.by(Trouble.LOST, Sent.UNSURE)


def cups_peer(path: str, server: str = "", patience: Patience | None = None) -> IppPeer:
    """CUPS at `server`, else where CUPS_SERVER says, else on this machine's socket or port; `path` is what is asked."""
    server = server or os.environ.get("CUPS_SERVER", "")
    if server.startswith("/"):
        return IppPeer(f"http://localhost:631{path}", socket_path=server, patience=patience)
    if server:
        host = server if re.search(r":\d+$", server) else f"{server}:631"
        return IppPeer(f"http://{host}{path}", patience=patience)
    return IppPeer(f"http://localhost:631{path}", socket_path=cups_socket(), patience=patience)


def printer(config: Mapping[str, object], patience: Patience) -> CupsPrinter:
    """A CUPS queue as configured; raises PrinterConfigError."""
    require_known(config, {"queue", "server", "language", "drawn", "graphics"})
    queue = text(config, "queue", 'the name of the queue, as `lpstat -e` lists it, such as "zebra"')
    if _QUEUE.fullmatch(queue) is None or queue.startswith("-"):
        raise PrinterConfigError(
            f"printer key `queue`: a name has no spaces, slashes or quotes, got {queue!r}: see `lpstat -e`"
        )
    return CupsPrinter(
        queue,
        text(config, "server", "a host, such as 10.0.0.5:631") if "server" in config else "",
        dots_per_inch(config),
        language=choice(config, "language", LANGUAGES),
        drawn=choice(config, "drawn", DRAWN),
        graphics=choice(config, "graphics", GRAPHICS),
        patience=patience,
    )


def _worded(answer: Answer) -> Answer:
    return Printed(f"{answer.where} (CUPS has handed it over)") if isinstance(answer, Printed) else answer
