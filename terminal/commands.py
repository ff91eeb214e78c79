"""`floorhand terminal`: enrols this machine with its store, or runs the terminal on it.

Decides what is asked of the command line and which exit code is answered: 0 for a good end, 2 where something has to
be put right first, 70 for an unexpected error.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from terminal import config as settings
from terminal import screen_wording as words
from terminal.crash import Reports
from terminal.enrolment import EnrolmentError, enrol, kept, token_file
from terminal.exits import CANNOT_START, UNEXPECTED_ERROR

if TYPE_CHECKING:
    from terminal.bare_app import BareApp
    from terminal.parts import Parts, Toy


def main(argv: list[str], config: Mapping[str, object], config_path: Path) -> int:
    """Runs `floorhand terminal` with `argv`; `config` is the parsed file at `config_path`."""
    asked = _asked(argv)
    if asked.cards:
        return _write_cards(Path(asked.cards).expanduser())
    folder = settings.default_state_folder()
    try:
        checked = settings.check(config, config_path)
        folder = checked.state_folder
        if asked.station:
            checked = checked.at_station(asked.station)
        if asked.enrol:
            return _enrol(checked, asked.enrol, asked.name or checked.terminal.name)
        return _run(checked, asked.feed)
    except (settings.ConfigError, EnrolmentError) as error:
        return _refuse(str(error))
    except Exception as error:
        print(f"floorhand: {_reports(folder).write(error, 'command')}", file=sys.stderr)
        return UNEXPECTED_ERROR


def live(app: BareApp, close: Callable[[], Awaitable[None]] | None = None) -> int:
    """Runs the app on this process's terminal until it ends, however it ends; returns the exit code.

    SIGTERM and SIGHUP (a closed window, a lost connection) end it like a person would. `close` is awaited last.
    """
    asyncio.run(_live(app, close))
    if app.farewell:
        print(f"floorhand: {app.farewell}", file=sys.stderr)
    return app.return_code or 0


async def _live(app: BareApp, close: Callable[[], Awaitable[None]] | None) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, app.exit, 0)
    before, threading.excepthook = threading.excepthook, _to_app(app, loop)
    try:
        await app.run_async(mouse=False)
    finally:
        threading.excepthook = before
        # Textual cancels workers and leaves; what they still write needs the journal open.
        await asyncio.gather(*(worker.wait() for worker in app.workers), return_exceptions=True)
        if close is not None:
            await close()


def _to_app(app: BareApp, loop: asyncio.AbstractEventLoop) -> Callable[[threading.ExceptHookArgs], None]:
    """An error in a scanner's or a printer's thread is the app's error: it must not vanish behind the screen."""
    from terminal.driver import end_after

    def hook(arguments: threading.ExceptHookArgs) -> None:
        if isinstance(arguments.exc_value, Exception):
            end_after(arguments.exc_value, app, loop)

    return hook


def _run(config: settings.Config, feed: str | None) -> int:
    enrolment = kept(config.state_folder)
    if enrolment is None:
        from terminal import own_store

        is_somewhere = config.store.url or own_store.address(config)
        return _refuse(words.not_enrolled() if is_somewhere else words.no_store())
    config = config.at_store(enrolment.url)
    if not config.store.url:
        return _refuse(words.no_store())
    if sys.__stdin__ is None or sys.__stderr__ is None or not (sys.__stdin__.isatty() and sys.__stderr__.isatty()):
        return _refuse(words.no_screen())
    try:
        toy = _toy(feed)
    except OSError as error:
        return _refuse(words.no_feed(str(feed), error.strerror or type(error).__name__))

    gc.disable()  # most of what is loaded now stays for good: looking through it again and again costs 10 ms
    from terminal.app import FloorApp
    from terminal.bootstrap import Rig
    from terminal.driver import FloorDriver

    async def opened() -> Parts:
        parts = await rig.open()
        # Nor is it looked through while somebody scans, which would be a pause of 30 ms now and then.
        gc.freeze()
        gc.enable()
        return parts

    rig = Rig(config, enrolment, toy=toy)
    report = _reports(config.state_folder).write
    return live(FloorApp(opened, hub=rig.hub, wedge=rig.wedge, report=report, driver_class=FloorDriver), rig.close)


def _reports(folder: Path) -> Reports:
    return Reports(folder / "reports")


def _enrol(config: settings.Config, code: str, name: str) -> int:
    from terminal import own_store

    # On the store's own machine nobody has to be told where it is.
    url = config.store.url or own_store.address(config)
    if not url:
        return _refuse(words.no_store())
    if not name:
        return _refuse(words.no_name())
    folder = config.state_folder
    is_found = not config.store.url
    joining = enrol(url, code, name, config.terminal.station, folder, config.authorities, keeps_url=is_found)
    enrolment = asyncio.run(joining)
    print(words.enrolled(enrolment.terminal, str(token_file(folder))))
    return 0


def _write_cards(folder: Path) -> int:
    from terminal import cards

    try:
        written = cards.write(folder)
    except OSError as error:
        return _refuse(words.cards_not_written(str(folder), error.strerror or type(error).__name__))
    for path in written:
        print(path)
    return 0


def _toy(feed: str | None) -> Toy | None:
    if feed is None:
        return None
    from terminal.demo.feed import Feed

    return Feed(Path(feed))


def _refuse(sentence: str) -> int:
    print(f"floorhand terminal: {sentence}", file=sys.stderr)
    return CANNOT_START


class _Asked(Struct):
    """The words of the command line."""

    enrol: str | None = None
    name: str | None = None
    station: str | None = None
    cards: str | None = None
    feed: str | None = None


def _asked(argv: list[str]) -> _Asked:
    if not argv:
        return _Asked()
    import argparse  # a terminal that runs all day is begun without a word, and goes without

    parser = argparse.ArgumentParser(
        prog="floorhand terminal",
        description="Pick, pack and ship on this machine. It goes on without the store and sends what it did later.",
        epilog="On the screen: right arrow lists what can be done, ? and Enter says what to scan.",
    )
    parser.add_argument(
        "--enrol", metavar="CODE", help="make this machine a terminal, with a supervisor's one-time code"
    )
    parser.add_argument("--name", help="what the new terminal is called (with --enrol); else terminal.name")
    parser.add_argument("--station", help="the station where it stands; else terminal.station")
    parser.add_argument(
        "--cards", metavar="FOLDER", help="write the command cards of cart, bench, dock and desk as PDFs, and end"
    )
    parser.add_argument("--feed", metavar="SOCKET", help=argparse.SUPPRESS)
    return parser.parse_args(argv, _Asked())
