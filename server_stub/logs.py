"""What a running store writes to its standard error: one line an event, as text for eyes or as JSON for a collector.

Decides the shape of a line, and that an error is told by its kind and where it happened: its text may hold what it fell
over. What else may stand there is decided where it is said: acts, statuses, counts and times, never a token, a PIN,
anybody's address or the body of a request. Where a refused request came from on the network is told (turned_away).
"""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

_ROOM = "server_stub"
_log = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """One JSON object a line: time (RFC 3339), level, logger, message, what was told with it, and an error's trace."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            said["trace"] = _trace(record.exc_info[1])
        return msgspec.json.encode(said).decode()


class TextLines(logging.Formatter):
    """Time, level and message, with what was told behind them."""

    def format(self, record: logging.LogRecord) -> str:
        told = "".join(f" {name}={value}" for name, value in getattr(record, "told", {}).items())
        at = datetime.fromtimestamp(record.created, UTC).isoformat(sep=" ", timespec="milliseconds")
        line = f"{at} {record.levelname.lower()} {record.getMessage()}{told}"
        return f"{line}\n{_trace(record.exc_info[1])}" if record.exc_info else line


def _trace(error: BaseException | None) -> str:
    """Files, lines and kinds of an error and of what led to it; none of their texts."""
    told: list[str] = []
    while error is not None:
        kind = f"{type(error).__module__}.{type(error).__qualname__}\n"
        told.insert(0, "".join((*traceback.format_tb(error.__traceback__), kind)))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "which led to\n".join(told).rstrip()


def begin(kind: Literal["text", "json"]) -> None:
    """From now on this process logs so; each request is told in JSON alone, where a machine reads along."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if kind == "json" else TextLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(_ROOM).setLevel(logging.INFO if kind == "json" else logging.WARNING)
    # What it warns of is what strangers send, a line each time; they are answered, and need not fill a disk.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


def unexpected(_loop: object, context: Mapping[str, Any]) -> None:
    """Tells of an error in a task that nobody awaits, as every other one (asyncio's own way shows its text)."""
    _log.error("%s", context.get("message", "an error in a task"), exc_info=context.get("exception"))


class Tally:
    """What strangers can make happen as often as they like: counted, and told once a second at most.

    `tell` hears how often it happened within that second. For use in the event loop.
    """

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell = tell
        self._times = 0
        self._due: asyncio.TimerHandle | None = None

    def count(self) -> None:
        """It happened once more."""
        self._times += 1
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(1, self.tell)

    def tell(self) -> None:
        """Tells now what is left to tell."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
            times, self._times = self._times, 0
            self._tell(times)
