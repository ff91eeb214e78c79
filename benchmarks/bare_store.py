"""The yardstick for the store by HTTP: a bare Starlette handler on the same writer and the same admission.

Run as `python -m benchmarks.bare_store FOLDER READY_FILE [ADDRESS]`. It decodes the same batch and answers
the same bytes, and has no tokens, no roles, no limits and no error shapes: what the real routes cost on top is what is
measured.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from functools import partial
from pathlib import Path

import msgspec
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orders.records import KINDS
from orders.wire import Push
from server_stub import admission
from server_stub.changes import PAUSE_SECONDS
from server_stub.place import Place, replace_file
from server_stub.store import Store

_PUSHES = msgspec.json.Decoder(Push)
_ENCODE = msgspec.json.Encoder().encode


class Told:
    """What everybody who waits is told, once a tick: encoded once for all who stand at the same cursor."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kinds = frozenset(KINDS)
        self._waiting: dict[int, list[asyncio.Future[bytes]]] = {}

    async def after(self, cursor: int) -> bytes:
        """The changes after a cursor, with the next tick that brings some."""
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(cursor, []).append(future)
        return await future

    async def tick(self) -> None:
        """Answers for as long as the store is open."""
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            for cursor in [each for each in self._waiting if each < self._store.cursor]:
                page = self._store.changes.page(self._store.epoch, cursor, self._kinds, self._store.cursor)
                body = _ENCODE(page)
                for future in self._waiting.pop(cursor):
                    if not future.done():
                        future.set_result(body)


async def serve(folder: Path, ready_file: Path, address: str = "") -> None:
    """Serves until it is told to stop."""
    store = await Store.open(Place(folder, address=address).where)

    async def events(request: Request) -> Response:
        push = _PUSHES.decode(await request.body())
        # In a measured store each journal has the name of its terminal.
        step = partial(admission.take, terminal=push.journal, push=push)
        reply = await store.write(step, push.journal)
        return Response(_ENCODE(reply), media_type="application/json")

    told = Told(store)
    ticking = asyncio.create_task(told.tick())

    async def changes(request: Request) -> Response:
        body = await told.after(int(request.query_params["after"]))
        return Response(body, media_type="application/json")

    app = Starlette(routes=[Route("/v1/events", events, methods=["POST"]), Route("/v1/changes", changes)])
    # asyncio turns Nagle's delay off only where the socket says that it is TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    # Long polls that nobody waits for any more are no error here.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=1
    )
    replace_file(ready_file, f"http://127.0.0.1:{listener.getsockname()[1]}".encode())
    await uvicorn.Server(config).serve(sockets=[listener])
    ticking.cancel()
    await store.close()


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
