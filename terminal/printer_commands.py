"""`floorhand printers`: how the printers of this machine are, who announces one, a new entry, a test page.

Decides what is asked and printed, and the exit code: 0 where all is well, 1 where a printer is not ready, 2 for a call
or config that cannot be. What a printer answers is `printing`'s business; only `add` changes a file, or makes a folder.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from terminal import config as settings
from terminal import printer_wording as words

if TYPE_CHECKING:
    from printing.documents import Document, Media
    from printing.printers import Printer

NOT_READY, WRONG_CALL = 1, 2


def main(argv: list[str], config: Mapping[str, object], config_path: Path) -> int:
    """Runs `floorhand printers` with `argv`."""
    asked = _parser().parse_args(argv)
    try:
        checked = settings.check(config, config_path)
        does: Callable[[argparse.Namespace, settings.Config], int] = asked.does
        return does(asked, checked)
    except (settings.ConfigError, WrongCall) as error:
        print(f"floorhand printers: {error}", file=sys.stderr)
        return WRONG_CALL


class WrongCall(Exception):
    """A call that cannot be done as it stands; the text says why and what to do."""


def printer_named(config: settings.Config, name: str) -> tuple[settings.PrinterSettings, Printer]:
    """A configured printer, ready to be used; raises WrongCall."""
    from printing.printers import PrinterConfigError, printer_from

    found = next((each for each in config.printers if each.name == name), None)
    if found is None:
        raise WrongCall(words.no_such_printer(name, tuple(each.name for each in config.printers)))
    try:
        return found, printer_from(found.device)
    except PrinterConfigError as error:
        raise WrongCall(f"{config.path}: printer.{name}: {error}") from error


def media_of(config: settings.Config, printer: settings.PrinterSettings) -> Media:
    """The paper in a printer, as the config says."""
    from printing.documents import Media

    if printer.media:
        return Media(printer.media)
    return Media(config.labels.media) if "label" in printer.documents else Media.A4


def _list(asked: argparse.Namespace, config: settings.Config) -> int:
    from printing.printers import Printed

    if not config.printers:
        print(words.no_printers())
    is_ready = True
    for each in config.printers:
        _, printer = printer_named(config, each.name)
        answer = printer.look()
        takes = words.at_stations(", ".join(each.documents), each.stations)
        if isinstance(answer, Printed):
            print(words.printer_ready(each.name, answer.where, takes), flush=True)
        else:
            is_ready = False
            print(words.printer_held(each.name, answer.reason, takes), flush=True)
    return 0 if is_ready else NOT_READY


def _find(asked: argparse.Namespace, config: settings.Config) -> int:
    from printing.ways import discovery

    print(words.looking_around(discovery.LISTEN_SECONDS), file=sys.stderr, flush=True)
    heard = discovery.announced()
    found = [*discovery.cups_queues(), *(heard or ())]
    for each in found:
        print(words.found_printer(each.said, each.name, _address(each.device)))
    if heard is None:
        print(words.no_zeroconf(), file=sys.stderr)
    if not found:
        print(words.nobody_announced())
    return 0 if found else NOT_READY


def _address(device: Mapping[str, object]) -> str:
    match device["kind"]:
        case "cups":
            server = device.get("server")
            return f"cups://{server}/{device['queue']}" if server else f"cups:{device['queue']}"
        case "zpl":
            return f"socket://{device['host']}:{device.get('port', 9100)}"
        case _:
            return str(device["url"])


def _add(asked: argparse.Namespace, config: settings.Config) -> int:
    from printing.ways.discovery import AddressError, device_at

    try:
        device = device_at(asked.address)
    except AddressError as error:
        raise WrongCall(str(error)) from error
    entry: dict[str, object] = {"name": asked.name, **device}
    if asked.document:
        entry["documents"] = asked.document
    if asked.station:
        entry["stations"] = asked.station
    if asked.media:
        entry["media"] = asked.media
    if asked.dpi:
        entry["dots_per_inch"] = asked.dpi
    if asked.language:
        entry["language"] = asked.language
    # The whole file is checked with the new entry before a byte of it is written.
    table = settings.parse(config.path)
    before = table.get("printer", [])
    after = settings.check({**table, "printer": [*(before if isinstance(before, list) else []), entry]}, config.path)
    printer_named(after, asked.name)
    block = "\n[[printer]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in entry.items())
    try:
        config.path.parent.mkdir(parents=True, exist_ok=True)
        if device["kind"] == "folder":
            Path(str(device["path"])).expanduser().mkdir(parents=True, exist_ok=True)
        old = config.path.read_text(encoding="utf-8") if config.path.exists() else ""
        with config.path.open("a", encoding="utf-8") as file:
            file.write(block if not old or old.endswith("\n") else f"\n{block}")
    except OSError as error:
        raise WrongCall(words.cannot_add(str(config.path), error.strerror or type(error).__name__)) from error
    print(words.added(asked.name, str(config.path)))
    return 0


def _test(asked: argparse.Namespace, config: settings.Config) -> int:
    from printing.documents import DrawError
    from printing.printers import Pages, Printed

    chosen, printer = printer_named(config, asked.name)
    media = media_of(config, chosen)
    try:
        payload = printer.render(test_page(chosen.name, media), media)
    except DrawError as error:
        raise WrongCall(str(error)) from error
    answer = printer.print(Pages(f"test_{chosen.name}_{datetime.now(UTC):%Y%m%dT%H%M%S%f}", payload, media))
    if isinstance(answer, Printed):
        print(words.test_printed(chosen.name, answer.where))
        return 0
    print(words.test_held(chosen.name, answer.reason))
    return NOT_READY


def test_page(printer: str, media: Media) -> Document:
    """A page that nobody takes for a parcel's, with codes to scan, as large as the paper."""
    from orders.identifiers import sscc
    from printing.documents import Address, ParcelLabel, ProductLabel
    from printing.draw import SHIPPING_MEDIA

    if media not in SHIPPING_MEDIA:
        return ProductLabel(sku=words.test_title(), description=f"{printer}, {media.value}", barcode="TEST-PAGE")
    nobody = Address(country="GB", name=words.test_title(), street=(words.test_do_not_ship(),), city=printer)
    return ParcelLabel(
        sender=nobody,
        recipient=nobody,
        order_number="TEST-PAGE",
        parcel_number=1,
        weight_grams=1,
        carrier=words.test_title(),
        service=media.value,
        sscc=sscc("0000000", 1),
    )


def _stations(asked: argparse.Namespace, config: settings.Config) -> int:
    """A barcode of each station that a printer names, for whoever comes to stand there."""
    from orders.barcodes import Kind, encode, is_body
    from printing.documents import Command, CommandCard, DrawError, Media
    from printing.site_style import SiteStyle
    from terminal.stations import Stations

    named = Stations(config.printers).stations
    if not named:
        raise WrongCall(words.no_stations())
    if wrong := [station for station in named if not is_body(station)]:
        raise WrongCall(words.no_barcode_for(wrong[0]))
    commands = tuple(Command(label=station, barcode=encode(Kind.STATION, station)) for station in named)
    try:
        pdf = SiteStyle(*config.labels.files).draw(
            CommandCard(title=words.stations_title(), commands=commands), Media(asked.media)
        )
        asked.file.write_bytes(pdf)
    except ValueError as error:
        raise WrongCall(words.not_that_paper(asked.media, str(error))) from error
    except DrawError as error:
        raise WrongCall(str(error)) from error
    except OSError as error:
        raise WrongCall(words.stations_not_written(str(asked.file), error.strerror or str(error))) from error
    print(words.stations_written(str(asked.file), named))
    return 0


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_toml(each) for each in value)}]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="floorhand printers",
        description="Says how each printer of this machine is: READY, or HELD with what to do. Prints nothing.",
        epilog="The terminal reads its printers at its start. Which station it stands at is scanned, or configured.",
    )
    parser.set_defaults(does=_list)
    commands = parser.add_subparsers(metavar="COMMAND")
    commands.add_parser("list", help="how each printer is, as without a command").set_defaults(does=_list)
    find = commands.add_parser("find", help="printers that announce themselves: CUPS queues, and mDNS")
    find.set_defaults(does=_find)
    add = commands.add_parser("add", help="write a printer into the config")
    add.set_defaults(does=_add)
    add.add_argument("name", metavar="NAME")
    add.add_argument(
        "address", metavar="ADDRESS", help="ipp://HOST/ipp/print, socket://HOST:9100 (ZPL), cups:QUEUE or a folder"
    )
    kinds = "what goes there (label, slip, product); repeat it"
    add.add_argument("--document", action="append", metavar="KIND", help=kinds)
    add.add_argument("--station", action="append", metavar="ID", help="only at this station; repeat it for more")
    add.add_argument("--media", metavar="PAPER", help="the paper in it, such as 4x6in or a4")
    add.add_argument("--dpi", type=int, metavar="DOTS", help="203, 300 or 600 dots per inch")
    add.add_argument("--language", choices=("pdf", "zpl"), help="what a CUPS queue is given")
    test = commands.add_parser("test", help="print a test page and read the printer's answer")
    test.set_defaults(does=_test)
    test.add_argument("name", metavar="NAME")
    stations = commands.add_parser("stations", help="the barcode of every station, on sheets to hang up there")
    stations.set_defaults(does=_stations)
    stations.add_argument("file", metavar="FILE", type=Path, help="a PDF to write")
    stations.add_argument("--media", default="a4", help="a4 (default), letter, or a label such as 100x50mm")
    return parser
