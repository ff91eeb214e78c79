"""What a running store writes to its standard error: one line an event, as text for eyes or as JSON for a collector.

Decides the shape of a line. What may stand in it is decided where it is said: acts, statuses, counts and times, never a
token, a PIN, an address or the body of a request.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

_ROOM = "server_stub"


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
            said["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(said).decode()


class TextLines(logging.Formatter):
    """Time, level and message, with what was told behind them."""

    def format(self, record: logging.LogRecord) -> str:
        told = "".join(f" {name}={value}" for name, value in getattr(record, "told", {}).items())
        at = datetime.fromtimestamp(record.created, UTC).isoformat(sep=" ", timespec="milliseconds")
        line = f"{at} {record.levelname.lower()} {record.getMessage()}{told}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def begin(kind: Literal["text", "json"]) -> None:
    """From now on this process logs so; each request is told in JSON alone, where a machine reads along."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if kind == "json" else TextLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(_ROOM).setLevel(logging.INFO if kind == "json" else logging.WARNING)
