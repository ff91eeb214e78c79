"""What can be wrong at a printer, each told apart, and the next physical act that mends it.

Decides the list of troubles and the sentence for each: this file is what gets translated. It refuses to know how a
trouble was found out, and over which wire.
"""

from __future__ import annotations

import enum


class Trouble(enum.Enum):
    """Why a job does not come out."""

    NO_ANSWER = "no_answer"
    SILENT = "silent"
    MEDIA_EMPTY = "media_empty"
    OTHER_MEDIA = "other_media"
    UNSUPPORTED_MEDIA = "unsupported_media"
    UNSUPPORTED_FORMAT = "unsupported_format"
    HEAD_OPEN = "head_open"
    RIBBON_OUT = "ribbon_out"
    JAM = "jam"
    PAUSED = "paused"
    BUSY = "busy"
    BUFFER_FULL = "buffer_full"
    SLOW = "slow"
    TOO_HOT = "too_hot"
    NOT_ACCEPTING = "not_accepting"
    STOPPED_THERE = "stopped_there"
    REFUSED = "refused"
    LOST = "lost"
    FAULT = "fault"


def sentence(trouble: Trouble, detail: str = "") -> str:
    """What to do about `trouble`; `detail` is what the printer or the system said, in its own words."""
    return _SENTENCES[trouble].format(detail=detail)


_SENTENCES = {
    Trouble.NO_ANSWER: "Switch the printer on and check its cable, then press Enter ({detail})",
    Trouble.SILENT: "The printer says nothing: check labels, ribbon and head, then press Enter",
    Trouble.MEDIA_EMPTY: "Load labels, then press Enter",
    Trouble.OTHER_MEDIA: "Load {detail}, then press Enter",
    Trouble.UNSUPPORTED_MEDIA: "This printer takes no {detail}: choose another printer, or set its media",
    Trouble.UNSUPPORTED_FORMAT: "This printer takes neither PDF nor PWG raster ({detail}): choose another printer",
    Trouble.HEAD_OPEN: "Close the printer's head or cover, then press Enter",
    Trouble.RIBBON_OUT: "Put a new ribbon or cartridge in, then press Enter",
    Trouble.JAM: "Take the jammed label or sheet out, then press Enter",
    Trouble.PAUSED: "Press Pause on the printer so that it goes on, then press Enter",
    Trouble.BUSY: "The printer is busy with other work: wait for it, then press Enter",
    Trouble.BUFFER_FULL: "The printer's memory is full: wait until it has printed, then press Enter",
    Trouble.SLOW: "The printer has it and is slow: wait for it, then press Enter",
    Trouble.TOO_HOT: "Let the printer cool down, then press Enter",
    Trouble.NOT_ACCEPTING: "The printer's queue takes no jobs: start the queue, then press Enter",
    Trouble.STOPPED_THERE: "The printer gave it up ({detail}): mend that, then press Enter",
    Trouble.REFUSED: "The printer refused it ({detail}): choose another printer",
    Trouble.LOST: "Look at the printer. If it is there, scan it. If not, print it again",
    Trouble.FAULT: "See to the printer ({detail}), then press Enter",
}
