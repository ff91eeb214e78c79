"""Brings the embedded database's write-ahead log into its file beside the writer, so that no asker waits for it.

Decides when: once so many rows were written. Left to itself, SQLite folds within whichever commit is due, and everybody
whose facts are in that group waits for two more flushes and a thousand pages. It knows nothing of what is written.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from server_stub.database import Cursor

# Some pages each: about what SQLite itself waits for (1,000 pages).
_ROWS_BETWEEN = 1_000
# 64 MiB in pages of 4 KiB. A floor that never rests leaves no moment for a new log: then the writer makes one.
_LARGEST_LOG = 16_384
_FOLD = "PRAGMA wal_checkpoint(PASSIVE)"

_log = logging.getLogger(__name__)


class LogFolding:
    """A thread that folds when the writer has written enough; the writer's own connection no longer does."""

    def __init__(self, path: Path, writing: Cursor) -> None:
        self._path = path
        self._rows_folded = writing.connection.total_changes
        self._is_large = self._is_closing = False
        self._is_due = threading.Event()
        writing.execute("PRAGMA wal_autocheckpoint=0")
        self._thread = threading.Thread(target=self._run, name="store-log", daemon=True)
        self._thread.start()

    def committed(self, writing: Cursor) -> None:
        """To be told after each commit, in the writer's thread."""
        rows = writing.connection.total_changes
        if rows - self._rows_folded >= _ROWS_BETWEEN:
            self._rows_folded = rows
            self._is_due.set()

    def begins(self, writing: Cursor) -> None:
        """To be told before each transaction: ends a log that has grown too long, of which little is left to fold."""
        if self._is_large:
            self._is_large = False
            writing.execute(_FOLD).fetchone()

    def close(self) -> None:
        """Ends the thread; the last connection that closes folds what is left."""
        self._is_closing = True
        self._is_due.set()
        self._thread.join()

    def _run(self) -> None:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            while self._is_due.wait() and not self._is_closing:
                self._is_due.clear()
                try:
                    _busy, pages, _folded = connection.execute(_FOLD).fetchone()
                except sqlite3.Error as error:
                    # Nothing is lost by it: the log holds everything, and the next commit tells of a disk that is full.
                    _log.warning("the log of %s could not be folded: %s", self._path, error)
                    continue
                self._is_large = pages > _LARGEST_LOG
