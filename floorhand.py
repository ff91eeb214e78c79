"""The front door: reads the sub-command and the machine's config file, then opens that one room.

Decides that whatever any command writes is its owner's alone to read, and nothing about picking or packing. Nobody
imports this file, and it imports a room only when it is asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from orders import VERSION

ROOMS = {
    "demo": ("terminal.demo.commands", "a small warehouse to play with: store, orders, terminal, toy scanner"),
    "terminal": ("terminal.commands", "the screen of a picker, packer or supervisor on this machine"),
    "store": ("server_stub.commands", "the central order store: set it up, run it, look after it"),
    "import": ("server_stub.importing.commands", "orders, products, locations, stock or customers from a CSV file"),
    "scanner": ("terminal.scanner_test.commands", "tries a scanner with one printed card, and sets it up"),
    "printers": ("terminal.printer_commands", "how each printer is; find and add printers, print a test page"),
    "doctor": ("terminal.doctor.commands", "checks this machine's config, scanners, printers, store and screen"),
    "print": ("terminal.print_command", "what was printed, and a look at any job, label or paper first"),
    "bench": ("benchmarks.commands", "measures this machine, each speed beside a yardstick in the same run"),
}

# The terminal checks its config itself, with its own exit codes, and the doctor makes a line of it.
_USE_CONFIG = ("store", "import")

USAGE = """\
usage: floorhand [--config FILE] COMMAND ...
       floorhand COMMAND --help
       floorhand --version

Runs the floor of a warehouse from a terminal: pick, pack, ship, watch.

commands:
{commands}

options:
  --config FILE   this machine's config file (else $FLOORHAND_CONFIG, else
                  {default})

Start here:
  floorhand demo                try everything, nothing to set up
  floorhand store init          make a store, a supervisor and a one-time code
  floorhand store run           run it
  floorhand terminal --enrol CODE --name BENCH-1     join this machine to it
"""


# Databases, copies, exports, journals, labels and reports hold customers' names and addresses, or who may sign on.
_OWNER_ALONE = 0o077


def main(argv: list[str] | None = None) -> int:
    """Runs one sub-command; returns its exit code (2 for a call or a config that cannot be read)."""
    before = os.umask(_OWNER_ALONE)
    try:
        return _run(argv)
    finally:
        os.umask(before)


def _run(argv: list[str] | None) -> int:
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
        elif word.startswith("--config=") and word != "--config=":
            explicit = word.partition("=")[2]
        elif word in ("--config", "--config="):
            return _refuse("--config names no file; expected --config FILE before the command")
        else:
            return _refuse(f"unknown option {word}; expected --config FILE, --version or --help before the command")
    if not words:
        print(_usage(), end="")
        return 2
    command, *rest = words
    if command not in ROOMS:
        return _refuse(f"unknown command {command!r}; expected one of: {', '.join(ROOMS)}")

    from terminal import config

    path, table = Path(), dict[str, object]()
    try:
        if command != "demo":  # it writes a config of its own
            path = config.locate(explicit)
            table = config.parse(path)
        if command in _USE_CONFIG:
            config.check(table, path)
    except config.ConfigError as error:
        return _refuse(str(error), hint="")
    return _open(command, rest, table, path)


def _open(command: str, rest: list[str], table: Mapping[str, object], path: Path) -> int:
    try:
        code: int = import_module(ROOMS[command][0]).main(rest, table, path)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141
    except Exception as error:
        from terminal.config import default_state_folder
        from terminal.crash import Reports
        from terminal.exits import UNEXPECTED_ERROR

        print(f"floorhand: {Reports(default_state_folder() / 'reports').write(error, command)}", file=sys.stderr)
        return UNEXPECTED_ERROR
    return code


def _usage() -> str:
    from terminal.config import locate

    commands = "\n".join(f"  {name:<10}{what}" for name, (_, what) in ROOMS.items())
    return USAGE.format(commands=commands, default=locate(None, {}))


def _refuse(sentence: str, hint: str = "Try: floorhand --help") -> int:
    print(f"floorhand: {sentence}", file=sys.stderr)
    if hint:
        print(hint, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
