"""How much and how long a client may send before its request can be judged at all: its head, and what frames its body.

Decides the limits that lie before the gate, where nobody has shown a token yet. It stands upon uvicorn's reading of
HTTP (httptools), and knows no route.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from server_stub.problems import Refusal

MOST_BYTES = 64 * 1024
LONGEST_SECONDS = 30.0


def _not_http() -> Refusal:
    return Refusal(
        400,
        "not_http",
        expected="a request in HTTP/1.1",
        came="something else",
        remedy="see that the address begins with http:// or https:// as the store says it, and send again",
    )


def _head_too_large() -> Refusal:
    return Refusal(
        431,
        "head_too_large",
        expected=f"at most {MOST_BYTES} bytes before the body",
        came="more",
        remedy="send fewer and shorter header fields",
    )


class BoundedHead(HttpToolsProtocol):
    """One connection. Whatever adds to no request for too many bytes or too many seconds ends it (RFC 6585, 5)."""

    longest_seconds = LONGEST_SECONDS
    _unjudged = 0
    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there, and begins to send within the limit."""
        super().connection_made(transport)
        self._set_limit()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client went."""
        self._end_limit()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Something came."""
        self._unjudged += len(data)
        super().data_received(data)
        if self._unjudged > MOST_BYTES and not self.transport.is_closing():
            self._refuse(_head_too_large())

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        if self._limit is None:
            self._set_limit()

    def on_headers_complete(self) -> None:
        """A head: the gate judges it."""
        self._end_limit()
        self._unjudged = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body, which has a limit of its own."""
        self._unjudged = 0
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP, in the shape of every other refusal."""
        self._refuse(_not_http())

    def _refuse(self, refusal: Refusal) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()  # an answer is under way: another one would only garble it
            return
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(refusal.body)
        self.transport.write(STATUS_LINE[refusal.status] + head + refusal.body)
        self.transport.close()

    def _set_limit(self) -> None:
        self._limit = self.loop.call_later(self.longest_seconds, self._too_late)

    def _end_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _too_late(self) -> None:
        self._limit = None
        self.transport.close()
