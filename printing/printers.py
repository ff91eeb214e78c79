"""Printers: where the bytes of a page go, and what the printer itself answered.

A printer answers Printed with the place, or Held with a reason and what to do; it never raises for trouble on the way.
It refuses to know documents, orders and the journal. Further kinds of printer join `KINDS`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

RESOLUTIONS = (203, 300)
LONGEST_NAME = 120
MAY_HAVE_PRINTED = "may have printed: look at the printer, and reprint only if nothing came out"


@dataclass(frozen=True, slots=True)
class Printed:
    """The printer has it; `where` tells a person where to look."""

    where: str


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing came out, or nobody can tell; `reason` says what to do next."""

    reason: str


class Printer(Protocol):
    """A place that turns a PDF into paper (or keeps it)."""

    @property
    def dots_per_inch(self) -> int:
        """203 or 300: the grid that bars are drawn on."""

    def print(self, job_name: str, pdf: bytes, copies: int = 1) -> Printed | Held:
        """Prints `pdf`; Held means that no sheet of this call came out unless the reason says otherwise."""

    def printed_before(self, job_name: str, pdf: bytes) -> Printed | Held | None:
        """What became of a job that was cut off while printing: None only if surely nothing came out.

        A printer that cannot tell answers Held(MAY_HAVE_PRINTED), so that a person looks before a second copy exists.
        """


class PrinterConfigError(ValueError):
    """A printer's configuration that cannot be used; the text names the key and the remedy."""


class FolderPrinter:
    """Keeps each job as one PDF in a folder, named after the job, whole or not at all.

    A file of that name with the same bytes means that the job was printed already, also by a program that died since.
    """

    def __init__(self, path: Path, dots_per_inch: int = 203) -> None:
        self.path = path
        self._dots_per_inch = dots_per_inch

    @property
    def dots_per_inch(self) -> int:
        return self._dots_per_inch

    def print(self, job_name: str, pdf: bytes, copies: int = 1) -> Printed | Held:
        places = [self.path / file_name(job_name, copy) for copy in range(1, copies + 1)]
        for place in places:
            try:
                if not self._kept(place, pdf):
                    self._write(place, pdf)
                self._flush_folder()
            except FileExistsError:
                return Held(
                    f"{place} already holds another document of this job's name: move that file away, then print again"
                )
            except OSError as trouble:
                return Held(self._reason(trouble))
        return Printed(str(places[0]))

    def printed_before(self, job_name: str, pdf: bytes) -> Printed | Held | None:
        """The folder can always tell: the file is there whole, or nothing came out."""
        place = self.path / file_name(job_name, 1)
        try:
            return Printed(str(place)) if self._kept(place, pdf) else None
        except FileExistsError:
            return None  # printing it again ends in the reason that names the file
        except OSError as trouble:
            return Held(self._reason(trouble))

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
                return f"the print folder {folder} does not exist: create it, then print again"
            case errno.ENOTDIR:
                return f"the print folder {folder} is not a folder: set `path` to a folder, then print again"
            case errno.ENOSPC | errno.EDQUOT:
                return f"the disk of the print folder {folder} is full: free some space, then print again"
            case errno.EROFS:
                return f"the disk of the print folder {folder} is read-only: mount it writable, then print again"
            case errno.EACCES | errno.EPERM:
                return f"the print folder {folder} may not be written: give this user the right, then print again"
            case _:
                what = trouble.strerror or type(trouble).__name__
                return f"the print folder {folder} failed ({what}): check that disk, then print again"


def file_name(job_name: str, copy: int) -> str:
    """A file name that tells people the job's name; a digest keeps two names apart that would look the same."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", job_name).strip("-.")[:LONGEST_NAME]
    if readable != job_name:
        readable = f"{readable}-{hashlib.sha256(job_name.encode()).hexdigest()[:8]}"
    return f"{readable}.pdf" if copy == 1 else f"{readable}-copy{copy}.pdf"


def _folder_printer(config: Mapping[str, object]) -> Printer:
    _require_known(config, {"kind", "path", "dots_per_inch"})
    path = config.get("path")
    if not isinstance(path, str) or not path.strip():
        raise PrinterConfigError(
            f'printer key `path`: expected the folder to print into, such as "/srv/labels", got {path!r}: set it'
        )
    return FolderPrinter(Path(path).expanduser(), _dots_per_inch(config))


KINDS: dict[str, Callable[[Mapping[str, object]], Printer]] = {"folder": _folder_printer}


def printer_from(config: Mapping[str, object]) -> Printer:
    """The printer that `config` describes by its `kind`; raises PrinterConfigError naming the key and the remedy."""
    kind = config.get("kind")
    build = KINDS.get(kind) if isinstance(kind, str) else None
    if build is None:
        raise PrinterConfigError(
            f"printer key `kind`: expected one of {', '.join(sorted(KINDS))}, got {kind!r}: set it"
        )
    return build(config)


def _dots_per_inch(config: Mapping[str, object]) -> int:
    found = config.get("dots_per_inch", RESOLUTIONS[0])
    if isinstance(found, bool) or not isinstance(found, int) or found not in RESOLUTIONS:
        raise PrinterConfigError(
            f"printer key `dots_per_inch`: expected 203 or 300, got {found!r}: read it off the printer's type plate"
        )
    return found


def _require_known(config: Mapping[str, object], keys: set[str]) -> None:
    unknown = sorted(set(config) - keys)
    if unknown:
        raise PrinterConfigError(
            f"printer key `{unknown[0]}`: not a key of a {config['kind']} printer; "
            f"expected {', '.join(sorted(keys))}: correct or remove it"
        )


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return  # the disk that failed the write may fail this too; the next attempt overwrites the part
