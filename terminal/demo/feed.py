"""What the terminal tells the demo beside it: each showing, and each press of a toy-scanner key, as JSON lines.

Decides the words on that one socket. The terminal side never waits for the reader: a demo that is gone costs nothing.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from terminal.workflows.prompts import Showing

# Keys of the toy scanner: no barcode and no floor screen holds them.
TOY_KEYS = {"f2": "asked", "f3": "wrong_item", "f4": "wrong_shelf", "f5": "damaged"}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the feed: a showing as it stands on the glass, or a key of the toy scanner."""

    key: str = ""
    step: str = ""
    title: str = ""
    ask: str = ""
    location: str = ""
    item: str = ""
    quantity: str = ""
    tote: str = ""
    tone: str = ""
    verdict: str = ""
    reason: str = ""
    turn: int = 0
    expects: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()


class Feed:
    """The terminal's end."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(str(path))

    def shown(self, showing: Showing) -> None:
        """Tells of a prompt and verdict that are on the glass now."""
        prompt, verdict = showing.prompt, showing.verdict
        self._send(
            Told(
                step=prompt.step,
                title=prompt.title,
                ask=prompt.ask,
                location=prompt.location,
                item=prompt.item,
                quantity=prompt.quantity,
                tote=prompt.tote,
                tone=verdict.tone.value if verdict else "",
                verdict=verdict.sentence if verdict else "",
                reason=verdict.reason if verdict else "",
                turn=showing.turn,
                expects=prompt.expects,
                acts=tuple(act.name for act in prompt.acts),
            )
        )

    def pressed(self, key: str) -> None:
        """Tells of a toy-scanner key."""
        self._send(Told(key=TOY_KEYS[key]))

    def _send(self, told: Told) -> None:
        line = json.dumps({name: getattr(told, name) for name in Told.__slots__}) + "\n"
        try:
            self._socket.sendall(line.encode())
        except OSError:
            return  # The demo has ended; the terminal goes on.


def listen(path: Path) -> socket.socket:
    """The demo's end, before the terminal is started."""
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(path))
    server.listen(1)
    return server


def lines(connection: socket.socket) -> Iterator[Told]:
    """What the terminal told, until it ends."""
    with connection.makefile("r", encoding="utf-8") as stream:
        for line in stream:
            plain = json.loads(line)
            yield Told(**{**plain, "expects": tuple(plain["expects"]), "acts": tuple(plain["acts"])})
