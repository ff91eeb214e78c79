"""`floorhand print`: what this machine printed, a document of one's own on paper, and any page as a picture first.

Decides what a source is: a file, a print job, an SSCC or an order number. Jobs of the journal are only looked at here;
printed again they are at the bench, where it becomes an event.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from terminal import config as settings
from terminal import printer_wording as words
from terminal.printer_commands import NOT_READY, WRONG_CALL, WrongCall, media_of, printer_named, test_page

if TYPE_CHECKING:
    from printing.documents import Document, Media
    from printing.spool import PrintJob

_NEWEST = 20
_SUFFIXES = (".pdf", ".png", ".zpl")


def main(argv: list[str], config: Mapping[str, object], config_path: Path) -> int:
    """Runs `floorhand print` with `argv`."""
    from printing.documents import DrawError

    asked = _parser().parse_args(argv)
    try:
        checked = settings.check(config, config_path)
        if asked.source is None:
            return _list(checked)
        return _print(asked, checked)
    except (settings.ConfigError, WrongCall, DrawError) as error:
        print(f"floorhand print: {error}", file=sys.stderr)
        return WRONG_CALL


def _list(config: settings.Config) -> int:
    jobs = _jobs(config)
    for job in jobs[:_NEWEST]:
        print(words.job_line(job.id, job.state.value, job.printer, job.reason or job.where))
    if not jobs:
        print(words.nothing_printed_yet())
    return 0


def _print(asked: argparse.Namespace, config: settings.Config) -> int:
    from printing.documents import Media

    document, media, is_ours = _source(asked.source, config)
    if asked.media:
        media = Media(asked.media)
    if asked.preview:
        return _preview(asked.preview, document, media or _usual_media(document), asked.dpi)
    if is_ours:
        raise WrongCall(words.reprint_at_the_bench())
    if not asked.printer:
        raise WrongCall(words.where_to(tuple(each.name for each in config.printers)))
    return _on_paper(asked.printer, document, media, config)


def _source(text: str, config: settings.Config) -> tuple[Document, Media | None, bool]:
    """The document, the paper where that is known, and whether it is a job of this machine's journal."""
    from printing.documents import kind_of, subject_of

    path = Path(text).expanduser()
    if path.is_file() or path.suffix == ".json":
        return _read(path), None, False
    if text == "test":
        media = media_of(config, config.printers[0]) if config.printers else _media("4x6in")
        return test_page("preview", media), media, False
    jobs = [job for job in _jobs(config) if text in (job.id, job.id.rsplit("-", 2)[0], subject_of(job.document))]
    labels = [job for job in jobs if kind_of(job.document) == "label"]
    if not jobs:
        raise WrongCall(words.no_such_job(text))
    job = next((each for each in jobs if each.id == text), (labels or jobs)[0])
    return job.document, job.media, True


def _read(path: Path) -> Document:
    import msgspec

    from printing import documents

    try:
        body = path.read_bytes()
    except OSError as error:
        raise WrongCall(words.not_readable(str(path), error.strerror or type(error).__name__)) from error
    try:
        document: Document = msgspec.json.decode(body, type=documents.Document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WrongCall(words.not_a_document(str(path), str(error))) from error
    return document


def _jobs(config: settings.Config) -> Sequence[PrintJob]:
    """The newest jobs first, read beside the terminal that may be running."""
    from terminal.journal_jobs import Jobs

    path = config.journal_file
    if not path.exists():
        return []
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return Jobs(database).newest(1000)
    except sqlite3.Error as error:
        raise WrongCall(words.not_readable(str(path), str(error))) from error


def _preview(target: str, document: Document, media: Media, dots_per_inch: int) -> int:
    from printing.draw import draw
    from printing.raster import png, rasterised
    from printing.zpl import rendered

    path = Path(target).expanduser()
    if target != "-" and path.suffix.lower() not in _SUFFIXES:
        raise WrongCall(words.preview_suffix(target))
    if path.suffix.lower() == ".zpl":
        _write(path, rendered(document, media, dots_per_inch))
        return 0
    pdf = draw(document, media, dots_per_inch)
    if path.suffix.lower() == ".pdf":
        _write(path, pdf)
        return 0
    pages = rasterised(pdf, dots_per_inch)
    if target == "-":
        columns, _ = shutil.get_terminal_size()
        for page in pages:
            print("\n".join(page.sketch(columns - 1)))
        return 0
    for number, page in enumerate(pages, 1):
        _write(path if len(pages) == 1 else path.with_stem(f"{path.stem}-{number}"), png(page))
    return 0


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as error:
        raise WrongCall(words.not_writable(str(path), error.strerror or type(error).__name__)) from error
    print(words.previewed(str(path)))


def _on_paper(name: str, document: Document, media: Media | None, config: settings.Config) -> int:
    from printing.documents import kind_of
    from printing.printers import Pages, Printed

    chosen, printer = printer_named(config, name)
    media = media or media_of(config, chosen)
    payload = printer.render(document, media)
    answer = printer.print(Pages(f"{kind_of(document)}_{datetime.now(UTC):%Y%m%dT%H%M%S%f}", payload, media))
    if isinstance(answer, Printed):
        print(words.printer_ready(name, answer.where, kind_of(document)))
        return 0
    print(words.test_held(name, answer.reason))
    return NOT_READY


def _usual_media(document: Document) -> Media:
    from printing.documents import ParcelLabel

    return _media("4x6in" if isinstance(document, ParcelLabel) else "a4")


def _media(value: str) -> Media:
    from printing.documents import Media

    return Media(value)


def _parser() -> argparse.ArgumentParser:
    from printing.documents import Media

    parser = argparse.ArgumentParser(
        prog="floorhand print",
        description="Without SOURCE: the print jobs of this machine, newest first. With it: a page, shown or printed.",
    )
    parser.add_argument(
        "source",
        nargs="?",
        metavar="SOURCE",
        help="a document as a JSON file, `test`, or a print job, SSCC or order number of this machine's journal",
    )
    parser.add_argument("--preview", metavar="FILE", help="write it to FILE (.pdf, .png, .zpl), or - to this terminal")
    parser.add_argument("--printer", metavar="NAME", help="print it there")
    parser.add_argument("--media", choices=[each.value for each in Media], metavar="PAPER", help="4x6in, a4 ...")
    parser.add_argument("--dpi", type=int, choices=(203, 300), default=203, help="the printer's dots per inch")
    return parser
