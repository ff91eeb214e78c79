"""Looks at what hangs on this machine: serial ports, scanners, printers; each is asked in its own way.

Decides what is wrong with one of them and what the next act is. A port or a printer is opened as the terminal would.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scanners.port_list import SerialPort, is_same_port, lasting_names, path_today, serial_ports
from scanners.profile import ScannerProfile
from terminal import config as settings
from terminal import doctor_wording as words
from terminal.doctor.findings import Finding

if TYPE_CHECKING:
    from scanners.scale import ScaleSaid
    from scanners.scale_profile import ScaleProfile

_PORT_S = 3.0


def free_ports(config: settings.Config, listed: Sequence[SerialPort] | None = None) -> tuple[SerialPort, ...]:
    """The ports that the system lists and no entry of the config names."""
    taken = [path for each in config.scanners if each.port and (path := path_today(each.port))]
    taken += [path for path in (path_today(config.scale.port) if config.scale else "",) if path]
    found = serial_ports() if listed is None else listed
    return tuple(port for port in found if not any(is_same_port(port.device, other) for other in taken))


def ports(free: Sequence[SerialPort]) -> Iterator[Finding]:
    """What could still be set up."""
    for port in free:
        yield Finding("port", words.port_free(port.path, port.what))
    if not free:
        yield Finding("port", words.no_ports())


def scanner(profile: ScannerProfile, free: Sequence[SerialPort] = ()) -> Finding:
    """Whether a scanner's port opens; asks the scanner's own reader, so that the answer is the terminal's."""
    from scanners.reader import reader_of
    from scanners.scan import Heard, LossReason, ScannerFound, ScannerLost

    what, port = f"scanner {profile.name}", str(profile.port)
    if profile.kind == "wedge":
        return Finding(what, words.wedge_found())
    heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
    reader = reader_of(profile, heard.put)
    reader.start()
    try:
        first = heard.get(timeout=_PORT_S)
    except queue.Empty:
        return Finding(what, words.scanner_silent(port), False)
    finally:
        reader.stop()
    if isinstance(first, ScannerLost):
        paths = tuple(each.path for each in free)
        is_elsewhere = first.reason is LossReason.ABSENT and paths
        return Finding(what, words.scanner_elsewhere(first.sentence, paths) if is_elsewhere else first.sentence, False)
    assert isinstance(first, ScannerFound)
    lasting = lasting_names().get(port)
    return Finding(what, words.scanner_named_for_today(port, lasting) if lasting else words.scanner_found(port))


def scale(profile: ScaleProfile) -> Finding:
    """Whether the scale answers in its protocol; asks the terminal's own port."""
    from scanners.scale import Condition
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


def printer(printer: settings.PrinterSettings) -> Finding:
    """Whether a printer's settings make one, and how it says it is; nothing is printed."""
    from printing.printers import Held, PrinterConfigError, printer_from

    what = f"printer {printer.name}"
    try:
        device = printer_from(printer.device)
    except PrinterConfigError as error:
        return Finding(what, str(error), False)
    where = str(printer.device.get("path", printer.device["kind"]))
    if printer.device["kind"] == "folder":
        folder = Path(where).expanduser()
        existing = next(each for each in (folder, *folder.parents) if each.exists())
        if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
            return Finding(what, words.printer_not_writable(where), False)
    elif isinstance(answer := device.look(), Held):
        return Finding(what, words.printer_held(answer.reason), False)
    else:
        where = answer.where
    return Finding(what, words.printer_found(where, ", ".join(printer.documents)))


def site_style(labels: settings.LabelSettings) -> Finding:
    """Whether the site's own logo and folder of fonts can be used."""
    from printing.refusals import DrawError
    from printing.site_style import SiteStyle

    try:
        SiteStyle(*labels.files).check()
    except DrawError as error:
        return Finding("labels", str(error), False)
    return Finding("labels", words.site_style_found(labels.logo or "", labels.fonts or ""))
