"""`floorhand print`: shows on screen, as a PDF, what a printer would be given; prints nothing and changes nothing.

Decides what is drawn: a job of this terminal's journal, or a specimen of any document with this site's own logo, fonts
and paper. The journal is only read.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from terminal import config as settings
from terminal import print_wording as words

if TYPE_CHECKING:
    from printing.documents import Document, Media


class NothingToShow(Exception):
    """What was asked for is not there, or cannot be drawn; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document on its paper."""

    document: Document
    media: Media


def main(argv: list[str], config: Mapping[str, object], config_path: Path) -> int:
    """Writes one preview; 0 when it is written, 2 for a call or a config that cannot be used."""
    given = _parser().parse_args(argv)
    try:
        checked = settings.check(config, config_path)
        sheet = _specimen(given, checked) if given.specimen else _job(given.job, checked)
        pdf = _drawn(sheet, given, checked)
        _write(given.preview, pdf)
    except (NothingToShow, settings.ConfigError) as error:
        print(f"floorhand: {error}", file=sys.stderr)
        return 2
    if given.preview != "-":
        print(words.preview_written(given.preview))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="floorhand print",
        description="Writes as a PDF what a printer would be given, with this site's logo and fonts. Prints nothing.",
        epilog="examples:\n"
        "  floorhand print --preview label.pdf --specimen label --script arabic\n"
        "  floorhand print --preview sheet.pdf --specimen labels --media a4-3x7\n"
        "  floorhand print --preview held.pdf ORD-2026-000123",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--preview", required=True, metavar="FILE", help="the PDF to write; - for standard output")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("job", nargs="?", help="a print job of this terminal: its id, or an order number for its latest")
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
    from printing.specimens import CONSIGNEES, specimens

    if given.script not in CONSIGNEES:
        raise NothingToShow(words.no_such_script(given.script, list(CONSIGNEES)))
    found = specimens(given.script, given.language or config.labels.language)
    if given.specimen not in found:
        raise NothingToShow(words.no_such_specimen(given.specimen, list(found)))
    document, media = found[given.specimen]
    if isinstance(document, ParcelLabel):
        document = replace(document, free_text=config.labels.text, digital_link=config.labels.digital_link)
        media = type(media)(config.labels.media)
    return Sheet(document, media)


def _job(name: str, config: settings.Config) -> Sheet:
    """The job of that id, else the latest one about that order."""
    import msgspec

    from printing.documents import subject_of
    from printing.spool import PrintJob

    path = config.journal_file
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            bodies = database.execute("SELECT body FROM job ORDER BY ordinal DESC").fetchall()
    except sqlite3.Error as error:
        raise NothingToShow(words.journal_not_read(str(path), str(error))) from error
    jobs = [msgspec.json.decode(body, type=PrintJob) for (body,) in bodies]
    chosen = next((job for job in jobs if job.id == name), None)
    chosen = chosen or next((job for job in jobs if subject_of(job.document) == name), None)
    if chosen is None:
        raise NothingToShow(words.no_such_job(name, [job.id for job in jobs[:5]]))
    return Sheet(chosen.document, chosen.media)


def _drawn(sheet: Sheet, given: argparse.Namespace, config: settings.Config) -> bytes:
    from printing.documents import DrawError, Media
    from printing.site_style import SiteStyle

    media = sheet.media
    if given.media:
        try:
            media = Media(given.media)
        except ValueError as error:
            raise NothingToShow(words.no_such_media(given.media, [one.value for one in Media])) from error
    try:
        return SiteStyle(*config.labels.files).draw(sheet.document, media, given.dpi)
    except DrawError as refusal:
        raise NothingToShow(words.not_drawn(str(refusal))) from refusal


def _write(place: str, pdf: bytes) -> None:
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
