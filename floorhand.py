"""The front door: reads the sub-command and the machine's config file, then opens that one room.

Decides nothing about picking or packing. Nobody imports this file, and it imports a room only when it is asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module

from orders import VERSION

ROOMS = {
    "demo": ("terminal.demo.commands", "a whole small warehouse on this machine: store, orders, terminal, toy scanner"),
    "terminal": ("terminal.commands", "the screen of a picker, packer or supervisor on this machine"),
    "store": ("server_stub.commands", "the central order store: set it up, run it, look after it"),
    "import": ("server_stub.importing.commands", "orders, products, locations, stock or customers from a CSV file"),
    "doctor": ("terminal.doctor", "checks this machine's config, scanners, printers, store and screen"),
    "bench": ("benchmarks.commands", "measures this machine, each speed beside a yardstick in the same run"),
}

USAGE = """\
usage: floorhand [--config FILE] COMMAND ...
       floorhand COMMAND --help
       floorhand --version

Runs the floor of a warehouse from a terminal: pick, pack, ship, watch.

commands:
{commands}

options:
  --config FILE   this machine's config file (else $FLOORHAND_CONFIG, else {default})

Start here:
  floorhand demo                try everything, nothing to set up
  floorhand store init          make a store, its first supervisor and a one-time code
  floorhand store run           run it
  floorhand terminal --enrol CODE --name BENCH-1     join this machine to it
"""


def main(argv: list[str] | None = None) -> int:
    """Runs one sub-command; returns its exit code (2 for a call or a config that cannot be read)."""
    words = list(sys.argv[1:] if argv is None else argv)
    explicit: str | None = None
    while words and words[0].startswith("-"):
        word = words.pop(0)
        if word in ("-h", "--help"):
            print(_usage(), end="")
            return 0
        if word in ("-V", "--version"):
            print(f"floorhand {VERSION}")
            return 0
        if word == "--config" and words:
            explicit = words.pop(0)
        elif word.startswith("--config="):
            explicit = word.partition("=")[2]
        else:
            return _refuse(f"unknown option {word}; expected --config FILE, --version or --help before the command")
    if not words:
        print(_usage(), end="")
        return 2
    command, *rest = words
    if command not in ROOMS:
        return _refuse(f"unknown command {command!r}; expected one of: {', '.join(ROOMS)}")

    from terminal import config

    try:
        path = config.locate(explicit)
        table: Mapping[str, object] = config.parse(path)
    except config.ConfigError as error:
        if command != "demo":
            return _refuse(str(error))
        table = {}
    room = import_module(ROOMS[command][0])
    try:
        code: int = room.main(rest, table, path)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141
    return code


def _usage() -> str:
    from terminal.config import locate

    commands = "\n".join(f"  {name:<10}{what}" for name, (_, what) in ROOMS.items())
    return USAGE.format(commands=commands, default=locate(None))


def _refuse(sentence: str) -> int:
    print(f"floorhand: {sentence}", file=sys.stderr)
    print("Try: floorhand --help", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
