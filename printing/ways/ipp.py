"""An IPP printer: PDF, or PWG raster where it takes no PDF, followed by the printer's own job number to its end.

Decides what a printer's states and reasons mean for a job. It never sends media that the printer does not list, looks a
lost job up by its name, and sends nothing twice. CUPS's queues are followed with the same peer.
"""

from __future__ import annotations

import getpass
import itertools
import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from printing.documents import Document, Media
from printing.printers import (
    Answer,
    Held,
    Pages,
    Patience,
    Printed,
    PrinterConfigError,
    Sent,
    dots_per_inch,
    flag,
    require_known,
    text,
)
from printing.site_style import PLAIN, SiteStyle
from printing.troubles import Trouble
from printing.ways import ipp_wire as wire
from printing.ways.ipp_media import media_keyword
from printing.ways.ipp_states import Attributes, not_ready, refused, wrong_with
from printing.ways.ipp_wire import Attribute, Group, Operation, Tag

log = logging.getLogger(__name__)

PDF, RASTER = "application/pdf", "image/pwg-raster"
PORT = 631
_ASKED = (
    "printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "document-format-supported",
    "media-supported", "media-ready", "printer-make-and-model", "printer-error-policy",
    "pwg-raster-document-resolution-supported", "pwg-raster-document-type-supported",
)  # fmt: skip
_JOB_ASKED = ("job-id", "job-name", "job-state", "job-state-reasons", "job-impressions-completed")
_PENDING, _PENDING_HELD = 3, 4
_HALTED, _CANCELLED, _ABORTED, _COMPLETED = 6, 7, 8, 9


class Unreachable(Exception):
    """Nobody took the request: nothing left this machine."""


class Lost(Exception):
    """The request went out, and its answer did not come back."""


class IppPeer:
    """One printer or queue that speaks IPP at `url` (ipp, ipps, http or https, or a `socket_path` of this machine)."""

    def __init__(
        self, url: str, *, socket_path: str = "", verify: bool = True, patience: Patience | None = None
    ) -> None:
        self.uri, self._http = _addresses(url)
        self._socket_path, self._verify = socket_path, verify
        self.patience = patience or Patience()
        self._numbers = itertools.count(1)
        self._owner = threading.local()

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Keeps one connection for what is asked in the block, by this thread."""
        import httpx  # the printing thread's, and the commands'; never on the way to a first frame

        transport = httpx.HTTPTransport(uds=self._socket_path) if self._socket_path else None
        limits = httpx.Timeout(self.patience.answer, connect=self.patience.connect)
        verify = self._verify if self._http.startswith("https") else False
        with httpx.Client(transport=transport, verify=verify, timeout=limits, trust_env=False) as client:
            self._owner.client = client
            try:
                yield
            finally:
                self._owner.client = None

    def ask(
        self, operation: Operation, target: Sequence[Attribute] = (), job: Sequence[Attribute] = (), data: bytes = b""
    ) -> wire.Answer:
        """The answer to one request; raises Unreachable, or Lost where only the answer is missing."""
        import httpx

        user = Attribute(Tag.NAME, "requesting-user-name", (_user(),))
        where = Attribute(Tag.URI, "printer-uri", (self.uri,))
        first = () if operation is Operation.CUPS_GET_PRINTERS else (where,)
        body = wire.request(operation, next(self._numbers), (*first, user, *target), job, data)
        client = self._owner.client
        try:
            reply = client.post(self._http, content=body, headers={"content-type": "application/ipp"})
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.PoolTimeout) as error:
            raise Unreachable(str(error) or type(error).__name__) from error
        except httpx.HTTPError as error:
            raise Lost(str(error) or type(error).__name__) from error
        if reply.status_code != 200:
            raise Unreachable(f"it answered HTTP {reply.status_code}")
        try:
            return wire.answer(reply.content)
        except wire.IppError as error:
            raise Lost(str(error)) from error

    def attributes(self) -> Attributes:
        """What the printer says of itself; raises Unreachable or Lost."""
        asked = Attribute(Tag.KEYWORD, "requested-attributes", _ASKED)
        reply = self.ask(Operation.GET_PRINTER_ATTRIBUTES, (asked,))
        if not reply.is_success:
            raise Unreachable(f"no printer is there (IPP status {reply.status:04x})")
        return reply.first(Group.PRINTER)

    def find(self, name: str) -> str:
        """The printer's number for the newest job of that name, empty where it knows none; Unreachable or Lost."""
        found = []
        for which in ("not-completed", "completed"):
            asked = (
                Attribute(Tag.KEYWORD, "which-jobs", (which,)),
                Attribute(Tag.KEYWORD, "requested-attributes", ("job-id", "job-name")),
            )
            for job in self.ask(Operation.GET_JOBS, asked).all(Group.JOB):
                if job.get("job-name") == [name]:
                    found += [number for number in job.get("job-id", ()) if isinstance(number, int)]
        return str(max(found)) if found else ""

    def follow(self, name: str, ticket: str, grace_seconds: float = 0.0) -> Answer:
        """What becomes of a job that the printer has taken, for as long as patience lasts.

        For `grace_seconds` a trouble is not believed: a printer takes a moment to see that labels were loaded.
        """
        begun = self.patience.clock()
        end = begun + self.patience.work
        while True:
            try:
                answer = self._became(name, ticket)
                is_mending = isinstance(answer, Held) and answer.sent is Sent.YES
                if is_mending and self.patience.clock() - begun < grace_seconds:
                    answer = None
            except (Unreachable, Lost) as error:
                # It has the job, and will print it when it can be reached again, or has died of it: nobody knows.
                log.warning("%s: lost sight of job %s: %s", self.uri, ticket, error)
                return Held.by(Trouble.LOST, Sent.UNSURE)
            if answer is not None:
                return answer
            if self.patience.clock() >= end:
                return self._slow()
            self.patience.pause(self.patience.poll)

    def _became(self, name: str, ticket: str) -> Answer | None:
        """How a job ended, None while it is under way."""
        job = self._job(ticket)
        if job is None or job.get("job-name", [name]) != [name]:
            return Held.by(Trouble.LOST, Sent.UNSURE)  # a printer that was restarted counts from 1 again
        state = job.get("job-state", [0])[0]
        if state == _COMPLETED:
            return Printed(f"{self.uri} job {ticket}")
        said = ", ".join(str(each) for each in job.get("job-state-reasons", ()) if each != "none") or "no reason"
        if state in (_ABORTED, _CANCELLED):
            is_clean = job.get("job-impressions-completed", [None])[0] == 0
            return Held.by(Trouble.STOPPED_THERE, Sent.NO, said) if is_clean else Held.by(Trouble.LOST, Sent.UNSURE)
        trouble = wrong_with(self.attributes())
        if trouble is not None and trouble[0] is not Trouble.NO_ANSWER:
            return Held.by(trouble[0], Sent.YES, trouble[1])
        if state == _HALTED:
            return Held.by(Trouble.FAULT, Sent.YES, f"it halted this job, {said}")
        return None

    def _slow(self) -> Held:
        try:
            trouble = wrong_with(self.attributes())
        except (Unreachable, Lost):
            trouble = None
        return Held.by(*(trouble[0], Sent.YES, trouble[1]) if trouble else (Trouble.SLOW, Sent.YES))

    def _job(self, ticket: str) -> Attributes | None:
        asked = (
            Attribute(Tag.INTEGER, "job-id", (int(ticket),)),
            Attribute(Tag.KEYWORD, "requested-attributes", _JOB_ASKED),
        )
        reply = self.ask(Operation.GET_JOB_ATTRIBUTES, asked)
        return reply.first(Group.JOB) if reply.is_success else None

    def settle(self, name: str, ticket: str) -> Answer:
        """What became of a job that was sent, or may have been; looked up by its name where no number is known."""
        with self.connected():
            try:
                ticket = ticket or self.find(name)
            except Unreachable as error:
                return Held.by(Trouble.NO_ANSWER, Sent.UNSURE, str(error))
            except Lost:
                ticket = ""
            if not ticket:
                return Held.by(Trouble.LOST, Sent.UNSURE)
            return self.follow(name, ticket, self.patience.answer)

    def withdraw(self, ticket: str) -> bool:
        """Cancels a job; True only where the printer says that it did."""
        if not ticket:
            return False
        with self.connected():
            try:
                asked = Attribute(Tag.INTEGER, "job-id", (int(ticket),))
                job = self._job(ticket)
                reply = self.ask(Operation.CANCEL_JOB, (asked,))
            except (Unreachable, Lost):
                return False
            return reply.is_success and job is not None and _is_untouched(job)


class IppPrinter:
    """A printer that speaks IPP itself, as every network printer since 2010 does."""

    def __init__(self, peer: IppPeer, dots_per_inch: int = 300) -> None:
        self._peer, self.dots_per_inch = peer, dots_per_inch

    def render(self, document: Document, media: Media, style: SiteStyle = PLAIN) -> bytes:
        return style.draw(document, media, self.dots_per_inch)

    def print(self, pages: Pages) -> Answer:
        with self._peer.connected():
            try:
                printer = self._peer.attributes()
                if held := not_ready(printer, pages.media):
                    return held
                job, format, data = self._job(printer, pages)
                if not data:
                    return Held.by(Trouble.UNSUPPORTED_FORMAT, Sent.NO, str(format))
                return self._printed(pages, job, format, data)
            except (Unreachable, Lost) as error:
                return Held.by(Trouble.NO_ANSWER, Sent.NO, str(error))

    def settle(self, pages: Pages, ticket: str) -> Answer:
        return self._peer.settle(pages.name, ticket)

    def withdraw(self, ticket: str) -> bool:
        return self._peer.withdraw(ticket)

    def look(self) -> Answer:
        return looked_at(self._peer)

    def _job(self, printer: Attributes, pages: Pages) -> tuple[list[Attribute], str, bytes]:
        keyword = media_keyword(pages.media, printer.get("media-supported", ()))
        job = [Attribute(Tag.KEYWORD, "media", (keyword,))] if keyword else []
        taken = printer.get("document-format-supported", [PDF])
        if PDF in taken:
            return job, PDF, pages.payload
        if RASTER in taken:
            from printing.pwg import pwg_raster

            return job, RASTER, pwg_raster(pages.payload, self.dots_per_inch, printer)
        return job, ", ".join(str(each) for each in taken), b""

    def _printed(self, pages: Pages, job: list[Attribute], format: str, data: bytes) -> Answer:
        target = (
            Attribute(Tag.NAME, "job-name", (pages.name,)),
            Attribute(Tag.MIME_TYPE, "document-format", (format,)),
        )
        if held := refused(self._peer.ask(Operation.VALIDATE_JOB, target, job), pages.media):
            return held
        end = self._peer.patience.clock() + self._peer.patience.work
        while True:
            try:
                reply = self._peer.ask(Operation.PRINT_JOB, target, job, data)
            except Lost as error:
                log.warning("%s: no answer to %s: %s", self._peer.uri, pages.name, error)
                return self._found_again(pages)
            if reply.is_success:
                break
            held = refused(reply, pages.media)
            assert held is not None
            if held.trouble is not Trouble.BUSY or self._peer.patience.clock() >= end:
                return held
            self._peer.patience.pause(self._peer.patience.poll)
        ticket = str(reply.first(Group.JOB).get("job-id", [""])[0])
        if not ticket:
            return self._found_again(pages)
        pages.taken(ticket)
        return self._peer.follow(pages.name, ticket)

    def _found_again(self, pages: Pages) -> Answer:
        try:
            ticket = self._peer.find(pages.name)
        except (Unreachable, Lost):
            ticket = ""
        if not ticket:
            return Held.by(Trouble.LOST, Sent.UNSURE)
        pages.taken(ticket)
        return self._peer.follow(pages.name, ticket)


def looked_at(peer: IppPeer) -> Answer:
    """The state of the printer or queue behind `peer`."""
    with peer.connected():
        try:
            printer = peer.attributes()
        except (Unreachable, Lost) as error:
            return Held.by(Trouble.NO_ANSWER, Sent.NO, str(error))
    if held := not_ready(printer, None):
        return held
    model = str(printer.get("printer-make-and-model", [""])[0])
    return Printed(f"{peer.uri} ({model})" if model else peer.uri)


def _is_untouched(job: Attributes) -> bool:
    """Whether a job surely has not begun to come out: what is under way may be on paper before it is cancelled."""
    state = job.get("job-state", [0])[0]
    return state in (_PENDING, _PENDING_HELD) or (state == _HALTED and job.get("job-impressions-completed") == [0])


def _user() -> str:
    # The same name that `lp` gives: a spooler shows a job's name only to its owner.
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "floorhand"


def _addresses(url: str) -> tuple[str, str]:
    """The printer's URI as IPP writes it, and the URL to which it is posted (RFC 8010, 4; RFC 7472)."""
    parts = urlsplit(url)
    is_safe = parts.scheme in ("ipps", "https")
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or "localhost"
    port = parts.port or (443 if parts.scheme == "https" else 80 if parts.scheme == "http" else PORT)
    path = parts.path or "/"
    uri = f"{'ipps' if is_safe else 'ipp'}://{host}:{port}{path}"
    return uri, f"{'https' if is_safe else 'http'}://{host}:{port}{path}"


def printer(config: Mapping[str, object], patience: Patience) -> IppPrinter:
    """An IPP printer as configured; raises PrinterConfigError."""
    require_known(config, {"url", "verify"})
    url = text(config, "url", 'the printer\'s address, such as "ipp://10.0.0.9/ipp/print"')
    try:
        parts: Any = urlsplit(url)
        is_good = parts.scheme in ("ipp", "ipps", "http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise PrinterConfigError(
            f'printer key `url`: expected an address such as "ipp://10.0.0.9/ipp/print", got {url!r}: correct it'
        )
    resolution = dots_per_inch({"dots_per_inch": 300, **config})
    return IppPrinter(IppPeer(url, verify=flag(config, "verify", True), patience=patience), resolution)


def cups_socket() -> str:
    """The socket of this machine's CUPS, empty where it has none."""
    path = "/run/cups/cups.sock"
    return path if os.path.exists(path) else ""  # noqa: PTH110  # a socket, asked for once a start
