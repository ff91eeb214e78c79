"""`floorhand doctor`: a line for each look, OK or FAIL with what to do; with --bundle, all of it as a support archive.

Decides in which order things are looked at, and the exit code: 0 where all is in order, 1 where something fails, 2
where the archive cannot be written.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from terminal import config as settings
from terminal import doctor_wording as words
from terminal.doctor import devices, machine
from terminal.doctor.findings import Finding
from terminal.doctor.store import store
from terminal.exits import CANNOT_START
from terminal.whole_words import say

_BEHIND_THE_WORD = len(words.doctor_ok("", "")) - len(": ")


def main(argv: list[str], config: Mapping[str, object], config_path: Path) -> int:
    """Looks at everything and prints a line each."""
    asked = _parser().parse_args(argv)
    found = asyncio.run(_print_all(config, config_path))
    failed = sum(not finding.is_ok for finding in found)
    print(words.doctor_ends(failed))
    if asked.bundle and not _bundle(Path(asked.bundle).expanduser(), found, config, config_path):
        return CANNOT_START
    return 1 if failed else 0


async def _print_all(config: Mapping[str, object], path: Path) -> list[Finding]:
    found = []
    async for finding in examine(config, path):
        found.append(finding)
        say(line(finding), hang=_BEHIND_THE_WORD)
    return found


def line(finding: Finding) -> str:
    """A finding as it is printed."""
    say = words.doctor_ok if finding.is_ok else words.doctor_fail
    return say(finding.what, finding.said)


async def examine(config: Mapping[str, object], path: Path) -> AsyncIterator[Finding]:
    """One finding after the other, as soon as it is known; a config that cannot be read ends it."""
    try:
        checked = settings.check(config, path)
    except settings.ConfigError as error:
        yield Finding("config", str(error), False)
        return
    for finding in (machine.config(path), *machine.screen(), *machine.journal(checked)):
        yield finding
    async for answer in store(checked):
        yield answer
    free = devices.free_ports(checked)
    for profile in checked.scanners:
        yield devices.scanner(profile, free)
    if not checked.scanners:
        yield Finding("scanner", words.no_scanner())
    for finding in devices.ports(free):
        yield finding
    yield devices.scale(checked.scale) if checked.scale else Finding("scale", words.no_scale())
    for printer in checked.printers:
        yield devices.printer(printer)
    if not checked.printers:
        yield Finding("printer", words.no_printer())
    if any(checked.labels.files):
        yield devices.site_style(checked.labels)


def _bundle(to: Path, found: list[Finding], config: Mapping[str, object], path: Path) -> bool:
    from terminal.doctor import bundle

    try:
        bundle.write(to, [line(finding) for finding in found], config, path)
    except FileExistsError:
        print(f"floorhand doctor: {words.bundle_there_already(str(to))}", file=sys.stderr)
        return False
    except OSError as error:
        fault = error.strerror or type(error).__name__
        print(f"floorhand doctor: {words.bundle_not_written(str(to), fault)}", file=sys.stderr)
        return False
    print(words.bundle_written(str(to)))
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="floorhand doctor",
        description="Checks this machine's config, screen, journal, store, clock, ports, scanners, scale and printers. "
        "Each line says OK, or FAIL with what to do. Changes nothing.",
    )
    parser.add_argument(
        "--bundle", metavar="FILE", help="also write a support archive (ZIP) without tokens, PINs, names and addresses"
    )
    return parser
