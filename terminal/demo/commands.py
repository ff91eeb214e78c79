"""`floorhand demo`: a store, a shop, a terminal and a toy scanner on this machine, to play with or to run by itself.

Decides how the pieces are started and stopped. `--auto` lets a robot work through the whole morning with no keyboard,
and exits with 0 only if an independent recount balances.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import queue
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from orders import barcodes
from orders.barcodes import Kind
from terminal.demo import feed, shop
from terminal.demo.feed import Told
from terminal.demo.recount import asked_for, recount
from terminal.demo.robot import Aim, Robot, label_on_paper
from terminal.demo.stage import Stage, StageError, arguments, set_up
from terminal.whole_words import say
from terminal.workflows import acts

SILENCE_SECONDS = 20.0
SETTLE_SECONDS = 20.0
# No hand scans one label twice faster than this; the terminal would take it for one read.
_HAND_SECONDS = 0.1
# Nobody is known before the store's first answer, and no walk is given out while it is away: a person waits a moment
# and tries again, and does not hammer.
_AWAY_SECONDS = 0.5
_AWAY = ("badge_unknown", "store_away", "store_refused")
ROWS, COLUMNS = 24, 80


def main(argv: list[str], config: Mapping[str, object], config_path: Path) -> int:
    """Runs the demo; 0 when it ended well, 1 when the books did not balance, 2 when it could not be set up."""
    words = _parser().parse_args(argv)
    if not words.auto and not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("floorhand demo: needs a terminal to play in; without one use --auto", file=sys.stderr)
        return 2
    try:
        folder = _empty_folder(words.folder)
    except StageError as error:
        print(f"floorhand demo: {error}", file=sys.stderr)
        return 2
    started = time.monotonic()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)  # a closed window ends the store too
    try:
        with toy_scanner() as scanner:
            stage = set_up(folder, scanner.port, datetime.now(UTC), say=say, address=words.database or "")
            try:
                code = _auto(stage, scanner, started) if words.auto else _play(stage, scanner)
            finally:
                stage.close()
    except StageError as error:
        print(f"floorhand demo: {error}", file=sys.stderr)
        return 2
    except SystemExit:  # a closed window asks for nothing to be kept
        if not (words.folder or words.keep):
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if words.folder or words.keep or code:
        say(f"Everything is kept in {folder}: printed pages in {folder / 'printed'}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
        say("The demo's folder was removed; --keep keeps it.")
    return code


def _empty_folder(named: str | None) -> Path:
    """The folder to play in: a throw-away one, or the new or empty one that was named."""
    try:
        if not named:
            return Path(tempfile.mkdtemp(prefix="floorhand-"))
        folder = Path(named).expanduser().resolve()
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except OSError as error:
        raise StageError(
            f"--folder {named}: cannot be used ({error.strerror}); expected a new or empty folder"
        ) from error
    if not is_empty:
        raise StageError(f"{folder} is not empty; expected a new or empty folder for --folder")
    return folder


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


@dataclass
class Scanner:
    """The toy scanner's process, and the port on which it is read."""

    process: subprocess.Popen[str]
    port: str

    def point(self, aim: Aim) -> None:
        """Points it at a barcode and pulls the trigger."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"text": aim.text, "damaged": aim.is_damaged}) + "\n")
        self.process.stdin.flush()


@contextmanager
def toy_scanner() -> Iterator[Scanner]:
    """A toy scanner in a process of its own, for as long as it is needed."""
    with subprocess.Popen(
        [sys.executable, "-m", "terminal.demo.toy_scanner"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        port = process.stdout.readline().strip()
        if not port:
            raise StageError("the toy scanner did not start")
        try:
            yield Scanner(process, port)
        finally:
            process.stdin.close()


@dataclass
class Terminal:
    """The real terminal in a child process, and what it tells over the feed; None on the queue means it has ended."""

    process: subprocess.Popen[bytes]
    told: queue.SimpleQueue[Told | None] = field(default_factory=queue.SimpleQueue)
    screen: bytearray = field(default_factory=bytearray)

    def stop(self) -> None:
        """Ends it as a closing window would."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def terminal_in_pty(stage: Stage, rows: int = ROWS, columns: int = COLUMNS) -> Iterator[Terminal]:
    """The terminal in a pseudo-terminal of that size; its screen output is kept, its feed put on a queue."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = {**stage.environment(), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    for name in ("COLUMNS", "LINES"):
        environment.pop(name, None)
    with _listening(stage.folder) as (path, server):
        process = subprocess.Popen(
            arguments(stage, path), stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        terminal = Terminal(process)
        drain = threading.Thread(target=_drain, args=(master, terminal.screen), daemon=True)
        reader = threading.Thread(target=_listen, args=(server, terminal), daemon=True)
        drain.start()
        reader.start()
        try:
            yield terminal
        finally:
            terminal.stop()
            drain.join(5)
            os.close(master)


def drive(terminal: Terminal, scanner: Scanner, robot: Robot, *, quiet: bool = False) -> bool:
    """Lets the robot work until it has signed off; False when the terminal fell silent or ended.

    The same robot may go on at another terminal, or at the same one after it was started again.
    """
    last, awaited, sent_at, aimed = Told(), 0, time.monotonic(), ""
    while time.monotonic() - sent_at < SILENCE_SECONDS:
        try:
            told = terminal.told.get(timeout=0.05)
        except queue.Empty:
            told = last
            # The very first read may come before the port is open; no later one can.
            if awaited == 1 and time.monotonic() - sent_at > 1.0:
                awaited = 0
        if told is None:
            return False
        if told.key or not told.step or told.turn < awaited:
            continue
        if told.verdict and told != last and not quiet:
            print(f"   {told.tone:>4}  {told.verdict}")
        last = told
        if robot.is_done and told.step == "sign_on":
            return True
        aim = robot.aim(told)
        if aim is None:
            continue
        if not quiet:
            print(f"[{told.title}] {aim.note}")
        rest = _AWAY_SECONDS if told.reason in _AWAY else _HAND_SECONDS if aim.text == aimed else 0.0
        time.sleep(max(0.0, sent_at + rest - time.monotonic()))
        scanner.point(aim)
        aimed = aim.text
        awaited, sent_at = told.turn + 1, time.monotonic()
    return False


def settled(stage: Stage, shorted: list[tuple[str, str, int]]) -> list[str]:
    """What does not balance once the terminal's last events had time to reach the store; empty when all does."""
    wanted, without = asked_for(stage.shop_folder / "orders.csv", stage.shop_folder / "customers.csv")
    end = time.monotonic() + SETTLE_SECONDS
    while True:
        findings = recount(wanted, without, shorted, stage.database, stage.printed_folder)
        if not findings.wrong or time.monotonic() > end:
            break
        time.sleep(0.3)
    print(
        f"recount: {findings.orders} orders, {findings.pieces} pieces, {findings.parcels} parcels, "
        f"{findings.held} held without an address, {len(shorted)} short"
    )
    return findings.wrong


def robot_for(stage: Stage) -> Robot:
    """A robot that knows this stage's badge and totes, and makes a few mistakes on the way."""
    return Robot(
        badge=stage.badge,
        totes=stage.totes(),
        read_label=label_on_paper(stage.printed_folder),
        mistakes={3: "wrong_item", 8: "damaged", 15: "wrong_shelf", 21: "wrong_item"},
        wrong_item=shop.gtin13(len(shop.PRODUCTS)),
        wrong_shelf=barcodes.encode(Kind.LOCATION, "DOCK-1"),
        shorts={12: acts.SHORT_EMPTY},
    )


def _auto(stage: Stage, scanner: Scanner, started: float) -> int:
    robot = robot_for(stage)
    with terminal_in_pty(stage) as terminal:
        went_well = drive(terminal, scanner, robot)
        wrong = settled(stage, robot.shorted) if went_well else []
    if not went_well:
        print("floorhand demo: the terminal fell silent or ended before the work was done", file=sys.stderr)
        return 1
    print(f"labels and slips: {len(list(stage.printed_folder.glob('*.pdf')))} PDFs in {stage.printed_folder}")
    for sentence in wrong:
        print(f"DOES NOT BALANCE: {sentence}", file=sys.stderr)
    print(f"{'the books balance' if not wrong else 'the books do not balance'} ({time.monotonic() - started:.0f} s)")
    return 1 if wrong else 0


def _play(stage: Stage, scanner: Scanner) -> int:
    print()
    say("F2 scans what is asked for, F3 a wrong item, F4 a wrong shelf, F5 a damaged code. Ctrl+Q ends the demo.")
    say(f"Or sign on by name: Supervisor, PIN {stage.pin}. Labels and slips appear in {stage.printed_folder}")
    say("Enter starts the terminal.")
    sys.stdin.readline()
    robot = robot_for(stage)
    robot.mistakes.clear()
    robot.shorts.clear()
    with _listening(stage.folder) as (path, server), _no_interrupt():
        process = subprocess.Popen(arguments(stage, path), env=stage.environment())
        terminal = Terminal(process)
        threading.Thread(target=_listen, args=(server, terminal), daemon=True).start()
        threading.Thread(target=_hand, args=(terminal, scanner, robot), daemon=True).start()
        try:
            code = process.wait()
        finally:
            terminal.stop()
    printed = len(list(stage.printed_folder.glob("*.pdf")))
    say(f"{printed} labels and slips were printed.")
    return code


def _hand(terminal: Terminal, scanner: Scanner, robot: Robot) -> None:
    """The hand on the trigger while a person plays: a key of the toy scanner points it at something."""
    last = Told()
    while (told := terminal.told.get()) is not None:
        if not told.key:
            last = told
            continue
        aim = robot.aim(last)
        match told.key:
            case "wrong_item":
                aim = Aim(robot.wrong_item, "")
            case "wrong_shelf":
                aim = Aim(robot.wrong_shelf, "")
            case "damaged" if aim is not None:
                aim = Aim(aim.text, "", is_damaged=True)
        if aim is not None:
            scanner.point(aim)


@contextmanager
def _listening(folder: Path) -> Iterator[tuple[Path, socket.socket]]:
    # A socket's path may be short only, and the demo's folder deep.
    with tempfile.TemporaryDirectory(prefix="fh-") as short:
        path = Path(short) / "feed"
        server = feed.listen(path)
        try:
            yield path, server
        finally:
            server.close()


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Ctrl+C belongs to the terminal while it has the screen."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _listen(server: socket.socket, terminal: Terminal) -> None:
    try:
        connection, _ = server.accept()
        with connection:
            for told in feed.lines(connection):
                terminal.told.put(told)
    except (OSError, ValueError):
        pass
    terminal.told.put(None)


def _drain(master: int, screen: bytearray) -> None:
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            return
        if not data:
            return
        screen += data


def _address(typed: str) -> str:
    if not typed.startswith(("postgresql://", "postgres://")):
        raise argparse.ArgumentTypeError(f"expected postgresql://USER@HOST/NAME, got {typed!r}")
    return typed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="floorhand demo",
        description="A whole small warehouse on this machine: a store, thirty orders, the terminal, and a "
        "scanner to play with. Nothing to set up; nothing is left behind unless you ask.",
        epilog="F2 scans what the screen asks for, F3 a wrong item, F4 a wrong shelf, F5 a damaged code.",
    )
    parser.add_argument(
        "--auto", action="store_true", help="no keyboard: a robot does the whole morning, then recounts"
    )
    parser.add_argument("--folder", help="where to put the demo (a new or empty folder); it is kept")
    parser.add_argument(
        "--database",
        type=_address,
        metavar="ADDRESS",
        help="an empty PostgreSQL database for the store (postgresql://USER@HOST/NAME); what is in it afterwards stays",
    )
    parser.add_argument("--keep", action="store_true", help="keep the throw-away folder and say where it is")
    return parser
