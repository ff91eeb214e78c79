"""Whether its printer can be given a document, asked before anything is spent on it.

Decides nothing by itself: the page is laid out without being drawn, and only where that fails the printer is asked to
render it, which may do with fonts of its own. Says nothing of a printer that is off or empty: that keeps its jobs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from printing.documents import DrawError
from printing.printers import Printer
from printing.site_style import PLAIN, SiteStyle
from printing.spool import PrintJob, drawing_failed

log = logging.getLogger(__name__)


def refusal(jobs: Sequence[PrintJob], printers: Mapping[str, Printer], style: SiteStyle = PLAIN) -> str:
    """Why the first of `jobs` that cannot be drawn cannot, or an empty text. Call it in a thread."""
    for job in jobs:
        printer = printers.get(job.printer)
        if printer is None:
            continue
        try:
            _prove(job, printer, style)
        except DrawError as error:
            return str(error)
        except Exception as fault:
            log.exception("drawing %s would fail", job.id)
            return drawing_failed(fault)
    return ""


def _prove(job: PrintJob, printer: Printer, style: SiteStyle) -> None:
    from printing.draw import read  # the drawing library comes with the first page

    try:
        read(job.document, job.media, printer.dots_per_inch, style)
    except DrawError:
        printer.render(job.document, job.media, style)
