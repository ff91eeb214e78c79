"""Runs a store until it is told to stop: the folder is held, the address announced, waiters are answered at the end.

Decides how a process serves. Which signals reach it is the system's business; uvicorn turns them into an end.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from types import FrameType

import uvicorn

from server_stub import connections, logs
from server_stub.app import make_app
from server_stub.bounded_connection import BoundedConnection
from server_stub.connections import Connections, Room
from server_stub.courier import Courier
from server_stub.place import Place, PlaceError, replace_file
from server_stub.settings import Tls
from server_stub.store import Store

_GRACE_SECONDS = 5
_BACKLOG = 1024


class _Server(uvicorn.Server):
    """A uvicorn server that takes connections in by our own rules, lets waiters go as soon as it is told to stop, and
    then returns to its caller.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        connect: Callable[[ssl.SSLContext | None], Connections],
        stopping: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._connect, self._stopping = connect, stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens. (asyncio's own way of it writes a traceback for each connection that finds no file.)"""
        taken = self._connect(self.config.ssl)
        taken.open(self._protocol)
        self.servers = [taken]  # type: ignore[list-item]
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answers whoever has asked, within the grace; who neither sends nor reads on by then is cut off."""
        cutting = asyncio.get_running_loop().call_later(_GRACE_SECONDS, self._cut)
        try:
            await super().shutdown(sockets)
        finally:
            cutting.cancel()

    def _protocol(self) -> BoundedConnection:
        return BoundedConnection(self.config, self.server_state, self.lifespan.state)

    def _cut(self) -> None:
        for each in list(self.server_state.connections):
            assert isinstance(each, BoundedConnection)
            each.cut()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own raises the signal once more at its end, which would kill the process before the store is closed.
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._stopping()


async def serve(
    place: Place,
    host: str,
    port: int,
    ready_file: Path | None,
    say: Callable[[str], None],
    room: Room,
    tls: Tls | None = None,
) -> None:
    """Serves the store of `place` until SIGINT or SIGTERM; `port` 0 takes a free one. `room` is for connections.

    `ready_file` gets the address once it listens. PlaceError where the folder is held, the port is taken, or the
    certificate cannot be used.
    """
    place.require()
    place.tighten()
    asyncio.get_running_loop().set_exception_handler(logs.unexpected)
    with nullcontext() if place.address else place.hold():
        if tls is not None:
            _check(tls)
        listener = _listen(host, port)
        url = _url(listener, is_safe=tls is not None)
        store = await Store.open(place.where, backups=place.backups, audit_heads=place.audit_heads)
        try:
            config = uvicorn.Config(
                make_app(store),
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_SECONDS + 1,
                ssl_certfile=tls.certificate if tls else None,
                ssl_keyfile=tls.key if tls else None,
            )
            turned_away = partial(store.metrics.turned_away, connections.no_room().problem.error)
            server = _Server(config, partial(Connections, listener, room, turned_away=turned_away), store.wakers.close)
            if not place.address:
                place.announce(url, tls.certificate if tls else None)
            if ready_file is not None:
                replace_file(ready_file, url.encode())
            say(f"The store in {place.name} answers at {url}")
            courier = Courier(store)
            carrying = asyncio.create_task(courier.run())
            settle_memory()
            # The socket listens already: whoever reads the address may connect and waits a moment at most.
            await server.serve(sockets=[listener])
            courier.stop()
            await carrying
        finally:
            if not place.address:
                place.withdraw()
            await store.close()
    say("The store has stopped.")


def settle_memory() -> None:
    """Takes all that is loaded by now out of the collector's sight: looking through it is a pause of 50 ms for all."""
    gc.collect()
    gc.freeze()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only where the protocol is named does asyncio turn Nagle's algorithm off; with it each answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise PlaceError(f"cannot listen on {host} port {port}: {error}; correct --host or --port") from error
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener


def _check(tls: Tls) -> None:
    """PlaceError where certificate and key cannot be read or do not belong together."""
    for path in (tls.certificate, tls.key):
        if not os.access(path, os.R_OK):
            raise PlaceError(f"{path} cannot be read: correct store.tls_certificate and store.tls_key in the config")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls.certificate, tls.key)
    except (OSError, ssl.SSLError) as error:
        raise PlaceError(
            f"{tls.certificate} and {tls.key} are no certificate with its key in PEM ({error}): correct them"
        ) from error


def _url(listener: socket.socket, *, is_safe: bool) -> str:
    host, port = listener.getsockname()[:2]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    scheme = "https" if is_safe else "http"
    return f"{scheme}://[{reachable}]:{port}" if ":" in reachable else f"{scheme}://{reachable}:{port}"
