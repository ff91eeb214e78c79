"""What an IPP printer's states, reasons and refusals mean for a job (RFC 8011, PWG 5100.9).

Decides which trouble each of them is; the gravest one counts. It asks nobody.
"""

from __future__ import annotations

from printing.documents import Media
from printing.printers import Held, Sent
from printing.troubles import Trouble
from printing.ways import ipp_wire as wire
from printing.ways.ipp_media import media_keyword, ready
from printing.ways.ipp_wire import Group

_STOPPED = 5

# printer-state-reasons without their severity (RFC 8011, 5.4.12; PWG 5100.9), the gravest first.
_REASONS = (
    (("cover-open", "door-open", "interlock-open"), Trouble.HEAD_OPEN),
    (("media-jam",), Trouble.JAM),
    (("media-empty", "media-needed", "input-tray-missing"), Trouble.MEDIA_EMPTY),
    (("marker-supply-empty", "toner-empty"), Trouble.RIBBON_OUT),
    (("fuser-over-temp",), Trouble.TOO_HOT),
    (("spool-area-full",), Trouble.BUFFER_FULL),
    (("offline", "shutdown", "timed-out", "connecting-to-device"), Trouble.NO_ANSWER),
    (("paused", "moving-to-paused"), Trouble.PAUSED),
)
Attributes = dict[str, list[wire.Value]]


def not_ready(printer: Attributes, media: Media | None) -> Held | None:
    """Held where the printer could not take a job on `media` now."""
    if printer.get("printer-is-accepting-jobs") == [False]:
        return Held.by(Trouble.NOT_ACCEPTING)
    if trouble := wrong_with(printer):
        return Held.by(trouble[0], Sent.NO, trouble[1])
    if media is None:
        return None
    supported = printer.get("media-supported", ())
    if supported and media_keyword(media, supported) is None:
        return Held.by(Trouble.UNSUPPORTED_MEDIA, Sent.NO, media.value)
    if not ready(media, printer.get("media-ready", ())):
        return Held.by(Trouble.OTHER_MEDIA, Sent.NO, media.value)
    return None


def wrong_with(printer: Attributes) -> tuple[Trouble, str] | None:
    """What keeps the printer from printing, with its own words; None where nothing does."""
    said = {
        str(each).removesuffix("-error").removesuffix("-warning") for each in printer.get("printer-state-reasons", ())
    }
    for keywords, trouble in _REASONS:
        if found := said.intersection(keywords):
            return trouble, ", ".join(sorted(found))
    if printer.get("printer-state") == [_STOPPED]:
        return Trouble.FAULT, ", ".join(sorted(said - {"none"})) or "it has stopped"
    return None


def refused(reply: wire.Answer, media: Media) -> Held | None:
    """What a refusal means; nothing was taken."""
    if reply.is_success:
        return None
    match reply.status:
        case wire.Status.BUSY | wire.Status.TEMPORARY_ERROR:
            return Held.by(Trouble.BUSY)
        case wire.Status.NOT_ACCEPTING_JOBS:
            return Held.by(Trouble.NOT_ACCEPTING)
        case wire.Status.ATTRIBUTES_NOT_SUPPORTED:
            return Held.by(Trouble.UNSUPPORTED_MEDIA, Sent.NO, media.value)
        case wire.Status.FORMAT_NOT_SUPPORTED:
            return Held.by(Trouble.UNSUPPORTED_FORMAT, Sent.NO, "as it says now")
        case _:
            said = str(reply.first(Group.OPERATION).get("status-message", [""])[0])
            return Held.by(Trouble.REFUSED, Sent.NO, f"{said or 'no reason'}, IPP status {reply.status:04x}")
