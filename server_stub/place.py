"""The folder of a store: which file is what, who holds it, and how a running store is found.

Decides that one process at a time opens an embedded database. A lock of the system ends with its process, however that
ended. Where the database is elsewhere (PostgreSQL), the folder keeps token, papers and backups, and nobody holds it.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

import msgspec

from orders.decoding import decoded

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


_ALL_THE_WORLD = 0o007
_EVERYBODY_ELSE = 0o077


class PlaceError(Exception):
    """The folder or the database's address cannot be used as it is; says what is wrong and what to do."""


class Running(msgspec.Struct, frozen=True):
    """What a running store leaves in its folder for the commands beside it."""

    url: str
    pid: int
    certificate: str = ""


_RUNNING = msgspec.json.Decoder(Running)


class Place:
    """The files of one store; `address` is that of its database, where it is not the embedded one."""

    def __init__(self, folder: Path, audit_heads: Path | None = None, address: str = "") -> None:
        self.folder, self.address = folder, address
        self.database = folder / "floorhand.db"
        self.admin_token = folder / "admin.token"
        self.backups = folder / "backups"
        self.papers = folder / "papers"
        # Whoever can change the database should not be able to change this file: a site may keep it elsewhere.
        self.audit_heads = audit_heads or folder / "audit.heads"
        self._running = folder / "running.json"
        # Beside the file itself: a link to it from another folder is the same store.
        self._lock = self.database.resolve().parent / "lock"

    @property
    def where(self) -> Path | str:
        """The database: the embedded one's file, or an address."""
        return self.address or self.database

    @property
    def name(self) -> str:
        """Which store it is, as people are told; never with a password."""
        return f"{self.folder}, with its database elsewhere," if self.address else str(self.folder)

    def require(self) -> None:
        """PlaceError where no store was made here, or its file holds none; one elsewhere says so itself, once asked."""
        if self.address:
            return
        if not self.database.exists():
            raise PlaceError(f"there is no store in {self.folder}: make one with `floorhand store init`")
        try:
            is_store = holds_store(self.database)
        except sqlite3.Error as error:
            raise self._unusable(f"cannot be read ({error})") from error
        if not is_store:
            raise self._unusable("holds no Floorhand store" if self.database.stat().st_size else "is empty")

    def _unusable(self, why: str) -> PlaceError:
        return PlaceError(
            f"{self.database} {why}: put a backup in its place with `floorhand store restore FILE`, or move it away "
            "and make a new store with `floorhand store init`"
        )

    def token(self) -> str:
        """The administrator's token of this folder."""
        try:
            return self.admin_token.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise PlaceError(
                f"cannot read {self.admin_token}: {error.strerror}; run as the user who made it"
            ) from error

    def keep_token(self, token: str) -> None:
        """Writes the administrator's token, readable by its owner only."""
        handle = os.open(self.admin_token, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(token + "\n")

    def announce(self, url: str, certificate: Path | None = None) -> None:
        """Says where the store that runs here can be reached, and with which certificate it proves itself."""
        running = Running(url, os.getpid(), str(certificate.resolve()) if certificate else "")
        replace_file(self._running, msgspec.json.encode(running))

    def withdraw(self) -> None:
        """Says that no store runs here any more."""
        self._running.unlink(missing_ok=True)

    def running(self) -> Running | None:
        """The store that said it runs here, if one did."""
        try:
            return decoded(_RUNNING, self._running.read_bytes())
        except (OSError, msgspec.DecodeError):
            return None

    def tighten(self) -> None:
        """Takes from everybody else what stands here for all the world to read, where it is this user's to take.

        A group that was let in on purpose (0640) keeps its right; so does whatever somebody keeps elsewhere.
        """
        if sys.platform == "win32":
            return
        ours = (
            self.admin_token,
            self.audit_heads,
            self.backups,
            self.papers,
            *self.folder.glob("*.db*"),
            *self.backups.glob("*"),
            *self.papers.glob("*"),
        )
        for path in ours:
            with suppress(OSError):
                found = path.lstat()
                is_open = found.st_mode & _ALL_THE_WORLD and not stat.S_ISLNK(found.st_mode)
                if is_open and found.st_uid == os.geteuid() and path.is_relative_to(self.folder):
                    path.chmod(stat.S_IMODE(found.st_mode) & ~_EVERYBODY_ELSE)

    def try_hold(self) -> Hold | None:
        """Holds this folder for this process, or None where another one does."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = self._lock.open("a+b")
        except OSError as error:
            raise PlaceError(f"cannot use {self.folder}: {error.strerror}; choose another with --folder") from error
        try:
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        # Whoever announced itself here is gone, or it would still hold the folder.
        self.withdraw()
        self.tighten()
        return Hold(file)

    def hold(self) -> Hold:
        """Holds this folder for this process; PlaceError where another one does."""
        held = self.try_hold()
        if held is None:
            running = self.running()
            where = f" (it answers at {running.url})" if running else ""
            raise PlaceError(f"another store already runs on {self.folder}{where}: stop it first")
        return held


class Hold:
    """The right to open the database of a folder; given back by `release`, or by the end of the process."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def release(self) -> None:
        """Lets others open it."""
        self._file.close()

    def __enter__(self) -> Hold:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def holds_store(file: Path) -> bool:
    """Whether the embedded database `file` has the tables of a store, of whichever schema; nothing is changed or made.

    sqlite3.Error where it is no database. What makes these tables folds its log, so that the file alone tells.
    """
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?immutable=1", uri=True)) as connection:
        found = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    return bool(found[0])


def replace_file(path: Path, content: bytes) -> None:
    """Writes `path` whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(content)
    draft.replace(path)
