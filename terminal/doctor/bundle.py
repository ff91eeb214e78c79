"""The support archive: what a stranger needs to help, and nothing that opens a door or names a person.

Decides what goes in, by what is known to be harmless and never by what is known to be secret: a config key that nobody
listed here loses its value, and what was scanned keeps only its shape.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from importlib.metadata import distributions
from io import BytesIO
from pathlib import Path

from orders import VERSION
from terminal import config as settings
from terminal import doctor_wording as words
from terminal import raw_log

REMOVED = "(removed)"
_LOG_LINES = 500
_REPORTS = 10
_REPORT_CHARACTERS = 60_000

# Where a name is a device's and a port a machine's; in any other part of a config they may be a person's.
_TECHNICAL = frozenset({"store", "terminal", "scanner", "printer", "scale"})
_HARMLESS = frozenset({
    "url", "host", "folder", "name", "station", "stations", "journal", "witness", "kind", "port", "path",
    "media", "documents", "terminators", "separators", "prefix", "suffix", "parity", "flow", "layout",
    "protocol", "unit", "division", "authorities",
})  # fmt: skip
_LOGIN = re.compile(r"(?<=://)[^/@\s]*@")
_TERMS = ("TERM", "COLORTERM", "LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "TMUX", "SSH_TTY")


def write(to: Path, findings: Sequence[str], config: Mapping[str, object], config_path: Path) -> None:
    """Writes the archive; FileExistsError where something is there, OSError where it cannot be written.

    `findings` are the doctor's lines, `config` is the parsed file.
    """
    state = _state_folder(config, config_path)
    parts: dict[str, Callable[[], str]] = {
        "READ-ME.txt": words.bundle_read_me,
        "findings.txt": lambda: _rows(findings),
        "versions.txt": lambda: _rows(_versions()),
        "config.toml": lambda: _dumped(without_secrets(config)),
        "ports.txt": lambda: _rows(_ports()),
        "journal.txt": lambda: _rows(journal_counts(state / "journal.db")),
        "scanner.log": lambda: _rows(list(scan_shapes(raw_log.lines(state / raw_log.FILE)))[-_LOG_LINES:]),
    }
    for report in sorted((state / "reports").glob("report-*.txt"))[-_REPORTS:]:
        parts[f"reports/{report.name}"] = partial(_head_of, report)
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, made in parts.items():
            archive.writestr(name, _neutral(_readable(made)))
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content.getvalue())


def without_secrets(config: Mapping[str, object]) -> dict[str, object]:
    """The config with every text removed that is not known to be harmless; numbers and switches stay."""
    return {key: _harmless(value, key, is_technical=key in _TECHNICAL) for key, value in config.items()}


def scan_shapes(lines: Iterator[str]) -> Iterator[str]:
    """The log's lines with letters and digits as A, a and 9, but for the test card's: its text is no secret."""
    from terminal.scanner_test.card import FIRST

    for line in lines:
        fields = line.split("\t")
        if len(fields) != 5:
            continue
        at, source, _, text, outcome = fields
        is_card = FIRST in text and len(text) < 2 * len(FIRST) + 20
        yield "\t".join((at, source, text if is_card else _shape(text), outcome))


def journal_counts(path: Path) -> Iterator[str]:
    """How many rows of what the journal at `path` holds; numbers and the names of kinds alone."""
    import sqlite3

    if not path.exists():
        yield "no journal yet"
        return
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        yield f"bytes {path.stat().st_size}"
        for name in ("application_id", "user_version", "page_count"):
            yield f"{name} {database.execute(f'PRAGMA {name}').fetchone()[0]}"
        named = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        tables = [name for (name,) in named]
        for table in tables:
            (count,) = database.execute(f'SELECT count(*) FROM "{table}"').fetchone()
            yield f"{table} {count}"
        for table, column in (("record", "kind"), ("job", "state")):
            if table in tables:
                for value, count in database.execute(f"SELECT {column}, count(*) FROM {table} GROUP BY 1 ORDER BY 1"):
                    yield f"{table} {value} {count}"
        if "event" in tables:
            unsent = database.execute("SELECT count(*) FROM event WHERE cursor IS NULL").fetchone()[0]
            yield f"event unsent {unsent}"
            yield from _kinds_of(body for (body,) in database.execute("SELECT body FROM event"))


def _kinds_of(bodies: Iterator[bytes]) -> Iterator[str]:
    """Events by kind, and refusals by step and reason: where the floor stumbles."""
    from msgspec import DecodeError

    from orders.envelope import open_envelope
    from orders.events import ScanRefused
    from orders.upcast import MalformedEvent, UnknownEvent, understood

    counts: Counter[str] = Counter()
    for body in bodies:
        try:
            event = understood(open_envelope(body))
        except (DecodeError, UnknownEvent, MalformedEvent):
            counts["event not understood"] += 1
            continue
        counts[f"event {type(event).__name__}"] += 1
        if isinstance(event, ScanRefused):
            counts[f"refused at {event.step}: {event.reason}"] += 1
    yield from (f"{what} {count}" for what, count in sorted(counts.items()))


def _state_folder(config: Mapping[str, object], path: Path) -> Path:
    try:
        return settings.check(config, path).state_folder
    except settings.ConfigError:
        return settings.default_state_folder()


def _head_of(report: Path) -> str:
    return report.read_text("utf-8", "replace")[:_REPORT_CHARACTERS]


def _readable(made: Callable[[], str]) -> str:
    import sqlite3

    try:
        return made()
    except (OSError, sqlite3.Error) as error:
        return words.bundle_part_unreadable(f"{type(error).__name__}: {getattr(error, 'strerror', None) or 'damaged'}")


def _neutral(text: str) -> str:
    """Without logins in addresses of the network, and without the home folder, which is called like a person."""
    home = str(Path.home())
    text = _LOGIN.sub("", text)
    return text.replace(home, "~") if len(home) > 1 else text


def _harmless(value: object, key: str, *, is_technical: bool) -> object:
    match value:
        case Mapping():
            return {inner: _harmless(each, inner, is_technical=is_technical) for inner, each in value.items()}
        case list():
            return [_harmless(each, key, is_technical=is_technical) for each in value]
        case str():
            return value if key == "media" or (is_technical and key in _HARMLESS) else REMOVED
        case _:
            return value


def _dumped(config: Mapping[str, object]) -> str:
    import tomlkit

    return tomlkit.dumps(config)


def _shape(text: str) -> str:
    return re.sub(r"[^\W\d_]", lambda found: "A" if found[0].isupper() else "a", re.sub(r"\d", "9", text))


def _ports() -> Iterator[str]:
    from scanners.port_list import serial_ports

    for port in serial_ports():
        yield f"{port.device}\t{port.path}\t{port.what}"


def _versions() -> Iterator[str]:
    yield f"floorhand {VERSION}"
    yield f"python {platform.python_version()} on {platform.system()} {platform.release()} {platform.machine()}"
    yield f"encoding {sys.getfilesystemencoding()}"
    for name in _TERMS:
        yield f"{name}={os.environ.get(name, '')}"
    yield from sorted({f"{each.name} {each.version}" for each in distributions()}, key=str.casefold)


def _rows(rows: Sequence[str] | Iterator[str]) -> str:
    return "".join(f"{row}\n" for row in rows)
