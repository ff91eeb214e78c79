"""The street between a terminal and its store, with what can stand in it: nobody, a crowd, or somebody else's house.

A real HTTP server in front of the real store. Decides what comes back for a request: the store's own answer, one that
was changed on the way, or none. It knows no event and no record.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Sequence
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

# What comes back for a request; None where the connection just ends.
Fate = Callable[["Request"], "bytes | None"]


class Request(BaseHTTPRequestHandler):
    """One request on its way, and the one who carries it."""

    server: _Server
    protocol_version = "HTTP/1.1"
    body = b""
    challenge: Sequence[str] = ()

    def do_GET(self) -> None:
        """Answers it as the street is now."""
        self.body = self.rfile.read(int(self.headers.get("content-length", 0)))
        answer = self.server.fate(self)
        if answer is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        else:
            self.wfile.write(answer)

    def do_POST(self) -> None:
        """The same."""
        self.do_GET()

    def ask_the_store(self) -> tuple[int, bytes]:
        """What the store says to it."""
        connection = HTTPConnection("127.0.0.1", self.server.store_port, timeout=60)
        try:
            kept = {name: self.headers[name] for name in ("authorization", "content-type") if name in self.headers}
            connection.request(self.command, self.path, self.body, kept)
            reply = connection.getresponse()
            self.challenge = [f"www-authenticate: {said}" for said in reply.headers.get_all("www-authenticate", [])]
            return reply.status, reply.read()
        finally:
            connection.close()

    def wait_until_clear(self) -> None:
        """Returns once the street is clear."""
        self.server.cleared.wait()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, store_port: int) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.store_port, self.fate, self.cleared = store_port, open_street, Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up in the middle is what this street is for."""


class Street:
    """Leads from `url` to the store's port. Use it as a context manager."""

    def __init__(self, store_port: int) -> None:
        self._server = _Server(store_port)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Street:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where a terminal finds its store."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def meet(self, fate: Fate) -> None:
        """From now on this is what a request meets."""
        self._server.fate = fate

    def clear(self) -> None:
        """The way is free again, also for whoever was held up."""
        self._server.fate = open_street
        self._server.cleared.set()
        self._server.cleared = Event()


def reply(status: int, body: bytes, *head: str) -> bytes:
    """A whole HTTP/1.1 response (RFC 9112)."""
    lines = (f"HTTP/1.1 {status} Answer", *head, f"content-length: {len(body)}", "", "")
    return "\r\n".join(lines).encode() + body


def open_street(request: Request) -> bytes | None:
    """The store's own answer."""
    try:
        status, body = request.ask_the_store()
        return reply(status, body, *request.challenge)
    except (OSError, HTTPException):
        return None


def nobody(request: Request) -> bytes | None:
    """No answer, and no connection."""
    return None


def stalled(request: Request) -> bytes | None:
    """Nothing, until the street is clear; then the connection ends."""
    request.wait_until_clear()
    return None


def always(answer: bytes) -> Fate:
    """The same bytes for everything."""
    return lambda request: answer


def cut_off(request: Request) -> bytes | None:
    """The first half of an answer, then the end of the connection."""
    whole = open_street(request) or b""
    request.wfile.write(whole[: len(whole) // 2])
    return None


def half_json(request: Request) -> bytes | None:
    """Half of the store's JSON, and a length that fits it."""
    status, body = request.ask_the_store()
    return reply(status, body[: len(body) // 2])


def changed(**fields: Any) -> Fate:
    """The store's answer with other fields."""

    def change(request: Request) -> bytes | None:
        status, body = request.ask_the_store()
        return reply(status, json.dumps(json.loads(body) | fields).encode())

    return change


def only(path: str, fate: Fate) -> Fate:
    """That fate for requests to this path; for all others the connection ends."""
    return lambda request: fate(request) if request.path.startswith(path) else None
