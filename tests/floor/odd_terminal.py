"""The real terminal with one thing odd about it: it dies at a named hop, or its clock or its disk is not what it was.

Run as `odd_terminal.py ODDITY... -- ARGUMENTS`, where an oddity is `die=HOP:N` (at the N-th time it comes by),
`clock=SECONDS` (ahead), `limit=BYTES` (that no file may outgrow) or `read-only=FLAG` (as long as that file is there).
The program itself knows nothing of this.
"""

from __future__ import annotations

import importlib
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import wraps
from inspect import iscoroutinefunction
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Hop:
    """A place between scan and acknowledgement: just before or just after a function, where `when` holds for it."""

    where: str
    after: bool = False
    when: Callable[..., bool] = lambda *args: True


def _is_reply_to_push(link: object, reply: object, answer: type) -> bool:
    return answer.__name__ == "PushReply"


def _is_page(part: Path, *_: object) -> bool:
    return part.name.endswith(".pdf.part")


# In the order in which a scan passes them. Two more, which no function begins or ends, are set up below.
HOPS = {
    "bytes read": Hop("scanners.stream:ReadStream.feed"),
    "framed and parsed": Hop("scanners.hub:Hub.put"),
    "its turn": Hop("terminal.turns:Turns._judge"),
    "resolved": Hop("terminal.session:resolve_scan", after=True),
    "judged": Hop("terminal.journal:Journal.append"),
    "committed": Hop("terminal.journal_mark:Marks.write"),
    "appended": Hop("terminal.journal:Journal.append", after=True),
    "folded": Hop("terminal.floor:Floor.fold", after=True),
    "before the paint": Hop("terminal.app:FloorApp._present"),
    "painted": Hop("terminal.app:FloorApp._present", after=True),
    "before the push": Hop("terminal.sync.uplink:Uplink._send"),
    "reply arrived": Hop("terminal.sync.link:HttpLink._read", when=_is_reply_to_push),
    "reply read": Hop("terminal.journal:Journal.settle"),
    "settled": Hop("terminal.journal:Journal.settle", after=True),
    "records arrived": Hop("terminal.journal:Journal.confirm"),
    "records kept": Hop("terminal.journal:Journal.confirm", after=True),
    "numbers leased": Hop("terminal.journal:Journal.add_block"),
    "job queued": Hop("printing.spool:Spool.run_one"),
    "page drawn": Hop("printing.spool:Spool._seen_to"),
    "marked printing": Hop("printing.ways.folder:FolderPrinter.print"),
    "bytes half out": Hop("pathlib:Path.replace", when=_is_page),
    "bytes out": Hop("printing.ways.folder:FolderPrinter._flush_folder"),
    "printer answered": Hop("printing.spool:Spool._ended"),
    "marked printed": Hop("printing.spool:Spool._ended", after=True),
}
IN_TRANSACTION, PUSH_SENT = "in the transaction", "push sent"
PRINTING = (
    "job queued",
    "page drawn",
    "marked printing",
    "bytes half out",
    "bytes out",
    "printer answered",
    "marked printed",
)
EVERY = (*HOPS, IN_TRANSACTION, PUSH_SENT)


def die() -> None:
    """What a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(name: str, turn: int) -> None:
    """Sets the death up."""
    turns = count(1)

    def passed() -> None:
        if next(turns) == turn:
            die()

    if name == IN_TRANSACTION:
        _die_in_transaction(passed)
    elif name == PUSH_SENT:
        _die_when_sent(passed)
    else:
        _wrap(HOPS[name], passed)


def _wrap(hop: Hop, passed: Callable[[], None]) -> None:
    module, _, path = hop.where.partition(":")
    holder: Any = importlib.import_module(module)
    *above, last = path.split(".")
    for name in above:
        holder = getattr(holder, name)
    original = getattr(holder, last)

    @wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        is_it = hop.when(*args)
        if is_it and not hop.after:
            passed()
        result = original(*args, **kwargs)
        if is_it and hop.after:
            passed()
        return result

    assert not (hop.after and iscoroutinefunction(original))
    setattr(holder, last, wrapped)


def _die_in_transaction(passed: Callable[[], None]) -> None:
    """The event's row is written, its transaction not committed."""
    file: Any = importlib.import_module("terminal.journal_file")
    original = file.transaction

    @contextmanager
    def transaction(db: Any, path: Path) -> Iterator[None]:
        with original(db, path):
            (before,) = db.execute("SELECT max(serial) FROM event").fetchone()
            yield
            (after,) = db.execute("SELECT max(serial) FROM event").fetchone()
            if after != before:
                passed()

    file.transaction = transaction


def _die_when_sent(passed: Callable[[], None]) -> None:
    """The last byte of the push is out, and nothing of the reply was read."""
    import httpx

    original = httpx.AsyncHTTPTransport.handle_async_request

    async def handle(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        async def trace(event: str, info: object) -> None:
            if event == "http11.send_request_body.complete":
                passed()

        if request.url.path == "/v1/events":
            request.extensions = {**request.extensions, "trace": trace}
        return await original(self, request)

    httpx.AsyncHTTPTransport.handle_async_request = handle  # type: ignore[method-assign]


def put_clock(off_seconds: float) -> None:
    """Every clock of the terminal's own goes wrong by so much; the machine's log and its scanners' timers do not."""
    off = timedelta(seconds=off_seconds)

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + off

    for name in ("terminal.parts", "terminal.journal_file", "terminal.crash"):
        vars(importlib.import_module(name))["datetime"] = Wrong


def make_read_only(flag: Path) -> None:
    """SQLite meets what it meets on a disk that was remounted read-only, as long as `flag` is there."""
    file: Any = importlib.import_module("terminal.journal_file")
    original = file.transaction

    @contextmanager
    def transaction(db: Any, path: Path) -> Iterator[None]:
        db.execute(f"PRAGMA query_only = {int(flag.exists())}")
        with original(db, path):
            yield

    file.transaction = transaction


def main(words: list[str]) -> int:
    """Runs `floorhand` with what is odd about it."""
    sys.path.insert(0, str(ROOT))
    place = words.index("--")
    for each in words[:place]:
        name, _, value = each.partition("=")
        if name == "die":
            hop, _, turn = value.rpartition(":")
            die_at(hop, int(turn))
        elif name == "clock":
            put_clock(float(value))
        elif name == "limit":
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(value), resource.RLIM_INFINITY))
        else:
            make_read_only(Path(value))
    import floorhand

    return floorhand.main(words[place + 1 :])


def program(*oddities: str) -> tuple[str, ...]:
    """How a device runs it."""
    return (str(Path(__file__)), *oddities, "--")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
