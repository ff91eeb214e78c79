"""The yardstick for the store by HTTP: a bare Starlette handler on the same writer and the same admission.

Run as `python -m benchmarks.bare_store FOLDER READY_FILE [ADDRESS]`. It decodes the same batch and answers
the same bytes, and has no tokens, no roles, no limits and no error shapes: what the real routes cost on top is what is
measured.
"""

from __future__ import annotations

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

from orders.wire import Push
from server_stub import admission
from server_stub.place import Place, replace_file
from server_stub.store import Store

_PUSHES = msgspec.json.Decoder(Push)
_ENCODE = msgspec.json.Encoder().encode


async def serve(folder: Path, ready_file: Path, address: str = "") -> None:
    """Serves until it is told to stop."""
    store = await Store.open(Place(folder, address=address).where)

    async def events(request: Request) -> Response:
        push = _PUSHES.decode(await request.body())
        # In a measured store each journal has the name of its terminal.
        step = partial(admission.take, terminal=push.journal, push=push)
        reply = await store.write(step, push.journal)
        return Response(_ENCODE(reply), media_type="application/json")

    app = Starlette(routes=[Route("/v1/events", events, methods=["POST"])])
    # asyncio turns Nagle's delay off only where the socket says that it is TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, server_header=False)
    replace_file(ready_file, f"http://127.0.0.1:{listener.getsockname()[1]}".encode())
    await uvicorn.Server(config).serve(sockets=[listener])
    await store.close()


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
