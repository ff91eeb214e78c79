"""Whether the journal file is the one that was left here: a lock, and a mark beside the file.

A copied, restored or cut file opens without complaint and would number new events like old ones. The mark, written
after each commit, remembers what the file has to hold. Decides only that; what follows from it is the journal's.
"""

from __future__ import annotations

import fcntl
import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path

import msgspec

from orders.decoding import decoded
from terminal.journal_schema import JournalError

_ROOM = 512


class Doubt(Enum):
    """Why a journal takes a new identity; the value is kept beside it."""

    COPIED = "copied"
    OLDER = "older"
    CUT = "cut"
    WIPED = "wiped"
    DAMAGED = "damaged"
    CLAIMED = "claimed"


class Lock:
    """One terminal a journal: held until the process ends or `release`."""

    def __init__(self, path: Path) -> None:
        self._file = beside(path, ".lock")
        try:
            self._fd = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalError(
                f"No journal can be kept in {path.parent}: {error.strerror}. Make that folder writable, or name "
                "another journal in the config."
            ) from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._fd, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            raise JournalError(
                f"Another terminal (process {holder}) writes the journal {path}: close it first, or name another "
                "journal in the config."
            ) from error
        with suppress(OSError):  # the number only helps a person; the lock itself holds without it
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Lets another terminal in."""
        os.close(self._fd)


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What the journal file held when this was written: `commits` counts transactions, `generation` openings."""

    journal: str
    generation: int
    commits: int
    serial: int
    inode: int
    machine: str
    is_closed: bool = False
    is_suspect: bool = False
    changed_ns: int = 0


class Found(msgspec.Struct, frozen=True):
    """What the journal file says of itself; `ids` from its first identity to its present one."""

    ids: Sequence[str]
    generation: int
    commits: int


class Marks:
    """The mark beside the journal, written after each commit, and where wanted a witness elsewhere, once an opening."""

    def __init__(self, path: Path, witness: Path | None) -> None:
        self._path = path
        self._witness = witness
        self._file = beside(path, ".mark")
        self.last = _read(self._file)
        self.elsewhere = _read(witness) if witness else None
        self._fd: int | None = None

    def doubt(self, found: Found) -> Doubt | None:
        """What speaks against the file at this path being the one that was left here, or None."""
        mark, now = self.last, self._path.stat()
        if any(
            seen is not None and (seen.journal not in found.ids or seen.generation > found.generation)
            for seen in (mark, self.elsewhere)
        ):
            return Doubt.OLDER
        if mark is None or mark.inode != now.st_ino or mark.machine != machine():
            # A copy of a cut file is a copy, but what is missing weighs more to whoever reads it.
            return Doubt.CUT if mark and mark.commits > found.commits else Doubt.COPIED
        if mark.commits > found.commits:
            return Doubt.CUT
        if mark.is_closed and mark.changed_ns != now.st_ctime_ns:
            return Doubt.COPIED
        return None

    def write(self, mark: Mark) -> None:
        """Notes what was committed; never an error: a mark that stayed behind only sees less."""
        if self._fd is not None:
            with suppress(OSError):
                os.pwrite(self._fd, msgspec.json.encode(mark).ljust(_ROOM), 0)

    def begin(self, mark: Mark) -> None:
        """Notes an opening, on disk before anything is written under it."""
        if self._fd is None:
            self._fd = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.last = mark
        self.write(mark)
        os.fsync(self._fd)
        _sync_folder(self._file)
        self._testify(mark)

    def end(self, mark: Mark) -> None:
        """Notes a closing."""
        self.write(mark)
        if self._fd is not None:
            with suppress(OSError):
                os.fsync(self._fd)
            os.close(self._fd)
            self._fd = None
        self._testify(mark)

    def _testify(self, mark: Mark) -> None:
        if self._witness is None:
            return
        with suppress(OSError):  # a second opinion, missed only where there is none
            self._witness.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._witness.with_name(f"{self._witness.name}.new")
            with fresh.open("wb") as out:
                out.write(msgspec.json.encode(mark))
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(self._witness)


def beside(path: Path, suffix: str) -> Path:
    """A small file that belongs to the journal at `path`."""
    return path.with_name(path.stem + suffix)


def machine() -> str:
    """What tells this machine from another one that holds a copy of its disk's files."""
    with suppress(OSError):
        if text := Path("/etc/machine-id").read_text("ascii", "replace").strip():
            return text
    return platform.node()


def _read(file: Path) -> Mark | None:
    try:
        return decoded(msgspec.json.Decoder(Mark), file.read_bytes())
    except (OSError, msgspec.DecodeError):
        return None


def _sync_folder(file: Path) -> None:
    fd = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
