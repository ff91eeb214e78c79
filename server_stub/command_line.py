"""The words of `floorhand store`: its commands, their options and the help that teaches them.

Decides how a command is written. What it does stands in commands.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from textwrap import indent
from typing import Any

import msgspec

from orders.intake import Code, Number
from orders.records import ROLES
from orders.shapes import Name
from server_stub import site_file
from server_stub.floor_repairs import MOST_COUNTED
from server_stub.floor_setup import TOKEN_ROLES, CompanyPrefix, Pin, TimeOfDay, ToteCount

_EXAMPLES = """\
a first morning:
  floorhand store init --company-prefix 952    (asks for the sender on your labels)
  floorhand store run                          (leave it running; the rest in another window)
  floorhand import orders morning.csv --map retail --lay-out
  floorhand store add-worker "Ada Lovelace" --role picker
  floorhand store add-totes 12
  floorhand store release --all

All commands work on a running store and on one that stands still alike.
Restore and migrate want one that stands still.
"""

_FOUNDING = """\
At a terminal it asks for what no option says. In a script everything is said
by options; what is missing for a label is told at the end.

examples:
  floorhand store init --company-prefix 952
  floorhand store init --name "North hall" --time-zone Europe/London \\
    --company-prefix 952 --sender-line "1 Dock Road" --postcode "E16 1AA" \\
    --city London --country GB
  floorhand store init --site site.toml
"""

_COUNTING = """\
count without asking the book first. What is far from the book (the site's
recount_above_pieces) is kept, and booked once another person counts the same.

exit codes:
  0 booked, 1 refused, 3 kept until another person counts too

examples:
  floorhand store count A-03-12 85123A 7
  floorhand store count A-03-12 HOME/85123A 7 --by ADA-LOVELACE
"""


def parser() -> argparse.ArgumentParser:
    """The whole command line of `floorhand store`."""
    root = _parser("floorhand store", "The central order store: set it up, run it, look after it.", _EXAMPLES)
    _where(root, argparse.SUPPRESS)
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, summary: str, examples: str = "") -> argparse.ArgumentParser:
        made = commands.add_parser(
            name,
            help=summary,
            description=summary,
            epilog=examples or None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        _where(made, argparse.SUPPRESS)
        return made

    init = command(
        "init",
        "make a store, its first supervisor and a one-time code for the first terminal",
        _FOUNDING,
    )
    init.add_argument("--site", type=Path, metavar="FILE", help="a site file; `store site --help` shows one")
    init.add_argument("--name", type=_name, help="the site's name, where there is no site file")
    init.add_argument("--time-zone", help="its IANA time zone, such as Europe/London (else this machine's)")
    init.add_argument("--owner", type=_id, default="HOME", metavar="ID", help="whose goods these are (default HOME)")
    init.add_argument(
        "--company-prefix", type=_prefix, metavar="DIGITS", help="the owner's GS1 company prefix, for SSCCs"
    )
    init.add_argument("--supervisor", default="Supervisor", metavar="NAME", help="the first supervisor's name")
    _sender(init)

    run = command("run", "run the store until Ctrl-C or SIGTERM", "example:\n  floorhand store run --port 8743")
    run.add_argument("--host", help="the address to listen on (default 127.0.0.1; 0.0.0.0 for the whole network)")
    run.add_argument("--port", type=_port, help="the port to listen on, 0 for any free one (default 8743)")
    run.add_argument("--ready-file", type=Path, metavar="FILE", help="write the address there once it listens")

    worker = command(
        "add-worker",
        "add a worker and print a badge",
        'example:\n  floorhand store add-worker "Ada Lovelace" --role picker --role packer --pin 2718',
    )
    worker.add_argument("name", type=_name)
    worker.add_argument("--role", action="append", choices=ROLES, help="may be given again (default picker)")
    worker.add_argument(
        "--pin", type=_pin, metavar="DIGITS", help="4 to 12 digits (supervisors: 6), to sign on without the badge"
    )
    worker.add_argument("--id", default="", help="an id of your own (default: made from the name)")
    worker.add_argument("--new-badge", action="store_true", help="the worker is known: make a new badge and PIN")

    terminal = command("add-terminal", "give a one-time code with which one device can join")
    terminal.add_argument("--station", default="", metavar="ID", help="the bench where it stands")
    terminal.add_argument("--role", default="terminal", choices=("terminal", "supervisor"))
    revoke = command("revoke", "end a terminal's token and free its tasks")
    revoke.add_argument("terminal", metavar="TERMINAL")
    left = command(
        "revoke-worker",
        "end the badge and PIN of a worker who left",
        "example:\n  floorhand store revoke-worker ADA-LOVELACE",
    )
    left.add_argument("worker", metavar="WORKER", help="the worker's id, as the badge shows it")
    lost = command(
        "device-lost",
        "end the token of a device that a stranger may hold; tells which walks to look at",
        "example:\n  floorhand store device-lost CART-3",
    )
    lost.add_argument("terminal", metavar="TERMINAL")
    token = command(
        "add-token",
        "give a token to a person at a desk, another system or a monitor",
        "example:\n  floorhand store add-token SHOP --role integration --owner HOME",
    )
    token.add_argument("label", type=_code, metavar="NAME")
    token.add_argument("--role", required=True, choices=TOKEN_ROLES)
    token.add_argument("--owner", default="", metavar="ID", help="only this owner's goods (office and integration)")
    drop = command("revoke-token", "end a token that add-token gave")
    drop.add_argument("label", type=_code, metavar="NAME")
    command("tokens", "list the tokens that add-token gave")
    command("terminals", "list the devices that joined")

    hook = command(
        "add-webhook",
        "tell an address of orders, signed, from now on",
        "example:\n  floorhand store add-webhook SHOP https://shop.example/hook --state shipped --state backordered",
    )
    hook.add_argument("id", type=_code, metavar="NAME")
    # Not `url`: that is which store is asked.
    hook.add_argument("receiver", metavar="URL")
    hook.add_argument("--state", action="append", required=True, help="a state of an order; may be given again")
    hook.add_argument("--owner", default="", metavar="ID", help="of this owner's orders alone")
    hook.add_argument("--private", action="store_true", help="the address may lie inside of this network")
    for name, summary in (
        ("drop-webhook", "end a webhook and forget what waits for it"),
        ("resume-webhook", "let a paused webhook be tried again"),
    ):
        command(name, summary).add_argument("id", type=_code, metavar="NAME")
    command("webhooks", "list who is told of orders, and what waits")
    export = command(
        "export",
        "write a table as CSV or JSON lines",
        "example:\n  floorhand store export orders orders.csv\n  floorhand store export stock stock.json --format json",
    )
    export.add_argument("table", choices=("orders", "lines", "parcels", "stock", "moves"))
    export.add_argument("file", type=Path, metavar="FILE")
    export.add_argument("--format", default="csv", choices=("csv", "json"))

    station = command("add-station", "add or change a bench")
    station.add_argument("id", type=_code, metavar="ID")
    station.add_argument("--name", default="")
    station.add_argument("--printer", default="", metavar="ID")
    printer = command("add-printer", "add or change a printer")
    printer.add_argument("id", type=_code, metavar="ID")
    printer.add_argument("address", type=_name, help="a folder, an ipp:// address, or host:9100")
    printer.add_argument("--name", default="")
    printer.add_argument("--media", default="4x6in", help="the paper in it, such as 4x6in or 100x150mm")
    totes = command("add-totes", "add totes and print their labels", "example:\n  floorhand store add-totes 12")
    totes.add_argument("count", type=_totes, metavar="N")

    owner = command(
        "owner",
        "add or change an owner of goods",
        "example:\n  floorhand store owner HOME --company-prefix 952",
    )
    owner.add_argument("id", type=_id, metavar="ID")
    owner.add_argument("--name", default="")
    owner.add_argument("--company-prefix", type=_prefix, metavar="DIGITS")
    site = command(
        "site",
        "describe the site: clock, carriers' times, sender",
        "a whole site file:\n\n" + indent(site_file.EXAMPLE, "  "),
    )
    site.add_argument("file", type=Path, metavar="FILE")

    sender = command(
        "sender",
        "set the sender on every label; asks for what no option says",
        'example:\n  floorhand store sender\n  floorhand store sender --sender-line "1 Dock Road" --postcode "E16 1AA"'
        " --city London --country GB",
    )
    _sender(sender)

    release = command(
        "release",
        "send allocated orders to the floor",
        "example:\n  floorhand store release --all\n  floorhand store release 536365 536366",
    )
    release.add_argument("orders", nargs="*", metavar="ORDER", help="an order's number, or OWNER/NUMBER")
    release.add_argument("--all", action="store_true", help="every order that is allocated and not held")
    departure = command(
        "move-departure",
        "let today's truck leave at another time; what is due on it goes along",
        "times are on the site's clock; tell it again as often as the carrier does.\n\nexample:\n"
        "  floorhand store move-departure Post Parcel --to 22:20\n"
        "  floorhand store move-departure Post Parcel --to 15:40 --departure 15:00",
    )
    departure.add_argument("carrier", type=_name, metavar="CARRIER")
    departure.add_argument("service", metavar="SERVICE", help='"" for a carrier without one')
    departure.add_argument("--to", type=_time, required=True, metavar="HH:MM", help="when it leaves")
    departure.add_argument(
        "--departure", type=_time, metavar="HH:MM", help="which one, where several leave today (default the next)"
    )
    rolled = command(
        "roll-over",
        "say that a truck did not come: its parcels go on the next departure",
        "example:\n  floorhand store roll-over POST-PARCEL-20261123-1700",
    )
    rolled.add_argument("manifest", metavar="MANIFEST", help="its id; the dock shows it")
    command("discrepancies", "list what floor and books disagree on, and what settles each")
    count = command(
        "count",
        "say what lies on a shelf: corrects the book, unlocks the shelf",
        _COUNTING,
    )
    count.add_argument("location", metavar="LOCATION", help="the shelf's code")
    count.add_argument("sku", metavar="SKU", help="a SKU, or OWNER/SKU")
    count.add_argument("quantity", type=_pieces, metavar="QUANTITY", help="good pieces that lie there")
    count.add_argument("--by", default="", metavar="WORKER", help="who counted (default: the only supervisor)")
    put_back = command(
        "put-back",
        "say to which shelf picked goods were brought back",
        "example:\n  floorhand store put-back stop_done.5f0c9a7e.12 A-03-12",
    )
    put_back.add_argument("discrepancy", metavar="DISCREPANCY", help="its id; `store discrepancies` shows it")
    put_back.add_argument("location", metavar="LOCATION", help="the shelf's code")
    resolve = command(
        "resolve",
        "settle what only had to be looked at",
        'example:\n  floorhand store resolve unknown_record.manifest/POST.CART-1 --note "scanned an old manifest"',
    )
    resolve.add_argument("discrepancy", metavar="DISCREPANCY", help="its id; `store discrepancies` shows it")
    resolve.add_argument("--note", required=True, metavar="TEXT", help="what was found")
    command("report", "list orders that are held, back-ordered or changed")
    command("keyed", "list products that were keyed because their label could not be read")
    command("status", "how the store stands")

    backup = command("backup", "copy the store to a new file, also while it runs")
    backup.add_argument("file", type=Path, metavar="FILE")
    restore = command("restore", "put a backup in the store's place (the store has to stand still)")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--as-it-is", action="store_true", help="also where its books do not agree with themselves")
    command("migrate", "bring the database to this program's schema, after a copy")
    verify = command("verify", "read the whole store, and say whether its books agree with themselves")
    verify.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a backup, in the store's place")
    return root


def _parser(prog: str, summary: str, examples: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=prog, description=summary, epilog=examples, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def _where(parser: argparse.ArgumentParser, default: object) -> None:
    group = parser.add_argument_group("which store")
    group.add_argument("--folder", type=Path, default=default, help="its folder on this machine")
    group.add_argument(
        "--database", default=default, metavar="ADDRESS", help="postgresql://USER@HOST/NAME, where it is not embedded"
    )
    group.add_argument("--url", default=default, help="its address, where it runs on another machine")
    group.add_argument("--token", default=default, help="an administrator's token, with --url")


def _sender(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the sender on every label")
    group.add_argument("--sender-name", type=_name, metavar="NAME", help="else the site's name")
    group.add_argument(
        "--sender-line", type=_name, action="append", metavar="TEXT", help="street and number; repeat it"
    )
    group.add_argument("--postcode", type=_name)
    group.add_argument("--city", type=_name)
    group.add_argument("--region", type=_name, help="region or state, where addresses there have one")
    group.add_argument("--country", metavar="CODE", help="ISO 3166, such as GB")


def _pieces(text: str) -> int:
    # A number of thousands of digits would take its time to be read.
    if not (text.isascii() and text.isdecimal() and len(text) < 40 and int(text) <= MOST_COUNTED):
        shown = text if len(text) <= 40 else f"{text[:40]}..."
        raise argparse.ArgumentTypeError(f"pieces are a whole number from 0 to {MOST_COUNTED}, got {shown!r}")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"a port is 0 to 65535, got {text!r}")
    return int(text)


def _as(kind: Any, expected: str) -> Callable[[str], Any]:
    """Accepts what the store's own messages take as `kind`, so that a wrong word is refused in words of its own."""

    def accept(text: str) -> Any:
        try:
            return msgspec.convert(text, kind, strict=False)
        except msgspec.ValidationError as error:
            shown = text if len(text) <= 40 else f"{text[:40]}..."
            raise argparse.ArgumentTypeError(f"expected {expected}, got {shown!r}") from error

    return accept


_name = _as(Name, "one line of 1 to 200 characters")
_id = _as(Number, "1 to 64 characters without a slash")
_code = _as(Code, "1 to 48 of A-Z, 0-9 and -")
_pin = _as(Pin, "4 to 12 digits")
_prefix = _as(CompanyPrefix, "a GS1 company prefix of 3 to 12 digits")
_time = _as(TimeOfDay, "a time of day as HH:MM")
_totes = _as(ToteCount, "a number of totes from 1 to 5000")
