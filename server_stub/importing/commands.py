"""`floorhand import`: the command line, and how an import ends.

Decides options, defaults from the config, and exit codes: 0 all is well, 1 something wants somebody, 2 nothing could be
done, 130 stopped. What is done stands in importer.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Mapping
from pathlib import Path

import msgspec

from orders.intake import Number
from server_stub.importing.file_map import KINDS, shipped_names
from server_stub.importing.importer import Asked, Import
from server_stub.importing.progress import Progress
from server_stub.importing.refusal import Refusal
from server_stub.importing.store_access import open_store, where

ALL_IS_WELL, WANTS_SOMEBODY, NOTHING_DONE, STOPPED = 0, 1, 2, 130
DEFAULT_OWNER = "HOME"

_DESCRIPTION = """\
Brings a CSV of another system into the store. What is whole goes in; every
other row is told by its line and reason. The same file twice changes nothing.
"""
_EXAMPLES = """\
examples:
  floorhand import orders orders_export.csv --map shopify --dry-run
  floorhand import customers customers.csv --map floorhand
  floorhand import orders morning.csv --map retail --lay-out --labels labels

maps that Floorhand brings:
  {maps}
exit codes:
  0 all is well, 1 something in the report wants somebody,
  2 nothing could be done, 130 stopped
"""


def main(argv: list[str], config: Mapping[str, object], config_path: Path) -> int:
    """Runs `floorhand import` with `argv` behind it; `config` is the machine's, read from `config_path`."""
    try:
        asked = _parser().parse_args(argv)
    except SystemExit as ended:
        return int(ended.code or 0)
    try:
        return _import(asked, config, config_path)
    except Refusal as refusal:
        print(f"floorhand import: {refusal}", file=sys.stderr)
        return NOTHING_DONE
    except KeyboardInterrupt:
        print("floorhand import: stopped; what was sent is kept: run the same import again to go on", file=sys.stderr)
        return STOPPED


def _import(asked: Namespace, config: Mapping[str, object], config_path: Path) -> int:
    if asked.lay_out and asked.kind != "orders":
        raise Refusal(f"--lay-out makes up what orders lack: say it with `import orders`, not {asked.kind}")
    if not _is_owner(asked.owner):
        raise Refusal(f"--owner: expected an id of 1 to 64 characters without a slash, got {asked.owner[:70]!r}")
    if asked.labels and not asked.lay_out:
        raise Refusal("--labels prints what --lay-out assumed: say --lay-out, too")
    wanted = Asked(
        kind=asked.kind,
        file=asked.file,
        map_name=asked.map,
        owner=asked.owner,
        encoding=asked.encoding,
        is_laid_out=asked.lay_out,
        labels=asked.labels,
        report=asked.report,
    )
    this = Import(wanted, sys.stdout, Progress())
    if asked.dry_run:
        return this.run(None)
    address = where(config, config_path, asked.store, asked.token_file, asked.folder, asked.database)
    with open_store(address) as store:
        return this.run(store)


def _is_owner(text: str) -> bool:
    try:
        msgspec.convert(text, Number)
    except msgspec.ValidationError:
        return False
    return True


def _parser() -> ArgumentParser:
    maps = "\n  ".join(f"{kind}: {', '.join(shipped_names(kind))}" for kind in KINDS)
    parser = ArgumentParser(
        prog="floorhand import",
        description=_DESCRIPTION,
        epilog=_EXAMPLES.format(maps=maps),
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("kind", choices=KINDS, help="what the file holds")
    parser.add_argument("file", type=Path, help="the CSV file")
    parser.add_argument("--map", required=True, help="a map that Floorhand brings, or the path of one")
    parser.add_argument("--owner", default=DEFAULT_OWNER, help="whose goods these are (default: %(default)s)")
    parser.add_argument("--dry-run", action="store_true", help="read and judge, send nothing; needs no store")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write every finding as CSV")
    parser.add_argument("--encoding", help="read the file as that encoding, such as cp1250")
    store = parser.add_argument_group("the store (default: [store] in the config)")
    store.add_argument("--store", metavar="URL", help="its address, such as http://store:8743")
    token = store.add_mutually_exclusive_group()
    token.add_argument(
        "--token-file", type=Path, metavar="FILE", help="the file that holds a token of role supervisor or integration"
    )
    token.add_argument("--folder", type=Path, metavar="DIR", help="the folder of a store on this machine")
    store.add_argument(
        "--database", metavar="ADDRESS", help="postgresql://USER@HOST/NAME, where the store is not embedded"
    )
    lay_out = parser.add_argument_group("for a warehouse that has no shelves, barcodes, stock or weights yet")
    lay_out.add_argument("--lay-out", action="store_true", help="make up what these orders lack, marked as assumed")
    lay_out.add_argument("--labels", type=Path, metavar="DIR", help="print shelf, product and tote labels into DIR")
    return parser
