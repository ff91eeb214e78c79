"""How much and how long a client may take before its request can be judged, and at what pace body and answer go.

Decides the limits of a single connection, most of which lie before the gate, where nobody has shown a token yet. It
stands upon uvicorn's reading of HTTP (httptools), and knows no route and no other connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from server_stub.problems import Refusal

MOST_BYTES = 64 * 1024
LONGEST_SECONDS = 30.0
LEAST_BYTES_A_SECOND = 1024
_FAREWELL_SECONDS = 1.0


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


def _too_slow(seconds: float) -> Refusal:
    return Refusal(
        408,
        "too_slow",
        expected=f"at least {LEAST_BYTES_A_SECOND} bytes of the body a second, over {seconds:g} s",
        came="fewer",
        remedy="send the same again, all at once",
    )


def answered(refusal: Refusal) -> bytes:
    """The whole answer that says `refusal` and is the last one of its connection."""
    told = {**refusal.headers, "content-type": "application/json", "connection": "close"}
    told["content-length"] = str(len(refusal.body))
    head = "".join(f"{name.lower()}: {value}\r\n" for name, value in told.items())
    return STATUS_LINE[refusal.status] + head.encode("ascii") + b"\r\n" + refusal.body


class BoundedConnection(HttpToolsProtocol):
    """One connection. Whatever adds to no request for too many bytes or too many seconds ends it (RFC 6585, 5), and so
    does a body that trickles or an answer that nobody reads.
    """

    longest_seconds = LONGEST_SECONDS
    pace_seconds = 30.0
    """Over so long a body has its least pace; a Wi-Fi that is lost for a few seconds ends nothing."""
    unread_seconds = 60.0
    """So long nobody may read anything of an answer that waits."""
    rest_seconds = 5.0
    """So long the rest of a body may come of which nothing is read any more, for it has its answer."""

    on_lost: Callable[[], None] | None = None
    """Told once it is gone."""

    _unjudged = 0
    _limit: asyncio.TimerHandle | None = None
    _pace: asyncio.TimerHandle | None = None
    _reader: asyncio.TimerHandle | None = None
    body_bytes = 0
    """How much of bodies has come over it."""

    _has_body_to_come = False
    _bytes_judged = 0
    _requests = _requests_waited = 0
    _bytes_waited = 0
    # Whether it was this side that would not read on.
    _is_held_up = False

    @property
    def is_waiting(self) -> bool:
        """Whether nothing is being done for it: it has asked nothing, or has all its answers."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there, and begins to send within the limit."""
        super().connection_made(transport)
        self._set_limit()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client went."""
        self._end_limit()
        self._end_pace()
        self._end_reader()
        super().connection_lost(exc)
        if self.on_lost is not None:
            self.on_lost()

    def cut(self) -> None:
        """Ends it now, whatever is under way."""
        if self.transport is not None:
            self.transport.abort()

    def shutdown(self) -> None:
        """The store stops. Who has its answers need not be waited for until it has said good-bye, too, as TLS asks."""
        super().shutdown()
        if self.is_waiting:
            self.loop.call_later(_FAREWELL_SECONDS, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        """Something came."""
        self._unjudged += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._unjudged > MOST_BYTES:
            self._refuse(_head_too_large())
        elif self._has_body_to_come and self._pace is None:
            self._begin_pace()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        if self._limit is None:
            self._set_limit()

    def on_headers_complete(self) -> None:
        """A head: the gate judges it."""
        self._end_limit()
        self._unjudged = 0
        self._requests += 1
        self._has_body_to_come = True
        super().on_headers_complete()
        self._is_held_up |= self.flow.read_paused

    def on_body(self, body: bytes) -> None:
        """A part of a body, which has a limit of its own."""
        self._unjudged = 0
        self.body_bytes += len(body)
        super().on_body(body)
        self._is_held_up |= self.flow.read_paused

    def on_message_complete(self) -> None:
        """The end of a request."""
        self._has_body_to_come = False
        self._end_pace()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The end of an answer. What is still to come of a body, or to be read of the answer, has little time."""
        super().on_response_complete()
        if self.transport.get_write_buffer_size() and self._reader is None:
            self._begin_reader()
        if self._has_body_to_come and self.cycle.response_complete:
            self._end_pace()
            self._pace = self.loop.call_later(self.rest_seconds, self.transport.close)

    def pause_writing(self) -> None:
        """More of an answer waits than the system takes: somebody has to read it."""
        super().pause_writing()
        if self._reader is None:
            self._begin_reader()

    def resume_writing(self) -> None:
        """It is read."""
        super().resume_writing()
        self._end_reader()

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP, in the shape of every other refusal."""
        self._refuse(_not_http())

    def _refuse(self, refusal: Refusal) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()  # an answer is under way: another one would only garble it
            return
        self._say_last(refusal)

    def _say_last(self, refusal: Refusal) -> None:
        self.transport.write(answered(refusal))
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

    # --- the pace of a body -----

    def judge_pace(self) -> None:
        """Ends a body of which too little came since this was last asked; looks again after a while."""
        came, self._bytes_judged = self.body_bytes - self._bytes_judged, self.body_bytes
        self._end_pace()
        if self._is_held_up or came >= LEAST_BYTES_A_SECOND * self.pace_seconds:
            self._begin_pace()
        elif self.pipeline or self.cycle.response_started:
            self.transport.close()
        else:
            # Whoever waits for the body hears that its connection ended.
            self._say_last(_too_slow(self.pace_seconds))

    def _begin_pace(self) -> None:
        self._is_held_up = self.flow.read_paused
        self._pace = self.loop.call_later(self.pace_seconds, self.judge_pace)

    def _end_pace(self) -> None:
        if self._pace is not None:
            self._pace.cancel()
            self._pace = None

    # --- who reads the answer -----

    def judge_reader(self) -> None:
        """Ends it where nothing was read of an answer since this was last asked; looks again after a while."""
        self._end_reader()
        waits = self.transport.get_write_buffer_size()
        if waits >= self._bytes_waited and self._requests == self._requests_waited:
            self.transport.abort()  # to close it would wait for whoever reads nothing
        elif waits:
            self._begin_reader()

    def _begin_reader(self) -> None:
        self._bytes_waited, self._requests_waited = self.transport.get_write_buffer_size(), self._requests
        self._reader = self.loop.call_later(self.unread_seconds, self.judge_reader)

    def _end_reader(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None
