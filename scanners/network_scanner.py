"""A scanner on the network, or a serial one behind a device server: `socket://host:port`.

Decides how a connection is made, kept and noticed to be dead. Refuses to know what a read says and who listens.
"""

import asyncio
import errno
import socket
import time
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

from scanners.ports import Address, place_of
from scanners.profile import ScannerProfile
from scanners.reader import Clock, Deliver, Reader
from scanners.scan import LossReason
from scanners.stream import ReadStream

_CONNECT_SECONDS = 1.5
# A scanner that lost its power says nothing, so it is asked: gone after 5 + 3 x 2 seconds.
_ASK_AFTER_SECONDS, _ASK_AGAIN_SECONDS, _ASK_TIMES = 5, 2, 3

_SENTENCES = {
    LossReason.ABSENT: "Scanner {name} does not answer at {port}: switch it on, and check its cable and address.",
    LossReason.UNPLUGGED: "Scanner {name} at {port} closed its connection: check its power and cable, "
    "it is found by itself.",
}
_FAILED = "Scanner {name} at {port} cannot be reached ({fault}): check the network and the address in the settings."

T = TypeVar("T")


class Bytes(Protocol):
    """What takes the bytes of a connection."""

    @property
    def patience_seconds(self) -> float:
        """So long a silence has a meaning."""

    def feed(self, data: bytes) -> None:
        """Takes what came."""

    def silent(self) -> None:
        """Nothing came for that long."""

    def broken(self) -> None:
        """The connection ended."""


class NetworkScanner(Reader):
    """Reads one connection, and makes it again whenever it ends; an event loop of its own keeps it off the screen's."""

    def __init__(
        self,
        profile: ScannerProfile,
        deliver: Deliver,
        clock: Clock = time.monotonic,
        *,
        reads: "Bytes | None" = None,
    ) -> None:
        """`deliver` is called in the scanner's thread and must not block; `clock` gives monotonic seconds.

        `reads` takes the bytes in place of what makes reads of them.
        """
        super().__init__(profile, deliver, clock)
        place = place_of(profile.port or "")
        if not isinstance(place, Address):
            raise ValueError(f"{profile.port} is no network address")
        self._address = place
        self._reads: Bytes = reads or ReadStream(profile, deliver, clock)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._line: _Line | None = None

    def _open(self) -> None:
        with self._lock:
            self._loop = asyncio.new_event_loop()
        self._line = self._until_cancelled(self._connect())

    def _listen(self) -> None:
        assert self._line is not None
        try:
            self._until_cancelled(self._line.lasts())
        finally:
            self._reads.broken()

    def _cancel(self) -> None:
        with self._lock:
            if self._loop is not None and self._task is not None:
                self._loop.call_soon_threadsafe(self._task.cancel)

    def _close(self) -> None:
        with self._lock:
            loop, self._loop, self._task = self._loop, None, None
        if loop is not None:
            if self._line is not None:
                self._line.close()
                loop.run_until_complete(asyncio.sleep(0))  # a transport closes in the loop's next turn
            loop.close()
        self._line = None

    def _sentence(self, reason: LossReason, fault: Exception) -> str:
        sentence = _SENTENCES.get(reason, _FAILED)
        return sentence.format(name=self._profile.name, port=self._profile.port, fault=fault)

    async def _connect(self) -> "_Line":
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, line = await loop.create_connection(lambda: _Line(self._reads, self._heard), *self._address)
        return line

    def _heard(self) -> None:
        self._has_heard = True

    def _until_cancelled(self, work: Coroutine[Any, Any, T]) -> T:
        assert self._loop is not None
        with self._lock:
            self._task = task = self._loop.create_task(work)
        if self._stopping.is_set():
            task.cancel()
        try:
            return self._loop.run_until_complete(task)
        except asyncio.CancelledError:
            raise OSError(errno.ECANCELED, "stopped") from None


class _Line(asyncio.Protocol):
    """One connection. A stream's reader would forget what it still holds when the peer resets the connection."""

    def __init__(self, reads: Bytes, heard: "Any") -> None:
        self._reads = reads
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._silence: asyncio.TimerHandle | None = None
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        _keep_asking(transport.get_extra_info("socket"))

    def data_received(self, data: bytes) -> None:
        self._heard()
        self._stop_waiting()
        self._reads.feed(data)
        self._silence = self._loop.call_later(self._reads.patience_seconds, self._reads.silent)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if not self._ended.done():
            self._ended.set_exception(exc or ConnectionError(errno.ECONNRESET, "the connection was closed"))
            self._ended.exception()  # nobody may be waiting for it

    async def lasts(self) -> None:
        """Waits for the end of the connection; raises what ended it."""
        await asyncio.shield(self._ended)

    def close(self) -> None:
        """Ends it from here."""
        self._stop_waiting()
        if self._transport is not None:
            self._transport.close()

    def _stop_waiting(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None


def _keep_asking(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        ("TCP_KEEPIDLE", _ASK_AFTER_SECONDS),
        ("TCP_KEEPINTVL", _ASK_AGAIN_SECONDS),
        ("TCP_KEEPCNT", _ASK_TIMES),
    ):
        if number := getattr(socket, option, None):  # not every system has all three
            connection.setsockopt(socket.IPPROTO_TCP, number, value)
