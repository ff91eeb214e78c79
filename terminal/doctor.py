"""`floorhand doctor`: looks at everything that a terminal on this machine needs, and says what to do where it fails.

Decides what is looked at and in which order. It changes nothing: no journal is opened for writing, no device enrolled.
"""

from __future__ import annotations

import argparse
import asyncio
import locale
import os
import queue
import shutil
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scanners.profile import ScannerProfile
from terminal import config as settings
from terminal import screen_wording as words
from terminal.enrolment import EnrolmentError, kept

if TYPE_CHECKING:
    import httpx

    from scanners.scale_profile import ScaleProfile

LEAST_FREE_MB = 50
MOST_SKEW_S = 60
_ANSWER_S = 5.0
_PORT_S = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look gave: `said` is what was found, or what to do about it."""

    what: str
    said: str
    is_ok: bool = True


def main(argv: list[str], config: Mapping[str, object], config_path: Path) -> int:
    """Looks at everything and prints a line each; 0 where all is in order, 1 where something fails."""
    argparse.ArgumentParser(
        prog="floorhand doctor",
        description="Checks this machine's config, screen, journal, store, clock, scanners, scale and printers. "
        "Each line says OK, or FAIL with what to do. Changes nothing.",
    ).parse_args(argv)
    failed = asyncio.run(_print_all(config, config_path))
    print(words.doctor_ends(failed))
    return 1 if failed else 0


async def _print_all(config: Mapping[str, object], path: Path) -> int:
    failed = 0
    async for finding in examine(config, path):
        failed += not finding.is_ok
        say = words.doctor_ok if finding.is_ok else words.doctor_fail
        print(say(finding.what, finding.said), flush=True)
    return failed


async def examine(config: Mapping[str, object], path: Path) -> AsyncIterator[Finding]:
    """One finding after the other, as soon as it is known; a config that cannot be read ends it."""
    try:
        checked = settings.check(config, path)
    except settings.ConfigError as error:
        yield Finding("config", str(error), False)
        return
    for finding in (_config(path), *screen(), *journal(checked)):
        yield finding
    async for answer in store(checked):
        yield answer
    for profile in checked.scanners:
        yield scanner(profile)
    if not checked.scanners:
        yield Finding("scanner", words.no_scanner())
    yield scale(checked.scale) if checked.scale else Finding("scale", words.no_scale())
    for printer in checked.printers:
        yield _printer(printer)
    if not checked.printers:
        yield Finding("printer", words.no_printer())


def _config(path: Path) -> Finding:
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
        yield Finding("journal", words.folder_not_writable(str(existing), "no right to write"), False)
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


async def store(config: settings.Config) -> AsyncIterator[Finding]:
    """Whether the store answers, what its clock says, and whether it knows this device."""
    url = config.store.url
    if not url:
        yield Finding("store", words.no_store(), False)
        return
    import httpx

    token = ""
    try:
        enrolment = kept(config.state_folder)
        token = enrolment.token if enrolment else ""
        missing = "" if enrolment else words.not_enrolled()
    except EnrolmentError as error:
        missing = str(error)
    import ssl

    try:
        trust = ssl.create_default_context(cafile=config.authorities) if url.startswith("https:") else False
    except (OSError, ssl.SSLError) as error:
        yield Finding("store", words.authorities_unreadable(str(config.authorities), str(error)), False)
        return
    async with httpx.AsyncClient(base_url=url, timeout=_ANSWER_S, trust_env=False, verify=trust) as client:
        began = time.monotonic()
        try:
            health = await client.get("/health")
        except (httpx.HTTPError, OSError) as error:
            yield Finding("store", words.store_silent(url, str(error) or type(error).__name__), False)
            return
        spent_ms = round((time.monotonic() - began) * 1000)
        is_ours = health.status_code == 200 and _says_ok(health)
        found = words.store_found(url, spent_ms) if is_ours else words.store_strange(url, health.status_code)
        yield Finding("store", found, is_ours)
        if not is_ours:
            return
        yield clock(health.headers.get("date"), datetime.now(UTC))
        if missing:
            yield Finding("token", missing, False)
            return
        assert enrolment is not None
        known = await _knows(client, token)
        said = words.token_taken(enrolment.terminal) if known else words.token_refused()
        yield Finding("token", said, known)


def _says_ok(health: httpx.Response) -> bool:
    try:
        answer = health.json()
    except ValueError:
        return False
    return isinstance(answer, dict) and answer.get("status") == "ok"


async def _knows(client: httpx.AsyncClient, token: str) -> bool:
    import httpx

    try:
        answer = await client.get("/v1/stations", headers={"authorization": f"Bearer {token}"})
    except (httpx.HTTPError, OSError):
        return False
    return answer.status_code == 200


def clock(told: str | None, now: datetime) -> Finding:
    """How far this device's clock is from the store's, by its HTTP Date (RFC 9110, 6.6.1: whole seconds)."""
    try:
        at = parsedate_to_datetime(told or "")
    except ValueError:
        return Finding("clock", words.clock_untold(), False)
    skew_s = round((now - at).total_seconds())
    if abs(skew_s) > MOST_SKEW_S:
        return Finding("clock", words.clock_wrong(skew_s), False)
    return Finding("clock", words.clock_right(max(1, abs(skew_s))))


def scanner(profile: ScannerProfile) -> Finding:
    """Whether a scanner's port opens; asks the scanner's own reader, so that the answer is the terminal's."""
    from scanners.reader import reader_of
    from scanners.scan import Heard, ScannerFound, ScannerLost

    what = f"scanner {profile.name}"
    if profile.kind == "wedge":
        return Finding(what, words.wedge_found())
    heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
    reader = reader_of(profile, heard.put)
    reader.start()
    try:
        first = heard.get(timeout=_PORT_S)
    except queue.Empty:
        return Finding(what, words.scanner_silent(str(profile.port)), False)
    finally:
        reader.stop()
    if isinstance(first, ScannerLost):
        return Finding(what, first.sentence, False)
    assert isinstance(first, ScannerFound)
    return Finding(what, words.scanner_found(str(profile.port)))


def scale(profile: ScaleProfile) -> Finding:
    """Whether the scale answers in its protocol; asks the terminal's own port."""
    from scanners.scale import Condition, ScaleSaid
    from scanners.scale_port import ScalePort
    from scanners.scan import ScannerFound, ScannerLost

    heard: queue.SimpleQueue[ScaleSaid] = queue.SimpleQueue()
    port = ScalePort(profile, heard.put)
    port.start()
    try:
        said = heard.get(timeout=_PORT_S)
        if isinstance(said, ScannerFound):
            said = heard.get(timeout=_PORT_S)
    except queue.Empty:
        return Finding("scale", words.scale_mute(profile.port), False)
    finally:
        port.stop()
    if isinstance(said, ScannerLost):
        return Finding("scale", said.sentence, False)
    assert not isinstance(said, ScannerFound)
    match said.condition:
        case Condition.SILENT:
            return Finding("scale", words.scale_mute(profile.port), False)
        case Condition.FAULT:
            return Finding("scale", words.scale_troubled(profile.port, said.detail), False)
        case Condition.STABLE | Condition.ZERO:
            lies = words.scale_shows(str(said.weight) if said.condition is Condition.STABLE else "")
            return Finding("scale", words.scale_found(profile.port, lies))
        case _:
            is_ok = said.condition not in (Condition.OVER, Condition.UNDER)
            return Finding("scale", words.scale_found(profile.port, words.scale_state(said.condition)), is_ok)


def _printer(printer: settings.PrinterSettings) -> Finding:
    from printing.printers import PrinterConfigError, printer_from

    what = f"printer {printer.name}"
    try:
        printer_from(printer.device)
    except PrinterConfigError as error:
        return Finding(what, str(error), False)
    where = str(printer.device.get("path", printer.device["kind"]))
    if printer.device["kind"] == "folder":
        folder = Path(where).expanduser()
        existing = next(each for each in (folder, *folder.parents) if each.exists())
        if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
            return Finding(what, words.printer_not_writable(where), False)
    return Finding(what, words.printer_found(where, ", ".join(printer.documents)))
