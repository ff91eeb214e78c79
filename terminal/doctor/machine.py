"""Looks at the machine itself: its screen, its letters, its journal and the room on its disk."""

from __future__ import annotations

import locale
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from terminal import config as settings
from terminal import doctor_wording as words
from terminal import screen_wording
from terminal.doctor.findings import Finding

LEAST_FREE_MB = 50


def config(path: Path) -> Finding:
    """Which config this is; it has been read already."""
    return Finding("config", str(path) if path.exists() else words.config_absent(str(path)))


def screen() -> Iterator[Finding]:
    """The size, the colours and the encoding of the terminal that this runs in."""
    columns, rows = shutil.get_terminal_size()
    name = os.environ.get("TERM", "")
    if not sys.stdout.isatty():
        yield Finding("screen", words.no_tty(), False)
    elif name in ("", "dumb"):
        yield Finding("screen", words.terminal_dumb(name), False)
    elif columns < 20 or rows < 16:
        yield Finding("screen", words.screen_small(columns, rows), False)
    else:
        has_none = bool(os.environ.get("NO_COLOR"))
        how = words.colours("" if has_none else os.environ.get("COLORTERM") or name)
        yield Finding("screen", words.screen_found(columns, rows, how))
    encoding = locale.getpreferredencoding(False)
    is_utf8 = encoding.upper().replace("-", "") == "UTF8"
    yield Finding("letters", encoding if is_utf8 else words.not_utf8(encoding), is_utf8)


def journal(config: settings.Config) -> Iterator[Finding]:
    """Whether the journal is sound, and whether there is room for more."""
    folder, path = config.state_folder, config.journal_file
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    free_mb = shutil.disk_usage(existing).free // 1_000_000
    if not os.access(existing, os.W_OK | os.X_OK):
        yield Finding("journal", screen_wording.folder_not_writable(str(existing), "no right to write"), False)
    elif free_mb < LEAST_FREE_MB:
        yield Finding("journal", words.disk_full(str(existing), free_mb), False)
    elif not path.exists():
        yield Finding("journal", words.journal_new(str(path)))
    elif fault := _fault_of(path):
        yield Finding("journal", words.journal_damaged(str(path), fault), False)
    else:
        yield Finding("journal", words.journal_sound(str(path), free_mb))


def _fault_of(path: Path) -> str:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
            return "" if said == "ok" else str(said)
    except sqlite3.Error as error:
        return str(error)
