"""`floorhand print`: what this terminal printed, and what a printer would be given: as a file, a sketch, or on paper.

Decides what is drawn: a job of this terminal's journal, a document in a file, or a specimen of any document, with this
site's own logo, fonts and paper. The journal is only read: a job of it is printed again at the bench, as an event.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from terminal import config as settings
from terminal import print_wording as words
from terminal.printer_commands import NOT_READY, WrongCall, media_of, printer_named

if TYPE_CHECKING:
    from printing.documents import Document, Media
    from printing.spool import PrintJob

_NEWEST = 20


class NothingToShow(Exception):
    """What was asked for is not there, or cannot be drawn; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document on its paper."""

    document: Document
    media: Media
    is_job: bool = False


def main(argv: list[str], config: Mapping[str, object], config_path: Path) -> int:
    """Shows or prints one document; 0 when that is done, 1 where a printer held it, 2 for what cannot be used."""
    given = _parser().parse_args(argv)
    try:
        checked = settings.check(config, config_path)
        if not (given.specimen or given.source):
            return _list(checked)
        sheet = _specimen(given, checked) if given.specimen else _asked_for(given.source, checked)
        if given.printer and not given.preview:
            return _on_paper(sheet, given, checked)
        pdf = _drawn(sheet, given, checked)
        if given.preview:
            _write(given.preview, sheet, pdf, given, checked)
        else:
            _sketch(pdf, given.dpi)
    except (NothingToShow, WrongCall, settings.ConfigError) as error:
        print(f"floorhand: {error}", file=sys.stderr)
        return 2
    if given.preview not in (None, "-"):
        print(words.preview_written(given.preview))
    return 0


def _list(config: settings.Config) -> int:
    jobs = _jobs(config) if config.journal_file.exists() else []
    for job in jobs[:_NEWEST]:
        print(words.job_line(job.id, job.state.value, job.printer, job.reason or job.where))
    if not jobs:
        print(words.nothing_printed_yet())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="floorhand print",
        description="Shows what a printer would be given, with this site's logo and fonts: in this\n"
        "terminal, or as a file. Without SOURCE: the print jobs of this terminal, newest\nfirst.",
        epilog="examples:\n"
        "  floorhand print --preview label.pdf --specimen label --script arabic\n"
        "  floorhand print --preview sheet.pdf --specimen labels --media a4-3x7\n"
        "  floorhand print --preview held.pdf ORD-2026-000123",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--preview", metavar="FILE", help="write it: .pdf, .png or .zpl; - for PDF on standard output")
    parser.add_argument("--printer", metavar="NAME", help="print it there (a job is printed again at the bench)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "source",
        nargs="?",
        metavar="SOURCE",
        help="a print job of this terminal: its id, its SSCC or an order number; or a document as a .json file",
    )
    what.add_argument("--specimen", metavar="KIND", help=words.kinds())
    parser.add_argument(
        "--script", default="latin", help="the consignee's script on a specimen: latin, arabic, thai ..."
    )
    parser.add_argument("--language", help="the language of a specimen's words, where the config's is not wanted")
    parser.add_argument("--media", help="other paper than the usual, such as a6 or a4-2x4")
    parser.add_argument("--dpi", type=int, default=203, help="the printer's dots per inch: 203, 300 or 600")
    return parser


def _specimen(given: argparse.Namespace, config: settings.Config) -> Sheet:
    from msgspec.structs import replace

    from printing.documents import ParcelLabel
    from printing.paper_words import LANGUAGES, words_for
    from printing.specimens import CONSIGNEES, specimens

    if given.script not in CONSIGNEES:
        raise NothingToShow(words.no_such_script(given.script, list(CONSIGNEES)))
    if given.language and words_for(given.language).language != given.language.partition("-")[0].lower():
        raise NothingToShow(words.no_such_language(given.language, LANGUAGES))
    found = specimens(given.script, given.language or config.labels.language)
    if given.specimen not in found:
        raise NothingToShow(words.no_such_specimen(given.specimen, list(found)))
    document, media = found[given.specimen]
    if isinstance(document, ParcelLabel):
        document = replace(document, free_text=config.labels.text, digital_link=config.labels.digital_link)
        media = type(media)(config.labels.media)
    return Sheet(document, media)


def _asked_for(source: str, config: settings.Config) -> Sheet:
    """The document in that file, else the job of that id, else the latest one about that parcel or order."""
    from printing.documents import subject_of

    if source.endswith(".json"):
        return _read(Path(source).expanduser(), config)
    jobs = _jobs(config)
    chosen = next((job for job in jobs if job.id == source), None)
    chosen = chosen or next((job for job in jobs if source in (_about(job.id), subject_of(job.document))), None)
    if chosen is None:
        raise NothingToShow(words.no_such_job(source, [job.id for job in jobs[:5]]))
    return Sheet(chosen.document, chosen.media, is_job=True)


def _about(job: str) -> str:
    return job.rsplit("-", 2)[0]


def _jobs(config: settings.Config) -> Sequence[PrintJob]:
    """The newest jobs first, read beside the terminal that may be running."""
    from terminal.journal_jobs import Jobs

    path = config.journal_file
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return Jobs(database).every()
    except sqlite3.Error as error:
        raise NothingToShow(words.journal_not_read(str(path), str(error))) from error


def _read(path: Path, config: settings.Config) -> Sheet:
    import msgspec

    from printing import documents
    from terminal.stations import Stations

    try:
        document: Document = msgspec.json.decode(path.read_bytes(), type=documents.Document)
    except OSError as error:
        raise NothingToShow(words.not_readable(str(path), error.strerror or type(error).__name__)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NothingToShow(words.not_a_document(str(path), str(error))) from error
    return Sheet(document, Stations(config.printers).choose(documents.kind_of(document), "").media)


def _drawn(sheet: Sheet, given: argparse.Namespace, config: settings.Config) -> bytes:
    from printing.documents import DrawError
    from printing.site_style import SiteStyle

    try:
        return SiteStyle(*config.labels.files).draw(sheet.document, _paper(given) or sheet.media, given.dpi)
    except DrawError as refusal:
        raise NothingToShow(words.not_drawn(str(refusal))) from refusal


def _paper(given: argparse.Namespace) -> Media | None:
    """The paper that was asked for, None where it is left to the document."""
    from printing.documents import Media

    try:
        return Media(given.media) if given.media else None
    except ValueError as error:
        raise NothingToShow(words.no_such_media(given.media, [one.value for one in Media])) from error


def _sketch(pdf: bytes, dots_per_inch: int) -> None:
    """The pages in half blocks on this terminal: enough to see the layout, not to scan it."""
    from printing.raster import rasterised

    columns, _ = shutil.get_terminal_size()
    for page in rasterised(pdf, dots_per_inch):
        print("\n".join(page.sketch(columns - 1)))


def _on_paper(sheet: Sheet, given: argparse.Namespace, config: settings.Config) -> int:
    from printing.documents import DrawError, kind_of
    from printing.printers import Pages, Printed
    from printing.site_style import SiteStyle

    if sheet.is_job:
        raise NothingToShow(words.reprint_at_the_bench())
    chosen, printer = printer_named(config, given.printer)
    media = _paper(given) or media_of(config, chosen)
    try:
        payload = printer.render(sheet.document, media, SiteStyle(*config.labels.files))
    except DrawError as refusal:
        raise NothingToShow(words.not_drawn(str(refusal))) from refusal
    answer = printer.print(Pages(f"{kind_of(sheet.document)}_{datetime.now(UTC):%Y%m%dT%H%M%S%f}", payload, media))
    if isinstance(answer, Printed):
        print(words.printed(chosen.name, answer.where))
        return 0
    print(words.held(chosen.name, answer.reason))
    return NOT_READY


def _write(place: str, sheet: Sheet, pdf: bytes, given: argparse.Namespace, config: settings.Config) -> None:
    match Path(place).suffix.lower():
        case ".png":
            from printing.raster import png, rasterised

            pages = [png(page) for page in rasterised(pdf, given.dpi)]
            for number, page in enumerate(pages, 1):
                path = Path(place)
                _keep(str(path if len(pages) == 1 else path.with_stem(f"{path.stem}-{number}")), page)
        case ".zpl":
            from printing.raster import rasterised
            from printing.zpl.bitmap import bitmap_label

            _keep(place, b"".join(bitmap_label(page) for page in rasterised(pdf, given.dpi)))
        case ".pdf" | "":
            _keep(place, pdf)
        case _:
            raise NothingToShow(words.preview_suffix(place))


def _keep(place: str, pdf: bytes) -> None:
    if place == "-":
        sys.stdout.buffer.write(pdf)
        sys.stdout.buffer.flush()
        return
    try:
        # Addresses are for whoever asked alone.
        path = Path(place)
        path.touch(mode=0o600)
        path.write_bytes(pdf)
    except OSError as error:
        raise NothingToShow(words.preview_not_written(place, error.strerror or str(error))) from error
