"""A folder that keeps each job as one PDF, named after the job, whole or not at all.

A file of that name with the same bytes means that the job was printed already, also by a program that died since; so
this printer can always tell, and is never unsure.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from printing.documents import Document, Media
from printing.printers import Answer, Held, Pages, Patience, Printed, PrinterConfigError, dots_per_inch, require_known
from printing.site_style import PLAIN, SiteStyle

LONGEST_NAME = 120


class FolderPrinter:
    """Prints into `path`."""

    def __init__(self, path: Path, dots_per_inch: int = 203) -> None:
        self.path = path
        self.dots_per_inch = dots_per_inch

    def render(self, document: Document, media: Media, style: SiteStyle = PLAIN) -> bytes:
        return style.draw(document, media, self.dots_per_inch)

    def print(self, pages: Pages) -> Answer:
        place = self._place(pages)
        try:
            if not self._kept(place, pages.payload):
                self._write(place, pages.payload)
            self._flush_folder()
        except FileExistsError:
            return Held(
                f"{place} already holds another document of this job's name: move that file away, then press Enter"
            )
        except OSError as trouble:
            return Held(self._reason(trouble))
        return Printed(str(place))

    def settle(self, pages: Pages, ticket: str) -> Answer | None:
        """The folder can always tell: the file is there whole, or nothing came out."""
        place = self._place(pages)
        try:
            return Printed(str(place)) if self._kept(place, pages.payload) else None
        except FileExistsError:
            return None  # printing it again ends in the reason that names the file
        except OSError as trouble:
            return Held(self._reason(trouble))

    def withdraw(self, ticket: str) -> bool:
        return False

    def look(self) -> Answer:
        try:
            self._flush_folder()
        except OSError as trouble:
            return Held(self._reason(trouble))
        if not os.access(self.path, os.W_OK | os.X_OK):
            return Held(self._reason(PermissionError(errno.EACCES, "")))
        return Printed(str(self.path))

    def _place(self, pages: Pages) -> Path:
        return self.path / file_name(pages.name)

    def _kept(self, place: Path, pdf: bytes) -> bool:
        """Whether `place` holds exactly `pdf`; FileExistsError if it holds something else."""
        try:
            found = place.read_bytes()
        except FileNotFoundError:
            return False
        if found != pdf:
            raise FileExistsError(place)
        return True

    def _write(self, place: Path, pdf: bytes) -> None:
        # A name of its own that the next attempt reuses: a program that dies here leaves no pile of parts.
        part = place.with_name(f".{place.name}.part")
        try:
            with part.open("wb") as file:
                file.write(pdf)
                file.flush()
                os.fsync(file.fileno())
            part.replace(place)
        except OSError:
            _remove(part)
            raise

    def _flush_folder(self) -> None:
        # The new name must survive a power cut too, or the job would be marked printed without a file.
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _reason(self, trouble: OSError) -> str:
        folder = str(self.path)
        match trouble.errno:
            case errno.ENOENT:
                return f"the print folder {folder} does not exist: create it, then press Enter"
            case errno.ENOTDIR:
                return f"the print folder {folder} is not a folder: set `path` to a folder, then start again"
            case errno.ENOSPC | errno.EDQUOT:
                return f"the disk of the print folder {folder} is full: free some space, then press Enter"
            case errno.EROFS:
                return f"the disk of the print folder {folder} is read-only: mount it writable, then press Enter"
            case errno.EACCES | errno.EPERM:
                return f"the print folder {folder} may not be written: give this user the right, then press Enter"
            case _:
                what = trouble.strerror or type(trouble).__name__
                return f"the print folder {folder} failed ({what}): check that disk, then press Enter"


def file_name(job_name: str) -> str:
    """A file name that tells people the job's name; a digest keeps two names apart that would look the same."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", job_name).strip("-.")[:LONGEST_NAME]
    if readable != job_name:
        readable = f"{readable}-{hashlib.sha256(job_name.encode()).hexdigest()[:8]}"
    return f"{readable}.pdf"


def printer(config: Mapping[str, object], patience: Patience) -> FolderPrinter:
    """A folder printer as configured; raises PrinterConfigError."""
    require_known(config, {"path"})
    path = config.get("path")
    if not isinstance(path, str) or not path.strip():
        raise PrinterConfigError(
            f'printer key `path`: expected the folder to print into, such as "/srv/labels", got {path!r}: set it'
        )
    return FolderPrinter(Path(path).expanduser(), dots_per_inch(config))


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return  # the disk that failed the write may fail this too; the next attempt overwrites the part
